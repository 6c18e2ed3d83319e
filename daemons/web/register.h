/* SPDX-License-Identifier: Apache-2.0 */
/* register.h: the register of use 用章登记簿 of one seal (R19.1), for those who write it down: as CSV, as PDF. */
#ifndef JY_WEB_REGISTER_H
#define JY_WEB_REGISTER_H

#include "daemons/web/seal.h"

#define REGISTER_ROWS_MAX 10000            /* in one file; a longer register is taken by periods */

struct use_register {
    json_t *seal, *rows;                   /* rows: newest first */
    jy_time from, to;                      /* asked between: from <= t < to; from 0: since the beginning */
};
/** Of the seal and the period that the request names. Errors: JY_E_NOT_FOUND no such seal in scope; JY_E_BAD_FIELD; JY_E_LIMIT. */
JY_CHECK jy_err use_register_read(struct exchange *x, struct use_register *out, struct jy_fault *fault);
void use_register_end(struct use_register *r);

#endif
