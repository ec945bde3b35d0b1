/* options_tables.c - the options that each command takes: names, help and ranges, and where their values go. */
#include "triage/cli/options.h"

#define FIELDS(letter_, name_, argument_, help_, type_, member_) \
	.letter = letter_, .name = name_, .argument = argument_, .help = help_, .type = type_, .offset = offsetof(struct options, member_)
#define ROW(letter_, name_, argument_, help_, type_, member_) { FIELDS(letter_, name_, argument_, help_, type_, member_) }
#define WORD(name_, argument_, help_, member_, words_) { FIELDS(0, name_, argument_, help_, OPTION_WORD, member_), .words = words_ }
#define COUNT(letter_, name_, argument_, help_, member_, min_, max_) \
	{ FIELDS(letter_, name_, argument_, help_, OPTION_COUNT, member_), .min = min_, .max = max_ }
#define COMMON ROW('h', "help", NULL, "print this help", OPTION_FLAG, help), ROW('V', "version", NULL, "print the version", OPTION_FLAG, version)

#define LAYERS \
	ROW(0, "key", "FILE", "what opens BitLocker or LUKS: file with passphrase, recovery key or key; - is stdin (repeatable)", OPTION_LIST, keys), \
	ROW(0, "ask-key", NULL, "ask for a passphrase or recovery key at the start, without showing it", OPTION_FLAG, ask_key), \
	ROW(0, "vss", "LIST", "shadow copies of each volume: all (default), none, or by number, oldest first: 2 or 1..3", OPTION_RANGE, vss)

#define SIGNER \
	ROW(0, "sign", "CERT", "sign with this certificate (and those above it): PEM, DER, PKCS#12 or a pkcs11: URI", OPTION_TEXT, sign), \
	ROW(0, "sign-key", "KEY", "its private key: a file (the passphrase is asked for, not shown) or a pkcs11: URI", OPTION_TEXT, sign_key)
#define TRUST ROW(0, "trust", "CA.pem|DIR", "certificates whose signatures and time stamps are trusted, and lists of revoked ones (CRL)", OPTION_TEXT, trust)

const struct option_row options_run[] = {
	ROW('o', "output", "DIR", "the bundle; default ./case-<host or image name>-<UTC time>; must not exist", OPTION_TEXT, output),
	ROW(0, "case", "ID", "case number, for the bag, the custody log and the report", OPTION_TEXT, case_id),
	ROW(0, "evidence-id", "ID", "number of this piece of evidence", OPTION_TEXT, evidence_id),
	ROW(0, "examiner", "NAME", "who does this", OPTION_TEXT, examiner),
	ROW(0, "organisation", "NAME", "for whom", OPTION_TEXT, organisation),
	ROW(0, "note", "TEXT", "a remark to keep with the case", OPTION_TEXT, note),
	ROW('r', "rules", "PATH", "YARA file or folder beside the built-in pack (repeatable)", OPTION_LIST, rules),
	ROW(0, "sigma", "PATH", "Sigma rule file or folder beside the built-in rules (repeatable)", OPTION_LIST, sigma),
	ROW(0, "no-builtin-rules", NULL, "leave the built-in YARA pack and Sigma rules out", OPTION_FLAG, no_builtin_rules),
	ROW(0, "known-good", "SET", "hashes that need no scan: list, `triage hashset` set, NSRL RDSv3, hashlookup Bloom filter (repeatable)", OPTION_LIST, known_good),
	ROW(0, "known-bad", "SET", "hashes that are a finding: list, set, NSRL RDSv3 (repeatable)", OPTION_LIST, known_bad),
	ROW(0, "ioc", "PATH", "list of indicators: text, CSV, STIX 2.1, MISP JSON (repeatable)", OPTION_LIST, iocs),
	ROW(0, "town", "FILE", "what the town says of itself (tools, addresses, office hours): lowers findings, hides none", OPTION_TEXT, town),
	WORD("profile", "NAME", "quick (the most telling places alone), standard, full", profile, "quick|standard|full"),
	ROW(0, "from", "TIME", "begin of the report's window (the database keeps all)", OPTION_TIME, from),
	ROW(0, "to", "TIME", "end of the report's window", OPTION_TIME, to),
	ROW(0, "timezone", "ZONE", "zone for display, e.g. Europe/Brussels; storage is UTC", OPTION_TEXT, timezone),
	ROW(0, "partitions", "LIST", "all, or volume numbers as `triage info` prints them: 1,3", OPTION_TEXT, partitions),
	LAYERS,
	ROW(0, "map", "DIR=C:", "for a mounted volume: the drive letter it had", OPTION_TEXT, map),
	ROW(0, "hostname", "NAME", "name of the host in all output", OPTION_TEXT, hostname),
	ROW(0, "budget", "TIME", "stop after this long (90s, 10m, 2h) with a valid bundle", OPTION_SECONDS, budget),
	COUNT('j', "jobs", "N", "worker processes; default: online processors", jobs, 1, 128),
	ROW(0, "memory", "SIZE", "ceiling for all processes together; default: half of RAM", OPTION_SIZE, memory),
	ROW(0, "window", "SIZE", "longest stream that is scanned in one piece; default: 64M or less, from --memory", OPTION_SIZE, window),
	ROW(0, "unit-timeout", "TIME", "give an object up after this long without progress; default 180s", OPTION_SECONDS, unit_timeout),
	ROW(0, "no-image-hash", NULL, "skip hashing the whole image", OPTION_FLAG, no_image_hash),
	ROW(0, "no-archives", NULL, "do not look into archives (zip, 7z, tar ...); --profile quick never does", OPTION_FLAG, no_archives),
	ROW(0, "nested", NULL, "examine disk images that lie in the evidence, two deep; --profile full does", OPTION_FLAG, nested),
	ROW(0, "no-nested", NULL, "do not, whatever the profile", OPTION_FLAG, no_nested),
	ROW(0, "extract-max", "SIZE", "flagged files in the bundle, locked away: at most this much in all; default 256M", OPTION_SIZE, extract_max),
	ROW(0, "no-extract", NULL, "no flagged files in the bundle", OPTION_FLAG, no_extract),
	ROW(0, "resume", "DIR", "go on with an interrupted run, or one whose budget ended (evidence and options come from it)", OPTION_TEXT, resume),
	ROW(0, "shard", "K/N", "examine the K-th of N parts", OPTION_SHARD, shard),
	WORD("lang", "L", "language that the report shows first", lang, "nl|fr|de|en"),
	WORD("progress", "HOW", "auto, bar, plain, json, none", progress, "auto|bar|plain|json|none"),
	ROW(0, "status-file", "FILE", "write the progress as JSON to this file, again and again", OPTION_TEXT, status_file),
	ROW('q', "quiet", NULL, "no progress, errors only", OPTION_FLAG, quiet),
	ROW('v', "verbose", NULL, "tell every problem as it is met", OPTION_FLAG, verbose),
	WORD("fail-on", "SEVERITY", "exit 10 when a finding is at least info, low, medium, high, critical", fail_on, "info|low|medium|high|critical"),
	ROW(0, "json", NULL, "print the result line as one JSON object", OPTION_FLAG, json),
	ROW(0, "dry-run", NULL, "print what would be read and written, and do nothing", OPTION_FLAG, dry_run),
	SIGNER,
	COMMON,
};
const size_t options_run_count = sizeof(options_run) / sizeof(options_run[0]);

const struct option_row options_info[] = {
	LAYERS,
	ROW(0, "parsers", NULL, "list the artefact parsers: what each tells and where its format is described; no evidence needed", OPTION_FLAG, parsers),
	COMMON,
};
const size_t options_info_count = sizeof(options_info) / sizeof(options_info[0]);

const struct option_row options_verify[] = {
	TRUST,
	ROW(0, "seal", "NUMBER", "the number that was written down: the seal, or that of a hand-over; it must be found", OPTION_TEXT, seal),
	ROW('q', "quiet", NULL, "say nothing, exit status alone", OPTION_FLAG, quiet),
	COMMON,
};
const size_t options_verify_count = sizeof(options_verify) / sizeof(options_verify[0]);

const struct option_row options_report[] = {
	ROW('o', "output", "FILE", "the new report; default BUNDLE-report-L.html beside the bundle", OPTION_TEXT, output),
	ROW(0, "print", NULL, "a short document for A4 instead: page 1, custody form, the seal as number and QR code", OPTION_FLAG, print),
	WORD("lang", "L", "language that the report shows first", lang, "nl|fr|de|en"),
	ROW(0, "timezone", "ZONE", "zone for display", OPTION_TEXT, timezone),
	ROW(0, "from", "TIME", "begin of the window", OPTION_TIME, from),
	ROW(0, "to", "TIME", "end of the window", OPTION_TIME, to),
	COMMON,
};
const size_t options_report_count = sizeof(options_report) / sizeof(options_report[0]);

const struct option_row options_sign[] = { SIGNER, COMMON };
const size_t options_sign_count = sizeof(options_sign) / sizeof(options_sign[0]);

const struct option_row options_timestamp[] = {
	ROW(0, "query", "FILE", "write the request for a time stamp authority (RFC 3161) to this new file", OPTION_TEXT, query),
	ROW(0, "reply", "FILE", "check the authority's reply and keep it with the bundle", OPTION_TEXT, reply),
	TRUST,
	COMMON,
};
const size_t options_timestamp_count = sizeof(options_timestamp) / sizeof(options_timestamp[0]);

const struct option_row options_custody[] = {
	ROW(0, "from", "NAME", "who hands over", OPTION_TEXT, from_person),
	ROW(0, "to", "NAME", "who receives", OPTION_TEXT, to_person),
	ROW(0, "place", "TEXT", "where", OPTION_TEXT, place),
	ROW(0, "seal", "NUMBER", "number of the seal on the bag or envelope", OPTION_TEXT, seal),
	ROW(0, "reason", "TEXT", "why", OPTION_TEXT, reason),
	SIGNER,
	COMMON,
};
const size_t options_custody_count = sizeof(options_custody) / sizeof(options_custody[0]);

const struct option_row options_export[] = {
	ROW('f', "format", "FORMAT", "l2tcsv, dfxml, misp and others; list names them all", OPTION_TEXT, format),
	ROW('o', "output", "FILE", "the new file; default BUNDLE-<name> beside the bundle", OPTION_TEXT, output),
	ROW(0, "from", "TIME", "timelines: rows from this time on", OPTION_TIME, from),
	ROW(0, "to", "TIME", "timelines: rows up to this time", OPTION_TIME, to),
	WORD("tlp", "LEVEL", "stix, misp: how far it may go, by the traffic light protocol 2.0; default amber", tlp, "clear|green|amber|amber+strict|red"),
	COMMON,
};
const size_t options_export_count = sizeof(options_export) / sizeof(options_export[0]);

const struct option_row options_share[] = {
	ROW('o', "output", "DIR", "the new bundle; must not exist", OPTION_TEXT, output),
	ROW(0, "secret", "FILE", "secret from an earlier share (64 hex digits): the same paths and names become the same; default: a new one, DIR.secret", OPTION_TEXT, secret),
	WORD("tlp", "LEVEL", "how far it may go, by the traffic light protocol 2.0; default amber", tlp, "clear|green|amber|amber+strict|red"),
	WORD("lang", "L", "language that the report shows first", lang, "nl|fr|de|en"),
	COMMON,
};
const size_t options_share_count = sizeof(options_share) / sizeof(options_share[0]);

const struct option_row options_reveal[] = {
	ROW(0, "secret", "FILE", "the secret of the share; default SHARE.secret", OPTION_TEXT, secret),
	ROW(0, "only", "DIGEST", "open this one alone (repeatable)", OPTION_LIST, only),
	COMMON,
};
const size_t options_reveal_count = sizeof(options_reveal) / sizeof(options_reveal[0]);

const struct option_row options_judge[] = {
	ROW('o', "output", "DIR", "the new bundle; must not exist", OPTION_TEXT, output),
	ROW('r', "rules", "PATH", "YARA file or folder: rules of the same file and name take their words and weight from here (repeatable)", OPTION_LIST, rules),
	ROW(0, "tables", "DIR", "folder with scores.tsv and the other tables, and yara/; default: those of this program", OPTION_TEXT, tables),
	ROW(0, "sigma", "PATH", "Sigma rule file or folder beside the built-in pack (repeatable)", OPTION_LIST, sigma),
	ROW(0, "ioc", "PATH", "list of indicators (repeatable)", OPTION_LIST, iocs),
	ROW(0, "known-good", "SET", "list of hashes that are good (repeatable)", OPTION_LIST, known_good),
	ROW(0, "known-bad", "SET", "list of hashes that are a finding (repeatable)", OPTION_LIST, known_bad),
	ROW(0, "town", "FILE", "what the town says of itself: lowers findings, hides none", OPTION_TEXT, town),
	ROW(0, "examiner", "NAME", "who judges, for the custody log", OPTION_TEXT, examiner),
	WORD("lang", "L", "language that the report shows first", lang, "nl|fr|de|en"),
	COMMON,
};
const size_t options_judge_count = sizeof(options_judge) / sizeof(options_judge[0]);

const struct option_row options_merge[] = {
	ROW('o', "output", "BUNDLE", "the new bundle; must not exist", OPTION_TEXT, output),
	COUNT('j', "jobs", "N", "worker processes; default: online processors", jobs, 1, 128),
	ROW('q', "quiet", NULL, "no progress, errors only", OPTION_FLAG, quiet),
	ROW(0, "json", NULL, "print the result line as one JSON object", OPTION_FLAG, json),
	COMMON,
};
const size_t options_merge_count = sizeof(options_merge) / sizeof(options_merge[0]);

const struct option_row options_fleet[] = {
	ROW('o', "output", "DIR", "the new folder with fleet.html, fleet.db and fleet.json; must not exist", OPTION_TEXT, output),
	WORD("lang", "L", "language that the page shows first", lang, "nl|fr|de|en"),
	ROW('q', "quiet", NULL, "no progress; what is not taken is still told", OPTION_FLAG, quiet),
	COMMON,
};
const size_t options_fleet_count = sizeof(options_fleet) / sizeof(options_fleet[0]);

const struct option_row options_rules[] = {
	TRUST,
	ROW(0, "signature", "FILE", "of update: the signature of the pack (CMS, DER); default: PACK.p7s", OPTION_TEXT, sign),
	ROW('o', "output", "DIR", "of update: where the rules go instead of the place that the program reads", OPTION_TEXT, output),
	ROW(0, "older", NULL, "of update: take a pack that is older than the rules that it replaces, too", OPTION_FLAG, older),
	COMMON,
};
const size_t options_rules_count = sizeof(options_rules) / sizeof(options_rules[0]);

const struct option_row options_hashset[] = {
	ROW('o', "output", "SET", "the new set; must not exist (build)", OPTION_TEXT, output),
	COMMON,
};
const size_t options_hashset_count = sizeof(options_hashset) / sizeof(options_hashset[0]);

const struct option_row options_guided[] = {
	WORD("lang", "L", "language of the dialogue and the report, without asking", lang, "nl|fr|de|en"),
	ROW(0, "plain", NULL, "questions line by line, for serial lines and screen readers; also when TERM is dumb or the locale is not UTF-8", OPTION_FLAG, plain),
	ROW(0, "system", "DIR", "read disks, mounts and udev's database below this folder (sys, proc, run, dev) instead of those of this machine", OPTION_TEXT, system),
	COMMON,
};
const size_t options_guided_count = sizeof(options_guided) / sizeof(options_guided[0]);
