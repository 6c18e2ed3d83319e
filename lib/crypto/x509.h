/* SPDX-License-Identifier: Apache-2.0 */
/* x509.h: the insides of jy_cert and jy_csr; for lib/crypto only. */
#ifndef JY_X509_H
#define JY_X509_H

#include <jinyin/cert.h>
#include "crypto/evp.h"

#include <openssl/x509.h>

#define JY_TEST_MARK "NOT FOR PRODUCTION"

struct jy_cert {
    X509 *x509;
    struct jy_buf der;                /* as it came */
    struct jy_slice tbs;              /* TLV; this and the next four lines point into der, empty when it is not DER */
    struct jy_slice serial_der, issuer_der, subject_der;
    struct jy_slice key_bits;         /* payload of subjectPublicKey: what OCSP takes the digest of */
    struct jy_slice inner_algorithm, algorithm;          /* AlgorithmIdentifier inside and outside tbs, TLV */
    struct jy_slice signature;
    struct jy_sm2 *key;               /* NULL when not SM2 */
    char *subject, *issuer, *common_name, *organization, *serial;
    jy_time not_before, not_after;
    jy_time key_from, key_to;         /* privateKeyUsagePeriod; INT64_MIN, INT64_MAX where it sets no bound */
    uint32_t flags, key_usage;        /* EXFLAG_*, KU_* */
    long path_length;                 /* -1 = none */
    bool is_test;
};
struct jy_csr {
    X509_REQ *req;
    struct jy_sm2 *key;
    char *common_name;
};

/** extensions.c: what forbids to use this certificate at all (static text), NULL when nothing does: critical extensions, algorithms. */
const char *jy_cert_defect(const struct jy_cert *cert);
/** extensions.c: may this CA, by an extended key usage of its own, issue for the purpose? *why: static text or NULL. A CA without one may. */
bool jy_cert_serves_below(const struct jy_cert *ca, enum jy_chain_purpose purpose, const char **why);
/** cert.c: issuer's name and key identifier are the ones that cert names, and its key signed cert. Errors: JY_E_NOMEM, JY_E_CRYPTO. */
bool jy_x509_names_issuer(const struct jy_cert *cert, const struct jy_cert *issuer);
JY_CHECK jy_err jy_x509_is_issued_by(const struct jy_cert *cert, const struct jy_cert *issuer, bool *issued);
/** chain.c: self-issued and a CA. */
bool jy_x509_is_anchor(const struct jy_cert *cert);
X509 *jy_cert_x509(const struct jy_cert *cert);
/** Takes x509 over, also on error. */
JY_CHECK jy_err jy_cert_from_x509(X509 *x509, struct jy_cert **out);
/** OpenSSL checks an SM2 signature with an empty id unless each object carries the right one. */
void jy_x509_set_sm2_id(X509 *x509);
bool jy_asn1_time(const ASN1_TIME *t, jy_time *out);
bool jy_x509_name(X509_NAME *name, const char *common_name, const char *organization, const char *unit, const char *mark);
/** Ready for X509_sign_ctx and its like; NULL on failure. Free both. */
EVP_MD_CTX *jy_sign_ctx(const struct jy_sm2 *key, EVP_PKEY_CTX **ctx);
JY_CHECK jy_err jy_pem(const char *label, struct jy_slice der, struct jy_buf *out);

#endif
