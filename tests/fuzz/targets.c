/* targets.c - all targets in one unit, for tests/test_replay.c. */
#define FUZZ_REPLAY
#include "tests/fuzz/fuzz_apfs.c"
#include "tests/fuzz/fuzz_bundle.c"
#include "tests/fuzz/fuzz_carve.c"
#include "tests/fuzz/fuzz_case_db.c"
#include "tests/fuzz/fuzz_content.c"
#include "tests/fuzz/fuzz_custody.c"
#include "tests/fuzz/fuzz_disk.c"
#include "tests/fuzz/fuzz_ewf.c"
#include "tests/fuzz/fuzz_ext.c"
#include "tests/fuzz/fuzz_fat.c"
#include "tests/fuzz/fuzz_gate.c"
#include "tests/fuzz/fuzz_hash_list.c"
#include "tests/fuzz/fuzz_hash_set.c"
#include "tests/fuzz/fuzz_ioc.c"
#include "tests/fuzz/fuzz_ext_journal.c"
#include "tests/fuzz/fuzz_json.c"
#include "tests/fuzz/fuzz_layers.c"
#include "tests/fuzz/fuzz_lznt1.c"
#include "tests/fuzz/fuzz_ntfs.c"
#include "tests/fuzz/fuzz_probe.c"
#include "tests/fuzz/fuzz_rule_text.c"
#include "tests/fuzz/fuzz_sealed.c"
#include "tests/fuzz/fuzz_sigma.c"
#include "tests/fuzz/fuzz_structure.c"
#include "tests/fuzz/fuzz_table.c"
#include "tests/fuzz/fuzz_text.c"
#include "tests/fuzz/fuzz_town.c"
#include "tests/fuzz/fuzz_unpack.c"
#include "tests/fuzz/fuzz_wire.c"
#include "tests/fuzz/fuzz_xfs.c"

static const struct fuzz_target fuzz_targets[] = {
#define TARGET(name) { #name, fuzz_one_##name },
#include "tests/fuzz/targets.def"
#undef TARGET
};
enum { FUZZ_TARGETS = sizeof(fuzz_targets) / sizeof(fuzz_targets[0]) };
