/* ask_key.h - one typed key, asked for on the terminal without showing it. */
#ifndef TRIAGE_CLI_ASK_KEY_H
#define TRIAGE_CLI_ASK_KEY_H

#include <stdbool.h>
#include <stddef.h>

enum { TYPED_KEY_MAX = 4096 };

struct typed_key {
	char *bytes;		/* a page that is locked in memory and left out of core dumps; NULL for none */
	size_t size;		/* bytes, without the line end; 0: an empty line, no key */
};

/* Ask on the controlling terminal with this prompt; without: what is printed when there is no terminal. False as for ask_key(). */
bool ask_secret(const char *prompt, const char *without, struct typed_key *ret_key);
/* Ask on the controlling terminal. False: there is none, or it was ended; a message was printed. */
bool ask_key(struct typed_key *ret_key);
/* Room for TYPED_KEY_MAX bytes, zeroed. False: none, with a message. */
bool key_room(struct typed_key *ret_key);
void forget_key(struct typed_key *key);	/* overwrites it */

#endif
