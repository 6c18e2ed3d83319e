/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/web/outbox.h"

#include "daemons/web/notify.h"
#include "daemons/web/platform.h"
#include "daemons/web/webhook.h"

#include <stdlib.h>
#include <string.h>

/* -- the destinations -- */

static jy_err
send_through_link(struct web *web, const struct outbox_item *item, char receipt[OUTBOX_RECEIPT_SIZE], struct jy_fault *fault)
{
    struct jy_msg_LINK_DELIVER send = { { 0 } };
    struct jy_frame reply = { 0 };
    jy_err rc;

    PUT(send.event_id, item->event_id);
    PUT(send.destination, item->destination);
    send.body = jy_slice_text(item->body);
    if ((rc = ask_link(web, JY_MSG_LINK_DELIVER, &send, &reply, fault)) == JY_OK)
        put(receipt, OUTBOX_RECEIPT_SIZE, reply.u.LINK_DELIVERED.receipt);
    jy_frame_free(&reply);
    return rc;
}

/* R13.2: the filing shows when it reached the engraving system. */
static jy_err
keep_filing_receipt(struct db_tx *tx, const struct outbox_item *item, const char *receipt, jy_time now, struct jy_fault *fault)
{
    return rows_run(tx, SQL_FILING_RECEIPT, BINDS(B_TEXT("receipt", receipt), B_INT("now", now), B_TEXT("event_id", item->event_id)), NULL, fault);
}

/* A revocation was taken: the CA's list has changed. */
static void
fetch_trust_again(struct web *web)
{
    struct jy_buf pem = { 0 };
    struct jy_fault fault = { 0 };

    if (trust_pem(web, true, &pem, &fault) != JY_OK)
        jy_log("warning", "no_trust_data", "%s", fault.text);
    jy_buf_free(&pem);
}

#define WEBHOOK_TRIES 600                      /* more than a day, at waits of two and a half to five minutes */

static const struct outbox_destination table[] = {
    { "engraving", send_through_link, keep_filing_receipt, NULL },
    { "ca", send_through_link, NULL, fetch_trust_again },
    { "platform", platform_send, NULL, NULL },
    { "webhook", webhook_send, NULL, NULL, WEBHOOK_TRIES },
    { "sms", notify_send_sms, NULL, NULL },
    { "mail", notify_send_mail, NULL, NULL },
};

const struct outbox_destination *
outbox_destinations(size_t *count)
{
    *count = sizeof(table) / sizeof(table[0]);
    return table;
}

const struct outbox_destination *
outbox_destination(const char *name)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

/* -- putting in -- */

jy_err
outbox_put_stream(struct db_tx *tx, const char *event_id, const char *destination, const char *stream, const char *seal_id, jy_time at,
                  json_t *body, struct jy_fault *fault)
{
    char *text = NULL;
    jy_err rc = JY_E_NOMEM;

    if (outbox_destination(destination) == NULL)
        rc = jy_fail(fault, JY_E_INTERNAL, "destination", 0, "no destination %s", destination);
    else if (body != NULL && json_object_set_new(body, "event_id", json_string(event_id)) == 0 &&
             (text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS)) != NULL)
        rc = rows_run(tx, SQL_OUTBOX_INSERT, BINDS(B_TEXT("event_id", event_id), B_TEXT("destination", destination), B_TEXT("stream", stream),
                                                   B_TEXT("seal_id", seal_id), B_TEXT("body", text), B_INT("now", at)), NULL, fault);
    free(text);
    json_decref(body);
    return rc;
}

jy_err
outbox_put(struct db_tx *tx, const char *event_id, const char *destination, const char *seal_id, jy_time at, json_t *body, struct jy_fault *fault)
{
    return outbox_put_stream(tx, event_id, destination, seal_id, seal_id, at, body, fault);
}

/* -- what a failure means -- */

bool
outbox_is_refusal(jy_err rc)
{
    int status = jy_err_http(rc);

    return (status >= 400 && status <= 499) || rc == JY_E_COUNTERPART_REFUSED;
}

int64_t
outbox_wait(int64_t failures, int64_t most, uint32_t random)
{
    int64_t wait = 1;

    while (--failures > 0 && wait < most)
        wait *= 2;
    if (wait > most)
        wait = most;
    return wait - (int64_t)(random % (uint64_t)(wait / 2 + 1));      /* many rows do not come back at one moment */
}

enum outbox_fate
outbox_judge(const struct outbox_policy *policy, const struct outbox_item *item, jy_err rc, jy_time now, int64_t *refusals)
{
    *refusals = item->refusals + (outbox_is_refusal(rc) ? 1 : 0);
    if (outbox_is_refusal(rc) && *refusals >= policy->refusals_max)
        return OUTBOX_DEAD;
    return policy->dead_seconds > 0 && now - item->begun >= policy->dead_seconds ? OUTBOX_DEAD : OUTBOX_RETRY;
}
