/* SPDX-License-Identifier: Apache-2.0 */
/* Personal data at rest: wrapped (SM4 + HMAC-SM3) under the key process's data key, bound to row and column, found by HMAC-SM3 (R25.1). */
#include "codec/text.h"
#include "daemons/web/web.h"

#include <stdio.h>
#include <string.h>

static void
context_of(const char *id, const char *column, char out[192])
{
    snprintf(out, 192, "web/%s/%s", column, id);
}

jy_err
personal_wrap_bytes(const struct web *web, const char *id, const char *column, struct jy_slice bytes, struct jy_buf *out)
{
    char context[192];

    context_of(id, column, context);
    return jy_wrap(web->data_key, context, bytes, out);
}

jy_err
personal_wrap(const struct web *web, const char *id, const char *column, const char *text, struct jy_buf *out)
{
    return personal_wrap_bytes(web, id, column, jy_slice_text(text), out);
}

jy_err
personal_unwrap(const struct web *web, const char *id, const char *column, const char *base64, struct jy_buf *out)
{
    struct jy_buf wrapped = { 0 };
    char context[192];
    jy_err rc;

    context_of(id, column, context);
    if ((rc = jy_base64_decode(jy_slice_text(base64), &wrapped)) == JY_OK)
        rc = jy_unwrap(web->data_key, context, jy_buf_slice(&wrapped), out);
    jy_buf_free(&wrapped);
    return rc;
}

jy_err
personal_digest(const struct web *web, const char *purpose, struct jy_slice bytes, uint8_t out[JY_SM3_SIZE])
{
    uint8_t key[32];
    jy_err rc = jy_hkdf_sm3(JY_SLICE(web->data_key, 32), JY_EMPTY, purpose, key, sizeof(key));

    if (rc == JY_OK)
        rc = jy_hmac_sm3(JY_SLICE(key, sizeof(key)), bytes, out);
    jy_wipe(key, sizeof(key));
    return rc;
}

jy_err
personal_index(const struct web *web, const char *column, const char *text, uint8_t out[JY_SM3_SIZE])
{
    return personal_digest(web, column, jy_slice_text(text), out);
}

void
personal_mask(const char *text, char *out, size_t size)
{
    size_t len = strlen(text);

    snprintf(out, size, "%s", text);
    for (size_t i = 0; i < len && i + 1 < size; i++)
        if (len < 8 || (i >= 3 && i + 4 < len))
            out[i] = '*';
}

#define PBKDF2_ROUNDS 300000               /* the stored kind would get another name with another number */

jy_err
password_hash(struct web *web, const char *kind, const char *password, const uint8_t salt[PASSWORD_SALT], uint8_t out[PASSWORD_HASH])
{
    bool argon2id = strcmp(kind, PASSWORD_ARGON2ID) == 0;
    jy_err rc;

    if (!argon2id && strcmp(kind, PASSWORD_PBKDF2) != 0)
        return JY_E_UNSUPPORTED;
    sem_wait(&web->stretching);
    rc = argon2id ? jy_argon2id(jy_slice_text(password), JY_SLICE(salt, PASSWORD_SALT), out, PASSWORD_HASH)
                  : jy_pbkdf2_sm3(jy_slice_text(password), JY_SLICE(salt, PASSWORD_SALT), PBKDF2_ROUNDS, out, PASSWORD_HASH);
    sem_post(&web->stretching);
    return rc;
}

jy_err
password_fresh(char out[32])
{
    static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";   /* no 0 O 1 l I o */
    uint8_t bytes[20];
    jy_err rc = jy_random(bytes, sizeof(bytes));

    for (size_t i = 0; i < sizeof(bytes) && rc == JY_OK; i++)
        out[i] = alphabet[bytes[i] % (sizeof(alphabet) - 1)];
    out[sizeof(bytes)] = '\0';
    jy_wipe(bytes, sizeof(bytes));
    return rc;
}
