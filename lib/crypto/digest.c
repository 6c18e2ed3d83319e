/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"

#include "codec/oid.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

struct row {
    struct jy_slice oid;
    const char *name;
    bool strong;
};

static bool
find(struct jy_slice oid, struct row *out)
{
    const struct row rows[] = { { OID_SM3, "SM3", true }, { OID_SM3_UNKEYED, "SM3", true }, { OID_SHA1, "SHA1", false },
                                { OID_SHA256, "SHA256", true }, { OID_SHA384, "SHA384", true }, { OID_SHA512, "SHA512", true } };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (jy_slice_equal(rows[i].oid, oid)) {
            *out = rows[i];
            return true;
        }
    return false;
}

bool
jy_digest_is_strong(struct jy_slice oid)
{
    struct row row;

    return find(oid, &row) && row.strong;
}

jy_err
jy_digest_rounds(struct jy_slice oid, const struct jy_slice *parts, size_t count, unsigned rounds, uint8_t out[JY_DIGEST_MAX], size_t *len)
{
    struct row row;
    EVP_MD *md;
    EVP_MD_CTX *ctx;
    unsigned int n = 0;
    bool good;

    if (!find(oid, &row))
        return JY_E_UNSUPPORTED;
    md = EVP_MD_fetch(NULL, row.name, NULL);
    ctx = EVP_MD_CTX_new();
    good = md != NULL && ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) == 1;
    for (size_t i = 0; good && i < count; i++)
        good = EVP_DigestUpdate(ctx, parts[i].p, parts[i].len) == 1;
    good = good && EVP_DigestFinal_ex(ctx, out, &n) == 1;
    for (unsigned i = 1; good && i < rounds; i++)
        good = EVP_DigestInit_ex2(ctx, NULL, NULL) == 1 && EVP_DigestUpdate(ctx, out, n) == 1 && EVP_DigestFinal_ex(ctx, out, &n) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_MD_free(md);
    *len = n;
    return good ? JY_OK : JY_E_CRYPTO;
}

jy_err
jy_digest_parts(struct jy_slice oid, const struct jy_slice *parts, size_t count, uint8_t out[JY_DIGEST_MAX], size_t *len)
{
    return jy_digest_rounds(oid, parts, count, 1, out, len);
}

jy_err
jy_digest(struct jy_slice oid, struct jy_slice data, uint8_t out[JY_DIGEST_MAX], size_t *len)
{
    return jy_digest_parts(oid, &data, 1, out, len);
}

jy_err
jy_hmac(struct jy_slice oid, struct jy_slice key, struct jy_slice data, uint8_t out[JY_DIGEST_MAX], size_t *len)
{
    struct row row;
    EVP_MD *md;
    unsigned int n = 0;
    bool good;

    if (key.len > INT32_MAX)
        return JY_E_ARGUMENT;
    if (!find(oid, &row))
        return JY_E_UNSUPPORTED;
    md = EVP_MD_fetch(NULL, row.name, NULL);
    good = md != NULL && HMAC(md, key.len == 0 ? (const void *)"" : key.p, (int)key.len, data.len == 0 ? (const uint8_t *)"" : data.p, data.len,
                              out, &n) != NULL;
    EVP_MD_free(md);
    *len = n;
    return good ? JY_OK : JY_E_CRYPTO;
}
