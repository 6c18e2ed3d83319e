/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and answers with each element changed in every way: as it came, and protected anew as by a CA that means it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "sides.h"
#include <der_changes.h>

static const jy_err errors[] = { JY_E_FORMAT, JY_E_TRAILING, JY_E_LIMIT, JY_E_SIGNATURE, JY_E_UNSUPPORTED, JY_E_COUNTERPART_REFUSED,
                                 JY_E_COUNTERPART_DOWN, JY_OK };
static enum jy_cmp_kind kind;
static struct jy_cmp_pbm pbm;
static bool read_as_request;

static jy_err
judge(struct jy_slice der, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_cmp_issued issued = { .number = 0 };
    struct jy_cmp_request request;
    jy_err rc;

    if (read_as_request)
        rc = jy_cmp_request_read(&access_, der, &request, fault);
    else
        rc = kind == JY_CMP_CERTIFICATE ? jy_cmp_read_certificate(&access_, &question, der, &issued, fault)
            : kind == JY_CMP_CONFIRMATION ? jy_cmp_read_confirmed(&access_, &question, der, fault) : jy_cmp_read_revoked(&access_, &question, der, fault);
    if (rc == JY_OK)
        MUST(jy_buf_text(facts, "read"));
    if (!read_as_request)
        assert_int_equal(issued.certificate.len > 0, rc == JY_OK && kind == JY_CMP_CERTIFICATE);
    return rc;
}

static jy_err
judge_protected_anew(struct jy_slice part, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_buf message = { 0 };
    jy_err rc;

    protect(part, &pbm, &message);
    rc = judge(jy_buf_slice(&message), facts, fault);
    jy_buf_free(&message);
    return rc;
}

static void
every_change_is_found_or_means_nothing(bool request_side)
{
    static const char *const names[] = { "certificate", "confirmation", "revocation" };
    struct jy_buf asked = { 0 }, answered = { 0 }, part = { 0 };
    struct jy_cmp_request request;

    for (kind = JY_CMP_CERTIFICATE; kind <= JY_CMP_REVOCATION; kind++) {
        request = ask(kind, &asked);
        answer(&request, (struct jy_cmp_answer){ .failure = -1 }, &answered);
        read_as_request = request_side;
        assert_int_equal(der_try_changes(names[kind], jy_buf_slice(request_side ? &asked : &answered), false, judge, errors, true), 0);
        pbm = covered_part(jy_buf_slice(request_side ? &asked : &answered), &part);
        assert_int_equal(der_try_changes(names[kind], jy_buf_slice(&part), false, judge_protected_anew, errors, true), 0);
    }
    jy_buf_free(&asked);
    jy_buf_free(&answered);
    jy_buf_free(&part);
}

static void
answer__changed_in_any_element_is_refused_or_the_same(void **state)
{
    (void)state;
    every_change_is_found_or_means_nothing(false);
}

static void
request__changed_in_any_element_is_refused_or_read(void **state)
{
    (void)state;
    every_change_is_found_or_means_nothing(true);
}

/* Whatever is cut or turned in what came: nothing is believed. */
static void
answer__cut_anywhere_or_with_any_bit_turned_is_refused(void **state)
{
    struct jy_buf asked = { 0 }, answered = { 0 };
    struct jy_cmp_request request = ask(JY_CMP_CERTIFICATE, &asked);
    struct jy_cmp_issued issued;

    (void)state;
    answer(&request, (struct jy_cmp_answer){ .failure = -1 }, &answered);
    for (size_t len = 0; len < answered.len; len++)
        assert_int_not_equal(jy_cmp_read_certificate(&access_, &question, JY_SLICE(answered.p, len), &issued, NULL), JY_OK);
    for (size_t i = 0; i < answered.len; i++) {
        answered.p[i] ^= (uint8_t)(1 << i % 8);
        assert_int_not_equal(jy_cmp_read_certificate(&access_, &question, jy_buf_slice(&answered), &issued, NULL), JY_OK);
        assert_int_equal(issued.certificate.len, 0);
        answered.p[i] ^= (uint8_t)(1 << i % 8);
    }
    assert_int_equal(jy_cmp_read_certificate(&access_, &question, jy_buf_slice(&answered), &issued, NULL), JY_OK);
    MUST(jy_buf_byte(&answered, 0));
    assert_int_equal(jy_cmp_read_certificate(&access_, &question, jy_buf_slice(&answered), &issued, NULL), JY_E_TRAILING);
    jy_buf_free(&asked);
    jy_buf_free(&answered);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answer__changed_in_any_element_is_refused_or_the_same),
        cmocka_unit_test(request__changed_in_any_element_is_refused_or_read),
        cmocka_unit_test(answer__cut_anywhere_or_with_any_bit_turned_is_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
