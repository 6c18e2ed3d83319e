/* SPDX-License-Identifier: Apache-2.0 */
/*
 * webhook.h: telling an organization's or a maker's own system what happened to its seals (R18.1–18.3). Through the outbox, so nothing is lost
 * and nothing is told that did not happen. What is sent and how it is signed: docs/protocol/webhooks.md.
 */
#ifndef JY_WEBHOOK_H
#define JY_WEBHOOK_H

#include "daemons/web/outbox.h"

/**
 * In the transaction of the change: everybody who asked to be told of `group` ("seal", "stamp") and may know. facts: members of the event,
 * taken over (NULL = no memory); no personal data and no secret.
 */
JY_CHECK jy_err webhook_tell(struct db_tx *tx, const char *group, const char *event, const char *seal_id, jy_time at, json_t *facts,
                             struct jy_fault *fault);
/** "jinyin-webhook-1", id, time, SM3 of the body in hex; a line each. */
JY_CHECK jy_err webhook_text(const char *id, const char *time, const char *digest, struct jy_buf *out);
/** https with a host name, no user, no fragment; in development also http at 127.0.0.1. What the name resolves to is link's to refuse. */
bool webhook_url_is_good(const char *url, bool development);
outbox_send webhook_send;

#endif
