/* SPDX-License-Identifier: Apache-2.0 */
/* audit_chain.h: the chain of the audit record, for what appends to it and for what checks it. */
#ifndef JY_AUDIT_CHAIN_H
#define JY_AUDIT_CHAIN_H

#include <jinyin/crypto.h>

struct json_t;

/**
 * The next hash of the chain: hash ← SM3(hash ‖ row), where row is an object with the members at, event, actor, source, object, outcome,
 * request, seen (lower-case hex, "" for none) and detail (text or null); a member that is not there is null, others do not count.
 * Errors: JY_E_NOMEM, JY_E_CRYPTO.
 */
JY_CHECK jy_err audit_chain(uint8_t hash[JY_SM3_SIZE], const struct json_t *row);

#endif
