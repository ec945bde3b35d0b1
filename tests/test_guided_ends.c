/* test_guided_ends.c - guided mode, the last page: what happened and what to do, in each language, by the call that failed. */
#include "tests/harness.h"
#include "triage/guided/guided_inside.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static char shown[1 << 14], title[200];

static enum guided_answer
keep(void *ctx, struct guided_page *page)
{
	(void)ctx;
	snprintf(shown, sizeof(shown), "%s", page->text);
	snprintf(title, sizeof(title), "%s", page->title);
	assert_null(page->back);
	return GUIDED_NEXT;
}

static void
end(enum guided_lang lang, const struct guided_outcome *outcome)
{
	static struct guided g;
	const struct guided_screen screen = { .show = keep };
	g = (struct guided){ .screen = &screen, .a = { .lang = lang, .bundle = "/place/case-sda" }, .outcome = *outcome };
	step_result(&g);
}

static void
each_cause_has_its_words_in_each_language(void **state)
{
	static const struct {
		int cause;
		const char *words[GUIDED_LANGS];
	} causes[] = {
		{ ENOSPC, { "is vol.", "est plein.", "ist voll.", "is full." } },
		{ EDQUOT, { "is vol.", "est plein.", "ist voll.", "is full." } },
		{ EROFS, { "niet meer geschreven worden", "ne peut plus écrire", "nicht mehr geschrieben werden", "no longer be written to" } },
		{ EFBIG, { "FAT32", "FAT32", "FAT32", "FAT32" } },
		{ EIO, { "antwoordt niet meer", "ne répond plus", "antwortet nicht mehr", "does not answer any more" } },
		{ ENODEV, { "antwoordt niet meer", "ne répond plus", "antwortet nicht mehr", "does not answer any more" } },
		{ ENOTCONN, { "antwoordt niet meer", "ne répond plus", "antwortet nicht mehr", "does not answer any more" } },
		{ 0, { "kon niet af", "n'a pu aboutir", "nicht beendet werden", "could not be finished" } },
	};
	static const char *const again[GUIDED_LANGS] = { "begin opnieuw|start triage opnieuw|start dan opnieuw", "recommencez|relancez", "beginnen Sie neu|starten Sie triage neu|dann neu starten", "begin anew|start triage again|then start again" };
	(void)state;
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		for (unsigned l = 0; l < GUIDED_LANGS; l++) {
			end((enum guided_lang)l, &(struct guided_outcome){ .status = TRIAGE_E_IO, .why = "cannot write /place\033[2J", .cause = causes[i].cause });
			assert_string_equal(title, guided_text((enum guided_lang)l, SAY_FAILED_TITLE));
			assert_non_null(strstr(shown, causes[i].words[l]));
			assert_non_null(strstr(shown, "cannot write /place"));
			assert_null(strchr(shown, '\033'));
			char options[200], *rest = NULL;
			bool told = false;
			snprintf(options, sizeof(options), "%s", again[l]);
			for (const char *word = strtok_r(options, "|", &rest); word != NULL; word = strtok_r(NULL, "|", &rest))
				told = told || strstr(shown, word) != NULL;
			assert_true(told);
		}
	}
}

static void
a_result_says_gaps_time_and_hash(void **state)
{
	(void)state;
	struct guided_outcome o = { .status = TRIAGE_OK, .result = { .bundle = "/place/case-sda", .verdict = "incomplete", .examined_share = 0.125, .problems = 7, .budget_ended = true, .hash_mismatch = true,
		.seal = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" } };
	for (unsigned l = 0; l < GUIDED_LANGS; l++) {
		end((enum guided_lang)l, &o);
		assert_non_null(strstr(shown, guided_text((enum guided_lang)l, SAY_VERDICT_INCOMPLETE)));
		assert_non_null(strstr(shown, "12.5 %"));
		assert_non_null(strstr(shown, guided_text((enum guided_lang)l, SAY_RESULT_BUDGET)));
		assert_non_null(strstr(shown, guided_text((enum guided_lang)l, SAY_RESULT_HASH)));
	}
	/* a disk that answered no more, or a missing key: what to do; not where time was up, nor where nearly all was read */
	for (unsigned l = 0; l < GUIDED_LANGS; l++) {
		const char *little = guided_text((enum guided_lang)l, SAY_RESULT_LITTLE);
		assert_null(strstr(shown, little));
		o.result.budget_ended = false;
		end((enum guided_lang)l, &o);
		assert_non_null(strstr(shown, little));
		o.result.examined_share = 0.99;
		end((enum guided_lang)l, &o);
		assert_null(strstr(shown, little));
		o.result.examined_share = 0.125;
	}
	end(GUIDED_FR, &(struct guided_outcome){ .status = TRIAGE_E_INTERRUPTED });
	assert_string_equal(title, guided_text(GUIDED_FR, SAY_STOPPED_TITLE));
	assert_non_null(strstr(shown, "/place/case-sda"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cause_has_its_words_in_each_language),
		cmocka_unit_test(a_result_says_gaps_time_and_hash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
