/* SPDX-License-Identifier: Apache-2.0 */
#include "core/accounts.h"
#include "daemons/web/client.h"
#include "daemons/web/pages.h"
#include "daemons/web/route.h"

#include <string.h>

#define KIB 1024
#define JSON_MAX (16 * KIB)
#define SEEN_MAX (160 * KIB)              /* an approval with the pages that were seen */
#define FLOW_MAX (128 * KIB)              /* a flow in base64 */
#define MATERIAL_MAX (20 * KIB * KIB)
#define ID_FIELD(name) { name, IN_TEXT, 32, 32, check_id, false }
#define END { NULL, 0, 0, 0, NULL, false }
#define FIELDS(name, ...) static const struct field name[] = { __VA_ARGS__, END }

static const struct field nothing[] = { END };
#define PROOF { "code", IN_TEXT, 6, 32, NULL, true }, { "challenge", IN_TEXT, 80, 80, check_id, true }, { "signature", IN_TEXT, 8, 200, NULL, true }
FIELDS(log_in, { "login", IN_TEXT, 1, 64, NULL, false }, { "password", IN_TEXT, 1, 128, NULL, false }, PROOF);
FIELDS(step_up, { "password", IN_TEXT, 1, 128, NULL, true }, PROOF);
FIELDS(second_factor, { "certificate", IN_TEXT, 100, 8000, NULL, true });
FIELDS(proof, PROOF);
FIELDS(bootstrap_fields, { "secret", IN_TEXT, 64, 64, check_id, false },
       { "system_login", IN_TEXT, 3, 32, check_login, false }, { "system_name", IN_TEXT, 1, 100, NULL, false },
       { "system_id_number", IN_TEXT, 18, 18, check_id_number, false }, { "system_phone", IN_TEXT, 5, 20, check_digits, false },
       { "security_login", IN_TEXT, 3, 32, check_login, false }, { "security_name", IN_TEXT, 1, 100, NULL, false },
       { "security_id_number", IN_TEXT, 18, 18, check_id_number, false }, { "security_phone", IN_TEXT, 5, 20, check_digits, false });
FIELDS(search, { "id_number", IN_TEXT, 18, 18, check_id_number, true }, { "login", IN_TEXT, 3, 32, check_login, true },
       { "organization_id", IN_TEXT, 32, 32, check_id, true });
FIELDS(reveal, { "field", IN_TEXT, 1, 32, NULL, false }, { "reason", IN_TEXT, 4, 200, NULL, false });
FIELDS(act, { "kind", IN_TEXT, 1, 32, NULL, false }, { "reason", IN_TEXT, 4, 200, NULL, false });
FIELDS(role_list, { "roles", IN_TEXTS, 1, 3, NULL, false });

FIELDS(password, { "old", IN_TEXT, 1, 128, NULL, false }, { "new", IN_TEXT, 12, 128, NULL, false });
FIELDS(organization, { "uscc", IN_TEXT, 18, 18, check_uscc, false }, { "name", IN_TEXT, 1, 200, NULL, false },
       { "kind", IN_TEXT, 1, 32, check_organization_kind, false }, { "district", IN_TEXT, 6, 6, check_district, false });
FIELDS(maker, { "licence_number", IN_TEXT, 1, 64, NULL, false }, { "name", IN_TEXT, 1, 128, NULL, false },
       { "uscc", IN_TEXT, 18, 18, check_uscc, false }, { "valid_from", IN_TIME, 20, 25, NULL, false }, { "valid_to", IN_TIME, 20, 25, NULL, false });
FIELDS(reason, { "reason", IN_TEXT, 1, 200, NULL, false });
FIELDS(person, { "login", IN_TEXT, 3, 32, check_login, false }, { "name", IN_TEXT, 1, 100, NULL, false },
       { "id_number", IN_TEXT, 18, 18, check_id_number, false }, { "phone", IN_TEXT, 5, 20, check_digits, false },
       { "roles", IN_TEXTS, 1, 3, NULL, false }, { "organization_id", IN_TEXT, 32, 32, check_id, true },
       { "maker_id", IN_TEXT, 32, 32, check_id, true }, { "district", IN_TEXT, 6, 6, check_district, true });
FIELDS(sealed, { "sealed", IN_SEALED, 64, 2048, NULL, false });
FIELDS(application, { "seal_kind", IN_TEXT, 1, 32, check_seal_kind, false }, { "seal_name", IN_TEXT, 1, 200, NULL, false },
       { "physical_seal_code", IN_TEXT, 3, 19, check_digits, false }, { "has_superior", IN_BOOL, 0, 0, NULL, false },
       { "by_agent", IN_BOOL, 0, 0, NULL, false }, { "foreign_script", IN_BOOL, 0, 0, NULL, false },
       { "agent_id_number", IN_TEXT, 18, 18, check_id_number, false }, { "agent_phone", IN_TEXT, 5, 20, check_digits, false },
       { "holder_id", IN_TEXT, 32, 32, check_id, true }, { "scope_categories", IN_TEXTS, 1, 8, NULL, true },
       { "scope_amount_max_fen", IN_INT, 0, 1000000000000000, NULL, true }, { "scope_valid_to", IN_TIME, 20, 25, NULL, true });
FIELDS(seal_application, { "type", IN_TEXT, 1, 32, check_seal_application_type, false }, { "by_agent", IN_BOOL, 0, 0, NULL, false },
       { "agent_id_number", IN_TEXT, 18, 18, check_id_number, false }, { "agent_phone", IN_TEXT, 5, 20, check_digits, false },
       { "physical_seal_code", IN_TEXT, 3, 19, check_digits, true }, { "seal_name", IN_TEXT, 1, 200, NULL, true },
       { "has_superior", IN_BOOL, 0, 0, NULL, true }, { "foreign_script", IN_BOOL, 0, 0, NULL, true },
       { "reason", IN_TEXT, 1, 64, check_cancel_reason, true }, { "description", IN_TEXT, 1, 400, NULL, true });
FIELDS(application_facts, { "physical_seal_code", IN_TEXT, 3, 19, check_digits, true }, { "seal_name", IN_TEXT, 1, 200, NULL, true },
       { "has_superior", IN_BOOL, 0, 0, NULL, true }, { "by_agent", IN_BOOL, 0, 0, NULL, true }, { "foreign_script", IN_BOOL, 0, 0, NULL, true },
       { "agent_id_number", IN_TEXT, 18, 18, check_id_number, true }, { "agent_phone", IN_TEXT, 5, 20, check_digits, true },
       { "description", IN_TEXT, 1, 400, NULL, true });
FIELDS(workstation, { "name", IN_TEXT, 1, 100, NULL, false }, { "place", IN_TEXT, 1, 200, NULL, false });
FIELDS(inspection, { "kind", IN_TEXT, 1, 32, check_inspection_kind, false }, { "note", IN_TEXT, 0, 1000, NULL, false },
       { "sample", IN_INT, 0, 50, NULL, false });
FIELDS(finding, { "clause", IN_TEXT, 1, 64, NULL, false }, { "description", IN_TEXT, 1, 1000, NULL, false }, { "seal_id", IN_TEXT, 32, 32, check_id, true });
FIELDS(rectification, { "demand", IN_TEXT, 1, 1000, NULL, false }, { "due", IN_TIME, 20, 25, NULL, false });
FIELDS(rejection, { "reason", IN_TEXT, 1, 200, NULL, false }, { "due", IN_TIME, 20, 25, NULL, false });
FIELDS(description, { "description", IN_TEXT, 1, 2000, NULL, false });
FIELDS(conclusion, { "conclusion", IN_TEXT, 1, 1000, NULL, false });
FIELDS(accept, { "originals_seen", IN_TEXTS, 0, 32, NULL, false });
FIELDS(make, ID_FIELD("seal_id"), { "sealed", IN_SEALED, 64, 2048, NULL, false });
FIELDS(custodian, ID_FIELD("person_id"));
FIELDS(lift, { "reason", IN_TEXT, 1, 200, NULL, false }, { "sealed", IN_SEALED, 64, 2048, NULL, false });
FIELDS(cancel, { "reason", IN_TEXT, 1, 64, check_cancel_reason, false }, { "description", IN_TEXT, 0, 400, NULL, true });
/* Where the stamp goes: on pages at a corner, as a seam, or by a keyword; which members go together is doc's to say (R15.1). */
FIELDS(place, { "pages", IN_TEXT, 1, 4096, NULL, true }, { "x_mm", IN_NUMBER, -10000, 10000, NULL, true }, { "y_mm", IN_NUMBER, -10000, 10000, NULL, true },
       { "corner", IN_TEXT, 1, 16, NULL, true }, { "seam", IN_TEXT, 1, 8, NULL, true }, { "along_mm", IN_NUMBER, -10000, 10000, NULL, true },
       { "margin_mm", IN_NUMBER, 0, 1000, NULL, true }, { "group", IN_INT, 2, 100000, NULL, true }, { "strip_min_mm", IN_NUMBER, 0, 1000, NULL, true },
       { "keyword", IN_TEXT, 1, 256, NULL, true }, { "which", IN_INT, -100000, 100000, NULL, true }, { "side", IN_TEXT, 1, 8, NULL, true },
       { "right_mm", IN_NUMBER, -10000, 10000, NULL, true }, { "down_mm", IN_NUMBER, -10000, 10000, NULL, true },
       { "keep_on_page", IN_BOOL, 0, 0, NULL, true }, { "blanks", IN_BOOL, 0, 0, NULL, true });
#define ORDER_FIELDS ID_FIELD("seal_id"), ID_FIELD("document_id"), { "places", IN_OBJECTS, 1, 20, NULL, false, place }, \
       { "width_mm", IN_NUMBER, 1, 1000, NULL, true }, { "height_mm", IN_NUMBER, 1, 1000, NULL, true }, \
       { "category", IN_TEXT, 1, 32, check_category, false }, { "purpose", IN_TEXT, 0, 200, NULL, false }, \
       { "amount_fen", IN_INT, 0, JY_AMOUNT_MAX, NULL, true }, { "copies", IN_INT, 1, JY_ORDER_COPIES_MAX, NULL, true }, \
       { "reference", IN_TEXT, 1, 64, NULL, true }
FIELDS(order, ORDER_FIELDS);
FIELDS(page_seen, { "page", IN_INT, 1, INT32_MAX, NULL, false }, { "ppm", IN_INT, 2, 8, NULL, false }, { "sm3", IN_TEXT, 64, 64, check_id, false });
#define PAGES_SEEN { "pages_seen", IN_OBJECTS, 0, PAGES_SEEN_MAX, NULL, true, page_seen }
FIELDS(approval, { "sealed", IN_SEALED, 64, 2048, NULL, false }, { "step", IN_INT, 0, JY_FLOW_STEPS_MAX - 1, NULL, false }, PAGES_SEEN);
FIELDS(flow, { "flow", IN_SEALED, 16, JY_FLOW_MAX, check_base64, false }, { "sealed", IN_SEALED, 64, 2048, NULL, false });
FIELDS(permission, ID_FIELD("person_id"), { "categories", IN_TEXTS, 1, 16, NULL, false }, { "valid_from", IN_TIME, 20, 25, NULL, true },
       { "valid_to", IN_TIME, 20, 25, NULL, true });
FIELDS(hand_over, ID_FIELD("person_id"), { "sealed", IN_SEALED, 64, 2048, NULL, false });
FIELDS(grant, { "grant", IN_SEALED, 16, 4096, check_base64, false });
#define GRANTED_FIELDS ID_FIELD("grant_id"), { "sealed", IN_SEALED, 64, 2048, NULL, false }, { "signature", IN_SEALED, 8, 80, check_base64, false }
FIELDS(granted, GRANTED_FIELDS);

/* R18.1: the document stays with the client (docs/protocol/digest-only.md): its digests, and the places that its own tool came to. */
#define MM(name, min, optional) { name, IN_NUMBER, min, 10000, NULL, optional }
FIELDS(settled_place, { "page", IN_INT, 1, 1000000, NULL, false }, MM("x_mm", -10000, false), MM("y_mm", -10000, false), MM("width_mm", 1, false),
       MM("height_mm", 1, false), MM("clip_x_mm", 0, true), MM("clip_y_mm", 0, true), MM("clip_width_mm", 0, true), MM("clip_height_mm", 0, true));
#define DIGEST_ORDER_FIELDS \
       ID_FIELD("seal_id"), { "format", IN_TEXT, 3, 3, check_format, false }, { "size", IN_INT, 1, 1000000000000, NULL, false }, \
       { "document_digest", IN_TEXT, 64, 64, check_sm3, false }, { "data_hash", IN_TEXT, 64, 64, check_sm3, false }, \
       { "property_info", IN_TEXT, 1, 255, check_ascii, false }, { "slot", IN_TEXT, 1, 255, check_ascii, false }, \
       { "places", IN_OBJECTS, 1, JY_ORDER_PLACES_MAX, NULL, false, settled_place }, \
       { "category", IN_TEXT, 1, 32, check_category, false }, { "purpose", IN_TEXT, 0, 200, NULL, false }, \
       { "amount_fen", IN_INT, 0, JY_AMOUNT_MAX, NULL, true }, { "copies", IN_INT, 1, JY_ORDER_COPIES_MAX, NULL, true }, \
       { "reference", IN_TEXT, 1, 64, NULL, true }
FIELDS(digest_order, DIGEST_ORDER_FIELDS);
#define PLACES_MAX (512 * KIB)            /* JY_ORDER_PLACES_MAX places */

FIELDS(counterpart, { "counterpart", IN_TEXT, 1, 32, NULL, false });

FIELDS(api_client, { "name", IN_TEXT, 1, 100, NULL, false }, { "algorithm", IN_TEXT, 3, 8, check_algorithm, false },
       { "public_key", IN_TEXT, 88, 88, NULL, true }, { "scopes", IN_TEXTS, 1, 8, NULL, false }, { "per_minute", IN_INT, 1, 1000000, NULL, true },
       { "per_day", IN_INT, 1, 100000000, NULL, true });
FIELDS(webhook, { "url", IN_TEXT, 12, 511, NULL, false }, { "events", IN_TEXTS, 1, 2, NULL, false });

/* Items of a batch: an idempotency_key, and the body that the single request would have. */
#define ITEM_KEY { "idempotency_key", IN_TEXT, 8, 64, check_idempotency_key, false }
FIELDS(order_item, ITEM_KEY, ORDER_FIELDS);
FIELDS(approval_item, ITEM_KEY, ID_FIELD("order_id"), { "sealed", IN_SEALED, 64, 2048, NULL, false },
       { "step", IN_INT, 0, JY_FLOW_STEPS_MAX - 1, NULL, false }, PAGES_SEEN);
FIELDS(sealed_item, ITEM_KEY, ID_FIELD("order_id"), { "sealed", IN_SEALED, 64, 2048, NULL, false });
FIELDS(granted_item, ITEM_KEY, ID_FIELD("order_id"), GRANTED_FIELDS);
FIELDS(digest_item, ITEM_KEY, DIGEST_ORDER_FIELDS);
FIELDS(order_items, { "items", IN_OBJECTS, 1, 50, NULL, false, order_item });
FIELDS(approval_items, { "items", IN_OBJECTS, 1, 50, NULL, false, approval_item });
FIELDS(sealed_items, { "items", IN_OBJECTS, 1, 50, NULL, false, sealed_item });
FIELDS(granted_items, { "items", IN_OBJECTS, 1, 50, NULL, false, granted_item });
FIELDS(digest_items, { "items", IN_OBJECTS, 1, 50, NULL, false, digest_item });
#define BATCH_MAX (512 * KIB)

FIELDS(rotate, { "public_key", IN_TEXT, 88, 88, NULL, true }, { "overlap_hours", IN_INT, 0, 168, NULL, false });

#define ORGANIZATION_ROLES (ROLE_AGENT | ROLE_CUSTODIAN | ROLE_APPROVER)
#define API "/api/v1"

static const struct route table[] = {
    /* method   path                                 handler                  who                                    sees                    audit event            body        limit         fields        once   source */
    { "GET",    "/",                                 page_static,             ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R18.3" },
    { "GET",    "/app.js",                           page_static,             ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R18.3" },
    { "GET",    "/build.js",                         page_static,             ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R18.3" },
    { "GET",    "/report.js",                         page_static,             ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R18.3" },
    { "GET",    "/words.js",                         page_static,             ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R18.3" },
    { "GET",    "/style.css",                        page_static,             ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R18.3" },
    { "GET",    "/favicon.svg",                      page_static,             ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R18.3" },
    { "GET",    "/livez",                            livez,                   ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R26.1" },
    { "GET",    "/readyz",                           readyz,                  ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R26.1" },
    { "GET",    API "/service",                      service_show,            ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R11.1" },
    { "GET",    API "/key",                          sealing_point_show,      ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R19.2" },
    { "GET",    API "/trust",                        trust_show,              ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R18.3" },
    { "POST",   API "/verify",                       document_verify,         ANYBODY,                               SCOPE_PUBLIC,           "document_verified",   BODY_BYTES, 0,            NULL,         false, "R18.3" },

    { "POST",   API "/session",                      session_log_in,          ANYBODY,                               SCOPE_PUBLIC,           "logged_in",           BODY_JSON,  JSON_MAX,     log_in,       false, "R27.2" },
    { "GET",    API "/session",                      session_show,            LOGGED_IN,                             SCOPE_SELF,             NULL,                  BODY_NONE,  0,            NULL,         false, "R27.2", 0, true },
    { "DELETE", API "/session",                      session_log_out,         LOGGED_IN,                             SCOPE_SELF,             "logged_out",          BODY_NONE,  0,            NULL,         true,  "R27.2", 0, true },
    { "PUT",    API "/session/password",             session_change_password, LOGGED_IN,                             SCOPE_SELF,             "password_changed",    BODY_JSON,  JSON_MAX,     password,     true,  "R27.2", 0, true },

    { "POST",   API "/bootstrap",                   bootstrap,               ANYBODY,                               SCOPE_PUBLIC,           "administrators_bootstrapped", BODY_JSON,  JSON_MAX,     bootstrap_fields, false, "R27.2" },
    { "GET",    API "/session/challenge",           challenge_show,          ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R27.2" },
    { "POST",   API "/session/step-up",             session_step_up,         LOGGED_IN,                             SCOPE_SELF,             "stepped_up",          BODY_JSON,  JSON_MAX,     step_up,      false, "R27.2" },
    { "POST",   API "/session/second-factor",       second_factor_create,    LOGGED_IN,                             SCOPE_SELF,             "second_factor_begun", BODY_JSON,  JSON_MAX,     second_factor, true,  "R27.2", LOGGED_IN, true },
    { "POST",   API "/session/second-factor/confirm", second_factor_confirm,   LOGGED_IN,                             SCOPE_SELF,             "second_factor_set",   BODY_JSON,  JSON_MAX,     proof,        true,  "R27.2", LOGGED_IN, true },
    { "POST",   API "/session/recovery-codes",      recovery_codes_create,   LOGGED_IN,                             SCOPE_SELF,             "recovery_codes_made", BODY_JSON,  JSON_MAX,     nothing,      true,  "R27.2", LOGGED_IN },
    { "GET",    API "/sessions",                    session_list,            LOGGED_IN,                             SCOPE_SELF,             NULL,                  BODY_NONE,  0,            NULL,         false, "R27.2" },
    { "DELETE", API "/sessions/{id}",               session_end,             LOGGED_IN,                             SCOPE_SELF,             "session_ended",       BODY_NONE,  0,            NULL,         true,  "R27.2" },

    { "GET",    API "/people",                      person_list,             ROLE_SYSTEM_ADMINISTRATOR | ROLE_SECURITY_ADMINISTRATOR, SCOPE_CITY_WIDE,        NULL,                  BODY_NONE,  0,            NULL,         false, "R25.1" },
    { "GET",    API "/people/{id}",                 person_show,             ROLE_SYSTEM_ADMINISTRATOR | ROLE_SECURITY_ADMINISTRATOR, SCOPE_CITY_WIDE,        NULL,                  BODY_NONE,  0,            NULL,         false, "R25.1" },
    { "POST",   API "/people/search",               person_search,           ROLE_SYSTEM_ADMINISTRATOR | ROLE_POLICE, SCOPE_BY_ROLE,          "people_searched",     BODY_JSON,  JSON_MAX,     search,       false, "R25.1" },
    { "POST",   API "/people/{id}/reveal",          person_reveal,           ROLE_SYSTEM_ADMINISTRATOR | ROLE_POLICE, SCOPE_BY_ROLE,          "personal_data_revealed", BODY_JSON,  JSON_MAX,     reveal,       false, "R25.1", ROLE_SYSTEM_ADMINISTRATOR | ROLE_POLICE },
    { "POST",   API "/applications/{id}/reveal",    application_reveal,      ROLE_MAKER_STAFF | ROLE_POLICE,        SCOPE_BY_ROLE,          "personal_data_revealed", BODY_JSON,  JSON_MAX,     reveal,       false, "R13.5", ROLE_MAKER_STAFF | ROLE_POLICE },
    { "PUT",    API "/people/{id}/roles",           person_set_roles,        ROLE_SYSTEM_ADMINISTRATOR,             SCOPE_CITY_WIDE,        "roles_changed",       BODY_JSON,  JSON_MAX,     role_list,    true,  "R27.2", ROLE_SYSTEM_ADMINISTRATOR },
    { "POST",   API "/people/{id}/disable",         person_disable,          ROLE_SYSTEM_ADMINISTRATOR,             SCOPE_CITY_WIDE,        "account_disabled",    BODY_JSON,  JSON_MAX,     reason,       true,  "R27.2", ROLE_SYSTEM_ADMINISTRATOR },
    { "POST",   API "/people/{id}/acts",            act_propose,             ROLE_SYSTEM_ADMINISTRATOR,             SCOPE_CITY_WIDE,        "account_act_proposed", BODY_JSON,  JSON_MAX,     act,          true,  "R27.2", ROLE_SYSTEM_ADMINISTRATOR },
    { "GET",    API "/account-acts",                act_list,                ROLE_SYSTEM_ADMINISTRATOR | ROLE_SECURITY_ADMINISTRATOR, SCOPE_CITY_WIDE,        NULL,                  BODY_NONE,  0,            NULL,         false, "R27.2" },
    { "POST",   API "/account-acts/{id}/confirm",   act_confirm,             ROLE_SECURITY_ADMINISTRATOR,           SCOPE_CITY_WIDE,        "account_act_confirmed", BODY_JSON,  JSON_MAX,     nothing,      true,  "R27.2", ROLE_SECURITY_ADMINISTRATOR },
    { "POST",   API "/account-acts/{id}/refuse",    act_refuse,              ROLE_SECURITY_ADMINISTRATOR,           SCOPE_CITY_WIDE,        "account_act_refused", BODY_JSON,  JSON_MAX,     reason,       true,  "R27.2" },
    { "POST",   API "/people/{id}/unlock",          person_unlock,           ROLE_SECURITY_ADMINISTRATOR,           SCOPE_CITY_WIDE,        "account_unlocked",    BODY_JSON,  JSON_MAX,     nothing,      true,  "R27.2", ROLE_SECURITY_ADMINISTRATOR },
    { "DELETE", API "/people/{id}/sessions",        person_end_sessions,     ROLE_SECURITY_ADMINISTRATOR,           SCOPE_CITY_WIDE,        "sessions_ended",      BODY_NONE,  0,            NULL,         true,  "R27.2" },
    { "GET",    API "/configuration",               configuration_show,      ROLE_SYSTEM_ADMINISTRATOR | ROLE_SECURITY_ADMINISTRATOR, SCOPE_CITY_WIDE,        NULL,                  BODY_NONE,  0,            NULL,         false, "R27.2" },

    { "GET",    API "/audit",                       audit_list,              ROLE_AUDIT_ADMINISTRATOR,              SCOPE_CITY_WIDE,        "audit_read",          BODY_NONE,  0,            NULL,         false, "R26.1" },
    { "GET",    API "/audit/export",                audit_export,            ROLE_AUDIT_ADMINISTRATOR,              SCOPE_CITY_WIDE,        "audit_exported",      BODY_NONE,  0,            NULL,         false, "R26.1", ROLE_AUDIT_ADMINISTRATOR },
    { "GET",    API "/audit/check",                 audit_check_show,        ROLE_AUDIT_ADMINISTRATOR,              SCOPE_CITY_WIDE,        "audit_checked",       BODY_NONE,  0,            NULL,         false, "R26.1" },
    { "GET",    API "/inventory",                   inventory_show,          ROLE_CRYPTOGRAPHY_AUTHORITY,           SCOPE_CITY_WIDE,        NULL,                  BODY_NONE,  0,            NULL,         false, "R4.1" },
    { "GET",    API "/inventory/certificates",      inventory_certificates,  ROLE_CRYPTOGRAPHY_AUTHORITY,           SCOPE_CITY_WIDE,        NULL,                  BODY_NONE,  0,            NULL,         false, "R4.1" },

    { "POST",   API "/organizations",                organization_create,     ROLE_SYSTEM_ADMINISTRATOR,              SCOPE_BY_ROLE,          "organization_created", BODY_JSON, JSON_MAX,     organization, true,  "R3.1" },
    { "POST",   API "/people",                       person_create,           ROLE_SYSTEM_ADMINISTRATOR,              SCOPE_BY_ROLE,          "person_created",      BODY_JSON,  JSON_MAX,     person,       true,  "R25.1", ROLE_SYSTEM_ADMINISTRATOR },
    { "POST",   API "/people/{id}/key",              person_enrol,            ROLE_APPROVER | ROLE_POLICE,           SCOPE_SELF,             "approver_key_made",   BODY_JSON,  JSON_MAX,     nothing,      true,  "R16.1" },
    { "POST",   API "/makers",                       maker_create,            ROLE_POLICE,                           SCOPE_BY_ROLE,          "maker_licensed",      BODY_JSON,  JSON_MAX,     maker,        true,  "R7.1" },
    { "POST",   API "/makers/{id}/key",              maker_enrol,             ROLE_MAKER_STAFF | ROLE_POLICE,        SCOPE_BY_ROLE,          "maker_key_made",      BODY_JSON,  JSON_MAX,     nothing,      true,  "R11.1" },
    { "POST",   API "/makers/{id}/suspend",          maker_suspend,           ROLE_POLICE,                           SCOPE_BY_ROLE,          "maker_suspended",     BODY_JSON,  JSON_MAX,     reason,       true,  "R7.1", ROLE_POLICE },
    { "POST",   API "/makers/{id}/resume",           maker_resume,            ROLE_POLICE,                           SCOPE_BY_ROLE,          "maker_resumed",       BODY_JSON,  JSON_MAX,     reason,       true,  "R7.1" },
    { "PUT",    API "/keys/{id}/pin",                key_change_pin,          ROLE_MAKER_STAFF | ORGANIZATION_ROLES | ROLE_POLICE, SCOPE_BY_ROLE,          "pin_changed",         BODY_JSON,  JSON_MAX,     sealed,       true,  "R19.2" },

    { "POST",   API "/applications",                 application_create,      ROLE_AGENT,                            SCOPE_OWN_ORGANIZATION, "application_created", BODY_JSON,  JSON_MAX,     application,  true,  "R9" },
    { "GET",    API "/applications",                 application_list,        ROLE_AGENT | ROLE_MAKER_STAFF | ROLE_POLICE, SCOPE_BY_ROLE,    NULL,                  BODY_NONE,  0,            NULL,         false, "R4.1" },
    { "GET",    API "/applications/{id}",            application_show,        ROLE_AGENT | ROLE_MAKER_STAFF | ROLE_POLICE, SCOPE_BY_ROLE,    NULL,                  BODY_NONE,  0,            NULL,         false, "R4.1" },
    { "PUT",    API "/applications/{id}/materials/{code}", material_put,      ROLE_AGENT,                            SCOPE_OWN_ORGANIZATION, "material_uploaded",   BODY_BYTES, MATERIAL_MAX, NULL,         true,  "R9" },
    { "POST",   API "/applications/{id}/submit",     application_submit,      ROLE_AGENT,                            SCOPE_OWN_ORGANIZATION, "application_submitted", BODY_JSON, JSON_MAX,    nothing,      true,  "R8.1" },
    { "POST",   API "/applications/{id}/withdraw",   application_withdraw,    ROLE_AGENT,                            SCOPE_OWN_ORGANIZATION, "application_withdrawn", BODY_JSON, JSON_MAX,    nothing,      true,  "R9" },
    { "POST",   API "/applications/{id}/accept",     application_accept,      ROLE_MAKER_STAFF,                      SCOPE_OWN_MAKER,        "application_accepted", BODY_JSON, JSON_MAX,     accept,       true,  "R13.2" },
    { "POST",   API "/applications/{id}/refuse",     application_refuse,      ROLE_MAKER_STAFF,                      SCOPE_OWN_MAKER,        "application_refused", BODY_JSON,  JSON_MAX,     reason,       true,  "R13.2" },
    { "POST",   API "/applications/{id}/correct",    application_correct,     ROLE_MAKER_STAFF,                      SCOPE_OWN_MAKER,        "application_sent_back", BODY_JSON, JSON_MAX,    reason,       true,  "R13.2" },
    { "POST",   API "/applications/{id}/seal",       seal_make,               ROLE_MAKER_STAFF,                      SCOPE_OWN_MAKER,        "seal_made_and_filed", BODY_JSON,  JSON_MAX,     make,         true,  "R13.2" },

    { "PUT",    API "/applications/{id}",            application_change_facts, ROLE_AGENT,                           SCOPE_OWN_ORGANIZATION, "application_changed", BODY_JSON,  JSON_MAX,     application_facts, true, "R9" },
    { "POST",   API "/seals/{id}/applications",      seal_application_create, ROLE_AGENT,                            SCOPE_OWN_ORGANIZATION, "application_created", BODY_JSON,  JSON_MAX,     seal_application, true, "R20.1 R20.2 R21.1 N1" },
    { "POST",   API "/applications/{id}/carry-out",  application_carry_out,   ROLE_MAKER_STAFF,                      SCOPE_OWN_MAKER,        "application_carried_out", BODY_JSON, JSON_MAX,  nothing,      true,  "R21.1 N1", ROLE_MAKER_STAFF },
    { "POST",   API "/applications/{id}/resume",     application_resume,      ROLE_CUSTODIAN,                        SCOPE_OWN_ORGANIZATION, "seal_resumed",        BODY_JSON,  JSON_MAX,     sealed,       true,  "N1 N3" },
    { "POST",   API "/seals/{id}/void",              seal_declare_void,       ROLE_POLICE,                           SCOPE_BY_ROLE,          "seal_declared_void",  BODY_JSON,  JSON_MAX,     reason,       true,  "N8", ROLE_POLICE },
    { "POST",   API "/makers/{id}/revoke",           maker_revoke,            ROLE_POLICE,                           SCOPE_BY_ROLE,          "maker_revoked",       BODY_JSON,  JSON_MAX,     reason,       true,  "R7.1", ROLE_POLICE },
    { "GET",    API "/statistics",                   statistics_show,         ROLE_POLICE | ROLE_COORDINATION_GROUP, SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R4.1" },
    { "GET",    API "/reminders",                    reminder_list,           ORGANIZATION_ROLES | ROLE_POLICE,      SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R20.2" },

    { "POST",  API "/makers/{id}/workstations",          workstation_create,      ROLE_MAKER_STAFF,                      SCOPE_BY_ROLE,          "workstation_asked",   BODY_JSON,  JSON_MAX,     workstation,  true,  "R13.4" },
    { "GET",   API "/makers/{id}/workstations",          workstation_list,        ROLE_MAKER_STAFF | ROLE_POLICE,        SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R13.4" },
    { "GET",   API "/makers/{id}/staff",                 maker_staff_list,        ROLE_MAKER_STAFF | ROLE_POLICE,        SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R13.4" },
    { "POST",  API "/workstations/{id}/confirm",         workstation_confirm,     ROLE_POLICE,                           SCOPE_BY_ROLE,          "workstation_confirmed", BODY_JSON,  JSON_MAX,     nothing,      true,  "R13.4" },
    { "POST",  API "/workstations/{id}/revoke",          workstation_revoke,      ROLE_MAKER_STAFF | ROLE_POLICE,        SCOPE_BY_ROLE,          "workstation_revoked", BODY_JSON,  JSON_MAX,     reason,       true,  "R13.4" },
    { "POST",  API "/makers/{id}/inspections",           inspection_create,       ROLE_POLICE,                           SCOPE_BY_ROLE,          "inspection_opened",   BODY_JSON,  JSON_MAX,     inspection,   true,  "R13.6" },
    { "GET",   API "/inspections",                       inspection_list,         ROLE_MAKER_STAFF | ROLE_POLICE,        SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R13.6" },
    { "GET",   API "/inspections/{id}",                  inspection_show,         ROLE_MAKER_STAFF | ROLE_POLICE,        SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R13.6" },
    { "POST",  API "/inspections/{id}/findings",         finding_create,          ROLE_POLICE,                           SCOPE_BY_ROLE,          "finding_recorded",    BODY_JSON,  JSON_MAX,     finding,      true,  "R13.6" },
    { "POST",  API "/inspections/{id}/rectifications",   rectification_create,    ROLE_POLICE,                           SCOPE_BY_ROLE,          "rectification_ordered", BODY_JSON,  JSON_MAX,     rectification, true,  "R13.6" },
    { "POST",  API "/inspections/{id}/close",            inspection_close,        ROLE_POLICE,                           SCOPE_BY_ROLE,          "inspection_closed",   BODY_JSON,  JSON_MAX,     conclusion,   true,  "R13.6" },
    { "POST",  API "/rectifications/{id}/answer",        rectification_answer,    ROLE_MAKER_STAFF,                      SCOPE_BY_ROLE,          "rectification_answered", BODY_JSON,  JSON_MAX,     description,  true,  "R13.6" },
    { "POST",  API "/rectifications/{id}/accept",        rectification_accept,    ROLE_POLICE,                           SCOPE_BY_ROLE,          "rectification_accepted", BODY_JSON,  JSON_MAX,     nothing,      true,  "R13.6" },
    { "POST",  API "/rectifications/{id}/reject",        rectification_reject,    ROLE_POLICE,                           SCOPE_BY_ROLE,          "rectification_rejected", BODY_JSON,  JSON_MAX,     rejection,    true,  "R13.6" },
    { "POST",  API "/rectifications/{id}/withdraw",      rectification_withdraw,  ROLE_POLICE,                           SCOPE_BY_ROLE,          "rectification_withdrawn", BODY_JSON,  JSON_MAX,     reason,       true,  "R13.6" },

    { "GET",    API "/seals",                        seal_list,               ORGANIZATION_ROLES | ROLE_MAKER_STAFF | ROLE_POLICE, SCOPE_BY_ROLE, NULL,             BODY_NONE,  0,            NULL,         false, "R4.1" },
    { "GET",    API "/seals/{id}",                   seal_show,               ORGANIZATION_ROLES | ROLE_MAKER_STAFF | ROLE_POLICE, SCOPE_BY_ROLE, NULL,             BODY_NONE,  0,            NULL,         false, "R4.1" },
    { "GET",    API "/seals/{id}/status",            seal_status,             ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "N5" },
    { "POST",   API "/seals/{id}/custodian",         seal_custodian,          ROLE_AGENT,                            SCOPE_OWN_ORGANIZATION, "custodian_named",     BODY_JSON,  JSON_MAX,     custodian,    true,  "R19.1" },
    { "POST",   API "/seals/{id}/freeze",            seal_freeze,             ROLE_CUSTODIAN | ROLE_POLICE,          SCOPE_BY_ROLE,          "seal_frozen",         BODY_JSON,  JSON_MAX,     reason,       true,  "R21.2", ROLE_POLICE },
    { "POST",   API "/seals/{id}/unfreeze",          seal_unfreeze,           ROLE_CUSTODIAN,                        SCOPE_OWN_ORGANIZATION, "seal_unfrozen",       BODY_JSON,  JSON_MAX,     sealed,       true,  "R21.2" },
    { "POST",   API "/holds/{id}/lift",              hold_lift,               ROLE_POLICE,                           SCOPE_BY_ROLE,          "hold_lift_agreed",    BODY_JSON,  JSON_MAX,     lift,         true,  "R21.2 R4.1", ROLE_POLICE },
    { "POST",   API "/seals/{id}/cancel",            seal_cancel,             ROLE_POLICE,                           SCOPE_BY_ROLE,          "seal_cancelled",      BODY_JSON,  JSON_MAX,     cancel,       true,  "R21.1", ROLE_POLICE },
    { "GET",    API "/filings",                      filing_list,             ROLE_POLICE,                           SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R13.2" },

    { "POST",   API "/documents",                    document_upload,         ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, "document_uploaded",   BODY_BYTES, 0,            NULL,         true,  "R15.1" },
    { "GET",    API "/documents/{id}",               document_show,           ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, NULL,                  BODY_NONE,  0,            NULL,         false, "R15.1" },
    { "GET",    API "/documents/{id}/content",       document_content,        ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, NULL,                  BODY_NONE,  0,            NULL,         false, "R15.1" },
    { "POST",   API "/documents/{id}/copies",        copy_create,             ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, "copy_made",           BODY_JSON,  JSON_MAX,     nothing,      true,  "R17.1" },
    { "GET",    API "/documents/{id}/copies/{code}.pdf", copy_content,        ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, NULL,                  BODY_NONE,  0,            NULL,         false, "R17.1" },
    { "GET",    API "/copies/{code}",                copy_show,               ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "R17.1" },
    { "GET",    API "/documents/{id}/pages",         document_pages,          ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, NULL,                  BODY_NONE,  0,            NULL,         false, "R15.1" },
    { "GET",    API "/documents/{id}/pages/{code}.png", document_page,        ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, NULL,                  BODY_NONE,  0,            NULL,         false, "R15.1" },
    { "GET",    API "/documents/{id}/pages/{code}/text", document_page_text,  ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, NULL,                  BODY_NONE,  0,            NULL,         false, "R15.1" },
    { "POST",   API "/orders",                       order_create,            ROLE_AGENT | ROLE_CUSTODIAN,           SCOPE_OWN_ORGANIZATION, "order_created",       BODY_JSON,  JSON_MAX,     order,        true,  "R16.1" },
    { "GET",    API "/orders/{id}",                  order_show,              ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, NULL,                  BODY_NONE,  0,            NULL,         false, "R16.1" },
    { "POST",   API "/orders/{id}/approve",          order_approve,           ROLE_APPROVER,                         SCOPE_OWN_ORGANIZATION, "order_approved",      BODY_JSON,  SEEN_MAX,     approval,     true,  "R16.1" },
    { "POST",   API "/orders/{id}/refuse",           order_refuse,            ROLE_APPROVER,                         SCOPE_OWN_ORGANIZATION, "order_refused",       BODY_JSON,  JSON_MAX,     reason,       true,  "R16.1" },
    { "POST",   API "/orders/{id}/stamp",            order_stamp,             ROLE_CUSTODIAN,                        SCOPE_OWN_ORGANIZATION, "document_stamped",    BODY_JSON,  JSON_MAX,     sealed,       true,  "N4" },
    { "GET",    API "/stamp-records",                stamp_record_list,       ORGANIZATION_ROLES | ROLE_POLICE,      SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "N4" },

    { "POST",   API "/digest-orders",                digest_order_create,     ROLE_AGENT | ROLE_CUSTODIAN,           SCOPE_OWN_ORGANIZATION, "digest_order_created", BODY_JSON, PLACES_MAX,   digest_order, true,  "R18.1" },

    { "GET",    API "/seals/{id}/flow",              flow_show,               ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, NULL,                  BODY_NONE,  0,            NULL,         false, "R16.1" },
    { "PUT",    API "/seals/{id}/flow",              flow_set,                ROLE_CUSTODIAN,                        SCOPE_OWN_ORGANIZATION, "flow_set",            BODY_JSON,  FLOW_MAX,     flow,         true,  "R16.1" },
    { "POST",   API "/seals/{id}/flow/approve",      flow_approve,            ROLE_APPROVER,                         SCOPE_OWN_ORGANIZATION, "flow_consented",      BODY_JSON,  FLOW_MAX,     flow,         true,  "R16.2" },
    { "GET",    API "/seals/{id}/permissions",       permission_list,         ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, NULL,                  BODY_NONE,  0,            NULL,         false, "R16.1" },
    { "POST",   API "/seals/{id}/permissions",       permission_create,       ROLE_CUSTODIAN,                        SCOPE_OWN_ORGANIZATION, "permission_given",    BODY_JSON,  JSON_MAX,     permission,   true,  "R16.1" },
    { "POST",   API "/permissions/{id}/revoke",      permission_revoke,       ROLE_CUSTODIAN,                        SCOPE_OWN_ORGANIZATION, "permission_revoked",  BODY_JSON,  JSON_MAX,     nothing,      true,  "R16.1" },
    { "GET",    API "/seals/{id}/custody",           custody_list,            ORGANIZATION_ROLES | ROLE_POLICE,      SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R19.1" },
    { "POST",   API "/seals/{id}/hand-over",         seal_hand_over,          ROLE_CUSTODIAN,                        SCOPE_OWN_ORGANIZATION, "hand_over_begun",     BODY_JSON,  JSON_MAX,     hand_over,    true,  "R19.1" },
    { "POST",   API "/seals/{id}/take-over",         seal_take_over,          ROLE_CUSTODIAN,                        SCOPE_OWN_ORGANIZATION, "seal_taken_over",     BODY_JSON,  JSON_MAX,     sealed,       true,  "R19.1" },
    { "POST",   API "/keys/{id}/unlock",             key_unlock,              ROLE_APPROVER | ROLE_MAKER_STAFF | ROLE_POLICE, SCOPE_BY_ROLE, "key_unlock_agreed",   BODY_JSON,  JSON_MAX,     sealed,       true,  "R19.2" },
    { "GET",    API "/seals/{id}/grants",            grant_list,              ORGANIZATION_ROLES | ROLE_POLICE,      SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R18.1" },
    { "POST",   API "/seals/{id}/grants",            grant_create,            ROLE_CUSTODIAN,                        SCOPE_OWN_ORGANIZATION, "grant_written",       BODY_JSON,  JSON_MAX,     grant,        true,  "R18.1" },
    { "GET",    API "/grants/{id}",                  grant_show,              ORGANIZATION_ROLES | ROLE_POLICE,      SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R18.1" },
    { "POST",   API "/grants/{id}/approve",          grant_approve,           ROLE_APPROVER,                         SCOPE_OWN_ORGANIZATION, "grant_approved",      BODY_JSON,  JSON_MAX,     approval,     true,  "R18.1" },
    { "POST",   API "/grants/{id}/grant",            grant_give,              ROLE_CUSTODIAN,                        SCOPE_OWN_ORGANIZATION, "grant_given",         BODY_JSON,  JSON_MAX,     sealed,       true,  "R18.1" },
    { "POST",   API "/grants/{id}/revoke",           grant_revoke,            ROLE_CUSTODIAN | ROLE_POLICE,          SCOPE_BY_ROLE,          "grant_revoked",       BODY_JSON,  JSON_MAX,     reason,       true,  "R18.1" },
    { "POST",   API "/orders/{id}/stamp-granted",    order_stamp_granted,     ROLE_AGENT,                            SCOPE_OWN_ORGANIZATION, "document_stamped_under_grant", BODY_JSON, JSON_MAX, granted,   true,  "R18.1" },
    { "GET",    API "/seals/{id}/use-register",      use_register,            ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, NULL,                  BODY_NONE,  0,            NULL,         false, "R19.1" },
    { "GET",    API "/seals/{id}/use-register/export", use_register_export,   ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, NULL,                  BODY_NONE,  0,            NULL,         false, "R19.1" },
    { "GET",    API "/seals/{id}/use-register/pdf",  use_register_pdf,        ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, "use_register_signed", BODY_NONE,  0,            NULL,         false, "R19.1" },

    { "GET",    API "/stamp-records/{id}/archive",   stamp_record_archive,    ORGANIZATION_ROLES,                    SCOPE_OWN_ORGANIZATION, "document_archived",   BODY_NONE,  0,            NULL,         false, "R24.1" },

    { "GET",    API "/exchange",                     exchange_show,           ROLE_SYSTEM_ADMINISTRATOR | ROLE_POLICE, SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R5.2" },
    { "GET",    API "/exchange/events",              exchange_event_list,     ROLE_SYSTEM_ADMINISTRATOR | ROLE_POLICE, SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R5.2" },
    { "GET",    API "/exchange/events/{id}",         exchange_event_show,     ROLE_SYSTEM_ADMINISTRATOR | ROLE_POLICE, SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R5.2" },
    { "POST",   API "/exchange/events/{id}/resend",  exchange_event_resend,   ROLE_SYSTEM_ADMINISTRATOR | ROLE_POLICE, SCOPE_BY_ROLE,          "event_sent_again",    BODY_JSON,  JSON_MAX,     reason,       true,  "R5.2" },
    { "POST",   API "/exchange/events/{id}/abandon", exchange_event_abandon,  ROLE_POLICE,                           SCOPE_BY_ROLE,          "event_abandoned",     BODY_JSON,  JSON_MAX,     reason,       true,  "R5.2" },
    { "GET",    API "/seals/{id}/platform-status",   platform_status_show,    ROLE_POLICE,                           SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R5.2" },
    { "GET",    API "/seals/{id}/statement",         seal_statement,          ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "N5" },
    { "GET",    API "/statement-keys",               statement_key_show,      ANYBODY,                               SCOPE_PUBLIC,           NULL,                  BODY_NONE,  0,            NULL,         false, "N5" },
    { "GET",    API "/notifications",                notification_list,       LOGGED_IN,                             SCOPE_SELF,             NULL,                  BODY_NONE,  0,            NULL,         false, "R20.2" },
    { "POST",   API "/notifications/{id}/read",      notification_read,       LOGGED_IN,                             SCOPE_SELF,             "notification_read",   BODY_JSON,  JSON_MAX,     nothing,      true,  "R20.2" },
    { "GET",    API "/exchange/sources",             evidence_source_list,    ROLE_SYSTEM_ADMINISTRATOR | ROLE_POLICE, SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "N5" },
    { "GET",    API "/exchange/reconciliations",     reconciliation_list,     ROLE_SYSTEM_ADMINISTRATOR | ROLE_POLICE, SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R5.2" },
    { "POST",   API "/exchange/reconciliations",     reconciliation_create,   ROLE_SYSTEM_ADMINISTRATOR | ROLE_POLICE, SCOPE_BY_ROLE,          "reconciliation_asked", BODY_JSON, JSON_MAX,     counterpart,  true,  "R5.2" },
    { "GET",    API "/exchange/reconciliations/{id}", reconciliation_show,    ROLE_SYSTEM_ADMINISTRATOR | ROLE_POLICE, SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R5.2" },
    { "GET",    API "/exchange/reconciliations/{id}/differences", reconciliation_differences, ROLE_SYSTEM_ADMINISTRATOR | ROLE_POLICE, SCOPE_BY_ROLE, NULL,              BODY_NONE,  0,            NULL,         false, "R5.2" },

    { "POST",   API "/order-batches",                 order_create_batch,      ROLE_AGENT | ROLE_CUSTODIAN,           SCOPE_OWN_ORGANIZATION, "orders_created",      BODY_JSON,  BATCH_MAX,    order_items,  false, "R15.1" },
    { "POST",   API "/order-batches/approve",         order_approve_batch,     ROLE_APPROVER,                         SCOPE_OWN_ORGANIZATION, "orders_approved",     BODY_JSON,  BATCH_MAX,    approval_items, false, "R15.1" },
    { "POST",   API "/order-batches/stamp",           order_stamp_batch,       ROLE_CUSTODIAN,                        SCOPE_OWN_ORGANIZATION, "documents_stamped",   BODY_JSON,  BATCH_MAX,    sealed_items, false, "R15.1" },
    { "POST",   API "/order-batches/stamp-granted",   order_stamp_granted_batch, ROLE_AGENT,                          SCOPE_OWN_ORGANIZATION, "documents_stamped_under_grant", BODY_JSON, BATCH_MAX, granted_items, false, "R18.1" },
    { "POST",   API "/digest-order-batches",          digest_order_create_batch, ROLE_AGENT | ROLE_CUSTODIAN,         SCOPE_OWN_ORGANIZATION, "digest_orders_created", BODY_JSON, BATCH_MAX,   digest_items, false, "R18.1" },

    { "POST",   API "/webhooks",                     webhook_create,          ROLE_AGENT | ROLE_MAKER_STAFF,          SCOPE_BY_ROLE,          "webhook_created",     BODY_JSON,  JSON_MAX,     webhook,      true,  "R18.1" },
    { "GET",    API "/webhooks",                     webhook_list,            ROLE_AGENT | ROLE_MAKER_STAFF,          SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R18.1" },
    { "GET",    API "/webhooks/{id}",                webhook_show,            ROLE_AGENT | ROLE_MAKER_STAFF,          SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R18.1" },
    { "POST",   API "/webhooks/{id}/end",            webhook_end,             ROLE_AGENT | ROLE_MAKER_STAFF,          SCOPE_BY_ROLE,          "webhook_ended",       BODY_JSON,  JSON_MAX,     reason,       true,  "R18.1" },
    { "GET",    API "/webhooks/{id}/deliveries",     webhook_delivery_list,   ROLE_AGENT | ROLE_MAKER_STAFF,          SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R18.1" },
    { "POST",   API "/webhooks/{id}/deliveries/{code}/replay", webhook_replay,          ROLE_AGENT | ROLE_MAKER_STAFF,          SCOPE_BY_ROLE,          "webhook_replayed",    BODY_JSON,  JSON_MAX,     nothing,      true,  "R18.1" },

    { "POST",   API "/clients",                      client_create,           ROLE_AGENT | ROLE_MAKER_STAFF,          SCOPE_BY_ROLE,          "client_created",      BODY_JSON,  JSON_MAX,     api_client,   true,  "R18.1" },
    { "GET",    API "/clients",                      client_list,             ROLE_AGENT | ROLE_MAKER_STAFF | ROLE_POLICE, SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R18.1" },
    { "GET",    API "/clients/{id}",                 client_show,             ROLE_AGENT | ROLE_MAKER_STAFF | ROLE_POLICE, SCOPE_BY_ROLE,          NULL,                  BODY_NONE,  0,            NULL,         false, "R18.1" },
    { "POST",   API "/clients/{id}/rotate",          client_rotate,           ROLE_AGENT | ROLE_MAKER_STAFF,          SCOPE_BY_ROLE,          "client_rotated",      BODY_JSON,  JSON_MAX,     rotate,       true,  "R18.2" },
    { "POST",   API "/clients/{id}/suspend",         client_suspend,          ROLE_AGENT | ROLE_MAKER_STAFF | ROLE_POLICE, SCOPE_BY_ROLE,          "client_suspended",    BODY_JSON,  JSON_MAX,     reason,       true,  "R18.1" },
    { "POST",   API "/clients/{id}/resume",          client_resume,           ROLE_AGENT | ROLE_MAKER_STAFF | ROLE_POLICE, SCOPE_BY_ROLE,          "client_resumed",      BODY_JSON,  JSON_MAX,     reason,       true,  "R18.1" },
    { "POST",   API "/clients/{id}/revoke",          client_revoke,           ROLE_AGENT | ROLE_MAKER_STAFF | ROLE_POLICE, SCOPE_BY_ROLE,          "client_revoked",      BODY_JSON,  JSON_MAX,     reason,       true,  "R18.1" },
};

const struct route *
routes(size_t *count)
{
    *count = sizeof(table) / sizeof(table[0]);
    return table;
}

jy_err
routes_check(struct jy_fault *fault)
{
    jy_err rc;

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const struct route *r = &table[i];
        bool reads = strcmp(r->method, "GET") == 0;
        if (r->handler == NULL || r->roles == 0 || r->scope == SCOPE_UNSET || r->body == BODY_UNSET || r->source == NULL ||
            (!reads && r->audit == NULL) || (r->body == BODY_JSON && (r->fields == NULL || r->body_max == 0)) ||
            (r->scope == SCOPE_PUBLIC) != (r->roles == ANYBODY) || (reads && r->once) || (r->fresh & ~r->roles) != 0 ||
            (r->scope == SCOPE_CITY_WIDE && (r->roles & ~(ADMINISTRATORS | ROLE_COORDINATION_GROUP | ROLE_CRYPTOGRAPHY_AUTHORITY)) != 0) ||
            (r->early && r->scope != SCOPE_SELF))
            return jy_fail(fault, JY_E_INTERNAL, r->path, 0, "this route is not complete");
    }
    return (rc = route_nodes_check(fault)) != JY_OK ? rc : client_rights_check(fault);
}

/* Path against a pattern: {id} and {code} take 1..64 safe characters of one segment. */
static bool
matches(const char *pattern, const char *path, char id[65], char code[65])
{
    while (*pattern != '\0') {
        if (*pattern == '{') {
            char *out = strncmp(pattern, "{id}", 4) == 0 ? id : code;
            size_t n = strcspn(path, "/.");
            if (n == 0 || n > 64 || strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") < n)
                return false;
            memcpy(out, path, n);
            out[n] = '\0';
            path += n;
            pattern = strchr(pattern, '}') + 1;
        } else if (*pattern++ != *path++)
            return false;
    }
    return *path == '\0';
}

jy_err
route_find(const char *method, const char *path, const struct route **out, char id[65], char code[65])
{
    jy_err rc = JY_E_NOT_FOUND;

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (matches(table[i].path, path, id, code)) {
            if (strcmp(table[i].method, method) == 0 || (strcmp(method, "HEAD") == 0 && strcmp(table[i].method, "GET") == 0)) {
                *out = &table[i];
                return JY_OK;
            }
            rc = JY_E_METHOD;
        }
    return rc;
}
