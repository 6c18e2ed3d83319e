/* SPDX-License-Identifier: Apache-2.0 */
/* grant.h: a standing permission for one client (R18.1). docs/protocol/grants.md. */
#ifndef JY_GRANT_H
#define JY_GRANT_H

#include "ipc/order.h"

#define JY_GRANT_CATEGORIES_MAX 16
#define JY_GRANT_COUNT_MAX 100000000
#define JY_GRANT_SECRET_SIZE 32

struct jy_grant {
    char grant_id[65], seal_key_id[65], client[65];
    uint8_t client_point[JY_SM2_POINT_SIZE];
    uint32_t category_count;
    char categories[JY_GRANT_CATEGORIES_MAX][33];
    jy_time valid_from, valid_to;         /* from ≤ t < to */
    int64_t count_max, amount_each_fen, amount_total_fen;   /* amounts: -1 none */
    bool digest_only;                     /* covers orders whose document stayed with the client, and only those */
};
JY_CHECK jy_err jy_grant_encode(const struct jy_grant *grant, struct jy_buf *out);
/** Refuses leftover bytes, numbers out of range and amounts that contradict each other. */
JY_CHECK jy_err jy_grant_parse(struct jy_slice der, struct jy_grant *out, struct jy_fault *fault);
/**
 * Whether it covers an order of its seal now, after `count` uses of `amount_fen` in all. Errors: JY_E_GRANT names the limit.
 */
JY_CHECK jy_err jy_grant_covers(const struct jy_grant *grant, const struct jy_stamp_order *order, int64_t count, int64_t amount_fen, jy_time now,
                                struct jy_fault *fault);

#endif
