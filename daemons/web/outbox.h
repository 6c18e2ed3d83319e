/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox.h: what goes to others (R5.2). A change puts its events into the outbox inside its own transaction; a thread for each destination
 * delivers them, at least once, until a receipt is kept. event_id is the idempotency key at the receiver, so the effect is exactly once.
 *
 * A new destination is a row of the table in outbox.c: its name and a function that delivers one event.
 */
#ifndef JY_OUTBOX_H
#define JY_OUTBOX_H

#include "daemons/web/web.h"

#define OUTBOX_RECEIPT_SIZE 65

/**
 * An event for a destination of the table, in the caller's transaction; body, a JSON object, is taken over (NULL = no memory) and gets the
 * member event_id. stream: events of one stream and destination are delivered in this order, and one that cannot be delivered holds up
 * those behind it; the event_id itself as stream = on its own. seal_id: whose event it is (who may see it, R4.1), "" = about no seal.
 * No secret and no personal data in clear may stand in a body. Errors: JY_E_CONFLICT the event_id is taken, JY_E_NOMEM, the store's.
 */
JY_CHECK jy_err outbox_put_stream(struct db_tx *tx, const char *event_id, const char *destination, const char *stream, const char *seal_id,
                                  jy_time at, json_t *body, struct jy_fault *fault);
/** The same for an event of a seal: its stream is the seal. */
JY_CHECK jy_err outbox_put(struct db_tx *tx, const char *event_id, const char *destination, const char *seal_id, jy_time at, json_t *body,
                           struct jy_fault *fault);

/** An event on its way. Borrowed. */
struct outbox_item {
    const char *event_id, *destination, *stream, *seal_id, *body;   /* body: the JSON text as it was put */
    jy_time begun;                         /* when it was put, or last sent again by a person */
    int64_t attempts, refusals;            /* so far */
};
/**
 * Deliver one event and wait for the receipt. Called again with the same event after any failure, also after a crash in which the first
 * call may have reached the receiver. May fill nothing but receipt (1 to 64 bytes). Thread: the destination's own.
 * Errors: of status 400 to 499, and JY_E_COUNTERPART_REFUSED = the receiver refuses this event, which is dead after a few times; any other
 * = the receiver is not there, which delays the whole destination and makes an event dead only by age.
 */
typedef jy_err outbox_send(struct web *web, const struct outbox_item *item, char receipt[OUTBOX_RECEIPT_SIZE], struct jy_fault *fault);
/** In the transaction that keeps the receipt; may be NULL. */
typedef jy_err outbox_delivered(struct db_tx *tx, const struct outbox_item *item, const char *receipt, jy_time now, struct jy_fault *fault);

struct outbox_destination {
    const char *name;
    outbox_send *send;
    outbox_delivered *delivered;
    void (*after)(struct web *web);        /* after the receipt is durable; may be NULL */
    int64_t refusals_max;                  /* instead of the configured number; 0 = that */
};
const struct outbox_destination *outbox_destinations(size_t *count);
/** The row with this name, or NULL. */
const struct outbox_destination *outbox_destination(const char *name);

/** Seconds to wait after `failures` failures in a row (1 = the first): 1, 2, 4 … at most `most`, of which a random half may be missing. */
int64_t outbox_wait(int64_t failures, int64_t most, uint32_t random);
enum outbox_fate { OUTBOX_RETRY, OUTBOX_DEAD };
/** What becomes of an event that failed with rc; *refusals is counted on. */
enum outbox_fate outbox_judge(const struct outbox_policy *policy, const struct outbox_item *item, jy_err rc, jy_time now, int64_t *refusals);
/** The receiver refuses the event itself; otherwise it is not there. */
bool outbox_is_refusal(jy_err rc);

/** One thread for each destination; ends when the room stops. delivery_stop waits a second; false = some courier is still in a call. */
JY_CHECK jy_err delivery_start(struct web *web);
bool delivery_stop(struct web *web);
/** A destination as its thread sees it now. */
struct delivery_state {
    int64_t failures;                      /* in a row: > 0 = the counterpart does not answer */
    jy_time paused_until, last_delivered, last_failed;
    char problem[64];                      /* stable code of the last failure in the row, "" = none */
};
struct delivery_state delivery_state(const struct web *web, size_t destination);
/** [{destination, waiting, dead, oldest_waiting, answers, …}, …]: what is open, for everybody who runs the service; the caller's. */
JY_CHECK jy_err exchange_summary(struct web *web, json_t **out, struct jy_fault *fault);

#endif
