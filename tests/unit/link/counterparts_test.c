/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides of docs/protocol/counterparts.md against each other, without sockets: each understands what the other says. */
#include "daemons/link/wire.h"
#include "sim/register.h"
#include "sim/sim.h"

#include <ftw.h>
#include <jinyin/cert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW ((jy_time)1795000000)

static char folder[64];
static struct sim *sim;

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
    strcpy(folder, "/tmp/jinyin-link-XXXXXX");
    return mkdtemp(folder) != NULL && sim_open(folder, "http://127.0.0.1:8090", NOW, &sim, NULL) == JY_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    sim_close(sim);
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* One request the whole way. */
static jy_err
carry(const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct link_call *call = NULL;
    struct jy_buf body = { 0 };
    struct sim_answer answer;
    char path[LINK_PATH_MAX], whole[LINK_PATH_MAX + 4];
    jy_err rc;

    assert_int_equal(link_call_find(request, &call, NULL), JY_OK);
    assert_int_equal(link_call_path(call, request, path, NULL), JY_OK);
    assert_int_equal(link_call_body(call, request, &body, NULL), JY_OK);
    snprintf(whole, sizeof(whole), "%s%s", link_call_counterpart(call) == LINK_CA ? "/ca" : "", path);
    assert_true(sim_body_limit(link_call_method(call), whole) >= (int64_t)body.len);
    sim_handle(sim, link_call_method(call), whole, jy_buf_slice(&body), NOW, &answer);
    rc = link_call_read(call, request, answer.status, jy_buf_slice(&answer.body), reply, fault);
    jy_buf_free(&body);
    jy_buf_free(&answer.body);
    return rc;
}

/* R8.1 */
static void
wires__every_seal_of_the_register_is_found(void **state)
{
    size_t count;
    const struct sim_seal *rows = sim_seals(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct jy_frame request = { .type = JY_MSG_LINK_PHYSICAL_SEAL }, reply;
        const struct jy_msg_LINK_PHYSICAL_SEAL_FOUND *found = &reply.u.LINK_PHYSICAL_SEAL_FOUND;
        strcpy(request.u.LINK_PHYSICAL_SEAL.seal_code, rows[i].seal_code);
        assert_int_equal(carry(&request, &reply, NULL), JY_OK);
        assert_int_equal(found->found, 1);
        assert_string_equal(found->uscc, sim_seal_organization(&rows[i])->uscc);
        assert_string_equal(found->kind, rows[i].kind);
        assert_string_equal(found->state, rows[i].state);
        assert_int_equal(found->width_mm, rows[i].width_mm);
        assert_int_equal(found->height_mm, rows[i].height_mm);
        assert_true(found->picture.len > 1000);
        jy_frame_free(&reply);
    }
}

/* R8.1 */
static void
wires__an_unknown_seal_is_not_found(void **state)
{
    struct jy_frame request = { .type = JY_MSG_LINK_PHYSICAL_SEAL }, reply;

    (void)state;
    strcpy(request.u.LINK_PHYSICAL_SEAL.seal_code, "1201901999999");
    assert_int_equal(carry(&request, &reply, NULL), JY_OK);
    assert_int_equal(reply.u.LINK_PHYSICAL_SEAL_FOUND.found, 0);
    jy_frame_free(&reply);
}

static void
make_csr(struct jy_buf *out)
{
    struct jy_sm2 *key = NULL;

    assert_int_equal(jy_sm2_generate(&key), JY_OK);
    assert_int_equal(jy_csr_new(key, "seal-1", "天津云帆示例贸易有限公司（演示）", "91120101MA0Y00016A", out, NULL), JY_OK);
    jy_sm2_free(key);
}

static jy_err
issue(const char *request_id, struct jy_slice csr, struct jy_frame *reply)
{
    struct jy_frame request = { .type = JY_MSG_LINK_ISSUE_CERTIFICATE };

    strcpy(request.u.LINK_ISSUE_CERTIFICATE.request_id, request_id);
    strcpy(request.u.LINK_ISSUE_CERTIFICATE.profile, "seal");
    request.u.LINK_ISSUE_CERTIFICATE.csr = csr;
    return carry(&request, reply, NULL);
}

static jy_err
deliver(const char *destination, const char *event_id, const char *body, struct jy_frame *reply)
{
    struct jy_frame request = { .type = JY_MSG_LINK_DELIVER };

    strcpy(request.u.LINK_DELIVER.destination, destination);
    strcpy(request.u.LINK_DELIVER.event_id, event_id);
    request.u.LINK_DELIVER.body = jy_slice_text(body);
    return carry(&request, reply, NULL);
}

static enum jy_chain_status
chain_of(const struct jy_cert *cert, jy_time at)
{
    struct jy_frame request = { .type = JY_MSG_LINK_FETCH_TRUST }, reply;
    struct jy_trust *trust = NULL;
    struct jy_chain_result result;

    assert_int_equal(carry(&request, &reply, NULL), JY_OK);
    assert_int_equal(jy_trust_new(&trust), JY_OK);
    assert_int_equal(jy_trust_add_pem(trust, reply.u.LINK_TRUST.pem, NULL), JY_OK);
    assert_int_equal(jy_chain_check(trust, cert, NULL, 0, at, &result), JY_OK);
    jy_trust_free(trust);
    jy_frame_free(&reply);
    return result.status;
}

static void
wires__a_certificate_is_issued_trusted_and_revoked(void **state)
{
    struct jy_buf csr = { 0 }, other = { 0 };
    struct jy_frame first, again;
    struct jy_cert *cert = NULL;
    char body[256], at[21];

    (void)state;
    make_csr(&csr);
    make_csr(&other);
    assert_int_equal(issue("r-1", jy_buf_slice(&csr), &first), JY_OK);
    assert_int_equal(issue("r-1", jy_buf_slice(&csr), &again), JY_OK);
    assert_true(jy_slice_equal(first.u.LINK_CERTIFICATE.certificate, again.u.LINK_CERTIFICATE.certificate));
    assert_int_equal(jy_cert_parse(first.u.LINK_CERTIFICATE.certificate, &cert, NULL), JY_OK);
    jy_frame_free(&first);
    jy_frame_free(&again);
    assert_int_equal(issue("r-1", jy_buf_slice(&other), &again), JY_E_CONFLICT);
    other.p[other.len - 1] ^= 1;
    assert_int_equal(issue("r-2", jy_buf_slice(&other), &again), JY_E_SIGNATURE);

    assert_int_equal(chain_of(cert, NOW), JY_CHAIN_OK);
    jy_time_rfc3339(NOW, at);
    snprintf(body, sizeof(body), "{\"serial\":\"%s\",\"reason\":1,\"at\":\"%s\"}", jy_cert_serial(cert), at);
    assert_int_equal(deliver("ca", "e-1", body, &first), JY_OK);
    assert_int_equal(deliver("ca", "e-1", body, &again), JY_OK);
    assert_string_equal(first.u.LINK_DELIVERED.receipt, again.u.LINK_DELIVERED.receipt);
    jy_frame_free(&first);
    jy_frame_free(&again);
    assert_int_equal(chain_of(cert, NOW), JY_CHAIN_REVOKED);
    assert_int_equal(deliver("ca", "e-2", "{\"serial\":\"00\",\"reason\":1,\"at\":\"2026-01-01T00:00:00Z\"}", &again), JY_E_NOT_FOUND);
    assert_int_equal(deliver("ca", "e-2", "{\"reason\":1}", &again), JY_E_BAD_FIELD);
    jy_cert_free(cert);
    jy_buf_free(&csr);
    jy_buf_free(&other);
}

/* R13.2 */
static void
wires__a_filing_has_one_receipt(void **state)
{
    struct jy_frame first, again;

    (void)state;
    assert_int_equal(deliver("engraving", "e-1", "{\"event\":\"seal_made\",\"seal_code\":\"1201901000001\"}", &first), JY_OK);
    assert_int_equal(deliver("engraving", "e-1", "{\"event\":\"seal_made\",\"seal_code\":\"1201901000001\"}", &again), JY_OK);
    assert_string_equal(first.u.LINK_DELIVERED.receipt, again.u.LINK_DELIVERED.receipt);
    jy_frame_free(&first);
    jy_frame_free(&again);
    assert_int_equal(deliver("engraving", "e-1", "{\"event\":\"seal_frozen\"}", &again), JY_E_CONFLICT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wires__every_seal_of_the_register_is_found),
        cmocka_unit_test(wires__an_unknown_seal_is_not_found),
        cmocka_unit_test(wires__a_certificate_is_issued_trusted_and_revoked),
        cmocka_unit_test(wires__a_filing_has_one_receipt),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
