/* SPDX-License-Identifier: Apache-2.0 */
/* Documents by the SM3 of their bytes: blobs/ab/abcdef…; written without a name, named when whole and on disk. */
#include "base/kill_point.h"
#include "codec/text.h"
#include "daemons/web/web.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
name_of(const char *digest_hex, char out[80])
{
    snprintf(out, 80, "%.2s/%.64s", digest_hex, digest_hex);
}

jy_err
blob_new(const struct web *web, int *fd, struct jy_fault *fault)
{
    *fd = openat(web->blobs, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return *fd >= 0 ? JY_OK : jy_fail(fault, JY_E_IO, "blobs", 0, "%s", strerror(errno));
}

jy_err
blob_keep(const struct web *web, int fd, const uint8_t digest[JY_SM3_SIZE], struct jy_fault *fault)
{
    char hex[2 * JY_SM3_SIZE + 1], name[80], folder[3], self[64];
    int dir = -1;
    bool good;

    jy_hex(JY_SLICE(digest, JY_SM3_SIZE), hex);
    name_of(hex, name);
    snprintf(folder, sizeof(folder), "%.2s", hex);
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    JY_KILL_POINT(blob_written);
    good = fsync(fd) == 0;
    JY_KILL_POINT(blob_synced);
    good = good && (mkdirat(web->blobs, folder, 0700) == 0 || errno == EEXIST) &&
           (linkat(AT_FDCWD, self, web->blobs, name, AT_SYMLINK_FOLLOW) == 0 || errno == EEXIST) &&
           (dir = openat(web->blobs, folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC)) >= 0;
    JY_KILL_POINT(blob_named);
    good = good && fsync(dir) == 0 && fsync(web->blobs) == 0;
    if (!good)
        jy_fail(fault, JY_E_IO, "blobs", 0, "%s", strerror(errno));
    if (dir >= 0)
        close(dir);
    JY_KILL_POINT(blob_kept);
    return good ? JY_OK : JY_E_IO;
}

jy_err
blob_open(const struct web *web, const char *digest_hex, int *fd, uint64_t *size, struct jy_fault *fault)
{
    struct stat st;
    char name[80];

    name_of(digest_hex, name);
    if ((*fd = openat(web->blobs, name, O_RDONLY | O_CLOEXEC)) < 0)
        return jy_fail(fault, JY_E_IO, "blobs", 0, "%s", strerror(errno));
    if (fstat(*fd, &st) != 0) {
        close(*fd);
        *fd = -1;
        return jy_fail(fault, JY_E_IO, "blobs", 0, "%s", strerror(errno));
    }
    *size = (uint64_t)st.st_size;
    return JY_OK;
}

void
blob_forget(const struct web *web, const char *digest_hex)
{
    char name[80];

    name_of(digest_hex, name);
    if (unlinkat(web->blobs, name, 0) != 0 && errno != ENOENT)
        jy_log("warning", "blob_left", "%s", strerror(errno));
    JY_KILL_POINT(blob_forgotten);
}

jy_err
blob_reader(int fd, int *reader, struct jy_fault *fault)
{
    char self[64];

    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    *reader = open(self, O_RDONLY | O_CLOEXEC);
    return *reader >= 0 ? JY_OK : jy_fail(fault, JY_E_IO, "blobs", 0, "%s", strerror(errno));
}

static jy_err
write_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n <= 0)
            return JY_E_IO;
        bytes += n;
        len -= (size_t)n;
    }
    return JY_OK;
}

jy_err
blob_take(const struct web *web, int written, int *own, uint8_t digest[JY_SM3_SIZE], uint64_t *size, struct jy_fault *fault)
{
    struct jy_sm3_ctx *hash = NULL;
    uint8_t chunk[65536];
    off_t at = 0;
    ssize_t n;
    jy_err rc;

    *own = -1;
    if ((rc = blob_new(web, own, fault)) != JY_OK || (rc = jy_sm3_new(&hash)) != JY_OK)
        goto out;
    while ((n = pread(written, chunk, sizeof(chunk), at)) > 0) {
        if ((rc = jy_sm3_update(hash, JY_SLICE(chunk, (size_t)n))) != JY_OK || (rc = write_all(*own, chunk, (size_t)n)) != JY_OK)
            goto out;
        at += n;
    }
    rc = n < 0 ? JY_E_IO : jy_sm3_finish(hash, digest);
    *size = (uint64_t)at;
out:
    if (rc == JY_E_IO)
        jy_fail(fault, rc, "blobs", 0, "%s", strerror(errno));
    jy_sm3_free(hash);
    return rc;
}

jy_err
blob_digest(int fd, uint64_t size, uint8_t out[JY_SM3_SIZE])
{
    uint8_t bytes[16384];
    struct jy_sm3_ctx *hash = NULL;
    jy_err rc = jy_sm3_new(&hash);

    for (uint64_t at = 0; rc == JY_OK && at < size;) {
        ssize_t n = pread(fd, bytes, sizeof(bytes), (off_t)at);
        if (n <= 0)
            rc = JY_E_IO;
        else if ((rc = jy_sm3_update(hash, JY_SLICE(bytes, (size_t)n))) == JY_OK)
            at += (uint64_t)n;
    }
    if (rc == JY_OK)
        rc = jy_sm3_finish(hash, out);
    jy_sm3_free(hash);
    return rc;
}
