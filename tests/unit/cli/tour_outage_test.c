/* SPDX-License-Identifier: Apache-2.0 */
/* Which outage an application meets: over all kinds of seals every outside system meets every fault, and none meets what it cannot. */
#include "cli/columns.h"
#include "cli/tour_outage.h"

#include "core/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The applications of one kind, as the seal's states have them follow each other. */
static const unsigned courses[] = { MAKES | STAMPS, MAKES | ENDS | STAMPS, MAKES | ENDS | STAMPS, KEEPS, KEEPS | STAMPS, KEEPS | ENDS };
#define COURSES (sizeof(courses) / sizeof(courses[0]))

static void
open_all(struct outages *outages, size_t faults)
{
    memset(outages, 0, sizeof(*outages));
    outages->faults = json_array();
    for (size_t i = 0; i < faults; i++)
        json_array_append_new(outages->faults, json_sprintf("fault-%zu", i));
    outages->fault_count = faults;
    for (size_t i = 0; i < OUTAGE_ROWS; i++)
        outages->connected[i] = true;
}

static void
all_kinds_together_show_every_fault_of_every_system(void **state)
{
    struct outages outages;
    size_t kinds;

    (void)state;
    (void)seal_kinds(&kinds);
    open_all(&outages, 10);
    for (size_t i = 0; i < kinds * COURSES; i++) {
        struct outage outage = outages_choose(&outages, courses[i % COURSES]);
        assert_true(outage.chosen);
        outages_got_over(&outages, &outage);
    }
    assert_int_equal(outages_print(&outages), 0);
    outages_close(&outages);
}

static void
an_application_meets_only_what_it_asks_or_tells(void **state)
{
    struct outages outages;

    (void)state;
    open_all(&outages, 3);
    for (size_t i = 0; i < 200; i++) {
        unsigned course = courses[i % COURSES];
        struct outage outage = outages_choose(&outages, course);
        assert_int_equal(outage.outside->needs & course, outage.outside->needs);
        if (outage.outside->moment == AT_MAKING || outage.outside->moment == AT_SUBMISSION)
            assert_true(course & MAKES);
        outages_got_over(&outages, &outage);
    }
    outages_close(&outages);
}

static void
what_is_not_connected_does_not_fail(void **state)
{
    struct outages outages;

    (void)state;
    open_all(&outages, 3);
    memset(outages.connected, 0, sizeof(outages.connected));
    assert_false(outages_choose(&outages, MAKES | STAMPS).chosen);
    outages_close(&outages);
}

static void
a_chinese_character_takes_two_columns(void **state)
{
    (void)state;
    assert_int_equal(columns_of(""), 0);
    assert_int_equal(columns_of("abc"), 3);
    assert_int_equal(columns_of("印章"), 4);
    assert_int_equal(columns_of("×·✓"), 3);
    assert_int_equal(columns_of("（a）"), 5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kinds_together_show_every_fault_of_every_system),
        cmocka_unit_test(an_application_meets_only_what_it_asks_or_tells),
        cmocka_unit_test(what_is_not_connected_does_not_fail),
        cmocka_unit_test(a_chinese_character_takes_two_columns),
    };

    return cmocka_run_group_tests_name("tour outages", tests, NULL, NULL);
}
