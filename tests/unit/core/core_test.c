/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/accounts.h"

/* A check digit finds every single wrong character. */
static void
codes__every_one_character_error_is_found(void **state)
{
    static const char *const usccs[] = { "91350100M000100Y43", "91440300708461136T" };
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char code[19];

    (void)state;
    for (size_t n = 0; n < 2; n++) {
        assert_true(uscc_is_valid(usccs[n]));
        for (int i = 0; i < 18; i++)
            for (const char *c = alphabet; *c != '\0'; c++) {
                strcpy(code, usccs[n]);
                code[i] = *c;
                assert_int_equal(uscc_is_valid(code), *c == usccs[n][i]);
            }
    }
    assert_true(id_number_is_valid("11010519491231002X"));
    for (int i = 0; i < 18; i++)
        for (const char *c = "0123456789X"; *c != '\0'; c++) {
            strcpy(code, "11010519491231002X");
            code[i] = *c;
            assert_int_equal(id_number_is_valid(code), *c == "11010519491231002X"[i]);
        }
    assert_false(uscc_is_valid("") || uscc_is_valid("91350100M000100Y4") || uscc_is_valid("91350100M000100Y433"));
    assert_false(id_number_is_valid("") || id_number_is_valid("11010519491231002x"));
    assert_true(seal_code_is_valid("1201010000001", 13) && !seal_code_is_valid("120101000000", 13) && !seal_code_is_valid("120101000000X", 13));
    assert_string_equal(district_name("120116"), "滨海新区");
    assert_null(district_name("120107"));
}

static void
R7_1__licence_to_the_second(void **state)
{
    (void)state;
    assert_int_equal(maker_may_make("LICENSED", 100, 200, 99, NULL), JY_E_MAKER_LICENCE);
    assert_int_equal(maker_may_make("LICENSED", 100, 200, 100, NULL), JY_OK);
    assert_int_equal(maker_may_make("LICENSED", 100, 200, 199, NULL), JY_OK);
    assert_int_equal(maker_may_make("LICENSED", 100, 200, 200, NULL), JY_E_MAKER_LICENCE);
    assert_int_equal(maker_may_make("SUSPENDED", 100, 200, 150, NULL), JY_E_MAKER_LICENCE);
    assert_int_equal(maker_may_make("REVOKED", 100, 200, 150, NULL), JY_E_MAKER_LICENCE);
}

static void
R8_1__physical_seal_names_the_field_that_is_wrong(void **state)
{
    static const struct physical_seal_facts good = { true, "91350100M000100Y43", "名称", "statutory", "in_use", 40, 40 };
    struct physical_seal_facts seal;
    struct jy_fault fault;

    (void)state;
    assert_int_equal(physical_seal_fits(&good, good.uscc, "statutory", good.name, NULL), JY_OK);
#define REFUSED(change, code, field)                                                                     \
    seal = good;                                                                                         \
    change;                                                                                              \
    assert_int_equal(physical_seal_fits(&seal, good.uscc, "statutory", good.name, &fault), code);          \
    assert_string_equal(fault.where, field)
    REFUSED(seal.found = false, JY_E_PHYSICAL_SEAL_UNKNOWN, "physical_seal_code");
    REFUSED(seal.state = "cancelled", JY_E_PHYSICAL_SEAL_CANCELLED, "physical_seal_code");
    REFUSED(seal.state = "lost", JY_E_PHYSICAL_SEAL_CANCELLED, "physical_seal_code");
    REFUSED(seal.uscc = "91440300708461136T", JY_E_PHYSICAL_SEAL_MISMATCH, "uscc");
    REFUSED(seal.kind = "contract", JY_E_PHYSICAL_SEAL_MISMATCH, "seal_kind");
    REFUSED(seal.name = "别的名称", JY_E_PHYSICAL_SEAL_MISMATCH, "seal_name");
    REFUSED(seal.width_mm = 61, JY_E_PHYSICAL_SEAL_MISMATCH, "size");
    REFUSED(seal.height_mm = 0, JY_E_PHYSICAL_SEAL_MISMATCH, "size");
}

/* R3.1, R3.2, R14.1, R6.1, R29.1, R21.1, N2: the tables hold what the measures list, and only the statutory seal is single. */
static void
tables__what_the_measures_list(void **state)
{
    static const char *const offices[] = { "legal_representative", "operator", "principal", "finance_head", "authorized_representative" };
    size_t count, single = 0, excluded = 0, official = 0;
    const struct seal_kind *kinds = seal_kinds(&count);
    const struct document_category *categories;

    (void)state;
    assert_int_equal(count, 14);
    for (size_t i = 0; i < count; i++) {
        single += kinds[i].one_per_organization;
        official += kinds[i].kept == SEAL_OFFICIAL;
        assert_true(kinds[i].width_mm <= kinds[i].max_mm && kinds[i].height_mm <= kinds[i].max_mm);
        assert_int_equal(strcmp(kinds[i].shape, "oval") != 0, kinds[i].width_mm == kinds[i].height_mm);
    }
    assert_true(single == 1 && seal_kind_by_code("statutory")->one_per_organization);
    assert_int_equal(official, 9);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(seal_kind_by_code(offices[i])->kept, i < 3 ? SEAL_POSITION_HEAD : SEAL_POSITION_OTHER);
    assert_non_null(organization_kinds(&count));
    assert_int_equal(count, 7);
    assert_non_null(cancel_reasons(&count));
    assert_int_equal(count, 11);
    categories = document_categories(&count);
    for (size_t i = 0; i < count; i++)
        excluded += categories[i].excluded;
    assert_true(excluded == 3 && document_category_by_code("classified")->excluded);
    for (unsigned bit = 1; (bit & ALL_ROLES) != 0; bit <<= 1)
        assert_int_equal(role_by_code(role_code((enum role)bit)), bit);
    assert_int_equal(role_by_code("owner"), ROLE_NONE);
}

/* Every combination of roles: whoever administers stands alone, and so do the overseers. */
static void
R27_2__no_account_joins_an_administrator_with_anything(void **state)
{
    const unsigned organization = ROLE_AGENT | ROLE_CUSTODIAN | ROLE_APPROVER;
    size_t count, allowed = 0;

    (void)state;
    for (unsigned roles = 0; roles <= ALL_ROLES + 1; roles++) {
        bool single = roles != 0 && (roles & (roles - 1)) == 0, of_organization = (roles & organization) != 0;
        bool fits = roles_fit(roles, of_organization, (roles & ROLE_MAKER_STAFF) != 0, false, NULL) == JY_OK;
        assert_int_equal(fits, (single && roles <= ALL_ROLES) || (roles != 0 && (roles & ~organization) == 0));
        allowed += fits;
    }
    assert_int_equal(allowed, 7 + 7);
    for (const struct role_row *row = role_rows(&count), *end = row + count; row < end; row++) {
        assert_true((row->with & ADMINISTRATORS) == 0);
        if ((row->role & ADMINISTRATORS) != 0)
            assert_true(row->with == 0 && !row->stamps && row->belongs == BELONGS_NOWHERE);
    }
}

static void
R13_4__a_role_belongs_where_it_belongs(void **state)
{
    size_t count;

    (void)state;
    for (const struct role_row *row = role_rows(&count), *end = row + count; row < end; row++)
        for (int bits = 0; bits < 8; bits++) {
            bool organization = bits & 1, maker = bits & 2, district = bits & 4;
            bool right = organization == (row->belongs == BELONGS_ORGANIZATION) && maker == (row->belongs == BELONGS_MAKER) &&
                         (!district || row->belongs == BELONGS_DISTRICT_OR_CITY);
            assert_int_equal(roles_fit(row->role, organization, maker, district, NULL) == JY_OK, right);
        }
}

static void
R27_2__a_password_has_length_classes_and_no_login(void **state)
{
    static const struct { const char *password; bool fits; } rows[] = {
        { "Abcdefgh-12", false }, { "Abcdefgh-123", true }, { "abcdefghijklmnop", false }, { "abcdefgh 12345", true }, { "ABCDEFGHIJ12", false },
        { "密码密码Abc1", true }, { "my-Police-2026", false }, { "Aaaaa-bcdef-1", false }, { "Aaa-bcdefgh-1", true }, { "", false },
    };
    char text[PASSWORD_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(password_fits_rules(rows[i].password, "police", NULL) == JY_OK, rows[i].fits);
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = "aB3"[i % 3];
    text[PASSWORD_MAX] = '\0';
    assert_int_equal(password_fits_rules(text, "police", NULL), JY_OK);
    text[PASSWORD_MAX] = 'a';
    text[PASSWORD_MAX + 1] = '\0';
    assert_int_equal(password_fits_rules(text, "police", NULL), JY_E_PASSWORD_WEAK);
}

static void
R27_2__the_delay_grows_to_a_day(void **state)
{
    (void)state;
    assert_int_equal(lock_seconds(0, LOGIN_TRIES), 0);
    assert_int_equal(lock_seconds(4, LOGIN_TRIES), 0);
    for (int64_t n = 5; n < 16; n++)
        assert_int_equal(lock_seconds(n, LOGIN_TRIES), 60 << (n - 5) < 86400 ? 60 << (n - 5) : 86400);
    assert_int_equal(lock_seconds(INT64_MAX, LOGIN_TRIES), 86400);
}

/* R20.2: the window and its reminders, to the second. */
static void
R20_2__renewed_within_thirty_days_and_reminded_before(void **state)
{
    const jy_time end = 1900000000, day = 86400;
    static const struct { int left_days, more_seconds, reminder; } rows[] = {
        { 31, 0, 0 }, { 30, 1, 0 }, { 30, 0, 30 }, { 16, 0, 30 }, { 15, 1, 30 }, { 15, 0, 15 }, { 7, 1, 15 }, { 7, 0, 7 }, { 1, 1, 7 }, { 1, 0, 1 }, { 0, 1, 1 },
        { 0, 0, 0 }, { -1, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        jy_time now = end - rows[i].left_days * day - rows[i].more_seconds;
        assert_int_equal(renewal_reminder(end, now), rows[i].reminder);
        assert_int_equal(renewal_is_due(end, now, NULL), rows[i].reminder != 0 ? JY_OK : JY_E_RENEWAL_WINDOW);
    }
}

/* R16.2: what the holder may stamp; and no scope can be written that says nothing or something else than it seems. */
static void
R16_2__a_position_seal_keeps_to_its_scope(void **state)
{
    static const char *const wrong[] = { "", " ", "agreement ", " agreement", "agreement  voucher", "agreement,voucher", "agreement agreement", "everything",
                                         "agreement voucher agreement", "agreementagreementagreementagreement", "agreement\tvoucher" };
    struct position_scope scope = { "agreement voucher", 100000, 2000 };
    struct jy_fault fault;

    (void)state;
    assert_int_equal(position_scope_check(&scope, NULL), JY_OK);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct position_scope bad = { wrong[i], -1, 0 };
        assert_int_equal(position_scope_check(&bad, &fault), JY_E_BAD_FIELD);
        assert_string_equal(fault.where, "scope_categories");
    }
    assert_int_equal(position_scope_check(&(struct position_scope){ "agreement classified", -1, 0 }, NULL), JY_E_EXCLUDED_BY_LAW);
    assert_int_equal(position_scope_check(&(struct position_scope){ "agreement", -2, 0 }, NULL), JY_E_BAD_FIELD);
#define PERMITS(category, amount, now) position_scope_permits(&scope, category, amount, now, &fault)
    assert_int_equal(PERMITS("agreement", 100000, 1999), JY_OK);
    assert_int_equal(PERMITS("voucher", 0, 1999), JY_OK);
    assert_int_equal(PERMITS("agreement", 100001, 1999), JY_E_OUTSIDE_SCOPE);
    assert_int_equal(PERMITS("agreement", -1, 1999), JY_E_OUTSIDE_SCOPE);
    assert_string_equal(fault.where, "amount");
    assert_int_equal(PERMITS("agreement", 1, 2000), JY_E_OUTSIDE_SCOPE);
    assert_int_equal(PERMITS("certificate", 1, 1999), JY_E_OUTSIDE_SCOPE);
    assert_int_equal(PERMITS("agree", 1, 1999), JY_E_OUTSIDE_SCOPE);
    assert_int_equal(PERMITS("", 1, 1999), JY_E_OUTSIDE_SCOPE);
    scope = (struct position_scope){ "agreement", -1, 0 };
    assert_int_equal(PERMITS("agreement", -1, INT64_MAX), JY_OK);
}

static void
R11_2__a_stamp_of_other_proportions_is_another_seal(void **state)
{
    static const struct { double width, height, seal_width, seal_height; bool keeps; } rows[] = {
        { 40, 40, 40, 40, true }, { 20, 20, 40, 40, true }, { 30, 20, 45, 30, true }, { 20, 30, 45, 30, false }, { 40, 39.7, 40, 40, true },
        { 40, 39, 40, 40, false }, { 39, 40, 40, 40, false }, { 30, 19.9, 45, 30, true }, { 40, 20, 0, 0, true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (seal_keeps_shape(rows[i].width, rows[i].height, rows[i].seal_width, rows[i].seal_height) != rows[i].keeps)
            fail_msg("row %zu", i);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes__every_one_character_error_is_found),
        cmocka_unit_test(R7_1__licence_to_the_second),
        cmocka_unit_test(R8_1__physical_seal_names_the_field_that_is_wrong),
        cmocka_unit_test(tables__what_the_measures_list),
        cmocka_unit_test(R20_2__renewed_within_thirty_days_and_reminded_before),
        cmocka_unit_test(R16_2__a_position_seal_keeps_to_its_scope),
        cmocka_unit_test(R27_2__no_account_joins_an_administrator_with_anything),
        cmocka_unit_test(R13_4__a_role_belongs_where_it_belongs),
        cmocka_unit_test(R27_2__a_password_has_length_classes_and_no_login),
        cmocka_unit_test(R27_2__the_delay_grows_to_a_day),
        cmocka_unit_test(R11_2__a_stamp_of_other_proportions_is_another_seal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
