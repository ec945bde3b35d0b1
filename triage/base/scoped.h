/*
 * scoped.h - cleanup at the end of a scope. SCOPED_x frees what the scope owns; x_take() hands it over.
 */
#ifndef TRIAGE_BASE_SCOPED_H
#define TRIAGE_BASE_SCOPED_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void
scoped_free_(void *p)
{
	free(*(void **)p);
}

static inline void
scoped_close_(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void
scoped_fclose_(FILE **file)
{
	if (*file != NULL)
		fclose(*file);
}

#define SCOPED_FREE __attribute__((cleanup(scoped_free_)))
#define SCOPED_FD __attribute__((cleanup(scoped_close_))) int
#define SCOPED_FILE __attribute__((cleanup(scoped_fclose_))) FILE *

static inline int
fd_take(int *fd)
{
	int taken = *fd;
	*fd = -1;
	return taken;
}

static inline void *
take_pointer_(void *p)
{
	void **slot = p;
	void *taken = *slot;
	*slot = NULL;
	return taken;
}

#define TAKE(pointer) ((__typeof__(pointer))take_pointer_(&(pointer)))

#endif
