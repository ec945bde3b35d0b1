/* fuzz_ext_journal.c - the journal of an ext volume: its index, every copy in it. Input: pieces.h. */
#include "tests/fuzz/pieces.h"

#include "triage/evidence/ext.h"
#include "triage/evidence/ext_journal.h"
#include "triage/evidence/fs.h"
#include "triage/evidence/source.h"

int
fuzz_one_ext_journal(const uint8_t *data, size_t size)
{
	static struct pieces p;
	static uint8_t block[64 << 10];
	struct triage_error err = { .text = "" };
	struct evidence_source source = { .kind = TRIAGE_EVIDENCE_RAW, .reader = &p.base };
	struct evidence_fs *fs;
	if (!pieces_open(&p, data, size))
		return 0;
	const struct triage_filesystem info = { .type = "ext4", .length = p.base.size, .label = "", .uuid = "" };
	if (evidence_fs_open(&source, &info, &fs, &err) != TRIAGE_OK)
		return 0;
	struct ext *x = fs->state;
	FUZZ_NEED(ext_journal_load(x, &err) == TRIAGE_OK && x->journal != NULL);
	const struct ext_journal *j = x->journal;
	for (size_t i = 0; i < j->count && i < 256; i++) {
		const struct ext_logged *rows;
		size_t count = ext_journal_copies(j, j->rows[i].block, UINT32_MAX, &rows);
		FUZZ_NEED(count > 0 && rows >= j->rows && rows + count <= j->rows + j->count);
		FUZZ_NEED(i == 0 || j->rows[i - 1].block <= j->rows[i].block);
		ext_journal_read(x, &j->rows[i], 0, block, x->block < sizeof(block) ? x->block : sizeof(block));
		ext_journal_place(j, j->rows[i].at, x->block);
	}
	evidence_fs_close(fs);
	return 0;
}
FUZZ_MAIN(ext_journal)
