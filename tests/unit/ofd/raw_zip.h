/* SPDX-License-Identifier: Apache-2.0 */
/* raw_zip.h: packages as no honest program writes them: every field of a header can say something else than the truth. */
#ifndef JY_TEST_RAW_ZIP_H
#define JY_TEST_RAW_ZIP_H

#include <jinyin/base.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct raw_entry {
    const char *name;
    const char *text;                 /* content; bytes when it is NULL */
    struct jy_slice bytes;
    uint16_t method;                  /* 0 or 8 (what is really done); others are only written down */
    uint16_t flags;
    size_t name_len;                  /* when the name holds a NUL; else 0 */
    /* Lies; 0 or NULL = the truth. */
    const char *local_name;
    uint16_t local_method, local_flags;
    uint32_t size, local_size, crc, local_crc, start_plus;
    const char *gap;                  /* bytes behind the entry */
    struct jy_slice tail;             /* the same as bytes */
    bool no_local;                    /* a record without an entry of its own: it points to the one before */
    bool no_record;                   /* an entry that the directory does not name */
    bool zero_local;                  /* sizes and CRC of the local header are 0, as with a data descriptor */
    int descriptor;                   /* bytes of a true data descriptor: 12, 16, 20 or 24 */
    struct jy_slice extra, local_extra, comment;
    uint32_t attributes;
};

static inline void
raw_number(struct jy_buf *out, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        if (jy_buf_byte(out, (uint8_t)(value >> (8 * i))) != JY_OK)
            abort();
}

static inline void
raw_add(struct jy_buf *out, struct jy_slice bytes)
{
    if (jy_buf_add(out, bytes) != JY_OK)
        abort();
}

static inline void
raw_header(struct jy_buf *out, uint16_t flags, uint16_t method, uint32_t crc, uint32_t packed, uint32_t size, size_t name_len, size_t extra_len)
{
    raw_number(out, 20, 2);
    raw_number(out, flags, 2);
    raw_number(out, method, 2);
    raw_number(out, 0x00210000, 4);
    raw_number(out, crc, 4);
    raw_number(out, packed, 4);
    raw_number(out, size, 4);
    raw_number(out, name_len, 2);
    raw_number(out, extra_len, 2);
}

static inline void
raw_descriptor(struct jy_buf *out, int len, uint32_t crc, size_t packed, size_t size)
{
    if (len == 16 || len == 24)
        raw_number(out, 0x08074b50, 4);
    raw_number(out, crc, 4);
    raw_number(out, packed, len < 20 ? 4 : 8);
    raw_number(out, size, len < 20 ? 4 : 8);
}

/* The package in out; returns the offset of its directory. */
static inline size_t
raw_zip(const struct raw_entry *list, size_t count, struct jy_buf *out)
{
    struct jy_buf directory = { 0 };
    size_t start = 0, at, records = 0;

    for (size_t i = 0; i < count; i++) {
        const struct raw_entry *e = &list[i];
        struct jy_slice plain = e->text != NULL ? jy_slice_text(e->text) : e->bytes, packed = plain;
        const char *local_name = e->local_name != NULL ? e->local_name : e->name;
        size_t name_len = e->name_len != 0 ? e->name_len : strlen(e->name), local_len = e->local_name != NULL ? strlen(local_name) : name_len;
        uint32_t crc = (uint32_t)crc32_z(0, plain.p, plain.len), size = (uint32_t)plain.len;
        uint8_t *deflated = NULL;

        if (e->method == 8) {
            z_stream z = { 0 };

            deflated = malloc(plain.len + 1024);
            if (deflated == NULL || deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
                abort();
            z.next_in = (z_const Bytef *)(uintptr_t)plain.p;
            z.avail_in = (uInt)plain.len;
            z.next_out = deflated;
            z.avail_out = (uInt)plain.len + 1024;
            deflate(&z, Z_FINISH);
            packed = JY_SLICE(deflated, z.total_out);
            deflateEnd(&z);
        }
        if (!e->no_local) {
            start = out->len;
            raw_number(out, 0x04034b50, 4);
            raw_header(out, e->local_flags != 0 ? e->local_flags : e->flags, e->local_method != 0 ? e->local_method : e->method,
                       e->zero_local ? 0 : e->local_crc != 0 ? e->local_crc : e->crc != 0 ? e->crc : crc, e->zero_local ? 0 : (uint32_t)packed.len,
                       e->zero_local ? 0 : e->local_size != 0 ? e->local_size : e->size != 0 ? e->size : size, local_len, e->local_extra.len);
            raw_add(out, JY_SLICE(local_name, local_len));
            raw_add(out, e->local_extra);
            raw_add(out, packed);
            if (e->descriptor != 0)
                raw_descriptor(out, e->descriptor, crc, packed.len, plain.len);
            if (e->gap != NULL)
                raw_add(out, jy_slice_text(e->gap));
            raw_add(out, e->tail);
        }
        if (e->no_record) {
            free(deflated);
            continue;
        }
        records++;
        raw_number(&directory, 0x02014b50, 4);
        raw_number(&directory, 20, 2);
        raw_header(&directory, e->flags, e->method, e->crc != 0 ? e->crc : crc, (uint32_t)packed.len, e->size != 0 ? e->size : size, name_len,
                   e->extra.len);
        raw_number(&directory, e->comment.len, 2);
        raw_number(&directory, 0, 4);
        raw_number(&directory, e->attributes, 4);
        raw_number(&directory, start + e->start_plus, 4);
        raw_add(&directory, JY_SLICE(e->name, name_len));
        raw_add(&directory, e->extra);
        raw_add(&directory, e->comment);
        free(deflated);
    }
    at = out->len;
    raw_add(out, jy_buf_slice(&directory));
    raw_number(out, 0x06054b50, 4);
    raw_number(out, 0, 4);
    raw_number(out, records, 2);
    raw_number(out, records, 2);
    raw_number(out, directory.len, 4);
    raw_number(out, at, 4);
    raw_number(out, 0, 2);
    jy_buf_free(&directory);
    return at;
}

#endif
