/* SPDX-License-Identifier: Apache-2.0 */
/* tsa.h: time stamps from an authority over HTTP (RFC 3161 3.4). */
#ifndef JY_CLI_TSA_H
#define JY_CLI_TSA_H

#include <jinyin/base.h>

/**
 * A token over `what` from the authority at this http(s) URL, checked as an answer to what was asked (jy_timestamp_reply_read). Has the
 * form of jy_time_stamper: url is its context. Errors: JY_E_COUNTERPART_DOWN, JY_E_COUNTERPART_REFUSED, and those of the reply.
 */
JY_CHECK jy_err tsa_stamp(void *url, struct jy_slice what, struct jy_buf *token, struct jy_fault *fault);
/** The same for a digest that was taken already (JY_SM3_SIZE bytes). */
JY_CHECK jy_err tsa_stamp_digest(const char *url, const uint8_t *digest, struct jy_buf *token, struct jy_fault *fault);
/** A SES_Signature or SignedData gets a time stamp over its signature value (GB/T 38540-2020 7.2, GM/T 0099). value is replaced. */
JY_CHECK jy_err tsa_stamp_value(const char *url, struct jy_buf *value, struct jy_fault *fault);

#endif
