/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The adapter to a device by GM/T 0018 (R12.1). One session, opened again when the device failed: the room answers one request at a time. A slot's access
 * right lasts for one signature.
 */
#include "daemons/key/device.h"

#include "daemons/key/sdf.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ACCESS_FILE_MAX 8192

struct jy_device {
    void *library;
    struct {
#define ROW(name, arguments) int (*name) arguments;
        SDF_FUNCTIONS(ROW)
#undef ROW
    } sdf;
    void *device, *session;                /* NULL: to be opened */
    char name[96], trouble[96];
    struct jy_device_access access[JY_DEVICE_SLOTS];
    size_t access_count;
};

/* The self of a key. */
struct slot { struct jy_device *device; struct jy_device_access access; };

/* -- calls -- */

static jy_err
outcome(struct jy_device *d, const char *function, int code)
{
    static const struct { unsigned code; const char *name; bool refusal; } codes[] = {
#define ROW(code, name, refusal) { SDR_BASE + (code), name, refusal },
        SDF_CODES(ROW)
#undef ROW
    };
    const char *name = "of the manufacturer's own";
    bool refusal = false;

    if (code == (int)SDR_OK)
        return JY_OK;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].code == (unsigned)code) {
            name = codes[i].name;
            refusal = codes[i].refusal;
        }
    snprintf(d->trouble, sizeof(d->trouble), "%s: 0x%08X %s", function, (unsigned)code, name);
    return refusal ? JY_E_DEVICE_REFUSED : JY_E_DEVICE_DOWN;
}
#define CALL(d, function, ...) outcome(d, #function, (d)->sdf.function(__VA_ARGS__))

static void
shut(struct jy_device *d)
{
    if (d->session != NULL)
        d->sdf.SDF_CloseSession(d->session);
    if (d->device != NULL)
        d->sdf.SDF_CloseDevice(d->device);
    d->session = d->device = NULL;
}

/* A session that works, or none: what a failure left is closed, so that the next request begins anew. */
static jy_err
begin(struct jy_device *d)
{
    jy_err rc = JY_OK;

    if (d->device == NULL)
        rc = CALL(d, SDF_OpenDevice, &d->device);
    if (rc == JY_OK && d->session == NULL)
        rc = CALL(d, SDF_OpenSession, d->device, &d->session);
    if (rc != JY_OK)
        shut(d);
    return rc;
}

static jy_err
after(struct jy_device *d, jy_err rc)
{
    if (rc == JY_E_DEVICE_DOWN)
        shut(d);
    return rc;
}

/* 32 bytes at the right end of 64, the rest zero. */
static bool
take_number(const unsigned char field[64], uint8_t out[32])
{
    static const unsigned char zero[32];

    memcpy(out, field + 32, 32);
    return memcmp(field, zero, 32) == 0;
}

jy_err
jy_device_point(struct jy_device *d, uint32_t slot, uint8_t point[JY_SM2_POINT_SIZE])
{
    struct sdf_public_key key = { 0 };
    jy_err rc;

    if ((rc = begin(d)) != JY_OK || (rc = CALL(d, SDF_ExportSignPublicKey_ECC, d->session, slot, &key)) != JY_OK)
        return after(d, rc);
    point[0] = 4;
    if (key.bits != 256 || !take_number(key.x, point + 1) || !take_number(key.y, point + 33)) {
        snprintf(d->trouble, sizeof(d->trouble), "SDF_ExportSignPublicKey_ECC: slot %u holds no SM2 key", (unsigned)slot);
        return JY_E_DEVICE_REFUSED;
    }
    return JY_OK;
}

static jy_err
sign(void *self, const uint8_t e[JY_SM3_SIZE], uint8_t rs[64])
{
    struct slot *slot = self;
    struct jy_device *d = slot->device;
    struct sdf_signature signature = { { 0 }, { 0 } };
    unsigned char digest[JY_SM3_SIZE];     /* the interface does not say that it leaves its input alone */
    jy_err rc, released;

    memcpy(digest, e, sizeof(digest));
    /* What is told if everything answers and the value does not fit. */
    snprintf(d->trouble, sizeof(d->trouble), "SDF_InternalSign_ECC: the value does not fit the key in slot %u", (unsigned)slot->access.slot);
    if ((rc = begin(d)) != JY_OK || (rc = CALL(d, SDF_GetPrivateKeyAccessRight, d->session, slot->access.slot, (unsigned char *)slot->access.password,
                                               (unsigned)strlen(slot->access.password))) != JY_OK)
        return after(d, rc);
    rc = CALL(d, SDF_InternalSign_ECC, d->session, slot->access.slot, digest, sizeof(digest), &signature);
    released = outcome(d, "SDF_ReleasePrivateKeyAccessRight", rc != JY_OK ? (int)SDR_OK
                                                                        : d->sdf.SDF_ReleasePrivateKeyAccessRight(d->session, slot->access.slot));
    if (rc != JY_OK || released != JY_OK)
        shut(d);                           /* the right ends with its session */
    if (rc == JY_OK && (!take_number(signature.r, rs) || !take_number(signature.s, rs + 32))) {
        snprintf(d->trouble, sizeof(d->trouble), "SDF_InternalSign_ECC: no SM2 signature");
        rc = JY_E_DEVICE_DOWN;
    }
    return rc;
}

static void
end(void *self)
{
    jy_wipe(self, sizeof(struct slot));
    free(self);
}

jy_err
jy_device_key(struct jy_device *device, const struct jy_device_access *access, const uint8_t point[JY_SM2_POINT_SIZE], struct jy_sm2 **out)
{
    struct slot *slot = calloc(1, sizeof(*slot));

    *out = NULL;
    if (slot == NULL)
        return JY_E_NOMEM;
    slot->device = device;
    slot->access = *access;
    return jy_sm2_elsewhere(point, sign, slot, end, out);
}

/* slot, 4 bytes big-endian ‖ length of the password ‖ password, filled with zeros. */
bool
jy_device_secret(const struct jy_sm2 *key, uint8_t out[JY_DEVICE_SECRET_SIZE])
{
    const struct slot *slot = jy_sm2_self(key);

    if (slot == NULL)
        return false;
    memset(out, 0, JY_DEVICE_SECRET_SIZE);
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(slot->access.slot >> (24 - 8 * i) & 0xff);
    out[4] = (uint8_t)strlen(slot->access.password);
    memcpy(out + 5, slot->access.password, out[4]);
    return true;
}

jy_err
jy_device_key_of_secret(struct jy_device *device, struct jy_slice secret, const uint8_t point[JY_SM2_POINT_SIZE], struct jy_sm2 **out)
{
    struct jy_device_access access = { .slot = 0 };
    jy_err rc;

    *out = NULL;
    if (secret.len != JY_DEVICE_SECRET_SIZE || secret.p[4] >= sizeof(access.password))
        return JY_E_INTERNAL;
    for (int i = 0; i < 4; i++)
        access.slot = access.slot << 8 | secret.p[i];
    memcpy(access.password, secret.p + 5, secret.p[4]);
    rc = jy_device_key(device, &access, point, out);
    jy_wipe(&access, sizeof(access));
    return rc;
}

/* -- the access file -- */

/* Why a key of this kind does not go into a device: its access password is fixed there, so that a changed PIN, a hand-over or a grant would not be one. */
#define NOT_HERE "a device's access password cannot follow its owner's PIN, hand-over and grants (N3, R19): only \"maker\" and \"statement-…\" keys lie in one"

static jy_err
read_row(struct jy_device *d, char *line, unsigned number, struct jy_fault *fault)
{
    struct jy_device_access *row = &d->access[d->access_count];
    char *save = NULL, *use = strtok_r(line, " \t", &save), *slot = strtok_r(NULL, " \t", &save), *password = strtok_r(NULL, " \t", &save), *rest;
    unsigned long value;

    if (use == NULL || use[0] == '#')
        return JY_OK;
    if (d->access_count == JY_DEVICE_SLOTS)
        return jy_fail(fault, JY_E_LIMIT, "sdf_access_file", number, "more than %d rows", JY_DEVICE_SLOTS);
    if (strncmp(use, "seal", 4) == 0 || strncmp(use, "approver", 8) == 0)
        return jy_fail(fault, JY_E_ARGUMENT, "sdf_access_file", number, "line %u: %s", number, NOT_HERE);
    value = slot == NULL ? 0 : strtoul(slot, &rest, 10);
    if (slot == NULL || password == NULL || strtok_r(NULL, " \t", &save) != NULL || *rest != '\0' || value < 1 || value > 4096 ||
        strlen(password) >= sizeof(row->password) || strlen(use) >= sizeof(row->use) ||
        (strcmp(use, "maker") != 0 && strncmp(use, "statement-", 10) != 0))
        return jy_fail(fault, JY_E_ARGUMENT, "sdf_access_file", number,
                       "line %u: must be USE SLOT PASSWORD, USE \"maker\" or \"statement-\" and a purpose", number);
    for (size_t i = 0; i < d->access_count; i++)
        if (d->access[i].slot == value || (strcmp(use, "maker") != 0 && strcmp(d->access[i].use, use) == 0))
            return jy_fail(fault, JY_E_ARGUMENT, "sdf_access_file", number, "line %u: a slot or a statement's purpose stands twice", number);
    snprintf(row->use, sizeof(row->use), "%s", use);
    snprintf(row->password, sizeof(row->password), "%s", password);
    row->slot = (uint32_t)value;
    d->access_count++;
    return JY_OK;
}

static jy_err
read_access(struct jy_device *d, const char *path, struct jy_fault *fault)
{
    char text[ACCESS_FILE_MAX + 1], *save = NULL;
    unsigned number = 0;
    struct stat st;
    ssize_t len = -1;
    jy_err rc = JY_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0 || fstat(fd, &st) != 0)
        rc = jy_fail(fault, JY_E_IO, "sdf_access_file", 0, "%s", strerror(errno));
    else if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
        rc = jy_fail(fault, JY_E_ARGUMENT, "sdf_access_file", 0, "others may read it; chmod 600");
    else if ((len = read(fd, text, sizeof(text))) < 0 || len > ACCESS_FILE_MAX)
        rc = jy_fail(fault, JY_E_LIMIT, "sdf_access_file", 0, "more than %d bytes", ACCESS_FILE_MAX);
    if (fd >= 0)
        close(fd);
    if (rc == JY_OK) {
        text[len] = '\0';
        for (char *line = strtok_r(text, "\n", &save); rc == JY_OK && line != NULL; line = strtok_r(NULL, "\n", &save))
            rc = read_row(d, line, ++number, fault);
        if (rc == JY_OK && d->access_count == 0)
            rc = jy_fail(fault, JY_E_ARGUMENT, "sdf_access_file", 0, "names no slot");
    }
    jy_wipe(text, sizeof(text));
    return rc;
}

const struct jy_device_access *
jy_device_access(const struct jy_device *device, const char *use, size_t n)
{
    for (size_t i = 0; device != NULL && i < device->access_count; i++)
        if (strcmp(device->access[i].use, use) == 0 && n-- == 0)
            return &device->access[i];
    return NULL;
}

/* -- opening -- */

static jy_err
load(struct jy_device *d, const char *library, struct jy_fault *fault)
{
    if ((d->library = dlopen(library, RTLD_NOW | RTLD_LOCAL)) == NULL)
        return jy_fail(fault, JY_E_ARGUMENT, "sdf_library", 0, "%s", dlerror());
#define ROW(name, arguments)                                                                       \
    *(void **)(void *)&d->sdf.name = dlsym(d->library, #name);                                     \
    if (d->sdf.name == NULL)                                                                       \
        return jy_fail(fault, JY_E_ARGUMENT, "sdf_library", 0, "has no " #name " (GM/T 0018)");
    SDF_FUNCTIONS(ROW)
#undef ROW
    return JY_OK;
}

/* Text of a fixed field, blanks and what is not printable left out. */
static void
add_words(char *out, size_t size, const unsigned char *field, size_t len)
{
    size_t at = strlen(out);

    if (at > 0 && at + 1 < size)
        out[at++] = ' ';
    for (size_t i = 0; i < len && field[i] != 0; i++)
        if (field[i] > 0x20 && field[i] < 0x7f && at + 1 < size)
            out[at++] = (char)field[i];
    out[at] = '\0';
}

jy_err
jy_device_open(const char *library, const char *access_file, struct jy_device **out, struct jy_fault *fault)
{
    struct jy_device *d = calloc(1, sizeof(*d));
    struct sdf_info info = { { 0 } };
    uint8_t point[JY_SM2_POINT_SIZE];
    jy_err rc;

    *out = d;
    if (d == NULL)
        return JY_E_NOMEM;
    if ((rc = load(d, library, fault)) != JY_OK || (rc = read_access(d, access_file, fault)) != JY_OK)
        return rc;
    if ((rc = begin(d)) == JY_OK)
        rc = CALL(d, SDF_GetDeviceInfo, d->session, &info);
    for (size_t i = 0; rc == JY_OK && i < d->access_count; i++)
        rc = jy_device_point(d, d->access[i].slot, point);
    if (rc != JY_OK)
        return jy_fail(fault, rc, "device", 0, "%s", d->trouble);
    add_words(d->name, sizeof(d->name), info.issuer, sizeof(info.issuer));
    add_words(d->name, sizeof(d->name), info.name, sizeof(info.name));
    add_words(d->name, sizeof(d->name), info.serial, sizeof(info.serial));
    return JY_OK;
}

void
jy_device_close(struct jy_device *device)
{
    if (device == NULL)
        return;
    if (device->library != NULL)
        shut(device);
    /* The library stays loaded: a manufacturer's threads may still run in it. */
    jy_wipe(device, sizeof(*device));
    free(device);
}

const char *
jy_device_name(const struct jy_device *device)
{
    return device->name;
}

const char *
jy_device_trouble(const struct jy_device *device)
{
    return device->trouble;
}
