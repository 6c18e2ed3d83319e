/* SPDX-License-Identifier: Apache-2.0 */
/* A stamping order: prepared by doc, so that places and the digest to be signed are known before anybody approves (R16.1). */
#include "codec/text.h"
#include "daemons/web/order.h"
#include "daemons/web/pages.h"
#include "daemons/web/route.h"
#include "daemons/web/seal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct column order_columns[] = {
    { "order_id", COL_TEXT }, { "organization_id", COL_TEXT }, { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "seal_name", COL_TEXT },
    { "seal_state", COL_TEXT }, { "seal_custodian_id", COL_TEXT }, { "document_id", COL_TEXT },
    { "document_digest", COL_HEX }, { "format", COL_TEXT }, { "digest_only", COL_BOOL }, { "requester_id", COL_TEXT }, { "places", COL_JSON }, { "category", COL_TEXT },
    { "purpose", COL_TEXT }, { "amount_fen", COL_INT }, { "copies", COL_INT }, { "reference", COL_TEXT }, { "state", COL_TEXT },
    { "stamp_order", COL_BASE64 }, { "prepared_digest", COL_HEX }, { "slot", COL_TEXT }, { "created", COL_TIME }, { "expires", COL_TIME },
    { "approver_id", COL_TEXT }, { "approved", COL_TIME }, { "grant_id", COL_TEXT }, { "reason", COL_TEXT }, { "custodian_id", COL_TEXT },
    { "intent", COL_TIME }, { "stamped", COL_TIME }, { "value_digest", COL_HEX }, { "result_document_id", COL_TEXT }, { "result_digest", COL_HEX },
    { "value", COL_BASE64 }, { "pages_seen_digest", COL_HEX }, { NULL, COL_TEXT },
};
static const struct column seal_columns[] = {
    { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "state", COL_TEXT }, { "district", COL_TEXT }, { "width_mm", COL_INT }, { "height_mm", COL_INT },
    { "seal", COL_BASE64 }, { "custodian_id", COL_TEXT }, { NULL, COL_TEXT },
};
static const struct column document_columns[] = { { "digest", COL_HEX }, { "format", COL_TEXT }, { "refusal", COL_TEXT }, { "pages", COL_JSON },
                                                  { NULL, COL_TEXT } };
static const struct column record_columns[] = {
    { "seq", COL_INT }, { "stamp_record_id", COL_TEXT }, { "order_id", COL_TEXT }, { "organization_id", COL_TEXT }, { "seal_id", COL_TEXT },
    { "es_id", COL_TEXT }, { "seal_name", COL_TEXT }, { "document_id", COL_TEXT }, { "document_digest", COL_HEX }, { "digest_only", COL_BOOL }, { "places", COL_JSON },
    { "category", COL_TEXT }, { "purpose", COL_TEXT }, { "amount_fen", COL_INT }, { "copies", COL_INT }, { "reference", COL_TEXT }, { "grant_id", COL_TEXT },
    { "requester_id", COL_TEXT }, { "approver_id", COL_TEXT }, { "approved", COL_TIME }, { "custodian_id", COL_TEXT }, { "state", COL_TEXT },
    { "reason", COL_TEXT }, { "intent", COL_TIME }, { "stamped", COL_TIME }, { "value_digest", COL_HEX }, { "result_document_id", COL_TEXT },
    { "result_digest", COL_HEX }, { "pages_seen_digest", COL_HEX }, { NULL, COL_TEXT },
};

/* -- making an order -- */

/* What doc is asked for: the places as they were sent, the picture's size; without one it is the seal's own, with one side only the other follows. */
static jy_err
wish_of(const struct ordering *o, char **out, struct jy_fault *fault)
{
    const struct exchange *x = o->x;
    double w = (double)json_integer_value(json_object_get(o->seal, "width_mm")), h = (double)json_integer_value(json_object_get(o->seal, "height_mm"));
    double width = in_number(x, "width_mm", 0), height = in_number(x, "height_mm", 0);
    json_t *wish;

    if (width <= 0)
        width = height > 0 ? height * w / h : w;
    if (height <= 0)
        height = width * h / w;
    if (!seal_keeps_shape(width, height, w, h))
        return jy_fail(fault, JY_E_BAD_FIELD, "height_mm", 0, "%g × %g mm would stretch the seal of %g × %g mm; give one of width_mm and height_mm, or neither",
                       width, height, w, h);
    wish = json_pack("{s:f, s:f, s:O}", "width_mm", width, "height_mm", height, "places", json_object_get(x->input, "places"));
    *out = json_dumps(wish, JSON_COMPACT);
    json_decref(wish);
    return *out == NULL ? JY_E_NOMEM : JY_OK;
}

static json_t *
box_json(int64_t x_um, int64_t y_um, int64_t width_um, int64_t height_um)
{
    return json_pack("{s:f, s:f, s:f, s:f}", "x_mm", (double)x_um / 1000, "y_mm", (double)y_um / 1000, "width_mm", (double)width_um / 1000, "height_mm",
                     (double)height_um / 1000);
}

jy_err
ordering_show_places(struct ordering *o)
{
    json_t *all = json_array();
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < o->order.place_count; i++) {
        const struct jy_order_place *p = &o->order.places[i];
        json_t *one = box_json(p->x_um, p->y_um, p->width_um, p->height_um);
        if (json_object_set_new(one, "page", json_integer(p->page)) != 0 ||
            (p->clipped && json_object_set_new(one, "clip", box_json(p->clip_x_um, p->clip_y_um, p->clip_width_um, p->clip_height_um)) != 0))
            rc = JY_E_NOMEM;
        if (json_array_append_new(all, one) != 0)
            rc = JY_E_NOMEM;
    }
    if (rc == JY_OK && (o->places = json_dumps(all, JSON_COMPACT | JSON_REAL_PRECISION(9))) == NULL)
        rc = JY_E_NOMEM;
    json_decref(all);
    return rc;
}

static jy_err
take_prepared(struct ordering *o, const struct jy_msg_DOC_PREPARED *told, struct jy_fault *fault)
{
    jy_err rc = jy_order_places_parse(told->places, &o->order.places, &o->order.place_count);

    if (rc != JY_OK || told->data_hash.len != JY_SM3_SIZE)
        return jy_fail(fault, JY_E_INTERNAL, "DOC_PREPARED", 0, "not as messages.def says");
    memcpy(o->order.data_hash, told->data_hash.p, JY_SM3_SIZE);
    PUT(o->order.property_info, told->property_info);
    PUT(o->slot, told->slot);
    return ordering_show_places(o);
}

static bool
looks_for_words(const struct ordering *o)
{
    const json_t *places = json_object_get(o->x->input, "places"), *place;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)places, i, place) {
        if (json_object_get(place, "keyword") != NULL)
            return true;
    }
    return false;
}

/* The words of a PDF, when a keyword is looked for, for doc to find it in; else a file without bytes. *words is the caller's to close. */
static jy_err
find_words(const struct ordering *o, int document, int *words, struct jy_fault *fault)
{
    struct web *web = o->x->web;

    if (strcmp(member(o->document, "format"), "PDF") != 0 || !looks_for_words(o))
        return blob_new(web, words, fault);
    return page_words(web, document, 1, (uint32_t)json_array_size(json_object_get(o->document, "pages")), words, fault);
}

static jy_err
prepare(struct ordering *o, struct jy_fault *fault)
{
    struct exchange *x = o->x;
    struct jy_msg_DOC_PREPARE ask = { .document = -1, .output = -1, .words = -1, .now = x->now };
    struct jy_frame reply = { 0 };
    struct jy_buf seal = { 0 };
    char *wish = NULL;
    uint64_t size;
    int own = -1;
    jy_err rc;

    if ((rc = wish_of(o, &wish, fault)) != JY_OK || (rc = jy_base64_decode(jy_slice_text(member(o->seal, "seal")), &seal)) != JY_OK ||
        (rc = blob_open(x->web, member(o->document, "digest"), &ask.document, &size, fault)) != JY_OK ||
        (rc = find_words(o, ask.document, &ask.words, fault)) != JY_OK)
        goto out;
    ask.seal = jy_buf_slice(&seal);
    ask.wish = jy_slice_text(wish);
    if ((rc = ask_doc(x->web, JY_MSG_DOC_PREPARE, &ask, &ask.output, &reply, fault)) == JY_OK &&
        (rc = take_prepared(o, &reply.u.DOC_PREPARED, fault)) == JY_OK &&
        (rc = blob_take(x->web, ask.output, &own, o->prepared_digest, &size, fault)) == JY_OK)
        rc = blob_keep(x->web, own, o->prepared_digest, fault);
out:
    jy_frame_free(&reply);
    jy_buf_free(&seal);
    free(wish);
    if (ask.document >= 0)
        close(ask.document);
    if (ask.words >= 0)
        close(ask.words);
    if (ask.output >= 0)
        close(ask.output);
    if (own >= 0)
        close(own);
    return rc;
}

jy_err
ordering_insert(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct ordering *o = arg;
    struct exchange *x = o->x;
    jy_err rc = rows_run(tx, SQL_ORDER_INSERT,
                         BINDS(B_TEXT("order_id", o->order.order_id), B_TEXT("organization_id", x->actor.organization_id),
                               B_TEXT("district", member(o->seal, "district")), B_TEXT("seal_id", o->order.seal_key_id),
                               B_TEXT("document_id", o->document_id), B_TEXT("requester_id", x->actor.person_id), B_TEXT("places", o->places),
                               B_TEXT("category", o->order.category), B_TEXT("purpose", o->order.purpose),
                               o->order.amount_fen < 0 ? (struct bind)B_TEXT("amount_fen", NULL) : (struct bind)B_INT("amount_fen", o->order.amount_fen),
                               B_INT("copies", o->order.copies), B_TEXT("reference", o->order.reference), B_TEXT("state", "REQUESTED"),
                               B_BLOB("stamp_order", jy_buf_slice(&o->der)),
                               B_BLOB("prepared_digest", JY_SLICE(o->prepared_digest, o->order.digest_only ? 0 : JY_SM3_SIZE)),
                               B_TEXT("slot", o->slot), B_INT("digest_only", o->order.digest_only), B_INT("now", x->now),
                               B_INT("expires", o->order.expires)), NULL, fault);

    /* R16.2: a path without steps waits for nobody's approval. */
    if (rc == JY_OK && strcmp(o->state, "REQUESTED") != 0)
        rc = move_row(tx, SQL_ORDER_APPROVE, BINDS(B_TEXT("to", o->state), B_TEXT("person_id", NULL), B_TEXT("grant_id", NULL), B_INT("now", x->now),
                                                   B_TEXT("order_id", o->order.order_id), B_TEXT("from", "REQUESTED")), fault);
    return rc;
}

static const struct column permitted_columns[] = { { "permitted", COL_INT }, { NULL, COL_TEXT } };

/* R16.1: who may ask for this seal and such documents now, and by which path it will be decided. */
static jy_err
check_permission(struct ordering *o, struct jy_fault *fault)
{
    struct exchange *x = o->x;
    const struct use_case use = { "", in_text(x, "seal_id"), member(o->seal, "custodian_id"),
                                  { in_text(x, "category"), o->order.amount_fen, o->order.digest_only }, x->now };
    struct progress p = { 0 };
    json_t *row = NULL;
    jy_err rc;

    if ((rc = find_row(x, SQL_USE_PERMITTED,
                       BINDS(B_TEXT("seal_id", in_text(x, "seal_id")), B_TEXT("person_id", x->actor.person_id), B_TEXT("category", in_text(x, "category")),
                             B_INT("now", x->now), SCOPE_ORGANIZATION(x)), permitted_columns, &row, fault)) == JY_OK &&
        member_int(row, "permitted", 0) == 0)
        rc = jy_fail(fault, JY_E_NOT_PERMITTED, "seal_id", 0, "the custodian has given you no permission for category %s now", in_text(x, "category"));
    if (rc == JY_OK && (rc = progress_find(x, &use, &p, fault)) == JY_OK)
        o->state = "REQUESTED";
    if (rc == JY_OK && p.path->step_count == 0)
        rc = state_after(order_moves, "REQUESTED", "approve", &o->state, fault);
    progress_end(&p);
    json_decref(row);
    return rc;
}

jy_err
ordering_begin(struct exchange *x, struct ordering *o, struct jy_fault *fault)
{
    jy_err rc;

    o->x = x;
    o->order.amount_fen = member_int(x->input, "amount_fen", -1);
    o->order.copies = (uint32_t)member_int(x->input, "copies", 1);
    if (document_category_by_code(in_text(x, "category"))->excluded)
        return jy_fail(fault, JY_E_EXCLUDED_BY_LAW, "category", 0, "%s", document_category_by_code(in_text(x, "category"))->source);
    if ((rc = find_row(x, SQL_SEAL_BY_ID, BINDS(B_TEXT("seal_id", in_text(x, "seal_id")), SCOPE_ANYWHERE(x)), seal_columns, &o->seal, fault)) != JY_OK)
        return rc != JY_E_NOT_FOUND ? rc : jy_fail(fault, rc, "seal_id", 0, "%s", in_text(x, "seal_id"));
    if (strcmp(member(o->seal, "state"), "ACTIVE") != 0)
        return seal_not_live(x, in_text(x, "seal_id"), member(o->seal, "state"), fault);
    if ((rc = seal_scope_permits(x, in_text(x, "seal_id"), in_text(x, "category"), o->order.amount_fen, fault)) != JY_OK ||
        (rc = check_permission(o, fault)) != JY_OK || (rc = fresh_id(o->order.order_id)) != JY_OK)
        return rc;
    PUT(o->order.seal_key_id, in_text(x, "seal_id"));
    PUT(o->order.es_id, member(o->seal, "es_id"));
    PUT(o->order.category, in_text(x, "category"));
    PUT(o->order.purpose, in_text(x, "purpose"));
    if (in_text(x, "reference") != NULL)
        PUT(o->order.reference, in_text(x, "reference"));
    PUT(o->order.requester, x->actor.person_id);
    o->order.created = x->now;
    o->order.expires = x->now + x->web->order_seconds;
    return JY_OK;
}

jy_err
ordering_commit(struct ordering *o, db_fn *insert, struct jy_fault *fault)
{
    struct exchange *x = o->x;
    char expires[21];
    jy_err rc;

    if ((rc = jy_stamp_order_encode(&o->order, &o->der)) != JY_OK)
        return rc;
    jy_time_rfc3339(o->order.expires, expires);
    PUT(x->object, o->order.order_id);
    if ((rc = answer_json(x, 201, json_pack("{s:s, s:s, s:o, s:s, s:o}", "order_id", o->order.order_id, "state", o->state, "order",
                                            json_base64(jy_buf_slice(&o->der)), "expires", expires, "places",
                                            json_loads(o->places, JSON_REJECT_DUPLICATES, NULL)))) == JY_OK)
        rc = commit(x, insert, o, fault);
    return rc;
}

void
ordering_end(struct ordering *o)
{
    jy_stamp_order_free(&o->order);
    jy_buf_free(&o->der);
    free(o->places);
    json_decref(o->seal);
    json_decref(o->document);
}

static jy_err
find_document(struct ordering *o, struct jy_fault *fault)
{
    const struct exchange *x = o->x;
    jy_err rc;

    if ((rc = find_row(x, SQL_DOCUMENT_BY_ID, BINDS(B_TEXT("document_id", in_text(x, "document_id")), SCOPE_ORGANIZATION(x)), document_columns,
                       &o->document, fault)) != JY_OK)
        return rc != JY_E_NOT_FOUND ? rc : jy_fail(fault, rc, "document_id", 0, "%s", in_text(x, "document_id"));
    if (member(o->document, "refusal")[0] != '\0')
        return jy_fail(fault, jy_err_by_code(member(o->document, "refusal")), "document_id", 0, "it was said when the document was uploaded");
    PUT(o->document_id, in_text(x, "document_id"));
    return jy_hex_parse(jy_slice_text(member(o->document, "digest")), o->order.document_digest, JY_SM3_SIZE);
}

jy_err
order_create(struct exchange *x, struct jy_fault *fault)
{
    struct ordering o = { .x = x };
    jy_err rc;

    if ((rc = ordering_begin(x, &o, fault)) == JY_OK && (rc = find_document(&o, fault)) == JY_OK && (rc = prepare(&o, fault)) == JY_OK)
        rc = ordering_commit(&o, ordering_insert, fault);
    ordering_end(&o);
    return rc;
}

/* -- looking -- */

static jy_err
find_order(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_row(x, SQL_ORDER_BY_ID, BINDS(B_TEXT("order_id", x->id), SCOPE_CITY(x), SCOPE_ORGANIZATION(x), SCOPE_DISTRICT(x)), order_columns, out,
                    fault);
}

/* An order with its approvals and whose turn it is: what an approver's secret names (docs/protocol/sealed-secret.md). */
jy_err
order_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *order = NULL, *approvals = NULL;
    struct progress p = { 0 };
    struct use_case use;
    jy_err rc;

    if ((rc = find_order(x, &order, fault)) != JY_OK ||
        (rc = find_rows(x, SQL_APPROVAL_LIST, BINDS(B_TEXT("subject_id", x->id)), approval_columns, &approvals, fault)) != JY_OK)
        goto out;
    json_object_set(order, "approvals", approvals);
    if (json_is_true(json_object_get(order, "digest_only")))
        json_object_set_new(order, "notice", json_string(CONTENT_NOT_SEEN));
    use = use_of_order(order, x->now);
    if (strcmp(member(order, "state"), "REQUESTED") == 0 && progress_find(x, &use, &p, fault) == JY_OK && p.next < p.path->step_count) {
        json_object_set_new(order, "step", json_integer(p.next));
        json_object_set_new(order, "step_name", json_string(p.path->steps[p.next].name));
        json_object_set_new(order, "step_waits_for", json_integer(p.path->steps[p.next].needed - p.signed_));
    }
    rc = answer_json(x, 200, json_incref(order));
out:
    progress_end(&p);
    json_decref(approvals);
    json_decref(order);
    return rc;
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

/* -- refusing -- */

struct decision { struct exchange *x; const char *from, *to; };

static jy_err
write_refusal(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct decision *d = arg;

    return move_row(tx, SQL_ORDER_REFUSE, BINDS(B_TEXT("to", d->to), B_TEXT("person_id", d->x->actor.person_id),
                                                B_TEXT("reason", in_text(d->x, "reason")), B_TEXT("order_id", d->x->id), B_TEXT("from", d->from)), fault);
}

/* Whoever could approve it in some step, also as a deputy, may refuse it. */
static jy_err
may_refuse(struct exchange *x, const json_t *order, struct jy_fault *fault)
{
    const struct use_case use = use_of_order(order, x->now);
    struct progress p = { 0 };
    char own[65];
    jy_err rc = progress_find(x, &use, &p, fault);

    key_id_of("approver", x->actor.person_id, own);
    if (rc == JY_OK && !jy_flow_names(p.flow, own))
        rc = jy_fail(fault, JY_E_FORBIDDEN, "approver", 0, "you are no approver of this seal (R16.1)");
    progress_end(&p);
    return rc;
}

jy_err
order_refuse(struct exchange *x, struct jy_fault *fault)
{
    struct decision d = { .x = x };
    json_t *order = NULL;
    jy_err rc;

    if ((rc = find_order(x, &order, fault)) == JY_OK && (rc = may_refuse(x, order, fault)) == JY_OK) {
        d.from = member(order, "state");
        if ((rc = state_after(order_moves, d.from, "refuse", &d.to, fault)) == JY_OK &&
            (rc = answer_json(x, 200, json_pack("{s:s}", "state", d.to))) == JY_OK &&
            (rc = commit(x, write_refusal, &d, fault)) == JY_OK)
            stamping_forget_prepared(x->web, order);
    }
    json_decref(order);
    return rc;
}
