/*
 * defender_log.c - what Windows Defender wrote of its work: MPLog-*.log, MPDetection-*.log.
 *
 * Lines begin with their time in UTC. Blocks ("Begin Resource Scan" ... "End Scan", threat actions, BM telemetry) have lines without a time, and the time
 * in one of these, by the wall clock of the machine. Source: files of Windows 10 and 11; patterns of Intrinsec's mplog_parser and of dissect.target. Lines outside blocks that have no
 * time tell of no moment and are passed over.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { BLOCK_MAX = 24 << 10, VALUE = 2048 };

struct mplog {
	struct log_lines lines;
	struct buf block;		/* lines of the block at hand, each ended by LF */
	bool ready;
	const char *end;		/* what ends it, NULL: in no block */
	const char *kind;
	uint64_t offset;
};

static const struct {
	const char *begin, *end, *meaning;
} blocks[] = {
	{ "Begin Resource Scan", "End Scan", "resource scanned" },
	{ "Beginning threat actions", "Finished threat actions", "threat action" },
	{ "BEGIN BM telemetry", "END BM telemetry", "behaviour reported" },
};

/* Words of a line and what they say; the first that fits. */
static const struct {
	const char *words, *meaning, *says;
} kinds[] = {
	{ "DETECTIONEVENT", "threat detected", "detection" }, { "DETECTION_ADD", "threat detected", "detection" },
	{ "DETECTION_CLEANEVENT", "threat cleaned", "cleaning" }, { "threat:", "threat detected", "threat" }, { "lowfi:", "suspicion", "weak sign" },
	{ "ProcessImageName:", "process seen", "process" }, { "Blocked file", "file blocked", "blocked file" },
	{ "Unsuccessful scan status", "scan failed", "file not scanned" }, { "[Exclusion]", "exclusion used", "exclusion" },
	{ "original file name", "file seen", "original name" }, { "SDN query", "file looked up in the cloud", "look-up" },
	{ "Real-time protection", "protection state", "protection" }, { "Service started", "service started", "service" },
	{ "Service stopped", "service stopped", "service" }, { "TamperProtection", "protection state", "tamper protection" },
};

static bool
shape(const char *line)
{
	struct log_time t;
	const char *p = line;
	return log_time_iso(&p, &t) && t.digits == 3 && !t.local && *p == ' ';
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	static const char *const words[] = { "Mini-filter", "ProcessImageName", "Antimalware", "MpEngine", "DETECTION", "MPSOURCE", "Defender", "SDN:", "mpengine",
		"Signature", "RTP", "BM telemetry", "MpCmdRun", NULL };
	char line[1024];
	size_t looked = 0, fits = log_head_count(head, 40, shape, &looked);
	bool named = text_begins(who->name, "MPLog") || text_begins(who->name, "MPDetection");
	if (fits == 0 || looked == 0)
		return false;
	if (named)
		return true;
	for (size_t i = 0; i < 60 && log_head_line(head, i, line, sizeof(line)); i++)
		if (shape(line) && text_has_any(line, words) && 2 * fits >= looked)
			return true;
	return false;
}

/* "DETECTIONEVENT MPSOURCE_REALTIME Backdoor:ASP/X file:C:\...;" and "[Mini-filter] Blocked file(#4): \Device\.... Process: ..." */
static void
put_threat(struct artefact *a, const char *text)
{
	char value[VALUE];
	const char *resource = strstr(text, " file:"), *blocked = strstr(text, "Blocked file");
	if (strncmp(text, "DETECTION", 9) == 0) {
		const char *from = resource != NULL ? resource : text + strlen(text);
		while (from > text && from[-1] != ' ')
			from--;
		snprintf(value, sizeof(value), "%.*s", (int)(resource != NULL ? resource - from : 0), from);
		artefact_text(a, "threat_name", value);
	}
	if (blocked != NULL && text_between(blocked, ": ", " Process:", value, sizeof(value))) {
		size_t n = strlen(value);
		if (n > 0 && value[n - 1] == '.')
			value[n - 1] = '\0';
		artefact_text(a, "blocked_file", value);
	}
}

static void
put_fields(struct artefact *a, const char *text)
{
	static const struct {
		const char *key, *before, *after;
	} fields[] = {
		{ "process", "ProcessImageName: ", ", " }, { "process", " Process: ", ", " }, { "pid", "Pid: ", "," }, { "count", "Count: ", "," },
		{ "total_time", "TotalTime: ", "," }, { "max_time_file", "MaxTimeFile: ", ", EstimatedImpact" }, { "estimated_impact", "EstimatedImpact: ", "%" },
		{ "path", "SDN query for ", " (" }, { "original_file_name", "original file name \"", "\"" }, { "path", "\" for \"", "\"" },
		{ "sha1", "sha1=", "," }, { "sha1", "SHA1: ", "," }, { "sha256", "sha2=", ")" }, { "sha256", "SHA256: ", "," }, { "exclusion", "[Exclusion] ", " -> " },
		{ "status", " Status: ", "," }, { "reason", "Reason: ", "," }, { "file", " file:", ";" },
	};
	put_threat(a, text);
	struct text_keys seen = { .count = 0 };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char value[VALUE];
		if (text_between(text, fields[i].before, fields[i].after, value, sizeof(value)) && text_key_is_new(&seen, fields[i].key))
			artefact_text(a, fields[i].key, value);
	}
	artefact_text(a, "text", text);
}

static enum triage_status
send_line(struct artefact *a, const struct log_time *t, const char *text, uint64_t offset, struct triage_error *err)
{
	const char *meaning = "logged", *says = "";
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && says[0] == '\0'; i++)
		if (strcasestr(text, kinds[i].words) != NULL) {
			meaning = kinds[i].meaning;
			says = kinds[i].says;
		}
	artefact_event(a, t->ns, meaning);
	artefact_offset(a, offset);
	artefact_precision(a, log_precision(t));
	put_fields(a, text);
	artefact_message(a, "Defender%s%s: %s", says[0] != '\0' ? ", " : "", says, text);
	return artefact_send(a, err);
}

/* The time that a block tells in one of its lines: 11-14-2023 22:13:20, or in ISO form. */
static bool
time_of_block(const char *block, struct log_time *t)
{
	static const char *const keys[] = { "Start Time:", "Start time:", "CreationTime:" };
	char value[64];
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *p = value;
		if (text_between(block, keys[i], "\n", value, sizeof(value)) && (log_time_order(&p, "mdy", t) || log_time_iso(&p, t)))
			return true;
	}
	return false;
}

static enum triage_status
end_block(struct artefact *a, struct mplog *m, struct triage_error *err)
{
	struct log_time t;
	char threat[512], path[VALUE], key[64], line[VALUE];
	const char *block = buf_cstr(&m->block);
	m->end = NULL;
	if (!time_of_block(block, &t))
		return m->block.size == 0 ? TRIAGE_OK : artefact_remark(a, TRIAGE_INFO, "block-without-time", m->offset, m->block.size, err, "a block of the log has no time");
	artefact_event(a, t.ns, m->kind);
	artefact_offset(a, m->offset);
	artefact_precision(a, log_precision(&t));
	if (t.local)
		artefact_local(a);
	artefact_list(a, "lines");
	for (const char *p = block; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n') {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(p, "\n"), p);
		artefact_item(a, line);
	}
	artefact_list_end(a);
	static const char *const told[] = { "Threat Name:", "Resource Path:", "Resource Schema:", "Result Count:", "ImagePath:", "ProcessID:", "Scan ID:", "Action:" };
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		text_snake(told[i], key, sizeof(key));
		text_put_between(a, key, block, told[i], "\n");
	}
	if (!text_between(block, "Resource Path:", "\n", path, sizeof(path)))
		text_between(block, "ImagePath:", "\n", path, sizeof(path));
	if (text_between(block, "Threat Name:", "\n", threat, sizeof(threat)) && threat[0] != '\0')
		artefact_message(a, "Defender, %s: %s in %s", m->kind, threat, path);
	else
		artefact_message(a, "Defender, %s: %s", m->kind, path);
	buf_clear(&m->block);
	return artefact_send(a, err);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct mplog *m = state;
	struct log_time t;
	const char *p = line->text;
	enum triage_status st = TRIAGE_OK;
	if (log_time_iso(&p, &t) && (*p == ' ' || *p == '\0')) {
		if (m->end != NULL)
			st = end_block(a, m, err);
		return st == TRIAGE_OK && *p != '\0' ? send_line(a, &t, p + strspn(p, " \t"), line->offset, err) : st;
	}
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (text_begins(line->text, blocks[i].begin)) {
			if (m->end != NULL && (st = end_block(a, m, err)) != TRIAGE_OK)
				return st;
			m->end = blocks[i].end;
			m->kind = blocks[i].meaning;
			m->offset = line->offset;
			buf_clear(&m->block);
			return TRIAGE_OK;
		}
	if (m->end == NULL)
		return TRIAGE_OK;
	if (text_begins(line->text, m->end))
		return end_block(a, m, err);
	if (m->block.size + line->size < BLOCK_MAX && line->size > 0) {
		buf_put(&m->block, line->text, line->size);
		buf_char(&m->block, '\n');
	}
	return TRIAGE_OK;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct mplog *m = state;
	if (!m->ready) {
		m->ready = true;
		buf_init(&m->block, BLOCK_MAX + 16);
	}
	enum triage_status st = log_lines_step(a, &m->lines, bytes, at, last, ret_used, take, m, err);
	return st == TRIAGE_OK && last && m->end != NULL ? end_block(a, m, err) : st;
}

static void
release(void *state)
{
	struct mplog *m = state;
	log_lines_release(&m->lines);
	if (m->ready)
		buf_release(&m->block);
}

const struct artefact_kind artefact_defender_log = {
	.name = "defender_log",
	.source = "defender",
	.title = "log of Windows Defender (MPLog, MPDetection)",
	.yields = "detections, blocked files, programs that ran, exclusions, state of the protection",
	.reference = "Intrinsec mplog_parser; dissect.target",
	.precision = "ms",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct mplog),
	.release = release,
};
