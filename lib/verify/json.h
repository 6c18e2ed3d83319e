/* SPDX-License-Identifier: Apache-2.0 */
/* json.h: JSON that is whole or not at all; for lib/verify only. */
#ifndef JY_VERIFY_JSON_H
#define JY_VERIFY_JSON_H

#include "verify/report.h"

#include <jansson.h>

/** value is taken over and may be NULL. What could not be made, for want of memory, is not missing without a word: *bad is set. */
void jy_json_put(json_t *object, const char *key, json_t *value, bool *bad);
void jy_json_append(json_t *list, json_t *value, bool *bad);
/** Two blanks a level, numbers of ten digits, a line end. Errors: JY_E_NOMEM; out then holds a part. */
JY_CHECK jy_err jy_json_write(const json_t *root, struct jy_buf *out);
/** The policy as report and evidence tell it. NULL: no memory. */
json_t *jy_json_policy(const struct jy_policy *policy);

#endif
