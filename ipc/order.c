/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/order.h"

#include "codec/text.h"

#include "codec/der.h"

#include <stdlib.h>
#include <string.h>

#define SECRET_LIFE 600               /* seconds around the key process's clock */

static jy_err
put_digest(struct jy_buf *out, const uint8_t digest[JY_SM3_SIZE])
{
    return jy_der_put(out, DER_OCTET_STRING, JY_SLICE(digest, JY_SM3_SIZE));
}

static jy_err
get_digest(struct jy_der *der, uint8_t out[JY_SM3_SIZE])
{
    struct jy_slice value;
    jy_err rc = jy_der_octets(der, &value);

    if (rc == JY_OK && value.len != JY_SM3_SIZE)
        rc = JY_E_FORMAT;
    if (rc == JY_OK)
        memcpy(out, value.p, JY_SM3_SIZE);
    return rc;
}

static jy_err
get_time(struct jy_der *der, jy_time *out)
{
    bool exact;
    jy_err rc = jy_der_peek(der) == DER_GENERALIZED_TIME ? jy_der_time(der, out, &exact) : JY_E_FORMAT;

    return rc == JY_OK && !exact ? JY_E_FORMAT : rc;
}

static jy_err
get_version(struct jy_der *der)
{
    uint32_t version;
    jy_err rc = jy_der_u32(der, &version);

    return rc == JY_OK && version != 1 ? JY_E_UNSUPPORTED : rc;
}

static jy_err
put_sequence(struct jy_buf *out, struct jy_buf *body, jy_err rc)
{
    if (rc == JY_OK)
        rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(body));
    jy_buf_wipe(body);
    return rc;
}

jy_err
jy_stamp_order_encode(const struct jy_stamp_order *o, struct jy_buf *out)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_i64(&body, 1)) == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, o->order_id)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_IA5, o->seal_key_id)) == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, o->es_id)) == JY_OK &&
        (rc = put_digest(&body, o->document_digest)) == JY_OK && (rc = put_digest(&body, o->data_hash)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_UTF8, o->property_info)) == JY_OK && (rc = jy_der_put_i64(&body, o->page)) == JY_OK &&
        (rc = jy_der_put_i64(&body, o->x_um)) == JY_OK && (rc = jy_der_put_i64(&body, o->y_um)) == JY_OK &&
        (rc = jy_der_put_i64(&body, o->width_um)) == JY_OK && (rc = jy_der_put_i64(&body, o->height_um)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_IA5, o->category)) == JY_OK && (rc = jy_der_put_text(&body, DER_UTF8, o->purpose)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_IA5, o->requester)) == JY_OK && (rc = jy_der_put_generalized_time(&body, o->created)) == JY_OK)
        rc = jy_der_put_generalized_time(&body, o->expires);
    return put_sequence(out, &body, rc);
}

jy_err
jy_stamp_order_parse(struct jy_slice der, struct jy_stamp_order *o, struct jy_fault *fault)
{
    struct jy_der all, body = { 0 };
    jy_err rc;

    memset(o, 0, sizeof(*o));
    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = get_version(&body)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, o->order_id, sizeof(o->order_id))) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, o->seal_key_id, sizeof(o->seal_key_id))) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, o->es_id, sizeof(o->es_id))) != JY_OK || (rc = get_digest(&body, o->document_digest)) != JY_OK ||
        (rc = get_digest(&body, o->data_hash)) != JY_OK ||
        (rc = jy_der_text(&body, DER_UTF8, o->property_info, sizeof(o->property_info))) != JY_OK || (rc = jy_der_u32(&body, &o->page)) != JY_OK ||
        (rc = jy_der_i64(&body, &o->x_um)) != JY_OK || (rc = jy_der_i64(&body, &o->y_um)) != JY_OK ||
        (rc = jy_der_i64(&body, &o->width_um)) != JY_OK || (rc = jy_der_i64(&body, &o->height_um)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, o->category, sizeof(o->category))) != JY_OK ||
        (rc = jy_der_text(&body, DER_UTF8, o->purpose, sizeof(o->purpose))) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, o->requester, sizeof(o->requester))) != JY_OK || (rc = get_time(&body, &o->created)) != JY_OK ||
        (rc = get_time(&body, &o->expires)) != JY_OK || (rc = jy_der_close(&body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK)
        return jy_fail(fault, rc, "StampOrder", body.base == NULL ? 0 : jy_der_offset(&body), "bad field");
    return JY_OK;
}

/* The SEQUENCE of the first four: what the approver signs. */
static jy_err
approval_tbs(const uint8_t order_digest[JY_SM3_SIZE], const char *approver_key_id, jy_time time, struct jy_buf *body, struct jy_buf *tbs)
{
    jy_err rc;

    if ((rc = jy_der_put_i64(body, 1)) == JY_OK && (rc = put_digest(body, order_digest)) == JY_OK &&
        (rc = jy_der_put_text(body, DER_IA5, approver_key_id)) == JY_OK && (rc = jy_der_put_generalized_time(body, time)) == JY_OK)
        rc = jy_der_put(tbs, DER_SEQUENCE, jy_buf_slice(body));
    return rc;
}

jy_err
jy_stamp_order_object(struct jy_slice order_der, char out[JY_ORDER_OBJECT_SIZE])
{
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = jy_sm3(order_der, digest);

    if (rc == JY_OK)
        jy_hex(JY_SLICE(digest, sizeof(digest)), out);
    return rc;
}

jy_err
jy_approval_make(struct jy_slice order_der, const char *approver_key_id, jy_time time, const struct jy_sm2 *key, struct jy_buf *out)
{
    struct jy_buf body = { 0 }, tbs = { 0 };
    uint8_t digest[JY_SM3_SIZE], signature[JY_SM2_SIGNATURE_MAX];
    size_t len;
    jy_err rc;

    if ((rc = jy_sm3(order_der, digest)) == JY_OK && (rc = approval_tbs(digest, approver_key_id, time, &body, &tbs)) == JY_OK &&
        (rc = jy_sm2_sign(key, jy_buf_slice(&tbs), signature, &len)) == JY_OK)
        rc = jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(signature, len));
    jy_buf_free(&tbs);
    return put_sequence(out, &body, rc);
}

jy_err
jy_approval_parse(struct jy_slice der, struct jy_approval *out, struct jy_fault *fault)
{
    struct jy_der all, body = { 0 };
    struct jy_slice signature;
    jy_err rc;

    memset(out, 0, sizeof(*out));
    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = get_version(&body)) != JY_OK ||
        (rc = get_digest(&body, out->order_digest)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, out->approver_key_id, sizeof(out->approver_key_id))) != JY_OK ||
        (rc = get_time(&body, &out->time)) != JY_OK || (rc = jy_der_octets(&body, &signature)) != JY_OK ||
        (rc = jy_der_close(&body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK)
        return jy_fail(fault, rc, "Approval", body.base == NULL ? 0 : jy_der_offset(&body), "bad field");
    if (signature.len > sizeof(out->signature))
        return jy_fail(fault, JY_E_FORMAT, "Approval.signature", 0, "%zu bytes", signature.len);
    memcpy(out->signature, signature.p, signature.len);
    out->signature_len = signature.len;
    return JY_OK;
}

jy_err
jy_approval_check(struct jy_slice approval_der, struct jy_slice order_der, const struct jy_sm2 *approver, struct jy_fault *fault)
{
    struct jy_buf body = { 0 }, tbs = { 0 };
    struct jy_approval approval;
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    if ((rc = jy_approval_parse(approval_der, &approval, fault)) != JY_OK || (rc = jy_sm3(order_der, digest)) != JY_OK)
        return rc;
    if (memcmp(digest, approval.order_digest, sizeof(digest)) != 0)
        return jy_fail(fault, JY_E_NO_APPROVAL, "Approval.orderDigest", 0, "another order was approved (R16.1)");
    if ((rc = approval_tbs(digest, approval.approver_key_id, approval.time, &body, &tbs)) == JY_OK &&
        jy_sm2_verify(approver, jy_buf_slice(&tbs), JY_SLICE(approval.signature, approval.signature_len), NULL) != JY_OK)
        rc = jy_fail(fault, JY_E_NO_APPROVAL, "Approval.signature", 0, "is not the approver's (R16.1)");
    jy_buf_free(&body);
    jy_buf_free(&tbs);
    return rc;
}

jy_err
jy_secret_seal(const struct jy_sm2 *recipient, const struct jy_secret *secret, struct jy_buf *out)
{
    struct jy_buf body = { 0 }, plain = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_i64(&body, 1)) == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, secret->purpose)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_IA5, secret->object)) == JY_OK && (rc = jy_der_put_generalized_time(&body, secret->time)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_UTF8, secret->pin)) == JY_OK && secret->new_pin[0] != '\0')
        rc = jy_der_put_text(&body, DER_UTF8, secret->new_pin);
    rc = put_sequence(&plain, &body, rc);
    if (rc == JY_OK)
        rc = jy_sm2_encrypt(recipient, jy_buf_slice(&plain), out);
    jy_buf_wipe(&plain);
    return rc;
}

static jy_err
parse_secret(struct jy_slice plain, struct jy_secret *out)
{
    struct jy_der all, body;
    jy_err rc;

    jy_der_open(&all, plain);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = get_version(&body)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, out->purpose, sizeof(out->purpose))) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, out->object, sizeof(out->object))) != JY_OK || (rc = get_time(&body, &out->time)) != JY_OK ||
        (rc = jy_der_text(&body, DER_UTF8, out->pin, sizeof(out->pin))) != JY_OK)
        return rc;
    if (!jy_der_at_end(&body) && (rc = jy_der_text(&body, DER_UTF8, out->new_pin, sizeof(out->new_pin))) != JY_OK)
        return rc;
    if ((rc = jy_der_close(&body)) != JY_OK)
        return rc;
    return jy_der_close(&all);
}

jy_err
jy_secret_open(const struct jy_sm2 *key, struct jy_slice sealed, const char *purpose, const char *object, jy_time now, struct jy_secret *out,
               struct jy_fault *fault)
{
    struct jy_buf plain = { 0 };
    jy_err rc;

    memset(out, 0, sizeof(*out));
    if (jy_sm2_decrypt(key, sealed, &plain) != JY_OK || parse_secret(jy_buf_slice(&plain), out) != JY_OK)
        rc = jy_fail(fault, JY_E_SECRET_UNREADABLE, "sealed", 0, "not sealed to this key process");
    else if (strcmp(out->purpose, purpose) != 0 || strcmp(out->object, object) != 0)
        rc = jy_fail(fault, JY_E_SECRET_UNREADABLE, "sealed", 0, "sealed for another purpose or object");
    else if (out->time > now + SECRET_LIFE || out->time < now - SECRET_LIFE)
        rc = jy_fail(fault, JY_E_SECRET_STALE, "sealed", 0, "check the clock of the machine that sealed it");
    else
        rc = JY_OK;
    if (rc != JY_OK)
        jy_wipe(out, sizeof(*out));
    jy_buf_wipe(&plain);
    return rc;
}
