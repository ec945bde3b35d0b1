/* mime_message.c - is this the beginning of an internet message? By the fields that come first. */
#include "triage/base/mime.h"

#include <ctype.h>
#include <string.h>

bool
mime_is_message(struct view head)
{
	/* who sent it, and what only mail has beside */
	enum { FIELDS_MAX = 60, NAME_LOOK = 40, NEEDED = 2 };
	static const char *const from[] = { "from", "received", "return-path", "delivered-to", "sender" };
	static const char *const beside[] = { "date", "message-id", "subject", "to", "mime-version", "received", "return-path", "reply-to", "dkim-signature", "x-mailer",
		"x-delivery-time" };
	SCOPED_BUF value;
	char name[MIME_NAME_MAX];
	uint32_t seen = 0;
	size_t at = 0, line = 0;
	bool sender = false;
	buf_init(&value, MIME_VALUE_MAX + 16);
	/* cheap: most streams end here */
	while (line < head.size && line <= NAME_LOOK && (isalnum(head.data[line]) || head.data[line] == '-'))
		line++;
	if (line == 0 || line == head.size || head.data[line] != ':')
		return false;
	for (unsigned n = 0; n < FIELDS_MAX && !(sender && __builtin_popcount(seen) >= NEEDED) && mime_field(head, &at, name, &value); n++) {
		for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++)
			sender = sender || strcmp(name, from[i]) == 0;
		for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++)
			seen |= strcmp(name, beside[i]) == 0 ? UINT32_C(1) << i : 0;
	}
	return sender && __builtin_popcount(seen) >= NEEDED;
}
