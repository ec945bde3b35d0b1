/* summary_damage.c - the damage map on page 1 for programs. */
#include "triage/base/text.h"
#include "triage/report/export.h"

#include <string.h>

enum { TEXT_MAX = 16 << 20, UNTOUCHED_DEPTH = 2, UNTOUCHED_FILES = 5, UNTOUCHED_MAX = 200 };

enum triage_status
summary_damage(struct buf *b, struct case_reader *reader, struct triage_error *err)
{
	static const struct {
		const char *name;
		size_t column;
	} columns[] = {
		{ "files", CASE_DAMAGE_FILES }, { "damaged_files", CASE_DAMAGE_DAMAGED_FILES }, { "damaged_bytes", CASE_DAMAGE_DAMAGED_BYTES },
		{ "intact", CASE_DAMAGE_INTACT }, { "encrypted_whole", CASE_DAMAGE_ENCRYPTED_WHOLE }, { "encrypted_part", CASE_DAMAGE_ENCRYPTED_PART },
		{ "renamed", CASE_DAMAGE_RENAMED }, { "zeroed", CASE_DAMAGE_ZEROED }, { "unknown", CASE_DAMAGE_UNKNOWN },
		{ "older_copies", CASE_DAMAGE_OLDER_COPIES },
	};
	SCOPED_BUF folders;
	struct case_cursor *c;
	bool hurt = false;
	size_t listed = 0;
	buf_init(&folders, TEXT_MAX);
	enum triage_status st = case_rows(reader, CASE_DAMAGE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	export_member(b, "damage");
	buf_char(b, '{');
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		const char *scope = case_text(c, CASE_DAMAGE_SCOPE);
		bool whole = strcmp(scope, "case") == 0, department = strcmp(scope, "department") == 0;
		for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]) && whole; i++)
			export_number(b, columns[i].name, case_int(c, columns[i].column));
		hurt = hurt || (whole && case_int(c, CASE_DAMAGE_DAMAGED_FILES) > 0);
		if (!department || !hurt || case_int(c, CASE_DAMAGE_DEPTH) > UNTOUCHED_DEPTH || case_int(c, CASE_DAMAGE_FILES) < UNTOUCHED_FILES ||
		    case_int(c, CASE_DAMAGE_DAMAGED_FILES) > 0 || listed++ >= UNTOUCHED_MAX)
			continue;
		buf_text(&folders, folders.size > 0 ? "," : "");
		text_json_string(&folders, case_text(c, CASE_DAMAGE_NAME));
	}
	case_cursor_close(c);
	buf_char(b, '}');
	export_member(b, "untouched_folders");
	buf_char(b, '[');
	buf_text(b, buf_cstr(&folders));
	buf_char(b, ']');
	return st == TRIAGE_END ? TRIAGE_OK : st;
}
