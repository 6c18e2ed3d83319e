/* SPDX-License-Identifier: Apache-2.0 */
/* Signed answers (N5): what the service says of a seal at a time, for others' files and for the national platform's queries. */
#include "daemons/web/route.h"
#include "daemons/web/statement.h"

#include <stdlib.h>
#include <string.h>

static const struct column seal_columns[] = { { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { NULL, COL_TEXT } };
static const struct column status_columns[] = { { "state", COL_TEXT }, { "since", COL_TIME }, { NULL, COL_TEXT } };

jy_err
statement_sign(struct web *web, const char *purpose, const char *text, json_t **point, json_t **signature, struct jy_fault *fault)
{
    struct jy_msg_KEY_STATEMENT ask = { .text = jy_slice_text(text) };
    struct jy_frame reply = { 0 };
    jy_err rc;

    PUT(ask.purpose, purpose);
    if ((rc = ask_key(web, JY_MSG_KEY_STATEMENT, &ask, &reply, fault)) == JY_OK) {
        *point = json_base64(reply.u.KEY_STATEMENT_SIGNED.point);
        *signature = json_base64(reply.u.KEY_STATEMENT_SIGNED.signature);
    }
    jy_frame_free(&reply);
    return rc;
}

/* The question's own nonce in the answer: an old answer is not one to it. */
static jy_err
read_question(struct exchange *x, jy_time *at, const char **nonce, struct jy_fault *fault)
{
    const char *text = jy_http_query(x->request, "at");

    *at = x->now;
    *nonce = jy_http_query(x->request, "nonce");
    if (text != NULL && jy_time_parse_rfc3339(text, at) != JY_OK)
        return jy_fail(fault, JY_E_BAD_FIELD, "at", 0, "must be a time such as 2026-01-31T09:00:00Z");
    if (*at > x->now)
        return jy_fail(fault, JY_E_BAD_FIELD, "at", 0, "lies in the future");
    if (*nonce != NULL && (strlen(*nonce) < 8 || strlen(*nonce) > 64 ||
                           strspn(*nonce, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(*nonce)))
        return jy_fail(fault, JY_E_BAD_FIELD, "nonce", 0, "8 to 64 of A-Z a-z 0-9 - _");
    return JY_OK;
}

jy_err
statement_of_seal(struct exchange *x, const char *seal_id, const char *es_id, jy_time at, const char *nonce, json_t **out, struct jy_fault *fault)
{
    json_t *status = NULL, *statement = NULL, *point = NULL, *signature = NULL;
    char when[21], now[21], *text = NULL;
    jy_err rc = find_row(x, SQL_SEAL_STATUS_AT, BINDS(B_TEXT("seal_id", seal_id), B_INT("at", at)), status_columns, &status, fault);

    *out = NULL;
    if (rc != JY_OK && rc != JY_E_NOT_FOUND)              /* before it was made it had no state */
        goto out;
    jy_time_rfc3339(at, when);
    jy_time_rfc3339(x->now, now);
    statement = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:s?}", "about", "seal-status", "es_id", es_id, "at", when, "issued", now, "state",
                          status == NULL ? "NOT_MADE" : member(status, "state"), "since", status == NULL ? NULL : member(status, "since"), "nonce", nonce);
    if (statement == NULL || (text = json_dumps(statement, JSON_COMPACT | JSON_SORT_KEYS)) == NULL)
        rc = JY_E_NOMEM;
    else if ((rc = statement_sign(x->web, "seal-status", text, &point, &signature, fault)) == JY_OK &&
             (*out = json_pack("{s:s, s:O, s:O}", "statement", text, "signature", signature, "key", point)) == NULL)
        rc = JY_E_NOMEM;
out:
    free(text);
    json_decref(point);
    json_decref(signature);
    json_decref(statement);
    json_decref(status);
    return rc;
}

jy_err
seal_statement(struct exchange *x, struct jy_fault *fault)
{
    json_t *seal = NULL, *statement = NULL;
    const char *nonce;
    jy_time at;
    jy_err rc;

    if ((rc = read_question(x, &at, &nonce, fault)) == JY_OK &&
        (rc = find_row(x, SQL_SEAL_PUBLIC_ID, BINDS(B_TEXT("id", x->id)), seal_columns, &seal, fault)) == JY_OK &&
        (rc = statement_of_seal(x, member(seal, "seal_id"), member(seal, "es_id"), at, nonce, &statement, fault)) == JY_OK)
        rc = answer_json(x, 200, statement);
    json_decref(seal);
    return rc;
}

/* The keys that the service's statements are checked with. */
jy_err
statement_key_show(struct exchange *x, struct jy_fault *fault)
{
    static const char *const purposes[] = { "seal-status", "platform", "archive", "use-register", "key-request" };
    size_t count = sizeof(purposes) / sizeof(purposes[0]) - (x->web->node == JY_NODE_STAMPING ? 0 : 1);     /* N7: with no making node, nobody asks for a key */
    json_t *keys = json_object();

    for (size_t i = 0; i < count; i++) {
        json_t *point = NULL, *none = NULL;
        jy_err rc = statement_sign(x->web, purposes[i], "", &point, &none, fault);
        json_decref(none);
        if (rc != JY_OK) {
            json_decref(keys);
            return rc;
        }
        json_object_set_new(keys, purposes[i], point);
    }
    return answer_json(x, 200, json_pack("{s:o}", "keys", keys));
}
