/* test_export.c - the files that other tools read: what a hostile name, a time before 1970 or a missing fact becomes in each. */
#include "tests/case_make.h"

#include "triage/base/json.h"
#include "triage/report/export.h"
#include "triage/report/report.h"

static const struct report_options options = { .lang = "en", .timezone = "", .from = TRIAGE_TIME_NONE, .to = TRIAGE_TIME_NONE, .rules_dir = "rules" };

/* The text that an exporter writes for a case; freed by the caller. */
static char *
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

static void
assert_json(const char *text, size_t size)
{
	struct json j;
	json_start(&j, text, size);
	assert_int_not_equal(json_next(&j), JSON_ERROR);
	assert_true(json_skip(&j));
	assert_int_equal(json_next(&j), JSON_END);
}

/* Each line is JSON; returns their number. */
static unsigned
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

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("missing: %s\nin: %.2000s", part, text);
}

static void
assert_has_not(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("not wanted: %s", part);
}

/* A case with one hostile name, a deleted file before 1970, an encrypted file of the victim and a note of the attacker. */
static void
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
}

/* file ids: /README.txt 1, /letter.docx.play 2, /link 3, /old 4, =cmd... 5 */
static void
end_case(struct made *m)
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

static void
every_exporter_has_a_name_of_its_own(void **state)
{
	(void)state;
	assert_true(exporter_count() >= 9);
	for (size_t i = 0; i < exporter_count(); i++) {
		assert_ptr_equal(exporter_named(exporter_at(i)->name), exporter_at(i));
		assert_true(exporter_at(i)->format == NULL || exporter_of(exporter_at(i)->format) == exporter_at(i));
		assert_true(exporter_at(i)->what[0] != '\0');
	}
	assert_null(exporter_at(exporter_count()));
	assert_null(exporter_named("case.db"));
	assert_non_null(exporter_named("report.html"));
}

static void
the_timeline_agrees_in_its_two_times_and_computes_nothing(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	end_case(&m);
	char *text = exported(&m, "timeline.csv");
	assert_memory_equal(text, "message,datetime,timestamp,timestamp_desc,source_short,parser,hostname,username,filename,inode,sha256_hash,tag,", 107);
	assert_has(text, "\"/old (1000 bytes, deleted)\",1969-12-31T23:59:59.999999+00:00,-1,created,FILE,fs,,,/old,41,");
	assert_has(text, "\r\n\"'=cmd|'\\x0a%\"\"</script> (1000 bytes)\",2020-09-13T12:26:40.123456+00:00,1600000000123456,modified,FILE,");
	assert_has(text, ",\"'=cmd|'\\x0a%\"\"</script>\",40,");
	assert_has(text, "2017-07-14T02:40:00.000000+00:00,1500000000000000,$FILE_NAME modified,");
	free(text);
	text = exported(&m, "timeline.jsonl");
	assert_number_equal(assert_json_lines(text), 3);
	assert_has(text, "\"datetime\":\"1969-12-31T23:59:59.999999+00:00\",\"timestamp\":-1,\"timestamp_desc\":\"created\"");
	assert_has(text, "\"filename\":\"=cmd|'\\\\x0a%\\\"<\\/script>\"");
	assert_has(text, "\"data\":{\"inode\":41,\"size\":1000,\"state\":\"deleted\"}");
	free(text);
	made_end(&m);
}

static void
the_body_file_says_what_mactime_expects(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	end_case(&m);
	char *text = exported(&m, "bodyfile.txt");
	assert_has(text, "|=cmd%7C'\\x0a%25\"</script>|40-128-1|r/rrwsr-xr-x|0|0|1000|0|1600000000|0|0\n");
	assert_has(text, "\n0|=cmd%7C'\\x0a%25\"</script> ($FILE_NAME)|40-128-1|r/rrwsr-xr-x|0|0|1000|0|1500000000|0|0\n");
	assert_has(text, "|/old (deleted-realloc)|41-0-0|r/----------|0|0|1000|0|0|0|0\n");
	assert_has(text, "|/link -> /etc/passwd|44-0-0|l/lrw-r--r--|0|0|1000|0|0|0|0\n");
	assert_has(text, "4e07408562bedb8b60ce05c1decfe3ad|/README.txt|");
	for (const char *line = text, *end; *line != '\0'; line = end + 1) {
		unsigned bars = 0;
		end = strchr(line, '\n');
		assert_non_null(end);
		for (const char *p = line; p < end; p++)
			bars += *p == '|';
		assert_number_equal(bars, 10);
	}
	free(text);
	made_end(&m);
}

static void
several_filesystems_are_told_apart_in_the_body_file(void **state)
{
	(void)state;
	struct made m;
	uint64_t id;
	made_begin(&m, "ext4");
	const struct triage_filesystem fs = { .index = 1, .type = "ext4", .label = "", .uuid = "" };
	assert_ok(case_put_filesystem(m.store, 1, &fs, &id, &err));
	const struct triage_entry e = entry_of(1, 9, "x");
	put_named(&m, &e, 10);
	assert_ok(case_put_entry(m.store, id, &e, "/x", 10, &err));
	made_build(&m);
	made_seal(&m);
	char *text = exported(&m, "bodyfile.txt");
	assert_has(text, "0|fs1:/x|9|r/r");
	assert_has(text, "0|fs2:/x|9|r/r");
	free(text);
	made_end(&m);
}

static void
findings_are_lines_of_json_whatever_their_detail_is(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	end_case(&m);
	char *text = exported(&m, "findings.jsonl");
	assert_number_equal(assert_json_lines(text), 2);
	assert_has(text, "\"detail\":{\"examples\":[{\"file_id\":1}]},\"file_id\":null");
	assert_has(text, "\"detail\":\"not {json\",\"file_id\":2");
	assert_has(text, "\"title\":\"Encrypted <\\/script>\xef\xbf\xbd\"");
	assert_has(text, "\"first_time\":null");
	free(text);
	made_end(&m);
}

static void
the_summary_leaves_nothing_out(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	end_case(&m);
	char *text = exported(&m, "summary.json");
	assert_json(text, strlen(text) - 1);
	static const char *const keys[] = { "schema", "tool", "case", "verdict", "ransomware", "family", "encrypted_files", "encrypted_bytes", "first_encrypted",
		"last_encrypted", "notes", "untouched_shares", "entry", "accounts_to_reset", "hosts_contacted", "coverage", "counts" };
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char key[64];
		snprintf(key, sizeof(key), "\"%s\":", keys[i]);
		assert_has(text, key);
	}
	assert_has(text, "\"verdict\":\"compromised\"");
	assert_has(text, "\"id\":\"2026/17\"");
	assert_has(text, "\"findings_by_severity\":{\"critical\":2,\"high\":0");
	assert_has(text, "\"files\":5,");
	free(text);
	made_end(&m);
}

static void
indicators_are_the_attackers_files_never_the_victims(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	end_case(&m);
	char *text = exported(&m, "iocs.stix.json");
	assert_json(text, strlen(text) - 1);
	assert_has(text, "\"pattern\":\"[file:hashes.'SHA-256' = '4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce']\"");
	assert_has(text, "\"name\":\"README.txt\"");
	assert_has(text, "\"external_id\":\"T1486\"");
	assert_has(text, "\"type\":\"malware\"");
	assert_has(text, "\"created\":\"2026-11-24T01:02:03.000Z\"");
	assert_has_not(text, "letter.docx");
	free(text);
	made_end(&m);
}

static void
the_linked_data_names_evidence_tool_and_flagged_files(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	end_case(&m);
	char *text = exported(&m, "case.jsonld");
	assert_json(text, strlen(text) - 1);
	static const char *const parts[] = { "case-investigation:Investigation", "case-investigation:InvestigativeAction", "case-investigation:ProvenanceRecord",
		"uco-tool:ConfiguredTool", "uco-core:Annotation", "{\"@type\":\"xsd:dateTime\",\"@value\":\"2026-11-24T01:02:03.000000000Z\"}", "\"uco-core:name\":\"disk.dd\"", "\"uco-observable:filePath\":\"/README.txt\"", "\"uco-observable:filePath\":\"/letter.docx.play\"",
		"{\"@type\":\"xsd:hexBinary\",\"@value\":\"4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce\"}" };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_has(text, parts[i]);
	assert_has_not(text, "/old\"");
	free(text);
	made_end(&m);
}

/* A reader that splits at commas and one that parses XML: neither sees more cells or elements than there are. */
static void
hostile_names_stay_in_their_cell_and_element(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	end_case(&m);
	char *text = exported(&m, "timeline.l2t.csv");
	assert_has(text, "\n09/13/2020,12:26:40,UTC,M...,FILE,filesystem,modified,-,-,'=cmd|'\\x0a%'</script> (1000 bytes),'=cmd|'\\x0a%'</script> (1000 bytes),2,"
	    "'=cmd|'\\x0a%'</script>,40,-,fs,inode: 40; size: 1000; state: allocated\n");
	for (const char *line = text, *end; *line != '\0'; line = end + 1) {
		unsigned commas = 0;
		end = strchr(line, '\n');
		assert_non_null(end);
		for (const char *p = line; p < end; p++)
			commas += *p == ',';
		assert_number_equal(commas, 16);
	}
	free(text);
	text = exported(&m, "files.dfxml.xml");
	assert_has(text, "<filename>=cmd|&#39;\\x0a%&quot;&lt;/script&gt;</filename>");
	assert_has(text, "<filename>old</filename><id>4</id><name_type>r</name_type><filesize>1000</filesize><alloc_inode>1</alloc_inode><alloc_name>0</alloc_name><inode>41</inode>");
	assert_has(text, "<crtime>1969-12-31T23:59:59.999999999Z</crtime>");
	assert_has(text, "<link_target>/etc/passwd</link_target>");
	assert_has_not(text, "</script>");
	free(text);
	made_end(&m);
}

static void
the_event_for_misp_is_marked_and_holds_no_file_of_the_victim(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	end_case(&m);
	char *text = exported(&m, "event.misp.json");
	assert_json(text, strlen(text) - 1);
	assert_has(text, "\"Tag\":[{\"name\":\"tlp:amber\"}");
	assert_has(text, "\"type\":\"sha256\",\"category\":\"Payload delivery\",\"object_relation\":\"sha256\",\"value\":\"4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce\"");
	assert_has(text, "\"published\":false");
	assert_has_not(text, "letter.docx");
	free(text);
	made_end(&m);
}

static void
a_case_without_findings_gives_whole_files_too(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	made_build(&m);
	made_seal(&m);
	for (size_t i = 0; i < exporter_count(); i++) {
		if (exporter_at(i)->write_folder != NULL)
			continue;
		char *text = exported(&m, exporter_at(i)->name);
		if (strstr(exporter_at(i)->name, ".json") != NULL && strstr(exporter_at(i)->name, ".jsonl") == NULL)
			assert_json(text, strlen(text) - 1);
		free(text);
	}
	made_end(&m);
}

static void
all_files_are_written_and_none_twice(void **state)
{
	(void)state;
	struct made m;
	char folder[250];
	begin_case(&m);
	end_case(&m);
	snprintf(folder, sizeof(folder), "%s/data", m.folder);
	assert_ok(output_folder(folder, &err));
	assert_ok(report_export_all(m.reader, &options, folder, &err));
	assert_status(TRIAGE_E_IO, report_export_all(m.reader, &options, folder, &err));
	for (size_t i = 0; i < exporter_count(); i++) {
		char path[400];
		snprintf(path, sizeof(path), "%s/%s", folder, exporter_at(i)->name);
		assert_int_equal(access(path, F_OK), exporter_at(i)->beside || exporter_at(i)->write_folder != NULL ? -1 : 0);	/* rows few enough for the page */
	}
	made_end(&m);
}

static void
uuids_are_those_of_the_standard(void **state)
{
	(void)state;
	/* RFC 4122, appendix C: the name space of DNS; python's uuid5(NAMESPACE_DNS, "www.example.com") */
	static const uint8_t dns[16] = { 0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };
	char text[UUID_TEXT_SIZE];
	uuid_of(dns, "www.example.com", 15, text);
	assert_string_equal(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

static void
digits_reach_from_end_to_end(void **state)
{
	(void)state;
	static const int64_t values[] = { 0, 7, -7, 10, INT64_MAX, INT64_MIN };
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char got[24], want[24];
		size_t size = export_digits(values[i], got);
		assert_int_equal(size, snprintf(want, sizeof(want), "%lld", (long long)values[i]));
		assert_memory_equal(got, want, size);
	}
}

static void
files_of_findings_are_collected_once_with_the_first_finding(void **state)
{
	(void)state;
	struct made m;
	struct pointed p;
	made_begin(&m, "ntfs");
	made_build(&m);
	struct case_finding_row f = { .severity = TRIAGE_HIGH, .rule = "r", .kind = "yara", .title = "t", .technique = "", .host = "", .path = "/",
		.first_time = TRIAGE_TIME_NONE, .last_time = TRIAGE_TIME_NONE, .count = 1, .file_id = 9,
		.detail = "{\"a\":[1,{\"examples\":2}],\"examples\":[{\"file_id\":3},{\"file_id\":\"x\"},{\"path\":\"p\",\"file_id\":9},7,{\"file_id\":-4}]}" };
	assert_ok(case_seal_finding(m.sealer, &f, &err));
	f.file_id = 3;
	f.detail = "{\"examples\":[{\"file_id\":5},{\"file_";
	assert_ok(case_seal_finding(m.sealer, &f, &err));
	/* a log of which records are told, and a file that is also flagged for itself */
	f.file_id = 11;
	f.detail = "{\"examples\":[{\"event_id\":7,\"file_id\":11},{\"event_id\":8,\"file_id\":5}]}";
	assert_ok(case_seal_finding(m.sealer, &f, &err));
	made_seal(&m);
	assert_ok(pointed_collect(m.reader, NULL, &p, &err));
	assert_number_equal(p.count, 4);
	assert_true(p.files[3].record && p.files[3].file_id == 11);
	assert_false(p.files[1].record || p.files[0].record);
	assert_number_equal(p.files[0].file_id, 3);
	assert_number_equal(p.files[0].finding_id, 1);
	assert_number_equal(p.files[1].file_id, 5);
	assert_number_equal(p.files[2].file_id, 9);
	assert_number_equal(p.files[2].finding_id, 1);
	pointed_release(&p);
	made_end(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_exporter_has_a_name_of_its_own),
		cmocka_unit_test(the_timeline_agrees_in_its_two_times_and_computes_nothing),
		cmocka_unit_test(the_body_file_says_what_mactime_expects),
		cmocka_unit_test(several_filesystems_are_told_apart_in_the_body_file),
		cmocka_unit_test(findings_are_lines_of_json_whatever_their_detail_is),
		cmocka_unit_test(the_summary_leaves_nothing_out),
		cmocka_unit_test(indicators_are_the_attackers_files_never_the_victims),
		cmocka_unit_test(the_linked_data_names_evidence_tool_and_flagged_files),
		cmocka_unit_test(hostile_names_stay_in_their_cell_and_element),
		cmocka_unit_test(the_event_for_misp_is_marked_and_holds_no_file_of_the_victim),
		cmocka_unit_test(a_case_without_findings_gives_whole_files_too),
		cmocka_unit_test(all_files_are_written_and_none_twice),
		cmocka_unit_test(uuids_are_those_of_the_standard),
		cmocka_unit_test(digits_reach_from_end_to_end),
		cmocka_unit_test(files_of_findings_are_collected_once_with_the_first_finding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
