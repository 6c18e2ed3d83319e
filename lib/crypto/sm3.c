/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes, SM3 and what is derived from it. */
#include <jinyin/crypto.h>

#include <argon2.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/core_names.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct jy_sm3_ctx {
    EVP_MD_CTX *md;
};

static EVP_MD *sm3;                       /* fetched once: a fetch per digest costs more than a small digest */
static pthread_once_t sm3_once = PTHREAD_ONCE_INIT;

static void
fetch_sm3(void)
{
    sm3 = EVP_MD_fetch(NULL, "SM3", NULL);
}

static const EVP_MD *
md_sm3(void)
{
    pthread_once(&sm3_once, fetch_sm3);
    return sm3;
}

jy_err
jy_random(void *out, size_t len)
{
    return len <= INT32_MAX && RAND_bytes(out, (int)len) == 1 ? JY_OK : JY_E_CRYPTO;
}

jy_err
jy_sm3(struct jy_slice data, uint8_t out[JY_SM3_SIZE])
{
    return md_sm3() != NULL && EVP_Digest(data.len == 0 ? (const void *)"" : data.p, data.len, out, NULL, md_sm3(), NULL) == 1 ?
        JY_OK : JY_E_CRYPTO;
}

jy_err
jy_sm3_new(struct jy_sm3_ctx **out)
{
    struct jy_sm3_ctx *ctx = calloc(1, sizeof(*ctx));

    *out = NULL;
    if (ctx == NULL)
        return JY_E_NOMEM;
    if ((ctx->md = EVP_MD_CTX_new()) == NULL || md_sm3() == NULL || EVP_DigestInit_ex(ctx->md, md_sm3(), NULL) != 1) {
        jy_sm3_free(ctx);
        return JY_E_CRYPTO;
    }
    *out = ctx;
    return JY_OK;
}

jy_err
jy_sm3_update(struct jy_sm3_ctx *ctx, struct jy_slice data)
{
    return data.len == 0 || EVP_DigestUpdate(ctx->md, data.p, data.len) == 1 ? JY_OK : JY_E_CRYPTO;
}

jy_err
jy_sm3_finish(struct jy_sm3_ctx *ctx, uint8_t out[JY_SM3_SIZE])
{
    return EVP_DigestFinal_ex(ctx->md, out, NULL) == 1 ? JY_OK : JY_E_CRYPTO;
}

jy_err
jy_sm3_copy(const struct jy_sm3_ctx *ctx, struct jy_sm3_ctx **out)
{
    jy_err rc = jy_sm3_new(out);

    if (rc == JY_OK && EVP_MD_CTX_copy_ex((*out)->md, ctx->md) != 1) {
        jy_sm3_free(*out);
        *out = NULL;
        rc = JY_E_CRYPTO;
    }
    return rc;
}

void
jy_sm3_free(struct jy_sm3_ctx *ctx)
{
    if (ctx == NULL)
        return;
    EVP_MD_CTX_free(ctx->md);
    free(ctx);
}

jy_err
jy_hmac_sm3(struct jy_slice key, struct jy_slice data, uint8_t out[JY_SM3_SIZE])
{
    unsigned len = JY_SM3_SIZE;

    if (key.len > INT32_MAX || md_sm3() == NULL)
        return JY_E_ARGUMENT;
    return HMAC(md_sm3(), key.len == 0 ? (const void *)"" : key.p, (int)key.len, data.len == 0 ? (const uint8_t *)"" : data.p, data.len,
                out, &len) != NULL ? JY_OK : JY_E_CRYPTO;
}

jy_err
jy_hkdf_sm3(struct jy_slice secret, struct jy_slice salt, const char *info, uint8_t *out, size_t out_len)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    OSSL_PARAM params[5], *p = params;
    bool good;

    *p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)"SM3", 0);
    *p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret.p, secret.len);
    *p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)(salt.len == 0 ? (const uint8_t *)"" : salt.p), salt.len);
    *p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info, strlen(info));
    *p = OSSL_PARAM_construct_end();
    good = ctx != NULL && out_len <= 255 * JY_SM3_SIZE && EVP_KDF_derive(ctx, out, out_len, params) == 1;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return good ? JY_OK : JY_E_CRYPTO;
}

jy_err
jy_argon2id(struct jy_slice secret, struct jy_slice salt, uint8_t *out, size_t out_len)
{
    if (salt.len < 16)
        return JY_E_ARGUMENT;
    switch (argon2id_hash_raw(3, 64 * 1024, 1, secret.p, secret.len, salt.p, salt.len, out, out_len)) {
    case ARGON2_OK:
        return JY_OK;
    case ARGON2_MEMORY_ALLOCATION_ERROR:
        return JY_E_NOMEM;
    default:
        return JY_E_CRYPTO;
    }
}

jy_err
jy_pbkdf2_sm3(struct jy_slice secret, struct jy_slice salt, int rounds, uint8_t *out, size_t out_len)
{
    if (salt.len < 16 || salt.len > INT32_MAX || secret.len > INT32_MAX || rounds < 10000 || out_len > INT32_MAX || md_sm3() == NULL)
        return JY_E_ARGUMENT;
    return PKCS5_PBKDF2_HMAC(secret.len == 0 ? "" : (const char *)secret.p, (int)secret.len, salt.p, (int)salt.len, rounds, md_sm3(), (int)out_len,
                             out) == 1 ? JY_OK : JY_E_CRYPTO;
}
