/* SPDX-License-Identifier: Apache-2.0 */
/* audit.h: checking the audit record while it is written. */
#ifndef JY_WEB_AUDIT_H
#define JY_WEB_AUDIT_H

#include "daemons/web/web.h"

/** What a check of the chain found. */
struct audit_check {
    int64_t after;                         /* in: 0 = from the beginning; otherwise the row whose hash is taken as it stands */
    int64_t checked, last;                 /* out: how many rows, and the sequence number of the last */
    int64_t broken;                        /* out: the first row that does not fit, 0 = none */
    bool whole;                            /* out: the end was reached; otherwise go on with after = last */
    uint8_t hash[JY_SM3_SIZE];             /* out: of the last row that was checked */
};
/** At most AUDIT_CHECK_MAX rows; the store goes on being written. Errors: JY_E_NOT_FOUND when there is no row `after`; the store's. */
#define AUDIT_CHECK_MAX 1000000
JY_CHECK jy_err audit_check(struct db *db, struct audit_check *check, struct jy_fault *fault);

#endif
