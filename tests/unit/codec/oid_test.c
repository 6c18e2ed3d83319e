/* SPDX-License-Identifier: Apache-2.0 */
/* Object identifiers in dots and in octets: what is read can be written. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <codec/oid.h>

#include <string.h>

static void
dots_and_octets_say_the_same(void **state)
{
    static const char *const texts[] = { "0.0", "0.39", "1.39", "2.0", "2.47", "2.999", "1.2.156.10197.1.401", "1.2.9223372036854775807",
                                         "2.9223372036854775727", "2.2098242568421571766" };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct jy_buf octets = { 0 };
        char text[80];
        assert_int_equal(jy_oid_of_text(texts[i], &octets), JY_OK);
        assert_int_equal(jy_oid_text(jy_buf_slice(&octets), text, sizeof(text)), JY_OK);
        assert_string_equal(text, texts[i]);
        jy_buf_free(&octets);
    }
}

static void
what_is_no_identifier_is_refused(void **state)
{
    static const char *const texts[] = { "", "1", "1.", ".1", "3.1", "0.40", "1.40", "1..2", "1.2 ", "1.-2", "1.2.9223372036854775808", "2.9223372036854775728",
                                         "1.2.99999999999999999999999999" };
    static const struct { struct jy_slice octets; jy_err rc; } cut[] = {
        { JY_SLICE("", 0), JY_E_FORMAT }, { JY_SLICE("\x2a\x81", 2), JY_E_FORMAT }, { JY_SLICE("\x2a\x81\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11), JY_E_FORMAT },
        { JY_SLICE("\x2a\x81\x1c\xcf\x55\x01\x83\x11", 8), JY_E_LIMIT },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct jy_buf octets = { 0 };
        if (jy_oid_of_text(texts[i], &octets) != JY_E_ARGUMENT || octets.len != 0)
            fail_msg("%s", texts[i]);
        jy_buf_free(&octets);
    }
    for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
        char text[12];
        assert_int_equal(jy_oid_text(cut[i].octets, text, sizeof(text)), cut[i].rc);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(dots_and_octets_say_the_same), cmocka_unit_test(what_is_no_identifier_is_refused) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
