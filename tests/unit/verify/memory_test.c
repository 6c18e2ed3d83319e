/* SPDX-License-Identifier: Apache-2.0 */
/* Every allocation of a verification fails once: no other verdict, no missing part, no leak; only "no memory". */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../fail_memory.h"

#include "../../attacks/package.h"

#include <jansson.h>

#define DOCUMENTS 5

static struct jy_buf documents[DOCUMENTS];
static const char evidence_json[] = "{\"status\":[{\"seal_id\":\"1201010000001\",\"since\":\"2026-05-01T00:00:00Z\",\"state\":\"ACTIVE\"}],"
    "\"stamps\":[{\"digest\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"recorded\":\"2026-05-01T00:00:00Z\"}],"
    "\"certificates\":[],\"crls\":[],\"ocsp\":[],\"time_stamps\":[\"MAA=\"]}";

/* The whole way, as a caller goes it. The outcome is the error, or the bundle and the report in both forms. jansson cannot say why a text is not read. */
static jy_err
run(struct jy_slice file, struct jy_buf *out)
{
    struct jy_evidence *evidence = NULL;
    struct jy_report *report = NULL;
    struct jy_fault fault = { 0 };
    jy_err rc;

    if ((rc = jy_evidence_parse(jy_slice_text(evidence_json), true, &evidence, &fault)) != JY_OK)
        rc = rc == JY_E_FORMAT ? JY_E_NOMEM : rc;
    else if ((rc = jy_verify_keep(file, pki.trust, evidence, NULL, pki.now, &report, out, &fault)) == JY_OK && (rc = jy_report_json(report, out)) == JY_OK)
        rc = jy_report_text(report, out);
    jy_report_free(report);
    jy_evidence_free(evidence);
    return rc;
}

static void
verify__no_memory_is_never_another_verdict(void **state)
{
    (void)state;
    for (size_t d = 0; d < DOCUMENTS; d++) {
        struct jy_slice file = jy_buf_slice(&documents[d]);
        struct jy_buf honest = { 0 };
        long count, refused = 0, wrong = 0;
        fail_at = -1;
        asked = 0;
        assert_int_equal(run(file, &honest), JY_OK);
        count = asked;
        assert_true(count > 100);
        for (long n = 0; n < count; n += n < count / 3 || getenv("JINYIN_FULL") != NULL ? 1 : 11) {     /* the rest is JSON, ever the same */
            struct jy_buf out = { 0 };
            jy_err rc;
            fail_at = n;
            asked = 0;
            rc = run(file, &out);
            fail_at = -1;
            if ((rc != JY_OK && rc != JY_E_NOMEM) || (rc == JY_OK && !jy_slice_equal(jy_buf_slice(&out), jy_buf_slice(&honest)))) {
                print_error("allocation %ld of %ld refused: %s\n", n, count, rc == JY_OK ? "another report" : jy_err_code(rc));
                wrong++;
            }
            refused += rc == JY_E_NOMEM;
            jy_buf_free(&out);
        }
        assert_int_equal(wrong, 0);
        assert_true(refused > count / 6);
        jy_buf_free(&honest);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(verify__no_memory_is_never_another_verdict) };
    static const char mark[] = JY_COPY_MARK "a25b5f0401183e02f726c3d9e5aa3b1d83c0f39a2362595188c785fbafae4aa1";
    char comment[sizeof(mark) + 2];
    struct jy_buf plain[3];
    struct package package = { 0 };
    int failed;

    json_set_alloc_funcs(__wrap_malloc, free);
    pki_begin();
    snprintf(comment, sizeof(comment), "%%%s\n", mark);
    plain[0] = small_pdf();
    plain[1] = load_file(JY_DATA "/contract.ofd");
    plain[2] = small_pdf_saying(comment);              /* a copy that somebody stamped (R17.1) */
    for (size_t i = 0; i < 3; i++) {
        MUST(pki_stamp(jy_buf_slice(&plain[i]), pki.now, &documents[i], NULL));
        jy_buf_free(&plain[i]);
    }
    /* Digests of SM3(Z, data), as some products take them (seal-formats §4). */
    package_base(&package);
    package_sign(&package, 0, &(struct sign_how){ .digest = "SM3(Z)", .hash_with_z = true });
    package_zip(&package, &documents[3]);
    package_free(&package);
    MUST(jy_buf_fmt(&documents[4], "\x89PNG\r\n\x1a\n%s", mark));
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (size_t i = 0; i < DOCUMENTS; i++)
        jy_buf_free(&documents[i]);
    pki_end();
    return failed;
}
