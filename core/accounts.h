/* SPDX-License-Identifier: Apache-2.0 */
/* accounts.h: who a person can be, what a password must be, how long wrong ones lock (R27.2, MLPS level 3). No clock, no store. */
#ifndef JY_ACCOUNTS_H
#define JY_ACCOUNTS_H

#include "core/rules.h"

#define ADMINISTRATORS ((unsigned)ROLE_SYSTEM_ADMINISTRATOR | ROLE_SECURITY_ADMINISTRATOR | ROLE_AUDIT_ADMINISTRATOR)
#define ALL_ROLES 0x3FFu

/** What a role must belong to. */
enum belongs { BELONGS_NOWHERE, BELONGS_DISTRICT_OR_CITY, BELONGS_MAKER, BELONGS_ORGANIZATION };
struct role_row {
    enum role role;
    const char *code, *zh, *en;
    unsigned with;                /* the roles that the same account may hold beside it */
    enum belongs belongs;
    bool stamps;                  /* takes part in stamping or approving (N3) */
    bool reads_only;              /* changes nothing but its own account */
    const char *source;
};
const struct role_row *role_rows(size_t *count);
/**
 * Roles of one account: known, not none, each permitted beside each other, and belonging where the roles belong.
 * Errors: JY_E_BAD_FIELD; the fault names "roles", "organization_id", "maker_id" or "district".
 */
JY_CHECK jy_err roles_fit(unsigned roles, bool has_organization, bool has_maker, bool has_district, struct jy_fault *fault);

#define PASSWORD_MIN 12           /* bytes */
#define PASSWORD_MAX 128
#define PASSWORDS_REMEMBERED 5    /* a new one is none of the last five */
/** Length, three of four classes, not the login, no run of one character. Errors: JY_E_PASSWORD_WEAK, field "new". */
JY_CHECK jy_err password_fits_rules(const char *password, const char *login, struct jy_fault *fault);

#define LOGIN_TRIES 5
/** Seconds that an account or a source stays locked after so many tries without a right one: 0 below `tries`, then 60, doubling, a day at most. */
int64_t lock_seconds(int64_t failures, int64_t tries);

#endif
