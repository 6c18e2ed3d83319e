/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node.h: what a service of Jinyin is (N7): the whole, or one of the nodes that share one database, each with rooms, keys, a database role and
 * routes of its own (docs/design/nodes.md).
 */
#ifndef JY_NODE_H
#define JY_NODE_H

#include "ipc/ipc.h"

/** Bits, so that a table can say of a row which nodes it is for. */
enum jy_node { JY_NODE_NONE = 0, JY_NODE_WHOLE = 1, JY_NODE_MAKING = 2, JY_NODE_STAMPING = 4, JY_NODE_VERIFICATION = 8 };

/** By the configuration's word; JY_NODE_NONE for another. */
enum jy_node jy_node_by_name(const char *name);
const char *jy_node_name(enum jy_node node);
/** Is this room started on this node? What a node has not, nobody who takes it over can use. */
bool jy_node_has_room(enum jy_node node, enum jy_room room);
/**
 * The configuration's `node` and `store` together. Errors: JY_E_BAD_FIELD no such node; JY_E_UNSUPPORTED nodes share a database, which a
 * SQLite file is not.
 */
JY_CHECK jy_err jy_node_read(const char *name, const char *store, enum jy_node *out, struct jy_fault *fault);
/** "making or stamping": the nodes of a row, for a person who asked the wrong one. */
void jy_node_list(unsigned nodes, char *out, size_t size);

#endif
