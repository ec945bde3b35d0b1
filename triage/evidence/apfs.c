#include "triage/evidence/apfs.h"

#include "triage/base/scoped.h"
#include "triage/base/view.h"

#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_MIN = 4096, BLOCK_MAX = 65536, OBJECT_TRANSACTION = 16, OBJECT_TYPE = 24, MAGIC_AT = 32, TYPE_MAP = 11,
	TYPE_NODE = 3, TYPE_ROOT = 2,
	SUPER_BLOCK = 36, SUPER_INCOMPAT = 64, SUPER_RING_BLOCKS = 104, SUPER_RING = 112, SUPER_MAP = 160, SUPER_VOLUMES_MAX = 180,
	SUPER_VOLUMES = 184, INCOMPAT_FUSION = 0x100, RING_MAX = 1 << 16,
	MAP_TREE = 48, NODE_FLAGS = 32, NODE_LEVEL = 34, NODE_COUNT = 36, NODE_TABLE = 40, NODE_TABLE_SIZE = 42, NODE_DATA = 56,
	NODE_IS_ROOT = 1, NODE_IS_LEAF = 2, NODE_IS_FIXED = 4, NODE_INFO = 40, MAP_KEY = 16, MAP_VALUE = 16, MAP_VALUE_PLACE = 8, LEVELS_MAX = 12,
	VOLUME_INCOMPAT = 56, VOLUME_FILES = 184, VOLUME_SNAPSHOTS = 216, VOLUME_UUID = 240, VOLUME_FLAGS = 264,
	VOLUME_NAME = 704, VOLUME_ROLE = 964, VOLUME_SEALED = 0x20, VOLUME_PLAIN = 1,
};

/* The checksum of an object: Fletcher's over 32-bit words, in its first 8 bytes. */
static bool
sum_right(const uint8_t *object, size_t size)
{
	uint64_t a = 0, b = 0;
	for (size_t at = 8; at + 4 <= size; at += 4) {
		a = (a + load_le32(object + at)) % UINT32_MAX;
		b = (b + a) % UINT32_MAX;
	}
	uint64_t low = UINT32_MAX - (a + b) % UINT32_MAX, high = UINT32_MAX - (a + low) % UINT32_MAX;
	return load_le64(object) == (high << 32 | low);
}

static bool
object_read(struct reader *r, uint32_t size, uint64_t block, uint8_t *object)
{
	struct triage_error ignored;
	return block <= r->size / size && reader_read_all(r, block * size, object, size, &ignored) == TRIAGE_OK && sum_right(object, size);
}

static bool
block_size_right(uint32_t block)
{
	return block >= BLOCK_MIN && block <= BLOCK_MAX && (block & (block - 1)) == 0;
}

/* The super block with the highest transaction in the ring of checkpoints, into super; the one at block 0 may be old. */
static bool
newest_super(struct reader *r, uint32_t size, uint8_t *super)
{
	uint32_t ring = load_le32(super + SUPER_RING_BLOCKS);
	uint64_t first = load_le64(super + SUPER_RING), best = sum_right(super, size) ? load_le64(super + OBJECT_TRANSACTION) : 0;
	bool found = best != 0;
	SCOPED_FREE uint8_t *object = malloc(size);
	if (object == NULL || super[SUPER_RING_BLOCKS + 3] >> 7 != 0)
		return found;
	for (uint32_t i = 0; i < ring && i < RING_MAX && first + i >= first; i++) {
		if (!object_read(r, size, first + i, object) || memcmp(object + MAGIC_AT, "NXSB", 4) != 0 ||
		    load_le64(object + OBJECT_TRANSACTION) <= best || load_le32(object + SUPER_BLOCK) != size)
			continue;
		best = load_le64(object + OBJECT_TRANSACTION);
		memcpy(super, object, size);
		found = true;
	}
	return found;
}

/* Where the parts of a node of an object map lie. False when it is none, or they do not fit. */
struct node {
	struct view keys, values;
	const uint8_t *table;
	uint32_t count;
	bool leaf;
};

static bool
node_parse(const uint8_t *object, uint32_t size, unsigned level, struct node *n)
{
	uint16_t flags = load_le16(object + NODE_FLAGS), type = load_le16(object + OBJECT_TYPE);
	size_t table = NODE_DATA + (size_t)load_le16(object + NODE_TABLE), keys = table + load_le16(object + NODE_TABLE_SIZE);
	size_t end = size - ((flags & NODE_IS_ROOT) != 0 ? NODE_INFO : 0);
	n->count = load_le32(object + NODE_COUNT);
	n->leaf = (flags & NODE_IS_LEAF) != 0;
	if ((type != TYPE_NODE && type != TYPE_ROOT) || (flags & NODE_IS_FIXED) == 0 || keys > end || n->count > (keys - table) / 4 ||
	    n->leaf != (load_le16(object + NODE_LEVEL) == 0) || (level != LEVELS_MAX && load_le16(object + NODE_LEVEL) != level))
		return false;
	n->table = object + table;
	n->keys = (struct view){ object + keys, end - keys };
	n->values = (struct view){ object, end };
	return true;
}

/* The last entry whose key is not behind (number, transaction): its value. False when there is none, or it lies outside. */
static bool
node_find(const struct node *n, uint64_t number, uint64_t transaction, bool *ret_exact, const uint8_t **ret_value)
{
	size_t value = n->leaf ? MAP_VALUE : 8;
	bool found = false;
	for (uint32_t i = 0; i < n->count; i++) {
		size_t key_at = load_le16(n->table + (size_t)i * 4), back = load_le16(n->table + (size_t)i * 4 + 2);
		if (!view_has(n->keys, key_at, MAP_KEY) || back > n->values.size || back < value)
			return false;
		uint64_t key = load_le64(n->keys.data + key_at), of = load_le64(n->keys.data + key_at + 8);
		if (key > number || (key == number && of > transaction))
			break;
		found = true;
		*ret_exact = key == number;
		*ret_value = n->values.data + (n->values.size - back);
	}
	return found;
}

/* The block of a virtual object. False when the map does not have it. */
static bool
map_find(struct reader *r, uint32_t size, uint64_t map, uint64_t number, uint64_t transaction, uint8_t *object, uint64_t *ret_block)
{
	unsigned level = LEVELS_MAX;
	if (!object_read(r, size, map, object) || load_le16(object + OBJECT_TYPE) != TYPE_MAP)
		return false;
	uint64_t block = load_le64(object + MAP_TREE);
	for (unsigned depth = 0; depth < LEVELS_MAX; depth++) {
		struct node n;
		const uint8_t *value;
		bool exact;
		if (!object_read(r, size, block, object) || !node_parse(object, size, level, &n) ||
		    !node_find(&n, number, transaction, &exact, &value))
			return false;
		level = load_le16(object + NODE_LEVEL);
		if (n.leaf) {
			*ret_block = load_le64(value + MAP_VALUE_PLACE);
			return exact;
		}
		block = load_le64(value);
		if (level-- == 0)
			return false;
	}
	return false;
}

bool
apfs_volume_read(struct reader *r, uint32_t block_size, uint64_t block, struct apfs_volume *v)
{
	SCOPED_FREE uint8_t *object = malloc(block_size);
	if (object == NULL || !object_read(r, block_size, block, object) || memcmp(object + MAGIC_AT, "APSB", 4) != 0)
		return false;
	*v = (struct apfs_volume){
		.block = block, .role = load_le16(object + VOLUME_ROLE), .encrypted = (load_le64(object + VOLUME_FLAGS) & VOLUME_PLAIN) == 0,
		.sealed = (load_le64(object + VOLUME_INCOMPAT) & VOLUME_SEALED) != 0, .snapshots = load_le64(object + VOLUME_SNAPSHOTS),
	};
	for (size_t at = VOLUME_FILES; at < VOLUME_SNAPSHOTS; at += 8)
		if (__builtin_add_overflow(v->inodes, load_le64(object + at), &v->inodes))
			v->inodes = UINT64_MAX;
	memcpy(v->uuid, object + VOLUME_UUID, sizeof(v->uuid));
	memcpy(v->name, object + VOLUME_NAME, APFS_NAME);
	return true;
}

static void
take_volumes(struct reader *r, const uint8_t *super, uint8_t *object, struct apfs_container *c)
{
	uint32_t most = load_le32(super + SUPER_VOLUMES_MAX);
	for (uint32_t i = 0; i < most && i < APFS_VOLUMES_MAX; i++) {
		uint64_t number = load_le64(super + SUPER_VOLUMES + (size_t)i * 8), block = 0;
		struct apfs_volume *v = &c->volumes[c->count];
		if (number == 0)
			continue;
		c->count++;
		if (!map_find(r, c->block, load_le64(super + SUPER_MAP), number, c->checkpoint, object, &block) || block > UINT32_MAX ||
		    !apfs_volume_read(r, c->block, block, v))
			*v = (struct apfs_volume){ .damaged = true, .block = block };
	}
}

enum triage_status
apfs_read(struct reader *r, struct apfs_container *c, struct triage_error *err)
{
	uint8_t head[BLOCK_MIN];
	enum triage_status st = reader_read_all(r, 0, head, sizeof(head), err);
	*c = (struct apfs_container){ .block = 0 };
	if (st != TRIAGE_OK)
		return st;
	uint32_t size = load_le32(head + SUPER_BLOCK);
	SCOPED_FREE uint8_t *super = block_size_right(size) ? malloc(size) : NULL;
	SCOPED_FREE uint8_t *object = block_size_right(size) ? malloc(size) : NULL;
	if (memcmp(head + MAGIC_AT, "NXSB", 4) != 0 || !block_size_right(size)) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "no super block of an APFS container");
		return TRIAGE_E_FORMAT;
	}
	if (super == NULL || object == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	st = reader_read_all(r, 0, super, size, err);
	if (st != TRIAGE_OK)
		return st;
	if (!newest_super(r, size, super)) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "no checkpoint of this APFS container is whole");
		return TRIAGE_E_FORMAT;
	}
	c->block = size;
	c->checkpoint = load_le64(super + OBJECT_TRANSACTION);
	c->fusion = (load_le64(super + SUPER_INCOMPAT) & INCOMPAT_FUSION) != 0;
	take_volumes(r, super, object, c);
	return TRIAGE_OK;
}
