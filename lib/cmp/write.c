/* SPDX-License-Identifier: Apache-2.0 */
/* PKIMessage written and protected, RFC 4210 5.1. */
#include "cmp/cmp.h"

#include "codec/oid.h"

#define DIRECTORY_NAME 0xA4
#define SALT_SIZE 16

jy_err
jy_cmp_access_check(const struct jy_cmp_access *access, struct jy_fault *fault)
{
    if (access->reference.len == 0 || access->reference.len > JY_CMP_ID_MAX)
        return jy_fail(fault, JY_E_ARGUMENT, "reference", 0, "1 to %d bytes", JY_CMP_ID_MAX);
    if (access->secret.len == 0)
        return jy_fail(fault, JY_E_ARGUMENT, "secret", 0, "is empty");
    return access->ca.len > 0 ? JY_OK : jy_fail(fault, JY_E_ARGUMENT, "ca", 0, "is empty");
}

jy_err
jy_cmp_put_octets(struct jy_buf *out, uint8_t tag, struct jy_slice octets)
{
    struct jy_buf inner = { 0 };
    jy_err rc = JY_OK;

    if (octets.len > 0 && (rc = jy_der_put(&inner, DER_OCTET_STRING, octets)) == JY_OK)
        rc = jy_der_wrap(out, tag, &inner);
    jy_buf_free(&inner);
    return rc;
}

static jy_err
put_name(struct jy_buf *out, struct jy_slice name)
{
    static const uint8_t null_dn[] = { DER_SEQUENCE, 0 };

    return jy_der_put(out, DIRECTORY_NAME, name.len > 0 ? name : JY_SLICE(null_dn, sizeof(null_dn)));
}

static jy_err
put_time(struct jy_buf *out, jy_time now)
{
    struct jy_buf inner = { 0 };
    jy_err rc = jy_der_put_generalized_time(&inner, now);

    if (rc == JY_OK)
        rc = jy_der_wrap(out, 0xA0, &inner);
    jy_buf_free(&inner);
    return rc;
}

/* SEQUENCE { infoType, infoValue }; value is emptied. */
static jy_err
put_info(struct jy_buf *out, struct jy_slice oid, uint8_t tag, struct jy_buf *value)
{
    struct jy_buf info = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_oid(&info, oid)) == JY_OK && (rc = jy_der_wrap(&info, tag, value)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &info);
    jy_buf_free(&info);
    return rc;
}

static jy_err
put_general_info(struct jy_buf *out, const struct jy_cmp_header *header)
{
    struct jy_buf list = { 0 }, value = { 0 };
    jy_err rc = JY_OK;

    if (header->implicit_confirm)
        rc = put_info(&list, OID_IMPLICIT_CONFIRM, DER_NULL, &value);
    if (rc == JY_OK && header->profile != NULL && (rc = jy_der_put_text(&value, DER_UTF8, header->profile)) == JY_OK)
        rc = put_info(&list, OID_CERT_PROFILE, DER_SEQUENCE, &value);
    if (rc == JY_OK && list.len > 0 && (rc = jy_der_wrap(&value, DER_SEQUENCE, &list)) == JY_OK)
        rc = jy_der_wrap(out, 0xA8, &value);
    jy_buf_free(&list);
    jy_buf_free(&value);
    return rc;
}

static jy_err
put_algorithm(struct jy_buf *out, const struct jy_cmp_pbm *pbm)
{
    struct jy_buf inner = { 0 };
    jy_err rc = JY_OK;

    if (pbm != NULL && (rc = jy_cmp_pbm_put(&inner, pbm)) == JY_OK)
        rc = jy_der_wrap(out, 0xA1, &inner);
    jy_buf_free(&inner);
    return rc;
}

static jy_err
put_header(struct jy_buf *out, const struct jy_cmp_header *header, const struct jy_cmp_pbm *pbm)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_i64(&body, 2)) == JY_OK && (rc = put_name(&body, header->sender)) == JY_OK && (rc = put_name(&body, header->recipient)) == JY_OK &&
        (rc = put_time(&body, header->now)) == JY_OK && (rc = put_algorithm(&body, pbm)) == JY_OK &&
        (rc = jy_cmp_put_octets(&body, 0xA2, header->key_id)) == JY_OK && (rc = jy_cmp_put_octets(&body, 0xA4, header->transaction)) == JY_OK &&
        (rc = jy_cmp_put_octets(&body, 0xA5, header->nonce)) == JY_OK && (rc = jy_cmp_put_octets(&body, 0xA6, header->recip_nonce)) == JY_OK &&
        (rc = put_general_info(&body, header)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    return rc;
}

static jy_err
put_protection(struct jy_buf *message, const struct jy_cmp_access *access, const struct jy_cmp_pbm *pbm)
{
    struct jy_buf inner = { 0 };
    uint8_t mac[64];
    size_t len = 0;
    jy_err rc;

    if ((rc = jy_cmp_mac(pbm, access->secret, jy_buf_slice(message), mac, &len)) == JY_OK && (rc = jy_der_put_bits(&inner, JY_SLICE(mac, len))) == JY_OK)
        rc = jy_der_wrap(message, DER_CONTEXT_0, &inner);
    jy_buf_free(&inner);
    return rc;
}

jy_err
jy_cmp_message_write(const struct jy_cmp_access *access, const struct jy_cmp_header *header, unsigned body, struct jy_slice content,
                     const struct jy_cmp_pbm *pbm, struct jy_buf *out)
{
    uint8_t salt[SALT_SIZE];
    struct jy_cmp_pbm salted = { .rounds = CMP_ROUNDS };
    struct jy_buf message = { 0 };
    jy_err rc = JY_OK;

    if (pbm != NULL && (rc = jy_random(salt, sizeof(salt))) == JY_OK) {
        salted.salt = JY_SLICE(salt, sizeof(salt));
        salted.owf = pbm->owf;
        salted.mac = pbm->mac;
    }
    if (rc == JY_OK && (rc = put_header(&message, header, pbm == NULL ? NULL : &salted)) == JY_OK &&
        (rc = jy_der_put(&message, (uint8_t)(0xA0 | body), content)) == JY_OK && (pbm == NULL || (rc = put_protection(&message, access, &salted)) == JY_OK))
        rc = jy_der_wrap(out, DER_SEQUENCE, &message);
    jy_buf_free(&message);
    return rc;
}
