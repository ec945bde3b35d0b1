/* fuzz_sigma.c - Sigma rules of any bytes: read, compiled, and put to an event each of a few kinds. */
#include "tests/fuzz/targets.h"

#include "triage/detect/detect.h"
#include "triage/detect/sigma.h"

int
fuzz_one_sigma(const uint8_t *data, size_t size)
{
	static const struct detect_event events[] = {
		{ .event_id = 1, .time = 1000, .meaning = "logged", .source = "evtx", .parser = "evtx", .host = "PC", .user = "jan", .path = "/a.evtx", .message = "started", .technique = "",
			.data = "{\"event_id\":1,\"channel\":\"Microsoft-Windows-Sysmon/Operational\",\"provider\":\"Microsoft-Windows-Sysmon\",\"image\":\"C:\\\\Windows\\\\cmd.exe\",\"command_line\":\"cmd /c whoami\",\"hashes\":\"MD5=1,SHA256=2\"}" },
		{ .event_id = 2, .time = 2000, .meaning = "logged", .source = "evtx", .parser = "evtx", .host = "PC", .user = "", .path = "", .message = "", .technique = "",
			.data = "{\"event_id\":4624,\"channel\":\"Security\",\"provider\":\"Microsoft-Windows-Security-Auditing\",\"ip_address\":\"10.0.0.1\",\"target_user_name\":\"jan\",\"logon_type\":3}" },
		{ .event_id = 3, .time = TRIAGE_TIME_NONE, .meaning = "command run", .source = "shell-history", .parser = "shell_history", .host = "", .user = "", .path = "", .message = "curl x | sh",
			.technique = "", .data = "{\"command\":\"curl x | sh\"}" },
	};
	char path[FUZZ_PATH];
	struct sigma_set *set;
	struct detect_tables *tables;
	struct detect_judge *judge;
	struct triage_error err = { .text = "" };
	int fd = fuzz_file(data, size, path);
	const char *const paths[] = { path };
	const struct sigma_config alone = { .tables = fuzz_rules(), .paths = paths, .path_count = 1, .own = path };
	FUZZ_NEED(sigma_load(&alone, &set, &err) == TRIAGE_OK);
	bool any = sigma_rule_count(set) > 0;
	for (size_t i = 0; i < sigma_refusal_count(set); i++)
		FUZZ_NEED(sigma_refusal(set, i)->why[0] != '\0' && sigma_refusal(set, i)->line > 0);
	sigma_free(set);
	const struct detect_config config = { .tables = fuzz_rules(), .sigma = paths, .sigma_count = 1 };
	if (any) {
		FUZZ_NEED(detect_load(&config, &tables, &err) == TRIAGE_OK && detect_judge_new(tables, &judge, &err) == TRIAGE_OK);
		for (size_t i = 0; i < 2 * sizeof(events) / sizeof(events[0]); i++)
			FUZZ_NEED(detect_judge_event(judge, &events[i % (sizeof(events) / sizeof(events[0]))], &err) == TRIAGE_OK);
		FUZZ_NEED(detect_judge_finish(judge, 1, &err) == TRIAGE_OK);
		detect_judge_free(judge);
		detect_free(tables);
	}
	close(fd);
	return 0;
}
FUZZ_MAIN(sigma)
