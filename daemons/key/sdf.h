/* SPDX-License-Identifier: Apache-2.0 */
/* sdf.h: the part of GM/T 0018 that is used here: types as a device's library lays them out, and its codes by name. */
#ifndef JY_SDF_H
#define JY_SDF_H

#define SDR_OK 0u
#define SDR_BASE 0x01000000u
/* Code relative to SDR_BASE, name, and whether the device refuses (else it does not answer). */
#define SDF_CODES(ROW)                                                                                                                                 \
    ROW(0x01, "UNKNOWERR", false) ROW(0x02, "NOTSUPPORT", true) ROW(0x03, "COMMFAIL", false) ROW(0x04, "HARDFAIL", false) ROW(0x05, "OPENDEVICE", false) \
    ROW(0x06, "OPENSESSION", false) ROW(0x07, "PARDENY", true) ROW(0x08, "KEYNOTEXIST", true) ROW(0x09, "ALGNOTSUPPORT", true)                          \
    ROW(0x0D, "SKOPERR", false) ROW(0x0F, "SIGNERR", false)

/* Numbers are big-endian at the right end of their fields. */
struct sdf_public_key { unsigned bits; unsigned char x[64], y[64]; };
struct sdf_signature { unsigned char r[64], s[64]; };
struct sdf_info {
    unsigned char issuer[40], name[16], serial[16];
    unsigned version, standard, asymmetric[2], symmetric, hash, buffer;
};

#define SDF_FUNCTIONS(ROW)                                                                                                                             \
    ROW(SDF_OpenDevice, (void **device)) ROW(SDF_CloseDevice, (void *device)) ROW(SDF_OpenSession, (void *device, void **session))                      \
    ROW(SDF_CloseSession, (void *session)) ROW(SDF_GetDeviceInfo, (void *session, struct sdf_info *info))                                               \
    ROW(SDF_GetPrivateKeyAccessRight, (void *session, unsigned slot, unsigned char *password, unsigned length))                                         \
    ROW(SDF_ReleasePrivateKeyAccessRight, (void *session, unsigned slot))                                                                              \
    ROW(SDF_ExportSignPublicKey_ECC, (void *session, unsigned slot, struct sdf_public_key *key))                                                       \
    ROW(SDF_InternalSign_ECC, (void *session, unsigned slot, unsigned char *e, unsigned length, struct sdf_signature *signature))

#endif
