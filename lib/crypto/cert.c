/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and requests as values. */
#include <jinyin/cert.h>

#include "codec/der.h"
#include "codec/oid.h"
#include "crypto/known.h"
#include "crypto/x509.h"

#include <openssl/asn1.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


void
jy_x509_set_sm2_id(X509 *x509)
{
    ASN1_OCTET_STRING *id;

    if (X509_get0_distinguishing_id(x509) != NULL)           /* shared with others: it is not written again */
        return;
    id = ASN1_OCTET_STRING_new();
    if (id != NULL && ASN1_OCTET_STRING_set(id, (const unsigned char *)JY_SM2_ID, (int)strlen(JY_SM2_ID)) == 1)
        X509_set0_distinguishing_id(x509, id);
    else
        ASN1_OCTET_STRING_free(id);
}

X509 *
jy_cert_x509(const struct jy_cert *cert)
{
    return cert->x509;
}

bool
jy_asn1_time(const ASN1_TIME *t, jy_time *out)
{
    struct tm tm;

    if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
        return false;
    *out = jy_time_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    return true;
}

static char *
name_text(const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text, *copy = NULL;
    long len;

    if (bio != NULL && X509_NAME_print_ex(bio, name, 0, (XN_FLAG_RFC2253 | ASN1_STRFLGS_UTF8_CONVERT) & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0 &&
        (len = BIO_get_mem_data(bio, &text)) >= 0)
        copy = len == 0 ? strdup("") : strndup(text, (size_t)len);           /* of a name without entries there is no text */
    BIO_free(bio);
    return copy;
}

/* First entry of this kind as UTF-8, "" when absent. A NUL is written out: "city\00.example" must not read as the city. */
static char *
entry_text(const X509_NAME *name, int nid)
{
    int at = X509_NAME_get_index_by_NID(name, nid, -1);
    unsigned char *utf8 = NULL;
    char *copy;
    int len;

    if (at < 0 || (len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)))) < 0)
        return strdup("");
    copy = calloc(3 * (size_t)len + 1, 1);
    for (int i = 0, used = 0; copy != NULL && i < len; i++)
        if (utf8[i] != 0) {
            copy[used++] = (char)utf8[i];
        } else {
            memcpy(copy + used, "\\00", 3);
            used += 3;
        }
    OPENSSL_free(utf8);
    return copy;
}

static bool
has_test_mark(const X509_NAME *name)
{
    for (int at = -1; (at = X509_NAME_get_index_by_NID(name, NID_organizationalUnitName, at)) >= 0;) {
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
        if (jy_slice_is(JY_SLICE(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)), JY_TEST_MARK))
            return true;
    }
    return false;
}

/* Certificate and TBSCertificate as they were written. */
static bool
find_parts(struct jy_cert *cert, struct jy_slice *key_algorithm)
{
    struct jy_der all, body, tbs, look, key;
    struct jy_der_item whole, serial, inner, issuer, subject, outer, item, key_of;
    struct jy_slice bits, signature;
    uint8_t unused;

    jy_der_open(&all, jy_buf_slice(&cert->der));
    if (jy_der_enter(&all, DER_SEQUENCE, &body) != JY_OK)
        return false;
    look = body;
    if (jy_der_get(&look, DER_SEQUENCE, &whole) != JY_OK || jy_der_enter(&body, DER_SEQUENCE, &tbs) != JY_OK ||
        (jy_der_peek(&tbs) == DER_CONTEXT_0 && jy_der_next(&tbs, &item) != JY_OK) ||                  /* version */
        jy_der_get(&tbs, DER_INTEGER, &serial) != JY_OK || jy_der_get(&tbs, DER_SEQUENCE, &inner) != JY_OK ||
        jy_der_get(&tbs, DER_SEQUENCE, &issuer) != JY_OK || jy_der_get(&tbs, DER_SEQUENCE, &item) != JY_OK ||
        jy_der_get(&tbs, DER_SEQUENCE, &subject) != JY_OK || jy_der_enter(&tbs, DER_SEQUENCE, &key) != JY_OK ||
        jy_der_get(&key, DER_SEQUENCE, &key_of) != JY_OK || jy_der_bits(&key, &bits, &unused) != JY_OK ||
        jy_der_get(&body, DER_SEQUENCE, &outer) != JY_OK || jy_der_bits(&body, &signature, &unused) != JY_OK || unused != 0)
        return false;
    cert->tbs = whole.tlv;
    cert->serial_der = serial.tlv;
    cert->issuer_der = issuer.tlv;
    cert->subject_der = subject.tlv;
    cert->key_bits = bits;
    *key_algorithm = key_of.value;
    cert->inner_algorithm = inner.tlv;
    cert->algorithm = outer.tlv;
    cert->signature = signature;
    return true;
}

/* GM/T 0015-2023 also allows the curve's identifier as the algorithm, which OpenSSL does not read without parameters (seal-formats §4). */
static jy_err
read_key(struct jy_cert *cert, struct jy_slice key_algorithm)
{
    static const uint8_t null[] = { DER_NULL, 0 };
    EVP_PKEY *pkey = X509_get_pubkey(cert->x509);
    struct jy_der body;
    struct jy_slice oid, rest;
    jy_err rc = JY_OK;

    if (pkey != NULL)
        rc = jy_sm2_take_pkey(pkey, false, &cert->key);
    jy_der_open(&body, key_algorithm);
    if (pkey == NULL && cert->key_bits.len == JY_SM2_POINT_SIZE && jy_der_oid(&body, &oid) == JY_OK && jy_slice_equal(oid, OID_SM2_CURVE)) {
        rest = JY_SLICE(body.p, (size_t)(body.end - body.p));
        if (rest.len == 0 || jy_slice_equal(rest, JY_SLICE(null, sizeof(null))))
            rc = jy_sm2_from_point(cert->key_bits.p, &cert->key);
    }
    return rc == JY_E_NOMEM ? rc : JY_OK;                /* else without a key that is of use here */
}

/* GB/T 20518 privateKeyUsagePeriod: a key may be retired long before the certificate by which its signatures are checked. */
static void
read_key_period(struct jy_cert *cert)
{
    PKEY_USAGE_PERIOD *period = X509_get_ext_d2i(cert->x509, NID_private_key_usage_period, NULL, NULL);

    cert->key_from = INT64_MIN;
    cert->key_to = INT64_MAX;
    if (period != NULL && period->notBefore != NULL && !jy_asn1_time(period->notBefore, &cert->key_from))
        cert->key_from = INT64_MAX;                      /* a bound that cannot be read is not kept */
    if (period != NULL && period->notAfter != NULL && !jy_asn1_time(period->notAfter, &cert->key_to))
        cert->key_to = INT64_MIN;
    PKEY_USAGE_PERIOD_free(period);
}

bool
jy_cert_key_serves_at(const struct jy_cert *cert, jy_time at)
{
    return at >= cert->key_from && at <= cert->key_to;
}

jy_err
jy_cert_from_x509(X509 *x509, struct jy_cert **out)
{
    struct jy_cert *cert = calloc(1, sizeof(*cert));
    const X509_NAME *subject, *issuer;
    const ASN1_INTEGER *serial;
    struct jy_slice key_algorithm;
    BIGNUM *number = NULL;
    unsigned char *der = NULL;
    int len;
    jy_err rc = JY_E_FORMAT;

    *out = NULL;
    if (cert == NULL) {
        X509_free(x509);
        return JY_E_NOMEM;
    }
    cert->x509 = x509;
    jy_x509_set_sm2_id(x509);
    subject = X509_get_subject_name(x509);
    issuer = X509_get_issuer_name(x509);
    if ((len = i2d_X509(x509, &der)) <= 0 || (rc = jy_buf_add(&cert->der, JY_SLICE(der, (size_t)len))) != JY_OK)
        goto out;
    rc = JY_E_NOMEM;
    if ((cert->subject = name_text(subject)) == NULL || (cert->issuer = name_text(issuer)) == NULL ||
        (cert->common_name = entry_text(subject, NID_commonName)) == NULL ||
        (cert->organization = entry_text(subject, NID_organizationName)) == NULL)
        goto out;
    rc = JY_E_FORMAT;
    if ((serial = X509_get0_serialNumber(x509)) == NULL || (number = ASN1_INTEGER_to_BN(serial, NULL)) == NULL ||
        (cert->serial = BN_bn2hex(number)) == NULL || !jy_asn1_time(X509_get0_notBefore(x509), &cert->not_before) ||
        !jy_asn1_time(X509_get0_notAfter(x509), &cert->not_after))
        goto out;
    read_key_period(cert);
    cert->flags = X509_get_extension_flags(x509);
    cert->key_usage = X509_get_key_usage(x509);
    cert->path_length = X509_get_pathlen(x509);
    cert->is_test = has_test_mark(subject) || has_test_mark(issuer);
    if (!find_parts(cert, &key_algorithm) || (rc = read_key(cert, key_algorithm)) != JY_OK)
        goto out;
    *out = cert;
    cert = NULL;
    rc = JY_OK;
out:
    BN_free(number);
    OPENSSL_free(der);
    jy_cert_free(cert);
    return rc;
}

bool
jy_x509_names_issuer(const struct jy_cert *cert, const struct jy_cert *issuer)
{
    AUTHORITY_KEYID *akid;
    bool fits;

    if (X509_NAME_cmp(X509_get_issuer_name(cert->x509), X509_get_subject_name(issuer->x509)) != 0)
        return false;
    akid = X509_get_ext_d2i(cert->x509, NID_authority_key_identifier, NULL, NULL);
    fits = akid == NULL || X509_check_akid(issuer->x509, akid) == X509_V_OK;
    AUTHORITY_KEYID_free(akid);
    return fits;
}

jy_err
jy_x509_is_issued_by(const struct jy_cert *cert, const struct jy_cert *issuer, bool *issued)
{
    struct jy_der algorithm, body;
    struct jy_slice oid;

    *issued = false;
    jy_der_open(&algorithm, cert->algorithm);
    if (!jy_x509_names_issuer(cert, issuer) || issuer->key == NULL || jy_der_enter(&algorithm, DER_SEQUENCE, &body) != JY_OK ||
        jy_der_oid(&body, &oid) != JY_OK || !jy_slice_equal(oid, OID_SM2_WITH_SM3))
        return JY_OK;
    return jy_sm2_fits(issuer->key, cert->tbs, cert->signature, true, issued);
}

jy_err
jy_cert_parse(struct jy_slice der, struct jy_cert **out, struct jy_fault *fault)
{
    const unsigned char *p = der.p + der.len;
    struct jy_slice ignored;
    X509 *x509;
    bool is_new;
    jy_err rc;

    *out = NULL;
    if (der.len == 0 || der.len > JY_CERT_MAX)
        return jy_fail(fault, JY_E_LIMIT, "Certificate", 0, "%zu bytes, 1 to %d are allowed", der.len, JY_CERT_MAX);
    x509 = jy_x509_known(der);
    if ((is_new = x509 == NULL) && (p = der.p, x509 = d2i_X509(NULL, &p, (long)der.len)) == NULL)
        return jy_fail(fault, JY_E_FORMAT, "Certificate", 0, "not a DER certificate");
    if (p != der.p + der.len) {
        X509_free(x509);
        return jy_fail(fault, JY_E_TRAILING, "Certificate", (uint64_t)(p - der.p), "bytes after the certificate");
    }
    if ((rc = jy_cert_from_x509(x509, out)) != JY_OK)
        return jy_fail(fault, rc, "Certificate", 0, "unreadable field");
    /* The bytes as they came, not as written again: lists of certificates are compared byte by byte. */
    (*out)->der.len = 0;
    if ((rc = jy_buf_add(&(*out)->der, der)) != JY_OK) {
        jy_cert_free(*out);
        *out = NULL;
        return rc;
    }
    if (is_new)
        jy_x509_remember(der, (*out)->x509);
    if (!find_parts(*out, &ignored)) {
        jy_cert_free(*out);
        *out = NULL;
        return jy_fail(fault, JY_E_FORMAT, "Certificate", 0, "BER where DER belongs (GB/T 20518)");
    }
    return JY_OK;
}

jy_err
jy_cert_parse_pem(struct jy_slice pem, struct jy_cert **out, struct jy_fault *fault)
{
    BIO *bio;
    X509 *x509;
    jy_err rc;

    *out = NULL;
    if (pem.len > 0 && pem.p[0] == 0x30)
        return jy_cert_parse(pem, out, fault);
    if (pem.len == 0 || pem.len > JY_PEM_MAX || (bio = BIO_new_mem_buf(pem.p, (int)pem.len)) == NULL)
        return jy_fail(fault, JY_E_FORMAT, "certificate", 0, "empty or too large");
    x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    if (x509 == NULL)
        return jy_fail(fault, JY_E_FORMAT, "certificate", 0, "no PEM certificate");
    if ((rc = jy_cert_from_x509(x509, out)) != JY_OK)
        return jy_fail(fault, rc, "certificate", 0, "unreadable field");
    return JY_OK;
}

void
jy_cert_free(struct jy_cert *cert)
{
    if (cert == NULL)
        return;
    X509_free(cert->x509);
    jy_sm2_free(cert->key);
    jy_buf_free(&cert->der);
    free(cert->subject);
    free(cert->issuer);
    free(cert->common_name);
    free(cert->organization);
    OPENSSL_free(cert->serial);
    free(cert);
}

struct jy_slice
jy_cert_der(const struct jy_cert *cert)
{
    return jy_buf_slice(&cert->der);
}

const struct jy_sm2 *
jy_cert_key(const struct jy_cert *cert)
{
    return cert->key;
}

const char *
jy_cert_subject(const struct jy_cert *cert)
{
    return cert->subject;
}

const char *
jy_cert_issuer(const struct jy_cert *cert)
{
    return cert->issuer;
}

const char *
jy_cert_common_name(const struct jy_cert *cert)
{
    return cert->common_name;
}

const char *
jy_cert_organization(const struct jy_cert *cert)
{
    return cert->organization;
}

const char *
jy_cert_serial(const struct jy_cert *cert)
{
    return cert->serial;
}

struct jy_slice
jy_cert_issuer_der(const struct jy_cert *cert)
{
    return cert->issuer_der;
}

struct jy_slice
jy_cert_subject_der(const struct jy_cert *cert)
{
    return cert->subject_der;
}

struct jy_slice
jy_cert_serial_der(const struct jy_cert *cert)
{
    return cert->serial_der;
}

struct jy_slice
jy_cert_key_id(const struct jy_cert *cert)
{
    const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(cert->x509);

    return id == NULL ? JY_EMPTY : JY_SLICE(ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id));
}

jy_time
jy_cert_not_before(const struct jy_cert *cert)
{
    return cert->not_before;
}

jy_time
jy_cert_not_after(const struct jy_cert *cert)
{
    return cert->not_after;
}

bool
jy_cert_may_sign(const struct jy_cert *cert)
{
    return (cert->flags & EXFLAG_KUSAGE) == 0 || (cert->key_usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

bool
jy_cert_is_ca(const struct jy_cert *cert)
{
    return (cert->flags & EXFLAG_BCONS) != 0 && (cert->flags & EXFLAG_CA) != 0;
}

bool
jy_cert_is_test(const struct jy_cert *cert)
{
    return cert->is_test;
}

jy_err
jy_cert_to_pem(const struct jy_cert *cert, struct jy_buf *out)
{
    return jy_pem("CERTIFICATE", jy_buf_slice(&cert->der), out);
}

jy_err
jy_crl_to_pem(struct jy_slice der, struct jy_buf *out)
{
    return jy_pem("X509 CRL", der, out);
}

jy_err
jy_pem(const char *label, struct jy_slice der, struct jy_buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    long len;
    jy_err rc = JY_E_CRYPTO;

    if (bio != NULL && der.len <= INT32_MAX && PEM_write_bio(bio, label, "", der.p, (long)der.len) > 0 && (len = BIO_get_mem_data(bio, &text)) > 0)
        rc = jy_buf_add(out, JY_SLICE(text, (size_t)len));
    BIO_free(bio);
    return rc;
}

/* -- requests -- */

static bool
add_name(X509_NAME *name, int nid, const char *text)
{
    return text == NULL || text[0] == '\0' ||
        X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, (const unsigned char *)(uintptr_t)text, -1, -1, 0) == 1;
}

bool
jy_x509_name(X509_NAME *name, const char *common_name, const char *organization, const char *unit, const char *mark)
{
    return add_name(name, NID_countryName, "CN") && add_name(name, NID_organizationName, organization) &&
        add_name(name, NID_organizationalUnitName, unit) && add_name(name, NID_organizationalUnitName, mark) &&
        add_name(name, NID_commonName, common_name);
}

EVP_MD_CTX *
jy_sign_ctx(const struct jy_sm2 *key, EVP_PKEY_CTX **ctx)
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();

    *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, jy_sm2_pkey(key), NULL);
    if (md != NULL && *ctx != NULL && EVP_PKEY_CTX_set1_id(*ctx, JY_SM2_ID, (int)strlen(JY_SM2_ID)) == 1) {
        EVP_MD_CTX_set_pkey_ctx(md, *ctx);
        if (EVP_DigestSignInit_ex(md, NULL, "SM3", NULL, NULL, jy_sm2_pkey(key), NULL) == 1)
            return md;
    }
    EVP_MD_CTX_free(md);
    EVP_PKEY_CTX_free(*ctx);
    *ctx = NULL;
    return NULL;
}

/* CertificationRequest (RFC 2986): signed like anything else, so that the key may lie in a device. */
jy_err
jy_csr_new(const struct jy_sm2 *key, const char *common_name, const char *organization, const char *organization_code, struct jy_buf *out,
           struct jy_fault *fault)
{
    X509_REQ *req = X509_REQ_new();
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    struct jy_buf body = { 0 };
    unsigned char *tbs = NULL;
    size_t sig_len;
    int len = 0;
    jy_err rc = JY_E_CRYPTO;

    if (req != NULL && X509_REQ_set_version(req, 0) == 1 &&
        jy_x509_name(X509_REQ_get_subject_name(req), common_name, organization, NULL, NULL) &&
        add_name(X509_REQ_get_subject_name(req), NID_serialNumber, organization_code) && X509_REQ_set_pubkey(req, jy_sm2_pkey(key)) == 1 &&
        (len = i2d_re_X509_REQ_tbs(req, &tbs)) > 0)
        rc = jy_sm2_sign(key, JY_SLICE(tbs, (size_t)len), sig, &sig_len);
    if (rc == JY_OK && (rc = jy_buf_add(&body, JY_SLICE(tbs, (size_t)len))) == JY_OK && (rc = jy_der_put_algorithm(&body, OID_SM2_WITH_SM3)) == JY_OK &&
        (rc = jy_der_put_bits(&body, JY_SLICE(sig, sig_len))) == JY_OK)
        rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&body));
    jy_buf_free(&body);
    OPENSSL_free(tbs);
    X509_REQ_free(req);
    return rc == JY_OK ? rc : jy_fail(fault, rc, "CertificationRequest", 0, "cannot be made (a name longer than 64 characters?)");
}

jy_err
jy_csr_parse(struct jy_slice der, struct jy_csr **out, struct jy_fault *fault)
{
    const unsigned char *p = der.p;
    ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
    struct jy_csr *csr = calloc(1, sizeof(*csr));
    jy_err rc = JY_E_NOMEM;

    *out = NULL;
    if (csr == NULL || id == NULL || ASN1_OCTET_STRING_set(id, (const unsigned char *)JY_SM2_ID, (int)strlen(JY_SM2_ID)) != 1)
        goto out;
    if (der.len == 0 || der.len > JY_CERT_MAX || (csr->req = d2i_X509_REQ(NULL, &p, (long)der.len)) == NULL || p != der.p + der.len) {
        rc = jy_fail(fault, JY_E_FORMAT, "CertificationRequest", 0, "not a DER request");
        goto out;
    }
    X509_REQ_set0_distinguishing_id(csr->req, id);
    id = NULL;
    if (X509_REQ_verify(csr->req, X509_REQ_get0_pubkey(csr->req)) != 1) {
        rc = jy_fail(fault, JY_E_SIGNATURE, "CertificationRequest", 0, "its signature does not fit its key");
        goto out;
    }
    if ((rc = jy_sm2_take_pkey(X509_REQ_get_pubkey(csr->req), false, &csr->key)) != JY_OK) {
        jy_fail(fault, rc, "CertificationRequest", 0, "not an SM2 key");
        goto out;
    }
    rc = JY_E_NOMEM;
    if ((csr->common_name = entry_text(X509_REQ_get_subject_name(csr->req), NID_commonName)) == NULL)
        goto out;
    *out = csr;
    csr = NULL;
    rc = JY_OK;
out:
    ASN1_OCTET_STRING_free(id);
    jy_csr_free(csr);
    return rc;
}

const char *
jy_csr_common_name(const struct jy_csr *csr)
{
    return csr->common_name;
}

const struct jy_sm2 *
jy_csr_key(const struct jy_csr *csr)
{
    return csr->key;
}

void
jy_csr_free(struct jy_csr *csr)
{
    if (csr == NULL)
        return;
    X509_REQ_free(csr->req);
    jy_sm2_free(csr->key);
    free(csr->common_name);
    free(csr);
}
