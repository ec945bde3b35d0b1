/*
 * root_rights.c - programs that run as root whoever starts them (set-user-id of root, POSIX mode 04000), where none belongs.
 *
 * A shell or an interpreter with this bit is a way back for whoever put it there. Others are told by their place, and, on a system whose packages are
 * known, by that no package brought them. What lies in the layers of containers belongs to another system, of which no packages are known.
 */
#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include <string.h>

enum { SET_USER_ID = 04000, MAY_RUN = 0111 };

static const char shells[] = "bash|sh|dash|ash|zsh|ksh|tcsh|fish|rbash|python|python?|python?.*|perl|perl5.*|ruby|ruby?.*|php|php?.*|lua|lua5.*|node|find|vi|vim|vim.*|nano|awk|gawk|mawk|gdb|nmap|socat|cp|dd|tar|env";
static const char open_places[] = "/tmp/*|/var/tmp/*|/dev/*|/run/shm/*|/home/*|/var/www/*|/srv/www/*|/srv/http/*|*/.*";
static const char containers[] = "/var/lib/docker/*|/var/lib/containerd/*|/var/lib/containers/*|/var/lib/lxc/*|/var/lib/lxd/*|/var/lib/machines/*|/var/snap/*|/snap/*|/var/lib/snapd/*|/var/lib/flatpak/*|/nix/store/*|/gnu/store/*"
    "|*/.local/share/containers/*|*/.local/share/docker/*|*/.local/share/flatpak/*|*/chrome-sandbox";
/* A whole system in a folder of its own: a build, a copy, another root. */
static const char systems[] = "/?*/bin/*|/?*/sbin/*|/?*/lib/*|/?*/lib64/*|/?*/libexec/*";

/* The claim that the file supports, NULL for none. */
static const struct detection *
claim_of(struct detect_judge *j, const struct detect_file *f)
{
	if (words_glob_any(shells, '|', f->name))
		return judge_detection(j, "account-root-shell");
	if (words_glob_any(containers, '|', f->path))
		return NULL;
	if (words_glob_any(open_places, '|', f->path))
		return words_glob_any(systems, '|', f->path) ? NULL : judge_detection(j, "persistence-root-program");
	return f->packaged >= JUDGE_PACKAGED_ENOUGH && f->package[0] == '\0' ? judge_detection(j, "persistence-root-unowned") : NULL;
}

static enum triage_status
root_rights_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	const struct detect_file *f = s->file;
	(void)state, (void)err;
	if ((f->mode & SET_USER_ID) == 0 || (f->mode & MAY_RUN) == 0 || f->uid != 0 || f->kind != TRIAGE_FILE_REGULAR || f->state != TRIAGE_STATE_ALLOCATED || !s->ordinary)
		return TRIAGE_OK;
	const struct detection *claim = claim_of(j, f);
	struct fold *fold = claim != NULL ? judge_claim_file(j, claim, s, "", 2) : NULL;
	if (fold != NULL)
		fold_reason(&j->folds, fold, "%.400s, mode %04o", f->path, (unsigned)f->mode & 07777);
	return TRIAGE_OK;
}

const struct detector root_rights_detector = { .name = "root_rights", .file = root_rights_file };
