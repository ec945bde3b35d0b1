/* fuzz_any.c - every target in one program for libFuzzer. Which one runs is said by the name the program is called by: fuzz_NAME, a target or an artefact parser. */
#define FUZZ_REPLAY
#include "tests/fuzz/targets.c"

#include "tests/fuzz/artefact_target.h"

static const struct fuzz_target *any_target;
static const char *any_row;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *slash = strrchr(**argv, '/'), *name = slash != NULL ? slash + 1 : **argv;
	(void)argc;
	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	any_row = name;
	for (size_t i = 0; i < FUZZ_TARGETS; i++)
		if (strcmp(fuzz_targets[i].name, name) == 0)
			any_target = &fuzz_targets[i];
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return any_target != NULL ? any_target->one(data, size) : fuzz_artefact_row(any_row, data, size);
}
