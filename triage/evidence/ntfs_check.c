#include "triage/evidence/ntfs_check.h"

bool
ntfs_hidden(const struct ntfs_stream *stream, uint32_t run_flags)
{
	/*
	 * A run longer than the volume is legal when it is sparse: a file is written, then made longer than the disk. The
	 * common library refuses the whole attribute, shows the file as empty, and gives no way to read what was written.
	 */
	return stream->type == NTFS_DATA && stream->nonresident && (run_flags & NTFS_RUN_TOO_LONG) != 0;
}
