/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account.h: people as rows that nobody but the service may have written (R25.1), their passwords, second factors and tries (R27.2).
 * A row is read with account_columns and checked before anything of it is believed.
 */
#ifndef JY_WEB_ACCOUNT_H
#define JY_WEB_ACCOUNT_H

#include "core/accounts.h"
#include "daemons/web/web.h"

#define FRESH_SECONDS 300                  /* how long a second factor counts for a dangerous act */
#define SESSIONS_MAX 32                    /* of one person; the oldest end */

/** What an account must do before anything else. */
enum must { MUST_ENROL = 1, MUST_CHANGE_PASSWORD = 2 };

/* -- rows -- */
extern const struct column account_columns[];
extern const struct column account_list_columns[];   /* and seq */
/** The same of a session's person, with session_id, opened, last_seen and fresh. */
extern const struct column account_session_columns[];
/** The row's code fits. Errors: JY_E_ROW_ALTERED, logged with the person's id. */
JY_CHECK jy_err account_check(const struct web *web, const json_t *row, struct jy_fault *fault);
/** Bits of enum must, as the policy and the row stand now. */
unsigned account_must(const struct web *web, const json_t *row, jy_time now);
unsigned account_roles(const json_t *row);
/** The name, masked by characters: the first stays (R25.1). *out is the caller's. */
JY_CHECK jy_err account_masked_name(const struct web *web, const json_t *row, json_t **out);
/** Codes of the roles, as a list; the caller's. */
json_t *roles_json(unsigned roles);
/** What a person is told about himself; takes no secret. *out is the caller's. */
JY_CHECK jy_err account_describe(const struct exchange *x, const json_t *person, json_t **out);
/**
 * One statement that changes what the code covers: row checked before, code computed anew after. The statement must change exactly one
 * row (JY_E_CONFLICT). Errors also: JY_E_NOT_FOUND, JY_E_ROW_ALTERED.
 */
JY_CHECK jy_err account_amend(struct db_tx *tx, const struct web *web, const char *person_id, enum sql_name name, const struct bind *binds,
                              struct jy_fault *fault);

/* -- passwords -- */
struct password { const char *kind; uint8_t salt[PASSWORD_SALT], hash[PASSWORD_HASH]; };
/** By the policy's function, under a fresh salt. The caller wipes. */
JY_CHECK jy_err password_make(struct web *web, const char *text, struct password *out);
/** row: anything with password_kind, _salt, _hash; NULL costs the same time and never fits. */
JY_CHECK jy_err password_is(struct web *web, const json_t *row, const char *text, bool *fits);

/** A person to be written; texts and wrapped texts are the caller's. */
struct person_new {
    char id[WEB_ID_SIZE];
    const char *login, *name, *id_number, *phone, *organization_id, *maker_id, *district, *state;
    unsigned roles;
    struct password password;
    struct jy_buf name_wrapped, id_number_wrapped, phone_wrapped;
    uint8_t id_number_index[JY_SM3_SIZE];
};
/** id, wrapped texts, index. person_new_end frees. */
JY_CHECK jy_err person_new_prepare(const struct web *web, struct person_new *person);
JY_CHECK jy_err person_new_write(struct db_tx *tx, const struct web *web, const struct person_new *person, jy_time now, struct jy_fault *fault);
void person_new_end(struct person_new *person);

/* -- tries: counted on disk before anything is looked at, so that tries at the same time cannot share one -- */
struct try {
    struct exchange *x;
    const char *login;
    json_t *person;                        /* row of account_columns, NULL for an unknown login; freed by try_end */
    bool locked;                           /* the account is: nothing that follows may succeed */
};
/** Errors: JY_E_TOO_MANY when the source is locked. */
JY_CHECK jy_err try_begin(struct try *try, struct jy_fault *fault);
/**
 * The try was no failure of the source; when complete, the account's count is over too. A right password whose second factor is missing
 * is not complete: whoever has a stolen password must not get new tries at the code by it. In the caller's transaction.
 */
JY_CHECK jy_err try_forgive(struct db_tx *tx, const struct try *try, bool complete, struct jy_fault *fault);
/** Record the failure; returns JY_E_BAD_LOGIN, or the store's error. */
JY_CHECK jy_err try_failed(struct try *try, const char *event, struct jy_fault *fault);
void try_end(struct try *try);

/* -- second factors (second_factor.c) -- */
/** What a request brought, checked, and to be used up in the transaction that believes it. */
struct proof {
    enum { PROOF_NONE, PROOF_TOTP, PROOF_RECOVERY, PROOF_SM2 } kind;
    int64_t step;
    uint8_t digest[JY_SM3_SIZE];
};
/** Fields code, or challenge and signature, against the person's second factors. PROOF_NONE with JY_OK when they fit nothing. */
JY_CHECK jy_err proof_read(const struct exchange *x, const json_t *person, struct proof *out, struct jy_fault *fault);
bool proof_is_given(const struct exchange *x);
/** Errors: JY_E_CONFLICT when it was used already. */
JY_CHECK jy_err proof_use(struct db_tx *tx, const struct exchange *x, const char *person_id, const struct proof *proof, struct jy_fault *fault);

/* -- the first two administrators (bootstrap.c): at start, before the sandbox -- */
JY_CHECK jy_err bootstrap_prepare(struct web *web, struct jy_fault *fault);

#endif
