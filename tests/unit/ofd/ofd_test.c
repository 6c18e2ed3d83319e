/* SPDX-License-Identifier: Apache-2.0 */
/* OFD and ZIP: hostile packages built here, stamping of a built document, and the corpus. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../verify/pki.h"

#include <codec/zip.h>

static const struct jy_stamp_place PLACE = { 1, 1, 1, 10, 10 };

static void
build(const struct jy_zip_new *list, size_t count, struct jy_buf *out)
{
    static const uint8_t empty[22] = { 'P', 'K', 5, 6 };
    struct jy_zip *zip;
    struct jy_pieces pieces = { 0 };

    assert_int_equal(jy_zip_open(JY_SLICE(empty, sizeof empty), &zip, NULL), JY_OK);
    assert_int_equal(jy_zip_rewrite(zip, list, count, 33, 0, &pieces, NULL), JY_OK);
    assert_int_equal(jy_pieces_join(&pieces, out), JY_OK);
    jy_pieces_free(&pieces);
    jy_zip_free(zip);
}

static void
small(struct jy_buf *out, const char *extra_name, const char *root)
{
    struct jy_zip_new list[] = {
        { "OFD.xml", jy_slice_text(root != NULL ? root : "<o:OFD xmlns:o=\"http://www.ofdspec.org/2016\"><o:DocBody><o:DocRoot>Doc_0/Document.xml</o:DocRoot></o:DocBody></o:OFD>") },
        { "Doc_0/Document.xml", jy_slice_text("<Document><CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea></CommonData><Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages></Document>") },
        { "Doc_0/P.xml", jy_slice_text("<Page><Content><Layer/></Content></Page>") },
        { extra_name == NULL ? "a.txt" : extra_name, jy_slice_text("extra") },
    };

    build(list, 4, out);
}

static jy_err
try_open(struct jy_slice file)
{
    struct jy_document *doc;
    jy_err err = jy_document_open(file, &doc, NULL);

    jy_document_free(doc);
    return err;
}

static jy_err
sign(struct jy_slice file, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_document *doc = NULL;
    struct jy_prepared p = { 0 };
    struct jy_buf ready = { 0 }, ses = { 0 };
    struct jy_pieces done = { 0 };
    jy_err err = jy_document_open(file, &doc, fault);

    if (err == JY_OK)
        err = jy_document_prepare(doc, jy_buf_slice(&pki.seal_der), &PLACE, 1, pki.now, &p, fault);
    if (err == JY_OK) {
        p.data_hash[0] ^= 1;
        for (int round = 0; round < 2; round++, p.data_hash[0] ^= 1) {   /* first with a wrong digest */
            ses.len = ready.len = 0;
            MUST(jy_ses_make(pki.seal, pki.now, p.data_hash, p.property_info, pki.signer_key, pki.signer, &ses, NULL));
            MUST(jy_pieces_join(&p.file, &ready));
            err = jy_document_finish(jy_buf_slice(&ready), p.slot, jy_buf_slice(&ses), &done, fault);
            if (round == 0)
                assert_int_equal(err, JY_E_DOCUMENT_CHANGED);
        }
        if (err == JY_OK)
            assert_int_equal(jy_pieces_join(&done, out), JY_OK);
    }
    jy_pieces_free(&done);
    jy_prepared_free(&p);
    jy_buf_free(&ready);
    jy_buf_free(&ses);
    jy_document_free(doc);
    return err;
}

/* Failed findings of check in signature k; signatures counts all. */
static size_t
failures(struct jy_slice file, size_t k, enum jy_check_id check, size_t *signatures)
{
    struct jy_document *doc;
    const struct jy_signature *list;
    size_t n = 0;

    assert_int_equal(jy_document_open(file, &doc, NULL), JY_OK);
    assert_int_equal(jy_document_signatures(doc, &list, signatures, NULL), JY_OK);
    assert_true(k < *signatures);
    for (size_t i = 0; i < list[k].findings.count; i++)
        n += list[k].findings.list[i].check == check && !list[k].findings.list[i].passed;
    jy_document_free(doc);
    return n;
}

static void
test_hostile(void **state)
{
    struct jy_buf b = { 0 };
    static const char *const names[] = { "../x", "/x", "a\\b", "a/../b" };

    (void)state;
    assert_int_equal(try_open(JY_EMPTY), JY_E_EMPTY_FILE);
    assert_int_equal(try_open(JY_SLICE("hello", 5)), JY_E_UNKNOWN_FORMAT);
    for (size_t i = 0; i < 4; i++) {
        b.len = 0;
        small(&b, names[i], NULL);
        assert_int_equal(try_open(jy_buf_slice(&b)), JY_E_AMBIGUOUS);
    }
    b.len = 0;
    small(&b, "doc_0/p.XML", NULL);
    assert_int_equal(try_open(jy_buf_slice(&b)), JY_E_AMBIGUOUS);
    b.len = 0;
    small(&b, NULL, "<!DOCTYPE x []><OFD/>");
    assert_int_equal(try_open(jy_buf_slice(&b)), JY_E_HOSTILE);
    b.len = 0;
    small(&b, NULL, NULL);
    assert_int_equal(try_open(jy_buf_slice(&b)), JY_OK);
    for (size_t cut = 1; cut < b.len; cut++)
        assert_int_not_equal(try_open(JY_SLICE(b.p, cut)), JY_OK);
    assert_int_equal(jy_buf_add(&b, JY_SLICE("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22)), JY_OK);
    assert_int_not_equal(try_open(jy_buf_slice(&b)), JY_OK);
    jy_buf_free(&b);
}

static void
test_stamp(void **state)
{
    struct jy_buf b = { 0 }, one = { 0 }, two = { 0 };
    struct jy_fault fault = { 0 };
    size_t n = 0;

    (void)state;
    small(&b, NULL, NULL);
    assert_int_equal(sign(jy_buf_slice(&b), &one, &fault), JY_OK);
    assert_int_equal(failures(jy_buf_slice(&one), 0, JY_CHECK_DOC_MODIFIED, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(failures(jy_buf_slice(&one), 0, JY_CHECK_COVERAGE, &n), 0);
    assert_int_equal(failures(jy_buf_slice(&one), 0, JY_CHECK_COVERAGE_EXTRA, &n), 0);
    assert_int_equal(sign(jy_buf_slice(&one), &two, &fault), JY_OK);
    for (size_t k = 0; k < 2; k++) {
        assert_int_equal(failures(jy_buf_slice(&two), k, JY_CHECK_DOC_MODIFIED, &n), 0);
        assert_int_equal(failures(jy_buf_slice(&two), k, JY_CHECK_COVERAGE, &n), 0);
        assert_int_equal(failures(jy_buf_slice(&two), k, JY_CHECK_COVERAGE_EXTRA, &n), 0);
    }
    assert_int_equal(n, 2);
    jy_buf_free(&b);
    jy_buf_free(&one);
    jy_buf_free(&two);
}

/* Every file but the list and the two own ones: replaced → DOC_MODIFIED; a file put in → COVERAGE_EXTRA. */
static void
test_tamper(void **state)
{
    struct jy_buf b = { 0 }, one = { 0 }, bad = { 0 }, two = { 0 };
    struct jy_zip *zip;
    size_t n = 0, changed = 0;

    (void)state;
    small(&b, NULL, NULL);
    assert_int_equal(sign(jy_buf_slice(&b), &one, NULL), JY_OK);
    assert_int_equal(jy_zip_open(jy_buf_slice(&one), &zip, NULL), JY_OK);
    for (size_t i = 0; i <= jy_zip_count(zip); i++) {
        bool added = i == jy_zip_count(zip);
        struct jy_buf text = { 0 };
        struct jy_pieces pieces = { 0 };
        struct jy_zip_new item = { added ? "smuggled.xml" : jy_zip_entry(zip, i)->name, JY_EMPTY };

        if (strstr(item.name, "Signatures.xml") != NULL || strstr(item.name, "Signature.xml") != NULL ||
            strstr(item.name, "SignedValue") != NULL)
            continue;
        if (!added)
            assert_int_equal(jy_zip_read(zip, i, 1 << 20, &text, NULL), JY_OK);
        assert_int_equal(jy_buf_byte(&text, '\n'), JY_OK);
        item.bytes = jy_buf_slice(&text);
        bad.len = 0;
        assert_int_equal(jy_zip_rewrite(zip, &item, 1, 33, 0, &pieces, NULL), JY_OK);
        assert_int_equal(jy_pieces_join(&pieces, &bad), JY_OK);
        assert_int_equal(failures(jy_buf_slice(&bad), 0, JY_CHECK_DOC_MODIFIED, &n), added ? 0 : 1);
        assert_int_equal(failures(jy_buf_slice(&bad), 0, JY_CHECK_COVERAGE_EXTRA, &n), added ? 1 : 0);
        if (!added)
            assert_int_equal(sign(jy_buf_slice(&bad), &two, NULL), JY_E_EARLIER_INVALID);
        changed++;
        jy_pieces_free(&pieces);
        jy_buf_free(&text);
    }
    assert_int_equal(changed, 6);
    jy_zip_free(zip);
    jy_buf_free(&b);
    jy_buf_free(&one);
    jy_buf_free(&bad);
    jy_buf_free(&two);
}

static void
test_corpus(void **state)
{
    const char *env = getenv("JINYIN_CORPUS");
    char root[512], path[1024], line[8192];
    FILE *manifest;
    size_t rows = 0, stamped = 0, refused = 0, wrong = 0;

    (void)state;
    snprintf(root, sizeof root, "%s", env != NULL ? env : CORPUS);
    snprintf(path, sizeof path, "%s/MANIFEST.tsv", root);
    manifest = fopen(path, "r");
    if (manifest == NULL)
        skip();
    while (fgets(line, sizeof line, manifest) != NULL) {
        char *col[24] = { 0 }, *rest = line;
        struct jy_buf b = { 0 }, out = { 0 };
        struct jy_fault fault = { 0 };
        struct jy_document *doc = NULL;
        const struct jy_signature *list = NULL;
        uint8_t chunk[65536];
        size_t got, n = 0, k;
        FILE *f;
        jy_err err;

        for (int i = 0; i < 24 && rest != NULL; i++)
            col[i] = strsep(&rest, "\t");
        if (col[18] == NULL || strcmp(col[1], "ofd") != 0)
            continue;
        rows++;
        snprintf(path, sizeof path, "%s/%s", root, col[0]);
        f = fopen(path, "rb");
        assert_non_null(f);
        while ((got = fread(chunk, 1, sizeof chunk, f)) > 0)
            assert_int_equal(jy_buf_add(&b, JY_SLICE(chunk, got)), JY_OK);
        fclose(f);
        err = jy_document_open(jy_buf_slice(&b), &doc, &fault);
        if (err == JY_OK && (size_t)atoi(col[4]) != jy_document_page_count(doc) && ++wrong)
            printf("%s: %zu pages, row says %s\n", col[0], jy_document_page_count(doc), col[4]);
        if (err == JY_OK)
            err = jy_document_signatures(doc, &list, &n, &fault);
        if (err != JY_OK) {
            bool good = strcmp(col[12], "STRUCTURE-ERROR") == 0 || strstr(col[19], "duplicate-entry") != NULL;

            wrong += !good;
            printf("%s %s: %s %s %s\n", good ? "ok" : "WRONG", col[0], jy_err_code(err), fault.where, fault.text);
        } else if (strcmp(col[5], "0") == 0) {
            jy_err signed_err = sign(jy_buf_slice(&b), &out, &fault);

            stamped += signed_err == JY_OK;
            refused += signed_err != JY_OK;
            if (signed_err == JY_OK) {
                wrong += failures(jy_buf_slice(&out), 0, JY_CHECK_DOC_MODIFIED, &n) + failures(jy_buf_slice(&out), 0, JY_CHECK_COVERAGE, &n) != 0;
            } else {
                printf("refused %s: %s %s %s\n", col[0], jy_err_code(signed_err), fault.where, fault.text);
            }
        } else {
            k = (size_t)atoi(col[5]) - 1;
            assert_true(k < n);
            bool refs_row = strstr(col[14], "refs") != NULL, z_row = strstr(col[14], "refs-sm3z") != NULL, bad = false, with_z = false;

            for (size_t i = 0; i < list[k].findings.count; i++) {
                const struct jy_finding *x = &list[k].findings.list[i];

                bad = bad || (x->check == JY_CHECK_DOC_MODIFIED && !x->passed);
                with_z = with_z || (x->check == JY_CHECK_DEVIATION && strstr(x->detail, "REFERENCE_WITH_Z") != NULL);
                if (!x->passed && (x->check == JY_CHECK_COVERAGE || x->check == JY_CHECK_COVERAGE_EXTRA || x->check == JY_CHECK_PLACEMENT))
                    printf("%s #%zu (%s/%s): %s %s\n", col[0], k + 1, col[12], col[13],
                           x->check == JY_CHECK_COVERAGE ? "COVERAGE" : x->check == JY_CHECK_PLACEMENT ? "PLACEMENT" : "extra", x->where);
                if (!x->passed && x->check == JY_CHECK_COVERAGE && strcmp(col[12], "VALID") == 0)
                    wrong++;
            }
            if ((bad != (refs_row && !z_row) || with_z != z_row) && ++wrong)
                printf("WRONG %s #%zu: modified %d, with Z %d, row says %s\n", col[0], k + 1, bad, with_z, col[14]);
        }
        jy_document_free(doc);
        jy_buf_free(&b);
        jy_buf_free(&out);
    }
    fclose(manifest);
    printf("%zu rows, %zu stamped, %zu refused, %zu wrong\n", rows, stamped, refused, wrong);
    assert_int_equal(wrong, 0);
}

/* What stands in the part of a package: 40 bytes, the mark of an end record with a comment of so many bytes, and 40 bytes. */
static jy_err
make_with_mark(uint16_t comment, struct jy_buf *out)
{
    uint8_t part[102] = { 0 };
    struct jy_zip_new list[] = {
        { "OFD.xml", jy_slice_text("<o:OFD xmlns:o=\"http://www.ofdspec.org/2016\"><o:DocBody><o:DocRoot>Document.xml</o:DocRoot></o:DocBody></o:OFD>") },
        { "Document.xml", jy_slice_text("<Document><CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea></CommonData><Pages><Page ID=\"1\" "
                                        "BaseLoc=\"P.xml\"/></Pages></Document>") },
        { "P.xml", jy_slice_text("<Page><Content><Layer/></Content></Page>") },
        { "attached.zip", JY_SLICE(part, sizeof(part)) },
    };
    struct jy_pieces pieces = { 0 };
    jy_err err;

    memcpy(part + 40, "PK\5\6", 4);
    part[60] = (uint8_t)(comment & 0xff);
    part[61] = (uint8_t)(comment >> 8);
    err = jy_zip_make(list, 4, 33, 0, &pieces, NULL);
    if (err == JY_OK)
        err = jy_pieces_join(&pieces, out);
    jy_pieces_free(&pieces);
    return err;
}

static void
no_part_of_a_package_becomes_its_end_record(void **state)
{
    struct jy_buf file = { 0 }, out = { 0 };
    struct jy_fault fault = { 0 };
    size_t refused = 0;

    (void)state;
    MUST(make_with_mark(0, &file));                          /* an attached package, complete in itself */
    MUST(sign(jy_buf_slice(&file), &out, NULL));
    assert_int_equal(try_open(jy_buf_slice(&out)), JY_OK);
    for (unsigned comment = 1; comment < 1000; comment++) {
        jy_buf_free(&file);
        if (make_with_mark((uint16_t)comment, &file) == JY_E_AMBIGUOUS)
            refused++;                                       /* it would end where the package ends */
        else
            assert_int_equal(try_open(jy_buf_slice(&file)), JY_OK);
    }
    assert_int_equal(refused, 1);
    jy_buf_free(&file);
    MUST(make_with_mark(40000, &file));                      /* it could end where the stamped package does */
    assert_int_equal(try_open(jy_buf_slice(&file)), JY_OK);
    assert_int_equal(sign(jy_buf_slice(&file), &out, &fault), JY_E_AMBIGUOUS);
    assert_non_null(strstr(fault.text, "end record"));
    jy_buf_free(&file);
    jy_buf_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_hostile), cmocka_unit_test(no_part_of_a_package_becomes_its_end_record),
                                        cmocka_unit_test(test_stamp), cmocka_unit_test(test_tamper), cmocka_unit_test(test_corpus) };

    return cmocka_run_group_tests(tests, pki_set_up, pki_tear_down);
}
