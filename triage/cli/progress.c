#include "triage/cli/progress.h"

#include "triage/base/buf.h"
#include "triage/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { SMALL = 32, TOLD_MAX = 20 };

static const char *const phases[TRIAGE_PHASE_COUNT] = { "opening", "listing", "examining", "judging", "sealing" };

void
progress_init(struct progress *p, const struct options *o)
{
	const char *how = o->progress != NULL ? o->progress : "auto";
	bool terminal = isatty(STDERR_FILENO) != 0;
	*p = (struct progress){ .status_file = o->status_file, .verbose = o->verbose, .quiet = o->quiet };
	if (o->quiet || strcmp(how, "none") == 0)
		p->mode = PROGRESS_NONE;
	else if (strcmp(how, "json") == 0)
		p->mode = PROGRESS_JSON;
	else if (strcmp(how, "plain") == 0)
		p->mode = PROGRESS_PLAIN;
	else
		p->mode = strcmp(how, "bar") == 0 || terminal ? PROGRESS_BAR : PROGRESS_PLAIN;
	const char *plain = getenv("NO_COLOR");
	p->colour = terminal && (plain == NULL || plain[0] == '\0');
}

const char *
progress_bytes(double bytes, char *out)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	size_t i = 0;
	while (bytes >= 1000 && i + 1 < sizeof(units) / sizeof(units[0])) {
		bytes /= 1000;
		i++;
	}
	snprintf(out, SMALL, i == 0 ? "%.0f %s" : "%.1f %s", bytes, units[i]);
	return out;
}

const char *
progress_time(double seconds, char *out)
{
	long s = (long)(seconds + 0.5);
	if (s < 60)
		snprintf(out, SMALL, "%ld s", s);
	else if (s < 3600)
		snprintf(out, SMALL, "%ld m %02ld s", s / 60, s % 60);
	else
		snprintf(out, SMALL, "%ld h %02ld m", s / 3600, s / 60 % 60);
	return out;
}

static double
share_of(const struct triage_progress *s)
{
	if (s->phase < TRIAGE_PHASE_CONTENT)
		return 0;
	if (s->phase > TRIAGE_PHASE_CONTENT)
		return 1;
	double all = (double)s->bytes + 1e5 * (double)s->units, done = (double)s->bytes_done + 1e5 * (double)s->units_done;
	return all > 0 ? done / all : 0;
}

static void
json(struct buf *b, const struct triage_progress *s)
{
	buf_format(b, "{\"phase\":\"%s\",\"seconds\":%.2f,\"entries\":%ju,\"streams\":%ju,\"streams_done\":%ju,\"bytes\":%ju,\"bytes_done\":%ju,"
	    "\"image_bytes\":%ju,\"image_bytes_done\":%ju,\"hits\":%ju,\"problems\":%ju,\"eta_seconds\":%.0f,\"workers\":[",
	    phases[s->phase], s->seconds, (uintmax_t)s->entries, (uintmax_t)s->units, (uintmax_t)s->units_done, (uintmax_t)s->bytes,
	    (uintmax_t)s->bytes_done, (uintmax_t)s->image_bytes, (uintmax_t)s->image_bytes_done, (uintmax_t)s->hits, (uintmax_t)s->problems,
	    s->eta_seconds);
	for (unsigned i = 0; i < s->workers; i++) {
		buf_format(b, "%s{\"pid\":%d,\"stage\":\"%s\",\"path\":", i > 0 ? "," : "", s->worker[i].pid, s->worker[i].stage);
		text_json_string(b, s->worker[i].path);
		buf_char(b, '}');
	}
	buf_text(b, "]}\n");
}

/* Written beside and renamed, so that a reader never sees half of it. */
static void
write_status(const struct progress *p, const struct buf *b)
{
	char beside[4200];
	snprintf(beside, sizeof(beside), "%.4090s.new", p->status_file);
	FILE *f = fopen(beside, "we");
	if (f == NULL)
		return;
	fwrite(b->data, 1, b->size, f);
	if (fclose(f) == 0)
		rename(beside, p->status_file);
}

void
progress_clear(struct progress *p)
{
	if (p->lines > 0)
		fprintf(stderr, "\033[%uA\033[J", p->lines);
	p->lines = 0;
}

static unsigned
screen_width(void)
{
	struct winsize size;
	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40 ? size.ws_col : 80;
}

/* A line never longer than the screen; columns counted as code points. */
static void
put_line(struct progress *p, const char *text, unsigned width)
{
	unsigned column = 0;
	const char *end = text;
	while (*end != '\0' && column + 1 < width) {
		end++;
		while (((unsigned char)*end & 0xc0) == 0x80)
			end++;
		column++;
	}
	fprintf(stderr, "%.*s\n", (int)(end - text), text);
	p->lines++;
}

static void
show_bar(struct progress *p, const struct triage_progress *s)
{
	char line[600], bar[41], done[SMALL], all[SMALL], time[SMALL], eta[SMALL];
	unsigned width = screen_width(), filled = (unsigned)(share_of(s) * 40);
	for (unsigned i = 0; i < 40; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[40] = '\0';
	progress_clear(p);
	snprintf(line, sizeof(line), "[%s] %3.0f %%  %s  %s%s%s", bar, share_of(s) * 100, phases[s->phase], progress_time(s->seconds, time),
	    s->eta_seconds >= 0 ? ", about to go: " : "", s->eta_seconds >= 0 ? progress_time(s->eta_seconds, eta) : "");
	put_line(p, line, width);
	snprintf(line, sizeof(line), "%ju entries, %ju of %ju streams, %s of %s, %ju rule hits, %ju problems", (uintmax_t)s->entries,
	    (uintmax_t)s->units_done, (uintmax_t)s->units, progress_bytes((double)s->bytes_done, done), progress_bytes((double)s->bytes, all),
	    (uintmax_t)s->hits, (uintmax_t)s->problems);
	put_line(p, line, width);
	if (s->image_bytes > 0 && s->image_bytes_done < s->image_bytes) {
		snprintf(line, sizeof(line), "image hash: %s of %s", progress_bytes((double)s->image_bytes_done, done), progress_bytes((double)s->image_bytes, all));
		put_line(p, line, width);
	}
	for (unsigned i = 0; i < s->workers && i < 8; i++) {
		snprintf(line, sizeof(line), "  %-10s %s", s->worker[i].stage, s->worker[i].path);
		put_line(p, line, width);
	}
}

static void
show_plain(struct progress *p, const struct triage_progress *s)
{
	bool turn = !p->begun || s->phase != p->last_phase;
	if (!turn && s->seconds - p->last_plain < 10)
		return;
	p->last_plain = s->seconds;
	char done[SMALL], all[SMALL], time[SMALL], eta[SMALL];
	fprintf(stderr, "triage: %s, %s", phases[s->phase], progress_time(s->seconds, time));
	if (s->units > 0)
		fprintf(stderr, ", %ju of %ju streams, %s of %s, %ju rule hits, %ju problems", (uintmax_t)s->units_done, (uintmax_t)s->units,
		    progress_bytes((double)s->bytes_done, done), progress_bytes((double)s->bytes, all), (uintmax_t)s->hits, (uintmax_t)s->problems);
	if (s->eta_seconds >= 0)
		fprintf(stderr, ", about to go: %s", progress_time(s->eta_seconds, eta));
	fputc('\n', stderr);
}

void
progress_show(void *ctx, const struct triage_progress *state)
{
	struct progress *p = ctx;
	SCOPED_BUF b;
	buf_init(&b, 1 << 20);
	if (p->mode == PROGRESS_JSON || p->status_file != NULL)
		json(&b, state);
	if (p->status_file != NULL)
		write_status(p, &b);
	if (p->mode == PROGRESS_JSON)
		fputs(buf_cstr(&b), stderr);
	else if (p->mode == PROGRESS_BAR)
		show_bar(p, state);
	else if (p->mode == PROGRESS_PLAIN)
		show_plain(p, state);
	p->begun = true;
	p->last_phase = state->phase;
}

void
progress_log(void *ctx, enum triage_severity severity, const char *line)
{
	struct progress *p = ctx;
	bool loud = severity >= TRIAGE_HIGH || p->verbose;
	if (!loud || p->quiet)
		return;
	if (!p->verbose && p->told >= TOLD_MAX) {
		p->swallowed++;
		return;
	}
	p->told++;
	progress_clear(p);
	SCOPED_BUF b;
	buf_init(&b, 64 << 10);
	text_safe(&b, line);
	fprintf(stderr, "triage: %s\n", buf_cstr(&b));
}
