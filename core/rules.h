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
/** What a kind means for materials and for who keeps the seal: bits, so that a rule may name several. */
enum seal_class {
    SEAL_OFFICIAL = 1u << 0,      /* 电子公章: kept by a custodian */
    SEAL_POSITION_HEAD = 1u << 1, /* 电子职务章 of the legal representative, operator or principal (R10.2): kept by its holder */
    SEAL_POSITION_OTHER = 1u << 2 /* 电子职务章 of another office (R10.3) */
};
#define SEAL_POSITION (SEAL_POSITION_HEAD | SEAL_POSITION_OTHER)
#define SEAL_ANY (SEAL_OFFICIAL | SEAL_POSITION)
struct seal_kind {
    const char *code;             /* "statutory", "internal_body", …, "authorized_representative" */
    const char *zh, *en;
    unsigned kept;                /* one enum seal_class */
    int national_type;            /* SES property.type, national list */
    bool one_per_organization;    /* R14.1 */
    const char *shape;            /* "round", "oval", "square" */
    int width_mm, height_mm;      /* usual size */
    int max_mm;                   /* refused above */
    const char *source;
};
const struct seal_kind *seal_kind_by_code(const char *code);
const struct seal_kind *seal_kinds(size_t *count);
/** R11.2: has a stamp of this size (mm) the seal's own proportions, to 1 %? A seal that is stretched is another seal. One without a size has any. */
bool seal_keeps_shape(double width_mm, double height_mm, double seal_width_mm, double seal_height_mm);
/* state_organ, peoples_organization, social_organization, enterprise, public_institution, self_employed, other */
struct organization_kind { const char *code, *zh, *en; };
const struct organization_kind *organization_kind_by_code(const char *code);
const struct organization_kind *organization_kinds(size_t *count);

/* -- what can be applied for -- */
enum application_type_bit {
    TYPE_ISSUE = 1u << 0, TYPE_REISSUE = 1u << 1, TYPE_RENEWAL = 1u << 2, TYPE_CANCELLATION = 1u << 3, TYPE_SUSPENSION = 1u << 4, TYPE_RESUMPTION = 1u << 5
};
struct application_type {
    const char *code;             /* "issue", "reissue", "renewal", "cancellation", "suspension", "resumption" */
    const char *zh, *en;
    unsigned bit;                 /* enum application_type_bit */
    bool makes;                   /* it ends with a new seal; otherwise with a change of the present one */
    const char *seal_event;       /* what happens to the present seal, a row of seal_moves; NULL: there is none */
    const char *source;
};
const struct application_type *application_type_by_code(const char *code);
const struct application_type *application_types(size_t *count);

/* -- materials (R9.1–9.5, R10.1–10.3, R20–R23, N2) -- */
struct application_facts {
    const struct application_type *type;
    const struct seal_kind *kind;
    const char *cancel_reason;    /* of a cancellation, else NULL */
    bool has_superior;            /* 有上级主管单位 */
    bool by_agent;                /* 委托他人办理 */
    bool foreign_script;          /* 外文或少数民族文字 */
};
enum handled { HANDLED_EITHER, HANDLED_SELF, HANDLED_BY_AGENT };
/** One row asks for one material in the cases that it names; a code may have several rows, of which at most one applies to an application. */
struct material_rule {
    const char *code;             /* "registration_document", … */
    const char *zh, *en;
    const char *clause;           /* "R9.1" */
    unsigned types, kept;         /* enum application_type_bit, enum seal_class: bits */
    enum handled handled;
    bool superior, foreign_script; /* only with a superior; only with foreign or minority script */
    const char *cancel_reason;    /* only for this reason; NULL = any */
    bool original_seen;           /* the maker must confirm having seen the original */
};
/** All rules in clause order. */
const struct material_rule *material_rules(size_t *count);
bool material_required(const struct material_rule *rule, const struct application_facts *facts);
/** The rule by which this application needs the material, or NULL: it needs no such material. */
const struct material_rule *material_of(const struct application_facts *facts, const char *code);

/* -- states: a pair without a row is refused, naming both -- */
struct state_move { const char *from, *event, *to, *source; };
/** application: DRAFT submit→SUBMITTED, accept→ACCEPTED, refuse→REFUSED, correct→CORRECTION (补正), withdraw→WITHDRAWN, lapse→LAPSED (a deadline
 *  passed); make→MADE ends what makes a seal, carry_out→CARRIED_OUT the others. */
extern const struct state_move application_moves[];
/** seal: MADE file→FILED, activate→ACTIVE, freeze→FROZEN, unfreeze→ACTIVE, suspend→SUSPENDED, resume→ACTIVE; replace (R20.1), renew (R20.2) and
 *  cancel→CANCELLED, expire→EXPIRED, void→VOID. */
extern const struct state_move seal_moves[];
/** order: REQUESTED approve→APPROVED, refuse→REFUSED; APPROVED sign→INTENT; INTENT done→DONE, fail→FAILED, return→APPROVED (a clear no of
 *  the key); expire→EXPIRED before INTENT. */
extern const struct state_move order_moves[];
/** maker: LICENSED suspend→SUSPENDED, resume→LICENSED, revoke→REVOKED. */
extern const struct state_move maker_moves[];
/** workstation (R13.4): PENDING confirm→REGISTERED, revoke→REVOKED. inspection (R13.6): OPEN close→CLOSED. rectification (R13.6): ORDERED
 *  answer→ANSWERED accept→ACCEPTED; reject→ORDERED again; overdue→OVERDUE; withdraw→WITHDRAWN. */
extern const struct state_move workstation_moves[], inspection_moves[], rectification_moves[];
/** hold (R21.2): STANDING lift→LIFTED. One that stands when its seal ends stays so. */
extern const struct state_move hold_moves[];
/** The state after event, or JY_E_BAD_STATE with "STATE" and "event" in the fault. Tables end with from == NULL. */
JY_CHECK jy_err state_after(const struct state_move *moves, const char *from, const char *event, const char **to, struct jy_fault *fault);

/** Every machine by name, for the document and the tests; ends with name NULL. */
struct state_machine { const char *name, *zh; const struct state_move *moves; };
extern const struct state_machine state_machines[];
/** A seal that exists for R14.1: made and not ended. The store's index one_statutory_seal lists the same states. */
bool seal_is_living(const char *state);

/* -- holds (R21.2, R4.1): a seal is frozen as long as any stands; each is lifted by its own owner alone -- */
struct hold_owner {
    const char *code, *zh, *en;   /* "organization", "district_police", "city_police" */
    const char *lifted_zh, *lifted_en;
    bool supervisor;              /* kept in the key room by itself, and lifted by officers whom it names */
    const char *source;
};
const struct hold_owner *hold_owners(size_t *count);
const struct hold_owner *hold_owner_by_code(const char *code);
/** A seal that could be used, or could be again. */
bool seal_may_be_held(const char *state);
/** What happens to a seal in this state with so many holds standing: "freeze", "unfreeze", or NULL: nothing that anybody outside is told. */
const char *seal_event_of_holds(const char *state, size_t standing);

/* -- dates -- */
/** R20.2: a certificate is renewed within the 30 days before its end: JY_E_RENEWAL_WINDOW outside of valid_to − 30 d ≤ now < valid_to. */
JY_CHECK jy_err renewal_is_due(jy_time valid_to, jy_time now, struct jy_fault *fault);
/** R20.2: 30, 15, 7 or 1: the reminder that belongs to now; 0 = none (more than 30 days left, or ended). */
int renewal_reminder(jy_time valid_to, jy_time now);
/** The days of the reminders, the nearest first. */
const int *renewal_reminders(size_t *count);

/* -- R16.2: what a position seal may be used for -- */
struct position_scope {
    const char *categories;       /* codes of document_categories() with one blank between them; never empty */
    int64_t amount_max_fen;       /* largest amount, 分; −1 = no limit */
    jy_time valid_to;             /* end of the authority; 0 = as long as the seal */
};
/** Every category exists, is not excluded by law and stands once. Fault: "scope_categories". */
JY_CHECK jy_err position_scope_check(const struct position_scope *scope, struct jy_fault *fault);
/** amount_fen −1 = the document names none, which a scope with a limit refuses. Errors: JY_E_OUTSIDE_SCOPE. */
JY_CHECK jy_err position_scope_permits(const struct position_scope *scope, const char *category, int64_t amount_fen, jy_time now,
                                       struct jy_fault *fault);

/** R7.1: licence state LICENSED and from ≤ now < to. */
JY_CHECK jy_err maker_may_make(const char *state, jy_time valid_from, jy_time valid_to, jy_time now, struct jy_fault *fault);
/** R8.1: physical seal against the application's facts (R8.1, R11.2); the fault names the field. */
struct physical_seal_facts { bool found; const char *uscc, *name, *kind, *state; int width_mm, height_mm; };
JY_CHECK jy_err physical_seal_fits(const struct physical_seal_facts *seal, const char *uscc, const char *kind, const char *name,
                                   struct jy_fault *fault);
/** The five reasons of R21.1 and the six of N2. crl_reason: RFC 5280 5.3.1. */
struct cancel_reason { const char *code, *zh, *en, *source; int crl_reason; };
const struct cancel_reason *cancel_reason_by_code(const char *code);
const struct cancel_reason *cancel_reasons(size_t *count);
/** Document categories; excluded_by_law (R6.1: 电子签名法 art. 3) and classified (R29.1) cannot be stamped. */
struct document_category { const char *code, *zh, *en; bool excluded; const char *source; };
const struct document_category *document_category_by_code(const char *code);
const struct document_category *document_categories(size_t *count);

/* -- applications that use the API (R18.1–18.3): three tiers, what each may be granted, and how much -- */
enum tier { TIER_STATE_ORGAN = 1u << 0, TIER_MAKER = 1u << 1, TIER_OTHER = 1u << 2 };
struct client_tier {
    enum tier tier;
    const char *code, *zh, *en;
    int64_t per_minute, per_day;  /* requests at most; a client may be given less */
    const char *source;
};
/** R18.1 for a state organ, R18.2 for a maker (organization_kind NULL), R18.3 for everybody else. */
const struct client_tier *client_tier_of(const char *organization_kind);
const struct client_tier *client_tiers(size_t *count);
const struct client_tier *client_tier_by_code(const char *code);
struct client_scope { const char *code, *zh, *en; unsigned tiers; };
const struct client_scope *client_scope_by_code(const char *code);
const struct client_scope *client_scopes(size_t *count);
/** client: ACTIVE suspend→SUSPENDED, resume→ACTIVE; revoke→REVOKED from both, for good. */
extern const struct state_move client_moves[];

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
