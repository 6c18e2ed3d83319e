/* SPDX-License-Identifier: Apache-2.0 */
/* order.h: the making of a stamping order, common to documents that are here (order.c) and those that stay with the client (digest_order.c). */
#ifndef JY_ORDERING_H
#define JY_ORDERING_H

#include "daemons/web/web.h"

/** What every person who decides about such an order reads before anything else. */
#define CONTENT_NOT_SEEN "内容未经系统查看，仅凭摘要签章 · content not seen by the system: stamped by its digest only"

/** Zeroed, then ordering_begin; ends in ordering_end, also after an error. */
struct ordering {
    struct exchange *x;
    json_t *seal, *document;
    struct jy_stamp_order order;
    struct jy_buf der;
    char document_id[WEB_ID_SIZE];
    char *places;                          /* JSON for people */
    const char *state;
    char slot[256];
    uint8_t prepared_digest[JY_SM3_SIZE];  /* none when order.digest_only */
};
/**
 * Seal, permission and path (R16.1), and what the request says about the use; order.digest_only is set before. Errors: JY_E_EXCLUDED_BY_LAW,
 * JY_E_NOT_FOUND, JY_E_SEAL_NOT_LIVE, JY_E_OUTSIDE_SCOPE, JY_E_NOT_PERMITTED, JY_E_NO_PATH.
 */
JY_CHECK jy_err ordering_begin(struct exchange *x, struct ordering *o, struct jy_fault *fault);
/** o->order.places as JSON for people in o->places; what is approved is their DER in the order. */
JY_CHECK jy_err ordering_show_places(struct ordering *o);
/** Its DER, the answer, and the writing by `insert` in one transaction; insert is ordering_insert, or calls it. */
JY_CHECK jy_err ordering_commit(struct ordering *o, db_fn *insert, struct jy_fault *fault);
/** db_fn: the row of the order. */
jy_err ordering_insert(struct db_tx *tx, void *arg, struct jy_fault *fault);
void ordering_end(struct ordering *o);

#endif
