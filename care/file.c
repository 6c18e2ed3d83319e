/* SPDX-License-Identifier: Apache-2.0 */
#include "care/file.h"

#include "base/kill_point.h"
#include "codec/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536

static jy_err
io(struct jy_fault *fault, const char *path)
{
    return jy_fail(fault, errno == ENOENT ? JY_E_NOT_FOUND : JY_E_IO, path, 0, "%s", strerror(errno));
}

jy_err
care_join(char out[PATH_MAX], const char *folder, const char *name, struct jy_fault *fault)
{
    int len = snprintf(out, PATH_MAX, "%s/%s", folder, name);

    return len > 0 && len < PATH_MAX ? JY_OK : jy_fail(fault, JY_E_LIMIT, folder, 0, "the path is too long");
}

jy_err
care_make_folder(const char *path, struct jy_fault *fault)
{
    char part[PATH_MAX];
    size_t len = strlen(path), parent = 0;
    jy_err rc;

    if (len == 0 || len >= sizeof(part))
        return jy_fail(fault, JY_E_LIMIT, path, 0, "the path is empty or too long");
    for (size_t i = 1; i <= len; i++)
        if (path[i] == '/' || path[i] == '\0') {
            memcpy(part, path, i);
            part[i] = '\0';
            if (mkdir(part, 0700) != 0) {
                if (errno != EEXIST)
                    return io(fault, part);
            } else {
                part[parent] = '\0';                           /* its name is on the disk too */
                if ((rc = care_sync_folder(parent > 0 ? part : path[0] == '/' ? "/" : ".", fault)) != JY_OK)
                    return rc;
            }
            parent = i;
        }
    return JY_OK;
}

bool
care_is_empty(const char *path)
{
    DIR *list = opendir(path);
    bool empty = true;

    if (list == NULL)
        return errno == ENOENT;
    for (const struct dirent *e; empty && (e = readdir(list)) != NULL;)
        empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
    closedir(list);
    return empty;
}

static jy_err
write_all(int fd, const uint8_t *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return JY_E_IO;
        p += n;
        len -= (size_t)n;
    }
    return JY_OK;
}

/* Reads fd to its end, into `to` unless that is -1. */
static jy_err
pump(int fd, int to, const char *path, struct care_print *print, struct jy_fault *fault)
{
    struct jy_sm3_ctx *hash = NULL;
    uint8_t *chunk = malloc(CHUNK);
    ssize_t n = 1;
    jy_err rc = chunk == NULL ? JY_E_NOMEM : jy_sm3_new(&hash);

    print->size = 0;
    while (rc == JY_OK && n > 0) {
        if ((n = read(fd, chunk, CHUNK)) < 0 && errno == EINTR) {
            n = 1;
            continue;
        }
        if (n < 0 || (to >= 0 && write_all(to, chunk, (size_t)n) != JY_OK))
            rc = io(fault, path);
        else
            rc = jy_sm3_update(hash, JY_SLICE(chunk, (size_t)n));
        print->size += n > 0 ? (uint64_t)n : 0;
    }
    if (rc == JY_OK)
        rc = jy_sm3_finish(hash, print->digest);
    jy_sm3_free(hash);
    free(chunk);
    return rc;
}

jy_err
care_copy(const char *from, const char *to, struct care_print *print, struct jy_fault *fault)
{
    int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), out = -1;
    jy_err rc;

    if (in < 0)
        return io(fault, from);
    if ((out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0)
        rc = io(fault, to);
    else if ((rc = pump(in, out, to, print, fault)) == JY_OK) {
        JY_KILL_POINT(care_copied);
        if (fsync(out) != 0)
            rc = io(fault, to);
    }
    close(in);
    if (out >= 0 && close(out) != 0 && rc == JY_OK)
        rc = io(fault, to);
    if (rc != JY_OK && out >= 0)
        unlink(to);
    return rc;
}

jy_err
care_write(const char *to, struct jy_slice bytes, struct jy_fault *fault)
{
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    jy_err rc = JY_OK;

    if (fd < 0)
        return io(fault, to);
    rc = write_all(fd, bytes.p, bytes.len / 2);
    JY_KILL_POINT(care_half);
    if (rc != JY_OK || write_all(fd, bytes.p + bytes.len / 2, bytes.len - bytes.len / 2) != JY_OK)
        rc = io(fault, to);
    JY_KILL_POINT(care_written);
    if (rc == JY_OK && fsync(fd) != 0)
        rc = io(fault, to);
    if (close(fd) != 0 && rc == JY_OK)
        rc = io(fault, to);
    return rc;
}

jy_err
care_print_of(const char *path, struct care_print *out, struct jy_fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    jy_err rc;

    if (fd < 0)
        return io(fault, path);
    rc = pump(fd, -1, path, out, fault);
    close(fd);
    return rc;
}

jy_err
care_read(const char *path, size_t max, struct jy_buf *out, struct jy_fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;
    ssize_t n = 1;
    jy_err rc = JY_OK;

    out->len = 0;
    if (fd < 0)
        return io(fault, path);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        rc = jy_fail(fault, JY_E_IO, path, 0, "is not a file");
    else if ((uint64_t)st.st_size > max)
        rc = jy_fail(fault, JY_E_LIMIT, path, 0, "has more than %zu bytes", max);
    else
        rc = jy_buf_reserve(out, (size_t)st.st_size + 1);
    while (rc == JY_OK && n > 0 && out->len < (size_t)st.st_size) {
        n = read(fd, out->p + out->len, (size_t)st.st_size - out->len);
        if (n > 0)
            out->len += (size_t)n;
        else if (n < 0 && errno != EINTR)
            rc = io(fault, path);
        else
            n = n < 0 ? 1 : 0;
    }
    close(fd);
    return rc;
}

jy_err
care_sync_folder(const char *path, struct jy_fault *fault)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    jy_err rc = fd >= 0 && fsync(fd) == 0 ? JY_OK : io(fault, path);

    if (fd >= 0)
        close(fd);
    return rc;
}

static bool
is_hex(const char *text, size_t len)
{
    return strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

/* One of the folders ab/. Names that are no digest are not ours to judge here. */
static jy_err
blobs_of(const char *folder, const char *begins, care_blob_fn *fn, void *arg, struct jy_fault *fault)
{
    DIR *list = opendir(folder);
    char path[PATH_MAX];
    jy_err rc = JY_OK;

    if (list == NULL)
        return io(fault, folder);
    for (const struct dirent *e; rc == JY_OK && (e = readdir(list)) != NULL;)
        if (is_hex(e->d_name, 2 * JY_SM3_SIZE) && strncmp(e->d_name, begins, 2) == 0 && (rc = care_join(path, folder, e->d_name, fault)) == JY_OK)
            rc = fn(arg, path, e->d_name, fault);
    closedir(list);
    return rc;
}

jy_err
care_blobs(const char *blobs, care_blob_fn *fn, void *arg, struct jy_fault *fault)
{
    DIR *list = opendir(blobs);
    char folder[PATH_MAX];
    jy_err rc = JY_OK;

    if (list == NULL)
        return errno == ENOENT ? JY_OK : io(fault, blobs);
    for (const struct dirent *e; rc == JY_OK && (e = readdir(list)) != NULL;)
        if (is_hex(e->d_name, 2) && (rc = care_join(folder, blobs, e->d_name, fault)) == JY_OK)
            rc = blobs_of(folder, e->d_name, fn, arg, fault);
    closedir(list);
    return rc;
}

jy_err
care_blob_path(char out[PATH_MAX], const char *blobs, const uint8_t digest[JY_SM3_SIZE], struct jy_fault *fault)
{
    char hex[2 * JY_SM3_SIZE + 1];
    int len;

    jy_hex(JY_SLICE(digest, JY_SM3_SIZE), hex);
    len = snprintf(out, PATH_MAX, "%s/%.2s/%s", blobs, hex, hex);
    return len > 0 && len < PATH_MAX ? JY_OK : jy_fail(fault, JY_E_LIMIT, blobs, 0, "the path is too long");
}
