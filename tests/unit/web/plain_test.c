/* SPDX-License-Identifier: Apache-2.0 */
/* Which text people may send: it reads the same for everybody. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "daemons/web/plain.h"

static void
what_reorders_hides_or_only_looks_alike_is_refused(void **state)
{
    static const char *const rows[] = {
        "a\x01", "\n", "\x7f", "\xC2\x85", "\xC2\xAD", "\xD8\x9C", "\xE2\x80\x8B", "\xE2\x80\x8D", "\xE2\x80\x8F", "\xE2\x80\xA8",
        "\xE2\x80\xAE", "\xE2\x81\xA0",
        "\xE2\x81\xA6", "\xE2\x81\xAF", "\xE3\x85\xA4", "\xEF\xB7\x90", "\xEF\xB8\x8F", "\xEF\xBB\xBF", "\xEF\xBF\xBE", "\xEF\xBF\xB9", "\xF0\x9F\xBF\xBF",
        "\xF3\xA0\x81\x81", "\xF3\xA0\x84\x80", "\xF4\x8F\xBF\xBF", "\xED\xA0\x80", "\xC0\xAF", "\xFF", "e\xCC\x81", "\xEF\xA4\x80", "\xE2\x84\xAB",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (plain_problem(rows[i]) == NULL)
            fail_msg("row %zu is taken", i);
}

static void
what_people_and_organizations_are_called_is_taken(void **state)
{
    static const char *const rows[] = { "", "天津云帆示例贸易有限公司（演示）", "𠮷𡈽𬭎", "阿卜杜拉·买买提", "Müller & Söhne", "é", "〇一二", "№ 3 – „x“", "한국", "ﾊﾝｺ" };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (plain_problem(rows[i]) != NULL)
            fail_msg("row %zu: %s", i, plain_problem(rows[i]));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_reorders_hides_or_only_looks_alike_is_refused),
        cmocka_unit_test(what_people_and_organizations_are_called_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
