/* SPDX-License-Identifier: Apache-2.0 */
/* judge.h: one signature under judgement, and the parts of the judgement; for lib/verify only. */
#ifndef JY_JUDGE_H
#define JY_JUDGE_H

#include "verify/report.h"

struct judgement {
    const struct jy_signature *signature;
    const struct jy_trust *trust;
    const struct jy_evidence *evidence;
    const struct jy_policy *policy;
    jy_time now;
    jy_time time;                     /* the reference time T (seal-formats §2.2), once judge_time has settled it */
    struct jy_signature_report *out;
    jy_err rc;                        /* our own trouble, e.g. out of memory: the first one stops everything */
};

/* Note a check; nothing after our own trouble. `where` is a file, an object or "", `offset` bytes from its start. */
#define NOTE_AT(j, check, passed, where, offset, ...)                                                           \
    do {                                                                                                        \
        if ((j)->rc == JY_OK)                                                                                   \
            (j)->rc = jy_findings_add(&(j)->out->checks, JY_CHECK_##check, passed, where, offset, __VA_ARGS__); \
    } while (0)
#define NOTE(j, check, passed, where, ...) NOTE_AT(j, check, passed, where, 0, __VA_ARGS__)

/** Our own trouble is not the document's: it stops the judgement instead of failing a check. True when it was that. */
bool judge_own_trouble(struct judgement *j, jy_err rc);
/** Text for the report, cut to its field. */
void judge_copy(char *out, size_t size, const char *text);
/** Each by its name: a warning, or under the policy strict the end. */
void judge_deviations(struct judgement *j, jy_deviations deviations);

/** An SES_Signature (GB/T 38540, GM/T 0031). */
void judge_ses(struct judgement *j);
/** A SignedData (GB/T 35275). */
void judge_plain(struct judgement *j);
/** Settles T: proven by the register, else as claimed; claimed = 0 when the signature states no time: then T is now. */
void judge_time(struct judgement *j, jy_time claimed);
/** The signer's certificate at T. */
void judge_signer(struct judgement *j, const struct jy_cert *signer);
/** The maker's certificate when the seal was made (createDate), and now. */
void judge_maker(struct judgement *j, const struct jy_cert *maker, jy_time made);
/** The seal by itself: format facts, maker, validity, status (seal-formats §2.1). */
void judge_seal(struct judgement *j, struct jy_seal *seal);

#endif
