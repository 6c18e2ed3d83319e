/* SPDX-License-Identifier: Apache-2.0 */
/* ocsp.h: a response judged with its responder told; for lib/crypto only. */
#ifndef JY_OCSP_INSIDE_H
#define JY_OCSP_INSIDE_H

#include <jinyin/ocsp.h>

/** jy_ocsp_check; *responder is the certificate of a delegated responder (the caller frees it), NULL when the issuer answered itself. */
JY_CHECK jy_err jy_ocsp_judge(struct jy_slice response, const struct jy_cert *cert, const struct jy_cert *issuer, struct jy_slice nonce,
                              struct jy_ocsp_answer *out, struct jy_cert **responder, struct jy_fault *fault);
/** Is this an OCSPResponse whose basic response can be read? Nothing is judged. Errors as jy_ocsp_check. */
JY_CHECK jy_err jy_ocsp_is_readable(struct jy_slice response, struct jy_fault *fault);

#endif
