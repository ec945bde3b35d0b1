/* fuzz_artefact.c - one artefact parser, the row named by -DARTEFACT_ROW: whole, in pieces of an odd size, and with the bytes as its companion. */
#include "tests/fuzz/artefact_target.h"

#define ROW_TEXT_(name) #name
#define ROW_TEXT(name) ROW_TEXT_(name)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_artefact_row(ROW_TEXT(ARTEFACT_ROW), data, size);
}
