/* SPDX-License-Identifier: Apache-2.0 */
/* Logging in and out (R27.2): password by Argon2id, lock after wrong ones, opaque tokens of which only the digest is kept. */
#include "codec/text.h"
#include "core/accounts.h"
#include "daemons/web/route.h"

#include <string.h>

#define LOGIN_TRIES 5
#define LOGIN_LOCK_SECONDS 900

static const struct column login_columns[] = {
    { "person_id", COL_TEXT }, { "roles", COL_INT }, { "organization_id", COL_TEXT }, { "maker_id", COL_TEXT }, { "password_salt", COL_HEX },
    { "password_hash", COL_HEX }, { "locked_until", COL_INT }, { "name_wrapped", COL_BASE64 }, { NULL, COL_TEXT },
};
static const struct column person_columns[] = {
    { "person_id", COL_TEXT }, { "roles", COL_INT }, { "organization_id", COL_TEXT }, { "maker_id", COL_TEXT }, { "password_salt", COL_HEX },
    { "password_hash", COL_HEX }, { "name_wrapped", COL_BASE64 }, { "has_approver_key", COL_BOOL }, { NULL, COL_TEXT },
};

static json_t *
roles_json(unsigned roles)
{
    json_t *list = json_array();

    for (unsigned bit = 1; (bit & ALL_ROLES) != 0; bit <<= 1)
        if ((roles & bit) != 0)
            json_array_append_new(list, json_string(role_code((enum role)bit)));
    return list;
}

/* What a person is told about himself; takes no secret. */
static jy_err
describe(const struct exchange *x, const json_t *person, json_t **out)
{
    struct jy_buf name = { 0 };
    char key_id[65] = "";
    jy_err rc = personal_unwrap(x->web, member(person, "person_id"), "name", member(person, "name_wrapped"), &name);

    if (rc == JY_OK && json_is_true(json_object_get(person, "has_approver_key")))
        key_id_of("approver", member(person, "person_id"), key_id);
    if (rc == JY_OK && (*out = json_pack("{s:s, s:s%, s:o, s:O, s:O, s:s?}", "person_id", member(person, "person_id"), "name", (const char *)name.p,
                                         name.len, "roles", roles_json((unsigned)json_integer_value(json_object_get(person, "roles"))),
                                         "organization_id", json_object_get(person, "organization_id"), "maker_id",
                                         json_object_get(person, "maker_id"), "approver_key_id", key_id[0] == '\0' ? NULL : key_id)) == NULL)
        rc = JY_E_NOMEM;
    jy_buf_wipe(&name);
    return rc;
}

static jy_err
password_fits(const struct exchange *x, const json_t *person, const char *password, bool *fits)
{
    uint8_t salt[PASSWORD_SALT] = { 0 }, kept[PASSWORD_HASH] = { 0 }, hash[PASSWORD_HASH];
    jy_err rc;

    *fits = false;
    /* An unknown login costs the same time as a wrong password. */
    if (person != NULL && ((rc = jy_hex_parse(jy_slice_text(member(person, "password_salt")), salt, sizeof(salt))) != JY_OK ||
                           (rc = jy_hex_parse(jy_slice_text(member(person, "password_hash")), kept, sizeof(kept))) != JY_OK))
        return rc;
    if ((rc = password_hash(x->web, password, salt, hash)) == JY_OK)
        *fits = person != NULL && jy_equal_secret(JY_SLICE(hash, sizeof(hash)), JY_SLICE(kept, sizeof(kept)));
    jy_wipe(hash, sizeof(hash));
    return rc;
}

struct login { struct exchange *x; const char *person_id; uint8_t digest[JY_SM3_SIZE]; };

static jy_err
count_failure(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct login *l = arg;
    jy_err rc = rows_run(tx, SQL_PERSON_LOGIN_FAILED, BINDS(B_INT("limit", LOGIN_TRIES), B_INT("locked_until", l->x->now + LOGIN_LOCK_SECONDS),
                                                            B_TEXT("person_id", l->person_id)), NULL, fault);

    return rc != JY_OK ? rc : audit_append(tx, l->x->now, "login_failed", l->person_id, audit_source(l->x), l->person_id, "bad_login",
                                           JY_EMPTY, fault);
}

static jy_err
open_session(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct login *l = arg;
    jy_err rc = rows_run(tx, SQL_PERSON_LOGIN_SUCCEEDED, BINDS(B_TEXT("person_id", l->person_id)), NULL, fault);

    return rc != JY_OK ? rc : rows_run(tx, SQL_SESSION_INSERT, BINDS(B_BLOB("token_digest", JY_SLICE(l->digest, JY_SM3_SIZE)),
                                                                     B_TEXT("person_id", l->person_id), B_INT("now", l->x->now)), NULL, fault);
}

jy_err
session_log_in(struct exchange *x, struct jy_fault *fault)
{
    json_t *person = NULL, *full = NULL, *told = NULL;
    struct login login = { .x = x };
    uint8_t token[32];
    char text[65];
    bool fits, locked;
    jy_err rc;

    rc = find_row(x, SQL_PERSON_BY_LOGIN, BINDS(B_TEXT("login", in_text(x, "login"))), login_columns, &person, fault);
    if (rc != JY_OK && rc != JY_E_NOT_FOUND)
        return rc;
    *fault = (struct jy_fault){ 0 };
    if ((rc = password_fits(x, person, in_text(x, "password"), &fits)) != JY_OK)
        goto out;
    login.person_id = member(person, "person_id");
    locked = person != NULL && x->now < json_integer_value(json_object_get(person, "locked_until"));
    if (!fits || locked) {
        if (person != NULL && !locked && (rc = db_write(x->web->db, count_failure, &login, fault)) != JY_OK)
            goto out;
        rc = JY_E_BAD_LOGIN;                              /* the same words for every cause */
        goto out;
    }
    if ((rc = jy_random(token, sizeof(token))) != JY_OK)
        goto out;
    jy_hex(JY_SLICE(token, sizeof(token)), text);
    if ((rc = jy_sm3(jy_slice_text(text), login.digest)) != JY_OK ||
        (rc = find_row(x, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", login.person_id)), person_columns, &full, fault)) != JY_OK ||
        (rc = describe(x, full, &told)) != JY_OK)
        goto out;
    PUT(x->actor.person_id, login.person_id);
    PUT(x->object, login.person_id);
    if ((rc = commit(x, open_session, &login, fault)) == JY_OK) {
        json_object_set_new(told, "token", json_string(text));
        rc = answer_json(x, 201, json_incref(told));
    }
out:
    jy_wipe(token, sizeof(token));
    jy_wipe(text, sizeof(text));
    json_decref(told);
    json_decref(full);
    json_decref(person);
    return rc;
}

jy_err
session_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *person = NULL, *told = NULL;
    jy_err rc = find_row(x, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", x->actor.person_id)), person_columns, &person, fault);

    if (rc == JY_OK && (rc = describe(x, person, &told)) == JY_OK)
        rc = answer_json(x, 200, told);
    json_decref(person);
    return rc;
}

static jy_err
close_session(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct exchange *x = arg;

    return rows_run(tx, SQL_SESSION_DELETE, BINDS(B_BLOB("token_digest", JY_SLICE(x->actor.token_digest, JY_SM3_SIZE))), NULL, fault);
}

jy_err
session_log_out(struct exchange *x, struct jy_fault *fault)
{
    x->status = 204;
    return commit(x, close_session, x, fault);
}

struct password_change { struct exchange *x; uint8_t salt[PASSWORD_SALT], hash[PASSWORD_HASH]; };

/* All sessions of the person end: whoever knew the old password is out. */
static jy_err
set_password(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct password_change *p = arg;
    jy_err rc = rows_run(tx, SQL_PERSON_SET_PASSWORD, BINDS(B_BLOB("password_salt", JY_SLICE(p->salt, sizeof(p->salt))),
                                                            B_BLOB("password_hash", JY_SLICE(p->hash, sizeof(p->hash))),
                                                            B_TEXT("person_id", p->x->actor.person_id)), NULL, fault);

    return rc != JY_OK ? rc : rows_run(tx, SQL_SESSION_DELETE_OF_PERSON, BINDS(B_TEXT("person_id", p->x->actor.person_id)), NULL, fault);
}

jy_err
session_change_password(struct exchange *x, struct jy_fault *fault)
{
    struct password_change change = { .x = x };
    json_t *person = NULL;
    bool fits = false;
    jy_err rc;

    if (strcmp(in_text(x, "old"), in_text(x, "new")) == 0)
        return jy_fail(fault, JY_E_BAD_FIELD, "new", 0, "is the old password");
    if ((rc = find_row(x, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", x->actor.person_id)), person_columns, &person, fault)) == JY_OK &&
        (rc = password_fits(x, person, in_text(x, "old"), &fits)) == JY_OK && !fits)
        rc = jy_fail(fault, JY_E_BAD_LOGIN, "old", 0, "is not the present password");
    if (rc == JY_OK && (rc = jy_random(change.salt, sizeof(change.salt))) == JY_OK &&
        (rc = password_hash(x->web, in_text(x, "new"), change.salt, change.hash)) == JY_OK) {
        x->status = 204;
        rc = commit(x, set_password, &change, fault);
    }
    jy_wipe(&change, sizeof(change));
    json_decref(person);
    return rc;
}
