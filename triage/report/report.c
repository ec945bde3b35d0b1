#include "triage/report/report.h"

#include "triage/base/buf.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORTER(id) extern const struct exporter id##_exporter;
#include "triage/report/exporters.def"
#undef EXPORTER

static const struct exporter *const exporters[] = {
#define EXPORTER(id) &id##_exporter,
#include "triage/report/exporters.def"
#undef EXPORTER
};

enum { PATH_ROOM = 1 << 16 };

size_t
exporter_count(void)
{
	return sizeof(exporters) / sizeof(exporters[0]);
}

const struct exporter *
exporter_at(size_t index)
{
	return index < exporter_count() ? exporters[index] : NULL;
}

const struct exporter *
exporter_named(const char *name)
{
	for (size_t i = 0; i < exporter_count(); i++)
		if (strcmp(exporters[i]->name, name) == 0)
			return exporters[i];
	return NULL;
}

const struct exporter *
exporter_of(const char *format)
{
	for (size_t i = 0; i < exporter_count(); i++)
		if (exporters[i]->format != NULL && strcmp(exporters[i]->format, format) == 0)
			return exporters[i];
	return NULL;
}

bool
exporter_is_second(const struct exporter *x)
{
	for (size_t i = 0; i < exporter_count(); i++)
		if (exporters[i]->pair == x)
			return true;
	return false;
}

static enum triage_status
create(const struct exporter *x, const char *folder, struct output **ret_output, struct triage_error *err)
{
	SCOPED_BUF path;
	buf_init(&path, PATH_ROOM);
	buf_format(&path, "%s/%s", folder, x->name);
	enum triage_status st = buf_check(&path, err);
	if (st == TRIAGE_OK)
		st = output_create(path.data, ret_output, err);
	if (st == TRIAGE_OK)
		output_no_digest(*ret_output);	/* the bag reads each file again */
	return st;
}

enum triage_status
report_export_pair(const struct exporter *x, struct case_reader *c, const struct report_options *options, const char *folder, struct triage_error *err)
{
	struct output *out = NULL, *second = NULL;
	if (x->pair == NULL)
		return report_export(x, c, options, folder, err);
	enum triage_status st = create(x, folder, &out, err);
	if (st == TRIAGE_OK)
		st = create(x->pair, folder, &second, err);
	if (st == TRIAGE_OK)
		st = x->write_pair(c, options, out, second, err);
	if (st == TRIAGE_OK)
		st = case_reader_status(c, err);
	if (st == TRIAGE_OK) {
		st = output_finish(out, NULL, err);
		out = NULL;
	}
	if (st != TRIAGE_OK) {
		output_abandon(out);
		output_abandon(second);
		return st;
	}
	return output_finish(second, NULL, err);
}

enum triage_status
report_export(const struct exporter *x, struct case_reader *c, const struct report_options *options, const char *folder, struct triage_error *err)
{
	struct output *out;
	SCOPED_BUF path;
	buf_init(&path, PATH_ROOM);
	buf_format(&path, "%s/%s", folder, x->name);
	enum triage_status st = buf_check(&path, err);
	if (st == TRIAGE_OK && x->write_folder != NULL)
		return x->write_folder(c, options, path.data, err);
	if (st == TRIAGE_OK)
		st = create(x, folder, &out, err);
	if (st != TRIAGE_OK)
		return st;
	st = x->write(c, options, out, err);
	if (st == TRIAGE_OK)
		st = case_reader_status(c, err);
	if (st != TRIAGE_OK) {
		output_abandon(out);
		return st;
	}
	return output_finish(out, NULL, err);
}

static enum triage_status
cannot_remove(const char *path, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot replace %s", path);
	return TRIAGE_E_IO;
}

enum triage_status
report_remove(const struct exporter *x, const char *folder, struct triage_error *err)
{
	struct stat info;
	SCOPED_BUF path;
	buf_init(&path, PATH_ROOM);
	buf_format(&path, "%s/%s", folder, x->name);
	enum triage_status st = buf_check(&path, err);
	if (st != TRIAGE_OK)
		return st;
	if (lstat(path.data, &info) != 0)
		return errno == ENOENT ? TRIAGE_OK : cannot_remove(path.data, err);
	if (!S_ISDIR(info.st_mode))
		return unlink(path.data) == 0 ? TRIAGE_OK : cannot_remove(path.data, err);
	DIR *dir = opendir(path.data);
	if (dir == NULL)
		return cannot_remove(path.data, err);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	return rmdir(path.data) == 0 ? TRIAGE_OK : cannot_remove(path.data, err);
}

enum triage_status
report_export_all(struct case_reader *c, const struct report_options *options, const char *folder, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < exporter_count() && st == TRIAGE_OK; i++)
		if (!exporters[i]->beside && !exporter_is_second(exporters[i]))
			st = report_export_pair(exporters[i], c, options, folder, err);
	return st == TRIAGE_OK ? output_sync_folder(folder, err) : st;
}
