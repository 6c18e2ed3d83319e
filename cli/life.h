/* SPDX-License-Identifier: Apache-2.0 */
/* life.h: a person's side of docs/design/life.md: calls to /api/v1, and the steps of a seal's life made of them. */
#ifndef JY_LIFE_H
#define JY_LIFE_H

#include <jinyin/cert.h>
#include <jansson.h>

struct life_person {
    char login[64], password[64], token[128];
    char approver_key_id[65];
};

struct life {
    char base[256], sim[256];         /* "http://127.0.0.1:8080", the simulator's */
    char credentials_path[4096];
    json_t *credentials;
    struct jy_sm2 *sealing;           /* secrets are sealed to this point */
    struct life_person police, maker, agent, custodian, approver;
    char organization_id[65], organization_name[201], uscc[19];
    char seal_kind[40], seal_name[201], seal_code[33];   /* what is applied for: life_choose, life_choose_kind */
    bool position;                    /* 电子职务章: it has a holder and a scope (R16.2) */
    char maker_id[65], maker_key_id[65], maker_pin[65], approver_pin[65];
    char seal_id[65], seal_pin[65];   /* the present seal */
    char next_seal_id[65];            /* chosen for the next one: a making that got no answer is asked for again as the same */
    char problem_code[65];            /* stable code of the last refused call, "" when it went well */
};

/** Read the credentials that the demonstration wrote. Errors: JY_E_NOT_FOUND, JY_E_FORMAT. */
JY_CHECK jy_err life_open(const char *credentials_path, struct life *out, struct jy_fault *fault);
/** Wipes PINs and tokens. */
void life_close(struct life *life);

/**
 * One call. body may be NULL; raw is sent instead when raw.len > 0. answer (may be NULL) gets the parsed JSON, which the caller
 * decrefs, or NULL when the answer is not JSON; bytes (may be NULL) gets the answer as it came. key = Idempotency-Key, NULL = a fresh one.
 * A refusal is its error code, with title and detail in the fault. Errors: JY_E_UNAVAILABLE when nobody answers.
 */
JY_CHECK jy_err life_call(struct life *life, const struct life_person *who, const char *method, const char *path, json_t *body,
                          struct jy_slice raw, const char *key, json_t **answer, struct jy_buf *bytes, struct jy_fault *fault);
/** One call to the simulator, answered with JSON; body is taken over, NULL = GET. Errors: JY_E_UNAVAILABLE; JY_E_NOT_FOUND no simulator is named. */
JY_CHECK jy_err life_ask_simulator(struct life *life, const char *path, json_t *body, json_t **answer, struct jy_fault *fault);
/** The same as life_call without a body. */
JY_CHECK jy_err life_get(struct life *life, const struct life_person *who, const char *path, json_t **answer, struct jy_fault *fault);
/** Base64 of a secret sealed to the key process (ipc/order.h). new_pin may be NULL. */
JY_CHECK jy_err life_seal_pin(struct life *life, const char *purpose, const char *object, const char *pin, const char *new_pin,
                              char *out, size_t size, struct jy_fault *fault);

/** An application on its way. begins in life_apply, ends in life_application_free. */
struct life_application { char type[16], id[65]; json_t *checklist; };
void life_application_free(struct life_application *application);
/** How many materials it needs. */
size_t life_materials_needed(const struct life_application *application);

/* The steps, in the order of a life. Each logs nothing; the caller says what happens. */
JY_CHECK jy_err life_log_in(struct life *life, struct jy_fault *fault);                       /* organization number 1.. by life_choose */
JY_CHECK jy_err life_choose(struct life *life, size_t organization, struct jy_fault *fault);
JY_CHECK jy_err life_maker_key(struct life *life, struct jy_fault *fault);
JY_CHECK jy_err life_approver_key(struct life *life, struct jy_fault *fault);
/** The physical seal of this kind that the engraving system has for the organization. Errors: JY_E_NOT_FOUND it has none in use; JY_E_UNAVAILABLE. */
JY_CHECK jy_err life_choose_kind(struct life *life, const char *kind, struct jy_fault *fault);
/** type: a code of core/kinds.c; "issue" applies for a new seal, every other is about the present one. reason: of a cancellation, else NULL. */
JY_CHECK jy_err life_apply(struct life *life, const char *type, const char *reason, struct life_application *out, struct jy_fault *fault);
JY_CHECK jy_err life_upload_materials(struct life *life, const struct life_application *application, struct jy_fault *fault);
JY_CHECK jy_err life_submit(struct life *life, const struct life_application *application, struct jy_fault *fault);
JY_CHECK jy_err life_accept(struct life *life, const struct life_application *application, struct jy_fault *fault);
/** Make the seal, which is the present one then, or carry the application out; a resumption is the custodian's. answer: filing_number …; the caller decrefs. */
JY_CHECK jy_err life_perform(struct life *life, const struct life_application *application, json_t **answer, struct jy_fault *fault);
/** To the custodian, unless it has one: own PIN, flow, the agent's permission. */
JY_CHECK jy_err life_hand_over(struct life *life, struct jy_fault *fault);
JY_CHECK jy_err life_upload(struct life *life, struct jy_slice file, json_t **document, struct jy_fault *fault);
JY_CHECK jy_err life_order(struct life *life, const char *document_id, int page, double x_mm, double y_mm, const char *key,
                           char order_id[65], struct jy_fault *fault);
JY_CHECK jy_err life_approve(struct life *life, const char *order_id, const char *key, struct jy_fault *fault);
/** document_id of the stamped document. Ask again with the same key after JY_E_UNAVAILABLE. */
JY_CHECK jy_err life_stamp(struct life *life, const char *order_id, const char *key, char document_id[65], struct jy_fault *fault);
JY_CHECK jy_err life_download(struct life *life, const char *document_id, struct jy_buf *out, struct jy_fault *fault);
JY_CHECK jy_err life_freeze(struct life *life, const char *reason, struct jy_fault *fault);
JY_CHECK jy_err life_unfreeze(struct life *life, struct jy_fault *fault);
/** R21.1, R22.1: by application, with its materials. */
JY_CHECK jy_err life_cancel(struct life *life, const char *reason, struct jy_fault *fault);
/** State of the seal at a time, e.g. "ACTIVE". */
JY_CHECK jy_err life_status(struct life *life, jy_time at, char state[33], struct jy_fault *fault);

#endif
