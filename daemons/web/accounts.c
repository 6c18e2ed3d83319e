/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts as administrators see them, masked; and the one way to see a masked field: one field, a reason, a record (R25.1, R13.5). */
#include "daemons/web/account.h"
#include "daemons/web/route.h"

#include "codec/text.h"

#include <string.h>

static json_t *
time_or_null(int64_t time)
{
    char text[21];

    if (time == 0)
        return json_null();
    jy_time_rfc3339(time, text);
    return json_string(text);
}

/* A wrapped column, masked. */
static jy_err
masked(const struct web *web, const json_t *row, const char *column, const char *wrapped, json_t **out)
{
    struct jy_buf text = { 0 };
    char plain[128] = "", mask[128];
    jy_err rc = personal_unwrap(web, member(row, "person_id"), column, member(row, wrapped), &text);

    if (rc == JY_OK) {
        memcpy(plain, text.p, text.len < sizeof(plain) ? text.len : sizeof(plain) - 1);
        personal_mask(plain, mask, sizeof(mask));
        *out = json_string(mask);
    }
    jy_wipe(plain, sizeof(plain));
    jy_buf_wipe(&text);
    return rc != JY_OK || *out != NULL ? rc : JY_E_NOMEM;
}

static jy_err
describe(const struct exchange *x, const json_t *row, json_t **out, struct jy_fault *fault)
{
    json_t *name = NULL, *id_number = NULL, *phone = NULL;
    int64_t until = json_integer_value(json_object_get(row, "locked_until"));
    jy_err rc;

    if ((rc = account_check(x->web, row, fault)) != JY_OK || (rc = account_masked_name(x->web, row, &name)) != JY_OK ||
        (rc = masked(x->web, row, "id_number", "id_number_wrapped", &id_number)) != JY_OK ||
        (rc = masked(x->web, row, "phone", "phone_wrapped", &phone)) != JY_OK)
        goto out;
    *out = json_pack("{s:O, s:s, s:O, s:O, s:O, s:o, s:O, s:O, s:O, s:s, s:b, s:o, s:o, s:o}", "person_id", json_object_get(row, "person_id"), "login",
                     member(row, "login"), "name", name, "id_number", id_number, "phone", phone, "roles", roles_json(account_roles(row)), "organization_id",
                     json_object_get(row, "organization_id"), "maker_id", json_object_get(row, "maker_id"), "district", json_object_get(row, "district"),
                     "state", member(row, "state"), "second_factor", json_integer_value(json_object_get(row, "second_factor")) != 0, "locked_until",
                     time_or_null(until > x->now ? until : 0), "password_set", time_or_null(json_integer_value(json_object_get(row, "password_set"))),
                     "created", time_or_null(json_integer_value(json_object_get(row, "created"))));
    rc = *out == NULL ? JY_E_NOMEM : JY_OK;
out:
    json_decref(name);
    json_decref(id_number);
    json_decref(phone);
    return rc;
}

static jy_err
find_in_scope(const struct exchange *x, json_t **out, struct jy_fault *fault)
{
    jy_err rc = find_row(x, SQL_PERSON_IN_SCOPE, BINDS(B_TEXT("person_id", x->id), SCOPE_CITY(x), SCOPE_DISTRICT(x)), account_columns, out, fault);

    return rc != JY_OK ? rc : account_check(x->web, *out, fault);
}

jy_err
person_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *row = NULL, *told = NULL;
    jy_err rc;

    if ((rc = find_in_scope(x, &row, fault)) == JY_OK && (rc = describe(x, row, &told, fault)) == JY_OK)
        rc = answer_json(x, 200, told);
    json_decref(row);
    return rc;
}

/* Takes rows over. without: members that are not for who asks, ends with NULL. */
static jy_err
answer_accounts(struct exchange *x, const struct page *page, json_t *rows, const char *const *without, struct jy_fault *fault)
{
    json_t *list = json_array(), *row;
    jy_err rc = JY_OK;
    size_t i;

    json_array_foreach(rows, i, row) {
        json_t *told = NULL;
        if (rc == JY_OK && (rc = describe(x, row, &told, fault)) == JY_OK) {
            for (const char *const *name = without; *name != NULL; name++)
                json_object_del(told, *name);
            json_object_set(told, "seq", json_object_get(row, "seq"));
            json_array_append_new(list, told);
        }
    }
    json_decref(rows);
    if (rc == JY_OK)
        return answer_page(x, page, list);
    json_decref(list);
    return rc;
}

/* R13.4: who a maker's named staff are, for its own staff and for the police of its district; what else is known of them is not for a list (R13.5). */
jy_err
maker_staff_list(struct exchange *x, struct jy_fault *fault)
{
    static const char *const without[] = { "id_number", "phone", "organization_id", "maker_id", "district", "roles", "locked_until", "password_set", NULL };
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) != JY_OK ||
        (rc = find_rows(x, SQL_MAKER_STAFF, BINDS(B_TEXT("maker_id", x->id), B_INT("before", page.before), B_INT("limit", page.limit), SCOPE_CITY(x),
                                                  SCOPE_DISTRICT(x), SCOPE_MAKER(x)), account_list_columns, &rows, fault)) != JY_OK)
        return rc;
    return answer_accounts(x, &page, rows, without, fault);
}

/* -- lists: everybody, or one ID number by its index, or one login -- */

static jy_err
answer_people(struct exchange *x, const struct page *page, struct jy_slice index, const char *login, const char *organization_id, struct jy_fault *fault)
{
    static const char *const nothing[] = { NULL };
    json_t *rows = NULL;
    jy_err rc = find_rows(x, SQL_PERSON_LIST, BINDS(B_INT("before", page->before), B_INT("limit", page->limit), SCOPE_CITY(x), SCOPE_DISTRICT(x),
                                                    B_BLOB("id_number_index", index), B_TEXT("login", login),
                                                    B_TEXT("organization_id", organization_id)), account_list_columns, &rows, fault);

    return rc != JY_OK ? rc : answer_accounts(x, page, rows, nothing, fault);
}

jy_err
person_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    jy_err rc = page_read(x, &page, fault);

    return rc != JY_OK ? rc : answer_people(x, &page, JY_EMPTY, NULL, NULL, fault);
}

jy_err
person_search(struct exchange *x, struct jy_fault *fault)
{
    const char *id_number = in_text(x, "id_number"), *login = in_text(x, "login"), *organization_id = in_text(x, "organization_id");
    struct page page = { .limit = 100 };
    uint8_t index[JY_SM3_SIZE];
    jy_err rc;

    if (id_number == NULL && login == NULL && organization_id == NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "id_number", 0, "id_number, login or organization_id is needed");
    if (id_number != NULL && (rc = personal_index(x->web, "id_number", id_number, index)) != JY_OK)
        return rc;
    if ((rc = answer_people(x, &page, id_number == NULL ? JY_EMPTY : JY_SLICE(index, sizeof(index)), login, organization_id, fault)) == JY_OK)
        rc = commit(x, NULL, NULL, fault);
    return rc;
}

/* -- reveal -- */

static jy_err
reveal(struct exchange *x, const char *owner, const char *column, const char *wrapped, struct jy_fault *fault)
{
    struct jy_buf text = { 0 };
    jy_err rc = personal_unwrap(x->web, owner, column, wrapped, &text);

    x->detail = json_pack("{s:s, s:s}", "field", column, "reason", in_text(x, "reason"));
    if (rc == JY_OK && (rc = answer_json(x, 200, json_pack("{s:s, s:s%}", "field", column, "value", (const char *)text.p, text.len))) == JY_OK)
        rc = commit(x, NULL, NULL, fault);                 /* recorded before it is shown */
    jy_buf_wipe(&text);
    return rc;
}

/* Fields that can be revealed, and where they stand. */
struct revealed { const char *field, *wrapped; };
static const struct revealed of_person[] = { { "name", "name_wrapped" }, { "id_number", "id_number_wrapped" }, { "phone", "phone_wrapped" }, { NULL, NULL } };
static const struct revealed of_application[] = {
    { "agent_id_number", "agent_id_number_wrapped" }, { "agent_phone", "agent_phone_wrapped" }, { NULL, NULL },
};

static jy_err
find_field(const struct exchange *x, const struct revealed *rows, const struct revealed **out, struct jy_fault *fault)
{
    for (*out = rows; (*out)->field != NULL; ++*out)
        if (strcmp((*out)->field, in_text(x, "field")) == 0)
            return JY_OK;
    return jy_fail(fault, JY_E_BAD_FIELD, "field", 0, "is none that can be revealed");
}

jy_err
person_reveal(struct exchange *x, struct jy_fault *fault)
{
    const struct revealed *field;
    json_t *row = NULL;
    jy_err rc;

    if ((rc = find_field(x, of_person, &field, fault)) == JY_OK && (rc = find_in_scope(x, &row, fault)) == JY_OK)
        rc = reveal(x, x->id, field->field, member(row, field->wrapped), fault);
    json_decref(row);
    return rc;
}

static const struct column application_columns[] = {
    { "application_id", COL_TEXT }, { "agent_id_number_wrapped", COL_BASE64 }, { "agent_phone_wrapped", COL_BASE64 }, { NULL, COL_TEXT },
};

jy_err
application_reveal(struct exchange *x, struct jy_fault *fault)
{
    const struct revealed *field;
    json_t *row = NULL;
    jy_err rc;

    if ((rc = find_field(x, of_application, &field, fault)) == JY_OK &&
        (rc = find_row(x, SQL_REVEAL_FROM_APPLICATION, BINDS(B_TEXT("application_id", x->id), SCOPE_CITY(x), SCOPE_MAKER(x), SCOPE_DISTRICT(x)),
                       application_columns, &row, fault)) == JY_OK)
        rc = reveal(x, x->id, field->field, member(row, field->wrapped), fault);
    json_decref(row);
    return rc;
}

/* -- small acts of one administrator -- */

static jy_err
set_tries_back(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct exchange *x = arg;

    return move_row(tx, SQL_PERSON_COUNT_TRY, BINDS(B_INT("failures", 0), B_INT("locked_until", 0), B_TEXT("person_id", x->id)), fault);
}

jy_err
person_unlock(struct exchange *x, struct jy_fault *fault)
{
    json_t *row = NULL;
    jy_err rc = find_in_scope(x, &row, fault);

    json_decref(row);
    x->status = 204;
    return rc != JY_OK ? rc : commit(x, set_tries_back, x, fault);
}

static jy_err
end_sessions(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct exchange *x = arg;

    return rows_run(tx, SQL_SESSION_DELETE_OF_PERSON, BINDS(B_TEXT("person_id", x->id)), NULL, fault);
}

jy_err
person_end_sessions(struct exchange *x, struct jy_fault *fault)
{
    json_t *row = NULL;
    jy_err rc = find_in_scope(x, &row, fault);

    json_decref(row);
    x->status = 204;
    return rc != JY_OK ? rc : commit(x, end_sessions, x, fault);
}

static jy_err
disable(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct exchange *x = arg;
    jy_err rc = account_amend(tx, x->web, x->id, SQL_PERSON_SET_STATE, BINDS(B_TEXT("to", "DISABLED"), B_TEXT("person_id", x->id), B_TEXT("from", "ACTIVE")),
                              fault);

    return rc != JY_OK ? rc : end_sessions(tx, arg, fault);
}

jy_err
person_disable(struct exchange *x, struct jy_fault *fault)
{
    json_t *row = NULL;
    jy_err rc = find_in_scope(x, &row, fault);

    if (rc == JY_OK && (account_roles(row) & ADMINISTRATORS) != 0)
        rc = jy_fail(fault, JY_E_TWO_PERSONS, "id", 0, "an administrator is disabled by two: POST /people/{id}/acts");
    if (rc == JY_OK && strcmp(member(row, "state"), "ACTIVE") != 0)
        rc = jy_fail(fault, JY_E_BAD_STATE, "state", 0, "the account is %s", member(row, "state"));
    x->detail = json_pack("{s:s}", "reason", in_text(x, "reason"));
    if (rc == JY_OK && (rc = answer_json(x, 200, json_pack("{s:s}", "state", "DISABLED"))) == JY_OK)
        rc = commit(x, disable, x, fault);
    json_decref(row);
    return rc;
}

struct roles_change { struct exchange *x; unsigned from, to; };

static jy_err
set_roles(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct roles_change *c = arg;

    return account_amend(tx, c->x->web, c->x->id, SQL_PERSON_SET_ROLES, BINDS(B_INT("roles", c->to), B_INT("from", c->from), B_TEXT("person_id", c->x->id)),
                         fault);
}

/* Within what the person belongs to: an administrator's role is never given to an account that exists. */
jy_err
person_set_roles(struct exchange *x, struct jy_fault *fault)
{
    struct roles_change change = { .x = x };
    json_t *row = NULL, *item;
    size_t i;
    jy_err rc = find_in_scope(x, &row, fault);

    json_array_foreach(json_object_get(x->input, "roles"), i, item)
        if (rc == JY_OK && role_by_code(json_string_value(item)) == ROLE_NONE)
            rc = jy_fail(fault, JY_E_BAD_FIELD, "roles", 0, "there is no role %.40s", json_string_value(item));
        else
            change.to |= role_by_code(json_string_value(item));
    if (rc == JY_OK)
        rc = roles_fit(change.to, member(row, "organization_id")[0] != '\0', member(row, "maker_id")[0] != '\0', member(row, "district")[0] != '\0', fault);
    change.from = account_roles(row);
    if (rc == JY_OK && ((change.from | change.to) & ADMINISTRATORS) != 0)
        rc = jy_fail(fault, JY_E_TWO_PERSONS, "roles", 0, "an administrator gets an account of his own (R27.2)");
    if (rc == JY_OK)
        x->detail = json_pack("{s:i, s:i}", "from", (int)change.from, "to", (int)change.to);
    if (rc == JY_OK && (rc = answer_json(x, 200, json_pack("{s:o}", "roles", roles_json(change.to)))) == JY_OK)
        rc = commit(x, set_roles, &change, fault);
    json_decref(row);
    return rc;
}
