/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes, SM3 and what is derived from it. Digests by libgcrypt: OpenSSL 3.0 needs half as long again for them (./dev bench). */
#include <jinyin/crypto.h>

#include <argon2.h>
#include <gcrypt.h>
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
    gcry_md_hd_t md;
};

static bool ready;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* libgcrypt wants to be begun before use; the program around this library may have done so already. */
static void
begin(void)
{
    if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) {
        ready = true;
    } else if (gcry_check_version(GCRYPT_VERSION) != NULL) {
        gcry_control(GCRYCTL_DISABLE_SECMEM, 0);             /* for its own keys, which nobody makes here */
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
        ready = true;
    }
    ready = ready && gcry_md_test_algo(GCRY_MD_SM3) == 0;
}

static bool
begun(void)
{
    pthread_once(&once, begin);
    return ready;
}

jy_err
jy_random(void *out, size_t len)
{
    return len <= INT32_MAX && RAND_bytes(out, (int)len) == 1 ? JY_OK : JY_E_CRYPTO;
}

jy_err
jy_sm3(struct jy_slice data, uint8_t out[JY_SM3_SIZE])
{
    if (!begun())
        return JY_E_CRYPTO;
    gcry_md_hash_buffer(GCRY_MD_SM3, out, data.len == 0 ? (const void *)"" : data.p, data.len);
    return JY_OK;
}

jy_err
jy_sm3_new(struct jy_sm3_ctx **out)
{
    struct jy_sm3_ctx *ctx = calloc(1, sizeof(*ctx));

    *out = NULL;
    if (ctx == NULL)
        return JY_E_NOMEM;
    if (!begun() || gcry_md_open(&ctx->md, GCRY_MD_SM3, 0) != 0) {
        free(ctx);
        return JY_E_CRYPTO;
    }
    *out = ctx;
    return JY_OK;
}

jy_err
jy_sm3_update(struct jy_sm3_ctx *ctx, struct jy_slice data)
{
    if (data.len > 0)
        gcry_md_write(ctx->md, data.p, data.len);
    return JY_OK;
}

jy_err
jy_sm3_finish(struct jy_sm3_ctx *ctx, uint8_t out[JY_SM3_SIZE])
{
    const uint8_t *digest = gcry_md_read(ctx->md, GCRY_MD_SM3);

    if (digest == NULL)
        return JY_E_CRYPTO;
    memcpy(out, digest, JY_SM3_SIZE);
    return JY_OK;
}

jy_err
jy_sm3_copy(const struct jy_sm3_ctx *ctx, struct jy_sm3_ctx **out)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL)
        return JY_E_NOMEM;
    if (gcry_md_copy(&(*out)->md, ctx->md) == 0)
        return JY_OK;
    free(*out);
    *out = NULL;
    return JY_E_CRYPTO;
}

void
jy_sm3_free(struct jy_sm3_ctx *ctx)
{
    if (ctx == NULL)
        return;
    gcry_md_close(ctx->md);
    free(ctx);
}

jy_err
jy_hmac_sm3(struct jy_slice key, struct jy_slice data, uint8_t out[JY_SM3_SIZE])
{
    unsigned len = JY_SM3_SIZE;

    if (key.len > INT32_MAX)
        return JY_E_ARGUMENT;
    return HMAC(EVP_sm3(), key.len == 0 ? (const void *)"" : key.p, (int)key.len, data.len == 0 ? (const uint8_t *)"" : data.p, data.len,
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
    if (salt.len < 16 || salt.len > INT32_MAX || secret.len > INT32_MAX || rounds < 10000 || out_len > INT32_MAX)
        return JY_E_ARGUMENT;
    return PKCS5_PBKDF2_HMAC(secret.len == 0 ? "" : (const char *)secret.p, (int)secret.len, salt.p, (int)salt.len, rounds, EVP_sm3(), (int)out_len,
                             out) == 1 ? JY_OK : JY_E_CRYPTO;
}
