/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask for a stamp: seal × person × category × period, given by the seal's custodian (R16.1). Asked in the query of order_create. */
#include "daemons/web/route.h"
#include "daemons/web/seal.h"

#include <string.h>

#define PERMISSION_DAYS 365

static const struct column permission_columns[] = {
    { "seq", COL_INT }, { "permission_id", COL_TEXT }, { "seal_id", COL_TEXT }, { "person_id", COL_TEXT }, { "category", COL_TEXT },
    { "valid_from", COL_TIME }, { "valid_to", COL_TIME }, { "granted_by", COL_TEXT }, { "created", COL_TIME }, { "revoked", COL_TIME },
    { NULL, COL_TEXT },
};

struct permission { struct exchange *x; jy_time from, to; };

/* A row for each category, so that each can be taken back alone. */
static jy_err
insert_permissions(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct permission *p = arg;
    struct exchange *x = p->x;
    json_t *ids = json_array(), *category;
    char id[WEB_ID_SIZE];
    size_t i;
    jy_err rc = JY_OK;

    json_array_foreach(json_object_get(x->input, "categories"), i, category)
        if (rc == JY_OK && (rc = fresh_id(id)) == JY_OK &&
            (rc = rows_run(tx, SQL_PERMISSION_INSERT,
                           BINDS(B_TEXT("permission_id", id), B_TEXT("organization_id", x->actor.organization_id), B_TEXT("seal_id", x->id),
                                 B_TEXT("person_id", in_text(x, "person_id")), B_TEXT("category", json_string_value(category)), B_INT("valid_from", p->from),
                                 B_INT("valid_to", p->to), B_TEXT("granted_by", x->actor.person_id), B_INT("now", x->now)), NULL, fault)) == JY_OK)
            json_array_append_new(ids, json_string(id));
    if (rc == JY_OK)
        rc = answer_json(x, 201, json_pack("{s:O}", "permission_ids", ids));
    json_decref(ids);
    return rc;
}

static jy_err
read_period(const struct exchange *x, struct permission *p, struct jy_fault *fault)
{
    jy_err rc;

    p->from = x->now;
    p->to = x->now + (int64_t)PERMISSION_DAYS * 86400;
    if (in_text(x, "valid_from") != NULL && (rc = jy_time_parse_rfc3339(in_text(x, "valid_from"), &p->from)) != JY_OK)
        return rc;
    if (in_text(x, "valid_to") != NULL && (rc = jy_time_parse_rfc3339(in_text(x, "valid_to"), &p->to)) != JY_OK)
        return rc;
    return p->from < p->to && p->to > x->now ? JY_OK : jy_fail(fault, JY_E_BAD_FIELD, "valid_to", 0, "must be after valid_from and in the future");
}

jy_err
permission_create(struct exchange *x, struct jy_fault *fault)
{
    struct permission p = { .x = x };
    json_t *seal = NULL, *person = NULL, *category;
    size_t i;
    jy_err rc;

    if ((rc = seal_find(x, &seal, fault)) == JY_OK && (rc = seal_must_be_custodian(x, seal, fault)) == JY_OK &&
        (rc = organization_member(x, member(seal, "organization_id"), in_text(x, "person_id"), ROLE_AGENT, "person_id", &person, fault)) == JY_OK && (rc = read_period(x, &p, fault)) == JY_OK)
        json_array_foreach(json_object_get(x->input, "categories"), i, category)
            if (rc == JY_OK && strcmp(json_string_value(category), "*") != 0)
                rc = check_category(json_string_value(category), "categories", fault);
    if (rc == JY_OK)
        rc = commit(x, insert_permissions, &p, fault);
    json_decref(person);
    json_decref(seal);
    return rc;
}

jy_err
permission_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_PERMISSION_LIST,
                        BINDS(B_TEXT("seal_id", x->id), B_INT("before", page.before), B_INT("limit", page.limit), SCOPE_ORGANIZATION(x)), permission_columns,
                        &rows, fault)) == JY_OK)
        rc = answer_page(x, &page, rows);
    return rc;
}

static jy_err
revoke(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct exchange *x = arg;
    int64_t changes = 0;
    jy_err rc = rows_run(tx, SQL_PERMISSION_REVOKE,
                         BINDS(B_INT("now", x->now), B_TEXT("permission_id", x->id), SCOPE_ORGANIZATION(x), B_TEXT("person_id", x->actor.person_id)), &changes,
                         fault);

    return rc == JY_OK && changes != 1 ? jy_fail(fault, JY_E_NOT_FOUND, "id", 0, "no permission in force of a seal that you keep") : rc;
}

jy_err
permission_revoke(struct exchange *x, struct jy_fault *fault)
{
    jy_err rc = answer_json(x, 200, json_object());

    return rc == JY_OK ? commit(x, revoke, x, fault) : rc;
}
