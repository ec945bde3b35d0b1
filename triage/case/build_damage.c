/* build_damage.c - what the judge says of damage: by file, and summed over parts of the case. */
#include "triage/case/build.h"

enum triage_status
case_seal_damage(struct case_sealer *z, const struct case_damage_row *d, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = build_use(z, SEAL_DAMAGE, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, d->file_id);
	sql_bind_text(row, 2, d->damage);
	if (d->share >= 0)
		sqlite3_bind_double(row, 3, d->share);
	sql_bind_count(row, 4, d->cut);
	sql_bind_word(row, 5, d->reason);
	sqlite3_bind_int(row, 6, d->older_copy);
	return sql_run(&z->q, row, err);
}

enum triage_status
case_seal_damage_filesystem(struct case_sealer *z, uint64_t filesystem_id, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = build_use(z, SEAL_DAMAGE_FILESYSTEM, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, filesystem_id);
	return sql_run(&z->q, row, err);
}

enum triage_status
case_seal_damage_sum(struct case_sealer *z, const struct case_damage_sum *d, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = build_use(z, SEAL_DAMAGE_SUM, &row, err);
	if (st != TRIAGE_OK)
		return st;
	const uint64_t counts[] = { d->files, d->bytes, d->damaged_files, d->damaged_bytes, d->intact, d->whole, d->part, d->renamed, d->zeroed, d->unknown,
		d->older_copies };
	sql_bind_text(row, 1, d->scope);
	sql_bind_text(row, 2, d->name);
	if (d->filesystem_id != 0)
		sql_bind_id(row, 3, d->filesystem_id);
	sqlite3_bind_int64(row, 4, d->depth);
	for (int i = 0; i < (int)(sizeof(counts) / sizeof(counts[0])); i++)
		sql_bind_count(row, 5 + i, counts[i]);
	sql_bind_time(row, 16, d->first);
	sql_bind_time(row, 17, d->last);
	return sql_run(&z->q, row, err);
}
