/* SPDX-License-Identifier: Apache-2.0 */
/* An OFD is covered entry by entry (GB/T 33190 18.2, Reference), a PDF byte by byte (ISO 32000 12.8.1, ByteRange). */
#include "covered.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>
#include <zlib.h>

#define UNSIGNED "of a CMS what nothing signs: versions, digestAlgorithms, name of a time stamp; zero bits of a signature value called unused"

static uint32_t
little(const uint8_t *p, int bytes)
{
    uint32_t v = 0;

    for (int i = bytes - 1; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

/* -- what two readers see of a package: names and contents, one after the other -- */

static void
add(struct jy_buf *out, const void *bytes, size_t len)
{
    if (jy_buf_fmt(out, "%zu:", len) != JY_OK || jy_buf_add(out, JY_SLICE(bytes, len)) != JY_OK)
        abort();
}

/* The one part that a stamp leaves open for the next stamp (ContinueSign). */
static bool
is_list(const char *name, size_t len)
{
    const char *last = "/Signatures.xml";

    return len >= strlen(last) && memcmp(name + len - strlen(last), last, strlen(last)) == 0;
}

static bool
view_by_directory(struct jy_slice file, struct jy_buf *out)
{
    zip_source_t *source = zip_source_buffer_create(file.p, file.len, 0, NULL);
    zip_t *zip = source == NULL ? NULL : zip_open_from_source(source, ZIP_RDONLY, NULL);
    bool good = zip != NULL;

    if (zip == NULL)
        zip_source_free(source);
    for (zip_int64_t i = 0; good && i < zip_get_num_entries(zip, 0); i++) {
        zip_stat_t st;
        zip_file_t *f;
        uint8_t *bytes = NULL;

        good = zip_stat_index(zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW, &st) == 0 && st.size < 1u << 26 && (f = zip_fopen_index(zip, (zip_uint64_t)i, 0)) != NULL;
        if (!good)
            break;
        good = (bytes = malloc(st.size + 1)) != NULL && zip_fread(f, bytes, st.size + 1) == (zip_int64_t)st.size && zip_fclose(f) == 0;
        if (good) {
            add(out, st.name, strlen(st.name));
            if (!is_list(st.name, strlen(st.name)))
                add(out, bytes, st.size);
        }
        free(bytes);
    }
    if (zip != NULL)
        zip_discard(zip);
    return good;
}

/* As a reader of a stream does: local headers one behind the other, until something else stands there. */
static bool
view_by_stream(struct jy_slice file, struct jy_buf *out)
{
    size_t at = 0;

    while (at + 30 <= file.len && memcmp(file.p + at, "PK\3\4", 4) == 0) {
        const uint8_t *h = file.p + at;
        size_t name = little(h + 26, 2), extra = little(h + 28, 2), packed = little(h + 18, 4), size = little(h + 22, 4);
        size_t data = at + 30 + name + extra;
        uint8_t *plain;

        if ((little(h + 6, 2) & 8) != 0 || data > file.len || packed > file.len - data || size > 1u << 26 || (plain = malloc(size + 1)) == NULL)
            return false;
        if (little(h + 8, 2) == 8) {
            z_stream z = { .next_in = (z_const Bytef *)(uintptr_t)(file.p + data), .avail_in = (uInt)packed, .next_out = plain, .avail_out = (uInt)size + 1 };
            bool good = inflateInit2(&z, -MAX_WBITS) == Z_OK && inflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out == size;
            inflateEnd(&z);
            if (!good) {
                free(plain);
                return false;
            }
        } else if (little(h + 8, 2) == 0 && packed == size) {
            memcpy(plain, file.p + data, size);
        } else {
            free(plain);
            return false;
        }
        add(out, h + 30, name);
        if (!is_list((const char *)h + 30, name))
            add(out, plain, size);
        free(plain);
        at = data + packed;
    }
    return at + 4 <= file.len && memcmp(file.p + at, "PK\1\2", 4) == 0;
}

/* The name of the field that this byte of the original belongs to. */
static const char *
field_of(struct jy_slice f, size_t at)
{
    static const struct { size_t end; const char *what; } LOCAL[] = {
        { 4, "local header: signature" }, { 6, "local header: version needed" }, { 8, "local header: flags" }, { 10, "local header: method" },
        { 14, "local header: time" }, { 18, "local header: CRC" }, { 26, "local header: sizes" }, { 30, "local header: lengths" } };
    static const struct { size_t end; const char *what; } RECORD[] = {
        { 4, "directory: signature" }, { 6, "directory: version made by" }, { 8, "directory: version needed" }, { 10, "directory: flags" },
        { 12, "directory: method" }, { 16, "directory: time" }, { 20, "directory: CRC" }, { 28, "directory: sizes" }, { 34, "directory: lengths" },
        { 36, "directory: disk number" }, { 38, "directory: internal attributes" }, { 42, "directory: external attributes" }, { 46, "directory: offset" } };
    size_t p = 0;

    while (p + 30 <= f.len && memcmp(f.p + p, "PK\3\4", 4) == 0) {
        size_t name = little(f.p + p + 26, 2), extra = little(f.p + p + 28, 2), packed = little(f.p + p + 18, 4);
        bool list = is_list((const char *)f.p + p + 30, name);
        for (size_t i = 0; i < sizeof(LOCAL) / sizeof(LOCAL[0]); i++)
            if (at < p + LOCAL[i].end)
                return LOCAL[i].what;
        if ((p += 30 + name) > at)
            return "local header: name";
        if ((p += extra) > at)
            return "local header: extra field";
        if ((p += packed) > at)
            return list ? "Signatures.xml, which a stamp leaves open for the next" : "packed data that unpack to the same";
    }
    while (p + 46 <= f.len && memcmp(f.p + p, "PK\1\2", 4) == 0) {
        size_t name = little(f.p + p + 28, 2), extra = little(f.p + p + 30, 2), comment = little(f.p + p + 32, 2);
        for (size_t i = 0; i < sizeof(RECORD) / sizeof(RECORD[0]); i++)
            if (at < p + RECORD[i].end)
                return RECORD[i].what;
        if ((p += 46 + name) > at)
            return "directory: name";
        if ((p += extra) > at)
            return "directory: extra field";
        if ((p += comment) > at)
            return "directory: comment of an entry";
    }
    return "end record";
}

/* Is this byte of the head of a SignedData or SignerInfo (RFC 5652 5.1, 5.3: version, digestAlgorithms; version before sid)? */
static bool
is_cms_head(const uint8_t *a, size_t len, size_t at)
{
    for (size_t v = at < 24 ? 0 : at - 24; v + 5 <= len && v <= at; v++) {
        if (a[v] != 0x02 || a[v + 1] != 1 || (a[v + 2] != 1 && a[v + 2] != 3))
            continue;
        if (at == v + 2 && (a[v + 3] == 0x31 || (a[v + 2] == 1 && a[v + 3] == 0x30)))
            return true;
        if (a[v + 3] == 0x31 && at > v + 2 && at < v + 5 + a[v + 4])
            return true;
    }
    return false;
}

/* The name of the attribute signature-time-stamp: whoever renames it takes the stamp away, as he could by leaving it out. */
static bool
is_stamp_name(const uint8_t *a, size_t len, size_t at)
{
    static const uint8_t name[] = { 0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e };

    for (size_t v = at < sizeof(name) ? 0 : at - sizeof(name) + 1; v <= at && v + sizeof(name) <= len; v++)
        if (memcmp(a + v, name, sizeof(name)) == 0)
            return true;
    return false;
}

/* The count of unused bits of a signature's BIT STRING, a SEQUENCE in it, and the bits it now takes away all zero: the value stays what it was,
   and the report names the deviation (SIG_UNUSED_BITS). */
static bool
is_unused_count(const uint8_t *a, const uint8_t *b, size_t len, size_t at)
{
    return at >= 2 && at + 1 < len && a[at - 2] == 0x03 && a[at] == 0 && b[at] < 8 && a[at + 1] == 0x30 && a[at - 1] > 1 && a[at - 1] < 0x80 &&
           at + a[at - 1] - 1 < len && (a[at + a[at - 1] - 1] & ((1u << b[at]) - 1)) == 0;
}

/* Do they differ in one byte alone that nothing signs? */
static bool
is_unsigned(const uint8_t *a, const uint8_t *b, size_t len)
{
    size_t at = 0;

    while (at < len && a[at] == b[at])
        at++;
    return at < len && memcmp(a + at + 1, b + at + 1, len - at - 1) == 0 &&
           (is_cms_head(a, len, at) || is_stamp_name(a, len, at) || is_unused_count(a, b, len, at));
}

static bool
untouched_ofd(struct jy_slice original, struct jy_slice changed, size_t at, const char **what)
{
    bool (*const views[])(struct jy_slice file, struct jy_buf *out) = { view_by_directory, view_by_stream };
    bool untouched = true;

    *what = field_of(original, at);
    for (size_t i = 0; i < 2; i++) {
        struct jy_buf a = { 0 }, b = { 0 };
        bool seen = views[i](original, &a) && views[i](changed, &b) && a.len == b.len, same = seen && memcmp(a.p, b.p, a.len) == 0;
        if (seen && !same && is_unsigned(a.p, b.p, a.len))
            *what = UNSIGNED, same = true;
        untouched = untouched && same;
        jy_buf_free(&a);
        jy_buf_free(&b);
    }
    return untouched;
}

/* -- PDF -- */

static int
digit(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The bytes of a hexadecimal string without its brackets: white space is skipped, anything else ends it (ISO 32000 7.3.4.3). */
static size_t
decode(const uint8_t *p, size_t len, uint8_t *out)
{
    size_t digits = 0;

    for (size_t i = 0; i < len; i++) {
        int d = digit(p[i]);
        if (d < 0 && p[i] != '\0' && strchr(" \t\r\n\f", p[i]) != NULL)
            continue;
        if (d < 0 && p[i] != '\0')
            break;
        if (d < 0)
            continue;
        out[digits / 2] = (uint8_t)(digits % 2 == 0 ? d << 4 : out[digits / 2] | d);
        digits++;
    }
    return digits / 2;
}

/* Bytes of the DER value that stands at the start. */
static size_t
der_len(const uint8_t *p, size_t len)
{
    size_t n = 0, more = len >= 2 ? p[1] : 0;

    if (more < 0x80)
        return 2 + more;
    for (size_t i = 0; i < (more & 0x7f) && 2 + i < len; i++)
        n = n << 8 | p[2 + i];
    return 2 + (more & 0x7f) + n;
}

static bool
untouched_pdf(struct jy_slice original, struct jy_slice changed, size_t at, const char **what)
{
    const char *key = "/ByteRange";
    size_t from = 0, found;
    bool in_gap = false;

    *what = "PDF: outside of every ByteRange";
    while ((found = jy_slice_find(JY_SLICE(original.p + from, original.len - from), jy_slice_text(key))) != SIZE_MAX) {
        const char *p = (const char *)original.p + from + found + strlen(key);
        size_t n[4] = { 0 };
        char *next;

        from += found + 1;
        p += strspn(p, " [");
        for (int i = 0; i < 4; i++, p = next)
            n[i] = strtoul(p, &next, 10);
        if (n[1] == 0 || n[2] <= n[1] + 2 || n[2] + n[3] > original.len)
            return false;
        if (at < n[1] || (at >= n[2] && at < n[2] + n[3]))
            return false;
        if (at >= n[1] && at < n[2]) {
            size_t len = n[2] - n[1] - 2, value;
            uint8_t *a = calloc(1, len), *b = calloc(1, len);
            bool same = a != NULL && b != NULL && at != n[1] && at != n[2] - 1;

            in_gap = true;
            if (same) {
                decode(original.p + n[1] + 1, len, a);
                value = der_len(a, len / 2);
                same = decode(changed.p + n[1] + 1, len, b) >= value && (memcmp(a, b, value) == 0 || is_unsigned(a, b, value));
                *what = memcmp(a, b, value) != 0   ? UNSIGNED
                    : at - n[1] - 1 < 2 * value ? "PDF Contents: another way to write the same hexadecimal digit"
                                                : "PDF Contents: padding behind the value";
            }
            free(a);
            free(b);
            if (!same)
                return false;
        }
    }
    return in_gap;
}

bool
covered_untouched(struct jy_slice original, struct jy_slice changed, size_t at, const char **what)
{
    return original.len >= 4 && memcmp(original.p, "PK\3\4", 4) == 0 ? untouched_ofd(original, changed, at, what)
                                                                      : untouched_pdf(original, changed, at, what);
}
