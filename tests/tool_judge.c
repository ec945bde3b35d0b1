/*
 * tool_judge.c - tool_judge FILES EVENTS: so many made files and events, alike to those of a file server, put before the judge with all its tables; prints
 * the processor time and the most memory. Reading them from a case is not in it.
 */
#include "tests/pick.h"

#include "triage/detect/detect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define START INT64_C(1670288400000000000)

static double
cpu(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void
stop(const struct triage_error *err)
{
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

static void
show_file(struct detect_judge *j, uint64_t id, struct triage_error *err)
{
	static const char *const types[][2] = { { "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" }, { "pdf", "application/pdf" }, { "jpg", "image/jpeg" },
		{ "txt", "text/plain" }, { "dll", "application/vnd.microsoft.portable-executable" }, { "log", "text/plain" }, { "xml", "text/xml" }, { "lnk", "application/x-ms-shortcut" } };
	char path[300], sha256[65];
	unsigned type = pick(8), hurt = id % 10 == 0;	/* one in ten is encrypted */
	bool text = type == 3 || type == 5 || type == 6;
	snprintf(path, sizeof(path), "/Shares/Department %02ju/Team %03ju/Case %06ju/letter %ju.%s%s", (uintmax_t)(id / 50000), (uintmax_t)(id / 2000 % 25), (uintmax_t)(id / 40), (uintmax_t)id,
	    types[type][0], hurt ? ".play" : "");
	snprintf(sha256, sizeof(sha256), "%064jx", (uintmax_t)id);
	struct triage_content c = { .state = TRIAGE_CONTENT_COMPLETE, .bytes = 20000 + pick(200000), .text = text && !hurt ? TRIAGE_ASCII : TRIAGE_BINARY,
		.mime = hurt ? "application/octet-stream" : types[type][1], .magic = hurt ? "data" : "", .randomness = { .entropy = hurt ? 7.99 : text ? 4.5 : 7.5, .chi_square = hurt ? 255 : 90000,
		.first = 7.9, .last = 7.9, .most = 7.95, .least = hurt ? 7.9 : 3, .blocks = 16, .random_blocks = hurt ? 16 : 4, .block_size = 4096 },
		.shape = { .cell_size = 4096, .cells = 16, .head_random = hurt, .tail_random = hurt, .starts = !hurt && !text, .ends = true } };
	memset(c.shape.cell, hurt ? TRIAGE_CELL_RANDOM : TRIAGE_CELL_PACKED, 16);
	struct detect_file f = { .file_id = id, .filesystem_id = 1, .path = path, .name = strrchr(path, '/') + 1, .stream = "", .kind = TRIAGE_FILE_REGULAR, .state = TRIAGE_STATE_ALLOCATED,
		.size = c.bytes, .content = &c, .sha256 = sha256, .package = "" };
	for (size_t i = 0; i < TRIAGE_TIME_COUNT; i++)
		f.times[i] = START + (hurt ? (int64_t)(id / 100) * 1000000000 : -(int64_t)pick(1000000) * 1000000000);
	if (j != NULL && detect_judge_file(j, &f, NULL, 0, err) != TRIAGE_OK)
		stop(err);
}

static void
show_event(struct detect_judge *j, uint64_t id, struct triage_error *err)
{
	char data[900], message[300];
	struct detect_event e = { .event_id = id, .file_id = 1 + id % 200, .offset = id, .time = START - INT64_C(5000000000000000) + (int64_t)id * 1000000000, .host = "FS01", .user = "TOWN\\jan",
		.path = "/Windows/System32/winevt/Logs/Security.evtx", .technique = "", .meaning = "logged", .source = "evtx", .parser = "evtx", .message = message, .data = data };
	static const char head[] = "\"channel\":\"Security\",\"provider\":\"Microsoft-Windows-Security-Auditing\",\"computer\":\"FS01\",\"recovered\":false";
	unsigned kind = pick(10);
	snprintf(message, sizeof(message), "An event of number %ju", (uintmax_t)id);
	if (kind < 3) {
		snprintf(data, sizeof(data), "{\"event_id\":4624,\"record_id\":%ju,%s,\"target_user_name\":\"user%u\",\"logon_type\":%u,\"ip_address\":\"10.1.%u.%u\",\"workstation_name\":\"PC-%u\"}", (uintmax_t)id, head,
		    pick(300), pick(10) == 0 ? 10 : 3, pick(8), pick(250), pick(400));
	} else if (kind < 5) {
		snprintf(data, sizeof(data), "{\"event_id\":4688,\"record_id\":%ju,%s,\"new_process_name\":\"C:\\\\Program Files\\\\App%u\\\\tool%u.exe\",\"command_line\":\"tool%u.exe --open \\\"D:\\\\Shares\\\\file %u.docx\\\" /quiet\","
		    "\"parent_process_name\":\"C:\\\\Windows\\\\explorer.exe\"}", (uintmax_t)id, head, pick(50), pick(400), pick(400), pick(100000));
	} else if (kind < 6) {
		snprintf(data, sizeof(data), "{\"event_id\":5145,\"record_id\":%ju,%s,\"subject_user_name\":\"user%u\",\"ip_address\":\"10.1.%u.%u\",\"share_name\":\"\\\\\\\\*\\\\Finance\",\"relative_target_name\":\"x%u.docx\"}",
		    (uintmax_t)id, head, pick(300), pick(8), pick(250), pick(100000));
	} else if (kind < 9) {
		e.source = e.parser = "usn";
		e.path = "/$Extend/$UsnJrnl:$J";
		snprintf(message, sizeof(message), "letter %u.docx%s: renamed (new name)", pick(1000000), pick(20) == 0 ? ".play" : "");
		snprintf(data, sizeof(data), "{\"name\":\"letter %u.docx%s\",\"reason\":[\"RENAME_NEW_NAME\"],\"entry\":%u}", pick(1000000), pick(20) == 0 ? ".play" : "", pick(1000000));
	} else {
		e.source = "registry";
		e.parser = "registry.values";
		e.path = "/Windows/System32/config/SOFTWARE";
		snprintf(data, sizeof(data), "{\"key\":\"HKLM\\\\Software\\\\Vendor %u\\\\Settings\",\"value\":\"Path\",\"data\":\"C:\\\\Program Files\\\\Vendor\\\\%u.dll\"}", pick(3000), pick(3000));
	}
	if (j != NULL && detect_judge_event(j, &e, err) != TRIAGE_OK)
		stop(err);
}

int
main(int argc, char **argv)
{
	uint64_t files = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000000, events = argc > 2 ? strtoull(argv[2], NULL, 10) : 5000000;
	struct triage_error err = { 0 };
	struct detect_tables *t;
	struct detect_judge *j;
	struct rusage u;
	const char *const sigma[] = { "rules/sigma" };
	const struct detect_config config = { .tables = "rules", .sigma = sigma, .sigma_count = 1, .sigma_own = sigma[0] };
	if (detect_load(&config, &t, &err) != TRIAGE_OK || detect_judge_new(t, &j, &err) != TRIAGE_OK)
		stop(&err);
	/* what it costs to make them is measured by itself and left out */
	double start = cpu();
	for (uint64_t i = 1; i <= files; i++)
		show_file(NULL, i, &err);
	double made_files = cpu() - start;
	for (uint64_t i = 1; i <= events; i++)
		show_event(NULL, i, &err);
	double made_events = cpu() - start - made_files;
	pick_seed = PICK_START;
	double begun = cpu();
	for (uint64_t i = 1; i <= files; i++)
		show_file(j, i, &err);
	double seen = cpu();
	for (uint64_t i = 1; i <= events; i++)
		show_event(j, i, &err);
	double heard = cpu();
	if (detect_judge_finish(j, 1, &err) != TRIAGE_OK)
		stop(&err);
	getrusage(RUSAGE_SELF, &u);
	printf("%ju files: %.1f s of processor, %ju events: %.1f s, the end: %.1f s; peak %ld MiB; %zu findings, %s\n", (uintmax_t)files, seen - begun - made_files, (uintmax_t)events, heard - seen - made_events, cpu() - heard,
	    u.ru_maxrss / 1024, detect_finding_count(j), detect_verdict(j)->word);
	for (size_t i = 0; detect_remark(j, i) != NULL; i++)
		printf("  %s\n", detect_remark(j, i));
	detect_judge_free(j);
	detect_free(t);
	return 0;
}
