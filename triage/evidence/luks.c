#include "triage/evidence/luks.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/view.h"

#include <stdlib.h>
#include <string.h>

enum { MAGIC = 6, VERSION = 6, UUID_AT = 168 };

enum triage_status
luks_read(struct reader *volume, struct luks **ret_luks, struct triage_error *err)
{
	*ret_luks = NULL;
	size_t got;
	SCOPED_FREE uint8_t *head = fault_hit() ? NULL : calloc(1, LUKS2_BINARY);
	SCOPED_FREE struct luks *l = calloc(1, sizeof(*l));
	if (head == NULL || l == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a LUKS header");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = reader_read(volume, 0, head, LUKS2_BINARY, &got, err);
	if (st != TRIAGE_OK)
		return st;
	bool first = memcmp(head, "LUKS\xba\xbe", MAGIC) == 0;
	l->version = first ? load_be16(head + VERSION) : 2;
	memcpy(l->uuid, head + UUID_AT, first ? LUKS_UUID : 0);
	if (l->version == 1) {
		st = luks1_read(head, volume->size, l, err);
	} else if (l->version == 2) {
		st = luks2_read(volume, head, l, err);
	} else {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, VERSION, "LUKS version %u is not read", l->version);
		st = TRIAGE_E_UNSUPPORTED;
	}
	*ret_luks = TAKE(l);
	return st;
}
