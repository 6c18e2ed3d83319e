/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/parts.h"

#include <string.h>

jy_err
jy_part_put_digest(struct jy_buf *out, const uint8_t digest[JY_SM3_SIZE])
{
    return jy_der_put(out, DER_OCTET_STRING, JY_SLICE(digest, JY_SM3_SIZE));
}

jy_err
jy_part_digest(struct jy_der *der, uint8_t out[JY_SM3_SIZE])
{
    struct jy_slice value;
    jy_err rc = jy_der_octets(der, &value);

    if (rc == JY_OK && value.len != JY_SM3_SIZE)
        rc = JY_E_FORMAT;
    if (rc == JY_OK)
        memcpy(out, value.p, JY_SM3_SIZE);
    return rc;
}

jy_err
jy_part_time(struct jy_der *der, jy_time *out)
{
    bool exact;
    jy_err rc = jy_der_peek(der) == DER_GENERALIZED_TIME ? jy_der_time(der, out, &exact) : JY_E_FORMAT;

    return rc == JY_OK && !exact ? JY_E_FORMAT : rc;
}

jy_err
jy_part_version(struct jy_der *der, uint32_t expected)
{
    uint32_t version;
    jy_err rc = jy_der_u32(der, &version);

    return rc == JY_OK && version != expected ? JY_E_UNSUPPORTED : rc;
}

jy_err
jy_part_boolean(struct jy_der *der, bool *out)
{
    struct jy_der_item item;
    jy_err rc = jy_der_get(der, DER_BOOLEAN, &item);

    if (rc == JY_OK && (item.value.len != 1 || (item.value.p[0] != 0 && item.value.p[0] != 0xFF)))
        rc = JY_E_FORMAT;
    if (rc == JY_OK)
        *out = item.value.p[0] != 0;
    return rc;
}

jy_err
jy_part_put_boolean(struct jy_buf *out, bool value)
{
    const uint8_t byte = value ? 0xFF : 0;

    return jy_der_put(out, DER_BOOLEAN, JY_SLICE(&byte, 1));
}

jy_err
jy_part_last_boolean(struct jy_der *der, bool *out)
{
    jy_err rc;

    *out = false;
    if (jy_der_at_end(der))
        return JY_OK;
    rc = jy_part_boolean(der, out);
    return rc == JY_OK && !*out ? JY_E_FORMAT : rc;
}

jy_err
jy_part_put_last_boolean(struct jy_buf *out, bool value)
{
    return value ? jy_part_put_boolean(out, true) : JY_OK;
}

jy_err
jy_part_end(struct jy_buf *out, struct jy_buf *body, jy_err rc)
{
    if (rc == JY_OK)
        rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(body));
    jy_buf_wipe(body);
    return rc;
}

jy_err
jy_part_words(struct jy_der *der, char *words, size_t size, uint32_t max, uint32_t *count)
{
    struct jy_der list;
    jy_err rc;

    *count = 0;
    if ((rc = jy_der_enter(der, DER_SEQUENCE, &list)) != JY_OK)
        return rc;
    while (!jy_der_at_end(&list)) {
        char *word = words + size * *count;
        if (*count == max)
            return JY_E_LIMIT;
        if ((rc = jy_der_text(&list, DER_IA5, word, size)) != JY_OK)
            return rc;
        if (word[0] == '\0')
            return JY_E_FORMAT;
        for (uint32_t i = 0; i < *count; i++)
            if (strcmp(words + size * i, word) == 0)
                return JY_E_FORMAT;
        ++*count;
    }
    return JY_OK;
}

jy_err
jy_part_put_words(struct jy_buf *out, const char *words, size_t size, uint32_t count)
{
    struct jy_buf body = { 0 };
    jy_err rc = JY_OK;

    for (uint32_t i = 0; rc == JY_OK && i < count; i++)
        rc = jy_der_put_text(&body, DER_IA5, words + size * i);
    return jy_part_end(out, &body, rc);
}
