/* SPDX-License-Identifier: Apache-2.0 */
/* Who wants to be told of his own seals, where; what was told, and telling it once more. */
#include "codec/text.h"
#include "daemons/web/route.h"
#include "daemons/web/webhook.h"

#include <stdlib.h>
#include <string.h>

#define WEBHOOKS_MAX 8                     /* of one organization or maker */
#define OWN(x) SCOPE_ORGANIZATION(x), SCOPE_MAKER(x)

static const struct column hook_columns[] = {
    { "webhook_id", COL_TEXT }, { "organization_id", COL_TEXT }, { "maker_id", COL_TEXT }, { "url", COL_TEXT }, { "events", COL_JSON },
    { "state", COL_TEXT }, { "reason", COL_TEXT }, { "created_by", COL_TEXT }, { "created", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column list_columns[] = {
    { "seq", COL_INT }, { "webhook_id", COL_TEXT }, { "organization_id", COL_TEXT }, { "maker_id", COL_TEXT }, { "url", COL_TEXT },
    { "events", COL_JSON }, { "state", COL_TEXT }, { "created", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column delivery_columns[] = {
    { "seq", COL_INT }, { "event_id", COL_TEXT }, { "id", COL_TEXT }, { "event", COL_TEXT }, { "created", COL_TIME }, { "state", COL_TEXT },
    { "attempts", COL_INT }, { "next_try", COL_TIME }, { "problem", COL_TEXT }, { "detail", COL_TEXT }, { "delivered", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column count_columns[] = { { "living", COL_INT }, { NULL, COL_TEXT } };

static jy_err
find_hook(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_row(x, SQL_WEBHOOK_BY_ID, BINDS(B_TEXT("webhook_id", x->id), OWN(x)), hook_columns, out, fault);
}

jy_err
webhook_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *hook = NULL;
    jy_err rc = find_hook(x, &hook, fault);

    return rc != JY_OK ? rc : answer_json(x, 200, hook);
}

jy_err
webhook_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_WEBHOOK_LIST, BINDS(B_INT("before", page.before), B_INT("limit", page.limit), OWN(x)), list_columns, &rows, fault)) == JY_OK)
        rc = answer_page(x, &page, rows);
    return rc;
}

/* -- made and ended -- */

struct hook_insert { struct exchange *x; char id[WEB_ID_SIZE], secret[65], *events; struct jy_buf wrapped; };

static jy_err
insert_hook(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct hook_insert *h = arg;
    const struct exchange *x = h->x;
    bool makers = x->scope.maker != NULL;
    json_t *row = NULL;
    int64_t living;
    jy_err rc = rows_first(tx, SQL_WEBHOOK_COUNT, BINDS(OWN(x)), count_columns, &row, fault);

    living = json_integer_value(json_object_get(row, "living"));
    json_decref(row);
    if (rc != JY_OK)
        return rc;
    if (living >= WEBHOOKS_MAX)
        return jy_fail(fault, JY_E_BAD_STATE, "webhooks", 0, "there are %d of them; end one first", WEBHOOKS_MAX);
    return rows_run(tx, SQL_WEBHOOK_INSERT,
                    BINDS(B_TEXT("webhook_id", h->id), B_TEXT("organization_id", makers ? NULL : x->scope.organization),
                          B_TEXT("maker_id", x->scope.maker), B_TEXT("url", in_text(x, "url")), B_TEXT("events", h->events),
                          B_BLOB("secret_wrapped", jy_buf_slice(&h->wrapped)), B_TEXT("person_id", x->actor.person_id), B_INT("now", x->now)), NULL, fault);
}

static jy_err
check_hook(const struct exchange *x, struct jy_fault *fault)
{
    const json_t *events = json_object_get(x->input, "events"), *event;
    size_t i;

    if (!webhook_url_is_good(in_text(x, "url"), x->web->development))
        return jy_fail(fault, JY_E_BAD_FIELD, "url", 0, "must be https://HOST-NAME[:PORT]/… without a user or a fragment");
    json_array_foreach((json_t *)(uintptr_t)events, i, event) {
        bool stamp = strcmp(json_string_value(event), "stamp") == 0;
        if (!stamp && strcmp(json_string_value(event), "seal") != 0)
            return jy_fail(fault, JY_E_BAD_FIELD, "events", 0, "seal or stamp");
        if (stamp && x->scope.maker != NULL)
            return jy_fail(fault, JY_E_BAD_FIELD, "events", 0, "a maker is not told of the use of a seal (R13.5)");
    }
    return JY_OK;
}

jy_err
webhook_create(struct exchange *x, struct jy_fault *fault)
{
    struct hook_insert h = { .x = x, .events = json_dumps(json_object_get(x->input, "events"), JSON_COMPACT) };
    uint8_t secret[32];
    jy_err rc = h.events == NULL ? JY_E_NOMEM : check_hook(x, fault);

    if (rc == JY_OK && (rc = fresh_id(h.id)) == JY_OK && (rc = jy_random(secret, sizeof(secret))) == JY_OK) {
        jy_hex(JY_SLICE(secret, sizeof(secret)), h.secret);
        PUT(x->object, h.id);
        if ((rc = personal_wrap(x->web, h.id, "webhook_secret", h.secret, &h.wrapped)) == JY_OK &&
            (rc = answer_json(x, 201, json_pack("{s:s, s:s}", "webhook_id", h.id, "secret", h.secret))) == JY_OK)
            rc = commit(x, insert_hook, &h, fault);
    }
    jy_wipe(secret, sizeof(secret));
    jy_wipe(h.secret, sizeof(h.secret));
    jy_buf_free(&h.wrapped);
    free(h.events);
    return rc;
}

static jy_err
end_hook(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct exchange *x = arg;

    return move_row(tx, SQL_WEBHOOK_END, BINDS(B_TEXT("reason", in_text(x, "reason")), B_TEXT("webhook_id", x->id)), fault);
}

jy_err
webhook_end(struct exchange *x, struct jy_fault *fault)
{
    json_t *hook = NULL;
    jy_err rc;

    if ((rc = find_hook(x, &hook, fault)) == JY_OK && strcmp(member(hook, "state"), "ACTIVE") != 0)
        rc = jy_fail(fault, JY_E_BAD_STATE, "state", 0, "it is ended");
    if (rc == JY_OK && (rc = answer_json(x, 200, json_pack("{s:s}", "state", "ENDED"))) == JY_OK)
        rc = commit(x, end_hook, x, fault);
    json_decref(hook);
    return rc;
}

/* -- what was told -- */

jy_err
webhook_delivery_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *hook = NULL, *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) == JY_OK && (rc = find_hook(x, &hook, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_WEBHOOK_DELIVERY_LIST, BINDS(B_TEXT("webhook_id", x->id), B_INT("before", page.before), B_INT("limit", page.limit)),
                        delivery_columns, &rows, fault)) == JY_OK)
        rc = answer_page(x, &page, rows);
    json_decref(hook);
    return rc;
}

struct replay { struct exchange *x; const json_t *told; char event_id[WEB_ID_SIZE]; };

static jy_err
put_again(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct replay *r = arg;
    const struct exchange *x = r->x;
    jy_err rc = rows_run(tx, SQL_WEBHOOK_DELIVERY_INSERT, BINDS(B_TEXT("event_id", r->event_id), B_TEXT("webhook_id", x->id),
                                                                B_TEXT("id", member(r->told, "id")), B_TEXT("event", member(r->told, "event")),
                                                                B_INT("now", x->now)), NULL, fault);

    return rc != JY_OK ? rc : outbox_put_stream(tx, r->event_id, "webhook", r->event_id, member(r->told, "seal_id"), x->now,
                                                json_deep_copy(json_object_get(r->told, "body")), fault);
}

/* The same event with its own id once more: a receiver that has it knows it again. */
jy_err
webhook_replay(struct exchange *x, struct jy_fault *fault)
{
    static const struct column columns[] = {
        { "id", COL_TEXT }, { "event", COL_TEXT }, { "state", COL_TEXT }, { "seal_id", COL_TEXT }, { "body", COL_JSON }, { NULL, COL_TEXT },
    };
    struct replay r = { .x = x };
    json_t *hook = NULL, *told = NULL;
    jy_err rc;

    if ((rc = find_hook(x, &hook, fault)) != JY_OK)
        return rc;
    if (strcmp(member(hook, "state"), "ACTIVE") != 0)
        rc = jy_fail(fault, JY_E_BAD_STATE, "state", 0, "it is ended");
    else if ((rc = find_row(x, SQL_WEBHOOK_DELIVERY_BY_EVENT, BINDS(B_TEXT("webhook_id", x->id), B_TEXT("event_id", x->code)), columns, &told,
                            fault)) == JY_OK) {
        r.told = told;
        if (strcmp(member(told, "state"), "WAITING") == 0)
            rc = jy_fail(fault, JY_E_BAD_STATE, "state", 0, "it is being sent");
        else if ((rc = fresh_id(r.event_id)) == JY_OK && (rc = answer_json(x, 201, json_pack("{s:s}", "event_id", r.event_id))) == JY_OK)
            rc = commit(x, put_again, &r, fault);
    }
    json_decref(told);
    json_decref(hook);
    return rc;
}
