/* test_query.c - the sealed database: its views, what they say, and that its bytes depend on nothing but the evidence. */
#include "tests/case_make.h"
#include "triage/case/schema.h"

#include <fcntl.h>
#include <sqlite3.h>

/* --- the contract --- */

static const struct {
	enum case_view view;
	const char *columns;		/* those of the contract, in its order */
} contract[] = {
	{ CASE_EVIDENCE, "evidence_id,name,kind,size,sector_size,md5,sha1,sha256,stored_md5,stored_sha1,hash_verdict,bad_sectors" },
	{ CASE_VOLUMES, "volume_id,evidence_id,parent_id,kind,start,length,label,uuid,state" },
	{ CASE_FILESYSTEMS, "filesystem_id,volume_id,type,label,uuid,block_size" },
	{ CASE_HOSTS, "host_id,filesystem_id,hostname,os,version,installed,timezone,domain,last_shutdown,last_boot" },
	{ CASE_ACCOUNTS, "account_id,host_id,name,sid_or_uid,groups,created,last_login,last_password_change,disabled" },
	{ CASE_FILES, "file_id,filesystem_id,inode,sequence,stream,path,name_raw,kind,state,size,mode,uid,gid,owner,mtime,atime,ctime,btime,fn_mtime,"
	    "fn_atime,fn_ctime,fn_btime,link_target,md5,sha1,sha256,mime,magic,extension_mismatch,entropy,known,content,"
	    "attr_type,attr_id,flags,text,chi_square,entropy_first,entropy_last,entropy_most,entropy_least,blocks,random_blocks,bytes_read,"
	    "block_size,most_offset,windowed,scan_incomplete,shape,damage,damage_share,original_path,damage_reason" },
	{ CASE_TIMELINE, "time,precision,meaning,source,parser,host,user,path,message,technique,file_id,data,inode,sha256" },
	{ CASE_MATCHES, "rule,namespace,tags,file_id,path,string_id,offset,length,sample,rule_index" },
	{ CASE_EXTENTS, "file_id,file_offset,image_offset,length" },
	{ CASE_FINDINGS, "finding_id,severity,confidence,score,rule,kind,title,technique,host,path,first_time,last_time,count,detail,file_id" },
	{ CASE_PROBLEMS, "stage,severity,evidence_id,filesystem_id,path,inode,code,message,bytes" },
	{ CASE_COVERAGE, "what,total,examined,skipped,failed,bytes_total,bytes_examined,reason" },
	{ CASE_CUSTODY, "seq,time,actor,action,detail,previous_hash,hash" },
	{ CASE_RULES, "rule_index,name,namespace,tags,title,why,innocent,family,technique,kind,source,version,severity,confidence" },
	{ CASE_STORIES, "story_id,host,tactic,title,severity,confidence,points,first_time,last_time,findings,shown" },
	{ CASE_EVENTS, "event_id,time,meaning,source,parser,technique,host,user,path,message,file_id,offset,data" },
	{ CASE_DAMAGE, "scope,name,filesystem_id,depth,files,bytes,damaged_files,damaged_bytes,share,intact,encrypted_whole,encrypted_part,renamed,zeroed,unknown,"
	    "older_copies,first_time,last_time" },
	{ CASE_DIGESTS, "file_id,path,sha256,coalesce(btime, mtime),state" },
	{ CASE_DAMAGE_STYLES, "damage,files,bytes,damaged_bytes" },
	{ CASE_CONTACTS, "contact_id,host,direction,peer,account,protocol,first_time,last_time,count,failed,source,event_id" },
	{ CASE_CONTRADICTIONS, "contradiction_id,kind,host,subject,first_source,first_time,first_says,first_event_id,first_file_id,second_source,second_time,second_says,"
	    "second_event_id,second_file_id,count" },
	{ CASE_META, "key,value" },
};

static void
views_have_the_columns_of_the_contract_in_its_order(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	made_build(&m);
	made_seal(&m);
	assert_number_equal(sizeof(contract) / sizeof(contract[0]), CASE_VIEW_COUNT);
	for (size_t i = 0; i < sizeof(contract) / sizeof(contract[0]); i++) {
		struct case_cursor *c;
		char columns[1024] = "";
		assert_ok(case_rows(m.reader, contract[i].view, CASE_BY_ID, &c, &err));
		for (size_t k = 0, at = 0; k < case_columns(c); k++)
			at += (size_t)snprintf(columns + at, sizeof(columns) - at, "%s%s", k > 0 ? "," : "", case_column_name(c, k));
		columns[strlen(contract[i].columns)] = '\0';
		assert_string_equal(columns, contract[i].columns);
		case_cursor_close(c);
	}
	made_end(&m);
}

static void
column_numbers_agree_with_column_names(void **state)
{
	(void)state;
	struct made m;
	struct case_cursor *c;
	made_begin(&m, "ntfs");
	made_build(&m);
	made_seal(&m);
	assert_ok(case_rows(m.reader, CASE_FILES, CASE_BY_ID, &c, &err));
	assert_number_equal(case_columns(c), CASE_FILES_COLUMN_COUNT);
	assert_string_equal(case_column_name(c, CASE_FILES_CONTENT), "content");
	assert_string_equal(case_column_name(c, CASE_FILES_SCAN_INCOMPLETE), "scan_incomplete");
	assert_string_equal(case_column_name(c, CASE_FILES_FN_BTIME), "fn_btime");
	case_cursor_close(c);
	assert_ok(case_rows(m.reader, CASE_TIMELINE, CASE_BY_TIME, &c, &err));
	assert_string_equal(case_column_name(c, CASE_TIMELINE_DATA), "data");
	assert_string_equal(case_column_name(c, CASE_TIMELINE_SHA256), "sha256");
	case_cursor_close(c);
	assert_ok(case_rows(m.reader, CASE_TIMELINE, CASE_TIMES_ONLY, &c, &err));
	assert_number_equal(case_columns(c), 1);
	assert_string_equal(case_column_name(c, CASE_TIMELINE_TIME), "time");
	case_cursor_close(c);
	assert_ok(case_rows(m.reader, CASE_MATCHES, CASE_BY_ID, &c, &err));
	assert_string_equal(case_column_name(c, CASE_MATCHES_RULE_INDEX), "rule_index");
	case_cursor_close(c);
	assert_ok(case_rows(m.reader, CASE_EXTENTS, CASE_BY_ID, &c, &err));
	assert_string_equal(case_column_name(c, CASE_EXTENTS_EVIDENCE_ID), "evidence_id");
	case_cursor_close(c);
	made_end(&m);
}

/* --- timeline --- */

static void
equal_times_of_a_file_are_one_moment(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	struct triage_entry e = entry_of(1, 77, "a.txt");
	e.state = TRIAGE_STATE_DELETED;
	e.size = 1234;
	e.times[TRIAGE_MTIME] = e.times[TRIAGE_CTIME] = e.times[TRIAGE_FN_BTIME] = 20 * NS;
	e.times[TRIAGE_ATIME] = 10 * NS;
	e.times[TRIAGE_BTIME] = 0;
	put_named(&m, &e, 10);
	assert_ok(case_set(m.store, "meta.hostname", "SRV1", &err));
	made_build(&m);
	struct case_reader *r = case_seal_reader(m.sealer);
	assert_number_equal(rows_of(r, CASE_TIMELINE), 2);
	assert_number_equal(case_count(r, CASE_TIMELINE), 2);
	assert_string_equal(text_at(r, CASE_TIMELINE, 0, CASE_TIMELINE_MEANING), "accessed");
	assert_string_equal(text_at(r, CASE_TIMELINE, 1, CASE_TIMELINE_MEANING), "modified, changed, $FILE_NAME created");
	assert_string_equal(text_at(r, CASE_TIMELINE, 1, CASE_TIMELINE_PRECISION), "100ns");
	assert_string_equal(text_at(r, CASE_TIMELINE, 1, CASE_TIMELINE_SOURCE), "filesystem");
	assert_string_equal(text_at(r, CASE_TIMELINE, 1, CASE_TIMELINE_HOST), "SRV1");
	assert_string_equal(text_at(r, CASE_TIMELINE, 1, CASE_TIMELINE_PATH), "/a.txt");
	assert_string_equal(text_at(r, CASE_TIMELINE, 1, CASE_TIMELINE_MESSAGE), "/a.txt (1234 bytes, deleted)");
	assert_string_equal(text_at(r, CASE_TIMELINE, 1, CASE_TIMELINE_DATA), "{\"inode\":77,\"size\":1234,\"state\":\"deleted\"}");
	made_end(&m);
}

static void
a_fat_volume_says_how_coarse_its_times_are(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "fat32");
	struct triage_entry e = entry_of(1, 1, "a");
	e.times[TRIAGE_MTIME] = 20 * NS;
	e.times[TRIAGE_ATIME] = 10 * NS;
	e.times[TRIAGE_BTIME] = 15 * NS;
	put_named(&m, &e, 10);
	made_build(&m);
	struct case_reader *r = case_seal_reader(m.sealer);
	assert_string_equal(text_at(r, CASE_TIMELINE, 0, CASE_TIMELINE_PRECISION), "day");
	assert_string_equal(text_at(r, CASE_TIMELINE, 1, CASE_TIMELINE_PRECISION), "10ms");
	assert_string_equal(text_at(r, CASE_TIMELINE, 2, CASE_TIMELINE_PRECISION), "2s");
	made_end(&m);
}

static void
moments_come_in_the_order_of_time_across_files(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ext4");
	for (uint64_t i = 1; i <= 40; i++) {
		char name[20];
		snprintf(name, sizeof(name), "f%02d", (int)i);
		struct triage_entry e = entry_of(i, i, name);
		e.times[TRIAGE_MTIME] = ((int64_t)(i * 7 % 41) - 20) * NS;
		e.times[TRIAGE_ATIME] = 5 * NS;
		put_named(&m, &e, 10);
	}
	made_build(&m);
	struct case_cursor *c;
	int64_t last = INT64_MIN;
	uint64_t rows = 0;
	assert_ok(case_rows(case_seal_reader(m.sealer), CASE_TIMELINE, CASE_BY_TIME, &c, &err));
	struct triage_error ignored;
	while (case_next(c, &ignored) == TRIAGE_OK) {
		assert_true(case_int(c, CASE_TIMELINE_TIME) >= last);
		last = case_int(c, CASE_TIMELINE_TIME);
		rows++;
	}
	case_cursor_close(c);
	assert_number_equal(rows, 40 + 38);	/* two of the 40 fall on zero and on the access time */
	made_end(&m);
}

/* --- names --- */

static void
files_come_in_the_order_of_their_paths_with_raw_names_beside_them(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	struct triage_entry b = entry_of(1, 1, "b"), stream = entry_of(2, 2, "a\xff"), link = entry_of(3, 3, "c");
	stream.stream = (const uint8_t *)"Zone\x01";
	stream.stream_size = 5;
	link.flags = 0;
	link.kind = TRIAGE_FILE_LINK;
	link.link = (const uint8_t *)"../b\n";
	link.link_size = 5;
	link.inode = UINT64_MAX;
	put_named(&m, &b, 10);
	assert_ok(case_put_entry(m.store, 1, &stream, "/a\\xff", 10, &err));
	put_named(&m, &link, 90);
	made_build(&m);
	struct case_reader *r = case_seal_reader(m.sealer);
	assert_string_equal(text_at(r, CASE_FILES, 0, CASE_FILES_PATH), "/a\\xff");
	assert_string_equal(text_at(r, CASE_FILES, 0, CASE_FILES_STREAM), "Zone\\x01");
	assert_string_equal(text_at(r, CASE_FILES, 0, CASE_FILES_NAME_RAW), "a\xff");
	assert_string_equal(text_at(r, CASE_FILES, 1, CASE_FILES_PATH), "/b");
	assert_string_equal(text_at(r, CASE_FILES, 1, CASE_FILES_STREAM), "");
	assert_string_equal(text_at(r, CASE_FILES, 1, CASE_FILES_LINK_TARGET), "(null)");
	assert_string_equal(text_at(r, CASE_FILES, 2, CASE_FILES_LINK_TARGET), "../b\\x0a");
	assert_string_equal(text_at(r, CASE_FILES, 2, CASE_FILES_INODE), "(null)");
	assert_string_equal(text_at(r, CASE_FILES, 2, CASE_FILES_UID), "(null)");
	assert_string_equal(text_at(r, CASE_FILES, 2, CASE_FILES_FILE_ID), "3");
	made_end(&m);
}

/* --- the same bytes --- */

/* Fill a journal with the same findings, met in another order and by more workers. */
static void
fill(struct made *m, bool turned)
{
	made_begin(m, "ntfs");
	for (uint64_t i = 1; i <= 300; i++) {
		char name[40];
		snprintf(name, sizeof(name), "file %d", (int)(i * 7919 % 300));
		struct triage_entry e = entry_of(i, i, name);
		e.times[TRIAGE_MTIME] = (int64_t)(i % 17 + 1) * NS;
		put_named(m, &e, 10);
	}
	for (uint64_t k = 1; k <= 300; k++) {
		uint64_t unit = turned ? 301 - k : k;
		char word[20];
		snprintf(word, sizeof(word), "%d", (int)(unit % 50));
		const struct triage_extent x = { 0, unit * 4096, 1000 };
		const struct triage_problem p = { .stage = "content", .code = "odd", .message = word, .inode = unit % 5, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID };
		assert_ok(case_put_problem(m->store, 1, 1, "/", &p, &err));
		assert_ok(case_put_extent(m->store, unit, &x, &err));
		/* the first worker to meet content judges it; with two workers it is judged twice */
		if (turned ? unit > 200 : unit <= 50) {
			put_hit(m, unit, 0, unit % 50, false);
			put_result(m, unit, word);
		} else {
			put_same(m, unit, word);
		}
		if (turned && k % 10 == 0)
			assert_ok(case_commit(m->store, &err));
	}
	assert_ok(case_custody(m->store, "triage", "examined", "{}", &err));
	made_build(m);
	for (uint64_t i = 1; i <= 300; i += 3)
		assert_ok(case_seal_file_judgement(m->sealer, i, i % 2 == 0 ? "good" : "bad", true, &err));
	if (turned)
		assert_ok(case_commit(m->store, &err));
	made_seal(m);
}

static void
the_order_in_which_results_come_does_not_change_a_byte(void **state)
{
	(void)state;
	struct made one, two;
	size_t size_one, size_two;
	fill(&one, false);
	fill(&two, true);
	char *a = read_whole(one.database, &size_one), *b = read_whole(two.database, &size_two);
	assert_number_equal(size_one, size_two);
	assert_memory_equal(a, b, size_one);
	assert_number_equal(rows_of(one.reader, CASE_MATCHES), 300);
	free(a);
	free(b);
	made_end(&one);
	made_end(&two);
}

/* --- what the judge adds --- */

static void
judgements_findings_coverage_and_facts_are_in_the_sealed_case(void **state)
{
	(void)state;
	struct made m;
	struct case_cursor *c;
	made_two(&m, "a", "b");
	assert_ok(case_set(m.store, "meta.version", "1", &err));
	assert_ok(case_set(m.store, "meta.verdict", "journal", &err));
	assert_ok(case_set(m.store, "private", "x", &err));
	assert_ok(case_custody(m.store, "triage", "judged", "{}", &err));
	made_build(&m);
	assert_ok(case_seal_file_judgement(m.sealer, 1, "bad", true, &err));
	assert_ok(case_seal_file_judgement(m.sealer, 2, NULL, true, &err));
	const struct case_finding_row late = { .severity = TRIAGE_HIGH, .confidence = 70, .score = 5, .rule = "r", .kind = "yara", .title = "late", .technique = "",
		.host = "", .path = "/a", .detail = "", .first_time = 9 * NS, .last_time = TRIAGE_TIME_NONE, .count = 1, .file_id = 1 };
	struct case_finding_row early = late;
	early.title = "early";
	early.first_time = 3 * NS;
	early.file_id = TRIAGE_NO_ID;
	assert_ok(case_seal_finding(m.sealer, &late, &err));
	assert_ok(case_seal_finding(m.sealer, &early, &err));
	const struct case_coverage_row row = { .what = "streams", .total = 2, .skipped = 2, .bytes_total = 2000 };
	assert_ok(case_seal_coverage(m.sealer, &row, &err));
	assert_ok(case_seal_meta(m.sealer, "verdict", "compromised", &err));
	const struct triage_problem p = { .stage = "seal", .code = "late", .message = "after the build", .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID,
		.offset = TRIAGE_NO_ID };
	assert_ok(case_put_problem(m.store, 0, 0, "", &p, &err));
	made_seal(&m);
	assert_string_equal(text_at(m.reader, CASE_FILES, 0, CASE_FILES_KNOWN), "bad");
	assert_string_equal(text_at(m.reader, CASE_FILES, 1, CASE_FILES_KNOWN), "(null)");
	assert_string_equal(text_at(m.reader, CASE_FILES, 1, CASE_FILES_EXTENSION_MISMATCH), "1");
	assert_string_equal(text_at(m.reader, CASE_FINDINGS, 0, CASE_FINDINGS_TITLE), "late");
	assert_string_equal(text_at(m.reader, CASE_FINDINGS, 0, CASE_FINDINGS_HOST), "(null)");
	assert_string_equal(text_at(m.reader, CASE_FINDINGS, 0, CASE_FINDINGS_DETAIL), "{}");
	assert_string_equal(text_at(m.reader, CASE_FINDINGS, 1, CASE_FINDINGS_FILE_ID), "(null)");
	assert_ok(case_rows(m.reader, CASE_FINDINGS, CASE_BY_TIME, &c, &err));
	assert_ok(case_next(c, &err));
	assert_string_equal(case_text(c, CASE_FINDINGS_TITLE), "early");
	case_cursor_close(c);
	assert_string_equal(text_at(m.reader, CASE_COVERAGE, 0, CASE_COVERAGE_SKIPPED), "2");
	assert_string_equal(case_meta(m.reader, "verdict"), "compromised");
	assert_string_equal(case_meta(m.reader, "version"), "1");
	assert_string_equal(case_meta(m.reader, "private"), "");
	assert_number_equal(rows_of(m.reader, CASE_PROBLEMS), 1);
	assert_number_equal(rows_of(m.reader, CASE_CUSTODY), 1);
	assert_number_equal(rows_of(m.reader, CASE_RULES), 2);
	assert_ok(case_check(m.reader, &err));
	made_end(&m);
}

static void
a_build_can_be_done_again_over_what_was_left(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	put_simple(&m, 1, 1, "a");
	write_whole(m.database, "left over", 9);
	made_build(&m);
	case_seal_abandon(m.sealer);
	m.sealer = NULL;
	assert_int_equal(access(m.database, F_OK), -1);
	made_build(&m);
	made_seal(&m);
	assert_number_equal(rows_of(m.reader, CASE_FILES), 1);
	made_end(&m);
}

/* --- reading --- */

static void
a_cursor_that_ended_stays_ended(void **state)
{
	(void)state;
	struct made m;
	struct case_cursor *c;
	made_begin(&m, "ntfs");
	made_build(&m);
	made_seal(&m);
	assert_ok(case_rows(m.reader, CASE_EVIDENCE, CASE_BY_ID, &c, &err));
	assert_ok(case_next(c, &err));
	assert_status(TRIAGE_END, case_next(c, &err));
	assert_status(TRIAGE_END, case_next(c, &err));
	case_cursor_close(c);
	assert_status(TRIAGE_E_USAGE, case_rows_of(m.reader, CASE_META, 1, &c, &err));
	made_end(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_have_the_columns_of_the_contract_in_its_order),
		cmocka_unit_test(column_numbers_agree_with_column_names),
		cmocka_unit_test(equal_times_of_a_file_are_one_moment),
		cmocka_unit_test(a_fat_volume_says_how_coarse_its_times_are),
		cmocka_unit_test(moments_come_in_the_order_of_time_across_files),
		cmocka_unit_test(files_come_in_the_order_of_their_paths_with_raw_names_beside_them),
		cmocka_unit_test(the_order_in_which_results_come_does_not_change_a_byte),
		cmocka_unit_test(judgements_findings_coverage_and_facts_are_in_the_sealed_case),
		cmocka_unit_test(a_build_can_be_done_again_over_what_was_left),
		cmocka_unit_test(a_cursor_that_ended_stays_ended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
