/* SPDX-License-Identifier: Apache-2.0 */
#include "ses/read.h"

#include "codec/oid.h"

#include <stdio.h>
#include <string.h>

static bool
is_string(uint8_t tag)
{
    return tag == DER_UTF8 || tag == DER_IA5 || tag == DER_PRINTABLE || tag == 0x14 || tag == 0x1A;
}

jy_err
jy_read_text(struct jy_der *der, uint8_t tag, char *out, size_t size, unsigned *deviations)
{
    struct jy_der_item item;
    size_t len;
    jy_err rc;

    if ((rc = jy_der_next(der, &item)) != JY_OK)
        return rc;
    if (!is_string(item.tag) || item.value.len >= size)
        return JY_E_FORMAT;
    len = item.value.len == 0 ? 0 : strnlen((const char *)item.value.p, item.value.len);
    if (item.tag != tag || len != item.value.len)
        *deviations |= JY_DEV_STRING;
    for (size_t i = 0; i < len; i++)
        if (item.tag == DER_IA5 && item.value.p[i] > 0x7F)
            *deviations |= JY_DEV_STRING;
    if (len > 0)
        memcpy(out, item.value.p, len);
    out[len] = '\0';
    return JY_OK;
}

jy_err
jy_read_time(struct jy_der *der, jy_time *out, unsigned *deviations)
{
    bool exact, generalized = jy_der_peek(der) == DER_GENERALIZED_TIME;
    jy_err rc = jy_der_time(der, out, &exact);

    if (rc == JY_OK && (!exact || !generalized))
        *deviations |= JY_DEV_TIME_FORM;
    return rc;
}

jy_err
jy_read_bits(struct jy_der *der, struct jy_slice *out, unsigned *deviations)
{
    uint8_t unused;
    jy_err rc;

    if (jy_der_peek(der) == DER_OCTET_STRING) {
        *deviations |= JY_DEV_STRING;
        return jy_der_octets(der, out);
    }
    if ((rc = jy_der_bits(der, out, &unused)) == JY_OK && unused != 0)
        *deviations |= JY_DEV_UNUSED_BITS;
    return rc;
}

jy_time
jy_read_time_text(struct jy_slice payload)
{
    int year, month, day, hour, minute, second, n = 0;
    char text[32];
    struct jy_der der;
    bool exact;
    jy_time t;

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
    if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return 0;
    t = jy_time_from_civil(year, month, day, hour, minute, second);
    return strchr(text + n, 'Z') != NULL ? t : t - 8 * 3600;
}

jy_err
jy_check_signed(const struct jy_cert *cert, struct jy_slice oid, struct jy_slice message, struct jy_slice signature, unsigned raw_bit,
                unsigned *deviations, struct jy_fault *fault)
{
    enum jy_sm2_encoding encoding;
    jy_err rc;

    if (cert == NULL)
        return jy_fail(fault, JY_E_CERTIFICATE, "certificate", 0, "cannot be read");
    if (!jy_oid_is_sm2_with_sm3(oid) || jy_cert_key(cert) == NULL)
        return jy_fail(fault, JY_E_UNSUPPORTED, "signature algorithm", 0, "not SM2 with SM3");
    rc = jy_sm2_verify(jy_cert_key(cert), message, signature, &encoding);
    if (rc != JY_OK && rc != JY_E_SIGNATURE && rc != JY_E_FORMAT)
        return jy_fail(fault, rc, "signature", 0, "could not be checked");
    if (rc != JY_OK)
        return jy_fail(fault, JY_E_SIGNATURE, "signature", 0, rc == JY_E_FORMAT ? "neither DER nor 64 bytes" : "does not fit");
    if (encoding == JY_SM2_RAW64)
        *deviations |= raw_bit;
    if (encoding == JY_SM2_DER_NON_MINIMAL)
        *deviations |= JY_DEV_SIG_NON_MINIMAL;
    return JY_OK;
}
