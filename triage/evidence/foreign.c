/*
 * foreign.c - containers that are recognised by their first bytes and refused by name, with the way out. Reading one of
 * them as raw would show an operator an empty disk where there is a full one.
 */
#include "triage/evidence/source.h"

#include <string.h>

struct foreign {
	uint16_t offset, size;		/* of the magic */
	const char *magic;
	const char *name;
	const char *advice;
};

#define BY_QEMU(format) "convert it with `qemu-img convert -f " format " -O raw IMAGE OUTPUT`"
static const char unpack[] = "unpack it and examine what is inside";

static const struct foreign foreign_formats[] = {
	{ 0, 16, "WithoutFreeSpace", "a Parallels disk image", BY_QEMU("parallels") },
	{ 0, 16, "WithouFreSpacExt", "a Parallels disk image", BY_QEMU("parallels") },
	{ 0, 8, "EVF2\r\n\x81\0", "an Ex01 image (EWF version 2)", "export it as E01 or raw with the tool that made it" },
	{ 0, 8, "LVF\x09\r\n\xff\0", "a logical evidence file (L01)", "export its files into a folder and give that folder" },
	{ 0, 8, "LEF2\r\n\x81\0", "a logical evidence file (Lx01)", "export its files into a folder and give that folder" },
	{ 0, 7, "AFF10\r\n", "an AFF image", "convert it with `affconvert -r -e raw IMAGE`" },
	{ 0, 6, "AFF10\0", "an AFF image", "convert it with `affconvert -r -e raw IMAGE`" },
	{ 0, 15, "ADSEGMENTEDFILE", "an AD1 logical image", "export its files into a folder and give that folder" },
	{ 30, 21, "container.description", "an AFF4 container", "export it as raw with `aff4imager -e`" },
	{ 0, 4, "PK\3\4", "a ZIP archive", unpack },
	{ 0, 3, "\x1f\x8b\x08", "a gzip-compressed file", unpack },
	{ 0, 6, "\xfd" "7zXZ\0", "an xz-compressed file", unpack },
	{ 0, 4, "\x28\xb5\x2f\xfd", "a zstd-compressed file", unpack },
	{ 0, 6, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive", unpack },
	{ 0, 6, "Rar!\x1a\x07", "a RAR archive", unpack },
	{ 0, 4, "MSCF", "a Windows cabinet", unpack },
	{ 0, 8, "MSWIM\0\0\0", "a Windows image (WIM)", "unpack it with `wimlib-imagex apply` and give the folder" },
};

static const struct foreign *
foreign_find(const uint8_t *head, size_t size)
{
	for (size_t i = 0; i < sizeof(foreign_formats) / sizeof(foreign_formats[0]); i++) {
		const struct foreign *f = &foreign_formats[i];
		if ((size_t)f->offset + f->size <= size && memcmp(head + f->offset, f->magic, f->size) == 0)
			return f;
	}
	return NULL;
}

/* A device is what it is: whoever wrote these bytes to its first sector must not make us refuse it. */
static bool
foreign_claims(const struct evidence_input *in, const uint8_t *head, size_t size)
{
	return in->kind != TRIAGE_EVIDENCE_DEVICE && foreign_find(head, size) != NULL;
}

static enum triage_status
foreign_open(struct evidence_source *source, const uint8_t *head, size_t size,
    const struct evidence_sink *sink, struct triage_error *err)
{
	(void)source, (void)sink;
	const struct foreign *f = foreign_find(head, size);
	triage_error_set(err, TRIAGE_E_UNSUPPORTED, 0, "this is %s; this version reads raw, split raw, E01, QCOW2, VMDK, VHD, VHDX and VDI: %s", f->name, f->advice);
	return TRIAGE_E_UNSUPPORTED;
}

const struct source_kind foreign_source = { .name = "foreign", .claims = foreign_claims, .open = foreign_open };
