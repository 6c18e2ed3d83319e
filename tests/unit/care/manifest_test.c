/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest of a backup: what is written is read, and nothing else is. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "care/manifest.h"
#include "codec/text.h"

static void
write_one(struct jy_buf *out)
{
    static const char *const paths[] = { "store/jinyin.db", "key/journal", "blobs/ab/abcd", "key/keys/maker-1.key" };
    struct care_manifest m = { .begun = 1000000000, .finished = 1000000009 };

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        assert_int_equal(care_manifest_add(&m, paths[i], &(struct care_print){ .digest = { (uint8_t)i }, .size = UINT64_C(5000000000) * i }, NULL), JY_OK);
    assert_int_equal(care_manifest_write(&m, out), JY_OK);
    care_manifest_free(&m);
}

static void
manifest__what_is_written_is_read(void **state)
{
    struct jy_buf text = { 0 };
    struct care_manifest m;

    (void)state;
    write_one(&text);
    assert_int_equal(care_manifest_parse(jy_buf_slice(&text), &m, NULL), JY_OK);
    assert_int_equal(m.count, 4);
    assert_true(m.begun == 1000000000 && m.finished == 1000000009 && !m.postgres);
    assert_true(care_manifest_find(&m, "key/keys/maker-1.key")->print.size == UINT64_C(15000000000));
    assert_int_equal(care_manifest_find(&m, "key/keys/maker-1.key")->print.digest[0], 3);
    assert_null(care_manifest_find(&m, "key/keys/maker-2.key"));
    care_manifest_free(&m);
    jy_buf_free(&text);
}

static void
manifest__every_changed_or_missing_byte_is_refused(void **state)
{
    struct jy_buf text = { 0 };
    struct care_manifest m;

    (void)state;
    write_one(&text);
    for (size_t i = 0; i < text.len; i++) {
        text.p[i] ^= 1;
        assert_int_equal(care_manifest_parse(jy_buf_slice(&text), &m, NULL), JY_E_FORMAT);
        care_manifest_free(&m);
        text.p[i] ^= 1;
        assert_int_equal(care_manifest_parse(JY_SLICE(text.p, i), &m, NULL), JY_E_FORMAT);
        care_manifest_free(&m);
    }
    jy_buf_free(&text);
}

/* A manifest with this line among its files, and a right end. */
static jy_err
parse_with(const char *line)
{
    struct jy_buf text = { 0 };
    struct care_manifest m;
    uint8_t digest[JY_SM3_SIZE];
    char hex[2 * JY_SM3_SIZE + 1];
    jy_err rc;

    assert_int_equal(jy_buf_text(&text, "jinyin-backup 1\nbegun 2026-11-26T00:00:00Z\nfinished 2026-11-26T00:00:00Z\nversion 1\n"), JY_OK);
    assert_int_equal(jy_buf_fmt(&text, "engine sqlite\n%s\n", line), JY_OK);
    assert_int_equal(jy_sm3(jy_buf_slice(&text), digest), JY_OK);
    jy_hex(JY_SLICE(digest, sizeof(digest)), hex);
    assert_int_equal(jy_buf_fmt(&text, "end %s\n", hex), JY_OK);
    rc = care_manifest_parse(jy_buf_slice(&text), &m, NULL);
    care_manifest_free(&m);
    jy_buf_free(&text);
    return rc;
}

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
manifest__paths_that_leave_the_backup_are_refused(void **state)
{
    char line[400], far[200] = "key/";
    static const char *const paths[] = {
        "../x", "/etc/passwd", "store/../../x", "key/./x", "key//x", "key/", "key/.hidden", "other/x", "key/a b", "key/\xe6\xb4\xa5", "store", "key/..",
    };

    (void)state;
    assert_int_equal(parse_with("file " DIGEST " 1 key/x"), JY_OK);
    memset(far + 4, 'a', sizeof(far) - 5);
    snprintf(line, sizeof(line), "file " DIGEST " 1 %s", far);
    assert_int_equal(parse_with(line), JY_E_FORMAT);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        snprintf(line, sizeof(line), "file " DIGEST " 1 %s", paths[i]);
        if (parse_with(line) != JY_E_FORMAT)
            fail_msg("%s was taken", paths[i]);
    }
}

static void
manifest__lines_of_other_forms_are_refused(void **state)
{
    static const char *const lines[] = {
        "file " DIGEST "  key/x", "file " DIGEST " -1 key/x", "file " DIGEST " 1x key/x", "file " DIGEST " 99999999999999999999999 key/x", "file 00 1 key/x",
        "file " DIGEST " 1 key/x\nfile " DIGEST " 1 key/x", "file " DIGEST " 1 key/y\nfile " DIGEST " 1 key/x", "more", "", "file", "end 00",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        if (parse_with(lines[i]) != JY_E_FORMAT)
            fail_msg("\"%s\" was taken", lines[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(manifest__what_is_written_is_read),
        cmocka_unit_test(manifest__every_changed_or_missing_byte_is_refused),
        cmocka_unit_test(manifest__paths_that_leave_the_backup_are_refused),
        cmocka_unit_test(manifest__lines_of_other_forms_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
