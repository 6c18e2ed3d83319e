/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stamping: INTENT in the store before anything is signed; the key room signs; doc puts the value in; DONE and the new document in one
 * transaction; then the answer. What a crash leaves as INTENT is asked for again by its custodian, or settled (background.c).
 */
#include "base/kill_point.h"
#include "codec/text.h"
#include "daemons/web/evidence.h"
#include "daemons/web/route.h"
#include "daemons/web/webhook.h"
#include "daemons/web/seal.h"
#include "daemons/web/time_stamp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct order_move { struct exchange *x; const char *from, *to, *reason; };

static jy_err
write_intent(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct order_move *m = arg;

    return move_row(tx, SQL_ORDER_INTEND, BINDS(B_TEXT("to", m->to), B_TEXT("person_id", m->x->actor.person_id), B_INT("now", m->x->now),
                                                      B_TEXT("order_id", m->x->id), B_TEXT("from", m->from)), fault);
}

static jy_err
write_end(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct order_move *m = arg;

    return move_row(tx, SQL_ORDER_END, BINDS(B_TEXT("to", m->to), B_TEXT("reason", m->reason), B_TEXT("order_id", m->x->id),
                                                   B_TEXT("from", m->from)), fault);
}

/* What a clear no of key or doc makes of the order; anything not listed leaves the INTENT for another try or the settling. */
static const struct { jy_err err; const char *event; } refusals[] = {
    { JY_E_PIN_WRONG, "return" }, { JY_E_PIN_LOCKED, "return" }, { JY_E_PIN_MUST_CHANGE, "return" }, { JY_E_SECRET_UNREADABLE, "return" },
    { JY_E_SECRET_STALE, "return" }, { JY_E_SEAL_NOT_LIVE, "return" }, { JY_E_SEAL_DATES, "return" }, { JY_E_NO_APPROVAL, "fail" },
    { JY_E_CERT_PERIOD, "fail" }, { JY_E_ORDER_EXPIRED, "fail" }, { JY_E_ORDER_SPENT, "fail" }, { JY_E_DOCUMENT_CHANGED, "fail" },
    { JY_E_NO_PATH, "fail" }, { JY_E_GRANT, "fail" }, { JY_E_SIGNER_NOT_IN_SEAL, "fail" }, { JY_E_FORMAT, "fail" }, { JY_E_ARGUMENT, "fail" },
};

/*
 * The refusal itself is the answer; that its record could not be written is only logged: the INTENT is settled later. Under a grant there are no
 * approvals to go back to: the order is over, and the client makes another.
 */
static void
record_refusal(struct exchange *x, jy_err refusal, bool granted)
{
    struct order_move m = { .x = x, .from = "INTENT", .reason = jy_err_code(refusal) };
    struct jy_fault fault = { 0 };

    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        if (refusals[i].err == refusal &&
            (state_after(order_moves, m.from, granted ? "fail" : refusals[i].event, &m.to, &fault) != JY_OK ||
             db_write(x->web->db, write_end, &m, &fault) != JY_OK))
            jy_log("warning", "intent_left", "%s %s", x->id, fault.text);
}

/* What is kept as stamped carries the very value that was signed. */
static jy_err
holds_value(const struct stamping *s, struct jy_fault *fault)
{
    char digest[2 * JY_SM3_SIZE + 1];
    json_t *signature;
    size_t i;

    jy_hex(JY_SLICE(s->value_digest, JY_SM3_SIZE), digest);
    json_array_foreach(s->inspection.signatures, i, signature)
        if (strcmp(member(signature, "value_digest"), digest) == 0)
            return JY_OK;
    return jy_fail(fault, JY_E_INTERNAL, "DOC_FINISHED", 0, "the result does not hold the value");
}

static bool
is_digest_only(const json_t *order)
{
    return json_is_true(json_object_get(order, "digest_only"));
}

/* The value goes into the prepared document, by doc. */
static jy_err
finish(struct stamping *s, struct jy_fault *fault)
{
    struct jy_msg_DOC_FINISH ask = { .prepared = -1, .output = -1, .value = jy_buf_slice(&s->value) };
    struct jy_frame reply = { 0 };
    uint64_t size;
    int own = -1;
    jy_err rc;

    if ((rc = fresh_id(s->document_id)) != JY_OK || (rc = blob_open(s->web, member(s->order, "prepared_digest"), &ask.prepared, &size, fault)) != JY_OK)
        goto out;
    PUT(ask.slot, member(s->order, "slot"));
    if ((rc = ask_doc(s->web, JY_MSG_DOC_FINISH, &ask, &ask.output, &reply, fault)) == JY_OK &&
        (rc = blob_take(s->web, ask.output, &own, s->digest, &s->size, fault)) == JY_OK &&
        (rc = inspect(s->web, own, s->now, &s->inspection, fault)) == JY_OK && (rc = holds_value(s, fault)) == JY_OK)
        rc = blob_keep(s->web, own, s->digest, fault);
out:
    jy_frame_free(&reply);
    if (ask.prepared >= 0)
        close(ask.prepared);
    if (ask.output >= 0)
        close(ask.output);
    if (own >= 0)
        close(own);
    return rc;
}

/* What the client puts into its own file is what key signed, with its time stamp; there is no file here to put it into. */
jy_err
stamping_build(struct stamping *s, struct jy_slice value, struct jy_fault *fault)
{
    jy_err rc = time_stamp_add(s->web, value, &s->value, fault);

    if (rc == JY_OK && s->value.len == 0)
        rc = jy_buf_add(&s->value, value);
    if (rc != JY_OK || (rc = jy_sm3(value, s->signed_digest)) != JY_OK || (rc = jy_sm3(jy_buf_slice(&s->value), s->value_digest)) != JY_OK)
        return rc;
    if (!is_digest_only(s->order))
        return finish(s, fault);
    PUT(s->document_id, member(s->order, "document_id"));
    return JY_OK;
}

/* The stamped document; or, where it is the client's, the value. */
static jy_err
insert_result(struct db_tx *tx, const struct stamping *s, struct jy_fault *fault)
{
    char *pages;
    jy_err rc;

    if (is_digest_only(s->order))
        return rows_run(tx, SQL_STAMP_VALUE_INSERT, BINDS(B_TEXT("order_id", member(s->order, "order_id")), B_BLOB("value", jy_buf_slice(&s->value))), NULL,
                        fault);
    if ((pages = json_dumps(s->inspection.pages, JSON_COMPACT)) == NULL)
        return JY_E_NOMEM;
    rc = rows_run(tx, SQL_DOCUMENT_INSERT,
                  BINDS(B_TEXT("document_id", s->document_id), B_TEXT("organization_id", member(s->order, "organization_id")),
                        B_TEXT("uploader_id", member(s->order, "requester_id")), B_BLOB("digest", JY_SLICE(s->digest, JY_SM3_SIZE)),
                        B_INT("size", (int64_t)s->size), B_TEXT("format", s->inspection.format), B_TEXT("refusal", s->inspection.refusal),
                        B_TEXT("pages", pages), B_TEXT("from_order_id", member(s->order, "order_id")), B_INT("now", s->now)), NULL, fault);
    free(pages);
    return rc;
}

jy_err
stamping_record(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct stamping *s = arg;
    const char *to;
    jy_err rc;

    if ((rc = state_after(order_moves, "INTENT", "done", &to, fault)) == JY_OK && (rc = insert_result(tx, s, fault)) == JY_OK &&
        (rc = move_row(tx, SQL_ORDER_DONE,
                       BINDS(B_TEXT("to", to), B_INT("stamped", s->stamped), B_BLOB("value_digest", JY_SLICE(s->value_digest, JY_SM3_SIZE)),
                             B_BLOB("signed_digest", JY_SLICE(s->signed_digest, JY_SM3_SIZE)),
                             B_TEXT("result_document_id", s->document_id), B_TEXT("order_id", member(s->order, "order_id")), B_TEXT("from", "INTENT")),
                       fault)) == JY_OK)
        rc = webhook_tell(tx, "stamp", "done", member(s->order, "seal_id"), s->stamped,
                          json_pack("{s:s, s:s}", "order_id", member(s->order, "order_id"), "document_id", s->document_id), fault);
    return rc;
}

void
stamping_end(struct stamping *s)
{
    inspection_end(&s->inspection);
    jy_buf_free(&s->value);
}

static const struct column uses_columns[] = { { "uses", COL_INT }, { NULL, COL_TEXT } };

struct uses { const char *digest; int64_t count; };

static jy_err
count_uses(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct uses *u = arg;
    uint8_t digest[JY_SM3_SIZE];
    json_t *row = NULL;
    jy_err rc;

    if ((rc = jy_hex_parse(jy_slice_text(u->digest), digest, sizeof(digest))) == JY_OK &&
        (rc = rows_first(tx, SQL_ORDER_OPEN_WITH_BLOB, BINDS(B_BLOB("digest", JY_SLICE(digest, sizeof(digest)))), uses_columns, &row, fault)) == JY_OK)
        u->count = json_integer_value(json_object_get(row, "uses"));
    json_decref(row);
    return rc;
}

void
stamping_forget_prepared(struct web *web, const json_t *order)
{
    struct uses uses = { member(order, "prepared_digest"), 1 };
    struct jy_fault fault = { 0 };

    if (is_digest_only(order))
        return;
    /* Prepared bytes hold the order's own time and place; that two orders share them and one begins right now is possible only
     * within the same second: such an order fails at stamping with a clear error and is made again. */
    if (db_read(web->db, count_uses, &uses, &fault) == JY_OK && uses.count == 0)
        blob_forget(web, uses.digest);
}

static jy_err
answer_done(struct exchange *x, const char *order_id, const char *document_id, const char *digest)
{
    return answer_json(x, 200, json_pack("{s:s, s:s, s:s, s:s}", "state", "DONE", "document_id", document_id, "digest", digest, "stamp_record_id", order_id));
}

/* value: base64, taken over. Where it goes is the client's own word, given back so that the answer is all that its tool needs. */
static jy_err
answer_value(struct exchange *x, const json_t *order, json_t *value)
{
    return answer_json(x, 200, json_pack("{s:s, s:s, s:o, s:s}", "state", "DONE", "stamp_record_id", member(order, "order_id"), "value", value, "slot",
                                         member(order, "slot")));
}

/* What the key room is asked for a stamp: with approvals and PIN, or under a grant. */
static jy_err
sign(struct exchange *x, const json_t *order, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct use_case use = use_of_order(order, x->now);
    struct jy_msg_KEY_STAMP ask = { .order = JY_EMPTY };
    struct jy_buf der = { 0 }, sealed = { 0 };
    struct progress p = { 0 };
    jy_err rc;

    if ((rc = jy_base64_decode(jy_slice_text(member(order, "stamp_order")), &der)) == JY_OK && (rc = progress_find(x, &use, &p, fault)) == JY_OK &&
        (rc = in_sealed(x, "sealed", &sealed, fault)) == JY_OK) {
        ask.order = jy_buf_slice(&der);
        ask.approvals = jy_buf_slice(&p.sequence);
        ask.sealed_pin = jy_buf_slice(&sealed);
        rc = ask_key(x->web, JY_MSG_KEY_STAMP, &ask, reply, fault);
    }
    progress_end(&p);
    jy_buf_free(&der);
    jy_buf_free(&sealed);
    return rc;
}

static jy_err
sign_granted(struct exchange *x, const json_t *order, struct jy_frame *reply, struct jy_fault *fault)
{
    struct jy_msg_KEY_STAMP_GRANTED ask = { .order = JY_EMPTY };
    struct jy_buf der = { 0 }, sealed = { 0 }, signature = { 0 };
    jy_err rc;

    if ((rc = jy_base64_decode(jy_slice_text(member(order, "stamp_order")), &der)) == JY_OK && (rc = in_sealed(x, "sealed", &sealed, fault)) == JY_OK &&
        (rc = in_sealed(x, "signature", &signature, fault)) == JY_OK) {
        PUT(ask.grant_id, in_text(x, "grant_id"));
        ask.order = jy_buf_slice(&der);
        ask.signature = jy_buf_slice(&signature);
        ask.sealed_secret = jy_buf_slice(&sealed);
        rc = ask_key(x->web, JY_MSG_KEY_STAMP_GRANTED, &ask, reply, fault);
    }
    jy_buf_free(&der);
    jy_buf_free(&sealed);
    jy_buf_free(&signature);
    return rc;
}

typedef jy_err signer(struct exchange *x, const json_t *order, struct jy_frame *reply, struct jy_fault *fault);

static jy_err
sign_and_finish(struct exchange *x, const json_t *order, signer *how, struct jy_fault *fault)
{
    struct stamping s = { .web = x->web, .order = order, .now = x->now };
    char digest[2 * JY_SM3_SIZE + 1];
    struct jy_frame reply = { 0 };
    jy_err rc;

    JY_KILL_POINT(stamp_intended);
    if ((rc = how(x, order, &reply, fault)) != JY_OK) {
        JY_KILL_POINT(stamp_refused);
        record_refusal(x, rc, how == sign_granted);
        return rc;
    }
    s.stamped = reply.u.KEY_STAMPED.time;
    JY_KILL_POINT(stamp_signed);
    rc = stamping_build(&s, reply.u.KEY_STAMPED.value, fault);
    JY_KILL_POINT(stamp_built);
    if (rc != JY_OK)
        record_refusal(x, rc, how == sign_granted);
    else {
        jy_hex(JY_SLICE(s.digest, JY_SM3_SIZE), digest);
        rc = is_digest_only(order) ? answer_value(x, order, json_base64(jy_buf_slice(&s.value))) :
                                     answer_done(x, member(order, "order_id"), s.document_id, digest);
        if (rc == JY_OK && (rc = commit(x, stamping_record, &s, fault)) == JY_OK)
            stamping_forget_prepared(x->web, order);
    }
    stamping_end(&s);
    jy_frame_free(&reply);
    return rc;
}

static jy_err
find_order(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_row(x, SQL_ORDER_BY_ID, BINDS(B_TEXT("order_id", x->id), SCOPE_CITY(x), SCOPE_ORGANIZATION(x), SCOPE_DISTRICT(x)), order_columns, out,
                    fault);
}

/* Asked again under another key: the same stamp, never a second. */
static jy_err
answer_again(struct exchange *x, const json_t *order, struct jy_fault *fault)
{
    jy_err rc = is_digest_only(order) ? answer_value(x, order, json_incref(json_object_get(order, "value"))) :
                                        answer_done(x, x->id, member(order, "result_document_id"), member(order, "result_digest"));

    return rc == JY_OK ? commit(x, NULL, NULL, fault) : rc;
}

/* Of several who ask at once one comes first; the prepared file is gone then, and the others are told what he made. */
static jy_err
stamp(struct exchange *x, const json_t *order, signer *how, struct jy_fault *fault)
{
    jy_err rc = sign_and_finish(x, order, how, fault);
    struct jy_fault unseen = { 0 };
    json_t *since = NULL;

    if (rc == JY_E_IO && find_order(x, &since, &unseen) == JY_OK && strcmp(member(since, "state"), "DONE") == 0) {
        *fault = (struct jy_fault){ 0 };
        rc = answer_again(x, since, fault);
    }
    json_decref(since);
    return rc;
}

/* R16.2: still within the scope; and the outside evidence is not too old. */
static jy_err
may_still_stamp(struct exchange *x, const json_t *order, struct jy_fault *fault)
{
    jy_err rc = seal_scope_permits(x, member(order, "seal_id"), member(order, "category"), member_int(order, "amount_fen", -1), fault);

    if (rc == JY_OK && (rc = evidence_may_stamp(x->web, member(order, "seal_id"), x->now, fault)) == JY_OK)
        rc = time_stamp_may_stamp(x->web, x->now, fault);
    return rc;
}

jy_err
order_stamp(struct exchange *x, struct jy_fault *fault)
{
    struct order_move m = { .x = x };
    json_t *order = NULL;
    jy_err rc;

    if ((rc = find_order(x, &order, fault)) != JY_OK)
        return rc;
    m.from = member(order, "state");
    if (strcmp(member(order, "seal_custodian_id"), x->actor.person_id) != 0)
        rc = jy_fail(fault, JY_E_FORBIDDEN, "custodian", 0, "you are not this seal's custodian (R19.1)");
    else if (strcmp(m.from, "DONE") == 0)
        rc = answer_again(x, order, fault);
    else if (strcmp(m.from, "REQUESTED") == 0)
        rc = jy_fail(fault, JY_E_NO_APPROVAL, "state", 0, "it waits for its approvers (R16.1)");
    else if (member(order, "grant_id")[0] != '\0')
        rc = jy_fail(fault, JY_E_BAD_STATE, "state", 0, "it is being carried out under a grant (R18.1)");
    else if (strcmp(member(order, "seal_state"), "ACTIVE") != 0 && strcmp(m.from, "APPROVED") == 0)
        rc = seal_not_live(x, member(order, "seal_id"), member(order, "seal_state"), fault);
    else if (strcmp(m.from, "INTENT") == 0 ||
             ((rc = may_still_stamp(x, order, fault)) == JY_OK && (rc = state_after(order_moves, m.from, "sign", &m.to, fault)) == JY_OK &&
              (rc = db_write(x->web->db, write_intent, &m, fault)) == JY_OK))
        rc = stamp(x, order, sign, fault);
    json_decref(order);
    return rc;
}

/* The grant stands for the approvals: the order is APPROVED by it and INTENT in one transaction. */
static jy_err
write_granted_intent(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct order_move *m = arg;
    struct exchange *x = m->x;
    const char *approved;
    jy_err rc;

    if ((rc = state_after(order_moves, m->from, "approve", &approved, fault)) == JY_OK &&
        (rc = move_row(tx, SQL_ORDER_APPROVE, BINDS(B_TEXT("to", approved), B_TEXT("person_id", NULL), B_TEXT("grant_id", in_text(x, "grant_id")),
                                                    B_INT("now", x->now), B_TEXT("order_id", x->id), B_TEXT("from", m->from)), fault)) == JY_OK &&
        (rc = state_after(order_moves, approved, "sign", &m->to, fault)) == JY_OK)
        rc = move_row(tx, SQL_ORDER_INTEND, BINDS(B_TEXT("to", m->to), B_TEXT("person_id", NULL), B_INT("now", x->now), B_TEXT("order_id", x->id),
                                                  B_TEXT("from", approved)), fault);
    return rc;
}

/* R18.1: who asks need not be believed; key wants the client's own signature over the order and the grant's secret. */
jy_err
order_stamp_granted(struct exchange *x, struct jy_fault *fault)
{
    struct order_move m = { .x = x };
    json_t *order = NULL;
    jy_err rc;

    if ((rc = find_order(x, &order, fault)) != JY_OK)
        return rc;
    m.from = member(order, "state");
    if (strcmp(m.from, "DONE") == 0)
        rc = answer_again(x, order, fault);
    else if (strcmp(m.from, "INTENT") == 0 && strcmp(member(order, "grant_id"), in_text(x, "grant_id")) != 0)
        rc = jy_fail(fault, JY_E_BAD_STATE, "state", 0, "it is being carried out in another way");
    else if (strcmp(member(order, "seal_state"), "ACTIVE") != 0 && strcmp(m.from, "INTENT") != 0)
        rc = seal_not_live(x, member(order, "seal_id"), member(order, "seal_state"), fault);
    else if (strcmp(m.from, "INTENT") == 0 ||
             ((rc = may_still_stamp(x, order, fault)) == JY_OK && (rc = grant_must_be_in_force(x, in_text(x, "grant_id"), fault)) == JY_OK &&
              (rc = db_write(x->web->db, write_granted_intent, &m, fault)) == JY_OK))
        rc = stamp(x, order, sign_granted, fault);
    json_decref(order);
    return rc;
}
