/* export_made.h - a case for exporters: a hostile name, a deleted file before 1970, an encrypted file of the victim, a note of the attacker. */
#ifndef TRIAGE_TESTS_EXPORT_MADE_H
#define TRIAGE_TESTS_EXPORT_MADE_H

#include "tests/case_make.h"

#include "triage/base/json.h"
#include "triage/report/export.h"
#include "triage/report/report.h"

static const struct report_options options = { .lang = "en", .timezone = "", .from = TRIAGE_TIME_NONE, .to = TRIAGE_TIME_NONE, .rules_dir = "rules" };

/* The text that an exporter writes for a case; freed by the caller. */
static inline char *
exported(struct made *m, const char *name)
{
	char path[300];
	struct output *out;
	const struct exporter *x = exporter_named(name);
	assert_non_null(x);
	snprintf(path, sizeof(path), "%s/%s", m->folder, name);
	unlink(path);
	assert_ok(output_create(path, &out, &err));
	assert_ok(x->write(m->reader, &options, out, &err));
	assert_ok(output_finish(out, NULL, &err));
	return read_whole(path, NULL);
}

static inline void
assert_json(const char *text, size_t size)
{
	struct json j;
	json_start(&j, text, size);
	assert_int_not_equal(json_next(&j), JSON_ERROR);
	assert_true(json_skip(&j));
	assert_int_equal(json_next(&j), JSON_END);
}

/* The same for an exporter whose text is one JSON document and a line end. */
static inline char *
exported_document(struct made *m, const char *name)
{
	char *text = exported(m, name);
	assert_json(text, strlen(text) - 1);
	return text;
}

/* Each line is JSON; returns their number. */
static inline unsigned
assert_json_lines(const char *text)
{
	unsigned lines = 0;
	for (const char *end; *text != '\0'; text = end + 1, lines++) {
		end = strchr(text, '\n');
		assert_non_null(end);
		assert_json(text, (size_t)(end - text));
	}
	return lines;
}

static inline void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("missing: %s\nin: %.2000s", part, text);
}

static inline void
assert_has_not(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("not wanted: %s", part);
}

/* Findings and facts of the judge. file ids: /README.txt 1, /letter.docx.play 2, /link 3, /old 4, =cmd... 5 */
static inline void
seal_case(struct made *m)
{
	const struct case_finding_row note = { .severity = TRIAGE_CRITICAL, .confidence = 90, .score = 50, .rule = "yara:ransom.note", .kind = "ransom-note",
		.title = "Ransom note: Play", .technique = "T1486", .path = "/README.txt", .host = "", .detail = "{\"examples\":[{\"file_id\":1}]}",
		.first_time = TRIAGE_TIME_NONE, .last_time = TRIAGE_TIME_NONE, .count = 3, .file_id = TRIAGE_NO_ID };
	struct case_finding_row victim = note;
	victim.kind = "encrypted";
	victim.title = "Encrypted </script>\xff";
	victim.file_id = 2;
	victim.detail = "not {json";
	assert_ok(case_seal_finding(m->sealer, &note, &err));
	assert_ok(case_seal_finding(m->sealer, &victim, &err));
	assert_ok(case_seal_meta(m->sealer, "verdict", "compromised", &err));
	assert_ok(case_seal_meta(m->sealer, "ransomware.family", "Play", &err));
	made_seal(m);
}

/* A case with one hostile name, a deleted file before 1970, an encrypted file of the victim and a note of the attacker: judged, sealed and open. */
static inline void
begin_case(struct made *m)
{
	made_begin(m, "ntfs");
	struct triage_entry evil = entry_of(1, 40, "=cmd|'\n%\"</script>"), old = entry_of(2, 41, "old"), note = entry_of(3, 42, "README.txt"),
	    victim = entry_of(4, 43, "letter.docx.play"), link = entry_of(5, 44, "link");
	evil.times[TRIAGE_MTIME] = 1600000000 * NS + 123456789;
	evil.times[TRIAGE_FN_MTIME] = 1500000000 * NS;
	evil.attr_type = 128;
	evil.attr_id = 1;
	evil.mode = 0104755;
	old.times[TRIAGE_BTIME] = -1;
	old.state = TRIAGE_STATE_DELETED;
	old.flags |= TRIAGE_ENTRY_REUSED;
	link.kind = TRIAGE_FILE_LINK;
	link.link = (const uint8_t *)"/etc/passwd";
	link.link_size = 11;
	link.flags = 0;
	assert_ok(case_put_entry(m->store, 1, &evil, "=cmd|'\\x0a%\"</script>", 10, &err));
	put_named(m, &old, 10);
	put_named(m, &note, 10);
	put_named(m, &victim, 10);
	put_named(m, &link, 90);
	for (uint64_t unit = 1; unit <= 4; unit++) {
		char word[2] = { (char)('0' + unit), '\0' };
		put_result(m, unit, word);
	}
	assert_ok(case_set(m->store, "meta.case_id", "2026/17", &err));
	assert_ok(case_set(m->store, "meta.started", "2026-11-24T01:02:03Z", &err));
	assert_ok(case_custody(m->store, "triage", "started", "{\"a\":1}", &err));
	assert_ok(case_custody(m->store, "triage", "sealed", "{}", &err));
	made_build(m);
	seal_case(m);
}

#endif
