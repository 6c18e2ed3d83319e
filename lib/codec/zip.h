/* SPDX-License-Identifier: Apache-2.0 */
/* codec/zip.h: strict reading of a ZIP in memory and rewriting it with the untouched bytes borrowed. */
#ifndef JY_CODEC_ZIP_H
#define JY_CODEC_ZIP_H

#include <jinyin/base.h>

struct jy_zip_entry {
    char *name;                  /* raw bytes as stored, NUL-terminated (a NUL inside is refused) */
    bool directory;
    bool zip64;                  /* its local header has a zip64 field: the data descriptor's sizes are of 8 bytes */
    uint16_t flags, method, dos_time, dos_date;
    uint64_t size, packed;       /* uncompressed, compressed */
    uint64_t start, data, end;   /* local header, packed bytes, end of the data descriptor; relative to the ZIP's first byte */
    uint32_t crc;                /* CRC-32 of the uncompressed bytes, as declared */
    size_t record, record_len;   /* central directory record, relative to the ZIP's first byte */
};
struct jy_zip;

/** Errors: JY_E_DAMAGED, JY_E_AMBIGUOUS, JY_E_HOSTILE, JY_E_ENCRYPTED, JY_E_LIMIT, JY_E_UNSUPPORTED, JY_E_NOMEM. file is borrowed. */
JY_CHECK jy_err jy_zip_open(struct jy_slice file, struct jy_zip **out, struct jy_fault *fault);
void jy_zip_free(struct jy_zip *zip);
/** Bytes before the package that no reader can take for a part of it (JY_ZIP_PREFIX_MAX); 0 in a package to the letter. */
size_t jy_zip_prefix(const struct jy_zip *zip);
/**
 * Would some reader take entries of these two names for one, or one for the folder of the other? Told apart are neither case, width, NFC/NFD, dots and
 * blanks at the end of a part, characters that Windows replaces, nor the code pages UTF-8, GB 18030 and 437. A package with such a pair is not opened.
 */
bool jy_zip_names_alias(const char *a, const char *b);
size_t jy_zip_count(const struct jy_zip *zip);
const struct jy_zip_entry *jy_zip_entry(const struct jy_zip *zip, size_t index);
/** Index of the entry with exactly this name, or SIZE_MAX; fold ignores ASCII case. */
size_t jy_zip_find(const struct jy_zip *zip, const char *name, bool fold);

typedef jy_err (*jy_zip_sink)(void *ctx, struct jy_slice chunk);
/** The uncompressed bytes, a large entry in chunks; size and CRC have been checked when it returns JY_OK, not before. */
JY_CHECK jy_err jy_zip_stream(struct jy_zip *zip, size_t index, jy_zip_sink sink, void *ctx, struct jy_fault *fault);
/** All bytes; JY_E_LIMIT beyond max. */
JY_CHECK jy_err jy_zip_read(struct jy_zip *zip, size_t index, size_t max, struct jy_buf *out, struct jy_fault *fault);

struct jy_zip_new {
    const char *name;
    struct jy_slice bytes;       /* copied */
};
/** The same package with entries added, or replaced when the name is there already. Stored, not deflated: deterministic. */
JY_CHECK jy_err jy_zip_rewrite(const struct jy_zip *zip, const struct jy_zip_new *list, size_t count, uint16_t dos_date,
                               uint16_t dos_time, struct jy_pieces *out, struct jy_fault *fault);
/** A new package of these entries in this order, stored; *out, empty before, borrows their bytes. Errors: JY_E_LIMIT beyond 2 GiB, JY_E_NOMEM. */
JY_CHECK jy_err jy_zip_make(const struct jy_zip_new *list, size_t count, uint16_t dos_date, uint16_t dos_time, struct jy_pieces *out,
                            struct jy_fault *fault);
/** MS-DOS date and time of t in UTC (the earliest date when before 1980). */
void jy_zip_dos_time(jy_time t, uint16_t *dos_date, uint16_t *dos_time);

#endif
