/* test_artefact_evtx.c - event logs of Windows since Vista, of our fixtures and of the corpus. */
#include "tests/artefact_harness.h"

#include "triage/artefact/evtx_name.h"

#include <zlib.h>

static const struct parsed_event *
event_with(const struct parsed *p, const char *data)
{
	for (size_t i = 0; i < p->count; i++)
		if (strstr(p->events[i].data, data) != NULL)
			return &p->events[i];
	fail_msg("no event with %s", data);
	return NULL;
}

static size_t
live(const struct parsed *p)
{
	return parsed_with(p, "\"recovered\":false");
}

static void
a_sound_log_gives_every_record(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/evtx/security.evtx"));
	assert_number_equal(p.count, 9);
	assert_number_equal(live(&p), 7);
	assert_number_equal(p.remark_count, 0);
	const struct parsed_event *e = event_with(&p, "\"record_id\":44");
	assert_number_equal(e->time, parsed_time("2024-03-05T22:15:01.5Z"));
	assert_string_equal(e->precision, "100ns");
	assert_string_equal(e->source, "evtx");
	assert_string_equal(e->meaning, "logon");
	assert_string_equal(e->host, "PC-12.stadhuis.example");
	assert_string_equal(e->user, "jdevries");
	assert_string_equal(e->message, "Logon of STADHUIS\\jdevries, type 10 (remote desktop) from 203.0.113.7 (KALI)");
	assert_number_equal(e->offset, 7696);
	assert_non_null(strstr(e->data, "\"event_id\":4624,\"channel\":\"Security\",\"provider\":\"Microsoft-Windows-Security-Auditing\",\"computer\":\"PC-12.stadhuis.example\""));
	assert_non_null(strstr(e->data, "\"activity_id\":\"{03020100-0504-0706-0809-0A0B0C0D0E0F}\""));
	/* the event has a ProcessId of its own */
	assert_non_null(strstr(e->data, "\"system_process_id\":700"));
	assert_non_null(strstr(e->data, "\"process_id\":\"0x2c4\""));
	parsed_free(&p);
}

static void
a_fragment_in_a_value_is_part_of_the_event(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/evtx/security.evtx"));
	const struct parsed_event *service = event_with(&p, "\"event_id\":7045"), *cleared = event_with(&p, "\"event_id\":104");
	assert_string_equal(service->message,
	    "Service winupd was installed: C:\\Users\\Public\\x64\\winupd.exe -k (user mode service, auto start), runs as LocalSystem");
	assert_string_equal(service->technique, "T1543.003");
	assert_string_equal(service->user, "S-1-5-18");
	/* a backslash stays one, also before what looks like an escape */
	assert_non_null(strstr(service->data, "\"image_path\":\"C:\\\\Users\\\\Public\\\\x64\\\\winupd.exe -k\""));
	assert_string_equal(cleared->message, "The log System was cleared by STADHUIS\\jdevries");
	assert_string_equal(cleared->technique, "T1070.001");
	assert_non_null(strstr(cleared->data, "\"data_channel\":\"System\""));
	parsed_free(&p);
}

static void
every_type_of_value_is_read(void **state)
{
	static const char *const wanted[] = { "\"text\":\"caf\xc3\xa9 \xe2\x80\x93 \xf0\x9f\x94\x92 \\\"q\\\" <\\/x>\\u000d\\u000a\\\\xe2\\\\x80\\\\xae\"",
		"\"narrow\":\"caf\xc3\xa9 \xe2\x82\xac\"", "\"byte\":-1", "\"u_byte\":255", "\"short\":-2", "\"u_short\":65534", "\"int\":-3",
		"\"u_int\":4000000000", "\"long\":-9223372036854775808", "\"u_long\":18446744073709551615", "\"single\":\"1.5\"", "\"double\":\"-0.25\"",
		"\"flag\":true", "\"raw_bytes\":\"0001fe\"", "\"pointer\":\"0x7ffe0000\"", "\"file_time\":\"2021-02-03T04:05:06.789000000Z\"",
		"\"system_time\":\"2021-02-03T04:05:06.789Z\"", "\"sids\":[\"S-1-5-32-544\",\"S-1-5-21-1-2-3-500\"]", "\"hex\":\"0xc000006a\"",
		"\"numbers\":[\"1\",\"2\",\"3\"]", "\"text_2\":\"again\"", "\"channel\":\"Application\"", "\"data_channel\":\"mine\"" };
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/evtx/security.evtx"));
	const struct parsed_event *e = event_with(&p, "Town-Types");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (strstr(e->data, wanted[i]) == NULL)
			fail_msg("%s is not in %s", wanted[i], e->data);
	/* without a sentence: who, which, and what it says */
	assert_non_null(strstr(e->message, "Town-Types, event 9: text caf"));
	parsed_free(&p);
}

static void
texts_without_a_name_are_a_list(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/evtx/security.evtx"));
	const struct parsed_event *e = event_with(&p, "\"event_id\":6009");
	assert_non_null(strstr(e->data, "\"data\":[\"10.00.\",\"19045\",\"\",\"Multiprocessor Free\",\"0\"]"));
	assert_string_equal(e->message, "Windows 10.00. build 19045 started");
	assert_non_null(strstr(event_with(&p, "\"event_id\":6005")->data, "\"binary\":\"0001020304050607\""));
	parsed_free(&p);
}

static void
what_the_log_says_of_the_machine(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/evtx/security.evtx"));
	assert_string_equal(parsed_fact(&p, "", "hostname"), "PC-12");
	assert_string_equal(parsed_fact(&p, "", "domain"), "stadhuis.example");
	assert_string_equal(parsed_fact(&p, "", "version"), "10.0");
	assert_string_equal(parsed_fact(&p, "", "build"), "19045");
	assert_non_null(parsed_fact(&p, "", "last_boot"));
	assert_null(parsed_fact(&p, "", "last_shutdown"));
	parsed_free(&p);
}

static void
records_left_behind_are_recovered(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/evtx/security.evtx"));
	const struct parsed_event *e = event_with(&p, "oldadmin");
	assert_non_null(strstr(e->data, "\"record_id\":13,\"recovered\":true"));
	/* "-" says nothing */
	assert_null(strstr(e->message, "from"));
	assert_non_null(strstr(e->data, "\"ip_address\":\"-\""));
	parsed_free(&p);
}

static void
a_chunk_by_itself_is_read(void **state)
{
	struct parsed p = { 0 };
	size_t size;
	uint8_t *chunk = parsed_read(fixture("artefact/evtx/chunk"), &size);
	(void)state;
	parsed_bytes(&p, "/carved/block.bin", chunk, size);
	assert_number_equal(p.count, 9);
	assert_number_equal(live(&p), 7);
	parsed_free(&p);
	/* two of them, the first cut at a sector behind its records: the second is found inside */
	uint8_t *two = calloc(1, 16384 + size);
	memcpy(two, chunk, 16384);
	memcpy(two + 16384, chunk, size);
	parsed_bytes(&p, "/carved/block.bin", two, 16384 + size);
	assert_number_equal(p.count, 18);
	assert_number_equal(live(&p), 14);
	assert_number_equal(p.remark_count, 1);
	assert_string_equal(p.remarks[0].code, "chunk-cut");
	parsed_free(&p);
	free(two);
	free(chunk);
}

static void
damage_is_told_and_what_is_sound_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/evtx/damaged.evtx"));
	assert_number_equal(p.count, 5);
	assert_number_equal(live(&p), 0);
	assert_number_equal(parsed_with(&p, "\"record_id\":101"), 0);
	/* the time of its header is gone, that of its contents is not */
	assert_number_equal(event_with(&p, "\"record_id\":103")->time, parsed_time("2024-03-06T01:00:03Z"));
	/* the end of its chunk is gone, and of it */
	assert_non_null(strstr(event_with(&p, "\"record_id\":105")->data, "\"incomplete\":true"));
	assert_number_equal(p.remark_count, 4);
	assert_string_equal(p.remarks[0].code, "chunk-cut");
	assert_string_equal(p.remarks[1].code, "record-damaged");
	assert_number_equal(p.remarks[1].bytes, 288);
	assert_string_equal(p.remarks[2].code, "chunk-cut");
	assert_number_equal(p.remarks[2].offset, 7680);
	assert_string_equal(p.remarks[3].code, "header-damaged");
	parsed_free(&p);
}

static void
a_spoilt_byte_leaves_the_records_live(void **state)
{
	struct parsed p = { 0 };
	size_t size;
	uint8_t *log = parsed_read(fixture("artefact/evtx/security.evtx"), &size);
	(void)state;
	log[7696 + 250] ^= 0x20;
	parsed_bytes(&p, "/log.evtx", log, size);
	assert_number_equal(p.count, 9);
	assert_number_equal(live(&p), 7);
	assert_string_equal(p.remarks[0].code, "chunk-damaged");
	parsed_free(&p);
	/* a log without its header: the chunk is found */
	memset(log, 0xcc, 4096);
	parsed_bytes(&p, "/log.evtx", log, size);
	assert_number_equal(live(&p), 7);
	assert_string_equal(p.remarks[0].code, "chunk-damaged");
	assert_number_equal(p.remarks[0].bytes, 4096);
	parsed_free(&p);
	/* a chunk without its signature: records are found, and marked */
	memcpy(log, "ElfFile", 8);
	memset(log + 4096, 0, 8);
	parsed_bytes(&p, "/log.evtx", log, size);
	assert_number_equal(p.count, 9);
	assert_number_equal(live(&p), 0);
	assert_string_equal(p.remarks[0].code, "chunk-damaged");
	parsed_free(&p);
	free(log);
}

static void
values_outlive_their_template(void **state)
{
	struct parsed p = { 0 };
	size_t size;
	uint8_t *log = parsed_read(fixture("artefact/evtx/security.evtx"), &size);
	(void)state;
	/* the definition of the template lies in the first record that uses it, number 43; its GUID is another's now */
	uint8_t *definition = log + 6208 + 24 + 4 + 10;
	definition[4] ^= 0xff;
	parsed_bytes(&p, "/log.evtx", log, size);
	assert_number_equal(p.count, 9);
	const struct parsed_event *e = event_with(&p, "\"record_id\":44");
	assert_non_null(strstr(e->data, "\"incomplete\":true"));
	assert_null(strstr(e->data, "target_user_name"));
	assert_non_null(strstr(e->data, "\"jdevries\",\"STADHUIS\",\"10\",\"0x3e7a1\",\"203.0.113.7\",\"KALI\""));
	/* the time is that of the record */
	assert_number_equal(e->time, parsed_time("2024-03-05T22:15:01.5Z"));
	assert_true(strncmp(e->message, "An event whose description is lost: ", 36) == 0);
	parsed_free(&p);
	free(log);
}

/* header says `count` chunks; the stream has two, with numbers from 41 and from `second` */
static size_t
live_of_two(unsigned count, bool dirty, uint64_t second, size_t *ret_remarks)
{
	struct parsed p = { 0 };
	size_t size, n;
	uint8_t *log = parsed_read(fixture("artefact/evtx/security.evtx"), &size);
	log = realloc(log, size + 65536);
	uint8_t *chunk = memcpy(log + size, log + 4096, 65536);
	uint32_t crc;
	for (unsigned i = 0; i < 8; i++)
		chunk[24 + i] = (uint8_t)(second >> 8 * i);
	crc = (uint32_t)crc32(crc32(0, chunk, 120), chunk + 128, 384);
	memcpy(chunk + 124, &crc, 4);
	log[42] = (uint8_t)count;
	log[120] = dirty;
	crc = (uint32_t)crc32(0, log, 120);
	memcpy(log + 124, &crc, 4);
	parsed_bytes(&p, "/log.evtx", log, size + 65536);
	assert_number_equal(p.count, 18);
	n = live(&p);
	*ret_remarks = p.remark_count;
	parsed_free(&p);
	free(log);
	return n;
}

static void
chunks_count_more_than_the_header(void **state)
{
	size_t remarks;
	(void)state;
	assert_number_equal(live_of_two(2, false, 41, &remarks), 14);
	assert_number_equal(remarks, 0);
	/* closed in good order with one chunk: what lies behind it is old, unless it goes on from it */
	assert_number_equal(live_of_two(1, false, 41, &remarks), 7);
	assert_number_equal(remarks, 1);
	assert_number_equal(live_of_two(1, false, 48, &remarks), 14);
	assert_number_equal(remarks, 1);
	/* in use: the header is behind */
	assert_number_equal(live_of_two(1, true, 41, &remarks), 14);
	assert_number_equal(remarks, 0);
}

static void
names_become_keys(void **state)
{
	static const struct {
		const char *name, *key;
	} names[] = { { "TargetUserName", "target_user_name" }, { "IpAddress", "ip_address" }, { "ProcessID", "process_id" }, { "ObjectDN", "object_dn" },
		{ "AttributeLDAPDisplayName", "attribute_ldap_display_name" }, { "Threat Name", "threat_name" }, { "param1", "param1" }, { "IPString", "ip_string" },
		{ "SHA256", "sha256" }, { "SIDs", "sids" }, { "UtcTime", "utc_time" }, { "CSEExtensionName", "cse_extension_name" }, { "a-b.c", "a_b_c" },
		{ "", "_" }, { "Caf\xc3\xa9", "caf" }, { "Param1Name", "param1_name" } };
	char out[EVTX_KEY_MAX];
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		evtx_key_form(names[i].name, strlen(names[i].name), out);
		assert_string_equal(out, names[i].key);
	}
}

static void
a_forwarded_event_says_what_its_machine_said(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/evtx/forwarded.evtx"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].message, "De deur ging open.  Kaart: 1234");
	assert_string_equal(p.events[0].host, "door-7");
	assert_number_equal(p.events[0].time, parsed_time("2024-03-07T06:59:58Z"));
	assert_non_null(strstr(p.events[0].data, "\"record_id\":1,\"recovered\":false"));
	assert_non_null(strstr(p.events[0].data, "\"event_record_id\":90210,\"written\":\"2024-03-07T07:00:00"));
	assert_non_null(strstr(p.events[0].data, "\"rendered_keyword\":\"Deur\""));
	/* the machine is another */
	assert_number_equal(p.fact_count, 0);
	parsed_free(&p);
}

static void
other_files_are_not_claimed(void **state)
{
	const struct artefact_subject who = { .path = "/Security.evtx", .name = "Security.evtx", .owner = "", .size = 4096 };
	uint8_t bytes[4096] = "ElfFilf";
	(void)state;
	assert_null(artefact_claim(&who, (struct view){ bytes, sizeof(bytes) }));
	assert_null(artefact_claim(&who, (struct view){ (const uint8_t *)"ElfFile", 8 }));
}

/* what libevtx says of files of the corpus: INDEX.tsv */
static void
the_corpus_is_read(void **state)
{
	static const struct {
		const char *path;
		size_t records, recovered;
	} logs[] = { { "evtx/plaso/System.evtx", 5009, 0 }, { "evtx/velociraptor/TaskScheduler.evtx", 20, 49 }, { "evtx/velociraptor/Security_1_record.evtx", 1, 77 },
		{ "evtx/Lateral_Movement/net_share_drive_5142.evtx", 2, 107 }, { "evtx/python-evtx/issue_38.evtx", 1, 38 },
		{ "evtx/python-evtx/dns_log_malformed.evtx", 5, 0 } };
	(void)state;
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		struct parsed p = { 0 };
		const char *path = corpus_path(logs[i].path);
		if (path == NULL)
			return;
		parsed_file(&p, path);
		assert_number_equal(live(&p), logs[i].records);
		assert_number_equal(p.count - live(&p), logs[i].recovered);
		assert_number_equal(p.remark_count, 0);
		parsed_free(&p);
	}
}

/* most templates of what is left in this chunk are written over; the usual order of <System> still tells the ids */
static void
lost_templates_leave_the_ids(void **state)
{
	struct parsed p = { 0 };
	size_t ids = 0;
	const char *path = corpus_path("evtx/Lateral_Movement/spoolsample_5145.evtx");
	(void)state;
	if (path == NULL)
		return;
	parsed_file(&p, path);
	for (size_t i = 0; i < p.count; i++)
		ids += strstr(p.events[i].data, "\"recovered\":true") != NULL && strstr(p.events[i].data, "\"event_id\"") != NULL;
	assert_number_equal(p.count, 73);
	assert_number_equal(ids, 72);
	parsed_free(&p);
}

static void
a_log_that_is_cut_keeps_what_is_there(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "evtx/plaso/System2.evtx"))
		return;
	assert_number_equal(live(&p), 194);
	/* the third chunk lacks its last 704 bytes: 195 to 284 are in it */
	assert_number_equal(p.count - live(&p), 90);
	assert_string_equal(p.remarks[0].code, "chunk-cut");
	assert_number_equal(p.remarks[0].bytes, 704);
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_log_gives_every_record),
		cmocka_unit_test(a_fragment_in_a_value_is_part_of_the_event),
		cmocka_unit_test(every_type_of_value_is_read),
		cmocka_unit_test(texts_without_a_name_are_a_list),
		cmocka_unit_test(what_the_log_says_of_the_machine),
		cmocka_unit_test(records_left_behind_are_recovered),
		cmocka_unit_test(a_chunk_by_itself_is_read),
		cmocka_unit_test(damage_is_told_and_what_is_sound_is_read),
		cmocka_unit_test(a_spoilt_byte_leaves_the_records_live),
		cmocka_unit_test(values_outlive_their_template),
		cmocka_unit_test(chunks_count_more_than_the_header),
		cmocka_unit_test(names_become_keys),
		cmocka_unit_test(a_forwarded_event_says_what_its_machine_said),
		cmocka_unit_test(other_files_are_not_claimed),
		cmocka_unit_test(the_corpus_is_read),
		cmocka_unit_test(lost_templates_leave_the_ids),
		cmocka_unit_test(a_log_that_is_cut_keeps_what_is_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
