/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which node answers which route (N7, docs/design/nodes.md). A route is where the keys are that it uses: what makes seals where the makers' keys
 * are, what stamps, and everything else that touches a seal's key, where the seals' keys are. What only asks the register may be answered by more.
 */
#include "daemons/web/route.h"

#include <string.h>

#define API "/api/v1"
#define M JY_NODE_MAKING
#define S JY_NODE_STAMPING
#define V JY_NODE_VERIFICATION

/* The first row that fits; `*` at the end of a path stands for any rest, as a method for any. */
static const struct { const char *method, *path; unsigned nodes; } rows[] = {
    { "GET",  "/",                                  M | S | V },
    { "GET",  "/app.js",                            M | S | V },
    { "GET",  "/build.js",                          M | S | V },
    { "GET",  "/report.js",                         M | S | V },
    { "GET",  "/words.js",                          M | S | V },
    { "GET",  "/style.css",                         M | S | V },
    { "GET",  "/favicon.svg",                       M | S | V },
    { "GET",  "/livez",                             M | S | V },
    { "GET",  "/readyz",                            M | S | V },
    { "GET",  API "/service",                       M | S | V },

    /* Verification, without an account (R18.3). What the service signs is the stamping node's: a verification node has no key. */
    { "GET",  API "/trust",                         S | V },
    { "POST", API "/verify",                        S | V },
    { "GET",  API "/seals/{id}/status",             S | V },
    { "GET",  API "/seals/{id}/statement",          S },
    { "GET",  API "/statement-keys",                S },
    { "GET",  API "/copies/{code}",                 S },

    /* Whoever logs in, on either node; secrets are sealed to the key room of the node that they are sent to. */
    { "GET",  API "/key",                           M | S },
    { "*",    API "/session*",                      M | S },
    { "*",    API "/notifications*",                M | S },
    { "PUT",  API "/keys/{id}/pin",                 M | S },
    { "POST", API "/keys/{id}/unlock",              S },
    { "GET",  API "/configuration",                 M | S },
    { "GET",  API "/inventory*",                    M | S },

    /* Accounts and their record. */
    { "POST", API "/bootstrap",                     S },
    { "*",    API "/people*",                       S },
    { "*",    API "/account-acts*",                 S },
    { "*",    API "/audit*",                        S },
    { "POST", API "/organizations",                 S },

    /* Makers and the making of seals; carrying out and resuming act on a seal's key. */
    { "POST", API "/applications/{id}/carry-out",   S },
    { "POST", API "/applications/{id}/resume",      S },
    { "GET",  API "/applications",                  M | S },
    { "GET",  API "/applications/{id}",             M | S },
    { "*",    API "/applications*",                 M },
    { "POST", API "/seals/{id}/applications",       M },
    { "*",    API "/makers*",                       M },
    { "*",    API "/workstations/*",                M },
    { "*",    API "/inspections*",                  M },
    { "*",    API "/rectifications/*",              M },

    /* Seals, their use, and what is told about them. */
    { "GET",  API "/seals",                         M | S },
    { "GET",  API "/seals/{id}",                    M | S },
    { "*",    API "/seals/{id}/*",                  S },
    { "*",    API "/holds/*",                       S },
    { "*",    API "/documents*",                    S },
    { "*",    API "/orders*",                       S },
    { "POST", API "/digest-orders",                 S },
    { "POST", API "/digest-order-batches",          S },
    { "*",    API "/order-batches*",                S },
    { "*",    API "/permissions/*",                 S },
    { "*",    API "/grants/*",                      S },
    { "*",    API "/stamp-records*",                S },
    { "GET",  API "/filings",                       S },
    { "GET",  API "/statistics",                    S },
    { "GET",  API "/reminders",                     S },
    { "*",    API "/exchange*",                     S },
    { "*",    API "/webhooks*",                     S },
    { "*",    API "/clients*",                      S },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static size_t
row_of(const struct route *route)
{
    for (size_t i = 0; i < ROWS; i++) {
        size_t len = strlen(rows[i].path);
        bool any = rows[i].path[len - 1] == '*';
        if ((rows[i].method[0] == '*' || strcmp(rows[i].method, route->method) == 0) &&
            (any ? strncmp(rows[i].path, route->path, len - 1) == 0 : strcmp(rows[i].path, route->path) == 0))
            return i;
    }
    return ROWS;
}

unsigned
route_nodes(const struct route *route)
{
    size_t row = row_of(route);

    return row == ROWS ? 0 : JY_NODE_WHOLE | rows[row].nodes;
}

jy_err
route_is_here(const struct web *web, const struct route *route, struct jy_fault *fault)
{
    unsigned nodes = route_nodes(route);
    char who[60];

    if ((nodes & web->node) != 0)
        return JY_OK;
    jy_node_list(nodes, who, sizeof(who));
    return jy_fail(fault, JY_E_NOT_THIS_NODE, "path", 0, "this is the %s node; %s answers %s %s", jy_node_name(web->node), who, route->method, route->path);
}

jy_err
route_nodes_check(struct jy_fault *fault)
{
    size_t count;
    const struct route *table = routes(&count);
    bool used[ROWS] = { false };

    for (size_t i = 0; i < count; i++) {
        size_t row = row_of(&table[i]);
        if (row == ROWS)
            return jy_fail(fault, JY_E_INTERNAL, table[i].path, 0, "this route has no node (nodes.c)");
        used[row] = true;
    }
    for (size_t i = 0; i < ROWS; i++)
        if (!used[i])
            return jy_fail(fault, JY_E_INTERNAL, rows[i].path, 0, "this row of nodes.c has no route");
    return JY_OK;
}
