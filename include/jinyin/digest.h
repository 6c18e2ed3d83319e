/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jinyin/digest.h: stamping by digest only, the side of the client whose file stays at home (docs/protocol/digest-only.md). Three steps:
 * jy_document_prepare and jy_digest_request here; the service approves and signs; jy_digest_answer and jy_document_finish here.
 */
#ifndef JINYIN_DIGEST_H
#define JINYIN_DIGEST_H

#include <jinyin/container.h>

/**
 * What of `POST /api/v1/digest-orders` follows from a prepared document, as one JSON object: format, size, document_digest, data_hash, property_info,
 * slot, places. What else the order says (seal_id, category, purpose, …) the caller adds. original: the file as it was; places: those that were given
 * to jy_document_prepare. Appends to out. Errors: JY_E_UNKNOWN_FORMAT, JY_E_LIMIT (more than 2000 places), JY_E_CRYPTO, JY_E_NOMEM.
 */
JY_CHECK jy_err jy_digest_request(struct jy_slice original, const struct jy_prepared *prepared, const struct jy_stamp_place *places, size_t count,
                                  struct jy_buf *out, struct jy_fault *fault);
/**
 * What the service answered to the stamping of such an order, or `GET /api/v1/orders/{id}` afterwards: where the value goes, and the value (DER
 * SES_Signature, appended). Both go to jy_document_finish, which checks that the value is for that very file.
 * Errors: JY_E_FORMAT (not such an answer, or not stamped yet), JY_E_LIMIT (more than 4 MiB), JY_E_NOMEM.
 */
JY_CHECK jy_err jy_digest_answer(struct jy_slice json, char slot[256], struct jy_buf *value, struct jy_fault *fault);

#endif
