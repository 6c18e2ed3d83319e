/* SPDX-License-Identifier: Apache-2.0 */
/*
 * act.h: acts of two persons (R27.2): a system administrator proposes, a security administrator confirms or refuses. Where the act gives a
 * password, each of the two is shown one half of it: neither can log in as the person.
 */
#ifndef JY_WEB_ACT_H
#define JY_WEB_ACT_H

#include "daemons/web/web.h"

struct act {
    char id[WEB_ID_SIZE];
    const char *kind, *person_id, *reason;
    char half[32];                         /* first half of the password, "" when the act gives none; the caller wipes */
    struct jy_buf half_wrapped;
};
/** A fresh id, and a first half when the kind gives a password. Errors: JY_E_BAD_FIELD for a kind that does not exist. */
JY_CHECK jy_err act_prepare(const struct exchange *x, struct act *act, const char *kind, const char *person_id, const char *reason);
/** In the caller's transaction; frees half_wrapped. Errors: JY_E_CONFLICT when an act about this person waits already. */
JY_CHECK jy_err act_write(struct db_tx *tx, const struct exchange *x, struct act *act, struct jy_fault *fault);

#endif
