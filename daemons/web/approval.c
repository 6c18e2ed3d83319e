/* SPDX-License-Identifier: Apache-2.0 */
/* Approvals: signed in the key room, kept here, and how far a chain is under the flow in force (R16.1, R19.1). What counts is key's own judgement. */
#include "codec/der.h"
#include "codec/text.h"
#include "daemons/web/pages.h"
#include "daemons/web/route.h"

#include <stdlib.h>
#include <string.h>

const struct column approval_columns[] = {
    { "step", COL_INT }, { "person_id", COL_TEXT }, { "in_place_of", COL_TEXT }, { "flow_digest", COL_HEX }, { "approval", COL_BASE64 },
    { "at", COL_TIME }, { "pages_seen", COL_JSON }, { NULL, COL_TEXT },
};
static const struct column flow_columns[] = {
    { "number", COL_INT }, { "flow", COL_BASE64 }, { "digest", COL_HEX }, { NULL, COL_TEXT },
};

int64_t
member_int(const json_t *object, const char *name, int64_t absent)
{
    const json_t *value = json_object_get(object, name);

    return json_is_integer(value) ? json_integer_value(value) : absent;
}

/* -- how far a chain is -- */

/* Those under the present flow, in the order of signing. */
static jy_err
gather(const json_t *rows, const char *flow_digest, struct jy_approval list[APPROVALS_ROWS], struct progress *p, struct jy_fault *fault)
{
    struct jy_buf body = { 0 }, der = { 0 };
    const json_t *row;
    jy_err rc = JY_OK;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)rows, i, row) {
        if (rc != JY_OK || strcmp(member(row, "flow_digest"), flow_digest) != 0)
            continue;
        der.len = 0;
        if (p->count == APPROVALS_ROWS)
            rc = jy_fail(fault, JY_E_LIMIT, "approvals", 0, "more than %d", APPROVALS_ROWS);
        else if ((rc = jy_base64_decode(jy_slice_text(member(row, "approval")), &der)) == JY_OK &&
                 (rc = jy_approval_parse(jy_buf_slice(&der), &list[p->count], fault)) == JY_OK && (rc = jy_buf_add(&body, jy_buf_slice(&der))) == JY_OK)
            p->count++;
    }
    if (rc == JY_OK)
        rc = jy_der_wrap(&p->sequence, DER_SEQUENCE, &body);
    jy_buf_free(&der);
    jy_buf_free(&body);
    return rc;
}

jy_err
progress_read(struct db_tx *tx, const struct use_case *use, struct progress *p, struct jy_fault *fault)
{
    struct jy_approval *list = calloc(APPROVALS_ROWS, sizeof(*list));
    char custodian[65] = "";
    struct jy_buf der = { 0 };
    json_t *rows = NULL;
    jy_err rc;

    *p = (struct progress){ 0 };
    if (use->custodian_id[0] != '\0')
        key_id_of("approver", use->custodian_id, custodian);
    if ((rc = list == NULL ? JY_E_NOMEM : JY_OK) != JY_OK ||
        (rc = rows_first(tx, SQL_FLOW_IN_FORCE, BINDS(B_TEXT("seal_id", use->seal_id)), flow_columns, &p->row, fault)) != JY_OK)
        goto out;
    if (p->row == NULL) {
        rc = jy_fail(fault, JY_E_NO_PATH, "seal_id", 0, "its custodian has set no flow yet (R16.1)");
        goto out;
    }
    if ((rc = jy_base64_decode(jy_slice_text(member(p->row, "flow")), &der)) == JY_OK &&
        (rc = jy_flow_parse(jy_buf_slice(&der), &p->flow, fault)) == JY_OK &&
        (rc = jy_flow_path_for(p->flow, &use->use, use->now, &p->path, fault)) == JY_OK &&
        (rc = rows_read(tx, SQL_APPROVAL_LIST, BINDS(B_TEXT("subject_id", use->subject_id)), approval_columns, &rows, fault)) == JY_OK &&
        (rc = gather(rows, member(p->row, "digest"), list, p, fault)) == JY_OK)
        rc = jy_flow_judge(p->flow, p->path, list, p->count, custodian, &p->next, &p->signed_, fault);
out:
    free(list);
    jy_buf_free(&der);
    json_decref(rows);
    return rc;
}

struct reading { const struct use_case *use; struct progress *progress; };

static jy_err
read_progress(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct reading *r = arg;

    return progress_read(tx, r->use, r->progress, fault);
}

jy_err
progress_find(const struct exchange *x, const struct use_case *use, struct progress *out, struct jy_fault *fault)
{
    struct reading r = { use, out };

    *out = (struct progress){ 0 };
    return db_read(x->web->db, read_progress, &r, fault);
}

void
progress_end(struct progress *p)
{
    free(p->flow);
    json_decref(p->row);
    jy_buf_free(&p->sequence);
    *p = (struct progress){ 0 };
}

struct use_case
use_of_order(const json_t *order, jy_time now)
{
    return (struct use_case){ member(order, "order_id"), member(order, "seal_id"), member(order, "seal_custodian_id"),
                              { member(order, "category"), member_int(order, "amount_fen", -1), json_is_true(json_object_get(order, "digest_only")) }, now };
}

/* -- one approval -- */

jy_err
ask_approval(struct exchange *x, const char *kind, struct jy_slice subject, struct jy_frame *reply, struct jy_fault *fault)
{
    struct jy_msg_KEY_APPROVE ask = { .subject = subject, .step = (uint32_t)member_int(x->input, "step", 0) };
    struct jy_buf sealed = { 0 };
    jy_err rc;

    key_id_of("approver", x->actor.person_id, ask.approver_key_id);
    PUT(ask.kind, kind);
    if ((rc = in_sealed(x, "sealed", &sealed, fault)) == JY_OK) {
        ask.sealed_pin = jy_buf_slice(&sealed);
        rc = ask_key(x->web, JY_MSG_KEY_APPROVE, &ask, reply, fault);
    }
    jy_buf_free(&sealed);
    return rc;
}

jy_err
approval_keep(struct db_tx *tx, const struct exchange *x, const char *kind, const char *subject_id, struct jy_slice der, struct jy_fault *fault)
{
    struct jy_approval a;
    jy_err rc = jy_approval_parse(der, &a, fault);

    return rc != JY_OK ? rc : rows_run(tx, SQL_APPROVAL_INSERT,
                                       BINDS(B_TEXT("subject_id", subject_id), B_TEXT("kind", kind), B_INT("step", a.step),
                                             B_TEXT("person_id", x->actor.person_id), B_TEXT("in_place_of", a.in_place_of),
                                             B_BLOB("flow_digest", JY_SLICE(a.flow_digest, JY_SM3_SIZE)), B_BLOB("approval", der), B_INT("at", a.time)),
                                       NULL, fault);
}

struct decision { struct exchange *x; const json_t *order; struct jy_slice approval; char *pages_seen; };

/* The approval; and when with it the chain is complete, the order is APPROVED. Counted inside the transaction: two who sign at once both see the other. */
static jy_err
write_approval(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct decision *d = arg;
    const struct use_case use = use_of_order(d->order, d->x->now);
    const char *from = member(d->order, "state"), *to = from;
    struct progress p = { 0 };
    jy_err rc;

    if ((rc = approval_keep(tx, d->x, "order", d->x->id, d->approval, fault)) == JY_OK &&
        (rc = seen_keep(tx, d->x, d->approval, d->pages_seen, fault)) == JY_OK && (rc = progress_read(tx, &use, &p, fault)) == JY_OK &&
        p.next == p.path->step_count && (rc = state_after(order_moves, from, "approve", &to, fault)) == JY_OK)
        rc = move_row(tx, SQL_ORDER_APPROVE, BINDS(B_TEXT("to", to), B_TEXT("person_id", d->x->actor.person_id), B_TEXT("grant_id", NULL),
                                                   B_INT("now", d->x->now), B_TEXT("order_id", d->x->id), B_TEXT("from", from)), fault);
    if (rc == JY_OK)
        rc = answer_json(d->x, 200, p.next == p.path->step_count ? json_pack("{s:s}", "state", to) :
                                        json_pack("{s:s, s:I, s:I}", "state", to, "step", (json_int_t)p.next, "step_waits_for",
                                                  (json_int_t)(p.path->steps[p.next].needed - p.signed_)));
    progress_end(&p);
    return rc;
}

jy_err
order_approve(struct exchange *x, struct jy_fault *fault)
{
    struct decision d = { .x = x };
    struct jy_frame reply = { 0 };
    struct jy_buf der = { 0 };
    json_t *order = NULL;
    jy_time expires = 0;
    const char *to;
    jy_err rc;

    if ((rc = find_row(x, SQL_ORDER_BY_ID, BINDS(B_TEXT("order_id", x->id), SCOPE_CITY(x), SCOPE_ORGANIZATION(x), SCOPE_DISTRICT(x)), order_columns,
                       &order, fault)) != JY_OK ||
        (rc = state_after(order_moves, member(order, "state"), "approve", &to, fault)) != JY_OK ||
        (rc = jy_time_parse_rfc3339(member(order, "expires"), &expires)) != JY_OK ||
        (rc = jy_base64_decode(jy_slice_text(member(order, "stamp_order")), &der)) != JY_OK)
        goto out;
    if (x->now >= expires) {
        rc = jy_fail(fault, JY_E_ORDER_EXPIRED, "expires", 0, "%s", member(order, "expires"));
        goto out;
    }
    if ((rc = seen_check(x, order, &d.pages_seen, fault)) != JY_OK || (rc = ask_approval(x, "order", jy_buf_slice(&der), &reply, fault)) != JY_OK)
        goto out;
    d.order = order;
    d.approval = reply.u.KEY_APPROVED.approval;
    rc = commit(x, write_approval, &d, fault);
out:
    free(d.pages_seen);
    jy_frame_free(&reply);
    jy_buf_free(&der);
    json_decref(order);
    return rc;
}
