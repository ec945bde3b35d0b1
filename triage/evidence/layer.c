/* layer.c - the table of layer kinds; see layer.h. */
#include "triage/evidence/layer.h"

#define LAYER(id) extern const struct layer_kind id##_layer;
#include "triage/evidence/layers.def"
#undef LAYER
const struct layer_kind *const layer_kinds[] = {
#define LAYER(id) &id##_layer,
#include "triage/evidence/layers.def"
#undef LAYER
	NULL,	/* so that the table may be empty */
};
const size_t layer_kind_count = sizeof(layer_kinds) / sizeof(layer_kinds[0]) - 1;
