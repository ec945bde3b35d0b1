/* fuzz_probe.c - partition tables and signatures of a medium. Input: pieces.h; variant: odd for sectors of 4,096 bytes. */
#include "tests/fuzz/pieces.h"
#include "tests/fuzz/told.h"

#include "triage/evidence/source.h"

int
fuzz_one_probe(const uint8_t *data, size_t size)
{
	static struct pieces p;
	static struct told t;
	struct triage_error err = { .text = "" };
	struct evidence_source source = { .kind = TRIAGE_EVIDENCE_RAW, .reader = &p.base };
	if (!pieces_open(&p, data, size))
		return 0;
	p.base.sector_size = p.variant % 2 != 0 ? 4096 : 512;
	told_begin(&t);
	struct evidence_sink sink = told_sink(&t);
	FUZZ_NEED(evidence_probe(&source, &sink, &err) == TRIAGE_OK);
	source_forget(&source);
	FUZZ_NEED(t.volumes > 0);
	told_end(&t);
	return 0;
}
FUZZ_MAIN(probe)
