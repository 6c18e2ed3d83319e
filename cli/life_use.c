/* SPDX-License-Identifier: Apache-2.0 */
/* Documents, orders, approvals, stamps. */
#include "cli/life_inside.h"

#include "codec/text.h"
#include "ipc/order.h"

#include <stdio.h>
#include <string.h>

jy_err
life_upload(struct life *life, struct jy_slice file, json_t **document, struct jy_fault *fault)
{
    return life_call(life, &life->agent, "POST", "/api/v1/documents", NULL, file, NULL, document, NULL, fault);
}

jy_err
life_order(struct life *life, const char *document_id, int page, double x_mm, double y_mm, const char *key, char order_id[65],
           struct jy_fault *fault)
{
    json_t *answer = NULL;
    char pages[16];
    json_t *body;
    jy_err rc;

    snprintf(pages, sizeof(pages), "%d", page);
    body = json_pack("{s:s, s:s, s:[{s:s, s:f, s:f}], s:s, s:s}", "seal_id", life->seal_id, "document_id", document_id, "places", "pages", pages, "x_mm", x_mm,
                     "y_mm", y_mm, "category", "agreement", "purpose", "demonstration");
    rc = life_ask(life, &life->agent, "POST", "/api/v1/orders", body, key, &answer, fault);

    if (rc == JY_OK)
        snprintf(order_id, 65, "%s", life_member(answer, "order_id"));
    json_decref(answer);
    return rc;
}

/*
 * One decision about an order. The secret is sealed to the order as it will be signed, an approval to the step as well: whoever decides looks at these
 * bytes, not at what a page says of them.
 */
static jy_err
order_step(struct life *life, const struct life_person *who, const char *order_id, const char *act, const char *pin, const char *key,
           json_t **answer, struct jy_fault *fault)
{
    bool approving = strcmp(act, "approve") == 0;
    char sealed[2048], path[256], object[JY_APPROVAL_OBJECT_SIZE];
    struct jy_buf der = { 0 };
    json_t *order = NULL, *body;
    json_int_t step;
    jy_err rc;

    snprintf(path, sizeof(path), "/api/v1/orders/%s", order_id);
    if ((rc = life_get(life, who, path, &order, fault)) != JY_OK ||
        (rc = jy_base64_decode(jy_slice_text(life_member(order, "stamp_order")), &der)) != JY_OK)
        goto out;
    step = json_integer_value(json_object_get(order, "step"));
    rc = approving ? jy_approval_object(jy_buf_slice(&der), (uint32_t)step, object) : jy_stamp_order_object(jy_buf_slice(&der), object);
    if (rc != JY_OK || (rc = life_seal_pin(life, act, object, pin, NULL, sealed, sizeof(sealed), fault)) != JY_OK)
        goto out;
    snprintf(path, sizeof(path), "/api/v1/orders/%s/%s", order_id, act);
    body = approving ? json_pack("{s:s, s:I}", "sealed", sealed, "step", step) : json_pack("{s:s}", "sealed", sealed);
    rc = life_ask(life, who, "POST", path, body, key, answer, fault);
out:
    jy_buf_free(&der);
    json_decref(order);
    return rc;
}

jy_err
life_approve(struct life *life, const char *order_id, const char *key, struct jy_fault *fault)
{
    return order_step(life, &life->approver, order_id, "approve", life->approver_pin, key, NULL, fault);
}

jy_err
life_stamp(struct life *life, const char *order_id, const char *key, char document_id[65], struct jy_fault *fault)
{
    json_t *answer = NULL;
    jy_err rc = order_step(life, &life->custodian, order_id, "stamp", life->seal_pin, key, &answer, fault);

    if (rc == JY_OK)
        snprintf(document_id, 65, "%s", life_member(answer, "document_id"));
    json_decref(answer);
    return rc;
}

jy_err
life_download(struct life *life, const char *document_id, struct jy_buf *out, struct jy_fault *fault)
{
    char path[256];

    snprintf(path, sizeof(path), "/api/v1/documents/%s/content", document_id);
    return life_call(life, &life->agent, "GET", path, NULL, JY_EMPTY, NULL, NULL, out, fault);
}
