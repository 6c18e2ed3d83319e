/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/order.h"
#include "ipc/parts.h"

#include <stdio.h>
#include <string.h>

jy_err
jy_approval_object(struct jy_slice der, uint32_t step, char out[JY_APPROVAL_OBJECT_SIZE])
{
    jy_err rc = jy_stamp_order_object(der, out);

    if (rc == JY_OK)
        snprintf(out + JY_ORDER_OBJECT_SIZE - 1, JY_APPROVAL_OBJECT_SIZE - (JY_ORDER_OBJECT_SIZE - 1), "/%u", (unsigned)step);
    return rc;
}

/* body gets all but the signature; tbs the SEQUENCE of them: what the approver signs. */
static jy_err
encode_tbs(const struct jy_approval *a, struct jy_buf *body, struct jy_buf *tbs)
{
    jy_err rc;

    if ((rc = jy_der_put_i64(body, 2)) == JY_OK && (rc = jy_part_put_digest(body, a->subject_digest)) == JY_OK &&
        (rc = jy_part_put_digest(body, a->flow_digest)) == JY_OK && (rc = jy_der_put_i64(body, a->step)) == JY_OK &&
        (rc = jy_der_put_text(body, DER_IA5, a->approver_key_id)) == JY_OK && (rc = jy_der_put_text(body, DER_IA5, a->in_place_of)) == JY_OK &&
        (rc = jy_der_put_generalized_time(body, a->time)) == JY_OK)
        rc = jy_der_put(tbs, DER_SEQUENCE, jy_buf_slice(body));
    return rc;
}

jy_err
jy_approval_write(const struct jy_approval *a, struct jy_buf *out)
{
    struct jy_buf body = { 0 }, tbs = { 0 };
    jy_err rc;

    if ((rc = encode_tbs(a, &body, &tbs)) == JY_OK)
        rc = jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(a->signature, a->signature_len));
    jy_buf_free(&tbs);
    return jy_part_end(out, &body, rc);
}

jy_err
jy_approval_make(struct jy_approval *a, const struct jy_sm2 *key, struct jy_buf *out)
{
    struct jy_buf body = { 0 }, tbs = { 0 };
    jy_err rc;

    if ((rc = encode_tbs(a, &body, &tbs)) == JY_OK)
        rc = jy_sm2_sign(key, jy_buf_slice(&tbs), a->signature, &a->signature_len);
    jy_buf_free(&body);
    jy_buf_free(&tbs);
    return rc == JY_OK ? jy_approval_write(a, out) : rc;
}

jy_err
jy_approval_parse(struct jy_slice der, struct jy_approval *out, struct jy_fault *fault)
{
    struct jy_der all, body = { 0 };
    struct jy_slice signature;
    jy_err rc;

    memset(out, 0, sizeof(*out));
    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_part_version(&body, 2)) != JY_OK ||
        (rc = jy_part_digest(&body, out->subject_digest)) != JY_OK || (rc = jy_part_digest(&body, out->flow_digest)) != JY_OK ||
        (rc = jy_der_u32(&body, &out->step)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, out->approver_key_id, sizeof(out->approver_key_id))) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, out->in_place_of, sizeof(out->in_place_of))) != JY_OK ||
        (rc = jy_part_time(&body, &out->time)) != JY_OK || (rc = jy_der_octets(&body, &signature)) != JY_OK ||
        (rc = jy_der_close(&body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK)
        return jy_fail(fault, rc, "Approval", body.base == NULL ? 0 : jy_der_offset(&body), "bad field");
    if (signature.len > sizeof(out->signature))
        return jy_fail(fault, JY_E_FORMAT, "Approval.signature", 0, "%zu bytes", signature.len);
    memcpy(out->signature, signature.p, signature.len);
    out->signature_len = signature.len;
    return JY_OK;
}

jy_err
jy_approval_check(const struct jy_approval *a, const uint8_t subject_digest[JY_SM3_SIZE], const struct jy_sm2 *approver, struct jy_fault *fault)
{
    struct jy_buf body = { 0 }, tbs = { 0 };
    jy_err rc;

    if (memcmp(subject_digest, a->subject_digest, JY_SM3_SIZE) != 0)
        return jy_fail(fault, JY_E_NO_APPROVAL, "Approval.subjectDigest", 0, "something else was approved (R16.1)");
    if ((rc = encode_tbs(a, &body, &tbs)) == JY_OK &&
        jy_sm2_verify(approver, jy_buf_slice(&tbs), JY_SLICE(a->signature, a->signature_len), NULL) != JY_OK)
        rc = jy_fail(fault, JY_E_NO_APPROVAL, "Approval.signature", 0, "is not the approver's (R16.1)");
    jy_buf_free(&body);
    jy_buf_free(&tbs);
    return rc;
}
