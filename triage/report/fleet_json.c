/* fleet_json.c - the fleet for programs. What is not known is null; lists are whole. */
#include "triage/report/fleet_page.h"

#include "triage/base/when.h"
#include "triage/report/export.h"

#include <string.h>

enum { TEXT_MAX = 64 << 20 };

enum form { TEXT, NUMBER, SHARE, TIME };

/* A member for each column of a view, in order; name NULL: left out. */
struct column {
	const char *name;
	enum form form;
	size_t at;
};

static void
put_column(struct buf *b, const struct column *k, struct case_cursor *c)
{
	char text[WHEN_TEXT_SIZE];
	if (k->form == NUMBER)
		export_column_number(b, k->name, c, k->at);
	else if (k->form == TEXT)
		export_column_text(b, k->name, c, k->at);
	else if (k->form == TIME)
		export_text(b, k->name, case_null(c, k->at) ? NULL : when_text(case_int(c, k->at), 9, "Z", text));
	else {
		export_member(b, k->name);
		buf_format(b, case_null(c, k->at) ? "null" : "%.6f", case_real(c, k->at));
	}
}

static enum triage_status
put_list(struct fleet *f, const char *name, enum fleet_view view, const struct column *columns, size_t count, struct output *out, struct triage_error *err)
{
	struct case_cursor *c;
	SCOPED_BUF b;
	bool first = true;
	enum triage_status st = fleet_rows(f, view, &c, err);
	if (st != TRIAGE_OK)
		return st;
	buf_init(&b, TEXT_MAX);
	output_format(out, ",\n\"%s\":[", name);
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		buf_text(&b, first ? "\n{" : ",\n{");
		for (size_t i = 0; i < count; i++)
			put_column(&b, &columns[i], c);
		buf_char(&b, '}');
		st = buf_check(&b, err);
		if (st != TRIAGE_OK)
			break;
		output_buf(out, &b);
		buf_clear(&b);
		first = false;
	}
	case_cursor_close(c);
	output_text(out, "]");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static const struct column bundles[] = {
	{ "bundle_id", NUMBER, FLEET_BUNDLE_ID }, { "folder", TEXT, FLEET_BUNDLE_FOLDER }, { "seal", TEXT, FLEET_BUNDLE_SEAL }, { "state", TEXT, FLEET_BUNDLE_STATE },
	{ "reason", TEXT, FLEET_BUNDLE_REASON }, { "case", TEXT, FLEET_BUNDLE_CASE }, { "evidence_id", TEXT, FLEET_BUNDLE_EVIDENCE }, { "program", TEXT, FLEET_BUNDLE_PROGRAM },
	{ "started", TEXT, FLEET_BUNDLE_STARTED }, { "verdict", TEXT, FLEET_BUNDLE_VERDICT }, { "examined_share", SHARE, FLEET_BUNDLE_SHARE },
	{ "problems", NUMBER, FLEET_BUNDLE_PROBLEMS },
};
static const struct column remarks[] = {
	{ "code", TEXT, FLEET_REMARK_CODE }, { "bundle_id", NUMBER, FLEET_REMARK_BUNDLE }, { "machine_id", NUMBER, FLEET_REMARK_MACHINE }, { "text", TEXT, FLEET_REMARK_TEXT },
};
static const struct column machines[] = {
	{ "machine_id", NUMBER, FLEET_MACHINE_ID }, { "bundle_id", NUMBER, FLEET_MACHINE_BUNDLE }, { "name", TEXT, FLEET_MACHINE_NAME }, { "domain", TEXT, FLEET_MACHINE_DOMAIN },
	{ "os", TEXT, FLEET_MACHINE_OS }, { "version", TEXT, FLEET_MACHINE_VERSION }, { "addresses", TEXT, FLEET_MACHINE_ADDRESSES }, { "verdict", TEXT, FLEET_MACHINE_VERDICT },
	{ "examined_share", SHARE, FLEET_MACHINE_SHARE }, { "encrypted_files", NUMBER, FLEET_MACHINE_ENCRYPTED }, { "family", TEXT, FLEET_MACHINE_FAMILY },
	{ "window_first", TIME, FLEET_MACHINE_WINDOW_FIRST }, { "window_last", TIME, FLEET_MACHINE_WINDOW_LAST }, { "vector", TEXT, FLEET_MACHINE_VECTOR },
	{ "critical", NUMBER, FLEET_MACHINE_CRITICAL }, { "high", NUMBER, FLEET_MACHINE_HIGH }, { "medium", NUMBER, FLEET_MACHINE_MEDIUM },
	{ "first_sign", TIME, FLEET_MACHINE_FIRST_SIGN }, { "first_sign_what", TEXT, FLEET_MACHINE_FIRST_WHAT }, { "last_sign", TIME, FLEET_MACHINE_LAST_SIGN },
	{ "clock_reference", NUMBER, FLEET_MACHINE_CLOCK_REFERENCE }, { "clock_offset_ns", NUMBER, FLEET_MACHINE_CLOCK_OFFSET },
	{ "first_sign_fleet", TIME, FLEET_MACHINE_FIRST_SIGN_FLEET }, { "came_from", TEXT, FLEET_MACHINE_CAME_FROM }, { "same_as", NUMBER, FLEET_MACHINE_SAME_AS },
};
static const struct column spread[] = {
	{ "machine_id", NUMBER, FLEET_MACHINE_ID }, { "name", TEXT, FLEET_MACHINE_NAME }, { "first_sign", TIME, FLEET_MACHINE_FIRST_SIGN },
	{ "first_sign_fleet", TIME, FLEET_MACHINE_FIRST_SIGN_FLEET }, { "what", TEXT, FLEET_MACHINE_FIRST_WHAT }, { "came_from", TEXT, FLEET_MACHINE_CAME_FROM },
};
static const struct column movements[] = {
	{ "from", NUMBER, FLEET_MOVEMENT_FROM }, { "from_name", TEXT, FLEET_MOVEMENT_FROM_NAME }, { "to", NUMBER, FLEET_MOVEMENT_TO }, { "to_name", TEXT, FLEET_MOVEMENT_TO_NAME },
	{ "account", TEXT, FLEET_MOVEMENT_ACCOUNT }, { "protocols", TEXT, FLEET_MOVEMENT_PROTOCOLS }, { "from_clock_first", TIME, FLEET_MOVEMENT_FROM_FIRST },
	{ "from_clock_last", TIME, FLEET_MOVEMENT_FROM_LAST }, { "to_clock_first", TIME, FLEET_MOVEMENT_TO_FIRST }, { "to_clock_last", TIME, FLEET_MOVEMENT_TO_LAST },
	{ "count", NUMBER, FLEET_MOVEMENT_COUNT }, { "failed", NUMBER, FLEET_MOVEMENT_FAILED }, { "seen_by", TEXT, FLEET_MOVEMENT_SEEN_BY },
	{ "clock_offset_ns", NUMBER, FLEET_MOVEMENT_OFFSET },
};
static const struct column clocks[] = {
	{ "from", NUMBER, FLEET_CLOCK_FROM }, { "from_name", TEXT, FLEET_CLOCK_FROM_NAME }, { "to", NUMBER, FLEET_CLOCK_TO }, { "to_name", TEXT, FLEET_CLOCK_TO_NAME },
	{ "offset_ns", NUMBER, FLEET_CLOCK_OFFSET }, { "spread_ns", NUMBER, FLEET_CLOCK_SPREAD }, { "matched", NUMBER, FLEET_CLOCK_MATCHED },
};
static const struct column items[] = {
	{ "item_id", NUMBER, FLEET_ITEM_ID }, { "kind", TEXT, FLEET_ITEM_KIND }, { "value", TEXT, FLEET_ITEM_VALUE }, { "machines", NUMBER, FLEET_ITEM_MACHINES },
	{ "first", TIME, FLEET_ITEM_FIRST }, { "last", TIME, FLEET_ITEM_LAST }, { "what", TEXT, FLEET_ITEM_WHAT },
};
static const struct column seen[] = {
	{ "item_id", NUMBER, FLEET_SEEN_ITEM }, { "machine_id", NUMBER, FLEET_SEEN_MACHINE }, { "machine", TEXT, FLEET_SEEN_NAME }, { "what", TEXT, FLEET_SEEN_WHAT },
	{ "first", TIME, FLEET_SEEN_FIRST }, { "last", TIME, FLEET_SEEN_LAST }, { "count", NUMBER, FLEET_SEEN_COUNT },
};

static const struct list {
	const char *name;
	enum fleet_view view;
	const struct column *columns;
	size_t count;
} lists[] = {
#define LIST(name, view, columns) { name, view, columns, sizeof(columns) / sizeof((columns)[0]) }
	LIST("bundles", FLEET_VIEW_BUNDLES, bundles), LIST("remarks", FLEET_VIEW_REMARKS, remarks), LIST("machines", FLEET_VIEW_MACHINES, machines),
	LIST("spread", FLEET_VIEW_SPREAD, spread), LIST("movements", FLEET_VIEW_MOVEMENTS, movements), LIST("clocks", FLEET_VIEW_CLOCKS, clocks),
	LIST("shared", FLEET_VIEW_ITEMS, items), LIST("shared_on", FLEET_VIEW_SEEN, seen),
#undef LIST
};

static enum triage_status
put_totals(struct fleet *f, struct output *out, struct triage_error *err)
{
	static const char *const names[] = { "bundles", "taken", "refused", "machines", "compromised", "suspicious", "incomplete", "nothing_found", "movements", "shared" };
	struct case_cursor *c;
	SCOPED_BUF b;
	enum triage_status st = fleet_rows(f, FLEET_VIEW_TOTALS, &c, err);
	if (st != TRIAGE_OK)
		return st;
	buf_init(&b, 1 << 16);
	st = case_next(c, err);
	buf_text(&b, "{\"schema\":\"triage-fleet-1\",\"tool\":{\"name\":\"triage\",\"version\":\"" TRIAGE_VERSION "\"},\n\"totals\":{");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && st == TRIAGE_OK; i++)
		export_number(&b, names[i], case_int(c, i));
	buf_char(&b, '}');
	case_cursor_close(c);
	output_buf(out, &b);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
fleet_json(struct fleet *f, const char *lang, struct output *out, struct triage_error *err)
{
	(void)lang;
	enum triage_status st = put_totals(f, out, err);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && st == TRIAGE_OK; i++)
		st = put_list(f, lists[i].name, lists[i].view, lists[i].columns, lists[i].count, out, err);
	output_text(out, "}\n");
	return st;
}
