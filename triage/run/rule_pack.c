#include "triage/run/rule_pack.h"

#include "triage/analyse/analyse.h"
#include "triage/analyse/pack.h"
#include "triage/base/digest.h"
#include "triage/base/output.h"
#include "triage/base/scoped.h"
#include "triage/base/when.h"
#include "triage/detect/detect.h"
#include "triage/detect/sigma.h"
#include "triage/report/cms.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM = PATH_MAX + 160, FOLDER_MODE = 0755, FILE_MODE = 0644 };

struct making {
	const char *folder;		/* the new one, beside the place */
	struct rule_pack_result *result;
};

/* --- versions --- */

static bool
is_version(const char *text)
{
	return text[0] >= '0' && text[0] <= '9' && text[strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz.-")] == '\0';
}

static void
version_of(const char *text, size_t size, char ret_version[RULE_VERSION_SIZE])
{
	size_t length = 0;
	while (length < size && length + 1 < RULE_VERSION_SIZE && text[length] != '\n' && text[length] != '\r' && text[length] != ' ')
		length++;
	memcpy(ret_version, text, length);
	ret_version[length] = '\0';
	if (!is_version(ret_version))
		ret_version[0] = '\0';
}

void
rule_pack_version(const char *folder, char ret_version[RULE_VERSION_SIZE])
{
	char path[ROOM], text[RULE_VERSION_SIZE];
	snprintf(path, sizeof(path), "%.4096s/VERSION", folder);
	SCOPED_FILE file = fopen(path, "re");
	size_t size = file != NULL ? fread(text, 1, sizeof(text), file) : 0;
	version_of(text, size, ret_version);
}

int
rule_pack_compare(const char *a, const char *b)
{
	return strverscmp(a, b);
}

/* Beside a pack that was taken although it is older: the version of the built-in rules that it was preferred to. */
static const char older_name[] = "OLDER";

bool
rule_pack_is_used(const char *updates, const char *built_in)
{
	char path[ROOM], text[RULE_VERSION_SIZE], preferred[RULE_VERSION_SIZE], update[RULE_VERSION_SIZE], own[RULE_VERSION_SIZE];
	rule_pack_version(updates, update);
	rule_pack_version(built_in, own);
	if (update[0] == '\0')
		return false;
	if (rule_pack_compare(update, own) > 0)
		return true;
	snprintf(path, sizeof(path), "%.4096s/%s", updates, older_name);
	SCOPED_FILE file = fopen(path, "re");
	size_t size = file != NULL ? fread(text, 1, sizeof(text), file) : 0;
	version_of(text, size, preferred);
	return size > 0 && strcmp(preferred, own) == 0;
}

/* --- reading --- */

static enum triage_status
read_file(const char *path, size_t most, struct buf *out, struct triage_error *err)
{
	char piece[1 << 15];
	size_t n;
	buf_init(out, most);
	SCOPED_FILE file = fopen(path, "re");
	if (file == NULL) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open %.300s", path);
		return TRIAGE_E_IO;
	}
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_put(out, piece, n);
	if (ferror(file) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot read %.300s", path);
		return TRIAGE_E_IO;
	}
	return buf_check(out, err);
}

static enum triage_status
check_signature(const struct rule_pack_plan *plan, const struct buf *pack, struct rule_pack_result *r, struct triage_error *err)
{
	char path[ROOM];
	struct cms_result signed_by;
	SCOPED_BUF der;
	buf_init(&der, CMS_FILE_MAX);
	snprintf(path, sizeof(path), "%.4096s%s", plan->signature != NULL ? plan->signature : plan->pack, plan->signature != NULL ? "" : ".p7s");
	if (plan->trust == NULL) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "whose packs are taken? --trust CERT.pem");
		return TRIAGE_E_USAGE;
	}
	enum triage_status st = read_file(path, CMS_FILE_MAX, &der, err);
	if (st == TRIAGE_OK)
		st = cms_check(der.data, der.size, pack->data, pack->size, plan->trust, when_now(), &signed_by, err);
	if (st != TRIAGE_OK)
		return st;
	snprintf(r->who, sizeof(r->who), "%s", signed_by.who);
	if (signed_by.trust == CMS_TRUSTED)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the pack is signed by %.100s, who is not trusted: %.100s", signed_by.who, signed_by.why);
	return TRIAGE_E_FORMAT;
}

/* --- making --- */

static int
remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
	(void)info, (void)type, (void)at;
	return remove(path);
}

static void
remove_folder(const char *folder)
{
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static enum triage_status
fail_made(const char *path, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot make %.300s (-o says another place)", path);
	return TRIAGE_E_IO;
}

static enum triage_status
make_folder(const char *path, struct triage_error *err)
{
	enum triage_status st = output_folder(path, err);
	/* rules are no secret: every user of this machine may read them */
	return st == TRIAGE_OK && chmod(path, FOLDER_MODE) != 0 ? fail_made(path, err) : st;
}

static enum triage_status
put_file(void *ctx, const char *name, const void *bytes, size_t size, struct triage_error *err)
{
	struct making *m = ctx;
	struct output *out;
	char path[ROOM];
	snprintf(path, sizeof(path), "%.4096s/%s", m->folder, name);
	enum triage_status st = output_create(path, &out, err);
	if (st != TRIAGE_OK)
		return st;
	output_put(out, bytes, size);
	st = output_finish(out, NULL, err);
	chmod(path, FILE_MODE);
	m->result->files++;
	if (strcmp(name, "VERSION") == 0)
		version_of(bytes, size, m->result->version);
	return st;
}

static enum triage_status
unpack(const struct buf *pack, const char *folder, struct rule_pack_result *r, struct triage_error *err)
{
	static const char *const folders[] = { "/yara", "/sigma" };
	struct making m = { .folder = folder, .result = r };
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && st == TRIAGE_OK; i++) {
		char path[ROOM];
		snprintf(path, sizeof(path), "%.4096s%s", folder, folders[i]);
		st = make_folder(path, err);
	}
	if (st == TRIAGE_OK)
		st = pack_read(pack->data, pack->size, put_file, &m, err);
	if (st == TRIAGE_OK && r->version[0] == '\0') {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the pack has no version: a file VERSION with a number such as 2026.11.28");
		st = TRIAGE_E_FORMAT;
	}
	return st;
}

/* --- does it load --- */

static enum triage_status
refuse(struct triage_error *err, const char *path, const char *why)
{
	const char *name = strrchr(path, '/');
	triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%.80s of the pack does not load: %.200s", name != NULL ? name + 1 : path, why);
	return TRIAGE_E_USAGE;
}

static enum triage_status
load_yara(const char *folder, size_t *ret_rules, struct triage_error *err)
{
	char path[ROOM];
	struct analyse_set *set;
	snprintf(path, sizeof(path), "%.4096s/yara", folder);
	const char *const paths[] = { path };
	const struct analyse_config config = { .rule_paths = paths, .rule_path_count = 1 };
	enum triage_status st = analyse_load(&config, &set, err);
	if (st != TRIAGE_OK)
		return st;
	for (size_t i = 0; i < analyse_file_count(set) && st == TRIAGE_OK; i++)
		if (analyse_file(set, i)->error[0] != '\0')
			st = refuse(err, analyse_file(set, i)->path, analyse_file(set, i)->error);
	*ret_rules = analyse_rule_count(set);
	analyse_free(set);
	return st;
}

static enum triage_status
load_tables(const char *folder, size_t *ret_rules, struct triage_error *err)
{
	char path[ROOM];
	struct detect_tables *tables;
	snprintf(path, sizeof(path), "%.4096s/sigma", folder);
	const char *const paths[] = { path };
	const struct detect_config config = { .tables = folder, .sigma = paths, .sigma_count = 1, .sigma_own = path };
	enum triage_status st = detect_load(&config, &tables, err);
	if (st != TRIAGE_OK)
		return st;
	const struct sigma_set *set = detect_sigma(tables);
	for (size_t i = 0; set != NULL && i < sigma_file_count(set) && st == TRIAGE_OK; i++)
		if (sigma_file(set, i)->error[0] != '\0')
			st = refuse(err, sigma_file(set, i)->path, sigma_file(set, i)->error);
	*ret_rules = set != NULL ? sigma_rule_count(set) : 0;
	detect_free(tables);
	return st;
}

/* --- the change --- */

/* What is moved away or removed is rules, and no folder of somebody's that happens to have such a name. */
static enum triage_status
check_place(const char *into, struct triage_error *err)
{
	static const char *const endings[] = { "", ".old" };
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		char path[ROOM], version[RULE_VERSION_SIZE];
		struct stat info;
		snprintf(path, sizeof(path), "%.4096s%s", into, endings[i]);
		rule_pack_version(path, version);
		if (version[0] != '\0' || lstat(path, &info) != 0)
			continue;
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%.300s exists and is no folder of rules; -o says another place", path);
		return TRIAGE_E_USAGE;
	}
	return TRIAGE_OK;
}

static enum triage_status
change(const char *made, const char *into, struct triage_error *err)
{
	char old[ROOM];
	struct stat info;
	snprintf(old, sizeof(old), "%.4096s.old", into);
	remove_folder(old);
	/* in one step where the filesystem can, else in two, between which the built-in rules are used */
	bool was = lstat(into, &info) == 0, exchanged = was && renameat2(AT_FDCWD, made, AT_FDCWD, into, RENAME_EXCHANGE) == 0;
	bool fine = exchanged ? rename(made, old) == 0 : (!was || rename(into, old) == 0) && rename(made, into) == 0;
	if (fine)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot put the rules into %.300s", into);
	/* what was there is back in its place, or never left it */
	(void)(exchanged ? renameat2(AT_FDCWD, made, AT_FDCWD, into, RENAME_EXCHANGE) : was ? rename(old, into) : 0);
	return TRIAGE_E_IO;
}

/* Versions never go back without a word. */
static enum triage_status
check_version(const struct rule_pack_plan *plan, struct rule_pack_result *r, struct triage_error *err)
{
	rule_pack_version(plan->in_use, r->before);
	int order = rule_pack_compare(r->version, r->before);
	r->unchanged = order == 0;
	if (order >= 0 || plan->older)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the pack is of version %s, the rules that it would replace of %s: nothing was changed; --older takes it all the same", r->version, r->before);
	return TRIAGE_E_USAGE;
}

static enum triage_status
take_pack(const struct rule_pack_plan *plan, const struct buf *pack, const char *into, const char *made, struct rule_pack_result *r, struct triage_error *err)
{
	size_t yara = 0, sigma = 0;
	enum triage_status st = unpack(pack, made, r, err);
	if (st == TRIAGE_OK)
		st = check_version(plan, r, err);
	if (st != TRIAGE_OK || r->unchanged)
		return st;
	st = load_yara(made, &yara, err);
	if (st == TRIAGE_OK)
		st = load_tables(made, &sigma, err);
	r->rules = yara + sigma;
	char own[RULE_VERSION_SIZE];
	rule_pack_version(plan->built_in, own);
	struct making m = { .folder = made, .result = r };
	if (st == TRIAGE_OK && plan->older && rule_pack_compare(r->version, own) <= 0)
		st = put_file(&m, older_name, own, strlen(own), err);
	return st == TRIAGE_OK ? change(made, into, err) : st;
}

enum triage_status
rule_pack_update(const struct rule_pack_plan *plan, struct rule_pack_result *ret_result, struct triage_error *err)
{
	char into[PATH_MAX], made[ROOM];
	SCOPED_BUF pack;
	*ret_result = (struct rule_pack_result){ 0 };
	buf_init(&pack, PACK_BYTES_MAX);
	snprintf(into, sizeof(into), "%s", plan->into);
	for (size_t n = strlen(into); n > 1 && into[n - 1] == '/'; n--)
		into[n - 1] = '\0';
	snprintf(made, sizeof(made), "%s.new-XXXXXX", into);
	enum triage_status st = check_place(into, err);
	if (st == TRIAGE_OK)
		st = digest_setup(err);
	if (st == TRIAGE_OK)
		st = read_file(plan->pack, PACK_BYTES_MAX, &pack, err);
	if (st == TRIAGE_OK)
		st = check_signature(plan, &pack, ret_result, err);
	if (st != TRIAGE_OK)
		return st;
	/* /var/lib/triage, at the first update; what else is missing shows when the folder is made */
	char above[ROOM];
	snprintf(above, sizeof(above), "%s", into);
	char *slash = strrchr(above, '/');
	if (slash != NULL && slash != above) {
		*slash = '\0';
		if (mkdir(above, FOLDER_MODE) != 0 && errno != EEXIST)
			return fail_made(above, err);
	}
	if (mkdtemp(made) == NULL || chmod(made, FOLDER_MODE) != 0)
		return fail_made(made, err);
	st = take_pack(plan, &pack, into, made, ret_result, err);
	remove_folder(made);
	return st;
}
