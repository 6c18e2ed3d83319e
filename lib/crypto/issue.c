/* SPDX-License-Identifier: Apache-2.0 */
/* What an issuer does: certificates and revocation lists. For jinyin-sim's CA and for tests. */
#include <jinyin/cert.h>

#include "crypto/x509.h"

#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define ORGANIZATION_CODE_OID "1.2.156.10260.4.1.4"

static bool
set_time(ASN1_TIME *t, jy_time value)
{
    return ASN1_TIME_set(t, value) != NULL;
}

static bool
add_extension(X509 *x509, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *ext;
    bool good;

    X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
    if ((ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value)) == NULL)
        return false;
    good = X509_add_ext(x509, ext, -1) == 1;
    X509_EXTENSION_free(ext);
    return good;
}

/* The code as PrintableString inside the extension, as CAs write it (seal-formats §6.2). */
static bool
add_organization_code(X509 *x509, const char *code)
{
    ASN1_OBJECT *oid = OBJ_txt2obj(ORGANIZATION_CODE_OID, 1);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    unsigned char der[66] = { 0x13, (unsigned char)strlen(code) };
    X509_EXTENSION *ext = NULL;
    bool good = false;

    if (strlen(code) <= 64 && oid != NULL && value != NULL) {
        memcpy(der + 2, code, strlen(code));
        good = ASN1_OCTET_STRING_set(value, der, (int)strlen(code) + 2) == 1 &&
            (ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value)) != NULL && X509_add_ext(x509, ext, -1) == 1;
    }
    X509_EXTENSION_free(ext);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(oid);
    return good;
}

/* Takes nothing over; the caller frees the result. */
static X509_EXTENSION *
make_extension(const struct jy_extension *what)
{
    ASN1_OBJECT *oid = OBJ_txt2obj(what->oid, 1);
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
    X509_EXTENSION *extension = NULL;

    if (oid != NULL && value != NULL && ASN1_OCTET_STRING_set(value, what->value.p, (int)what->value.len) == 1)
        extension = X509_EXTENSION_create_by_OBJ(NULL, oid, what->critical ? 1 : 0, value);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(oid);
    return extension;
}

static bool
add_further_extensions(const struct jy_issue *what, X509 *x509)
{
    bool good = true;

    for (size_t i = 0; good && i < what->extension_count; i++) {
        X509_EXTENSION *extension = make_extension(&what->extensions[i]);
        good = extension != NULL && X509_add_ext(x509, extension, -1) == 1;
        X509_EXTENSION_free(extension);
    }
    return good;
}

static bool
add_extensions(const struct jy_issue *what, X509 *x509)
{
    X509 *issuer = what->issuer == NULL ? x509 : jy_cert_x509(what->issuer);
    const char *key_usage = what->key_usage != NULL ? what->key_usage
        : what->ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature,nonRepudiation";
    char text[512];

    if (what->ca && what->path_length >= 0)
        snprintf(text, sizeof(text), "critical,CA:TRUE,pathlen:%d", what->path_length);
    else
        snprintf(text, sizeof(text), "critical,CA:%s", what->ca ? "TRUE" : "FALSE");
    if (!add_extension(x509, issuer, NID_basic_constraints, text) ||
        (key_usage[0] != '\0' && !add_extension(x509, issuer, NID_key_usage, key_usage)) ||
        (what->extended_key_usage != NULL && !add_extension(x509, issuer, NID_ext_key_usage, what->extended_key_usage)) ||
        !add_extension(x509, issuer, NID_subject_key_identifier, "hash") ||
        !add_extension(x509, issuer, NID_authority_key_identifier, "keyid"))
        return false;
    if (what->crl_url != NULL) {
        snprintf(text, sizeof(text), "URI:%s", what->crl_url);
        if (!add_extension(x509, issuer, NID_crl_distribution_points, text))
            return false;
    }
    if (what->ocsp_url != NULL) {
        snprintf(text, sizeof(text), "OCSP;URI:%s", what->ocsp_url);
        if (!add_extension(x509, issuer, NID_info_access, text))
            return false;
    }
    if (!add_further_extensions(what, x509))
        return false;
    return what->organization_code == NULL || add_organization_code(x509, what->organization_code);
}

/* Subject: the request's names with the mark added, or the names given. */
static bool
set_subject(const struct jy_issue *what, X509 *x509)
{
    X509_NAME *name = X509_get_subject_name(x509);

    if (what->csr == NULL)
        return jy_x509_name(name, what->common_name, what->organization, what->organizational_unit, what->ou_mark);
    return X509_set_subject_name(x509, X509_REQ_get_subject_name(what->csr->req)) == 1 &&
        (what->ou_mark == NULL || X509_NAME_add_entry_by_NID(X509_get_subject_name(x509), NID_organizationalUnitName, MBSTRING_UTF8,
                                                             (const unsigned char *)what->ou_mark, -1, -1, 0) == 1);
}

jy_err
jy_cert_issue(const struct jy_issue *what, struct jy_cert **out, struct jy_fault *fault)
{
    const struct jy_sm2 *subject_key = what->csr != NULL ? what->csr->key : what->subject_key;
    EVP_PKEY_CTX *ctx = NULL;
    EVP_MD_CTX *md = jy_sign_ctx(what->issuer_key, &ctx);
    BIGNUM *serial = BN_bin2bn(what->serial, sizeof(what->serial), NULL);
    X509 *x509 = X509_new();
    jy_err rc = JY_E_CRYPTO;

    *out = NULL;
    if (x509 != NULL && md != NULL && serial != NULL && X509_set_version(x509, X509_VERSION_3) == 1 &&
        BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x509)) != NULL && set_time(X509_getm_notBefore(x509), what->not_before) &&
        set_time(X509_getm_notAfter(x509), what->not_after) && set_subject(what, x509) &&
        X509_set_issuer_name(x509, what->issuer == NULL ? X509_get_subject_name(x509)
                                                        : X509_get_subject_name(jy_cert_x509(what->issuer))) == 1 &&
        X509_set_pubkey(x509, jy_sm2_pkey(subject_key)) == 1 && add_extensions(what, x509) && X509_sign_ctx(x509, md) > 0) {
        unsigned char *der = NULL;
        int len = i2d_X509(x509, &der);
        rc = len > 0 ? jy_cert_parse(JY_SLICE(der, (size_t)len), out, fault) : JY_E_CRYPTO;
        OPENSSL_free(der);
    }
    X509_free(x509);
    BN_free(serial);
    EVP_MD_CTX_free(md);
    EVP_PKEY_CTX_free(ctx);
    return rc == JY_OK ? rc : jy_fail(fault, rc, "Certificate", 0, "cannot be issued");
}

static bool
add_revoked(X509_CRL *crl, const struct jy_revoked *one)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_INTEGER *serial = NULL;
    ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
    ASN1_TIME *when = ASN1_TIME_new();
    BIGNUM *number = NULL;
    bool good = entry != NULL && reason != NULL && when != NULL && BN_hex2bn(&number, one->serial) > 0 &&
        (serial = BN_to_ASN1_INTEGER(number, NULL)) != NULL && set_time(when, one->at) &&
        X509_REVOKED_set_serialNumber(entry, serial) == 1 && X509_REVOKED_set_revocationDate(entry, when) == 1 &&
        ASN1_ENUMERATED_set(reason, one->reason) == 1 &&
        (one->reason == 0 || X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0) == 1) && X509_CRL_add0_revoked(crl, entry) == 1;

    if (!good)
        X509_REVOKED_free(entry);
    ASN1_INTEGER_free(serial);
    ASN1_ENUMERATED_free(reason);
    ASN1_TIME_free(when);
    BN_free(number);
    return good;
}

jy_err
jy_crl_issue_with(const struct jy_sm2 *issuer_key, const struct jy_cert *issuer, const struct jy_revoked *list, size_t count,
                  jy_time this_update, jy_time next_update, uint64_t number, const struct jy_extension *extensions, size_t extension_count,
                  struct jy_buf *out, struct jy_fault *fault)
{
    EVP_PKEY_CTX *ctx = NULL;
    EVP_MD_CTX *md = jy_sign_ctx(issuer_key, &ctx);
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *t = ASN1_TIME_new();
    ASN1_INTEGER *n = ASN1_INTEGER_new();
    unsigned char *der = NULL;
    int len = 0;
    jy_err rc = JY_E_CRYPTO;

    if (md == NULL || crl == NULL || t == NULL || n == NULL || X509_CRL_set_version(crl, X509_CRL_VERSION_2) != 1 ||
        X509_CRL_set_issuer_name(crl, X509_get_subject_name(jy_cert_x509(issuer))) != 1 || !set_time(t, this_update) ||
        X509_CRL_set1_lastUpdate(crl, t) != 1 || !set_time(t, next_update) || X509_CRL_set1_nextUpdate(crl, t) != 1 ||
        ASN1_INTEGER_set_uint64(n, number) != 1 || X509_CRL_add1_ext_i2d(crl, NID_crl_number, n, 0, 0) != 1)
        goto out;
    for (size_t i = 0; i < count; i++)
        if (!add_revoked(crl, &list[i]))
            goto out;
    for (size_t i = 0; i < extension_count; i++) {
        X509_EXTENSION *extension = make_extension(&extensions[i]);
        bool good = extension != NULL && X509_CRL_add_ext(crl, extension, -1) == 1;
        X509_EXTENSION_free(extension);
        if (!good)
            goto out;
    }
    if (X509_CRL_sort(crl) == 1 && X509_CRL_sign_ctx(crl, md) > 0 && (len = i2d_X509_CRL(crl, &der)) > 0)
        rc = jy_buf_add(out, JY_SLICE(der, (size_t)len));
out:
    OPENSSL_free(der);
    ASN1_INTEGER_free(n);
    ASN1_TIME_free(t);
    X509_CRL_free(crl);
    EVP_MD_CTX_free(md);
    EVP_PKEY_CTX_free(ctx);
    return rc == JY_OK ? rc : jy_fail(fault, rc, "CertificateList", 0, "cannot be issued");
}

jy_err
jy_crl_issue(const struct jy_sm2 *issuer_key, const struct jy_cert *issuer, const struct jy_revoked *list, size_t count, jy_time this_update,
             jy_time next_update, uint64_t number, struct jy_buf *out, struct jy_fault *fault)
{
    return jy_crl_issue_with(issuer_key, issuer, list, count, this_update, next_update, number, NULL, 0, out, fault);
}
