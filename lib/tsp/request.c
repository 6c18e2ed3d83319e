/* SPDX-License-Identifier: Apache-2.0 */
/* TimeStampReq (RFC 3161 2.4.1): asked and understood. */
#include "tsp/tsp.h"

#include "codec/oid.h"

#include <string.h>

#define NONCE_SIZE 16

jy_err
jy_timestamp_ask(const uint8_t *digest, struct jy_timestamp_request *out)
{
    jy_err rc;

    *out = (struct jy_timestamp_request){ .nonce_len = NONCE_SIZE, .cert_req = true };
    memcpy(out->digest, digest, JY_SM3_SIZE);
    if ((rc = jy_random(out->nonce, NONCE_SIZE)) == JY_OK)
        out->nonce[0] = (uint8_t)((out->nonce[0] & 0x7F) | 0x40);                     /* positive, and never shorter */
    return rc;
}

static jy_err
put_optional(struct jy_buf *out, const struct jy_timestamp_request *request, struct jy_fault *fault)
{
    struct jy_buf value = { 0 };
    jy_err rc = JY_OK;

    if (request->policy[0] != '\0') {
        if ((rc = jy_oid_of_text(request->policy, &value)) != JY_OK)
            jy_fail(fault, rc, "policy", 0, "not a dotted object identifier");
        else
            rc = jy_der_wrap(out, DER_OID, &value);
    }
    if (rc == JY_OK && request->nonce_len > 0) {
        if ((request->nonce[0] & 0x80) != 0)
            rc = jy_buf_byte(&value, 0);
        if (rc == JY_OK && (rc = jy_buf_add(&value, JY_SLICE(request->nonce, request->nonce_len))) == JY_OK)
            rc = jy_der_wrap(out, DER_INTEGER, &value);
    }
    if (rc == JY_OK && request->cert_req)
        rc = jy_der_put(out, DER_BOOLEAN, JY_SLICE("\xFF", 1));
    jy_buf_free(&value);
    return rc;
}

jy_err
jy_timestamp_request_write(const struct jy_timestamp_request *request, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if (request->nonce_len > JY_TIMESTAMP_NONCE_MAX || (request->nonce_len > 0 && request->nonce[0] == 0))
        return jy_fail(fault, JY_E_ARGUMENT, "nonce", 0, "longer than %d bytes, or with a leading zero", JY_TIMESTAMP_NONCE_MAX);
    if ((rc = jy_der_put_i64(&body, 1)) == JY_OK && (rc = jy_tsp_imprint_put(&body, request->digest)) == JY_OK &&
        (rc = put_optional(&body, request, fault)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    return rc;
}

static jy_err
read_nonce(struct jy_slice integer, struct jy_timestamp_request *out)
{
    while (integer.len > 1 && integer.p[0] == 0)
        integer.p++, integer.len--;
    if (integer.len == 0 || integer.len > JY_TIMESTAMP_NONCE_MAX)
        return JY_E_LIMIT;
    memcpy(out->nonce, integer.p, integer.len);
    out->nonce_len = integer.len;
    return JY_OK;
}

static jy_err
read_request(struct jy_slice der, struct jy_timestamp_request *out)
{
    struct jy_der all, body, list;
    struct jy_der_item item;
    struct jy_slice algorithm, digest;
    uint32_t version;
    jy_err rc;

    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK ||
        (rc = jy_der_u32(&body, &version)) != JY_OK || (rc = jy_tsp_imprint_read(&body, &algorithm, &digest)) != JY_OK)
        return rc;
    if (version != 1 && version != 2)
        return JY_E_FORMAT;
    if (!jy_slice_equal(algorithm, OID_SM3))
        return JY_E_UNSUPPORTED;
    if (digest.len != JY_SM3_SIZE)
        return JY_E_FORMAT;
    memcpy(out->digest, digest.p, JY_SM3_SIZE);
    if (jy_der_peek(&body) == DER_OID &&
        ((rc = jy_der_get(&body, DER_OID, &item)) != JY_OK || (rc = jy_oid_text(item.value, out->policy, sizeof(out->policy))) != JY_OK))
        return rc;
    if (jy_der_peek(&body) == DER_INTEGER && ((rc = jy_der_next(&body, &item)) != JY_OK || (rc = read_nonce(item.value, out)) != JY_OK))
        return rc;
    if (jy_der_peek(&body) == DER_BOOLEAN) {
        if ((rc = jy_der_next(&body, &item)) != JY_OK)
            return rc;
        out->cert_req = item.value.len == 1 && item.value.p[0] != 0;
    }
    if (jy_der_peek(&body) == DER_CONTEXT_0 &&
        ((rc = jy_der_enter(&body, DER_CONTEXT_0, &list)) != JY_OK || (rc = jy_tsp_extensions_read(&list)) != JY_OK))
        return rc;
    return jy_der_close(&body);
}

jy_err
jy_timestamp_request_read(struct jy_slice der, struct jy_timestamp_request *out, struct jy_fault *fault)
{
    jy_err rc;

    *out = (struct jy_timestamp_request){ 0 };
    if (der.len == 0 || der.len > JY_TIMESTAMP_REQUEST_MAX)
        return jy_fail(fault, JY_E_LIMIT, "TimeStampReq", 0, "%zu bytes, 1 to %d are allowed", der.len, JY_TIMESTAMP_REQUEST_MAX);
    if ((rc = read_request(der, out)) != JY_OK)
        return jy_fail(fault, rc == JY_E_UNSUPPORTED || rc == JY_E_LIMIT ? rc : JY_E_FORMAT, "TimeStampReq", 0, "%s",
                       rc == JY_E_UNSUPPORTED ? "imprint not by SM3, or a critical extension" : "malformed");
    return JY_OK;
}
