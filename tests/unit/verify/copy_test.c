/* SPDX-License-Identifier: Apache-2.0 */
/* A file that says it is a copy (R17.1) is answered as one: it is no original, and no signature makes it one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pki.h"

#include <jinyin/text.h>

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))
#define DIGEST "a25b5f0401183e02f726c3d9e5aa3b1d83c0f39a2362595188c785fbafae4aa1"
#define MARK JY_COPY_MARK DIGEST
#define PNG "\x89PNG\r\n\x1a\n"

/* Verdict, JSON and text of a file. */
static enum jy_verdict
verdict_of(struct jy_slice file, struct jy_buf *json, struct jy_buf *text)
{
    struct jy_report *report = NULL;
    enum jy_verdict verdict;

    MUST(jy_verify(file, pki.trust, NULL, NULL, pki.now, &report, NULL));
    verdict = jy_report_verdict(report);
    MUST(jy_report_json(report, json));
    MUST(jy_report_text(report, text));
    jy_report_free(report);
    return verdict;
}

static bool
says(const struct jy_buf *text, const char *words)
{
    return jy_slice_find(jy_buf_slice(text), jy_slice_text(words)) != SIZE_MAX;
}

static void
assert_copy(struct jy_slice file)
{
    struct jy_buf json = { 0 }, text = { 0 };

    assert_int_equal(verdict_of(file, &json, &text), JY_NO_SIGNATURE);
    assert_true(says(&json, "\"copy_of\": \"" DIGEST "\"") || says(&json, "\"copy_of\":\"" DIGEST "\""));
    assert_true(says(&text, "COPY, NOT AN ORIGINAL") && says(&text, DIGEST) && !says(&text, "无签章"));
    jy_buf_free(&json);
    jy_buf_free(&text);
}

static void
R17_1__a_picture_says_of_what_it_is_a_copy(void **state)
{
    (void)state;
    assert_copy(jy_slice_text(PNG MARK));
    assert_copy(jy_slice_text(PNG JY_COPY_MARK "nothing " MARK " the rest"));
}

static void
R17_1__what_names_no_original_is_no_copy(void **state)
{
    static const struct { const char *bytes; size_t len; } rows[] = {
        { PNG, 8 },
        { PNG "x", 9 },
        { PNG JY_COPY_MARK, 8 + sizeof(JY_COPY_MARK) - 1 },
        { PNG MARK, 8 + sizeof(MARK) - 2 },
        { PNG JY_COPY_MARK "A25B5F0401183E02F726C3D9E5AA3B1D83C0F39A2362595188C785FBAFAE4AA1", 8 + sizeof(MARK) - 1 },
        { PNG JY_COPY_MARK "a25b5f0401183e02f726c3d9e5aa3b1d83c0f39a2362595188c785fbafae4aa\0", 8 + sizeof(MARK) - 1 },
        { "GIF89a.." MARK, 8 + sizeof(MARK) - 1 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_report *report = NULL;
        assert_int_equal(jy_verify(JY_SLICE(rows[i].bytes, rows[i].len), pki.trust, NULL, NULL, pki.now, &report, NULL), JY_E_UNKNOWN_FORMAT);
        assert_null(report);
    }
}

static void
R17_1__a_pdf_that_says_it_is_a_copy_is_no_original_even_when_it_is_stamped(void **state)
{
    struct jy_buf pdf = small_pdf_saying("%" MARK "\n"), stamped = { 0 }, json = { 0 }, text = { 0 };

    (void)state;
    assert_copy(jy_buf_slice(&pdf));
    MUST(pki_stamp(jy_buf_slice(&pdf), pki.now, &stamped, NULL));
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), &json, &text), JY_INVALID);
    assert_true(says(&json, DIGEST) && says(&text, "a copy of SM3 " DIGEST) && !says(&text, "COPY, NOT AN ORIGINAL"));
    jy_buf_free(&pdf);
    jy_buf_free(&stamped);
    jy_buf_free(&json);
    jy_buf_free(&text);
}

/* A program that writes the file anew keeps its Info, and writes the text there in its own form (ISO 32000-2 7.9.2). */
static void
R17_1__a_pdf_whose_info_alone_says_it_is_a_copy(void **state)
{
    static const char text[] = MARK;
    enum form { PLAIN, HEX, UTF16, UTF8, FORMS };

    (void)state;
    for (int form = PLAIN; form < FORMS; form++) {
        struct jy_buf info = { 0 }, pdf;
        MUST(jy_buf_text(&info, "/Info << /Keywords "));
        if (form == PLAIN)                                   /* an octal character, so that the mark is not in the bytes as it is */
            MUST(jy_buf_fmt(&info, "(\\%03o%s)", (unsigned)text[0], text + 1));
        else
            MUST(jy_buf_text(&info, form == HEX ? "<" : form == UTF16 ? "<feff" : "<efbbbf"));
        for (const char *c = text; form != PLAIN && *c != '\0'; c++)
            MUST(jy_buf_fmt(&info, form == UTF16 ? "00%02x" : "%02X", (unsigned)*c));
        MUST(jy_buf_text(&info, form == PLAIN ? " >> " : "> >> "));
        MUST(jy_buf_byte(&info, '\0'));
        pdf = small_pdf_with("", (const char *)info.p);
        assert_copy(jy_buf_slice(&pdf));
        jy_buf_free(&pdf);
        jy_buf_free(&info);
    }
}

static void
R17_1__an_info_that_names_no_original_makes_no_copy(void **state)
{
    static const char *const rows[] = { "", "/Info << >> ", "/Info 9 0 R ", "/Info [ ] ", "/Info << /Keywords /" DIGEST " >> ",
                                        "/Info << /Keywords (seals) >> ", "/Info << /Keywords <feff00> >> " };
    char original[2 * JY_SM3_SIZE + 1];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_buf pdf = small_pdf_with("", rows[i]);
        struct jy_document *doc = NULL;
        MUST(jy_document_open(jy_buf_slice(&pdf), &doc, NULL));
        assert_false(jy_document_copy_of(doc, original));
        assert_string_equal(original, "");
        jy_document_free(doc);
        jy_buf_free(&pdf);
    }
}

/* No program makes copies in OFD; whoever writes the words into a package changes nothing of its verdict. */
static void
R17_1__an_ofd_is_never_a_copy(void **state)
{
    struct jy_buf plain = load_file(JY_DATA "/contract.ofd"), json = { 0 }, text = { 0 };
    struct jy_document *doc = NULL;
    char original[2 * JY_SM3_SIZE + 1] = "?";

    (void)state;
    MUST(jy_document_open(jy_buf_slice(&plain), &doc, NULL));
    assert_false(jy_document_copy_of(doc, original));
    assert_string_equal(original, "");
    assert_int_equal(verdict_of(jy_buf_slice(&plain), &json, &text), JY_NO_SIGNATURE);
    assert_false(says(&json, "copy_of"));
    jy_document_free(doc);
    jy_buf_free(&plain);
    jy_buf_free(&json);
    jy_buf_free(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R17_1__a_picture_says_of_what_it_is_a_copy),
        cmocka_unit_test(R17_1__what_names_no_original_is_no_copy),
        cmocka_unit_test(R17_1__a_pdf_that_says_it_is_a_copy_is_no_original_even_when_it_is_stamped),
        cmocka_unit_test(R17_1__a_pdf_whose_info_alone_says_it_is_a_copy),
        cmocka_unit_test(R17_1__an_info_that_names_no_original_makes_no_copy),
        cmocka_unit_test(R17_1__an_ofd_is_never_a_copy),
    };

    return cmocka_run_group_tests(tests, pki_set_up, pki_tear_down);
}
