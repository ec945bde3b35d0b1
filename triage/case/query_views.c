/* query_views.c - how each view is asked for: all rows in their order, fewer columns of them, the rows of one file. */
#include "triage/case/query.h"
#include "triage/case/schema.h"

const struct view_query view_queries[CASE_VIEW_COUNT] = {
	[CASE_EVIDENCE] = { .by_id = "SELECT * FROM evidence ORDER BY evidence_id" },
	[CASE_VOLUMES] = { .by_id = "SELECT * FROM volumes ORDER BY volume_id" },
	[CASE_FILESYSTEMS] = { .by_id = "SELECT * FROM filesystems ORDER BY filesystem_id" },
	[CASE_HOSTS] = { .by_id = "SELECT * FROM hosts ORDER BY host_id" },
	[CASE_ACCOUNTS] = { .by_id = "SELECT * FROM accounts ORDER BY account_id" },
	/* files are numbered from 1 without gaps */
	[CASE_FILES] = { .by_id = "SELECT * FROM files ORDER BY file_id", .of = "SELECT * FROM files WHERE file_id = ?1",
	    .count = "SELECT coalesce(max(file_id), 0) FROM t_file" },
	[CASE_TIMELINE] = { .by_id = "SELECT * FROM timeline ORDER BY time", .times = "SELECT time FROM t_moment UNION ALL SELECT time FROM t_event ORDER BY time",
	    .brief = "SELECT time, NULL, meaning, source, parser, host, user, NULL, message, technique, file_id FROM timeline ORDER BY time",
	    .count = "SELECT (SELECT count(*) FROM t_moment) + (SELECT count(*) FROM t_event)" },
	[CASE_MATCHES] = { .by_id = "SELECT * FROM matches ORDER BY file_id, rule_index, string_id, offset",
	    .of = "SELECT * FROM matches WHERE file_id = ?1 ORDER BY file_id, rule_index, string_id, offset" },
	[CASE_EXTENTS] = { .by_id = "SELECT * FROM extents ORDER BY file_id, file_offset, image_offset",
	    .of = "SELECT * FROM extents WHERE file_id = ?1 ORDER BY file_id, file_offset, image_offset" },
	[CASE_FINDINGS] = { .by_id = "SELECT * FROM findings ORDER BY finding_id",
	    .by_time = "SELECT * FROM findings ORDER BY first_time IS NULL, first_time, finding_id",
	    .of = "SELECT * FROM findings WHERE finding_id = ?1" },
	[CASE_PROBLEMS] = { .by_id = "SELECT stage, severity, evidence_id, filesystem_id, path, inode, code, message, bytes, offset"
	    " FROM t_problem ORDER BY problem_id", .count = "SELECT count(*) FROM t_problem" },
	[CASE_COVERAGE] = { .by_id = "SELECT what, total, examined, skipped, failed, bytes_total, bytes_examined, reason FROM t_coverage"
	    " ORDER BY coverage_id", .count = "SELECT count(*) FROM t_coverage" },
	[CASE_CUSTODY] = { .by_id = "SELECT * FROM custody ORDER BY seq" },
	[CASE_RULES] = { .by_id = "SELECT * FROM rules ORDER BY rule_index" },
	[CASE_STORIES] = { .by_id = "SELECT * FROM stories ORDER BY story_id" },
	[CASE_EVENTS] = { .by_id = "SELECT v.event_id, v.time, k.meaning, k.source, k.parser, k.technique, v.host, v.user, f.path, v.message, v.file_id, v.offset,"
	    " v.data FROM t_event v CROSS JOIN t_event_kind k ON k.kind_id = v.kind_id CROSS JOIN t_file f ON f.file_id = v.file_id ORDER BY v.event_id",
	    .count = "SELECT count(*) FROM t_event" },
	[CASE_DAMAGE] = { .by_id = "SELECT * FROM damage" },
	/* total(), not sum(): sizes that evidence claims may be any number, and an overflow would end the report */
	[CASE_DAMAGE_STYLES] = { .by_id = "SELECT d.damage, count(*) AS files, CAST(total(f.size) AS INTEGER) AS bytes, CAST(total(f.size * d.damage_share) AS INTEGER) AS damaged_bytes"
	    " FROM t_damage d CROSS JOIN t_file f ON f.file_id = d.file_id GROUP BY d.damage ORDER BY files DESC, d.damage" },
	[CASE_CONTACTS] = { .by_id = "SELECT * FROM contacts ORDER BY contact_id" },
	[CASE_CONTRADICTIONS] = { .by_id = "SELECT * FROM contradictions ORDER BY contradiction_id" },
	[CASE_DIGESTS] = { .by_id = "SELECT file_id, path, sha256, coalesce(btime, mtime), state FROM files WHERE sha256 IS NOT NULL" },
	[CASE_META] = { .by_id = "SELECT * FROM meta ORDER BY key" },
};
