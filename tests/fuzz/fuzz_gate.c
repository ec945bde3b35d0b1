/* fuzz_gate.c - the gate names every rule that matches. Input: a stream; YARA itself says which rules match it. */
#include "tests/fuzz/targets.h"

#include "triage/analyse/gate.h"
#include "triage/analyse/rule_text.h"

enum { GATE_RULES = 32 };

static const char gate_text[] =
    "rule words { strings: $a = \"ransom\" $b = \"bitcoin\" nocase condition: $a and $b }\n"
    "rule in_wide { strings: $a = \"decrypt\" wide ascii $b = \"README\" wide condition: any of them }\n"
    "rule whole { strings: $a = \"shell\" fullword $b = \"ab\" condition: $a and #b > 2 }\n"
    "rule hex { strings: $a = { 4D 5A ?? 00 [2-6] ( FF | 00 01 ) } $b = { E8 ?? 02 0? ?? } condition: $a at 0 or $b }\n"
    "rule regex { strings: $a = /pass(word|wd)?[ =:]{1,3}[a-z0-9]{2,8}/ nocase $b = /[0-9a-f]{8}-[0-9]+/ condition: $a or $b }\n"
    "rule xored { strings: $a = \"This program\" xor(1-255) $b = \"cmd.exe\" base64 condition: any of them }\n"
    "rule head { strings: $a = \"x\" condition: uint16(0) == 0x5a4d and $a and filesize < 4096 }\n"
    "rule bare { condition: uint32(0) == 0x464c457f }\n"
    "rule private_loop { strings: $a = \"AAAA\" $b = \"BBBB\" condition: for any i in (1..#a) : (@a[i] < @b) }\n"
    "rule not_there { strings: $a = \"zzz\" condition: not $a and filesize < 64 }\n"
    "rule two { strings: $s1 = \"one\" $s2 = \"two\" $s3 = \"three\" condition: 2 of ($s*) }\n";

struct gated {
	YR_RULES *rules;
	struct rule_text cut;
	struct gate *gate;
	struct gate_look *look;
};

struct gate_hits {
	const struct gated *g;
	uint32_t set;
};

static int
gate_hit(YR_SCAN_CONTEXT *context, int message, void *data, void *user)
{
	struct gate_hits *h = user;
	(void)context;
	if (message == CALLBACK_MSG_RULE_MATCHING)
		h->set |= 1u << (uint32_t)((YR_RULE *)data - h->g->rules->rules_table);
	return CALLBACK_CONTINUE;
}

static void
gate_begin(struct gated *g)
{
	struct triage_error err = { .text = "" };
	YR_COMPILER *compiler;
	const struct rule_formula *formulas[GATE_RULES];
	uint32_t tags[GATE_RULES];
	FUZZ_NEED(yr_initialize() == ERROR_SUCCESS && yr_compiler_create(&compiler) == ERROR_SUCCESS);
	for (size_t i = 0; i < RULE_NAME_COUNT; i++)
		yr_compiler_define_string_variable(compiler, rule_names[i], "");
	FUZZ_NEED(yr_compiler_add_string(compiler, gate_text, NULL) == 0 && yr_compiler_get_rules(compiler, &g->rules) == ERROR_SUCCESS);
	yr_compiler_destroy(compiler);
	FUZZ_NEED(rule_text_cut(gate_text, strlen(gate_text), &g->cut, &err) == TRIAGE_OK);
	FUZZ_NEED(g->cut.count == g->rules->num_rules && g->cut.count <= GATE_RULES);
	for (size_t i = 0; i < g->cut.count; i++) {
		formulas[i] = &g->cut.parts[i].formula;
		tags[i] = (uint32_t)i;
	}
	FUZZ_NEED(gate_new(&g->gate, &err) == TRIAGE_OK && gate_add(g->gate, g->rules, formulas, tags, &err) == TRIAGE_OK);
	FUZZ_NEED(gate_close(g->gate, &err) == TRIAGE_OK && gate_look_new(g->gate, &g->look, &err) == TRIAGE_OK);
}

int
fuzz_one_gate(const uint8_t *data, size_t size)
{
	static struct gated g;
	static const char *const names[RULE_NAME_COUNT] = { "", "", "", "", "" };
	if (g.look == NULL)
		gate_begin(&g);
	uint8_t *copy = fuzz_copy(data, size);
	struct view stream = { copy, size };
	struct gate_hits hits = { .g = &g };
	const uint32_t *tags = NULL;
	size_t count = 0;
	uint32_t set = 0;
	FUZZ_NEED(yr_rules_scan_mem(g.rules, copy, size, SCAN_FLAGS_NO_TRYCATCH, gate_hit, &hits, 0) == ERROR_SUCCESS);
	if (gate_look_at(g.look, stream, names, &tags, &count)) {
		for (size_t i = 0; i < count; i++) {
			FUZZ_NEED(tags[i] < g.cut.count && (set & 1u << tags[i]) == 0);
			set |= 1u << tags[i];
		}
		for (size_t i = 0; i < g.cut.count; i++)
			if ((gate_standing(g.gate, i) & 1u << file_class_of(stream)) != 0)
				set |= 1u << i;
		FUZZ_NEED((hits.set & ~set) == 0);
	}
	free(copy);
	return 0;
}
FUZZ_MAIN(gate)
