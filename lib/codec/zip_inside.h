/* SPDX-License-Identifier: Apache-2.0 */
/* codec/zip_inside.h: what the reader, the unpacker and the writer of a ZIP share. Private to lib/codec. */
#ifndef JY_CODEC_ZIP_INSIDE_H
#define JY_CODEC_ZIP_INSIDE_H

#include <codec/zip.h>

#include <libdeflate.h>
#include <zlib.h>

#define ZIP_END_SIZE 22u
#define ZIP_COMMENT_MAX 65535u
#define ZIP_RECORD_SIZE 46u
#define ZIP_LOCAL_SIZE 30u
#define ZIP_FLAG_ENCRYPTED 0x2041u    /* bits 0, 6, 13 */
#define ZIP_FLAG_EFFORT 0x0006u       /* how hard the packer tried: nothing for a reader */
#define ZIP_FLAG_DESCRIPTOR 0x0008u
#define ZIP_FLAG_UTF8 0x0800u

struct jy_zip {
    struct jy_slice file;             /* whole, with a prefix */
    struct jy_slice body;             /* from the ZIP's first byte */
    uint64_t directory;               /* offset of the central directory in body */
    struct jy_zip_entry *list;
    size_t count;
    size_t *sorted;                   /* by folded name */
    struct libdeflate_decompressor *at_once;   /* both kept from entry to entry: making one costs more than a small page */
    z_stream inflater;
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

/** Finds the one end record; sets body and directory. */
JY_CHECK jy_err zip_find_end(struct jy_zip *zip, uint64_t *entries, uint64_t *dir_size, struct jy_fault *fault);
/** The directory record at `at` and the local header that it leads to. total counts the unpacked bytes of all entries. */
JY_CHECK jy_err zip_read_record(struct jy_zip *zip, uint64_t at, uint64_t dir_end, struct jy_zip_entry *e, uint64_t *total, struct jy_fault *fault);
/** May these bytes stand between an entry's data and the next entry? */
bool zip_is_tail(const struct jy_zip_entry *e, struct jy_slice tail);
/** Does something in there look like the beginning of a ZIP record? */
bool zip_has_mark(struct jy_slice bytes);
/** A name by itself; utf8: its flag says so. */
JY_CHECK jy_err zip_check_name(struct jy_slice name, bool utf8, uint64_t offset, struct jy_fault *fault);
/** All names together: JY_E_AMBIGUOUS when some reader could take two entries for one. */
JY_CHECK jy_err zip_check_names(const struct jy_zip *zip, struct jy_fault *fault);
/** Is this what the name reads in UTF-8? */
bool zip_same_name(struct jy_slice name, struct jy_slice utf8);
/** Order of entries in the file, for qsort_r over indices; ctx is the list. */
int zip_by_start(const void *a, const void *b, void *ctx);

#endif
