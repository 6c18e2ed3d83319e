/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the store for a request, and the one way to change it: change, audit record and kept answer in one transaction. */
#include "base/kill_point.h"
#include "codec/text.h"
#include "daemons/web/route.h"
#include "store/audit_chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct question {
    enum sql_name name;
    const struct bind *binds;
    const struct column *columns;
    json_t **out;
    bool one;
};

static jy_err
ask(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct question *q = arg;

    return (q->one ? rows_first : rows_read)(tx, q->name, q->binds, q->columns, q->out, fault);
}

jy_err
find_row(const struct exchange *x, enum sql_name name, const struct bind *binds, const struct column *columns, json_t **out, struct jy_fault *fault)
{
    struct question q = { name, binds, columns, out, true };
    jy_err rc;

    *out = NULL;
    if ((rc = db_read(x->web->db, ask, &q, fault)) != JY_OK)
        return rc;
    return *out != NULL ? JY_OK : jy_fail(fault, JY_E_NOT_FOUND, "id", 0, "%s", x->id);
}

jy_err
find_rows(const struct exchange *x, enum sql_name name, const struct bind *binds, const struct column *columns, json_t **out, struct jy_fault *fault)
{
    struct question q = { name, binds, columns, out, false };

    *out = NULL;
    return db_read(x->web->db, ask, &q, fault);
}

json_t *
find_rows_or_log(struct web *web, enum sql_name name, const struct bind *binds, const struct column *columns)
{
    json_t *rows = NULL;
    struct question q = { name, binds, columns, &rows, false };
    struct jy_fault fault = { 0 };
    jy_err rc = db_read(web->db, ask, &q, &fault);

    if (rc != JY_OK)
        jy_log("error", "background", "%s %s", jy_err_code(rc), fault.text);
    return rows;
}

jy_err
move_row(struct db_tx *tx, enum sql_name name, const struct bind *binds, struct jy_fault *fault)
{
    int64_t changes = 0;
    jy_err rc = rows_run(tx, name, binds, &changes, fault);

    if (rc == JY_OK && changes != 1)
        rc = jy_fail(fault, JY_E_CONFLICT, "state", 0, "somebody else was first");
    return rc;
}

const char *
actor_id(const struct exchange *x)
{
    return x->client.alone ? x->client.id : x->actor.person_id;
}

const char *
request_address(const struct exchange *x)
{
    /* nginx overwrites this header (packaging/nginx/); without nginx only this machine can ask. */
    const char *address = x->request == NULL ? NULL : jy_http_header(x->request, "X-Forwarded-For");

    return address == NULL || strlen(address) >= 46 || strspn(address, "0123456789abcdefABCDEF.:") != strlen(address) ? "local" : address;
}

const char *
audit_source(const struct exchange *x)
{
    return x->source;
}

static const struct column hash_columns[] = { { "hash", COL_HEX }, { NULL, COL_TEXT } };

/* "" as the digest of nothing, so that NULL and no bytes cannot be told apart in the chain either. */
static json_t *
hex_or_empty(struct jy_slice bytes)
{
    char text[2 * JY_SM3_SIZE + 1] = "";

    if (bytes.len <= JY_SM3_SIZE)
        jy_hex(bytes, text);
    return json_string(text);
}

/* hash = SM3(previous hash ‖ canonical JSON of the row): a row changed or taken out breaks every later one. */
jy_err
audit_record(struct db_tx *tx, const struct audit_row *row, struct jy_fault *fault)
{
    const char *actor = row->actor_id == NULL || row->actor_id[0] == '\0' ? NULL : row->actor_id;
    uint8_t hash[JY_SM3_SIZE] = { 0 };
    json_t *last = NULL, *written = NULL;
    jy_err rc;

    if ((rc = rows_first(tx, SQL_AUDIT_LAST, NULL, hash_columns, &last, fault)) != JY_OK)
        return rc;
    if (last != NULL && (rc = jy_hex_parse(jy_slice_text(member(last, "hash")), hash, sizeof(hash))) != JY_OK)
        goto out;
    written = json_pack("{s:I, s:s, s:s?, s:s, s:s, s:s, s:o, s:o, s:s?}", "at", (json_int_t)row->at, "event", row->event, "actor", actor, "source",
                        row->source, "object", row->object, "outcome", row->outcome, "request", hex_or_empty(row->request_digest), "seen",
                        hex_or_empty(row->seen_digest), "detail", row->detail);
    if ((rc = written == NULL ? JY_E_NOMEM : audit_chain(hash, written)) == JY_OK)
        rc = rows_run(tx, SQL_AUDIT_INSERT,
                      BINDS(B_INT("at", row->at), B_TEXT("event", row->event), B_TEXT("actor_id", actor), B_TEXT("source", row->source),
                            B_TEXT("object", row->object), B_TEXT("outcome", row->outcome), B_BLOB("request_digest", row->request_digest),
                            B_BLOB("seen_digest", row->seen_digest), B_TEXT("detail", row->detail), B_BLOB("hash", JY_SLICE(hash, sizeof(hash)))),
                      NULL, fault);
out:
    json_decref(written);
    json_decref(last);
    return rc;
}

jy_err
audit_append(struct db_tx *tx, jy_time at, const char *event, const char *actor_id, const char *source, const char *object,
             const char *outcome, struct jy_slice request_digest, struct jy_fault *fault)
{
    const struct audit_row row = { .at = at, .event = event, .actor_id = actor_id, .source = source, .object = object, .outcome = outcome,
                                   .request_digest = request_digest };

    return audit_record(tx, &row, fault);
}

struct change {
    struct exchange *x;
    db_fn *fn;
    void *arg;
};

void
kept_id(const struct exchange *x, char out[KEPT_ID_SIZE])
{
    snprintf(out, KEPT_ID_SIZE, "%s/%s", actor_id(x), x->key);
}

static jy_err
keep_answer(struct db_tx *tx, struct exchange *x, struct jy_fault *fault)
{
    struct jy_buf wrapped = { 0 };
    char *text = x->answer == NULL ? strdup("") : json_dumps(x->answer, JSON_COMPACT), id[KEPT_ID_SIZE];
    jy_err rc;

    kept_id(x, id);
    rc = text == NULL ? JY_E_NOMEM : personal_wrap(x->web, id, "answer", text, &wrapped);
    if (rc == JY_OK)
        rc = rows_run(tx, SQL_IDEMPOTENCY_INSERT,
                      BINDS(B_TEXT("actor_id", actor_id(x)), B_TEXT("key", x->key),
                            B_BLOB("request_digest", JY_SLICE(x->request_digest, JY_SM3_SIZE)), B_INT("status", x->status),
                            B_BLOB("answer_wrapped", jy_buf_slice(&wrapped)), B_INT("now", x->now)), NULL, fault);
    if (text != NULL)
        jy_wipe(text, strlen(text));
    free(text);
    jy_buf_free(&wrapped);
    return rc;
}

/* What was shown, R28.1: the answer as it stands when the act is recorded. */
static jy_err
digest_of_answer(const struct exchange *x, uint8_t out[JY_SM3_SIZE], struct jy_slice *digest)
{
    char *text = x->answer == NULL ? NULL : json_dumps(x->answer, JSON_COMPACT | JSON_SORT_KEYS);
    jy_err rc = JY_OK;

    *digest = JY_EMPTY;
    if (text != NULL || x->bytes.len > 0) {
        rc = personal_digest(x->web, "seen", text != NULL ? jy_slice_text(text) : jy_buf_slice(&x->bytes), out);
        *digest = JY_SLICE(out, JY_SM3_SIZE);
    }
    if (text != NULL)
        jy_wipe(text, strlen(text));
    free(text);
    return rc;
}

static jy_err
record_act(struct db_tx *tx, struct exchange *x, struct jy_fault *fault)
{
    struct audit_row row = { .at = x->now, .event = x->route->audit, .actor_id = actor_id(x), .source = audit_source(x), .outcome = "ok",
                             .object = x->object[0] != '\0' ? x->object : x->id, .request_digest = JY_SLICE(x->request_digest, JY_SM3_SIZE) };
    char *detail = x->detail == NULL ? NULL : json_dumps(x->detail, JSON_COMPACT | JSON_SORT_KEYS);
    uint8_t seen[JY_SM3_SIZE];
    jy_err rc = x->detail != NULL && detail == NULL ? JY_E_NOMEM : digest_of_answer(x, seen, &row.seen_digest);

    row.detail = detail;
    if (rc == JY_OK)
        rc = audit_record(tx, &row, fault);
    free(detail);
    return rc;
}

static jy_err
carry_out(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct change *c = arg;
    struct exchange *x = c->x;
    jy_err rc;

    JY_KILL_KIND(x->route->audit);
    rc = c->fn == NULL ? JY_OK : c->fn(tx, c->arg, fault);
    JY_KILL_POINT(transaction_changed);
    if (rc == JY_OK && x->route->audit != NULL)
        rc = record_act(tx, x, fault);
    JY_KILL_POINT(transaction_audited);
    if (rc == JY_OK && x->route->once)
        rc = keep_answer(tx, x, fault);
    JY_KILL_POINT(transaction_kept);
    return rc;
}

/* What a broken constraint means to a person. */
#define ONE_STATUTORY JY_E_SECOND_STATUTORY_SEAL, "seal_kind", "one statutory-name seal for each organization (R14.1)"
#define ONE_APPLICATION JY_E_CONFLICT, "present_seal_id", "this seal has an application that is not ended yet"
static const struct { const char *constraint; jy_err err; const char *field, *text; } constraints[] = {
    { "one_statutory_application", ONE_STATUTORY }, { "one_statutory_seal", ONE_STATUTORY },
    { "application.organization_id", ONE_STATUTORY }, { "seal.organization_id", ONE_STATUTORY },
    { "one_application_of_seal", ONE_APPLICATION },   { "application.present_seal_id", ONE_APPLICATION },
};

jy_err
commit(struct exchange *x, db_fn *fn, void *arg, struct jy_fault *fault)
{
    struct change change = { x, fn, arg };
    jy_err rc;

    JY_KILL_POINT(transaction_wanted);
    rc = db_write(x->web->db, carry_out, &change, fault);
    JY_KILL_POINT(transaction_done);
    if (rc == JY_OK)
        x->committed = true;
    else if (rc == JY_E_CONFLICT && fault != NULL)
        for (size_t i = 0; i < sizeof(constraints) / sizeof(constraints[0]); i++)
            if (strcmp(fault->where, constraints[i].constraint) == 0)
                return jy_fail(fault, constraints[i].err, constraints[i].field, 0, "%s", constraints[i].text);
    return rc;
}
