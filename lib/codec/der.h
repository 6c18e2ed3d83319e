/* SPDX-License-Identifier: Apache-2.0 */
/* der.h: read DER in place (offsets kept, original bytes never re-encoded) and write it. */
#ifndef JY_DER_H
#define JY_DER_H

#include <jinyin/base.h>

enum {
    DER_BOOLEAN = 0x01, DER_INTEGER = 0x02, DER_BIT_STRING = 0x03, DER_OCTET_STRING = 0x04, DER_NULL = 0x05, DER_OID = 0x06,
    DER_UTF8 = 0x0C, DER_PRINTABLE = 0x13, DER_IA5 = 0x16, DER_UTC_TIME = 0x17, DER_GENERALIZED_TIME = 0x18,
    DER_SEQUENCE = 0x30, DER_SET = 0x31, DER_CONTEXT_0 = 0xA0, DER_CONTEXT_1 = 0xA1
};

/** A cursor over the contents of one constructed value. base lets offsets be told from the start of the whole input. */
struct jy_der {
    const uint8_t *base;
    const uint8_t *p, *end;
    int depth;
    const uint8_t **touched;          /* where the last item read begins, shared with inner cursors; NULL = nobody asks */
};
/** One TLV: tlv is tag+length+value in the original buffer, value its contents. */
struct jy_der_item {
    uint8_t tag;
    struct jy_slice tlv, value;
};

void jy_der_open(struct jy_der *der, struct jy_slice bytes);
/** From here on *touched follows what is read, also inside: after a failure it is the item that failed. */
void jy_der_watch(struct jy_der *der, const uint8_t **touched);
bool jy_der_at_end(const struct jy_der *der);
/** Tag of the next item, or -1 at the end. */
int jy_der_peek(const struct jy_der *der);
uint64_t jy_der_offset(const struct jy_der *der);
/** Next item of any tag. Errors: JY_E_FORMAT (end, high tag number, indefinite, non-minimal or overlong length). */
JY_CHECK jy_err jy_der_next(struct jy_der *der, struct jy_der_item *out);
/** Next item, which must have this tag. */
JY_CHECK jy_err jy_der_get(struct jy_der *der, uint8_t tag, struct jy_der_item *out);
/** Enter a constructed item of this tag. Errors: JY_E_FORMAT, JY_E_LIMIT beyond JY_DER_DEPTH_MAX. */
JY_CHECK jy_err jy_der_enter(struct jy_der *der, uint8_t tag, struct jy_der *inner);
/** JY_E_TRAILING unless all was read. */
JY_CHECK jy_err jy_der_close(const struct jy_der *der);
/** INTEGER of at most 4 bytes, not negative. */
JY_CHECK jy_err jy_der_u32(struct jy_der *der, uint32_t *out);
/** INTEGER of at most 8 bytes, signed. */
JY_CHECK jy_err jy_der_i64(struct jy_der *der, int64_t *out);
JY_CHECK jy_err jy_der_octets(struct jy_der *der, struct jy_slice *out);
JY_CHECK jy_err jy_der_oid(struct jy_der *der, struct jy_slice *out);
/** BIT STRING payload; *unused is the first octet, 0 to 7, 0 of an empty payload (0 in every structure here; the caller decides about others). */
JY_CHECK jy_err jy_der_bits(struct jy_der *der, struct jy_slice *out, uint8_t *unused);
/** Text of this tag into out (NUL-terminated). JY_E_LIMIT when longer than size-1, JY_E_FORMAT on an embedded NUL. */
JY_CHECK jy_err jy_der_text(struct jy_der *der, uint8_t tag, char *out, size_t size);
/** GeneralizedTime or UTCTime; *exact is false unless it has the form that DER demands (YYYYMMDDHHMMSSZ / YYMMDDHHMMSSZ). */
JY_CHECK jy_err jy_der_time(struct jy_der *der, jy_time *out, bool *exact);

/** Writing: build inside-out. Each appends one whole TLV to out. */
JY_CHECK jy_err jy_der_put(struct jy_buf *out, uint8_t tag, struct jy_slice value);
/** As jy_der_put of what inner holds, which is empty afterwards: it can take the next value. */
JY_CHECK jy_err jy_der_wrap(struct jy_buf *out, uint8_t tag, struct jy_buf *inner);
JY_CHECK jy_err jy_der_put_i64(struct jy_buf *out, int64_t value);
/** Of this tag, what an INTEGER with this magnitude (big-endian, not empty) has as contents. */
JY_CHECK jy_err jy_der_put_unsigned(struct jy_buf *out, uint8_t tag, struct jy_slice magnitude);
JY_CHECK jy_err jy_der_put_text(struct jy_buf *out, uint8_t tag, const char *text);
JY_CHECK jy_err jy_der_put_bits(struct jy_buf *out, struct jy_slice payload);
JY_CHECK jy_err jy_der_put_generalized_time(struct jy_buf *out, jy_time t);
/** OID from its DER contents octets (see lib/codec/oid.h constants). */
JY_CHECK jy_err jy_der_put_oid(struct jy_buf *out, struct jy_slice contents);
/** AlgorithmIdentifier without parameters, as SM2 and SM3 have none. */
JY_CHECK jy_err jy_der_put_algorithm(struct jy_buf *out, struct jy_slice oid);

#endif
