/* SPDX-License-Identifier: Apache-2.0 */
/* Where a stamp may not be put on an OFD, and what a stamp becomes when its files are cut. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../verify/pki.h"
#include "raw_zip.h"

#include <codec/zip.h>
#include <math.h>

#define SIGNED "<o:OFD xmlns:o=\"http://www.ofdspec.org/2016\"><o:DocBody><o:DocRoot>Doc_0/Document.xml</o:DocRoot>%s</o:DocBody></o:OFD>"
#define DOCUMENT                                                                                              \
    "<Document><CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea></CommonData>"         \
    "<Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/><Page ID=\"7\" BaseLoc=\"Q.xml\"/></Pages>%s</Document>"

/* A package of two pages (A4, 100 × 50 mm); more goes into Document, list into DocBody. */
static struct jy_buf
package(const char *more, const char *list, const char *name, const char *text)
{
    char root[512], document[1024];
    const struct raw_entry entries[] = {
        { .name = "OFD.xml", .text = root }, { .name = "Doc_0/Document.xml", .text = document },
        { .name = "Doc_0/P.xml", .text = "<Page><Content/></Page>" },
        { .name = "Doc_0/Q.xml", .text = "<Page><Area><PhysicalBox>0 0 100 50</PhysicalBox></Area></Page>" },
        { .name = name == NULL ? "a.txt" : name, .text = text == NULL ? "x" : text },
        { .name = "Doc_0/Signs/Sign_0/Signature.xml",
          .text = "<Signature><SignedInfo><References CheckMethod=\"SM3\"><Reference FileRef=\"/Doc_0/Signs/Signatures.xml\"><CheckValue>AAAA"
                  "</CheckValue></Reference></References></SignedInfo><SignedValue>SignedValue.dat</SignedValue></Signature>" } };
    struct jy_buf file = { 0 };

    snprintf(root, sizeof(root), SIGNED, list);
    snprintf(document, sizeof(document), DOCUMENT, more);
    raw_zip(entries, list[0] == '\0' ? 5 : 6, &file);
    return file;
}

static jy_err
may_stamp(const char *more, const char *list, const char *name, const char *text)
{
    struct jy_buf file = package(more, list, name, text), out = { 0 };
    jy_err err = pki_stamp(jy_buf_slice(&file), pki.now, &out, NULL);

    jy_buf_free(&file);
    jy_buf_free(&out);
    return err;
}

static void
stamp__the_document_s_own_permissions_are_kept(void **state)
{
    static const struct { const char *more; jy_err err; } rows[] = {
        { "", JY_OK },
        { "<Permissions><Signature>true</Signature></Permissions>", JY_OK },
        { "<Permissions><Signature>false</Signature></Permissions>", JY_E_STAMP_FORBIDDEN },
        { "<Permissions><Signature> 0 </Signature></Permissions>", JY_E_STAMP_FORBIDDEN },
        { "<Permissions><ValidPeriod StartDate=\"2026-01-01\" EndDate=\"2026-12-31\"/></Permissions>", JY_OK },
        { "<Permissions><ValidPeriod EndDate=\"2026-05-28\"/></Permissions>", JY_OK },                       /* the day itself */
        { "<Permissions><ValidPeriod EndDate=\"2026-05-27\"/></Permissions>", JY_E_STAMP_FORBIDDEN },
        { "<Permissions><ValidPeriod StartDate=\"2026-05-29\"/></Permissions>", JY_E_STAMP_FORBIDDEN },
        { "<Permissions><ValidPeriod StartDate=\"soon\"/></Permissions>", JY_E_STAMP_FORBIDDEN },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (may_stamp(rows[i].more, "", NULL, NULL) != rows[i].err)
            fail_msg("%s", rows[i].more);
}

/* A signature that protects the list of signatures closes the document (GB/T 33190 clause 18, seal-formats 3.3). */
static void
stamp__a_locked_document_takes_no_further_stamp(void **state)
{
    (void)state;
    assert_int_equal(may_stamp("", "<o:Signatures>Doc_0/Signs/Signatures.xml</o:Signatures>", "Doc_0/Signs/Signatures.xml",
                               "<Signatures><Signature ID=\"1\" BaseLoc=\"Sign_0/Signature.xml\"/></Signatures>"), JY_E_LOCKED);
    assert_int_equal(may_stamp("", "<o:Signatures>Doc_0/Signs/Signatures.xml</o:Signatures>", "Doc_0/Signs/Signatures.xml",
                               "<Signatures></Signatures>"), JY_OK);                                       /* an empty list locks nothing */
    assert_int_equal(may_stamp("", "", "OFDEntries.xml", "<OFDEntries/>"), JY_E_UNSUPPORTED);                 /* GM/T 0099 integrity */
}

/* The list's place in OFD.xml and the entry's place in the list are found in the text: another element of that name must not take them. */
static void
stamp__what_would_be_written_into_another_element_is_refused(void **state)
{
    (void)state;
    assert_int_equal(may_stamp("", "<o:DocInfo><!-- <o:Signatures> --></o:DocInfo>", NULL, NULL), JY_OK);
    assert_int_equal(may_stamp("", "<o:DocInfo><o:Signatures>x</o:Signatures></o:DocInfo>", NULL, NULL), JY_E_AMBIGUOUS);
    assert_int_equal(may_stamp("", "<o:Signatures>Doc_0/S.xml</o:Signatures>", "Doc_0/S.xml", "<Signatures><X><Signatures></Signatures></X></Signatures>"),
                     JY_E_AMBIGUOUS);
}

/* What the document names and has not must not come to life with the files of a signature; the list, which stays open, must not be shown. */
static void
stamp__its_files_are_none_that_the_document_names(void **state)
{
    static const struct { const char *loc, *list; jy_err err; const char *folder; } rows[] = {
        { "Res.xml", "", JY_OK, "Doc_0/Signs/Sign_0/" },
        { "Signs/Sign_0/Seal.esl", "", JY_OK, "Doc_0/Signs/Sign_1/" },
        { "/Doc_0/Signs/Sign_0/Signature.xml", "", JY_OK, "Doc_0/Signs/Sign_1/" },
        { "Signs/Sign_0/SignedValue.dat", "", JY_OK, "Doc_0/Signs/Sign_1/" },
        { "Signs/Signatures.xml", "", JY_E_AMBIGUOUS, NULL },
        { "S.xml", "<o:Signatures>Doc_0/S.xml</o:Signatures>", JY_E_AMBIGUOUS, NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char root[512], document[1024];
        const struct raw_entry entries[] = { { .name = "OFD.xml", .text = root },          { .name = "Doc_0/Document.xml", .text = document },
                                             { .name = "Doc_0/P.xml", .text = "<Page/>" }, { .name = "Doc_0/S.xml", .text = "<Signatures></Signatures>" } };
        struct jy_buf file = { 0 }, out = { 0 };
        jy_err err;

        snprintf(root, sizeof(root), SIGNED, rows[i].list);
        snprintf(document, sizeof(document), "<Document><CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea><DocumentRes>%s</DocumentRes>"
                 "</CommonData><Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages></Document>", rows[i].loc);
        raw_zip(entries, 4, &file);
        if ((err = pki_stamp(jy_buf_slice(&file), pki.now, &out, NULL)) != rows[i].err)
            fail_msg("%s: %s", rows[i].loc, jy_err_code(err));
        if (err == JY_OK && jy_slice_find(jy_buf_slice(&out), jy_slice_text(rows[i].folder)) == SIZE_MAX)
            fail_msg("%s: not in %s", rows[i].loc, rows[i].folder);
        jy_buf_free(&file);
        jy_buf_free(&out);
    }
}

/* On the second of three pages. Readers must agree on its size, on where its coordinates begin, and on which page has the ID that PageRef names. */
static void
stamp__a_page_that_readers_take_differently_gets_none(void **state)
{
#define BOX(text) "<PhysicalBox>" text "</PhysicalBox>"
#define AREA(text) "<Area>" BOX(text) "</Area>"
    static const struct { const char *ids[3], *common, *area; jy_err err; } rows[] = {
        { { "1", "2", "3" }, BOX("0 0 210 297"), "", JY_OK },
        { { "1", "2", "3" }, BOX("0.0 -0 210 297"), AREA("\n0 0 1e2 +50.\t"), JY_OK },
        { { "1", "2", "3" }, BOX("0 0 210 297"), AREA("10 0 210 297"), JY_E_AMBIGUOUS },
        { { "1", "2", "3" }, BOX("0 5 210 297"), "", JY_E_AMBIGUOUS },
        { { "1", "2", "3" }, BOX("0 5 210 297"), AREA("0 0 210 297"), JY_OK },                          /* the document's is not used */
        { { "1", "2", "3" }, BOX("0 0 210 297"), AREA("0,0,100,50"), JY_E_AMBIGUOUS },
        { { "1", "2", "3" }, BOX("0 0 210 297"), AREA("0 0 100 50 1"), JY_E_AMBIGUOUS },
        { { "1", "2", "3" }, BOX("0 0 210 297"), AREA("0 0 0x64 50"), JY_E_AMBIGUOUS },
        { { "1", "2", "3" }, BOX("0 0 210 297"), AREA("0 0 10<!-- -->0 50"), JY_E_AMBIGUOUS },
        { { "1", "2", "3" }, BOX("0 0 210 297"), AREA("0 0 100 50") AREA("0 0 200 100"), JY_E_AMBIGUOUS },
        { { "1", "2", "3" }, BOX("0 0 210 297"), "<Area>" BOX("0 0 100 50") BOX("0 0 200 100") "</Area>", JY_E_AMBIGUOUS },
        { { "2", "2", "3" }, BOX("0 0 210 297"), "", JY_E_AMBIGUOUS },
        { { "1", "2", "02" }, BOX("0 0 210 297"), "", JY_E_AMBIGUOUS },
        { { "1", " 2", "2" }, BOX("0 0 210 297"), "", JY_E_AMBIGUOUS },
        { { "1", "2", "1" }, BOX("0 0 210 297"), "", JY_OK },                                           /* others share one */
        { { "1", "", "3" }, BOX("0 0 210 297"), "", JY_E_AMBIGUOUS },
        { { "1", "100000000000000000000000000000000", "3" }, BOX("0 0 210 297"), "", JY_E_AMBIGUOUS },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char root[512], document[1024], page[256];
        const struct raw_entry entries[] = { { .name = "OFD.xml", .text = root },          { .name = "Doc_0/Document.xml", .text = document },
                                             { .name = "Doc_0/P.xml", .text = "<Page/>" }, { .name = "Doc_0/Q.xml", .text = page },
                                             { .name = "Doc_0/R.xml", .text = "<Page/>" } };
        struct jy_buf file = { 0 }, out = { 0 };
        jy_err err;

        snprintf(root, sizeof(root), SIGNED, "");
        snprintf(document, sizeof(document), "<Document><CommonData><PageArea>%s</PageArea></CommonData><Pages><Page ID=\"%s\" BaseLoc=\"P.xml\"/>"
                 "<Page ID=\"%s\" BaseLoc=\"Q.xml\"/><Page ID=\"%s\" BaseLoc=\"R.xml\"/></Pages></Document>", rows[i].common, rows[i].ids[0],
                 rows[i].ids[1], rows[i].ids[2]);
        snprintf(page, sizeof(page), "<Page>%s</Page>", rows[i].area);
        raw_zip(entries, 5, &file);
        err = pki_stamp_page(jy_buf_slice(&file), 2, pki.now, &out, NULL);
        if (err != rows[i].err)
            fail_msg("row %zu: %s", i, jy_err_code(err));
        jy_buf_free(&file);
        jy_buf_free(&out);
    }
}

/* A package of two documents of one page each, with the lists that are named. */
static struct jy_buf
two_documents(bool with_lists)
{
#define SECOND                                                                                                                  \
    "<Document><CommonData><PageArea><PhysicalBox>0 0 100 100</PhysicalBox></PageArea></CommonData>"                                    \
    "<Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages></Document>"
    const struct raw_entry entries[] = {
        { .name = "OFD.xml",
          .text = with_lists ? "<OFD><DocBody><DocRoot>A/D.xml</DocRoot><Signatures>A/S.xml</Signatures></DocBody><DocBody><DocRoot>B/D.xml</DocRoot>"
                               "<Signatures>B/S.xml</Signatures></DocBody></OFD>"
                             : "<OFD><DocBody><DocRoot>A/D.xml</DocRoot></DocBody><DocBody><DocRoot>B/D.xml</DocRoot></DocBody></OFD>" },
        { .name = "A/D.xml", .text = SECOND }, { .name = "A/P.xml", .text = "<Page/>" },
        { .name = "B/D.xml", .text = SECOND }, { .name = "B/P.xml", .text = "<Page/>" },
        { .name = "A/S.xml", .text = "<Signatures></Signatures>" }, { .name = "B/S.xml", .text = "<Signatures/>" } };
    struct jy_buf file = { 0 };

    raw_zip(entries, with_lists ? 7 : 5, &file);
    return file;
}

/* The path of signature number i; verdict of all. */
static void
signed_in(struct jy_slice file, size_t count, size_t i, const char *folder)
{
    const struct jy_signature *list;
    struct jy_report *report;
    struct jy_document *doc;
    size_t n;

    MUST(jy_verify(file, pki.trust, NULL, NULL, pki.now, &report, NULL));
    assert_int_equal(jy_report_verdict(report), JY_VALID_WITH_WARNING);
    jy_report_free(report);
    MUST(jy_document_open(file, &doc, NULL));
    MUST(jy_document_signatures(doc, &list, &n, NULL));
    assert_int_equal(n, count);
    assert_memory_equal(list[i].path, folder, strlen(folder));
    jy_document_free(doc);
}

static void
stamp__each_document_of_a_package_has_its_own_signatures(void **state)
{
    struct jy_buf open = two_documents(true), closed = two_documents(false), one = { 0 }, two = { 0 };

    (void)state;
    MUST(pki_stamp_page(jy_buf_slice(&open), 2, pki.now, &one, NULL));
    signed_in(jy_buf_slice(&one), 1, 0, "/B/");
    MUST(pki_stamp_page(jy_buf_slice(&one), 1, pki.now, &two, NULL));
    signed_in(jy_buf_slice(&two), 2, 0, "/A/");
    signed_in(jy_buf_slice(&two), 2, 1, "/B/");
    one.len = 0;
    MUST(pki_stamp_page(jy_buf_slice(&closed), 2, pki.now, &one, NULL));
    signed_in(jy_buf_slice(&one), 1, 0, "/B/");
    two.len = 0;                                        /* OFD.xml is protected and names no list of the first document */
    assert_int_equal(pki_stamp_page(jy_buf_slice(&one), 1, pki.now, &two, NULL), JY_E_LOCKED);
    jy_buf_free(&open);
    jy_buf_free(&closed);
    jy_buf_free(&one);
    jy_buf_free(&two);
}

static void
stamp__pages_and_places_outside_are_refused(void **state)
{
    static const struct { struct jy_stamp_place place; jy_err err; } rows[] = {
        { { 1, 0, 0, 40, 40 }, JY_OK },           { { 1, 170, 257, 40, 40 }, JY_OK },        { { 2, 60, 10, 40, 40 }, JY_OK },
        { { 0, 0, 0, 40, 40 }, JY_E_PAGE_RANGE }, { { 3, 0, 0, 40, 40 }, JY_E_PAGE_RANGE },  { { -1, 0, 0, 40, 40 }, JY_E_PAGE_RANGE },
        { { 1, -1, 0, 40, 40 }, JY_E_OFF_PAGE },  { { 1, 0, -1, 40, 40 }, JY_E_OFF_PAGE },   { { 1, 170.1, 0, 40, 40 }, JY_E_OFF_PAGE },
        { { 1, 0, 257.1, 40, 40 }, JY_E_OFF_PAGE }, { { 2, 0, 11, 40, 40 }, JY_E_OFF_PAGE }, { { 1, 1e300, 0, 40, 40 }, JY_E_OFF_PAGE },
        { { 1, NAN, 0, 40, 40 }, JY_E_ARGUMENT }, { { 1, 0, INFINITY, 40, 40 }, JY_E_ARGUMENT }, { { 1, 0, 0, 0, 40 }, JY_E_ARGUMENT },
        { { 1, 0, 0, 40, -40 }, JY_E_ARGUMENT },  { { 1, 0, 0, 1001, 40 }, JY_E_ARGUMENT },  { { 1, 0, 0, NAN, 40 }, JY_E_ARGUMENT },
    };
    struct jy_buf file = package("", "", NULL, NULL);
    struct jy_document *doc;

    (void)state;
    MUST(jy_document_open(jy_buf_slice(&file), &doc, NULL));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_prepared prepared = { 0 };
        if (jy_document_prepare(doc, jy_buf_slice(&pki.seal_der), &rows[i].place, 1, pki.now, &prepared, NULL) != rows[i].err)
            fail_msg("row %zu", i);
        jy_prepared_free(&prepared);
    }
    jy_document_free(doc);
    jy_buf_free(&file);
}

/* The package with one entry's bytes cut to len. */
static struct jy_buf
with_cut(struct jy_slice file, const char *name, size_t len, size_t *whole)
{
    struct jy_buf bytes = { 0 }, out = { 0 };
    struct jy_pieces pieces = { 0 };
    struct jy_zip_new item;
    struct jy_zip *zip;

    MUST(jy_zip_open(file, &zip, NULL));
    MUST(jy_zip_read(zip, jy_zip_find(zip, name, false), JY_SES_MAX, &bytes, NULL));
    *whole = bytes.len;
    item = (struct jy_zip_new){ name, JY_SLICE(bytes.p, len < bytes.len ? len : bytes.len) };
    MUST(jy_zip_rewrite(zip, &item, 1, 33, 0, &pieces, NULL));
    MUST(jy_pieces_join(&pieces, &out));
    jy_pieces_free(&pieces);
    jy_zip_free(zip);
    jy_buf_free(&bytes);
    return out;
}

static bool
check_failed(struct jy_slice file, const char *check)
{
    struct jy_report *report;
    struct jy_buf json = { 0 };
    char wanted[128];
    bool found;

    MUST(jy_verify(file, pki.trust, NULL, NULL, pki.now, &report, NULL));
    assert_int_equal(jy_report_verdict(report), JY_INVALID);
    MUST(jy_report_json(report, &json));
    MUST(jy_buf_byte(&json, 0));
    snprintf(wanted, sizeof(wanted), "\"name\": \"%s\",\n          \"passed\": false", check);
    found = strstr((char *)json.p, wanted) != NULL;
    jy_buf_free(&json);
    jy_report_free(report);
    return found;
}

static void
verify__cut_values_and_seals_are_invalid_not_a_crash(void **state)
{
    struct jy_buf file = package("", "", NULL, NULL), stamped = { 0 };
    size_t whole = 4096;

    (void)state;
    MUST(pki_stamp(jy_buf_slice(&file), pki.now, &stamped, NULL));
    for (size_t len = 0; len < whole; len += len < 64 || len + 700 > whole ? 1 : 997) {
        struct jy_buf cut = with_cut(jy_buf_slice(&stamped), "Doc_0/Signs/Sign_0/SignedValue.dat", len, &whole);
        if (!check_failed(jy_buf_slice(&cut), "SIG_FORMAT"))
            fail_msg("SignedValue.dat cut to %zu of %zu", len, whole);
        jy_buf_free(&cut);
    }
    whole = 4096;
    for (size_t len = 0; len < whole; len += len < 8 || len + 8 > whole ? 1 : 4001) {
        struct jy_buf cut = with_cut(jy_buf_slice(&stamped), "Doc_0/Signs/Sign_0/Seal.esl", len, &whole);
        if (!check_failed(jy_buf_slice(&cut), "DOC_MODIFIED") || !check_failed(jy_buf_slice(&cut), "SEAL_MISMATCH"))
            fail_msg("Seal.esl cut to %zu of %zu", len, whole);
        jy_buf_free(&cut);
    }
    jy_buf_free(&file);
    jy_buf_free(&stamped);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stamp__the_document_s_own_permissions_are_kept),
        cmocka_unit_test(stamp__a_locked_document_takes_no_further_stamp),
        cmocka_unit_test(stamp__a_page_that_readers_take_differently_gets_none),
        cmocka_unit_test(stamp__its_files_are_none_that_the_document_names),
        cmocka_unit_test(stamp__what_would_be_written_into_another_element_is_refused),
        cmocka_unit_test(stamp__each_document_of_a_package_has_its_own_signatures),
        cmocka_unit_test(stamp__pages_and_places_outside_are_refused),
        cmocka_unit_test(verify__cut_values_and_seals_are_invalid_not_a_crash),
    };
    return cmocka_run_group_tests(tests, pki_set_up, pki_tear_down);
}
