/* SPDX-License-Identifier: Apache-2.0 */
/* foreign_cert.h: a certificate whose key is none of SM2's (NIST P-256, ECDSA with SHA-256), self-signed. */
#ifndef JY_TEST_FOREIGN_CERT_H
#define JY_TEST_FOREIGN_CERT_H

#include <jinyin/cert.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

/* like, when not NULL: with its name and key identifier, as a namesake would be. */
static inline struct jy_cert *
foreign_twin(const struct jy_cert *like, const char *name, jy_time now)
{
    X509 *of = NULL;
    const unsigned char *at = like == NULL ? NULL : jy_cert_der(like).p;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
    unsigned char *der = NULL;
    struct jy_cert *cert;
    int len;

    if (at != NULL && (of = d2i_X509(NULL, &at, (long)jy_cert_der(like).len)) == NULL)
        abort();
    if (key == NULL || x509 == NULL || id == NULL || X509_set_version(x509, 2) != 1 || ASN1_INTEGER_set(X509_get_serialNumber(x509), 5) != 1 ||
        (of == NULL ? X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0)
                    : X509_set_subject_name(x509, X509_get_subject_name(of))) != 1 ||
        (of == NULL ? ASN1_OCTET_STRING_set(id, (const unsigned char *)"twenty octets of key", 20)
                    : ASN1_OCTET_STRING_set(id, jy_cert_key_id(like).p, (int)jy_cert_key_id(like).len)) != 1 ||
        X509_add1_ext_i2d(x509, NID_subject_key_identifier, id, 0, X509V3_ADD_DEFAULT) != 1 ||
        X509_set_issuer_name(x509, X509_get_subject_name(x509)) != 1 || ASN1_TIME_set(X509_getm_notBefore(x509), now - 86400) == NULL ||
        ASN1_TIME_set(X509_getm_notAfter(x509), now + 86400) == NULL || X509_set_pubkey(x509, key) != 1 || X509_sign(x509, key, EVP_sha256()) <= 0 ||
        (len = i2d_X509(x509, &der)) <= 0 || jy_cert_parse(JY_SLICE(der, (size_t)len), &cert, NULL) != JY_OK)
        abort();
    OPENSSL_free(der);
    X509_free(x509);
    X509_free(of);
    ASN1_OCTET_STRING_free(id);
    EVP_PKEY_free(key);
    return cert;
}

static inline struct jy_cert *
foreign_cert(const char *name, jy_time now)
{
    return foreign_twin(NULL, name, now);
}

#endif
