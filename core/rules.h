/* SPDX-License-Identifier: Apache-2.0 */
/* rules.h: the measures as tables: codes, kinds, materials, states. No clock, file, socket or SQL: facts are arguments. */
#ifndef JY_RULES_H
#define JY_RULES_H

#include <jinyin/base.h>

/* -- codes -- */
/** GB 32100: 18 characters, check digit; also the organisation code's own GB 11714 check digit (positions 9–17). */
bool uscc_is_valid(const char *uscc);
/** GB 11643: 17 digits + check, plausible date. */
bool id_number_is_valid(const char *id_number);
/** GB/T 2260 district of Tianjin (120101 …) → Chinese name, or NULL. */
const char *district_name(const char *code);
/** Digits only, exactly `digits` long. */
bool seal_code_is_valid(const char *seal_code, int digits);

/* -- seal kinds (R3.1, R3.2; shapes and sizes: 国发〔1999〕25号, 国税总局公告2011-7) -- */
struct seal_kind {
    const char *code;             /* "statutory", "internal_body", "branch", "contract", "finance", "invoice", "inspection", "customs", "other" */
    const char *zh, *en;
    int national_type;            /* SES property.type, national list */
    bool one_per_organization;    /* R14.1 */
    const char *shape;            /* "round", "oval" */
    int width_mm, height_mm;      /* usual size */
    int max_mm;                   /* refused above */
    const char *source;
};
const struct seal_kind *seal_kind_by_code(const char *code);
const struct seal_kind *seal_kinds(size_t *count);
/* state_organ, peoples_organization, social_organization, enterprise, public_institution, self_employed, other */
struct organization_kind { const char *code, *zh, *en; };
const struct organization_kind *organization_kind_by_code(const char *code);
const struct organization_kind *organization_kinds(size_t *count);

/* -- materials (R9.1–9.5) -- */
struct application_facts {
    bool has_superior;            /* 有上级主管单位 */
    bool by_agent;                /* 委托他人办理 */
    bool foreign_script;          /* 外文或少数民族文字 */
};
struct material_rule {
    const char *code;             /* "registration_document", … */
    const char *zh, *en;
    const char *clause;           /* "R9.1" */
    bool (*required)(const struct application_facts *facts);
    bool original_seen;           /* the maker must confirm having seen the original */
};
/** All rules in clause order. */
const struct material_rule *material_rules(size_t *count);
const struct material_rule *material_rule_by_code(const char *code);

/* -- states: a pair without a row is refused, naming both -- */
struct state_move { const char *from, *event, *to, *source; };
/** application: DRAFT submit→SUBMITTED, accept→ACCEPTED, refuse→REFUSED, correct→DRAFT (补正), make→MADE, withdraw→WITHDRAWN. */
extern const struct state_move application_moves[];
/** seal: MADE file→FILED, activate→ACTIVE, freeze→FROZEN, unfreeze→ACTIVE, cancel→CANCELLED (also from FROZEN, FILED), expire→EXPIRED, void→VOID. */
extern const struct state_move seal_moves[];
/** order: REQUESTED approve→APPROVED, refuse→REFUSED; APPROVED sign→INTENT; INTENT done→DONE, fail→FAILED, return→APPROVED (a clear no of
 *  the key); expire→EXPIRED before INTENT. */
extern const struct state_move order_moves[];
/** maker: LICENSED suspend→SUSPENDED, resume→LICENSED, revoke→REVOKED. */
extern const struct state_move maker_moves[];
/** The state after event, or JY_E_BAD_STATE with "STATE" and "event" in the fault. Tables end with from == NULL. */
JY_CHECK jy_err state_after(const struct state_move *moves, const char *from, const char *event, const char **to, struct jy_fault *fault);

/** R7.1: licence state LICENSED and from ≤ now < to. */
JY_CHECK jy_err maker_may_make(const char *state, jy_time valid_from, jy_time valid_to, jy_time now, struct jy_fault *fault);
/** R8.1: physical seal against the application's facts; the fault names the field. */
struct physical_seal_facts { bool found; const char *uscc, *name, *kind, *state; int width_mm, height_mm; };
JY_CHECK jy_err physical_seal_fits(const struct physical_seal_facts *seal, const char *uscc, const char *kind, struct jy_fault *fault);
/** R21.1 reasons: "dissolved_or_merged", "physical_seal_not_used", "electronic_seal_not_used", "key_leaked", "stolen_damaged_or_lost". */
struct cancel_reason { const char *code, *zh, *en, *source; int crl_reason; };
const struct cancel_reason *cancel_reason_by_code(const char *code);
const struct cancel_reason *cancel_reasons(size_t *count);
/** Document categories; excluded_by_law (R6.1: 电子签名法 art. 3) and classified (R29.1) cannot be stamped. */
struct document_category { const char *code, *zh, *en; bool excluded; const char *source; };
const struct document_category *document_category_by_code(const char *code);
const struct document_category *document_categories(size_t *count);

/* -- roles and what they may (core/accounts.h says which can be held together) -- */
enum role {
    ROLE_NONE = 0, ROLE_SYSTEM_ADMINISTRATOR = 1u << 0, ROLE_POLICE = 1u << 1, ROLE_MAKER_STAFF = 1u << 2, ROLE_AGENT = 1u << 3,
    ROLE_CUSTODIAN = 1u << 4, ROLE_APPROVER = 1u << 5, ROLE_SECURITY_ADMINISTRATOR = 1u << 6, ROLE_AUDIT_ADMINISTRATOR = 1u << 7,
    ROLE_COORDINATION_GROUP = 1u << 8, ROLE_CRYPTOGRAPHY_AUTHORITY = 1u << 9
};
/** One role by its code ("system_administrator", "police", … as in core/roles.c), or ROLE_NONE. */
enum role role_by_code(const char *code);
const char *role_code(enum role role);

#endif
