/*
 * odd_files.c - files whose place alone is odd: what starts from a folder, libraries that Windows looks for in vain, programs in places for temporary files,
 * help programs of the logon screen that are a shell, copies of the password database.
 */
#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include <ctype.h>
#include <string.h>

enum { KEPT_MAX = 256 };

/* Globs over the path ('*' stands for any run); '|' between. */
static const struct odd_place {
	const char *detection;
	const char *paths, *not_paths;
	bool program;			/* only what is a program or library by its bytes */
	uint64_t least;			/* bytes */
} odd_places[] = {
	{ "persistence-phantom-dll", "*/Windows/System32/wlbsctrl.dll|*/Windows/System32/tsmsisrv.dll|*/Windows/System32/tsvipsrv.dll|*/Windows/System32/wbem/wbemcomn.dll|*/Windows/fxsst.dll|*/Windows/ntshrui.dll"
	    "|*/Windows/System32/oci.dll", NULL, true, 0 },
	{ "persistence-startup", "*/Start Menu/Programs/StartUp/*.exe|*/Start Menu/Programs/StartUp/*.bat|*/Start Menu/Programs/StartUp/*.cmd|*/Start Menu/Programs/StartUp/*.vbs|*/Start Menu/Programs/StartUp/*.js"
	    "|*/Start Menu/Programs/StartUp/*.hta|*/Start Menu/Programs/StartUp/*.ps1|*/Start Menu/Programs/StartUp/*.scr|*/Start Menu/Programs/StartUp/*.pif", NULL, false, 1 },
	{ "persistence-ps-profile", "*/System32/WindowsPowerShell/v1.0/profile.ps1|*/System32/WindowsPowerShell/v1.0/*profile.ps1|*/Users/*/Documents/WindowsPowerShell/*profile.ps1|*/Users/*/Documents/PowerShell/*profile.ps1",
	    "*/Examples/*", false, 1 },
	{ "persistence-office", "*/Microsoft/Word/STARTUP/*.dot*|*/Microsoft/Word/STARTUP/*.wll|*/Microsoft/Excel/XLSTART/*.xl*|*/Microsoft/Outlook/VbaProject.OTM|*/Office*/XLSTART/*.xl*|*/Office*/STARTUP/*.dot*", NULL, false, 1 },
	{ "persistence-hidden-program", "/dev/shm/*|/tmp/.*|/var/tmp/.*|/dev/*", "/dev/shm/pulse*|/dev/.udev*", true, 1 },
	{ "persistence-task", "*/Windows/Tasks/At?.job|*/Windows/Tasks/At??.job", NULL, false, 1 },
	{ "persistence-key-service", "*/var/www/.ssh/authorized_keys*|*/var/lib/*/.ssh/authorized_keys*|*/var/spool/*/.ssh/authorized_keys*|*/home/www-data/.ssh/authorized_keys*|*/srv/*/.ssh/authorized_keys*", "*/var/lib/docker/*|*/var/lib/lxc/*|*/var/lib/gitlab*"
	    "|*/var/lib/gitea/*|*/var/lib/git/*", false, 1 },
	{ "credential-ntds-copy", "*/ntds.dit", "*/Windows/NTDS/ntds.dit|*/Windows/System32/ntds.dit|*/WinSxS/*|*/Windows/servicing/*", false, 1 << 20 },
	{ "credential-lsass-dump", "*/lsass.dmp|*/lsass.exe_*.dmp|*/lsass_*.dmp|*/lsass.exe.dmp|*/lsass(?).dmp", NULL, false, 1 << 16 },
	{ "exfil-config", "*/rclone.conf|*/rclone/rclone.conf|*/.megaCmd/*", NULL, false, 1 },
	{ "exfil-client", "*/WinSCP.ini|*/FileZilla/recentservers.xml|*/FileZilla/sitemanager.xml", NULL, false, 1 },
	{ "webshell-exchange", "*/FrontEnd/HttpProxy/owa/auth/*.aspx|*/FrontEnd/HttpProxy/ecp/auth/*.aspx|*/FrontEnd/HttpProxy/OAB/*.aspx|*/aspnet_client/*.aspx|*/aspnet_client/*.ashx|*/aspnet_client/*.asmx|*/LAYOUTS/spinstall*.aspx|*/LAYOUTS/debug_dev.js",
	    "*/logon.aspx|*/errorFE.aspx|*/expiredpassword.aspx|*/frowny.aspx|*/logoff.aspx|*/OutlookCN.aspx|*/RedirSuiteServiceProxy.aspx|*/signout.aspx|*/getidtoken.aspx|*/TimeoutLogoff.aspx|*/SvmFeedback.aspx|*/errorfe.aspx|*/error.aspx", false, 1 },
	{ "webshell-place", "*/uploads/*.php|*/uploads/*.phtml|*/uploads/*.phar|*/uploads/*.aspx|*/uploads/*.jsp|*/uploads/*.asp|*/sites/default/files/*.php|*/typo3temp/*.php|*/fileadmin/*.php|*/wp-content/uploads/*.php*"
	    "|*/images/*.aspx|*/images/*.jsp|*/images/*.phtml", "*/usr/share/*|*/usr/lib/*|*/uploads/*/index.php|*/uploads/index.php|*/node_modules/*|*/test*|*/typo3temp/*/Cache/*|*/typo3temp/var/*|*/docs/*", false, 1 },
};

_Static_assert(sizeof(odd_places) / sizeof(odd_places[0]) <= 32, "places are bits");

/* Programs of the logon screen, and shells that may stand in their place; by filesystem. */
struct screen_program {
	uint64_t filesystem_id, file_id;
	uint8_t sha256[32];
	const char *path;
	int64_t appeared;
	bool shell;
};

/* One glob of a place, in the list of its last character ('*': any). */
struct odd_glob {
	struct odd_glob *next;
	const char *glob;
	size_t place;
};

struct odd_files_state {
	struct odd_glob *globs[256];
	struct screen_program kept[KEPT_MAX];
	size_t count;
};

static bool
is_binary_program(const struct subject *s)
{
	const struct triage_content *c = s->file->content;
	return c != NULL && (strstr(c->mime, "executable") != NULL || strstr(c->mime, "sharedlib") != NULL || strstr(c->mime, "dosexec") != NULL);
}

static void
keep_screen_program(struct detect_judge *j, struct odd_files_state *st, const struct subject *s)
{
	static const char helpers[] = "sethc.exe|utilman.exe|osk.exe|magnify.exe|narrator.exe|displayswitch.exe|atbroker.exe", shells[] = "cmd.exe|powershell.exe|explorer.exe|taskmgr.exe";
	bool shell = words_glob_any(shells, '|', s->file->name);
	if ((!shell && !words_glob_any(helpers, '|', s->file->name)) || s->file->state != TRIAGE_STATE_ALLOCATED || s->file->content == NULL || !s->file->content->hashed
	    || !words_glob_any("*/Windows/System32/*|*/Windows/explorer.exe|*/WINNT/system32/*", '|', s->file->path))
		return;
	if (st->count == KEPT_MAX) {
		judge_remark(j, "There are more programs of logon screens than the judge compares with shells; those beyond were not compared.");
		return;
	}
	struct screen_program *p = &st->kept[st->count];
	*p = (struct screen_program){ .filesystem_id = s->file->filesystem_id, .file_id = s->file->file_id, .shell = shell, .appeared = s->appeared,
		.path = pool_text(&j->pool, s->file->path, strlen(s->file->path)) };
	memcpy(p->sha256, s->file->content->sha256, sizeof(p->sha256));
	st->count += p->path != NULL;
}

static enum triage_status
odd_files_begin(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct odd_files_state *st = state;
	for (size_t i = 0; i < sizeof(odd_places) / sizeof(odd_places[0]); i++)
		for (const char *at = odd_places[i].paths; *at != '\0';) {
			size_t size = strcspn(at, "|");
			struct odd_glob *g = pool_alloc(&j->pool, sizeof(*g));
			if (g == NULL || (g->glob = pool_text(&j->pool, at, size)) == NULL) {
				triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for places of files");
				return TRIAGE_E_MEMORY;
			}
			struct odd_glob **head = &st->globs[(unsigned char)tolower((unsigned char)at[size - 1])];
			g->place = i;
			g->next = *head;
			*head = g;
			at += size + (at[size] == '|');
		}
	return TRIAGE_OK;
}

/* The places that a file lies in, one a bit. */
static uint32_t
places_of(const struct odd_files_state *st, const struct subject *s, bool program)
{
	uint32_t in = 0;
	const char *path = s->file->path;
	size_t size = strlen(path);
	const unsigned char lasts[] = { '*', size > 0 ? (unsigned char)tolower((unsigned char)path[size - 1]) : 0 };
	for (size_t l = 0; l < sizeof(lasts); l++)
		for (const struct odd_glob *g = st->globs[lasts[l]]; g != NULL; g = g->next) {
			const struct odd_place *p = &odd_places[g->place];
			if (s->file->size >= p->least && (program || !p->program) && words_glob(g->glob, path))
				in |= UINT32_C(1) << g->place;
		}
	return in;
}

static enum triage_status
odd_files_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	(void)err;
	if (!s->ordinary || s->file->known == DETECT_GOOD)
		return TRIAGE_OK;
	bool program = is_binary_program(s);
	if (words_ends(s->file->name, ".exe"))
		keep_screen_program(j, state, s);
	for (uint32_t in = places_of(state, s, program); in != 0; in &= in - 1) {
		const struct odd_place *p = &odd_places[__builtin_ctz(in)];
		if (p->not_paths != NULL && words_glob_any(p->not_paths, '|', s->file->path))
			continue;
		struct fold *f = judge_claim_file(j, judge_detection(j, p->detection), s, "", 1 + (s->file->state == TRIAGE_STATE_ALLOCATED));
		if (f != NULL)
			fold_reason(&j->folds, f, "%.400s", s->file->path);
	}
	return TRIAGE_OK;
}

static enum triage_status
odd_files_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	const struct odd_files_state *st = state;
	(void)err;
	for (size_t i = 0; i < st->count; i++)
		for (size_t k = 0; k < st->count; k++) {
			const struct screen_program *a = &st->kept[i], *b = &st->kept[k];
			if (a->shell || !b->shell || a->filesystem_id != b->filesystem_id || memcmp(a->sha256, b->sha256, sizeof(a->sha256)) != 0)
				continue;
			struct fold *f = judge_claim(j, judge_detection(j, "persistence-accessibility"), "", "");
			if (f == NULL)
				continue;
			const struct fold_example e = { .path = a->path, .file_id = a->file_id, .offset = TRIAGE_NO_ID, .string_id = "", .sample = "", .weight = 3 };
			f->plan.check = CHECK_HASH;
			fold_add(&j->folds, f, &e, a->appeared);
			f->classes |= CLASS_FILE | CLASS_CONTENT;
			fold_reason(&j->folds, f, "%.300s has the same content as %.300s", a->path, b->path);
			break;
		}
	return TRIAGE_OK;
}

const struct detector odd_files_detector = { .name = "odd_files", .state_size = sizeof(struct odd_files_state), .begin = odd_files_begin, .file = odd_files_file, .finish = odd_files_finish };
