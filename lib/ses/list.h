/* SPDX-License-Identifier: Apache-2.0 */
/* list.h: SES_CertList, the certificates that a seal admits. For lib/ses only. */
#ifndef JY_SES_LIST_H
#define JY_SES_LIST_H

#include <jinyin/seal.h>

/** certListType. The two lists have one tag, so only the type tells them apart (seal-formats §1.1). */
enum { JY_LIST_CERTIFICATES = 1, JY_LIST_DIGESTS = 2 };

/**
 * Is every entry of the kind that the type promises? Adds CERT_LIST_TYPE and CERT_LIST_BARE.
 * Errors: JY_E_FORMAT (no entry, or one of the other kind), JY_E_LIMIT (more than JY_SEAL_LIST_MAX).
 */
JY_CHECK jy_err jy_list_check(struct jy_slice entries, uint32_t type, jy_deviations *deviations);
/** Is this certificate listed? Adds CERT_LIST_DIGEST_WITH_Z when only the digest over Z and the certificate is. Errors: JY_E_NOMEM, JY_E_CRYPTO. */
JY_CHECK jy_err jy_list_has(struct jy_slice entries, uint32_t type, const struct jy_cert *cert, jy_deviations *deviations, bool *listed);
/** Append the entry of a certificate, as GB/T 38540-2020 6.1 writes it. */
JY_CHECK jy_err jy_list_put(struct jy_buf *out, uint32_t type, const struct jy_cert *cert);
/** jy_seal_lists that tells the deviations met (lib/ses/seal.c). */
JY_CHECK jy_err jy_seal_match(const struct jy_seal *seal, const struct jy_cert *cert, jy_deviations *deviations, bool *listed);

#endif
