/* SPDX-License-Identifier: Apache-2.0 */
/* The reference time T: proven by the stamp register, else what the signature claims (seal-formats §2.2 steps 7 and 8). */
#include "verify/judge.h"

#include "codec/text.h"

#include <string.h>

/* The earliest proof that the signature existed: a later one proves nothing more. */
static bool
proven_time(const struct judgement *j, const uint8_t digest[JY_SM3_SIZE], jy_time *at)
{
    bool proven = false;

    if (j->evidence == NULL || !j->evidence->from_register)
        return false;
    for (size_t i = 0; i < j->evidence->stamp_count; i++) {
        const struct jy_stamp_evidence *row = &j->evidence->stamps[i];
        if (memcmp(row->value_digest, digest, JY_SM3_SIZE) != 0 || (proven && row->recorded >= *at))
            continue;
        *at = row->recorded;
        proven = true;
    }
    return proven;
}

void
judge_time(struct judgement *j, jy_time claimed)
{
    uint8_t digest[JY_SM3_SIZE];
    char when[21], proof[21];
    jy_time proven = 0;

    if (j->rc != JY_OK || (j->rc = jy_sm3(j->signature->value, digest)) != JY_OK)
        return;
    jy_hex(JY_SLICE(digest, sizeof(digest)), j->out->value_digest);
    j->out->time_is_certain = proven_time(j, digest, &proven);
    j->out->time_source = j->out->time_is_certain ? JY_TIME_REGISTER : JY_TIME_CLAIMED;
    /* Who states no time is judged as of now: nothing is gained by leaving it out. */
    j->time = j->out->time_is_certain ? proven : claimed != 0 ? claimed : j->now;
    j->out->time = j->time;
    j->out->time_claimed = claimed;
    jy_time_rfc3339(claimed, when);
    jy_time_rfc3339(proven, proof);
    NOTE(j, TIME_STATED, claimed != 0, j->signature->path, "no signing time can be read; judged as of now");
    NOTE(j, TIME_CLAIMED, j->out->time_is_certain, "", "the time is the signer's own claim");
    if (j->out->time_is_certain && claimed != 0)
        NOTE(j, TIME_CONTRADICTED, claimed <= proven + j->policy->tolerance, "", "claims %s, but existed at %s", when, proof);
    NOTE(j, TIME_FUTURE, j->time <= j->now + j->policy->tolerance, "", "%s lies after the time of this judgement", j->out->time_is_certain ? proof : when);
}
