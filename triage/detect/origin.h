/*
 * origin.h - what tells whether files were encrypted by a program on this machine or over the network: who came to its shares and when, which programs
 * ran for the first time, and what is shared.
 */
#ifndef TRIAGE_DETECT_ORIGIN_H
#define TRIAGE_DETECT_ORIGIN_H

#include "triage/detect/folds.h"

enum { CLIENTS_MAX = 2000, CLIENT_MINUTES_MAX = 200000, PROGRAMS_MAX = 20000, SHARES_MAX = 500 };

struct client_minute {
	struct client_minute *next;
	int64_t number;			/* minutes since 1970 */
	uint64_t count;
};

/* Records of one machine at the shares of this one. */
struct client {
	struct client *next;
	const char *address, *account;	/* account: of the first record that has one */
	struct client_minute *first, *last;
};

struct program {
	struct program *next;
	const char *name;		/* base name, lower case */
	int64_t first;
	struct fold_example example;
};

struct share_place {
	const char *name, *path;	/* path: as the damage map has it, without a drive */
	const char *source;		/* registry, smb.conf, exports */
};

struct origin {
	struct client *clients;
	struct program *programs;
	struct share_place shares[SHARES_MAX];
	size_t client_count, share_count;
};

#endif
