/* SPDX-License-Identifier: Apache-2.0 */
/* ZIP (APPNOTE 6.3): every reader must see the same entries in the same bytes, or the file is refused. */
#include <codec/zip_inside.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COMMENT_MAX 65535u
#define RATIO_FROM (UINT64_C(1) << 20)

/* The zip64 field of an extra area fills in what the header marks with all ones. */
static bool
zip64_fields(struct jy_slice extra, uint64_t *size, uint64_t *packed, uint64_t *offset)
{
    uint64_t *want[3] = { size, packed, offset };
    size_t i = 0;

    while (i + 4 <= extra.len) {
        uint16_t id = zip_u16(extra.p + i), len = zip_u16(extra.p + i + 2);
        size_t at = i + 4, end = at + len;

        if (end > extra.len)
            return false;
        if (id == 1)
            for (int k = 0; k < 3; k++) {
                if (want[k] == NULL || *want[k] != UINT32_MAX)
                    continue;
                if (at + 8 > end)
                    return false;
                *want[k] = zip_u64(extra.p + at);
                at += 8;
            }
        i = end;
    }
    return true;
}

static jy_err
check_name(const uint8_t *p, size_t len, uint64_t offset, struct jy_fault *fault)
{
    size_t part = 0;

    if (len == 0 || len > JY_ZIP_NAME_MAX)
        return jy_fail(fault, JY_E_HOSTILE, "zip entry name", offset, "name of %zu bytes", len);
    if (p[0] == '/' || memchr(p, '\0', len) != NULL || memchr(p, '\\', len) != NULL || (len > 1 && p[1] == ':' && isalpha(p[0])))
        return jy_fail(fault, JY_E_HOSTILE, "zip entry name", offset, "absolute name, NUL or back-slash");
    for (size_t i = 0; i <= len; i++) {
        if (i < len && p[i] != '/')
            continue;
        if ((i - part == 2 && memcmp(p + part, "..", 2) == 0) || (i - part == 1 && p[part] == '.'))
            return jy_fail(fault, JY_E_HOSTILE, "zip entry name", offset, "name with . or ..");
        if (i == part && i < len)
            return jy_fail(fault, JY_E_HOSTILE, "zip entry name", offset, "empty part in name");
        part = i + 1;
    }
    return JY_OK;
}

/* Finds the one end record and sets body, directory and count. */
static jy_err
find_end(struct jy_zip *zip, uint64_t *entries, uint64_t *dir_size, struct jy_fault *fault)
{
    struct jy_slice f = zip->file;
    size_t at, floor, prefix;
    uint64_t dir_off, dir_end;

    if (f.len < ZIP_END_SIZE)
        return jy_fail(fault, JY_E_DAMAGED, "zip", 0, "no end of central directory");
    floor = f.len > ZIP_END_SIZE + COMMENT_MAX ? f.len - ZIP_END_SIZE - COMMENT_MAX : 0;
    for (at = f.len - ZIP_END_SIZE;; at--) {
        if (memcmp(f.p + at, "PK\5\6", 4) == 0)
            break;
        if (at == floor)
            return jy_fail(fault, JY_E_DAMAGED, "zip", 0, "no end of central directory");
    }
    if (at + ZIP_END_SIZE + zip_u16(f.p + at + 20) != f.len)
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", at, "bytes after the end record, or a second one");
    if (zip_u16(f.p + at + 4) != 0 || zip_u16(f.p + at + 6) != 0 || zip_u16(f.p + at + 8) != zip_u16(f.p + at + 10))
        return jy_fail(fault, JY_E_UNSUPPORTED, "zip", at, "package in several volumes");
    *entries = zip_u16(f.p + at + 10);
    *dir_size = zip_u32(f.p + at + 12);
    dir_off = zip_u32(f.p + at + 16);
    dir_end = at;
    if (at >= 20 + 56 && memcmp(f.p + at - 20, "PK\6\7", 4) == 0) {
        const uint8_t *r = f.p + at - 76;

        if (memcmp(r, "PK\6\6", 4) != 0 || zip_u64(r + 4) != 44)
            return jy_fail(fault, JY_E_AMBIGUOUS, "zip", at - 76, "zip64 end record not where it belongs");
        if ((*entries != UINT16_MAX && *entries != zip_u64(r + 32)) || (*dir_size != UINT32_MAX && *dir_size != zip_u64(r + 40)) ||
            (dir_off != UINT32_MAX && dir_off != zip_u64(r + 48)))
            return jy_fail(fault, JY_E_AMBIGUOUS, "zip", at - 76, "the two end records differ");
        *entries = zip_u64(r + 32);
        *dir_size = zip_u64(r + 40);
        dir_off = zip_u64(r + 48);
        dir_end = at - 76;
    }
    if (*dir_size > dir_end || dir_off > dir_end - *dir_size)
        return jy_fail(fault, JY_E_DAMAGED, "zip", at, "central directory outside the file");
    prefix = (size_t)(dir_end - *dir_size - dir_off);
    if (prefix > 0 && (prefix > JY_ZIP_PREFIX_MAX || jy_slice_find(JY_SLICE(f.p, prefix), JY_SLICE("PK\3\4", 4)) != SIZE_MAX ||
                       jy_slice_find(JY_SLICE(f.p, prefix), JY_SLICE("PK\5\6", 4)) != SIZE_MAX))
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", 0, "%zu bytes before the package, or a gap before its directory", prefix);
    zip->body = JY_SLICE(f.p + prefix, f.len - prefix);
    zip->directory = dir_off;
    if (*entries > JY_ZIP_ENTRIES_MAX)
        return jy_fail(fault, JY_E_LIMIT, "zip", at, "more than %d entries", JY_ZIP_ENTRIES_MAX);
    return JY_OK;
}

static jy_err
read_local(struct jy_zip *zip, struct jy_zip_entry *e, struct jy_fault *fault)
{
    const uint8_t *l;
    size_t name_len = strlen(e->name), extra_len;
    uint64_t size, packed;

    if (e->start + ZIP_LOCAL_SIZE > zip->directory || memcmp(zip->body.p + e->start, "PK\3\4", 4) != 0)
        return jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "no local header");
    l = zip->body.p + e->start;
    extra_len = zip_u16(l + 28);
    if (zip_u16(l + 26) != name_len || e->start + ZIP_LOCAL_SIZE + name_len + extra_len > zip->directory ||
        memcmp(l + ZIP_LOCAL_SIZE, e->name, name_len) != 0)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "local header has another name");
    if (zip_u16(l + 8) != e->method || ((zip_u16(l + 6) ^ e->flags) & (ZIP_FLAG_ENCRYPTED | ZIP_FLAG_DESCRIPTOR)) != 0)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "local header has another method or flags");
    size = zip_u32(l + 22);
    packed = zip_u32(l + 18);
    if (!zip64_fields(JY_SLICE(l + ZIP_LOCAL_SIZE + name_len, extra_len), &size, &packed, NULL))
        return jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "bad extra field");
    if ((e->flags & ZIP_FLAG_DESCRIPTOR) == 0 && (size != e->size || packed != e->packed || zip_u32(l + 14) != e->crc))
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "local header has other sizes");
    if ((e->flags & ZIP_FLAG_DESCRIPTOR) != 0 && ((size != 0 && size != e->size) || (packed != 0 && packed != e->packed)))
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "local header has other sizes");
    e->data = e->start + ZIP_LOCAL_SIZE + name_len + extra_len;
    if (e->packed > zip->directory - e->data)
        return jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "data reach into the directory");
    e->end = e->data + e->packed;
    return JY_OK;
}

static jy_err
read_record(struct jy_zip *zip, uint64_t at, uint64_t dir_end, struct jy_zip_entry *e, uint64_t *total, struct jy_fault *fault)
{
    const uint8_t *r = zip->body.p + at;
    size_t name_len, extra_len;
    jy_err err;

    if (at + ZIP_RECORD_SIZE > dir_end || memcmp(r, "PK\1\2", 4) != 0)
        return jy_fail(fault, JY_E_DAMAGED, "zip", at, "central directory is cut off");
    name_len = zip_u16(r + 28);
    extra_len = zip_u16(r + 30);
    e->record = (size_t)at;
    e->record_len = ZIP_RECORD_SIZE + name_len + extra_len + zip_u16(r + 32);
    if (at + e->record_len > dir_end)
        return jy_fail(fault, JY_E_DAMAGED, "zip", at, "central directory is cut off");
    err = check_name(r + ZIP_RECORD_SIZE, name_len, at, fault);
    if (err != JY_OK)
        return err;
    e->name = strndup((const char *)r + ZIP_RECORD_SIZE, name_len);
    if (e->name == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    e->flags = zip_u16(r + 8);
    e->method = zip_u16(r + 10);
    e->dos_time = zip_u16(r + 12);
    e->dos_date = zip_u16(r + 14);
    e->crc = zip_u32(r + 16);
    e->packed = zip_u32(r + 20);
    e->size = zip_u32(r + 24);
    e->start = zip_u32(r + 42);
    e->directory = e->name[name_len - 1] == '/';
    if (!zip64_fields(JY_SLICE(r + ZIP_RECORD_SIZE + name_len, extra_len), &e->size, &e->packed, &e->start))
        return jy_fail(fault, JY_E_DAMAGED, e->name, at, "bad extra field");
    if ((e->flags & ZIP_FLAG_ENCRYPTED) != 0)
        return jy_fail(fault, JY_E_ENCRYPTED, e->name, at, "encrypted entry");
    if (e->method != 0 && e->method != 8)
        return jy_fail(fault, JY_E_UNSUPPORTED, e->name, at, "compression method %u", e->method);
    if (e->method == 0 && e->packed != e->size)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, at, "stored entry with two sizes");
    if (e->directory && e->size != 0)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, at, "directory with content");
    if (e->size > RATIO_FROM && e->size / JY_ZIP_RATIO_MAX > e->packed)
        return jy_fail(fault, JY_E_HOSTILE, e->name, at, "%llu bytes packed into %llu", (unsigned long long)e->size,
                       (unsigned long long)e->packed);
    if (e->size > JY_ZIP_ENTRY_MAX || e->size > JY_ZIP_TOTAL_MAX - *total)
        return jy_fail(fault, JY_E_LIMIT, e->name, at, "too many bytes unpacked");
    *total += e->size;
    if (e->start > zip->directory)
        return jy_fail(fault, JY_E_DAMAGED, e->name, at, "local header outside the file");
    return read_local(zip, e, fault);
}

int
zip_by_start(const void *a, const void *b, void *ctx)
{
    const struct jy_zip_entry *list = ctx;
    uint64_t x = list[*(const size_t *)a].start, y = list[*(const size_t *)b].start;

    return x < y ? -1 : x > y;
}

static int
by_name(const void *a, const void *b, void *ctx)
{
    const struct jy_zip_entry *list = ctx;

    return strcasecmp(list[*(const size_t *)a].name, list[*(const size_t *)b].name);
}

/* Ranges follow one another; after an entry with flag bit 3 stands its data descriptor, and nothing else anywhere. */
static jy_err
check_ranges(struct jy_zip *zip, struct jy_fault *fault)
{
    uint64_t next = 0;

    qsort_r(zip->sorted, zip->count, sizeof *zip->sorted, zip_by_start, zip->list);
    for (size_t i = 0; i < zip->count; i++) {
        struct jy_zip_entry *e = &zip->list[zip->sorted[i]];
        uint64_t limit = i + 1 < zip->count ? zip->list[zip->sorted[i + 1]].start : zip->directory;
        uint64_t gap;

        if (e->start != next)
            return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "bytes that belong to no entry");
        if (limit < e->end)
            return jy_fail(fault, JY_E_HOSTILE, e->name, e->start, "entries overlap");
        gap = limit - e->end;
        if (gap != 0) {
            const uint8_t *d = zip->body.p + e->end;
            uint64_t head = gap == 16 || gap == 24 ? 4 : 0;
            bool good = (e->flags & ZIP_FLAG_DESCRIPTOR) != 0 && (gap == 12 || gap == 16 || gap == 20 || gap == 24);

            if (good && head == 4)
                good = memcmp(d, "PK\7\10", 4) == 0;
            if (good)
                good = zip_u32(d + head) == e->crc && (gap - head == 12 ? zip_u32(d + head + 4) : zip_u64(d + head + 4)) == e->packed &&
                       (gap - head == 12 ? zip_u32(d + head + 8) : zip_u64(d + head + 12)) == e->size;
            if (!good)
                return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->end, "%llu bytes that belong to no entry", (unsigned long long)gap);
        }
        e->end = limit;
        next = limit;
    }
    if (next != zip->directory)
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", next, "bytes before the central directory");
    return JY_OK;
}

static jy_err
check_names(struct jy_zip *zip, struct jy_fault *fault)
{
    qsort_r(zip->sorted, zip->count, sizeof *zip->sorted, by_name, zip->list);
    for (size_t i = 1; i < zip->count; i++) {
        const char *name = zip->list[zip->sorted[i]].name;

        if (strcasecmp(zip->list[zip->sorted[i - 1]].name, name) == 0)
            return jy_fail(fault, JY_E_AMBIGUOUS, name, zip->list[zip->sorted[i]].start, "two entries of one name");
    }
    return JY_OK;
}

jy_err
jy_zip_open(struct jy_slice file, struct jy_zip **out, struct jy_fault *fault)
{
    struct jy_zip *zip = calloc(1, sizeof *zip);
    uint64_t entries = 0, dir_size = 0, at, dir_end, total = 0;
    jy_err err;

    *out = NULL;
    if (zip == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    zip->file = file;
    err = find_end(zip, &entries, &dir_size, fault);
    if (err != JY_OK)
        goto out;
    zip->list = calloc((size_t)entries + 1, sizeof *zip->list);
    zip->sorted = calloc((size_t)entries + 1, sizeof *zip->sorted);
    if (zip->list == NULL || zip->sorted == NULL) {
        err = jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
        goto out;
    }
    at = zip->directory;
    dir_end = at + dir_size;
    while (zip->count < entries) {
        struct jy_zip_entry *e = &zip->list[zip->count];

        zip->sorted[zip->count] = zip->count;
        zip->count++;
        err = read_record(zip, at, dir_end, e, &total, fault);
        if (err != JY_OK)
            goto out;
        at += e->record_len;
    }
    if (at != dir_end)
        err = jy_fail(fault, JY_E_AMBIGUOUS, "zip", at, "bytes after the last directory record");
    if (err == JY_OK)
        err = check_names(zip, fault);
    if (err == JY_OK)
        err = check_ranges(zip, fault);
    if (err == JY_OK)
        err = check_names(zip, fault);   /* leaves sorted by name for jy_zip_find */
out:
    if (err != JY_OK) {
        jy_zip_free(zip);
        return err;
    }
    *out = zip;
    return JY_OK;
}

void
jy_zip_free(struct jy_zip *zip)
{
    if (zip == NULL)
        return;
    if (zip->inflating)
        inflateEnd(&zip->inflater);
    free(zip->chunk);
    for (size_t i = 0; i < zip->count; i++)
        free(zip->list[i].name);
    free(zip->list);
    free(zip->sorted);
    free(zip);
}

size_t
jy_zip_count(const struct jy_zip *zip)
{
    return zip->count;
}

const struct jy_zip_entry *
jy_zip_entry(const struct jy_zip *zip, size_t index)
{
    return &zip->list[index];
}

size_t
jy_zip_find(const struct jy_zip *zip, const char *name, bool fold)
{
    size_t low = 0, high = zip->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2, at = zip->sorted[mid];
        int order = strcasecmp(name, zip->list[at].name);

        if (order == 0)
            return fold || strcmp(name, zip->list[at].name) == 0 ? at : SIZE_MAX;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return SIZE_MAX;
}
