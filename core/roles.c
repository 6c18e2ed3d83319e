/* SPDX-License-Identifier: Apache-2.0 */
/* Roles as rows, and the rules of accounts that need nothing but their arguments. */
#include "core/accounts.h"

#include <string.h>
#include <strings.h>

#define OF_ORGANIZATION (ROLE_AGENT | ROLE_CUSTODIAN | ROLE_APPROVER)
#define ALONE 0

/* The CHECK person_roles_stand_alone (store/migrations) says the same; a test compares the two over every combination. */
static const struct role_row rows[] = {
    /* role, code, Chinese, English, held with, belongs, stamps, reads only, source */
    { ROLE_SYSTEM_ADMINISTRATOR,   "system_administrator",   "系统管理员",     "system administrator",   ALONE,           BELONGS_NOWHERE,          false, false, "R27.2" },
    { ROLE_SECURITY_ADMINISTRATOR, "security_administrator", "安全管理员",     "security administrator", ALONE,           BELONGS_NOWHERE,          false, false, "R27.2" },
    { ROLE_AUDIT_ADMINISTRATOR,    "audit_administrator",    "审计管理员",     "audit administrator",    ALONE,           BELONGS_NOWHERE,          false, true,  "R27.2" },
    { ROLE_POLICE,                 "police",                 "公安机关",       "police",                 ALONE,           BELONGS_DISTRICT_OR_CITY, false, false, "R4.1" },
    { ROLE_COORDINATION_GROUP,     "coordination_group",     "协调小组",       "coordination group",     ALONE,           BELONGS_NOWHERE,          false, true,  "R4.1" },
    { ROLE_CRYPTOGRAPHY_AUTHORITY, "cryptography_authority", "密码管理局",     "cryptography authority", ALONE,           BELONGS_NOWHERE,          false, true,  "R4.1" },
    { ROLE_MAKER_STAFF,            "maker_staff",            "制作机构工作人员", "maker's staff",        ALONE,           BELONGS_MAKER,            false, false, "R13.4" },
    { ROLE_AGENT,                  "agent",                  "经办人",         "agent",                  OF_ORGANIZATION, BELONGS_ORGANIZATION,     true,  false, "R9.4" },
    { ROLE_CUSTODIAN,              "custodian",              "保管人",         "custodian",              OF_ORGANIZATION, BELONGS_ORGANIZATION,     true,  false, "R19.1" },
    { ROLE_APPROVER,               "approver",               "审批人",         "approver",               OF_ORGANIZATION, BELONGS_ORGANIZATION,     true,  false, "R16.1" },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

const struct role_row *
role_rows(size_t *count)
{
    *count = ROWS;
    return rows;
}

enum role
role_by_code(const char *code)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].code, code) == 0)
            return rows[i].role;
    return ROLE_NONE;
}

const char *
role_code(enum role role)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].role == role)
            return rows[i].code;
    return "";
}

static jy_err
belongs_there(const struct role_row *row, bool organization, bool maker, bool district, struct jy_fault *fault)
{
    if (organization != (row->belongs == BELONGS_ORGANIZATION))
        return jy_fail(fault, JY_E_BAD_FIELD, "organization_id", 0, organization ? "%s belongs to no organization" : "%s belongs to an organization",
                       row->code);
    if (maker != (row->belongs == BELONGS_MAKER))
        return jy_fail(fault, JY_E_BAD_FIELD, "maker_id", 0, maker ? "%s belongs to no maker" : "%s belongs to a maker (R13.4)", row->code);
    if (district && row->belongs != BELONGS_DISTRICT_OR_CITY)
        return jy_fail(fault, JY_E_BAD_FIELD, "district", 0, "%s has no district", row->code);
    return JY_OK;
}

jy_err
roles_fit(unsigned roles, bool has_organization, bool has_maker, bool has_district, struct jy_fault *fault)
{
    jy_err rc;

    if (roles == 0 || (roles & ~ALL_ROLES) != 0)
        return jy_fail(fault, JY_E_BAD_FIELD, "roles", 0, "one role at least, of those that exist");
    for (size_t i = 0; i < ROWS; i++) {
        if ((roles & rows[i].role) == 0)
            continue;
        if ((roles & ~(rows[i].with | rows[i].role)) != 0)
            return jy_fail(fault, JY_E_BAD_FIELD, "roles", 0, "%s cannot be held together with the others (R27.2, N3)", rows[i].code);
        if ((rc = belongs_there(&rows[i], has_organization, has_maker, has_district, fault)) != JY_OK)
            return rc;
    }
    return JY_OK;
}

static bool
contains_login(const char *password, const char *login)
{
    size_t length = strlen(login);

    for (; length >= 3 && *password != '\0'; password++)
        if (strncasecmp(password, login, length) == 0)
            return true;
    return false;
}

jy_err
password_fits_rules(const char *password, const char *login, struct jy_fault *fault)
{
    bool lower = false, upper = false, digit = false, other = false;
    size_t length = strlen(password), run = 1;

    if (length < PASSWORD_MIN || length > PASSWORD_MAX)
        return jy_fail(fault, JY_E_PASSWORD_WEAK, "new", 0, "%d to %d bytes", PASSWORD_MIN, PASSWORD_MAX);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)password[i];
        if (c >= 'a' && c <= 'z')
            lower = true;
        else if (c >= 'A' && c <= 'Z')
            upper = true;
        else if (c >= '0' && c <= '9')
            digit = true;
        else
            other = true;
        run = i > 0 && password[i] == password[i - 1] ? run + 1 : 1;
        if (run > 3)
            return jy_fail(fault, JY_E_PASSWORD_WEAK, "new", 0, "the same character more than three times in a row");
    }
    if (lower + upper + digit + other < 3)
        return jy_fail(fault, JY_E_PASSWORD_WEAK, "new", 0, "three of: small letters, capital letters, digits, others");
    if (contains_login(password, login))
        return jy_fail(fault, JY_E_PASSWORD_WEAK, "new", 0, "holds the login");
    return JY_OK;
}

int64_t
lock_seconds(int64_t failures, int64_t tries)
{
    int64_t seconds = 60;

    if (failures < tries)
        return 0;
    for (int64_t i = tries; i < failures && seconds < 86400; i++)
        seconds *= 2;
    return seconds < 86400 ? seconds : 86400;
}
