/* SPDX-License-Identifier: Apache-2.0 */
/* judge.h: one signature under judgement, and the parts of the judgement; for lib/verify only. */
#ifndef JY_JUDGE_H
#define JY_JUDGE_H

#include "verify/report.h"

#include <jinyin/cms.h>
#include <jinyin/timestamp.h>

struct material;

/* A PDF document time stamp that was judged good: proves that the bytes before `end` existed. */
struct document_stamp {
    const uint8_t *end;
    jy_time at;
};

struct judgement {
    struct jy_document *doc;
    size_t index;                     /* of the signature in the document */
    const struct jy_signature *signature;
    const struct jy_trust *trust;      /* with the lists and answers of the evidence */
    const struct jy_cert *const *extra; /* certificates of the evidence: links of a chain at most */
    size_t extra_count;
    const struct jy_evidence *evidence;
    const struct jy_policy *policy;
    const char *copy_of;              /* "" when the document is no copy that says so */
    const struct document_stamp *stamps;
    size_t stamp_count;
    struct material *material;        /* collects what was used; NULL = nobody asked */
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
/** A PDF document time stamp; *proven: it proves j->time. */
void judge_document_stamp(struct judgement *j, bool *proven);
/** Judge a token over data with this digest, named `where`; true with *at when it proves a time. */
bool judge_token(struct judgement *j, struct jy_slice token, const uint8_t digest[JY_SM3_SIZE], const char *where, jy_time *at);
/**
 * Settles T: the earliest proof that the signature existed (register, time stamps over its value, document time stamps), else as claimed;
 * claimed = 0 when the signature states no time: then T is now. value = r, s as they stand.
 */
void judge_time(struct judgement *j, jy_time claimed, struct jy_slice value, const struct jy_slice *tokens, size_t token_count);
/** What the signer's certificate says, for the report. */
void judge_signer_facts(struct judgement *j, const struct jy_cert *signer);
/** The signer's certificate at T. */
void judge_signer(struct judgement *j, const struct jy_cert *signer);
/** The maker's certificate when the seal was made, and now. existed = an earliest time that is proven for the seal, 0 = none. */
void judge_maker(struct judgement *j, const struct jy_cert *maker, jy_time made, jy_time existed);
/** The seal by itself: format facts, maker, validity, status (seal-formats §2.1). */
void judge_seal(struct judgement *j, struct jy_seal *seal);

#endif
