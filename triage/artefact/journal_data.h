/* journal_data.h - the payload of a data object of the systemd journal, unpacked. */
#ifndef TRIAGE_ARTEFACT_JOURNAL_DATA_H
#define TRIAGE_ARTEFACT_JOURNAL_DATA_H

#include "triage/base/error.h"
#include "triage/base/view.h"

#include <lzma.h>
#include <zstd.h>

enum { JOURNAL_XZ = 1, JOURNAL_LZ4 = 2, JOURNAL_ZSTD = 4, JOURNAL_PACKED = 7, JOURNAL_VALUE = 64 << 10 };

struct journal_unpack {
	ZSTD_DCtx *zstd;
	uint8_t value[JOURNAL_VALUE];
};

/*
 * packed: how, one of the above. The first JOURNAL_VALUE bytes of what it holds; *ret_cut says that there was more. ret_value lives
 * until the next call. False when it is damaged or memory ran out.
 */
bool journal_unpack(struct journal_unpack *u, unsigned packed, struct view payload, struct view *ret_value, bool *ret_cut);
void journal_unpack_release(struct journal_unpack *u);

#endif
