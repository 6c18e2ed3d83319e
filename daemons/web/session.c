/* SPDX-License-Identifier: Apache-2.0 */
/* A person's own account: who am I, my sessions, my password (R27.2). */
#include "daemons/web/account.h"
#include "daemons/web/route.h"

#include <string.h>

json_t *
roles_json(unsigned roles)
{
    json_t *list = json_array();

    for (unsigned bit = 1; (bit & ALL_ROLES) != 0; bit <<= 1)
        if ((roles & bit) != 0)
            json_array_append_new(list, json_string(role_code((enum role)bit)));
    return list;
}

static json_t *
must_json(unsigned must)
{
    json_t *list = json_array();

    if ((must & MUST_ENROL) != 0)
        json_array_append_new(list, json_string("enrol_second_factor"));
    if ((must & MUST_CHANGE_PASSWORD) != 0)
        json_array_append_new(list, json_string("change_password"));
    return list;
}

jy_err
account_describe(const struct exchange *x, const json_t *person, json_t **out)
{
    struct jy_buf name = { 0 };
    char key_id[65] = "";
    jy_err rc = personal_unwrap(x->web, member(person, "person_id"), "name", member(person, "name_wrapped"), &name);

    if (rc == JY_OK && json_is_true(json_object_get(person, "has_approver_key")))
        key_id_of("approver", member(person, "person_id"), key_id);
    if (rc == JY_OK && (*out = json_pack("{s:s, s:s%, s:o, s:O, s:O, s:s?, s:b, s:o}", "person_id", member(person, "person_id"), "name",
                                         (const char *)name.p, name.len, "roles", roles_json(account_roles(person)), "organization_id",
                                         json_object_get(person, "organization_id"), "maker_id", json_object_get(person, "maker_id"),
                                         "approver_key_id", key_id[0] == '\0' ? NULL : key_id, "second_factor",
                                         json_integer_value(json_object_get(person, "second_factor")) != 0, "must",
                                         must_json(account_must(x->web, person, x->now)))) == NULL)
        rc = JY_E_NOMEM;
    jy_buf_wipe(&name);
    return rc;
}

static jy_err
find_me(const struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_row(x, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", x->actor.person_id)), account_columns, out, fault);
}

jy_err
session_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *person = NULL, *told = NULL;
    jy_err rc = find_me(x, &person, fault);

    if (rc == JY_OK && (rc = account_describe(x, person, &told)) == JY_OK)
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

/* -- the person's sessions -- */

static const struct column session_columns[] = {
    { "session_id", COL_TEXT }, { "created", COL_TIME }, { "last_seen", COL_TIME }, { "source", COL_TEXT }, { NULL, COL_TEXT },
};

jy_err
session_list(struct exchange *x, struct jy_fault *fault)
{
    json_t *rows = NULL, *row;
    size_t i;
    jy_err rc = find_rows(x, SQL_SESSION_LIST, BINDS(B_TEXT("person_id", x->actor.person_id)), session_columns, &rows, fault);

    json_array_foreach(rows, i, row)
        json_object_set_new(row, "current", json_boolean(strcmp(member(row, "session_id"), x->session.id) == 0));
    return rc != JY_OK ? rc : answer_json(x, 200, json_pack("{s:o, s:n}", "items", rows, "next"));
}

static jy_err
end_session(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct exchange *x = arg;
    int64_t changes = 0;
    jy_err rc = rows_run(tx, SQL_SESSION_DELETE_BY_ID, BINDS(B_TEXT("session_id", x->id), B_TEXT("person_id", x->actor.person_id)), &changes, fault);

    return rc == JY_OK && changes == 0 ? jy_fail(fault, JY_E_NOT_FOUND, "id", 0, "you have no such session") : rc;
}

jy_err
session_end(struct exchange *x, struct jy_fault *fault)
{
    x->status = 204;
    return commit(x, end_session, x, fault);
}

/* -- the password -- */

struct password_change { struct exchange *x; const json_t *person; struct password password; };

/* All sessions of the person end: whoever knew the old password is out. */
static jy_err
set_password(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct password_change *p = arg;
    const char *person_id = p->x->actor.person_id;
    struct jy_slice salt = JY_SLICE(p->password.salt, PASSWORD_SALT), hash = JY_SLICE(p->password.hash, PASSWORD_HASH);
    jy_err rc = account_amend(tx, p->x->web, person_id, SQL_PERSON_SET_PASSWORD,
                              BINDS(B_TEXT("password_kind", p->password.kind), B_BLOB("password_salt", salt), B_BLOB("password_hash", hash),
                                    B_INT("now", p->x->now), B_INT("issued", 0), B_TEXT("person_id", person_id)), fault);

    if (rc == JY_OK)
        rc = rows_run(tx, SQL_PASSWORD_HISTORY_INSERT, BINDS(B_TEXT("person_id", person_id), B_TEXT("password_kind", p->password.kind),
                                                             B_BLOB("password_salt", salt), B_BLOB("password_hash", hash)), NULL, fault);
    return rc != JY_OK ? rc : rows_run(tx, SQL_SESSION_DELETE_OF_PERSON, BINDS(B_TEXT("person_id", person_id)), NULL, fault);
}

static const struct column history_columns[] = {
    { "password_kind", COL_TEXT }, { "password_salt", COL_HEX }, { "password_hash", COL_HEX }, { NULL, COL_TEXT },
};

/* Neither the present one nor one of the last five. */
static jy_err
is_new(struct exchange *x, const json_t *person, const char *password, struct jy_fault *fault)
{
    json_t *history = NULL, *old;
    bool fits = false;
    size_t i;
    jy_err rc = find_rows(x, SQL_PASSWORD_HISTORY_LIST, BINDS(B_TEXT("person_id", x->actor.person_id), B_INT("limit", PASSWORDS_REMEMBERED)),
                          history_columns, &history, fault);

    if (rc == JY_OK)
        rc = password_is(x->web, person, password, &fits);
    json_array_foreach(history, i, old)
        if (rc == JY_OK && !fits)
            rc = password_is(x->web, old, password, &fits);
    json_decref(history);
    return rc == JY_OK && fits ? jy_fail(fault, JY_E_PASSWORD_WEAK, "new", 0, "is one of the last %d", PASSWORDS_REMEMBERED) : rc;
}

static jy_err
forgive(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    return try_forgive(tx, arg, true, fault);
}

jy_err
session_change_password(struct exchange *x, struct jy_fault *fault)
{
    struct password_change change = { .x = x };
    struct try try = { .x = x };
    json_t *person = NULL;
    bool fits = false;
    jy_err rc;

    PUT(x->object, x->actor.person_id);
    if ((rc = find_me(x, &person, fault)) != JY_OK)
        return rc;
    try.login = member(person, "login");
    if ((rc = password_fits_rules(in_text(x, "new"), try.login, fault)) != JY_OK || (rc = try_begin(&try, fault)) != JY_OK ||
        (rc = password_is(x->web, person, in_text(x, "old"), &fits)) != JY_OK)
        goto out;
    if (!fits || try.locked) {
        rc = try_failed(&try, "password_change_failed", fault);
        if (rc == JY_E_BAD_LOGIN)
            rc = jy_fail(fault, rc, "old", 0, "is not the present password");
        goto out;
    }
    if ((rc = db_write(x->web->db, forgive, &try, fault)) == JY_OK && (rc = is_new(x, person, in_text(x, "new"), fault)) == JY_OK &&
        (rc = password_make(x->web, in_text(x, "new"), &change.password)) == JY_OK) {
        x->status = 204;
        rc = commit(x, set_password, &change, fault);
    }
out:
    jy_wipe(&change, sizeof(change));
    json_decref(person);
    try_end(&try);
    return rc;
}
