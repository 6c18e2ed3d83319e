/* SPDX-License-Identifier: Apache-2.0 */
/* Before a further stamp: is the document still the one that the earlier values name (jy_document_may_stamp)? Times, seals and signatures are not asked. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../fail_memory.h"

#include "../../attacks/package.h"
#include "../foreign_cert.h"

#include <jinyin/cms.h>

static struct jy_cert *foreign;                  /* its key is none of SM2 */

static jy_err
may_stamp(struct jy_slice file)
{
    struct jy_document *doc = NULL;
    jy_err rc = jy_document_open(file, &doc, NULL);

    if (rc == JY_OK)
        rc = jy_document_may_stamp(doc, pki.now, NULL);
    jy_document_free(doc);
    return rc;
}

/* One signature in a package; value: written instead of its own, or empty. */
static struct jy_buf
signed_package(const struct sign_how *how, struct jy_slice value)
{
    struct package package = { 0 };
    struct jy_buf file = { 0 };

    package_base(&package);
    package_sign(&package, 0, how);
    if (value.len > 0)
        package_put(&package, "Doc_0/Signs/Sign_0/SignedValue.dat", value);
    package_zip(&package, &file);
    package_free(&package);
    return file;
}

static void
earlier_values__must_name_the_document(void **state)
{
    const struct sign_how honest = { 0 }, with_z = { .hash_with_z = true }, without_key = { .cert = foreign },
                          foreign_with_z = { .cert = foreign, .hash_with_z = true };
    const struct jy_cms_fields of_another = { .content = jy_slice_text("another document"), .signer = pki.signer };
    struct jy_buf cms = { 0 };
    struct { const char *what; const struct sign_how *how; struct jy_slice value; jy_err err; } rows[] = {
        { "the digest", &honest, JY_EMPTY, JY_OK },
        { "the digest with Z of the signer", &with_z, JY_EMPTY, JY_OK },
        { "the digest, by a signer whose key is of another kind", &without_key, JY_EMPTY, JY_OK },
        { "another digest, by a signer who has no Z", &foreign_with_z, JY_EMPTY, JY_E_EARLIER_INVALID },
        { "a SES_Signature that is none", &honest, jy_slice_text("\x30\x03\x30\x01\x01"), JY_E_EARLIER_INVALID },
        { "a value that names no digest", &honest, jy_slice_text("\x30\x03\x02\x01\x01"), JY_OK },
        { "a SignedData of another document", &honest, JY_EMPTY, JY_E_EARLIER_INVALID },
    };

    (void)state;
    MUST(jy_cms_make(&of_another, pki.signer_key, &cms, NULL));
    rows[6].value = jy_buf_slice(&cms);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf file = signed_package(rows[i].how, rows[i].value);
        jy_err rc = may_stamp(jy_buf_slice(&file));
        if (rc != rows[i].err)
            fail_msg("%s: %s", rows[i].what, jy_err_code(rc));
        jy_buf_free(&file);
    }
    jy_buf_free(&cms);
}

static void
earlier_values__no_memory_is_never_another_answer(void **state)
{
    struct jy_buf file = signed_package(&(const struct sign_how){ .hash_with_z = true }, JY_EMPTY);
    long count;

    (void)state;
    fail_at = -1;
    asked = 0;
    assert_int_equal(may_stamp(jy_buf_slice(&file)), JY_OK);
    count = asked;
    for (long n = 0; n < count; n++) {
        jy_err rc;
        fail_at = n;
        asked = 0;
        rc = may_stamp(jy_buf_slice(&file));
        fail_at = -1;
        if (rc != JY_OK && rc != JY_E_NOMEM)
            fail_msg("allocation %ld of %ld refused: %s", n, count, jy_err_code(rc));
    }
    jy_buf_free(&file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(earlier_values__must_name_the_document),
        cmocka_unit_test(earlier_values__no_memory_is_never_another_answer),
    };
    int failed;

    pki_begin();
    foreign = foreign_cert("foreign", pki.now);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    jy_cert_free(foreign);
    pki_end();
    return failed;
}
