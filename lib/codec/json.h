/* SPDX-License-Identifier: Apache-2.0 */
/* codec/json.h: what foreign files say, as JSON values. Each returns a new reference; NULL for want of memory only. */
#ifndef JY_CODEC_JSON_H
#define JY_CODEC_JSON_H

#include <jinyin/base.h>

#include <jansson.h>

/** Text; bytes that are not UTF-8 are shown as "hex:…", never dropped. */
json_t *jy_json_text(const char *text);
/** RFC 3339, or null for 0. */
json_t *jy_json_time(jy_time t);
/** Lower-case hexadecimal. */
json_t *jy_json_hex(struct jy_slice bytes);

#endif
