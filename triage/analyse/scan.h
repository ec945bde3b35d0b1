/*
 * scan.h - one process's YARA scanners over the groups of a set, and the matches that they find in one stream.
 *
 * A stream in memory is scanned whole. A longer one goes through in overlapping windows: each group's scan is one
 * YARA scan of many blocks, so that counts, offsets and filesize are those of the whole stream; conditions are
 * evaluated at its end, when only its first FILETYPE_HEAD and its last bytes (of one overlap) can still be read. Missed are matches
 * longer than the overlap that cross a window's edge, and what modules and uintN() look for in between.
 *
 * A rule whose string makes YARA give up (too many regular expression fibers) is switched off for that stream, named,
 * and the group scanned again, so that hostile content blinds one rule and not all.
 */
#ifndef TRIAGE_ANALYSE_SCAN_H
#define TRIAGE_ANALYSE_SCAN_H

#include "triage/analyse/set.h"

struct scan;

WARN_UNUSED enum triage_status scan_new(const struct analyse_set *set, struct scan **ret_scan, struct triage_error *err);
void scan_free(struct scan *scan);

/* Which groups of the set a stream goes through. */
enum scan_groups { SCAN_BY_NAME, SCAN_ALL };

/* Forget the last stream. who and io are borrowed until scan_finish(). */
void scan_begin(struct scan *scan, const struct analyse_subject *who, const struct analyse_io *io);

/* A stream that is all in memory. Errors: E_MEMORY, or what io->problem returned. */
WARN_UNUSED enum triage_status scan_whole(struct scan *scan, struct view stream, enum scan_groups which, struct triage_error *err);

/*
 * A stream in windows, all groups: head is its first bytes, in memory of the caller that stays until scan_last_window();
 * base is the offset of the window. tail: the last bytes of the stream.
 */
WARN_UNUSED enum triage_status scan_window(struct scan *scan, struct view head, struct view window, uint64_t base, struct triage_error *err);
WARN_UNUSED enum triage_status scan_last_window(struct scan *scan, struct view tail, uint64_t stream_size, struct triage_error *err);

/* End what scan_window() began without a result, after a failure elsewhere. Does nothing else. */
void scan_abandon(struct scan *scan);

/* Send what was found, in order; which: leave out matches of the other groups. Errors: what the sinks returned. */
WARN_UNUSED enum triage_status scan_finish(struct scan *scan, enum scan_groups which, struct triage_error *err);

/* Some group failed or some match list overflowed since scan_begin(). */
bool scan_is_incomplete(const struct scan *scan);

#endif
