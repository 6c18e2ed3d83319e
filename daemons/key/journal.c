/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/key/journal.h"

#include "base/kill_point.h"
#include "codec/der.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t magic[8] = { 'J', 'Y', 'K', 'E', 'Y', 'J', '0', '1' };
#define TAG JY_SM3_SIZE
#define FIRST (sizeof(magic) + TAG)   /* offset of the first entry */
#define HEAD 8                        /* length, and its complement: a damaged length never looks like a torn entry */

/* -- bytes of one entry -- */

static void
put_head(uint8_t out[HEAD], uint32_t length)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(length >> (8 * (3 - i)));
        out[4 + i] = out[i] ^ 0xFF;
    }
}

static bool
get_head(const uint8_t head[HEAD], uint32_t *length)
{
    *length = 0;
    for (int i = 0; i < 4; i++) {
        if ((head[i] ^ head[4 + i]) != 0xFF)
            return false;
        *length = *length << 8 | head[i];
    }
    return *length <= JY_ENTRY_MAX;
}

static jy_err
encode(const struct jy_entry *e, struct jy_buf *out)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_i64(&body, e->kind)) == JY_OK && (rc = jy_der_put_i64(&body, e->time)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_IA5, e->id)) == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, e->detail)) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(e->digest, sizeof(e->digest)))) == JY_OK &&
        (rc = jy_der_put_i64(&body, e->number)) == JY_OK && (rc = jy_der_put(&body, DER_OCTET_STRING, e->head)) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, e->tail)) == JY_OK)
        rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&body));
    jy_buf_free(&body);
    return rc;
}

static jy_err
parse(struct jy_slice der, struct jy_entry *out)
{
    struct jy_der all, body;
    struct jy_slice digest;
    uint32_t kind;
    jy_err rc;

    memset(out, 0, sizeof(*out));
    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_u32(&body, &kind)) != JY_OK ||
        (rc = jy_der_i64(&body, &out->time)) != JY_OK || (rc = jy_der_text(&body, DER_IA5, out->id, sizeof(out->id))) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, out->detail, sizeof(out->detail))) != JY_OK || (rc = jy_der_octets(&body, &digest)) != JY_OK ||
        (rc = jy_der_u32(&body, &out->number)) != JY_OK || (rc = jy_der_octets(&body, &out->head)) != JY_OK ||
        (rc = jy_der_octets(&body, &out->tail)) != JY_OK || (rc = jy_der_close(&body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK)
        return rc;
    if (digest.len != sizeof(out->digest) || out->id[0] == '\0')
        return JY_E_FORMAT;
    memcpy(out->digest, digest.p, digest.len);
    out->kind = (enum jy_entry_kind)kind;
    return JY_OK;
}

/* -- small I/O -- */

static jy_err
io_fault(struct jy_fault *fault, const char *what)
{
    return jy_fail(fault, JY_E_IO, "journal", 0, "%s: %s", what, strerror(errno));
}

static bool
write_at(int fd, struct jy_slice bytes, uint64_t at)
{
    while (bytes.len > 0) {
        ssize_t n = pwrite(fd, bytes.p, bytes.len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes.p += n;
        bytes.len -= (size_t)n;
        at += (uint64_t)n;
    }
    return true;
}

static bool
read_at(int fd, uint8_t *p, size_t len, uint64_t at)
{
    while (len > 0) {
        ssize_t n = pread(fd, p, len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
        at += (uint64_t)n;
    }
    return true;
}

/* -- life -- */

jy_err
jy_journal_create(int dir, const char *name, const uint8_t key[32], struct jy_fault *fault)
{
    uint8_t bytes[FIRST];
    char fresh[64];
    int fd = -1;
    jy_err rc;

    snprintf(fresh, sizeof(fresh), "%s.new", name);
    memcpy(bytes, magic, sizeof(magic));
    if ((rc = jy_hmac_sm3(JY_SLICE(key, 32), JY_SLICE(magic, sizeof(magic)), bytes + sizeof(magic))) != JY_OK)
        return rc;
    if ((fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0 ||
        !write_at(fd, JY_SLICE(bytes, sizeof(bytes)), 0) || fsync(fd) != 0 || renameat(dir, fresh, dir, name) != 0 || fsync(dir) != 0)
        rc = io_fault(fault, "cannot be made");
    if (fd >= 0)
        close(fd);
    return rc;
}

/*
 * What a crash can leave of an entry that was never acknowledged: its head in part, its whole head and too few bytes, or space that
 * was never filled. Anything else was acknowledged once and is damage.
 */
static bool
is_torn(struct jy_slice rest)
{
    uint32_t length;

    if (rest.len < HEAD || (get_head(rest.p, &length) && rest.len - HEAD < (size_t)length + TAG))
        return true;
    for (size_t i = 0; i < rest.len; i++)
        if (rest.p[i] != 0)
            return false;
    return true;
}

static jy_err
visit_all(struct jy_journal *journal, struct jy_slice file, struct jy_fault *fault)
{
    uint8_t tag[TAG];
    struct jy_entry entry;
    uint32_t length;
    jy_err rc;

    if (file.len < FIRST || memcmp(file.p, magic, sizeof(magic)) != 0 ||
        jy_hmac_sm3(JY_SLICE(journal->key, 32), JY_SLICE(magic, sizeof(magic)), tag) != JY_OK ||
        !jy_equal_secret(JY_SLICE(tag, TAG), JY_SLICE(file.p + sizeof(magic), TAG)))
        return jy_fail(fault, JY_E_INTERNAL, "journal", 0, "is not a journal of this unlock secret");
    for (journal->end = FIRST; journal->end < file.len; journal->end += HEAD + length + TAG) {
        struct jy_slice rest = JY_SLICE(file.p + journal->end, file.len - journal->end);
        if (is_torn(rest))
            break;
        if (!get_head(rest.p, &length) ||
            jy_hmac_sm3(JY_SLICE(journal->key, 32), JY_SLICE(rest.p - TAG, TAG + HEAD + length), tag) != JY_OK ||
            !jy_equal_secret(JY_SLICE(tag, TAG), JY_SLICE(rest.p + HEAD + length, TAG)))
            return jy_fail(fault, JY_E_INTERNAL, "journal", journal->end,
                           "damaged at byte %llu: restore it whole, with the key records of the same moment",
                           (unsigned long long)journal->end);
        if ((rc = parse(JY_SLICE(rest.p + HEAD, length), &entry)) != JY_OK ||
            (rc = journal->visitor(journal->self, &entry, journal->end)) != JY_OK)
            return jy_fail(fault, rc, "journal", journal->end, "entry at byte %llu cannot be used: %s", (unsigned long long)journal->end,
                           jy_err_en(rc));
    }
    memcpy(journal->tag, file.p + journal->end - TAG, TAG);
    return JY_OK;
}

jy_err
jy_journal_open(struct jy_journal *journal, int dir, const char *name, const uint8_t key[32], jy_entry_visitor *visitor, void *self,
                uint64_t *cut, struct jy_fault *fault)
{
    struct stat st;
    void *map = MAP_FAILED;
    jy_err rc;

    *cut = 0;
    *journal = (struct jy_journal){ .visitor = visitor, .self = self };
    memcpy(journal->key, key, sizeof(journal->key));
    if ((journal->fd = openat(dir, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW)) < 0)
        return io_fault(fault, "cannot be opened");
    if (flock(journal->fd, LOCK_EX | LOCK_NB) != 0)
        return jy_fail(fault, JY_E_UNAVAILABLE, "journal", 0, "is in use by another process");
    if (fstat(journal->fd, &st) != 0)
        return io_fault(fault, "cannot be read");
    if (st.st_size > 0 && (map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, journal->fd, 0)) == MAP_FAILED)
        return io_fault(fault, "cannot be read");
    rc = visit_all(journal, JY_SLICE(map == MAP_FAILED ? NULL : map, (size_t)st.st_size), fault);
    if (map != MAP_FAILED)
        munmap(map, (size_t)st.st_size);
    if (rc == JY_OK && (*cut = (uint64_t)st.st_size - journal->end) > 0 &&
        (ftruncate(journal->fd, (off_t)journal->end) != 0 || fsync(journal->fd) != 0))
        rc = io_fault(fault, "its torn last entry cannot be cut off");
    return rc;
}

void
jy_journal_close(struct jy_journal *journal)
{
    if (journal->fd > 0)
        close(journal->fd);
    jy_wipe(journal, sizeof(*journal));
}

jy_err
jy_journal_append(struct jy_journal *journal, const struct jy_entry *entry, bool durable, struct jy_fault *fault)
{
    struct jy_buf bytes = { 0 };       /* tag before ‖ head ‖ DER ‖ tag */
    uint8_t head[HEAD] = { 0 }, tag[TAG];
    uint64_t offset = journal->end;
    jy_err rc;

    if (journal->broken)
        return jy_fail(fault, JY_E_IO, "journal", 0, "the disk failed; nothing more is done until the next start");
    if ((rc = jy_buf_add(&bytes, JY_SLICE(journal->tag, TAG))) != JY_OK || (rc = jy_buf_add(&bytes, JY_SLICE(head, HEAD))) != JY_OK ||
        (rc = encode(entry, &bytes)) != JY_OK)
        goto out;
    if (bytes.len - TAG - HEAD > JY_ENTRY_MAX) {
        rc = jy_fail(fault, JY_E_LIMIT, "journal", 0, "an entry of %zu bytes", bytes.len - TAG - HEAD);
        goto out;
    }
    put_head(bytes.p + TAG, (uint32_t)(bytes.len - TAG - HEAD));
    if ((rc = jy_hmac_sm3(JY_SLICE(journal->key, 32), jy_buf_slice(&bytes), tag)) != JY_OK ||
        (rc = jy_buf_add(&bytes, JY_SLICE(tag, TAG))) != JY_OK)
        goto out;
    JY_KILL_POINT(journal_begun);
#ifdef JY_KILL_POINTS
    (void)!write_at(journal->fd, JY_SLICE(bytes.p + TAG, (bytes.len - TAG) / 2), offset);
    JY_KILL_POINT(journal_half);
#endif
    if (!write_at(journal->fd, JY_SLICE(bytes.p + TAG, bytes.len - TAG), offset)) {
        rc = io_fault(fault, "cannot be written");
        journal->broken = ftruncate(journal->fd, (off_t)offset) != 0;
        goto out;
    }
    JY_KILL_POINT(journal_written);
    if (durable && fsync(journal->fd) != 0) {
        journal->broken = true;        /* after a failed fsync nobody knows which pages are on disk */
        rc = io_fault(fault, "cannot be made durable");
        goto out;
    }
    JY_KILL_POINT(journal_synced);
    memcpy(journal->tag, tag, TAG);
    journal->end = offset + bytes.len - TAG;
    rc = journal->visitor(journal->self, entry, offset);
out:
    jy_buf_free(&bytes);
    return rc;
}

jy_err
jy_journal_read(const struct jy_journal *journal, uint64_t offset, struct jy_buf *bytes, struct jy_entry *entry, struct jy_fault *fault)
{
    uint8_t tag[TAG];
    uint32_t length;
    jy_err rc;

    bytes->len = 0;
    if ((rc = jy_buf_reserve(bytes, TAG + HEAD + JY_ENTRY_MAX + TAG)) != JY_OK)
        return rc;
    if (offset < FIRST || offset >= journal->end || !read_at(journal->fd, bytes->p, TAG + HEAD, offset - TAG) ||
        !get_head(bytes->p + TAG, &length) || !read_at(journal->fd, bytes->p + TAG + HEAD, length + TAG, offset + HEAD))
        return jy_fail(fault, JY_E_INTERNAL, "journal", offset, "cannot be read at byte %llu", (unsigned long long)offset);
    bytes->len = TAG + HEAD + length + TAG;
    if ((rc = jy_hmac_sm3(JY_SLICE(journal->key, 32), JY_SLICE(bytes->p, TAG + HEAD + length), tag)) != JY_OK)
        return rc;
    if (!jy_equal_secret(JY_SLICE(tag, TAG), JY_SLICE(bytes->p + TAG + HEAD + length, TAG)) ||
        parse(JY_SLICE(bytes->p + TAG + HEAD, length), entry) != JY_OK)
        return jy_fail(fault, JY_E_INTERNAL, "journal", offset, "was changed under the running process, at byte %llu",
                       (unsigned long long)offset);
    return JY_OK;
}

jy_err
jy_journal_peek(struct jy_slice file, jy_entry_visitor *visitor, void *self, uint64_t *end, struct jy_fault *fault)
{
    struct jy_entry entry;
    uint32_t length;
    jy_err rc;

    *end = FIRST;
    if (file.len < FIRST || memcmp(file.p, magic, sizeof(magic)) != 0)
        return jy_fail(fault, JY_E_FORMAT, "journal", 0, "is not a journal");
    for (; *end < file.len; *end += HEAD + length + TAG) {
        struct jy_slice rest = JY_SLICE(file.p + *end, file.len - *end);
        if (is_torn(rest))
            break;
        if (!get_head(rest.p, &length) || (rc = parse(JY_SLICE(rest.p + HEAD, length), &entry)) != JY_OK)
            return jy_fail(fault, JY_E_FORMAT, "journal", *end, "damaged at byte %llu", (unsigned long long)*end);
        if ((rc = visitor(self, &entry, *end)) != JY_OK)
            return jy_fail(fault, rc, "journal", *end, "entry at byte %llu cannot be used", (unsigned long long)*end);
    }
    return JY_OK;
}
