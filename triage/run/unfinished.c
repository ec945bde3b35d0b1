#include "triage/run/unfinished.h"

#include "triage/base/digest.h"
#include "triage/base/output.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/case/store.h"
#include "triage/report/bag_inside.h"
#include "triage/report/report.h"
#include "triage/run/work.h"

#include <triage/run.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEAL = 65, ROOM = PATH_MAX + 64 };

static enum triage_status
fail_io(const char *what, const char *path, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "%s %s", what, path);
	return TRIAGE_E_IO;
}

/* The database is closed: what would have undone a cut is of no use any more. */
static void
forget_rollback(const char *folder, const char *name)
{
	char path[ROOM + 64];
	snprintf(path, sizeof(path), "%.4160s/%s-journal", folder, name);
	unlink(path);
}

/* The folder moves as it is: nothing is copied, and whatever moment a run is cut off at, the journal is in one of the two places. */
enum triage_status
unfinished_keep(struct supervisor *s, struct triage_error *err)
{
	char to[ROOM];
	case_close(s->store);
	s->store = NULL;
	forget_rollback(s->work, "journal.db");
	work_forget_leftovers(s->work);
	snprintf(to, sizeof(to), "%s/data/unfinished", s->bundle);
	if (rename(s->work, to) != 0)
		return fail_io("cannot keep the journal as", to, err);
	return output_sync_folder(s->bundle, err);
}

static bool
is_there(const char *bundle, const char *name, char path[ROOM])
{
	struct stat info;
	snprintf(path, ROOM, "%.4096s/%s", bundle, name);
	return lstat(path, &info) == 0;
}

/* Cut off between the move and the seal: as if it had not been moved. */
static enum triage_status
move_back(const char *bundle, struct triage_error *err)
{
	char from[ROOM], to[ROOM];
	snprintf(from, sizeof(from), "%.4096s/data/unfinished", bundle);
	snprintf(to, sizeof(to), "%.4096s/work", bundle);
	return rename(from, to) == 0 ? TRIAGE_END : fail_io("cannot take up the journal of", bundle, err);
}

static void
remove_begun(const char *output)
{
	static const char *const names[] = { "work/arguments", "work/journal.part", "work/journal.part-journal", "work/journal.db", "work", "data", "" };
	char path[ROOM];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%.4096s/%s", output, names[i]);
		remove(path);
	}
}

static enum triage_status
make_folders(const char *output, struct triage_error *err)
{
	static const char *const names[] = { "data", "work" };
	struct stat info;
	if (lstat(output, &info) == 0) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%s exists already; give another place with -o", output);
		return TRIAGE_E_USAGE;
	}
	enum triage_status st = output_folder(output, err);
	if (st != TRIAGE_OK)
		return st;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && st == TRIAGE_OK; i++) {
		char path[ROOM];
		snprintf(path, sizeof(path), "%.4096s/%s", output, names[i]);
		st = output_folder(path, err);
	}
	if (st != TRIAGE_OK)
		remove_begun(output);
	return st;
}

/* The journal as it was when the time was up, with one act more: that it was taken up, and out of which bundle. */
static enum triage_status
tell(const char *journal, const char *sealed, const char *seal, struct triage_error *err)
{
	struct case_store *store;
	SCOPED_BUF detail;
	buf_init(&detail, 1 << 16);
	buf_text(&detail, "{\"bundle\":");
	text_json_string(&detail, text_base_name(sealed));
	buf_format(&detail, ",\"seal\":\"%s\"}", seal);
	enum triage_status st = buf_check(&detail, err);
	if (st == TRIAGE_OK)
		st = case_resume(journal, &store, err);
	if (st != TRIAGE_OK)
		return st;
	st = case_unconclude(store, err);
	if (st == TRIAGE_OK)
		st = case_custody(store, "triage", "taken-up", buf_cstr(&detail), err);
	if (st == TRIAGE_OK)
		st = case_commit(store, err);
	case_close(store);
	return st;
}

/* Under its own name only when it is whole: before that nothing takes the new folder for a run. */
static enum triage_status
copy(const char *sealed, const char *output, const char *seal, struct triage_error *err)
{
	char from[ROOM], part[ROOM], to[ROOM];
	enum triage_status st = TRIAGE_OK;
	snprintf(to, sizeof(to), "%.4096s/work/arguments", output);
	if (is_there(sealed, "data/unfinished/arguments", from))
		st = output_copy(from, to, err);
	snprintf(from, sizeof(from), "%.4096s/data/unfinished/journal.db", sealed);
	snprintf(part, sizeof(part), "%.4096s/work/journal.part", output);
	snprintf(to, sizeof(to), "%.4096s/work/journal.db", output);
	if (st == TRIAGE_OK)
		st = output_copy(from, part, err);
	if (st == TRIAGE_OK)
		st = tell(part, sealed, seal, err);
	if (st != TRIAGE_OK)
		return st;
	snprintf(from, sizeof(from), "%.4096s/work", output);
	forget_rollback(from, "journal.part");
	return rename(part, to) == 0 ? TRIAGE_OK : fail_io("cannot write", to, err);
}

enum triage_status
triage_take_up(const char *bundle, const char *output, triage_may_lie *may_lie, void (*tell_difference)(void *ctx, const char *line), void *ctx, char *ret_output,
    struct triage_error *err)
{
	char path[ROOM], seal[SEAL];
	uint64_t size;
	const struct verify_options options = { .tell = tell_difference, .ctx = ctx };
	if (!is_there(bundle, "data/unfinished/journal.db", path))
		return TRIAGE_END;
	if (!is_there(bundle, BAG_TAG_MANIFEST, path))
		return move_back(bundle, err);
	int length = output != NULL ? snprintf(ret_output, TRIAGE_BUNDLE_PATH, "%s", output) : snprintf(ret_output, TRIAGE_BUNDLE_PATH, "%s-more", bundle);
	if (length < 0 || length >= TRIAGE_BUNDLE_PATH - 100) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the name of the bundle is too long");
		return TRIAGE_E_USAGE;
	}
	enum triage_status st = digest_setup(err);
	if (st == TRIAGE_OK)
		st = bag_verify(bundle, &options, err);
	if (st == TRIAGE_OK)
		st = bag_hash(bundle, BAG_TAG_MANIFEST, seal, &size, err);
	if (st == TRIAGE_OK && !may_lie(ctx, ret_output)) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the run of %s does not go on in %s", bundle, ret_output);
		st = TRIAGE_E_USAGE;
	}
	if (st == TRIAGE_OK)
		st = make_folders(ret_output, err);
	if (st != TRIAGE_OK)
		return st;
	st = copy(bundle, ret_output, seal, err);
	if (st != TRIAGE_OK)
		remove_begun(ret_output);
	return st;
}
