/* print_seal.c - the second sheet: the seal in large type and as a QR code, who signed, how to check it, what was examined. */
#include "triage/report/print.h"

#include "triage/base/text.h"
#include "triage/report/bag_inside.h"

#include <qrencode.h>

#include <stdio.h>
#include <string.h>

enum { GROUP = 4, QUIET = 4, TAG_MAX = 16 << 20 };

/* Dark modules of a row that touch each other are one stroke. */
static void
put_modules(struct buf *out, const QRcode *code)
{
	for (int y = 0; y < code->width; y++) {
		for (int x = 0; x < code->width; x++) {
			int from = x;
			while (x < code->width && (code->data[y * code->width + x] & 1) != 0)
				x++;
			if (x > from)
				buf_format(out, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
		}
	}
}

enum triage_status
print_qr(const char *text, const char *label, struct buf *out, struct triage_error *err)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	if (code == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "cannot make a QR code of %zu bytes", strlen(text));
		return TRIAGE_E_MEMORY;
	}
	int side = code->width + 2 * QUIET;
	buf_format(out, "<svg class=\"qr\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"", side, side);
	text_html(out, label);
	buf_format(out, "\"><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path fill=\"#000\" d=\"", side, side);
	put_modules(out, code);
	buf_text(out, "\"/></svg>");
	QRcode_free(code);
	return buf_check(out, err);
}

static enum triage_status
put_number(struct page *p, const struct print *d, struct triage_error *err)
{
	SCOPED_BUF picture, label;
	buf_init(&picture, 1 << 20);
	buf_init(&label, 1 << 12);
	messages_plain(p->messages, p->lang, "print.seal-qr", NULL, &label);
	enum triage_status st = print_qr(d->seal, buf_cstr(&label), &picture, err);
	if (st != TRIAGE_OK)
		return st;
	page_raw(p, "<div class=\"seal\"><p class=\"digest\" id=\"seal-number\">");
	for (size_t i = 0; i < 64; i += GROUP)
		page_format(p, "<span>%.*s</span>%s", GROUP, d->seal + i, i + GROUP < 64 ? " " : "");
	page_raw(p, "</p>");
	output_buf(p->out, &picture);
	page_raw(p, "</div>\n");
	return TRIAGE_OK;
}

static enum triage_status
put_signer(struct page *p, const struct print *d, struct triage_error *err)
{
	SCOPED_BUF text, who, shown;
	buf_init(&text, TAG_MAX);
	buf_init(&who, TAG_MAX);
	buf_init(&shown, TAG_MAX);
	enum triage_status st = bag_read(d->bundle, BAG_INFO, TAG_MAX, &text, err);
	if (st != TRIAGE_OK)
		return st;
	bag_element(buf_cstr(&text), BAG_SIGNER, &who);
	text_display(&shown, buf_cstr(&who), who.size);
	page_raw(p, "<p>");
	page_say(p, "span", "print.sealed", NULL);
	page_raw(p, ": ");
	page_time(p, p->facts.finished);
	page_raw(p, "</p>\n<p>");
	if (shown.size > 0) {
		page_say(p, "span", "print.signed", NULL);
		page_raw(p, " <b>");
		page_evidence(p, buf_cstr(&shown));
		page_raw(p, "</b>");
	} else {
		page_say(p, "span", "print.unsigned", NULL);
	}
	page_raw(p, "</p>\n");
	return TRIAGE_OK;
}

static enum triage_status
put_evidence(struct page *p, struct triage_error *err)
{
	static const char *const heads[] = { "evidence.name", "evidence.kind", "evidence.size", "evidence.hash", NULL };
	struct case_cursor *c;
	page_say(p, "h2", "print.evidence", NULL);
	page_raw(p, "<table>");
	page_table_head(p, "print.evidence", heads);
	page_raw(p, "<tbody>\n");
	enum triage_status st = case_rows(p->reader, CASE_EVIDENCE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	for (unsigned i = 0; i < TABLE_ROWS_MAX && (st = case_next(c, err)) == TRIAGE_OK; i++) {
		page_raw(p, "<tr><td>");
		page_evidence(p, case_text(c, CASE_EVIDENCE_NAME));
		page_raw(p, "</td><td>");
		page_evidence(p, case_text(c, CASE_EVIDENCE_KIND));
		page_raw(p, "</td><td class=\"w\">");
		page_value(p, "span", &(struct argument)AS_BYTES(case_int(c, CASE_EVIDENCE_SIZE)));
		page_raw(p, "</td><td>");
		const char *sha256 = case_text(c, CASE_EVIDENCE_SHA256);
		if (sha256[0] != '\0') {
			page_raw(p, "SHA-256 ");
			page_code(p, sha256);
		} else {
			page_say(p, "span", "print.no-hash", NULL);
		}
		page_raw(p, "</td></tr>\n");
	}
	case_cursor_close(c);
	page_raw(p, "</tbody></table>\n");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
print_seal(struct page *p, const struct print *d, struct triage_error *err)
{
	page_raw(p, "<section class=\"page\">");
	page_say(p, "h2", "print.seal", NULL);
	enum triage_status st = put_number(p, d, err);
	if (st != TRIAGE_OK)
		return st;
	page_say(p, "p", "print.seal-means", NULL);
	page_raw(p, "\n");
	st = put_signer(p, d, err);
	if (st != TRIAGE_OK)
		return st;
	page_say(p, "p", "print.seal-check", NULL);
	page_raw(p, "<pre><code>sha256sum tagmanifest-sha256.txt\nsha256sum -c tagmanifest-sha256.txt\nsha256sum -c manifest-sha256.txt</code></pre>\n");
	st = put_evidence(p, err);
	page_raw(p, "</section>\n");
	return st;
}
