/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of jinyin/limits.def has a test; a row without one is a failure here, not a gap. */
#define JY_LIMIT(name, value, unit, what, error) __attribute__((weak)) void limit_##name(void **state);
#include <jinyin/limits.def>
#undef JY_LIMIT
#include "at_limit.h"

#include <stdio.h>

static const struct { const char *name; void (*test)(void **); } ROWS[] = {
#define JY_LIMIT(name, value, unit, what, error) { #name, limit_##name },
#include <jinyin/limits.def>
#undef JY_LIMIT
};

static void
every_limit_has_a_test(void **state)
{
    size_t missing = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        if (ROWS[i].test == NULL) {
            missing++;
            print_error("no test limit_%s in tests/unit/limits\n", ROWS[i].name);
        }
    assert_int_equal(missing, 0);
}

int
main(void)
{
    struct CMUnitTest tests[sizeof(ROWS) / sizeof(ROWS[0]) + 1] = { cmocka_unit_test(every_limit_has_a_test) };
    size_t count = 1;

    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
        if (ROWS[i].test != NULL)
            tests[count++] = (struct CMUnitTest){ ROWS[i].name, ROWS[i].test, NULL, NULL, NULL };
    return _cmocka_run_group_tests("at the limit it is fine, one beyond it the named error", tests, count, NULL, NULL);
}
