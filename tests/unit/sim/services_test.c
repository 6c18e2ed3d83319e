/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated time stamp authority and OCSP responder, judged by the library as anybody would. */
#include <jinyin/ocsp.h>
#include <jinyin/timestamp.h>

#include "sim/ca.h"
#include "sim/sim.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define NOW ((jy_time)1795000000)
#define MUST(call) assert_int_equal(call, JY_OK)

static char folder[64];
static struct sim *sim;
static const uint8_t digest[JY_SM3_SIZE] = { 1, 2, 3 };

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int
set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/jinyin-sim-XXXXXX");
    assert_non_null(mkdtemp(folder));
    MUST(sim_open(folder, "http://127.0.0.1:8090", NOW, &sim, NULL));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    sim_close(sim);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}

static struct jy_buf
ask(const char *method, const char *path, struct jy_slice body, jy_time now)
{
    struct sim_answer answer;

    sim_handle(sim, method, path, body, now, &answer);
    assert_int_equal(answer.status, 200);
    return answer.body;
}

static struct jy_trust *
trust_of(jy_time now)
{
    struct jy_buf pem = ask("GET", "/ca/trust", JY_EMPTY, now);
    struct jy_trust *trust;

    MUST(jy_trust_new(&trust));
    MUST(jy_trust_add_pem(trust, jy_buf_slice(&pem), NULL));
    jy_buf_free(&pem);
    return trust;
}

/* A token over digest of this time; the caller frees the result. */
static struct jy_timestamp_result
stamp(jy_time at)
{
    struct jy_timestamp_request request;
    struct jy_timestamp_result result;
    struct jy_buf der = { 0 }, token = { 0 }, reply;
    struct jy_trust *trust = trust_of(at);

    MUST(jy_timestamp_ask(digest, &request));
    MUST(jy_timestamp_request_write(&request, &der, NULL));
    reply = ask("POST", "/tsa", jy_buf_slice(&der), at);
    MUST(jy_timestamp_reply_read(jy_buf_slice(&reply), &request, &token, NULL));
    MUST(jy_timestamp_check(jy_buf_slice(&token), digest, trust, NULL, 0, at, &result, NULL));
    jy_buf_free(&der);
    jy_buf_free(&token);
    jy_buf_free(&reply);
    jy_trust_free(trust);
    return result;
}

static void
tsa__its_tokens_are_good_also_after_a_restart_and_in_a_folder_without_services(void **state)
{
    struct jy_timestamp_result first = stamp(NOW), second, third;
    char services[96];

    (void)state;
    assert_int_equal(first.status, JY_TS_GOOD);
    assert_int_equal(first.time, NOW);
    assert_int_equal(first.deviations, 0);
    assert_string_equal(first.policy, SIM_TSA_POLICY);
    assert_true(first.chain.test_only);                                /* R11.1 */
    sim_close(sim);
    MUST(sim_open(folder, "http://127.0.0.1:8090", NOW, &sim, NULL));
    second = stamp(NOW + 1);
    assert_true(second.status == JY_TS_GOOD && jy_slice_equal(jy_cert_der(first.tsa), jy_cert_der(second.tsa)));
    assert_string_not_equal(first.serial, second.serial);
    sim_close(sim);                                                    /* a folder of before there were services */
    snprintf(services, sizeof(services), "%s/services", folder);
    nftw(services, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    MUST(sim_open(folder, "http://127.0.0.1:8090", NOW, &sim, NULL));
    third = stamp(NOW + 2);
    assert_int_equal(third.status, JY_TS_GOOD);
    jy_timestamp_result_free(&first);
    jy_timestamp_result_free(&second);
    jy_timestamp_result_free(&third);
}

static void
tsa__what_it_cannot_stamp_is_rejected_with_the_reason(void **state)
{
    struct jy_timestamp_request request;
    struct jy_buf der = { 0 }, token = { 0 }, reply;
    struct jy_fault fault = { 0 };

    (void)state;
    MUST(jy_timestamp_ask(digest, &request));
    snprintf(request.policy, sizeof(request.policy), "1.2.3");
    MUST(jy_timestamp_request_write(&request, &der, NULL));
    reply = ask("POST", "/tsa", jy_buf_slice(&der), NOW);
    assert_int_equal(jy_timestamp_reply_read(jy_buf_slice(&reply), &request, &token, &fault), JY_E_COUNTERPART_REFUSED);
    assert_non_null(strstr(fault.text, "unacceptedPolicy"));
    jy_buf_free(&reply);
    reply = ask("POST", "/tsa", JY_SLICE("rubbish", 7), NOW);
    assert_int_equal(jy_timestamp_reply_read(jy_buf_slice(&reply), &request, &token, &fault), JY_E_COUNTERPART_REFUSED);
    assert_non_null(strstr(fault.text, "badRequest"));
    jy_buf_free(&reply);
    jy_buf_free(&der);
}

/* Without any list of the issuing CA, its responder's word makes the chain of its own authority good. */
static void
ocsp__its_answer_counts_in_a_chain(void **state)
{
    struct jy_timestamp_result stamped = stamp(NOW);
    struct jy_trust *trust;
    struct jy_buf pem = ask("GET", "/ca/trust", JY_EMPTY, NOW), root_list = ask("GET", "/ca/crl/root", JY_EMPTY, NOW), request = { 0 }, response;
    char *second = strstr(strstr((char *)pem.p, "-----BEGIN CERTIFICATE") + 1, "-----BEGIN CERTIFICATE");
    struct jy_slice all = jy_buf_slice(&pem), issuing_pem;
    struct jy_cert *issuing;
    struct jy_ocsp_answer answer;
    struct jy_chain_result chain;
    size_t lists = jy_slice_find(all, jy_slice_text("-----BEGIN X509 CRL"));

    (void)state;
    issuing_pem = JY_SLICE(second, lists - (size_t)((uint8_t *)second - pem.p));
    MUST(jy_cert_parse_pem(issuing_pem, &issuing, NULL));
    MUST(jy_trust_new(&trust));
    MUST(jy_trust_add_pem(trust, JY_SLICE(pem.p, lists), NULL));
    MUST(jy_trust_add_crl(trust, jy_buf_slice(&root_list), NULL));
    MUST(jy_chain_check(trust, stamped.tsa, NULL, 0, NOW, &chain));
    assert_int_equal(chain.status, JY_CHAIN_REVOCATION_UNKNOWN);
    MUST(jy_ocsp_request(stamped.tsa, issuing, false, JY_SLICE("nonce", 5), &request, NULL));
    response = ask("POST", "/ca/ocsp", jy_buf_slice(&request), NOW);
    MUST(jy_ocsp_check(jy_buf_slice(&response), stamped.tsa, issuing, JY_SLICE("nonce", 5), &answer, NULL));
    assert_int_equal(answer.status, JY_OCSP_GOOD);
    MUST(jy_trust_add_ocsp(trust, jy_buf_slice(&response), NULL));
    MUST(jy_chain_check(trust, stamped.tsa, NULL, 0, NOW, &chain));
    assert_int_equal(chain.status, JY_CHAIN_OK);
    MUST(jy_chain_check(trust, stamped.tsa, NULL, 0, NOW + SIM_OCSP_SECONDS + 1, &chain));
    assert_int_equal(chain.status, JY_CHAIN_REVOCATION_UNKNOWN);
    jy_trust_free(trust);
    jy_cert_free(issuing);
    jy_timestamp_result_free(&stamped);
    jy_buf_free(&pem);
    jy_buf_free(&root_list);
    jy_buf_free(&request);
    jy_buf_free(&response);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tsa__its_tokens_are_good_also_after_a_restart_and_in_a_folder_without_services, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tsa__what_it_cannot_stamp_is_rejected_with_the_reason, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ocsp__its_answer_counts_in_a_chain, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
