/* SPDX-License-Identifier: Apache-2.0 */
/* What is done about a stamp's time stamp: policy × outage (RFC 3161). And when registers are compared, lists fetched again. */
#include "daemons/web/evidence.h"
#include "daemons/web/reconcile.h"
#include "daemons/web/time_stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW ((jy_time)1795000000)

static void
time_stamps__follow_policy_and_budget(void **state)
{
    static const struct { enum time_stamp_policy policy; jy_time away; int64_t budget; enum time_stamp_way way; } rows[] = {
        { TIME_STAMP_NONE, 0, 60, TIME_STAMP_WITHOUT },          { TIME_STAMP_NONE, NOW - 1000, 60, TIME_STAMP_WITHOUT },
        { TIME_STAMP_PREFERRED, 0, 60, TIME_STAMP_TRY },         { TIME_STAMP_PREFERRED, NOW - 59, 60, TIME_STAMP_TRY },
        { TIME_STAMP_PREFERRED, NOW - 60, 60, TIME_STAMP_STOP }, { TIME_STAMP_PREFERRED, NOW - 86400, 0, TIME_STAMP_TRY },
        { TIME_STAMP_REQUIRED, 0, 60, TIME_STAMP_TRY },          { TIME_STAMP_REQUIRED, NOW - 1, 60, TIME_STAMP_STOP },
        { TIME_STAMP_REQUIRED, NOW, 0, TIME_STAMP_STOP },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(time_stamp_way(rows[i].policy, rows[i].away, rows[i].budget, NOW), rows[i].way);
}

static void
policies__are_three_words(void **state)
{
    static const char *const words[] = { "none", "preferred", "required" };
    enum time_stamp_policy time_stamp;
    enum revocation_policy revocation;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(time_stamp_policy_read(words[i], &time_stamp, NULL), JY_OK);
        assert_int_equal(time_stamp, i);
        assert_int_equal(revocation_policy_read(words[i], &revocation, NULL), JY_OK);
        assert_int_equal(revocation, i);
    }
    assert_int_equal(time_stamp_policy_read("Required", &time_stamp, NULL), JY_E_BAD_FIELD);
    assert_int_equal(revocation_policy_read("", &revocation, NULL), JY_E_BAD_FIELD);
}

static void
reconciling__is_due_once_a_day_at_its_time(void **state)
{
    static const char *const wrong[] = { "", "3:30", "24:00", "23:60", "0330", "03:30 ", "ab:cd", "03:3", "29:00", "03-30" };
    int minutes;
    int64_t day;

    (void)state;
    assert_int_equal(reconcile_time("19:30", &minutes, NULL), JY_OK);
    assert_int_equal(minutes, 19 * 60 + 30);
    assert_int_equal(reconcile_time("00:00", &minutes, NULL), JY_OK);
    assert_int_equal(reconcile_time("23:59", &minutes, NULL), JY_OK);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(reconcile_time(wrong[i], &minutes, NULL), JY_E_BAD_FIELD);
    day = reconcile_day(jy_time_from_civil(2026, 5, 1, 19, 29, 59), 19 * 60 + 30);
    assert_int_equal(reconcile_day(jy_time_from_civil(2026, 5, 1, 19, 30, 0), 19 * 60 + 30), day + 1);
    assert_int_equal(reconcile_day(jy_time_from_civil(2026, 5, 2, 19, 29, 59), 19 * 60 + 30), day + 1);
}

static void
lists__are_fetched_before_they_end_and_not_in_a_storm(void **state)
{
    (void)state;
    assert_int_equal(evidence_next(NOW, NOW + 7 * 86400, 3600), 3600);
    assert_int_equal(evidence_next(NOW, NOW + 600, 3600), 300);
    assert_int_equal(evidence_next(NOW, NOW - 600, 3600), 1);
    assert_int_equal(evidence_next(NOW, NOW, 3600), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_stamps__follow_policy_and_budget),
        cmocka_unit_test(policies__are_three_words),
        cmocka_unit_test(reconciling__is_due_once_a_day_at_its_time),
        cmocka_unit_test(lists__are_fetched_before_they_end_and_not_in_a_storm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
