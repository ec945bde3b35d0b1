/*
 * signature_optical.c - ISO 9660 with Joliet, and UDF. A disc may carry both over the same files: UDF is then the name, and the
 * ISO side is what is examined.
 */
#include "triage/base/text.h"
#include "triage/base/view.h"
#include "triage/evidence/signature.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { SYSTEM_AREA = 32768, SECTOR = 2048, DESCRIPTORS_MAX = 64, TEXT = 400 };
enum { PRIMARY = 1, SUPPLEMENTARY = 2, TERMINATOR = 255, VOLUME_ID = 40, VOLUME_ID_SIZE = 32, VOLUME_SPACE = 80, ESCAPES = 88,
	BLOCK_SIZE = 128, CREATED = 813, MODIFIED = 830 };

static bool
is_joliet(const uint8_t *descriptor)
{
	const uint8_t *e = descriptor + ESCAPES;
	return e[0] == '%' && e[1] == '/' && (e[2] == '@' || e[2] == 'C' || e[2] == 'E');
}

/*
 * Joliet has 16 characters of label in the user's own spelling, ISO 9660 has 32. When the first are the same but for
 * letter case and what ISO cannot say, the label is Joliet's beginning with the ISO label's tail.
 */
static void
merge_labels(const uint8_t *joliet, const uint8_t *iso, struct signature_hit *hit)
{
	uint8_t units[VOLUME_ID_SIZE * 2];
	size_t used = 0;
	bool same = true;
	for (; used < VOLUME_ID_SIZE / 2 && load_be16(joliet + 2 * used) != 0; used++) {
		uint16_t unit = load_be16(joliet + 2 * used);
		bool spelled = unit < 0x80 && toupper(unit) == toupper(iso[used]);
		same = same && (spelled || unit >= 0x80 || iso[used] == '_');
		memcpy(units + 2 * used, joliet + 2 * used, 2);
	}
	for (size_t i = used; same && used == VOLUME_ID_SIZE / 2 && i < VOLUME_ID_SIZE; i++) {
		units[2 * i] = 0;
		units[2 * i + 1] = iso[i];
	}
	hit_label_utf16(hit, units, same && used == VOLUME_ID_SIZE / 2 ? VOLUME_ID_SIZE : used, true);
}

/* The date of the last change, else of making, as 2009-09-24-10-34-40-00. */
static bool
iso_date(const uint8_t *date, struct signature_hit *hit)
{
	bool zero = true;
	for (size_t i = 0; i < 16; i++) {
		if (date[i] < '0' || date[i] > '9')
			return false;
		zero = zero && date[i] == '0';
	}
	const char *d = (const char *)date;
	if (!zero)
		hit_uuid_text(hit, "%.4s-%.2s-%.2s-%.2s-%.2s-%.2s-%.2s", d, d + 4, d + 6, d + 8, d + 10, d + 12, d + 14);
	return !zero;
}

static bool
iso_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	(void)magic;
	uint8_t primary[SECTOR];
	bool found = false, named = false;
	for (uint64_t i = 0; i < DESCRIPTORS_MAX; i++) {
		const uint8_t *d = scan_at(scan, SYSTEM_AREA + i * SECTOR, SECTOR);
		if (d == NULL || memcmp(d + 1, "CD001", 5) != 0 || d[0] == TERMINATOR)
			break;
		if (d[0] == PRIMARY && !found) {
			found = true;
			memcpy(primary, d, SECTOR);
			hit_label(hit, d + VOLUME_ID, VOLUME_ID_SIZE);
			uint32_t block = load_le16(d + BLOCK_SIZE);
			hit->block_size = block;
			hit->length = (uint64_t)load_le32(d + VOLUME_SPACE) * block;
			if (!iso_date(d + MODIFIED, hit))
				iso_date(d + CREATED, hit);
		}
		if (d[0] == SUPPLEMENTARY && found && !named && is_joliet(d) && load_be16(d + VOLUME_ID) != 0) {
			merge_labels(d + VOLUME_ID, primary + VOLUME_ID, hit);
			named = true;
		}
	}
	return found;
}

const struct signature iso9660_signature = {
	.name = "iso9660", .type = "iso9660", .state = TRIAGE_VOLUME_EXAMINED,
	.magics = { { SYSTEM_AREA + 1, 5, "CD001" } }, .check = iso_check,
};

/* A dstring: first byte says 8 or 16 bits a character, last byte how many bytes are used. */
static void
dstring(const uint8_t *field, size_t size, char *out, size_t room)
{
	uint8_t wide[256];
	size_t used = field[size - 1];
	out[0] = '\0';
	if (used < 2 || used > size - 1 || (field[0] != 8 && field[0] != 16))
		return;
	size_t units = field[0] == 8 ? used - 1 : (used - 1) / 2;
	for (size_t i = 0; i < units && i < sizeof(wide) / 2; i++) {
		wide[2 * i] = field[0] == 8 ? 0 : field[1 + 2 * i];
		wide[2 * i + 1] = field[0] == 8 ? field[1 + i] : field[2 + 2 * i];
	}
	signature_utf16(wide, units, true, out, room);
}

/* The UUID is made of the set identifier's first 16 characters: hex digits as they are, what is none as hex of its bytes. */
static void
udf_uuid(const uint8_t *field, struct signature_hit *hit)
{
	uint8_t utf8[64] = { 0 };
	SCOPED_BUF text;
	buf_init(&text, 1 << 10);
	size_t used = field[127] < 127 ? field[127] : 127;
	for (size_t i = 1; i < used; i += field[0] == 16 ? 2 : 1) {
		uint8_t unit[2] = { field[0] == 16 ? field[i + 1] : field[i], field[0] == 16 ? field[i] : 0 };
		text_from_utf16le(&text, unit, 1);
	}
	if (text.size < 8)
		return;
	memcpy(utf8, buf_cstr(&text), text.size < 16 ? text.size : 16);
	size_t digits = strspn((const char *)utf8, "0123456789abcdefABCDEF");
	char low[17] = { 0 };
	for (size_t i = 0; i < 16; i++)
		low[i] = (char)tolower(utf8[i]);
	if (digits >= 16)
		hit_uuid_text(hit, "%.16s", low);
	else if (digits >= 8)
		hit_uuid_text(hit, "%.8s%02x%02x%02x%02x", low, utf8[8], utf8[9], utf8[10], utf8[11]);
	else
		hit_uuid_text(hit, "%02x%02x%02x%02x%02x%02x%02x%02x", utf8[0], utf8[1], utf8[2], utf8[3], utf8[4], utf8[5], utf8[6], utf8[7]);
}

/* The volume descriptor sequence at an anchor. False when there is no anchor here for this block size. */
static bool
udf_anchor(struct signature_scan *scan, uint64_t at_block, uint32_t block, struct signature_hit *hit)
{
	enum { TAG_PRIMARY = 1, TAG_ANCHOR = 2, TAG_LOGICAL = 6, TAG_END = 8, LOGICAL_ID = 84, LOGICAL_SIZE = 128, PRIMARY_ID = 24, SET_ID = 72 };
	const uint8_t *anchor = scan_at(scan, at_block * block, 512);
	if (anchor == NULL || load_le16(anchor) != TAG_ANCHOR || load_le32(anchor + 12) != at_block)
		return false;
	uint64_t blocks = load_le32(anchor + 16) / block, first = load_le32(anchor + 20);
	char label[TEXT] = "", primary[TEXT] = "";
	for (uint64_t i = 0; i < blocks && i < DESCRIPTORS_MAX; i++) {
		const uint8_t *d = scan_at(scan, (first + i) * block, 512);
		uint16_t tag = d != NULL ? load_le16(d) : TAG_END;
		if (tag == TAG_END)
			break;
		if (tag == TAG_PRIMARY) {
			dstring(d + PRIMARY_ID, 32, primary, sizeof(primary));
			udf_uuid(d + SET_ID, hit);
		}
		if (tag == TAG_LOGICAL)
			dstring(d + LOGICAL_ID, LOGICAL_SIZE, label, sizeof(label));
	}
	snprintf(hit->label, sizeof(hit->label), "%s", label[0] != '\0' ? label : primary);
	hit->block_size = block;
	return true;
}

static bool
is_volume_descriptor(const uint8_t *d)
{
	static const char names[][6] = { "NSR02", "NSR03", "CD001", "BEA01", "TEA01", "BOOT2", "CDW02" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (memcmp(d + 1, names[i], 5) == 0)
			return true;
	return false;
}

static bool
udf_check(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit)
{
	static const uint32_t sizes[] = { 2048, 512, 1024, 4096 };
	enum { LARGE = 3 };
	(void)magic;
	bool recognised = false;
	/* descriptors lie a block apart when blocks are larger than 2048 */
	const uint8_t *second = scan_at(scan, SYSTEM_AREA + SECTOR, 8);
	bool large = second == NULL || !is_volume_descriptor(second);
	for (uint64_t i = 0; i < DESCRIPTORS_MAX && !recognised; i++) {
		const uint8_t *d = scan_at(scan, SYSTEM_AREA + i * SECTOR, 8);
		recognised = d != NULL && memcmp(d + 1, "NSR0", 4) == 0 && (d[5] == '2' || d[5] == '3');
	}
	for (size_t i = large ? LARGE : 0; recognised && i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t last = scan->size / sizes[i];
		if (udf_anchor(scan, 256, sizes[i], hit) || (last > 257 && (udf_anchor(scan, last - 257, sizes[i], hit) ||
		    udf_anchor(scan, last - 1, sizes[i], hit))) || udf_anchor(scan, 512, sizes[i], hit))
			return true;
	}
	return recognised;
}

const struct signature udf_signature = {
	.name = "udf", .state = TRIAGE_VOLUME_UNSUPPORTED,
	.advice = "mount it read-only (mount -t udf -o ro IMAGE FOLDER) and give the folder",
	.magics = { { SYSTEM_AREA + 1, 5, "BEA01" }, { SYSTEM_AREA + 1, 5, "CD001" }, { SYSTEM_AREA + 1, 3, "NSR" },
		{ SYSTEM_AREA + 1, 5, "BOOT2" }, { SYSTEM_AREA + 1, 5, "CDW02" } },
	.check = udf_check,
};
