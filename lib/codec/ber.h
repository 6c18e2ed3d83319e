/* SPDX-License-Identifier: Apache-2.0 */
/* ber.h: BER as CMS writers produce it, brought to DER (seal-formats §1.0: only for CMS and time stamps). */
#ifndef JY_BER_H
#define JY_BER_H

#include <jinyin/base.h>

/**
 * The first value of bytes with definite minimal lengths and primitive strings. *used = bytes of that value in the input, *changed = it
 * was not so before; out is written only then. What is longer than JY_BER_MAX is refused.
 * Errors: JY_E_FORMAT, JY_E_LIMIT (deeper than 32, longer than JY_BER_MAX), JY_E_NOMEM.
 */
JY_CHECK jy_err jy_ber_to_der(struct jy_slice bytes, size_t *used, bool *changed, struct jy_buf *out);

#endif
