/* fleet_page.h - what people and programs are told of a fleet: fleet.html and fleet.json, out of fleet.db alone. */
#ifndef TRIAGE_REPORT_FLEET_PAGE_H
#define TRIAGE_REPORT_FLEET_PAGE_H

#include "triage/base/output.h"
#include "triage/case/fleet.h"

WARN_UNUSED enum triage_status fleet_html(struct fleet *f, const char *lang, struct output *out, struct triage_error *err);
/* lang is not looked at: words are those of the contract. */
WARN_UNUSED enum triage_status fleet_json(struct fleet *f, const char *lang, struct output *out, struct triage_error *err);

#endif
