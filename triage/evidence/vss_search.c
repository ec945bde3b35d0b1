#include "triage/evidence/vss_search.h"

enum vss_search
vss_search_policy(const struct vss_set *set, const struct vss_catalogue *c)
{
	(void)set; (void)c;
	return VSS_SEARCH_NONE;
}

enum triage_status
vss_search_run(struct vss_set *set, enum vss_search how, struct vss_search_result *ret_result, struct triage_error *err)
{
	(void)set; (void)how; (void)ret_result; (void)err;
	return TRIAGE_OK;
}
