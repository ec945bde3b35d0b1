/* sbom.c - what this program is made of, as SPDX 2.3 in JSON: itself and the libraries that it was linked with, with their versions. */
#include "triage/base/digest.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/report.h"

#include <stdio.h>
#include <string.h>

static void
package(struct buf *out, const char *id, const char *name, const char *version, const char *purpose)
{
	buf_format(out, "{\"SPDXID\":\"SPDXRef-%s\",\"name\":", id);
	text_json_string(out, name);
	buf_text(out, ",\"versionInfo\":");
	text_json_string(out, version);
	buf_format(out, ",\"primaryPackagePurpose\":\"%s\",\"downloadLocation\":\"NOASSERTION\",\"filesAnalyzed\":false,\"licenseConcluded\":\"NOASSERTION\","
	    "\"licenseDeclared\":\"NOASSERTION\",\"copyrightText\":\"NOASSERTION\",\"externalRefs\":[{\"referenceCategory\":\"PACKAGE-MANAGER\","
	    "\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:generic/%s@%s\"}]}", purpose, name, version);
}

/* The next "name version" of TRIAGE_LIBRARIES; false at its end. */
static bool
next_library(const char **rest, char *name, char *version, size_t size)
{
	char *const parts[] = { name, version };
	for (size_t i = 0; i < 2; i++) {
		*rest += strspn(*rest, " ");
		size_t n = strcspn(*rest, " ");
		if (n == 0 || n >= size)
			return false;
		memcpy(parts[i], *rest, n);
		parts[i][n] = '\0';
		*rest += n;
	}
	return true;
}

void
report_sbom(struct buf *out, const char *created)
{
	static const char text[] = TRIAGE_VERSION " " TRIAGE_LIBRARIES;
	char name[64], version[64], id[80], digest[65];
	digest_sha256_hex(text, sizeof(text) - 1, digest);
	buf_format(out, "{\"spdxVersion\":\"SPDX-2.3\",\"dataLicense\":\"CC0-1.0\",\"SPDXID\":\"SPDXRef-DOCUMENT\",\"name\":\"triage %s\","
	    "\"documentNamespace\":\"urn:triage:sbom:%s\",\"creationInfo\":{\"created\":\"%s\",\"creators\":[\"Tool: triage-%s\"]},"
	    "\"documentDescribes\":[\"SPDXRef-triage\"],\n\"packages\":[", TRIAGE_VERSION, digest, created, TRIAGE_VERSION);
	package(out, "triage", "triage", TRIAGE_VERSION, "APPLICATION");
	for (const char *rest = TRIAGE_LIBRARIES; next_library(&rest, name, version, sizeof(name));) {
		snprintf(id, sizeof(id), "lib-%s", name);
		buf_text(out, ",\n");
		package(out, id, name, version, "LIBRARY");
	}
	buf_text(out, "],\n\"relationships\":[{\"spdxElementId\":\"SPDXRef-DOCUMENT\",\"relationshipType\":\"DESCRIBES\",\"relatedSpdxElement\":\"SPDXRef-triage\"}");
	for (const char *rest = TRIAGE_LIBRARIES; next_library(&rest, name, version, sizeof(name));)
		buf_format(out, ",\n{\"spdxElementId\":\"SPDXRef-triage\",\"relationshipType\":\"DYNAMIC_LINK\",\"relatedSpdxElement\":\"SPDXRef-lib-%s\"}", name);
	buf_text(out, "]}\n");
}

static enum triage_status
write_sbom(struct case_reader *reader, const struct report_options *options, struct output *out, struct triage_error *err)
{
	(void)reader, (void)options;
	char created[WHEN_TEXT_SIZE];
	SCOPED_BUF text;
	buf_init(&text, 1 << 20);
	report_sbom(&text, when_text(when_now(), 0, "Z", created));
	output_buf(out, &text);
	return buf_check(&text, err);
}

const struct exporter sbom_exporter = {
	.name = "sbom.spdx.json",
	.format = "spdx",
	.what = "the program and the libraries that it was linked with, with versions (SPDX 2.3)",
	.write = write_sbom,
};
