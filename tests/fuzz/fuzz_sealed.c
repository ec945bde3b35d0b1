/* fuzz_sealed.c - what comes beside a sealed bundle from others' hands: a signature, the reply of a time stamp authority, a later act. */
#include "tests/fuzz/targets.h"

#include "triage/report/cms.h"
#include "triage/report/later.h"

int
fuzz_one_sealed(const uint8_t *data, size_t size)
{
	static const char content[] = "seal\n";
	struct triage_error err = { .text = "" };
	struct cms_result r;
	struct later_words w;
	uint8_t *copy = fuzz_copy(data, size);
	enum triage_status st = cms_check(copy, size, content, sizeof(content) - 1, NULL, TRIAGE_TIME_NONE, &r, &err);
	FUZZ_NEED(st == TRIAGE_OK || (st == TRIAGE_E_FORMAT && err.text[0] != '\0'));
	if (st == TRIAGE_OK)
		FUZZ_NEED(memchr(r.who, '\0', sizeof(r.who)) != NULL && strlen(r.fingerprint) == 64 && r.trust == CMS_NOT_ASKED);
	st = stamp_check(copy, size, content, sizeof(content) - 1, NULL, &r, &err);
	FUZZ_NEED(st == TRIAGE_OK || (st == TRIAGE_E_FORMAT && err.text[0] != '\0'));
	if (st == TRIAGE_OK)
		FUZZ_NEED(r.time != TRIAGE_TIME_NONE && r.trust == CMS_NOT_ASKED);
	if (later_words((const char *)copy, size, &w))
		FUZZ_NEED(w.action[0] != '\0' && memchr(w.reason, '\0', sizeof(w.reason)) != NULL);
	free(copy);
	return 0;
}
FUZZ_MAIN(sealed)
