/* SPDX-License-Identifier: Apache-2.0 */
#include "ses/read.h"

#include "codec/oid.h"
#include "crypto/known.h"

#include <stdio.h>
#include <string.h>

#define CONTEXT_0_PRIMITIVE 0x80           /* [0] IMPLICIT of a primitive type */

static bool
is_string(uint8_t tag)
{
    return tag == DER_UTF8 || tag == DER_IA5 || tag == DER_PRINTABLE || tag == 0x14 || tag == 0x1A;
}

jy_err
jy_read_text(struct jy_der *der, uint8_t tag, char *out, size_t size, jy_deviations *deviations)
{
    struct jy_der_item item;
    size_t len;
    jy_err rc;

    if ((rc = jy_der_next(der, &item)) != JY_OK)
        return rc;
    if (!is_string(item.tag) || item.value.len >= size)
        return JY_E_FORMAT;
    len = item.value.len == 0 ? 0 : strnlen((const char *)item.value.p, item.value.len);
    if (item.tag != tag)
        *deviations |= JY_DEV(STRING_TYPE);
    if (len != item.value.len)
        *deviations |= JY_DEV(STRING_NUL);
    for (size_t i = 0; i < len; i++)
        if (item.tag == DER_IA5 && item.value.p[i] > 0x7F)
            *deviations |= JY_DEV(STRING_NOT_ASCII);
    if (len > 0)
        memcpy(out, item.value.p, len);
    out[len] = '\0';
    return JY_OK;
}

jy_err
jy_read_time(struct jy_der *der, uint8_t tag, const struct jy_read_rows *rows, jy_time *out, jy_deviations *deviations)
{
    bool exact, is_type = jy_der_peek(der) == tag;
    jy_err rc = jy_der_time(der, out, &exact);

    if (rc == JY_OK && !exact)
        *deviations |= rows->time_form;
    if (rc == JY_OK && !is_type)
        *deviations |= rows->time_type;
    return rc;
}

jy_err
jy_read_bits(struct jy_der *der, const struct jy_read_rows *rows, struct jy_slice *out, jy_deviations *deviations)
{
    uint8_t unused;
    jy_err rc;

    if (jy_der_peek(der) == DER_OCTET_STRING) {
        *deviations |= rows->octets;
        return jy_der_octets(der, out);
    }
    if ((rc = jy_der_bits(der, out, &unused)) != JY_OK || unused == 0)
        return rc;
    /* Writers that take the value for a named bit list count the zero bits at its end as unused. Where a bit that is set is called unused,
       readers differ about the value itself. */
    if ((out->p[out->len - 1] & ((1u << unused) - 1)) != 0)
        return JY_E_FORMAT;
    *deviations |= rows->unused_bits;
    return JY_OK;
}

jy_err
jy_read_time_stamp(struct jy_der *der, const struct jy_read_rows *rows, struct jy_slice *out, jy_deviations *deviations)
{
    struct jy_der_item item;
    struct jy_der inner;
    uint8_t unused;
    jy_err rc;

    if (jy_der_peek(der) == DER_CONTEXT_0) {                       /* [0] EXPLICIT */
        if ((rc = jy_der_enter(der, DER_CONTEXT_0, &inner)) != JY_OK || (rc = jy_der_bits(&inner, out, &unused)) != JY_OK ||
            (rc = jy_der_close(&inner)) != JY_OK)
            return rc;
        return unused == 0 ? JY_OK : JY_E_FORMAT;
    }
    *deviations |= rows->untagged;
    if ((rc = jy_der_next(der, &item)) != JY_OK)
        return rc;
    if ((item.tag != DER_BIT_STRING && item.tag != CONTEXT_0_PRIMITIVE) || item.value.len == 0 || item.value.p[0] != 0)
        return JY_E_FORMAT;
    *out = JY_SLICE(item.value.p + 1, item.value.len - 1);
    return JY_OK;
}

static jy_err
read_extension(struct jy_der *list, bool *critical)
{
    struct jy_der ext;
    struct jy_der_item flag;
    struct jy_slice value;
    jy_err rc;

    if ((rc = jy_der_enter(list, DER_SEQUENCE, &ext)) != JY_OK || (rc = jy_der_oid(&ext, &value)) != JY_OK)
        return rc;
    if (jy_der_peek(&ext) == DER_BOOLEAN) {                        /* FALSE is written out by real seals although it is the default */
        if ((rc = jy_der_next(&ext, &flag)) != JY_OK)
            return rc;
        if (flag.value.len != 1)
            return JY_E_FORMAT;
        *critical = *critical || flag.value.p[0] != 0;
    }
    if ((rc = jy_der_octets(&ext, &value)) != JY_OK)
        return rc;
    return jy_der_close(&ext);
}

jy_err
jy_read_extensions(struct jy_der *der, enum jy_tagging *tagging, bool *critical)
{
    struct jy_der list, inner, look;
    jy_err rc;

    *tagging = jy_der_peek(der) == DER_CONTEXT_0 ? JY_IMPLICIT : JY_UNTAGGED;
    if ((rc = jy_der_enter(der, *tagging == JY_UNTAGGED ? DER_SEQUENCE : DER_CONTEXT_0, &list)) != JY_OK)
        return rc;
    /* Inside [0] EXPLICIT stands one SEQUENCE of entries, inside [0] IMPLICIT the entries: an entry begins with an OID. */
    look = list;
    if (*tagging != JY_UNTAGGED && jy_der_enter(&look, DER_SEQUENCE, &inner) == JY_OK && jy_der_peek(&inner) != DER_OID) {
        if ((rc = jy_der_close(&look)) != JY_OK)
            return rc;
        *tagging = JY_EXPLICIT;
        list = inner;
    }
    while (!jy_der_at_end(&list))
        if ((rc = read_extension(&list, critical)) != JY_OK)
            return rc;
    return JY_OK;
}

/* What follows the seconds: a fraction, then Z or an offset in seconds; nothing means China Standard Time. */
static bool
read_zone(const char *text, jy_time *offset)
{
    int hours, minutes, n = 0;
    char sign;

    if (*text == '.')
        text += 1 + strspn(text + 1, "0123456789");
    *offset = *text == '\0' ? 8 * 3600 : 0;
    if (*text == '\0' || strcmp(text, "Z") == 0)
        return true;
    if ((sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &n) != 3 && sscanf(text, "%c%2d%2d%n", &sign, &hours, &minutes, &n) != 3) ||
        text[n] != '\0' || (sign != '+' && sign != '-') || hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
        return false;
    *offset = (sign == '+' ? 1 : -1) * (hours * 60 + minutes) * 60;
    return true;
}

jy_time
jy_read_time_text(struct jy_slice payload)
{
    int year, month, day, hour, minute, second, n = 0;
    char text[32];
    struct jy_der der;
    jy_time t, offset;
    bool exact;

    jy_der_open(&der, payload);
    if (payload.len > 2 && (payload.p[0] == DER_GENERALIZED_TIME || payload.p[0] == DER_UTC_TIME) && jy_der_time(&der, &t, &exact) == JY_OK)
        return t;
    if (payload.len < 14 || payload.len >= sizeof(text))
        return 0;
    memcpy(text, payload.p, payload.len);
    text[payload.len] = '\0';
    if (sscanf(text, "%4d-%2d-%2d%*1[T ]%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &n) != 6 &&
        sscanf(text, "%4d%2d%2d%2d%2d%2d%n", &year, &month, &day, &hour, &minute, &second, &n) != 6)
        return 0;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60 || !read_zone(text + n, &offset))
        return 0;
    return jy_time_from_civil(year, month, day, hour, minute, second) - offset;
}

jy_err
jy_check_signed(const struct jy_cert *cert, struct jy_slice oid, struct jy_slice message, struct jy_slice signature,
                const struct jy_read_rows *rows, jy_deviations *deviations, struct jy_fault *fault)
{
    enum jy_sm2_encoding encoding = JY_SM2_DER;
    jy_err rc;

    if (cert == NULL)
        return jy_fail(fault, JY_E_CERTIFICATE, "certificate", 0, "cannot be read");
    if (!jy_oid_is_sm2_with_sm3(oid) || jy_cert_key(cert) == NULL)
        return jy_fail(fault, JY_E_UNSUPPORTED, "signature algorithm", 0, "not SM2 with SM3");
    rc = (rows->lasting ? jy_sm2_verify_known : jy_sm2_verify)(jy_cert_key(cert), message, signature, &encoding);
    if (rc != JY_OK && rc != JY_E_SIGNATURE && rc != JY_E_FORMAT)
        return jy_fail(fault, rc, "signature", 0, "could not be checked");
    /* How a value is written is told whether it fits or not. */
    if (encoding == JY_SM2_RAW64)
        *deviations |= rows->raw64;
    if (encoding == JY_SM2_DER_NON_MINIMAL)
        *deviations |= rows->non_minimal;
    if (!jy_slice_equal(oid, OID_SM2_WITH_SM3))
        *deviations |= rows->algorithm_id;
    if (rc != JY_OK)
        return jy_fail(fault, JY_E_SIGNATURE, "signature", 0, rc == JY_E_FORMAT ? "neither DER nor 64 bytes" : "does not fit");
    return JY_OK;
}
