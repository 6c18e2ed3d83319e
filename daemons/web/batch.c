/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many orders in one request (R15.1, R18.1): each item is the request that it would be alone, under its own Idempotency-Key, with its own outcome.
 * What was done stays done when a later item is refused; the whole sent again answers the done ones as before.
 */
#include "base/kill_point.h"
#include "daemons/web/client.h"
#include "daemons/web/route.h"

#include <stdio.h>
#include <string.h>

static jy_err
keys_differ(const json_t *items, struct jy_fault *fault)
{
    const json_t *item;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)items, i, item)
        for (size_t k = 0; k < i; k++)
            if (strcmp(member(json_array_get(items, k), "idempotency_key"), member(item, "idempotency_key")) == 0)
                return jy_fail(fault, JY_E_BAD_FIELD, "items", 0, "two items have the idempotency_key %s", member(item, "idempotency_key"));
    return JY_OK;
}

/* act NULL: each item makes one of the collection; else each names the one that it is carried out on. */
static jy_err
carry_out_items(struct exchange *x, const char *collection, const char *act, struct jy_fault *fault)
{
    const json_t *items = json_object_get(x->input, "items");
    json_t *outcomes = json_array();
    jy_err rc = keys_differ(items, fault);

    if (rc == JY_OK)
        rc = client_charge(x, (int64_t)json_array_size(items) - 1, fault);
    for (size_t i = 0; rc == JY_OK && i < json_array_size(items) && !jy_room_stopping(x->web->room); i++) {
        json_t *outcome = NULL, *input = json_copy(json_array_get(items, i));
        char path[160], key[65];
        PUT(key, member(input, "idempotency_key"));
        if (act == NULL)
            snprintf(path, sizeof(path), "/api/v1/%s", collection);
        else
            snprintf(path, sizeof(path), "/api/v1/%s/%s/%s", collection, member(input, "order_id"), act);
        json_object_del(input, "idempotency_key");
        json_object_del(input, "order_id");
        if ((rc = exchange_item(x, path, key, input, &outcome)) == JY_OK && json_array_append_new(outcomes, outcome) != 0)
            rc = JY_E_NOMEM;
        JY_KILL_POINT(batch_item_done);
        json_decref(input);
    }
    if (rc == JY_OK)
        return answer_json(x, 200, json_pack("{s:o}", "items", outcomes));
    json_decref(outcomes);
    return rc;
}

jy_err
order_create_batch(struct exchange *x, struct jy_fault *fault)
{
    return carry_out_items(x, "orders", NULL, fault);
}

jy_err
order_approve_batch(struct exchange *x, struct jy_fault *fault)
{
    return carry_out_items(x, "orders", "approve", fault);
}

jy_err
order_stamp_batch(struct exchange *x, struct jy_fault *fault)
{
    return carry_out_items(x, "orders", "stamp", fault);
}

jy_err
order_stamp_granted_batch(struct exchange *x, struct jy_fault *fault)
{
    return carry_out_items(x, "orders", "stamp-granted", fault);
}

jy_err
digest_order_create_batch(struct exchange *x, struct jy_fault *fault)
{
    return carry_out_items(x, "digest-orders", NULL, fault);
}
