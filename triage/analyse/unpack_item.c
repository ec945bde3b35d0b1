/* unpack_item.c - what Outlook's two formats share: header lines out of properties, and packed rich text. Sources: MS-OXPROPS, MS-OXRTFCP. */
#include "triage/analyse/unpack_mail.h"

#include "triage/base/mime.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void
put_date(struct buf *out, const char *field, int64_t when)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(when / INT64_C(1000000000));
	struct tm t;
	if (when == TRIAGE_TIME_NONE || gmtime_r(&seconds, &t) == NULL)
		return;
	buf_format(out, "%s: %.3s, %d %.3s %04d %02d:%02d:%02d +0000\r\n", field, days + 3 * t.tm_wday, t.tm_mday, months + 3 * t.tm_mon, t.tm_year + 1900,
	    t.tm_hour, t.tm_min, t.tm_sec);
}

void
mail_put_item(struct buf *out, const struct mail_item *item)
{
	enum { FIELDS = 6 };
	static const char *const names[FIELDS] = { "from", "to", "cc", "subject", "message-id", "date" };
	bool has[FIELDS] = { false };
	SCOPED_BUF value;
	char name[MIME_NAME_MAX];
	size_t at = 0, size = strlen(item->transport);
	buf_init(&value, MIME_VALUE_MAX + 16);
	while (mime_field((struct view){ (const uint8_t *)item->transport, size }, &at, name, &value))
		for (size_t i = 0; i < FIELDS; i++)
			has[i] = has[i] || strcmp(name, names[i]) == 0;
	while (at > 0 && (item->transport[at - 1] == '\n' || item->transport[at - 1] == '\r'))
		at--;	/* the blank line at its end */
	if (at > 0) {
		buf_put(out, item->transport, at);
		buf_text(out, "\r\n");
	}
	if (!has[0] && (item->from_name[0] != '\0' || item->from_address[0] != '\0')) {
		buf_clear(&value);
		buf_format(&value, item->from_address[0] != '\0' && item->from_name[0] != '\0' ? "%s <%s>" : "%s%s", item->from_name, item->from_address);
		mail_put_header(out, "From", buf_cstr(&value));
	}
	if (!has[1])
		mail_put_header(out, "To", item->to);
	if (!has[2])
		mail_put_header(out, "Cc", item->cc);
	if (!has[3])
		mail_put_header(out, "Subject", item->subject);
	if (!has[4])
		mail_put_header(out, "Message-ID", item->message_id);
	if (!has[5])
		put_date(out, "Date", item->submitted);
	put_date(out, "X-Delivery-Time", item->delivered);
	buf_text(out, "\r\n");
}

bool
mail_unpack_rtf(struct view in, struct buf *out)
{
	enum { HEAD = 16, RING = 4096, PACKED = 0x75465a4c, PLAIN = 0x414c454d };
	static const char start[] = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New Roman"
	    "Courier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
	uint8_t ring[RING];
	size_t write = sizeof(start) - 1, at = HEAD;
	if (in.size < HEAD)
		return false;
	uint32_t kind = load_le32(in.data + 8), want = load_le32(in.data + 4);
	if (kind == PLAIN) {
		buf_put(out, in.data + HEAD, in.size - HEAD < want ? in.size - HEAD : want);
		return true;
	}
	if (kind != PACKED)
		return false;
	memset(ring, ' ', sizeof(ring));
	memcpy(ring, start, write);
	while (at < in.size && !out->failed) {
		uint8_t flags = in.data[at++];
		for (unsigned bit = 0; bit < 8; bit++, flags >>= 1) {
			if (at >= in.size)
				return false;
			if ((flags & 1) == 0) {
				buf_char(out, (char)in.data[at]);
				ring[write++ % RING] = in.data[at++];
				continue;
			}
			if (in.size - at < 2)
				return false;
			unsigned reference = load_be16(in.data + at), from = reference >> 4, length = (reference & 15) + 2;
			at += 2;
			if (from == write % RING)
				return true;	/* the end says so by pointing at itself */
			for (unsigned i = 0; i < length; i++) {
				uint8_t c = ring[(from + i) % RING];
				buf_char(out, (char)c);
				ring[write++ % RING] = c;
			}
		}
	}
	return !out->failed && out->size == want;
}
