/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hold.h: holds of the supervisor on a seal (R21.2, R4.1). A seal with one gives no stamp, whatever its own organization says. Placing one needs
 * nobody's secret: stopping is always allowed. Lifting one needs the PINs of so many of the keys that it named when it was placed; `web` can add
 * holds and cannot take one away.
 *
 * In the record: Hold after Hold ::= SEQUENCE { holdId IA5, placed INTEGER, needed INTEGER, lifters SEQUENCE OF SEQUENCE { keyId IA5, agreed INTEGER } }
 */
#ifndef JY_HOLD_H
#define JY_HOLD_H

#include "daemons/key/record.h"

#define JY_HOLDS_MAX 8                 /* on one seal */
#define JY_HOLD_LIFTERS_MAX 32         /* of one hold */
#define JY_HOLD_AGREED_LIFE 86400      /* seconds: who lifts it together agrees within a day */

struct jy_hold {
    char id[JY_ID_SIZE];
    jy_time placed;
    uint32_t needed;                   /* how many of them lift it, at least 1 */
    uint32_t lifter_count;             /* fewer than needed: nobody lifts it, it ends with the seal */
    struct jy_hold_lifter { char key_id[JY_ID_SIZE]; jy_time agreed; } lifters[JY_HOLD_LIFTERS_MAX];   /* agreed 0: not yet */
};

/** The holds of a record, in the order in which they were placed. Errors: JY_E_FORMAT, JY_E_LIMIT. */
JY_CHECK jy_err jy_holds_read(const struct jy_key_record *record, struct jy_hold out[JY_HOLDS_MAX], size_t *count);

#endif
