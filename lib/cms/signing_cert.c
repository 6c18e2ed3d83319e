/* SPDX-License-Identifier: Apache-2.0 */
/* signingCertificate and signingCertificateV2 (RFC 5035): which certificate the signer meant, by its digest. */
#include "cms/cms.h"

#include "codec/oid.h"
#include "crypto/digest.h"

#define DIRECTORY_NAME 0xA4

/* IssuerSerial { GeneralNames, serial } of ESSCertID(v2), when it is there. */
static jy_err
check_issuer_serial(struct jy_der *body, const struct jy_cert *cert)
{
    struct jy_der issuer_serial, names, name;
    struct jy_der_item issuer, serial;
    jy_err rc;

    if (jy_der_at_end(body))
        return JY_OK;
    if ((rc = jy_der_enter(body, DER_SEQUENCE, &issuer_serial)) != JY_OK || (rc = jy_der_enter(&issuer_serial, DER_SEQUENCE, &names)) != JY_OK ||
        (rc = jy_der_get(&issuer_serial, DER_INTEGER, &serial)) != JY_OK)
        return rc;
    if (!jy_slice_equal(serial.tlv, jy_cert_serial_der(cert)))
        return JY_E_CERTIFICATE;
    if (jy_der_peek(&names) != DIRECTORY_NAME)
        return JY_OK;                                    /* some other kind of name; the digest decides */
    if ((rc = jy_der_enter(&names, DIRECTORY_NAME, &name)) != JY_OK || (rc = jy_der_get(&name, DER_SEQUENCE, &issuer)) != JY_OK)
        return rc;
    return jy_slice_equal(issuer.tlv, jy_cert_issuer_der(cert)) ? JY_OK : JY_E_CERTIFICATE;
}

/* The first ESSCertID is the signer's (RFC 5035 3): digest algorithm as given, or the default of its version. */
static jy_err
check_value(struct jy_slice value, bool v2, const struct jy_cert *cert)
{
    struct jy_der all, body, ids, id, algorithm;
    struct jy_slice oid = v2 ? OID_SHA256 : OID_SHA1, told;
    uint8_t digest[JY_DIGEST_MAX];
    size_t len;
    jy_err rc;

    jy_der_open(&all, value);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_enter(&body, DER_SEQUENCE, &ids)) != JY_OK ||
        (rc = jy_der_enter(&ids, DER_SEQUENCE, &id)) != JY_OK)
        return rc;
    if (v2 && jy_der_peek(&id) == DER_SEQUENCE &&
        ((rc = jy_der_enter(&id, DER_SEQUENCE, &algorithm)) != JY_OK || (rc = jy_der_oid(&algorithm, &oid)) != JY_OK))
        return rc;
    if ((rc = jy_der_octets(&id, &told)) != JY_OK || (rc = jy_digest(oid, jy_cert_der(cert), digest, &len)) != JY_OK)
        return rc;
    return jy_slice_equal(told, JY_SLICE(digest, len)) ? check_issuer_serial(&id, cert) : JY_E_CERTIFICATE;
}

jy_err
jy_cms_check_signing_cert(const struct jy_cms *cms, const struct jy_cert *cert, struct jy_fault *fault)
{
    jy_err rc = JY_OK;

    if (cms->signing_cert.len > 0)
        rc = check_value(cms->signing_cert, false, cert);
    if (rc == JY_OK && cms->signing_cert_v2.len > 0)
        rc = check_value(cms->signing_cert_v2, true, cert);
    if (rc == JY_OK || rc == JY_E_NOMEM || rc == JY_E_CRYPTO)
        return rc;
    return jy_fail(fault, rc == JY_E_CERTIFICATE || rc == JY_E_UNSUPPORTED ? rc : JY_E_FORMAT, "signingCertificate", 0, "%s",
                   rc == JY_E_CERTIFICATE ? "names another certificate than the signer's"
                       : rc == JY_E_UNSUPPORTED ? "an unknown digest algorithm" : "malformed");
}

jy_err
jy_cms_put_signing_cert_v2(struct jy_buf *out, const struct jy_cert *cert)
{
    struct jy_buf id = { 0 }, part = { 0 }, inner = { 0 };
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    if ((rc = jy_sm3(jy_cert_der(cert), digest)) != JY_OK || (rc = jy_der_put_oid(&part, OID_SM3)) != JY_OK ||
        (rc = jy_der_wrap(&id, DER_SEQUENCE, &part)) != JY_OK ||                                       /* hashAlgorithm */
        (rc = jy_der_put(&id, DER_OCTET_STRING, JY_SLICE(digest, JY_SM3_SIZE))) != JY_OK ||
        (rc = jy_der_put(&inner, DIRECTORY_NAME, jy_cert_issuer_der(cert))) != JY_OK ||
        (rc = jy_der_wrap(&part, DER_SEQUENCE, &inner)) != JY_OK || (rc = jy_buf_add(&part, jy_cert_serial_der(cert))) != JY_OK ||
        (rc = jy_der_wrap(&id, DER_SEQUENCE, &part)) != JY_OK ||                                       /* issuerSerial */
        (rc = jy_der_wrap(&part, DER_SEQUENCE, &id)) != JY_OK || (rc = jy_der_wrap(&inner, DER_SEQUENCE, &part)) != JY_OK)
        goto out;
    rc = jy_der_wrap(out, DER_SEQUENCE, &inner);
out:
    jy_buf_free(&id);
    jy_buf_free(&part);
    jy_buf_free(&inner);
    return rc;
}
