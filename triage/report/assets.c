/*
 * assets.c - the style sheet, the script and the message table, put into the program as they are.
 *
 * The paths are seen from the folder in which make runs. A NUL follows each, so that it is text as well.
 */
#include "triage/report/assets.h"

#define ASSET(symbol, path)                                     \
	__asm__(".section .rodata,\"a\"\n"                      \
		".hidden " #symbol "_start\n"                   \
		".globl " #symbol "_start\n"                    \
		".hidden " #symbol "_end\n"                     \
		".globl " #symbol "_end\n"                      \
		#symbol "_start:\n"                             \
		".incbin \"" path "\"\n"                        \
		#symbol "_end:\n"                               \
		".byte 0\n"                                     \
		".previous\n");                                 \
	extern const char symbol##_start[], symbol##_end[]

ASSET(report_style, "triage/report/assets/report.css");
ASSET(report_print_style, "triage/report/assets/print.css");
ASSET(report_script, "triage/report/assets/report.js");
ASSET(report_explore, "triage/report/assets/explore.js");
ASSET(report_messages, "triage/report/messages.tsv");
ASSET(report_says, "triage/report/says.tsv");
ASSET(report_says_rules, "triage/report/says_rules.tsv");
ASSET(report_says_whys_1, "triage/report/says_whys_1.tsv");
ASSET(report_says_whys_2, "triage/report/says_whys_2.tsv");
ASSET(report_says_checks, "triage/report/says_checks.tsv");

struct asset
asset_says_rules(void)
{
	return (struct asset){ report_says_rules_start, (size_t)(report_says_rules_end - report_says_rules_start) };
}

struct asset
asset_says_whys_1(void)
{
	return (struct asset){ report_says_whys_1_start, (size_t)(report_says_whys_1_end - report_says_whys_1_start) };
}

struct asset
asset_says_whys_2(void)
{
	return (struct asset){ report_says_whys_2_start, (size_t)(report_says_whys_2_end - report_says_whys_2_start) };
}

struct asset
asset_says_checks(void)
{
	return (struct asset){ report_says_checks_start, (size_t)(report_says_checks_end - report_says_checks_start) };
}

struct asset
asset_style(void)
{
	return (struct asset){ report_style_start, (size_t)(report_style_end - report_style_start) };
}

struct asset
asset_print_style(void)
{
	return (struct asset){ report_print_style_start, (size_t)(report_print_style_end - report_print_style_start) };
}

struct asset
asset_script(void)
{
	return (struct asset){ report_script_start, (size_t)(report_script_end - report_script_start) };
}

struct asset
asset_explore_script(void)
{
	return (struct asset){ report_explore_start, (size_t)(report_explore_end - report_explore_start) };
}

struct asset
asset_messages(void)
{
	return (struct asset){ report_messages_start, (size_t)(report_messages_end - report_messages_start) };
}

struct asset
asset_says(void)
{
	return (struct asset){ report_says_start, (size_t)(report_says_end - report_says_start) };
}
