/* fuzz_ioc.c - lists of indicators in every form, and the bytes looked through with what was read. */
#include "tests/fuzz/targets.h"

#include "triage/detect/ioc.h"

struct tally {
	const struct ioc_store *s;
	size_t size, hits;
};

static bool
on_hit(void *ctx, const struct ioc_hit *hit)
{
	struct tally *t = ctx;
	FUZZ_NEED(hit->at <= t->size && hit->size <= t->size - hit->at && hit->size > 0);
	FUZZ_NEED(hit->note != NULL && (hit->item == NULL || hit->note == &t->s->notes[hit->item->note]));
	return ++t->hits < 10000;
}

static void
on_path(void *ctx, const struct ioc *i)
{
	struct tally *t = ctx;
	FUZZ_NEED(i->kind == IOC_NAME || i->kind == IOC_PATH || i->kind == IOC_PATTERN);
	t->hits++;
}

int
fuzz_one_ioc(const uint8_t *data, size_t size)
{
	char path[FUZZ_PATH];
	struct ioc_store s;
	struct triage_error err = { .text = "" };
	FUZZ_NEED(digest_setup(&err) == TRIAGE_OK);
	int fd = fuzz_file(data, size, path);
	ioc_store_init(&s);
	enum triage_status st = ioc_store_read(&s, path, &err);
	ioc_store_finish(&s);
	const struct ioc_list *l = s.list_count > 0 ? ioc_list_at_hand(&s) : NULL;
	size_t taken = 0;
	for (size_t k = 0; l != NULL && k < IOC_KIND_COUNT; k++)
		taken += l->kinds[k];
	if (st == TRIAGE_OK)
		FUZZ_NEED(l != NULL && l->taken == taken && taken > 0 && strlen(l->sha256) == 64);
	else
		FUZZ_NEED(err.status < 0 && err.text[0] != '\0');
	FUZZ_NEED(l == NULL || (l->shown_count <= l->refused && l->shown_count <= IOC_REFUSED_SHOWN));
	struct tally t = { .s = &s, .size = size };
	ioc_search(&s, data, size, 0, on_hit, &t);
	ioc_search(&s, data, size, IOC_IN_MESSAGE, on_hit, &t);
	ioc_search(&s, data, size, IOC_IN_MESSAGE | IOC_IN_JSON, on_hit, &t);
	char *text = malloc(size + 1);
	FUZZ_NEED(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	ioc_match_path(&s, text, on_path, &t);
	free(text);
	ioc_store_release(&s);
	close(fd);
	return 0;
}
FUZZ_MAIN(ioc)
