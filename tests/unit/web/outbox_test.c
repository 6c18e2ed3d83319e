/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of an event that was not delivered (R5.2). */
#include "daemons/web/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
waits__double_up_to_the_longest_and_never_reach_nothing(void **state)
{
    (void)state;
    for (int64_t failures = 1; failures < 80; failures++) {
        int64_t whole = failures < 10 ? (int64_t)1 << (failures - 1) : 300;
        whole = whole > 300 ? 300 : whole;
        assert_int_equal(outbox_wait(failures, 300, 0), whole);
        for (uint32_t random = 0; random < 400; random++) {
            int64_t wait = outbox_wait(failures, 300, random * 2654435761u);
            assert_true(wait >= whole - whole / 2 && wait >= 1 && wait <= whole);
        }
    }
    assert_int_equal(outbox_wait(INT64_MAX, 3600, 0), 3600);
}

static void
refusals__are_what_the_receiver_says_of_the_event_itself(void **state)
{
    (void)state;
    for (int err = 1; err < JY_E__COUNT; err++) {
        int status = jy_err_http((jy_err)err);
        assert_int_equal(outbox_is_refusal((jy_err)err), (status >= 400 && status < 500) || err == JY_E_COUNTERPART_REFUSED);
    }
    assert_false(outbox_is_refusal(JY_E_COUNTERPART_DOWN));
    assert_false(outbox_is_refusal(JY_E_UNAVAILABLE));
}

static void
events__die_of_refusals_or_of_age_but_not_of_an_outage(void **state)
{
    const struct outbox_policy policy = { .retry_max_seconds = 300, .refusals_max = 3, .dead_seconds = 7 * 86400 };
    const struct outbox_policy ageless = { .retry_max_seconds = 300, .refusals_max = 3, .dead_seconds = 0 };
    struct outbox_item item = { .begun = 1000, .attempts = 100000 };
    int64_t refusals;

    (void)state;
    /* a day of outage */
    assert_int_equal(outbox_judge(&policy, &item, JY_E_COUNTERPART_DOWN, 1000 + 86400, &refusals), OUTBOX_RETRY);
    assert_int_equal(refusals, 0);
    assert_int_equal(outbox_judge(&policy, &item, JY_E_COUNTERPART_DOWN, 1000 + 7 * 86400 - 1, &refusals), OUTBOX_RETRY);
    assert_int_equal(outbox_judge(&policy, &item, JY_E_COUNTERPART_DOWN, 1000 + 7 * 86400, &refusals), OUTBOX_DEAD);
    assert_int_equal(outbox_judge(&ageless, &item, JY_E_UNAVAILABLE, INT64_MAX, &refusals), OUTBOX_RETRY);
    item.refusals = 1;
    assert_int_equal(outbox_judge(&policy, &item, JY_E_BAD_FIELD, 1001, &refusals), OUTBOX_RETRY);
    assert_int_equal(refusals, 2);
    item.refusals = 2;
    assert_int_equal(outbox_judge(&policy, &item, JY_E_CONFLICT, 1001, &refusals), OUTBOX_DEAD);
    assert_int_equal(outbox_judge(&policy, &item, JY_E_COUNTERPART_DOWN, 1001, &refusals), OUTBOX_RETRY);
    assert_int_equal(refusals, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits__double_up_to_the_longest_and_never_reach_nothing),
        cmocka_unit_test(refusals__are_what_the_receiver_says_of_the_event_itself),
        cmocka_unit_test(events__die_of_refusals_or_of_age_but_not_of_an_outage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
