/* SPDX-License-Identifier: Apache-2.0 */
/* read.h: fields as vendors really write them (seal-formats §4): read, and say how they deviate. For lib/ses only. */
#ifndef JY_SES_READ_H
#define JY_SES_READ_H

#include <jinyin/seal.h>
#include "codec/der.h"

/** Which deviation it is when a field of this owner, seal or signature, has it. */
struct jy_read_rows {
    jy_deviations time_form, time_type, unused_bits, octets, untagged;
    jy_deviations raw64, non_minimal, algorithm_id;
    bool lasting;                     /* the same structure comes with many documents: its proof is remembered */
};

/** Any string type; cut at a NUL. Adds STRING_TYPE, STRING_NUL, STRING_NOT_ASCII. */
JY_CHECK jy_err jy_read_text(struct jy_der *der, uint8_t tag, char *out, size_t size, jy_deviations *deviations);
/** A time of the tag that the layout has, or of the other one (adds time_type); adds time_form unless it is written as DER demands. */
JY_CHECK jy_err jy_read_time(struct jy_der *der, uint8_t tag, const struct jy_read_rows *rows, jy_time *out, jy_deviations *deviations);
/** Payload of a BIT STRING (or OCTET STRING, adding octets), trailing zero bytes and all; adds unused_bits if those are 0, else JY_E_FORMAT (X.690 11.2.1). */
JY_CHECK jy_err jy_read_bits(struct jy_der *der, const struct jy_read_rows *rows, struct jy_slice *out, jy_deviations *deviations);
/** timeStamp [0] EXPLICIT BIT STRING; without the tag, or IMPLICIT, it adds untagged. */
JY_CHECK jy_err jy_read_time_stamp(struct jy_der *der, const struct jy_read_rows *rows, struct jy_slice *out, jy_deviations *deviations);
enum jy_tagging { JY_UNTAGGED, JY_EXPLICIT, JY_IMPLICIT };
/**
 * ExtensionDatas: SEQUENCE OF { extnID OID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }, bare, in [0] EXPLICIT, or [0] IMPLICIT.
 * *tagging tells which; *critical becomes true when an entry is: none is known here, so its owner cannot be judged.
 */
JY_CHECK jy_err jy_read_extensions(struct jy_der *der, enum jy_tagging *tagging, bool *critical);
/** A v1 timeInfo payload: DER time, ISO text, or "yyyy-MM-dd HH:mm:ss" in China Standard Time; 0 when it is none of these. */
jy_time jy_read_time_text(struct jy_slice payload);
/** Verify with a certificate's key; adds the deviations of the encoding and the identifier met. */
JY_CHECK jy_err jy_check_signed(const struct jy_cert *cert, struct jy_slice oid, struct jy_slice message, struct jy_slice signature,
                                const struct jy_read_rows *rows, jy_deviations *deviations, struct jy_fault *fault);
#endif
