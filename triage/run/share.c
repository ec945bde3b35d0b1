#include "triage/run/share_inside.h"

#include "triage/base/output.h"
#include "triage/base/when.h"
#include "triage/report/bag_inside.h"
#include "triage/report/report.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct share_file *
share_find(const struct share *s, uint64_t file_id)
{
	size_t low = 0, high = s->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (s->files[middle].file_id == file_id)
			return &s->files[middle];
		if (s->files[middle].file_id < file_id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

enum triage_status
share_seal_of(const char *bundle, void (*tell)(void *ctx, const char *line), void *ctx, char ret_seal[65], struct triage_error *err)
{
	uint64_t size;
	const struct verify_options check = { .tell = tell, .ctx = ctx };
	enum triage_status st = bag_verify(bundle, &check, err);
	return st == TRIAGE_OK ? bag_hash(bundle, BAG_TAG_MANIFEST, ret_seal, &size, err) : st;
}

static enum triage_status
collect_files(struct share *s, struct triage_error *err)
{
	struct pointed p;
	enum triage_status st = indicators_collect(s->from, &s->indicators, err);
	if (st == TRIAGE_OK)
		st = pointed_collect(s->from, NULL, &p, err);
	if (st != TRIAGE_OK)
		return st;
	s->files = calloc(p.count + 1, sizeof(*s->files));
	if (s->files == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the files of the share");
		st = TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < p.count && st == TRIAGE_OK; i++)
		s->files[s->count++].file_id = p.files[i].file_id;
	s->more = p.full || s->indicators.full;
	pointed_release(&p);
	return st;
}

static enum triage_status
build(struct share *s, const char *database, struct triage_error *err)
{
	struct case_sealer *z;
	enum triage_status st = case_build(s->store, database, &z, err);
	if (st != TRIAGE_OK)
		return st;
	st = share_findings(s, z, err);
	if (st == TRIAGE_OK)
		return case_seal_finish(z, err);
	case_seal_abandon(z);
	return st;
}

/* What it is, for people and programs. */
static enum triage_status
describe(const struct share *s, const char *data, struct triage_error *err)
{
	char path[PATH_MAX + 64];
	struct output *out;
	snprintf(path, sizeof(path), "%s/share.json", data);
	enum triage_status st = output_create(path, &out, err);
	if (st != TRIAGE_OK)
		return st;
	output_format(out, "{\"schema\":\"triage-share-1\",\"from\":\"%s\",\"tlp\":\"%s\",\"commitment\":\"sha256(salt, text): 32 bytes of salt, then the path or name in UTF-8; "
	    "triage reveal opens it against the sealed bundle\",\"paths\":\"commitment of each file\",\"accounts_and_hosts\":\"commitment of each name\","
	    "\"left_out\":[\"names\",\"titles\",\"messages\",\"samples\",\"text of notes\",\"mail and chat addresses\",\"owners\",\"labels\",\"case numbers\",\"files that no finding points at\",\"stories, contacts and the damage map\"",
	    s->seal, s->plan->tlp);
	if (s->more)
		output_format(out, ",\"files beyond the first %d that findings name\"", POINTED_MAX);
	output_text(out, "]}\n");
	return output_finish(out, NULL, err);
}

static enum triage_status
export_all(const struct share *s, const char *database, const char *data, struct triage_error *err)
{
	struct case_reader *reader;
	const struct report_options options = { .lang = s->plan->lang, .timezone = "", .from = TRIAGE_TIME_NONE, .to = TRIAGE_TIME_NONE, .rules_dir = s->plan->rules_dir,
	    .tlp = s->plan->tlp };
	enum triage_status st = case_open(database, &reader, err);
	if (st != TRIAGE_OK)
		return st;
	st = report_export_all(reader, &options, data, err);
	if (st == TRIAGE_OK)
		st = report_export(exporter_of("misp"), reader, &options, data, err);
	case_reader_close(reader);
	return st == TRIAGE_OK ? describe(s, data, err) : st;
}

static enum triage_status
seal(const struct share *s, char *ret_seal, struct triage_error *err)
{
	char date[WHEN_TEXT_SIZE];
	when_text(when_now(), 0, "", date);
	date[10] = '\0';
	const char *keys[] = { "Triage-Shared-From", "Triage-TLP" };
	const char *values[] = { s->seal, s->plan->tlp };
	const struct bag_info info = { .software_agent = "triage " TRIAGE_VERSION, .bagging_date = date, .triage_keys = keys, .triage_values = values, .triage_count = 2 };
	return bag_seal(s->plan->output, &info, ret_seal, err);
}

static void
remove_work(const char *output, bool all)
{
	static const char *const names[] = { "work/journal.db", "work/journal.db-journal", "work" };
	char path[PATH_MAX + 64];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", output, names[i]);
		remove(path);
	}
	snprintf(path, sizeof(path), "%s/data", output);
	for (size_t i = 0; all && i < exporter_count(); i++) {
		struct triage_error ignored;
		enum triage_status st = report_remove(exporter_at(i), path, &ignored);
		(void)st;
	}
	static const char *const rest[] = { "data/share.json", "data/case.db", "data", "" };
	for (size_t i = 0; all && i < sizeof(rest) / sizeof(rest[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", output, rest[i]);
		remove(path);
	}
}

static enum triage_status
make(struct share *s, char *ret_seal, struct triage_error *err)
{
	const char *output = s->plan->output;
	char data[PATH_MAX + 16], path[PATH_MAX + 64], database[PATH_MAX + 64];
	snprintf(data, sizeof(data), "%s/data", output);
	snprintf(database, sizeof(database), "%s/case.db", data);
	snprintf(path, sizeof(path), "%s/work", output);
	enum triage_status st = output_folder(data, err);
	if (st == TRIAGE_OK)
		st = output_folder(path, err);
	snprintf(path, sizeof(path), "%s/work/journal.db", output);
	if (st == TRIAGE_OK)
		st = case_create(path, &s->store, err);
	if (st == TRIAGE_OK)
		st = collect_files(s, err);
	if (st == TRIAGE_OK)
		st = share_fill(s, err);
	if (st == TRIAGE_OK)
		st = case_commit(s->store, err);
	if (st == TRIAGE_OK)
		st = build(s, database, err);
	if (st == TRIAGE_OK)
		st = export_all(s, database, data, err);
	case_close(s->store);
	s->store = NULL;
	remove_work(output, st != TRIAGE_OK);
	return st == TRIAGE_OK ? seal(s, ret_seal, err) : st;
}

enum triage_status
share_make(const struct share_plan *plan, void (*tell)(void *ctx, const char *line), void *ctx, char *ret_seal, struct triage_error *err)
{
	struct share s = { .plan = plan };
	char database[PATH_MAX + 32];
	buf_init(&s.text, 1 << 20);
	snprintf(database, sizeof(database), "%s/data/case.db", plan->bundle);
	enum triage_status st = share_seal_of(plan->bundle, tell, ctx, s.seal, err);
	if (st == TRIAGE_OK)
		st = case_open(database, &s.from, err);
	if (st == TRIAGE_OK && !plan->make_secret)
		st = share_secret_read(plan->secret, &s.secret, err);
	if (st == TRIAGE_OK)
		st = output_folder(plan->output, err);
	if (st == TRIAGE_OK && plan->make_secret) {
		st = share_secret_make(plan->secret, &s.secret, err);
		if (st != TRIAGE_OK)
			rmdir(plan->output);
	}
	if (st == TRIAGE_OK)
		st = make(&s, ret_seal, err);
	case_reader_close(s.from);
	indicators_release(&s.indicators);
	free(s.files);
	free(s.events);
	buf_release(&s.text);
	explicit_bzero(&s.secret, sizeof(s.secret));
	return st;
}
