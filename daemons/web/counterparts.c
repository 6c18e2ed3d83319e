/* SPDX-License-Identifier: Apache-2.0 */
/* What waits for the counterparts, what became of it, and what a person does about it: resend or abandon a dead event (R5.2). */
#include "daemons/web/outbox.h"
#include "daemons/web/route.h"

#include <string.h>

/* The administrator keeps the machinery going everywhere, but is shown no content. */
static bool
sees_all(const struct exchange *x)
{
    return x->scope.city;
}

static const struct column count_columns[] = {
    { "destination", COL_TEXT }, { "waiting", COL_INT }, { "dead", COL_INT }, { "oldest_waiting", COL_TIME }, { NULL, COL_TEXT },
};

struct counts { json_t *rows; };

static jy_err
read_counts(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct counts *c = arg;

    return rows_read(tx, SQL_OUTBOX_OPEN_COUNTS, NULL, count_columns, &c->rows, fault);
}

static json_t *
time_or_null(jy_time t)
{
    char text[21];

    if (t == 0)
        return json_null();
    jy_time_rfc3339(t, text);
    return json_string(text);
}

static json_t *
state_of(const struct web *web, size_t i, const char *name, const json_t *counts)
{
    struct delivery_state state = delivery_state(web, i);
    const json_t *row, *mine = NULL;
    size_t k;

    json_array_foreach((json_t *)(uintptr_t)counts, k, row)
        if (strcmp(member(row, "destination"), name) == 0)
            mine = row;
    return json_pack("{s:s, s:I, s:I, s:O?, s:b, s:I, s:o, s:o, s:s}", "destination", name,
                     "waiting", mine == NULL ? (json_int_t)0 : json_integer_value(json_object_get(mine, "waiting")),
                     "dead", mine == NULL ? (json_int_t)0 : json_integer_value(json_object_get(mine, "dead")),
                     "oldest_waiting", mine == NULL ? NULL : json_object_get(mine, "oldest_waiting"), "answers", state.failures == 0,
                     "failures", (json_int_t)state.failures, "paused_until", time_or_null(state.paused_until),
                     "last_delivered", time_or_null(state.last_delivered), "problem", state.problem);
}

jy_err
exchange_summary(struct web *web, json_t **out, struct jy_fault *fault)
{
    struct counts counts = { NULL };
    size_t count;
    const struct outbox_destination *rows = outbox_destinations(&count);
    jy_err rc = db_read(web->db, read_counts, &counts, fault);

    *out = NULL;
    if (rc == JY_OK && (*out = json_array()) == NULL)
        rc = JY_E_NOMEM;
    for (size_t i = 0; rc == JY_OK && i < count; i++)
        if (json_array_append_new(*out, state_of(web, i, rows[i].name, counts.rows)) != 0)
            rc = JY_E_NOMEM;
    json_decref(counts.rows);
    if (rc != JY_OK) {
        json_decref(*out);
        *out = NULL;
    }
    return rc;
}

jy_err
exchange_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *destinations = NULL;
    jy_err rc = exchange_summary(x->web, &destinations, fault);

    return rc != JY_OK ? rc : answer_json(x, 200, json_pack("{s:o}", "destinations", destinations));
}

/* -- events -- */

#define EVENT_COLUMNS                                                                                                                          \
    { "event_id", COL_TEXT }, { "destination", COL_TEXT }, { "stream", COL_TEXT }, { "seal_id", COL_TEXT }, { "state", COL_TEXT },             \
    { "created", COL_TIME }, { "attempts", COL_INT }, { "refusals", COL_INT }, { "last_try", COL_TIME }, { "next_try", COL_TIME },             \
    { "problem", COL_TEXT }, { "detail", COL_TEXT }, { "receipt", COL_TEXT }, { "delivered", COL_TIME }, { "settled_by", COL_TEXT },           \
    { "settled_reason", COL_TEXT }
static const struct column list_columns[] = { { "seq", COL_INT }, EVENT_COLUMNS, { NULL, COL_TEXT } };
static const struct column event_columns[] = { EVENT_COLUMNS, { "body", COL_JSON }, { NULL, COL_TEXT } };

static const char *
query_or_empty(const struct exchange *x, const char *name)
{
    const char *text = jy_http_query(x->request, name);

    return text == NULL ? "" : text;
}

jy_err
exchange_event_list(struct exchange *x, struct jy_fault *fault)
{
    const char *destination = query_or_empty(x, "destination"), *state = query_or_empty(x, "state");
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if (destination[0] != '\0' && outbox_destination(destination) == NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "destination", 0, "there is no such destination");
    if (state[0] != '\0' && strcmp(state, "WAITING") != 0 && strcmp(state, "DELIVERED") != 0 && strcmp(state, "DEAD") != 0 &&
        strcmp(state, "ABANDONED") != 0)
        return jy_fail(fault, JY_E_BAD_FIELD, "state", 0, "WAITING, DELIVERED, DEAD or ABANDONED");
    if ((rc = page_read(x, &page, fault)) != JY_OK ||
        (rc = find_rows(x, SQL_OUTBOX_LIST, BINDS(B_INT("before", page.before), B_INT("limit", page.limit), B_TEXT("destination", destination),
                                                  B_TEXT("state", state), B_TEXT("seal_id", query_or_empty(x, "seal_id")),
                                                  B_INT("scope_city", sees_all(x)), SCOPE_DISTRICT(x)), list_columns, &rows, fault)) != JY_OK)
        return rc;
    return answer_page(x, &page, rows);
}

static jy_err
find_event(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_row(x, SQL_OUTBOX_BY_ID, BINDS(B_TEXT("event_id", x->id), B_INT("scope_city", sees_all(x)), SCOPE_DISTRICT(x)), event_columns, out,
                    fault);
}

jy_err
exchange_event_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *event = NULL;
    jy_err rc = find_event(x, &event, fault);

    if (rc != JY_OK)
        return rc;
    if ((x->actor.roles & ROLE_POLICE) == 0)
        json_object_del(event, "body");
    return answer_json(x, 200, event);
}

struct settlement { struct exchange *x; enum sql_name name; };

static jy_err
settle(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct settlement *s = arg;
    const struct exchange *x = s->x;
    const struct bind resend[] = { B_TEXT("event_id", x->id), B_TEXT("person_id", x->actor.person_id), B_TEXT("reason", in_text(x, "reason")),
                                   B_INT("now", x->now), { .param = NULL } };
    const struct bind abandon[] = { B_TEXT("event_id", x->id), B_TEXT("person_id", x->actor.person_id), B_TEXT("reason", in_text(x, "reason")),
                                    { .param = NULL } };
    int64_t changes = 0;
    jy_err rc = rows_run(tx, s->name, s->name == SQL_OUTBOX_RESEND ? resend : abandon, &changes, fault);

    return rc == JY_OK && changes != 1 ? jy_fail(fault, JY_E_BAD_STATE, "state", 0, "the event is not in a state for this") : rc;
}

static jy_err
settle_event(struct exchange *x, enum sql_name name, const char *to, struct jy_fault *fault)
{
    struct settlement s = { x, name };
    json_t *event = NULL;
    jy_err rc = find_event(x, &event, fault);

    json_decref(event);
    if (rc != JY_OK || (rc = answer_json(x, 200, json_pack("{s:s}", "state", to))) != JY_OK)
        return rc;
    return commit(x, settle, &s, fault);
}

jy_err
exchange_event_resend(struct exchange *x, struct jy_fault *fault)
{
    return settle_event(x, SQL_OUTBOX_RESEND, "WAITING", fault);
}

jy_err
exchange_event_abandon(struct exchange *x, struct jy_fault *fault)
{
    return settle_event(x, SQL_OUTBOX_ABANDON, "ABANDONED", fault);
}
