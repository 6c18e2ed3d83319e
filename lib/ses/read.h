/* SPDX-License-Identifier: Apache-2.0 */
/* read.h: fields as vendors really write them (seal-formats §4): read, and say how they deviate. For lib/ses only. */
#ifndef JY_SES_READ_H
#define JY_SES_READ_H

#include <jinyin/seal.h>
#include "codec/der.h"

/** Any string type; cut at a NUL. A type other than `tag`, a NUL or (IA5) a byte above 7F sets JY_DEV_STRING. */
JY_CHECK jy_err jy_read_text(struct jy_der *der, uint8_t tag, char *out, size_t size, unsigned *deviations);
JY_CHECK jy_err jy_read_time(struct jy_der *der, jy_time *out, unsigned *deviations);
/** BIT STRING (or OCTET STRING, with a deviation) payload. */
JY_CHECK jy_err jy_read_bits(struct jy_der *der, struct jy_slice *out, unsigned *deviations);
/** A v1 timeInfo payload: DER time, ISO text, or "yyyy-MM-dd HH:mm:ss" in China Standard Time; 0 when it is none of these. */
jy_time jy_read_time_text(struct jy_slice payload);
/** Verify with a certificate's key; adds the deviations of the encoding met (raw_bit for 64 raw bytes). */
JY_CHECK jy_err jy_check_signed(const struct jy_cert *cert, struct jy_slice oid, struct jy_slice message, struct jy_slice signature,
                                unsigned raw_bit, unsigned *deviations, struct jy_fault *fault);
#endif
