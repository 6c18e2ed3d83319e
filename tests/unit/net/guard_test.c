/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "head.h"
#include "net/guard.h"

/* Reads the head of this request text; the verdict's strings live in *memory. */
static jy_err
read_text(const char *text, size_t len, struct jy_guard *guard, uint8_t **memory, struct jy_fault *fault)
{
    char *target = malloc(len + 1);
    jy_err rc;

    *memory = malloc(len > 0 ? len : 1);
    assert_non_null(target);
    assert_non_null(*memory);
    memcpy(*memory, text, len);
    test_head_cut(*memory, len, target);
    rc = jy_guard_read(JY_SLICE(*memory, len), target, guard, fault);
    free(target);
    return rc;
}

static jy_err
verdict(const char *text, size_t len)
{
    struct jy_guard guard = { 0 };
    struct jy_fault fault = { 0 };
    uint8_t *memory;
    jy_err rc = read_text(text, len, &guard, &memory, &fault);

    assert_int_equal(fault.err, rc);
    if (rc != JY_OK)
        assert_true(fault.text[0] != '\0');
    jy_guard_free(&guard);
    free(memory);
    return rc;
}

static const char good[] = "POST /api/v1/seals/12?at=2026-01-31T09%3A00%3A00Z&name=%E5%8D%B0 HTTP/1.1\r\nHost: seals.example:8080\r\n"
                           "Content-Length:\t 17\r\nX-Empty:\r\nUser-Agent: caf\xC3\xA9 (a; b)\r\n\r\n";

static void
guard__reads_what_it_passes(void **state)
{
    struct jy_guard guard = { 0 };
    uint8_t *memory;

    (void)state;
    assert_int_equal(read_text(good, sizeof(good) - 1, &guard, &memory, NULL), JY_OK);
    assert_string_equal(guard.method, "POST");
    assert_string_equal(guard.path, "/api/v1/seals/12");
    assert_string_equal(jy_guard_query(&guard, "at"), "2026-01-31T09:00:00Z");
    assert_string_equal(jy_guard_query(&guard, "name"), "\xE5\x8D\xB0");
    assert_null(jy_guard_query(&guard, "NAME"));
    assert_string_equal(jy_guard_field(&guard, "content-LENGTH"), "17");
    assert_string_equal(jy_guard_field(&guard, "X-Empty"), "");
    assert_null(jy_guard_field(&guard, "X-Other"));
    assert_int_equal(guard.field_count, 4);
    assert_int_equal(guard.content_length, 17);
    jy_guard_free(&guard);
    free(memory);
}

static void
guard__refuses_every_cut_of_a_good_head(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof(good) - 1; len++)
        assert_int_equal(verdict(good, len), JY_E_ARGUMENT);
}

static void
guard__refuses_a_byte_after_the_empty_line(void **state)
{
    char longer[sizeof(good)];

    (void)state;
    for (int c = 0; c < 256; c++) {
        memcpy(longer, good, sizeof(good) - 1);
        longer[sizeof(good) - 1] = (char)c;
        assert_int_equal(verdict(longer, sizeof(longer)), JY_E_ARGUMENT);
    }
}

static void
guard__refuses_a_target_that_is_not_the_heads(void **state)
{
    static const uint8_t head[] = "GET\0/x?a=1\0HTTP/1.1\0\0Host\0 x\0\0\0";         /* the literal's own NUL is the last */
    struct jy_guard guard = { 0 };

    (void)state;
    assert_int_equal(jy_guard_read(JY_SLICE(head, sizeof(head)), "/x?a=1", &guard, NULL), JY_OK);
    jy_guard_free(&guard);
    assert_int_equal(jy_guard_read(JY_SLICE(head, sizeof(head)), "/y?a=1", &guard, NULL), JY_E_ARGUMENT);
    jy_guard_free(&guard);
}

/* Each byte in turn becomes NUL, CR or LF: whatever the library would make of it, the guard does not take it. */
static void
guard__refuses_a_stray_line_end_anywhere(void **state)
{
    static const char strays[] = { '\0', '\r', '\n' };
    char text[sizeof(good)];

    (void)state;
    for (size_t i = 0; i < sizeof(good) - 1; i++)
        for (size_t k = 0; k < sizeof(strays); k++) {
            memcpy(text, good, sizeof(good));
            if (text[i] == strays[k] || strchr(" :\r\n", text[i]) != NULL)      /* NUL is what these become in any case */
                continue;
            text[i] = strays[k];
            assert_int_not_equal(verdict(text, sizeof(good) - 1), JY_OK);
        }
}

static void
guard__says_how_long_the_body_is(void **state)
{
    static const struct { const char *fields; int64_t length; } cases[] = {
        { "", 0 }, { "Content-Length: 0\r\n", 0 }, { "content-length: 5\r\n", 5 },
        { "Content-Length: 999999999999999999\r\n", 999999999999999999 },
        { "Transfer-Encoding: chunked\r\n", -1 }, { "TRANSFER-ENCODING: Chunked\r\n", -1 },
    };
    char text[256];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct jy_guard guard = { 0 };
        uint8_t *memory;
        int len = snprintf(text, sizeof(text), "PUT /x HTTP/1.1\r\nHost: x\r\n%s\r\n", cases[i].fields);
        assert_int_equal(read_text(text, (size_t)len, &guard, &memory, NULL), JY_OK);
        assert_true(guard.content_length == cases[i].length);
        jy_guard_free(&guard);
        free(memory);
    }
}

static void
guard__knows_five_methods(void **state)
{
    static const struct { const char *method; jy_err rc; } cases[] = {
        { "GET", JY_OK }, { "HEAD", JY_OK }, { "POST", JY_OK }, { "PUT", JY_OK }, { "DELETE", JY_OK }, { "PATCH", JY_E_METHOD },
        { "OPTIONS", JY_E_METHOD }, { "TRACE", JY_E_METHOD }, { "get", JY_E_METHOD }, { "GETX", JY_E_METHOD }, { "", JY_E_METHOD },
    };
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int len = snprintf(text, sizeof(text), "%s /x HTTP/1.1\r\nHost: x\r\n\r\n", cases[i].method);
        assert_int_equal(verdict(text, (size_t)len), cases[i].rc);
    }
}

static void
target__path_has_one_spelling(void **state)
{
    static const char *const good_paths[] = { "/", "/x", "/x/", "/a/b.c", "/.well-known", "/...", "/a..b", "/a:b@c;d=e,f!$&'()*+~-_",
        "/x?", "/x?a" };
    static const char *const bad_paths[] = { "", "x", "//", "/a//b", "/.", "/..", "/./a", "/../a", "/a/.", "/a/..", "/a/./b", "/a/../b",
        "/%61",
        "/a%2Fb", "/a%", "/a b", "/a\tb", "/a\x7F", "/a\x80", "/\xE5\x8D\xB0", "/a\\b", "/a\"b", "/<a>", "/a^b", "/a`b", "/{a}", "/a|b",
        "/a#b",
        "*", "?a", "http://x/" };
    struct jy_guard guard = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(good_paths) / sizeof(good_paths[0]); i++) {
        assert_int_equal(jy_guard_target(good_paths[i], &guard, NULL), JY_OK);
        assert_memory_equal(guard.path, good_paths[i], strlen(guard.path));
        jy_guard_free(&guard);
    }
    for (size_t i = 0; i < sizeof(bad_paths) / sizeof(bad_paths[0]); i++) {
        assert_int_equal(jy_guard_target(bad_paths[i], &guard, NULL), JY_E_ARGUMENT);
        jy_guard_free(&guard);
    }
}

static void
target__query_is_decoded_strictly(void **state)
{
    static const struct { const char *target, *a; } cases[] = {
        { "/?a=1", "1" }, { "/?a", "" }, { "/?a=", "" }, { "/?a==", "=" }, { "/?b=2&a=1", "1" }, { "/?%61=1", "1" },
        { "/?a=%25%2b%26%3D", "%+&=" },
        { "/?a=%e5%8D%b0", "\xE5\x8D\xB0" }, { "/?a=/?:@", "/?:@" },
        { "/?a=%", NULL }, { "/?a=%4", NULL }, { "/?a=%zz", NULL }, { "/?a=%0", NULL }, { "/?a=%00", NULL }, { "/?a=%0A", NULL },
        { "/?a=%7f", NULL },
        { "/?%00=1", NULL }, { "/?a=%C0%80", NULL }, { "/?a=%ED%A0%80", NULL }, { "/?a=%FF", NULL }, { "/?a=1&a=1", NULL },
        { "/?a=1&%61=2", NULL },
        { "/?=1", NULL }, { "/?&", NULL }, { "/?a=1&", NULL }, { "/?&a=1", NULL }, { "/?a=1&&b=2", NULL }, { "/?a=1+2", NULL },
        { "/?a=1 2", NULL },
        { "/?a=\"", NULL }, { "/?a=#", NULL }, { "/?a=\xE5\x8D\xB0", NULL },
        { "/?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p", "" }, { "/?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q", NULL },
    };
    struct jy_guard guard = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(jy_guard_target(cases[i].target, &guard, NULL), cases[i].a != NULL ? JY_OK : JY_E_ARGUMENT);
        if (cases[i].a != NULL)
            assert_string_equal(jy_guard_query(&guard, "a"), cases[i].a);
        jy_guard_free(&guard);
    }
}

static void
body__slow_is_what_takes_120_s_or_falls_below_1_kib_a_second(void **state)
{
    static const struct { int64_t elapsed_ms, received; bool is_slow; } cases[] = {
        { 0, 0, false }, { 10000, 1, false }, { 10001, 10239, true }, { 10001, 10241, false }, { 60000, 61439, true },
        { 60000, 61440, false },
        { 120000, 1 << 20, false }, { 120001, INT64_MAX, true }, { INT64_MAX, INT64_MAX, true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(jy_guard_is_slow(cases[i].elapsed_ms, cases[i].received), cases[i].is_slow);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guard__reads_what_it_passes),
        cmocka_unit_test(guard__refuses_every_cut_of_a_good_head),
        cmocka_unit_test(guard__refuses_a_byte_after_the_empty_line),
        cmocka_unit_test(guard__refuses_a_target_that_is_not_the_heads),
        cmocka_unit_test(guard__refuses_a_stray_line_end_anywhere),
        cmocka_unit_test(guard__says_how_long_the_body_is),
        cmocka_unit_test(guard__knows_five_methods),
        cmocka_unit_test(target__path_has_one_spelling),
        cmocka_unit_test(target__query_is_decoded_strictly),
        cmocka_unit_test(body__slow_is_what_takes_120_s_or_falls_below_1_kib_a_second),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
