/* registry_shimcache.h - the entries of an application compatibility cache, front to back. Borrowed from its bytes. */
#ifndef TRIAGE_ARTEFACT_REGISTRY_SHIMCACHE_H
#define TRIAGE_ARTEFACT_REGISTRY_SHIMCACHE_H

#include "triage/artefact/registry_plugin.h"

enum shimcache_format { SHIMCACHE_NONE, SHIMCACHE_XP, SHIMCACHE_2003, SHIMCACHE_7, SHIMCACHE_80, SHIMCACHE_81, SHIMCACHE_10 };

struct shimcache {
	struct view in;
	enum shimcache_format format;
	size_t at, entry;		/* entry: bytes each, 0 when they differ */
	uint32_t count, done;
	bool wide, has_size;
};

struct shimcache_entry {
	size_t at;
	struct view path;		/* UTF-16 */
	uint64_t written, ran, size;	/* FILETIME; ran: Windows XP alone */
	bool has_size, has_flag, executed, ran_flag;
};

enum shimcache_format shimcache_format(struct view in);
void shimcache_begin(struct shimcache *c, struct view in);
bool shimcache_next(struct shimcache *c, struct shimcache_entry *ret_e);

#endif
