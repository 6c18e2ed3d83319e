/* SPDX-License-Identifier: Apache-2.0 */
/* CMP (RFC 4210, RFC 9483): what is asked is understood, what is answered is believed only when all of it fits. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "sides.h"
#include <crypto/digest.h>
#include <der_changes.h>

static struct jy_buf asked, answered;
static struct jy_cmp_request request;

static void
free_buffers(void)
{
    jy_buf_free(&asked);
    jy_buf_free(&answered);
}

/* The answer in `answered` is refused with this error at this place, and brings nothing. */
static void
assert_refused(enum jy_cmp_kind kind, jy_err error, const char *where, const char *text)
{
    struct jy_cmp_issued issued = { .number = 0 };
    struct jy_fault fault = { 0 };
    jy_err rc = kind == JY_CMP_CERTIFICATE ? jy_cmp_read_certificate(&access_, &question, jy_buf_slice(&answered), &issued, &fault)
        : kind == JY_CMP_CONFIRMATION ? jy_cmp_read_confirmed(&access_, &question, jy_buf_slice(&answered), &fault)
        : jy_cmp_read_revoked(&access_, &question, jy_buf_slice(&answered), &fault);

    assert_int_equal(rc, error);
    assert_int_equal(fault.err, error);
    assert_string_equal(fault.where, where);
    if (text != NULL && strstr(fault.text, text) == NULL)
        assert_string_equal(fault.text, text);
    assert_int_equal(issued.certificate.len, 0);
}

/* An answer whose header and content are as given here, protected as an honest one. */
static void
answer_with(struct jy_cmp_header header, unsigned body, struct jy_slice content)
{
    const struct jy_cmp_pbm pbm = { .owf = OID_SM3, .mac = OID_SM3 };

    answered.len = 0;
    MUST(jy_cmp_message_write(&access_, &header, body, content, &pbm, &answered));
}

static struct jy_cmp_header
honest_header(void)
{
    static const uint8_t nonce[16] = { 1 };

    return (struct jy_cmp_header){ .sender = access_.ca, .transaction = JY_SLICE(question.transaction, 16), .nonce = JY_SLICE(nonce, 16),
                                   .recip_nonce = JY_SLICE(question.nonce, 16), .now = NOW };
}

/* -- asked and understood -- */

static void
p10cr__brings_request_profile_and_the_wish_for_no_confirmation(void **state)
{
    (void)state;
    request = ask(JY_CMP_CERTIFICATE, &asked);
    assert_int_equal(request.kind, JY_CMP_CERTIFICATE);
    assert_true(jy_slice_equal(request.csr, jy_buf_slice(&csr)));
    assert_string_equal(request.profile, "seal");
    assert_true(request.implicit_confirm);
    assert_true(jy_slice_equal(request.owf, OID_SM3) && jy_slice_equal(request.mac, OID_SM3));
    free_buffers();
}

static void
rr__brings_issuer_serial_reason_and_time(void **state)
{
    (void)state;
    request = ask(JY_CMP_REVOCATION, &asked);
    assert_int_equal(request.kind, JY_CMP_REVOCATION);
    assert_true(jy_slice_equal(request.issuer, access_.ca));
    assert_string_equal(request.serial, jy_cert_serial(subject));
    assert_int_equal(request.reason, 4);
    assert_int_equal(request.invalid_since, NOW - 60);
    free_buffers();
}

static void
certConf__has_the_digest_of_the_certificate_and_repeats_the_nonce_of_the_CA(void **state)
{
    uint8_t digest[JY_SM3_SIZE];

    (void)state;
    request = ask(JY_CMP_CONFIRMATION, &asked);
    MUST(jy_sm3(jy_cert_der(subject), digest));
    assert_int_equal(request.kind, JY_CMP_CONFIRMATION);
    assert_true(request.accepted && jy_slice_equal(request.hash, JY_SLICE(digest, sizeof(digest))));
    assert_true(jy_slice_equal(request.recip_nonce, JY_SLICE("\7\10\11", 3)));
    free_buffers();
}

static void
transaction__is_the_same_for_the_same_request_and_the_nonce_never(void **state)
{
    struct jy_cmp_question first, other;
    const struct jy_cmp_revocation what = { "request-1", "0A", 0, NOW };

    (void)state;
    ask(JY_CMP_CERTIFICATE, &asked);
    first = question;
    ask(JY_CMP_CERTIFICATE, &asked);
    assert_memory_equal(first.transaction, question.transaction, sizeof(first.transaction));
    assert_memory_not_equal(first.nonce, question.nonce, sizeof(first.nonce));
    MUST(jy_cmp_ask_revocation(&access_, &what, NOW, &other, &asked, NULL));
    assert_memory_not_equal(first.transaction, other.transaction, sizeof(first.transaction));
    free_buffers();
}

static void
asking__without_what_is_needed_is_refused_by_name(void **state)
{
    struct jy_cmp_access bare = access_;
    struct jy_cmp_revocation what = { "event", "0A", 4, NOW };
    struct jy_fault fault;
    char profile[JY_CMP_PROFILE_SIZE + 1];

    (void)state;
#define REFUSED(call, name)                               \
    do {                                                  \
        assert_int_equal((call), JY_E_ARGUMENT);          \
        assert_string_equal(fault.where, (name));         \
        assert_int_equal(asked.len, 0);                   \
    } while (0)
    asked.len = 0;
    bare.secret = JY_EMPTY;
    REFUSED(jy_cmp_ask_revocation(&bare, &what, NOW, &question, &asked, &fault), "secret");
    bare = access_;
    bare.ca = JY_EMPTY;
    REFUSED(jy_cmp_ask_revocation(&bare, &what, NOW, &question, &asked, &fault), "ca");
    bare = access_;
    bare.reference = JY_EMPTY;
    REFUSED(jy_cmp_ask_revocation(&bare, &what, NOW, &question, &asked, &fault), "reference");
    what.serial = "0AX1";
    REFUSED(jy_cmp_ask_revocation(&access_, &what, NOW, &question, &asked, &fault), "serial");
    what.serial = "";
    REFUSED(jy_cmp_ask_revocation(&access_, &what, NOW, &question, &asked, &fault), "serial");
    what.serial = "0102030405060708090A0B0C0D0E0F101112131415";          /* 21 bytes */
    REFUSED(jy_cmp_ask_revocation(&access_, &what, NOW, &question, &asked, &fault), "serial");
    what = (struct jy_cmp_revocation){ "event", "0A", 11, NOW };
    REFUSED(jy_cmp_ask_revocation(&access_, &what, NOW, &question, &asked, &fault), "reason");
    what = (struct jy_cmp_revocation){ "", "0A", 4, NOW };
    REFUSED(jy_cmp_ask_revocation(&access_, &what, NOW, &question, &asked, &fault), "revocation");
    memset(profile, 'p', sizeof(profile) - 1);
    profile[sizeof(profile) - 1] = '\0';
    REFUSED(jy_cmp_ask_certificate(&access_, "id", profile, jy_buf_slice(&csr), NOW, &question, &asked, &fault), "profile");
    REFUSED(jy_cmp_ask_certificate(&access_, "id", "", jy_buf_slice(&csr), NOW, &question, &asked, &fault), "profile");
#undef REFUSED
    free_buffers();
}

static void
request__under_another_secret_or_reference_is_refused(void **state)
{
    struct jy_cmp_access other = access_;
    struct jy_fault fault;

    (void)state;
    ask(JY_CMP_CERTIFICATE, &asked);
    other.secret = JY_SLICE("another secret", 14);
    assert_int_equal(jy_cmp_request_read(&other, jy_buf_slice(&asked), &request, &fault), JY_E_SIGNATURE);
    assert_string_equal(fault.where, "PKIMessage.protection");
    other = access_;
    other.reference = JY_SLICE("other", 5);
    assert_int_equal(jy_cmp_request_read(&other, jy_buf_slice(&asked), &request, &fault), JY_E_SIGNATURE);
    assert_string_equal(fault.where, "PKIHeader.senderKID");
    free_buffers();
}

/* RFC 4210 5.1.3.1, computed step by step. */
static void
protection__is_the_HMAC_under_the_digest_taken_so_many_times(void **state)
{
    const struct jy_cmp_pbm pbm = { .salt = JY_SLICE("salt", 4), .rounds = 3, .owf = OID_SM3, .mac = OID_SM3 };
    uint8_t key[JY_SM3_SIZE], mac[64], expected[JY_SM3_SIZE];
    size_t len;

    (void)state;
    MUST(jy_sm3(jy_slice_text("secretsalt"), key));
    MUST(jy_sm3(JY_SLICE(key, sizeof(key)), key));
    MUST(jy_sm3(JY_SLICE(key, sizeof(key)), key));
    MUST(jy_hmac_sm3(JY_SLICE(key, sizeof(key)), JY_SLICE("\x30\x02\x05\x00", 4), expected));
    MUST(jy_cmp_mac(&pbm, jy_slice_text("secret"), JY_SLICE("\x05\x00", 2), mac, &len));
    assert_int_equal(len, sizeof(expected));
    assert_memory_equal(mac, expected, sizeof(expected));
}

/* -- answered and believed -- */

static void
cp__brings_the_certificate_and_whether_it_must_be_confirmed(void **state)
{
    struct jy_cmp_issued issued;

    (void)state;
    request = ask(JY_CMP_CERTIFICATE, &asked);
    answer(&request, (struct jy_cmp_answer){ .failure = -1 }, &answered);
    MUST(jy_cmp_read_certificate(&access_, &question, jy_buf_slice(&answered), &issued, NULL));
    assert_true(jy_slice_equal(issued.certificate, jy_cert_der(subject)));
    assert_true(issued.confirmed && issued.number == -1);
    answer(&request, (struct jy_cmp_answer){ .failure = -1, .wait_for_confirmation = true }, &answered);
    MUST(jy_cmp_read_certificate(&access_, &question, jy_buf_slice(&answered), &issued, NULL));
    assert_false(issued.confirmed);
    assert_int_equal(issued.nonce_len, JY_CMP_NONCE_SIZE);
    assert_int_equal(issued.nonce[0], 0x5A);
    free_buffers();
}

static void
pkiConf_and_rp__of_the_CA_are_believed(void **state)
{
    (void)state;
    request = ask(JY_CMP_CONFIRMATION, &asked);
    answer(&request, (struct jy_cmp_answer){ .failure = -1 }, &answered);
    MUST(jy_cmp_read_confirmed(&access_, &question, jy_buf_slice(&answered), NULL));
    request = ask(JY_CMP_REVOCATION, &asked);
    answer(&request, (struct jy_cmp_answer){ .failure = -1 }, &answered);
    MUST(jy_cmp_read_revoked(&access_, &question, jy_buf_slice(&answered), NULL));
    free_buffers();
}

static void
answer__replayed_from_the_same_request_of_before_is_refused(void **state)
{
    (void)state;
    for (int kind = JY_CMP_CERTIFICATE; kind <= JY_CMP_REVOCATION; kind++) {
        request = ask((enum jy_cmp_kind)kind, &asked);
        answer(&request, (struct jy_cmp_answer){ .failure = -1 }, &answered);
        ask((enum jy_cmp_kind)kind, &asked);
        assert_refused((enum jy_cmp_kind)kind, JY_E_SIGNATURE, "PKIHeader.recipNonce", NULL);
    }
    free_buffers();
}

static void
answer__of_another_transaction_or_nonce_or_kind_is_refused(void **state)
{
    static const uint8_t wrong[16] = { 0xEE };
    struct jy_cmp_header header;
    struct jy_buf content = { 0 };

    (void)state;
    request = ask(JY_CMP_CONFIRMATION, &asked);
    MUST(jy_der_put(&content, DER_NULL, JY_EMPTY));
    header = honest_header();
    answer_with(header, CMP_PKI_CONF, jy_buf_slice(&content));
    MUST(jy_cmp_read_confirmed(&access_, &question, jy_buf_slice(&answered), NULL));
    header.transaction = JY_SLICE(wrong, 16);
    answer_with(header, CMP_PKI_CONF, jy_buf_slice(&content));
    assert_refused(JY_CMP_CONFIRMATION, JY_E_SIGNATURE, "PKIHeader.transactionID", NULL);
    header.transaction = JY_EMPTY;
    answer_with(header, CMP_PKI_CONF, jy_buf_slice(&content));
    assert_refused(JY_CMP_CONFIRMATION, JY_E_SIGNATURE, "PKIHeader.transactionID", NULL);
    header = honest_header();
    header.recip_nonce = JY_SLICE(wrong, 16);
    answer_with(header, CMP_PKI_CONF, jy_buf_slice(&content));
    assert_refused(JY_CMP_CONFIRMATION, JY_E_SIGNATURE, "PKIHeader.recipNonce", NULL);
    header.recip_nonce = JY_EMPTY;
    answer_with(header, CMP_PKI_CONF, jy_buf_slice(&content));
    assert_refused(JY_CMP_CONFIRMATION, JY_E_SIGNATURE, "PKIHeader.recipNonce", NULL);
    answer_with(honest_header(), CMP_PKI_CONF, jy_buf_slice(&content));
    assert_refused(JY_CMP_CERTIFICATE, JY_E_FORMAT, "PKIBody", "number 19, not 3");
    assert_refused(JY_CMP_REVOCATION, JY_E_FORMAT, "PKIBody", "number 19, not 12");
    answer_with(honest_header(), CMP_PKI_CONF, JY_SLICE("\x05\x00\x05\x00", 4));
    assert_refused(JY_CMP_CONFIRMATION, JY_E_TRAILING, "PKIConfirmContent", NULL);
    jy_buf_free(&content);
    free_buffers();
}

static void
answer__under_another_secret_or_none_is_refused(void **state)
{
    struct jy_cmp_access other = access_;
    struct jy_cmp_answer what = { .to = &request, .now = NOW, .failure = -1, .text = "", .certificate = jy_cert_der(subject) };
    struct jy_cmp_header header;
    struct jy_cmp_message read;
    struct jy_buf bare = { 0 };

    (void)state;
    request = ask(JY_CMP_CERTIFICATE, &asked);
    other.secret = JY_SLICE("another secret", 14);
    answered.len = 0;
    MUST(jy_cmp_answer_write(&other, &what, &answered, NULL));
    assert_refused(JY_CMP_CERTIFICATE, JY_E_SIGNATURE, "PKIMessage.protection", "another secret");
    answer(&request, (struct jy_cmp_answer){ .failure = -1 }, &answered);
    MUST(jy_cmp_message_read(jy_buf_slice(&answered), &read, NULL));
    header = honest_header();
    MUST(jy_cmp_message_write(NULL, &header, CMP_CP, read.content, NULL, &bare));
    answered.len = 0;
    MUST(jy_buf_add(&answered, jy_buf_slice(&bare)));
    assert_refused(JY_CMP_CERTIFICATE, JY_E_SIGNATURE, "PKIMessage.protection", "missing");
    jy_buf_free(&bare);
    free_buffers();
}

/* A header without protectionAlg, and a protection all the same; of such a message nothing is told. */
static void
answer__with_a_protection_of_no_algorithm_is_refused(void **state)
{
    struct jy_cmp_header header;
    struct jy_cmp_message read;
    struct jy_buf bare = { 0 }, body = { 0 }, protection = { 0 };
    struct jy_der der;
    struct jy_der_item message;

    (void)state;
    request = ask(JY_CMP_CERTIFICATE, &asked);
    header = honest_header();
    MUST(jy_cmp_message_write(NULL, &header, CMP_PKI_CONF, JY_SLICE("\x05\x00", 2), NULL, &bare));
    jy_der_open(&der, jy_buf_slice(&bare));
    MUST(jy_der_get(&der, DER_SEQUENCE, &message));
    MUST(jy_buf_add(&body, message.value));
    MUST(jy_der_put_bits(&protection, JY_SLICE("0123456789abcdef0123456789abcdef", 32)));
    MUST(jy_der_wrap(&body, DER_CONTEXT_0, &protection));
    answered.len = 0;
    MUST(jy_der_wrap(&answered, DER_SEQUENCE, &body));
    assert_refused(JY_CMP_CONFIRMATION, JY_E_FORMAT, "protection", NULL);
    assert_int_equal(jy_cmp_message_read(jy_buf_slice(&answered), &read, NULL), JY_E_FORMAT);
    assert_false(read.is_protected);
    assert_int_equal(read.covered.len, 0);
    jy_buf_free(&bare);
    jy_buf_free(&body);
    jy_buf_free(&protection);
    free_buffers();
}

/* pvno is the third element of header and body. */
static void
answer__of_another_version_is_refused(void **state)
{
    struct jy_buf part = { 0 }, changed = { 0 };
    struct jy_cmp_pbm pbm;

    (void)state;
    request = ask(JY_CMP_CERTIFICATE, &asked);
    answer(&request, (struct jy_cmp_answer){ .failure = -1 }, &answered);
    pbm = covered_part(jy_buf_slice(&answered), &part);
    assert_true(der_changed(jy_buf_slice(&part), false, 2, DER_LAST_BIT, &changed));
    {
        struct jy_buf message = { 0 };
        protect(jy_buf_slice(&changed), &pbm, &message);
        answered.len = 0;
        MUST(jy_buf_add(&answered, jy_buf_slice(&message)));
        jy_buf_free(&message);
    }
    assert_refused(JY_CMP_CERTIFICATE, JY_E_UNSUPPORTED, "pvno", NULL);
    jy_buf_free(&part);
    jy_buf_free(&changed);
    free_buffers();
}

/* -- what a CA may put into cp -- */

enum { CP_HONEST, CP_CAPUBS, CP_NUMBER_0, CP_NUMBER_1, CP_TWO, CP_NONE, CP_ENCRYPTED, CP_NO_CERTIFICATE, CP_WITH_KEY, CP_PUBLICATION, CP_TWO_IN_ONE,
       CP_BEHIND };

static void
put_cp(int form)
{
    struct jy_buf pair = { 0 }, part = { 0 }, response = { 0 }, list = { 0 }, body = { 0 };

    MUST(jy_buf_add(&part, jy_cert_der(subject)));
    if (form == CP_TWO_IN_ONE)
        MUST(jy_buf_add(&part, jy_cert_der(authority.ca)));
    MUST(jy_der_wrap(&pair, form == CP_ENCRYPTED ? DER_CONTEXT_1 : DER_CONTEXT_0, &part));
    if (form == CP_WITH_KEY || form == CP_PUBLICATION)
        MUST(jy_der_put(&pair, form == CP_WITH_KEY ? DER_CONTEXT_0 : DER_CONTEXT_1, JY_SLICE("\x30\x00", 2)));
    MUST(jy_der_put_i64(&response, form == CP_NUMBER_0 ? 0 : form == CP_NUMBER_1 ? 1 : -1));
    MUST(jy_status_put(&response, JY_STATUS_ACCEPTED, -1, ""));
    if (form != CP_NO_CERTIFICATE)
        MUST(jy_der_wrap(&response, DER_SEQUENCE, &pair));
    for (int i = 0; i < (form == CP_TWO ? 2 : form == CP_NONE ? 0 : 1); i++)
        MUST(jy_der_put(&list, DER_SEQUENCE, jy_buf_slice(&response)));
    if (form == CP_CAPUBS) {
        MUST(jy_der_put(&part, DER_SEQUENCE, jy_cert_der(authority.ca)));
        MUST(jy_der_wrap(&body, DER_CONTEXT_1, &part));
    }
    MUST(jy_der_wrap(&body, DER_SEQUENCE, &list));
    if (form == CP_BEHIND)
        MUST(jy_der_put(&body, DER_NULL, JY_EMPTY));
    MUST(jy_der_wrap(&list, DER_SEQUENCE, &body));
    answer_with(honest_header(), CMP_CP, jy_buf_slice(&list));
    jy_buf_free(&pair);
    jy_buf_free(&part);
    jy_buf_free(&response);
    jy_buf_free(&list);
    jy_buf_free(&body);
}

static void
cp__has_exactly_one_certificate_in_clear_for_this_request(void **state)
{
    static const struct { int form; jy_err error; const char *where; } rows[] = {
        { CP_NUMBER_1, JY_E_FORMAT, "certReqId" },
        { CP_TWO, JY_E_TRAILING, "CertRepMessage.response" },
        { CP_NONE, JY_E_FORMAT, "CertRepMessage.response" },
        { CP_ENCRYPTED, JY_E_FORMAT, "certOrEncCert" },
        { CP_NO_CERTIFICATE, JY_E_FORMAT, "certifiedKeyPair" },
        { CP_WITH_KEY, JY_E_FORMAT, "certifiedKeyPair.privateKey" },
        { CP_TWO_IN_ONE, JY_E_TRAILING, "certOrEncCert" },
        { CP_BEHIND, JY_E_TRAILING, "CertRepMessage" },
    };
    static const int good[] = { CP_HONEST, CP_CAPUBS, CP_NUMBER_0, CP_PUBLICATION };
    struct jy_cmp_issued issued;

    (void)state;
    ask(JY_CMP_CERTIFICATE, &asked);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        put_cp(good[i]);
        MUST(jy_cmp_read_certificate(&access_, &question, jy_buf_slice(&answered), &issued, NULL));
        assert_true(jy_slice_equal(issued.certificate, jy_cert_der(subject)));
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        put_cp(rows[i].form);
        assert_refused(JY_CMP_CERTIFICATE, rows[i].error, rows[i].where, NULL);
    }
    free_buffers();
}

/* -- no, and not now -- */

static void
rejection__is_a_refusal_only_when_it_is_about_the_request(void **state)
{
    static const struct { enum jy_cmp_kind kind; unsigned status; int failure; jy_err error; const char *where; } rows[] = {
        { JY_CMP_CERTIFICATE, JY_STATUS_REJECTION, JY_FAILURE_BAD_POP, JY_E_COUNTERPART_REFUSED, "CertResponse.status" },
        { JY_CMP_CERTIFICATE, JY_STATUS_REJECTION, -1, JY_E_COUNTERPART_REFUSED, "CertResponse.status" },
        { JY_CMP_CERTIFICATE, JY_STATUS_REJECTION, JY_FAILURE_SYSTEM_UNAVAIL, JY_E_COUNTERPART_DOWN, "CertResponse.status" },
        { JY_CMP_CERTIFICATE, JY_STATUS_REJECTION, JY_FAILURE_NOT_AUTHORIZED, JY_E_COUNTERPART_DOWN, "CertResponse.status" },
        { JY_CMP_CERTIFICATE, JY_STATUS_WAITING, -1, JY_E_COUNTERPART_DOWN, "CertResponse.status" },
        { JY_CMP_CERTIFICATE, 99, -1, JY_E_COUNTERPART_DOWN, "CertResponse.status" },
        { JY_CMP_CONFIRMATION, JY_STATUS_REJECTION, JY_FAILURE_CERT_CONFIRMED, JY_E_COUNTERPART_REFUSED, "PKIBody.error" },
        { JY_CMP_CONFIRMATION, JY_STATUS_REJECTION, JY_FAILURE_SYSTEM_FAILURE, JY_E_COUNTERPART_DOWN, "PKIBody.error" },
        { JY_CMP_REVOCATION, JY_STATUS_REJECTION, JY_FAILURE_BAD_CERT_ID, JY_E_COUNTERPART_REFUSED, "RevRepContent.status" },
        { JY_CMP_REVOCATION, JY_STATUS_WAITING, -1, JY_E_COUNTERPART_DOWN, "RevRepContent.status" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        request = ask(rows[i].kind, &asked);
        answer(&request, (struct jy_cmp_answer){ .status = rows[i].status, .failure = rows[i].failure, .text = "so it\x1b is" }, &answered);
        assert_refused(rows[i].kind, rows[i].error, rows[i].where, "so it  is");
    }
    free_buffers();
}

static void
rp__that_it_was_revoked_before_is_a_yes(void **state)
{
    (void)state;
    request = ask(JY_CMP_REVOCATION, &asked);
    answer(&request, (struct jy_cmp_answer){ .status = JY_STATUS_REJECTION, .failure = JY_FAILURE_CERT_REVOKED }, &answered);
    MUST(jy_cmp_read_revoked(&access_, &question, jy_buf_slice(&answered), NULL));
    free_buffers();
}

static void
rp__about_another_certificate_is_refused(void **state)
{
    (void)state;
    request = ask(JY_CMP_REVOCATION, &asked);
    request.serial[0] ^= 1;
    answer(&request, (struct jy_cmp_answer){ .failure = -1 }, &answered);
    assert_refused(JY_CMP_REVOCATION, JY_E_FORMAT, "RevRepContent.revCerts", "another certificate");
    request = ask(JY_CMP_REVOCATION, &asked);
    request.issuer = jy_cert_subject_der(authority.root);
    answer(&request, (struct jy_cmp_answer){ .failure = -1 }, &answered);
    assert_refused(JY_CMP_REVOCATION, JY_E_FORMAT, "RevRepContent.revCerts", "another certificate");
    free_buffers();
}

/* Anybody between could have written it: it is an outage, whatever it says. */
static void
error__without_protection_is_never_a_refusal(void **state)
{
    (void)state;
    for (int kind = JY_CMP_CERTIFICATE; kind <= JY_CMP_REVOCATION; kind++) {
        request = ask((enum jy_cmp_kind)kind, &asked);
        answered.len = 0;
        MUST(jy_cmp_error_write(access_.ca, &request, NOW, JY_FAILURE_CERT_REVOKED, "never mind", &answered));
        assert_refused((enum jy_cmp_kind)kind, JY_E_COUNTERPART_DOWN, "PKIBody.error", "never mind");
    }
    free_buffers();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p10cr__brings_request_profile_and_the_wish_for_no_confirmation),
        cmocka_unit_test(rr__brings_issuer_serial_reason_and_time),
        cmocka_unit_test(certConf__has_the_digest_of_the_certificate_and_repeats_the_nonce_of_the_CA),
        cmocka_unit_test(transaction__is_the_same_for_the_same_request_and_the_nonce_never),
        cmocka_unit_test(asking__without_what_is_needed_is_refused_by_name),
        cmocka_unit_test(request__under_another_secret_or_reference_is_refused),
        cmocka_unit_test(protection__is_the_HMAC_under_the_digest_taken_so_many_times),
        cmocka_unit_test(cp__brings_the_certificate_and_whether_it_must_be_confirmed),
        cmocka_unit_test(pkiConf_and_rp__of_the_CA_are_believed),
        cmocka_unit_test(answer__replayed_from_the_same_request_of_before_is_refused),
        cmocka_unit_test(answer__of_another_transaction_or_nonce_or_kind_is_refused),
        cmocka_unit_test(answer__under_another_secret_or_none_is_refused),
        cmocka_unit_test(answer__with_a_protection_of_no_algorithm_is_refused),
        cmocka_unit_test(answer__of_another_version_is_refused),
        cmocka_unit_test(cp__has_exactly_one_certificate_in_clear_for_this_request),
        cmocka_unit_test(rejection__is_a_refusal_only_when_it_is_about_the_request),
        cmocka_unit_test(rp__that_it_was_revoked_before_is_a_yes),
        cmocka_unit_test(rp__about_another_certificate_is_refused),
        cmocka_unit_test(error__without_protection_is_never_a_refusal),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
