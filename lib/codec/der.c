/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/der.h"

#include <stdio.h>
#include <string.h>

void
jy_der_open(struct jy_der *der, struct jy_slice bytes)
{
    der->base = bytes.p;
    der->p = bytes.p;
    der->end = bytes.len == 0 ? bytes.p : bytes.p + bytes.len;
    der->depth = 0;
    der->touched = NULL;
}

void
jy_der_watch(struct jy_der *der, const uint8_t **touched)
{
    *touched = der->p;
    der->touched = touched;
}

static void
touch(const struct jy_der *der)
{
    if (der->touched != NULL)
        *der->touched = der->p;
}

bool
jy_der_at_end(const struct jy_der *der)
{
    return der->p == der->end;
}

int
jy_der_peek(const struct jy_der *der)
{
    return der->p == der->end ? -1 : *der->p;
}

uint64_t
jy_der_offset(const struct jy_der *der)
{
    return (uint64_t)(der->p - der->base);
}

jy_err
jy_der_next(struct jy_der *der, struct jy_der_item *out)
{
    size_t left = (size_t)(der->end - der->p), header, len;

    touch(der);
    if (left < 2 || (der->p[0] & 0x1F) == 0x1F)
        return JY_E_FORMAT;
    if (der->p[1] < 0x80) {
        header = 2;
        len = der->p[1];
    } else {
        size_t n = der->p[1] & 0x7Fu;
        if (n == 0 || n > 4 || left < 2 + n || der->p[2] == 0)
            return JY_E_FORMAT;
        len = 0;
        for (size_t i = 0; i < n; i++)
            len = len << 8 | der->p[2 + i];
        if (len < 0x80)
            return JY_E_FORMAT;
        header = 2 + n;
    }
    if (len > left - header)
        return JY_E_FORMAT;
    out->tag = der->p[0];
    out->tlv = (struct jy_slice){ der->p, header + len };
    out->value = (struct jy_slice){ der->p + header, len };
    der->p += header + len;
    return JY_OK;
}

jy_err
jy_der_get(struct jy_der *der, uint8_t tag, struct jy_der_item *out)
{
    if (jy_der_peek(der) != tag) {
        touch(der);
        return JY_E_FORMAT;
    }
    return jy_der_next(der, out);
}

jy_err
jy_der_enter(struct jy_der *der, uint8_t tag, struct jy_der *inner)
{
    struct jy_der_item item;
    jy_err rc;

    if (der->depth >= JY_DER_DEPTH_MAX)
        return JY_E_LIMIT;
    if ((rc = jy_der_get(der, tag, &item)) != JY_OK)
        return rc;
    inner->base = der->base;
    inner->p = item.value.p;
    inner->end = item.value.p + item.value.len;
    inner->depth = der->depth + 1;
    inner->touched = der->touched;
    return JY_OK;
}

jy_err
jy_der_close(const struct jy_der *der)
{
    if (der->p == der->end)
        return JY_OK;
    touch(der);
    return JY_E_TRAILING;
}

jy_err
jy_der_i64(struct jy_der *der, int64_t *out)
{
    struct jy_der_item item;
    uint64_t value;
    jy_err rc;

    if ((rc = jy_der_get(der, DER_INTEGER, &item)) != JY_OK)
        return rc;
    if (item.value.len == 0 || item.value.len > 8)
        return JY_E_FORMAT;
    value = (item.value.p[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < item.value.len; i++)
        value = value << 8 | item.value.p[i];
    *out = (int64_t)value;
    return JY_OK;
}

jy_err
jy_der_u32(struct jy_der *der, uint32_t *out)
{
    int64_t value;
    jy_err rc;

    if ((rc = jy_der_i64(der, &value)) != JY_OK)
        return rc;
    if (value < 0 || value > UINT32_MAX)
        return JY_E_FORMAT;
    *out = (uint32_t)value;
    return JY_OK;
}

static jy_err
get_value(struct jy_der *der, uint8_t tag, struct jy_slice *out)
{
    struct jy_der_item item;
    jy_err rc;

    if ((rc = jy_der_get(der, tag, &item)) != JY_OK)
        return rc;
    *out = item.value;
    return JY_OK;
}

jy_err
jy_der_octets(struct jy_der *der, struct jy_slice *out)
{
    return get_value(der, DER_OCTET_STRING, out);
}

jy_err
jy_der_oid(struct jy_der *der, struct jy_slice *out)
{
    return get_value(der, DER_OID, out);
}

jy_err
jy_der_bits(struct jy_der *der, struct jy_slice *out, uint8_t *unused)
{
    struct jy_slice value;
    jy_err rc;

    if ((rc = get_value(der, DER_BIT_STRING, &value)) != JY_OK)
        return rc;
    if (value.len == 0 || value.p[0] > 7 || (value.len == 1 && value.p[0] != 0))
        return JY_E_FORMAT;
    *unused = value.p[0];
    *out = (struct jy_slice){ value.p + 1, value.len - 1 };
    return JY_OK;
}

jy_err
jy_der_text(struct jy_der *der, uint8_t tag, char *out, size_t size)
{
    struct jy_slice value;
    jy_err rc;

    if ((rc = get_value(der, tag, &value)) != JY_OK)
        return rc;
    if (value.len >= size)
        return JY_E_LIMIT;
    if (value.len != 0 && memchr(value.p, 0, value.len) != NULL)
        return JY_E_FORMAT;
    if (value.len != 0)
        memcpy(out, value.p, value.len);
    out[value.len] = '\0';
    return JY_OK;
}

/* Reads n digits; false when one is not a digit. */
static bool
digits(struct jy_slice *text, size_t n, int *out)
{
    int value = 0;

    if (text->len < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (text->p[i] < '0' || text->p[i] > '9')
            return false;
        value = value * 10 + (text->p[i] - '0');
    }
    text->p += n;
    text->len -= n;
    *out = value;
    return true;
}

jy_err
jy_der_time(struct jy_der *der, jy_time *out, bool *exact)
{
    struct jy_der_item item;
    struct jy_slice t;
    int year, month, day, hour, minute, second = 0, zone = 0, real_day, ignored;
    jy_err rc;

    if ((rc = jy_der_next(der, &item)) != JY_OK)
        return rc;
    t = item.value;
    *exact = true;
    if (item.tag == DER_GENERALIZED_TIME) {
        if (!digits(&t, 4, &year))
            return JY_E_FORMAT;
    } else if (item.tag == DER_UTC_TIME) {
        if (!digits(&t, 2, &year))
            return JY_E_FORMAT;
        year += year >= 50 ? 1900 : 2000;
    } else {
        return JY_E_FORMAT;
    }
    if (!digits(&t, 2, &month) || !digits(&t, 2, &day) || !digits(&t, 2, &hour) || !digits(&t, 2, &minute))
        return JY_E_FORMAT;
    if (!digits(&t, 2, &second))
        *exact = false;
    if (t.len > 0 && t.p[0] == '.') {
        *exact = false;
        t.p++, t.len--;
        while (digits(&t, 1, &ignored))
            ;
    }
    if (t.len == 1 && t.p[0] == 'Z') {
        t.len = 0;
    } else if (t.len == 5 && (t.p[0] == '+' || t.p[0] == '-')) {
        int sign = t.p[0] == '+' ? 1 : -1, zh, zm;
        *exact = false;
        t.p++, t.len--;
        if (!digits(&t, 2, &zh) || !digits(&t, 2, &zm) || zh > 14 || zm > 59)
            return JY_E_FORMAT;
        zone = sign * (zh * 60 + zm) * 60;
    } else if (t.len == 0) {
        *exact = false;                                  /* no zone: read as UTC, said so by *exact */
    }
    if (t.len != 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return JY_E_FORMAT;
    *out = jy_time_from_civil(year, month, day, hour, minute, second);
    /* The 30th of February is a day in March for some readers and none for others. */
    jy_time_civil(*out - second, &ignored, &ignored, &real_day, &ignored, &ignored, &ignored);
    if (real_day != day)
        return JY_E_FORMAT;
    *exact = *exact && second < 60;                      /* a leap second: the next minute for us, refused or 59 for others */
    *out -= zone;
    return JY_OK;
}

jy_err
jy_der_put(struct jy_buf *out, uint8_t tag, struct jy_slice value)
{
    uint8_t head[6];
    size_t n = 0;
    jy_err rc;

    head[n++] = tag;
    if (value.len < 0x80) {
        head[n++] = (uint8_t)value.len;
    } else {
        int bytes = value.len > 0xFFFFFF ? 4 : value.len > 0xFFFF ? 3 : value.len > 0xFF ? 2 : 1;
        if (value.len > UINT32_MAX)
            return JY_E_LIMIT;
        head[n++] = (uint8_t)(0x80 | bytes);
        for (int i = bytes - 1; i >= 0; i--)
            head[n++] = (uint8_t)(value.len >> (8 * i));
    }
    if ((rc = jy_buf_add(out, JY_SLICE(head, n))) != JY_OK)
        return rc;
    return jy_buf_add(out, value);
}

jy_err
jy_der_wrap(struct jy_buf *out, uint8_t tag, struct jy_buf *inner)
{
    jy_err rc = jy_der_put(out, tag, jy_buf_slice(inner));

    inner->len = 0;
    return rc;
}

jy_err
jy_der_put_i64(struct jy_buf *out, int64_t value)
{
    uint8_t bytes[8];
    size_t skip = 0;

    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)value >> (8 * (7 - i)));
    while (skip < 7 && ((bytes[skip] == 0x00 && bytes[skip + 1] < 0x80) || (bytes[skip] == 0xFF && bytes[skip + 1] >= 0x80)))
        skip++;
    return jy_der_put(out, DER_INTEGER, JY_SLICE(bytes + skip, 8 - skip));
}

jy_err
jy_der_put_unsigned(struct jy_buf *out, uint8_t tag, struct jy_slice magnitude)
{
    struct jy_buf value = { 0 };
    jy_err rc = magnitude.len == 0 ? JY_E_ARGUMENT : JY_OK;

    while (magnitude.len > 1 && magnitude.p[0] == 0)
        magnitude.p++, magnitude.len--;
    if (rc == JY_OK && (magnitude.p[0] & 0x80) != 0)
        rc = jy_buf_byte(&value, 0);
    if (rc == JY_OK && (rc = jy_buf_add(&value, magnitude)) == JY_OK)
        rc = jy_der_wrap(out, tag, &value);
    jy_buf_free(&value);
    return rc;
}

jy_err
jy_der_put_text(struct jy_buf *out, uint8_t tag, const char *text)
{
    return jy_der_put(out, tag, jy_slice_text(text));
}

jy_err
jy_der_put_bits(struct jy_buf *out, struct jy_slice payload)
{
    struct jy_buf value = { 0 };
    jy_err rc;

    if ((rc = jy_buf_byte(&value, 0)) == JY_OK && (rc = jy_buf_add(&value, payload)) == JY_OK)
        rc = jy_der_put(out, DER_BIT_STRING, jy_buf_slice(&value));
    jy_buf_free(&value);
    return rc;
}

jy_err
jy_der_put_generalized_time(struct jy_buf *out, jy_time t)
{
    int year, month, day, hour, minute, second;
    char text[32];

    jy_time_civil(t, &year, &month, &day, &hour, &minute, &second);
    if (year < 0 || year > 9999)
        return JY_E_ARGUMENT;
    snprintf(text, sizeof(text), "%04d%02d%02d%02d%02d%02dZ", year, month, day, hour, minute, second);
    return jy_der_put_text(out, DER_GENERALIZED_TIME, text);
}

jy_err
jy_der_put_oid(struct jy_buf *out, struct jy_slice contents)
{
    return jy_der_put(out, DER_OID, contents);
}

jy_err
jy_der_put_algorithm(struct jy_buf *out, struct jy_slice oid)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_oid(&body, oid)) == JY_OK)
        rc = jy_der_wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    return rc;
}
