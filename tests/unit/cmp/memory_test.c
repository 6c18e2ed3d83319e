/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides of every exchange with every allocation failing once: "no memory", never a yes or another no, and nothing is lost of what was allocated. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../fail_memory.h"

#include "sides.h"

static jy_err
ask_of(enum jy_cmp_kind kind, struct jy_buf *out, struct jy_fault *fault)
{
    const struct jy_cmp_revocation what = { "event-1", jy_cert_serial(subject), 4, NOW - 60 };
    const struct jy_cmp_issued issued = { .certificate = jy_cert_der(subject), .number = -1, .nonce = { 7 }, .nonce_len = 1 };

    switch (kind) {
    case JY_CMP_CERTIFICATE: return jy_cmp_ask_certificate(&access_, "request-1", "seal", jy_buf_slice(&csr), NOW, &question, out, fault);
    case JY_CMP_CONFIRMATION: return jy_cmp_confirm(&access_, &question, &issued, NOW, out, fault);
    case JY_CMP_REVOCATION: return jy_cmp_ask_revocation(&access_, &what, NOW, &question, out, fault);
    }
    return JY_E_INTERNAL;
}

static jy_err
read_of(enum jy_cmp_kind kind, struct jy_slice answer, struct jy_fault *fault)
{
    struct jy_cmp_issued issued;

    switch (kind) {
    case JY_CMP_CERTIFICATE: return jy_cmp_read_certificate(&access_, &question, answer, &issued, fault);
    case JY_CMP_CONFIRMATION: return jy_cmp_read_confirmed(&access_, &question, answer, fault);
    case JY_CMP_REVOCATION: return jy_cmp_read_revoked(&access_, &question, answer, fault);
    }
    return JY_E_INTERNAL;
}

/* One exchange from end to end; rejected: the CA says no. */
static jy_err
exchange(enum jy_cmp_kind kind, bool rejected, struct jy_fault *fault)
{
    struct jy_buf message = { 0 }, reply = { 0 };
    struct jy_cmp_request request;
    struct jy_cmp_answer what = { .to = &request, .now = NOW, .status = rejected ? JY_STATUS_REJECTION : 0, .failure = rejected ? 2 : -1,
                                  .text = rejected ? "no" : "", .certificate = jy_cert_der(subject) };
    jy_err rc;

    if ((rc = ask_of(kind, &message, fault)) == JY_OK && (rc = jy_cmp_request_read(&access_, jy_buf_slice(&message), &request, fault)) == JY_OK &&
        (rc = jy_cmp_answer_write(&access_, &what, &reply, fault)) == JY_OK)
        rc = read_of(kind, jy_buf_slice(&reply), fault);
    jy_buf_free(&message);
    jy_buf_free(&reply);
    return rc;
}

static void
exchange__without_memory_is_neither_yes_nor_no(void **state)
{
    (void)state;
    for (int kind = JY_CMP_CERTIFICATE; kind <= JY_CMP_REVOCATION; kind++)
        for (int rejected = 0; rejected <= 1; rejected++) {
            jy_err rc = JY_E_NOMEM;
            long n = 0;
            for (; rc == JY_E_NOMEM; n++) {
                struct jy_fault fault = { 0 };
                asked = 0;
                fail_at = n;
                rc = exchange((enum jy_cmp_kind)kind, rejected, &fault);
                fail_at = -1;
                assert_true(rc == JY_OK || fault.err == rc);
            }
            assert_true(n > 20);                         /* the last round is the one in which nothing failed */
            assert_true(asked < n);
            assert_int_equal(rc, rejected ? JY_E_COUNTERPART_REFUSED : JY_OK);
        }
}

static void
error__without_memory_is_told(void **state)
{
    const struct jy_cmp_request request = { .transaction = JY_SLICE("transaction", 11), .nonce = JY_SLICE("nonce", 5) };
    jy_err rc = JY_E_NOMEM;

    (void)state;
    for (long n = 0; rc == JY_E_NOMEM; n++) {
        struct jy_buf out = { 0 };
        asked = 0;
        fail_at = n;
        rc = jy_cmp_error_write(access_.ca, &request, NOW, 2, "no", &out);
        fail_at = -1;
        jy_buf_free(&out);
    }
    assert_int_equal(rc, JY_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchange__without_memory_is_neither_yes_nor_no),
        cmocka_unit_test(error__without_memory_is_told),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
