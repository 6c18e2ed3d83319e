/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The promise: stamping and verifying through the library cost at most twice the cryptography that they cannot do without.
 * One core, one run: our figure, the floor (SM2 and SM3 by OpenSSL over the same bytes), the ratio.
 */
#include <jinyin/verify.h>

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECONDS 1.5

static double
cpu(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
must(jy_err rc, const struct jy_fault *fault)
{
    if (rc == JY_OK)
        return;
    fprintf(stderr, "bench: %s %s %s\n", jy_err_code(rc), fault->where, fault->text);
    exit(1);
}

static struct {
    struct jy_sm2 *ca_key, *maker_key, *signer_key;
    struct jy_cert *ca, *maker, *signer;
    struct jy_trust *trust;
    struct jy_buf seal_der;
    struct jy_seal *seal;
} pki;

static struct jy_cert *
issue(struct jy_sm2 *subject, const char *name, bool ca, uint8_t serial)
{
    struct jy_fault fault = { 0 };
    struct jy_cert *cert = NULL;
    struct jy_issue what = { .issuer_key = pki.ca_key, .issuer = pki.ca, .subject_key = subject, .common_name = name,
                             .organization = "Bench", .not_before = jy_now() - 3600, .not_after = jy_now() + 86400, .ca = ca,
                             .path_length = -1 };

    what.serial[15] = serial;
    must(jy_cert_issue(&what, &cert, &fault), &fault);
    return cert;
}

static void
prepare_pki(struct jy_slice picture)
{
    struct jy_fault fault = { 0 };
    struct jy_buf crl = { 0 }, pem = { 0 };
    struct jy_seal_fields fields;

    must(jy_sm2_generate(&pki.ca_key), &fault);
    must(jy_sm2_generate(&pki.maker_key), &fault);
    must(jy_sm2_generate(&pki.signer_key), &fault);
    pki.ca = issue(pki.ca_key, "Bench CA", true, 1);
    pki.maker = issue(pki.maker_key, "Bench maker", false, 2);
    pki.signer = issue(pki.signer_key, "1201000000001", false, 3);
    must(jy_crl_issue(pki.ca_key, pki.ca, NULL, 0, jy_now() - 60, jy_now() + 86400, 1, &crl, &fault), &fault);
    must(jy_cert_to_pem(pki.ca, &pem), &fault);
    must(jy_crl_to_pem(jy_buf_slice(&crl), &pem), &fault);
    must(jy_trust_new(&pki.trust), &fault);
    must(jy_trust_add_pem(pki.trust, jy_buf_slice(&pem), &fault), &fault);
    fields = (struct jy_seal_fields){ "JINYIN", "1201000000001", 1, "Bench", pki.signer, jy_now(), jy_cert_not_before(pki.signer),
                                      jy_cert_not_after(pki.signer), "PNG", picture, 40, 40 };
    must(jy_seal_make(&fields, pki.maker_key, pki.maker, &pki.seal_der, &fault), &fault);
    must(jy_seal_parse(jy_buf_slice(&pki.seal_der), &pki.seal, &fault), &fault);
    jy_buf_free(&crl);
    jy_buf_free(&pem);
}

static void
stamp(struct jy_slice file, struct jy_buf *out)
{
    struct jy_stamp_place place = { 1, 100, 180, 40, 40 };
    struct jy_fault fault = { 0 };
    struct jy_document *doc = NULL;
    struct jy_prepared prepared = { 0 };
    struct jy_buf middle = { 0 }, value = { 0 };
    struct jy_pieces pieces = { 0 };

    must(jy_document_open(file, &doc, &fault), &fault);
    must(jy_document_prepare(doc, jy_buf_slice(&pki.seal_der), &place, 1, 1780000000, &prepared, &fault), &fault);
    must(jy_pieces_join(&prepared.file, &middle), &fault);
    must(jy_ses_make(pki.seal, jy_now(), prepared.data_hash, prepared.property_info, pki.signer_key, pki.signer, &value, &fault), &fault);
    must(jy_document_finish(jy_buf_slice(&middle), prepared.slot, jy_buf_slice(&value), &pieces, &fault), &fault);
    must(jy_pieces_join(&pieces, out), &fault);
    jy_pieces_free(&pieces);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    jy_buf_free(&middle);
    jy_buf_free(&value);
}

static void
verify(struct jy_slice file)
{
    struct jy_fault fault = { 0 };
    struct jy_report *report = NULL;

    must(jy_verify(file, pki.trust, NULL, jy_now(), &report, &fault), &fault);
    if (jy_report_verdict(report) != JY_VALID && jy_report_verdict(report) != JY_VALID_WITH_WARNING) {
        struct jy_buf text = { 0 };
        must(jy_report_text(report, &text), &fault);
        fprintf(stderr, "%.*s\n", (int)text.len, (const char *)text.p);
        exit(1);
    }
    jy_report_free(report);
}

/* Raw OpenSSL: signs + verifies + one SM3 over `bytes`, with key and digest objects kept. */
static void
floor_once(const struct jy_sm2 *key, struct jy_slice bytes, int signs, int verifies)
{
    static const uint8_t message[200];
    static uint8_t sig[JY_SM2_SIGNATURE_MAX];
    static size_t sig_len;
    uint8_t digest[EVP_MAX_MD_SIZE];
    struct jy_fault fault = { 0 };

    if (sig_len == 0)
        must(jy_sm2_sign(key, JY_SLICE(message, sizeof(message)), sig, &sig_len), &fault);
    for (int i = 0; i < signs; i++)
        must(jy_sm2_sign(key, JY_SLICE(message, sizeof(message)), sig, &sig_len), &fault);
    for (int i = 0; i < verifies; i++)
        must(jy_sm2_verify(key, JY_SLICE(message, sizeof(message)), JY_SLICE(sig, sig_len), NULL), &fault);
    if (EVP_Digest(bytes.p, bytes.len, digest, NULL, EVP_sm3(), NULL) != 1)
        exit(1);
}

static void
compare(const char *what, const char *label, struct jy_slice original, struct jy_slice stamped, bool stamping)
{
    /* Stamping: one signature and its own check. Verifying: stamp, seal, two certificates, the CRL. */
    int signs = stamping ? 1 : 0, verifies = stamping ? 1 : 5, ours = 0, floor_runs = 0;
    double start, ours_each, floor_each;

    for (start = cpu(); cpu() - start < SECONDS; ours++) {
        if (stamping) {
            struct jy_buf out = { 0 };
            stamp(original, &out);
            jy_buf_free(&out);
        } else {
            verify(stamped);
        }
    }
    ours_each = (cpu() - start) / ours;
    for (start = cpu(); cpu() - start < SECONDS; floor_runs++)
        floor_once(pki.signer_key, stamped, signs, verifies);
    floor_each = (cpu() - start) / floor_runs;
    printf("%-7s %-24s %8.0f /s   floor %8.0f /s   ratio %.2f\n", what, label, 1 / ours_each, 1 / floor_each, ours_each / floor_each);
}

static struct jy_buf
load(const char *path)
{
    struct jy_buf out = { 0 };
    uint8_t chunk[65536];
    size_t n;
    FILE *f = fopen(path, "rb");

    if (f == NULL) {
        fprintf(stderr, "bench: cannot read %s\n", path);
        exit(1);
    }
    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        if (jy_buf_add(&out, JY_SLICE(chunk, n)) != JY_OK)
            exit(1);
    fclose(f);
    return out;
}

int
main(int argc, char **argv)
{
    struct jy_buf picture = load(JY_BENCH_DATA "/seal.png");

    prepare_pki(jy_buf_slice(&picture));
    printf("one core; verify-after-sign included; %d file(s)\n", argc > 1 ? argc - 1 : 2);
    for (int i = 1; i < (argc > 1 ? argc : 3); i++) {
        const char *path = argc > 1 ? argv[i] : i == 1 ? JY_BENCH_DATA "/contract.ofd" : JY_BENCH_DATA "/hundred-pages.ofd";
        const char *slash = strrchr(path, '/');
        struct jy_buf original = load(path), stamped = { 0 };
        stamp(jy_buf_slice(&original), &stamped);
        compare("stamp", slash == NULL ? path : slash + 1, jy_buf_slice(&original), jy_buf_slice(&stamped), true);
        compare("verify", slash == NULL ? path : slash + 1, jy_buf_slice(&original), jy_buf_slice(&stamped), false);
        jy_buf_free(&original);
        jy_buf_free(&stamped);
    }
    return 0;
}
