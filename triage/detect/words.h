/*
 * words.h - what detectors that read tables do with the text of events and names: globs over Windows paths, fields by name, sentences with fields.
 */
#ifndef TRIAGE_DETECT_WORDS_H
#define TRIAGE_DETECT_WORDS_H

#include "triage/base/buf.h"
#include "triage/detect/happening.h"

/* A glob without regard to ASCII case in which '*' stands for any run of characters (a '/' too) and '?' for one; nothing else is special. Linear. */
bool words_glob(const char *glob, const char *text);
/* Some glob of a list with '|' (or another separator) between fits. */
bool words_glob_any(const char *globs, char separator, const char *text);
/* event_id at the start of the data of an event of a Windows log, -1 for any other; data is not taken apart. */
int64_t words_event_id(const struct detect_event *e);
/* A field of data, or with '@' before its name of the event: @meaning, @message, @user, @path, @host, @source. */
const char *words_field(struct happening *h, const char *name);
/* A sentence with every {field} replaced by its value, cut after 300 bytes. */
void words_fill(struct buf *out, const char *sentence, struct happening *h);
/* How many bytes of a text are kept when it may have at most so many: cut at a character. */
size_t words_cut(const char *text, size_t most);
/* The part of a path behind its last '/' or '\\'. */
const char *words_base(const char *path);
/* How much of a name of a machine is its own: up to the domain; all of an address. "PC-12" and "pc-12.town.local" are one machine. */
size_t words_host_size(const char *host);
bool words_same_host(const char *a, const char *b);	/* false when one is empty */
/* text begins with start, without regard to case. */
bool words_starts(const char *text, const char *start);
bool words_ends(const char *text, const char *end);

#endif
