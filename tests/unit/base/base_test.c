/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "codec/der.h"
#include "codec/text.h"

static void
time__civil_and_back_for_every_day_of_four_centuries(void **state)
{
    (void)state;
    for (jy_time t = jy_time_from_civil(1900, 1, 1, 0, 0, 0); t < jy_time_from_civil(2300, 1, 1, 0, 0, 0); t += 86400) {
        int y, mo, d, h, mi, s;
        jy_time_civil(t + 3661, &y, &mo, &d, &h, &mi, &s);
        assert_int_equal(jy_time_from_civil(y, mo, d, h, mi, s), t + 3661);
    }
    assert_int_equal(jy_time_from_civil(2000, 2, 29, 12, 0, 0), 951825600);
}

static void
time__rfc3339_reads_zones_and_refuses_rubbish(void **state)
{
    jy_time t;
    char text[21];
    (void)state;
    assert_int_equal(jy_time_parse_rfc3339("2026-01-31T17:00:00+08:00", &t), JY_OK);
    jy_time_rfc3339(t, text);
    assert_string_equal(text, "2026-01-31T09:00:00Z");
    for (const char **good = (const char *[]){ "2024-02-29", "2000-02-29T23:59:60Z", "2026-04-30", "2026-12-31T09:00:00-14:00", NULL }; *good != NULL; good++)
        assert_int_equal(jy_time_parse_rfc3339(*good, &t), JY_OK);
    for (const char **bad = (const char *[]){ "", "2026", "2026-13-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00Zx",
                                                 "2026-02-29", "2100-02-29", "1900-02-29T00:00:00Z", "2026-04-31", "2026-06-31", "2026-00-01", "2026-01-00",
                                                 "2026-1-01", "2026- 1-31", "2026-+1-31", "-026-01-31", "+026-01-31", " 026-01-31", "2026-01-31T24:00:00Z",
                                                 "2026-01-31T23:60:00Z", "2026-01-31T23:59:61Z", "2026-01-31T 9:00:00Z", "2026-01-31T09:00:00+15:00",
                                                 "2026-01-31T09:00:00+08", "2026-01-31T09:00:00+08:60", "2026-01-31T09:00:00.0Z", "2026-01-31 09:00:00Z",
                                                 NULL }; *bad; bad++)
        assert_int_equal(jy_time_parse_rfc3339(*bad, &t), JY_E_FORMAT);
}

static void
der__refuses_lengths_that_are_not_der(void **state)
{
    static const struct { const char *bytes; size_t len; } bad[] = {
        { "\x30", 1 }, { "\x30\x80\x00\x00", 4 }, { "\x04\x81\x01\x00", 4 }, { "\x04\x82\x00\x80", 4 }, { "\x04\x02\x00", 3 },
        { "\x1f\x01\x00", 3 }, { "\x04\x85\x01\x00\x00\x00\x00", 7 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct jy_der der;
        struct jy_der_item item;
        jy_der_open(&der, JY_SLICE(bad[i].bytes, bad[i].len));
        assert_int_equal(jy_der_next(&der, &item), JY_E_FORMAT);
    }
}

static void
der__a_bit_string_says_how_many_bits_are_unused(void **state)
{
    static const struct { uint8_t bytes[5]; size_t len; jy_err rc; size_t payload; uint8_t unused; } rows[] = {
        { { 0x03, 0x02, 0x00, 0xff }, 4, JY_OK, 1, 0 },
        { { 0x03, 0x03, 0x07, 0x80, 0x00 }, 5, JY_OK, 2, 7 },
        { { 0x03, 0x01, 0x00 }, 3, JY_OK, 0, 0 },
        { { 0x03, 0x01, 0x01 }, 3, JY_E_FORMAT, 0, 0 },
        { { 0x03, 0x02, 0x08, 0x00 }, 4, JY_E_FORMAT, 0, 0 },
        { { 0x03, 0x00 }, 2, JY_E_FORMAT, 0, 0 },
        { { 0x04, 0x02, 0x00, 0xff }, 4, JY_E_FORMAT, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_der der;
        struct jy_slice payload = { 0 };
        uint8_t unused = 0;
        jy_der_open(&der, JY_SLICE(rows[i].bytes, rows[i].len));
        assert_int_equal(jy_der_bits(&der, &payload, &unused), rows[i].rc);
        assert_int_equal(payload.len, rows[i].payload);
        assert_int_equal(unused, rows[i].unused);
    }
}

static void
der__integers_round_trip_minimal(void **state)
{
    static const int64_t values[] = { 0, 1, 127, 128, 255, 256, -1, -128, -129, INT64_MAX, INT64_MIN };
    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct jy_buf buf = { 0 };
        struct jy_der der;
        int64_t back;
        assert_int_equal(jy_der_put_i64(&buf, values[i]), JY_OK);
        jy_der_open(&der, jy_buf_slice(&buf));
        assert_int_equal(jy_der_i64(&der, &back), JY_OK);
        assert_int_equal(back, values[i]);
        jy_buf_free(&buf);
    }
}

static void
base64__round_trips_and_is_strict(void **state)
{
    (void)state;
    for (size_t n = 0; n < 40; n++) {
        uint8_t bytes[40];
        struct jy_buf text = { 0 }, back = { 0 };
        for (size_t i = 0; i < n; i++)
            bytes[i] = (uint8_t)(i * 37 + n);
        assert_int_equal(jy_base64_encode(JY_SLICE(bytes, n), &text), JY_OK);
        assert_int_equal(jy_base64_decode(jy_buf_slice(&text), &back), JY_OK);
        assert_true(jy_slice_equal(jy_buf_slice(&back), JY_SLICE(bytes, n)));
        jy_buf_free(&text);
        jy_buf_free(&back);
    }
    for (const char **bad = (const char *[]){ "A", "AA", "AAA", "A===", "AA==A", "AA=A", "AB==", "A*AA", "AAAA=", NULL }; *bad; bad++) {
        struct jy_buf back = { 0 };
        assert_int_equal(jy_base64_decode(jy_slice_text(*bad), &back), JY_E_FORMAT);
        jy_buf_free(&back);
    }
}

/* A name in a file may not drive the terminal that shows it, nor add a line to a report. */
static void
text_visible__escapes_what_moves_the_cursor(void **state)
{
    static const struct { const char *in, *out; } rows[] = {
        { "天津某某有限公司", "天津某某有限公司" },
        { "\x1b[2J\x1b[HVALID", "\\x1b[2J\\x1b[HVALID" },
        { "a\nb\r\tc\x7f", "a\\x0ab\\x0d\\x09c\\x7f" },
        { "\xc2\x9b" "2J", "\\xc2\\x9b2J" },                              /* C1 CSI */
        { "\xe2\x80\xae" "gpj", "\\xe2\\x80\\xaegpj" },                  /* right-to-left override */
        { "a\xe2\x80\x8b" "b", "a\\xe2\\x80\\x8b" "b" },                  /* zero-width space */
        { "\xff\xe5\xa4", "\\xff\\xe5\\xa4" },                           /* not UTF-8, cut off */
    };
    char out[64], small[8];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(jy_text_visible(rows[i].in, out, sizeof(out)), rows[i].out);
    assert_string_equal(jy_text_visible("天津市", small, sizeof(small)), "天津");
    assert_string_equal(jy_text_visible("abcde\x1b", small, sizeof(small)), "abcde");
}

static void
errors__codes_are_unique_and_bilingual(void **state)
{
    (void)state;
    for (unsigned a = 0; a < JY_E__COUNT; a++) {
        assert_true(strlen(jy_err_en((jy_err)a)) > 3 && strlen(jy_err_zh((jy_err)a)) > 3);
        assert_int_equal(jy_err_by_code(jy_err_code((jy_err)a)), a);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time__civil_and_back_for_every_day_of_four_centuries),
        cmocka_unit_test(time__rfc3339_reads_zones_and_refuses_rubbish),
        cmocka_unit_test(der__refuses_lengths_that_are_not_der),
        cmocka_unit_test(der__a_bit_string_says_how_many_bits_are_unused),
        cmocka_unit_test(der__integers_round_trip_minimal),
        cmocka_unit_test(base64__round_trips_and_is_strict),
        cmocka_unit_test(text_visible__escapes_what_moves_the_cursor),
        cmocka_unit_test(errors__codes_are_unique_and_bilingual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
