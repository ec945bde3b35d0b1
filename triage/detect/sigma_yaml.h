/*
 * sigma_yaml.h - one YAML document as a tree, for the Sigma rules. YAML 1.1 by libyaml's event parser.
 *
 * Bounded: SIGMA_YAML_DEPTH levels, SIGMA_YAML_NODES nodes, the bytes given. An alias stands for a finished node and shares its children,
 * so a tree may be far bigger when walked than it is in memory: whoever walks counts. Tags and types are not interpreted; a scalar is its text.
 * Not handled: keys that are no scalars, merge keys (they are plain names), directives.
 */
#ifndef TRIAGE_DETECT_SIGMA_YAML_H
#define TRIAGE_DETECT_SIGMA_YAML_H

#include "triage/base/error.h"
#include "triage/detect/pool.h"

#include <stdbool.h>
#include <stddef.h>

enum { SIGMA_YAML_DEPTH = 24, SIGMA_YAML_NODES = 100000, SIGMA_YAML_ANCHORS = 64 };

enum sigma_yaml_kind { SIGMA_YAML_SCALAR, SIGMA_YAML_LIST, SIGMA_YAML_MAP };

struct sigma_yaml {
	enum sigma_yaml_kind kind;
	const char *key;		/* in a map; else NULL */
	const char *text;		/* of a scalar, ended by NUL; may hold NUL bytes when size says so */
	size_t size;
	bool plain;			/* written without quotes: null, true and numbers are what they look like */
	unsigned line;			/* from 1 */
	const struct sigma_yaml *first, *next;
	size_t count;			/* children */
};

/*
 * Read one document (no "---" inside). first_line: number of its first line in the file. The tree lives in pool. *ret_root is NULL when there is nothing
 * but comments. Errors: E_FORMAT and E_LIMIT, with err->offset the line; E_MEMORY.
 */
WARN_UNUSED enum triage_status sigma_yaml_read(const char *text, size_t size, unsigned first_line, struct pool *pool, const struct sigma_yaml **ret_root,
    struct triage_error *err);

/* A member of a map by its key (as written), NULL when map is no map or has none. */
const struct sigma_yaml *sigma_yaml_member(const struct sigma_yaml *map, const char *key);
/* The text of a scalar member, "" when there is none. */
const char *sigma_yaml_text(const struct sigma_yaml *map, const char *key);
/* A plain null, ~ or nothing. */
bool sigma_yaml_is_null(const struct sigma_yaml *node);

#endif
