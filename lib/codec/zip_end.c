/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a ZIP (APPNOTE 4.3.14 to 4.3.16): one end record, where every reader looks for it, and one directory that it can mean. */
#include <codec/zip_inside.h>

#include <string.h>

#define LOCATOR_SIZE 20u
#define END64_SIZE 56u

bool
zip_has_mark(struct jy_slice bytes)
{
    /* Of local headers, directory records, signatures, end records (also zip64), descriptors. "PK" alone stands in many a number: 19280 is one. */
    static const uint8_t marks[][2] = { { 1, 2 }, { 3, 4 }, { 5, 5 }, { 5, 6 }, { 6, 6 }, { 6, 7 }, { 6, 8 }, { 7, 8 } };

    for (size_t i = 0; i + 4 <= bytes.len; i++)
        for (size_t k = 0; bytes.p[i] == 'P' && bytes.p[i + 1] == 'K' && k < sizeof(marks) / sizeof(marks[0]); k++)
            if (memcmp(bytes.p + i + 2, marks[k], 2) == 0)
                return true;
    return false;
}

static bool
is_mark(struct jy_slice file, uint64_t at, const char *mark)
{
    return at <= file.len && file.len - at >= 4 && memcmp(file.p + at, mark, 4) == 0;
}

/* The zip64 end record says the same as the other one, and stands right before its locator, where the locator says. */
static jy_err
read_end64(struct jy_slice f, size_t at, uint64_t *entries, uint64_t *dir_size, uint64_t *dir_off, struct jy_fault *fault)
{
    size_t start = at - LOCATOR_SIZE - END64_SIZE;
    const uint8_t *r = f.p + start, *locator = f.p + at - LOCATOR_SIZE;
    uint64_t prefix;

    if (memcmp(r, "PK\6\6", 4) != 0 || zip_u64(r + 4) != END64_SIZE - 12)
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", start, "zip64 end record not where it belongs");
    if ((*entries != UINT16_MAX && *entries != zip_u64(r + 32)) || (*dir_size != UINT32_MAX && *dir_size != zip_u64(r + 40)) ||
        (*dir_off != UINT32_MAX && *dir_off != zip_u64(r + 48)) || zip_u64(r + 24) != zip_u64(r + 32))
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", start, "the two end records differ");
    if (zip_u32(r + 16) != 0 || zip_u32(r + 20) != 0 || zip_u32(locator + 4) != 0 || zip_u32(locator + 16) > 1)
        return jy_fail(fault, JY_E_UNSUPPORTED, "zip", start, "package in several volumes");
    *entries = zip_u64(r + 32);
    *dir_size = zip_u64(r + 40);
    *dir_off = zip_u64(r + 48);
    if (*dir_size > start || *dir_off > start - *dir_size)
        return jy_fail(fault, JY_E_DAMAGED, "zip", start, "central directory outside the file");
    prefix = start - *dir_size - *dir_off;
    if (zip_u64(locator + 8) != start - prefix)
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", at - LOCATOR_SIZE, "the zip64 locator leads elsewhere");
    return JY_OK;
}

/* Where the last mark of an end record begins, of those that begin between floor and from; SIZE_MAX when there is none. */
static size_t
last_end_mark(struct jy_slice f, size_t floor, size_t from)
{
    const uint8_t *first = f.p + floor, *p = first + (from - floor) + 1;

    while ((p = memrchr(first, 'P', (size_t)(p - first))) != NULL)
        if (is_mark(f, (size_t)(p - f.p), "PK\5\6"))
            return (size_t)(p - f.p);
    return SIZE_MAX;
}

/* The last end record, which must end the file, and no other that a reader could take for it. */
static jy_err
find_record(struct jy_slice f, size_t *out, struct jy_fault *fault)
{
    size_t at, floor;

    if (f.len < ZIP_END_SIZE)
        return jy_fail(fault, JY_E_DAMAGED, "zip", 0, "no end of central directory");
    floor = f.len > ZIP_END_SIZE + ZIP_COMMENT_MAX ? f.len - ZIP_END_SIZE - ZIP_COMMENT_MAX : 0;
    at = last_end_mark(f, floor, f.len - ZIP_END_SIZE);
    if (at == SIZE_MAX)
        return jy_fail(fault, JY_E_DAMAGED, "zip", 0, "no end of central directory");
    if (at + ZIP_END_SIZE + zip_u16(f.p + at + 20) != f.len)
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", at, "bytes after the end record, or a second one");
    if (zip_has_mark(JY_SLICE(f.p + at + 1, f.len - at - 1)))
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", at, "the package's comment holds records");
    for (size_t i = at; i > floor && (i = last_end_mark(f, floor, i - 1)) != SIZE_MAX;)
        if (i + ZIP_END_SIZE + zip_u16(f.p + i + 20) == f.len)
            return jy_fail(fault, JY_E_AMBIGUOUS, "zip", i, "a second end record, whose comment holds this one");
    *out = at;
    return JY_OK;
}

jy_err
zip_find_end(struct jy_zip *zip, uint64_t *entries, uint64_t *dir_size, struct jy_fault *fault)
{
    struct jy_slice f = zip->file;
    size_t at = 0, prefix;
    uint64_t dir_off, dir_end;
    jy_err err = find_record(f, &at, fault);

    if (err != JY_OK)
        return err;
    if (zip_u16(f.p + at + 4) != 0 || zip_u16(f.p + at + 6) != 0)
        return jy_fail(fault, JY_E_UNSUPPORTED, "zip", at, "package in several volumes");
    if (zip_u16(f.p + at + 8) != zip_u16(f.p + at + 10))
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", at, "two numbers of entries");
    *entries = zip_u16(f.p + at + 10);
    *dir_size = zip_u32(f.p + at + 12);
    dir_off = zip_u32(f.p + at + 16);
    dir_end = at;
    if (at >= LOCATOR_SIZE + END64_SIZE && memcmp(f.p + at - LOCATOR_SIZE, "PK\6\7", 4) == 0) {
        err = read_end64(f, at, entries, dir_size, &dir_off, fault);
        if (err != JY_OK)
            return err;
        dir_end = at - LOCATOR_SIZE - END64_SIZE;
    }
    if (*dir_size > dir_end || dir_off > dir_end - *dir_size)
        return jy_fail(fault, JY_E_DAMAGED, "zip", at, "central directory outside the file");
    /* What KingGrid writes before its packages (seal-formats 4) is let through while no reader can find anything else there: neither in the prefix nor
     * by counting the offsets from the file's start. */
    prefix = (size_t)(dir_end - *dir_size - dir_off);
    if (prefix > JY_ZIP_PREFIX_MAX || (prefix > 0 && (jy_slice_find(JY_SLICE(f.p, prefix), JY_SLICE("PK", 2)) != SIZE_MAX || is_mark(f, dir_off, "PK\1\2"))))
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", 0, "%zu bytes before the package, or a gap before its directory", prefix);
    zip->body = JY_SLICE(f.p + prefix, f.len - prefix);
    zip->directory = dir_off;
    if (*entries > JY_ZIP_ENTRIES_MAX)
        return jy_fail(fault, JY_E_LIMIT, "zip", at, "more than %u entries", JY_ZIP_ENTRIES_MAX);
    return JY_OK;
}
