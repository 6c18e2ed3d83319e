/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a ZIP anew: the kept entries as the bytes they were, the new ones behind them, one directory. */
#include <codec/zip_inside.h>

#include <stdlib.h>
#include <string.h>

static void
put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v & 0xff);
    p[1] = (uint8_t)(v >> 8 & 0xff);
}

static void
put32(uint8_t *p, uint64_t v)
{
    put16(p, (uint32_t)(v & 0xffff));
    put16(p + 2, (uint32_t)(v >> 16 & 0xffff));
}

void
jy_zip_dos_time(jy_time t, uint16_t *dos_date, uint16_t *dos_time)
{
    int y, mo, d, h, mi, s;

    jy_time_civil(t, &y, &mo, &d, &h, &mi, &s);
    if (y < 1980 || y > 2107) {
        y = 1980;
        mo = d = 1;
        h = mi = s = 0;
    }
    *dos_date = (uint16_t)((unsigned)(y - 1980) << 9 | (unsigned)mo << 5 | (unsigned)d);
    *dos_time = (uint16_t)((unsigned)h << 11 | (unsigned)mi << 5 | (unsigned)s / 2);
}

/* A kept record with its new offset; zip64 marks are resolved, since everything fits 32 bits. */
static jy_err
add_record(const struct jy_zip *zip, const struct jy_zip_entry *e, uint64_t offset, struct jy_buf *dir)
{
    const uint8_t *r = zip->body.p + e->record;
    size_t name_len = zip_u16(r + 28), extra_len = zip_u16(r + 30), head = dir->len, kept = 0, i = 0;
    const uint8_t *extra = r + ZIP_RECORD_SIZE + name_len;
    bool resolve = zip_u32(r + 42) == UINT32_MAX || zip_u32(r + 20) == UINT32_MAX || zip_u32(r + 24) == UINT32_MAX;
    jy_err err = jy_buf_add(dir, JY_SLICE(r, ZIP_RECORD_SIZE + name_len));

    while (err == JY_OK && resolve && i + 4 <= extra_len) {
        size_t len = 4u + zip_u16(extra + i + 2);

        if (zip_u16(extra + i) != 1) {
            err = jy_buf_add(dir, JY_SLICE(extra + i, len));
            kept += len;
        }
        i += len;
    }
    if (err == JY_OK && !resolve) {
        err = jy_buf_add(dir, JY_SLICE(extra, extra_len));
        kept = extra_len;
    }
    if (err == JY_OK)
        err = jy_buf_add(dir, JY_SLICE(extra + extra_len, zip_u16(r + 32)));
    if (err != JY_OK)
        return err;
    put32(dir->p + head + 20, e->packed);
    put32(dir->p + head + 24, e->size);
    put16(dir->p + head + 30, (uint32_t)kept);
    put32(dir->p + head + 42, offset);
    return JY_OK;
}

/* Local header and directory record of an entry that is stored; its bytes follow the header. */
static jy_err
add_head(const struct jy_zip_new *n, uint16_t dos_date, uint16_t dos_time, uint64_t offset, struct jy_buf *local, struct jy_buf *dir)
{
    uint8_t h[ZIP_RECORD_SIZE] = { 'P', 'K', 3, 4, 20, 0 };
    uint32_t crc = libdeflate_crc32(0, n->bytes.p, n->bytes.len);
    size_t name_len = strlen(n->name);
    uint16_t flags = 0;
    jy_err err;

    for (size_t i = 0; i < name_len; i++)
        if ((unsigned char)n->name[i] >= 0x80)
            flags = ZIP_FLAG_UTF8;
    put16(h + 6, flags);
    put16(h + 10, dos_time);
    put16(h + 12, dos_date);
    put32(h + 14, crc);
    put32(h + 18, n->bytes.len);
    put32(h + 22, n->bytes.len);
    put16(h + 26, (uint32_t)name_len);
    err = jy_buf_add(local, JY_SLICE(h, ZIP_LOCAL_SIZE));
    if (err == JY_OK)
        err = jy_buf_text(local, n->name);
    memset(h, 0, sizeof h);
    memcpy(h, "PK\1\2\24\0\24\0", 8);
    put16(h + 8, flags);
    put16(h + 12, dos_time);
    put16(h + 14, dos_date);
    put32(h + 16, crc);
    put32(h + 20, n->bytes.len);
    put32(h + 24, n->bytes.len);
    put16(h + 28, (uint32_t)name_len);
    put32(h + 42, offset);
    if (err == JY_OK)
        err = jy_buf_add(dir, JY_SLICE(h, ZIP_RECORD_SIZE));
    if (err == JY_OK)
        err = jy_buf_text(dir, n->name);
    return err;
}

static jy_err
add_new(const struct jy_zip_new *n, uint16_t dos_date, uint16_t dos_time, uint64_t offset, struct jy_buf *local, struct jy_buf *dir)
{
    jy_err err = add_head(n, dos_date, dos_time, offset, local, dir);

    return err == JY_OK ? jy_buf_add(local, n->bytes) : err;
}

/* The end record behind the directory. */
static jy_err
add_end(size_t entries, uint64_t directory, struct jy_buf *dir)
{
    uint8_t end[ZIP_END_SIZE] = { 'P', 'K', 5, 6 };

    put16(end + 8, (uint32_t)entries);
    put16(end + 10, (uint32_t)entries);
    put32(end + 12, dir->len);
    put32(end + 16, directory);
    return jy_buf_add(dir, JY_SLICE(end, sizeof end));
}

/*
 * No mark of an end record in these bytes, which stand from `at` on in a package of `total` bytes, may have a comment that ends the package (or, open, one
 * that has grown): a reader who searches from the front would find another directory. No mark lies across two runs of bytes: the second begins with a "P".
 */
static jy_err
check_marks(struct jy_slice bytes, uint64_t at, uint64_t total, bool open, struct jy_fault *fault)
{
    uint64_t window = ZIP_END_SIZE + ZIP_COMMENT_MAX;
    size_t skip = at + window >= total ? 0 : total - window - at < bytes.len ? (size_t)(total - window - at) : bytes.len, i;

    while ((i = jy_slice_find(JY_SLICE(bytes.p + skip, bytes.len - skip), JY_SLICE("PK\5\6", 4))) != SIZE_MAX) {
        uint64_t end;
        i += skip;
        end = at + i + ZIP_END_SIZE + (bytes.len - i >= ZIP_END_SIZE ? zip_u16(bytes.p + i + ZIP_END_SIZE - 2) : ZIP_COMMENT_MAX);
        if (end == total || (open && end > total))
            return jy_fail(fault, JY_E_AMBIGUOUS, "zip", at + i, "bytes that can be read as the end record of the package that is written");
        skip = i + 1;
    }
    return JY_OK;
}

static jy_err
check_all_marks(const struct jy_pieces *before, struct jy_slice last, bool open, struct jy_fault *fault)
{
    uint64_t at = 0, total = before->total + last.len;
    jy_err err = JY_OK;

    for (size_t i = 0; err == JY_OK && i < before->count; at += before->list[i++].bytes.len)
        err = check_marks(before->list[i].bytes, at, total, open, fault);
    return err == JY_OK ? check_marks(JY_SLICE(last.p, last.len - ZIP_END_SIZE), at, total, open, fault) : err;
}

jy_err
jy_zip_make(const struct jy_zip_new *list, size_t count, uint16_t dos_date, uint16_t dos_time, struct jy_pieces *out, struct jy_fault *fault)
{
    struct jy_buf dir = { 0 };
    jy_err err = JY_OK;

    for (size_t k = 0; err == JY_OK && k < count; k++) {
        struct jy_buf local = { 0 };

        if (list[k].bytes.len + out->total > UINT32_MAX / 2)
            err = jy_fail(fault, JY_E_LIMIT, "zip", 0, "the package would be too large");
        else if ((err = add_head(&list[k], dos_date, dos_time, out->total, &local, &dir)) == JY_OK && (err = jy_pieces_take(out, &local)) == JY_OK)
            err = jy_pieces_borrow(out, list[k].bytes);
        jy_buf_free(&local);
    }
    if (err == JY_OK && (err = add_end(count, out->total, &dir)) == JY_OK && (err = check_all_marks(out, jy_buf_slice(&dir), false, fault)) == JY_OK)
        err = jy_pieces_take(out, &dir);
    jy_buf_free(&dir);
    return err;
}

/* Room for what is written anew, so that nothing is copied twice: the new entries with their heads, and the directory behind them. */
static jy_err
reserve(const struct jy_zip *zip, const struct jy_zip_new *list, size_t count, struct jy_buf *local, struct jy_buf *dir)
{
    size_t directory = ZIP_END_SIZE, entries = 0;
    jy_err err;

    for (size_t i = 0; i < zip->count; i++)
        directory += zip->list[i].record_len;
    for (size_t k = 0; k < count; k++) {
        directory += ZIP_RECORD_SIZE + strlen(list[k].name);
        entries += ZIP_LOCAL_SIZE + strlen(list[k].name) + list[k].bytes.len;
    }
    err = jy_buf_reserve(local, entries + directory);
    return err == JY_OK ? jy_buf_reserve(dir, directory) : err;
}

jy_err
jy_zip_rewrite(const struct jy_zip *zip, const struct jy_zip_new *list, size_t count, uint16_t dos_date, uint16_t dos_time,
               struct jy_pieces *out, struct jy_fault *fault)
{
    struct jy_buf local = { 0 }, dir = { 0 };
    size_t *order = calloc(zip->count + 1, sizeof *order);
    size_t kept = 0;
    uint64_t prefix = (uint64_t)(zip->body.p - zip->file.p), at = 0;
    uint64_t run = 0, run_end = 0;
    jy_err err = JY_OK;

    if (order == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    for (size_t i = 0; i < zip->count; i++)
        order[i] = i;
    qsort_r(order, zip->count, sizeof *order, zip_by_start, zip->list);
    err = reserve(zip, list, count, &local, &dir);
    if (err == JY_OK && prefix > 0)
        err = jy_pieces_borrow(out, JY_SLICE(zip->file.p, prefix));
    for (size_t i = 0; err == JY_OK && i < zip->count; i++) {
        const struct jy_zip_entry *e = &zip->list[order[i]];
        bool replaced = false;

        for (size_t k = 0; k < count; k++)
            replaced = replaced || strcmp(list[k].name, e->name) == 0;
        if (replaced)
            continue;
        if (e->start != run_end) {
            if (run_end > run)
                err = jy_pieces_borrow(out, JY_SLICE(zip->body.p + run, run_end - run));
            run = e->start;
        }
        run_end = e->end;
        if (err == JY_OK)
            err = add_record(zip, e, at, &dir);
        at += e->end - e->start;
        kept++;
    }
    if (err == JY_OK && run_end > run)
        err = jy_pieces_borrow(out, JY_SLICE(zip->body.p + run, run_end - run));
    for (size_t k = 0; err == JY_OK && k < count; k++)
        err = add_new(&list[k], dos_date, dos_time, at + local.len, &local, &dir);
    if (err == JY_OK && (at + local.len + dir.len > UINT32_MAX - ZIP_END_SIZE || kept + count > JY_ZIP_ENTRIES_MAX))
        err = jy_fail(fault, JY_E_LIMIT, "zip", 0, "the package would be too large");
    if (err != JY_OK)
        goto out;
    err = add_end(kept + count, at + local.len, &dir);
    if (err == JY_OK)
        err = jy_buf_add(&local, jy_buf_slice(&dir));
    if (err == JY_OK)
        err = check_all_marks(out, jy_buf_slice(&local), true, fault);
    if (err == JY_OK)
        err = jy_pieces_take(out, &local);
out:
    jy_buf_free(&local);
    jy_buf_free(&dir);
    free(order);
    return err;
}
