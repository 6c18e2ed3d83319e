/* SPDX-License-Identifier: Apache-2.0 */
/* The police (R4.1): the filing register (R13.2), statistics, a seal declared void (N8), a licence revoked (R7.1). */
#include "daemons/web/route.h"
#include "daemons/web/seal.h"

#include <stdio.h>
#include <string.h>

#define MONTHS_MAX 36                          /* of one question by month */

/* -- what a question may name -- */

static jy_err
query_time(const struct exchange *x, const char *name, jy_time absent, jy_time *out, struct jy_fault *fault)
{
    const char *text = jy_http_query(x->request, name);

    *out = absent;
    return text == NULL || jy_time_parse_rfc3339(text, out) == JY_OK ? JY_OK :
        jy_fail(fault, JY_E_BAD_FIELD, name, 0, "must be a time such as 2026-01-31T09:00:00Z");
}

static jy_err
write_outside(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct exchange *x = arg;

    return audit_append(tx, x->now, "asked_outside_scope", x->actor.person_id, audit_source(x), jy_http_query(x->request, "district"), "empty", JY_EMPTY,
                        fault);
}

/* R4.1: a district officer's question for another district finds nothing, since the scope is in the question, and is recorded. */
static jy_err
query_district(struct exchange *x, const char **out, struct jy_fault *fault)
{
    *out = jy_http_query(x->request, "district");
    if (*out == NULL)
        return JY_OK;
    if (district_name(*out) == NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "district", 0, "is not a district of Tianjin (GB/T 2260)");
    return x->scope.district == NULL || strcmp(*out, x->scope.district) == 0 ? JY_OK : db_write(x->web->db, write_outside, x, fault);
}

/* -- the filing register -- */

static const struct column filing_columns[] = {
    { "seq", COL_INT }, { "filing_number", COL_TEXT }, { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "name", COL_TEXT }, { "kind", COL_TEXT },
    { "maker_id", COL_TEXT }, { "organization_name", COL_TEXT }, { "uscc", COL_TEXT }, { "district", COL_TEXT }, { "event", COL_TEXT },
    { "created", COL_TIME }, { "receipt", COL_TEXT }, { "receipt_at", COL_TIME }, { NULL, COL_TEXT },
};

jy_err
filing_list(struct exchange *x, struct jy_fault *fault)
{
    const char *district, *waiting = jy_http_query(x->request, "waiting");
    struct page page;
    json_t *rows = NULL;
    jy_time from, to;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) != JY_OK || (rc = query_time(x, "from", 0, &from, fault)) != JY_OK ||
        (rc = query_time(x, "to", 0, &to, fault)) != JY_OK || (rc = query_district(x, &district, fault)) != JY_OK)
        return rc;
    if (waiting != NULL && strcmp(waiting, "true") != 0)
        return jy_fail(fault, JY_E_BAD_FIELD, "waiting", 0, "can only be true");
    if ((rc = find_rows(x, SQL_FILING_LIST,
                        BINDS(B_INT("before", page.before), B_INT("limit", page.limit), SCOPE_CITY(x), SCOPE_DISTRICT(x), B_TEXT("district", district),
                              B_TEXT("event", jy_http_query(x->request, "event")), B_TEXT("kind", jy_http_query(x->request, "kind")),
                              B_TEXT("maker_id", jy_http_query(x->request, "maker_id")), B_INT("from", from), B_INT("to", to),
                              B_INT("waiting", waiting != NULL)), filing_columns, &rows, fault)) == JY_OK)
        rc = answer_page(x, &page, rows);
    return rc;
}

/* -- statistics -- */

static const struct column count_columns[] = { { "item", COL_TEXT }, { "what", COL_TEXT }, { "number", COL_INT }, { NULL, COL_TEXT } };

/* What an item is called, so that a reader needs no second table. */
static const char *
name_of(const char *by, const char *item)
{
    if (strcmp(by, "district") == 0)
        return district_name(item);
    return strcmp(by, "kind") == 0 && seal_kind_by_code(item) != NULL ? seal_kind_by_code(item)->zh : NULL;
}

static json_t *
item_of(json_t *items, const char *by, const char *item)
{
    json_t *row;
    size_t i;

    json_array_foreach(items, i, row)
        if (strcmp(member(row, "item"), item) == 0)
            return row;
    row = json_pack("{s:s, s:s?, s:{}, s:{}, s:i}", "item", item, "name", name_of(by, item), "events", "states", "stamps", 0);
    return json_array_append_new(items, row) == 0 ? row : NULL;
}

/* One question's counts into the items; label: what they all belong to (a month), or NULL. */
static jy_err
count(struct exchange *x, enum sql_name name, const char *by, jy_time from, jy_time to, const char *label, json_t *items, struct jy_fault *fault)
{
    json_t *rows = NULL, *row;
    size_t i;
    jy_err rc = find_rows(x, name, BINDS(B_TEXT("by", by), B_INT("from", from), B_INT("to", to), SCOPE_CITY(x), SCOPE_DISTRICT(x)), count_columns, &rows,
                          fault);

    json_array_foreach(rows, i, row) {
        json_t *into = item_of(items, by, label != NULL ? label : member(row, "item")), *number = json_object_get(row, "number");
        int failed = into == NULL ? -1 : name == SQL_STATISTICS_STAMPS ? json_object_set(into, "stamps", number) :
            json_object_set(json_object_get(into, name == SQL_STATISTICS_EVENTS ? "events" : "states"), member(row, "what"), number);
        if (failed != 0)
            rc = JY_E_NOMEM;
    }
    json_decref(rows);
    return rc;
}

static jy_err
count_all(struct exchange *x, const char *by, jy_time from, jy_time to, const char *label, json_t *items, struct jy_fault *fault)
{
    static const enum sql_name names[] = { SQL_STATISTICS_EVENTS, SQL_STATISTICS_STATES, SQL_STATISTICS_STAMPS };
    jy_err rc = JY_OK;

    for (size_t i = 0; i < 3 && rc == JY_OK; i++)
        rc = count(x, names[i], by, from, to, label, items, fault);
    return rc;
}

/* Month by month, UTC; the first and the last as far as the period reaches. */
static jy_err
count_months(struct exchange *x, jy_time from, jy_time to, json_t *items, struct jy_fault *fault)
{
    int year, month, day, hour, minute, second;
    char label[16];
    jy_err rc = JY_OK;

    for (int n = 0; from < to && rc == JY_OK; n++) {
        jy_time next;
        if (n == MONTHS_MAX)
            return jy_fail(fault, JY_E_BAD_FIELD, "from", 0, "a question by month covers %d months at most", MONTHS_MAX);
        jy_time_civil(from, &year, &month, &day, &hour, &minute, &second);
        next = jy_time_from_civil(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1, 0, 0, 0);
        snprintf(label, sizeof(label), "%04d-%02d", year % 10000, month % 100);
        rc = count_all(x, "", from, next < to ? next : to, label, items, fault);
        from = next;
    }
    return rc;
}

jy_err
statistics_show(struct exchange *x, struct jy_fault *fault)
{
    static const char *const dimensions[] = { "district", "kind", "maker", "month" };
    const char *by = jy_http_query(x->request, "by"), *district;
    json_t *items = json_array();
    char from_text[21], to_text[21];
    jy_time from, to;
    size_t i = 0;
    jy_err rc;

    while (by != NULL && i < 4 && strcmp(by, dimensions[i]) != 0)
        i++;
    if (by == NULL || i == 4) {
        rc = jy_fail(fault, JY_E_BAD_FIELD, "by", 0, "must be district, kind, maker or month");
        goto out;
    }
    if ((rc = query_time(x, "to", x->now + 1, &to, fault)) != JY_OK ||
        (rc = query_time(x, "from", i == 3 ? to - 365LL * 86400 : 0, &from, fault)) != JY_OK || (rc = query_district(x, &district, fault)) != JY_OK)
        goto out;
    if (from >= to) {
        rc = jy_fail(fault, JY_E_BAD_FIELD, "from", 0, "must lie before the end of the period");
        goto out;
    }
    rc = i == 3 ? count_months(x, from, to, items, fault) : count_all(x, by, from, to, NULL, items, fault);
    jy_time_rfc3339(from, from_text);
    jy_time_rfc3339(to, to_text);
    if (rc == JY_OK)
        rc = answer_json(x, 200, json_pack("{s:s, s:s, s:s, s:O}", "by", by, "from", from_text, "to", to_text, "items", items));
out:
    json_decref(items);
    return rc;
}

/* -- N8: made unlawfully, invalid from the beginning -- */

struct voiding { struct seal_change change; const char *serial; bool revoke; };

static jy_err
record_void(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    static const int privilege_withdrawn = 9;  /* RFC 5280 5.3.1 */
    struct voiding *v = arg;
    jy_err rc = seal_change(tx, &v->change, fault);

    return rc != JY_OK || !v->revoke ? rc : seal_revoke(tx, v->change.seal_id, v->serial, privilege_withdrawn, v->change.at, fault);
}

jy_err
seal_declare_void(struct exchange *x, struct jy_fault *fault)
{
    json_t *seal = NULL;
    struct voiding v;
    const char *to;
    jy_err rc;

    if ((rc = seal_find(x, &seal, fault)) == JY_OK && (rc = state_after(seal_moves, member(seal, "state"), "void", &to, fault)) == JY_OK &&
        (rc = seal_key_state(x->web, x->id, "cancelled", JY_EMPTY, fault)) == JY_OK && (rc = answer_json(x, 200, json_pack("{s:s}", "state", to))) == JY_OK) {
        /* A certificate that was revoked by a cancellation, or has expired, is not revoked once more. */
        v = (struct voiding){ seal_change_of(x, seal, "void", in_text(x, "reason")), member(seal, "certificate_serial"),
                              seal_is_living(member(seal, "state")) };
        rc = commit(x, record_void, &v, fault);
    }
    json_decref(seal);
    return rc;
}
