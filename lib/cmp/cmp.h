/* SPDX-License-Identifier: Apache-2.0 */
/* cmp.h: PKIMessage (RFC 4210 5.1): header, body, protection; for lib/cmp only. */
#ifndef JY_CMP_H
#define JY_CMP_H

#include <jinyin/cmp.h>
#include "codec/status.h"

/* PKIBody, RFC 4210 5.1.2 */
enum { CMP_CP = 3, CMP_P10CR = 4, CMP_RR = 11, CMP_RP = 12, CMP_PKI_CONF = 19, CMP_ERROR = 23, CMP_CERT_CONF = 24, CMP_BODIES = 27 };
#define CMP_ENUMERATED 0x0A
#define CMP_ROUNDS 500                /* of what is written: the secret is a machine's, not a person's */
#define CMP_ROUNDS_MIN 100            /* RFC 4210 5.1.3.1 */

/** PBMParameter; what is written: SM3 and HMAC-SM3. The digests are OID contents. */
struct jy_cmp_pbm { struct jy_slice salt, owf, mac; uint32_t rounds; };

/** Slices lie in the message; empty = absent. */
struct jy_cmp_message {
    struct jy_slice key_id, transaction, nonce, recip_nonce;
    bool implicit_confirm;
    char profile[JY_CMP_PROFILE_SIZE];
    unsigned body;
    struct jy_slice content;          /* what the body's tag encloses */
    bool is_protected;
    struct jy_cmp_pbm pbm;
    struct jy_slice covered, mac;     /* header and body as they stand, and the value over them */
};
/**
 * read.c: the structure; nothing is believed. Of a message that is refused nothing is told.
 * Errors: JY_E_FORMAT, JY_E_TRAILING, JY_E_LIMIT, JY_E_UNSUPPORTED.
 */
JY_CHECK jy_err jy_cmp_message_read(struct jy_slice der, struct jy_cmp_message *out, struct jy_fault *fault);

/** What a header says; slices may be empty. */
struct jy_cmp_header {
    struct jy_slice sender, recipient;     /* Name TLVs; empty = NULL-DN */
    struct jy_slice key_id, transaction, nonce, recip_nonce;
    jy_time now;
    bool implicit_confirm;
    const char *profile;              /* NULL = none */
};
/** write.c: content is what the body's tag encloses; pbm NULL = unprotected, else its salt is made here. */
JY_CHECK jy_err jy_cmp_message_write(const struct jy_cmp_access *access, const struct jy_cmp_header *header, unsigned body, struct jy_slice content,
                                     const struct jy_cmp_pbm *pbm, struct jy_buf *out);
/** write.c: an OCTET STRING under an explicit tag; nothing when it is empty. */
JY_CHECK jy_err jy_cmp_put_octets(struct jy_buf *out, uint8_t tag, struct jy_slice octets);
JY_CHECK jy_err jy_cmp_access_check(const struct jy_cmp_access *access, struct jy_fault *fault);

/** protect.c: the AlgorithmIdentifier with its PBMParameter. Errors: JY_E_FORMAT, JY_E_LIMIT, JY_E_UNSUPPORTED. */
JY_CHECK jy_err jy_cmp_pbm_read(struct jy_der *der, struct jy_cmp_pbm *out);
JY_CHECK jy_err jy_cmp_pbm_put(struct jy_buf *out, const struct jy_cmp_pbm *pbm);
/** protect.c: the value over header and body, which follow each other in `covered`. mac needs 64 bytes. */
JY_CHECK jy_err jy_cmp_mac(const struct jy_cmp_pbm *pbm, struct jy_slice secret, struct jy_slice covered, uint8_t *mac, size_t *len);
/** protect.c: Errors: JY_E_SIGNATURE unprotected or wrong; JY_E_CRYPTO, JY_E_NOMEM. */
JY_CHECK jy_err jy_cmp_protection_check(const struct jy_cmp_message *message, struct jy_slice secret, struct jy_fault *fault);

#endif
