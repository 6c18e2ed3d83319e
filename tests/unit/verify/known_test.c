/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered (signatures that fitted, certificates that were parsed) changes no report, whatever came before. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pki.h"

#include <codec/zip.h>
#include <crypto/known.h>
#include <jinyin/inspect.h>
#include <pthread.h>

#define FILES 6
#define TIMES 4
#define TRUSTS 4
#define EVIDENCES 2

static struct jy_buf files[FILES];
static struct jy_trust *trusts[TRUSTS];
static const struct jy_status_event frozen[] = { { "1201010000001", 0, "ACTIVE" }, { "1201010000001", 1779990000, "FROZEN" } };
static const struct jy_evidence evidence = { .status = frozen, .status_count = 2 };

/* The stamped file with one byte of the seal inside of the signature value changed (and of the package's CRC nothing: refused), or of a PDF's value. */
static struct jy_buf
changed(const struct jy_buf *file, const char *text, size_t plus)
{
    struct jy_buf out = { 0 };
    size_t at = jy_slice_rfind(jy_buf_slice(file), jy_slice_text(text));

    assert_true(at != SIZE_MAX);
    MUST(jy_buf_add(&out, jy_buf_slice(file)));
    out.p[at + plus] ^= 1;
    return out;
}

/* A trust whose CA has the same name and another key. */
static struct jy_trust *
namesake(void)
{
    struct jy_sm2 *key = pki.ca_key;
    struct jy_cert *ca = pki.ca;
    struct jy_trust *trust;

    MUST(jy_sm2_generate(&pki.ca_key));
    pki.ca = NULL;
    pki.ca = pki_issue(pki.ca_key, "CA", true, 1);
    trust = pki_trust(NULL, 0);
    jy_cert_free(pki.ca);
    jy_sm2_free(pki.ca_key);
    pki.ca = ca;
    pki.ca_key = key;
    return trust;
}

static struct jy_buf
report_of(size_t file, size_t trust, size_t when, size_t with)
{
    struct jy_report *report = NULL;
    struct jy_fault fault = { 0 };
    struct jy_buf out = { 0 };
    jy_err rc = jy_verify(jy_buf_slice(&files[file]), trusts[trust], with == 0 ? NULL : &evidence, NULL,
                          pki.now + (jy_time[]){ 0, -7200, 90000, 200000 }[when], &report, &fault);

    if (rc == JY_OK)
        MUST(jy_report_json(report, &out));
    else
        MUST(jy_buf_fmt(&out, "%s %s %llu %s", jy_err_code(rc), fault.where, (unsigned long long)fault.offset, fault.text));
    jy_report_free(report);
    return out;
}

static int
set_up(void **state)
{
    struct jy_buf plain[2] = { load_file(JY_DATA "/contract.ofd"), load_file(JY_DATA "/contract.pdf") };

    (void)state;
    pki_begin();
    for (size_t i = 0; i < 2; i++) {
        MUST(pki_stamp(jy_buf_slice(&plain[i]), pki.now - 60, &files[i], NULL));
        MUST(pki_stamp(jy_buf_slice(&files[i]), pki.now - 30, &files[2 + i], NULL));
        jy_buf_free(&plain[i]);
    }
    files[4] = changed(&files[1], "308201", 40);             /* a PDF's value is hexadecimal: some byte of it is another */
    files[5] = changed(&files[0], "Doc_0/Signs/Sign_0/SignedValue.dat", 5);
    trusts[0] = pki_trust(NULL, 0);
    trusts[1] = pki_trust("03", pki.now - 3600);
    trusts[2] = namesake();
    trusts[3] = NULL;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILES; i++)
        jy_buf_free(&files[i]);
    for (size_t i = 0; i < TRUSTS; i++)
        jy_trust_free(trusts[i]);
    jy_known_forget();
    pki_end();
    return 0;
}

static void
a_report_is_the_same_whatever_was_verified_before(void **state)
{
    struct jy_buf cold[FILES][TRUSTS][TIMES][EVIDENCES];
    size_t different = 0, compared = 0, kinds = 0;

    (void)state;
    for (size_t f = 0; f < FILES; f++)
        for (size_t t = 0; t < TRUSTS; t++)
            for (size_t w = 0; w < TIMES; w++)
                for (size_t e = 0; e < EVIDENCES; e++) {
                    jy_known_forget();
                    cold[f][t][w][e] = report_of(f, t, w, e);
                    kinds += f > 0 && !jy_slice_equal(jy_buf_slice(&cold[f][t][w][e]), jy_buf_slice(&cold[f - 1][t][w][e]));
                }
    /* Twice, in an order in which every one follows others: a fact learnt under one trust or time must not leak into another. */
    for (size_t n = 0; n < 2 * FILES * TRUSTS * TIMES * EVIDENCES; n++) {
        size_t k = n * 53 % (FILES * TRUSTS * TIMES * EVIDENCES);
        size_t f = k % FILES, t = k / FILES % TRUSTS, w = k / FILES / TRUSTS % TIMES, e = k / FILES / TRUSTS / TIMES;
        struct jy_buf warm = report_of(f, t, w, e);
        compared++;
        different += !jy_slice_equal(jy_buf_slice(&warm), jy_buf_slice(&cold[f][t][w][e]));
        jy_buf_free(&warm);
    }
    assert_int_equal(different, 0);
    assert_int_equal(compared, 2 * FILES * TRUSTS * TIMES * EVIDENCES);
    assert_true(kinds > FILES);                              /* they do differ from each other */
    for (size_t f = 0; f < FILES; f++)
        for (size_t t = 0; t < TRUSTS; t++)
            for (size_t w = 0; w < TIMES; w++)
                for (size_t e = 0; e < EVIDENCES; e++)
                    jy_buf_free(&cold[f][t][w][e]);
}

static jy_err
seal_error(struct jy_slice der)
{
    struct jy_seal *seal = NULL;
    jy_err rc = jy_seal_parse(der, &seal, NULL);

    if (rc == JY_OK)
        rc = jy_seal_check_signature(seal, NULL);
    jy_seal_free(seal);
    return rc;
}

static void
a_seal_changed_by_one_bit_is_not_taken_for_the_one_that_fitted(void **state)
{
    struct jy_buf der = { 0 };
    size_t different = 0, bad = 0, tried = 0;

    (void)state;
    MUST(jy_buf_add(&der, jy_buf_slice(&pki.seal_der)));
    for (size_t i = 0; i < der.len; i += 97) {
        jy_err cold, warm;
        der.p[i] ^= 4;
        jy_known_forget();
        cold = seal_error(jy_buf_slice(&der));
        MUST(jy_seal_check_signature(pki.seal, NULL));       /* the one that fits is remembered now */
        warm = seal_error(jy_buf_slice(&der));
        different += cold != warm;
        bad += cold == JY_E_SIGNATURE;
        der.p[i] ^= 4;
        tried++;
    }
    assert_int_equal(different, 0);
    assert_true(bad > tried / 2);
    jy_buf_free(&der);
}

static void *
verify_often(void *arg)
{
    const struct jy_buf *want = arg;
    size_t different = 0;

    for (size_t i = 0; i < 20; i++) {
        struct jy_buf got;
        if (i % 5 == 0)
            jy_known_forget();
        got = report_of(i % 2, 0, 0, 0);
        different += !jy_slice_equal(jy_buf_slice(&got), jy_buf_slice(&want[i % 2]));
        jy_buf_free(&got);
    }
    return (void *)different;
}

static void
several_threads_share_what_is_remembered(void **state)
{
    struct jy_buf want[2] = { report_of(0, 0, 0, 0), report_of(1, 0, 0, 0) };
    pthread_t threads[4];
    void *different;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, verify_often, want), 0);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &different), 0);
        assert_null(different);
    }
    jy_buf_free(&want[0]);
    jy_buf_free(&want[1]);
}

static void
a_fact_is_of_one_digest_alone(void **state)
{
    uint8_t sm3[JY_SM3_SIZE] = { 1, 2, 3 }, neighbour[JY_SM3_SIZE] = { 1, 2, 4 }, fact[JY_FACT_SIZE] = { 7 }, got[JY_FACT_SIZE] = { 0 };

    (void)state;
    jy_known_forget();
    assert_false(jy_fact_known(sm3, got));
    assert_false(jy_fact_known((uint8_t[JY_SM3_SIZE]){ 0 }, got));      /* an empty place knows no digest of zeros */
    jy_fact_remember(sm3, fact);
    assert_true(jy_fact_known(sm3, got));
    assert_memory_equal(got, fact, JY_FACT_SIZE);
    assert_false(jy_fact_known(neighbour, got));             /* the same place */
    jy_fact_remember(neighbour, fact);
    assert_true(jy_fact_known(neighbour, got));
    assert_false(jy_fact_known(sm3, got));
    jy_known_forget();
    assert_false(jy_fact_known(neighbour, got));
}

/* A package whose page, which is its template as well, has this inside; and a part that only a page names. */
static struct jy_buf
package_with_page(const char *inside)
{
    struct jy_buf page = { 0 }, out = { 0 };
    struct jy_pieces pieces = { 0 };

    MUST(jy_buf_fmt(&page, "<o:Page xmlns:o=\"http://www.ofdspec.org/2016\">%s</o:Page>", inside));
    MUST(jy_zip_make((struct jy_zip_new[]){
        { "OFD.xml", jy_slice_text("<o:OFD xmlns:o=\"http://www.ofdspec.org/2016\" Version=\"1.0\" DocType=\"OFD\"><o:DocBody><o:DocInfo><o:DocID>1</o:DocID>"
                                   "</o:DocInfo><o:DocRoot>Doc_0/Document.xml</o:DocRoot></o:DocBody></o:OFD>") },
        { "Doc_0/Document.xml", jy_slice_text("<o:Document xmlns:o=\"http://www.ofdspec.org/2016\"><o:CommonData><o:MaxUnitID>9</o:MaxUnitID><o:PageArea>"
                                              "<o:PhysicalBox>0 0 210 297</o:PhysicalBox></o:PageArea><o:TemplatePage ID=\"3\" BaseLoc=\"Template.xml\"/>"
                                              "</o:CommonData><o:Pages><o:Page ID=\"1\" BaseLoc=\"Page.xml\"/></o:Pages></o:Document>") },
        { "Doc_0/Page.xml", jy_buf_slice(&page) }, { "Doc_0/Template.xml", jy_buf_slice(&page) },
        { "Doc_0/Res.xml", jy_slice_text("<o:Res xmlns:o=\"http://www.ofdspec.org/2016\" BaseLoc=\"Res\"/>") } }, 5, 33, 0, &pieces, NULL));
    MUST(jy_pieces_join(&pieces, &out));
    jy_pieces_free(&pieces);
    jy_buf_free(&page);
    return out;
}

/* What opening tells of a package: its inspection, the page's size, and why it may not be stamped. */
static struct jy_buf
told_of(const struct jy_buf *file)
{
    struct jy_buf out = { 0 };
    struct jy_document *doc = NULL;
    struct jy_fault fault = { 0 };
    jy_err rc = jy_document_open(jy_buf_slice(file), &doc, &fault);

    if (rc == JY_OK) {
        struct jy_page page = jy_document_page(doc, 0);
        MUST(jy_buf_fmt(&out, "%.3f %.3f %s ", page.width_mm, page.height_mm, jy_err_code(jy_document_may_stamp(doc, pki.now, &fault))));
        MUST(jy_inspect_json(jy_buf_slice(file), &out, NULL));
    } else {
        MUST(jy_buf_fmt(&out, "%s %s", jy_err_code(rc), fault.text));
    }
    jy_document_free(doc);
    return out;
}

static void
a_page_is_told_alike_whether_it_was_met_before_or_not(void **state)
{
    static const struct { const char *inside, *told; } pages[] = {
        { "<o:Content/>", "210.000 297.000 ok" }, { "<o:Area><o:PhysicalBox>0 0 100 50</o:PhysicalBox></o:Area><o:Content/>", "100.000 50.000 ok" },
        { "<o:Area><o:PhysicalBox>0 0 -1 50</o:PhysicalBox></o:Area>", "page size" },
        { "<o:Area><o:PhysicalBox>none</o:PhysicalBox></o:Area>", "210.000 297.000 ok" },
        { "<o:PageRes>Res.xml</o:PageRes><o:Content/>", "210.000 297.000 ok" },
        { "<o:Actions><o:Action Event=\"PO\"><o:URI URI=\"http://x\"/></o:Action></o:Actions>", "active_content" },
        { "<o:Content><o:Layer ID=\"2\"><o:PathObject><o:Actions><o:Action Event=\"CLICK\"><o:Sound ResourceID=\"9\"/></o:Action></o:Actions></o:PathObject>"
          "</o:Layer></o:Content>", "active_content" },
        { "<o:Content></o:Page>", "mismatched" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        struct jy_buf file = package_with_page(pages[i].inside), cold, warm;
        jy_known_forget();
        cold = told_of(&file);
        for (size_t again = 0; again < 2; again++) {
            warm = told_of(&file);
            assert_int_equal(warm.len, cold.len);
            assert_memory_equal(warm.p, cold.p, cold.len);
            jy_buf_free(&warm);
        }
        if (jy_slice_find(jy_buf_slice(&cold), jy_slice_text(pages[i].told)) == SIZE_MAX)
            fail_msg("page %zu: %.*s", i, (int)cold.len, (const char *)cold.p);
        jy_buf_free(&cold);
        jy_buf_free(&file);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fact_is_of_one_digest_alone),
        cmocka_unit_test(a_page_is_told_alike_whether_it_was_met_before_or_not),
        cmocka_unit_test(a_report_is_the_same_whatever_was_verified_before),
        cmocka_unit_test(a_seal_changed_by_one_bit_is_not_taken_for_the_one_that_fitted),
        cmocka_unit_test(several_threads_share_what_is_remembered),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
