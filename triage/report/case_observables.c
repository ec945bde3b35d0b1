/* case_observables.c - what was examined, as nodes of CASE/UCO: evidence, filesystems, systems, files, and what lies in what. */
#include "triage/report/case_graph.h"

#include "triage/base/text.h"

#include <stdio.h>
#include <string.h>

/* Columns of the views filesystems and hosts. */
enum { FS_ID, FS_VOLUME, FS_TYPE, FS_LABEL, FS_UUID, FS_BLOCK_SIZE, FS_EVIDENCE, FS_START, FS_LENGTH };
enum { HOST_ID, HOST_FILESYSTEM, HOST_NAME, HOST_OS, HOST_VERSION, HOST_INSTALLED };

/* One lies in the other. facet: its type and members; NULL for none. */
static enum triage_status
put_inside(struct graph *g, const char *source, const char *target, const char *facet_type, const char *facet, struct triage_error *err)
{
	char id[UUID_TEXT_SIZE], name[128];
	snprintf(name, sizeof(name), "%s %s", source, target);
	graph_id(g, "inside", name, id);
	graph_begin(g, "uco-observable:ObservableRelationship", id);
	graph_reference(&g->b, "uco-core:source", source);
	graph_reference(&g->b, "uco-core:target", target);
	export_text(&g->b, "uco-core:kindOfRelationship", "Contained_Within");
	export_flag(&g->b, "uco-core:isDirectional", true);
	if (facet_type != NULL) {
		export_member(&g->b, "uco-core:hasFacet");
		buf_char(&g->b, '[');
		graph_begin_part(g, facet_type, "inside-facet", name);
		buf_char(&g->b, ',');
		buf_text(&g->b, facet);
		buf_text(&g->b, "}]");
	}
	return graph_end(g, err);
}

static enum triage_status
put_evidence(struct graph *g, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(g->reader, CASE_EVIDENCE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		char id[UUID_TEXT_SIZE], of[64];
		snprintf(of, sizeof(of), "evidence %jd", (intmax_t)case_int(c, CASE_EVIDENCE_EVIDENCE_ID));
		graph_id(g, "object", of, id);
		graph_remember(&g->evidence, id);
		graph_begin(g, "uco-observable:ObservableObject", id);
		export_text(&g->b, "uco-core:name", case_text(c, CASE_EVIDENCE_NAME));
		export_text(&g->b, "uco-core:description", case_text(c, CASE_EVIDENCE_KIND));
		export_member(&g->b, "uco-core:hasFacet");
		buf_char(&g->b, '[');
		graph_begin_part(g, "uco-observable:ContentDataFacet", "content", of);
		graph_number(&g->b, "uco-observable:sizeInBytes", c, CASE_EVIDENCE_SIZE);
		graph_hashes(g, c, CASE_EVIDENCE_MD5, of);
		buf_char(&g->b, '}');
		if (strcmp(case_text(c, CASE_EVIDENCE_KIND), "directory") != 0) {
			graph_begin_part(g, "uco-observable:ImageFacet", "image", of);
			export_text(&g->b, "uco-observable:imageType", case_text(c, CASE_EVIDENCE_KIND));
			buf_char(&g->b, '}');
		}
		buf_char(&g->b, ']');
		st = graph_end(g, err);
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
put_filesystem(struct graph *g, struct case_cursor *c, struct triage_error *err)
{
	char id[UUID_TEXT_SIZE], evidence[UUID_TEXT_SIZE], of[64], range[160] = "";
	bool placed = !case_null(c, FS_START) && case_int(c, FS_START) >= 0;
	snprintf(of, sizeof(of), "evidence %jd", (intmax_t)case_int(c, FS_EVIDENCE));
	graph_id(g, "object", of, evidence);
	snprintf(of, sizeof(of), "filesystem %jd", (intmax_t)case_int(c, FS_ID));
	graph_id(g, "object", of, id);
	if (placed)
		snprintf(range, sizeof(range), "\"uco-observable:rangeOffset\":%jd,\"uco-observable:rangeSize\":%jd", (intmax_t)case_int(c, FS_START),
		    (intmax_t)case_int(c, FS_LENGTH));
	graph_begin(g, "uco-observable:FileSystem", id);
	if (case_text(c, FS_LABEL)[0] != '\0')
		export_text(&g->b, "uco-core:name", case_text(c, FS_LABEL));
	export_member(&g->b, "uco-core:hasFacet");
	buf_char(&g->b, '[');
	graph_begin_part(g, "uco-observable:FileSystemFacet", "filesystem", of);
	export_text(&g->b, "uco-observable:fileSystemType", case_text(c, FS_TYPE));
	graph_number(&g->b, "uco-observable:clusterSize", c, FS_BLOCK_SIZE);
	buf_char(&g->b, '}');
	if (case_text(c, FS_UUID)[0] != '\0') {
		graph_begin_part(g, "uco-observable:VolumeFacet", "volume", of);
		export_text(&g->b, "uco-observable:volumeID", case_text(c, FS_UUID));
		buf_char(&g->b, '}');
	}
	buf_char(&g->b, ']');
	enum triage_status st = graph_end(g, err);
	return st == TRIAGE_OK ? put_inside(g, id, evidence, placed ? "uco-observable:DataRangeFacet" : NULL, range, err) : st;
}

static enum triage_status
put_host(struct graph *g, struct case_cursor *c, struct triage_error *err)
{
	char id[UUID_TEXT_SIZE], filesystem[UUID_TEXT_SIZE], of[64];
	snprintf(of, sizeof(of), "filesystem %jd", (intmax_t)case_int(c, HOST_FILESYSTEM));
	graph_id(g, "object", of, filesystem);
	snprintf(of, sizeof(of), "host %jd", (intmax_t)case_int(c, HOST_ID));
	graph_id(g, "object", of, id);
	graph_begin(g, "uco-observable:OperatingSystem", id);
	if (case_text(c, HOST_OS)[0] != '\0')
		export_text(&g->b, "uco-core:name", case_text(c, HOST_OS));
	if (case_text(c, HOST_NAME)[0] != '\0') {
		export_member(&g->b, "uco-core:description");
		buf_text(&g->b, "\"host ");
		text_json(&g->b, case_text(c, HOST_NAME));
		buf_char(&g->b, '"');
	}
	export_member(&g->b, "uco-core:hasFacet");
	buf_char(&g->b, '[');
	graph_begin_part(g, "uco-observable:OperatingSystemFacet", "system", of);
	if (case_text(c, HOST_VERSION)[0] != '\0')
		export_text(&g->b, "uco-observable:version", case_text(c, HOST_VERSION));
	graph_time(&g->b, "uco-observable:installDate", c, HOST_INSTALLED);
	buf_text(&g->b, "}]");
	enum triage_status st = graph_end(g, err);
	return st == TRIAGE_OK ? put_inside(g, id, filesystem, NULL, NULL, err) : st;
}

static enum triage_status
each(struct graph *g, enum case_view view, enum triage_status (*put)(struct graph *g, struct case_cursor *c, struct triage_error *err), struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(g->reader, view, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		st = put(g, c, err);
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* --- files --- */

static void
put_facets(struct graph *g, struct case_cursor *c, const char *of)
{
	char name[GRAPH_NAME_ROOM];
	snprintf(name, sizeof(name), "%s", export_base_name(case_text(c, CASE_FILES_PATH)));
	graph_begin_part(g, "uco-observable:FileFacet", "file", of);
	export_text(&g->b, "uco-observable:fileName", name);
	export_text(&g->b, "uco-observable:filePath", case_text(c, CASE_FILES_PATH));
	export_flag(&g->b, "uco-observable:isDirectory", strcmp(case_text(c, CASE_FILES_KIND), "directory") == 0);
	export_text(&g->b, "uco-observable:allocationStatus", case_text(c, CASE_FILES_STATE));
	graph_number(&g->b, "uco-observable:sizeInBytes", c, CASE_FILES_SIZE);
	graph_time(&g->b, "uco-observable:modifiedTime", c, CASE_FILES_MTIME);
	graph_time(&g->b, "uco-observable:accessedTime", c, CASE_FILES_ATIME);
	graph_time(&g->b, "uco-observable:metadataChangeTime", c, CASE_FILES_CTIME);
	graph_time(&g->b, "uco-observable:observableCreatedTime", c, CASE_FILES_BTIME);
	buf_char(&g->b, '}');
	/* the stream: NTFS knows more than one of a file */
	if (!case_null(c, CASE_FILES_INODE) && case_int(c, CASE_FILES_ATTR_TYPE) != 0) {
		graph_begin_part(g, "uco-observable:NTFSFileFacet", "ntfs", of);
		graph_number(&g->b, "uco-observable:entryID", c, CASE_FILES_INODE);
		buf_char(&g->b, '}');
	} else if (!case_null(c, CASE_FILES_INODE)) {
		graph_begin_part(g, "uco-observable:ExtInodeFacet", "inode", of);
		graph_number(&g->b, "uco-observable:extInodeID", c, CASE_FILES_INODE);
		buf_char(&g->b, '}');
	}
	if (case_null(c, CASE_FILES_SHA256))
		return;
	graph_begin_part(g, "uco-observable:ContentDataFacet", "content", of);
	if (!case_null(c, CASE_FILES_MIME))
		export_text(&g->b, "uco-observable:mimeType", case_text(c, CASE_FILES_MIME));
	graph_number(&g->b, "uco-observable:sizeInBytes", c, CASE_FILES_SIZE);
	graph_hashes(g, c, CASE_FILES_MD5, of);
	buf_char(&g->b, '}');
}

static enum triage_status
put_file(struct graph *g, struct case_cursor *c, struct triage_error *err)
{
	char id[UUID_TEXT_SIZE], filesystem[UUID_TEXT_SIZE], of[64];
	snprintf(of, sizeof(of), "filesystem %jd", (intmax_t)case_int(c, CASE_FILES_FILESYSTEM_ID));
	graph_id(g, "object", of, filesystem);
	snprintf(of, sizeof(of), "file %jd", (intmax_t)case_int(c, CASE_FILES_FILE_ID));
	graph_id(g, "object", of, id);
	graph_remember(&g->files, id);
	graph_begin(g, "uco-observable:File", id);
	export_member(&g->b, "uco-core:hasFacet");
	buf_char(&g->b, '[');
	put_facets(g, c, of);
	buf_char(&g->b, ']');
	enum triage_status st = graph_end(g, err);
	if (st != TRIAGE_OK)
		return st;
	SCOPED_BUF path;
	buf_init(&path, GRAPH_TEXT_MAX);
	export_text(&path, "uco-observable:path", case_text(c, CASE_FILES_PATH));
	st = buf_check(&path, err);
	return st == TRIAGE_OK ? put_inside(g, id, filesystem, "uco-observable:PathRelationFacet", buf_cstr(&path), err) : st;
}

enum triage_status
graph_observables(struct graph *g, struct triage_error *err)
{
	enum triage_status st = put_evidence(g, err);
	if (st == TRIAGE_OK)
		st = each(g, CASE_FILESYSTEMS, put_filesystem, err);
	if (st == TRIAGE_OK)
		st = each(g, CASE_HOSTS, put_host, err);
	size_t kept = 0;
	for (size_t i = 0; i < g->pointed.count && st == TRIAGE_OK; i++) {
		struct case_cursor *c;
		st = case_rows_of(g->reader, CASE_FILES, g->pointed.files[i].file_id, &c, err);
		if (st != TRIAGE_OK)
			return st;
		st = case_next(c, err);
		if (st == TRIAGE_OK) {
			g->pointed.files[kept++] = g->pointed.files[i];
			st = put_file(g, c, err);
		} else if (st == TRIAGE_END) {
			st = TRIAGE_OK;		/* a finding that points at no file of the case */
		}
		case_cursor_close(c);
	}
	g->pointed.count = kept;
	return st;
}
