#include "triage/detect/tables.h"

#include "triage/base/buf.h"
#include "triage/base/scoped.h"
#include "triage/detect/sigma.h"

#include <math.h>
#include <string.h>

static const char *const table_files[TABLE_COUNT] = {
	[TABLE_NOTES] = "ransom_notes.tsv", [TABLE_EXTENSIONS] = "ransom_extensions.tsv", [TABLE_TYPES] = "extension_types.tsv",
	[TABLE_PRIORITIES] = "priorities.tsv", [TABLE_SCORES] = "scores.tsv", [TABLE_DETECTIONS] = "detections.tsv", [TABLE_SIGNS] = "signs.tsv",
	[TABLE_COMMANDS] = "commands.tsv", [TABLE_PLACES] = "persistence.tsv", [TABLE_TOOLS] = "remote_tools.tsv", [TABLE_DRIVERS] = "loldrivers.tsv", [TABLE_TACTICS] = "tactics.tsv",
	[TABLE_DECRYPTORS] = "decryptors.tsv", [TABLE_KEEP] = "keep.tsv",
};

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the tables of the judge");
	return TRIAGE_E_MEMORY;
}

static enum triage_status
load_names(struct name_rules *names, const struct table *table, const char *path, struct triage_error *err)
{
	size_t pattern = table_column(table, "pattern"), family = table_column(table, "family"), strength = table_column(table, "strength");
	size_t keeps = table_column(table, "keeps"), count = table_rows(table);
	if (pattern == SIZE_MAX || family == SIZE_MAX || strength == SIZE_MAX) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "table %s needs the columns pattern, family and strength", path);
		return TRIAGE_E_FORMAT;
	}
	names->rules = calloc(count + 1, sizeof(*names->rules));
	if (names->rules == NULL)
		return no_memory(err);
	for (size_t i = 0; i < count; i++) {
		const char *word = table_cell(table, i, strength), *glob = table_cell(table, i, pattern);
		bool strong = strcmp(word, "strong") == 0;
		if (glob[0] == '\0' || (!strong && strcmp(word, "weak") != 0)) {
			triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "table %s row %zu (%s): strength is %s, not strong or weak", path, i + 1, glob, word);
			return TRIAGE_E_FORMAT;
		}
		names->rules[names->count++] = (struct name_rule){ .pattern = glob, .family = table_cell(table, i, family), .strong = strong,
			.keeps = strcmp(table_cell(table, i, keeps), "yes") == 0 };
		enum triage_status st = name_set_add(&names->set, glob, (uint32_t)i, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

static enum triage_status
index_table(struct detect_tables *t, enum detect_table which, const char *path, struct triage_error *err)
{
	const struct table *table = t->tables[which];
	switch (which) {
	case TABLE_NOTES:
		return load_names(&t->notes, table, path, err);
	case TABLE_EXTENSIONS:
		return load_names(&t->extensions, table, path, err);
	case TABLE_TYPES:
		return file_types_load(&t->types, table, path, err);
	case TABLE_PRIORITIES:
		return rank_load(&t->ranks, table, path, err);
	case TABLE_SCORES:
		return scores_load(&t->scores, table, path, err);
	case TABLE_DETECTIONS:
		return detections_load(&t->detections, table, path, err);
	case TABLE_SIGNS:
		return signs_load(&t->signs, &t->detections, table, path, err);
	case TABLE_COMMANDS:
		return commands_load(&t->commands, &t->detections, table, path, err);
	case TABLE_PLACES:
		return places_load(&t->places, &t->detections, table, path, err);
	case TABLE_TOOLS:
		return tools_load(&t->tools, table, path, err);
	case TABLE_DRIVERS:
		return drivers_load(&t->drivers, table, path, err);
	case TABLE_TACTICS:
		return tactics_load(&t->tactics, table, path, err);
	case TABLE_DECRYPTORS:
		return recovery_load_decryptors(&t->recovery, table, path, err);
	case TABLE_KEEP:
		return recovery_load_keeps(&t->recovery, table, path, err);
	case TABLE_COUNT:
		break;
	}
	return TRIAGE_OK;
}

static enum triage_status
add_source(struct detect_tables *t, const char *path, const char *sha256, size_t rows, struct triage_error *err)
{
	struct detect_source *sources = realloc(t->sources, (t->source_count + 1) * sizeof(*sources));
	if (sources == NULL)
		return no_memory(err);
	t->sources = sources;
	sources[t->source_count] = (struct detect_source){ .path = strdup(path), .rows = rows };
	memcpy(sources[t->source_count].sha256, sha256, sizeof(sources->sha256));
	return sources[t->source_count++].path != NULL ? TRIAGE_OK : no_memory(err);
}

static enum triage_status
load_tables(struct detect_tables *t, const char *folder, struct triage_error *err)
{
	SCOPED_BUF path;
	buf_init(&path, 1 << 16);
	for (unsigned which = 0; which < TABLE_COUNT; which++) {
		buf_clear(&path);
		buf_format(&path, "%s/%s", folder, table_files[which]);
		enum triage_status st = buf_check(&path, err);
		if (st == TRIAGE_OK)
			st = table_load(buf_cstr(&path), &t->tables[which], err);
		if (st == TRIAGE_OK)
			st = index_table(t, (enum detect_table)which, buf_cstr(&path), err);
		if (st == TRIAGE_OK)
			st = add_source(t, buf_cstr(&path), table_sha256(t->tables[which]), table_rows(t->tables[which]), err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

static enum triage_status
load_set(struct detect_tables *t, struct hash_set **sets, size_t *set_count, const char *path, struct triage_error *err)
{
	struct hash_set *grown = reallocarray(*sets, *set_count + 1, sizeof(*grown));
	if (grown == NULL)
		return no_memory(err);
	*sets = grown;
	enum triage_status st = hash_set_open(path, &grown[*set_count], err);
	if (st != TRIAGE_OK)
		return st;
	const struct hash_set *set = &grown[(*set_count)++];
	if (set->kind == HASH_SET_BLOOM && sets == &t->bad_sets) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "hash set %s is a Bloom filter: it takes some files for others, and no file is called bad by chance", path);
		return TRIAGE_E_FORMAT;
	}
	uint64_t rows = set->elements + set->counts[DIGEST_MD5] + set->counts[DIGEST_SHA1] + set->counts[DIGEST_SHA256];
	return add_source(t, path, set->sha256, (size_t)rows, err);
}

static enum triage_status
load_lists(struct detect_tables *t, struct hash_list *list, const char *const *paths, size_t count, struct triage_error *err)
{
	bool good = list == &t->good;
	for (size_t i = 0; i < count; i++) {
		struct hash_list_facts facts;
		enum hash_set_kind kind = hash_set_kind_of(paths[i]);
		if (kind == HASH_SET_SORTED || kind == HASH_SET_BLOOM) {
			enum triage_status st = load_set(t, good ? &t->good_sets : &t->bad_sets, good ? &t->good_set_count : &t->bad_set_count, paths[i], err);
			if (st != TRIAGE_OK)
				return st;
			continue;
		}
		enum triage_status st = hash_list_add(list, paths[i], &facts, err);
		if (st == TRIAGE_OK)
			st = add_source(t, paths[i], facts.sha256, facts.digests, err);
		if (st != TRIAGE_OK)
			return st;
	}
	hash_list_finish(list);
	return TRIAGE_OK;
}

static enum triage_status
load_iocs(struct detect_tables *t, const char *const *paths, size_t count, struct triage_error *err)
{
	ioc_store_init(&t->iocs);
	for (size_t i = 0; i < count; i++) {
		enum triage_status st = ioc_store_read(&t->iocs, paths[i], err);
		const struct ioc_list *list = st == TRIAGE_OK ? ioc_list_at_hand(&t->iocs) : NULL;
		if (st == TRIAGE_OK)
			st = add_source(t, paths[i], list->sha256, list->taken, err);
		if (st != TRIAGE_OK)
			return st;
	}
	ioc_store_finish(&t->iocs);
	return TRIAGE_OK;
}

enum triage_status
detect_load(const struct detect_config *config, struct detect_tables **ret_tables, struct triage_error *err)
{
	enum triage_status st = digest_setup(err);
	if (st != TRIAGE_OK)
		return st;
	struct detect_tables *t = calloc(1, sizeof(*t));
	if (t == NULL)
		return no_memory(err);
	st = load_tables(t, config->tables, err);
	if (st == TRIAGE_OK)
		st = load_lists(t, &t->good, config->known_good, config->known_good_count, err);
	if (st == TRIAGE_OK)
		st = load_lists(t, &t->bad, config->known_bad, config->known_bad_count, err);
	const struct sigma_config sigma = { .tables = config->tables, .paths = config->sigma, .path_count = config->sigma_count, .own = config->sigma_own };
	if (st == TRIAGE_OK && config->sigma_count > 0)
		st = sigma_load(&sigma, &t->sigma, err);
	if (st == TRIAGE_OK)
		st = load_iocs(t, config->iocs, config->ioc_count, err);
	if (st == TRIAGE_OK && config->town != NULL)
		st = town_load(config->town, &t->town, err);
	if (st == TRIAGE_OK && t->town != NULL)
		st = add_source(t, config->town, t->town->sha256, t->town->items, err);
	if (st != TRIAGE_OK) {
		detect_free(t);
		return st;
	}
	*ret_tables = t;
	return TRIAGE_OK;
}

void
detect_free(struct detect_tables *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->source_count; i++)
		free(t->sources[i].path);
	free(t->sources);
	sigma_free(t->sigma);
	hash_list_release(&t->good);
	hash_list_release(&t->bad);
	for (size_t i = 0; i < t->good_set_count; i++)
		hash_set_close(&t->good_sets[i]);
	for (size_t i = 0; i < t->bad_set_count; i++)
		hash_set_close(&t->bad_sets[i]);
	free(t->good_sets);
	free(t->bad_sets);
	ioc_store_release(&t->iocs);
	town_free(t->town);
	rank_release(&t->ranks);
	detections_release(&t->detections);
	signs_release(&t->signs);
	commands_release(&t->commands);
	places_release(&t->places);
	tools_release(&t->tools);
	drivers_release(&t->drivers);
	recovery_release(&t->recovery);
	file_types_release(&t->types);
	name_set_release(&t->notes.set);
	name_set_release(&t->extensions.set);
	free(t->notes.rules);
	free(t->extensions.rules);
	for (size_t i = 0; i < TABLE_COUNT; i++)
		table_free(t->tables[i]);
	free(t);
}

void
detect_sources(const struct detect_tables *tables, void (*each)(void *ctx, const char *path, const char *sha256, size_t rows), void *ctx)
{
	for (size_t i = 0; i < tables->source_count; i++)
		each(ctx, tables->sources[i].path, tables->sources[i].sha256, tables->sources[i].rows);
	if (tables->sigma != NULL)
		sigma_tables(tables->sigma, each, ctx);
}

const struct sigma_set *
detect_sigma(const struct detect_tables *tables)
{
	return tables->sigma;
}

unsigned
detect_rank(const struct detect_tables *tables, const char *path)
{
	return rank_of(&tables->ranks, path);
}

static bool
list_has(const struct hash_list *list, const uint8_t *md5, const uint8_t *sha1, const uint8_t *sha256)
{
	return (sha256 != NULL && hash_list_has(list, DIGEST_SHA256, sha256)) || (sha1 != NULL && hash_list_has(list, DIGEST_SHA1, sha1)) ||
	    (md5 != NULL && hash_list_has(list, DIGEST_MD5, md5));
}

static bool
sets_have(const struct hash_set *sets, size_t count, const uint8_t *md5, const uint8_t *sha1, const uint8_t *sha256)
{
	for (size_t i = 0; i < count; i++)
		if ((sha256 != NULL && hash_set_has(&sets[i], DIGEST_SHA256, sha256)) || (sha1 != NULL && hash_set_has(&sets[i], DIGEST_SHA1, sha1)) ||
		    (md5 != NULL && hash_set_has(&sets[i], DIGEST_MD5, md5)))
			return true;
	return false;
}

/* The chance that a file is wrongly called good: that of all Bloom filters together. */
double
detect_false_positives(const struct detect_tables *tables)
{
	double none = 0;		/* logarithm: the chances may be tiny */
	for (size_t i = 0; i < tables->good_set_count; i++)
		none += log1p(-hash_set_false_positives(&tables->good_sets[i]));
	return -expm1(none);
}

void
detect_town_text(const struct detect_tables *tables, struct buf *out)
{
	if (tables->town != NULL)
		town_text(tables->town, out);
}

enum detect_known
detect_known(const struct detect_tables *tables, const uint8_t *md5, const uint8_t *sha1, const uint8_t *sha256)
{
	if (list_has(&tables->bad, md5, sha1, sha256) || sets_have(tables->bad_sets, tables->bad_set_count, md5, sha1, sha256))
		return DETECT_BAD;
	return list_has(&tables->good, md5, sha1, sha256) || sets_have(tables->good_sets, tables->good_set_count, md5, sha1, sha256) ? DETECT_GOOD : DETECT_UNKNOWN;
}
