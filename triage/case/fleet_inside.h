/* fleet_inside.h - the statements of fleet.db. Private to fleet.c. */
#ifndef TRIAGE_CASE_FLEET_INSIDE_H
#define TRIAGE_CASE_FLEET_INSIDE_H

#include "triage/case/fleet.h"

extern const char *const fleet_tables[], *const fleet_first_step[], *const fleet_second_step[];	/* ended by NULL */
extern const char *const fleet_puts[FLEET_TABLE_COUNT], *const fleet_views[FLEET_VIEW_COUNT];

#endif
