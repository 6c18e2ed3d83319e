/* SPDX-License-Identifier: Apache-2.0 */
/* route.h: everything that the network can ask, and who may ask it: one table. */
#ifndef JY_ROUTE_H
#define JY_ROUTE_H

#include "daemons/web/web.h"

/** Fields of a JSON body: what is not in the list is refused. */
enum field_kind { IN_TEXT = 1, IN_BOOL, IN_INT, IN_NUMBER, IN_TIME, IN_SEALED, IN_TEXTS, IN_OBJECTS };
struct field {
    const char *name;
    enum field_kind kind;
    int64_t min, max;                     /* bytes of text, value of a number, count of IN_TEXTS and IN_OBJECTS */
    jy_err (*check)(const char *value, const char *field, struct jy_fault *fault);   /* text only; NULL = none */
    bool optional;
    const struct field *members;          /* of each of IN_OBJECTS */
};

#define ANYBODY (1u << 30)                /* without a session */
#define LOGGED_IN 0x3FFu                  /* every role */
/** Which rows a handler's questions can see. */
enum scope_rule { SCOPE_UNSET, SCOPE_PUBLIC, SCOPE_SELF, SCOPE_OWN_ORGANIZATION, SCOPE_OWN_MAKER, SCOPE_BY_ROLE,
                  SCOPE_CITY_WIDE };      /* everything: only for roles that the rules give no narrower sight */
enum body_kind { BODY_UNSET, BODY_NONE, BODY_JSON, BODY_BYTES };

/** A member that is 0 or NULL where it may not be is refused at start: a forgotten permission cannot become a hole. */
struct route {
    const char *method, *path;
    web_handler *handler;
    unsigned roles;                       /* enum role bits, or ANYBODY */
    enum scope_rule scope;
    const char *audit;                    /* event; NULL only for reading. A GET with one is recorded before it is answered */
    enum body_kind body;
    int64_t body_max;                     /* bytes; 0 = the configured document_max_bytes (BODY_BYTES only) */
    const struct field *fields;           /* BODY_JSON: ends with name NULL */
    bool once;                            /* needs an Idempotency-Key */
    const char *source;
    unsigned fresh;                       /* roles that need a second factor of the last five minutes for this act (R27.2) */
    bool early;                           /* also while the account has yet to set up its second factor or a new password */
};
const struct route *routes(size_t *count);
/** The route of a request, its {id} and {code} filled. JY_E_NOT_FOUND, or JY_E_METHOD when the path takes another method. */
JY_CHECK jy_err route_find(const char *method, const char *path, const struct route **out, char id[65], char code[65]);
/** Every row is complete; the fault names the first that is not. */
JY_CHECK jy_err routes_check(struct jy_fault *fault);

/** nodes.c: the nodes that answer a route (N7), enum jy_node bits; the whole service answers all. 0 = a forgotten route. */
unsigned route_nodes(const struct route *route);
/** Errors: JY_E_NOT_THIS_NODE, whose text names those that do. */
JY_CHECK jy_err route_is_here(const struct web *web, const struct route *route, struct jy_fault *fault);
/** Every route has a row, and every row a route. */
JY_CHECK jy_err route_nodes_check(struct jy_fault *fault);

/** The names of the request's query: those of the route's row in answers.def only. */
JY_CHECK jy_err queries_check(const struct route *route, const struct jy_http_request *request, struct jy_fault *fault);

/** The body's object against the route's fields. The fault names the field. */
JY_CHECK jy_err fields_check(const struct field *fields, const json_t *input, struct jy_fault *fault);
/** Checks that a field may name. */
jy_err check_uscc(const char *value, const char *field, struct jy_fault *fault);
jy_err check_id_number(const char *value, const char *field, struct jy_fault *fault);
jy_err check_district(const char *value, const char *field, struct jy_fault *fault);
jy_err check_organization_kind(const char *value, const char *field, struct jy_fault *fault);
jy_err check_seal_kind(const char *value, const char *field, struct jy_fault *fault);
jy_err check_category(const char *value, const char *field, struct jy_fault *fault);
jy_err check_cancel_reason(const char *value, const char *field, struct jy_fault *fault);
jy_err check_inspection_kind(const char *value, const char *field, struct jy_fault *fault);
jy_err check_seal_application_type(const char *value, const char *field, struct jy_fault *fault);
jy_err check_digits(const char *value, const char *field, struct jy_fault *fault);
jy_err check_login(const char *value, const char *field, struct jy_fault *fault);
#define IDEMPOTENCY_KEY_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:"
jy_err check_idempotency_key(const char *value, const char *field, struct jy_fault *fault);
jy_err check_algorithm(const char *value, const char *field, struct jy_fault *fault);
jy_err check_id(const char *value, const char *field, struct jy_fault *fault);

/** What a check demands, for the description of the API: a pattern, or its codes one after the other until NULL; `name` names the form. */
typedef jy_err field_check(const char *value, const char *field, struct jy_fault *fault);
struct field_form {
    field_check *check;
    const char *name, *pattern;
    const char *(*code_at)(size_t i);
};
/** NULL for a check without a row in forms.c, which a test refuses. */
const struct field_form *field_form(field_check *check);

/* Handlers, by resource. */
web_handler session_log_in, session_show, session_log_out, session_change_password;                       /* session.c */
web_handler workstation_create, workstation_list, workstation_confirm, workstation_revoke;                 /* workstation.c */
web_handler inspection_create, inspection_list, inspection_show, inspection_close, finding_create;         /* inspection.c */
web_handler rectification_create, rectification_answer, rectification_accept, rectification_reject, rectification_withdraw;
web_handler session_list, session_end;
web_handler session_step_up;                                                                              /* login.c */
web_handler second_factor_create, second_factor_confirm, recovery_codes_create, challenge_show;            /* second_factor.c */
web_handler person_show, person_list, person_search, person_reveal, application_reveal, person_unlock;     /* accounts.c */
web_handler person_end_sessions, person_disable, person_set_roles, maker_staff_list;
web_handler act_propose, act_list, act_confirm, act_refuse;                                                /* act.c */
web_handler bootstrap;                                                                                    /* bootstrap.c */
web_handler audit_list, audit_export, audit_check_show;                                                   /* audit.c */
web_handler inventory_show, inventory_certificates, configuration_show;                                   /* inventory.c */
web_handler maker_revoke;                                                                                 /* people.c */
web_handler organization_create, maker_create, maker_enrol, maker_suspend, maker_resume;                  /* people.c */
web_handler person_create, person_enrol, key_change_pin;
web_handler application_create, application_list, application_show, application_submit, application_accept; /* application.c */
web_handler application_refuse, application_correct, application_withdraw, material_put;
web_handler application_change_facts, seal_application_create;                                            /* application.c */
web_handler application_carry_out, application_resume;                                                    /* application_moves.c */
web_handler reminder_list;                                                                                /* deadlines.c */
web_handler seal_make;                                                                                    /* making.c */
web_handler seal_list, seal_show, seal_status, seal_custodian;                                             /* seal.c */
web_handler seal_freeze, seal_unfreeze, hold_lift;                                                        /* hold.c */
web_handler seal_cancel;
web_handler filing_list, statistics_show, seal_declare_void;                                              /* supervision.c */
web_handler document_upload, document_show, document_content;                                             /* document.c */
web_handler copy_create, copy_content, copy_show;                                                          /* copies.c */
web_handler document_pages, document_page;                                                                 /* pages.c */
web_handler document_page_text;                                                                            /* page_text.c */
web_handler order_create, order_show, order_refuse, stamp_record_list;                                     /* order.c */
web_handler order_stamp;                                                                                  /* stamping.c */
web_handler document_verify, trust_show;                                                                  /* verification.c */
web_handler exchange_show, exchange_event_list, exchange_event_show, exchange_event_resend;                /* counterparts.c */
web_handler exchange_event_abandon;
web_handler notification_list, notification_read;                                                         /* notify.c */
web_handler evidence_source_list;                                                                         /* evidence.c */
web_handler platform_status_show;                                                                         /* platform.c */
web_handler seal_statement, statement_key_show;                                                           /* statement.c */
web_handler reconciliation_list, reconciliation_show, reconciliation_differences, reconciliation_create;     /* reconcile.c */

web_handler webhook_create, webhook_list, webhook_show, webhook_end, webhook_delivery_list, webhook_replay;  /* webhooks.c */
web_handler order_create_batch, order_approve_batch, order_stamp_batch;                                   /* batch.c */
web_handler order_stamp_granted_batch, digest_order_create_batch;
web_handler order_stamp_granted_batch, digest_order_create_batch;
web_handler client_create, client_list, client_show, client_rotate, client_suspend, client_resume, client_revoke;  /* clients.c */

web_handler page_static, livez, readyz, service_show, sealing_point_show;                                 /* service.c */

/* How a seal's use is decided (docs/design/use.md). */
jy_err check_base64(const char *value, const char *field, struct jy_fault *fault);
web_handler order_approve;                                                                                /* approval.c */
web_handler flow_set, flow_approve, flow_show;                                                            /* flow.c */
web_handler permission_create, permission_list, permission_revoke;                                        /* permission.c */
web_handler seal_hand_over, seal_take_over, custody_list, key_unlock;                                     /* custody.c */
web_handler grant_create, grant_list, grant_show, grant_approve, grant_give, grant_revoke;                /* grant.c */
web_handler digest_order_create;                                                                          /* digest_order.c */
jy_err check_sm3(const char *value, const char *field, struct jy_fault *fault);
jy_err check_format(const char *value, const char *field, struct jy_fault *fault);
jy_err check_ascii(const char *value, const char *field, struct jy_fault *fault);
web_handler order_stamp_granted;                                                                          /* stamping.c */
web_handler stamp_record_archive;                                                                        /* archive.c */
web_handler use_register, use_register_export, use_register_pdf;                                        /* register.c, register_pdf.c */

#endif
