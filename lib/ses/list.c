/* SPDX-License-Identifier: Apache-2.0 */
/* SES_CertList: certificates, or digests of certificates. */
#include "ses/list.h"

#include "codec/der.h"


#define SM3_OID_TEXT "1.2.156.10197.1.401"

/* CertDigestObj.type is "custom": what is met names the digest algorithm, in letters or by its OID. */
static bool
is_sm3_name(struct jy_slice name)
{
    static const char *const met[] = { "SM3", "sm3", "Sm3", SM3_OID_TEXT, (SM3_OID_TEXT ".1"), ("urn:oid:" SM3_OID_TEXT) };

    for (size_t i = 0; i < sizeof(met) / sizeof(met[0]); i++)
        if (jy_slice_is(name, met[i]))
            return true;
    return false;
}

/* CertDigestObj ::= SEQUENCE { type PrintableString, value OCTET STRING } */
static bool
read_digest(struct jy_slice entry, struct jy_slice *type, struct jy_slice *value)
{
    struct jy_der all, body;
    struct jy_der_item name;

    jy_der_open(&all, entry);
    if (jy_der_enter(&all, DER_SEQUENCE, &body) != JY_OK || jy_der_next(&body, &name) != JY_OK || jy_der_octets(&body, value) != JY_OK ||
        jy_der_close(&body) != JY_OK)
        return false;
    *type = name.value;
    return name.tag == DER_PRINTABLE || name.tag == DER_UTF8 || name.tag == DER_IA5;
}

jy_err
jy_list_check(struct jy_slice entries, uint32_t type, jy_deviations *deviations)
{
    size_t count = 0;
    struct jy_der list;
    struct jy_der_item item;
    jy_err rc;

    jy_der_open(&list, entries);
    for (; !jy_der_at_end(&list); count++) {
        struct jy_slice name, value;
        if (count >= JY_SEAL_LIST_MAX)
            return JY_E_LIMIT;
        if ((rc = jy_der_next(&list, &item)) != JY_OK)
            return rc;
        if (type == JY_LIST_DIGESTS) {
            if (!read_digest(item.tlv, &name, &value))
                return JY_E_FORMAT;
        } else if (item.tag == DER_SEQUENCE && !read_digest(item.tlv, &name, &value)) {
            *deviations |= JY_DEV(CERT_LIST_BARE);
        } else if (item.tag != DER_OCTET_STRING) {
            return JY_E_FORMAT;
        }
    }
    if (type != JY_LIST_CERTIFICATES && type != JY_LIST_DIGESTS)
        *deviations |= JY_DEV(CERT_LIST_TYPE);
    return count == 0 ? JY_E_FORMAT : JY_OK;
}

/* SM3 over Z of the certificate's own key and the certificate: some products do so (seal-formats §1.1). */
static jy_err
digest_with_z(const struct jy_cert *cert, uint8_t out[JY_SM3_SIZE])
{
    uint8_t z[JY_SM3_SIZE];
    struct jy_sm3_ctx *ctx = NULL;
    jy_err rc;

    if ((rc = jy_sm2_z(jy_cert_key(cert), z)) == JY_OK && (rc = jy_sm3_new(&ctx)) == JY_OK && (rc = jy_sm3_update(ctx, JY_SLICE(z, sizeof(z)))) == JY_OK &&
        (rc = jy_sm3_update(ctx, jy_cert_der(cert))) == JY_OK)
        rc = jy_sm3_finish(ctx, out);
    jy_sm3_free(ctx);
    return rc;
}

/* The entries were read by jy_list_check: each is whole, and of the kind that the type promises. */
static bool
has_certificate(struct jy_slice entries, struct jy_slice der)
{
    struct jy_der list;
    struct jy_der_item item;

    jy_der_open(&list, entries);
    while (!jy_der_at_end(&list) && jy_der_next(&list, &item) == JY_OK)
        if (jy_slice_equal(item.tag == DER_OCTET_STRING ? item.value : item.tlv, der))
            return true;
    return false;
}

static bool
has_digest(struct jy_slice entries, const uint8_t digest[JY_SM3_SIZE])
{
    struct jy_slice name, value;
    struct jy_der list;
    struct jy_der_item item;

    jy_der_open(&list, entries);
    while (!jy_der_at_end(&list) && jy_der_next(&list, &item) == JY_OK)
        if (read_digest(item.tlv, &name, &value) && is_sm3_name(name) && jy_slice_equal(value, JY_SLICE(digest, JY_SM3_SIZE)))
            return true;
    return false;
}

jy_err
jy_list_has(struct jy_slice entries, uint32_t type, const struct jy_cert *cert, jy_deviations *deviations, bool *listed)
{
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    *listed = type != JY_LIST_DIGESTS && has_certificate(entries, jy_cert_der(cert));
    if (type != JY_LIST_DIGESTS)
        return JY_OK;
    if ((rc = jy_sm3(jy_cert_der(cert), digest)) != JY_OK)
        return rc;
    if ((*listed = has_digest(entries, digest)) || jy_cert_key(cert) == NULL)
        return JY_OK;
    if ((rc = digest_with_z(cert, digest)) == JY_OK && (*listed = has_digest(entries, digest)))
        *deviations |= JY_DEV(CERT_LIST_DIGEST_WITH_Z);
    return rc;
}

jy_err
jy_list_put(struct jy_buf *out, uint32_t type, const struct jy_cert *cert)
{
    uint8_t digest[JY_SM3_SIZE];
    struct jy_buf entry = { 0 };
    jy_err rc;

    if (type == JY_LIST_CERTIFICATES)
        return jy_der_put(out, DER_OCTET_STRING, jy_cert_der(cert));
    if ((rc = jy_sm3(jy_cert_der(cert), digest)) == JY_OK && (rc = jy_der_put_text(&entry, DER_PRINTABLE, SM3_OID_TEXT)) == JY_OK &&
        (rc = jy_der_put(&entry, DER_OCTET_STRING, JY_SLICE(digest, sizeof(digest)))) == JY_OK)
        rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&entry));
    jy_buf_free(&entry);
    return rc;
}
