/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h: applications that use the API (R18.1–18.3): which request they may make, how a request is signed and an answer signed back.
 * The signed texts and the headers are docs/protocol/api-signature.md.
 */
#ifndef JY_CLIENT_H
#define JY_CLIENT_H

#include "daemons/web/web.h"

#define CLIENT_TIME_SECONDS 300           /* a request's time may be this far from now, either way */
#define CLIENT_NONCE_SECONDS (3 * CLIENT_TIME_SECONDS)   /* a nonce is remembered longer than its time could be accepted */
#define CLIENT_SECRET_SIZE 32

struct route;

/** What a request signs. Texts are borrowed; query, idempotency_key may be "". */
struct client_request {
    const char *method, *path, *query, *time, *nonce, *idempotency_key, *digest;
};
/** "jinyin-request-1" and the seven, a line each, the last with its line's end. Members must hold no line's end: what an HTTP head holds has none. */
JY_CHECK jy_err client_request_text(const struct client_request *request, struct jy_buf *out);
/** "jinyin-answer-1", status, the request's nonce, time, SM3 of the body in hex; a line each. */
JY_CHECK jy_err client_answer_text(int status, const char *nonce, const char *time, const char *digest, struct jy_buf *out);
/** public_key NULL: HMAC-SM3 with the secret; else SM2 by the key of that point (DER). Errors: JY_E_CLIENT_SIGNATURE. */
JY_CHECK jy_err client_signature_fits(struct jy_slice text, struct jy_slice secret, const uint8_t *public_key, struct jy_slice signature);

/** What a route needs of an application that asks: a scope that it was granted, and whether a person's session must come with it. */
struct client_right { const char *method, *path, *scope; bool needs_person; };
/** NULL: no application may ask this. */
const struct client_right *client_right_of(const struct route *route);
const struct client_right *client_rights(size_t *count);
/** Every row is a route, its scope is one. */
JY_CHECK jy_err client_rights_check(struct jy_fault *fault);

/**
 * Whose request it is, when it carries Jinyin-Client: signature, time, nonce, quota, scope, in this order; the actor is filled (unless a
 * session filled it). Called after the route and the session are known, before the body.
 */
JY_CHECK jy_err client_admit(struct exchange *x, struct jy_fault *fault);
/** So many requests more, for one that does the work of many (a batch). Errors: JY_E_QUOTA. */
JY_CHECK jy_err client_charge(struct exchange *x, int64_t more, struct jy_fault *fault);
/** The body against the digest that was signed. digest: of what came. */
JY_CHECK jy_err client_body_fits(const struct exchange *x, const uint8_t digest[JY_SM3_SIZE], struct jy_fault *fault);
/** Headers that sign the answer to an application; nothing for anybody else. fd >= 0: a file of size bytes instead of body. */
JY_CHECK jy_err client_sign_answer(struct exchange *x, int status, struct jy_slice body, int fd, uint64_t size);
/** Nonces and counts that nothing asks for any more; the background's. */
JY_CHECK jy_err client_forget(struct db_tx *tx, jy_time now, struct jy_fault *fault);

#endif
