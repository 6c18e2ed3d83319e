/* SPDX-License-Identifier: Apache-2.0 */
/* Which requests an application may make: what is not in this table, no application may (R18.1–18.3). */
#include "daemons/web/client.h"

#include "daemons/web/route.h"

#include <string.h>

#define API "/api/v1"

static const struct client_right rights[] = {
    { "POST", API "/verify", "verify", false },
    { "GET", API "/trust", "verify", false },
    { "GET", API "/key", "verify", false },
    { "GET", API "/seals/{id}/status", "verify", false },
    { "GET", API "/seals/{id}/statement", "verify", false },
    { "GET", API "/statement-keys", "verify", false },
    { "GET", API "/seals", "seals", false },
    { "GET", API "/seals/{id}", "seals", false },
    { "POST", API "/documents", "documents", false },
    { "GET", API "/documents/{id}", "documents", false },
    { "GET", API "/documents/{id}/content", "documents", false },
    { "GET", API "/documents/{id}/pages", "documents", false },
    { "GET", API "/documents/{id}/pages/{code}.png", "documents", false },
    { "GET", API "/documents/{id}/pages/{code}/text", "documents", false },
    { "POST", API "/orders", "orders", false },
    { "GET", API "/orders/{id}", "orders", false },
    { "POST", API "/digest-orders", "digest_orders", false },
    { "POST", API "/orders/{id}/approve", "orders", true },
    { "POST", API "/orders/{id}/refuse", "orders", true },
    { "POST", API "/orders/{id}/stamp", "orders", true },
    { "POST", API "/orders/{id}/stamp-granted", "orders", false },
    { "GET", API "/grants/{id}", "orders", false },
    { "POST", API "/order-batches", "orders", false },
    { "POST", API "/order-batches/approve", "orders", true },
    { "POST", API "/order-batches/stamp", "orders", true },
    { "POST", API "/order-batches/stamp-granted", "orders", false },
    { "POST", API "/digest-order-batches", "digest_orders", false },
    { "GET", API "/stamp-records", "records", false },
    { "GET", API "/stamp-records/{id}/archive", "records", false },
    { "GET", API "/applications", "applications", false },
    { "GET", API "/applications/{id}", "applications", false },
    { "POST", API "/applications/{id}/accept", "making", true },
    { "POST", API "/applications/{id}/refuse", "making", true },
    { "POST", API "/applications/{id}/correct", "making", true },
    { "POST", API "/applications/{id}/seal", "making", true },
    { "POST", API "/applications/{id}/carry-out", "making", true },
};

const struct client_right *
client_rights(size_t *count)
{
    *count = sizeof(rights) / sizeof(rights[0]);
    return rights;
}

const struct client_right *
client_right_of(const struct route *route)
{
    for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
        if (strcmp(rights[i].method, route->method) == 0 && strcmp(rights[i].path, route->path) == 0)
            return &rights[i];
    return NULL;
}

jy_err
client_rights_check(struct jy_fault *fault)
{
    size_t count;
    const struct route *table = routes(&count);

    for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
        bool found = false;
        for (size_t r = 0; r < count; r++)
            found = found || (strcmp(table[r].method, rights[i].method) == 0 && strcmp(table[r].path, rights[i].path) == 0);
        if (!found || client_scope_by_code(rights[i].scope) == NULL)
            return jy_fail(fault, JY_E_INTERNAL, rights[i].path, 0, "this right of applications has no route or no scope");
    }
    return JY_OK;
}
