/* command_timestamp.c - `triage timestamp`: the request for a time stamp authority, and its reply; how they travel is up to the person. */
#include "triage/base/digest.h"
#include "triage/base/output.h"
#include "triage/base/scoped.h"
#include "triage/base/when.h"
#include "triage/cli/commands.h"
#include "triage/report/cms.h"
#include "triage/report/later.h"

#include <stdio.h>
#include <string.h>

static enum triage_status
write_query(const char *bundle, const char *path, struct triage_error *err)
{
	struct output *out;
	const char *file;
	SCOPED_BUF query;
	buf_init(&query, CMS_FILE_MAX);
	enum triage_status st = later_stamp_query(bundle, &query, &file, err);
	if (st == TRIAGE_OK)
		st = output_create(path, &out, err);
	if (st != TRIAGE_OK)
		return st;
	output_buf(out, &query);
	st = output_finish(out, NULL, err);
	if (st == TRIAGE_OK)
		printf("%s: request for a time stamp over %s\nsend it to an authority as application/timestamp-query, for example\n"
		    "  curl -H 'Content-Type: application/timestamp-query' --data-binary @%s URL -o reply.tsr\n"
		    "then: triage timestamp %s --reply reply.tsr\n", path, file, path, bundle);
	return st;
}

static enum triage_status
take_reply(const char *bundle, const char *path, const char *trust, struct triage_error *err)
{
	char piece[1 << 14], who[CMS_NAME_MAX], number[65], time[WHEN_TEXT_SIZE];
	int64_t stamped;
	SCOPED_BUF reply;
	buf_init(&reply, CMS_FILE_MAX);
	SCOPED_FILE file = fopen(path, "re");
	if (file == NULL) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open the reply %s", path);
		return TRIAGE_E_IO;
	}
	for (size_t n; (n = fread(piece, 1, sizeof(piece), file)) > 0 && !reply.failed;)
		buf_put(&reply, piece, n);
	if (reply.failed || ferror(file)) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "%s cannot be read, or is too long for the reply of a time stamp authority", path);
		return TRIAGE_E_LIMIT;
	}
	enum triage_status st = later_stamp_reply(bundle, buf_cstr(&reply), reply.size, trust, &stamped, who, number, err);
	if (st == TRIAGE_OK)
		printf("time-stamped for %s by %s%s\nnumber of this act: %s\n", when_text(stamped, 0, "Z", time), who,
		    trust == NULL ? " (whether it can be trusted was not checked: --trust CA.pem does)" : ", trusted", number);
	return st;
}

static int
run(const struct command *self, struct options *o)
{
	(void)self;
	struct triage_error err = { 0 };
	if ((o->query == NULL) == (o->reply == NULL)) {
		complain("timestamp: either --query FILE, to ask for a time stamp, or --reply FILE, to keep the one that came");
		return EXIT_USAGE;
	}
	enum triage_status st = digest_setup(&err);
	if (st == TRIAGE_OK)
		st = o->query != NULL ? write_query(o->operands.items[0], o->query, &err) : take_reply(o->operands.items[0], o->reply, o->trust, &err);
	if (st == TRIAGE_OK)
		return EXIT_SEALED;
	complain(err.text);
	return EXIT_NOT_RUN;
}

const struct command command_timestamp = {
	.name = "timestamp", .operands = "BUNDLE", .what = "ask for an RFC 3161 time stamp (--query), keep the reply (--reply); no network by us",
	.rows = options_timestamp, .row_count = &options_timestamp_count, .operands_min = 1, .operands_max = 1, .run = run,
};
