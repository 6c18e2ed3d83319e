/* SPDX-License-Identifier: Apache-2.0 */
/* The CA by CMP, link against the simulator, without sockets: what goes through, what a fault on the way becomes, and what the start refuses. */
#include "daemons/link/cmp.h"
#include "sim/ca.h"
#include "sim/sim.h"

#include <fcntl.h>
#include <ftw.h>
#include <jinyin/cert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW ((jy_time)1795000000)
#define MUST(call) assert_int_equal((call), JY_OK)

static char folder[64], secret_file[96], ca_file[96];
static struct sim *sim;
static struct link_cmp cmp;
static struct jy_sm2 *key;
static struct jy_buf csr;
static int posts;                     /* messages that the CA got */

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void
write_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, mode) == 0);
    close(fd);
}

static int
set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/jinyin-cmp-XXXXXX");
    assert_non_null(mkdtemp(folder));
    MUST(sim_open(folder, "http://127.0.0.1:8090", NOW, &sim, NULL));
    snprintf(secret_file, sizeof(secret_file), "%s/secret", folder);
    snprintf(ca_file, sizeof(ca_file), "%s/ca/issuing.pem", folder);
    write_file(secret_file, SIM_CMP_SECRET "\n", 0600);
    MUST(link_cmp_open(&cmp, "/cmp", SIM_CMP_REFERENCE, secret_file, ca_file, NULL));
    MUST(jy_sm2_generate(&key));
    MUST(jy_csr_new(key, "seal-1", "organization", "91120101MA0Y00016A", &csr, NULL));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_buf_free(&csr);
    jy_sm2_free(key);
    link_cmp_close(&cmp);
    sim_close(sim);
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* As link does by HTTP. */
static jy_err
post_to_sim(void *self, struct jy_slice question, struct jy_buf *answer, struct jy_fault *fault)
{
    struct sim_answer got;
    jy_err rc;

    (void)self;
    posts++;
    sim_handle(sim, "POST", "/ca/cmp", question, NOW, &got);
    rc = got.status == 200 ? jy_buf_add(answer, jy_buf_slice(&got.body)) : jy_fail(fault, JY_E_COUNTERPART_DOWN, "ca_url", 0, "status %d", got.status);
    jy_buf_free(&got.body);
    return rc;
}

static void
control(const char *path, const char *body)
{
    struct sim_answer got;

    sim_handle(sim, "POST", path, jy_slice_text(body), NOW, &got);
    assert_int_equal(got.status, 200);
    jy_buf_free(&got.body);
}

static jy_err
issue_by(link_cmp_post *post, const char *request_id, const char *profile, struct jy_frame *reply, struct jy_fault *fault)
{
    struct jy_frame request = { .type = JY_MSG_LINK_ISSUE_CERTIFICATE };

    strcpy(request.u.LINK_ISSUE_CERTIFICATE.request_id, request_id);
    strcpy(request.u.LINK_ISSUE_CERTIFICATE.profile, profile);
    request.u.LINK_ISSUE_CERTIFICATE.csr = jy_buf_slice(&csr);
    memset(reply, 0, sizeof(*reply));
    posts = 0;
    assert_true(link_cmp_carries(&request));
    return link_cmp_exchange(&cmp, &request, NOW, post, NULL, reply, fault);
}

static jy_err
revocation(const char *event_id, const char *body, struct jy_frame *reply, struct jy_fault *fault)
{
    struct jy_frame request = { .type = JY_MSG_LINK_DELIVER };

    strcpy(request.u.LINK_DELIVER.destination, "ca");
    strcpy(request.u.LINK_DELIVER.event_id, event_id);
    request.u.LINK_DELIVER.body = jy_slice_text(body);
    memset(reply, 0, sizeof(*reply));
    assert_true(link_cmp_carries(&request));
    return link_cmp_exchange(&cmp, &request, NOW, post_to_sim, NULL, reply, fault);
}

static struct jy_cert *
certificate(const char *request_id, const char *profile)
{
    struct jy_cert *cert = NULL;
    struct jy_frame reply;

    MUST(issue_by(post_to_sim, request_id, profile, &reply, NULL));
    assert_int_equal(reply.type, JY_MSG_LINK_CERTIFICATE);
    MUST(jy_cert_parse(reply.u.LINK_CERTIFICATE.certificate, &cert, NULL));
    jy_frame_free(&reply);
    return cert;
}

static size_t
count_revoked(const char *serial)
{
    char path[96], line[4096];
    size_t count = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/revocations.jsonl", folder);
    assert_non_null(file = fopen(path, "r"));
    while (fgets(line, sizeof(line), file) != NULL)
        count += strstr(line, serial) != NULL;
    fclose(file);
    return count;
}

/* R13.3: the profile travels (certProfile): a maker's certificate lives three years, an approver's one. */
static void
certificate__is_of_the_profile_and_the_same_when_asked_again(void **state)
{
    struct jy_cert *maker = certificate("r-maker", "maker"), *again = certificate("r-maker", "maker"), *approver = certificate("r-approver", "approver");

    (void)state;
    assert_int_equal(posts, 1);                          /* implicitConfirm was granted */
    assert_true(jy_slice_equal(jy_cert_der(maker), jy_cert_der(again)));
    assert_true(jy_sm2_same_public(jy_cert_key(maker), key));
    assert_int_equal((jy_cert_not_after(maker) - jy_cert_not_before(maker)) / 86400, 3 * 365);
    assert_int_equal((jy_cert_not_after(approver) - jy_cert_not_before(approver)) / 86400, 365);
    jy_cert_free(maker);
    jy_cert_free(again);
    jy_cert_free(approver);
}

static void
certificate__is_confirmed_to_a_CA_that_wants_it(void **state)
{
    struct jy_cert *first, *again;

    (void)state;
    control("/control/ca", "{\"days\": 0, \"confirm\": true}");
    first = certificate("r-confirmed", "seal");
    assert_int_equal(posts, 2);
    again = certificate("r-confirmed", "seal");
    assert_int_equal(posts, 2);
    assert_true(jy_slice_equal(jy_cert_der(first), jy_cert_der(again)));
    control("/control/ca", "{\"days\": 0}");
    jy_cert_free(first);
    jy_cert_free(again);
}

/* Whatever happens on the way: an outage, and afterwards the certificate that the CA meant from the beginning. */
static void
certificate__is_the_same_after_every_fault(void **state)
{
    static const struct { const char *fault; jy_err error; } rows[] = {
        { "down", JY_E_COUNTERPART_DOWN }, { "garbage", JY_E_COUNTERPART_DOWN }, { "cut", JY_E_COUNTERPART_DOWN }, { "lost", JY_E_COUNTERPART_DOWN },
        { "replayed", JY_E_COUNTERPART_DOWN }, { "wrong_nonce", JY_E_COUNTERPART_DOWN }, { "out_of_order", JY_E_COUNTERPART_DOWN },
        { "refuse", JY_E_COUNTERPART_REFUSED }, { "duplicate", JY_OK }, { "slow", JY_OK },
    };
    struct jy_cert *before = certificate("r-fault", "seal"), *after;
    struct jy_frame reply;
    struct jy_fault fault;
    char body[128];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(body, sizeof(body), "{\"counterpart\": \"ca\", \"fault\": \"%s\", \"count\": 1, \"delay_ms\": 0}", rows[i].fault);
        control("/control/faults", body);
        fault = (struct jy_fault){ 0 };
        assert_int_equal(issue_by(post_to_sim, "r-fault", "seal", &reply, &fault), rows[i].error);
        assert_true(rows[i].error == JY_OK || (fault.err == rows[i].error && strcmp(fault.where, "ca_url") == 0));
        jy_frame_free(&reply);
        control("/control/faults", "{\"counterpart\": \"ca\", \"fault\": \"none\"}");
        after = certificate("r-fault", "seal");
        assert_true(jy_slice_equal(jy_cert_der(before), jy_cert_der(after)));
        jy_cert_free(after);
    }
    jy_cert_free(before);
}

static void
refusal__of_the_CA_has_its_words(void **state)
{
    struct jy_frame reply;
    struct jy_fault fault = { 0 };

    (void)state;
    assert_int_equal(issue_by(post_to_sim, "r-refused", "emperor", &reply, &fault), JY_E_COUNTERPART_REFUSED);
    assert_non_null(strstr(fault.text, "maker, seal, approver or service"));
    jy_frame_free(&reply);
}

static struct jy_cert *foreign;

/* A CA that knows the secret and answers with a certificate of somebody else. */
static jy_err
post_to_stranger(void *self, struct jy_slice question, struct jy_buf *answer, struct jy_fault *fault)
{
    const struct jy_cmp_access access = { jy_slice_text(SIM_CMP_REFERENCE), jy_slice_text(SIM_CMP_SECRET), jy_cert_subject_der(cmp.ca) };
    struct jy_cmp_request request;
    struct jy_cmp_answer what = { .to = &request, .now = NOW, .failure = -1, .text = "", .certificate = jy_cert_der(foreign) };

    (void)self;
    posts++;
    MUST(jy_cmp_request_read(&access, question, &request, NULL));
    return jy_cmp_answer_write(&access, &what, answer, fault);
}

static void
certificate__for_another_key_or_of_another_CA_is_neither_taken_nor_confirmed(void **state)
{
    struct jy_issue what = { .common_name = "another", .not_before = NOW - 1, .not_after = NOW + 1000, .path_length = -1, .serial = { 1 } };
    struct jy_sm2 *other = NULL;
    struct jy_frame reply;
    struct jy_fault fault;

    (void)state;
    MUST(jy_sm2_generate(&other));
    what.issuer_key = other;
    what.issuer = cmp.ca;
    what.subject_key = other;
    MUST(jy_cert_issue(&what, &foreign, NULL));
    assert_int_equal(issue_by(post_to_stranger, "r-x", "seal", &reply, &fault), JY_E_COUNTERPART_DOWN);
    assert_non_null(strstr(fault.text, "for another key"));
    jy_frame_free(&reply);
    jy_cert_free(foreign);
    what.issuer = NULL;
    what.subject_key = key;
    what.issuer_key = key;
    MUST(jy_cert_issue(&what, &foreign, NULL));
    assert_int_equal(issue_by(post_to_stranger, "r-x", "seal", &reply, &fault), JY_E_COUNTERPART_DOWN);
    assert_non_null(strstr(fault.text, "not of the CA"));
    assert_int_equal(posts, 1);
    jy_frame_free(&reply);
    jy_cert_free(foreign);
    jy_sm2_free(other);
}

/* R20.2: the same event twice, also with its first answer lost, is one revocation. */
static void
revocation__arrives_once_whatever_happens_to_the_answer(void **state)
{
    struct jy_cert *cert = certificate("r-revoked", "seal");
    struct jy_frame reply;
    char body[256], receipt[65];

    (void)state;
    snprintf(body, sizeof(body), "{\"event_id\": \"e-1\", \"serial\": \"%s\", \"reason\": 5, \"at\": \"2026-11-17T00:00:00Z\"}", jy_cert_serial(cert));
    control("/control/faults", "{\"counterpart\": \"ca\", \"fault\": \"lost\", \"count\": 1}");
    assert_int_equal(revocation("e-1", body, &reply, NULL), JY_E_COUNTERPART_DOWN);
    assert_int_equal(count_revoked(jy_cert_serial(cert)), 1);
    MUST(revocation("e-1", body, &reply, NULL));
    assert_int_equal(reply.type, JY_MSG_LINK_DELIVERED);
    strcpy(receipt, reply.u.LINK_DELIVERED.receipt);
    jy_frame_free(&reply);
    MUST(revocation("e-1", body, &reply, NULL));
    assert_string_equal(reply.u.LINK_DELIVERED.receipt, receipt);
    jy_frame_free(&reply);
    assert_int_equal(count_revoked(jy_cert_serial(cert)), 1);
    jy_cert_free(cert);
}

static void
revocation__that_is_none_or_of_nobody_is_refused(void **state)
{
    struct jy_frame reply;
    struct jy_fault fault = { 0 };

    (void)state;
    assert_int_equal(revocation("e-2", "{\"serial\": \"0A0B\", \"reason\": 4, \"at\": \"2026-11-17T00:00:00Z\"}", &reply, &fault), JY_E_COUNTERPART_REFUSED);
    assert_non_null(strstr(fault.text, "badCertId"));
    assert_int_equal(revocation("e-2", "{\"serial\": \"0A0B\", \"reason\": 4}", &reply, &fault), JY_E_BAD_FIELD);
    assert_int_equal(revocation("e-2", "{\"serial\": \"0A0X\", \"reason\": 4, \"at\": \"2026-11-17T00:00:00Z\"}", &reply, &fault), JY_E_BAD_FIELD);
    assert_string_equal(fault.where, "serial");
    assert_int_equal(revocation("e-2", "[]", &reply, &fault), JY_E_BAD_FIELD);
    assert_int_equal(revocation("e-2", "{", &reply, &fault), JY_E_BAD_JSON);
}

/* Half a configuration is refused at the start, by the name of what is wrong. */
static void
opening__names_the_key_that_is_wrong(void **state)
{
    static const char long_text[] = "0123456789012345678901234567890123456789012345678901234567890123456789";
    char open_file[96], short_file[96], leaf_file[96], nothing[96];
    struct jy_cert *leaf = certificate("r-leaf", "seal");
    struct jy_buf pem = { 0 };
    struct link_cmp other;
    struct jy_fault fault;

    (void)state;
    snprintf(open_file, sizeof(open_file), "%s/open", folder);
    snprintf(short_file, sizeof(short_file), "%s/short", folder);
    snprintf(leaf_file, sizeof(leaf_file), "%s/leaf", folder);
    snprintf(nothing, sizeof(nothing), "%s/nothing", folder);
    write_file(open_file, SIM_CMP_SECRET "\n", 0644);
    write_file(short_file, "fifteen bytes..\n", 0600);
    MUST(jy_cert_to_pem(leaf, &pem));
    MUST(jy_buf_byte(&pem, 0));
    write_file(leaf_file, (const char *)pem.p, 0600);
#define WRONG(name, ...)                                                             \
    do {                                                                             \
        assert_int_not_equal(link_cmp_open(&other, __VA_ARGS__, &fault), JY_OK);     \
        assert_string_equal(fault.where, (name));                                    \
        assert_null(other.ca);                                                       \
    } while (0)
    WRONG("cmp_path", "cmp", "ref", secret_file, ca_file);
    WRONG("cmp_path", "/cmp?x", "ref", secret_file, ca_file);
    WRONG("cmp_path", long_text, "ref", secret_file, ca_file);
    WRONG("cmp_reference", "/cmp", "", secret_file, ca_file);
    WRONG("cmp_reference", "/cmp", long_text, secret_file, ca_file);
    WRONG("cmp_reference", "/cmp", "a\nb", secret_file, ca_file);
    WRONG("cmp_secret_file", "/cmp", "ref", "", ca_file);
    WRONG("cmp_secret_file", "/cmp", "ref", nothing, ca_file);
    WRONG("cmp_secret_file", "/cmp", "ref", open_file, ca_file);
    WRONG("cmp_secret_file", "/cmp", "ref", short_file, ca_file);
    WRONG("cmp_ca_certificate", "/cmp", "ref", secret_file, "");
    WRONG("cmp_ca_certificate", "/cmp", "ref", secret_file, secret_file);
    WRONG("cmp_ca_certificate", "/cmp", "ref", secret_file, leaf_file);
#undef WRONG
    jy_buf_free(&pem);
    jy_cert_free(leaf);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificate__is_of_the_profile_and_the_same_when_asked_again),
        cmocka_unit_test(certificate__is_confirmed_to_a_CA_that_wants_it),
        cmocka_unit_test(certificate__is_the_same_after_every_fault),
        cmocka_unit_test(refusal__of_the_CA_has_its_words),
        cmocka_unit_test(certificate__for_another_key_or_of_another_CA_is_neither_taken_nor_confirmed),
        cmocka_unit_test(revocation__arrives_once_whatever_happens_to_the_answer),
        cmocka_unit_test(revocation__that_is_none_or_of_nobody_is_refused),
        cmocka_unit_test(opening__names_the_key_that_is_wrong),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
