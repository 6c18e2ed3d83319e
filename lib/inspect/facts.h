/* SPDX-License-Identifier: Apache-2.0 */
/* facts.h: seals, signature values and certificates as JSON, every field in a fixed order; for lib/inspect only. */
#ifndef JY_INSPECT_FACTS_H
#define JY_INSPECT_FACTS_H

#include "codec/json.h"

#include <jinyin/inspect.h>

/** A certificate; null for NULL. */
json_t *facts_cert(const struct jy_cert *cert);
/** A seal; checks the maker's signature. *sound becomes false when it does not fit. */
json_t *facts_seal(struct jy_seal *seal, bool *sound);
/** An SES_Signature with its seal; checks both signatures. */
json_t *facts_ses(struct jy_ses *ses, bool *sound);
/**
 * One value of any form that is known, or {"structure": "unknown"}. digest: what a SignedData should sign, SM3 of the protected bytes; NULL
 * when that is not at hand, then it is judged by the content that it encloses, if any.
 */
json_t *facts_value(struct jy_slice der, const uint8_t *digest, bool *sound);

/** The JSON of a whole document, or of a value alone, as text for a person. */
JY_CHECK jy_err text_of_document(const json_t *document, struct jy_buf *out);
JY_CHECK jy_err text_of_value(const json_t *value, struct jy_buf *out);

#endif
