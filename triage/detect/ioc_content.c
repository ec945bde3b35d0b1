/* ioc_content.c - indicators in the content of files, as the content pass wants them; and the account of the lists. */
#include "triage/detect/tables.h"

#include <string.h>

static const enum ioc_kind content_kinds[DETECT_IOC_NAMES] = { IOC_DOMAIN, IOC_ADDRESS, IOC_URL, IOC_MAIL };
const char *const detect_ioc_names[DETECT_IOC_NAMES] = { "domain", "address", "url", "mail" };

bool
detect_ioc_list(const struct detect_tables *tables, size_t index, struct detect_ioc_list *ret_list)
{
	if (index >= tables->iocs.list_count)
		return false;
	const struct ioc_list *l = &tables->iocs.lists[index];
	*ret_list = (struct detect_ioc_list){ .name = l->name, .form = l->form, .taken = l->taken, .refused = l->refused, .passed = l->passed, .shown = l->shown_count };
	return true;
}

void
detect_ioc_refused(const struct detect_tables *tables, size_t index, size_t nth, size_t *ret_line, const char **ret_reason, const char **ret_text)
{
	const struct ioc_refused *r = &tables->iocs.lists[index].shown[nth];
	*ret_line = r->line;
	*ret_reason = r->reason;
	*ret_text = r->shown;
}

size_t
detect_ioc_in_content(const struct detect_tables *tables)
{
	size_t count = 0;
	for (size_t i = 0; i < DETECT_IOC_NAMES; i++)
		count += tables->iocs.kinds[content_kinds[i]];
	return count;
}

struct finding {
	const struct ioc_store *s;
	void (*take)(void *sink, size_t name, const char *id, uint32_t number, size_t at, size_t size);
	void *sink;
};

static bool
found(void *ctx, const struct ioc_hit *hit)
{
	const struct finding *f = ctx;
	size_t name = 0;
	while (name < DETECT_IOC_NAMES && content_kinds[name] != hit->item->kind)
		name++;
	/* the key of an address is no text */
	const char *id = hit->item->kind == IOC_ADDRESS ? hit->item->value : hit->item->key;
	f->take(f->sink, name, id, (uint32_t)(hit->item - f->s->items), hit->at, hit->size);
	return true;
}

void
detect_ioc_find(const struct detect_tables *tables, const void *bytes, size_t size,
    void (*take)(void *sink, size_t name, const char *id, uint32_t number, size_t at, size_t size), void *sink)
{
	struct finding f = { &tables->iocs, take, sink };
	ioc_search(&tables->iocs, bytes, size, 0, found, &f);
}

const struct ioc *
detect_ioc_of(const struct ioc_store *s, const char *kind, const char *id)
{
	uint8_t key[17];
	unsigned prefix;
	for (size_t i = 0; i < DETECT_IOC_NAMES; i++) {
		if (strcmp(kind, detect_ioc_names[i]) != 0)
			continue;
		if (content_kinds[i] != IOC_ADDRESS)
			return ioc_find(s, content_kinds[i], id, strlen(id));
		if (!ioc_parse_address(id, strlen(id), key, &prefix))
			return NULL;
		for (unsigned bit = prefix; bit < 128; bit++)
			key[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
		key[16] = (uint8_t)prefix;
		return ioc_find(s, IOC_ADDRESS, key, sizeof(key));
	}
	return NULL;
}
