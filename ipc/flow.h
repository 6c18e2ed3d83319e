/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow.h: how a seal's use is decided (R16.1, R19.1), and whether approvals make a complete chain. Pure: no clock, no key, no file. web asks it what
 * comes next; key asks it before every stamp and believes only its own answer.
 *
 * Flow ::= SEQUENCE { version INTEGER 1, sealKeyId IA5, number INTEGER, validFrom GeneralizedTime, validTo GeneralizedTime, custodianMayApprove BOOLEAN,
 *   onceInTheChain BOOLEAN, authority IA5, paths SEQUENCE SIZE (1..16) OF Path, deputies SEQUENCE SIZE (0..32) OF Deputy }
 * Path ::= SEQUENCE { categories SEQUENCE SIZE (0..16) OF IA5 (none: every one), amountMaxFen INTEGER (-1: any, also none stated),
 *   steps SEQUENCE SIZE (0..8) OF Step, digestOnly BOOLEAN DEFAULT FALSE (takes such orders and no others) }
 * Step ::= SEQUENCE { name UTF8, needed INTEGER, approvers SEQUENCE SIZE (1..16) OF IA5 }
 * Deputy ::= SEQUENCE { principal IA5, deputy IA5, from GeneralizedTime, to GeneralizedTime }
 */
#ifndef JY_FLOW_H
#define JY_FLOW_H

#include "ipc/order.h"

#define JY_FLOW_PATHS_MAX 16
#define JY_FLOW_CATEGORIES_MAX 16
#define JY_FLOW_STEPS_MAX 8
#define JY_FLOW_APPROVERS_MAX 16
#define JY_FLOW_DEPUTIES_MAX 32
#define JY_FLOW_MAX 65536                 /* bytes of DER */
/** Signatures that a chain can hold: more is refused before any is looked at. */
#define JY_FLOW_APPROVALS_MAX (JY_FLOW_STEPS_MAX * JY_FLOW_APPROVERS_MAX)

struct jy_flow_step {
    char name[97];
    uint32_t needed, approver_count;      /* 1 ≤ needed ≤ approver_count */
    char approvers[JY_FLOW_APPROVERS_MAX][65];
};
struct jy_flow_path {
    uint32_t category_count, step_count;
    char categories[JY_FLOW_CATEGORIES_MAX][33];
    int64_t amount_max_fen;
    bool digest_only;                     /* takes orders whose document stayed with the client, and only those */
    struct jy_flow_step steps[JY_FLOW_STEPS_MAX];
};
struct jy_flow_deputy {
    char principal[65], deputy[65];
    jy_time from, to;                     /* from ≤ t < to */
};
struct jy_flow {
    char seal_key_id[65];
    int64_t number;                       /* grows with every flow of a seal */
    jy_time valid_from, valid_to;         /* from ≤ t < to */
    bool custodian_may_approve;           /* the holder of the seal's PIN may be an approver as well */
    bool once_in_the_chain;               /* nobody signs in two steps */
    char authority[65];                   /* key whose approval a change of the flow needs; "" none */
    uint32_t path_count, deputy_count;
    struct jy_flow_path paths[JY_FLOW_PATHS_MAX];
    struct jy_flow_deputy deputies[JY_FLOW_DEPUTIES_MAX];
};

JY_CHECK jy_err jy_flow_encode(const struct jy_flow *flow, struct jy_buf *out);
/**
 * Allocates *out, which the caller free()s; NULL after an error. Refuses leftover bytes, numbers out of range, a name twice in a list, a path without
 * steps in a flow without authority (R16.2), a deputy of himself. Errors: JY_E_FORMAT, JY_E_LIMIT, JY_E_UNSUPPORTED, JY_E_ARGUMENT, JY_E_NOMEM.
 */
JY_CHECK jy_err jy_flow_parse(struct jy_slice der, struct jy_flow **out, struct jy_fault *fault);
/** The flow signs or stands in for somebody under this key. */
bool jy_flow_names(const struct jy_flow *flow, const char *key_id);

/** What chooses a path. */
struct jy_flow_use { const char *category; int64_t amount_fen; bool digest_only; };
/** Within the flow's dates, the first path of this category, amount and kind of order. Errors: JY_E_NO_PATH. */
JY_CHECK jy_err jy_flow_path_for(const struct jy_flow *flow, const struct jy_flow_use *use, jy_time now, const struct jy_flow_path **out,
                                 struct jy_fault *fault);

/** Whom a signer stands for in this step: "" himself, the absent one's key, or NULL when he has no part in it. taken: places that are filled. */
const char *jy_flow_in_place_of(const struct jy_flow *flow, const struct jy_flow_step *step, const char *key_id, jy_time at,
                                const struct jy_approval *taken, size_t taken_count, uint32_t step_number);
/**
 * Judges a chain in the order of signing: who, for whom, once, in which step, at which time. *next is the step that waits, step_count when the chain is
 * complete; *signed_ (may be NULL) how many signed in it. Signatures, digests and certificates are the caller's. custodian_key_id: the approver key of
 * the seal's custodian, "" when there is none. Errors: JY_E_NO_APPROVAL naming the first approval that breaks a rule.
 */
JY_CHECK jy_err jy_flow_judge(const struct jy_flow *flow, const struct jy_flow_path *path, const struct jy_approval *approvals, size_t count,
                              const char *custodian_key_id, uint32_t *next, uint32_t *signed_, struct jy_fault *fault);

#endif
