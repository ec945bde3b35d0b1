/*
 * vss_search.h - shadow copies that the catalogue does not know any more.
 *
 * What deletion leaves (public reports: M. Kobayashi and H. Suzuki, "Reconstruct the World From Vanished Shadow", Black Hat USA
 * 2018; S. Kazamiya, "Deleted Shadow Copies"): the files of catalogue and stores are deleted like other files, the content of the
 * catalogue is destroyed, the header at 0x1e00 stays and names no catalogue; headers, lists, bitmaps and kept blocks of the stores
 * are left as they are until something else is written there. When a copy was made stood in the catalogue alone: its age is then
 * taken from the name of the store's file, whose record often outlives it in the $MFT.
 */
#ifndef TRIAGE_EVIDENCE_VSS_SEARCH_H
#define TRIAGE_EVIDENCE_VSS_SEARCH_H

#include "triage/evidence/vss_catalogue.h"

enum vss_search {
	VSS_SEARCH_NONE,
	VSS_SEARCH_FILES,	/* where records of the $MFT say that a store's file was: costs reading the $MFT */
	VSS_SEARCH_ALL,		/* these, and the first bytes of each 16 KiB that is not in use: costs up to reading that space */
};

/* Structures that are kept, and blocks of 16 KiB that are looked at: 128 GiB of space that is not in use. */
enum { VSS_FOUND_MAX = 1 << 20, VSS_LOOKS_MAX = 8 << 20 };
/* Up to this size a volume is searched as a whole on the mere sign that some of several copies were deleted. */
#define VSS_SEARCH_SMALL (UINT64_C(64) << 30)

struct vss_search_result {
	enum vss_search searched;
	uint64_t unsearched;	/* bytes behind the last block that VSS_LOOKS_MAX allowed */
	size_t found;		/* stores brought back */
	size_t headers;		/* headers of stores that are left without a block list: nothing can be brought back */
	bool full;		/* more structures than VSS_FOUND_MAX, or more stores than fit: the rest is left out */
};

/* How far to search: the one place where that is decided. */
enum vss_search vss_search_policy(const struct vss_set *set, const struct vss_catalogue *c);

/*
 * Search, and add what is found to the set, with its chains, unsorted. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status vss_search_run(struct vss_set *set, enum vss_search how, struct vss_search_result *ret_result,
    struct triage_error *err);

#endif
