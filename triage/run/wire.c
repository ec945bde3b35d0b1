#include "triage/run/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { STREAM_MAX = 16 << 20, FILL = 64 << 10 };

void
wire_stream_init(struct wire_stream *s, int fd)
{
	*s = (struct wire_stream){ .fd = fd };
	buf_init(&s->in, STREAM_MAX);
	buf_init(&s->out, STREAM_MAX);
}

void
wire_stream_release(struct wire_stream *s)
{
	buf_release(&s->in);
	buf_release(&s->out);
}

enum triage_status
wire_take(struct wire_stream *s, struct wire_frame *ret_frame, struct triage_error *err)
{
	const uint8_t *p = (const uint8_t *)buf_cstr(&s->in) + s->in_done;
	size_t there = s->in.size - s->in_done;
	if (there < WIRE_HEADER)
		return TRIAGE_END;
	uint32_t size;
	uint16_t type, zero;
	memcpy(&size, p, 4);
	memcpy(&type, p + 4, 2);
	memcpy(&zero, p + 6, 2);
	if (size > WIRE_PAYLOAD_MAX || type >= WIRE_TYPE_COUNT || zero != 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "bad frame: type %u, %u bytes", type, size);
		return TRIAGE_E_FORMAT;
	}
	if (there - WIRE_HEADER < size)
		return TRIAGE_END;
	ret_frame->type = (enum wire_type)type;
	memcpy(&ret_frame->job, p + 8, 8);
	ret_frame->payload = (struct view){ p + WIRE_HEADER, size };
	s->in_done += WIRE_HEADER + size;
	return TRIAGE_OK;
}

enum triage_status
wire_fill(struct wire_stream *s, bool wait, struct triage_error *err)
{
	if (s->in_done > 0) {
		memmove(s->in.data, s->in.data + s->in_done, s->in.size - s->in_done);
		s->in.size -= s->in_done;
		s->in_done = 0;
	}
	char *piece = buf_room(&s->in, FILL);
	if (piece == NULL)
		return buf_check(&s->in, err);
	ssize_t n;
	do
		n = recv(s->fd, piece, FILL, wait ? 0 : MSG_DONTWAIT);
	while (n < 0 && errno == EINTR && wait);
	if (n == 0)
		s->ended = true;
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		s->ended = true;
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "worker channel");
		return TRIAGE_E_IO;
	}
	if (n > 0)
		buf_wrote(&s->in, (size_t)n);
	return TRIAGE_OK;
}

enum triage_status
wire_flush(struct wire_stream *s, bool wait, struct triage_error *err)
{
	if (buf_check(&s->out, err) != TRIAGE_OK)
		return TRIAGE_E_LIMIT;
	while (s->out_done < s->out.size) {
		ssize_t n = send(s->fd, s->out.data + s->out_done, s->out.size - s->out_done, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
		if (n > 0) {
			s->out_done += (size_t)n;
		} else if (errno == EAGAIN && !wait) {
			return TRIAGE_OK;
		} else if (errno != EINTR) {
			triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "worker channel");
			return TRIAGE_E_IO;
		}
	}
	buf_clear(&s->out);
	s->out_done = 0;
	return TRIAGE_OK;
}

size_t
wire_pending(const struct wire_stream *s)
{
	return s->out.size - s->out_done;
}

void
wire_begin(struct wire_stream *s, enum wire_type type, uint64_t job, size_t *ret_mark)
{
	uint8_t header[WIRE_HEADER] = { 0 };
	uint16_t word = (uint16_t)type;
	memcpy(header + 4, &word, 2);
	memcpy(header + 8, &job, 8);
	*ret_mark = s->out.size;
	buf_put(&s->out, header, sizeof(header));
}

void
wire_end(struct wire_stream *s, size_t mark)
{
	if (s->out.failed)
		return;
	uint32_t size = (uint32_t)(s->out.size - mark - WIRE_HEADER);
	memcpy(s->out.data + mark, &size, 4);
}

void
wire_put_u64(struct wire_stream *s, uint64_t value)
{
	buf_put(&s->out, &value, sizeof(value));
}

void
wire_put_i64(struct wire_stream *s, int64_t value)
{
	buf_put(&s->out, &value, sizeof(value));
}

void
wire_put_real(struct wire_stream *s, double value)
{
	buf_put(&s->out, &value, sizeof(value));
}

void
wire_put_bytes(struct wire_stream *s, const void *data, size_t size)
{
	wire_put_u64(s, size);
	buf_put(&s->out, data, size);
}

void
wire_put_text(struct wire_stream *s, const char *text)
{
	wire_put_bytes(s, text, strlen(text));
}

static bool
take(struct wire_cursor *c, void *out, size_t size)
{
	if (c->failed || c->rest.size < size) {
		c->failed = true;
		memset(out, 0, size);
		return false;
	}
	memcpy(out, c->rest.data, size);
	c->rest.data += size;
	c->rest.size -= size;
	return true;
}

uint64_t
wire_get_u64(struct wire_cursor *c)
{
	uint64_t value;
	take(c, &value, sizeof(value));
	return value;
}

int64_t
wire_get_i64(struct wire_cursor *c)
{
	int64_t value;
	take(c, &value, sizeof(value));
	return value;
}

double
wire_get_real(struct wire_cursor *c)
{
	double value;
	take(c, &value, sizeof(value));
	/* a number that is none would poison sums and comparisons */
	if (!(value > -1e18 && value < 1e18)) {
		c->failed = true;
		return 0;
	}
	return value;
}

uint32_t
wire_get_u32(struct wire_cursor *c)
{
	uint64_t value = wire_get_u64(c);
	c->failed = c->failed || value > UINT32_MAX;
	return c->failed ? 0 : (uint32_t)value;
}

unsigned
wire_get_enum(struct wire_cursor *c, unsigned count)
{
	uint64_t value = wire_get_u64(c);
	c->failed = c->failed || value >= count;
	return c->failed ? 0 : (unsigned)value;
}

struct view
wire_get_bytes(struct wire_cursor *c, size_t max)
{
	uint64_t size = wire_get_u64(c);
	if (c->failed || size > max || size > c->rest.size) {
		c->failed = true;
		return (struct view){ (const uint8_t *)"", 0 };
	}
	struct view bytes = { c->rest.data, (size_t)size };
	c->rest.data += size;
	c->rest.size -= (size_t)size;
	return bytes;
}

/* Bytes of the well-formed UTF-8 character at i, 0 when there is none or it is NUL. */
static size_t
char_size(struct view v, size_t i)
{
	uint8_t b = v.data[i];
	size_t n = b < 0x80 ? 1 : b >= 0xc2 && b < 0xe0 ? 2 : b >= 0xe0 && b < 0xf0 ? 3 : b >= 0xf0 && b < 0xf5 ? 4 : 0;
	if (b == 0 || n == 0 || n > v.size - i)
		return 0;
	for (size_t k = 1; k < n; k++)
		if ((v.data[i + k] & 0xc0) != 0x80)
			return 0;
	if ((b == 0xe0 && v.data[i + 1] < 0xa0) || (b == 0xed && v.data[i + 1] > 0x9f) || (b == 0xf0 && v.data[i + 1] < 0x90) ||
	    (b == 0xf4 && v.data[i + 1] > 0x8f))
		return 0;
	return n;
}

/* Well-formed UTF-8 without NUL. The display form of a well-formed text differs only by escapes, so this is its own check. */
static bool
is_text(struct view v)
{
	static const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
	for (size_t i = 0, n; i < v.size; i += n) {
		/* eight bytes of ASCII at a time: none with its top bit, none that is NUL */
		uint64_t x = v.size - i >= 8 ? load_le64(v.data + i) : tops;
		n = ((x | (x - ones)) & tops) == 0 ? 8 : char_size(v, i);
		if (n == 0)
			return false;
	}
	return true;
}

void
wire_put_words(struct wire_stream *s, const char *text)
{
	struct view v = { (const uint8_t *)text, strlen(text) };
	size_t mark = s->out.size, put = 0;
	wire_put_u64(s, 0);
	for (size_t i = 0, n; i < v.size; i += n > 0 ? n : 1) {
		n = char_size(v, i);
		if (put + (n > 0 ? n : 1) > WIRE_WORDS_MAX)
			break;
		buf_put(&s->out, n > 0 ? text + i : "?", n > 0 ? n : 1);
		put += n > 0 ? n : 1;
	}
	if (!s->out.failed)
		memcpy(s->out.data + mark, &(uint64_t){ put }, sizeof(uint64_t));
}

const char *
wire_get_text(struct wire_cursor *c, char *store, size_t max)
{
	struct view bytes = wire_get_bytes(c, max);
	if (!is_text(bytes)) {
		c->failed = true;
		bytes.size = 0;
	}
	memcpy(store, bytes.data, bytes.size);
	store[bytes.size] = '\0';
	return store;
}

bool
wire_all_read(const struct wire_cursor *c)
{
	return !c->failed && c->rest.size == 0;
}
