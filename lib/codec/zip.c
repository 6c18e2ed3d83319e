/* SPDX-License-Identifier: Apache-2.0 */
/* ZIP (APPNOTE 6.3): every reader must see the same entries in the same bytes, or the file is refused. */
#include <codec/zip.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zip.h>
#include <zlib.h>

#define EOCD_SIZE 22u
#define RECORD_SIZE 46u
#define LOCAL_SIZE 30u
#define COMMENT_MAX 65535u
#define PREFIX_MAX 4096u              /* bytes that some products put before the package */
#define RATIO_FROM (UINT64_C(1) << 20)
#define RATIO_MAX 200u
#define CHUNK (64u * 1024u)
#define FLAG_ENCRYPTED 0x2041u        /* bits 0, 6, 13 */
#define FLAG_DESCRIPTOR 0x0008u
#define FLAG_UTF8 0x0800u

struct jy_zip {
    struct jy_slice file;             /* whole, with a prefix */
    struct jy_slice body;             /* from the ZIP's first byte */
    uint64_t directory;               /* offset of the central directory in body */
    struct jy_zip_entry *list;
    size_t count;
    size_t *sorted;                   /* by folded name */
    zip_t *reader;
};

static uint16_t
u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t
u32(const uint8_t *p)
{
    return (uint32_t)u16(p) | (uint32_t)u16(p + 2) << 16;
}

static uint64_t
u64(const uint8_t *p)
{
    return (uint64_t)u32(p) | (uint64_t)u32(p + 4) << 32;
}

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

/* The zip64 field of an extra area fills in what the header marks with all ones. */
static bool
zip64_fields(struct jy_slice extra, uint64_t *size, uint64_t *packed, uint64_t *offset)
{
    uint64_t *want[3] = { size, packed, offset };
    size_t i = 0;

    while (i + 4 <= extra.len) {
        uint16_t id = u16(extra.p + i), len = u16(extra.p + i + 2);
        size_t at = i + 4, end = at + len;

        if (end > extra.len)
            return false;
        if (id == 1)
            for (int k = 0; k < 3; k++) {
                if (want[k] == NULL || *want[k] != UINT32_MAX)
                    continue;
                if (at + 8 > end)
                    return false;
                *want[k] = u64(extra.p + at);
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

    if (len == 0 || len > 1024)
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

    if (f.len < EOCD_SIZE)
        return jy_fail(fault, JY_E_DAMAGED, "zip", 0, "no end of central directory");
    floor = f.len > EOCD_SIZE + COMMENT_MAX ? f.len - EOCD_SIZE - COMMENT_MAX : 0;
    for (at = f.len - EOCD_SIZE;; at--) {
        if (memcmp(f.p + at, "PK\5\6", 4) == 0)
            break;
        if (at == floor)
            return jy_fail(fault, JY_E_DAMAGED, "zip", 0, "no end of central directory");
    }
    if (at + EOCD_SIZE + u16(f.p + at + 20) != f.len)
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", at, "bytes after the end record, or a second one");
    if (u16(f.p + at + 4) != 0 || u16(f.p + at + 6) != 0 || u16(f.p + at + 8) != u16(f.p + at + 10))
        return jy_fail(fault, JY_E_UNSUPPORTED, "zip", at, "package in several volumes");
    *entries = u16(f.p + at + 10);
    *dir_size = u32(f.p + at + 12);
    dir_off = u32(f.p + at + 16);
    dir_end = at;
    if (at >= 20 + 56 && memcmp(f.p + at - 20, "PK\6\7", 4) == 0) {
        const uint8_t *r = f.p + at - 76;

        if (memcmp(r, "PK\6\6", 4) != 0 || u64(r + 4) != 44)
            return jy_fail(fault, JY_E_AMBIGUOUS, "zip", at - 76, "zip64 end record not where it belongs");
        if ((*entries != UINT16_MAX && *entries != u64(r + 32)) || (*dir_size != UINT32_MAX && *dir_size != u64(r + 40)) ||
            (dir_off != UINT32_MAX && dir_off != u64(r + 48)))
            return jy_fail(fault, JY_E_AMBIGUOUS, "zip", at - 76, "the two end records differ");
        *entries = u64(r + 32);
        *dir_size = u64(r + 40);
        dir_off = u64(r + 48);
        dir_end = at - 76;
    }
    if (*dir_size > dir_end || dir_off > dir_end - *dir_size)
        return jy_fail(fault, JY_E_DAMAGED, "zip", at, "central directory outside the file");
    prefix = (size_t)(dir_end - *dir_size - dir_off);
    if (prefix > 0 && (prefix > PREFIX_MAX || jy_slice_find(JY_SLICE(f.p, prefix), JY_SLICE("PK\3\4", 4)) != SIZE_MAX ||
                       jy_slice_find(JY_SLICE(f.p, prefix), JY_SLICE("PK\5\6", 4)) != SIZE_MAX))
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", 0, "%zu bytes before the package, or a gap before its directory", prefix);
    zip->body = JY_SLICE(f.p + prefix, f.len - prefix);
    zip->directory = dir_off;
    if (*entries > JY_ZIP_ENTRIES_MAX)
        return jy_fail(fault, JY_E_LIMIT, "zip", at, "more than %u entries", JY_ZIP_ENTRIES_MAX);
    return JY_OK;
}

static jy_err
read_local(struct jy_zip *zip, struct jy_zip_entry *e, uint32_t crc, struct jy_fault *fault)
{
    const uint8_t *l;
    size_t name_len = strlen(e->name), extra_len;
    uint64_t size, packed;

    if (e->start + LOCAL_SIZE > zip->directory || memcmp(zip->body.p + e->start, "PK\3\4", 4) != 0)
        return jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "no local header");
    l = zip->body.p + e->start;
    extra_len = u16(l + 28);
    if (u16(l + 26) != name_len || e->start + LOCAL_SIZE + name_len + extra_len > zip->directory ||
        memcmp(l + LOCAL_SIZE, e->name, name_len) != 0)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "local header has another name");
    if (u16(l + 8) != e->method || ((u16(l + 6) ^ e->flags) & (FLAG_ENCRYPTED | FLAG_DESCRIPTOR)) != 0)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "local header has another method or flags");
    size = u32(l + 22);
    packed = u32(l + 18);
    if (!zip64_fields(JY_SLICE(l + LOCAL_SIZE + name_len, extra_len), &size, &packed, NULL))
        return jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "bad extra field");
    if ((e->flags & FLAG_DESCRIPTOR) == 0 && (size != e->size || packed != e->packed || u32(l + 14) != crc))
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "local header has other sizes");
    if ((e->flags & FLAG_DESCRIPTOR) != 0 && ((size != 0 && size != e->size) || (packed != 0 && packed != e->packed)))
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "local header has other sizes");
    e->end = e->start + LOCAL_SIZE + name_len + extra_len;
    if (e->packed > zip->directory - e->end)
        return jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "data reach into the directory");
    e->end += e->packed;
    return JY_OK;
}

static jy_err
read_record(struct jy_zip *zip, uint64_t at, uint64_t dir_end, struct jy_zip_entry *e, uint64_t *total, struct jy_fault *fault)
{
    const uint8_t *r = zip->body.p + at;
    size_t name_len, extra_len;
    jy_err err;

    if (at + RECORD_SIZE > dir_end || memcmp(r, "PK\1\2", 4) != 0)
        return jy_fail(fault, JY_E_DAMAGED, "zip", at, "central directory is cut off");
    name_len = u16(r + 28);
    extra_len = u16(r + 30);
    e->record = (size_t)at;
    e->record_len = RECORD_SIZE + name_len + extra_len + u16(r + 32);
    if (at + e->record_len > dir_end)
        return jy_fail(fault, JY_E_DAMAGED, "zip", at, "central directory is cut off");
    err = check_name(r + RECORD_SIZE, name_len, at, fault);
    if (err != JY_OK)
        return err;
    e->name = strndup((const char *)r + RECORD_SIZE, name_len);
    if (e->name == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    e->flags = u16(r + 8);
    e->method = u16(r + 10);
    e->dos_time = u16(r + 12);
    e->dos_date = u16(r + 14);
    e->packed = u32(r + 20);
    e->size = u32(r + 24);
    e->start = u32(r + 42);
    e->directory = e->name[name_len - 1] == '/';
    if (!zip64_fields(JY_SLICE(r + RECORD_SIZE + name_len, extra_len), &e->size, &e->packed, &e->start))
        return jy_fail(fault, JY_E_DAMAGED, e->name, at, "bad extra field");
    if ((e->flags & FLAG_ENCRYPTED) != 0)
        return jy_fail(fault, JY_E_ENCRYPTED, e->name, at, "encrypted entry");
    if (e->method != 0 && e->method != 8)
        return jy_fail(fault, JY_E_UNSUPPORTED, e->name, at, "compression method %u", e->method);
    if (e->method == 0 && e->packed != e->size)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, at, "stored entry with two sizes");
    if (e->directory && e->size != 0)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, at, "directory with content");
    if (e->size > RATIO_FROM && e->size / RATIO_MAX > e->packed)
        return jy_fail(fault, JY_E_HOSTILE, e->name, at, "%llu bytes packed into %llu", (unsigned long long)e->size,
                       (unsigned long long)e->packed);
    if (e->size > JY_ZIP_ENTRY_MAX || e->size > JY_ZIP_TOTAL_MAX - *total)
        return jy_fail(fault, JY_E_LIMIT, e->name, at, "too many bytes unpacked");
    *total += e->size;
    if (e->start > zip->directory)
        return jy_fail(fault, JY_E_DAMAGED, e->name, at, "local header outside the file");
    return read_local(zip, e, u32(r + 16), fault);
}

static int
by_start(const void *a, const void *b, void *ctx)
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

    qsort_r(zip->sorted, zip->count, sizeof *zip->sorted, by_start, zip->list);
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
            uint32_t crc = u32(zip->body.p + e->record + 16);
            uint64_t head = gap == 16 || gap == 24 ? 4 : 0;
            bool good = (e->flags & FLAG_DESCRIPTOR) != 0 && (gap == 12 || gap == 16 || gap == 20 || gap == 24);

            if (good && head == 4)
                good = memcmp(d, "PK\7\10", 4) == 0;
            if (good)
                good = u32(d + head) == crc && (gap - head == 12 ? u32(d + head + 4) : u64(d + head + 4)) == e->packed &&
                       (gap - head == 12 ? u32(d + head + 8) : u64(d + head + 12)) == e->size;
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

static jy_err
open_reader(struct jy_zip *zip, struct jy_fault *fault)
{
    zip_error_t error;
    zip_source_t *source;
    jy_err err = JY_OK;

    zip_error_init(&error);
    source = zip_source_buffer_create(zip->body.p, zip->body.len, 0, &error);
    if (source != NULL)
        zip->reader = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
    if (zip->reader == NULL) {
        err = jy_fail(fault, zip_error_code_zip(&error) == ZIP_ER_MEMORY ? JY_E_NOMEM : JY_E_AMBIGUOUS, "zip", 0, "libzip: %s",
                      zip_error_strerror(&error));
        if (source != NULL)
            zip_source_free(source);
    } else if ((uint64_t)zip_get_num_entries(zip->reader, 0) != zip->count) {
        err = jy_fail(fault, JY_E_AMBIGUOUS, "zip", 0, "libzip counts other entries");
    }
    zip_error_fini(&error);
    return err;
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
    if (err == JY_OK)
        err = open_reader(zip, fault);
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
    if (zip->reader != NULL)
        zip_discard(zip->reader);
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

jy_err
jy_zip_stream(struct jy_zip *zip, size_t index, jy_zip_sink sink, void *ctx, struct jy_fault *fault)
{
    const struct jy_zip_entry *e = &zip->list[index];
    zip_file_t *file = zip_fopen_index(zip->reader, index, 0);
    uint8_t *chunk = malloc(CHUNK);
    uint64_t done = 0;
    jy_err err = JY_OK;

    if (chunk == NULL) {
        err = jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
        goto out;
    }
    if (file == NULL) {
        err = jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "entry cannot be read");
        goto out;
    }
    for (;;) {
        zip_int64_t got = zip_fread(file, chunk, CHUNK);

        if (got < 0) {
            err = jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "entry cannot be unpacked");
            goto out;
        }
        if (got == 0)
            break;
        done += (uint64_t)got;
        if (done > e->size) {
            err = jy_fail(fault, JY_E_HOSTILE, e->name, e->start, "entry is longer than declared");
            goto out;
        }
        err = sink(ctx, JY_SLICE(chunk, (size_t)got));
        if (err != JY_OK)
            goto out;
    }
    if (done != e->size)
        err = jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "entry is shorter than declared");
out:
    free(chunk);
    if (file != NULL)
        zip_fclose(file);
    return err;
}

static jy_err
sink_buf(void *ctx, struct jy_slice chunk)
{
    return jy_buf_add(ctx, chunk);
}

jy_err
jy_zip_read(struct jy_zip *zip, size_t index, size_t max, struct jy_buf *out, struct jy_fault *fault)
{
    const struct jy_zip_entry *e = &zip->list[index];

    if (e->size > max)
        return jy_fail(fault, JY_E_LIMIT, e->name, e->start, "%llu bytes, limit %zu", (unsigned long long)e->size, max);
    return jy_zip_stream(zip, index, sink_buf, out, fault);
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
    size_t name_len = u16(r + 28), extra_len = u16(r + 30), head = dir->len, kept = 0, i = 0;
    const uint8_t *extra = r + RECORD_SIZE + name_len;
    bool resolve = u32(r + 42) == UINT32_MAX || u32(r + 20) == UINT32_MAX || u32(r + 24) == UINT32_MAX;
    jy_err err = jy_buf_add(dir, JY_SLICE(r, RECORD_SIZE + name_len));

    while (err == JY_OK && resolve && i + 4 <= extra_len) {
        size_t len = 4u + u16(extra + i + 2);

        if (u16(extra + i) != 1) {
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
        err = jy_buf_add(dir, JY_SLICE(extra + extra_len, u16(r + 32)));
    if (err != JY_OK)
        return err;
    put32(dir->p + head + 20, e->packed);
    put32(dir->p + head + 24, e->size);
    put16(dir->p + head + 30, (uint32_t)kept);
    put32(dir->p + head + 42, offset);
    return JY_OK;
}

static jy_err
add_new(const struct jy_zip_new *n, uint16_t dos_date, uint16_t dos_time, uint64_t offset, struct jy_buf *local, struct jy_buf *dir)
{
    uint8_t h[RECORD_SIZE] = { 'P', 'K', 3, 4, 20, 0 };
    uint32_t crc = (uint32_t)crc32_z(0, n->bytes.p, n->bytes.len);
    size_t name_len = strlen(n->name);
    uint16_t flags = 0;
    jy_err err;

    for (size_t i = 0; i < name_len; i++)
        if ((unsigned char)n->name[i] >= 0x80)
            flags = FLAG_UTF8;
    put16(h + 6, flags);
    put16(h + 10, dos_time);
    put16(h + 12, dos_date);
    put32(h + 14, crc);
    put32(h + 18, n->bytes.len);
    put32(h + 22, n->bytes.len);
    put16(h + 26, (uint32_t)name_len);
    err = jy_buf_add(local, JY_SLICE(h, LOCAL_SIZE));
    if (err == JY_OK)
        err = jy_buf_text(local, n->name);
    if (err == JY_OK)
        err = jy_buf_add(local, n->bytes);
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
        err = jy_buf_add(dir, JY_SLICE(h, RECORD_SIZE));
    if (err == JY_OK)
        err = jy_buf_text(dir, n->name);
    return err;
}

jy_err
jy_zip_rewrite(const struct jy_zip *zip, const struct jy_zip_new *list, size_t count, uint16_t dos_date, uint16_t dos_time,
               struct jy_pieces *out, struct jy_fault *fault)
{
    struct jy_buf local = { 0 }, dir = { 0 };
    size_t *order = calloc(zip->count + 1, sizeof *order);
    size_t kept = 0;
    uint64_t prefix = (uint64_t)(zip->body.p - zip->file.p), at = 0, dir_len;
    uint64_t run = 0, run_end = 0;
    uint8_t end[EOCD_SIZE] = { 'P', 'K', 5, 6 };
    jy_err err = JY_OK;

    if (order == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    for (size_t i = 0; i < zip->count; i++)
        order[i] = i;
    qsort_r(order, zip->count, sizeof *order, by_start, zip->list);
    if (prefix > 0)
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
    if (err == JY_OK && (at + local.len + dir.len > UINT32_MAX - EOCD_SIZE || kept + count > JY_ZIP_ENTRIES_MAX))
        err = jy_fail(fault, JY_E_LIMIT, "zip", 0, "the package would be too large");
    if (err != JY_OK)
        goto out;
    at += local.len;
    dir_len = dir.len;
    put16(end + 8, (uint32_t)(kept + count));
    put16(end + 10, (uint32_t)(kept + count));
    put32(end + 12, dir_len);
    put32(end + 16, at);
    err = jy_buf_add(&dir, JY_SLICE(end, sizeof end));
    if (err == JY_OK)
        err = jy_buf_add(&local, jy_buf_slice(&dir));
    if (err == JY_OK)
        err = jy_pieces_take(out, &local);
out:
    jy_buf_free(&local);
    jy_buf_free(&dir);
    free(order);
    return err;
}
