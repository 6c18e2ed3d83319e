/* SPDX-License-Identifier: Apache-2.0 */
/* R13.6: the police inspect makers: a sample of their seals, findings, orders to rectify with a day, the maker's answers, and the history of all. */
#include "daemons/web/inspection.h"
#include "daemons/web/route.h"

#include <string.h>

static const struct column maker_columns[] = { { "maker_id", COL_TEXT }, { "name", COL_TEXT }, { "state", COL_TEXT }, { NULL, COL_TEXT } };
static const struct column inspection_columns[] = {
    { "inspection_id", COL_TEXT }, { "maker_id", COL_TEXT }, { "maker_name", COL_TEXT }, { "inspector_id", COL_TEXT }, { "kind", COL_TEXT },
    { "note", COL_TEXT }, { "state", COL_TEXT }, { "conclusion", COL_TEXT }, { "created", COL_TIME }, { "closed", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column list_columns[] = {
    { "seq", COL_INT }, { "inspection_id", COL_TEXT }, { "maker_id", COL_TEXT }, { "maker_name", COL_TEXT }, { "inspector_id", COL_TEXT },
    { "kind", COL_TEXT }, { "note", COL_TEXT }, { "state", COL_TEXT }, { "conclusion", COL_TEXT }, { "created", COL_TIME }, { "closed", COL_TIME },
    { NULL, COL_TEXT },
};
static const struct column sample_columns[] = {
    { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "name", COL_TEXT }, { "kind", COL_TEXT }, { "state", COL_TEXT }, { NULL, COL_TEXT },
};
static const struct column finding_columns[] = {
    { "finding_id", COL_TEXT }, { "seal_id", COL_TEXT }, { "clause", COL_TEXT }, { "description", COL_TEXT }, { "finder_id", COL_TEXT },
    { "created", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column order_columns_of_inspection[] = {
    { "rectification_id", COL_TEXT }, { "demand", COL_TEXT }, { "due", COL_TIME }, { "state", COL_TEXT }, { "created", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column history_columns[] = {
    { "rectification_id", COL_TEXT }, { "at", COL_TIME }, { "event", COL_TEXT }, { "state", COL_TEXT }, { "actor_id", COL_TEXT },
    { "description", COL_TEXT }, { NULL, COL_TEXT },
};
static const struct column rectification_columns[] = {
    { "rectification_id", COL_TEXT }, { "inspection_id", COL_TEXT }, { "demand", COL_TEXT }, { "due", COL_INT }, { "state", COL_TEXT }, { NULL, COL_TEXT },
};
static const struct column seals_columns[] = { { "seals", COL_INT }, { NULL, COL_TEXT } };
static const struct column seal_id_columns[] = { { "seal_id", COL_TEXT }, { NULL, COL_TEXT } };
static const struct column open_columns[] = { { "open", COL_INT }, { NULL, COL_TEXT } };

#define SCOPE_OF_MAKERS(x) SCOPE_CITY(x), SCOPE_DISTRICT(x), SCOPE_MAKER(x)

static jy_err
find_inspection(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_row(x, SQL_INSPECTION_BY_ID, BINDS(B_TEXT("inspection_id", x->id), SCOPE_OF_MAKERS(x)), inspection_columns, out, fault);
}

static jy_err
must_be_open(const json_t *inspection, struct jy_fault *fault)
{
    return strcmp(member(inspection, "state"), "OPEN") == 0 ? JY_OK : jy_fail(fault, JY_E_BAD_STATE, "state", 0, "the inspection is closed");
}

/* -- opened, with a sample that chance draws -- */

struct opening { struct exchange *x; char id[WEB_ID_SIZE]; };

static jy_err
draw_sample(struct db_tx *tx, const struct opening *o, int64_t wanted, struct jy_fault *fault)
{
    struct exchange *x = o->x;
    json_t *row = NULL;
    int64_t seals;
    jy_err rc = rows_first(tx, SQL_MAKER_SEAL_COUNT, BINDS(B_TEXT("maker_id", x->id)), seals_columns, &row, fault);

    seals = json_integer_value(json_object_get(row, "seals"));
    json_decref(row);
    for (int64_t drawn = 0; rc == JY_OK && drawn < wanted && seals > 0;) {
        int64_t changes = 0;
        uint64_t chance;
        /* All of them when there are fewer: then in their order, since drawing without repeats would not end soon. */
        int64_t place = drawn;
        if (wanted < seals && (rc = jy_random((uint8_t *)&chance, sizeof(chance))) == JY_OK)
            place = (int64_t)(chance % (uint64_t)seals);
        if (rc != JY_OK || (rc = rows_first(tx, SQL_MAKER_SEAL_AT, BINDS(B_TEXT("maker_id", x->id), B_INT("place", place)), seal_id_columns, &row,
                                            fault)) != JY_OK || row == NULL)
            break;
        rc = rows_run(tx, SQL_INSPECTION_SAMPLE_INSERT, BINDS(B_TEXT("inspection_id", o->id), B_TEXT("seal_id", member(row, "seal_id"))), &changes, fault);
        json_decref(row);
        drawn += wanted < seals ? changes : 1;
    }
    return rc;
}

static jy_err
insert_inspection(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct opening *o = arg;
    struct exchange *x = o->x;
    jy_err rc = rows_run(tx, SQL_INSPECTION_INSERT, BINDS(B_TEXT("inspection_id", o->id), B_TEXT("maker_id", x->id),
                                                          B_TEXT("person_id", x->actor.person_id), B_TEXT("kind", in_text(x, "kind")),
                                                          B_TEXT("note", in_text(x, "note")), B_TEXT("state", "OPEN"), B_INT("now", x->now)), NULL, fault);

    return rc != JY_OK ? rc : draw_sample(tx, o, in_int(x, "sample"), fault);
}

jy_err
inspection_create(struct exchange *x, struct jy_fault *fault)
{
    struct opening o = { .x = x };
    json_t *maker = NULL;
    jy_err rc;

    if ((rc = find_row(x, SQL_MAKER_IN_SCOPE, BINDS(B_TEXT("maker_id", x->id), SCOPE_OF_MAKERS(x)), maker_columns, &maker, fault)) == JY_OK &&
        (rc = fresh_id(o.id)) == JY_OK && (rc = answer_json(x, 201, json_pack("{s:s, s:s}", "inspection_id", o.id, "state", "OPEN"))) == JY_OK) {
        PUT(x->object, o.id);
        rc = commit(x, insert_inspection, &o, fault);
    }
    json_decref(maker);
    return rc;
}

/* -- looked at -- */

jy_err
inspection_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_INSPECTION_LIST, BINDS(B_INT("before", page.before), B_INT("limit", page.limit), SCOPE_OF_MAKERS(x)), list_columns, &rows,
                        fault)) == JY_OK)
        rc = answer_page(x, &page, rows);
    return rc;
}

jy_err
inspection_show(struct exchange *x, struct jy_fault *fault)
{
    const struct { const char *name; enum sql_name question; const struct column *columns; } parts[] = {
        { "sample", SQL_INSPECTION_SAMPLE_LIST, sample_columns }, { "findings", SQL_FINDING_LIST, finding_columns },
        { "rectifications", SQL_RECTIFICATION_LIST, order_columns_of_inspection }, { "history", SQL_RECTIFICATION_HISTORY, history_columns },
    };
    json_t *inspection = NULL, *rows;
    jy_err rc = find_inspection(x, &inspection, fault);

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == JY_OK; i++)
        if ((rc = find_rows(x, parts[i].question, BINDS(B_TEXT("inspection_id", x->id)), parts[i].columns, &rows, fault)) == JY_OK &&
            json_object_set_new(inspection, parts[i].name, rows) != 0)
            rc = JY_E_NOMEM;
    if (rc == JY_OK)
        rc = answer_json(x, 200, json_incref(inspection));
    json_decref(inspection);
    return rc;
}

/* -- found and ordered -- */

struct addition { struct exchange *x; char id[WEB_ID_SIZE]; jy_time due; };

static jy_err
insert_finding(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct addition *a = arg;
    struct exchange *x = a->x;

    return rows_run(tx, SQL_FINDING_INSERT, BINDS(B_TEXT("finding_id", a->id), B_TEXT("inspection_id", x->id), B_TEXT("seal_id", in_text(x, "seal_id")),
                                                  B_TEXT("clause", in_text(x, "clause")), B_TEXT("description", in_text(x, "description")),
                                                  B_TEXT("person_id", x->actor.person_id), B_INT("now", x->now)), NULL, fault);
}

jy_err
finding_create(struct exchange *x, struct jy_fault *fault)
{
    struct addition a = { .x = x };
    json_t *inspection = NULL, *seal = NULL;
    jy_err rc;

    if ((rc = find_inspection(x, &inspection, fault)) != JY_OK || (rc = must_be_open(inspection, fault)) != JY_OK)
        goto out;
    if (in_text(x, "seal_id") != NULL &&
        (rc = find_row(x, SQL_FINDING_SEAL, BINDS(B_TEXT("seal_id", in_text(x, "seal_id")), B_TEXT("maker_id", member(inspection, "maker_id"))),
                       seal_id_columns, &seal, fault)) != JY_OK) {
        rc = rc != JY_E_NOT_FOUND ? rc : jy_fail(fault, JY_E_BAD_FIELD, "seal_id", 0, "is no seal of this maker");
        goto out;
    }
    if ((rc = fresh_id(a.id)) == JY_OK && (rc = answer_json(x, 201, json_pack("{s:s}", "finding_id", a.id))) == JY_OK)
        rc = commit(x, insert_finding, &a, fault);
out:
    json_decref(seal);
    json_decref(inspection);
    return rc;
}

static jy_err
record_event(struct db_tx *tx, const char *id, jy_time at, const char *event, const char *state, const char *actor_id, const char *description,
             struct jy_fault *fault)
{
    return rows_run(tx, SQL_RECTIFICATION_EVENT_INSERT, BINDS(B_TEXT("rectification_id", id), B_INT("now", at), B_TEXT("event", event),
                                                              B_TEXT("state", state), B_TEXT("actor_id", actor_id),
                                                              B_TEXT("description", description)), NULL, fault);
}

static jy_err
insert_rectification(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct addition *a = arg;
    struct exchange *x = a->x;
    jy_err rc = rows_run(tx, SQL_RECTIFICATION_INSERT, BINDS(B_TEXT("rectification_id", a->id), B_TEXT("inspection_id", x->id),
                                                             B_TEXT("demand", in_text(x, "demand")), B_INT("due", a->due), B_TEXT("state", "ORDERED"),
                                                             B_INT("now", x->now)), NULL, fault);

    return rc != JY_OK ? rc : record_event(tx, a->id, x->now, "order", "ORDERED", x->actor.person_id, in_text(x, "demand"), fault);
}

static jy_err
read_due(const struct exchange *x, jy_time *due, struct jy_fault *fault)
{
    return jy_time_parse_rfc3339(in_text(x, "due"), due) == JY_OK && *due > x->now ? JY_OK :
        jy_fail(fault, JY_E_BAD_FIELD, "due", 0, "must lie in the future");
}

jy_err
rectification_create(struct exchange *x, struct jy_fault *fault)
{
    struct addition a = { .x = x };
    json_t *inspection = NULL;
    jy_err rc;

    if ((rc = find_inspection(x, &inspection, fault)) == JY_OK && (rc = must_be_open(inspection, fault)) == JY_OK &&
        (rc = read_due(x, &a.due, fault)) == JY_OK && (rc = fresh_id(a.id)) == JY_OK &&
        (rc = answer_json(x, 201, json_pack("{s:s, s:s}", "rectification_id", a.id, "state", "ORDERED"))) == JY_OK)
        rc = commit(x, insert_rectification, &a, fault);
    json_decref(inspection);
    return rc;
}

/* -- answered, accepted, rejected, withdrawn, overdue -- */

struct rectification_move { const char *id, *from, *event, *to, *actor_id, *description; jy_time at, due; };

static jy_err
move_rectification(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct rectification_move *m = arg;
    jy_err rc;

    if ((rc = state_after(rectification_moves, m->from, m->event, &m->to, fault)) != JY_OK ||
        (rc = move_row(tx, SQL_RECTIFICATION_SET_STATE, BINDS(B_TEXT("to", m->to), B_INT("due", m->due), B_TEXT("rectification_id", m->id),
                                                              B_TEXT("from", m->from)), fault)) != JY_OK)
        return rc;
    return record_event(tx, m->id, m->at, m->event, m->to, m->actor_id, m->description, fault);
}

static jy_err
rectification_event(struct exchange *x, const char *event, const char *description, jy_time due, struct jy_fault *fault)
{
    struct rectification_move m = { .id = x->id, .event = event, .actor_id = x->actor.person_id, .description = description, .at = x->now, .due = due };
    json_t *row = NULL;
    jy_err rc;

    if ((rc = find_row(x, SQL_RECTIFICATION_BY_ID, BINDS(B_TEXT("rectification_id", x->id), SCOPE_OF_MAKERS(x)), rectification_columns, &row, fault)) !=
        JY_OK)
        return rc;
    m.from = member(row, "state");
    if ((rc = state_after(rectification_moves, m.from, event, &m.to, fault)) == JY_OK &&
        (rc = answer_json(x, 200, json_pack("{s:s}", "state", m.to))) == JY_OK)
        rc = commit(x, move_rectification, &m, fault);
    json_decref(row);
    return rc;
}

jy_err
rectification_answer(struct exchange *x, struct jy_fault *fault)
{
    return rectification_event(x, "answer", in_text(x, "description"), 0, fault);
}

jy_err
rectification_accept(struct exchange *x, struct jy_fault *fault)
{
    return rectification_event(x, "accept", NULL, 0, fault);
}

jy_err
rectification_reject(struct exchange *x, struct jy_fault *fault)
{
    jy_time due;
    jy_err rc = read_due(x, &due, fault);

    return rc != JY_OK ? rc : rectification_event(x, "reject", in_text(x, "reason"), due, fault);
}

jy_err
rectification_withdraw(struct exchange *x, struct jy_fault *fault)
{
    return rectification_event(x, "withdraw", in_text(x, "reason"), 0, fault);
}

static jy_err
read_overdue(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    static const struct column columns[] = { { "rectification_id", COL_TEXT }, { "state", COL_TEXT }, { NULL, COL_TEXT } };

    return rows_read(tx, SQL_RECTIFICATION_OVERDUE, BINDS(B_INT("now", jy_now())), columns, arg, fault);
}

static jy_err
record_overdue(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct rectification_move *m = arg;
    jy_err rc = move_rectification(tx, m, fault);

    return rc != JY_OK ? rc : audit_append(tx, m->at, "rectification_overdue", NULL, "deadline", m->id, "ok", JY_EMPTY, fault);
}

void
rectifications_overdue(struct web *web)
{
    struct jy_fault fault = { 0 };
    json_t *rows = NULL, *row;
    size_t i;
    jy_err rc = db_read(web->db, read_overdue, &rows, &fault);

    json_array_foreach(rows, i, row) {
        struct rectification_move m = { .id = member(row, "rectification_id"), .from = member(row, "state"), .event = "overdue", .at = jy_now() };
        if (rc == JY_OK)
            rc = db_write(web->db, record_overdue, &m, &fault);
    }
    if (rc != JY_OK)
        jy_log("error", "rectification_overdue", "%s %s %s", jy_err_code(rc), fault.where, fault.text);
    json_decref(rows);
}

/* -- closed, when nothing that was ordered is open -- */

static jy_err
close_inspection(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct exchange *x = arg;
    json_t *row = NULL;
    int64_t open;
    jy_err rc = rows_first(tx, SQL_INSPECTION_OPEN_ORDERS, BINDS(B_TEXT("inspection_id", x->id)), open_columns, &row, fault);

    open = json_integer_value(json_object_get(row, "open"));
    json_decref(row);
    if (rc == JY_OK && open > 0)
        rc = jy_fail(fault, JY_E_BAD_STATE, "rectifications", 0, "%lld of its orders are open (R13.6)", (long long)open);
    return rc != JY_OK ? rc : move_row(tx, SQL_INSPECTION_CLOSE, BINDS(B_TEXT("to", "CLOSED"), B_TEXT("conclusion", in_text(x, "conclusion")),
                                                                      B_INT("now", x->now), B_TEXT("inspection_id", x->id), B_TEXT("from", "OPEN")), fault);
}

jy_err
inspection_close(struct exchange *x, struct jy_fault *fault)
{
    json_t *inspection = NULL;
    const char *to;
    jy_err rc;

    if ((rc = find_inspection(x, &inspection, fault)) == JY_OK &&
        (rc = state_after(inspection_moves, member(inspection, "state"), "close", &to, fault)) == JY_OK &&
        (rc = answer_json(x, 200, json_pack("{s:s}", "state", to))) == JY_OK)
        rc = commit(x, close_inspection, x, fault);
    json_decref(inspection);
    return rc;
}
