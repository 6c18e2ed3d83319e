/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inspection: what is told of two fixtures, to the byte, and of whatever there is without a crash. With JINYIN_WRITE_GOLDEN=1 the expected
 * files in tests/data/inspect are written instead of compared.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jinyin/inspect.h>

#include <codec/text.h>

#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DO(call) assert_int_equal((call), JY_OK)
#define GOLDEN JY_DATA "/inspect/"

static struct jy_buf
load(const char *path)
{
    struct jy_buf out = { 0 };
    uint8_t chunk[65536];
    size_t n;
    FILE *f = fopen(path, "rb");

    assert_non_null(f);
    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        DO(jy_buf_add(&out, JY_SLICE(chunk, n)));
    fclose(f);
    return out;
}

static void
same_as_golden(const char *path, struct jy_slice got)
{
    struct jy_buf want;
    FILE *f;

    if (getenv("JINYIN_WRITE_GOLDEN") != NULL) {
        assert_non_null(f = fopen(path, "wb"));
        assert_int_equal(fwrite(got.p, 1, got.len, f), got.len);
        assert_int_equal(fclose(f), 0);
        return;
    }
    want = load(path);
    DO(jy_buf_byte(&want, 0));
    if (got.len != want.len - 1 || memcmp(got.p, want.p, got.len) != 0)
        fail_msg("%s is not what was said:\n%.*s", path, (int)got.len, (const char *)got.p);
    jy_buf_free(&want);
}

/* Findings are the checks' own business (docs/checks.md) and left out: a new check must not change this. */
static void
document_golden(const char *name)
{
    char path[512];
    struct jy_buf file, text = { 0 };
    json_t *json, *signature;
    size_t i;
    char *dump;

    snprintf(path, sizeof(path), GOLDEN "%s", name);
    file = load(path);
    DO(jy_inspect_json(jy_buf_slice(&file), &text, NULL));
    assert_non_null(json = json_loadb((const char *)text.p, text.len, 0, NULL));
    assert_int_equal(json_array_size(json_object_get(json, "signatures")), 2);
    json_array_foreach(json_object_get(json, "signatures"), i, signature) {
        assert_true(json_array_size(json_object_get(signature, "findings")) > 0);
        json_object_del(signature, "findings");
    }
    assert_non_null(dump = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(10)));
    snprintf(path, sizeof(path), GOLDEN "%s.json", name);
    same_as_golden(path, jy_slice_text(dump));
    free(dump);
    json_decref(json);
    jy_buf_free(&text);
    jy_buf_free(&file);
}

static void
a_stamped_ofd_is_told_to_the_byte(void **state)
{
    (void)state;
    document_golden("stamped.ofd");
}

static void
a_stamped_pdf_is_told_to_the_byte(void **state)
{
    (void)state;
    document_golden("stamped.pdf");
}

static void
a_seal_is_told_to_the_byte_for_programs_and_people(void **state)
{
    struct jy_buf seal = load(GOLDEN "seal.esl"), json = { 0 }, text = { 0 };
    bool sound = false;

    (void)state;
    DO(jy_inspect_seal_json(jy_buf_slice(&seal), &json, &sound, NULL));
    assert_true(sound);
    DO(jy_inspect_seal_text(jy_buf_slice(&seal), &text, NULL, NULL));
    same_as_golden(GOLDEN "seal.esl.json", jy_buf_slice(&json));
    same_as_golden(GOLDEN "seal.esl.txt", jy_buf_slice(&text));
    jy_buf_free(&seal);
    jy_buf_free(&json);
    jy_buf_free(&text);
}

/* Text has no control characters but line ends, and is UTF-8: nothing in a file moves the cursor. */
static void
assert_printable(const struct jy_buf *text)
{
    assert_true(jy_utf8_is_valid(jy_buf_slice(text)));
    for (size_t i = 0; i < text->len; i++)
        if ((text->p[i] < 0x20 && text->p[i] != '\n') || text->p[i] == 0x7f)
            fail_msg("control character %02x at %zu", text->p[i], i);
}

static void
a_changed_seal_is_shown_with_a_signature_that_does_not_fit(void **state)
{
    struct jy_buf seal = load(GOLDEN "seal.esl"), text = { 0 };
    size_t at = jy_slice_find(jy_buf_slice(&seal), jy_slice_text("测试印章"));
    bool sound = true;

    (void)state;
    assert_true(at != SIZE_MAX);
    seal.p[at + 2] ^= 1;                                     /* still UTF-8, another name */
    DO(jy_inspect_seal_json(jy_buf_slice(&seal), &text, &sound, NULL));
    assert_false(sound);
    assert_true(jy_slice_find(jy_buf_slice(&text), jy_slice_text("\"signature_fits\": \"bad_signature\"")) != SIZE_MAX);
    jy_buf_free(&seal);
    jy_buf_free(&text);
}

static void
the_picture_comes_out_as_it_stands(void **state)
{
    struct jy_buf seal = load(GOLDEN "seal.esl"), picture = { 0 };

    (void)state;
    DO(jy_inspect_seal_picture(jy_buf_slice(&seal), &picture, NULL));
    assert_int_equal(picture.len, 151);
    assert_memory_equal(picture.p, "\x89PNG", 4);
    jy_buf_free(&seal);
    jy_buf_free(&picture);
}

static void
what_is_no_seal_is_refused(void **state)
{
    struct jy_buf out = { 0 };
    static const uint8_t large[JY_SES_MAX + 1] = { 0x30 };

    (void)state;
    assert_int_equal(jy_inspect_seal_json(JY_EMPTY, &out, NULL, NULL), JY_E_EMPTY_FILE);
    assert_int_equal(jy_inspect_seal_json(JY_SLICE("text", 4), &out, NULL, NULL), JY_E_FORMAT);
    assert_int_equal(jy_inspect_seal_json(JY_SLICE(large, sizeof(large)), &out, NULL, NULL), JY_E_LIMIT);
    assert_int_equal(jy_inspect_seal_picture(JY_SLICE("text", 4), &out, NULL), JY_E_FORMAT);
    assert_int_equal(jy_inspect_json(JY_SLICE("text", 4), &out, NULL), JY_E_UNKNOWN_FORMAT);
    assert_int_equal(out.len, 0);
}

/* -- the corpus -- */

static size_t told, refused;

static int
look(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    struct jy_buf file, json = { 0 }, again = { 0 }, text = { 0 };
    const char *dot = strrchr(path, '.');
    json_t *parsed;
    jy_err rc;
    bool seal;

    (void)where;
    if (kind != FTW_F || dot == NULL || st->st_size > 4 << 20)
        return 0;
    seal = strcmp(dot, ".esl") == 0 || strcmp(dot, ".dat") == 0;
    if (!seal && strcmp(dot, ".ofd") != 0 && strcmp(dot, ".pdf") != 0)
        return 0;
    file = load(path);
    rc = seal ? jy_inspect_seal_json(jy_buf_slice(&file), &json, NULL, NULL) : jy_inspect_json(jy_buf_slice(&file), &json, NULL);
    if (rc == JY_OK) {
        told++;
        assert_non_null(parsed = json_loadb((const char *)json.p, json.len, JSON_REJECT_DUPLICATES, NULL));
        json_decref(parsed);
        DO(seal ? jy_inspect_seal_json(jy_buf_slice(&file), &again, NULL, NULL) : jy_inspect_json(jy_buf_slice(&file), &again, NULL));
        assert_true(jy_slice_equal(jy_buf_slice(&json), jy_buf_slice(&again)));
        DO(seal ? jy_inspect_seal_text(jy_buf_slice(&file), &text, NULL, NULL) : jy_inspect_text(jy_buf_slice(&file), &text, NULL));
        assert_printable(&text);
    } else {
        refused++;
        assert_int_equal(json.len, 0);
    }
    jy_buf_free(&file);
    jy_buf_free(&json);
    jy_buf_free(&again);
    jy_buf_free(&text);
    return 0;
}

static void
every_file_of_the_corpus_is_told_twice_the_same_or_refused(void **state)
{
    (void)state;
    if (nftw(JY_CORPUS, look, 16, FTW_PHYS) != 0)
        skip();
    print_message("%zu told, %zu refused\n", told, refused);
    assert_true(told > refused);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stamped_ofd_is_told_to_the_byte),
        cmocka_unit_test(a_stamped_pdf_is_told_to_the_byte),
        cmocka_unit_test(a_seal_is_told_to_the_byte_for_programs_and_people),
        cmocka_unit_test(a_changed_seal_is_shown_with_a_signature_that_does_not_fit),
        cmocka_unit_test(the_picture_comes_out_as_it_stands),
        cmocka_unit_test(what_is_no_seal_is_refused),
        cmocka_unit_test(every_file_of_the_corpus_is_told_twice_the_same_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
