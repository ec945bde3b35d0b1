/*
 * contradictions.c - where two sources of one case say what cannot both be true: each with its claim, its time and its source.
 *
 * Written once, when case.db is built, from files and events alone: no rule has a say in it. Of each kind the first CONTRADICTIONS_KEPT are kept, by
 * time; t_meta counts all ("contradictions.KIND"). Kinds: file-times (the two births of an NTFS file), run-before-birth (a program last ran before its file was
 * made), run-without-record (it ran while the Security log noted each start, and not this one), log-begins-late (a log was cleared; other sources know of what
 * was before), records-of-shadow (a shadow copy's log has records that the live one lacks in its midst), session-without-log and log-without-session
 * (wtmp against the log of logons).
 */
#include "triage/case/schema.h"

#include <stddef.h>

#define HOUR "3600000000000"
#define MINUTE "60000000000"
#define KEPT "50"
#define COLUMNS "kind, host, subject, first_source, first_time, first_says, first_event_id, first_file_id, second_source, second_time, second_says, second_event_id, second_file_id, count"
#define WANTED "SELECT kind_id FROM t_event_kind WHERE (source = 'prefetch' AND meaning = 'last run') OR (meaning = 'log cleared' AND source IN ('evtx', 'evt')) OR (meaning = 'logon' AND (parser = 'utmp' OR source IN ('syslog', 'journal')))"
/* kept: all of a kind, found by SELECT; counted, and the first of them written */
#define TELL(kind, select) \
    "CREATE TEMP TABLE c_found AS SELECT * FROM (" select ")", \
    "INSERT INTO t_meta SELECT 'contradictions." kind "', count(*) FROM temp.c_found HAVING count(*) > 0", \
    "INSERT INTO t_contradiction(" COLUMNS ") SELECT '" kind "', * FROM temp.c_found ORDER BY 4, 2, 3 LIMIT " KEPT, \
    "DROP TABLE temp.c_found"

const char case_contradiction_table[] = "CREATE TABLE IF NOT EXISTS t_contradiction(contradiction_id INTEGER PRIMARY KEY, kind TEXT, host TEXT, subject TEXT, first_source TEXT,"
    " first_time INTEGER, first_says TEXT, first_event_id INTEGER, first_file_id INTEGER, second_source TEXT, second_time INTEGER, second_says TEXT,"
    " second_event_id INTEGER, second_file_id INTEGER, count INTEGER)";

const char *const case_contradictions[] = {
    case_contradiction_table,
    /* what the kinds below begin with, in one reading of the events */
    "CREATE TEMP TABLE c_pick AS SELECT v.*, k.source, k.parser, k.meaning FROM t_event v CROSS JOIN t_event_kind k ON k.kind_id = v.kind_id WHERE EXISTS(" WANTED ") AND v.kind_id IN (" WANTED ")"
    " AND v.time IS NOT NULL",
    /* programs and scripts outside of Windows' own folders whose birth in the attributes is days older than the kernel's, and has no fraction of a second */
    TELL("file-times", "SELECT s.host, f.path AS subject, '$STANDARD_INFORMATION' AS fs, f.btime AS ft, 'made' AS fy, NULL AS fe, f.file_id AS ff, '$FILE_NAME' AS ss, f.fn_btime AS st,"
      " 'made' AS sy, NULL AS se, f.file_id AS sf, 1 AS n FROM t_file f CROSS JOIN t_filesystem s ON s.filesystem_id = f.filesystem_id WHERE f.fn_btime IS NOT NULL"
      " AND f.btime < f.fn_btime - 24 * " HOUR " AND f.btime % 1000000000 = 0 AND f.fn_btime % 1000000000 <> 0 AND f.state = 'allocated' AND f.stream = '' AND f.kind = 'file'"
      " AND (f.path LIKE '%.exe' OR f.path LIKE '%.dll' OR f.path LIKE '%.sys' OR f.path LIKE '%.ps1' OR f.path LIKE '%.bat' OR f.path LIKE '%.vbs' OR f.path LIKE '%.aspx' OR f.path LIKE '%.php')"
      " AND f.path NOT LIKE '/Windows/WinSxS/%' AND f.path NOT LIKE '/Program Files%'"),
    /* what Prefetch says of each program: the path as files have it, and its last run */
    "CREATE TEMP TABLE c_run AS SELECT v.host, lower(replace(substr(p, instr(p, '}') + 1), char(92), '/')) AS path, lower(json_extract(v.data, '$.executable')) AS name, max(v.time) AS time,"
    " v.event_id, v.file_id, v.message FROM (SELECT *, json_extract(data, '$.executable_path') AS p FROM temp.c_pick WHERE source = 'prefetch' AND json_valid(data)) v"
    " WHERE p IS NOT NULL GROUP BY v.host, p",
    "CREATE TEMP TABLE c_born AS SELECT lower(f.path) AS path, max(f.btime, coalesce(f.fn_btime, f.btime)) AS born, f.file_id, f.path AS shown, s.host FROM t_file f CROSS JOIN t_filesystem s"
    " ON s.filesystem_id = f.filesystem_id WHERE EXISTS(SELECT 1 FROM temp.c_run) AND f.path LIKE '%.exe' AND f.state = 'allocated' AND f.stream = '' AND f.btime IS NOT NULL",
    /* of files under that path, on all volumes that may be the machine's, the oldest: Prefetch does not say which of them ran */
    TELL("run-before-birth", "SELECT r.host, b.shown AS subject, 'prefetch' AS fs, r.time AS ft, r.message AS fy, r.event_id AS fe, r.file_id AS ff, 'filesystem' AS ss, min(b.born) AS st, 'made' AS sy,"
      " NULL AS se, b.file_id AS sf, 1 AS n FROM temp.c_run r JOIN temp.c_born b ON b.path = r.path AND (b.host IS NULL OR b.host IS r.host) WHERE r.path NOT LIKE '/windows/%'"
      " AND r.path NOT LIKE '/program files%' GROUP BY r.event_id HAVING min(b.born) > r.time + " HOUR),
    /* the Security log as a witness of starts: by machine from when to when */
    "CREATE TEMP TABLE c_start AS SELECT host, time, lower(message) AS message FROM t_event WHERE EXISTS(SELECT 1 FROM temp.c_run) AND kind_id IN (SELECT kind_id FROM t_event_kind"
    " WHERE parser = 'evtx') AND data LIKE '{\"event_id\":4688,%'",
    "CREATE INDEX temp.c_start_time ON c_start(time)",
    TELL("run-without-record", "SELECT r.host, r.name AS subject, 'prefetch' AS fs, r.time AS ft, r.message AS fy, r.event_id AS fe, r.file_id AS ff, 'evtx' AS ss, w.first AS st,"
      " 'Starts noted in the Security log (4688): ' || w.starts AS sy, NULL AS se, NULL AS sf, 1 AS n FROM temp.c_run r JOIN (SELECT host, min(time) AS first, max(time) AS last, count(*) AS starts"
      " FROM temp.c_start GROUP BY host HAVING count(*) >= 200) w ON w.host IS r.host WHERE r.time > w.first + " MINUTE " AND r.time < w.last - " MINUTE
      " AND NOT EXISTS(SELECT 1 FROM temp.c_start c WHERE c.host IS r.host AND c.time BETWEEN r.time - " MINUTE " AND r.time + " MINUTE " AND instr(c.message, r.name) > 0)"),
    "DROP TABLE temp.c_start", "DROP TABLE temp.c_run", "DROP TABLE temp.c_born",
    /* a log that was cleared, and the source that begins first of all before it; that source must not be one that holds times of things, not of acts */
    "CREATE TEMP TABLE c_clear AS SELECT host, time, message, event_id, file_id FROM temp.c_pick"
    " WHERE meaning = 'log cleared' ORDER BY time, event_id LIMIT 1000",
    "CREATE TEMP TABLE c_told AS SELECT v.host, k.source, v.file_id, min(v.time) AS first, count(*) AS events FROM t_event v CROSS JOIN t_event_kind k ON k.kind_id = v.kind_id"
    " WHERE EXISTS(SELECT 1 FROM temp.c_clear) AND k.source IN ('evtx', 'evt', 'usn', 'prefetch', 'srum', 'ual', 'shell-history', 'web', 'bits', 'browser') AND v.time > 0"
    " GROUP BY v.host, k.source, v.file_id",
    TELL("log-begins-late", "SELECT c.host, c.message AS subject, 'evtx' AS fs, c.time AS ft, c.message AS fy, c.event_id AS fe, c.file_id AS ff, t.source AS ss, t.first AS st,"
      " f.path || ', events: ' || t.events AS sy, NULL AS se, t.file_id AS sf, 1 AS n FROM temp.c_clear c JOIN temp.c_told t ON t.host IS c.host AND t.file_id <> c.file_id AND t.first < c.time - " HOUR
      " JOIN t_file f ON f.file_id = t.file_id WHERE t.first = (SELECT min(o.first) FROM temp.c_told o WHERE o.host IS c.host AND o.file_id <> c.file_id)"
      " GROUP BY c.event_id"),
    "DROP TABLE temp.c_told", "DROP TABLE temp.c_clear",
    /* logs of a shadow copy beside those of its volume under the same path */
    "CREATE TEMP TABLE c_pair AS SELECT o.file_id AS old, l.file_id AS live FROM t_volume v CROSS JOIN t_filesystem s ON s.volume_id = v.volume_id CROSS JOIN t_filesystem p ON p.volume_id = v.parent_id"
    " CROSS JOIN t_file o ON o.filesystem_id = s.filesystem_id AND o.path LIKE '%.evtx' CROSS JOIN t_file l ON l.filesystem_id = p.filesystem_id AND l.path = o.path AND l.state = 'allocated'"
    " WHERE v.kind = 'vss' AND o.state = 'allocated' AND o.stream = '' AND l.stream = ''",
    "CREATE TEMP TABLE c_record AS SELECT v.event_id, v.file_id AS file_id, v.time, json_extract(v.data, '$.record_id') AS number FROM t_event v WHERE v.file_id IN (SELECT old FROM temp.c_pair"
    " UNION SELECT live FROM temp.c_pair) AND json_valid(v.data)",
    "INSERT INTO temp.c_record SELECT v.event_id, s.file_id, v.time, json_extract(v.data, '$.record_id') FROM t_event_source s CROSS JOIN t_event v ON v.event_id = s.event_id"
    " WHERE s.file_id IN (SELECT old FROM temp.c_pair UNION SELECT live FROM temp.c_pair) AND json_valid(v.data)",
    "CREATE INDEX temp.c_record_file ON c_record(file_id, event_id)",
    TELL("records-of-shadow", "SELECT e.host, o.path AS subject, 'shadow copy' AS fs, min(r.time) AS ft, 'Records: ' || count(*) AS fy, min(r.event_id) AS fe, p.old AS ff, 'live log' AS ss,"
      " w.first AS st, 'Records: ' || w.least || '..' || w.most AS sy, NULL AS se, p.live AS sf, count(*) AS n FROM temp.c_pair p JOIN (SELECT file_id, min(number) AS least, max(number) AS most,"
      " min(time) AS first FROM temp.c_record GROUP BY file_id) w ON w.file_id = p.live JOIN temp.c_record r ON r.file_id = p.old AND r.number > w.least AND r.number < w.most"
      " JOIN t_event e ON e.event_id = r.event_id JOIN t_file o ON o.file_id = p.old WHERE NOT EXISTS(SELECT 1 FROM temp.c_record q WHERE q.file_id = p.live AND q.event_id = r.event_id)"
      " GROUP BY p.old, p.live"),
    "DROP TABLE temp.c_record", "DROP TABLE temp.c_pair",
    /* sessions over the network of wtmp, and logons by SSH of the log; each against the other where that speaks */
    "CREATE TEMP TABLE c_session AS SELECT v.host, v.user, v.time, v.message, v.event_id, v.file_id, v.parser = 'utmp' AS wtmp FROM temp.c_pick v"
    " CROSS JOIN t_file f ON f.file_id = v.file_id WHERE v.meaning = 'logon' AND v.user <> '' AND ((v.parser = 'utmp' AND f.path LIKE '%wtmp%' AND v.data LIKE '%\"address\":%')"
    " OR (v.parser <> 'utmp' AND v.message LIKE 'SSH logon of %'))",
    "CREATE INDEX temp.c_session_time ON c_session(time)",
    "CREATE TEMP TABLE c_speaks AS SELECT wtmp, host, min(time) AS first, max(time) AS last, min(file_id) AS file_id FROM temp.c_session GROUP BY wtmp, host",
    TELL("session-without-log", "SELECT a.host, a.user AS subject, 'wtmp' AS fs, a.time AS ft, a.message AS fy, a.event_id AS fe, a.file_id AS ff, 'log' AS ss, s.first AS st, f.path AS sy, NULL AS se, s.file_id AS sf,"
      " 1 AS n FROM temp.c_session a JOIN temp.c_speaks s ON s.wtmp = 0 AND s.host IS a.host JOIN t_file f ON f.file_id = s.file_id WHERE a.wtmp = 1 AND a.time BETWEEN s.first AND s.last"
      " AND NOT EXISTS(SELECT 1 FROM temp.c_session b WHERE b.wtmp = 0 AND b.time BETWEEN a.time - 5 * " MINUTE " AND a.time + 5 * " MINUTE " AND b.host IS a.host AND b.user = a.user)"),
    TELL("log-without-session", "SELECT a.host, a.user AS subject, 'log' AS fs, a.time AS ft, a.message AS fy, a.event_id AS fe, a.file_id AS ff, 'wtmp' AS ss, s.first AS st, f.path AS sy, NULL AS se, s.file_id AS sf,"
      " 1 AS n FROM temp.c_session a JOIN temp.c_speaks s ON s.wtmp = 1 AND s.host IS a.host JOIN t_file f ON f.file_id = s.file_id WHERE a.wtmp = 0 AND a.time BETWEEN s.first AND s.last"
      " AND NOT EXISTS(SELECT 1 FROM temp.c_session b WHERE b.wtmp = 1 AND b.time BETWEEN a.time - 5 * " MINUTE " AND a.time + 5 * " MINUTE " AND b.host IS a.host AND b.user = a.user)"),
    "DROP TABLE temp.c_speaks", "DROP TABLE temp.c_session", "DROP TABLE temp.c_pick",
    "INSERT INTO t_meta SELECT 'contradictions', coalesce(sum(value), 0) FROM t_meta WHERE key LIKE 'contradictions.%'",
    NULL,
};
