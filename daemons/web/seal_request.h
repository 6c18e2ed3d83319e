/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal_request.h: making apart from stamping (N7, docs/design/nodes.md). A row of seal_request carries a key request one way and the made seal the
 * other; both are signed by the key rooms, which check them. The making node's request waits a while for each; what it waits for is not lost when it
 * gives up: the same request goes on where it stopped.
 */
#ifndef JY_WEB_SEAL_REQUEST_H
#define JY_WEB_SEAL_REQUEST_H

#include "daemons/web/web.h"

/**
 * Making node: a key for the seal of this application, made in the stamping node's key room. Fills activation_code and certificate of the
 * enrolment; request (the caller's to free) is that room's signed word. Errors: JY_E_UNAVAILABLE it has not answered yet; JY_E_CONFLICT the id is
 * that of another application; what the stamping node was refused with.
 */
JY_CHECK jy_err seal_request_key(struct exchange *x, struct enrolment *e, struct jy_buf *request, struct jy_fault *fault);
/** Making node: the made seal is in the stamping node's key room. Errors: JY_E_UNAVAILABLE not yet; why it was not taken. */
JY_CHECK jy_err seal_request_hand_in(struct exchange *x, const char *seal_id, struct jy_slice seal, struct jy_fault *fault);
/** In the transaction that files the seal; the activation code goes with it. */
JY_CHECK jy_err seal_request_done(struct db_tx *tx, const char *seal_id, jy_time now, struct jy_fault *fault);
/** Stamping node, several times a second: answer what is open. */
void seal_requests_serve(struct web *web);
/** Nodes that share a database have one key of its personal data. Errors: JY_E_BAD_STATE this one has another. */
JY_CHECK jy_err data_key_check(struct web *web, struct jy_fault *fault);

#endif
