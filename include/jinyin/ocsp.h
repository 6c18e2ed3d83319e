/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/ocsp.h: OCSP (RFC 6960, seal-formats §6.3) with SM2 and SM3: requests, responses, what they prove. No network. */
#ifndef JINYIN_OCSP_H
#define JINYIN_OCSP_H

#include <jinyin/cert.h>

enum jy_ocsp_status { JY_OCSP_GOOD, JY_OCSP_REVOKED, JY_OCSP_UNKNOWN };
/** What a genuine response says of one certificate. */
struct jy_ocsp_answer {
    enum jy_ocsp_status status;
    jy_time revoked_at;               /* 0 when not revoked */
    int reason;                       /* CRLReason; -1 = none told */
    jy_time produced_at, this_update;
    jy_time next_update;              /* 0 = none: newer information is always available, so it proves nothing after this_update */
    jy_time archive_cutoff;           /* certificates that ended at or after it are still spoken of; 0 = none */
};

/**
 * A request for cert: CertID by SM3, or by SHA-1 for a responder that knows no other. nonce 0..JY_OCSP_NONCE_MAX bytes, empty = none.
 * out gets DER. Errors: JY_E_ARGUMENT, JY_E_CERTIFICATE (not DER).
 */
JY_CHECK jy_err jy_ocsp_request(const struct jy_cert *cert, const struct jy_cert *issuer, bool sha1, struct jy_slice nonce, struct jy_buf *out,
                                struct jy_fault *fault);
/**
 * Does this OCSPResponse, genuinely, speak of cert issued by issuer? Genuine: signed with the issuer's key, or by a responder whose
 * certificate the issuer signed itself with EKU OCSPSigning and which was valid at producedAt. A responder without ocsp-nocheck must not
 * be on a list; that is checked where lists are (jy_chain_check). nonce: what was asked; empty = not compared (evidence is old).
 * Errors: JY_E_FORMAT, JY_E_LIMIT, JY_E_NOT_FOUND (it speaks of others, or it is an error response; the fault says which),
 * JY_E_SIGNATURE (not genuine, nonce), JY_E_CERTIFICATE (its signer may not answer for the issuer), JY_E_UNSUPPORTED.
 */
JY_CHECK jy_err jy_ocsp_check(struct jy_slice response, const struct jy_cert *cert, const struct jy_cert *issuer, struct jy_slice nonce,
                              struct jy_ocsp_answer *out, struct jy_fault *fault);

/** What a responder does: used by jinyin-sim and by tests. */
struct jy_ocsp_question {
    char serial[72];                  /* upper-case hex */
    struct jy_slice cert_id;          /* TLV in the request, which it points into */
};
struct jy_ocsp_questions {
    struct jy_ocsp_question list[JY_OCSP_SINGLES_MAX];
    size_t count;
    struct jy_slice nonce;            /* contents of the extension, as sent; empty = none */
};
/** Errors: JY_E_FORMAT, JY_E_LIMIT, JY_E_UNSUPPORTED (critical extension). out points into der. */
JY_CHECK jy_err jy_ocsp_request_read(struct jy_slice der, struct jy_ocsp_questions *out, struct jy_fault *fault);
/** Was this asked about a certificate of this issuer? (names and key by the CertID's digests) */
bool jy_ocsp_is_about(const struct jy_ocsp_question *question, const struct jy_cert *issuer);
/**
 * A signed response: answers[i] to questions->list[i], produced now; the responder's certificate is enclosed. out gets DER.
 * Errors: JY_E_CERTIFICATE key and certificate do not belong together, JY_E_CRYPTO.
 */
JY_CHECK jy_err jy_ocsp_respond(const struct jy_ocsp_questions *questions, const struct jy_ocsp_answer *answers, const struct jy_sm2 *key,
                                const struct jy_cert *responder, jy_time produced_at, struct jy_buf *out, struct jy_fault *fault);
/** OCSPResponseStatus, RFC 6960 4.2.1. */
enum jy_ocsp_error { JY_OCSP_MALFORMED = 1, JY_OCSP_INTERNAL = 2, JY_OCSP_TRY_LATER = 3, JY_OCSP_SIG_REQUIRED = 5, JY_OCSP_UNAUTHORIZED = 6 };
/** An unsigned error response. */
JY_CHECK jy_err jy_ocsp_refuse(enum jy_ocsp_error error, struct jy_buf *out);

#endif
