/* SPDX-License-Identifier: Apache-2.0 */
/* SM2 over OpenSSL, which signs and checks e; Z and e are made here, always with the user id 1234567812345678 (GM/T 0009). */
#include <jinyin/crypto.h>

#include "codec/der.h"
#include "crypto/evp.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>


struct jy_sm2 {
    EVP_PKEY *pkey;
    bool is_private;
    uint8_t point[JY_SM2_POINT_SIZE];
    uint8_t z[JY_SM3_SIZE];
    jy_sm2_signer *sign;              /* elsewhere; NULL: here */
    void *self;
    void (*end)(void *self);
};

EVP_PKEY *
jy_sm2_pkey(const struct jy_sm2 *key)
{
    return key->pkey;
}

static bool
is_sm2(EVP_PKEY *pkey)
{
    char group[32];
    size_t len = 0;

    return EVP_PKEY_get_group_name(pkey, group, sizeof(group), &len) == 1 && strcmp(group, "SM2") == 0;
}

/* The uncompressed point, however the key was loaded: a decoded key may answer with a compressed one. */
static bool
read_point(EVP_PKEY *pkey, uint8_t point[JY_SM2_POINT_SIZE])
{
    BIGNUM *x = NULL, *y = NULL;
    bool good = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
        EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 && BN_bn2binpad(x, point + 1, 32) == 32 &&
        BN_bn2binpad(y, point + 33, 32) == 32;

    point[0] = 4;
    BN_free(x);
    BN_free(y);
    return good;
}

/* Z of a public point: before every message, so found once. */
static jy_err
find_z(const uint8_t point[JY_SM2_POINT_SIZE], uint8_t out[JY_SM3_SIZE])
{
    /* ENTL in bits, ID, then a, b and G of the curve (GB/T 32918.5-2017). */
    static const uint8_t head[] = { 0x00, 0x80, '1', '2', '3', '4', '5', '6', '7', '8', '1', '2', '3', '4', '5', '6', '7', '8',
        0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFC,
        0x28, 0xE9, 0xFA, 0x9E, 0x9D, 0x9F, 0x5E, 0x34, 0x4D, 0x5A, 0x9E, 0x4B, 0xCF, 0x65, 0x09, 0xA7, 0xF3, 0x97, 0x89, 0xF5, 0x15, 0xAB, 0x8F, 0x92,
        0xDD, 0xBC, 0xBD, 0x41, 0x4D, 0x94, 0x0E, 0x93,
        0x32, 0xC4, 0xAE, 0x2C, 0x1F, 0x19, 0x81, 0x19, 0x5F, 0x99, 0x04, 0x46, 0x6A, 0x39, 0xC9, 0x94, 0x8F, 0xE3, 0x0B, 0xBF, 0xF2, 0x66, 0x0B, 0xE1,
        0x71, 0x5A, 0x45, 0x89, 0x33, 0x4C, 0x74, 0xC7,
        0xBC, 0x37, 0x36, 0xA2, 0xF4, 0xF6, 0x77, 0x9C, 0x59, 0xBD, 0xCE, 0xE3, 0x6B, 0x69, 0x21, 0x53, 0xD0, 0xA9, 0x87, 0x7C, 0xC6, 0x2A, 0x47, 0x40,
        0x02, 0xDF, 0x32, 0xE5, 0x21, 0x39, 0xF0, 0xA0 };
    uint8_t all[sizeof(head) + JY_SM2_POINT_SIZE - 1];

    memcpy(all, head, sizeof(head));
    memcpy(all + sizeof(head), point + 1, JY_SM2_POINT_SIZE - 1);
    return jy_sm3(JY_SLICE(all, sizeof(all)), out);
}

jy_err
jy_sm2_take_pkey(EVP_PKEY *pkey, bool is_private, struct jy_sm2 **out)
{
    struct jy_sm2 *key = NULL;
    jy_err rc = JY_OK;

    *out = NULL;
    if (pkey == NULL)
        return JY_E_CRYPTO;
    if (!is_sm2(pkey))
        rc = JY_E_UNSUPPORTED;
    else if ((key = calloc(1, sizeof(*key))) == NULL)
        rc = JY_E_NOMEM;
    else if (!read_point(pkey, key->point))
        rc = JY_E_CRYPTO;
    else
        rc = find_z(key->point, key->z);
    if (rc != JY_OK) {
        EVP_PKEY_free(pkey);
        free(key);
        return rc;
    }
    key->pkey = pkey;
    key->is_private = is_private;
    *out = key;
    return JY_OK;
}

jy_err
jy_sm2_generate(struct jy_sm2 **out)
{
    return jy_sm2_take_pkey(EVP_PKEY_Q_keygen(NULL, NULL, "SM2"), true, out);
}

/* From the point and, when d is not NULL, the private number. */
static jy_err
from_numbers(const uint8_t *d, const uint8_t point[JY_SM2_POINT_SIZE], struct jy_sm2 **out)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    BIGNUM *number = d == NULL ? NULL : BN_secure_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY *pkey = NULL;
    jy_err rc = JY_E_CRYPTO;

    *out = NULL;
    if (build != NULL && ctx != NULL && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, JY_SM2_POINT_SIZE) == 1 &&
        (d == NULL || (number != NULL && BN_bin2bn(d, 32, number) != NULL &&
                       OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1)) &&
        (params = OSSL_PARAM_BLD_to_param(build)) != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
        EVP_PKEY_fromdata(ctx, &pkey, d == NULL ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, params) == 1)
        rc = jy_sm2_take_pkey(pkey, d != NULL, out);
    OSSL_PARAM_BLD_free(build);
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(ctx);
    BN_clear_free(number);
    return rc;
}

jy_err
jy_sm2_from_private(const uint8_t d[32], struct jy_sm2 **out)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_sm2);
    EC_POINT *p = group == NULL ? NULL : EC_POINT_new(group);
    BIGNUM *number = BN_secure_new(), *limit = BN_new();
    uint8_t point[JY_SM2_POINT_SIZE];
    jy_err rc = JY_E_CRYPTO;

    *out = NULL;
    if (p == NULL || number == NULL || limit == NULL || BN_bin2bn(d, 32, number) == NULL || BN_copy(limit, EC_GROUP_get0_order(group)) == NULL ||
        BN_sub_word(limit, 1) != 1)
        goto out;
    BN_set_flags(number, BN_FLG_CONSTTIME);
    if (BN_is_zero(number) || BN_cmp(number, limit) >= 0) {              /* d in 1..n-2 */
        rc = JY_E_ARGUMENT;
        goto out;
    }
    if (EC_POINT_mul(group, p, number, NULL, NULL, NULL) == 1 &&
        EC_POINT_point2oct(group, p, POINT_CONVERSION_UNCOMPRESSED, point, sizeof(point), NULL) == sizeof(point))
        rc = from_numbers(d, point, out);
out:
    BN_clear_free(number);
    BN_free(limit);
    EC_POINT_free(p);
    EC_GROUP_free(group);
    return rc;
}

jy_err
jy_sm2_from_point(const uint8_t point[JY_SM2_POINT_SIZE], struct jy_sm2 **out)
{
    *out = NULL;
    return point[0] != 4 ? JY_E_FORMAT : from_numbers(NULL, point, out);
}

jy_err
jy_sm2_elsewhere(const uint8_t point[JY_SM2_POINT_SIZE], jy_sm2_signer *sign, void *self, void (*end)(void *self), struct jy_sm2 **out)
{
    jy_err rc = jy_sm2_from_point(point, out);

    if (rc != JY_OK) {
        end(self);
        return rc;
    }
    (*out)->sign = sign;
    (*out)->self = self;
    (*out)->end = end;
    return JY_OK;
}

void *
jy_sm2_self(const struct jy_sm2 *key)
{
    return key->self;
}

jy_err
jy_sm2_from_pem(struct jy_slice pem, struct jy_sm2 **out, struct jy_fault *fault)
{
    BIO *bio = pem.len > 0 && pem.len <= JY_KEY_PEM_MAX ? BIO_new_mem_buf(pem.p, (int)pem.len) : NULL;
    EVP_PKEY *pkey = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)(uintptr_t)"");
    jy_err rc;

    *out = NULL;
    BIO_free(bio);
    if (pkey == NULL)
        return jy_fail(fault, JY_E_FORMAT, "private key", 0, "not a PEM private key without a password");
    if ((rc = jy_sm2_take_pkey(pkey, true, out)) != JY_OK)
        return jy_fail(fault, rc, "private key", 0, "not an SM2 key");
    return JY_OK;
}

jy_err
jy_sm2_to_pem(const struct jy_sm2 *key, struct jy_buf *out)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    char *text;
    long len;
    jy_err rc = JY_E_CRYPTO;

    if (bio != NULL && key->is_private && PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) == 1 &&
        (len = BIO_get_mem_data(bio, &text)) > 0)
        rc = jy_buf_add(out, JY_SLICE(text, (size_t)len));
    BIO_free(bio);
    return rc;
}

jy_err
jy_sm2_point(const struct jy_sm2 *key, uint8_t out[JY_SM2_POINT_SIZE])
{
    memcpy(out, key->point, JY_SM2_POINT_SIZE);
    return JY_OK;
}

jy_err
jy_sm2_private(const struct jy_sm2 *key, uint8_t out[32])
{
    BIGNUM *d = NULL;
    bool good = key->is_private && EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1 && BN_bn2binpad(d, out, 32) == 32;

    BN_clear_free(d);
    return good ? JY_OK : JY_E_CRYPTO;
}

bool
jy_sm2_same_public(const struct jy_sm2 *a, const struct jy_sm2 *b)
{
    return a != NULL && b != NULL && memcmp(a->point, b->point, JY_SM2_POINT_SIZE) == 0;
}

void
jy_sm2_free(struct jy_sm2 *key)
{
    if (key == NULL)
        return;
    if (key->end != NULL)
        key->end(key->self);
    EVP_PKEY_free(key->pkey);
    free(key);
}

/* What is signed of a message: e = SM3(Z ‖ message) (GB/T 32918.2 6.1). */
static jy_err
message_digest(const struct jy_sm2 *key, const struct jy_slice *parts, size_t count, uint8_t e[JY_SM3_SIZE])
{
    struct jy_sm3_ctx *sm3 = NULL;
    jy_err rc = jy_sm3_new(&sm3);

    if (rc == JY_OK)
        rc = jy_sm3_update(sm3, JY_SLICE(key->z, sizeof(key->z)));
    for (size_t i = 0; rc == JY_OK && i < count; i++)
        rc = jy_sm3_update(sm3, parts[i]);
    if (rc == JY_OK)
        rc = jy_sm3_finish(sm3, e);
    jy_sm3_free(sm3);
    return rc;
}

/* r or s as 32 bytes: leading zeros dropped; false when it is negative, zero or longer than 32 bytes. */
static bool
number_of(struct jy_slice value, uint8_t out[32], bool *minimal)
{
    if (value.len == 0 || (value.p[0] & 0x80) != 0)
        return false;
    if (value.len > 1 && value.p[0] == 0 && (value.p[1] & 0x80) == 0)
        *minimal = false;
    while (value.len > 1 && value.p[0] == 0)
        value.p++, value.len--;
    if (value.len > 32)
        return false;
    memset(out, 0, 32);
    memcpy(out + 32 - value.len, value.p, value.len);
    return true;
}

/* Either form → 64 bytes r‖s. */
static jy_err
split(struct jy_slice sig, uint8_t rs[64], enum jy_sm2_encoding *encoding)
{
    struct jy_der all, body;
    struct jy_der_item r, s;
    bool minimal = true;

    if (sig.len == 64) {
        memcpy(rs, sig.p, 64);
        *encoding = JY_SM2_RAW64;
        return JY_OK;
    }
    jy_der_open(&all, sig);
    if (jy_der_enter(&all, DER_SEQUENCE, &body) != JY_OK || jy_der_get(&body, DER_INTEGER, &r) != JY_OK ||
        jy_der_get(&body, DER_INTEGER, &s) != JY_OK || jy_der_close(&body) != JY_OK || jy_der_close(&all) != JY_OK ||
        !number_of(r.value, rs, &minimal) || !number_of(s.value, rs + 32, &minimal))
        return JY_E_FORMAT;
    *encoding = minimal ? JY_SM2_DER : JY_SM2_DER_NON_MINIMAL;
    return JY_OK;
}

/* Returns the bytes written, at most 35. */
static size_t
put_number(uint8_t *out, const uint8_t n[32])
{
    uint8_t value[33] = { 0 };
    size_t skip = 0, len;

    memcpy(value + 1, n, 32);
    while (skip < 32 && value[skip] == 0 && (value[skip + 1] & 0x80) == 0)
        skip++;
    len = 33 - skip;
    out[0] = DER_INTEGER;
    out[1] = (uint8_t)len;
    memcpy(out + 2, value + skip, len);
    return len + 2;
}

/* 64 bytes r‖s → DER as OpenSSL takes it. No allocation: a value that could not be checked is not to look like one that does not fit. */
static size_t
put_signature(const uint8_t rs[64], uint8_t out[JY_SM2_SIGNATURE_MAX])
{
    size_t len = put_number(out + 2, rs);

    len += put_number(out + 2 + len, rs + 32);
    out[0] = DER_SEQUENCE;
    out[1] = (uint8_t)len;
    return len + 2;
}

static jy_err
verify_digest(const struct jy_sm2 *key, const uint8_t e[JY_SM3_SIZE], const uint8_t rs[64])
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
    uint8_t der[JY_SM2_SIGNATURE_MAX];
    jy_err rc = JY_E_CRYPTO;

    if (ctx != NULL && EVP_PKEY_verify_init(ctx) == 1)
        rc = EVP_PKEY_verify(ctx, der, put_signature(rs, der), e, JY_SM3_SIZE) == 1 ? JY_OK : JY_E_SIGNATURE;
    EVP_PKEY_CTX_free(ctx);
    return rc;
}

/* A device's word is not taken for it: a value that does not fit is a device that failed. */
static jy_err
sign_elsewhere(const struct jy_sm2 *key, const uint8_t e[JY_SM3_SIZE], uint8_t sig[JY_SM2_SIGNATURE_MAX], size_t *sig_len)
{
    uint8_t rs[64];
    jy_err rc = key->sign(key->self, e, rs);

    if (rc == JY_OK && (rc = verify_digest(key, e, rs)) == JY_E_SIGNATURE)
        rc = JY_E_DEVICE_DOWN;
    if (rc == JY_OK)
        *sig_len = put_signature(rs, sig);
    return rc;
}

jy_err
jy_sm2_sign(const struct jy_sm2 *key, struct jy_slice message, uint8_t sig[JY_SM2_SIGNATURE_MAX], size_t *sig_len)
{
    EVP_PKEY_CTX *ctx = key->is_private ? EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL) : NULL;
    uint8_t e[JY_SM3_SIZE];
    jy_err rc = JY_E_CRYPTO;

    if (key->sign != NULL)
        return (rc = message_digest(key, &message, 1, e)) == JY_OK ? sign_elsewhere(key, e, sig, sig_len) : rc;
    *sig_len = JY_SM2_SIGNATURE_MAX;
    if (ctx != NULL && (rc = message_digest(key, &message, 1, e)) == JY_OK &&
        (EVP_PKEY_sign_init(ctx) != 1 || EVP_PKEY_sign(ctx, sig, sig_len, e, sizeof(e)) != 1))
        rc = JY_E_CRYPTO;
    EVP_PKEY_CTX_free(ctx);
    return rc;
}

jy_err
jy_sm2_verify_parts(const struct jy_sm2 *key, const struct jy_slice *parts, size_t count, struct jy_slice sig,
                    enum jy_sm2_encoding *encoding)
{
    enum jy_sm2_encoding met;
    uint8_t rs[64], e[JY_SM3_SIZE];
    jy_err rc;

    if ((rc = split(sig, rs, &met)) != JY_OK)
        return rc;
    if (encoding != NULL)
        *encoding = met;
    if ((rc = message_digest(key, parts, count, e)) == JY_OK)
        rc = verify_digest(key, e, rs);
    return rc;
}

jy_err
jy_sm2_verify(const struct jy_sm2 *key, struct jy_slice message, struct jy_slice sig, enum jy_sm2_encoding *encoding)
{
    return jy_sm2_verify_parts(key, &message, 1, sig, encoding);
}

jy_err
jy_sm2_verify_digest(const struct jy_sm2 *key, const uint8_t e[JY_SM3_SIZE], struct jy_slice sig)
{
    enum jy_sm2_encoding met;
    uint8_t rs[64];
    jy_err rc = split(sig, rs, &met);

    return rc == JY_OK ? verify_digest(key, e, rs) : rc;
}

jy_err
jy_sm2_z(const struct jy_sm2 *key, uint8_t out[JY_SM3_SIZE])
{
    memcpy(out, key->z, JY_SM3_SIZE);
    return JY_OK;
}

static jy_err
crypt(const struct jy_sm2 *key, bool encrypt, struct jy_slice in, struct jy_buf *out)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
    size_t len = 0;
    jy_err rc = JY_E_CRYPTO;

    if (ctx != NULL && (encrypt ? EVP_PKEY_encrypt_init(ctx) : EVP_PKEY_decrypt_init(ctx)) == 1 &&
        (encrypt ? EVP_PKEY_encrypt(ctx, NULL, &len, in.p, in.len) : EVP_PKEY_decrypt(ctx, NULL, &len, in.p, in.len)) == 1 &&
        (rc = jy_buf_reserve(out, len)) == JY_OK) {
        if ((encrypt ? EVP_PKEY_encrypt(ctx, out->p + out->len, &len, in.p, in.len)
                     : EVP_PKEY_decrypt(ctx, out->p + out->len, &len, in.p, in.len)) == 1)
            out->len += len;
        else
            rc = encrypt ? JY_E_CRYPTO : JY_E_SIGNATURE;
    }
    EVP_PKEY_CTX_free(ctx);
    return rc;
}

jy_err
jy_sm2_encrypt(const struct jy_sm2 *key, struct jy_slice plain, struct jy_buf *out)
{
    return plain.len == 0 || plain.len > JY_SM2_PLAIN_MAX ? JY_E_ARGUMENT : crypt(key, true, plain, out);
}

jy_err
jy_sm2_decrypt(const struct jy_sm2 *key, struct jy_slice cipher, struct jy_buf *out)
{
    if (!key->is_private || cipher.len < 100 || cipher.len > JY_SM2_PLAIN_MAX + 200)
        return JY_E_SIGNATURE;
    return crypt(key, false, cipher, out);
}
