/*
 * browser_tables.c - tables of Chromium (Chrome, Edge, Brave, Opera), Firefox, Safari and of Windows and macOS that tell what a person did.
 *
 * Values of cookies, passwords and payment cards are not among the columns. Sources: the schemas of the programs.
 */
#include "triage/artefact/browser_tables.h"

#include <stddef.h>

#define TEXT(c, k) { .column = (c), .key = (k), .form = FORM_TEXT }
#define NUMBER(c, k) { .column = (c), .key = (k), .form = FORM_NUMBER }
#define FLAG(c, k) { .column = (c), .key = (k), .form = FORM_FLAG }
#define HEX(c, k) { .column = (c), .key = (k), .form = FORM_HEX }
#define WORD(c, k, w) { .column = (c), .key = (k), .form = FORM_WORD, .words = (w) }
#define LOW_WORD(c, k, w) { .column = (c), .key = (k), .form = FORM_LOW_WORD, .words = (w) }
#define TEXT_OF(n, c, k) { .column = (c), .key = (k), .form = FORM_TEXT, .from = (n) }
#define NUMBER_OF(n, c, k) { .column = (c), .key = (k), .form = FORM_NUMBER, .from = (n) }
#define MEMBER(c, k, m) { .column = (c), .key = (k), .form = FORM_MEMBER, .member = (m) }
#define AT(c, clk, m) { .column = (c), .clock = (clk), .meaning = (m) }
#define AT_OF(n, c, clk, m) { .column = (c), .clock = (clk), .meaning = (m), .from = (n) }

/* --- Chromium --- */

static const char *const transitions[] = { "link", "typed", "auto bookmark", "auto subframe", "manual subframe", "generated", "auto toplevel",
	"form submit", "reload", "keyword", "keyword generated", NULL };
static const char *const download_states[] = { "in progress", "complete", "cancelled", "interrupted", "interrupted", NULL };
static const char *const dangers[] = { "", "dangerous file", "dangerous url", "dangerous content", "maybe dangerous content",
	"uncommon content", "user validated", "dangerous host", "potentially unwanted", "allowlisted by policy", "scan pending", "blocked password protected",
	"blocked too large", "sensitive content warning", "sensitive content block", "deep scanned safe", "deep scanned opened dangerous",
	"prompt for scanning", "blocked unsupported type", "account compromise", NULL };

static const struct sql_table chromium_visits = {
	.table = "visits", .needs = "visit_time", .part = "visit", .application = "Chromium", .message = "Visited {url}[ ({title})]",
	.fields = { TEXT_OF(1, "url", "url"), TEXT_OF(1, "title", "title"), LOW_WORD("transition", "transition", transitions),
		NUMBER("from_visit", "from_visit"), NUMBER("visit_duration", "visit_duration_us"), NUMBER_OF(1, "visit_count", "visit_count"),
		NUMBER_OF(1, "typed_count", "typed_count"), TEXT("originator_cache_guid", "originator_cache_guid") },
	.moments = { AT("visit_time", CLOCK_WEBKIT, "visited") },
	.lookups = { { "urls", "id", "url", 0 } },
};

static const struct sql_table chromium_pages = {
	.table = "urls", .needs = "last_visit_time", .part = "page", .application = "Chromium", .message = "Page {url}[ ({title})]", .deleted_only = true,
	.fields = { TEXT("url", "url"), TEXT("title", "title"), NUMBER("visit_count", "visit_count"), NUMBER("typed_count", "typed_count") },
	.moments = { AT("last_visit_time", CLOCK_WEBKIT, "last visited") },
};

static const struct sql_table chromium_downloads = {
	.table = "downloads", .needs = "start_time", .part = "download", .application = "Chromium",
	.message = "Downloaded {target}[ from {url}][ from {url_chain}][ ({danger})]",
	.fields = { TEXT("target_path", "target"), TEXT("full_path", "target"), TEXT("current_path", "current_path"), TEXT("url", "url"),
		TEXT("tab_url", "tab_url"), TEXT("referrer", "referrer"), TEXT("site_url", "site_url"), TEXT("tab_referrer_url", "tab_referrer_url"),
		NUMBER("received_bytes", "received_bytes"), NUMBER("total_bytes", "total_bytes"), WORD("state", "state", download_states),
		WORD("danger_type", "danger", dangers), NUMBER("danger_type", "danger_type"), NUMBER("interrupt_reason", "interrupt_reason"), FLAG("opened", "opened"),
		TEXT("mime_type", "mime_type"), TEXT("guid", "guid"), HEX("hash", "hash"), TEXT("by_ext_id", "by_extension"),
		TEXT("last_modified", "server_last_modified") },
	.moments = { AT("start_time", CLOCK_CHROME, "download started"), AT("end_time", CLOCK_CHROME, "download finished"),
		AT("last_access_time", CLOCK_CHROME, "download last opened") },
	.lists = { { "downloads_url_chains", "id", "id", "url", "url_chain" } },
};

static const struct sql_table chromium_searches = {
	.table = "keyword_search_terms", .needs = "term", .part = "search", .application = "Chromium", .message = "Searched for \"{term}\"",
	.fields = { TEXT("term", "term"), TEXT_OF(1, "url", "url"), NUMBER_OF(1, "visit_count", "visit_count") },
	.moments = { AT_OF(1, "last_visit_time", CLOCK_WEBKIT, "last searched") },
	.lookups = { { "urls", "id", "url_id", 0 } },
};

static const struct sql_table chromium_cookies = {
	.table = "cookies", .needs = "host_key", .part = "cookie", .application = "Chromium", .message = "Cookie {name} of {host}", .scheme = "is_secure",
	.fields = { TEXT("host_key", "host"), TEXT("name", "name"), TEXT("path", "path"), FLAG("is_secure", "secure"), FLAG("secure", "secure"),
		FLAG("is_httponly", "http_only"), FLAG("httponly", "http_only"), FLAG("is_persistent", "persistent"), FLAG("persistent", "persistent") },
	.moments = { AT("creation_utc", CLOCK_WEBKIT, "cookie created"), AT("last_access_utc", CLOCK_WEBKIT, "cookie last accessed"),
		AT("last_update_utc", CLOCK_WEBKIT, "cookie last updated"), AT("expires_utc", CLOCK_WEBKIT, "cookie expires") },
};

static const struct sql_table chromium_autofill = {
	.table = "autofill", .needs = "date_created", .part = "form", .application = "Chromium", .message = "Entered \"{value}\" in the field {name}",
	.fields = { TEXT("name", "name"), TEXT("value", "value"), NUMBER("count", "count") },
	.moments = { AT("date_created", CLOCK_SECONDS, "first entered"), AT("date_last_used", CLOCK_SECONDS, "last entered") },
};

static const struct sql_table chromium_autofill_old = {
	.table = "autofill_dates", .needs = "pair_id", .part = "form", .application = "Chromium", .message = "Entered \"{value}\" in the field {name}",
	.fields = { TEXT_OF(1, "name", "name"), TEXT_OF(1, "value", "value"), NUMBER_OF(1, "count", "count") },
	.moments = { AT("date_created", CLOCK_SECONDS, "entered") },
	.lookups = { { "autofill", "pair_id", "pair_id", 0 } },
};

static const struct sql_table chromium_logins = {
	.table = "logins", .needs = "origin_url", .part = "login", .application = "Chromium",
	.message = "Password kept for {origin_url}[ as {username}]",
	.fields = { TEXT("origin_url", "origin_url"), TEXT("action_url", "action_url"), TEXT("username_value", "username"), TEXT("signon_realm", "signon_realm"),
		NUMBER("times_used", "times_used"), FLAG("blacklisted_by_user", "never_saved") },
	.moments = { AT("date_created", CLOCK_CHROME, "password saved"), AT("date_last_used", CLOCK_CHROME, "password last used"),
		AT("date_password_modified", CLOCK_CHROME, "password last changed") },
};

static const struct sql_table chromium_shortcuts = {
	.table = "omni_box_shortcuts", .needs = "last_access_time", .part = "shortcut", .application = "Chromium",
	.message = "Typed \"{text}\" in the address bar[, went to {url}]",
	.fields = { TEXT("text", "text"), TEXT("url", "url"), TEXT("contents", "contents"), TEXT("description", "description"),
		NUMBER("number_of_hits", "number_of_hits") },
	.moments = { AT("last_access_time", CLOCK_WEBKIT, "last typed") },
};

static const struct sql_table chromium_icons = {
	.table = "icon_mapping", .needs = "page_url", .part = "icon", .application = "Chromium", .message = "Icon kept of {page_url}",
	.fields = { TEXT("page_url", "page_url"), TEXT_OF(2, "url", "icon_url") },
	.moments = { AT_OF(1, "last_updated", CLOCK_WEBKIT, "icon last updated"), AT_OF(1, "last_requested", CLOCK_WEBKIT, "icon last requested") },
	.lookups = { { "favicon_bitmaps", "icon_id", "icon_id", 0 }, { "favicons", "id", "icon_id", 0 } },
};

/* --- Firefox --- */

static const char *const visit_types[] = { "", "link", "typed", "bookmark", "embedded", "permanent redirect", "temporary redirect", "download",
	"framed link", "reload", NULL };
static const char *const bookmark_types[] = { "", "bookmark", "folder", "separator", NULL };
static const char *const old_download_states[] = { "downloading", "complete", "failed", "cancelled", "paused", "queued", "blocked by parental controls",
	"scanning", "found dirty", "blocked by policy", NULL };

static const struct sql_table firefox_visits = {
	.table = "moz_historyvisits", .needs = "visit_date", .part = "visit", .application = "Firefox", .message = "Visited {url}[ ({title})]",
	.fields = { TEXT_OF(1, "url", "url"), TEXT_OF(1, "title", "title"), WORD("visit_type", "visit_type", visit_types),
		NUMBER("from_visit", "from_visit"), NUMBER_OF(1, "visit_count", "visit_count"), NUMBER_OF(1, "typed", "typed"),
		NUMBER_OF(1, "hidden", "hidden") },
	.moments = { AT("visit_date", CLOCK_FIREFOX, "visited") },
	.lookups = { { "moz_places", "id", "place_id", 0 } },
};

static const struct sql_table firefox_bookmarks = {
	.table = "moz_bookmarks", .needs = "dateAdded", .part = "bookmark", .application = "Firefox", .message = "Bookmark {title}[ of {url}]",
	.fields = { TEXT("title", "title"), TEXT_OF(1, "url", "url"), WORD("type", "type", bookmark_types), TEXT_OF(1, "title", "page_title"),
		NUMBER_OF(1, "visit_count", "visit_count") },
	.moments = { AT("dateAdded", CLOCK_FIREFOX, "bookmark added"), AT("lastModified", CLOCK_FIREFOX, "bookmark last changed") },
	.lookups = { { "moz_places", "id", "fk", 0 } },
};

static const struct sql_table firefox_bookmark_notes = {
	.table = "moz_items_annos", .needs = "item_id", .part = "annotation", .application = "Firefox", .message = "Note on bookmark {title}: {content}",
	.fields = { TEXT("content", "content"), TEXT_OF(1, "title", "title"), TEXT_OF(2, "url", "url"), TEXT_OF(3, "name", "attribute") },
	.moments = { AT("dateAdded", CLOCK_FIREFOX, "annotation added"), AT("lastModified", CLOCK_FIREFOX, "annotation last changed") },
	.lookups = { { "moz_bookmarks", "id", "item_id", 0 }, { "moz_places", "id", "fk", 1 }, { "moz_anno_attributes", "id", "anno_attribute_id", 0 } },
};

/* downloads/destinationFileURI and downloads/metaData are how downloads are kept */
static const struct sql_table firefox_page_notes = {
	.table = "moz_annos", .needs = "place_id", .part = "annotation", .application = "Firefox", .message = "{attribute} of {url}: {content}",
	.fields = { TEXT("content", "content"), TEXT_OF(1, "url", "url"), TEXT_OF(1, "title", "title"), TEXT_OF(2, "name", "attribute") },
	.moments = { AT("dateAdded", CLOCK_FIREFOX, "annotation added"), AT("lastModified", CLOCK_FIREFOX, "annotation last changed") },
	.lookups = { { "moz_places", "id", "place_id", 0 }, { "moz_anno_attributes", "id", "anno_attribute_id", 0 } },
	.variants = { { "attribute", "downloads/destinationFileURI", "download", "download started", "Downloaded {content} from {url}", NULL },
		{ "attribute", "downloads/metaData", "download", "download finished", "End of the download from {url}: {content}", NULL } },
};

static const struct sql_table firefox_downloads = {
	.table = "moz_downloads", .needs = "startTime", .part = "download", .application = "Firefox", .message = "Downloaded {target} from {url}",
	.fields = { TEXT("name", "name"), TEXT("source", "url"), TEXT("target", "target"), TEXT("referrer", "referrer"), TEXT("mimeType", "mime_type"),
		WORD("state", "state", old_download_states), NUMBER("currBytes", "received_bytes"), NUMBER("maxBytes", "total_bytes"),
		TEXT("tempPath", "temporary") },
	.moments = { AT("startTime", CLOCK_FIREFOX, "download started"), AT("endTime", CLOCK_FIREFOX, "download finished") },
};

static const struct sql_table firefox_cookies = {
	.table = "moz_cookies", .needs = "host", .part = "cookie", .application = "Firefox", .message = "Cookie {name} of {host}", .scheme = "isSecure",
	.fields = { TEXT("host", "host"), TEXT("name", "name"), TEXT("path", "path"), FLAG("isSecure", "secure"), FLAG("isHttpOnly", "http_only") },
	.moments = { AT("creationTime", CLOCK_FIREFOX, "cookie created"), AT("lastAccessed", CLOCK_FIREFOX, "cookie last accessed"),
		AT("expiry", CLOCK_FIREFOX, "cookie expires") },
};

static const struct sql_table firefox_forms = {
	.table = "moz_formhistory", .needs = "fieldname", .part = "form", .application = "Firefox", .message = "Entered \"{value}\" in the field {name}",
	.fields = { TEXT("fieldname", "name"), TEXT("value", "value"), NUMBER("timesUsed", "count") },
	.moments = { AT("firstUsed", CLOCK_FIREFOX, "first entered"), AT("lastUsed", CLOCK_FIREFOX, "last entered") },
};

/* --- Safari and macOS --- */

static const struct sql_table safari_visits = {
	.table = "history_visits", .needs = "visit_time", .part = "visit", .application = "Safari", .message = "Visited {url}[ ({title})]",
	.fields = { TEXT_OF(1, "url", "url"), TEXT("title", "title"), NUMBER_OF(1, "visit_count", "visit_count"), FLAG("load_successful", "load_successful"),
		FLAG("http_non_get", "http_non_get"), NUMBER("redirect_source", "redirect_source"), NUMBER("origin", "origin") },
	.moments = { AT("visit_time", CLOCK_MAC, "visited") },
	.lookups = { { "history_items", "id", "history_item", 0 } },
};

static const struct sql_table safari_deleted = {
	.table = "history_tombstones", .needs = "end_time", .part = "deletion", .application = "Safari", .message = "History deleted[ of {url}]",
	.fields = { TEXT("url", "url") },
	.moments = { AT("start_time", CLOCK_MAC, "begin of the history that was deleted"), AT("end_time", CLOCK_MAC, "end of the history that was deleted") },
};

static const struct sql_table quarantine = {
	.table = "LSQuarantineEvent", .needs = "LSQuarantineTimeStamp", .source = "database", .part = "quarantine", .application = "macOS",
	.message = "Downloaded {url} with {agent}",
	.fields = { TEXT("LSQuarantineDataURLString", "url"), TEXT("LSQuarantineAgentName", "agent"), TEXT("LSQuarantineOriginURLString", "referrer"),
		TEXT("LSQuarantineAgentBundleIdentifier", "agent_bundle"), TEXT("LSQuarantineOriginTitle", "title"),
		TEXT("LSQuarantineEventIdentifier", "event_identifier") },
	.moments = { AT("LSQuarantineTimeStamp", CLOCK_MAC, "downloaded") },
};

/* --- Windows --- */

static const char *const activity_types[] = { "", "", "notification", "mobile device backup", "", "open", "in use", "", "", "", "clipboard", "system settings",
	"", "", "", "", "copy or paste", NULL };

#define ACTIVITY_FIELDS { MEMBER("AppId", "app", "application"), MEMBER("Payload", "display_text", "displayText"), \
	MEMBER("Payload", "app_display_name", "appDisplayName"), TEXT("AppId", "app_ids"), WORD("ActivityType", "activity_type", activity_types), TEXT("Payload", "payload"), \
	TEXT("AppActivityId", "app_activity_id"), TEXT("PlatformDeviceId", "platform_device_id"), TEXT("Tag", "tag"), TEXT("Group", "group"), \
	TEXT("ClipboardPayload", "clipboard"), HEX("Id", "id") }
#define ACTIVITY_MOMENTS { AT("StartTime", CLOCK_SECONDS, "activity started"), AT("EndTime", CLOCK_SECONDS, "activity ended"), \
	AT("LastModifiedTime", CLOCK_SECONDS, "activity last changed") }

static const struct sql_table windows_activities = {
	.table = "Activity", .needs = "AppActivityId", .source = "database", .part = "activity", .application = "Windows timeline", .message = "Activity ({activity_type}) of {app}[: {display_text}]",
	.fields = ACTIVITY_FIELDS, .moments = ACTIVITY_MOMENTS,
	.lists = { { "Activity_PackageId", "ActivityId", "Id", "PackageName", "packages" } },
};

static const struct sql_table windows_operations = {
	.table = "ActivityOperation", .needs = "AppActivityId", .source = "database", .part = "activity", .application = "Windows timeline",
	.message = "Activity ({activity_type}) of {app}[: {display_text}], not yet sent",
	.fields = ACTIVITY_FIELDS, .moments = ACTIVITY_MOMENTS,
};

static const struct sql_table windows_notifications = {
	.table = "Notification", .needs = "ArrivalTime", .source = "database", .part = "notification", .application = "Windows notifications",
	.message = "Notification ({type}) of {handler}",
	.fields = { TEXT_OF(1, "PrimaryId", "handler"), TEXT("Type", "type"), TEXT("Payload", "payload"), TEXT("Tag", "tag"), TEXT("Group", "group"),
		NUMBER("Id", "id"), NUMBER("HandlerId", "handler_id") },
	.moments = { AT("ArrivalTime", CLOCK_FILETIME, "notification arrived"), AT("ExpiryTime", CLOCK_FILETIME, "notification expires"),
		AT("BootId", CLOCK_FILETIME, "system started") },
	.lookups = { { "NotificationHandler", "RecordId", "HandlerId", 0 } },
};

static const struct sql_table windows_handlers = {
	.table = "NotificationHandler", .needs = "PrimaryId", .source = "database", .part = "handler", .application = "Windows notifications",
	.message = "Notifications can come from {handler}",
	.fields = { TEXT("PrimaryId", "handler"), TEXT("WNSId", "service"), TEXT("HandlerType", "handler_type"), TEXT("ParentId", "parent"),
		TEXT("ContainerSid", "container_sid") },
	.moments = { AT("CreatedTime", CLOCK_TEXT, "handler created"), AT("ModifiedTime", CLOCK_TEXT, "handler last changed") },
};

#define ACCESS(name, program) static const struct sql_table name = { \
	.table = program "UsageHistory", .needs = "LastUsedTimeStart", .part = "capability", .application = "Windows capability access", \
	.source = "database", .message = "{program} used the {capability}", \
	.fields = { TEXT_OF(1, "StringValue", "program"), TEXT_OF(2, "StringValue", "capability"), TEXT_OF(3, "StringValue", "user_sid"), \
		TEXT_OF(4, "StringValue", "file_id"), FLAG("AccessBlocked", "blocked"), TEXT("Label", "label") }, \
	.moments = { AT("LastUsedTimeStart", CLOCK_FILETIME, "use began"), AT("LastUsedTimeStop", CLOCK_FILETIME, "use ended") }, \
	.lookups = { ACCESS_##name, { "Capabilities", "ID", "Capability", 0 }, { "Users", "ID", "UserSid", 0 }, { "FileIDs", "ID", "FileID", 0 } } }
#define ACCESS_windows_access { "BinaryFullPaths", "ID", "BinaryFullPath", 0 }
#define ACCESS_windows_package_access { "PackageFamilyNames", "ID", "PackageFamilyName", 0 }
ACCESS(windows_access, "NonPackaged");
ACCESS(windows_package_access, "Packaged");

/* wtmpdb of Linux: a row is a session or a start of the machine */
static const char *const session_types[] = { "", "boot", "runlevel", "user", NULL };
static const struct sql_table linux_sessions = {
	.table = "wtmp", .needs = "Login", .source = "utmp", .part = "session", .application = "wtmpdb", .message = "Logon of {user} on {line}[ from {remote}][ by {service}]",
	.fields = { WORD("Type", "type", session_types), TEXT("User", "user"), TEXT("TTY", "line"), TEXT("RemoteHost", "remote"), TEXT("Service", "service") },
	.moments = { AT("Login", CLOCK_FIREFOX, "logon"), AT("Logout", CLOCK_FIREFOX, "logoff") },
	.variants = { { "type", "boot", "boot", "boot", "System started, kernel {remote}", "shutdown" }, { "type", "runlevel", "runlevel", "run level changed", "Run level changed", NULL } },
};

/* --- network storage: QNAP (event.log, conn.log, both SQLite), Synology (.SYNOSYSDB, .SYNOCONNDB ...) --- */

static const char *const qnap_levels[] = { "information", "warning", "error", NULL };
static const char *const qnap_services[] = { "", "SMB", "FTP", "HTTP", "NFS", "AFP", "Telnet", "SSH", "iSCSI", NULL };
static const char *const qnap_actions[] = { "", "delete", "read", "write", "open", "make folder", "mount", "mount failed", "rename", "login failed", "login", "logout", "unmount",
	"copy", "move", "add", NULL };

static const struct sql_table qnap_events = {
	.table = "NASLOG_EVENT", .needs = "event_desc", .source = "syslog", .part = "qnap", .application = "QNAP", .message = "QNAP ({level}): {message}[, {user}][ from {address}]",
	.fields = { WORD("event_type", "level", qnap_levels), TEXT("event_user", "user"), TEXT("event_ip", "address"), TEXT("event_comp", "computer"), TEXT("event_desc", "message") },
	.moments = { AT("event_date", CLOCK_TWO_TEXTS, "logged") },
};

static const struct sql_table qnap_connections = {
	.table = "NASLOG_CONN", .needs = "conn_action", .source = "syslog", .part = "qnap", .application = "QNAP",
	.message = "QNAP: {action} by {service}, {user}[ from {address}][ ({computer})][: {resource}]",
	.fields = { WORD("conn_type", "level", qnap_levels), TEXT("conn_user", "user"), TEXT("conn_ip", "address"), TEXT("conn_comp", "computer"), TEXT("conn_res", "resource"),
		WORD("conn_serv", "service", qnap_services), WORD("conn_action", "action", qnap_actions) },
	.moments = { AT("conn_date", CLOCK_TWO_TEXTS, "file access") },
	.variants = { { "action", "login failed", "qnap", "failed logon", "Failed logon of {user} by {service}[ from {address}][ ({computer})]", NULL },
		{ "action", "login", "qnap", "logon", "Logon of {user} by {service}[ from {address}][ ({computer})]", NULL },
		{ "action", "logout", "qnap", "logoff", "End of the session of {user} by {service}[ from {address}]", NULL } },
};

static const struct sql_table synology_logs = {
	.table = "logs", .needs = "msg", .source = "syslog", .part = "synology", .application = "Synology", .message = "Synology[ ({level})]: {message}[, {user}]",
	.fields = { TEXT("level", "level"), TEXT("username", "user"), TEXT("user", "user"), TEXT("ip", "address"), TEXT("msg", "message") },
	.moments = { AT("time", CLOCK_SECONDS, "logged") },
};

const struct sql_table *const sql_tables[] = {
	&chromium_visits, &chromium_pages, &chromium_downloads, &chromium_searches, &chromium_cookies, &chromium_autofill, &chromium_autofill_old, &chromium_logins,
	&chromium_shortcuts, &chromium_icons, &firefox_visits, &firefox_bookmarks, &firefox_bookmark_notes, &firefox_page_notes, &firefox_downloads,
	&firefox_cookies, &firefox_forms, &safari_visits, &safari_deleted, &quarantine, &windows_activities, &windows_operations, &windows_notifications,
	&windows_handlers, &windows_access, &windows_package_access, &linux_sessions, &qnap_events, &qnap_connections, &synology_logs, NULL,
};
