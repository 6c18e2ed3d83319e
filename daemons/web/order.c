/* SPDX-License-Identifier: Apache-2.0 */
/* A stamping order: prepared by doc, so that the digest to be signed is known before anybody approves (R16.1); approved or refused. */
#include "codec/text.h"
#include "daemons/web/route.h"
#include "daemons/web/seal.h"
#include "ipc/order.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct column order_columns[] = {
    { "order_id", COL_TEXT }, { "organization_id", COL_TEXT }, { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "seal_name", COL_TEXT },
    { "seal_state", COL_TEXT }, { "seal_custodian_id", COL_TEXT }, { "seal_approver_id", COL_TEXT }, { "document_id", COL_TEXT },
    { "document_digest", COL_HEX }, { "format", COL_TEXT }, { "requester_id", COL_TEXT }, { "page", COL_INT }, { "x_um", COL_MM }, { "y_um", COL_MM },
    { "width_um", COL_MM }, { "height_um", COL_MM }, { "category", COL_TEXT }, { "purpose", COL_TEXT }, { "state", COL_TEXT },
    { "stamp_order", COL_BASE64 }, { "prepared_digest", COL_HEX }, { "slot", COL_TEXT }, { "created", COL_TIME }, { "expires", COL_TIME },
    { "approver_id", COL_TEXT }, { "approval", COL_BASE64 }, { "approved", COL_TIME }, { "reason", COL_TEXT }, { "custodian_id", COL_TEXT },
    { "intent", COL_TIME }, { "stamped", COL_TIME }, { "value_digest", COL_HEX }, { "result_document_id", COL_TEXT }, { "result_digest", COL_HEX },
    { NULL, COL_TEXT },
};
static const struct column seal_columns[] = {
    { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "state", COL_TEXT }, { "district", COL_TEXT }, { "width_mm", COL_INT }, { "height_mm", COL_INT },
    { "seal", COL_BASE64 }, { NULL, COL_TEXT },
};
static const struct column document_columns[] = { { "digest", COL_HEX }, { "refusal", COL_TEXT }, { NULL, COL_TEXT } };
static const struct column record_columns[] = {
    { "seq", COL_INT }, { "stamp_record_id", COL_TEXT }, { "order_id", COL_TEXT }, { "organization_id", COL_TEXT }, { "seal_id", COL_TEXT },
    { "es_id", COL_TEXT }, { "seal_name", COL_TEXT }, { "document_id", COL_TEXT }, { "document_digest", COL_HEX }, { "page", COL_INT },
    { "x_um", COL_MM }, { "y_um", COL_MM }, { "width_um", COL_MM }, { "height_um", COL_MM }, { "category", COL_TEXT }, { "purpose", COL_TEXT },
    { "requester_id", COL_TEXT }, { "approver_id", COL_TEXT }, { "approved", COL_TIME }, { "custodian_id", COL_TEXT }, { "state", COL_TEXT },
    { "reason", COL_TEXT }, { "intent", COL_TIME }, { "stamped", COL_TIME }, { "value_digest", COL_HEX }, { "result_document_id", COL_TEXT },
    { "result_digest", COL_HEX }, { NULL, COL_TEXT },
};

/* -- making an order -- */

struct ordering {
    struct exchange *x;
    json_t *seal, *document;
    struct jy_stamp_order order;
    struct jy_buf der;
    char slot[256];
    uint8_t prepared_digest[JY_SM3_SIZE];
};

static int64_t
um(double mm)
{
    return llround(mm * 1000.0);
}

/* Where the stamp goes; without a size it has the seal's own, with one side only the other follows. */
static void
place(struct ordering *o)
{
    const struct exchange *x = o->x;
    double w = (double)json_integer_value(json_object_get(o->seal, "width_mm")), h = (double)json_integer_value(json_object_get(o->seal, "height_mm"));
    double width = in_number(x, "width_mm", 0), height = in_number(x, "height_mm", 0);

    if (width <= 0)
        width = height > 0 ? height * w / h : w;
    if (height <= 0)
        height = width * h / w;
    o->order.page = (uint32_t)in_int(x, "page");
    o->order.x_um = um(in_number(x, "x_mm", 0));
    o->order.y_um = um(in_number(x, "y_mm", 0));
    o->order.width_um = um(width);
    o->order.height_um = um(height);
}

static jy_err
prepare(struct ordering *o, struct jy_fault *fault)
{
    struct exchange *x = o->x;
    struct jy_msg_DOC_PREPARE ask = { .document = -1, .output = -1, .page = o->order.page, .x_um = o->order.x_um, .y_um = o->order.y_um,
                                      .width_um = o->order.width_um, .height_um = o->order.height_um, .now = x->now };
    struct jy_frame reply = { 0 };
    struct jy_buf seal = { 0 };
    uint64_t size;
    int own = -1;
    jy_err rc;

    if ((rc = jy_base64_decode(jy_slice_text(member(o->seal, "seal")), &seal)) != JY_OK ||
        (rc = blob_open(x->web, member(o->document, "digest"), &ask.document, &size, fault)) != JY_OK)
        goto out;
    ask.seal = jy_buf_slice(&seal);
    if ((rc = ask_doc(x->web, JY_MSG_DOC_PREPARE, &ask, &ask.output, &reply, fault)) != JY_OK)
        goto out;
    if (reply.u.DOC_PREPARED.data_hash.len != JY_SM3_SIZE) {
        rc = jy_fail(fault, JY_E_INTERNAL, "DOC_PREPARED.data_hash", 0, "%zu bytes", reply.u.DOC_PREPARED.data_hash.len);
        goto out;
    }
    memcpy(o->order.data_hash, reply.u.DOC_PREPARED.data_hash.p, JY_SM3_SIZE);
    PUT(o->order.property_info, reply.u.DOC_PREPARED.property_info);
    PUT(o->slot, reply.u.DOC_PREPARED.slot);
    if ((rc = blob_take(x->web, ask.output, &own, o->prepared_digest, &size, fault)) == JY_OK)
        rc = blob_keep(x->web, own, o->prepared_digest, fault);
out:
    jy_frame_free(&reply);
    jy_buf_free(&seal);
    if (ask.document >= 0)
        close(ask.document);
    if (ask.output >= 0)
        close(ask.output);
    if (own >= 0)
        close(own);
    return rc;
}

static jy_err
insert_order(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct ordering *o = arg;
    struct exchange *x = o->x;

    return rows_run(tx, SQL_ORDER_INSERT,
                    BINDS(B_TEXT("order_id", o->order.order_id), B_TEXT("organization_id", x->actor.organization_id),
                          B_TEXT("district", member(o->seal, "district")), B_TEXT("seal_id", o->order.seal_key_id),
                          B_TEXT("document_id", in_text(x, "document_id")), B_TEXT("requester_id", x->actor.person_id), B_INT("page", o->order.page),
                          B_INT("x_um", o->order.x_um), B_INT("y_um", o->order.y_um), B_INT("width_um", o->order.width_um),
                          B_INT("height_um", o->order.height_um), B_TEXT("category", o->order.category), B_TEXT("purpose", o->order.purpose),
                          B_TEXT("state", "REQUESTED"), B_BLOB("stamp_order", jy_buf_slice(&o->der)),
                          B_BLOB("prepared_digest", JY_SLICE(o->prepared_digest, JY_SM3_SIZE)), B_TEXT("slot", o->slot), B_INT("now", x->now),
                          B_INT("expires", o->order.expires)), NULL, fault);
}

jy_err
order_create(struct exchange *x, struct jy_fault *fault)
{
    struct ordering o = { .x = x };
    char expires[21];
    jy_err rc;

    if (document_category_by_code(in_text(x, "category"))->excluded)
        return jy_fail(fault, JY_E_EXCLUDED_BY_LAW, "category", 0, "%s", document_category_by_code(in_text(x, "category"))->source);
    if ((rc = find_row(x, SQL_SEAL_BY_ID, BINDS(B_TEXT("seal_id", in_text(x, "seal_id")), SCOPE_ANYWHERE(x)), seal_columns, &o.seal, fault)) != JY_OK) {
        rc = rc != JY_E_NOT_FOUND ? rc : jy_fail(fault, rc, "seal_id", 0, "%s", in_text(x, "seal_id"));
        goto out;
    }
    if (strcmp(member(o.seal, "state"), "ACTIVE") != 0) {
        rc = jy_fail(fault, JY_E_SEAL_NOT_LIVE, "seal_id", 0, "its state is %s", member(o.seal, "state"));
        goto out;
    }
    if ((rc = seal_scope_permits(x, in_text(x, "seal_id"), in_text(x, "category"), -1, fault)) != JY_OK)
        goto out;
    if ((rc = find_row(x, SQL_DOCUMENT_BY_ID, BINDS(B_TEXT("document_id", in_text(x, "document_id")), SCOPE_ORGANIZATION(x)), document_columns,
                       &o.document, fault)) != JY_OK) {
        rc = rc != JY_E_NOT_FOUND ? rc : jy_fail(fault, rc, "document_id", 0, "%s", in_text(x, "document_id"));
        goto out;
    }
    if (member(o.document, "refusal")[0] != '\0') {
        rc = jy_fail(fault, jy_err_by_code(member(o.document, "refusal")), "document_id", 0, "it was said when the document was uploaded");
        goto out;
    }
    if ((rc = fresh_id(o.order.order_id)) != JY_OK ||
        (rc = jy_hex_parse(jy_slice_text(member(o.document, "digest")), o.order.document_digest, JY_SM3_SIZE)) != JY_OK)
        goto out;
    place(&o);
    PUT(o.order.seal_key_id, in_text(x, "seal_id"));
    PUT(o.order.es_id, member(o.seal, "es_id"));
    PUT(o.order.category, in_text(x, "category"));
    PUT(o.order.purpose, in_text(x, "purpose"));
    PUT(o.order.requester, x->actor.person_id);
    o.order.created = x->now;
    o.order.expires = x->now + x->web->order_seconds;
    if ((rc = prepare(&o, fault)) != JY_OK || (rc = jy_stamp_order_encode(&o.order, &o.der)) != JY_OK)
        goto out;
    jy_time_rfc3339(o.order.expires, expires);
    PUT(x->object, o.order.order_id);
    if ((rc = answer_json(x, 201, json_pack("{s:s, s:s, s:o, s:s}", "order_id", o.order.order_id, "state", "REQUESTED", "order",
                                            json_base64(jy_buf_slice(&o.der)), "expires", expires))) == JY_OK)
        rc = commit(x, insert_order, &o, fault);
out:
    jy_buf_free(&o.der);
    json_decref(o.seal);
    json_decref(o.document);
    return rc;
}

/* -- looking -- */

static jy_err
find_order(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_row(x, SQL_ORDER_BY_ID, BINDS(B_TEXT("order_id", x->id), SCOPE_CITY(x), SCOPE_ORGANIZATION(x), SCOPE_DISTRICT(x)), order_columns, out,
                    fault);
}

jy_err
order_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *order = NULL;
    jy_err rc = find_order(x, &order, fault);

    return rc != JY_OK ? rc : answer_json(x, 200, order);
}

jy_err
stamp_record_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_STAMP_RECORD_LIST,
                        BINDS(B_INT("before", page.before), B_INT("limit", page.limit), SCOPE_CITY(x), SCOPE_ORGANIZATION(x), SCOPE_DISTRICT(x)),
                        record_columns, &rows, fault)) == JY_OK)
        rc = answer_page(x, &page, rows);
    return rc;
}

/* -- deciding -- */

struct decision { struct exchange *x; const char *from, *to; struct jy_slice approval; };

static jy_err
write_approval(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct decision *d = arg;

    return move_row(tx, SQL_ORDER_APPROVE, BINDS(B_TEXT("to", d->to), B_TEXT("person_id", d->x->actor.person_id), B_BLOB("approval", d->approval),
                                                       B_INT("now", d->x->now), B_TEXT("order_id", d->x->id), B_TEXT("from", d->from)), fault);
}

static jy_err
write_refusal(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct decision *d = arg;

    return move_row(tx, SQL_ORDER_REFUSE, BINDS(B_TEXT("to", d->to), B_TEXT("person_id", d->x->actor.person_id),
                                                      B_TEXT("reason", in_text(d->x, "reason")), B_TEXT("order_id", d->x->id), B_TEXT("from", d->from)), fault);
}

/* The order, if this person may decide on it and it is still open. */
static jy_err
open_for_decision(struct exchange *x, const char *event, json_t **order, struct decision *d, struct jy_fault *fault)
{
    jy_time expires = 0;
    jy_err rc;

    if ((rc = find_order(x, order, fault)) != JY_OK)
        return rc;
    if (strcmp(member(*order, "seal_approver_id"), x->actor.person_id) != 0)
        return jy_fail(fault, JY_E_FORBIDDEN, "approver", 0, "you are not this seal's approver (R16.1)");
    d->from = member(*order, "state");
    if ((rc = state_after(order_moves, d->from, event, &d->to, fault)) != JY_OK ||
        (rc = jy_time_parse_rfc3339(member(*order, "expires"), &expires)) != JY_OK)
        return rc;
    return x->now < expires ? JY_OK : jy_fail(fault, JY_E_ORDER_EXPIRED, "expires", 0, "%s", member(*order, "expires"));
}

jy_err
order_approve(struct exchange *x, struct jy_fault *fault)
{
    struct jy_msg_KEY_APPROVE ask = { { 0 } };
    struct jy_buf sealed = { 0 }, der = { 0 };
    struct decision d = { .x = x };
    struct jy_frame reply = { 0 };
    json_t *order = NULL;
    jy_err rc;

    if ((rc = open_for_decision(x, "approve", &order, &d, fault)) != JY_OK || (rc = in_sealed(x, "sealed", &sealed, fault)) != JY_OK ||
        (rc = jy_base64_decode(jy_slice_text(member(order, "stamp_order")), &der)) != JY_OK)
        goto out;
    key_id_of("approver", x->actor.person_id, ask.approver_key_id);
    ask.order = jy_buf_slice(&der);
    ask.sealed_pin = jy_buf_slice(&sealed);
    if ((rc = ask_key(x->web, JY_MSG_KEY_APPROVE, &ask, &reply, fault)) != JY_OK ||
        (rc = answer_json(x, 200, json_pack("{s:s}", "state", d.to))) != JY_OK)
        goto out;
    d.approval = reply.u.KEY_APPROVED.approval;
    rc = commit(x, write_approval, &d, fault);
out:
    jy_frame_free(&reply);
    jy_buf_free(&sealed);
    jy_buf_free(&der);
    json_decref(order);
    return rc;
}

jy_err
order_refuse(struct exchange *x, struct jy_fault *fault)
{
    struct decision d = { .x = x };
    json_t *order = NULL;
    jy_err rc;

    if ((rc = open_for_decision(x, "refuse", &order, &d, fault)) == JY_OK && (rc = answer_json(x, 200, json_pack("{s:s}", "state", d.to))) == JY_OK &&
        (rc = commit(x, write_refusal, &d, fault)) == JY_OK)
        stamping_forget_prepared(x->web, order);
    json_decref(order);
    return rc;
}
