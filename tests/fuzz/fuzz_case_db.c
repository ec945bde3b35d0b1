/* fuzz_case_db.c - a case.db from elsewhere. Input: the database; each view is read whole, one exporter is run over it: which one depends on all its bytes. */
#include "tests/fuzz/targets.h"

#include "triage/case/query.h"
#include "triage/report/report.h"

enum { CASE_DB_ROWS = 4096 };

static void
case_db_view(struct case_reader *r, enum case_view view)
{
	struct case_cursor *c;
	struct triage_error err = { .text = "" };
	if (case_rows(r, view, CASE_BY_ID, &c, &err) != TRIAGE_OK) {
		FUZZ_NEED(err.text[0] != '\0');
		return;
	}
	for (unsigned rows = 0; rows < CASE_DB_ROWS && case_next(c, &err) == TRIAGE_OK; rows++)
		for (size_t i = 0; i < case_columns(c); i++) {
			FUZZ_NEED(case_column_name(c, i) != NULL && case_text(c, i) != NULL);
			struct view blob = case_blob(c, i);
			FUZZ_NEED(blob.size == 0 || blob.data != NULL);
			case_int(c, i), case_real(c, i), case_null(c, i);
		}
	case_cursor_close(c);
}

static uint32_t
case_db_sum(const uint8_t *data, size_t size)
{
	uint32_t sum = 2166136261;
	for (size_t i = 0; i < size; i++)
		sum = (sum ^ data[i]) * 16777619;
	return sum >> 16;
}

static void
case_db_export(struct case_reader *r, const struct exporter *x, const char *path)
{
	const struct report_options options = { .lang = "en", .timezone = "", .from = TRIAGE_TIME_NONE, .to = TRIAGE_TIME_NONE, .rules_dir = fuzz_rules() };
	struct triage_error err = { .text = "" };
	struct output *out;
	if (x->write_folder != NULL)
		return;	/* of big cases */
	FUZZ_NEED(output_create(path, &out, &err) == TRIAGE_OK);
	if (x->write(r, &options, out, &err) != TRIAGE_OK)
		FUZZ_NEED(err.text[0] != '\0');
	output_abandon(out);
}

int
fuzz_one_case_db(const uint8_t *data, size_t size)
{
	static char folder[FUZZ_PATH];
	char path[FUZZ_PATH + 20];
	struct triage_error err = { .text = "" };
	struct case_reader *r;
	fuzz_folder(folder);
	snprintf(path, sizeof(path), "%s/case.db", folder);
	fuzz_write(path, data, size);
	if (case_open_any(path, &r, &err) == TRIAGE_OK) {
		bool sound = case_check(r, &err) == TRIAGE_OK;
		for (unsigned v = 0; v < CASE_VIEW_COUNT; v++)
			case_db_view(r, (enum case_view)v);
		snprintf(path, sizeof(path), "%s/out", folder);
		case_db_export(r, exporter_at(case_db_sum(data, size) % exporter_count()), path);
		FUZZ_NEED(case_reader_status(r, &err) == TRIAGE_OK || err.text[0] != '\0' || !sound);
		case_reader_close(r);
	} else {
		FUZZ_NEED(err.text[0] != '\0');
	}
	return 0;
}
FUZZ_MAIN(case_db)
