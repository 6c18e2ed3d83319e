/* SPDX-License-Identifier: Apache-2.0 */
/* What a signature value is, and the barest of them. */
#include <jinyin/seal.h>

#include "codec/der.h"

/* GB/T 35276: SEQUENCE{INTEGER r, INTEGER s}. */
static bool
is_pair(struct jy_der body)
{
    struct jy_der_item item;

    return jy_der_get(&body, DER_INTEGER, &item) == JY_OK && jy_der_get(&body, DER_INTEGER, &item) == JY_OK && jy_der_at_end(&body);
}

enum jy_value_form
jy_value_form(struct jy_slice value)
{
    struct jy_der all, body;

    if (value.len == 64)
        return JY_VALUE_BARE;
    jy_der_open(&all, value);
    if (jy_der_enter(&all, DER_SEQUENCE, &body) != JY_OK)
        return JY_VALUE_OTHER;
    switch (jy_der_peek(&body)) {
    case DER_OID: return JY_VALUE_SIGNED_DATA;
    case DER_SEQUENCE: return JY_VALUE_SES;
    default: return is_pair(body) ? JY_VALUE_BARE : JY_VALUE_OTHER;
    }
}

jy_err
jy_bare_check(struct jy_slice value, struct jy_slice original, const struct jy_cert *cert, jy_deviations *deviations, struct jy_fault *fault)
{
    enum jy_sm2_encoding encoding;
    jy_err rc;

    if (jy_cert_key(cert) == NULL)
        return jy_fail(fault, JY_E_UNSUPPORTED, "certificate", 0, "not an SM2 key");
    if ((rc = jy_sm2_verify(jy_cert_key(cert), original, value, &encoding)) != JY_OK)
        return jy_fail(fault, rc == JY_E_FORMAT ? JY_E_SIGNATURE : rc, "signature", 0,
                       rc == JY_E_FORMAT ? "neither DER nor 64 bytes" : "does not fit");
    *deviations |= encoding == JY_SM2_RAW64 ? JY_DEV(SIG_RAW64) : encoding == JY_SM2_DER_NON_MINIMAL ? JY_DEV(SIG_NON_MINIMAL) : 0;
    return JY_OK;
}
