/* fuzz_apfs.c - the list of volumes of an APFS container. Input: pieces.h. What they hold is read by libtsk, which is not ours to test. */
#include "tests/fuzz/pieces.h"

#include "triage/evidence/apfs.h"

int
fuzz_one_apfs(const uint8_t *data, size_t size)
{
	static struct pieces p;
	static struct apfs_container c;
	struct apfs_volume v;
	struct triage_error err = { .text = "" };
	if (!pieces_open(&p, data, size))
		return 0;
	memset(&c, 0, sizeof(c));
	if (apfs_read(&p.base, &c, &err) != TRIAGE_OK)
		return 0;
	FUZZ_NEED(c.count <= APFS_VOLUMES_MAX && c.block > 0);
	for (size_t i = 0; i < c.count; i++) {
		FUZZ_NEED(strlen(c.volumes[i].name) <= APFS_NAME);
		apfs_volume_read(&p.base, c.block, c.volumes[i].block, &v);
	}
	return 0;
}
FUZZ_MAIN(apfs)
