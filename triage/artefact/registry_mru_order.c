/* registry_mru_order.c - the order of a list of what was used last. */
#include "triage/artefact/registry_mru.h"

#include <string.h>

void
mru_order_read(struct registry *r, const struct registry_key *k, struct mru_order *ret_order)
{
	ret_order->count = 0;
	ret_order->letters = false;
	struct view in = registry_bytes(r, k, "MRUListEx");
	for (size_t i = 0; i + 4 <= in.size && ret_order->count < MRU_MAX; i += 4) {
		uint32_t slot = load_le32(in.data + i);
		if (slot == UINT32_MAX)
			break;
		ret_order->slots[ret_order->count++] = slot;
	}
	if (in.size > 0)
		return;
	const char *text = registry_text(r, k, "MRUList");
	ret_order->letters = text[0] != '\0';
	for (const char *p = text; *p >= 'a' && *p <= 'z' && ret_order->count < MRU_MAX; p++)
		ret_order->slots[ret_order->count++] = (uint32_t)(*p - 'a');
}

bool
mru_slot(const char *name, bool letters, uint32_t *ret_slot)
{
	uint32_t slot = 0;
	if (letters && name[0] >= 'a' && name[0] <= 'z' && name[1] == '\0') {
		*ret_slot = (uint32_t)(name[0] - 'a');
		return true;
	}
	size_t digits = strspn(name, "0123456789");
	if (digits == 0 || digits > 9 || name[digits] != '\0')
		return false;
	for (size_t i = 0; i < digits; i++)
		slot = 10 * slot + (uint32_t)(name[i] - '0');
	*ret_slot = slot;
	return true;
}

int
mru_position(const struct mru_order *order, uint32_t slot)
{
	for (unsigned i = 0; i < order->count; i++)
		if (order->slots[i] == slot)
			return (int)i;
	return MRU_UNKNOWN;
}
