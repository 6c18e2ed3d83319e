/* SPDX-License-Identifier: Apache-2.0 */
/* The outside systems through their one door, and what they keep across restarts. */
#include "codec/text.h"
#include "core/rules.h"
#include "net/http.h"
#include "sim/ca.h"
#include "sim/sim.h"

#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW ((jy_time)1795000000)
#define BASE "http://127.0.0.1:8090"

/* A simulator in a folder of its own for one test. */
struct bench {
    char folder[64];
    struct sim *sim;
};

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
    struct bench *bench = calloc(1, sizeof(*bench));
    struct jy_fault fault = { 0 };

    assert_non_null(bench);
    strcpy(bench->folder, "/tmp/jinyin-sim-XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    if (sim_open(bench->folder, BASE, NOW, &bench->sim, &fault) != JY_OK)
        fail_msg("%s: %s", fault.where, fault.text);
    *state = bench;
    return 0;
}

static int
tear_down(void **state)
{
    struct bench *bench = *state;

    sim_close(bench->sim);
    nftw(bench->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(bench);
    return 0;
}

static jy_err
reopen(struct bench *bench, jy_time now)
{
    sim_close(bench->sim);
    return sim_open(bench->folder, BASE, now, &bench->sim, NULL);
}

/* One exchange: its status; *out is the parsed answer, to be decref'd, or NULL when it is not JSON. */
static int
ask(struct bench *bench, jy_time now, const char *method, const char *path, const char *body, json_t **out)
{
    struct sim_answer answer;
    int status;

    sim_handle(bench->sim, method, path, jy_slice_text(body == NULL ? "" : body), now, &answer);
    status = answer.status;
    if (jy_json_parse(jy_buf_slice(&answer.body), out, NULL) != JY_OK)
        *out = NULL;
    jy_buf_free(&answer.body);
    return status;
}

/* The text of one member of the answer, in a buffer of the caller; "" when absent. */
static const char *
ask_text(struct bench *bench, const char *method, const char *path, const char *body, const char *member, int *status, char out[4096])
{
    json_t *answer;
    const char *text;

    *status = ask(bench, NOW, method, path, body, &answer);
    text = json_string_value(json_object_get(answer, member));
    snprintf(out, 4096, "%s", text == NULL ? "" : text);
    json_decref(answer);
    return out;
}

static const char *
code_of(struct bench *bench, const char *method, const char *path, const char *body, char out[4096])
{
    int status;

    ask_text(bench, method, path, body, "code", &status, out);
    if (status != 200 && status != 201)
        assert_int_equal(status, jy_err_http(jy_err_by_code(out)));
    return out;
}

/* The body of a certificate request for a new key. */
static char *
csr_body(const char *request_id, const char *profile, struct jy_buf *der_out)
{
    struct jy_sm2 *key = NULL;
    struct jy_buf der = { 0 }, base64 = { 0 }, body = { 0 };

    assert_int_equal(jy_sm2_generate(&key), JY_OK);
    assert_int_equal(jy_csr_new(key, "1201901000001", "天津云帆示例贸易有限公司（演示）", "91120101MA0Y00016A", &der, NULL), JY_OK);
    assert_int_equal(jy_base64_encode(jy_buf_slice(&der), &base64), JY_OK);
    assert_int_equal(jy_buf_fmt(&body, "{\"request_id\":\"%s\",\"profile\":\"%s\",\"csr\":\"%.*s\"}", request_id, profile, (int)base64.len,
                                (const char *)base64.p),
                     JY_OK);
    assert_int_equal(jy_buf_byte(&body, 0), JY_OK);
    if (der_out != NULL)
        *der_out = der;
    else
        jy_buf_free(&der);
    jy_buf_free(&base64);
    jy_sm2_free(key);
    return (char *)body.p;
}

static struct jy_cert *
parse_certificate(const char *base64)
{
    struct jy_buf der = { 0 };
    struct jy_cert *cert = NULL;

    assert_int_equal(jy_base64_decode(jy_slice_text(base64), &der), JY_OK);
    assert_int_equal(jy_cert_parse(jy_buf_slice(&der), &cert, NULL), JY_OK);
    jy_buf_free(&der);
    return cert;
}

static struct jy_cert *
issue(struct bench *bench, const char *request_id, const char *profile)
{
    char *body = csr_body(request_id, profile, NULL), text[4096];
    int status;

    ask_text(bench, "POST", "/ca/certificates", body, "certificate", &status, text);
    assert_int_equal(status, 201);
    free(body);
    return parse_certificate(text);
}

static struct jy_chain_result
chain_of(struct bench *bench, const struct jy_cert *cert, jy_time now)
{
    struct sim_answer answer;
    struct jy_trust *trust = NULL;
    struct jy_chain_result result;

    sim_handle(bench->sim, "GET", "/ca/trust", JY_EMPTY, now, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(jy_trust_new(&trust), JY_OK);
    assert_int_equal(jy_trust_add_pem(trust, jy_buf_slice(&answer.body), NULL), JY_OK);
    assert_int_equal(jy_trust_anchor_count(trust), 1);
    assert_int_equal(jy_chain_check(trust, cert, NULL, 0, now, &result), JY_OK);
    jy_trust_free(trust);
    jy_buf_free(&answer.body);
    return result;
}

/* -- routes -- */

static void
routes__what_is_not_in_the_table_is_refused(void **state)
{
    static const struct { const char *method, *path, *code; } rows[] = {
        { "GET", "/", "not_found" },
        { "GET", "/seal", "not_found" },
        { "GET", "/seals/", "not_found" },
        { "GET", "/seals/1/2", "not_found" },
        { "GET", "/ca", "not_found" },
        { "GET", "/ca/root.key", "not_found" },
        { "GET", "/ca/crl/other", "not_found" },
        { "DELETE", "/seals", "method_not_allowed" },
        { "POST", "/seals/1201901000001", "method_not_allowed" },
        { "PUT", "/filings", "method_not_allowed" },
        { "GET", "/ca/certificates", "method_not_allowed" },
        { "get", "/seals", "method_not_allowed" },
    };
    char text[4096];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(code_of(*state, rows[i].method, rows[i].path, "", text), rows[i].code);
        if (strstr(rows[i].path, "/crl/") == NULL)
            assert_int_equal(sim_body_limit(rows[i].method, rows[i].path), -1);
    }
}

static void
routes__bodies_that_are_not_as_described_are_refused(void **state)
{
    static const struct { const char *path, *body, *code; } rows[] = {
        { "/filings", "", "bad_json" },
        { "/filings", "[]", "bad_json" },
        { "/filings", "{\"event_id\":\"a\",\"event_id\":\"a\"}", "bad_json" },
        { "/filings", "{}", "bad_field" },
        { "/filings", "{\"event_id\":\"\",\"event\":\"e\"}", "bad_field" },
        { "/filings", "{\"event_id\":7,\"event\":\"e\"}", "bad_field" },
        { "/filings", "{\"event_id\":\"e-1\"}", "bad_field" },
        { "/filings", "{\"event_id\":\"12345678901234567890123456789012345678901234567890123456789012345\",\"event\":\"e\"}", "bad_field" },
        { "/ca/certificates", "{}", "bad_field" },
        { "/ca/certificates", "{\"request_id\":\"r\",\"profile\":\"seal\"}", "bad_field" },
        { "/ca/certificates", "{\"request_id\":\"r\",\"profile\":\"seal\",\"csr\":\"***\"}", "bad_field" },
        { "/ca/certificates", "{\"request_id\":\"r\",\"profile\":\"root\",\"csr\":\"MAA=\"}", "bad_field" },
        { "/ca/certificates", "{\"request_id\":\"r\",\"profile\":\"seal\",\"csr\":\"MAA=\"}", "format" },
        { "/ca/revocations", "{\"event_id\":\"e\",\"serial\":\"00\",\"reason\":\"1\",\"at\":\"2026-11-18T09:00:00Z\"}", "bad_field" },
        { "/ca/revocations", "{\"event_id\":\"e\",\"serial\":\"00\",\"reason\":1,\"at\":\"yesterday\"}", "bad_field" },
        { "/ca/revocations", "{\"event_id\":\"e\",\"reason\":1,\"at\":\"2026-11-18T09:00:00Z\"}", "bad_field" },
        { "/ca/revocations", "{\"event_id\":\"e\",\"serial\":\"00\",\"reason\":1,\"at\":\"2026-11-18T09:00:00Z\"}", "not_found" },
    };
    char text[4096];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(code_of(*state, "POST", rows[i].path, rows[i].body, text), rows[i].code);
}

/* -- engraving system -- */

static void
seals__the_list_begins_with_statutory_seals_in_use(void **state)
{
    json_t *answer, *list;

    assert_int_equal(ask(*state, NOW, "GET", "/seals", NULL, &answer), 200);
    list = json_object_get(answer, "seals");
    assert_true(json_array_size(list) > 12);
    for (size_t i = 0; i < 8; i++) {
        const json_t *seal = json_array_get(list, i);
        assert_string_equal(json_string_value(json_object_get(seal, "kind")), "statutory");
        assert_string_equal(json_string_value(json_object_get(seal, "state")), "in_use");
        assert_true(uscc_is_valid(json_string_value(json_object_get(seal, "uscc"))));
        assert_null(json_object_get(seal, "picture"));
    }
    json_decref(answer);
}

static void
seals__one_is_shown_with_its_picture_the_same_each_time(void **state)
{
    json_t *first, *again;
    struct jy_buf png = { 0 };
    const char *picture;

    assert_int_equal(ask(*state, NOW, "GET", "/seals/1201901000301", NULL, &first), 200);
    assert_int_equal(ask(*state, NOW, "GET", "/seals/1201901000301", NULL, &again), 200);
    assert_true(json_equal(first, again));
    assert_string_equal(json_string_value(json_object_get(first, "seal_code")), "1201901000301");
    assert_string_equal(json_string_value(json_object_get(first, "name")), "天津云帆示例贸易有限公司（演示）发票专用章");
    assert_string_equal(json_string_value(json_object_get(first, "picture_type")), "PNG");
    assert_int_equal(json_integer_value(json_object_get(first, "width_mm")), 40);
    assert_int_equal(json_integer_value(json_object_get(first, "height_mm")), 30);
    picture = json_string_value(json_object_get(first, "picture"));
    assert_int_equal(jy_base64_decode(jy_slice_text(picture), &png), JY_OK);
    assert_memory_equal(png.p, "\x89PNG\r\n\x1a\n", 8);
    jy_buf_free(&png);
    json_decref(first);
    json_decref(again);
}

/* R8.1 */
static void
seals__an_unknown_code_is_not_found(void **state)
{
    char text[4096];

    assert_string_equal(code_of(*state, "GET", "/seals/1201901999999", NULL, text), "not_found");
    assert_string_equal(code_of(*state, "GET", "/seals/../filings", NULL, text), "not_found");
}

/* R13.2 R5.2 */
static void
filings__the_same_event_has_the_same_receipt_also_after_a_restart(void **state)
{
    static const char event[] = "{\"event_id\":\"e-1\",\"event\":\"seal_made\",\"seal\":{\"name\":\"章\"}}";
    static const char reordered[] = "{\"seal\":{\"name\":\"章\"}, \"event\":\"seal_made\",\"event_id\":\"e-1\"}";
    char first[4096], other[4096], text[4096];
    json_t *answer, *list;
    int status;

    ask_text(*state, "POST", "/filings", event, "receipt", &status, first);
    assert_int_equal(status, 201);
    ask_text(*state, "POST", "/filings", "{\"event_id\":\"e-2\",\"event\":\"seal_frozen\"}", "receipt", &status, other);
    assert_string_not_equal(first, other);
    assert_string_equal(ask_text(*state, "POST", "/filings", event, "receipt", &status, text), first);
    assert_int_equal(reopen(*state, NOW + 60), JY_OK);
    assert_string_equal(ask_text(*state, "POST", "/filings", reordered, "receipt", &status, text), first);
    assert_int_equal(status, 201);
    assert_string_equal(ask_text(*state, "POST", "/filings", "{\"event_id\":\"e-2\",\"event\":\"seal_frozen\"}", "receipt", &status, text),
                        other);

    assert_int_equal(ask(*state, NOW, "GET", "/filings", NULL, &answer), 200);
    list = json_object_get(answer, "filings");
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "event_id")), "e-1");
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "receipt")), first);
    assert_string_equal(json_string_value(json_object_get(json_object_get(json_array_get(list, 0), "body"), "event")), "seal_made");
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "event_id")), "e-2");
    json_decref(answer);
}

static void
filings__the_same_event_id_with_another_body_is_a_conflict(void **state)
{
    char text[4096];
    int status;

    ask_text(*state, "POST", "/filings", "{\"event_id\":\"e-1\",\"event\":\"seal_made\"}", "receipt", &status, text);
    assert_string_equal(code_of(*state, "POST", "/filings", "{\"event_id\":\"e-1\",\"event\":\"seal_frozen\"}", text), "conflict");
}

/* -- CA -- */

static void
certificates__the_same_request_has_the_same_certificate_also_after_a_restart(void **state)
{
    char *body = csr_body("r-1", "seal", NULL), first[4096], text[4096];
    int status;

    ask_text(*state, "POST", "/ca/certificates", body, "certificate", &status, first);
    assert_int_equal(status, 201);
    assert_string_equal(ask_text(*state, "POST", "/ca/certificates", body, "certificate", &status, text), first);
    assert_int_equal(reopen(*state, NOW + 86400), JY_OK);
    assert_string_equal(ask_text(*state, "POST", "/ca/certificates", body, "certificate", &status, text), first);
    assert_int_equal(status, 201);
    free(body);
}

static void
certificates__the_same_request_id_for_another_key_or_profile_is_a_conflict(void **state)
{
    char *body = csr_body("r-1", "seal", NULL), *other = csr_body("r-1", "seal", NULL), *at, text[4096];

    code_of(*state, "POST", "/ca/certificates", body, text);
    assert_string_equal(code_of(*state, "POST", "/ca/certificates", other, text), "conflict");
    at = strstr(body, "\"seal\"");
    memcpy(at, "\"make\"", 6);
    assert_string_equal(code_of(*state, "POST", "/ca/certificates", body, text), "bad_field");
    free(body);
    free(other);
    body = csr_body("r-2", "maker", NULL);
    code_of(*state, "POST", "/ca/certificates", body, text);
    at = strstr(body, "\"maker\"");
    memcpy(at, "\"seal\" ", 7);
    assert_string_equal(code_of(*state, "POST", "/ca/certificates", body, text), "conflict");
    free(body);
}

static void
certificates__a_request_that_its_key_did_not_sign_is_refused(void **state)
{
    struct bench *bench = *state;
    struct jy_buf csr = { 0 };
    struct jy_slice certificate;
    struct sim_ca *ca;
    char *body = csr_body("r-1", "seal", &csr);

    free(body);
    sim_close(bench->sim);
    bench->sim = NULL;
    assert_int_equal(sim_ca_open(bench->folder, BASE "/ca", NOW, &ca, NULL), JY_OK);
    for (size_t i = 1; i <= 3; i++) {
        csr.p[csr.len - i] ^= 1;
        assert_int_not_equal(sim_ca_issue(ca, "r-1", "seal", jy_buf_slice(&csr), NOW, &certificate, NULL), JY_OK);
        csr.p[csr.len - i] ^= 1;
    }
    csr.p[csr.len / 2] ^= 1;
    assert_int_not_equal(sim_ca_issue(ca, "r-1", "seal", jy_buf_slice(&csr), NOW, &certificate, NULL), JY_OK);
    csr.p[csr.len / 2] ^= 1;
    assert_int_equal(sim_ca_issue(ca, "r-1", "seal", jy_buf_slice(&csr), NOW, &certificate, NULL), JY_OK);
    sim_ca_close(ca);
    jy_buf_free(&csr);
}

/* R11.1 R13.3 */
static void
certificates__are_marked_valid_now_and_only_for_signing(void **state)
{
    static const char *const profiles[] = { "maker", "seal", "approver" };

    for (size_t i = 0; i < 3; i++) {
        struct jy_cert *cert = issue(*state, profiles[i], profiles[i]);
        struct jy_chain_result chain = chain_of(*state, cert, NOW);
        jy_time life = jy_cert_not_after(cert) - jy_cert_not_before(cert);

        assert_true(jy_cert_is_test(cert));
        assert_non_null(strstr(jy_cert_subject(cert), "OU=NOT FOR PRODUCTION"));
        assert_true(jy_cert_not_before(cert) < NOW && jy_cert_not_before(cert) >= NOW - 600);
        assert_true(life >= 365 * 86400LL && life <= 3 * 366 * 86400LL);
        assert_true(jy_cert_may_sign(cert));
        assert_false(jy_cert_is_ca(cert));
        assert_string_equal(jy_cert_common_name(cert), "1201901000001");
        assert_true(jy_slice_find(jy_cert_der(cert), jy_slice_text(BASE "/ca/crl/issuing")) != SIZE_MAX);
        assert_true(jy_slice_find(jy_cert_der(cert), jy_slice_text("91120101MA0Y00016A")) !=
                    jy_slice_rfind(jy_cert_der(cert), jy_slice_text("91120101MA0Y00016A")));
        assert_int_equal(chain.status, JY_CHAIN_OK);
        assert_true(chain.test_only);
        jy_cert_free(cert);
    }
}

static void
revocations__put_the_certificate_and_no_other_on_the_list(void **state)
{
    struct jy_cert *one = issue(*state, "r-1", "seal"), *two = issue(*state, "r-2", "seal");
    struct jy_chain_result chain;
    char body[512], at[21], receipt[4096], text[4096];
    int status;

    assert_int_equal(chain_of(*state, one, NOW).status, JY_CHAIN_OK);
    jy_time_rfc3339(NOW, at);
    snprintf(body, sizeof(body), "{\"event_id\":\"e-1\",\"serial\":\"%s\",\"reason\":1,\"at\":\"%s\"}", jy_cert_serial(one), at);
    ask_text(*state, "POST", "/ca/revocations", body, "receipt", &status, receipt);
    assert_int_equal(status, 201);
    chain = chain_of(*state, one, NOW + 1);
    assert_int_equal(chain.status, JY_CHAIN_REVOKED);
    assert_int_equal(chain.revoked_at, NOW);
    assert_int_equal(chain_of(*state, one, NOW - 1).status, JY_CHAIN_REVOKED_LATER);
    assert_int_equal(chain_of(*state, two, NOW + 1).status, JY_CHAIN_OK);

    assert_string_equal(ask_text(*state, "POST", "/ca/revocations", body, "receipt", &status, text), receipt);
    assert_int_equal(reopen(*state, NOW + 5), JY_OK);
    assert_string_equal(ask_text(*state, "POST", "/ca/revocations", body, "receipt", &status, text), receipt);
    assert_int_equal(chain_of(*state, one, NOW + 10).status, JY_CHAIN_REVOKED);
    assert_int_equal(chain_of(*state, two, NOW + 10).status, JY_CHAIN_OK);
    jy_cert_free(one);
    jy_cert_free(two);
}

static void
revocations__a_second_event_changes_neither_time_nor_list(void **state)
{
    struct jy_cert *one = issue(*state, "r-1", "seal");
    char body[512], at[21], first[4096], text[4096];
    int status;

    for (int i = 0; i < 2; i++) {
        jy_time_rfc3339(NOW + i * 100, at);
        snprintf(body, sizeof(body), "{\"event_id\":\"e-%d\",\"serial\":\"%s\",\"reason\":5,\"at\":\"%s\"}", i, jy_cert_serial(one), at);
        ask_text(*state, "POST", "/ca/revocations", body, "receipt", &status, i == 0 ? first : text);
        assert_int_equal(status, 201);
    }
    assert_string_not_equal(first, text);
    assert_int_equal(chain_of(*state, one, NOW + 200).revoked_at, NOW);
    assert_int_equal(reopen(*state, NOW + 5), JY_OK);
    assert_int_equal(chain_of(*state, one, NOW + 200).revoked_at, NOW);
    jy_cert_free(one);
}

static void
revocations__other_serials_reasons_and_times_are_refused(void **state)
{
    struct jy_cert *one = issue(*state, "r-1", "seal"), *two = issue(*state, "r-2", "seal");
    struct { const char *event, *serial; int reason; jy_time at; const char *code; } rows[] = {
        { "e-1", jy_cert_serial(one), 7, NOW, "bad_field" }, { "e-1", jy_cert_serial(one), 8, NOW, "bad_field" },
        { "e-1", jy_cert_serial(one), 1, NOW + 301, "bad_field" }, { "e-1", "0123456789ABCDEF", 1, NOW, "not_found" },
        { "e-1", jy_cert_serial(one), 1, NOW, "" }, { "e-1", jy_cert_serial(two), 1, NOW, "conflict" },
        { "e-1", jy_cert_serial(one), 5, NOW, "conflict" }, { "e-1", jy_cert_serial(one), 1, NOW - 1, "conflict" },
    };
    char body[512], at[21], text[4096];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        jy_time_rfc3339(rows[i].at, at);
        snprintf(body, sizeof(body), "{\"event_id\":\"%s\",\"serial\":\"%s\",\"reason\":%d,\"at\":\"%s\"}", rows[i].event, rows[i].serial,
                 rows[i].reason, at);
        assert_string_equal(code_of(*state, "POST", "/ca/revocations", body, text), rows[i].code);
    }
    assert_int_equal(chain_of(*state, two, NOW + 1).status, JY_CHAIN_OK);
    jy_cert_free(one);
    jy_cert_free(two);
}

static void
crls__are_kept_for_an_hour_and_always_current(void **state)
{
    struct jy_cert *one = issue(*state, "r-1", "maker");
    struct sim_answer first, same, later;

    sim_handle(((struct bench *)*state)->sim, "GET", "/ca/crl/issuing", JY_EMPTY, NOW, &first);
    sim_handle(((struct bench *)*state)->sim, "GET", "/ca/crl/issuing", JY_EMPTY, NOW + 3600, &same);
    sim_handle(((struct bench *)*state)->sim, "GET", "/ca/crl/issuing", JY_EMPTY, NOW + 3601, &later);
    assert_int_equal(first.status, 200);
    assert_string_equal(first.content_type, "application/pkix-crl");
    assert_true(jy_slice_equal(jy_buf_slice(&first.body), jy_buf_slice(&same.body)));
    assert_false(jy_slice_equal(jy_buf_slice(&first.body), jy_buf_slice(&later.body)));
    assert_int_equal(chain_of(*state, one, NOW + 400 * 86400LL).status, JY_CHAIN_OK);
    jy_buf_free(&first.body);
    jy_buf_free(&same.body);
    jy_buf_free(&later.body);
    jy_cert_free(one);
}

/* -- what is kept -- */

static void
append_to(const struct bench *bench, const char *name, const char *bytes)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", bench->folder, name);
    file = fopen(path, "ab");
    assert_non_null(file);
    fputs(bytes, file);
    fclose(file);
}

static void
journals__a_line_that_a_crash_cut_is_dropped_and_the_rest_kept(void **state)
{
    static const char event[] = "{\"event_id\":\"e-1\",\"event\":\"seal_made\"}";
    char first[4096], text[4096];
    json_t *answer;
    int status;

    ask_text(*state, "POST", "/filings", event, "receipt", &status, first);
    append_to(*state, "filings.jsonl", "{\"event_id\":\"e-2\",\"event\":\"sea");
    append_to(*state, "certificates.jsonl", "{");
    append_to(*state, "revocations.jsonl", "{\"event_id\"");
    assert_int_equal(reopen(*state, NOW), JY_OK);
    assert_string_equal(ask_text(*state, "POST", "/filings", event, "receipt", &status, text), first);
    ask_text(*state, "POST", "/filings", "{\"event_id\":\"e-2\",\"event\":\"seal_made\"}", "receipt", &status, text);
    assert_int_equal(status, 201);
    assert_int_equal(reopen(*state, NOW), JY_OK);
    assert_int_equal(ask(*state, NOW, "GET", "/filings", NULL, &answer), 200);
    assert_int_equal(json_array_size(json_object_get(answer, "filings")), 2);
    json_decref(answer);
}

static void
journals__a_whole_line_that_is_not_ours_stops_the_start(void **state)
{
    static const struct { const char *name, *line; } rows[] = {
        { "filings.jsonl", "nonsense\n" },
        { "filings.jsonl", "{}\n" },
        { "filings.jsonl", "\n" },
        { "filings.jsonl", "{\"event_id\":\"e\",\"receipt\":\"r\",\"body\":7}\n" },
        { "certificates.jsonl", "{\"request_id\":\"r\"}\n" },
        { "certificates.jsonl", "{\"request_id\":\"r\",\"profile\":\"seal\",\"csr_digest\":\"00\",\"certificate\":\"MAA=\"}\n" },
        { "revocations.jsonl",
          "{\"event_id\":\"e\",\"receipt\":\"r\",\"serial\":\"00\",\"reason\":\"1\",\"at\":\"2026-01-01T00:00:00Z\"}\n" },
    };
    struct bench *bench = *state;
    char path[128];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        append_to(bench, rows[i].name, rows[i].line);
        assert_int_not_equal(reopen(bench, NOW), JY_OK);
        assert_null(bench->sim);
        snprintf(path, sizeof(path), "%s/%s", bench->folder, rows[i].name);
        assert_int_equal(truncate(path, 0), 0);
        assert_int_equal(reopen(bench, NOW), JY_OK);
    }
}

static void
folder__keys_are_for_their_owner_alone_and_a_half_made_ca_is_made_anew(void **state)
{
    static const char *const files[] = { "ca/root.key",    "ca/issuing.key", "ca/root.pem",
                                         "ca/issuing.pem", "filings.jsonl",  "certificates.jsonl" };
    struct bench *bench = *state;
    struct stat st;
    char path[128], half[128];

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", bench->folder, files[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    snprintf(path, sizeof(path), "%s/ca", bench->folder);
    snprintf(half, sizeof(half), "%s/ca.new", bench->folder);
    assert_int_equal(rename(path, half), 0);
    snprintf(path, sizeof(path), "%s/ca.new/issuing.pem", bench->folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(reopen(bench, NOW), JY_OK);
    assert_int_equal(access(half, F_OK), -1);
    jy_cert_free(issue(bench, "r-1", "seal"));
}

static void
folder__a_key_that_is_not_the_certificates_stops_the_start(void **state)
{
    struct bench *bench = *state;
    char root[128], issuing[128];

    snprintf(root, sizeof(root), "%s/ca/root.key", bench->folder);
    snprintf(issuing, sizeof(issuing), "%s/ca/issuing.key", bench->folder);
    assert_int_equal(rename(root, issuing), 0);
    assert_int_equal(reopen(bench, NOW), JY_E_IO);
    assert_int_equal(link(issuing, root), 0);
    assert_int_equal(reopen(bench, NOW), JY_E_DAMAGED);
}

static void
folder__belongs_to_one_process_at_a_time(void **state)
{
    struct bench *bench = *state;
    struct sim *second;

    assert_int_equal(sim_open(bench->folder, BASE, NOW, &second, NULL), JY_E_CONFLICT);
    assert_null(second);
}

/* -- many at once -- */

static void *
file_and_look(void *argument)
{
    struct bench *bench = argument;
    char body[128];

    for (int i = 0; i < 20; i++) {
        struct sim_answer answer;
        snprintf(body, sizeof(body), "{\"event_id\":\"e-%d\",\"event\":\"seal_made\"}", i);
        sim_handle(bench->sim, "POST", "/filings", jy_slice_text(body), NOW, &answer);
        assert_int_equal(answer.status, 201);
        jy_buf_free(&answer.body);
        sim_handle(bench->sim, "GET", i % 2 == 0 ? "/seals/1201901000001" : "/filings", JY_EMPTY, NOW, &answer);
        assert_int_equal(answer.status, 200);
        jy_buf_free(&answer.body);
        sim_handle(bench->sim, "GET", "/ca/trust", JY_EMPTY, NOW + i * 4000, &answer);
        assert_int_equal(answer.status, 200);
        jy_buf_free(&answer.body);
    }
    return NULL;
}

static void
threads__the_same_events_from_many_have_one_filing_each(void **state)
{
    pthread_t threads[4];
    json_t *answer;

    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, file_and_look, *state), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(ask(*state, NOW, "GET", "/filings", NULL, &answer), 200);
    assert_int_equal(json_array_size(json_object_get(answer, "filings")), 20);
    json_decref(answer);
}

int
main(void)
{
#define IN_A_FOLDER(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(routes__what_is_not_in_the_table_is_refused),
        IN_A_FOLDER(routes__bodies_that_are_not_as_described_are_refused),
        IN_A_FOLDER(seals__the_list_begins_with_statutory_seals_in_use),
        IN_A_FOLDER(seals__one_is_shown_with_its_picture_the_same_each_time),
        IN_A_FOLDER(seals__an_unknown_code_is_not_found),
        IN_A_FOLDER(filings__the_same_event_has_the_same_receipt_also_after_a_restart),
        IN_A_FOLDER(filings__the_same_event_id_with_another_body_is_a_conflict),
        IN_A_FOLDER(certificates__the_same_request_has_the_same_certificate_also_after_a_restart),
        IN_A_FOLDER(certificates__the_same_request_id_for_another_key_or_profile_is_a_conflict),
        IN_A_FOLDER(certificates__a_request_that_its_key_did_not_sign_is_refused),
        IN_A_FOLDER(certificates__are_marked_valid_now_and_only_for_signing),
        IN_A_FOLDER(revocations__put_the_certificate_and_no_other_on_the_list),
        IN_A_FOLDER(revocations__a_second_event_changes_neither_time_nor_list),
        IN_A_FOLDER(revocations__other_serials_reasons_and_times_are_refused),
        IN_A_FOLDER(crls__are_kept_for_an_hour_and_always_current),
        IN_A_FOLDER(journals__a_line_that_a_crash_cut_is_dropped_and_the_rest_kept),
        IN_A_FOLDER(journals__a_whole_line_that_is_not_ours_stops_the_start),
        IN_A_FOLDER(folder__keys_are_for_their_owner_alone_and_a_half_made_ca_is_made_anew),
        IN_A_FOLDER(folder__a_key_that_is_not_the_certificates_stops_the_start),
        IN_A_FOLDER(folder__belongs_to_one_process_at_a_time),
        IN_A_FOLDER(threads__the_same_events_from_many_have_one_filing_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
