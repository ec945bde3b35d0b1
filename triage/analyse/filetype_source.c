#include "triage/analyse/filetype_source.h"

#include <string.h>

enum language { LANGUAGE_C, LANGUAGE_CPP, LANGUAGE_PYTHON, LANGUAGE_PERL, LANGUAGE_JAVASCRIPT, LANGUAGE_COUNT };
enum { ENOUGH = 2 };

static const struct filetype_language languages[LANGUAGE_COUNT] = {
	[LANGUAGE_C] = { "C source, ", "", "text/x-c" },
	[LANGUAGE_CPP] = { "C++ source, ", "", "text/x-c++" },
	[LANGUAGE_PYTHON] = { "Python script, ", " executable", "text/x-script.python" },
	[LANGUAGE_PERL] = { "Perl5 module source, ", "", "text/plain" },
	[LANGUAGE_JAVASCRIPT] = { "JavaScript source, ", "", "application/javascript" },
};

struct source_row {
	const char *begins, *has, *ends;
	unsigned weight;
	enum language language;
};

static const struct source_row rows[] = {
#define SOURCE(begins, has, ends, weight, language) { begins, has, ends, weight, language },
#include "triage/analyse/filetype_source.def"
#undef SOURCE
};

static struct view
trim(const uint8_t *data, size_t size)
{
	while (size != 0 && (data[0] == ' ' || data[0] == '\t')) {
		data++;
		size--;
	}
	while (size != 0 && (data[size - 1] == ' ' || data[size - 1] == '\t' || data[size - 1] == '\r'))
		size--;
	return (struct view){ data, size };
}

static bool
fits(const struct source_row *row, struct view line)
{
	size_t begins = strlen(row->begins), has = strlen(row->has), ends = strlen(row->ends);
	return line.size >= begins && memcmp(line.data, row->begins, begins) == 0
	    && (has == 0 || memmem(line.data, line.size, row->has, has) != NULL)
	    && (ends == 0 || (line.size >= ends && memcmp(line.data + line.size - ends, row->ends, ends) == 0));
}

const struct filetype_language *
filetype_language_of(struct view text)
{
	unsigned weights[LANGUAGE_COUNT] = { 0 };
	size_t end = text.size < FILETYPE_SOURCE_HEAD ? text.size : FILETYPE_SOURCE_HEAD;
	for (size_t at = 0; at < end;) {
		const uint8_t *line_end = memchr(text.data + at, '\n', end - at);
		size_t size = line_end != NULL ? (size_t)(line_end - (text.data + at)) : end - at;
		struct view line = trim(text.data + at, size);
		for (size_t i = 0; line.size != 0 && i < sizeof(rows) / sizeof(rows[0]); i++)
			if (line.data[0] == (uint8_t)rows[i].begins[0] && fits(&rows[i], line))
				weights[rows[i].language] += rows[i].weight;
		at += size + 1;
	}
	size_t best = 0;
	for (size_t i = 1; i < LANGUAGE_COUNT; i++)
		if (weights[i] > weights[best])
			best = i;
	return weights[best] >= ENOUGH ? &languages[best] : NULL;
}
