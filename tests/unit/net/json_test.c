/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "net/http.h"

#define TEXT(bytes) { (const uint8_t *)(bytes), sizeof(bytes) - 1 }

static jy_err
parse(struct jy_slice text, struct jy_fault *fault)
{
    json_t *value = NULL;
    jy_err rc = jy_json_parse(text, &value, fault);

    assert_true((value != NULL) == (rc == JY_OK));
    json_decref(value);
    return rc;
}

static void
json__takes_what_is_json(void **state)
{
    static const struct jy_slice good[] = {
        TEXT("{}"), TEXT("[]"), TEXT(" {\"a\":[1,-2,3.5e2,true,false,null,\"\\u5370\\ud83d\\ude00\"]}\r\n"),
        TEXT("{\"a\":{\"a\":{\"a\":1}}}"),
        TEXT("{\"a\":\"\xE5\x8D\xB0\"}"), TEXT("{\"a\":9223372036854775807}"), TEXT("7"), TEXT("\"a\""), TEXT("null"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_int_equal(parse(good[i], NULL), JY_OK);
}

static void
json__refuses_what_readers_would_read_differently(void **state)
{
    static const struct { struct jy_slice text; const char *why; } bad[] = {
        { TEXT("{\"a\":1,\"a\":1}"), "twice" }, { TEXT("{\"a\":{\"b\":1,\"\\u0062\":2}}"), "twice" },
        { TEXT("{\"a\":\"\\u0000\"}"), "U+0000" },
        { TEXT("{\"\\u0000\":1}"), "U+0000" }, { TEXT("{\"a\\u0000b\":1}"), "U+0000" }, { TEXT("{\"a\":NaN}"), "not JSON" },
        { TEXT("{\"a\":Infinity}"), "not JSON" }, { TEXT("{\"a\":-Infinity}"), "not JSON" }, { TEXT("{} x"), "after" },
        { TEXT("{}{}"), "after" },
        { TEXT("{}\0"), "after" }, { TEXT("{\"a\":\"\xFF\"}"), "UTF-8" }, { TEXT("{\"a\":\"\xC0\x80\"}"), "UTF-8" },
        { TEXT("{\"a\":\"\xED\xA0\x80\"}"), "UTF-8" }, { TEXT("{\"a\":\"\\ud800\"}"), "not JSON" }, { TEXT("{\"a\":\"\xE5\x8D"), "UTF-8" },
        { TEXT("{\"a\":9223372036854775808}"), "range" }, { TEXT("{\"a\":1e400}"), "range" }, { TEXT("{\"a\":01}"), "not JSON" },
        { TEXT("{\"a\":+1}"), "not JSON" }, { TEXT("{\"a\":.5}"), "not JSON" }, { TEXT("{\"a\":0x1}"), "not JSON" },
        { TEXT("{'a':1}"), "not JSON" },
        { TEXT("{a:1}"), "not JSON" }, { TEXT("{\"a\":1,}"), "not JSON" }, { TEXT("[1,]"), "not JSON" }, { TEXT("{\"a\" 1}"), "not JSON" },
        { TEXT("{\"a\":\"b\nc\"}"), "not JSON" }, { TEXT("{\"a\":\"\\x41\"}"), "not JSON" }, { TEXT("{\"a\":1 /* c */}"), "not JSON" },
        { TEXT("\xEF\xBB\xBF{}"), "not JSON" }, { TEXT("{\"a\":1"), "early" }, { TEXT("{\"a\":\"b"), "early" }, { TEXT(""), "early" },
        { TEXT(" \n"), "early" },
        { TEXT("{\"a\":tru}"), "not JSON" }, { TEXT("\0"), "" }, { TEXT("]"), "not JSON" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct jy_fault fault = { 0 };
        jy_err rc = parse(bad[i].text, &fault);
        if (rc != JY_E_BAD_JSON || strstr(fault.text, bad[i].why) == NULL)
            fail_msg("case %zu \"%.*s\": %s, %s", i, (int)bad[i].text.len, (const char *)bad[i].text.p, jy_err_code(rc), fault.text);
    }
}

static void
json__fault_names_line_and_column_and_quotes_nothing(void **state)
{
    static const struct jy_slice text = TEXT("{\n  \"\xE5\x8D\xB0\": 1,\n  \"password\": secret\n}");
    struct jy_fault fault = { 0 };

    (void)state;
    assert_int_equal(parse(text, &fault), JY_E_BAD_JSON);
    assert_non_null(strstr(fault.text, "line 3, column "));
    assert_null(strstr(fault.text, "secret"));
}

static jy_err
parse_nested(int depth, const char *open, const char *close, struct jy_fault *fault)
{
    struct jy_buf text = { 0 };
    jy_err rc;

    for (int i = 0; i < depth; i++)
        assert_int_equal(jy_buf_text(&text, open), JY_OK);
    assert_int_equal(jy_buf_text(&text, "0"), JY_OK);
    for (int i = 0; i < depth; i++)
        assert_int_equal(jy_buf_text(&text, close), JY_OK);
    rc = parse(jy_buf_slice(&text), fault);
    jy_buf_free(&text);
    return rc;
}

static void
json__depth_32_is_taken_and_33_refused(void **state)
{
    struct jy_fault fault = { 0 };

    (void)state;
    assert_int_equal(parse_nested(32, "[", "]", NULL), JY_OK);
    assert_int_equal(parse_nested(32, "{\"a\":", "}", NULL), JY_OK);
    assert_int_equal(parse_nested(33, "[", "]", &fault), JY_E_LIMIT);
    assert_string_equal(fault.text, "line 1, column 33: nested too deep");
    assert_int_equal(parse_nested(33, "{\"a\":", "}", NULL), JY_E_LIMIT);
    assert_int_equal(parse_nested(100000, "[", "]", NULL), JY_E_LIMIT);
    assert_int_equal(parse_nested(20, "[{\"[[\":", "}]", NULL), JY_E_LIMIT);
}

static void
json__brackets_in_strings_are_no_depth(void **state)
{
    static const struct jy_slice text = TEXT("[\"[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[[[[[[[[\\\\\",\"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{\"]");

    (void)state;
    assert_int_equal(parse(text, NULL), JY_OK);
}

static void
json__one_mib_is_the_limit(void **state)
{
    size_t len = (1u << 20) + 1;
    uint8_t *text = malloc(len);

    (void)state;
    assert_non_null(text);
    memset(text, ' ', len);
    memcpy(text, "{}", 2);
    assert_int_equal(parse(JY_SLICE(text, len - 1), NULL), JY_OK);
    assert_int_equal(parse(JY_SLICE(text, len), NULL), JY_E_LIMIT);
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json__takes_what_is_json),
        cmocka_unit_test(json__refuses_what_readers_would_read_differently),
        cmocka_unit_test(json__fault_names_line_and_column_and_quotes_nothing),
        cmocka_unit_test(json__depth_32_is_taken_and_33_refused),
        cmocka_unit_test(json__brackets_in_strings_are_no_depth),
        cmocka_unit_test(json__one_mib_is_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
