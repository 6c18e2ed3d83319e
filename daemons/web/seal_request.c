/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/web/seal_request.h"

#include "codec/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS 8000                       /* of one step of a making; a person asks again after it */
#define STEP_MS 50

static const struct column columns[] = {
    { "application_id", COL_TEXT }, { "es_id", COL_TEXT }, { "state", COL_TEXT }, { "certificate", COL_BASE64 }, { "request", COL_BASE64 },
    { "activation_wrapped", COL_BASE64 }, { "seal", COL_BASE64 }, { "refusal", COL_TEXT }, { "refusal_text", COL_TEXT }, { NULL, COL_TEXT },
};

/* A bytes member of a row; nothing when it is NULL. */
static jy_err
bytes_of(const json_t *row, const char *name, struct jy_buf *out)
{
    return jy_base64_decode(jy_slice_text(member(row, name)), out);
}

/* -- making node -- */

struct step { const char *seal_id, *application_id; const struct enrolment *e; struct jy_slice seal; jy_time now; };

static jy_err
write_asked(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct step *s = arg;
    jy_err rc = rows_run(tx, SQL_SEAL_REQUEST_INSERT,
                         BINDS(B_TEXT("seal_id", s->seal_id), B_TEXT("application_id", s->application_id), B_TEXT("es_id", s->e->common_name),
                               B_TEXT("organization", s->e->organization), B_TEXT("organization_code", s->e->organization_code), B_INT("now", s->now)),
                         NULL, fault);

    return rc != JY_OK ? rc : rows_run(tx, SQL_SEAL_REQUEST_AGAIN, BINDS(B_INT("now", s->now), B_TEXT("seal_id", s->seal_id)), NULL, fault);
}

/* Moves the row once: when it is MADE or further on already, the bytes that stand there decide below. */
static jy_err
write_made(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct step *s = arg;

    return rows_run(tx, SQL_SEAL_REQUEST_MADE, BINDS(B_BLOB("seal", s->seal), B_INT("now", s->now), B_TEXT("seal_id", s->seal_id)), NULL, fault);
}

jy_err
seal_request_done(struct db_tx *tx, const char *seal_id, jy_time now, struct jy_fault *fault)
{
    return move_row(tx, SQL_SEAL_REQUEST_DONE, BINDS(B_INT("now", now), B_TEXT("seal_id", seal_id)), fault);
}

/* Until the row is in none of these two states, or refused. */
static jy_err
wait_for(struct exchange *x, const char *seal_id, const char *not_this, const char *nor_this, json_t **out, struct jy_fault *fault)
{
    jy_err rc;

    *out = NULL;
    for (int waited = 0; waited <= WAIT_MS && !jy_room_stopping(x->web->room); waited += STEP_MS) {
        json_t *row = NULL;
        const char *state;
        if ((rc = find_row(x, SQL_SEAL_REQUEST_FIND, BINDS(B_TEXT("seal_id", seal_id)), columns, &row, fault)) != JY_OK)
            return rc;
        state = member(row, "state");
        if (strcmp(state, "REFUSED") == 0) {
            rc = jy_fail(fault, jy_err_by_code(member(row, "refusal")), "stamping", 0, "the stamping node: %s", member(row, "refusal_text"));
            json_decref(row);
            return rc == JY_OK ? JY_E_COUNTERPART_REFUSED : rc;
        }
        if (strcmp(state, not_this) != 0 && strcmp(state, nor_this) != 0) {
            *out = row;
            return JY_OK;
        }
        json_decref(row);
        usleep(STEP_MS * 1000);
    }
    return jy_fail(fault, JY_E_UNAVAILABLE, "stamping", 0, "the stamping node has not answered yet; ask again with the same Idempotency-Key");
}

jy_err
seal_request_key(struct exchange *x, struct enrolment *e, struct jy_buf *request, struct jy_fault *fault)
{
    struct step s = { .seal_id = e->key_id, .application_id = x->id, .e = e, .now = x->now };
    struct jy_buf certificate = { 0 }, code = { 0 };
    json_t *row = NULL;
    jy_err rc;

    if ((rc = db_write(x->web->db, write_asked, &s, fault)) != JY_OK)
        return rc;
    if ((rc = wait_for(x, e->key_id, "ASKED", "ASKED", &row, fault)) != JY_OK)
        return rc;
    if (strcmp(member(row, "application_id"), x->id) != 0 || strcmp(member(row, "es_id"), e->common_name) != 0 || strcmp(member(row, "state"), "DONE") == 0)
        rc = jy_fail(fault, JY_E_CONFLICT, "seal_id", 0, "this id was asked for another application or seal code; choose a new one");
    else if ((rc = bytes_of(row, "certificate", &certificate)) == JY_OK && (rc = bytes_of(row, "request", request)) == JY_OK &&
             (rc = personal_unwrap(x->web, e->key_id, "activation", member(row, "activation_wrapped"), &code)) == JY_OK &&
             (rc = code.len < sizeof(e->activation_code) ? JY_OK : JY_E_INTERNAL) == JY_OK &&
             (rc = jy_cert_parse(jy_buf_slice(&certificate), &e->certificate, fault)) == JY_OK &&
             (rc = certificate_check_chain(x->web, e->certificate, x->now, fault)) == JY_OK) {
        memcpy(e->activation_code, code.p, code.len);
        e->activation_code[code.len] = '\0';
    }
    jy_buf_wipe(&code);
    jy_buf_free(&certificate);
    json_decref(row);
    return rc;
}

jy_err
seal_request_hand_in(struct exchange *x, const char *seal_id, struct jy_slice seal, struct jy_fault *fault)
{
    struct step s = { .seal_id = seal_id, .seal = seal, .now = x->now };
    struct jy_buf there = { 0 };
    json_t *row = NULL;
    jy_err rc;

    if ((rc = db_write(x->web->db, write_made, &s, fault)) != JY_OK)
        return rc;
    if ((rc = wait_for(x, seal_id, "READY", "MADE", &row, fault)) == JY_OK && (rc = bytes_of(row, "seal", &there)) == JY_OK &&
        !jy_slice_equal(jy_buf_slice(&there), seal))
        rc = jy_fail(fault, JY_E_CONFLICT, "seal_id", 0, "another seal was made for this id");
    jy_buf_free(&there);
    json_decref(row);
    return rc;
}

/* -- stamping node -- */

struct answer { const char *seal_id, *from; jy_err err; const char *text; struct jy_slice certificate, request, activation; };

static jy_err
write_refused(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct answer *a = arg;
    jy_err rc = move_row(tx, SQL_SEAL_REQUEST_REFUSED, BINDS(B_TEXT("refusal", jy_err_code(a->err)), B_TEXT("refusal_text", a->text), B_INT("now", jy_now()),
                                                             B_TEXT("seal_id", a->seal_id), B_TEXT("from", a->from)), fault);

    return rc != JY_OK ? rc : audit_append(tx, jy_now(), "seal_request_refused", NULL, "making", a->seal_id, jy_err_code(a->err), JY_EMPTY, fault);
}

static jy_err
write_ready(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct answer *a = arg;
    jy_err rc = move_row(tx, SQL_SEAL_REQUEST_READY, BINDS(B_BLOB("certificate", a->certificate), B_BLOB("request", a->request),
                                                           B_BLOB("activation_wrapped", a->activation), B_INT("now", jy_now()),
                                                           B_TEXT("seal_id", a->seal_id)), fault);

    return rc != JY_OK ? rc : audit_append(tx, jy_now(), "seal_key_made", NULL, "making", a->seal_id, "ok", JY_EMPTY, fault);
}

static jy_err
write_taken(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct answer *a = arg;
    jy_err rc = move_row(tx, SQL_SEAL_REQUEST_TAKEN, BINDS(B_INT("now", jy_now()), B_TEXT("seal_id", a->seal_id)), fault);

    return rc != JY_OK ? rc : audit_append(tx, jy_now(), "seal_taken", NULL, "making", a->seal_id, "ok", JY_EMPTY, fault);
}

/* Key pair, certificate and the key room's word. Each step again has the same answer, whatever a crash left. */
static jy_err
make_ready(struct web *web, const json_t *row, struct jy_fault *fault)
{
    struct answer a = { .seal_id = member(row, "seal_id") };
    struct enrolment e = { .key_id = a.seal_id, .kind = "seal", .common_name = member(row, "es_id"), .organization = member(row, "organization"),
                           .organization_code = member(row, "organization_code") };
    struct jy_msg_KEY_REQUEST ask = { { 0 } };
    struct jy_frame reply = { 0 };
    struct jy_buf wrapped = { 0 };
    jy_err rc;

    PUT(ask.seal_key_id, a.seal_id);
    if ((rc = enrol(web, &e, jy_now(), fault)) == JY_OK && (rc = ask_key(web, JY_MSG_KEY_REQUEST, &ask, &reply, fault)) == JY_OK &&
        (rc = personal_wrap(web, a.seal_id, "activation", e.activation_code, &wrapped)) == JY_OK) {
        a.certificate = reply.u.KEY_REQUESTED.certificate;
        a.request = reply.u.KEY_REQUESTED.signature;
        a.activation = jy_buf_slice(&wrapped);
        rc = db_write(web->db, write_ready, &a, fault);
    }
    jy_frame_free(&reply);
    jy_buf_free(&wrapped);
    enrolment_end(&e);
    return rc;
}

static jy_err
take(struct web *web, const json_t *row, struct jy_fault *fault)
{
    struct answer a = { .seal_id = member(row, "seal_id") };
    struct jy_msg_KEY_TAKE_SEAL ask = { { 0 } };
    struct jy_frame reply = { 0 };
    struct jy_buf seal = { 0 };
    jy_err rc = bytes_of(row, "seal", &seal);

    PUT(ask.seal_key_id, a.seal_id);
    ask.seal = jy_buf_slice(&seal);
    if (rc == JY_OK && (rc = ask_key(web, JY_MSG_KEY_TAKE_SEAL, &ask, &reply, fault)) == JY_OK)
        rc = db_write(web->db, write_taken, &a, fault);
    jy_frame_free(&reply);
    jy_buf_free(&seal);
    return rc;
}

void
seal_requests_serve(struct web *web)
{
    static const struct column open_columns[] = {
        { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "organization", COL_TEXT }, { "organization_code", COL_TEXT }, { "state", COL_TEXT },
        { "seal", COL_BASE64 }, { NULL, COL_TEXT },
    };
    json_t *rows = find_rows_or_log(web, SQL_SEAL_REQUEST_OPEN, NULL, open_columns), *row;
    size_t i;

    json_array_foreach(rows, i, row) {
        const char *state = member(row, "state");
        struct jy_fault fault = { 0 };
        struct answer refused = { .seal_id = member(row, "seal_id"), .from = state, .text = fault.text };
        if ((refused.err = strcmp(state, "ASKED") == 0 ? make_ready(web, row, &fault) : take(web, row, &fault)) == JY_OK)
            continue;
        jy_log("warning", "seal_request", "%s %s: %s %s %s", refused.seal_id, state, jy_err_code(refused.err), fault.where, fault.text);
        if (refused.err == JY_E_UNAVAILABLE)           /* a room is restarting: the next round asks it again */
            break;
        if (db_write(web->db, write_refused, &refused, &(struct jy_fault){ 0 }) != JY_OK)
            jy_log("error", "seal_request", "%s: its refusal was not written", refused.seal_id);
    }
    json_decref(rows);
}

/* -- one key of personal data -- */

static jy_err
write_mark(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    static const struct column mark_columns[] = { { "mark", COL_HEX }, { NULL, COL_TEXT } };
    const uint8_t *mark = arg;
    char hex[2 * JY_SM3_SIZE + 1];
    json_t *row = NULL;
    jy_err rc;

    jy_hex(JY_SLICE(mark, JY_SM3_SIZE), hex);
    if ((rc = rows_run(tx, SQL_DATA_KEY_MARK_INSERT, BINDS(B_BLOB("mark", JY_SLICE(mark, JY_SM3_SIZE))), NULL, fault)) == JY_OK &&
        (rc = rows_first(tx, SQL_DATA_KEY_MARK_FIND, NULL, mark_columns, &row, fault)) == JY_OK && (row == NULL || strcmp(member(row, "mark"), hex) != 0))
        rc = jy_fail(fault, JY_E_BAD_STATE, "data_key_file", 0, "the personal data of this database are under another key (data_key_file, or the key store's "
                     "unlock secret); 数据库中的个人信息由另一密钥保护。");
    json_decref(row);
    return rc;
}

jy_err
data_key_check(struct web *web, struct jy_fault *fault)
{
    uint8_t mark[JY_SM3_SIZE];
    jy_err rc = personal_digest(web, "data key mark", jy_slice_text("jinyin"), mark);

    return rc == JY_OK ? db_write(web->db, write_mark, mark, fault) : rc;
}
