/* SPDX-License-Identifier: Apache-2.0 */
/* Key records as files. The journal decides which version is valid; a rename only tidies up. */
#include "daemons/key/vault.h"

#include "base/kill_point.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (2u << 20)           /* a seal of 1 MiB and what stands around it */
#define NAME_SIZE (JY_ID_SIZE + 4)

static void
names_of(const char *key_id, char file[NAME_SIZE], char fresh[NAME_SIZE], char context[JY_ID_SIZE + 24])
{
    snprintf(file, NAME_SIZE, "%s.key", key_id);
    snprintf(fresh, NAME_SIZE, "%s.new", key_id);
    snprintf(context, JY_ID_SIZE + 24, "jinyin key record 1 %s", key_id);
}

static jy_err
io_fault(struct jy_fault *fault, const char *file, const char *what)
{
    return jy_fail(fault, JY_E_IO, file, 0, "%s: %s", what, strerror(errno));
}

/* The file's bytes when their SM3 is digest. *fits is false for another or no file. */
static jy_err
read_version(const struct jy_vault *vault, const char *file, const uint8_t digest[JY_SM3_SIZE], struct jy_buf *out, bool *fits)
{
    uint8_t found[JY_SM3_SIZE];
    struct stat st;
    jy_err rc = JY_OK;
    int fd = openat(vault->keys, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    *fits = false;
    out->len = 0;
    if (fd < 0)
        return errno == ENOENT ? JY_OK : JY_E_IO;
    if (fstat(fd, &st) != 0)
        rc = JY_E_IO;
    else if (st.st_size > 0 && st.st_size <= FILE_MAX && (rc = jy_buf_reserve(out, (size_t)st.st_size)) == JY_OK) {
        while (out->len < (size_t)st.st_size) {
            ssize_t n = read(fd, out->p + out->len, (size_t)st.st_size - out->len);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                rc = JY_E_IO;
            if (n <= 0)
                break;
            out->len += (size_t)n;
        }
        if (rc == JY_OK && (rc = jy_sm3(jy_buf_slice(out), found)) == JY_OK)
            *fits = memcmp(found, digest, sizeof(found)) == 0;
    }
    close(fd);
    return rc;
}

/* The version before may hold a key that must not exist any more (R21.1). Best effort: what the disk does below is out of reach. */
static void
overwrite(const struct jy_vault *vault, const char *file)
{
    static const uint8_t zeros[4096];
    struct stat st;
    int fd = openat(vault->keys, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0) {
        for (off_t at = 0; at < st.st_size; at += (off_t)sizeof(zeros)) {
            size_t len = st.st_size - at < (off_t)sizeof(zeros) ? (size_t)(st.st_size - at) : sizeof(zeros);
            if (pwrite(fd, zeros, len, at) < 0)
                break;
        }
        (void)!fsync(fd);
    }
    close(fd);
}

/* The new version is valid already: put it in the place of the old one, whose bytes are worth nothing now. */
static jy_err
promote(const struct jy_vault *vault, const char *file, const char *fresh, struct jy_fault *fault)
{
    JY_KILL_POINT(record_journalled);
    overwrite(vault, file);
    JY_KILL_POINT(record_overwritten);
    if (renameat(vault->keys, fresh, vault->keys, file) != 0)
        return io_fault(fault, file, "cannot be replaced");
    JY_KILL_POINT(record_renamed);
    if (fsync(vault->keys) != 0)
        return io_fault(fault, file, "cannot be made durable");
    return JY_OK;
}

jy_err
jy_vault_load(struct jy_vault *vault, const char *key_id, struct jy_key_record *out, struct jy_fault *fault)
{
    const struct jy_key_row *row = jy_vault_key_row(vault, key_id);
    char file[NAME_SIZE], fresh[NAME_SIZE], context[JY_ID_SIZE + 24];
    struct jy_buf bytes = { 0 }, plain = { 0 };
    bool fits;
    jy_err rc;

    memset(out, 0, sizeof(*out));
    if (row == NULL || !row->recorded)
        return jy_fail(fault, JY_E_NOT_FOUND, "key", 0, "no key %s", key_id);
    names_of(key_id, file, fresh, context);
    if ((rc = read_version(vault, file, row->digest, &bytes, &fits)) == JY_OK && !fits) {
        /* A crash came between the journal and the rename. */
        if ((rc = read_version(vault, fresh, row->digest, &bytes, &fits)) == JY_OK && fits)
            rc = promote(vault, file, fresh, fault);
    }
    if (rc != JY_OK) {
        jy_fail(fault, rc, file, 0, "cannot be read or put in its place");
        goto out;
    }
    if (!fits) {
        rc = jy_fail(fault, JY_E_INTERNAL, file, 0,
                     "is not the version that the journal names: an older or foreign file was put in its place");
        goto out;
    }
    if ((rc = jy_unwrap(vault->secret, context, jy_buf_slice(&bytes), &plain)) != JY_OK ||
        (rc = jy_record_parse(jy_buf_slice(&plain), out)) != JY_OK || strcmp(out->key_id, key_id) != 0)
        rc = jy_fail(fault, rc == JY_E_NOMEM ? rc : JY_E_INTERNAL, file, 0, "cannot be unwrapped");
out:
    jy_buf_free(&bytes);
    jy_buf_wipe(&plain);
    return rc;
}

jy_err
jy_vault_save(struct jy_vault *vault, const struct jy_key_record *record, const char *change, const uint8_t *mark, jy_time now,
              struct jy_fault *fault)
{
    char file[NAME_SIZE], fresh[NAME_SIZE], context[JY_ID_SIZE + 24];
    struct jy_entry entry = { .kind = JY_ENTRY_RECORD, .time = now };
    struct jy_buf plain = { 0 }, bytes = { 0 };
    int fd = -1;
    jy_err rc;

    names_of(record->key_id, file, fresh, context);
    if ((rc = jy_record_encode(record, &plain)) != JY_OK || (rc = jy_wrap(vault->secret, context, jy_buf_slice(&plain), &bytes)) != JY_OK ||
        (rc = jy_sm3(jy_buf_slice(&bytes), entry.digest)) != JY_OK)
        goto out;
    if (bytes.len > FILE_MAX) {
        rc = jy_fail(fault, JY_E_LIMIT, file, 0, "%zu bytes", bytes.len);
        goto out;
    }
    if ((fd = openat(vault->keys, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0) {
        rc = io_fault(fault, fresh, "cannot be written");
        goto out;
    }
    for (size_t at = 0; at < bytes.len;) {
        ssize_t n = write(fd, bytes.p + at, bytes.len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            rc = io_fault(fault, fresh, "cannot be written");
            goto out;
        }
        at += (size_t)n;
    }
    JY_KILL_POINT(record_written);
    if (fsync(fd) != 0 || fsync(vault->keys) != 0) {       /* content and name are on disk before the journal names them */
        rc = io_fault(fault, fresh, "cannot be made durable");
        goto out;
    }
    JY_KILL_POINT(record_synced);
    snprintf(entry.id, sizeof(entry.id), "%s", record->key_id);
    snprintf(entry.detail, sizeof(entry.detail), "%s", change);
    entry.head = mark == NULL ? JY_EMPTY : JY_SLICE(mark, JY_SM3_SIZE);
    if ((rc = jy_vault_commit(vault, &entry, true, fault)) == JY_OK)
        rc = promote(vault, file, fresh, fault);
out:
    if (fd >= 0)
        close(fd);
    jy_buf_wipe(&plain);
    jy_buf_free(&bytes);
    return rc;
}
