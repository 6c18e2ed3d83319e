/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jinyin/cmp.h: certificates asked for and revoked at a CA by CMP (RFC 4210; profile after RFC 9483 4.1.4 and 4.2) under a shared secret: PasswordBasedMac with
 * SM3 and HMAC-SM3. Messages alone: no network, no clock. Why not OpenSSL's: docs/protocol/counterparts.md.
 */
#ifndef JINYIN_CMP_H
#define JINYIN_CMP_H

#include <jinyin/crypto.h>

#define JY_CMP_NONCE_SIZE 16
#define JY_CMP_SERIAL_SIZE 20         /* RFC 5280 4.1.2.2 */
#define JY_CMP_PROFILE_SIZE 65

/** Under what both sides speak; borrowed. */
struct jy_cmp_access {
    struct jy_slice reference;        /* senderKID, 1 to 64 bytes of UTF-8 */
    struct jy_slice secret;           /* not empty */
    struct jy_slice ca;               /* the CA's Name, TLV */
};

/* -- the side that asks -- */

/** What an answer must fit: begun by jy_cmp_ask_…, kept until its answer was read. */
struct jy_cmp_question {
    uint8_t transaction[JY_CMP_NONCE_SIZE], nonce[JY_CMP_NONCE_SIZE];
    uint8_t serial[JY_CMP_SERIAL_SIZE];  /* to be revoked */
    size_t serial_len;
};

/**
 * p10cr (RFC 9483 4.1.4), with certProfile, and asking for implicitConfirm. transactionID follows from request_id alone: the same request after a crash is the
 * same transaction. csr: DER PKCS #10; now: UTC seconds. Appends to out.
 * Errors: JY_E_ARGUMENT the access, an empty id, or a profile of more than 64 bytes; JY_E_LIMIT csr; JY_E_CRYPTO, JY_E_NOMEM.
 */
JY_CHECK jy_err jy_cmp_ask_certificate(const struct jy_cmp_access *access, const char *request_id, const char *profile, struct jy_slice csr, jy_time now,
                                       struct jy_cmp_question *question, struct jy_buf *out, struct jy_fault *fault);
struct jy_cmp_issued {
    struct jy_slice certificate;      /* one SEQUENCE, in the answer; neither parsed nor judged: whose key and whose chain it is the caller must look at */
    int64_t number;                   /* certReqId: -1 (RFC 9483), or 0 as older ones say */
    bool confirmed;                   /* the CA granted implicitConfirm: it waits for no confirmation */
    uint8_t nonce[JY_CMP_ID_MAX];     /* of the CA, for the confirmation */
    size_t nonce_len;
};
/**
 * Judge the answer, cp. Everything is checked before anything is believed: protection, transactionID, recipNonce, the kind of body, certReqId, exactly
 * one certificate that is not encrypted and comes without a private key. caPubs and extraCerts are not looked at: trust does not come this way.
 * Errors: JY_E_FORMAT, JY_E_TRAILING, JY_E_LIMIT, JY_E_UNSUPPORTED pvno or algorithms; JY_E_SIGNATURE unprotected, a wrong MAC, or an answer to another
 * question; JY_E_COUNTERPART_REFUSED its protected no to this request, the fault has its words; JY_E_COUNTERPART_DOWN it is waiting, in trouble, or says
 * no to our access, or an unprotected error; JY_E_CRYPTO, JY_E_NOMEM.
 */
JY_CHECK jy_err jy_cmp_read_certificate(const struct jy_cmp_access *access, const struct jy_cmp_question *question, struct jy_slice answer,
                                        struct jy_cmp_issued *out, struct jy_fault *fault);
/** certConf for a certificate signed with SM3; question gets the nonce that pkiConf must repeat. Appends to out. Errors: JY_E_CRYPTO, JY_E_NOMEM. */
JY_CHECK jy_err jy_cmp_confirm(const struct jy_cmp_access *access, struct jy_cmp_question *question, const struct jy_cmp_issued *issued, jy_time now,
                               struct jy_buf *out, struct jy_fault *fault);
/** pkiConf. Errors: as jy_cmp_read_certificate. */
JY_CHECK jy_err jy_cmp_read_confirmed(const struct jy_cmp_access *access, const struct jy_cmp_question *question, struct jy_slice answer,
                                      struct jy_fault *fault);

struct jy_cmp_revocation {
    const char *event_id;             /* transactionID follows from it alone */
    const char *serial;               /* hexadecimal */
    int reason;                       /* RFC 5280 CRLReason */
    jy_time at;                       /* invalidityDate, UTC seconds */
};
/** rr (RFC 9483 4.2) for a certificate of access->ca. Appends to out. Errors: JY_E_ARGUMENT access, event_id, serial or reason; JY_E_CRYPTO, JY_E_NOMEM. */
JY_CHECK jy_err jy_cmp_ask_revocation(const struct jy_cmp_access *access, const struct jy_cmp_revocation *what, jy_time now, struct jy_cmp_question *question,
                                      struct jy_buf *out, struct jy_fault *fault);
/** rp. That the certificate is revoked already is a yes: the first answer was lost. Errors: as jy_cmp_read_certificate. */
JY_CHECK jy_err jy_cmp_read_revoked(const struct jy_cmp_access *access, const struct jy_cmp_question *question, struct jy_slice answer, struct jy_fault *fault);

/* -- the side that answers: for jinyin-sim and for tests -- */

enum jy_cmp_kind { JY_CMP_CERTIFICATE, JY_CMP_CONFIRMATION, JY_CMP_REVOCATION };
/** Slices lie in the request. */
struct jy_cmp_request {
    enum jy_cmp_kind kind;
    struct jy_slice transaction, nonce, recip_nonce;
    struct jy_slice owf, mac;         /* digests of its protection, OID contents: the answer uses them too */
    struct jy_slice csr;              /* of a certificate: DER PKCS #10, not judged */
    char profile[JY_CMP_PROFILE_SIZE];
    bool implicit_confirm;
    struct jy_slice hash;             /* of a confirmation */
    bool accepted;
    struct jy_slice issuer;           /* of a revocation: Name TLV */
    char serial[2 * JY_CMP_SERIAL_SIZE + 1];  /* upper-case hex */
    int reason;                       /* 0 = none told */
    jy_time invalid_since;            /* 0 = none told */
};
/**
 * p10cr, certConf or rr, its protection checked. Errors: those of jy_cmp_read_certificate; JY_E_SIGNATURE another reference. Of a message that could be read
 * but not believed, transaction and nonce are told for jy_cmp_error_write.
 */
JY_CHECK jy_err jy_cmp_request_read(const struct jy_cmp_access *access, struct jy_slice der, struct jy_cmp_request *out, struct jy_fault *fault);

struct jy_cmp_answer {
    const struct jy_cmp_request *to;
    uint8_t nonce[JY_CMP_NONCE_SIZE];
    jy_time now;
    unsigned status;                  /* PKIStatus: 0 = yes; another one is said in cp or rp, to a confirmation in an error */
    int failure;                      /* bit of PKIFailureInfo, < 0 = none; with a status other than 0 */
    const char *text;
    struct jy_slice certificate;      /* DER, of a yes to a request */
    bool wait_for_confirmation;       /* although implicitConfirm was asked for */
};
JY_CHECK jy_err jy_cmp_answer_write(const struct jy_cmp_access *access, const struct jy_cmp_answer *what, struct jy_buf *out, struct jy_fault *fault);
/** An error message without protection: what a CA can say to whom it does not know. Of `to`, transaction and nonce are used. */
JY_CHECK jy_err jy_cmp_error_write(struct jy_slice ca, const struct jy_cmp_request *to, jy_time now, int failure, const char *text, struct jy_buf *out);

#endif
