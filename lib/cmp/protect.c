/* SPDX-License-Identifier: Apache-2.0 */
/* PasswordBasedMac, RFC 4210 5.1.3.1: the key is the digest of secret and salt, taken again and again; the value is an HMAC with it. */
#include "cmp/cmp.h"

#include "codec/oid.h"
#include "crypto/digest.h"

#include <string.h>

/* What the identifiers of owf and mac mean. SHA-256 is read for CAs that know nothing else. */
static const struct { const char *hmac, *digest; size_t len, digest_len; } macs[] = {
    { "\x2a\x81\x1c\xcf\x55\x01\x83\x11\x02", "\x2a\x81\x1c\xcf\x55\x01\x83\x11", 9, 8 },             /* HMAC-SM3, SM3 */
    { "\x2a\x86\x48\x86\xf7\x0d\x02\x09", "\x60\x86\x48\x01\x65\x03\x04\x02\x01", 8, 9 },             /* HMAC-SHA-256, SHA-256 */
};
#define MACS (sizeof(macs) / sizeof(macs[0]))

static jy_err
read_algorithm(struct jy_der *der, struct jy_slice *oid)
{
    struct jy_der id;
    struct jy_der_item item;
    jy_err rc;

    if ((rc = jy_der_enter(der, DER_SEQUENCE, &id)) != JY_OK || (rc = jy_der_oid(&id, oid)) != JY_OK)
        return rc;
    if (jy_der_peek(&id) == DER_NULL && ((rc = jy_der_next(&id, &item)) != JY_OK || item.value.len != 0))
        return JY_E_FORMAT;
    return jy_der_close(&id);
}

static jy_err
read_parameter(struct jy_der *body, struct jy_cmp_pbm *out)
{
    struct jy_slice mac;
    jy_err rc;

    if ((rc = jy_der_octets(body, &out->salt)) != JY_OK || (rc = read_algorithm(body, &out->owf)) != JY_OK ||
        (rc = jy_der_u32(body, &out->rounds)) != JY_OK || (rc = read_algorithm(body, &mac)) != JY_OK || (rc = jy_der_close(body)) != JY_OK)
        return rc;
    if (out->salt.len > JY_CMP_SALT_MAX || out->rounds > JY_CMP_ROUNDS_MAX)
        return JY_E_LIMIT;
    for (size_t i = 0; i < MACS; i++)
        if (jy_slice_equal(mac, JY_SLICE(macs[i].hmac, macs[i].len)))
            out->mac = JY_SLICE(macs[i].digest, macs[i].digest_len);
    if (out->mac.len == 0 || !(jy_slice_equal(out->owf, OID_SM3) || jy_slice_equal(out->owf, OID_SHA256)) || out->rounds < CMP_ROUNDS_MIN)
        return JY_E_UNSUPPORTED;
    return JY_OK;
}

jy_err
jy_cmp_pbm_read(struct jy_der *der, struct jy_cmp_pbm *out)
{
    struct jy_der id, body;
    struct jy_slice oid;
    jy_err rc;

    *out = (struct jy_cmp_pbm){ .rounds = 0 };
    if ((rc = jy_der_enter(der, DER_SEQUENCE, &id)) != JY_OK || (rc = jy_der_oid(&id, &oid)) != JY_OK)
        return rc;
    if (!jy_slice_equal(oid, OID_PASSWORD_BASED_MAC))
        return JY_E_UNSUPPORTED;
    if ((rc = jy_der_enter(&id, DER_SEQUENCE, &body)) != JY_OK || (rc = read_parameter(&body, out)) != JY_OK)
        return rc;
    return jy_der_close(&id);
}

jy_err
jy_cmp_pbm_put(struct jy_buf *out, const struct jy_cmp_pbm *pbm)
{
    struct jy_buf body = { 0 }, id = { 0 };
    struct jy_slice mac = JY_EMPTY;
    jy_err rc;

    for (size_t i = 0; i < MACS; i++)
        if (jy_slice_equal(pbm->mac, JY_SLICE(macs[i].digest, macs[i].digest_len)))
            mac = JY_SLICE(macs[i].hmac, macs[i].len);
    if ((rc = jy_der_put(&body, DER_OCTET_STRING, pbm->salt)) == JY_OK && (rc = jy_der_put_algorithm(&body, pbm->owf)) == JY_OK &&
        (rc = jy_der_put_i64(&body, pbm->rounds)) == JY_OK && (rc = jy_der_put_algorithm(&body, mac)) == JY_OK &&
        (rc = jy_der_put_oid(&id, OID_PASSWORD_BASED_MAC)) == JY_OK && (rc = jy_der_wrap(&id, DER_SEQUENCE, &body)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &id);
    jy_buf_free(&body);
    jy_buf_free(&id);
    return rc;
}

jy_err
jy_cmp_mac(const struct jy_cmp_pbm *pbm, struct jy_slice secret, struct jy_slice covered, uint8_t *mac, size_t *len)
{
    const struct jy_slice parts[] = { secret, pbm->salt };
    uint8_t key[JY_DIGEST_MAX];
    struct jy_buf whole = { 0 };
    size_t key_len = 0;
    jy_err rc;

    if ((rc = jy_digest_rounds(pbm->owf, parts, 2, pbm->rounds, key, &key_len)) == JY_OK && (rc = jy_der_put(&whole, DER_SEQUENCE, covered)) == JY_OK)
        rc = jy_hmac(pbm->mac, JY_SLICE(key, key_len), jy_buf_slice(&whole), mac, len);
    jy_wipe(key, sizeof(key));
    jy_buf_free(&whole);
    return rc;
}

jy_err
jy_cmp_protection_check(const struct jy_cmp_message *message, struct jy_slice secret, struct jy_fault *fault)
{
    uint8_t mac[JY_DIGEST_MAX];
    size_t len = 0;
    jy_err rc;

    if (!message->is_protected)
        return jy_fail(fault, JY_E_SIGNATURE, "PKIMessage.protection", 0, "is missing");
    if ((rc = jy_cmp_mac(&message->pbm, secret, message->covered, mac, &len)) != JY_OK)
        return jy_fail(fault, rc, "PKIMessage.protection", 0, "cannot be computed");
    if (!jy_equal_secret(JY_SLICE(mac, len), message->mac))
        rc = jy_fail(fault, JY_E_SIGNATURE, "PKIMessage.protection", 0, "does not fit: another secret, or a changed message");
    jy_wipe(mac, sizeof(mac));
    return rc;
}
