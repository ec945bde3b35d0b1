/* structure_disk.c - disks of virtual machines and raw ones: their starts, and the footer of VHD. Sources: the makers' format notes, UEFI 2.10. */
#include "triage/analyse/structure.h"

#include <string.h>

enum { SECTOR = 512, EXT_SUPER = 1024 };

static bool
vmdk_starts(struct view head)
{
	return structure_has(head, 0, "KDMV", 4) || structure_has(head, 0, "COWD", 4) || structure_has(head, 0, "# Disk DescriptorFile", 21);
}

const struct structure vmdk_structure = { .name = "vmdk", .starts = vmdk_starts };

static bool
vhdx_starts(struct view head)
{
	return structure_has(head, 0, "vhdxfile", 8);
}

static void
vhdx_walk(struct view all, struct structure_walk *w)
{
	static const struct {
		uint32_t at;
		const char *sign;
	} parts[] = { { 64 << 10, "head" }, { 128 << 10, "head" }, { 192 << 10, "regi" }, { 256 << 10, "regi" } };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!view_has(all, parts[i].at, 4))
			return;
		w->walked = true;
		if (!structure_has(all, parts[i].at, parts[i].sign, 4) && load_le32(all.data + parts[i].at) != 0)
			walk_broken(w, parts[i].at);
	}
}

const struct structure vhdx_structure = { .name = "vhdx", .starts = vhdx_starts, .walk = vhdx_walk };

static bool
vhd_starts(struct view head)
{
	return structure_has(head, 0, "conectix", 8);
}

static bool
vhd_ends(struct view tail, uint64_t size)
{
	(void)size;
	return tail.size >= SECTOR && (structure_has(tail, tail.size - SECTOR, "conectix", 8) || structure_has(tail, tail.size - SECTOR + 1, "conectix", 8));
}

const struct structure vhd_structure = { .name = "vhd", .starts = vhd_starts, .ends = vhd_ends };

static bool
qcow_starts(struct view head)
{
	return structure_has(head, 0, "QFI\xfb", 4);
}

const struct structure qcow_structure = { .name = "qcow", .starts = qcow_starts };

static bool
vdi_starts(struct view head)
{
	return structure_has(head, 64, "\x7f\x10\xda\xbe", 4);
}

const struct structure vdi_structure = { .name = "vdi", .starts = vdi_starts };

static bool
ewf_starts(struct view head)
{
	return structure_has(head, 0, "EVF\x09\x0d\x0a\xff\0", 8) || structure_has(head, 0, "EVF2", 4) || structure_has(head, 0, "LVF\x09", 4);
}

const struct structure ewf_structure = { .name = "ewf", .starts = ewf_starts };

static bool
luks_starts(struct view head)
{
	return structure_has(head, 0, "LUKS\xba\xbe", 6);
}

const struct structure luks_structure = { .name = "luks", .starts = luks_starts };

/* A disk or a filesystem as it is: boot sector with its sign, a table of partitions, a super block. */
static bool
disk_starts(struct view head)
{
	static const struct {
		uint32_t at;
		const char *sign;
		size_t size;
	} signs[] = { { SECTOR, "EFI PART", 8 }, { EXT_SUPER + 56, "\x53\xef", 2 }, { 0, "XFSB", 4 }, { 32769, "CD001", 5 }, { 65600, "_BHRfS_M", 8 },
		{ 3, "NTFS    ", 8 }, { 3, "EXFAT   ", 8 }, { 3, "-FVE-FS-", 8 }, { EXT_SUPER, "H+\0\4", 4 } };
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (structure_has(head, signs[i].at, signs[i].sign, signs[i].size))
			return signs[i].size > 2 || (view_has(head, EXT_SUPER, 128) && load_le32(head.data + EXT_SUPER + 24) <= 6);
	if (!structure_has(head, SECTOR - 2, "\x55\xaa", 2) || !view_has(head, 0, SECTOR))
		return false;
	/* the four partitions: active or not, nothing else */
	for (size_t i = 0; i < 4; i++)
		if ((head.data[446 + 16 * i] & 0x7f) != 0 && head.data[0] != 0xeb && head.data[0] != 0xe9)
			return false;
	return true;
}

const struct structure disk_structure = { .name = "disk", .starts = disk_starts };
