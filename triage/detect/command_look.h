/*
 * command_look.h - what is odd about a command that starts by itself: the place it runs from, how it hides, what it imitates.
 */
#ifndef TRIAGE_DETECT_COMMAND_LOOK_H
#define TRIAGE_DETECT_COMMAND_LOOK_H

#include "triage/base/buf.h"

#include <stdbool.h>

/* 3 and more: like an intruder's; 2: unusual; less: nothing to tell. why is one of the reasons, "" for none. */
struct command_look {
	unsigned points;
	const char *why;		/* a literal */
};

struct command_look command_look(const char *command);
/* A library of Windows: a bare name, or in its system folders or Program Files. */
bool command_library_is_usual(const char *path);
/* Where everybody may write and no program belongs: temporary and public folders, the root of a drive. */
bool command_place_is_open(const char *path);
/* The program of a command line, without quotes and arguments; cut to size. */
void command_program(const char *command, char *out, size_t size);

#endif
