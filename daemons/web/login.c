/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logging in and stepping up (R27.2). Every try is counted before it is looked at; an unknown login, a locked account and a wrong password
 * take the same work and get the same words. Of a session only its token's digest is kept.
 */
#include "codec/text.h"
#include "daemons/web/account.h"
#include "daemons/web/route.h"

#include <string.h>

struct login {
    struct try try;
    struct proof proof;
    struct password stretched;             /* kind NULL = as it is */
    char session_id[WEB_ID_SIZE], token[65];
    uint8_t digest[JY_SM3_SIZE];
};

static const char *
person_id_of(const struct login *l)
{
    return member(l->try.person, "person_id");
}

static jy_err
open_session(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct login *l = arg;
    struct exchange *x = l->try.x;
    const char *person_id = person_id_of(l);
    jy_err rc = try_forgive(tx, &l->try, true, fault);

    if (rc == JY_OK && l->proof.kind != PROOF_NONE)
        rc = proof_use(tx, x, person_id, &l->proof, fault);
    if (rc == JY_OK && l->stretched.kind != NULL)
        rc = account_amend(tx, x->web, person_id, SQL_PERSON_STRETCH_ANEW,
                           BINDS(B_TEXT("password_kind", l->stretched.kind), B_BLOB("password_salt", JY_SLICE(l->stretched.salt, PASSWORD_SALT)),
                                 B_BLOB("password_hash", JY_SLICE(l->stretched.hash, PASSWORD_HASH)), B_TEXT("person_id", person_id)), fault);
    if (rc == JY_OK)
        rc = rows_run(tx, SQL_SESSION_INSERT, BINDS(B_BLOB("token_digest", JY_SLICE(l->digest, JY_SM3_SIZE)), B_TEXT("person_id", person_id),
                                                    B_TEXT("session_id", l->session_id), B_TEXT("source", request_address(x)), B_INT("now", x->now)), NULL,
                      fault);
    return rc != JY_OK ? rc : rows_run(tx, SQL_SESSION_DELETE_BEYOND, BINDS(B_TEXT("person_id", person_id), B_INT("keep", SESSIONS_MAX)), NULL, fault);
}

static jy_err
forgive_source(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    return try_forgive(tx, arg, false, fault);
}

/* May this try succeed, as far as row and password say? Nothing of an altered row is believed. */
static bool
is_admitted(struct exchange *x, const struct try *try, bool fits)
{
    struct jy_fault why = { 0 };

    return try->person != NULL && !try->locked && fits && strcmp(member(try->person, "state"), "ACTIVE") == 0 &&
           account_check(x->web, try->person, &why) == JY_OK;
}

/* The second factor that the account has: JY_E_SECOND_FACTOR when the request brought none, JY_E_BAD_LOGIN when it does not fit. */
static jy_err
second_factor(struct login *l, struct jy_fault *fault)
{
    struct exchange *x = l->try.x;
    jy_err rc;

    if (json_integer_value(json_object_get(l->try.person, "second_factor")) == 0)
        return JY_OK;
    if (!proof_is_given(x)) {
        if ((rc = db_write(x->web->db, forgive_source, &l->try, fault)) == JY_OK)
            rc = JY_E_SECOND_FACTOR;
        return rc;
    }
    if ((rc = proof_read(x, l->try.person, &l->proof, fault)) == JY_OK && l->proof.kind == PROOF_NONE)
        rc = JY_E_BAD_LOGIN;
    return rc;
}

static jy_err
fresh_token(struct login *l)
{
    uint8_t token[32];
    jy_err rc = jy_random(token, sizeof(token));

    jy_hex(JY_SLICE(token, sizeof(token)), l->token);
    jy_wipe(token, sizeof(token));
    if (rc == JY_OK && (rc = fresh_id(l->session_id)) == JY_OK)
        rc = jy_sm3(jy_slice_text(l->token), l->digest);
    return rc;
}

jy_err
session_log_in(struct exchange *x, struct jy_fault *fault)
{
    struct login l = { .try = { .x = x, .login = in_text(x, "login") } };
    json_t *told = NULL;
    bool fits = false;
    jy_err rc;

    if ((rc = try_begin(&l.try, fault)) != JY_OK || (rc = password_is(x->web, l.try.person, in_text(x, "password"), &fits)) != JY_OK)
        goto out;
    rc = is_admitted(x, &l.try, fits) ? second_factor(&l, fault) : JY_E_BAD_LOGIN;
    if (rc == JY_OK && strcmp(member(l.try.person, "password_kind"), x->web->policy.password_kind) != 0)
        rc = password_make(x->web, in_text(x, "password"), &l.stretched);
    if (rc != JY_OK || (rc = fresh_token(&l)) != JY_OK || (rc = account_describe(x, l.try.person, &told)) != JY_OK)
        goto out;
    PUT(x->object, person_id_of(&l));
    PUT(x->actor.person_id, person_id_of(&l));
    x->detail = json_pack("{s:s, s:i}", "session", l.session_id, "factor", (int)l.proof.kind);
    if ((rc = commit(x, open_session, &l, fault)) == JY_OK) {
        json_object_set_new(told, "token", json_string(l.token));
        rc = answer_json(x, 201, json_incref(told));
    } else if (rc == JY_E_CONFLICT)
        rc = JY_E_BAD_LOGIN;                               /* a code that counted already */
out:
    if (rc == JY_E_BAD_LOGIN) {
        *fault = (struct jy_fault){ 0 };
        rc = try_failed(&l.try, "login_failed", fault);
    }
    json_decref(told);
    try_end(&l.try);
    jy_wipe(&l, sizeof(l));
    return rc;
}

/* -- stepping up: a fresh second factor for a dangerous act; whoever has none gives the password again -- */

static jy_err
make_fresh(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct login *l = arg;
    struct exchange *x = l->try.x;
    jy_err rc = try_forgive(tx, &l->try, true, fault);

    if (rc == JY_OK && l->proof.kind != PROOF_NONE)
        rc = proof_use(tx, x, x->actor.person_id, &l->proof, fault);
    return rc != JY_OK ? rc : rows_run(tx, SQL_SESSION_SET_FRESH, BINDS(B_INT("now", x->now), B_BLOB("token_digest",
                                                                                                   JY_SLICE(x->actor.token_digest, JY_SM3_SIZE))), NULL, fault);
}

jy_err
session_step_up(struct exchange *x, struct jy_fault *fault)
{
    struct login l = { .try = { .x = x } };
    json_t *me = NULL;
    char until[21];
    bool fits = false, has_factor;
    jy_err rc;

    PUT(x->object, x->actor.person_id);
    if ((rc = find_row(x, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", x->actor.person_id)), account_columns, &me, fault)) != JY_OK)
        return rc;
    has_factor = json_integer_value(json_object_get(me, "second_factor")) != 0;
    if (has_factor ? !proof_is_given(x) : in_text(x, "password") == NULL) {
        rc = jy_fail(fault, JY_E_BAD_FIELD, has_factor ? "code" : "password", 0, "is missing");
        goto out;
    }
    l.try.login = member(me, "login");
    if ((rc = try_begin(&l.try, fault)) != JY_OK)
        goto out;
    if (has_factor)
        rc = proof_read(x, l.try.person, &l.proof, fault);
    else
        rc = password_is(x->web, l.try.person, in_text(x, "password"), &fits);
    if (rc == JY_OK && (l.try.locked || (has_factor ? l.proof.kind == PROOF_NONE : !fits)))
        rc = JY_E_BAD_LOGIN;
    jy_time_rfc3339(x->now + FRESH_SECONDS, until);
    if (rc == JY_OK && (rc = answer_json(x, 200, json_pack("{s:s}", "fresh_until", until))) == JY_OK)
        rc = commit(x, make_fresh, &l, fault);
    if (rc == JY_E_CONFLICT)
        rc = JY_E_BAD_LOGIN;                               /* a code that counted already */
    if (rc == JY_E_BAD_LOGIN) {
        *fault = (struct jy_fault){ 0 };
        rc = try_failed(&l.try, "step_up_failed", fault);
    }
out:
    json_decref(me);
    try_end(&l.try);
    return rc;
}
