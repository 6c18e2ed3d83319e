/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stamping order whose document stays with the client (R18.1, docs/protocol/digest-only.md): digests and places are the client's word. Everything
 * else is as for any order: seal, flow, approvals and the key room's checks. The order says so itself (StampOrder.digestOnly), under every approver's
 * signature, and the key room takes it only where a path of the flow, or a grant, admits such orders.
 */
#include "codec/text.h"
#include "daemons/web/order.h"
#include "daemons/web/route.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t
um_of(const json_t *place, const char *name)
{
    return llround(json_number_value(json_object_get(place, name)) * 1000.0);
}

/* All four members of the strip that shows, or none. */
static jy_err
read_clip(const json_t *place, size_t number, struct jy_order_place *out, struct jy_fault *fault)
{
    static const char *const names[] = { "clip_x_mm", "clip_y_mm", "clip_width_mm", "clip_height_mm" };
    size_t have = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        have += json_object_get(place, names[i]) != NULL;
    if (have != 0 && have != sizeof(names) / sizeof(names[0]))
        return jy_fail(fault, JY_E_BAD_FIELD, "places", number, "place %zu: clip_x_mm, clip_y_mm, clip_width_mm and clip_height_mm go together", number + 1);
    out->clipped = have != 0;
    out->clip_x_um = um_of(place, names[0]);
    out->clip_y_um = um_of(place, names[1]);
    out->clip_width_um = um_of(place, names[2]);
    out->clip_height_um = um_of(place, names[3]);
    if (out->clipped && (out->clip_x_um + out->clip_width_um > out->width_um || out->clip_y_um + out->clip_height_um > out->height_um))
        return jy_fail(fault, JY_E_BAD_FIELD, "places", number, "place %zu: what shows lies outside the picture", number + 1);
    return JY_OK;
}

static jy_err
read_places(struct ordering *o, struct jy_fault *fault)
{
    const json_t *places = json_object_get(o->x->input, "places"), *place;
    jy_err rc = JY_OK;
    size_t i;

    if ((o->order.places = calloc(json_array_size(places), sizeof(*o->order.places))) == NULL)
        return JY_E_NOMEM;
    o->order.place_count = json_array_size(places);
    json_array_foreach((json_t *)(uintptr_t)places, i, place) {
        struct jy_order_place *p = &o->order.places[i];
        p->page = (uint32_t)member_int(place, "page", 0);
        p->x_um = um_of(place, "x_mm");
        p->y_um = um_of(place, "y_mm");
        p->width_um = um_of(place, "width_mm");
        p->height_um = um_of(place, "height_mm");
        if (rc == JY_OK && !seal_keeps_shape((double)p->width_um, (double)p->height_um, (double)member_int(o->seal, "width_mm", 0),
                                                 (double)member_int(o->seal, "height_mm", 0)))
            rc = jy_fail(fault, JY_E_BAD_FIELD, "places", i, "place %zu: its size would stretch the seal", i + 1);
        if (rc == JY_OK)
            rc = read_clip(place, i, p, fault);
    }
    return rc == JY_OK ? ordering_show_places(o) : rc;
}

/* The document's row, which has no file, and the order's, in one transaction. */
static jy_err
insert(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct ordering *o = arg;
    const struct exchange *x = o->x;
    jy_err rc = rows_run(tx, SQL_DOCUMENT_INSERT_UNKEPT,
                         BINDS(B_TEXT("document_id", o->document_id), B_TEXT("organization_id", x->actor.organization_id),
                               B_TEXT("uploader_id", x->actor.person_id), B_BLOB("digest", JY_SLICE(o->order.document_digest, JY_SM3_SIZE)),
                               B_INT("size", member_int(x->input, "size", 0)), B_TEXT("format", in_text(x, "format")),
                               B_TEXT("refusal", jy_err_code(JY_E_NOT_KEPT)), B_INT("now", x->now)), NULL, fault);

    return rc == JY_OK ? ordering_insert(tx, o, fault) : rc;
}

jy_err
digest_order_create(struct exchange *x, struct jy_fault *fault)
{
    struct ordering o = { .order = { .digest_only = true } };
    jy_err rc;

    if ((rc = ordering_begin(x, &o, fault)) == JY_OK && (rc = fresh_id(o.document_id)) == JY_OK &&
        (rc = jy_hex_parse(jy_slice_text(in_text(x, "document_digest")), o.order.document_digest, JY_SM3_SIZE)) == JY_OK &&
        (rc = jy_hex_parse(jy_slice_text(in_text(x, "data_hash")), o.order.data_hash, JY_SM3_SIZE)) == JY_OK && (rc = read_places(&o, fault)) == JY_OK) {
        PUT(o.order.property_info, in_text(x, "property_info"));
        PUT(o.slot, in_text(x, "slot"));
        rc = ordering_commit(&o, insert, fault);
    }
    ordering_end(&o);
    return rc;
}
