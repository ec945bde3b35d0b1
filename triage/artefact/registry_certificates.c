/*
 * registry_certificates.c - certificates that were added to what a machine or a user trusts, or may never trust.
 *
 * SystemCertificates\STORE\Certificates\SHA1, value Blob: property (4), 1 (4), size (4), data, again and again; property 32 is the certificate (DER), 11 a name
 * given to it (UTF-16). Told are the stores ROOT, TrustedPublisher and Disallowed; what Windows fetches by itself (AuthRoot, CA) is left out.
 * Of the certificate only subject, issuer and dates are read. Sources: Microsoft's documentation of certificate properties; X.690, RFC 5280.
 */
#include "triage/artefact/registry_plugin.h"

#include <stdio.h>
#include <string.h>

enum { PROPERTY_HEAD = 12, PROPERTY_FRIENDLY_NAME = 11, PROPERTY_CERTIFICATE = 32, PROPERTIES_MAX = 64, NAME_SIZE = 256, DER_SEQUENCE = 0x30, DER_VERSION = 0xa0, DER_OID = 6 };

#define STORES(head) head "SystemCertificates\\ROOT\\Certificates\\*", head "SystemCertificates\\TrustedPublisher\\Certificates\\*", head "SystemCertificates\\Disallowed\\Certificates\\*"

static const char *const keys[] = { STORES("Microsoft\\"), STORES("Policies\\Microsoft\\"), STORES("Software\\Microsoft\\"), STORES("Software\\Policies\\Microsoft\\"),
	"Microsoft\\EnterpriseCertificates\\Root\\Certificates\\*", NULL };

/* The next element of DER: its tag and content, and "in" goes on behind it. False at the end, and where a length leads out. */
static bool
der_next(struct view *in, unsigned *ret_tag, struct view *ret_content)
{
	if (!view_has(*in, 0, 2))
		return false;
	size_t at = 2, size = in->data[1];
	*ret_tag = in->data[0];
	if (size >= 0x80) {
		size_t bytes = size & 0x7f;
		if (bytes == 0 || bytes > 4 || !view_has(*in, 2, bytes))
			return false;
		for (size = 0; at < 2 + bytes; at++)
			size = size << 8 | in->data[at];
	}
	if (!view_has(*in, at, size))
		return false;
	*ret_content = (struct view){ in->data + at, size };
	*in = (struct view){ in->data + at + size, in->size - at - size };
	return true;
}

/* The common name, else the organisation, else the unit. */
static void
der_name(struct view name, char *out, size_t size)
{
	static const uint8_t kinds[] = { 3, 10, 11 };
	size_t best = sizeof(kinds);
	struct view set, pair, oid, text;
	unsigned tag;
	out[0] = '\0';
	while (der_next(&name, &tag, &set))
		while (der_next(&set, &tag, &pair)) {
			if (!der_next(&pair, &tag, &oid) || tag != DER_OID || oid.size != 3 || oid.data[0] != 0x55 || oid.data[1] != 4 || !der_next(&pair, &tag, &text))
				continue;
			const uint8_t *kind = memchr(kinds, oid.data[2], sizeof(kinds));
			if (kind == NULL || (size_t)(kind - kinds) >= best)
				continue;
			best = (size_t)(kind - kinds);
			/* BMPString is UTF-16 with the high byte first; the others are bytes */
			bool wide = tag == 0x1e;
			size_t n = 0;
			for (size_t i = wide; i < text.size && n + 1 < size; i += wide ? 2 : 1)
				out[n++] = wide && text.data[i - 1] != 0 ? '?' : (char)text.data[i];
			out[n] = '\0';
		}
}

/* YYMMDDhhmmssZ or YYYYMMDDhhmmssZ as "2024-03-01", "" when it is none. */
static void
der_day(unsigned tag, struct view time, char *out, size_t size)
{
	size_t year = tag == 0x18 ? 4 : 2;
	out[0] = '\0';
	if (time.size < year + 4)
		return;
	for (size_t i = 0; i < year + 4; i++)
		if (time.data[i] < '0' || time.data[i] > '9')
			return;
	const char *t = (const char *)time.data, *century = year == 4 ? "" : t[0] >= '5' ? "19" : "20";
	snprintf(out, size, "%s%.*s-%.2s-%.2s", century, (int)year, t, t + year, t + year + 2);
}

struct certificate {
	char subject[NAME_SIZE], issuer[NAME_SIZE], from[16], to[16], friendly[NAME_SIZE];
};

static void
read_certificate(struct view der, struct certificate *c)
{
	struct view whole, in, part, dates;
	unsigned tag;
	if (!der_next(&der, &tag, &whole) || tag != DER_SEQUENCE || !der_next(&whole, &tag, &in) || tag != DER_SEQUENCE)
		return;
	/* version (not in the oldest), number, algorithm, issuer, dates, subject */
	if (!der_next(&in, &tag, &part) || (tag == DER_VERSION && !der_next(&in, &tag, &part)) || !der_next(&in, &tag, &part) || !der_next(&in, &tag, &part))
		return;
	der_name(part, c->issuer, sizeof(c->issuer));
	if (!der_next(&in, &tag, &dates) || !der_next(&in, &tag, &part))
		return;
	der_name(part, c->subject, sizeof(c->subject));
	if (der_next(&dates, &tag, &part))
		der_day(tag, part, c->from, sizeof(c->from));
	if (der_next(&dates, &tag, &part))
		der_day(tag, part, c->to, sizeof(c->to));
}

static enum triage_status
key(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	struct certificate c = { 0 };
	struct regf_value v;
	char store[40] = "";
	const char *below = strstr(k->below, "Certificates\\");
	bool broken = false;
	if (!regf_find_value(registry_hive(r), &k->cell, "Blob", &v))
		return TRIAGE_OK;
	struct view blob = registry_bytes(r, k, "Blob");
	for (unsigned i = 0; i < PROPERTIES_MAX && !broken && view_has(blob, 0, PROPERTY_HEAD); i++) {
		uint32_t property = load_le32(blob.data), size = load_le32(blob.data + 8);
		broken = !view_has(blob, PROPERTY_HEAD, size);
		if (broken)
			continue;
		struct view data = { blob.data + PROPERTY_HEAD, size };
		if (property == PROPERTY_CERTIFICATE)
			read_certificate(data, &c);
		else if (property == PROPERTY_FRIENDLY_NAME)
			snprintf(c.friendly, sizeof(c.friendly), "%s", registry_utf16(r, data.data, size / 2));
		blob = (struct view){ data.data + size, blob.size - PROPERTY_HEAD - size };
	}
	snprintf(store, sizeof(store), "%.*s", below != NULL ? (int)strcspn(below + 13, "\\") : 0, below != NULL ? below + 13 : "");
	registry_event(r, k, &v, k->time, "key last written");
	artefact_text(a, "store", store);
	artefact_text(a, "thumbprint", k->name);
	artefact_bytes(a, "subject", c.subject, strlen(c.subject));
	artefact_bytes(a, "issuer", c.issuer, strlen(c.issuer));
	artefact_text(a, "valid_from", c.from);
	artefact_text(a, "valid_to", c.to);
	artefact_text(a, "name", c.friendly);
	if (broken)
		artefact_flag(a, "incomplete", true);
	artefact_message(a, "Certificate in the store %s: %s, made by %s", store, c.subject[0] != '\0' ? c.subject : k->name, c.issuer[0] != '\0' ? c.issuer : "unknown");
	registry_told(r);
	return registry_send(r, err);
}

const struct registry_plugin registry_plugin_certificates = {
	.name = "certificates", .title = "certificates that were added to what is trusted or refused", .hives = REGISTRY_SOFTWARE | REGISTRY_NTUSER, .keys = keys, .key = key,
};
