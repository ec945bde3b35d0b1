/* fuzz_town.c - the town's file. */
#include "tests/fuzz/targets.h"

#include "triage/base/digest.h"
#include "triage/detect/town.h"

int
fuzz_one_town(const uint8_t *data, size_t size)
{
	char path[FUZZ_PATH];
	struct town *t = NULL;
	struct triage_error err = { .text = "" };
	SCOPED_BUF text;
	buf_init(&text, 8 << 20);
	FUZZ_NEED(digest_setup(&err) == TRIAGE_OK);
	int fd = fuzz_file(data, size, path);
	if (town_load(path, &t, &err) == TRIAGE_OK) {
		FUZZ_NEED(t->items > 0 && (!t->hours || (t->from < t->to && t->to <= 24 * 60 && t->days != 0)));
		for (size_t i = 0; i < t->net_count; i++)
			FUZZ_NEED(t->nets[i].prefix <= 128);
		town_is_closed(t, INT64_MAX);
		town_is_closed(t, INT64_MIN + 1);
		town_text(t, &text);
		FUZZ_NEED(!text.failed && text.size > 2);
	} else {
		FUZZ_NEED(err.status < 0 && err.text[0] != '\0');
	}
	town_free(t);
	close(fd);
	return 0;
}
FUZZ_MAIN(town)
