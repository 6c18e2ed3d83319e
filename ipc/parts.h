/* SPDX-License-Identifier: Apache-2.0 */
/* parts.h: what the structures between web, people and key have in common. Included by the files of ipc/ only. */
#ifndef JY_PARTS_H
#define JY_PARTS_H

#include <jinyin/crypto.h>

#include "codec/der.h"

JY_CHECK jy_err jy_part_put_digest(struct jy_buf *out, const uint8_t digest[JY_SM3_SIZE]);
JY_CHECK jy_err jy_part_digest(struct jy_der *der, uint8_t out[JY_SM3_SIZE]);
/** GeneralizedTime in the form that DER demands. */
JY_CHECK jy_err jy_part_time(struct jy_der *der, jy_time *out);
/** Errors: JY_E_UNSUPPORTED another version than this. */
JY_CHECK jy_err jy_part_version(struct jy_der *der, uint32_t version);
JY_CHECK jy_err jy_part_boolean(struct jy_der *der, bool *out);
JY_CHECK jy_err jy_part_put_boolean(struct jy_buf *out, bool value);
/** The last member, BOOLEAN DEFAULT FALSE: FALSE is absent, and a FALSE that is written is refused (X.690 11.5): one encoding only. */
JY_CHECK jy_err jy_part_last_boolean(struct jy_der *der, bool *out);
JY_CHECK jy_err jy_part_put_last_boolean(struct jy_buf *out, bool value);
/** Writes body as a SEQUENCE when rc is JY_OK, and wipes it in any case. */
JY_CHECK jy_err jy_part_end(struct jy_buf *out, struct jy_buf *body, jy_err rc);
/** Words in IA5String of a SEQUENCE OF, at most max of them, each once. words: max arrays of `size` bytes. */
JY_CHECK jy_err jy_part_words(struct jy_der *der, char *words, size_t size, uint32_t max, uint32_t *count);
JY_CHECK jy_err jy_part_put_words(struct jy_buf *out, const char *words, size_t size, uint32_t count);

#endif
