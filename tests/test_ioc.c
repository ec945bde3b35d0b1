/* test_ioc.c - lists of indicators: how they are read, and where they are found. */
#include "tests/detect_harness.h"

#include "triage/base/text.h"
#include "triage/detect/ioc.h"

#include <unistd.h>

#define MD5 "900150983cd24fb0d6963f7d28e17f72"
#define SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

/* Write a list and read it; the name ends in `ending`. */
static enum triage_status
read_list(struct ioc_store *s, const char *ending, const char *text, struct triage_error *err)
{
	char path[200];
	snprintf(path, sizeof(path), "/tmp/test_ioc_%ld-%s", (long)getpid(), ending);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	fclose(f);
	assert_int_equal(digest_setup(err), TRIAGE_OK);
	enum triage_status st = ioc_store_read(s, path, err);
	ioc_store_finish(s);
	unlink(path);
	return st;
}

static void
open_list(struct ioc_store *s, const char *ending, const char *text)
{
	struct triage_error err = { .text = "" };
	ioc_store_init(s);
	if (read_list(s, ending, text, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
}

static const struct ioc *
text_of(const struct ioc_store *s, enum ioc_kind kind, const char *key)
{
	return ioc_find(s, kind, key, strlen(key));
}

static const struct ioc_note *
digest_note(const struct ioc_store *s, enum digest_kind kind, const char *hex)
{
	uint8_t digest[DIGEST_MAX];
	assert_true(text_unhex(hex, digest, digest_size(kind)));
	return ioc_digest(s, kind, digest);
}

static const struct ioc *
address(const struct ioc_store *s, const char *text)
{
	uint8_t bytes[16];
	unsigned prefix;
	assert_true(ioc_parse_address(text, strlen(text), bytes, &prefix));
	return ioc_find_address(s, bytes);
}

static void
plain_lines_are_told_by_their_form(void **state)
{
	(void)state;
	struct ioc_store s;
	open_list(&s, "plain.txt", "\xef\xbb\xbf# a comment\r\n\nEvil[.]Example\r\nhxxps://Evil[.]example/Gate.php  # second stage\n198.51.100[.]7\n203.0.113.0/24\n"
	    "2001:DB8::1\nboss[@]evil.example\nHKLM\\Software\\Evil\\Run\nC:\\Windows\\Temp\\evil.exe\ninvoice.exe\n" MD5 "  evil.bin\n0.0.0.0 blocked.example\n"
	    "*.wild.example\n192.0.2.9:8443\n");
	const struct ioc_list *l = ioc_list_at_hand(&s);
	assert_number_equal(l->taken, 13);
	assert_number_equal(l->refused, 0);
	assert_string_equal(l->form, "text");
	assert_non_null(text_of(&s, IOC_DOMAIN, "evil.example"));
	assert_non_null(text_of(&s, IOC_DOMAIN, "blocked.example"));
	assert_non_null(text_of(&s, IOC_DOMAIN, "wild.example"));
	assert_string_equal(text_of(&s, IOC_URL, "evil.example/Gate.php")->value, "https://Evil.example/Gate.php");
	assert_non_null(text_of(&s, IOC_MAIL, "boss@evil.example"));
	assert_non_null(text_of(&s, IOC_KEY, "software\\evil\\run"));
	assert_non_null(text_of(&s, IOC_PATH, "evil.exe"));
	assert_non_null(text_of(&s, IOC_NAME, "invoice.exe"));
	assert_string_equal(digest_note(&s, DIGEST_MD5, MD5)->comment, "evil.bin");
	assert_null(digest_note(&s, DIGEST_SHA256, SHA256));
	assert_non_null(address(&s, "198.51.100.7"));
	assert_null(address(&s, "198.51.100.8"));
	assert_string_equal(address(&s, "203.0.113.200")->value, "203.0.113.0/24");
	assert_non_null(address(&s, "2001:db8:0::1"));
	assert_non_null(address(&s, "192.0.2.9"));
	ioc_store_release(&s);
}

static void
what_is_of_no_use_is_named_with_its_line(void **state)
{
	(void)state;
	struct ioc_store s;
	struct triage_error err = { .text = "" };
	open_list(&s, "plain.txt", "evil.example\nd41d8cd98f00b204e9800998ecf8427e\n10.0.0.0/4\n127.0.0.1\nwhat is this\nlocalhost\n");
	const struct ioc_list *l = ioc_list_at_hand(&s);
	assert_number_equal(l->taken, 1);
	assert_number_equal(l->refused, 5);
	assert_number_equal(l->shown_count, 5);
	assert_number_equal(l->shown[0].line, 2);
	assert_string_equal(l->shown[0].reason, "the digest of an empty file");
	assert_number_equal(l->shown[4].line, 6);
	assert_string_equal(l->shown[4].shown, "localhost");
	assert_int_equal(read_list(&s, "none.txt", "nothing here\n", &err), TRIAGE_E_FORMAT);
	assert_has(err.text, "none.txt");
	assert_has(err.text, "line 1");
	assert_int_equal(read_list(&s, "broken.json", "{\"Event\":{\"Attribute\":[{\"type\":\"domain\",", &err), TRIAGE_E_FORMAT);
	assert_has(err.text, "no sound JSON");
	ioc_store_release(&s);
}

static void
scores_comments_and_columns_are_read(void **state)
{
	(void)state;
	struct ioc_store s;
	open_list(&s, "c2.txt", "evil.example;the actor TLP:AMBER;80\nweak.example;40\n" SHA256 ";a tool\n");
	const struct ioc_note *n = &s.notes[text_of(&s, IOC_DOMAIN, "evil.example")->note];
	assert_string_equal(n->tlp, "AMBER");
	assert_int_equal(n->severity, TRIAGE_HIGH);
	assert_int_equal(s.notes[text_of(&s, IOC_DOMAIN, "weak.example")->note].severity, TRIAGE_LOW);
	assert_int_equal(digest_note(&s, DIGEST_SHA256, SHA256)->severity, -1);
	ioc_store_release(&s);
	open_list(&s, "list.csv", "Date,SHA256,FileName,Malware,Confidence\n2024-01-02,\"" SHA256 "\",\"notepad.exe\",\"Locker, new\",80\n2024,,stealer.exe,Other,\n,,,,\n");
	n = digest_note(&s, DIGEST_SHA256, SHA256);
	assert_string_equal(n->comment, "notepad.exe, Locker, new");
	assert_int_equal(n->confidence, 80);
	assert_null(text_of(&s, IOC_NAME, "notepad.exe"));	/* the name of a harmful file is not looked for by itself */
	assert_non_null(text_of(&s, IOC_NAME, "stealer.exe"));
	assert_number_equal(ioc_list_at_hand(&s)->refused, 1);
	assert_string_equal(ioc_list_at_hand(&s)->form, "csv");
	ioc_store_release(&s);
	open_list(&s, "feed.csv", "# \"first_seen\",\"ioc_value\",\"ioc_type\",\"malware_printable\"\n\"2024\", \"192.0.2.1:443\", \"ip:port\", \"X\"\n\"2024\", \"evil.zip\", \"domain\", \"Y\"\n");
	assert_non_null(address(&s, "192.0.2.1"));
	assert_non_null(text_of(&s, IOC_DOMAIN, "evil.zip"));
	ioc_store_release(&s);
}

static void
stix_patterns_give_their_comparisons(void **state)
{
	(void)state;
	struct ioc_store s;
	open_list(&s, "stix.json", "{\"type\":\"bundle\",\"objects\":[\n{\"type\":\"malware\",\"name\":\"x\"},\n"
	    "{\"type\":\"indicator\",\"name\":\"C2\",\"confidence\":60,\"pattern_type\":\"stix\",\"object_marking_refs\":[\"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1\"],"
	    "\"pattern\":\"[ipv4-addr:value = '198.51.100.9' OR domain-name:value IN ('a.example', 'b.example')] OR [url:value='http://c.example/x']\"},\n"
	    "{\"type\":\"indicator\",\"pattern\":\"[file:name = 'svchost.exe' AND file:hashes.'SHA-256' = '" SHA256 "']\"},\n"
	    "{\"type\":\"indicator\",\"pattern\":\"[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\\\\\SOFTWARE\\\\\\\\Evil\\\\\\\\A']\"},\n"
	    "{\"type\":\"indicator\",\"pattern\":\"[file:name != 'a.exe']\"},\n{\"type\":\"indicator\",\"revoked\":true,\"pattern\":\"[domain-name:value='r.example']\"},\n"
	    "{\"type\":\"indicator\",\"pattern\":\"[email-addr:value = 'a@evil.example'] FOLLOWEDBY [ipv6-addr:value ISSUBSET '2001:db8::/48'] WITHIN 5 SECONDS\"}]}");
	const struct ioc_list *l = ioc_list_at_hand(&s);
	assert_string_equal(l->form, "stix");
	assert_non_null(address(&s, "198.51.100.9"));
	assert_non_null(text_of(&s, IOC_DOMAIN, "a.example"));
	assert_non_null(text_of(&s, IOC_DOMAIN, "b.example"));
	assert_non_null(text_of(&s, IOC_URL, "c.example/x"));
	const struct ioc_note *n = &s.notes[text_of(&s, IOC_DOMAIN, "b.example")->note];
	assert_string_equal(n->tlp, "RED");
	assert_int_equal(n->confidence, 60);
	assert_null(text_of(&s, IOC_NAME, "svchost.exe"));
	assert_has(digest_note(&s, DIGEST_SHA256, SHA256)->comment, "several conditions");
	assert_non_null(text_of(&s, IOC_KEY, "software\\evil\\a"));
	assert_non_null(text_of(&s, IOC_MAIL, "a@evil.example"));
	assert_null(text_of(&s, IOC_DOMAIN, "r.example"));
	assert_number_equal(l->refused, 1);
	assert_number_equal(l->shown[0].line, 6);
	assert_number_equal(l->passed, 2);
	ioc_store_release(&s);
}

static void
misp_attributes_are_taken_when_they_are_for_detection(void **state)
{
	(void)state;
	struct ioc_store s;
	open_list(&s, "misp.json", "{\"response\":[{\"Event\":{\"Attribute\":[{\"type\":\"domain|ip\",\"value\":\"evil.example|198.51.100.9\",\"to_ids\":true,\"comment\":\"c2\"},\n"
	    "{\"type\":\"domain\",\"value\":\"quiet.example\",\"to_ids\":false},{\"type\":\"mutex\",\"value\":\"m\",\"to_ids\":true}],"
	    "\"Object\":[{\"name\":\"file\",\"Attribute\":[{\"type\":\"filename|md5\",\"value\":\"x.exe|" MD5 "\",\"to_ids\":\"1\",\"Tag\":[{\"name\":\"tlp:red\"}]}]}],"
	    "\"info\":\"Campaign\",\"Tag\":[{\"name\":\"tlp:green\"}]}}]}");
	const struct ioc_list *l = ioc_list_at_hand(&s);
	assert_string_equal(l->form, "misp");
	const struct ioc_note *n = &s.notes[text_of(&s, IOC_DOMAIN, "evil.example")->note];
	assert_string_equal(n->comment, "Campaign: c2");
	assert_string_equal(n->tlp, "GREEN");
	assert_non_null(address(&s, "198.51.100.9"));
	assert_null(text_of(&s, IOC_DOMAIN, "quiet.example"));
	assert_string_equal(digest_note(&s, DIGEST_MD5, MD5)->comment, "Campaign, x.exe");
	assert_string_equal(digest_note(&s, DIGEST_MD5, MD5)->tlp, "RED");
	assert_number_equal(l->passed, 1);
	assert_number_equal(l->refused, 1);
	assert_number_equal(l->shown[0].line, 2);
	ioc_store_release(&s);
}

/* --- looking --- */

struct found {
	char text[2000];
	const struct ioc_store *s;
};

static bool
note_hit(void *ctx, const struct ioc_hit *hit)
{
	struct found *f = ctx;
	size_t n = strlen(f->text);
	snprintf(f->text + n, sizeof(f->text) - n, "%s%zu+%zu ", hit->item != NULL ? hit->item->value : "digest ", hit->at, hit->size);
	snprintf(f->text + strlen(f->text) - 1, 3, "; ");
	return true;
}

static const char *
search(const struct ioc_store *s, const void *bytes, size_t size, unsigned flags)
{
	static struct found f;
	f.text[0] = '\0';
	ioc_search(s, bytes, size, flags, note_hit, &f);
	return f.text;
}
#define IN(text) search(&s, text, sizeof(text) - 1, 0)

static void
borders_and_parents_of_names_count(void **state)
{
	(void)state;
	struct ioc_store s;
	open_list(&s, "list.txt", "evil.example\n198.51.100.7\nboss@mail.example\nhttp://c2.example/gate.php\n2001:db8::7\n");
	assert_string_equal(IN("to evil.example."), "evil.example3+12; ");
	assert_string_equal(IN("a.B.EVIL.example:443"), "evil.example0+16; ");
	assert_string_equal(IN("notevil.example evil.example.org evil.examples -evil_example"), "");
	assert_string_equal(IN("//evil.example/x \\\\evil.example\\c$"), "evil.example2+12; evil.example19+12; ");
	assert_string_equal(IN("/home/evil.example C:\\evil.example"), "");	/* names of files */
	assert_string_equal(IN("198.51.100.7,198.51.100.70 1198.51.100.7 198.51.100.7.1"), "198.51.100.70+12; ");
	assert_string_equal(IN("<Boss@Mail.Example>"), "boss@mail.example1+17; ");
	assert_string_equal(IN("notboss@mail.example"), "");
	assert_string_equal(IN("https://c2.example/gate.php?id=1&x=2."), "http://c2.example/gate.php8+19; ");
	assert_string_equal(IN("https://c2.example/gate.phpx"), "");
	assert_string_equal(IN("[2001:0db8::0007]:80 2001:db8::77 12:30:45"), "2001:db8::71+15; ");
	assert_string_equal(IN("\0e\0v\0i\0l\0.\0e\0x\0a\0m\0p\0l\0e\0\0"), "evil.example1+24; ");
	assert_string_equal(IN(""), "");
	assert_string_equal(IN("."), "");
	ioc_store_release(&s);
}

static void
messages_give_digests_and_names_too(void **state)
{
	(void)state;
	struct ioc_store s;
	static const char json[] = "{\"image\":\"C:\\\\Temp\\\\Big Tool.exe\",\"hashes\":\"MD5=" MD5 ",SHA256=00\",\"host\":\"evil.example\"}";
	open_list(&s, "list.txt", "evil.example\nbig tool.exe\n" MD5 "\nsmall.exe\n");
	const char *got = search(&s, json, sizeof(json) - 1, IOC_IN_MESSAGE | IOC_IN_JSON);
	assert_has(got, "big tool.exe");
	assert_has(got, "digest ");
	assert_has(got, "evil.example");
	assert_has(search(&s, "run \"c:\\x\\small.exe\" -a", 23, IOC_IN_MESSAGE), "small.exe");
	assert_string_equal(search(&s, "verysmall.exe small.exe2", 24, IOC_IN_MESSAGE), "");
	ioc_store_release(&s);
}

static void
note_path(void *ctx, const struct ioc *i)
{
	struct found *f = ctx;
	strncat(f->text, i->value, sizeof(f->text) - strlen(f->text) - 1);
	strncat(f->text, "; ", sizeof(f->text) - strlen(f->text) - 1);
}

static const char *
paths(const struct ioc_store *s, const char *path)
{
	static struct found f;
	f.text[0] = '\0';
	ioc_match_path(s, path, note_path, &f);
	return f.text;
}

static void
paths_and_patterns_fit_either_separator(void **state)
{
	(void)state;
	struct ioc_store s;
	struct triage_error err = { .text = "" };
	open_list(&s, "list.txt", "C:\\Windows\\Temp\\evil.exe\n%APPDATA%\\evil.exe\n*\\Public\\*.hta\nsvch0st.exe\n");
	assert_int_equal(read_list(&s, "filename-iocs.txt", "\\\\Temp\\\\ld[0-9]{2}\\.exe$;65;\\\\Temp\\\\ld99\n/tmp/\\.x/mine(r|d)$;80\n(a|b);10\n(((unclosed;10\n", &err), TRIAGE_OK);
	assert_number_equal(ioc_list_at_hand(&s)->taken, 2);
	assert_number_equal(ioc_list_at_hand(&s)->refused, 2);
	assert_string_equal(paths(&s, "/Windows/Temp/EVIL.exe"), "C:\\Windows\\Temp\\evil.exe; ");
	assert_string_equal(paths(&s, "C:\\Windows\\Temp\\evil.exe"), "C:\\Windows\\Temp\\evil.exe; ");
	assert_string_equal(paths(&s, "/Users/jan/evil.exe"), "");
	assert_string_equal(paths(&s, "/Users/jan/AppData/Roaming/evil.exe"), "%APPDATA%\\evil.exe; ");
	assert_string_equal(paths(&s, "/Users/Public/a.hta"), "*\\Public\\*.hta; ");
	assert_string_equal(paths(&s, "/x/svch0st.exe"), "svch0st.exe; ");
	assert_string_equal(paths(&s, "/Windows/Temp/LD07.exe"), "\\\\Temp\\\\ld[0-9]{2}\\.exe$; ");
	assert_string_equal(paths(&s, "/Windows/Temp/ld99.exe"), "");
	assert_string_equal(paths(&s, "/tmp/.x/miner"), "/tmp/\\.x/mine(r|d)$; ");
	ioc_store_release(&s);
}

static void
limits_of_paths_are_told(void **state)
{
	(void)state;
	struct ioc_store s;
	struct found f = { .text = "" };
	struct triage_error err = { .text = "" };
	char deep[12000];
	open_list(&s, "list.txt", "svch0st.exe\n");
	assert_int_equal(read_list(&s, "filename-iocs.txt", "evil(a|aa|aaa)+$;80\n", &err), TRIAGE_OK);
	assert_true(ioc_match_path(&s, "/x/evilaaa", note_path, &f));
	assert_string_equal(f.text, "evil(a|aa|aaa)+$; ");
	assert_false(ioc_match_path(&s, "/x/evilaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", note_path, &f));
	memset(deep, 'd', sizeof(deep));
	strcpy(deep + sizeof(deep) - 13, "/svch0st.exe");
	assert_string_equal(paths(&s, deep), "svch0st.exe; ");
	ioc_store_release(&s);
}

/* --- judging --- */

static void
findings_name_list_and_place(void **state)
{
	(void)state;
	struct judged t;
	struct triage_error err = { .text = "" };
	char path[200];
	snprintf(path, sizeof(path), "/tmp/test_ioc_%ld-judge.txt", (long)getpid());
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs("evil.example;the actor TLP:AMBER;80\nHKLM\\SOFTWARE\\Evil\n" MD5 ";a tool\ntool.exe\n198.51.100.7\n", f);
	fclose(f);
	const char *const lists[] = { path };
	const struct detect_config config = { .tables = rules_folder(), .iocs = lists, .ioc_count = 1 };
	t = (struct judged){ .next_id = 1 };
	assert_int_equal(detect_load(&config, &t.tables, &err), TRIAGE_OK);
	assert_int_equal(detect_judge_new(t.tables, &t.judge, &err), TRIAGE_OK);
	unlink(path);
	struct triage_content c = text_content(3);
	c.hashed = true;
	assert_true(text_unhex(MD5, c.md5, 16));
	show(&t, "/a/abc.txt", c);
	show(&t, "/b/Tool.exe", text_content(5));
	const struct detect_rule rule = { .name = "address", .name_space = "ioc", .title = "", .why = "", .innocent = "", .family = "", .technique = "", .kind = "ioc",
		.version = "1" };
	const struct detect_match m = { .rule = &rule, .string_id = "198.51.100.7", .offset = 12, .length = 12, .sample = "198.51.100.7" };
	const struct triage_content text = text_content(100);
	show_as(&t, (struct detect_file){ .state = TRIAGE_STATE_ALLOCATED }, "/c/note.txt", &text, &m, 1);
	show_event(&t, (struct detect_event){ .time = NIGHT, .source = "registry", .message = "Registry key last written",
	    .data = "{\"key\":\"SOFTWARE\\\\Evil\\\\Sub\",\"value\":\"\"}" });
	show_event(&t, (struct detect_event){ .time = NIGHT + 1, .source = "shell-history", .user = "jan", .message = "curl http://cdn.evil.example/x",
	    .data = "{\"command\":\"curl http://cdn.evil.example/x\"}" });
	finish(&t, 1);
	const struct detect_finding *found = need_finding(&t, "ioc:domain");
	assert_int_equal(found->severity, TRIAGE_HIGH);
	assert_int_equal(found->count, 1);	/* message and data of one event say it once */
	assert_string_equal(found->kind, "ioc");
	assert_has(found->detail, "TLP:AMBER");
	assert_has(found->detail, "\"accounts\":[\"jan\"]");
	assert_has(found->title, "evil.example");
	assert_int_equal(need_finding(&t, "ioc:hash")->severity, TRIAGE_HIGH);
	assert_int_equal(need_finding(&t, "ioc:hash")->confidence, 95);
	assert_string_equal(need_finding(&t, "ioc:hash")->path, "/a/abc.txt");
	assert_int_equal(need_finding(&t, "ioc:file-name")->severity, TRIAGE_MEDIUM);
	assert_has(need_finding(&t, "ioc:registry")->detail, "event_id");
	assert_has(need_finding(&t, "ioc:address")->detail, "\"offset\":12");
	close_judge(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_lines_are_told_by_their_form),
		cmocka_unit_test(what_is_of_no_use_is_named_with_its_line),
		cmocka_unit_test(scores_comments_and_columns_are_read),
		cmocka_unit_test(stix_patterns_give_their_comparisons),
		cmocka_unit_test(misp_attributes_are_taken_when_they_are_for_detection),
		cmocka_unit_test(borders_and_parents_of_names_count),
		cmocka_unit_test(messages_give_digests_and_names_too),
		cmocka_unit_test(paths_and_patterns_fit_either_separator), cmocka_unit_test(limits_of_paths_are_told),
		cmocka_unit_test(findings_name_list_and_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
