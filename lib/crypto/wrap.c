/* SPDX-License-Identifier: Apache-2.0 */
/* Authenticated wrapping: salt(16) ‖ iv(16) ‖ SM4-CTR ciphertext ‖ HMAC-SM3(32) over context and everything before. */
#include <jinyin/crypto.h>

#include <openssl/evp.h>
#include <string.h>

#define HEAD 32
#define TAG JY_SM3_SIZE

struct keys { uint8_t cipher[16], mac[32]; };

static jy_err
derive(const uint8_t secret[32], const char *context, const uint8_t salt[16], struct keys *out)
{
    return jy_hkdf_sm3(JY_SLICE(secret, 32), JY_SLICE(salt, 16), context, (uint8_t *)out, sizeof(*out));
}

static jy_err
sm4_ctr(const uint8_t key[16], const uint8_t iv[16], struct jy_slice in, uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0;
    bool good = ctx != NULL && in.len <= INT32_MAX && EVP_EncryptInit_ex(ctx, EVP_sm4_ctr(), NULL, key, iv) == 1 &&
        (in.len == 0 || EVP_EncryptUpdate(ctx, out, &len, in.p, (int)in.len) == 1);

    EVP_CIPHER_CTX_free(ctx);
    return good ? JY_OK : JY_E_CRYPTO;
}

static jy_err
tag_of(const struct keys *keys, const char *context, struct jy_slice head_and_cipher, uint8_t out[TAG])
{
    struct jy_buf all = { 0 };
    jy_err rc;

    /* The length of the context stands before it: no other split of the bytes gives the same input. */
    if ((rc = jy_buf_fmt(&all, "%zu:%s:", strlen(context), context)) == JY_OK && (rc = jy_buf_add(&all, head_and_cipher)) == JY_OK)
        rc = jy_hmac_sm3(JY_SLICE(keys->mac, sizeof(keys->mac)), jy_buf_slice(&all), out);
    jy_buf_free(&all);
    return rc;
}

jy_err
jy_wrap(const uint8_t secret[32], const char *context, struct jy_slice plain, struct jy_buf *out)
{
    size_t start = out->len;
    struct keys keys;
    jy_err rc;

    if ((rc = jy_buf_reserve(out, HEAD + plain.len + TAG)) != JY_OK || (rc = jy_random(out->p + start, HEAD)) != JY_OK ||
        (rc = derive(secret, context, out->p + start, &keys)) != JY_OK)
        return rc;
    if ((rc = sm4_ctr(keys.cipher, out->p + start + 16, plain, out->p + start + HEAD)) == JY_OK &&
        (rc = tag_of(&keys, context, JY_SLICE(out->p + start, HEAD + plain.len), out->p + start + HEAD + plain.len)) == JY_OK)
        out->len = start + HEAD + plain.len + TAG;
    jy_wipe(&keys, sizeof(keys));
    return rc;
}

jy_err
jy_unwrap(const uint8_t secret[32], const char *context, struct jy_slice wrapped, struct jy_buf *out)
{
    uint8_t tag[TAG];
    size_t len;
    struct keys keys;
    jy_err rc;

    if (wrapped.len < HEAD + TAG)
        return JY_E_SIGNATURE;
    len = wrapped.len - HEAD - TAG;
    if ((rc = derive(secret, context, wrapped.p, &keys)) != JY_OK)
        return rc;
    if ((rc = tag_of(&keys, context, JY_SLICE(wrapped.p, HEAD + len), tag)) != JY_OK)
        goto out;
    if (!jy_equal_secret(JY_SLICE(tag, TAG), JY_SLICE(wrapped.p + HEAD + len, TAG))) {
        rc = JY_E_SIGNATURE;
        goto out;
    }
    if ((rc = jy_buf_reserve(out, len + 1)) == JY_OK &&
        (rc = sm4_ctr(keys.cipher, wrapped.p + 16, JY_SLICE(wrapped.p + HEAD, len), out->p + out->len)) == JY_OK)
        out->len += len;
out:
    jy_wipe(&keys, sizeof(keys));
    return rc;
}
