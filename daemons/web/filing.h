/* SPDX-License-Identifier: Apache-2.0 */
/* filing.h: what happens to a seal, in one place: state, history, filing with the police (R13.2) and the counterparts' events. */
#ifndef JY_FILING_H
#define JY_FILING_H

#include "daemons/web/outbox.h"

/** One event of a seal's life inside a transaction. */
struct seal_change {
    const char *seal_id, *es_id, *district;
    const char *from, *event;              /* a row of seal_moves; from NULL = the seal was inserted in `to` just now */
    const char *to;                        /* filled from seal_moves when from is set */
    const char *actor_id, *reason;         /* may be NULL */
    jy_time at;                            /* 0: when it is written, which is filled in; a request may have waited since it was asked */
    const json_t *facts;                   /* further members of the filed record; may be NULL */
    char filing_number[32];                /* out */
};
/** Errors: JY_E_BAD_STATE, JY_E_CONFLICT. */
JY_CHECK jy_err seal_change(struct db_tx *tx, struct seal_change *change, struct jy_fault *fault);

#endif
