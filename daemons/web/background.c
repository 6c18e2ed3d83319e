/* SPDX-License-Identifier: Apache-2.0 */
/* Work without a request: what a crash left, what time ends. What waits for counterparts is in delivery.c and clerk.c. */
#include "base/kill_point.h"
#include "codec/text.h"
#include "daemons/web/application.h"
#include "daemons/web/client.h"
#include "daemons/web/inspection.h"
#include "daemons/web/notify.h"
#include "daemons/web/seal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SETTLE_AFTER_SECONDS 30                /* a client that asks again has this long to finish its stamping itself */
#define KEEP_ANSWERS_SECONDS (24 * 3600)

static void
write_or_log(struct web *web, db_fn *fn, void *arg, const char *what)
{
    struct jy_fault fault = { 0 };
    jy_err rc = db_write(web->db, fn, arg, &fault);

    if (rc != JY_OK)
        jy_log("error", what, "%s %s %s", jy_err_code(rc), fault.where, fault.text);
    if (rc == JY_E_IO)                                  /* after a failed sync only a store opened anew writes again (store/README.md) */
        _exit(1);
}

/* -- stampings that a crash left as INTENT: what key signed is finished, what it did not sign is abandoned for good -- */

static const struct column order_id_columns[] = { { "order_id", COL_TEXT }, { "state", COL_TEXT }, { NULL, COL_TEXT } };
static const struct column intent_columns[] = { { "order_id", COL_TEXT }, { NULL, COL_TEXT } };

struct settlement { struct stamping stamping; const char *order_id, *from, *event, *reason; };

static jy_err
record_settled(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct settlement *s = arg;
    const char *to;
    jy_err rc;

    JY_KILL_KIND("settling");
    if (s->event == NULL)
        rc = stamping_record(tx, &s->stamping, fault);
    else if ((rc = state_after(order_moves, s->from, s->event, &to, fault)) == JY_OK)
        rc = move_row(tx, SQL_ORDER_END, BINDS(B_TEXT("to", to), B_TEXT("reason", s->reason), B_TEXT("order_id", s->order_id),
                                                     B_TEXT("from", s->from)), fault);
    return rc != JY_OK ? rc : audit_append(tx, s->stamping.now, s->event == NULL ? "document_stamped" : "order_ended", NULL, "settling", s->order_id,
                                           s->reason == NULL ? "ok" : s->reason, JY_EMPTY, fault);
}

static void
settle_one(struct web *web, const char *order_id)
{
    struct settlement s = { .stamping = { .web = web, .now = jy_now() }, .order_id = order_id, .from = "INTENT" };
    struct jy_msg_KEY_SETTLE settle = { .abandon = 1 };
    json_t *rows = find_rows_or_log(web, SQL_ORDER_BY_ID, BINDS(B_TEXT("order_id", order_id), B_INT("scope_city", 1), B_TEXT("scope_organization", NULL),
                                                   B_TEXT("scope_district", NULL)), order_columns);
    struct jy_frame reply = { 0 };
    struct jy_fault fault = { 0 };
    jy_err rc;

    JY_KILL_KIND("settling");
    s.stamping.order = json_array_get(rows, 0);
    PUT(settle.order_id, order_id);
    if (s.stamping.order == NULL || strcmp(member(s.stamping.order, "state"), "INTENT") != 0)
        goto out;
    if ((rc = ask_key(web, JY_MSG_KEY_SETTLE, &settle, &reply, &fault)) == JY_OK) {
        JY_KILL_POINT(settle_answered);
        if (reply.u.KEY_SETTLED.found == 0) {
            s.event = "fail";
            s.reason = "abandoned";
        } else {
            s.stamping.stamped = reply.u.KEY_SETTLED.time;
            if ((rc = stamping_build(&s.stamping, reply.u.KEY_SETTLED.value, &fault)) == JY_E_DOCUMENT_CHANGED) {
                s.event = "fail";                        /* what was prepared is not what was approved: nothing to finish, ever */
                s.reason = jy_err_code(rc);
                rc = JY_OK;
            }
        }
    }
    JY_KILL_POINT(settle_wanted);
    if (rc == JY_OK)
        rc = db_write(web->db, record_settled, &s, &fault);
    if (rc == JY_OK)
        stamping_forget_prepared(web, s.stamping.order);
    jy_log(rc == JY_OK ? "info" : "error", "settled", "%s %s %s", order_id, rc != JY_OK ? jy_err_code(rc) : s.event == NULL ? "done" : s.reason,
           fault.text);
out:
    JY_KILL_KIND(NULL);
    stamping_end(&s.stamping);
    jy_frame_free(&reply);
    json_decref(rows);
}

static void
settle(struct web *web)
{
    json_t *orders = find_rows_or_log(web, SQL_ORDER_INTENTS_BEFORE, BINDS(B_INT("before", jy_now() - SETTLE_AFTER_SECONDS)), intent_columns), *order;
    size_t i;

    json_array_foreach(orders, i, order)
        if (!jy_room_stopping(web->room))
            settle_one(web, member(order, "order_id"));
    json_decref(orders);
}

/* -- what time ends -- */

static void
expire_orders(struct web *web)
{
    json_t *orders = find_rows_or_log(web, SQL_ORDER_OVERDUE, BINDS(B_INT("now", jy_now())), order_id_columns), *order;
    size_t i;

    json_array_foreach(orders, i, order) {
        struct settlement s = { .stamping = { .now = jy_now() }, .order_id = member(order, "order_id"), .from = member(order, "state"),
                                .event = "expire", .reason = "order_expired" };
        write_or_log(web, record_settled, &s, "order_expired");
    }
    json_decref(orders);
}

static const struct column seal_columns[] = {
    { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "district", COL_TEXT }, { "state", COL_TEXT }, { "valid_to", COL_INT }, { NULL, COL_TEXT },
};

static jy_err
record_expiry(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    return seal_change(tx, arg, fault);
}

/* R13.3: a seal lives as long as its certificate. */
static void
expire_seals(struct web *web)
{
    json_t *seals = find_rows_or_log(web, SQL_SEAL_EXPIRING, BINDS(B_INT("now", jy_now())), seal_columns), *seal;
    size_t i;

    json_array_foreach(seals, i, seal) {
        struct seal_change change = { .seal_id = member(seal, "seal_id"), .es_id = member(seal, "es_id"), .district = member(seal, "district"),
                                      .from = member(seal, "state"), .event = "expire", .at = jy_now() };
        write_or_log(web, record_expiry, &change, "seal_expired");
    }
    json_decref(seals);
}

static jy_err
forget_old(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct web *web = arg;
    jy_time now = jy_now();
    jy_err rc = rows_run(tx, SQL_SESSION_DELETE_OLD, BINDS(B_INT("idle_before", now - web->session_seconds),
                                                           B_INT("created_before", now - web->policy.session_absolute_seconds)), NULL, fault);

    if (rc == JY_OK)
        rc = rows_run(tx, SQL_LOGIN_SOURCE_FORGET, BINDS(B_INT("before", now - 86400), B_INT("now", now)), NULL, fault);
    if (rc == JY_OK)
        rc = rows_run(tx, SQL_CHALLENGE_FORGET, BINDS(B_INT("now", now)), NULL, fault);
    if (rc == JY_OK)
        rc = rows_run(tx, SQL_IDEMPOTENCY_FORGET, BINDS(B_INT("before", now - KEEP_ANSWERS_SECONDS)), NULL, fault);
    return rc == JY_OK ? client_forget(tx, now, fault) : rc;
}

static void
forget(struct web *web)
{
    write_or_log(web, forget_old, web, "forget");
}

/* N7: of the nodes that share a database exactly one does each; the refusals that are counted are those of one process. */
#define STAMPING (JY_NODE_WHOLE | JY_NODE_STAMPING)
#define MAKING (JY_NODE_WHOLE | JY_NODE_MAKING)
static const struct { void (*work)(struct web *web); int every_ms; unsigned nodes; } works[] = {
    { notify_work, 2000, STAMPING }, { settle, 5000, STAMPING }, { expire_orders, 10000, STAMPING }, { expire_seals, 10000, STAMPING },
    { forget, 60000, STAMPING }, { key_work_run, 1000, STAMPING }, { applications_lapse, 10000, MAKING }, { reminders_write, 10000, STAMPING },
    { rectifications_overdue, 10000, MAKING }, { audit_counted_refusals, 10000, MAKING | STAMPING },
};

void
background_run(struct web *web)
{
    const int step_ms = 100;

    for (int64_t elapsed = 0; !jy_room_stopping(web->room); elapsed += step_ms) {
        if (db_is_lost(web->db)) {                      /* the room may not connect any more: it begins anew */
            jy_log("fatal", "store_lost", "the store must be opened again");
            _exit(1);
        }
        for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
            if ((works[i].nodes & web->node) != 0 && elapsed % works[i].every_ms == 0)
                works[i].work(web);
        usleep((useconds_t)step_ms * 1000);
    }
}
