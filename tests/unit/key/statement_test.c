/* SPDX-License-Identifier: Apache-2.0 */
/* What the service signs in its own name: documents (R19.1) beside the statements of N5. Each purpose has a key of its own and signs its own kind alone. */
#include "world.h"

#include <jinyin/cms.h>

#define S(buf) jy_buf_slice(&(buf))

static const uint8_t digest[JY_SM3_SIZE] = { 0xd1, 0x9e, 0x57 };

static struct jy_buf
csr_of(const char *purpose)
{
    struct jy_msg_KEY_CERTIFICATE_REQUEST ask = { 0 };
    struct jy_frame reply;
    struct jy_buf csr = { 0 };

    TEXT(ask.purpose, purpose);
    TEXT(ask.common_name, "津印");
    OK(world_ask(JY_MSG_KEY_CERTIFICATE_REQUEST, &ask, &reply));
    OK(jy_buf_add(&csr, reply.u.KEY_CERTIFICATE_REQUESTED.csr));
    jy_frame_free(&reply);
    return csr;
}

static jy_err
sign(const char *purpose, struct jy_slice certificate, struct jy_slice what, struct jy_buf *value)
{
    struct jy_msg_KEY_SIGN_DOCUMENT ask = { .certificate = certificate, .digest = what };
    struct jy_frame reply;
    jy_err rc;

    TEXT(ask.purpose, purpose);
    rc = world_ask(JY_MSG_KEY_SIGN_DOCUMENT, &ask, &reply);
    if (rc == JY_OK)
        OK(jy_buf_add(value, reply.u.KEY_DOCUMENT_SIGNED.value));
    jy_frame_free(&reply);
    return rc;
}

/* The key outlives a restart: a certificate that the CA gave once serves until it ends. */
static void
r19_1__a_document_is_signed_under_the_certificate_of_its_purpose(void **state)
{
    struct jy_buf csr = csr_of("use-register"), value = { 0 };
    struct jy_buf certificate = world_issue(S(csr), w.now - 1, w.now + 86400, false);
    const struct jy_cms_subject subject = { .digest = digest }, other = { .digest = (const uint8_t[JY_SM3_SIZE]){ 1 } };
    struct jy_cms *cms;

    (void)state;
    world_reopen();
    OK(sign("use-register", S(certificate), JY_SLICE(digest, sizeof(digest)), &value));
    OK(jy_cms_parse(S(value), &cms, NULL));
    OK(jy_cms_verify(cms, &subject, NULL));
    IS(jy_cms_verify(cms, &other, NULL), JY_E_DOCUMENT_CHANGED);
    jy_cms_free(cms);
    jy_buf_free(&certificate);
    jy_buf_free(&value);
    jy_buf_free(&csr);
}

static void
r19_1__another_keys_certificate_a_cut_digest_and_other_purposes_are_refused(void **state)
{
    static const char *const others[] = { "seal-status", "platform", "archive", JY_KEY_REQUEST_PURPOSE, "use-registe", "" };
    struct jy_buf csr = csr_of("use-register"), value = { 0 };
    struct jy_buf certificate = world_issue(S(csr), w.now - 1, w.now + 86400, false);
    struct jy_slice all = JY_SLICE(digest, sizeof(digest)), der = S(certificate);
    struct jy_msg_KEY_CERTIFICATE_REQUEST ask = { .common_name = "津印" };
    struct jy_msg_KEY_STATEMENT text = { .purpose = "use-register", .text = JY_SLICE("a text", 6) };

    (void)state;
    IS(sign("use-register", jy_cert_der(w.ca), all, &value), JY_E_CERTIFICATE);
    IS(sign("use-register", JY_SLICE(der.p, der.len - 1), all, &value), JY_E_FORMAT);
    IS(sign("use-register", JY_EMPTY, all, &value), JY_E_LIMIT);
    for (size_t len = 0; len < sizeof(digest); len++)
        IS(sign("use-register", der, JY_SLICE(digest, len), &value), JY_E_ARGUMENT);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        IS(sign(others[i], der, all, &value), JY_E_ARGUMENT);
        assert_string_equal(w.fault.where, "purpose");
        TEXT(ask.purpose, others[i]);
        IS(world_ask_bytes(JY_MSG_KEY_CERTIFICATE_REQUEST, &ask, NULL), JY_E_ARGUMENT);
    }
    IS(world_ask_bytes(JY_MSG_KEY_STATEMENT, &text, NULL), JY_E_ARGUMENT);       /* a document's key says no texts */
    assert_int_equal(value.len, 0);
    jy_buf_free(&certificate);
    jy_buf_free(&csr);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(r19_1__a_document_is_signed_under_the_certificate_of_its_purpose, world_begin, world_end),
        cmocka_unit_test_setup_teardown(r19_1__another_keys_certificate_a_cut_digest_and_other_purposes_are_refused, world_begin, world_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
