/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/order.h"

#include "codec/text.h"
#include "ipc/parts.h"

#include <stdlib.h>
#include <string.h>

#define UM_MAX 100000000              /* 100 m: beyond any page */

/* -- places -- */

static jy_err
put_place(const struct jy_order_place *p, struct jy_buf *out)
{
    struct jy_buf body = { 0 }, clip = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_i64(&body, p->page)) == JY_OK && (rc = jy_der_put_i64(&body, p->x_um)) == JY_OK &&
        (rc = jy_der_put_i64(&body, p->y_um)) == JY_OK && (rc = jy_der_put_i64(&body, p->width_um)) == JY_OK &&
        (rc = jy_der_put_i64(&body, p->height_um)) == JY_OK && p->clipped && (rc = jy_der_put_i64(&clip, p->clip_x_um)) == JY_OK &&
        (rc = jy_der_put_i64(&clip, p->clip_y_um)) == JY_OK && (rc = jy_der_put_i64(&clip, p->clip_width_um)) == JY_OK &&
        (rc = jy_der_put_i64(&clip, p->clip_height_um)) == JY_OK)
        rc = jy_der_wrap(&body, DER_CONTEXT_0, &clip);
    jy_buf_free(&clip);
    return jy_part_end(out, &body, rc);
}

static jy_err
get_um(struct jy_der *der, int64_t min, int64_t *out)
{
    jy_err rc = jy_der_i64(der, out);

    return rc == JY_OK && (*out < min || *out > UM_MAX) ? JY_E_ARGUMENT : rc;
}

static jy_err
get_place(struct jy_der *list, struct jy_order_place *p)
{
    struct jy_der body, clip;
    jy_err rc;

    if ((rc = jy_der_enter(list, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_u32(&body, &p->page)) != JY_OK ||
        (rc = get_um(&body, -UM_MAX, &p->x_um)) != JY_OK || (rc = get_um(&body, -UM_MAX, &p->y_um)) != JY_OK ||
        (rc = get_um(&body, 1, &p->width_um)) != JY_OK || (rc = get_um(&body, 1, &p->height_um)) != JY_OK)
        return rc;
    if (p->page == 0)
        return JY_E_ARGUMENT;
    p->clipped = !jy_der_at_end(&body);
    if (p->clipped && ((rc = jy_der_enter(&body, DER_CONTEXT_0, &clip)) != JY_OK || (rc = get_um(&clip, 0, &p->clip_x_um)) != JY_OK ||
                       (rc = get_um(&clip, 0, &p->clip_y_um)) != JY_OK || (rc = get_um(&clip, 1, &p->clip_width_um)) != JY_OK ||
                       (rc = get_um(&clip, 1, &p->clip_height_um)) != JY_OK || (rc = jy_der_close(&clip)) != JY_OK))
        return rc;
    return jy_der_close(&body);
}

/* Places of a SEQUENCE OF that comes next. */
static jy_err
get_places(struct jy_der *der, struct jy_order_place **places, size_t *count)
{
    size_t cap = 0;
    struct jy_der list;
    jy_err rc;

    *places = NULL;
    *count = 0;
    if ((rc = jy_der_enter(der, DER_SEQUENCE, &list)) != JY_OK)
        return rc;
    while (rc == JY_OK && !jy_der_at_end(&list)) {
        if (*count == JY_ORDER_PLACES_MAX)
            return JY_E_LIMIT;
        if (*count == cap) {
            struct jy_order_place *more = realloc(*places, (cap = cap == 0 ? 4 : 2 * cap) * sizeof(*more));
            if (more == NULL)
                return JY_E_NOMEM;
            *places = more;
        }
        memset(*places + *count, 0, sizeof(**places));
        if ((rc = get_place(&list, *places + *count)) == JY_OK)
            ++*count;
    }
    return rc == JY_OK && *count == 0 ? JY_E_ARGUMENT : rc;
}

jy_err
jy_order_places_encode(const struct jy_order_place *places, size_t count, struct jy_buf *out)
{
    struct jy_buf body = { 0 };
    jy_err rc = count == 0 ? JY_E_ARGUMENT : count > JY_ORDER_PLACES_MAX ? JY_E_LIMIT : JY_OK;

    for (size_t i = 0; rc == JY_OK && i < count; i++)
        rc = put_place(&places[i], &body);
    return jy_part_end(out, &body, rc);
}

jy_err
jy_order_places_parse(struct jy_slice der, struct jy_order_place **places, size_t *count)
{
    struct jy_der all;
    jy_err rc;

    jy_der_open(&all, der);
    if ((rc = get_places(&all, places, count)) == JY_OK)
        rc = jy_der_close(&all);
    if (rc != JY_OK) {
        free(*places);
        *places = NULL;
        *count = 0;
    }
    return rc;
}

/* -- the order -- */

jy_err
jy_stamp_order_encode(const struct jy_stamp_order *o, struct jy_buf *out)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_i64(&body, 2)) == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, o->order_id)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_IA5, o->seal_key_id)) == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, o->es_id)) == JY_OK &&
        (rc = jy_part_put_digest(&body, o->document_digest)) == JY_OK && (rc = jy_part_put_digest(&body, o->data_hash)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_UTF8, o->property_info)) == JY_OK &&
        (rc = jy_order_places_encode(o->places, o->place_count, &body)) == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, o->category)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_UTF8, o->purpose)) == JY_OK && (rc = jy_der_put_i64(&body, o->amount_fen)) == JY_OK &&
        (rc = jy_der_put_i64(&body, o->copies)) == JY_OK && (rc = jy_der_put_text(&body, DER_UTF8, o->reference)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_IA5, o->requester)) == JY_OK && (rc = jy_der_put_generalized_time(&body, o->created)) == JY_OK)
        rc = jy_der_put_generalized_time(&body, o->expires);
    if (rc == JY_OK)
        rc = jy_part_put_last_boolean(&body, o->digest_only);
    return jy_part_end(out, &body, rc);
}

jy_err
jy_stamp_order_parse(struct jy_slice der, struct jy_stamp_order *o, struct jy_fault *fault)
{
    struct jy_der all, body = { 0 };
    jy_err rc;

    memset(o, 0, sizeof(*o));
    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_part_version(&body, 2)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, o->order_id, sizeof(o->order_id))) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, o->seal_key_id, sizeof(o->seal_key_id))) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, o->es_id, sizeof(o->es_id))) != JY_OK || (rc = jy_part_digest(&body, o->document_digest)) != JY_OK ||
        (rc = jy_part_digest(&body, o->data_hash)) != JY_OK ||
        (rc = jy_der_text(&body, DER_UTF8, o->property_info, sizeof(o->property_info))) != JY_OK ||
        (rc = get_places(&body, &o->places, &o->place_count)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, o->category, sizeof(o->category))) != JY_OK ||
        (rc = jy_der_text(&body, DER_UTF8, o->purpose, sizeof(o->purpose))) != JY_OK || (rc = jy_der_i64(&body, &o->amount_fen)) != JY_OK ||
        (rc = jy_der_u32(&body, &o->copies)) != JY_OK ||
        (rc = jy_der_text(&body, DER_UTF8, o->reference, sizeof(o->reference))) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, o->requester, sizeof(o->requester))) != JY_OK || (rc = jy_part_time(&body, &o->created)) != JY_OK ||
        (rc = jy_part_time(&body, &o->expires)) != JY_OK || (rc = jy_part_last_boolean(&body, &o->digest_only)) != JY_OK ||
        (rc = jy_der_close(&body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK)
        return jy_fail(fault, rc, "StampOrder", body.base == NULL ? 0 : jy_der_offset(&body), "bad field");
    if (o->amount_fen < -1 || o->amount_fen > JY_AMOUNT_MAX || o->copies < 1 || o->copies > JY_ORDER_COPIES_MAX)
        return jy_fail(fault, JY_E_ARGUMENT, "StampOrder", 0, "amount or copies out of range");
    return JY_OK;
}

void
jy_stamp_order_free(struct jy_stamp_order *order)
{
    free(order->places);
    order->places = NULL;
    order->place_count = 0;
}

jy_err
jy_stamp_order_object(struct jy_slice der, char out[JY_ORDER_OBJECT_SIZE])
{
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = jy_sm3(der, digest);

    if (rc == JY_OK)
        jy_hex(JY_SLICE(digest, sizeof(digest)), out);
    return rc;
}
