/* html_nasty.h - a case in which every text of the evidence tries to be markup. */
#ifndef TRIAGE_TESTS_HTML_NASTY_H
#define TRIAGE_TESTS_HTML_NASTY_H

#include "tests/html_page.h"

#define NASTY "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;"
#define NS(seconds) #seconds "000000000"

static const char *const evidence[] = {
	"1", "/media/" NASTY ".E01", "ewf", "64424509440", "512", "aa", "bb", "cc", "dd", NULL, "mismatch", "64",
};
static const char *const volumes[] = {
	"1", "1", NULL, "gpt" NASTY, "1048576", "524288000", NASTY, NASTY, "examined",
	"2", "1", NULL, "bitlocker", "525336576", "20000000000", "", "", "locked",
};
static const char *const filesystems[] = { "1", "1", NASTY, NASTY, "", "4096" };
static const char *const problems[] = {
	NASTY, "high", "1", NULL, NASTY, NULL, NASTY, NASTY, "20949499904",
	"content", "low", "1", "1", "/a", "5", "read-error", "sector 5", NULL,
};
static const char *const coverage[] = {
	"streams", "100000", "99999", "1", "0", "1000000", "999999", NASTY,
	NASTY, "1", "1", "0", "0", NULL, NULL, NASTY,
};
static const char *const custody[] = {
	"1", NS(1670351231), NASTY, NASTY, "{\"text\":\"" NASTY "\"}", "00", NASTY,
	"2", NS(1670355612), "triage", "sealed", "{}", "00", "11",
};
static const char *const findings[] = {
	"1", "critical", "92", "95", NASTY, "encrypted", NASTY, NASTY, "", "/" NASTY, NS(1670289249), NS(1670292169), "41207",
	"{\"examples\":[{\"file_id\":1,\"length\":4,\"offset\":16,\"path\":\"<script>alert(3)<\\/script>\",\"sample\":\"<img src=x>\","
	"\"string_id\":\"<b>\"}],\"family\":\"<i>Play\",\"how_to_check\":\"<script>x\",\"innocent\":\"<u>\",\"reasons\":[\"<s>\"],"
	"\"version\":\"<b>1\",\"why\":\"<em>\"}", "1",
	"2", "low", "10", "1", "r", "no-such-kind", "t", "", "", "/b", NULL, NULL, "1", "{\"examples\":[{", NULL,
};
#define FILE_ROW(id, path, mismatch, known) \
	id, "1", "5", "1", "", path, "", "file", "allocated", "512", "0", "0", "0", "", NS(1670289251), NULL, NULL, NULL, NULL, NULL, NULL, \
	NULL, "", "", "", "ab", "text/" NASTY, "", mismatch, "7.9", known, "complete"
static const char *const files[] = {
	FILE_ROW("1", "/" NASTY, "0", NULL), FILE_ROW("2", "/plain", "0", NULL), FILE_ROW("3", "/odd", "1", NULL), FILE_ROW("4", "/bad", "0", "bad"),
};
static const int64_t times[] = { INT64_C(1670289249000000000), INT64_C(1670289250000000000), INT64_C(4102444800000000000) };
static const struct fake_fact facts[] = {
	{ "case_id", NASTY }, { "hostname", NASTY }, { "examiner", NASTY }, { "started", "2022-12-06T18:27:11Z" }, { "version", NASTY },
	{ "options", "{\"a\":\"<b>\",\"b\":[1,{\"c\":null}],\"d\":false,\"e\":{\"f\":1},\"g\":-12}" },
	{ "rules.files", "[{\"namespace\":\"n\",\"path\":\"<b>\",\"sha256\":\"s\",\"rules\":2,\"error\":\"<i>\"}]" },
	{ "verdict", "compromised" }, { "verdict.score", "10" }, { "verdict.reasons", "[\"<b>\"]" }, { "ransomware.family", NASTY },
	{ "ransomware.encrypted_files", "41207" }, { "ransomware.encrypted_bytes", "118234112233" },
	{ "ransomware.first", NS(1670289249) }, { "ransomware.last", NS(1670292169) }, { "ransomware.notes", "3" },
};

static inline struct case_reader
nasty_case(void)
{
	struct case_reader r = { .facts = facts, .fact_count = sizeof(facts) / sizeof(facts[0]), .times = times, .time_count = 3, .fail_view = -1 };
	r.views[CASE_EVIDENCE] = (struct fake_view)FAKE_VIEW(evidence, 12);
	r.views[CASE_VOLUMES] = (struct fake_view)FAKE_VIEW(volumes, 9);
	r.views[CASE_FILESYSTEMS] = (struct fake_view)FAKE_VIEW(filesystems, 6);
	r.views[CASE_PROBLEMS] = (struct fake_view)FAKE_VIEW(problems, 9);
	r.views[CASE_COVERAGE] = (struct fake_view)FAKE_VIEW(coverage, 8);
	r.views[CASE_CUSTODY] = (struct fake_view)FAKE_VIEW(custody, 7);
	r.views[CASE_FINDINGS] = (struct fake_view)FAKE_VIEW(findings, 15);
	r.views[CASE_FILES] = (struct fake_view)FAKE_VIEW(files, 32);
	return r;
}

#endif
