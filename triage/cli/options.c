#include "triage/cli/options.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
wrong(const struct command *command, const char *what, const char *subject)
{
	fprintf(stderr, "triage %s: %s%s%s (see triage %s --help)\n", command->name, what, subject[0] != '\0' ? ": " : "", subject, command->name);
	return false;
}

static bool
append(struct option_list *list, const char *item)
{
	const char **grown = reallocarray(list->items, list->count + 1, sizeof(*grown));
	if (grown == NULL) {
		fputs("triage: out of memory for the options\n", stderr);
		return false;
	}
	list->items = grown;
	list->items[list->count++] = item;
	return true;
}

/* A decimal number with one of the suffixes; factors in the same order. */
static bool
number_with(const char *text, const char *suffixes, const double *factors, double *ret_value)
{
	char *end;
	if (text[0] < '0' || text[0] > '9')
		return false;
	double value = strtod(text, &end);
	if (*end != '\0') {
		const char *suffix = strchr(suffixes, *end);
		if (suffix == NULL || end[1] != '\0')
			return false;
		value *= factors[suffix - suffixes];
	}
	*ret_value = value;
	return value < 9e18;
}

static bool
word_among(const char *words, const char *text)
{
	size_t length = strlen(text);
	for (const char *p = words; length > 0; p++) {
		if (strncmp(p, text, length) == 0 && (p[length] == '|' || p[length] == '\0'))
			return true;
		p = strchr(p, '|');
		if (p == NULL)
			return false;
	}
	return false;
}

bool
options_range(const char *text, bool *ret_none, unsigned *ret_first, unsigned *ret_last)
{
	enum { NUMBER_MAX = 1000000 };
	*ret_none = text != NULL && strcmp(text, "none") == 0;
	*ret_first = *ret_last = 0;
	if (text == NULL || *ret_none || strcmp(text, "all") == 0)
		return true;
	char *end;
	if (text[0] < '0' || text[0] > '9')
		return false;
	unsigned long first = strtoul(text, &end, 10), last = first;
	if (strncmp(end, "..", 2) == 0 && end[2] >= '0' && end[2] <= '9')
		last = strtoul(end + 2, &end, 10);
	if (*end != '\0' || first < 1 || last < first || last > NUMBER_MAX)
		return false;
	*ret_first = (unsigned)first;
	*ret_last = (unsigned)last;
	return true;
}

static bool
store(const struct option_row *row, const char *text, struct options *o)
{
	static const double sizes[] = { 1, 1024, 1048576, 1073741824.0, 1024, 1048576, 1073741824.0 }, times[] = { 1, 60, 3600, 86400 };
	char *at = (char *)o + row->offset;
	double number;
	unsigned long count;
	char *end;
	switch (row->type) {
	case OPTION_FLAG: *(bool *)at = true; return true;
	case OPTION_TEXT: *(const char **)(void *)at = text; return text[0] != '\0';
	case OPTION_LIST: return append((struct option_list *)(void *)at, text);
	case OPTION_WORD: *(const char **)(void *)at = text; return word_among(row->words, text);
	case OPTION_RANGE: {
		bool none;
		unsigned first, last;
		*(const char **)(void *)at = text;
		return options_range(text, &none, &first, &last);
	}
	case OPTION_TIME: return when_parse(text, (int64_t *)(void *)at);
	case OPTION_SIZE:
		if (!number_with(text, "bKMGkmg", sizes, &number))
			return false;
		*(uint64_t *)(void *)at = (uint64_t)number;
		return number >= 1;
	case OPTION_SECONDS:
		if (!number_with(text, "smhd", times, &number))
			return false;
		*(double *)(void *)at = number;
		return number > 0;
	case OPTION_COUNT:
		count = strtoul(text, &end, 10);
		*(unsigned *)(void *)at = (unsigned)count;
		return *end == '\0' && text[0] != '-' && count >= row->min && count <= row->max;
	case OPTION_SHARD: {
		unsigned *pair = (unsigned *)(void *)at;
		return sscanf(text, "%u/%u", &pair[0], &pair[1]) == 2 && pair[1] >= 1 && pair[0] >= 1 && pair[0] <= pair[1];
	}
	}
	return false;
}

static const struct option_row *
find(const struct command *command, const char *name, size_t length, char letter)
{
	for (size_t i = 0; i < *command->row_count; i++) {
		const struct option_row *row = &command->rows[i];
		if (name != NULL ? strlen(row->name) == length && strncmp(row->name, name, length) == 0 : row->letter != 0 && row->letter == letter)
			return row;
	}
	return NULL;
}

static bool
take(const struct command *command, const struct option_row *row, const char *text, struct options *o)
{
	char what[300];
	if (store(row, text, o))
		return true;
	snprintf(what, sizeof(what), "--%s does not take this%s%s", row->name, row->words != NULL ? ", only " : "", row->words != NULL ? row->words : "");
	return wrong(command, what, text);
}

static bool
take_long(const struct command *command, int argc, char **argv, int *i, struct options *o)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const struct option_row *row = find(command, name, length, 0);
	if (row == NULL)
		return wrong(command, "unknown option", argv[*i]);
	if (row->argument == NULL)
		return equals != NULL ? wrong(command, "this option takes no value", argv[*i]) : take(command, row, "", o);
	if (equals != NULL)
		return take(command, row, equals + 1, o);
	if (*i + 1 >= argc)
		return wrong(command, "this option wants a value", argv[*i]);
	return take(command, row, argv[++*i], o);
}

static bool
take_short(const struct command *command, int argc, char **argv, int *i, struct options *o)
{
	for (const char *p = argv[*i] + 1; *p != '\0'; p++) {
		const struct option_row *row = find(command, NULL, 0, *p);
		if (row == NULL)
			return wrong(command, "unknown option", argv[*i]);
		if (row->argument == NULL) {
			if (!take(command, row, "", o))
				return false;
			continue;
		}
		if (p[1] != '\0')
			return take(command, row, p + 1, o);
		if (*i + 1 >= argc)
			return wrong(command, "this option wants a value", argv[*i]);
		return take(command, row, argv[++*i], o);
	}
	return true;
}

bool
options_parse(const struct command *command, int argc, char **argv, struct options *o)
{
	*o = (struct options){ .from = TRIAGE_TIME_NONE, .to = TRIAGE_TIME_NONE };
	bool only_operands = false;
	for (int i = 0; i < argc; i++) {
		bool ok;
		if (only_operands || argv[i][0] != '-' || argv[i][1] == '\0')
			ok = append(&o->operands, argv[i]);
		else if (strcmp(argv[i], "--") == 0)
			ok = only_operands = true;
		else
			ok = argv[i][1] == '-' ? take_long(command, argc, argv, &i, o) : take_short(command, argc, argv, &i, o);
		if (!ok)
			return false;
	}
	if (o->help || o->version || o->parsers || o->resume != NULL)
		return true;
	if (o->operands.count < command->operands_min)
		return wrong(command, "missing", command->operands);
	if (o->operands.count > command->operands_max)
		return wrong(command, "one too many", o->operands.items[command->operands_max]);
	return true;
}

void
options_release(struct options *o)
{
	free(o->operands.items);
	free(o->rules.items);
	free(o->sigma.items);
	free(o->known_good.items);
	free(o->known_bad.items);
	free(o->iocs.items);
	free(o->keys.items);
	free(o->only.items);
}

void
options_help(const struct command *command)
{
	printf("Usage: triage %s [OPTIONS] %s\n%s\n\n", command->name, command->operands, command->what);
	for (size_t i = 0; i < *command->row_count; i++) {
		const struct option_row *row = &command->rows[i];
		char left[80];
		snprintf(left, sizeof(left), "%c%c%s --%s%s%s", row->letter != 0 ? '-' : ' ', row->letter != 0 ? row->letter : ' ', row->letter != 0 ? "," : " ",
		    row->name, row->argument != NULL ? " " : "", row->argument != NULL ? row->argument : "");
		printf("  %-26s %s\n", left, row->help);
	}
}
