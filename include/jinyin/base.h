/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/base.h: what every module shares: errors, byte slices, buffers, time, wiping. */
#ifndef JINYIN_BASE_H
#define JINYIN_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JY_CHECK __attribute__((warn_unused_result))
#define JY_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/** Every error of library and service; the one table is jinyin/errors.def. */
typedef enum jy_err {
    JY_OK = 0,
#define JY_ERROR(name, code, http, en, zh) JY_E_##name,
#include <jinyin/errors.def>
#undef JY_ERROR
    JY_E__COUNT
} jy_err;

/** Every limit, the largest value still allowed: JY_XML_DEPTH_MAX, …; the one table is jinyin/limits.def. */
enum {
#define JY_LIMIT(name, value, unit, what, error) JY_##name##_MAX = (value),
#include <jinyin/limits.def>
#undef JY_LIMIT
};

/** Stable machine code of an error, e.g. "container_ambiguous"; never NULL. */
const char *jy_err_code(jy_err err);
/** HTTP status that an API answer with this error carries; 200 for JY_OK. */
int jy_err_http(jy_err err);
/** One sentence for a person, English or Chinese; never NULL. */
const char *jy_err_en(jy_err err);
const char *jy_err_zh(jy_err err);
/** The error with this stable code, or JY_E_INTERNAL when there is none. */
jy_err jy_err_by_code(const char *code);

/** Borrowed bytes. p may be NULL only when len is 0. */
struct jy_slice {
    const uint8_t *p;
    size_t len;
};

#define JY_SLICE(ptr, n) ((struct jy_slice){ (const uint8_t *)(ptr), (n) })
#define JY_EMPTY ((struct jy_slice){ NULL, 0 })
struct jy_slice jy_slice_text(const char *text);
bool jy_slice_equal(struct jy_slice a, struct jy_slice b);
/** Same bytes as the C string. */
bool jy_slice_is(struct jy_slice a, const char *text);
/** First position of needle in hay, or SIZE_MAX. */
size_t jy_slice_find(struct jy_slice hay, struct jy_slice needle);
/** Last position of needle in hay, or SIZE_MAX. */
size_t jy_slice_rfind(struct jy_slice hay, struct jy_slice needle);

/** The story of one failure: filled by the function that saw it, owned by the caller, may be NULL everywhere. */
struct jy_fault {
    jy_err err;
    char where[160];  /* clause, field or file concerned, e.g. "GB/T 38540-2020 SESeal.cert", "/Doc_0/Document.xml" */
    uint64_t offset;  /* byte offset in the input, 0 when it has none */
    char text[320];   /* details for a person, English */
};

/** Record a failure and return err: `return jy_fail(fault, JY_E_FORMAT, "SESeal", off, "…")`. where may be NULL. */
jy_err jy_fail(struct jy_fault *fault, jy_err err, const char *where, uint64_t offset, const char *fmt, ...)
    JY_PRINTF(5, 6);

/** Growing bytes. Zero-initialise to begin, jy_buf_free() to end (jy_buf_wipe() when it held secrets). */
struct jy_buf {
    uint8_t *p;
    size_t len;
    size_t cap;
};

JY_CHECK jy_err jy_buf_reserve(struct jy_buf *buf, size_t more);
JY_CHECK jy_err jy_buf_add(struct jy_buf *buf, struct jy_slice bytes);
JY_CHECK jy_err jy_buf_text(struct jy_buf *buf, const char *text);
JY_CHECK jy_err jy_buf_byte(struct jy_buf *buf, uint8_t byte);
JY_CHECK jy_err jy_buf_fmt(struct jy_buf *buf, const char *fmt, ...) JY_PRINTF(2, 3);
struct jy_slice jy_buf_slice(const struct jy_buf *buf);
void jy_buf_free(struct jy_buf *buf);
void jy_buf_wipe(struct jy_buf *buf);

/** Clears memory in a way that the compiler keeps. NULL is allowed. */
void jy_wipe(void *p, size_t len);
/** Compares without a data-dependent branch; lengths are public. */
bool jy_equal_secret(struct jy_slice a, struct jy_slice b);

/** UTC seconds since 1970. */
typedef int64_t jy_time;

/** Now, from CLOCK_REALTIME. Only processes call it; the library takes times as arguments. */
jy_time jy_now(void);
/** "2026-01-31T09:00:00Z" (RFC 3339); out needs 21 bytes. Years 0000–9999. */
void jy_time_rfc3339(jy_time t, char out[21]);
/** Reads RFC 3339 with Z or ±hh:mm, also a bare date (midnight UTC). JY_E_FORMAT otherwise. */
JY_CHECK jy_err jy_time_parse_rfc3339(const char *text, jy_time *out);
/** UTC calendar from/to seconds (proleptic Gregorian). month 1–12. */
void jy_time_civil(jy_time t, int *year, int *month, int *day, int *hour, int *minute, int *second);
jy_time jy_time_from_civil(int year, int month, int day, int hour, int minute, int second);

/**
 * Bytes produced as a list of pieces: slices of the untouched input and small new buffers. A stamped file is written
 * this way so that memory does not grow with the file and old bytes are provably the old ones.
 */
struct jy_pieces {
    struct jy_piece *list;
    size_t count, cap;
    uint64_t total;              /* bytes of all pieces */
};
struct jy_piece {
    struct jy_slice bytes;
    uint8_t *owned;              /* freed with the pieces; NULL when borrowed */
};
/** Append borrowed bytes, which must outlive the pieces. */
JY_CHECK jy_err jy_pieces_borrow(struct jy_pieces *pieces, struct jy_slice bytes);
/** Append and take over a buffer; *buf is emptied, also on error. */
JY_CHECK jy_err jy_pieces_take(struct jy_pieces *pieces, struct jy_buf *buf);
/** All pieces in one buffer (tests, small files). */
JY_CHECK jy_err jy_pieces_join(const struct jy_pieces *pieces, struct jy_buf *out);
/** Write all pieces to fd from its current position. JY_E_IO on a short or failed write. */
JY_CHECK jy_err jy_pieces_write(const struct jy_pieces *pieces, int fd, struct jy_fault *fault);
void jy_pieces_free(struct jy_pieces *pieces);

#endif
