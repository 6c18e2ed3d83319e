/* SPDX-License-Identifier: Apache-2.0 */
/* statement.h: what the service says in its own name, signed in the key room. */
#ifndef JY_WEB_STATEMENT_H
#define JY_WEB_STATEMENT_H

#include "daemons/web/web.h"

/** KEY_STATEMENT: base64 of the purpose's public point and of the signature over text; the caller decrefs both. */
JY_CHECK jy_err statement_sign(struct web *web, const char *purpose, const char *text, json_t **point, json_t **signature, struct jy_fault *fault);
/** {"statement", "signature", "key"} of a seal's status at a time (N5); the caller decrefs. nonce may be NULL. */
JY_CHECK jy_err statement_of_seal(struct exchange *x, const char *seal_id, const char *es_id, jy_time at, const char *nonce, json_t **out,
                                  struct jy_fault *fault);

#endif
