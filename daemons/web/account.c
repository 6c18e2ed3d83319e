/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of people with their codes, passwords, and tries counted before they are looked at. */
#include "daemons/web/account.h"
#include "codec/text.h"
#include "daemons/web/route.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE_FORGIVEN_SECONDS 3600         /* without a failure */

/* What the code covers; store/queries/accounts.sql names the same columns. */
#define COVERED_COLUMNS                                                                                                                  \
    { "person_id", COL_TEXT }, { "login", COL_TEXT }, { "name_wrapped", COL_BASE64 }, { "id_number_wrapped", COL_BASE64 },               \
    { "id_number_index", COL_HEX }, { "phone_wrapped", COL_BASE64 }, { "roles", COL_INT }, { "organization_id", COL_TEXT },              \
    { "maker_id", COL_TEXT }, { "district", COL_TEXT }, { "password_kind", COL_TEXT }, { "password_salt", COL_HEX },                     \
    { "password_hash", COL_HEX }, { "password_set", COL_INT }, { "password_issued", COL_INT }, { "second_factor", COL_INT },             \
    { "state", COL_TEXT }, { "created", COL_INT }
#define END { NULL, COL_TEXT }

const struct column account_columns[] = {
    COVERED_COLUMNS, { "row_code", COL_HEX }, { "failed_logins", COL_INT }, { "locked_until", COL_INT }, { "has_approver_key", COL_BOOL }, END
};
const struct column account_list_columns[] = {
    COVERED_COLUMNS, { "row_code", COL_HEX }, { "failed_logins", COL_INT }, { "locked_until", COL_INT }, { "has_approver_key", COL_BOOL },
    { "seq", COL_INT }, END
};
const struct column account_session_columns[] = {
    COVERED_COLUMNS, { "row_code", COL_HEX }, { "session_id", COL_TEXT }, { "opened", COL_INT }, { "last_seen", COL_INT }, { "fresh", COL_INT }, END
};
#define COVERED 18

/* -- the row's code -- */

static jy_err
code_of(const struct web *web, const json_t *row, char out[2 * JY_SM3_SIZE + 1])
{
    json_t *covered = json_object();
    uint8_t code[JY_SM3_SIZE];
    char *text;
    jy_err rc;

    for (size_t i = 0; i < COVERED; i++)
        json_object_set(covered, account_columns[i].name, json_object_get(row, account_columns[i].name));
    text = json_dumps(covered, JSON_COMPACT | JSON_SORT_KEYS);
    rc = text == NULL || json_object_size(covered) != COVERED ? JY_E_NOMEM : personal_digest(web, "row of person", jy_slice_text(text), code);
    jy_hex(JY_SLICE(code, sizeof(code)), out);
    free(text);
    json_decref(covered);
    return rc;
}

jy_err
account_check(const struct web *web, const json_t *row, struct jy_fault *fault)
{
    char code[2 * JY_SM3_SIZE + 1];
    jy_err rc = code_of(web, row, code);

    if (rc == JY_OK && !jy_equal_secret(jy_slice_text(code), jy_slice_text(member(row, "row_code")))) {
        jy_log("error", "row_altered", "person %s", member(row, "person_id"));
        rc = jy_fail(fault, JY_E_ROW_ALTERED, "person", 0, "%s", member(row, "person_id"));
    }
    return rc;
}

static jy_err
write_code(struct db_tx *tx, const struct web *web, const char *person_id, struct jy_fault *fault)
{
    char hex[2 * JY_SM3_SIZE + 1];
    uint8_t code[JY_SM3_SIZE];
    json_t *row = NULL;
    jy_err rc;

    if ((rc = rows_first(tx, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", person_id)), account_columns, &row, fault)) == JY_OK &&
        (rc = code_of(web, row, hex)) == JY_OK && (rc = jy_hex_parse(jy_slice_text(hex), code, sizeof(code))) == JY_OK)
        rc = move_row(tx, SQL_PERSON_SET_ROW_CODE, BINDS(B_BLOB("row_code", JY_SLICE(code, sizeof(code))), B_TEXT("person_id", person_id)), fault);
    json_decref(row);
    return rc;
}

jy_err
account_amend(struct db_tx *tx, const struct web *web, const char *person_id, enum sql_name name, const struct bind *binds, struct jy_fault *fault)
{
    json_t *row = NULL;
    jy_err rc = rows_first(tx, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", person_id)), account_columns, &row, fault);

    if (rc == JY_OK && row == NULL)
        rc = jy_fail(fault, JY_E_NOT_FOUND, "person_id", 0, "%s", person_id);
    /* Otherwise what somebody wrote past the service would get a good code with the next change. */
    if (rc == JY_OK && (rc = account_check(web, row, fault)) == JY_OK && (rc = move_row(tx, name, binds, fault)) == JY_OK)
        rc = write_code(tx, web, person_id, fault);
    json_decref(row);
    return rc;
}

unsigned
account_roles(const json_t *row)
{
    return (unsigned)json_integer_value(json_object_get(row, "roles"));
}

jy_err
account_masked_name(const struct web *web, const json_t *row, json_t **out)
{
    struct jy_buf text = { 0 }, shown = { 0 };
    uint32_t code;
    jy_err rc = personal_unwrap(web, member(row, "person_id"), "name", member(row, "name_wrapped"), &text);

    if (rc == JY_OK) {
        struct jy_slice rest = jy_buf_slice(&text);
        size_t n = jy_utf8_next(rest, &code);
        rc = jy_buf_add(&shown, JY_SLICE(rest.p, n));
        for (rest = JY_SLICE(rest.p + n, rest.len - n); rc == JY_OK && (n = jy_utf8_next(rest, &code)) > 0; rest = JY_SLICE(rest.p + n, rest.len - n))
            rc = jy_buf_text(&shown, "*");
        *out = json_stringn((const char *)shown.p, shown.len);
    }
    jy_buf_wipe(&text);
    jy_buf_free(&shown);
    return rc != JY_OK || *out != NULL ? rc : JY_E_NOMEM;
}

unsigned
account_must(const struct web *web, const json_t *row, jy_time now)
{
    bool issued = json_integer_value(json_object_get(row, "password_issued")) != 0;
    bool has_factor = json_integer_value(json_object_get(row, "second_factor")) != 0;
    int64_t set = json_integer_value(json_object_get(row, "password_set"));
    unsigned must = 0;

    if (!has_factor && (account_roles(row) & web->policy.second_factor_roles) != 0)
        must |= MUST_ENROL;
    if ((issued && web->policy.change_issued) || (web->policy.password_seconds != 0 && now >= set + web->policy.password_seconds))
        must |= MUST_CHANGE_PASSWORD;
    return must;
}

/* -- passwords -- */

jy_err
password_make(struct web *web, const char *text, struct password *out)
{
    jy_err rc = jy_random(out->salt, sizeof(out->salt));

    out->kind = web->policy.password_kind;
    return rc != JY_OK ? rc : password_hash(web, out->kind, text, out->salt, out->hash);
}

jy_err
password_is(struct web *web, const json_t *row, const char *text, bool *fits)
{
    uint8_t salt[PASSWORD_SALT] = { 0 }, kept[PASSWORD_HASH] = { 0 }, hash[PASSWORD_HASH];
    jy_err rc;

    *fits = false;
    if (row != NULL && ((rc = jy_hex_parse(jy_slice_text(member(row, "password_salt")), salt, sizeof(salt))) != JY_OK ||
                        (rc = jy_hex_parse(jy_slice_text(member(row, "password_hash")), kept, sizeof(kept))) != JY_OK))
        return rc;
    if ((rc = password_hash(web, row == NULL ? web->policy.password_kind : member(row, "password_kind"), text, salt, hash)) == JY_OK)
        *fits = row != NULL && jy_equal_secret(JY_SLICE(hash, sizeof(hash)), JY_SLICE(kept, sizeof(kept)));
    jy_wipe(hash, sizeof(hash));
    jy_wipe(kept, sizeof(kept));
    return rc;
}

/* -- a new person -- */

jy_err
person_new_prepare(const struct web *web, struct person_new *p)
{
    jy_err rc;

    if ((rc = fresh_id(p->id)) == JY_OK && (rc = personal_wrap(web, p->id, "name", p->name, &p->name_wrapped)) == JY_OK &&
        (rc = personal_wrap(web, p->id, "id_number", p->id_number, &p->id_number_wrapped)) == JY_OK &&
        (rc = personal_wrap(web, p->id, "phone", p->phone, &p->phone_wrapped)) == JY_OK)
        rc = personal_index(web, "id_number", p->id_number, p->id_number_index);
    return rc;
}

jy_err
person_new_write(struct db_tx *tx, const struct web *web, const struct person_new *p, jy_time now, struct jy_fault *fault)
{
    jy_err rc = rows_run(tx, SQL_PERSON_INSERT,
                         BINDS(B_TEXT("person_id", p->id), B_TEXT("login", p->login), B_BLOB("name_wrapped", jy_buf_slice(&p->name_wrapped)),
                               B_BLOB("id_number_wrapped", jy_buf_slice(&p->id_number_wrapped)),
                               B_BLOB("id_number_index", JY_SLICE(p->id_number_index, JY_SM3_SIZE)),
                               B_BLOB("phone_wrapped", jy_buf_slice(&p->phone_wrapped)), B_INT("roles", p->roles),
                               B_TEXT("organization_id", p->organization_id), B_TEXT("maker_id", p->maker_id), B_TEXT("district", p->district),
                               B_TEXT("password_kind", p->password.kind), B_BLOB("password_salt", JY_SLICE(p->password.salt, PASSWORD_SALT)),
                               B_BLOB("password_hash", JY_SLICE(p->password.hash, PASSWORD_HASH)), B_TEXT("state", p->state), B_INT("now", now)),
                         NULL, fault);

    if (rc == JY_E_CONFLICT && fault != NULL && strcmp(fault->where, "person.id_number_index") == 0)
        return jy_fail(fault, rc, "id_number", 0, "this person has an administrator's account already (R27.2)");
    if (rc == JY_E_CONFLICT)
        return jy_fail(fault, rc, "login", 0, "the login is taken, or the organization or maker does not exist");
    return rc != JY_OK ? rc : write_code(tx, web, p->id, fault);
}

void
person_new_end(struct person_new *p)
{
    jy_wipe(&p->password, sizeof(p->password));
    jy_buf_free(&p->name_wrapped);
    jy_buf_free(&p->id_number_wrapped);
    jy_buf_free(&p->phone_wrapped);
}

/* -- tries -- */

static const struct column source_columns[] = { { "failures", COL_INT }, { "locked_until", COL_INT }, { "last", COL_INT }, { NULL, COL_TEXT } };

/* What is counted together: an IPv4 address; of IPv6 the network of 64 bits, since whoever has one has all of it. */
static void
source_of(const struct exchange *x, char out[INET6_ADDRSTRLEN])
{
    const char *address = request_address(x);
    struct in6_addr v6;

    snprintf(out, INET6_ADDRSTRLEN, "%s", address);
    if (inet_pton(AF_INET6, address, &v6) == 1 && !IN6_IS_ADDR_V4MAPPED(&v6)) {
        memset(v6.s6_addr + 8, 0, 8);
        inet_ntop(AF_INET6, &v6, out, INET6_ADDRSTRLEN);
    }
}

/* 0 while nothing is locked: a clock that is set back must not make a lock of it. */
static int64_t
lock_end(jy_time now, int64_t failures, int64_t tries)
{
    int64_t seconds = lock_seconds(failures, tries);

    return seconds == 0 ? 0 : now + seconds;
}

static jy_err
put_source(struct db_tx *tx, const struct exchange *x, int64_t failures, struct jy_fault *fault)
{
    int64_t until = lock_end(x->now, failures, x->web->policy.source_tries);
    char source[INET6_ADDRSTRLEN];

    source_of(x, source);
    return rows_run(tx, SQL_LOGIN_SOURCE_PUT, BINDS(B_TEXT("source", source), B_INT("failures", failures), B_INT("locked_until", until),
                                                    B_INT("now", x->now)), NULL, fault);
}

/* Failures that still count, and until when the source is locked. */
static jy_err
find_source(struct db_tx *tx, const struct exchange *x, int64_t *failures, int64_t *until, struct jy_fault *fault)
{
    char address[INET6_ADDRSTRLEN];
    json_t *source = NULL;
    jy_err rc;

    source_of(x, address);
    rc = rows_first(tx, SQL_LOGIN_SOURCE_FIND, BINDS(B_TEXT("source", address)), source_columns, &source, fault);
    *until = json_integer_value(json_object_get(source, "locked_until"));
    *failures = json_integer_value(json_object_get(source, "failures"));
    if (x->now >= json_integer_value(json_object_get(source, "last")) + SOURCE_FORGIVEN_SECONDS && x->now >= *until + SOURCE_FORGIVEN_SECONDS)
        *failures = 0;
    json_decref(source);
    return rc;
}

static jy_err
count_source(struct db_tx *tx, const struct exchange *x, struct jy_fault *fault)
{
    int64_t failures, until;
    jy_err rc = find_source(tx, x, &failures, &until, fault);

    if (rc == JY_OK && x->now < until)
        rc = jy_fail(fault, JY_E_TOO_MANY, "source", 0, "%lld seconds", (long long)(until - x->now));
    return rc != JY_OK ? rc : put_source(tx, x, failures + 1, fault);
}

static jy_err
count_try(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct try *try = arg;
    int64_t failures, until;
    jy_err rc;

    if ((rc = count_source(tx, try->x, fault)) != JY_OK ||
        (rc = rows_first(tx, SQL_PERSON_BY_LOGIN, BINDS(B_TEXT("login", try->login)), account_columns, &try->person, fault)) != JY_OK ||
        try->person == NULL)
        return rc;
    failures = json_integer_value(json_object_get(try->person, "failed_logins"));
    until = json_integer_value(json_object_get(try->person, "locked_until"));
    if ((try->locked = try->x->now < until))
        return JY_OK;
    until = lock_end(try->x->now, failures + 1, LOGIN_TRIES);
    return move_row(tx, SQL_PERSON_COUNT_TRY, BINDS(B_INT("failures", failures + 1), B_INT("locked_until", until),
                                                    B_TEXT("person_id", member(try->person, "person_id"))), fault);
}

jy_err
try_begin(struct try *try, struct jy_fault *fault)
{
    return db_write(try->x->web->db, count_try, try, fault);
}

jy_err
try_forgive(struct db_tx *tx, const struct try *try, bool complete, struct jy_fault *fault)
{
    int64_t failures, until;
    jy_err rc = find_source(tx, try->x, &failures, &until, fault);

    if (rc == JY_OK && failures > 0)
        rc = put_source(tx, try->x, failures - 1, fault);
    if (rc == JY_OK && complete)
        rc = move_row(tx, SQL_PERSON_COUNT_TRY, BINDS(B_INT("failures", 0), B_INT("locked_until", 0),
                                                      B_TEXT("person_id", member(try->person, "person_id"))), fault);
    return rc;
}

struct failure { const struct try *try; const char *event; };

static jy_err
record_failure(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct failure *f = arg;
    const struct try *try = f->try;
    char detail[128] = "";
    uint8_t index[JY_SM3_SIZE];
    char hex[2 * JY_SM3_SIZE + 1];
    jy_err rc = personal_index(try->x->web, "login", try->login, index);      /* people type passwords into the wrong field */

    if (rc != JY_OK)
        return rc;
    jy_hex(JY_SLICE(index, sizeof(index)), hex);
    snprintf(detail, sizeof(detail), "{\"locked\":%s,\"login\":\"%.16s\"}", try->locked ? "true" : "false", hex);
    return audit_record(tx, &(struct audit_row){ .at = try->x->now, .event = f->event, .actor_id = member(try->person, "person_id"),
                                                 .source = audit_source(try->x), .object = member(try->person, "person_id"), .outcome = "bad_login",
                                                 .detail = detail }, fault);
}

jy_err
try_failed(struct try *try, const char *event, struct jy_fault *fault)
{
    struct failure failure = { try, event };
    jy_err rc = db_write(try->x->web->db, record_failure, &failure, fault);

    try->x->recorded = rc == JY_OK;
    return rc == JY_OK ? JY_E_BAD_LOGIN : rc;
}

void
try_end(struct try *try)
{
    json_decref(try->person);
    try->person = NULL;
}
