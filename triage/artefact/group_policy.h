/* group_policy.h - what group policy sets on the machines of a domain, in three kinds of file of one row: Registry.pol, XML of preferences, GptTmpl.inf. */
#ifndef TRIAGE_ARTEFACT_GROUP_POLICY_H
#define TRIAGE_ARTEFACT_GROUP_POLICY_H

#include "triage/artefact/artefact.h"

bool policy_pol_is(struct view head);
bool policy_xml_is(struct view head);
WARN_UNUSED enum triage_status policy_pol(struct artefact *a, struct view all, struct triage_error *err);
WARN_UNUSED enum triage_status policy_xml(struct artefact *a, struct view all, struct triage_error *err);
WARN_UNUSED enum triage_status policy_inf(struct artefact *a, struct view all, struct triage_error *err);

/* Begin an event of a policy, at a time or the file's own, with the policy's number and whom it is for, as the path says them. */
void policy_event(struct artefact *a, int64_t time, uint64_t offset, const char *part);
/* What a value of the registry does to the protection of a machine, in words; NULL when it is none that is known. text: the value as it is told. */
const char *policy_effect(const char *key, const char *value, const char *text, const char **ret_technique);

#endif
