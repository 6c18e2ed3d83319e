/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/oid.h"

#include <stdio.h>

#define ARC_MAX ((uint64_t)INT64_MAX)         /* of what an arc's octets say, the first two arcs being one; read and written alike */

bool
jy_oid_is_sm2_with_sm3(struct jy_slice oid)
{
    return jy_slice_equal(oid, OID_SM2_WITH_SM3) || jy_slice_equal(oid, OID_SM2_SIGN) || jy_slice_equal(oid, OID_SM2_WITH_SM3_TYPO);
}

jy_err
jy_oid_text(struct jy_slice oid, char *out, size_t size)
{
    size_t used = 0, at = 0;

    if (oid.len == 0 || (oid.p[oid.len - 1] & 0x80) != 0)
        return JY_E_FORMAT;
    while (at < oid.len) {
        uint64_t arc = 0;
        bool first = at == 0;
        int n;
        do {
            if (arc > ARC_MAX >> 7)
                return JY_E_FORMAT;
            arc = arc << 7 | (oid.p[at] & 0x7Fu);
        } while ((oid.p[at++] & 0x80) != 0);
        n = first ? snprintf(out, size, "%u.%llu", arc < 80 ? (unsigned)(arc / 40) : 2u, (unsigned long long)(arc < 80 ? arc % 40 : arc - 80))
                  : snprintf(out + used, size - used, ".%llu", (unsigned long long)arc);
        if (n < 0 || (size_t)n >= size - used)
            return JY_E_LIMIT;
        used += (size_t)n;
    }
    return JY_OK;
}

static jy_err
put_arc(struct jy_buf *out, uint64_t arc)
{
    uint8_t bytes[10];
    size_t n = sizeof(bytes);

    bytes[--n] = (uint8_t)(arc & 0x7F);
    while ((arc >>= 7) != 0)
        bytes[--n] = (uint8_t)(0x80 | (arc & 0x7F));
    return jy_buf_add(out, JY_SLICE(bytes + n, sizeof(bytes) - n));
}

jy_err
jy_oid_of_text(const char *text, struct jy_buf *out)
{
    uint64_t first = 0;
    size_t before = out->len;
    jy_err rc = JY_OK;

    for (int place = 0; rc == JY_OK; place++) {
        uint64_t arc = 0;
        if (*text < '0' || *text > '9')
            rc = JY_E_ARGUMENT;
        for (; rc == JY_OK && *text >= '0' && *text <= '9'; text++) {
            uint64_t digit = (uint64_t)(*text - '0');
            if (arc > (ARC_MAX - digit) / 10)
                rc = JY_E_ARGUMENT;
            arc = arc * 10 + digit;
        }
        if (rc == JY_OK && ((place == 0 && arc > 2) || (place == 1 && (arc > ARC_MAX - 80 || (first < 2 && arc > 39)))))
            rc = JY_E_ARGUMENT;
        if (place == 0)
            first = arc;
        else if (rc == JY_OK)
            rc = put_arc(out, place == 1 ? first * 40 + arc : arc);
        if (rc == JY_OK && *text == '\0' && place > 0)
            return JY_OK;
        if (rc == JY_OK && *text++ != '.')
            rc = JY_E_ARGUMENT;
    }
    out->len = before;
    return rc;
}
