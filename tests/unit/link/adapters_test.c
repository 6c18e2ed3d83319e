/* SPDX-License-Identifier: Apache-2.0 */
/* What is believed of the answers that are more than a row of wire.c, and which URLs are called at all. */
#include "daemons/link/adapter.h"
#include "daemons/link/hosts.h"
#include "daemons/link/message.h"
#include "daemons/link/platform.h"

#include "codec/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

/* -- the engraving system's register -- */

static void
registers__are_believed_row_by_row_and_only_when_asked_now(void **state)
{
    static const struct { const char *body; jy_err rc; uint32_t count; } rows[] = {
        { "{\"nonce\":\"n\",\"rows\":[]}", JY_OK, 0 },
        { "{\"nonce\":\"n\",\"rows\":[{\"es_id\":\"b\",\"state\":\"ACTIVE\",\"impression_digest\":\"" ZEROS "\"}]}", JY_OK, 1 },
        { "{\"nonce\":\"n\",\"rows\":[{\"es_id\":\"b\",\"state\":\"ACTIVE\"},{\"es_id\":\"c\",\"state\":\"VOID\",\"more\":1}]}", JY_OK, 2 },
        { "{\"nonce\":\"m\",\"rows\":[]}", JY_E_COUNTERPART_DOWN, 0 },                                     /* another question's */
        { "{\"rows\":[]}", JY_E_COUNTERPART_DOWN, 0 },
        { "{\"nonce\":\"n\"}", JY_E_COUNTERPART_DOWN, 0 },
        { "{\"nonce\":\"n\",\"rows\":{}}", JY_E_COUNTERPART_DOWN, 0 },
        { "{\"nonce\":\"n\",\"rows\":[{\"es_id\":\"a\",\"state\":\"ACTIVE\"}]}", JY_E_COUNTERPART_DOWN, 0 },   /* not after the last */
        { "{\"nonce\":\"n\",\"rows\":[{\"es_id\":\"c\",\"state\":\"ACTIVE\"},{\"es_id\":\"b\",\"state\":\"ACTIVE\"}]}", JY_E_COUNTERPART_DOWN, 0 },
        { "{\"nonce\":\"n\",\"rows\":[{\"es_id\":\"b\",\"state\":\"ACTIVE\"},{\"es_id\":\"b\",\"state\":\"ACTIVE\"}]}", JY_E_COUNTERPART_DOWN, 0 },
        { "{\"nonce\":\"n\",\"rows\":[{\"es_id\":\"b\",\"state\":\"active\"}]}", JY_E_COUNTERPART_DOWN, 0 },
        { "{\"nonce\":\"n\",\"rows\":[{\"es_id\":\"b c\",\"state\":\"ACTIVE\"}]}", JY_E_COUNTERPART_DOWN, 0 },
        { "{\"nonce\":\"n\",\"rows\":[{\"es_id\":\"b\\u0000\",\"state\":\"ACTIVE\"}]}", JY_E_COUNTERPART_DOWN, 0 },
        { "{\"nonce\":\"n\",\"rows\":[{\"es_id\":\"b\",\"state\":\"ACTIVE\",\"impression_digest\":\"00\"}]}", JY_E_COUNTERPART_DOWN, 0 },
        { "{\"nonce\":\"n\",\"rows\":[{\"es_id\":7,\"state\":\"ACTIVE\"}]}", JY_E_COUNTERPART_DOWN, 0 },
        { "{\"nonce\":\"n\",\"rows\":[{\"es_id\":\"b\",\"state\":\"ACTIVE\"},{\"es_id\":\"c\",\"state\":\"ACTIVE\"},{\"es_id\":\"d\",\"state\":\"ACTIVE\"}]}",
          JY_E_COUNTERPART_DOWN, 0 },                                                                         /* more than asked for */
        { "[]", JY_E_COUNTERPART_DOWN, 0 }, { "", JY_E_COUNTERPART_DOWN, 0 }, { "null", JY_E_COUNTERPART_DOWN, 0 },
    };
    struct jy_msg_LINK_REGISTER ask = { .after = "a", .limit = 2 };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct jy_frame reply = { 0 };
        struct jy_fault fault = { 0 };
        assert_int_equal(link_register_read(&ask, "n", jy_slice_text(rows[i].body), &reply, &fault), rows[i].rc);
        if (rows[i].rc == JY_OK)
            assert_int_equal(reply.u.LINK_REGISTER_PAGE.count, rows[i].count);
        else
            assert_true(fault.text[0] != '\0');
        jy_frame_free(&reply);
    }
}

/* -- the national platform -- */

static struct jy_sm2 *platform, *stranger;

static int
make_keys(void **state)
{
    (void)state;
    return jy_sm2_generate(&platform) == JY_OK && jy_sm2_generate(&stranger) == JY_OK ? 0 : -1;
}

static int
free_keys(void **state)
{
    (void)state;
    jy_sm2_free(platform);
    jy_sm2_free(stranger);
    return 0;
}

/* base64 of a signature, static */
static const char *
signed_by(const struct jy_sm2 *key, const char *text)
{
    static char out[256];
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    struct jy_buf base64 = { 0 };
    size_t len;

    assert_int_equal(jy_sm2_sign(key, jy_slice_text(text), sig, &len), JY_OK);
    assert_int_equal(jy_base64_encode(JY_SLICE(sig, len), &base64), JY_OK);
    snprintf(out, sizeof(out), "%.*s", (int)base64.len, (const char *)base64.p);
    jy_buf_free(&base64);
    return out;
}

static void
challenges__count_when_signed_and_ours(void **state)
{
    char body[512], random_b[65];
    static const char *const wrong[] = { "", "||||||", "a||b||c", "id||0123456789abcdef||A", "id||short||A||x", "id||0123456789abcdef||A||", "no pipes" };

    (void)state;
    snprintf(body, sizeof(body), "id||0123456789abcdef||A||%s", signed_by(platform, "id||0123456789abcdef||A"));
    assert_int_equal(link_platform_read_challenge(platform, "A", jy_slice_text(body), random_b, NULL), JY_OK);
    assert_string_equal(random_b, "0123456789abcdef");
    assert_int_equal(link_platform_read_challenge(platform, "B", jy_slice_text(body), random_b, NULL), JY_E_COUNTERPART_DOWN);
    assert_int_equal(link_platform_read_challenge(stranger, "A", jy_slice_text(body), random_b, NULL), JY_E_COUNTERPART_DOWN);
    body[4] ^= 1;
    assert_int_equal(link_platform_read_challenge(platform, "A", jy_slice_text(body), random_b, NULL), JY_E_COUNTERPART_DOWN);
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(link_platform_read_challenge(platform, "A", jy_slice_text(wrong[i]), random_b, NULL), JY_E_COUNTERPART_DOWN);
}

static void
receipts__of_the_platform_are_bound_to_request_and_challenge(void **state)
{
    char body[640], receipt[65];

    (void)state;
    snprintf(body, sizeof(body), "{\"code\":\"0\",\"requestId\":\"e\",\"receipt\":\"N-1\",\"sign\":\"%s\"}", signed_by(platform, "0|e|N-1|R"));
    assert_int_equal(link_platform_read_taken(platform, "e", "R", jy_slice_text(body), receipt, NULL), JY_OK);
    assert_string_equal(receipt, "N-1");
    assert_int_equal(link_platform_read_taken(platform, "f", "R", jy_slice_text(body), receipt, NULL), JY_E_COUNTERPART_DOWN);
    assert_int_equal(link_platform_read_taken(platform, "e", "S", jy_slice_text(body), receipt, NULL), JY_E_COUNTERPART_DOWN);
    assert_int_equal(link_platform_read_taken(stranger, "e", "R", jy_slice_text(body), receipt, NULL), JY_E_COUNTERPART_DOWN);
    /* a refusal counts only when it is the platform's own word */
    snprintf(body, sizeof(body), "{\"code\":\"1\",\"msg\":\"no\\u001b\",\"requestId\":\"e\",\"sign\":\"%s\"}", signed_by(platform, "1|e||R"));
    assert_int_equal(link_platform_read_taken(platform, "e", "R", jy_slice_text(body), receipt, NULL), JY_E_COUNTERPART_REFUSED);
    assert_int_equal(link_platform_read_taken(stranger, "e", "R", jy_slice_text(body), receipt, NULL), JY_E_COUNTERPART_DOWN);
    /* pipes in a value would say something else */
    snprintf(body, sizeof(body), "{\"code\":\"0\",\"requestId\":\"e\",\"receipt\":\"N|1\",\"sign\":\"%s\"}", signed_by(platform, "0|e|N|1|R"));
    assert_int_equal(link_platform_read_taken(platform, "e", "R", jy_slice_text(body), receipt, NULL), JY_E_COUNTERPART_DOWN);
}

static void
statuses__of_the_platform_are_signed_for_this_question(void **state)
{
    char body[640];
    uint32_t status = 7;

    (void)state;
    snprintf(body, sizeof(body), "{\"code\":\"0\",\"sealStatus\":\"1\",\"sign\":\"%s\"}", signed_by(platform, "c|t|1|n"));
    assert_int_equal(link_platform_read_status(platform, "c", "t", "n", jy_slice_text(body), &status, NULL), JY_OK);
    assert_int_equal(status, 1);
    assert_int_equal(link_platform_read_status(platform, "d", "t", "n", jy_slice_text(body), &status, NULL), JY_E_COUNTERPART_DOWN);
    assert_int_equal(link_platform_read_status(platform, "c", "u", "n", jy_slice_text(body), &status, NULL), JY_E_COUNTERPART_DOWN);
    assert_int_equal(link_platform_read_status(platform, "c", "t", "o", jy_slice_text(body), &status, NULL), JY_E_COUNTERPART_DOWN);
    *strstr(body, "\"1\"") = '"';
    strstr(body, "\"1\"")[1] = '0';                                                                          /* valid, says nobody */
    assert_int_equal(link_platform_read_status(platform, "c", "t", "n", jy_slice_text(body), &status, NULL), JY_E_COUNTERPART_DOWN);
}

static void
revocation_lists__of_the_platform_are_whole_and_signed(void **state)
{
    char body[800];
    struct jy_buf rows = { 0 };
    uint32_t count = 0;
    const char *list = "[{\"sealCode\":\"c\",\"sealName\":\"x\",\"revocationTime\":\"t\"}]";

    (void)state;
    snprintf(body, sizeof(body), "{\"code\":\"0\",\"version\":\"1\",\"nextUpdateTime\":\"u\",\"revocationList\":%s,\"sign\":\"%s\"}", list,
             signed_by(platform, "1|u|1|2|n|c|t"));
    assert_int_equal(link_platform_read_revoked(platform, 1, 2, "n", jy_slice_text(body), &rows, &count, NULL), JY_OK);
    assert_int_equal(count, 1);
    assert_true(jy_slice_find(jy_buf_slice(&rows), jy_slice_text("\"es_id\":\"c\"")) != SIZE_MAX);
    rows.len = 0;
    assert_int_equal(link_platform_read_revoked(platform, 2, 2, "n", jy_slice_text(body), &rows, &count, NULL), JY_E_COUNTERPART_DOWN);
    assert_int_equal(link_platform_read_revoked(platform, 1, 2, "m", jy_slice_text(body), &rows, &count, NULL), JY_E_COUNTERPART_DOWN);
    /* a row taken out */
    snprintf(body, sizeof(body), "{\"code\":\"0\",\"version\":\"1\",\"nextUpdateTime\":\"u\",\"revocationList\":[],\"sign\":\"%s\"}",
             signed_by(platform, "1|u|1|2|n|c|t"));
    assert_int_equal(link_platform_read_revoked(platform, 1, 2, "n", jy_slice_text(body), &rows, &count, NULL), JY_E_COUNTERPART_DOWN);
    jy_buf_free(&rows);
}

/* -- where we knock -- */

static void
hosts__only_those_of_the_list_are_called(void **state)
{
    static const struct { const char *list, *url; jy_err rc; bool public_only; } rows[] = {
        { "", "http://a.example/x", JY_E_FORBIDDEN, false },
        { "a.example", "http://a.example/x", JY_OK, false },
        { "a.example", "https://A.Example/x?y=1", JY_OK, false },
        { "a.example", "http://a.example:8080/", JY_E_FORBIDDEN, false },
        { "b.example a.example:8080", "http://a.example:8080/", JY_OK, false },
        { "b.example,a.example:8080", "http://a.example:8080/", JY_OK, false },
        { "a.example", "http://a.example.evil/", JY_E_FORBIDDEN, false },
        { "a.example", "http://evil/a.example", JY_E_FORBIDDEN, false },
        { "a.example", "http://a.example@evil/", JY_E_BAD_FIELD, false },
        { "a.example", "http://evil#@a.example/", JY_E_BAD_FIELD, false },
        { "a.example", "http://evil\\@a.example/", JY_E_BAD_FIELD, false },
        { "a.example", "ftp://a.example/", JY_E_BAD_FIELD, false },
        { "a.example", "file:///etc/passwd", JY_E_BAD_FIELD, false },
        { "a.example", "gopher://a.example/", JY_E_BAD_FIELD, false },
        { "a.example", "//a.example/", JY_E_BAD_FIELD, false },
        { "a.example", "", JY_E_BAD_FIELD, false },
        { "*", "https://any.example/", JY_OK, true },
        { "*", "http://any.example/", JY_E_FORBIDDEN, false },
        { "* 127.0.0.1:9", "http://127.0.0.1:9/x", JY_OK, false },
        { "127.0.0.1:9", "http://127.0.0.1:90/x", JY_E_FORBIDDEN, false },
        { "127.0.0.1", "http://2130706433/", JY_OK, false },                       /* the same address, written otherwise: as curl reads it */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool public_only = true;
        assert_int_equal(link_host_allowed(rows[i].list, rows[i].url, "hosts", &public_only, NULL), rows[i].rc);
        assert_int_equal(public_only, rows[i].public_only);
    }
}

static void
addresses__that_are_ours_are_not_public(void **state)
{
    static const struct { const char *address; bool is_public; } rows[] = {
        { "8.8.8.8", true },          { "127.0.0.1", false },        { "10.1.2.3", false },         { "172.16.0.1", false },    { "172.32.0.1", true },
        { "192.168.1.1", false },     { "169.254.169.254", false },  { "100.64.0.1", false },       { "0.0.0.0", false },       { "224.0.0.1", false },
        { "255.255.255.255", false }, { "198.18.0.1", false },       { "203.0.113.9", false },      { "2606:4700::1", true },   { "::1", false },
        { "::", false },              { "fe80::1", false },          { "fc00::1", false },          { "ff02::1", false },       { "::ffff:127.0.0.1", false },
        { "::ffff:8.8.8.8", true },   { "64:ff9b::7f00:1", false },  { "64:ff9b::808:808", true },  { "2002:7f00:1::", false }, { "2001:db8::1", false },
        { "2001::1", false },         { "::7f00:1", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sockaddr_in v4 = { .sin_family = AF_INET };
        struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
        bool is_v6 = strchr(rows[i].address, ':') != NULL;
        assert_int_equal(inet_pton(is_v6 ? AF_INET6 : AF_INET, rows[i].address, is_v6 ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr), 1);
        assert_int_equal(link_address_is_public(is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4), rows[i].is_public);
    }
}

/* -- messages -- */

static void
mails__have_no_room_for_anothers_header(void **state)
{
    static const char *const wrong[] = { "", "a", "a@", "@b", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "<a@b>", "a@b,c@d", "a;b@c", "\"a\"@b", "a@b\n" };
    struct jy_buf mail = { 0 };

    (void)state;
    assert_true(link_mail_address_is_plain("duty.officer+seals@police.example.cn"));
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(link_mail_address_is_plain(wrong[i]));
    assert_int_equal(link_mail_write("e1", "a@b.example", "<c@d.example>", "x\r\nBcc: <evil@e.example>", ".\r\nQUIT\r\n", 0, &mail), JY_OK);
    assert_int_equal(jy_slice_find(jy_buf_slice(&mail), jy_slice_text("Bcc")), SIZE_MAX);
    assert_int_equal(jy_slice_find(jy_buf_slice(&mail), jy_slice_text("\r\n.")), SIZE_MAX);
    assert_true(jy_slice_find(jy_buf_slice(&mail), jy_slice_text("Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n")) == 0);
    jy_buf_free(&mail);
}

static void
mail_without_tls__stays_on_this_machine(void **state)
{
    (void)state;
    assert_true(link_mail_is_local("smtp://127.0.0.1:25"));
    assert_true(link_mail_is_local("smtp://127.0.0.1"));
    assert_false(link_mail_is_local("smtp://127.0.0.1.evil.example"));
    assert_false(link_mail_is_local("smtp://127.0.0.11"));
    assert_false(link_mail_is_local("smtps://127.0.0.1"));
    assert_false(link_mail_is_local("smtp://mail.example"));
}

static void
short_messages__have_a_receipt_of_their_own(void **state)
{
    char receipt[65];

    (void)state;
    assert_int_equal(link_sms_read("e", jy_slice_text("{\"event_id\":\"e\",\"receipt\":\"r\"}"), receipt, NULL), JY_OK);
    assert_int_equal(link_sms_read("e", jy_slice_text("{\"event_id\":\"f\",\"receipt\":\"r\"}"), receipt, NULL), JY_E_COUNTERPART_DOWN);
    assert_int_equal(link_sms_read("e", jy_slice_text("{\"event_id\":\"e\"}"), receipt, NULL), JY_E_COUNTERPART_DOWN);
    assert_int_equal(link_sms_read("e", jy_slice_text("{\"event_id\":\"e\",\"receipt\":\"\"}"), receipt, NULL), JY_E_COUNTERPART_DOWN);
    assert_int_equal(link_sms_read("e", jy_slice_text("<html>"), receipt, NULL), JY_E_COUNTERPART_DOWN);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers__are_believed_row_by_row_and_only_when_asked_now),
        cmocka_unit_test(challenges__count_when_signed_and_ours),
        cmocka_unit_test(receipts__of_the_platform_are_bound_to_request_and_challenge),
        cmocka_unit_test(statuses__of_the_platform_are_signed_for_this_question),
        cmocka_unit_test(revocation_lists__of_the_platform_are_whole_and_signed),
        cmocka_unit_test(hosts__only_those_of_the_list_are_called),
        cmocka_unit_test(addresses__that_are_ours_are_not_public),
        cmocka_unit_test(mails__have_no_room_for_anothers_header),
        cmocka_unit_test(mail_without_tls__stays_on_this_machine),
        cmocka_unit_test(short_messages__have_a_receipt_of_their_own),
    };

    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
