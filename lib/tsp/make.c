/* SPDX-License-Identifier: Apache-2.0 */
/* What a time stamp authority signs (RFC 3161 2.4.2): for jinyin-sim and for tests. */
#include "tsp/tsp.h"

#include "codec/oid.h"

#include <stdio.h>
#include <string.h>

static jy_err
put_time(struct jy_buf *out, jy_time t, uint32_t microseconds)
{
    struct jy_buf plain = { 0 };
    char text[32];
    size_t len;
    jy_err rc;

    if ((rc = jy_der_put_generalized_time(&plain, t)) == JY_OK) {
        len = (size_t)snprintf(text, sizeof(text), "%.14s.%06u", (const char *)plain.p + 2, microseconds);
        while (text[len - 1] == '0')
            len--;
        if (text[len - 1] == '.')
            len--;
        text[len++] = 'Z';
        rc = jy_der_put(out, DER_GENERALIZED_TIME, JY_SLICE(text, len));
    }
    jy_buf_free(&plain);
    return rc;
}

static jy_err
put_number(struct jy_buf *out, uint8_t tag, int64_t number)
{
    uint8_t bytes[8];

    if (number == 0)
        return JY_OK;
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(number >> (8 * (7 - i)));
    return jy_der_put_unsigned(out, tag, JY_SLICE(bytes, 8));
}

static jy_err
put_accuracy(struct jy_buf *out, int64_t microseconds)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if (microseconds == 0)
        return JY_OK;
    if ((rc = put_number(&body, DER_INTEGER, microseconds / 1000000)) == JY_OK &&
        (rc = put_number(&body, 0x80, microseconds / 1000 % 1000)) == JY_OK && (rc = put_number(&body, 0x81, microseconds % 1000)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    return rc;
}

static jy_err
put_info(const struct jy_timestamp_fields *fields, struct jy_buf *out, struct jy_fault *fault)
{
    const char *policy = fields->policy != NULL ? fields->policy : fields->request->policy;
    struct jy_buf body = { 0 }, part = { 0 };
    jy_err rc;

    if ((rc = jy_oid_of_text(policy, &part)) != JY_OK) {
        jy_fail(fault, rc, "policy", 0, "not a dotted object identifier");
        goto out;
    }
    if ((rc = jy_der_put_i64(&body, fields->version == 0 ? 1 : fields->version)) != JY_OK || (rc = jy_der_wrap(&body, DER_OID, &part)) != JY_OK ||
        (rc = jy_tsp_imprint_put(&body, fields->request->digest)) != JY_OK ||
        (rc = jy_der_put_unsigned(&body, DER_INTEGER, JY_SLICE(fields->serial, sizeof(fields->serial)))) != JY_OK ||
        (rc = put_time(&body, fields->time, fields->microseconds)) != JY_OK || (rc = put_accuracy(&body, fields->accuracy)) != JY_OK ||
        (fields->request->nonce_len > 0 &&
         (rc = jy_der_put_unsigned(&body, DER_INTEGER, JY_SLICE(fields->request->nonce, fields->request->nonce_len))) != JY_OK))
        goto out;
    rc = jy_der_wrap(out, DER_SEQUENCE, &body);
out:
    jy_buf_free(&body);
    jy_buf_free(&part);
    return rc;
}

jy_err
jy_timestamp_make(const struct jy_timestamp_fields *fields, const struct jy_sm2 *key, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_cms_fields cms = { .content_type = OID_TST_INFO, .pkcs7 = !fields->gm, .signing_time = fields->time, .signer = fields->tsa,
                                 .certs = fields->certs, .cert_count = fields->cert_count, .without_certs = !fields->request->cert_req };
    struct jy_buf info = { 0 };
    jy_err rc;

    if (fields->microseconds > 999999 || fields->accuracy < 0 || fields->request->nonce_len > JY_TIMESTAMP_NONCE_MAX)
        return jy_fail(fault, JY_E_ARGUMENT, fields->microseconds > 999999 ? "microseconds" : fields->accuracy < 0 ? "accuracy" : "nonce", 0,
                       "out of range");
    if ((rc = put_info(fields, &info, fault)) == JY_OK) {
        cms.content = jy_buf_slice(&info);
        rc = jy_cms_make(&cms, key, out, fault);
    }
    jy_buf_free(&info);
    return rc;
}
