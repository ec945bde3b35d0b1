/* formula_holds.c - asking a formula. */
#include "triage/analyse/rule_formula.h"

static bool
step_holds(const struct formula_step *step, const uint32_t *slots, const struct formula_world *world)
{
	uint32_t found = 0;
	switch (step->kind) {
	case FORMULA_COUNT:
		for (uint32_t i = 0; i < step->count && found < step->least; i++)
			found += world->occurs(world->ctx, slots[step->first + i]);
		return found >= step->least;
	case FORMULA_NEED:
		return world->fits(world->ctx, step->first);
	case FORMULA_NAME:
		return world->is_named(world->ctx, step->least, step->first);
	case FORMULA_FALSE:
		return false;
	case FORMULA_TRUE:
	case FORMULA_AND:
	case FORMULA_OR:
	default:
		return true;
	}
}

bool
rule_formula_holds(const struct formula_step *steps, size_t count, const uint32_t *slots, const struct formula_world *world)
{
	bool stack[FORMULA_STACK];
	size_t top = 0;
	for (size_t i = 0; i < count; i++) {
		if (steps[i].kind == FORMULA_AND || steps[i].kind == FORMULA_OR) {
			bool last = stack[--top];
			stack[top - 1] = steps[i].kind == FORMULA_AND ? stack[top - 1] && last : stack[top - 1] || last;
			continue;
		}
		if (top == FORMULA_STACK)
			return true;
		stack[top++] = step_holds(&steps[i], slots, world);
	}
	return top == 0 || stack[0];
}
