/*
 * tool_sigma.c - tool_sigma RULES EVENTS [FILE [LOG]]: makes so many Sigma rules and so many events, alike to those of public packs and of real logs in kind and share,
 * judges them and prints the processor time. One rule in a hundred is a correlation, some of them of thousands of events. FILE: a pack to use in place of the made
 * rules; "" for none. LOG: events to repeat in place of the made ones, a line each, with tabs between parser, meaning, host, user, message and data.
 */
#include "tests/pick.h"

#include "triage/detect/detect.h"
#include "triage/detect/sigma.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static const char *
word(void)
{
	static const char *const parts[] = { "svc", "host", "win", "net", "sys", "update", "agent", "task", "user", "data", "log", "boot", "disk", "cache", "print", "mon" };
	static char out[8][64];
	static unsigned at;
	char *w = out[at++ % 8];
	snprintf(w, 64, "%s%s%u", parts[pick(16)], parts[pick(16)], pick(4000));
	return w;
}

static void
put_rule(FILE *out, unsigned number)
{
	static const char *const categories[] = { "process_creation", "process_creation", "process_creation", "process_creation", "process_creation", "process_creation",
		"registry_set", "registry_set", "image_load", "file_event", "ps_script", "network_connection" };
	unsigned kind = pick(14);
	if (number % 100 == 50) {	/* a rule that many events hit, and what counts them */
		static const char *const types[] = { "event_count", "value_count", "value_sum", "value_avg" };
		unsigned type = number / 100 % 4;
		fprintf(out, "---\ntitle: Base %u\nid: base-%u\nlevel: medium\nlogsource: {product: windows, service: security}\ndetection: {s: {EventID%s: %u}, condition: s}\n", number, number,
		    number % 500 == 50 ? "|gte" : "", 4624 + number / 100 % 60);
		fprintf(out, "---\ntitle: Count %u\nid: count-%u\nlevel: medium\ncorrelation:\n  type: %s\n  rules: [base-%u]\n  group-by: [Computer]\n  timespan: %u%s\n  condition: {gte: %u%s}\n", number, number,
		    types[type], number, 1 + pick(5), pick(2) ? "h" : "m", type == 2 ? 1000000 : 5 + pick(10000), type == 1 ? ", field: IpPort" : type > 1 ? ", field: LogonType" : "");
		return;
	}
	fprintf(out, "---\ntitle: Made rule %u\nid: made-%u\nstatus: test\nlevel: medium\ntags: [attack.t1059]\n", number, number);
	if (kind >= 12) {
		fprintf(out, "logsource: {product: windows, service: security}\ndetection:\n  s:\n    EventID: %u\n    TargetUserName|endswith: '%s'\n  condition: s\n", 4600 + pick(200), word());
		return;
	}
	fprintf(out, "logsource: {product: windows, category: %s}\ndetection:\n", categories[kind]);
	if (kind >= 10)
		fprintf(out, "  s:\n    %s|contains: ['%s', '%s -x']\n  condition: s\n", kind == 10 ? "ScriptBlockText" : "DestinationHostname", word(), word());
	else if (kind >= 6)
		fprintf(out, "  s:\n    %s|contains: '\\%s\\'\n    %s|endswith: ['\\%s', '%s.dll']\n  f: {Image|startswith: 'C:\\Program Files\\'}\n  condition: s and not f\n",
		    kind < 8 ? "TargetObject" : kind == 8 ? "ImageLoaded" : "TargetFilename", word(), kind < 8 ? "Details" : "Image", word(), word());
	else if (number % 20 == 0)
		fprintf(out, "  s: {CommandLine|re: '%s[^/]{0,20}\\s-[a-z]+\\s+\\S{10,}'}\n  condition: s\n", word());
	else if (number % 20 == 1)
		fprintf(out, "  s:\n    Image|endswith: '\\powershell.exe'\n    CommandLine|contains|all: ['-%s', ' -']\n  condition: s\n", word());
	else
		fprintf(out, "  i:\n    - Image|endswith: '\\%s.exe'\n    - OriginalFileName: '%s.exe'\n  c:\n    CommandLine|contains: [' /%s', ' -%s', '%s=']\n  f: {ParentImage|endswith: '\\msiexec.exe'}\n"
		    "  condition: i and c and not 1 of f*\n", word(), word(), word(), word(), word());
}

static const char *
image(void)
{
	static const char *const images[] = { "C:\\\\Windows\\\\System32\\\\svchost.exe", "C:\\\\Windows\\\\System32\\\\cmd.exe", "C:\\\\Program Files\\\\Vendor\\\\app.exe",
		"C:\\\\Windows\\\\System32\\\\WindowsPowerShell\\\\v1.0\\\\powershell.exe", "C:\\\\Windows\\\\System32\\\\conhost.exe", "C:\\\\Users\\\\jan\\\\AppData\\\\Local\\\\x.exe" };
	return images[pick(6)];
}

static void
make_event(char *data, size_t size, struct detect_event *e)
{
	static const char head[] = "\"computer\":\"PC-1.example.org\",\"level\":4,\"task\":1,\"opcode\":0,\"keywords\":\"0x8000000000000000\",\"provider_guid\":\"{5770385F-C22A-43E0-BF4C-06F5698FFBD9}\",\"record_id\":20,"
	    "\"recovered\":false,\"system_process_id\":1728,\"thread_id\":412,\"user_id\":\"S-1-5-18\"";
	unsigned kind = pick(20);
	const char *sysmon = "\"channel\":\"Microsoft-Windows-Sysmon/Operational\",\"provider\":\"Microsoft-Windows-Sysmon\"";
	const char *security = "\"channel\":\"Security\",\"provider\":\"Microsoft-Windows-Security-Auditing\"";
	if (kind < 8)
		snprintf(data, size, "{\"event_id\":1,%s,%s,\"image\":\"%s\",\"command_line\":\"%s --type=renderer --field-trial-handle=%s,%s,%s --lang=nl -k netsvcs -p -s %s /prefetch:%u\","
		    "\"current_directory\":\"C:\\\\Windows\\\\system32\\\\\",\"user\":\"NT AUTHORITY\\\\SYSTEM\",\"integrity_level\":\"System\",\"hashes\":\"SHA1=53BC9B2AE89FCAD6197EC519AE588F926C88E460\","
		    "\"parent_image\":\"%s\",\"parent_command_line\":\"%s -k %s\",\"original_file_name\":\"%s.exe\"}", sysmon, head, image(), image(), word(), word(), word(), word(), pick(9), image(), image(), word(), word());
	else if (kind < 11)
		snprintf(data, size, "{\"event_id\":13,%s,%s,\"image\":\"%s\",\"target_object\":\"HKLM\\\\SOFTWARE\\\\Microsoft\\\\%s\\\\%s\\\\Value\",\"details\":\"DWORD (0x%08x)\"}", sysmon, head, image(), word(), word(), pick(9999));
	else if (kind < 14)
		snprintf(data, size, "{\"event_id\":7,%s,%s,\"image\":\"%s\",\"image_loaded\":\"C:\\\\Windows\\\\System32\\\\%s.dll\",\"signed\":\"true\",\"signature\":\"Microsoft Windows\"}", sysmon, head, image(), word());
	else if (kind < 19)
		snprintf(data, size, "{\"event_id\":%u,%s,%s,\"target_user_name\":\"%s\",\"target_domain_name\":\"EXAMPLE\",\"logon_type\":3,\"ip_address\":\"10.0.%u.%u\",\"ip_port\":\"%u\",\"workstation_name\":\"PC-%u\"}",
		    4624 + pick(60), security, head, word(), pick(250), pick(250), pick(60000), pick(500));
	else
		snprintf(data, size, "{\"event_id\":4104,\"channel\":\"Microsoft-Windows-PowerShell/Operational\",\"provider\":\"Microsoft-Windows-PowerShell\",%s,\"script_block_text\":\"function Get-%s { param($%s) foreach ($x in $%s) { "
		    "Write-Output ($x.Name + %s) } } # %s %s %s\"}", head, word(), word(), word(), word(), word(), word(), word());
	*e = (struct detect_event){ .source = "evtx", .parser = "evtx", .meaning = "logged", .host = "PC-1", .user = "jan", .path = "/x.evtx", .message = "A process was started",
	    .technique = "", .data = data, .file_id = 1, .offset = 512 };
}

static double
processor(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
complain(const char *text)
{
	fprintf(stderr, "tool_sigma: %s\n", text);
	return 1;
}

/* Lines of LOG; they stay in memory. */
static unsigned
read_log(const char *path, struct detect_event *events, unsigned most)
{
	FILE *in = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	unsigned n = 0;
	while (in != NULL && n < most && getline(&line, &room, in) > 0) {
		char *cells[6], *rest = strdup(line);
		size_t count = 0;
		rest[strcspn(rest, "\n")] = '\0';
		while (count < 6 && (cells[count] = strsep(&rest, "\t")) != NULL)
			count++;
		if (count == 6)
			events[n++] = (struct detect_event){ .source = strcmp(cells[0], "evtx") == 0 ? "evtx" : "log", .parser = cells[0], .meaning = cells[1], .host = cells[2], .user = cells[3],
				.path = "/x.evtx", .message = cells[4], .technique = "", .data = cells[5], .file_id = 1, .offset = 512 };
	}
	free(line);
	if (in != NULL)
		fclose(in);
	return n;
}

int
main(int argc, char **argv)
{
	enum { KINDS = 20000 };
	struct triage_error err = { 0 };
	struct detect_tables *tables[2];
	struct detect_judge *judge;
	char path[] = "/tmp/triage-sigma-XXXXXX.yml";
	unsigned rules = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 4000, events = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1000000;
	FILE *out = fdopen(mkstemps(path, 4), "w");
	char *data = malloc((size_t)KINDS * 2048);
	if (out == NULL || data == NULL)
		return complain("no room");
	for (unsigned i = 0; i < rules; i++)
		put_rule(out, i);
	fclose(out);
	double times[3] = { 0 }, begin = processor();
	const char *const packs[] = { argc > 3 && argv[3][0] != '\0' ? argv[3] : path };
	const struct detect_config with = { .tables = "rules", .sigma = packs, .sigma_count = 1 }, without = { .tables = "rules" };
	if (detect_load(&with, &tables[0], &err) != TRIAGE_OK || detect_load(&without, &tables[1], &err) != TRIAGE_OK)
		return complain(err.text);
	times[2] = processor() - begin;
	unlink(path);
	static struct detect_event kinds[KINDS];
	unsigned kind_count = argc > 4 ? read_log(argv[4], kinds, KINDS) : KINDS;
	for (unsigned i = 0; i < KINDS && argc <= 4; i++) {
		make_event(data + (size_t)i * 2048, 2048, &kinds[i]);
		kinds[i].data = data + (size_t)i * 2048;
	}
	if (kind_count == 0)
		return complain("no events in the log");
	size_t findings = 0;
	/* with the rules, then without any, for what the other detectors and the events themselves cost */
	for (unsigned pass = 0; pass < 2; pass++) {
		begin = processor();
		if (detect_judge_new(tables[pass], &judge, &err) != TRIAGE_OK)
			return complain(err.text);
		for (unsigned i = 0; i < events; i++) {
			struct detect_event e = kinds[i * 7919u % kind_count];
			e.event_id = i + 1;
			e.time = INT64_C(1700000000000000000) + (int64_t)i * 1000000;
			if (detect_judge_event(judge, &e, &err) != TRIAGE_OK)
				return complain(err.text);
		}
		if (detect_judge_finish(judge, 1, &err) != TRIAGE_OK)
			return complain(err.text);
		findings = pass == 0 ? detect_finding_count(judge) : findings;
		detect_judge_free(judge);
		times[pass] = processor() - begin;
	}
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	printf("%zu rules load (%zu do not) in %.2f s; %u events in %.2f s of processor time, of which %.2f s without Sigma; %zu findings; %ld MiB at most\n",
	    sigma_rule_count(detect_sigma(tables[0])), sigma_refusal_count(detect_sigma(tables[0])), times[2], events, times[0], times[1], findings, use.ru_maxrss / 1024);
	return 0;
}
