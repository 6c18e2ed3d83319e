/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The promise: stamping and verifying through the library cost at most twice the cryptography that they cannot do without.
 * One core, one run, the best of many short rounds that take turns. Three floors, of OpenSSL (and zlib) alone:
 *   file      SM2 on short messages and one SM3 over the file as it lies there
 *   standard  SM2 and SM3 over every byte that GB/T 33190 and GB/T 38540 have digested, each once: unpacked parts, Seal.esl,
 *             Signature.xml, TBS_Sign, eSealInfo; verifying also the file, whose digest stands in the report
 *   unpacked  the same and the inflating of the parts, without which there is nothing to digest
 * SM2: stamping is one signature and its own check; verifying is the stamp, the seal and the two certificates (revocation lists
 * are checked when they are loaded).
 */
#include <jinyin/verify.h>

#include <codec/zip.h>

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#define ROUNDS 21
#define ROUND_SECONDS 0.05

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

    must(jy_verify(file, pki.trust, NULL, NULL, jy_now(), &report, &fault), &fault);
    if (jy_report_verdict(report) != JY_VALID && jy_report_verdict(report) != JY_VALID_WITH_WARNING) {
        struct jy_buf text = { 0 };
        must(jy_report_text(report, &text), &fault);
        fprintf(stderr, "%.*s\n", (int)text.len, (const char *)text.p);
        exit(1);
    }
    jy_report_free(report);
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

/* -- floors -- */

struct part { struct jy_slice packed; struct jy_buf plain; bool deflated; };
struct signed_message { struct jy_slice bytes; uint8_t sig[JY_SM2_SIGNATURE_MAX]; size_t sig_len; };
struct job {
    struct jy_slice original, stamped;
    struct part *parts;               /* what the document's digests are over; a PDF is one part */
    size_t count;
    struct signed_message brief, tbs; /* a certificate's worth, a TBS_Sign's worth */
    bool stamping;
};
static struct { EVP_PKEY *key; EVP_MD *sm3; z_stream inflater; } raw;

static void
need(bool good)
{
    if (good)
        return;
    fprintf(stderr, "bench: OpenSSL or zlib failed\n");
    exit(1);
}

static EVP_MD_CTX *
raw_begin(EVP_PKEY_CTX **ctx)
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();

    *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, raw.key, NULL);
    need(md != NULL && *ctx != NULL && EVP_PKEY_CTX_set1_id(*ctx, JY_SM2_ID, (int)strlen(JY_SM2_ID)) == 1);
    EVP_MD_CTX_set_pkey_ctx(md, *ctx);
    return md;
}

static void
raw_sign(struct signed_message *m)
{
    EVP_PKEY_CTX *ctx;
    EVP_MD_CTX *md = raw_begin(&ctx);

    m->sig_len = sizeof(m->sig);
    need(EVP_DigestSignInit(md, NULL, raw.sm3, NULL, raw.key) == 1 && EVP_DigestSign(md, m->sig, &m->sig_len, m->bytes.p, m->bytes.len) == 1);
    EVP_MD_CTX_free(md);
    EVP_PKEY_CTX_free(ctx);
}

static void
raw_verify(const struct signed_message *m)
{
    EVP_PKEY_CTX *ctx;
    EVP_MD_CTX *md = raw_begin(&ctx);

    need(EVP_DigestVerifyInit(md, NULL, raw.sm3, NULL, raw.key) == 1 && EVP_DigestVerify(md, m->sig, m->sig_len, m->bytes.p, m->bytes.len) == 1);
    EVP_MD_CTX_free(md);
    EVP_PKEY_CTX_free(ctx);
}

static void
raw_sm3(struct jy_slice bytes)
{
    uint8_t digest[EVP_MAX_MD_SIZE];

    need(EVP_Digest(bytes.p, bytes.len, digest, NULL, raw.sm3, NULL) == 1);
}

static void
raw_inflate(struct part *part)
{
    z_stream *z = &raw.inflater;

    need(inflateReset(z) == Z_OK);
    z->next_in = (z_const Bytef *)(uintptr_t)part->packed.p;
    z->avail_in = (uInt)part->packed.len;
    z->next_out = part->plain.p;
    z->avail_out = (uInt)part->plain.len;
    need(inflate(z, Z_FINISH) == Z_STREAM_END);
}

static void
floor_file(struct job *job)
{
    if (job->stamping)
        raw_sign(&job->brief);
    for (int i = 0; i < (job->stamping ? 1 : 4); i++)
        raw_verify(&job->brief);
    raw_sm3(job->stamped);
}

static void
floor_standard(struct job *job)
{
    if (job->stamping) {
        raw_sign(&job->tbs);
    } else {
        raw_verify(&job->brief);      /* signer's and maker's certificates */
        raw_verify(&job->brief);
        raw_verify(&job->tbs);        /* eSealInfo: as long as TBS_Sign within a few hundred bytes */
        raw_sm3(job->stamped);
    }
    raw_verify(&job->tbs);
    for (size_t i = 0; i < job->count; i++)
        raw_sm3(jy_buf_slice(&job->parts[i].plain));
}

static void
floor_unpacked(struct job *job)
{
    for (size_t i = 0; i < job->count; i++)
        if (job->parts[i].deflated)
            raw_inflate(&job->parts[i]);
    floor_standard(job);
}

static void
ours(struct job *job)
{
    struct jy_buf out = { 0 };

    if (job->stamping)
        stamp(job->original, &out);
    else
        verify(job->stamped);
    jy_buf_free(&out);
}

static void
read_parts(struct job *job)
{
    struct jy_fault fault = { 0 };
    struct jy_zip *zip = NULL;

    if (jy_format_detect(job->stamped) != JY_FORMAT_OFD) {
        need((job->parts = calloc(1, sizeof(*job->parts))) != NULL);
        must(jy_buf_add(&job->parts[job->count++].plain, job->stamped), &fault);
        return;
    }
    must(jy_zip_open(job->stamped, &zip, &fault), &fault);
    need((job->parts = calloc(jy_zip_count(zip), sizeof(*job->parts))) != NULL);
    for (size_t i = 0; i < jy_zip_count(zip); i++) {
        const struct jy_zip_entry *e = jy_zip_entry(zip, i);
        struct part *part = &job->parts[job->count];

        if (strstr(e->name, "Signatures.xml") != NULL || strstr(e->name, "SignedValue.dat") != NULL)
            continue;
        part->packed = JY_SLICE(job->stamped.p + e->data, e->packed);
        part->deflated = e->method == 8;
        must(jy_zip_read(zip, i, JY_ZIP_ENTRY_MAX, &part->plain, &fault), &fault);
        job->count++;
    }
    jy_zip_free(zip);
}

/* Seconds of one call in a short round. */
static double
round_of(void (*what)(struct job *), struct job *job)
{
    double start = cpu();
    int times = 0;

    do {
        what(job);
        times++;
    } while (cpu() - start < ROUND_SECONDS);
    return (cpu() - start) / times;
}

static void
compare(const char *label, struct job *job, bool stamping)
{
    static void (*const what[4])(struct job *) = { ours, floor_file, floor_standard, floor_unpacked };
    double best[4] = { 1e9, 1e9, 1e9, 1e9 };

    job->stamping = stamping;
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < 4; i++) {
            double each = round_of(what[i], job);
            best[i] = each < best[i] ? each : best[i];
        }
    printf("%-20s %-7s %7.2f ms %6.0f /s |", label, stamping ? "stamp" : "verify", best[0] * 1e3, 1 / best[0]);
    for (int i = 1; i < 4; i++)
        printf(" %6.2f ms %5.2f |", best[i] * 1e3, best[0] / best[i]);
    printf("\n");
}

int
main(int argc, char **argv)
{
    static const char *const usual[] = { JY_BENCH_DATA "/contract.ofd", JY_BENCH_DATA "/hundred-pages.ofd", JY_BENCH_DATA "/contract.pdf" };
    static const uint8_t message[JY_SES_MAX];
    struct jy_buf picture = load(JY_BENCH_DATA "/seal.png");
    int count = argc > 1 ? argc - 1 : 3;

    need((raw.key = EVP_PKEY_Q_keygen(NULL, NULL, "SM2")) != NULL && (raw.sm3 = EVP_MD_fetch(NULL, "SM3", NULL)) != NULL &&
         inflateInit2(&raw.inflater, -MAX_WBITS) == Z_OK);
    prepare_pki(jy_buf_slice(&picture));
    printf("one core, best of %d rounds; each floor: its time, ours divided by it\n", ROUNDS);
    printf("%-20s %-7s %10s %9s | %-15s | %-15s | %-15s |\n", "file", "", "ours", "", "floor: file", "standard", "unpacked");
    for (int i = 0; i < count; i++) {
        const char *path = argc > 1 ? argv[i + 1] : usual[i], *slash = strrchr(path, '/');
        struct jy_buf original = load(path), stamped = { 0 };
        struct job job = { .brief.bytes = JY_SLICE(message, 400), .tbs.bytes = JY_SLICE(message, pki.seal_der.len + 200) };

        stamp(jy_buf_slice(&original), &stamped);
        job.original = jy_buf_slice(&original);
        job.stamped = jy_buf_slice(&stamped);
        raw_sign(&job.brief);
        raw_sign(&job.tbs);
        read_parts(&job);
        compare(slash == NULL ? path : slash + 1, &job, true);
        compare(slash == NULL ? path : slash + 1, &job, false);
        for (size_t k = 0; k < job.count; k++)
            jy_buf_free(&job.parts[k].plain);
        free(job.parts);
        jy_buf_free(&original);
        jy_buf_free(&stamped);
    }
    return 0;
}
