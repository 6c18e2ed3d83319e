/* SPDX-License-Identifier: Apache-2.0 */
/* TSTInfo (RFC 3161 2.4.2, GB/T 20520) from its bytes, and tokens out of what they come wrapped in. */
#include "tsp/tsp.h"

#include "codec/ber.h"
#include "codec/oid.h"

#include <string.h>

#define DIRECTORY_NAME 0xA4

jy_err
jy_tsp_imprint_read(struct jy_der *body, struct jy_slice *algorithm, struct jy_slice *digest)
{
    struct jy_der imprint, id;
    jy_err rc;

    if ((rc = jy_der_enter(body, DER_SEQUENCE, &imprint)) != JY_OK || (rc = jy_der_enter(&imprint, DER_SEQUENCE, &id)) != JY_OK ||
        (rc = jy_der_oid(&id, algorithm)) != JY_OK || (rc = jy_der_octets(&imprint, digest)) != JY_OK)
        return rc;
    return jy_der_close(&imprint);
}

jy_err
jy_tsp_imprint_put(struct jy_buf *out, const uint8_t digest[JY_SM3_SIZE])
{
    struct jy_buf body = { 0 }, id = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_oid(&id, OID_SM3)) == JY_OK && (rc = jy_der_put(&id, DER_NULL, JY_EMPTY)) == JY_OK &&
        (rc = jy_der_wrap(&body, DER_SEQUENCE, &id)) == JY_OK && (rc = jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(digest, JY_SM3_SIZE))) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    jy_buf_free(&id);
    return rc;
}

jy_err
jy_tsp_extensions_read(struct jy_der *list)
{
    struct jy_der extension;
    struct jy_der_item item;
    jy_err rc;

    while (!jy_der_at_end(list)) {
        if ((rc = jy_der_enter(list, DER_SEQUENCE, &extension)) != JY_OK || (rc = jy_der_get(&extension, DER_OID, &item)) != JY_OK)
            return rc;
        if (jy_der_peek(&extension) == DER_BOOLEAN) {
            if ((rc = jy_der_next(&extension, &item)) != JY_OK)
                return rc;
            if (item.value.len != 1 || item.value.p[0] != 0)
                return JY_E_UNSUPPORTED;
        }
        if ((rc = jy_der_get(&extension, DER_OCTET_STRING, &item)) != JY_OK || (rc = jy_der_close(&extension)) != JY_OK)
            return rc;
    }
    return JY_OK;
}

/* Six digits of a fraction, the rest cut; whether it is written as DER demands (no trailing zero). */
static void
read_fraction(struct jy_slice text, uint32_t *microseconds, bool *exact)
{
    uint32_t unit = 100000;

    *microseconds = 0;
    for (size_t i = 0; i < text.len; i++, unit /= 10)
        *microseconds += unit * (uint32_t)(text.p[i] - '0');
    *exact = text.len > 0 && text.p[text.len - 1] != '0';
}

static jy_err
read_time(struct jy_der *body, struct jy_tst_info *out)
{
    struct jy_der look = *body;
    struct jy_der_item item;
    const uint8_t *dot;
    jy_err rc;

    if ((rc = jy_der_get(&look, DER_GENERALIZED_TIME, &item)) != JY_OK || (rc = jy_der_time(body, &out->time, &out->time_exact)) != JY_OK)
        return rc;
    if ((dot = memchr(item.value.p, '.', item.value.len)) != NULL) {
        size_t at = (size_t)(dot - item.value.p) + 1, len = 0;
        while (at + len < item.value.len && item.value.p[at + len] >= '0' && item.value.p[at + len] <= '9')
            len++;
        read_fraction(JY_SLICE(item.value.p + at, len), &out->microseconds, &out->time_exact);
        out->time_exact = out->time_exact && at == sizeof("YYYYMMDDhhmmss.") - 1 && at + len + 1 == item.value.len && item.value.p[at + len] == 'Z';
    }
    return JY_OK;
}

/* A number of 1 to 999 under an implicit tag. */
static jy_err
read_thousandths(struct jy_der *body, uint8_t tag, int64_t *out)
{
    struct jy_der_item item;
    jy_err rc;

    *out = 0;
    if (jy_der_peek(body) != tag)
        return JY_OK;
    if ((rc = jy_der_next(body, &item)) != JY_OK)
        return rc;
    if (item.value.len == 0 || item.value.len > 2 || (item.value.p[0] & 0x80) != 0)
        return JY_E_FORMAT;
    for (size_t i = 0; i < item.value.len; i++)
        *out = *out << 8 | item.value.p[i];
    return *out <= 999 ? JY_OK : JY_E_FORMAT;
}

static jy_err
read_accuracy(struct jy_der *body, int64_t *out)
{
    struct jy_der accuracy;
    int64_t milliseconds, microseconds;
    uint32_t seconds = 0;
    jy_err rc;

    if ((rc = jy_der_enter(body, DER_SEQUENCE, &accuracy)) != JY_OK ||
        (jy_der_peek(&accuracy) == DER_INTEGER && (rc = jy_der_u32(&accuracy, &seconds)) != JY_OK) ||
        (rc = read_thousandths(&accuracy, 0x80, &milliseconds)) != JY_OK || (rc = read_thousandths(&accuracy, 0x81, &microseconds)) != JY_OK)
        return rc;
    *out = (int64_t)seconds * 1000000 + milliseconds * 1000 + microseconds;
    return jy_der_close(&accuracy);
}

/* What may stand after genTime, each at most once and in this order. */
static jy_err
read_optional(struct jy_der *body, struct jy_tst_info *out)
{
    struct jy_der tagged, name;
    struct jy_der_item item;
    jy_err rc;

    out->accuracy = -1;
    if (jy_der_peek(body) == DER_SEQUENCE && (rc = read_accuracy(body, &out->accuracy)) != JY_OK)
        return rc;
    if (jy_der_peek(body) == DER_BOOLEAN && (rc = jy_der_next(body, &item)) != JY_OK)
        return rc;
    if (jy_der_peek(body) == DER_INTEGER) {
        if ((rc = jy_der_next(body, &item)) != JY_OK)
            return rc;
        if (item.value.len == 0)
            return JY_E_FORMAT;
        out->nonce = item.value;
    }
    if (jy_der_peek(body) == DER_CONTEXT_0) {
        if ((rc = jy_der_enter(body, DER_CONTEXT_0, &tagged)) != JY_OK)
            return rc;
        if (jy_der_peek(&tagged) == DIRECTORY_NAME) {
            if ((rc = jy_der_enter(&tagged, DIRECTORY_NAME, &name)) != JY_OK || (rc = jy_der_get(&name, DER_SEQUENCE, &item)) != JY_OK)
                return rc;
            out->tsa = item.tlv;
        }
    }
    if (jy_der_peek(body) == DER_CONTEXT_1 &&
        ((rc = jy_der_enter(body, DER_CONTEXT_1, &tagged)) != JY_OK || (rc = jy_tsp_extensions_read(&tagged)) != JY_OK))
        return rc;
    return jy_der_close(body);
}

jy_err
jy_tst_info_read(struct jy_slice der, struct jy_tst_info *out)
{
    struct jy_der all, body;
    struct jy_der_item serial;
    jy_err rc;

    *out = (struct jy_tst_info){ 0 };
    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK ||
        (rc = jy_der_u32(&body, &out->version)) != JY_OK || (rc = jy_der_oid(&body, &out->policy)) != JY_OK ||
        (rc = jy_tsp_imprint_read(&body, &out->imprint_algorithm, &out->imprint)) != JY_OK ||
        (rc = jy_der_get(&body, DER_INTEGER, &serial)) != JY_OK || (rc = read_time(&body, out)) != JY_OK ||
        (rc = read_optional(&body, out)) != JY_OK)
        return rc == JY_E_UNSUPPORTED ? rc : JY_E_FORMAT;
    out->serial = serial.value;
    return serial.value.len > 0 && (out->version == 1 || out->version == 2) ? JY_OK : JY_E_FORMAT;
}

/* By its first item: ContentInfo begins with an identifier, TimeStampResp with its status. */
static jy_err
unwrap_der(struct jy_slice bytes, struct jy_slice *token, bool *whole, struct jy_tsp_reply *reply)
{
    struct jy_der all, body;
    struct jy_der_item item;
    jy_err rc;

    jy_der_open(&all, bytes);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK)
        return JY_E_FORMAT;
    *whole = jy_der_peek(&body) == DER_SEQUENCE;
    if (!*whole) {
        *token = bytes;
        return JY_OK;
    }
    jy_der_open(&all, bytes);
    if (jy_der_get(&all, DER_SEQUENCE, &item) != JY_OK || jy_tsp_reply_parse(item.tlv, reply) != JY_OK)
        return JY_E_FORMAT;
    *token = reply->token;
    return reply->status.status <= 1 && token->len > 0 ? JY_OK : JY_E_COUNTERPART_REFUSED;
}

jy_err
jy_tsp_unwrap(struct jy_slice bytes, struct jy_buf *normal, struct jy_slice *token, bool *whole, struct jy_tsp_reply *reply)
{
    size_t used;
    bool changed;
    jy_err read = JY_OK, rc = bytes.len == 0 || bytes.len > JY_CMS_MAX ? JY_E_FORMAT : unwrap_der(bytes, token, whole, reply);

    if (rc == JY_E_FORMAT && bytes.len > 0 && bytes.len <= JY_CMS_MAX && (read = jy_ber_to_der(bytes, &used, &changed, normal)) == JY_OK && changed)
        rc = unwrap_der(jy_buf_slice(normal), token, whole, reply);
    if (read == JY_E_NOMEM)
        return read;
    /* A token that is BER itself is normalised by jy_cms_parse, which says so: only the wrapping is taken off here. */
    if (rc == JY_OK && !*whole)
        *token = bytes;
    return rc;
}

/* The TSTInfo of a token or of a whole response; *info points into *cms. */
static jy_err
open_info(struct jy_slice token, struct jy_cms **cms, struct jy_tst_info *info, struct jy_fault *fault)
{
    struct jy_buf normal = { 0 };
    struct jy_tsp_reply reply;
    struct jy_slice inner, content;
    bool whole;
    jy_err rc = jy_tsp_unwrap(token, &normal, &inner, &whole, &reply);

    *cms = NULL;
    if (rc != JY_OK)
        rc = rc == JY_E_NOMEM ? rc : jy_fail(fault, JY_E_FORMAT, JY_TSP_WHERE, 0, "neither a token nor a response with one");
    else if ((rc = jy_cms_parse(inner, cms, fault)) == JY_OK &&
             (!jy_cms_content(*cms, &content) || !jy_slice_equal(jy_cms_content_type(*cms), OID_TST_INFO) || jy_tst_info_read(content, info) != JY_OK))
        rc = jy_fail(fault, JY_E_FORMAT, JY_TSP_WHERE, 0, "no TSTInfo in it");
    jy_buf_free(&normal);
    return rc;
}

jy_err
jy_timestamp_imprint(struct jy_slice token, uint8_t out[JY_SM3_SIZE], struct jy_fault *fault)
{
    struct jy_tst_info info;
    struct jy_cms *cms;
    jy_err rc = open_info(token, &cms, &info, fault);

    if (rc == JY_OK && (!jy_slice_equal(info.imprint_algorithm, OID_SM3) || info.imprint.len != JY_SM3_SIZE))
        rc = jy_fail(fault, JY_E_UNSUPPORTED, "messageImprint", 0, "not by SM3");
    if (rc == JY_OK)
        memcpy(out, info.imprint.p, JY_SM3_SIZE);
    jy_cms_free(cms);
    return rc;
}

jy_err
jy_timestamp_stated(struct jy_slice token, jy_time *out, struct jy_fault *fault)
{
    struct jy_tst_info info;
    struct jy_cms *cms;
    jy_err rc = open_info(token, &cms, &info, fault);

    if (rc == JY_OK)
        *out = info.time;
    jy_cms_free(cms);
    return rc;
}
