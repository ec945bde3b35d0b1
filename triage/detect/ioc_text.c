/*
 * ioc_text.c - lists of indicators as text: one value a line, "digest  name" of md5sum and its kin, Loki's "value;comment;score" and
 * "pattern;score;exception", hosts files, and CSV, whose header (also one in a comment) names its columns. In a CSV row with a digest the name beside it
 * is told as a comment and not looked for: harmful files often have the names of harmless ones.
 */
#include "triage/detect/ioc.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE_MAX_SIZE = 1 << 20, CELLS_MAX = IOC_COLUMNS_MAX };

/* What a column holds: one of the hints, or what stands beside a value. */
enum column { COLUMN_OTHER = 64, COLUMN_VALUE, COLUMN_TYPE, COLUMN_COMMENT, COLUMN_SCORE, COLUMN_CONFIDENCE, COLUMN_TLP };

static const struct {
	const char *name;
	uint8_t column;
} columns[] = {
	{ "hash", IOC_A_HASH }, { "md5", IOC_A_HASH }, { "sha1", IOC_A_HASH }, { "sha256", IOC_A_HASH }, { "sha-1", IOC_A_HASH }, { "sha-256", IOC_A_HASH },
	{ "md5_hash", IOC_A_HASH }, { "sha1_hash", IOC_A_HASH }, { "sha256_hash", IOC_A_HASH }, { "file_hash", IOC_A_HASH }, { "filehash", IOC_A_HASH },
	{ "filename", IOC_A_NAME }, { "file_name", IOC_A_NAME }, { "file name", IOC_A_NAME }, { "path", IOC_A_PATH }, { "file_path", IOC_A_PATH },
	{ "filepath", IOC_A_PATH }, { "domain", IOC_A_DOMAIN }, { "domain_name", IOC_A_DOMAIN }, { "hostname", IOC_A_DOMAIN }, { "host", IOC_A_DOMAIN },
	{ "fqdn", IOC_A_DOMAIN }, { "ip", IOC_AN_ADDRESS }, { "ip_address", IOC_AN_ADDRESS }, { "ipaddress", IOC_AN_ADDRESS }, { "ip address", IOC_AN_ADDRESS },
	{ "address", IOC_AN_ADDRESS }, { "dst_ip", IOC_AN_ADDRESS }, { "ipv4", IOC_AN_ADDRESS }, { "ipv6", IOC_AN_ADDRESS }, { "cidr", IOC_AN_ADDRESS },
	{ "url", IOC_A_URL }, { "uri", IOC_A_URL }, { "email", IOC_A_MAIL }, { "mail", IOC_A_MAIL }, { "email_address", IOC_A_MAIL },
	{ "registry", IOC_A_KEY }, { "registry_key", IOC_A_KEY }, { "regkey", IOC_A_KEY },
	{ "indicator", COLUMN_VALUE }, { "ioc", COLUMN_VALUE }, { "value", COLUMN_VALUE }, { "observable", COLUMN_VALUE }, { "ioc_value", COLUMN_VALUE },
	{ "indicator_value", COLUMN_VALUE }, { "type", COLUMN_TYPE }, { "ioc_type", COLUMN_TYPE }, { "indicator_type", COLUMN_TYPE }, { "kind", COLUMN_TYPE },
	{ "comment", COLUMN_COMMENT }, { "comments", COLUMN_COMMENT }, { "description", COLUMN_COMMENT }, { "note", COLUMN_COMMENT }, { "notes", COLUMN_COMMENT },
	{ "info", COLUMN_COMMENT }, { "malware", COLUMN_COMMENT }, { "malware_printable", COLUMN_COMMENT }, { "signature", COLUMN_COMMENT },
	{ "threat", COLUMN_COMMENT }, { "family", COLUMN_COMMENT }, { "name", COLUMN_COMMENT }, { "score", COLUMN_SCORE }, { "severity", COLUMN_SCORE },
	{ "confidence", COLUMN_CONFIDENCE }, { "confidence_level", COLUMN_CONFIDENCE }, { "tlp", COLUMN_TLP },
};

struct cell {
	const char *text;		/* in t->cells, ended by NUL */
	size_t size;
};

void
ioc_text_init(struct ioc_text *t, const char *name)
{
	*t = (struct ioc_text){ .hint = strcasestr(name, "filename-ioc") != NULL || strcasestr(name, "filename_ioc") != NULL ? IOC_A_PATTERN : IOC_ANY };
	buf_init(&t->cells, 2 * LINE_MAX_SIZE);
	buf_init(&t->scratch, 2 * LINE_MAX_SIZE);
}

void
ioc_text_release(struct ioc_text *t)
{
	buf_release(&t->cells);
	buf_release(&t->scratch);
}

/* Cells of a line, without their quotes and the blanks around. All are in one buffer that does not move any more when they are pointed to. */
static size_t
split(struct ioc_text *t, const char *line, size_t size, char separator, struct cell cells[CELLS_MAX])
{
	size_t starts[CELLS_MAX], count = 0;
	buf_clear(&t->cells);
	for (size_t at = 0; count < CELLS_MAX; at++) {
		while (at < size && (line[at] == ' ' || (line[at] == '\t' && separator != '\t')))
			at++;
		bool quoted = at < size && line[at] == '"';
		starts[count++] = t->cells.size;
		for (at += quoted; at < size && (quoted || line[at] != separator); at++) {
			if (quoted && line[at] == '"') {
				if (at + 1 >= size || line[at + 1] != '"') {
					quoted = false;
					continue;
				}
				at++;
			}
			buf_char(&t->cells, line[at]);
		}
		while (t->cells.size > starts[count - 1] && t->cells.data[t->cells.size - 1] == ' ')
			t->cells.size--;
		buf_char(&t->cells, '\0');
		if (at >= size)
			break;
	}
	for (size_t i = 0; i < count; i++) {
		size_t end = i + 1 < count ? starts[i + 1] : t->cells.size;
		cells[i] = (struct cell){ buf_cstr(&t->cells) + starts[i], end > starts[i] ? end - starts[i] - 1 : 0 };
	}
	return t->cells.failed ? 0 : count;
}

static uint8_t
column_of(const struct cell *c)
{
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (strcasecmp(columns[i].name, c->text) == 0)
			return columns[i].column;
	return COLUMN_OTHER;
}

/* A line that names columns, of which one at least can hold an indicator. */
static bool
take_header(struct ioc_text *t, const char *line, size_t size, size_t least)
{
	static const char separators[] = ",;\t|";
	struct cell cells[CELLS_MAX];
	for (size_t s = 0; s < sizeof(separators) - 1; s++) {
		size_t count = split(t, line, size, separators[s], cells), known = 0, values = 0;
		if (count < least)
			continue;
		for (size_t i = 0; i < count; i++) {
			t->columns[i] = column_of(&cells[i]);
			known += t->columns[i] != COLUMN_OTHER;
			values += t->columns[i] <= COLUMN_VALUE && t->columns[i] != COLUMN_OTHER;
		}
		if (values == 0 || known < least)
			continue;
		t->column_count = count;
		t->separator = separators[s];
		return true;
	}
	return false;
}

static bool
number_of(const struct cell *c, double *ret)
{
	char *end;
	if (c->size == 0 || c->size > 8 || strspn(c->text, "0123456789.") != c->size)
		return false;
	*ret = strtod(c->text, &end);
	return *end == '\0' && *ret >= 0 && *ret <= 1000;
}

static int8_t
severity_of(const struct cell *c)
{
	double score;
	if (number_of(c, &score))
		return ioc_severity_of_score(score);
	for (unsigned i = 0; i < TRIAGE_SEVERITY_COUNT; i++)
		if (strcasecmp(c->text, triage_severity_name(i)) == 0)
			return i > TRIAGE_HIGH ? TRIAGE_HIGH : (int8_t)i;
	return -1;
}

static enum triage_status
csv_row(struct ioc_store *s, struct ioc_text *t, const char *line, size_t size, size_t number, struct triage_error *err)
{
	struct cell cells[CELLS_MAX];
	size_t count = split(t, line, size, t->separator, cells);
	struct ioc_entry e = { .severity = -1, .line = number };
	enum ioc_hint hint = IOC_ANY;
	bool digest = false, found = false;
	double value;
	buf_clear(&t->scratch);
	for (size_t i = 0; i < count && i < t->column_count; i++) {
		uint8_t what = t->columns[i];
		digest |= what == IOC_A_HASH && cells[i].size > 0;
		if (what == COLUMN_TYPE)
			hint = ioc_hint_of_type(cells[i].text);
		else if (what == COLUMN_SCORE)
			e.severity = severity_of(&cells[i]);
		else if (what == COLUMN_CONFIDENCE && number_of(&cells[i], &value))
			e.confidence = (uint8_t)(value > 95 ? 95 : value);
		else if (what == COLUMN_TLP)
			e.tlp = cells[i].text, e.tlp_size = cells[i].size;
	}
	for (size_t i = 0; i < count && i < t->column_count; i++) {
		uint8_t what = t->columns[i];
		if (cells[i].size > 0 && (what == COLUMN_COMMENT || (digest && (what == IOC_A_NAME || what == IOC_A_PATH))))
			buf_format(&t->scratch, "%s%s", t->scratch.size > 0 ? ", " : "", cells[i].text);
	}
	e.comment = buf_cstr(&t->scratch);
	e.comment_size = t->scratch.size;
	for (size_t i = 0; i < count && i < t->column_count; i++) {
		uint8_t what = t->columns[i];
		if (cells[i].size == 0 || what == COLUMN_OTHER || what > COLUMN_VALUE || (digest && (what == IOC_A_NAME || what == IOC_A_PATH)))
			continue;
		found = true;
		e.value = cells[i].text;
		e.size = cells[i].size;
		enum triage_status st = ioc_take(s, &e, what == COLUMN_VALUE ? hint : (enum ioc_hint)what, err);
		if (st != TRIAGE_OK)
			return st;
	}
	if (!found)
		ioc_refuse(s, number, "no value in the columns that hold indicators", line, size);
	return TRIAGE_OK;
}

/* TLP when the comment says so. */
static void
find_tlp(struct ioc_entry *e)
{
	static const char *const words[] = { "TLP:AMBER+STRICT", "TLP:CLEAR", "TLP:WHITE", "TLP:GREEN", "TLP:AMBER", "TLP:RED" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && e->comment != NULL && e->tlp == NULL; i++)
		if (strcasestr(e->comment, words[i]) != NULL)
			e->tlp = words[i] + 4, e->tlp_size = strlen(words[i] + 4);
}

static enum ioc_hint
guess_cell(struct ioc_text *t, const struct cell *c)
{
	buf_clear(&t->scratch);
	ioc_refang(&t->scratch, c->text, c->size);
	return c->size == 0 ? IOC_ANY : ioc_guess(buf_cstr(&t->scratch), t->scratch.size);
}

/* "value;comment;score", "pattern;score;exception", or cells without a header of which the first that can be told is the value. */
static enum triage_status
plain_cells(struct ioc_store *s, struct ioc_text *t, const char *line, size_t size, char separator, size_t number, struct triage_error *err)
{
	struct cell cells[CELLS_MAX];
	size_t count = split(t, line, size, separator, cells), value = 0;
	struct ioc_entry e = { .severity = -1, .line = number };
	double score;
	if (t->hint == IOC_ANY)
		while (value < count && guess_cell(t, &cells[value]) == IOC_ANY)
			value++;
	value = value < count ? value : 0;
	bool pattern = t->hint == IOC_A_PATTERN || guess_cell(t, &cells[value]) == IOC_A_PATTERN;
	for (size_t i = 0; i < count; i++) {
		if (i == value || cells[i].size == 0)
			continue;
		bool numeric = number_of(&cells[i], &score);
		if (numeric && separator == ';' && e.severity < 0)
			e.severity = ioc_severity_of_score(score);
		else if (pattern && separator == ';' && i == 2)
			e.except = cells[i].text;
		else if (!numeric && e.comment == NULL)
			e.comment = cells[i].text, e.comment_size = cells[i].size;
	}
	find_tlp(&e);
	e.value = cells[value].text;
	e.size = cells[value].size;
	return ioc_take(s, &e, t->hint, err);
}

/* A value, and after blanks what is said about it. */
static enum triage_status
plain_line(struct ioc_store *s, struct ioc_text *t, const char *line, size_t size, size_t number, struct triage_error *err)
{
	struct ioc_entry e = { .value = line, .size = size, .severity = -1, .line = number };
	struct cell words[2] = { { 0 } };
	size_t first = 0;
	while (first < size && line[first] != ' ' && line[first] != '\t')
		first++;
	size_t second = first;
	while (second < size && strchr(" \t*", line[second]) != NULL)
		second++;
	if (second < size && t->hint == IOC_ANY) {
		words[0] = (struct cell){ line, first };
		words[1] = (struct cell){ line + second, size - second };
		enum ioc_hint hint = guess_cell(t, &words[0]);
		bool nowhere = hint == IOC_AN_ADDRESS && (strncmp(line, "0.0.0.0", first) == 0 || strncmp(line, "127.0.0.1", first) == 0);
		if (nowhere) {
			e.value = words[1].text;
			e.size = words[1].size;
		} else if (hint != IOC_ANY && hint != IOC_A_PATH && hint != IOC_A_PATTERN) {
			e.size = first;
			e.comment = words[1].text;
			e.comment_size = words[1].size;
		}
	}
	t->scratch.size = 0;
	if (e.comment != NULL) {
		buf_clear(&t->scratch);
		buf_put(&t->scratch, e.comment, e.comment_size);
		e.comment = buf_cstr(&t->scratch);
		find_tlp(&e);
	}
	return ioc_take(s, &e, t->hint, err);
}

enum triage_status
ioc_text_line(struct ioc_store *s, struct ioc_text *t, const char *line, size_t size, size_t number, struct triage_error *err)
{
	while (size > 0 && strchr(" \t\r", line[size - 1]) != NULL)
		size--;
	while (size > 0 && (line[0] == ' ' || line[0] == '\t')) {
		line++;
		size--;
	}
	if (size == 0)
		return TRIAGE_OK;
	if (line[0] == '#') {
		size_t skip = 0;
		while (skip < size && (line[skip] == '#' || line[skip] == ' '))
			skip++;
		if (!t->seen && t->hint == IOC_ANY)
			take_header(t, line + skip, size - skip, 2);
		return TRIAGE_OK;
	}
	bool first = !t->seen;
	t->seen = true;
	if (first && t->hint == IOC_ANY && t->separator == 0) {
		struct cell whole = { line, size };
		if (take_header(t, line, size, 2) || (guess_cell(t, &whole) == IOC_ANY && take_header(t, line, size, 1)))
			return TRIAGE_OK;
	}
	if (t->separator != 0)
		return csv_row(s, t, line, size, number, err);
	const char *note = memmem(line, size, " #", 2);
	if (note != NULL && t->hint == IOC_ANY)
		size = (size_t)(note - line);
	if (memchr(line, ';', size) != NULL)
		return plain_cells(s, t, line, size, ';', number, err);
	if (t->hint != IOC_A_PATTERN && memchr(line, '\t', size) != NULL)
		return plain_cells(s, t, line, size, '\t', number, err);
	if (t->hint != IOC_A_PATTERN && memchr(line, ',', size) != NULL)
		return plain_cells(s, t, line, size, ',', number, err);
	return plain_line(s, t, line, size, number, err);
}
