/* SPDX-License-Identifier: Apache-2.0 */
/* What a signature value is. */
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
