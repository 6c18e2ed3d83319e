/* SPDX-License-Identifier: Apache-2.0 */
/* service_certificate.h: documents that the service signs in its own name. */
#ifndef JY_WEB_SERVICE_CERTIFICATE_H
#define JY_WEB_SERVICE_CERTIFICATE_H

#include "daemons/web/web.h"

/**
 * Sign the PDF in `document` under the certificate of a purpose's key (daemons/key/statement.c), which the CA is asked for when there is none, or
 * less than a month of it left; time-stamped as the policy for stamps says (time_stamp.h). *signed_fd, the caller's, is a file of this room alone,
 * with *size bytes and this SM3. Errors: doc's; JY_E_COUNTERPART_DOWN, JY_E_COUNTERPART_REFUSED: there is no certificate and the CA gives none, or
 * a time stamp is required and there is none; JY_E_CERT_PERIOD: the certificate that the CA gave does not do.
 */
JY_CHECK jy_err service_sign_pdf(struct exchange *x, const char *purpose, int document, int *signed_fd, uint8_t digest[JY_SM3_SIZE], uint64_t *size,
                                 struct jy_fault *fault);

#endif
