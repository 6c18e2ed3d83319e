/* SPDX-License-Identifier: Apache-2.0 */
/* codec/zip_inside.h: what the reader, the unpacker and the writer of a ZIP share. Private to lib/codec. */
#ifndef JY_CODEC_ZIP_INSIDE_H
#define JY_CODEC_ZIP_INSIDE_H

#include <codec/zip.h>

#include <zlib.h>

#define ZIP_END_SIZE 22u
#define ZIP_RECORD_SIZE 46u
#define ZIP_LOCAL_SIZE 30u
#define ZIP_FLAG_ENCRYPTED 0x2041u    /* bits 0, 6, 13 */
#define ZIP_FLAG_DESCRIPTOR 0x0008u
#define ZIP_FLAG_UTF8 0x0800u

struct jy_zip {
    struct jy_slice file;             /* whole, with a prefix */
    struct jy_slice body;             /* from the ZIP's first byte */
    uint64_t directory;               /* offset of the central directory in body */
    struct jy_zip_entry *list;
    size_t count;
    size_t *sorted;                   /* by folded name */
    z_stream inflater;                /* kept from entry to entry: making one costs more than a small page */
    bool inflating;                   /* inflater is initialised */
    uint8_t *chunk;                   /* where it unpacks to */
};

static inline uint16_t
zip_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
zip_u32(const uint8_t *p)
{
    return (uint32_t)zip_u16(p) | (uint32_t)zip_u16(p + 2) << 16;
}

static inline uint64_t
zip_u64(const uint8_t *p)
{
    return (uint64_t)zip_u32(p) | (uint64_t)zip_u32(p + 4) << 32;
}

/** Order of entries in the file, for qsort_r over indices; ctx is the list. */
int zip_by_start(const void *a, const void *b, void *ctx);

#endif
