/* scan_new.c - making a process's scanners, and telling them whose bytes come. */
#include "triage/analyse/scan_inside.h"

#include "triage/base/fault.h"

#include <ctype.h>
#include <string.h>

enum { SCAN_FLAGS = SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING };

static enum triage_status
new_scanner(struct scan *scan, const struct analyse_group *group, struct group_scan *g, struct triage_error *err)
{
	*g = (struct group_scan){ .group = group, .scan = scan };
	if (fault_hit() || yr_scanner_create(group->rules, &g->scanner) != ERROR_SUCCESS) {
		g->scanner = NULL;
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for YARA scanners");
		return TRIAGE_E_MEMORY;
	}
	yr_scanner_set_callback(g->scanner, scan_on_message, g);
	yr_scanner_set_flags(g->scanner, SCAN_FLAGS);
	return TRIAGE_OK;
}

enum triage_status
scan_new(const struct analyse_set *set, struct scan **ret_scan, struct triage_error *err)
{
	struct scan *scan = fault_hit() ? NULL : calloc(1, sizeof(*scan));
	if (scan != NULL)
		scan->groups = calloc(set->group_count + 1, sizeof(scan->groups[0]));
	if (scan == NULL || scan->groups == NULL) {
		free(scan);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for YARA scanners");
		return TRIAGE_E_MEMORY;
	}
	scan->set = set;
	enum triage_status st = hits_init(&scan->hits, set->match_limit, err);
	if (st == TRIAGE_OK && set->gate != NULL)
		st = gate_look_new(set->gate, &scan->look, err);
	scan->wanted = calloc(set->bucket_count + 1, sizeof(scan->wanted[0]));
	scan->bucket_mark = calloc(set->bucket_count + 1, sizeof(scan->bucket_mark[0]));
	if (st == TRIAGE_OK && (scan->wanted == NULL || scan->bucket_mark == NULL)) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for YARA scanners");
		st = TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < set->group_count && st == TRIAGE_OK; i++)
		st = new_scanner(scan, &set->groups[i], &scan->groups[scan->count++], err);
	if (st != TRIAGE_OK) {
		scan_free(scan);
		return st;
	}
	*ret_scan = scan;
	return TRIAGE_OK;
}

void
scan_free(struct scan *scan)
{
	if (scan == NULL)
		return;
	scan_abandon(scan);
	for (size_t i = 0; i < scan->count; i++)
		if (scan->groups[i].scanner != NULL)
			yr_scanner_destroy(scan->groups[i].scanner);
	hits_release(&scan->hits);
	gate_look_free(scan->look);
	free(scan->wanted);
	free(scan->bucket_mark);
	free(scan->groups);
	free(scan);
}

void
scan_begin(struct scan *scan, const struct analyse_subject *who, const struct analyse_io *io)
{
	hits_clear(&scan->hits);
	scan->who = who;
	scan->io = io;
	scan->incomplete = false;
	if (scan->found_count > 0)
		memset(scan->found, 0, sizeof(scan->found));
	scan->found_count = 0;
}

/* The words that scanners of public packs use for types of content. */
static const char *
type_word(struct view head)
{
	static const struct {
		const char *magic;
		size_t size;
		const char *word;
	} types[] = {
		{ "MZ", 2, "EXE" }, { "\x7f" "ELF", 4, "ELF" }, { "PK\3\4", 4, "ZIP" }, { "%PDF", 4, "PDF" }, { "Rar!", 4, "RAR" },
		{ "7z\xbc\xaf", 4, "7Z" }, { "\x89PNG", 4, "PNG" }, { "\xff\xd8\xff", 3, "JPG" }, { "GIF8", 4, "GIF" },
		{ "{\\rtf", 5, "RTF" }, { "MDMP", 4, "MDMP" }, { "\xd0\xcf\x11\xe0", 4, "OLE" }, { "L\0\0\0\1\x14\2", 7, "LNK" },
	};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (head.size >= types[i].size && memcmp(head.data, types[i].magic, types[i].size) == 0)
			return types[i].word;
	return "UNKNOWN";
}

/* ".exe" of "Setup.EXE"; "" when there is none or it is unreasonably long. */
static void
extension_of(const char *name, char out[EXTENSION_MAX])
{
	const char *dot = strrchr(name, '.');
	out[0] = '\0';
	if (dot == NULL || dot == name || strlen(dot) >= EXTENSION_MAX)
		return;
	size_t i = 0;
	for (; dot[i] != '\0'; i++)
		out[i] = (char)tolower((unsigned char)dot[i]);
	out[i] = '\0';
}

void
scan_names(const struct scan *scan, struct view head, char extension[EXTENSION_MAX], const char *values[RULE_NAME_COUNT])
{
	extension_of(scan->who->name, extension);
	values[RULE_NAME_FILENAME] = scan->who->name;
	values[RULE_NAME_FILEPATH] = scan->who->path;
	values[RULE_NAME_EXTENSION] = extension;
	values[RULE_NAME_FILETYPE] = type_word(head);
	values[RULE_NAME_OWNER] = scan->who->owner;
}

enum triage_status
scan_name_subject(struct group_scan *g, struct view head, struct triage_error *err)
{
	char extension[EXTENSION_MAX];
	const char *values[RULE_NAME_COUNT];
	if (!g->group->by_name)
		return TRIAGE_OK;
	scan_names(g->scan, head, extension, values);
	for (size_t k = 0; k < RULE_NAME_COUNT; k++) {
		if (!fault_hit() && yr_scanner_define_string_variable(g->scanner, rule_names[k], values[k]) == ERROR_SUCCESS)
			continue;
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the names of a stream");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}
