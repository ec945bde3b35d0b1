/* wire_shape.c - the shape of a stream as part of a payload: its text, in which a number or letter that cannot be is left out. */
#include "triage/base/shape.h"
#include "triage/run/wire.h"

void
wire_put_shape(struct wire_stream *s, const struct triage_shape *shape)
{
	SCOPED_BUF text;
	buf_init(&text, SHAPE_TEXT_MAX);
	shape_put(&text, shape);
	wire_put_text(s, buf_cstr(&text));
}

void
wire_get_shape(struct wire_cursor *c, struct triage_shape *ret)
{
	char text[SHAPE_TEXT_MAX + 1];
	shape_get(wire_get_text(c, text, SHAPE_TEXT_MAX), ret);
}
