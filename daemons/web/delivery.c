/* SPDX-License-Identifier: Apache-2.0 */
/* Delivering the outbox: a thread for each destination, so that one counterpart that is slow or gone holds up no other. */
#include "daemons/web/outbox.h"

#include "base/kill_point.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BATCH 16
#define STEP_MS 100
#define STOP_SECONDS 1

struct courier {
    struct web *web;
    const struct outbox_destination *to;
    pthread_t thread;
    struct delivery_state state;               /* under web->delivery_lock */
};

struct attempt {
    const struct outbox_destination *to;
    struct outbox_item item;
    jy_time now, next_try;
    char receipt[OUTBOX_RECEIPT_SIZE];
    jy_err rc;
    enum outbox_fate fate;
    int64_t refusals;
    const struct jy_fault *fault;
};

static jy_err
record_receipt(struct db_tx *tx, const struct attempt *a, struct jy_fault *fault)
{
    jy_err rc = rows_run(tx, SQL_OUTBOX_DELIVERED, BINDS(B_INT("now", a->now), B_TEXT("receipt", a->receipt), B_TEXT("event_id", a->item.event_id)),
                         NULL, fault);

    return rc != JY_OK || a->to->delivered == NULL ? rc : a->to->delivered(tx, &a->item, a->receipt, a->now, fault);
}

static jy_err
record_failure(struct db_tx *tx, const struct attempt *a, struct jy_fault *fault)
{
    const char *to = a->fate == OUTBOX_DEAD ? "DEAD" : "WAITING", *code = jy_err_code(a->rc);
    jy_err rc = rows_run(tx, SQL_OUTBOX_FAILED, BINDS(B_TEXT("to", to), B_INT("refusals", a->refusals), B_INT("now", a->now),
                                                      B_INT("next_try", a->next_try), B_TEXT("problem", code), B_TEXT("detail", a->fault->text),
                                                      B_TEXT("event_id", a->item.event_id)), NULL, fault);

    if (rc == JY_OK && a->fate == OUTBOX_DEAD)
        rc = audit_append(tx, a->now, "event_dead", NULL, "delivery", a->item.event_id, code, JY_EMPTY, fault);
    return rc;
}

static jy_err
record(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct attempt *a = arg;

    JY_KILL_KIND(a->to->name);
    return (a->rc == JY_OK ? record_receipt : record_failure)(tx, a, fault);
}

static uint32_t
random_number(void)
{
    uint32_t number = 0;

    if (jy_random(&number, sizeof(number)) != JY_OK)
        number = 0;
    return number;
}

/* Whether the counterpart is there: a refusal is an answer, too. While it is not, nobody is sent but one probe at growing intervals. */
static void
note(struct courier *c, const struct attempt *a)
{
    struct delivery_state *state = &c->state;

    pthread_mutex_lock(&c->web->delivery_lock);
    if (a->rc == JY_OK || outbox_is_refusal(a->rc)) {
        state->failures = 0;
        state->paused_until = 0;
        state->problem[0] = '\0';
    } else {
        state->failures++;
        state->paused_until = a->now + outbox_wait(state->failures, c->web->outbox.retry_max_seconds, random_number());
        state->last_failed = a->now;
        PUT(state->problem, jy_err_code(a->rc));
    }
    if (a->rc == JY_OK)
        state->last_delivered = a->now;
    pthread_mutex_unlock(&c->web->delivery_lock);
}

/* false: the counterpart is not there, or the receipt could not be kept; the rest of the batch waits. */
static bool
deliver_one(struct courier *c, const json_t *row)
{
    struct jy_fault fault = { 0 }, why = { 0 };
    struct attempt a = { .to = c->to, .fault = &fault };
    jy_err rc;

    a.item = (struct outbox_item){ .event_id = member(row, "event_id"), .destination = member(row, "destination"), .stream = member(row, "stream"),
                                   .seal_id = member(row, "seal_id"), .body = member(row, "body"),
                                   .begun = json_integer_value(json_object_get(row, "begun")),
                                   .attempts = json_integer_value(json_object_get(row, "attempts")),
                                   .refusals = json_integer_value(json_object_get(row, "refusals")) };
    JY_KILL_POINT(delivery_begun);
    a.rc = c->to->send(c->web, &a.item, a.receipt, &fault);
    JY_KILL_POINT(delivery_receipted);
    a.now = jy_now();
    if (a.rc != JY_OK) {
        struct outbox_policy policy = c->web->outbox;
        if (c->to->refusals_max != 0)
            policy.refusals_max = c->to->refusals_max;
        a.fate = outbox_judge(&policy, &a.item, a.rc, a.now, &a.refusals);
        a.next_try = a.now + outbox_wait(a.item.attempts + 1, c->web->outbox.retry_max_seconds, random_number());
        jy_log(a.fate == OUTBOX_DEAD ? "error" : "warning", a.fate == OUTBOX_DEAD ? "event_dead" : "not_delivered", "%s to %s: %s %s",
               a.item.event_id, a.item.destination, jy_err_code(a.rc), fault.text);
    }
    if ((rc = db_write(c->web->db, record, &a, &why)) != JY_OK)
        jy_log("error", "delivery", "%s %s %s", jy_err_code(rc), why.where, why.text);
    if (rc == JY_E_IO)                                  /* after a failed sync only a store opened anew writes again (store/README.md) */
        _exit(1);
    JY_KILL_POINT(delivery_recorded);
    note(c, &a);
    if (rc == JY_OK && a.rc == JY_OK && c->to->after != NULL)
        c->to->after(c->web);
    return rc == JY_OK && (a.rc == JY_OK || outbox_is_refusal(a.rc));
}

struct due { const char *destination; jy_time now; json_t *rows; };

static jy_err
read_due(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    static const struct column columns[] = {
        { "event_id", COL_TEXT }, { "destination", COL_TEXT }, { "stream", COL_TEXT }, { "seal_id", COL_TEXT }, { "body", COL_TEXT },
        { "begun", COL_INT }, { "attempts", COL_INT }, { "refusals", COL_INT }, { NULL, COL_TEXT },
    };
    struct due *due = arg;

    return rows_read(tx, SQL_OUTBOX_DUE, BINDS(B_TEXT("destination", due->destination), B_INT("now", due->now), B_INT("limit", BATCH)), columns,
                     &due->rows, fault);
}

/* A batch holds one event of a stream at most: the next of it is due when this one is done. */
static bool
deliver_batch(struct courier *c)
{
    struct due due = { c->to->name, jy_now(), NULL };
    struct jy_fault fault = { 0 };
    bool more = false;
    json_t *row;
    size_t i;
    jy_err rc = db_read(c->web->db, read_due, &due, &fault);

    if (rc != JY_OK)
        jy_log("error", "delivery", "%s %s", jy_err_code(rc), fault.text);
    json_array_foreach(due.rows, i, row) {
        more = !jy_room_stopping(c->web->room) && deliver_one(c, row);
        if (!more)
            break;
    }
    json_decref(due.rows);
    return more;
}

static void *
carry(void *argument)
{
    struct courier *c = argument;

    JY_KILL_KIND(c->to->name);
    while (!jy_room_stopping(c->web->room)) {
        struct delivery_state state = delivery_state(c->web, (size_t)(c - c->web->couriers));
        if (jy_now() < state.paused_until || !deliver_batch(c))
            usleep(STEP_MS * 1000);
    }
    return NULL;
}

jy_err
delivery_start(struct web *web)
{
    size_t count;
    const struct outbox_destination *rows = outbox_destinations(&count);

    pthread_mutex_init(&web->delivery_lock, NULL);
    if ((web->couriers = calloc(count, sizeof(*web->couriers))) == NULL)
        return JY_E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        struct courier *c = &web->couriers[i];
        c->web = web;
        c->to = &rows[i];
        if (pthread_create(&c->thread, NULL, carry, c) != 0)
            return JY_E_NOMEM;
    }
    return JY_OK;
}

bool
delivery_stop(struct web *web)
{
    struct timespec until;
    size_t count;
    bool all = true;

    (void)outbox_destinations(&count);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += STOP_SECONDS;
    for (size_t i = 0; i < count; i++)
        all = pthread_timedjoin_np(web->couriers[i].thread, NULL, &until) == 0 && all;
    if (all)
        free(web->couriers);
    return all;
}

struct delivery_state
delivery_state(const struct web *web, size_t destination)
{
    struct web *shared = (struct web *)(uintptr_t)web;
    struct delivery_state state;

    pthread_mutex_lock(&shared->delivery_lock);
    state = web->couriers[destination].state;
    pthread_mutex_unlock(&shared->delivery_lock);
    return state;
}
