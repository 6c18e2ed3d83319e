/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/ca_keys.h"

#include "sim/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 65536
#define YEAR_SECONDS (365LL * 86400)
#define BACKDATED_SECONDS 3600        /* the CA's certificates begin before any that it issues */

static const struct {
    const char *name, *common_name, *extended_key_usage;
    int years, path_length;
} rows[SIM_CA_KEYS] = {
    [SIM_CA_ROOT] = { "root", "Jinyin Simulated Root CA", NULL, 20, 1 },
    [SIM_CA_ISSUING] = { "issuing", "Jinyin Simulated Issuing CA", NULL, 15, 0 },
    [SIM_CA_TSA] = { "tsa", "Jinyin Simulated Time Stamp Authority", "critical,timeStamping", 10, -1 },
    [SIM_CA_RESPONDER] = { "responder", "Jinyin Simulated OCSP Responder", "OCSPSigning", 10, -1 },
};
/* What is made and loaded together. */
static const struct group {
    const char *folder, *unfinished;
    int from, to;
} groups[] = { { "ca", "ca.new", SIM_CA_ROOT, SIM_CA_LEVELS }, { "services", "services.new", SIM_CA_TSA, SIM_CA_KEYS } };
/* A responder that answers for its CA need not be on its lists (RFC 6960 4.2.2.2.1). */
static const struct jy_extension nocheck = { "1.3.6.1.5.5.7.48.1.5", false, { (const uint8_t *)"\x05\x00", 2 } };

const char *
sim_ca_level_name(int level)
{
    return rows[level].name;
}

jy_err
sim_ca_serial(uint8_t serial[16])
{
    jy_err rc = jy_random(serial, 16);

    serial[0] = (uint8_t)((serial[0] & 0x7F) | 0x40);       /* positive, and never short of a byte */
    return rc;
}

/* Only complete files get their name here: the folder is renamed when all are on the disk. */
static jy_err
write_file(const char *folder, const char *level, const char *ending, struct jy_slice bytes, struct jy_fault *fault)
{
    char path[4096];
    int fd = -1;
    jy_err rc = JY_OK;

    if ((size_t)snprintf(path, sizeof(path), "%s/%s.%s", folder, level, ending) >= sizeof(path) ||
        (fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0 ||
        write(fd, bytes.p, bytes.len) != (ssize_t)bytes.len || fsync(fd) != 0)
        rc = jy_fail(fault, JY_E_IO, level, 0, "%s cannot be written: %s", ending, strerror(errno));
    if (fd >= 0)
        close(fd);
    return rc;
}

static jy_err
read_file(const char *folder, const char *level, const char *ending, struct jy_buf *out, struct jy_fault *fault)
{
    char path[4096];
    int fd = -1;
    ssize_t n = -1;
    jy_err rc = jy_buf_reserve(out, FILE_MAX);

    if (rc != JY_OK)
        return rc;
    if ((size_t)snprintf(path, sizeof(path), "%s/%s.%s", folder, level, ending) < sizeof(path) &&
        (fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) >= 0)
        n = read(fd, out->p, FILE_MAX);
    if (n < 0)
        rc = jy_fail(fault, JY_E_IO, level, 0, "%s cannot be read: %s", ending, strerror(errno));
    else
        out->len = (size_t)n;
    if (fd >= 0)
        close(fd);
    return rc;
}

static jy_err
make_level(int level, const char *base_url, jy_time now, struct sim_ca_level levels[SIM_CA_KEYS], struct jy_fault *fault)
{
    int issuer = level < SIM_CA_LEVELS ? SIM_CA_ROOT : SIM_CA_ISSUING;
    const struct sim_ca_level *above = &levels[issuer];
    struct sim_ca_level *made = &levels[level];
    struct jy_issue what = { .common_name = rows[level].common_name, .organization = "Jinyin Simulator", .ou_mark = SIM_CA_MARK,
                             .not_before = now - BACKDATED_SECONDS, .not_after = now - BACKDATED_SECONDS + rows[level].years * YEAR_SECONDS,
                             .ca = level < SIM_CA_LEVELS, .path_length = rows[level].path_length,
                             .extended_key_usage = rows[level].extended_key_usage, .extensions = &nocheck,
                             .extension_count = level == SIM_CA_RESPONDER };
    char url[512];
    jy_err rc;

    if ((rc = jy_sm2_generate(&made->key)) != JY_OK || (rc = sim_ca_serial(what.serial)) != JY_OK)
        return jy_fail(fault, rc, rows[level].name, 0, "no key");
    snprintf(url, sizeof(url), "%s/crl/%s", base_url, rows[issuer].name);
    what.subject_key = made->key;
    what.issuer_key = above->key;
    what.issuer = level == SIM_CA_ROOT ? NULL : above->cert;
    what.crl_url = level == SIM_CA_ROOT ? NULL : url;
    return jy_cert_issue(&what, &made->cert, fault);
}

static jy_err
keep_level(const char *folder, int level, const struct sim_ca_level *made, struct jy_fault *fault)
{
    struct jy_buf key = { 0 }, cert = { 0 };
    jy_err rc;

    if ((rc = jy_sm2_to_pem(made->key, &key)) != JY_OK || (rc = jy_cert_to_pem(made->cert, &cert)) != JY_OK)
        jy_fail(fault, rc, rows[level].name, 0, "cannot be encoded");
    else if ((rc = write_file(folder, rows[level].name, "key", jy_buf_slice(&key), fault)) == JY_OK)
        rc = write_file(folder, rows[level].name, "pem", jy_buf_slice(&cert), fault);
    jy_buf_wipe(&key);
    jy_buf_free(&cert);
    return rc;
}

/* What an earlier start was making when it was cut. */
static void
remove_unfinished(const struct group *group, const char *unfinished)
{
    char path[4200];

    for (int level = group->from; level < group->to; level++) {
        snprintf(path, sizeof(path), "%s/%s.key", unfinished, rows[level].name);
        unlink(path);
        snprintf(path, sizeof(path), "%s/%s.pem", unfinished, rows[level].name);
        unlink(path);
    }
    rmdir(unfinished);
}

static jy_err
make(const struct group *group, const char *folder, const char *final, const char *base_url, jy_time now,
     struct sim_ca_level levels[SIM_CA_KEYS], struct jy_fault *fault)
{
    char unfinished[4096];
    jy_err rc = JY_OK;

    if ((size_t)snprintf(unfinished, sizeof(unfinished), "%s/%s", folder, group->unfinished) >= sizeof(unfinished))
        return jy_fail(fault, JY_E_LIMIT, folder, 0, "a path too long");
    remove_unfinished(group, unfinished);
    if (mkdir(unfinished, 0700) != 0)
        return jy_fail(fault, JY_E_IO, unfinished, 0, "%s", strerror(errno));
    for (int level = group->from; rc == JY_OK && level < group->to; level++)
        if ((rc = make_level(level, base_url, now, levels, fault)) == JY_OK)
            rc = keep_level(unfinished, level, &levels[level], fault);
    if (rc == JY_OK && (rc = sim_sync_folder(unfinished, fault)) == JY_OK && rename(unfinished, final) != 0)
        rc = jy_fail(fault, JY_E_IO, final, 0, "%s", strerror(errno));
    return rc == JY_OK ? sim_sync_folder(folder, fault) : rc;
}

static jy_err
load_level(const char *folder, int level, struct sim_ca_level *out, struct jy_fault *fault)
{
    struct jy_buf key = { 0 }, cert = { 0 };
    jy_err rc;

    if ((rc = read_file(folder, rows[level].name, "key", &key, fault)) == JY_OK &&
        (rc = read_file(folder, rows[level].name, "pem", &cert, fault)) == JY_OK &&
        (rc = jy_sm2_from_pem(jy_buf_slice(&key), &out->key, fault)) == JY_OK &&
        (rc = jy_cert_parse_pem(jy_buf_slice(&cert), &out->cert, fault)) == JY_OK &&
        (jy_cert_key(out->cert) == NULL || !jy_sm2_same_public(jy_cert_key(out->cert), out->key)))
        rc = jy_fail(fault, JY_E_DAMAGED, rows[level].name, 0, "key and certificate do not belong together");
    jy_buf_wipe(&key);
    jy_buf_free(&cert);
    return rc;
}

static jy_err
open_group(const struct group *group, const char *folder, const char *base_url, jy_time now, struct sim_ca_level levels[SIM_CA_KEYS],
           struct jy_fault *fault)
{
    char path[4096];
    struct stat there;
    jy_err rc = JY_OK;

    if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, group->folder) >= sizeof(path))
        return jy_fail(fault, JY_E_LIMIT, folder, 0, "a path too long");
    if (stat(path, &there) != 0)
        return errno == ENOENT ? make(group, folder, path, base_url, now, levels, fault)
            : jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
    for (int level = group->from; rc == JY_OK && level < group->to; level++)
        rc = load_level(path, level, &levels[level], fault);
    return rc;
}

jy_err
sim_ca_keys_open(const char *folder, const char *base_url, jy_time now, struct sim_ca_level levels[SIM_CA_KEYS], struct jy_fault *fault)
{
    jy_err rc = JY_OK;

    memset(levels, 0, SIM_CA_KEYS * sizeof(levels[0]));
    for (size_t i = 0; rc == JY_OK && i < sizeof(groups) / sizeof(groups[0]); i++)
        rc = open_group(&groups[i], folder, base_url, now, levels, fault);
    return rc;
}

void
sim_ca_keys_free(struct sim_ca_level levels[SIM_CA_KEYS])
{
    for (int level = 0; level < SIM_CA_KEYS; level++) {
        jy_sm2_free(levels[level].key);
        jy_cert_free(levels[level].cert);
        levels[level] = (struct sim_ca_level){ NULL, NULL };
    }
}
