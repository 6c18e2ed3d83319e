/* SPDX-License-Identifier: Apache-2.0 */
/* tsp.h: TSTInfo and replies as they are read; for lib/tsp only. */
#ifndef JY_TSP_H
#define JY_TSP_H

#include <jinyin/timestamp.h>
#include "codec/status.h"

#define JY_TSP_WHERE "GB/T 20520 TimeStampToken"

struct jy_tst_info {
    uint32_t version;
    struct jy_slice policy;           /* OID contents */
    struct jy_slice imprint_algorithm, imprint;
    struct jy_slice serial;           /* contents of the INTEGER */
    jy_time time;
    uint32_t microseconds;
    bool time_exact;                  /* as DER demands */
    int64_t accuracy;                 /* microseconds, -1 = not told */
    struct jy_slice nonce;            /* contents of the INTEGER, empty when absent */
    struct jy_slice tsa;              /* Name TLV when tsa is a directoryName, else empty */
};
/** read.c: Errors: JY_E_FORMAT, JY_E_UNSUPPORTED (critical extension). */
JY_CHECK jy_err jy_tst_info_read(struct jy_slice der, struct jy_tst_info *out);
/** read.c: AlgorithmIdentifier and digest. */
JY_CHECK jy_err jy_tsp_imprint_read(struct jy_der *body, struct jy_slice *algorithm, struct jy_slice *digest);
JY_CHECK jy_err jy_tsp_imprint_put(struct jy_buf *out, const uint8_t digest[JY_SM3_SIZE]);
/** read.c: the contents of an extensions list; JY_E_UNSUPPORTED when one is critical. */
JY_CHECK jy_err jy_tsp_extensions_read(struct jy_der *list);

struct jy_tsp_reply {
    struct jy_status status;
    struct jy_slice token;            /* TLV, empty when absent */
};
/** reply.c: TimeStampResp. Errors: JY_E_FORMAT. */
JY_CHECK jy_err jy_tsp_reply_parse(struct jy_slice der, struct jy_tsp_reply *out);

/**
 * read.c: a token, or the token out of a whole TimeStampResp (*whole). BER is normalised into normal, which the slices then point into.
 * Errors: JY_E_FORMAT, JY_E_COUNTERPART_REFUSED (a response without token; reply tells), JY_E_NOMEM.
 */
JY_CHECK jy_err jy_tsp_unwrap(struct jy_slice bytes, struct jy_buf *normal, struct jy_slice *token, bool *whole, struct jy_tsp_reply *reply);

#endif
