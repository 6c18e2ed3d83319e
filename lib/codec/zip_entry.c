/* SPDX-License-Identifier: Apache-2.0 */
/* One entry (APPNOTE 4.3.7 to 4.3.12): what its directory record, local header, extra fields and data descriptor say must be one thing. */
#include <codec/zip_inside.h>

#include <stdlib.h>
#include <string.h>

#define RATIO_FROM (UINT64_C(1) << 20)
#define VERSION_MAX 51                /* entries of any size need 4.5 (APPNOTE 4.4.3.2); programs leave out what asks for more than they know */
#define EXTRA_ZIP64 0x0001u
#define EXTRA_UNICODE_PATH 0x7075u
#define EXTRA_SEEN_ZIP64 1u
#define EXTRA_SEEN_PATH 2u
#define TYPE_FOLDER 4u                /* of a Unix mode's upper four bits */
#define TYPE_FILE 8u

/* What zip64 gives for the numbers that the header marks with all ones; in a local header it may repeat both sizes (APPNOTE 4.5.3). */
static bool
zip64_numbers(struct jy_slice field, uint64_t *size, uint64_t *packed, uint64_t *offset)
{
    uint64_t *want[3] = { size, packed, offset };
    size_t at = 0;

    if (offset == NULL && *size != UINT32_MAX && *packed != UINT32_MAX)
        return field.len == 16 && zip_u64(field.p) == *size && zip_u64(field.p + 8) == *packed;
    for (int k = 0; k < 3; k++) {
        if (want[k] == NULL || *want[k] != UINT32_MAX)
            continue;
        if (at + 8 > field.len)
            return false;
        *want[k] = zip_u64(field.p + at);
        at += 8;
    }
    return at == field.len;
}

/* Extra fields: well-formed, those that change what an entry is at most once, and its second name the same as the first. seen says which. */
static jy_err
read_extra(struct jy_slice extra, struct jy_slice name, uint64_t *size, uint64_t *packed, uint64_t *offset, uint64_t where, unsigned *seen,
           struct jy_fault *fault)
{
    size_t i = 0;

    *seen = 0;
    while (i + 4 <= extra.len) {
        uint16_t id = zip_u16(extra.p + i), len = zip_u16(extra.p + i + 2);
        struct jy_slice field = JY_SLICE(extra.p + i + 4, len);
        unsigned bit = id == EXTRA_ZIP64 ? EXTRA_SEEN_ZIP64 : id == EXTRA_UNICODE_PATH ? EXTRA_SEEN_PATH : 0;

        if (len > extra.len - i - 4)
            return jy_fail(fault, JY_E_AMBIGUOUS, "zip", where, "extra field beyond its area");
        if ((*seen & bit) != 0)
            return jy_fail(fault, JY_E_AMBIGUOUS, "zip", where, "the same extra field twice");
        *seen |= bit;
        if (bit == EXTRA_SEEN_ZIP64 && !zip64_numbers(field, size, packed, offset))
            return jy_fail(fault, JY_E_AMBIGUOUS, "zip", where, "zip64 sizes that do not fit");
        if (bit == EXTRA_SEEN_PATH && (len < 6 || !zip_same_name(name, JY_SLICE(field.p + 5, len - 5u))))
            return jy_fail(fault, JY_E_AMBIGUOUS, "zip", where, "a second name that differs");
        i += 4u + len;
    }
    if (i != extra.len || zip_has_mark(extra))
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", where, "extra field that is none");
    return JY_OK;
}

static jy_err
read_local(struct jy_zip *zip, struct jy_zip_entry *e, struct jy_fault *fault)
{
    const uint8_t *l;
    size_t name_len = strlen(e->name), extra_len;
    uint64_t size, packed;
    unsigned seen;
    bool later = (e->flags & ZIP_FLAG_DESCRIPTOR) != 0;
    jy_err err;

    if (e->start + ZIP_LOCAL_SIZE > zip->directory || memcmp(zip->body.p + e->start, "PK\3\4", 4) != 0)
        return jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "no local header");
    if (zip->body.p != zip->file.p && memcmp(zip->file.p + e->start, "PK\3\4", 4) == 0)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "a second local header, for who counts from the file's start");
    l = zip->body.p + e->start;
    extra_len = zip_u16(l + 28);
    if (zip_u16(l + 26) != name_len || e->start + ZIP_LOCAL_SIZE + name_len + extra_len > zip->directory ||
        memcmp(l + ZIP_LOCAL_SIZE, e->name, name_len) != 0)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "local header has another name");
    if (zip_u16(l + 8) != e->method || ((zip_u16(l + 6) ^ e->flags) & ~ZIP_FLAG_EFFORT) != 0)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "local header has another method or flags");
    if (zip_u16(l + 4) > VERSION_MAX)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "asks for a version that not every program has");
    size = zip_u32(l + 22);
    packed = zip_u32(l + 18);
    err = read_extra(JY_SLICE(l + ZIP_LOCAL_SIZE + name_len, extra_len), JY_SLICE(l + ZIP_LOCAL_SIZE, name_len), &size, &packed, NULL, e->start, &seen, fault);
    if (err != JY_OK)
        return err;
    e->zip64 = (seen & EXTRA_SEEN_ZIP64) != 0;
    if (!(later && size == 0 && packed == 0 && zip_u32(l + 14) == 0) && (size != e->size || packed != e->packed || zip_u32(l + 14) != e->crc))
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "local header has other sizes");
    if (later && e->method == 0 && size != e->size)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "stored entry whose end only the directory knows");
    e->data = e->start + ZIP_LOCAL_SIZE + name_len + extra_len;
    if (e->packed > zip->directory - e->data)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "data reach into the directory");
    e->end = e->data + e->packed;
    return JY_OK;
}

/* A folder has no content, and what is none is a plain file: no link, no device, nothing that only its attributes call a folder. */
static bool
is_plain(const struct jy_zip_entry *e, uint32_t attributes)
{
    uint32_t type = attributes >> 28;

    if (e->directory)
        return e->size == 0 && (type == 0 || type == TYPE_FOLDER || type == TYPE_FILE);
    return (type == 0 || type == TYPE_FILE) && (attributes & 0x10) == 0;
}

static jy_err
judge(const struct jy_zip_entry *e, uint32_t attributes, struct jy_fault *fault)
{
    if ((e->flags & ZIP_FLAG_ENCRYPTED) != 0)
        return jy_fail(fault, JY_E_ENCRYPTED, e->name, e->start, "encrypted entry");
    if (e->method != 0 && e->method != 8)
        return jy_fail(fault, JY_E_UNSUPPORTED, e->name, e->start, "compression method %u", e->method);
    if ((e->flags & ~(ZIP_FLAG_EFFORT | ZIP_FLAG_DESCRIPTOR | ZIP_FLAG_UTF8)) != 0)
        return jy_fail(fault, JY_E_UNSUPPORTED, e->name, e->start, "flags %04x", e->flags);
    if (e->method == 0 && e->packed != e->size)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "stored entry with two sizes");
    if (!is_plain(e, attributes))
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "folder with content, link, or something else that is no plain file");
    if (e->size > RATIO_FROM && e->size / JY_ZIP_RATIO_MAX > e->packed)
        return jy_fail(fault, JY_E_HOSTILE, e->name, e->start, "%llu bytes packed into %llu", (unsigned long long)e->size,
                       (unsigned long long)e->packed);
    return JY_OK;
}

jy_err
zip_read_record(struct jy_zip *zip, uint64_t at, uint64_t dir_end, struct jy_zip_entry *e, uint64_t *total, struct jy_fault *fault)
{
    const uint8_t *r = zip->body.p + at;
    size_t name_len, extra_len;
    unsigned seen;
    jy_err err;

    if (at + ZIP_RECORD_SIZE > dir_end || memcmp(r, "PK\1\2", 4) != 0)
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", at, "the directory has not the records that the end record counts");
    name_len = zip_u16(r + 28);
    extra_len = zip_u16(r + 30);
    e->record = (size_t)at;
    e->record_len = ZIP_RECORD_SIZE + name_len + extra_len + zip_u16(r + 32);
    if (at + e->record_len > dir_end)
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", at, "a record reaches behind the directory");
    e->flags = zip_u16(r + 8);
    err = zip_check_name(JY_SLICE(r + ZIP_RECORD_SIZE, name_len), (e->flags & ZIP_FLAG_UTF8) != 0, at, fault);
    if (err != JY_OK)
        return err;
    e->name = strndup((const char *)r + ZIP_RECORD_SIZE, name_len);
    if (e->name == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    e->method = zip_u16(r + 10);
    e->dos_time = zip_u16(r + 12);
    e->dos_date = zip_u16(r + 14);
    e->crc = zip_u32(r + 16);
    e->packed = zip_u32(r + 20);
    e->size = zip_u32(r + 24);
    e->start = zip_u32(r + 42);
    e->directory = e->name[name_len - 1] == '/';
    err = read_extra(JY_SLICE(r + ZIP_RECORD_SIZE + name_len, extra_len), jy_slice_text(e->name), &e->size, &e->packed, &e->start, at, &seen, fault);
    if (err != JY_OK)
        return err;
    if (zip_u16(r + 6) > VERSION_MAX)
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, at, "asks for a version that not every program has");
    if (zip_u16(r + 34) != 0)
        return jy_fail(fault, JY_E_UNSUPPORTED, e->name, at, "package in several volumes");
    if (zip_has_mark(JY_SLICE(r + e->record_len - zip_u16(r + 32), zip_u16(r + 32))))
        return jy_fail(fault, JY_E_AMBIGUOUS, e->name, at, "an entry's comment holds records");
    if (e->size > JY_ZIP_ENTRY_MAX || e->size > JY_ZIP_TOTAL_MAX - *total)
        return jy_fail(fault, JY_E_LIMIT, e->name, at, "too many bytes unpacked");
    *total += e->size;
    if (e->start > zip->directory)
        return jy_fail(fault, JY_E_DAMAGED, e->name, at, "local header outside the file");
    err = read_local(zip, e, fault);
    return err != JY_OK ? err : judge(e, zip_u32(r + 38), fault);
}

/* What stands behind an entry's data: nothing, or with flag bit 3 its data descriptor (APPNOTE 4.3.9), which says the same again. */
bool
zip_is_tail(const struct jy_zip_entry *e, struct jy_slice tail)
{
    size_t head = tail.len >= 4 && (tail.len & 4) == 0 ? 4 : 0, width = e->zip64 ? 8 : 4;
    const uint8_t *d = tail.p + head;

    if ((e->flags & ZIP_FLAG_DESCRIPTOR) == 0)
        return tail.len == 0;
    if (tail.len != head + 4 + 2 * width || (head == 4 && memcmp(tail.p, "PK\7\10", 4) != 0))
        return false;
    return zip_u32(d) == e->crc && (width == 4 ? zip_u32(d + 4) : zip_u64(d + 4)) == e->packed && (width == 4 ? zip_u32(d + 8) : zip_u64(d + 12)) == e->size;
}
