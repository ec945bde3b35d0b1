/* assets.h - files that are part of the program: text of the report that no C file should hold. */
#ifndef TRIAGE_REPORT_ASSETS_H
#define TRIAGE_REPORT_ASSETS_H

#include <stddef.h>

struct asset {
	const char *text;	/* static; a NUL follows the last byte */
	size_t size;
};

struct asset asset_style(void);
struct asset asset_script(void);
struct asset asset_explore_script(void);	/* all rows of a case; after the script */
struct asset asset_print_style(void);	/* of the printed document */
struct asset asset_messages(void);
struct asset asset_says_rules(void);	/* titles of the built-in YARA and Sigma rules */
struct asset asset_says_whys_1(void);	/* why what they find matters, and its innocent explanations; in two tables */
struct asset asset_says_whys_2(void);
struct asset asset_says_checks(void);	/* reasons of a finding, and how it is checked by hand */
struct asset asset_says(void);		/* what detectors say, in the form of the messages */

#endif
