/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device by GM/T 0018 that is none: SM2 by OpenSSL, keys in a plain file. NOT FOR PRODUCTION: it protects nothing and exists to test the adapter.
 *
 * Beside the library lie LIBRARY.keys, rows "SLOT PASSWORD D" (D 64 hex digits), read at every call, and LIBRARY.fault, when it exists "FUNCTION CODE":
 * that function answers that code (hex). "garble" in the place of a function: signatures are wrong.
 */
#include "daemons/key/sdf.h"

#include "crypto/evp.h"

#include "codec/text.h"

#include <dlfcn.h>
#include <openssl/ec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define API __attribute__((visibility("default")))
#define PASSWORD_MAX 64

struct session { unsigned open_slot; };    /* 0: no access right */
static int the_device;

static void
beside(const char *suffix, char path[4096])
{
    Dl_info where;

    path[0] = '\0';
    if (dladdr(&the_device, &where) != 0)
        snprintf(path, 4096, "%s%s", where.dli_fname, suffix);
}

/* What the fault file says of this function, SDR_OK without one. */
static unsigned
fault_of(const char *function)
{
    char path[4096], name[64];
    unsigned code = SDR_OK;
    FILE *f;

    beside(".fault", path);
    if ((f = fopen(path, "r")) == NULL)
        return SDR_OK;
    if (fscanf(f, "%63s %x", name, &code) != 2 || strcmp(name, function) != 0)
        code = SDR_OK;
    fclose(f);
    return code;
}

static int
find(unsigned slot, char password[PASSWORD_MAX + 1], struct jy_sm2 **key)
{
    char path[4096], hex[65];
    uint8_t d[32];
    unsigned number;
    int rc = SDR_BASE + 8;
    FILE *f;

    *key = NULL;
    beside(".keys", path);
    if ((f = fopen(path, "r")) == NULL)
        return SDR_BASE + 4;
    while (rc != SDR_OK && fscanf(f, "%u %64s %64s", &number, password, hex) == 3)
        if (number == slot && jy_hex_parse(jy_slice_text(hex), d, sizeof(d)) == JY_OK && jy_sm2_from_private(d, key) == JY_OK)
            rc = SDR_OK;
    fclose(f);
    return rc;
}

#define FAIL_AS_TOLD(function)                                                                     \
    do {                                                                                           \
        unsigned code = fault_of(#function);                                                       \
        if (code != SDR_OK)                                                                        \
            return (int)code;                                                                      \
    } while (0)

#define ROW(name, arguments) API int name arguments;
SDF_FUNCTIONS(ROW)
#undef ROW

int
SDF_OpenDevice(void **device)
{
    FAIL_AS_TOLD(SDF_OpenDevice);
    *device = &the_device;
    return SDR_OK;
}

int
SDF_CloseDevice(void *device)
{
    return device == &the_device ? (int)SDR_OK : (int)(SDR_BASE + 5);
}

int
SDF_OpenSession(void *device, void **session)
{
    FAIL_AS_TOLD(SDF_OpenSession);
    if (device != &the_device || (*session = calloc(1, sizeof(struct session))) == NULL)
        return SDR_BASE + 6;
    return SDR_OK;
}

int
SDF_CloseSession(void *session)
{
    free(session);
    return SDR_OK;
}

int
SDF_GetDeviceInfo(void *session, struct sdf_info *info)
{
    (void)session;
    memset(info, 0, sizeof(*info));
    memcpy(info->issuer, "Jinyin", 6);
    memcpy(info->name, "NOT-FOR-USE", 11);
    memcpy(info->serial, "0001", 4);
    return SDR_OK;
}

int
SDF_GetPrivateKeyAccessRight(void *session, unsigned slot, unsigned char *password, unsigned length)
{
    char own[PASSWORD_MAX + 1];
    struct jy_sm2 *key;
    int rc;

    FAIL_AS_TOLD(SDF_GetPrivateKeyAccessRight);
    if ((rc = find(slot, own, &key)) == SDR_OK && (strlen(own) != length || memcmp(own, password, length) != 0))
        rc = SDR_BASE + 7;
    if (rc == SDR_OK)
        ((struct session *)session)->open_slot = slot;
    jy_sm2_free(key);
    return rc;
}

int
SDF_ReleasePrivateKeyAccessRight(void *session, unsigned slot)
{
    FAIL_AS_TOLD(SDF_ReleasePrivateKeyAccessRight);
    if (((struct session *)session)->open_slot != slot)
        return SDR_BASE + 7;
    ((struct session *)session)->open_slot = 0;
    return SDR_OK;
}

int
SDF_ExportSignPublicKey_ECC(void *session, unsigned slot, struct sdf_public_key *out)
{
    char own[PASSWORD_MAX + 1];
    uint8_t point[JY_SM2_POINT_SIZE];
    struct jy_sm2 *key;
    int rc;

    (void)session;
    FAIL_AS_TOLD(SDF_ExportSignPublicKey_ECC);
    if ((rc = find(slot, own, &key)) != SDR_OK)
        return rc;
    if (jy_sm2_point(key, point) != JY_OK)
        rc = SDR_BASE + 1;
    else {
        struct sdf_public_key told = { .bits = 256 };
        memcpy(told.x + 32, point + 1, 32);
        memcpy(told.y + 32, point + 33, 32);
        *out = told;
    }
    jy_sm2_free(key);
    return rc;
}

static int
sign(const struct jy_sm2 *key, const unsigned char *e, struct sdf_signature *out)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, jy_sm2_pkey(key), NULL);
    unsigned char der[JY_SM2_SIGNATURE_MAX];
    const unsigned char *p = der;
    size_t len = sizeof(der);
    ECDSA_SIG *sig = NULL;
    int rc = SDR_BASE + 0x0F;

    if (ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_sign(ctx, der, &len, e, JY_SM3_SIZE) == 1 &&
        (sig = d2i_ECDSA_SIG(NULL, &p, (long)len)) != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out->r, 64) == 64 &&
        BN_bn2binpad(ECDSA_SIG_get0_s(sig), out->s, 64) == 64)
        rc = SDR_OK;
    ECDSA_SIG_free(sig);
    EVP_PKEY_CTX_free(ctx);
    return rc;
}

int
SDF_InternalSign_ECC(void *session, unsigned slot, unsigned char *e, unsigned length, struct sdf_signature *signature)
{
    char own[PASSWORD_MAX + 1];
    struct jy_sm2 *key;
    int rc;

    FAIL_AS_TOLD(SDF_InternalSign_ECC);
    if (((struct session *)session)->open_slot != slot)
        return SDR_BASE + 7;
    if (length != JY_SM3_SIZE)
        return SDR_BASE + 9;
    if ((rc = find(slot, own, &key)) == SDR_OK)
        rc = sign(key, e, signature);
    if (fault_of("garble") != SDR_OK)
        signature->s[63] ^= 1;
    memset(e, 0, length);                  /* a device may use its input as it likes */
    jy_sm2_free(key);
    return rc;
}
