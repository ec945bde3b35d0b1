/*
 * unix_words.h - what the well-known programs of a Unix machine write into its log, in plain words with fields: sshd, sudo, su, the
 * programs that change accounts, cron, PAM, mail. Syslog files and the systemd journal share it, for the texts are the same.
 */
#ifndef TRIAGE_ARTEFACT_UNIX_WORDS_H
#define TRIAGE_ARTEFACT_UNIX_WORDS_H

#include "triage/artefact/artefact.h"

enum { UNIX_CAPTURES = 10, UNIX_VALUE = 1024 };

/* A part of a text that a shape named. Borrowed from both. */
struct unix_capture {
	const char *key, *text;
	size_t key_size, size;
};

/*
 * Does text begin with shape? A blank in shape is one blank or more. {name} is all up to the text that follows it in the shape, or
 * to the end; {name_} a word without blanks; {name#} digits; {name>} goes on to the last place where the rest fits (for names that whoever
 * logs on may choose, so that a name with " from " in it deceives nobody). {} is passed over. Returns the captures, at most UNIX_CAPTURES.
 */
bool unix_match(const char *shape, const char *text, struct unix_capture got[UNIX_CAPTURES], size_t *ret_count);

/*
 * The event that was begun gets fields, user, technique, message and source of what the program's text means. Returns the meaning,
 * borrowed for ever, or NULL when nothing is known: then the event is as it was, but for its message "PROGRAM: TEXT".
 */
const char *unix_words(struct artefact *a, const char *program, const char *text);

/* Whose file is it, by its path (/home/NAME/, /root/, /Users/NAME/)? "" when it does not say. */
const char *unix_home_user(const struct artefact_subject *who, char *out, size_t size);
/* One of the patterns "a|b*|c" (glob.h) is the subject's name. */
bool unix_named(const struct artefact_subject *who, const char *patterns);
/* The path has this part, which begins with '/' as a rule, without regard to case. */
bool unix_path_has(const struct artefact_subject *who, const char *part);

#endif
