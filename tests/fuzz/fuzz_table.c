/* fuzz_table.c - tables of rules, and their cells as patterns over one another. */
#include "tests/fuzz/targets.h"

#include "triage/base/glob.h"
#include "triage/base/table.h"

int
fuzz_one_table(const uint8_t *data, size_t size)
{
	char path[FUZZ_PATH];
	struct table *t;
	struct triage_error err = { .text = "" };
	int fd = fuzz_file(data, size, path);
	if (table_load(path, &t, &err) == TRIAGE_OK) {
		for (size_t row = 0; row < table_rows(t) && row < 64; row++)
			for (size_t column = 0; column < 4; column++) {
				const char *cell = table_cell(t, row, column);
				FUZZ_NEED(strchr(cell, '\n') == NULL);
				glob_match(cell, table_cell(t, row, column + 1));
				FUZZ_NEED(strpbrk(cell, "*?[]\\") != NULL || glob_match(cell, cell));
			}
		FUZZ_NEED(table_cell(t, table_rows(t), 0)[0] == '\0' && table_cell(t, 0, SIZE_MAX)[0] == '\0');
		FUZZ_NEED(strlen(table_sha256(t)) == 64);
		table_free(t);
	} else {
		FUZZ_NEED(err.status < 0 && err.text[0] != '\0');
	}
	close(fd);
	return 0;
}
FUZZ_MAIN(table)
