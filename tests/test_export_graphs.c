/* test_export_graphs.c - summary, indicators and linked data: whole, and nothing of the victim in what is passed on. */
#include "tests/export_made.h"

static void
the_summary_leaves_nothing_out(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	char *text = exported_document(&m, "summary.json");
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
	char *text = exported_document(&m, "iocs.stix.json");
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
	char *text = exported_document(&m, "case.jsonld");
	static const char *const parts[] = { "case-investigation:Investigation", "case-investigation:InvestigativeAction", "case-investigation:ProvenanceRecord",
		"uco-tool:ConfiguredTool", "uco-core:Annotation", "{\"@type\":\"xsd:dateTime\",\"@value\":\"2026-11-24T01:02:03.000000000Z\"}", "\"uco-core:name\":\"disk.dd\"", "\"uco-observable:filePath\":\"/README.txt\"", "\"uco-observable:filePath\":\"/letter.docx.play\"",
		"{\"@type\":\"xsd:hexBinary\",\"@value\":\"4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce\"}" };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_has(text, parts[i]);
	assert_has_not(text, "/old\"");
	free(text);
	made_end(&m);
}

static void
the_event_for_misp_is_marked_and_holds_no_file_of_the_victim(void **state)
{
	(void)state;
	struct made m;
	begin_case(&m);
	char *text = exported_document(&m, "event.misp.json");
	assert_has(text, "\"Tag\":[{\"name\":\"tlp:amber\"}");
	assert_has(text, "\"type\":\"sha256\",\"category\":\"Payload delivery\",\"object_relation\":\"sha256\",\"value\":\"4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce\"");
	assert_has(text, "\"published\":false");
	assert_has_not(text, "letter.docx");
	free(text);
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
		cmocka_unit_test(the_summary_leaves_nothing_out),
		cmocka_unit_test(indicators_are_the_attackers_files_never_the_victims),
		cmocka_unit_test(the_linked_data_names_evidence_tool_and_flagged_files),
		cmocka_unit_test(the_event_for_misp_is_marked_and_holds_no_file_of_the_victim),
		cmocka_unit_test(uuids_are_those_of_the_standard),
		cmocka_unit_test(files_of_findings_are_collected_once_with_the_first_finding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
