/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/node.h"

#include <stdio.h>
#include <string.h>

#define ROOM(room) (1u << JY_ROOM_##room)
static const struct { enum jy_node node; const char *name; unsigned rooms; } nodes[] = {
    { JY_NODE_WHOLE, "whole", ROOM(WEB) | ROOM(DOC) | ROOM(KEY) | ROOM(LINK) | ROOM(PAGE) },
    { JY_NODE_MAKING, "making", ROOM(WEB) | ROOM(KEY) | ROOM(LINK) },                        /* opens no document */
    { JY_NODE_STAMPING, "stamping", ROOM(WEB) | ROOM(DOC) | ROOM(KEY) | ROOM(LINK) | ROOM(PAGE) },
    { JY_NODE_VERIFICATION, "verification", ROOM(WEB) | ROOM(DOC) },                         /* no key, and no way to the outside */
};
#define NODE_COUNT (sizeof(nodes) / sizeof(nodes[0]))

enum jy_node
jy_node_by_name(const char *name)
{
    for (size_t i = 0; i < NODE_COUNT; i++)
        if (strcmp(name, nodes[i].name) == 0)
            return nodes[i].node;
    return JY_NODE_NONE;
}

const char *
jy_node_name(enum jy_node node)
{
    for (size_t i = 0; i < NODE_COUNT; i++)
        if (nodes[i].node == node)
            return nodes[i].name;
    return "none";
}

bool
jy_node_has_room(enum jy_node node, enum jy_room room)
{
    for (size_t i = 0; i < NODE_COUNT; i++)
        if (nodes[i].node == node)
            return (nodes[i].rooms >> room & 1) != 0;
    return false;
}

jy_err
jy_node_read(const char *name, const char *store, enum jy_node *out, struct jy_fault *fault)
{
    static const char served[] = "postgresql:";

    if ((*out = jy_node_by_name(name)) == JY_NODE_NONE)
        return jy_fail(fault, JY_E_BAD_FIELD, "node", 0, "whole, making, stamping or verification; 须为 whole、making、stamping 或 verification");
    if (*out != JY_NODE_WHOLE && strncmp(store, served, strlen(served)) != 0)
        return jy_fail(fault, JY_E_UNSUPPORTED, "node", 0, "nodes share a database of PostgreSQL; beside a SQLite file only whole is possible. "
                       "分开部署的节点须共用 PostgreSQL 数据库；使用 SQLite 时只能为 whole。");
    return JY_OK;
}

void
jy_node_list(unsigned set, char *out, size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 1; i < NODE_COUNT; i++)             /* the whole service is no other node */
        if ((set & nodes[i].node) != 0 && len < size) {
            int n = snprintf(out + len, size - len, "%s%s", len == 0 ? "" : " or ", nodes[i].name);
            len += n < 0 ? 0 : (size_t)n;
        }
}
