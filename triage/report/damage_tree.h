/*
 * damage_tree.h - the folders of the damage map as a tree, and which of them stand as cells of a treemap.
 *
 * Nodes: filesystems, then the first three levels of folders under each (view damage, scopes filesystem and department). A folder that
 * is taken apart gives way to the folders in it, and to a cell for the files that lie in it directly.
 */
#ifndef TRIAGE_REPORT_DAMAGE_TREE_H
#define TRIAGE_REPORT_DAMAGE_TREE_H

#include "triage/report/html.h"

enum { DAMAGE_NODES_MAX = 20000, DAMAGE_CELLS_MAX = 40, DAMAGE_NO_NODE = -1 };

struct rectangle {
	double x, y, width, height;	/* in percent of the drawing */
};

enum damage_node_kind { NODE_FILESYSTEM, NODE_FOLDER, NODE_DIRECT, NODE_REST };

struct damage_node {
	enum damage_node_kind kind;	/* DIRECT: files in a folder that is taken apart; REST: its folders that are too small to draw */
	char *name;			/* path of FOLDER and DIRECT; "" else */
	uint64_t filesystem_id, files, damaged, bytes, damaged_bytes, folders;	/* folders: of REST */
	int64_t first, last;
	int parent;			/* index, DAMAGE_NO_NODE */
	uint64_t inner_files;		/* of the folders right under it */
	bool opened, cell;
	struct rectangle place;
};

struct damage_tree {
	struct damage_node *nodes;	/* parents before their children, filesystem by filesystem, by name; then DIRECT and REST */
	size_t count, room, filesystems;
	uint64_t left_out;		/* folders beyond DAMAGE_NODES_MAX, filesystems beyond half of DAMAGE_CELLS_MAX */
};

/* Read, choose the cells, give each its place. Errors: E_IO, E_MEMORY. */
WARN_UNUSED enum triage_status damage_tree_read(struct case_reader *reader, struct damage_tree *ret_tree, struct triage_error *err);
void damage_tree_release(struct damage_tree *t);

/*
 * Squarified treemap: places for areas within a rectangle, in the order given (largest first looks best). All areas above 0. unit: width of
 * the drawing by its height, so that cells come out as square as may be on the screen.
 */
void damage_tree_squarify(const double *areas, size_t count, struct rectangle within, double unit, struct rectangle *ret_places);

#endif
