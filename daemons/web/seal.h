/* SPDX-License-Identifier: Apache-2.0 */
/* seal.h: what the handlers of seals, of applications about seals and of their making share. */
#ifndef JY_WEB_SEAL_H
#define JY_WEB_SEAL_H

#include "daemons/web/filing.h"

/** The seal {id}, within the request's scope. The caller decrefs. */
JY_CHECK jy_err seal_find(struct exchange *x, json_t **out, struct jy_fault *fault);
/** A change of this seal (seal_id, es_id, district, state) by who asks. */
struct seal_change seal_change_of(const struct exchange *x, const json_t *seal, const char *event, const char *reason);
/** Only the seal's custodian, or the holder of a position seal; others of the organization are told so: JY_E_FORBIDDEN. */
JY_CHECK jy_err seal_must_be_custodian(const struct exchange *x, const json_t *seal, struct jy_fault *fault);
/** The person's row, who must be of this organization and hold the role; JY_E_BAD_FIELD naming the field. The caller decrefs *out. */
JY_CHECK jy_err organization_member(struct exchange *x, const char *organization_id, const char *person_id, enum role role, const char *field,
                                    json_t **out, struct jy_fault *fault);
/** R19.2: the actor has set the PIN of this key, which is what reminding goes by. */
JY_CHECK jy_err pin_was_set(struct db_tx *tx, const struct exchange *x, const char *key_id, struct jy_fault *fault);
/** R21.2: the seal's holds as its member "holds", those that were lifted as well. */
JY_CHECK jy_err holds_show(const struct exchange *x, json_t *seal, struct jy_fault *fault);
/** JY_E_SEAL_NOT_LIVE, saying the state and, of a frozen seal, who holds it and who lifts that. */
JY_CHECK jy_err seal_not_live(const struct exchange *x, const char *seal_id, const char *state, struct jy_fault *fault);
/** N1, R21.2: a seal is not resumed under a supervisor's hold, JY_E_SEAL_HELD; before the key room is asked, and in the transaction, which ends its own. */
JY_CHECK jy_err holds_permit_resumption(const struct exchange *x, const char *seal_id, struct jy_fault *fault);
JY_CHECK jy_err holds_end_by_resumption(struct db_tx *tx, struct exchange *x, const char *seal_id, jy_time at, struct jy_fault *fault);
/** "frozen", "cancelled", or "live" with the custodian's sealed PIN. */
JY_CHECK jy_err seal_key_state(struct web *web, const char *seal_id, const char *state, struct jy_slice sealed, struct jy_fault *fault);
/** The CA is told to revoke, in the same transaction. crl_reason: RFC 5280 5.3.1. */
JY_CHECK jy_err seal_revoke(struct db_tx *tx, const char *seal_id, const char *serial, int crl_reason, jy_time at, struct jy_fault *fault);

/** R16.2: columns scope_categories, scope_amount_max_fen, scope_valid_to (COL_INT) of a row become its member "scope", or go. */
JY_CHECK jy_err scope_show(json_t *row);
/** R16.2: JY_E_OUTSIDE_SCOPE when a position seal was not made for this; an official seal has no scope. amount_fen −1: none named. */
JY_CHECK jy_err seal_scope_permits(struct exchange *x, const char *seal_id, const char *category, int64_t amount_fen, struct jy_fault *fault);

/** R18.1: JY_E_GRANT when a grant was given by another custodian or under another flow than the seal has now. */
JY_CHECK jy_err grant_must_be_in_force(const struct exchange *x, const char *grant_id, struct jy_fault *fault);

/** The key room is told in the same transaction that this seal has ended; key_work_run says it after the commit, and again until it is done. */
JY_CHECK jy_err key_work_put(struct db_tx *tx, const char *seal_id, const char *state, jy_time now, struct jy_fault *fault);
void key_work_run(struct web *web);

#endif
