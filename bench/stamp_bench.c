/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stamping and verifying through the library beside the cryptography that they cannot do without; the promise is a speed of 0.7 of it.
 * One core, one run, warm caches (and, beside it, none: cold), the best of many short rounds that take turns. Three floors, of OpenSSL (and zlib) alone:
 *   file      SM2 on short messages and one SM3 over the file as it lies there: the promise
 *   standard  SM2 and SM3 over every byte that GB/T 33190 and GB/T 38540 have digested, each once: unpacked parts, Seal.esl,
 *             Signature.xml, TBS_Sign, eSealInfo; verifying also the file, whose digest stands in the report
 *   unpacked  the same and the inflating of the parts, without which there is nothing to digest
 * SM2: stamping is one signature and its own check; verifying is the stamp's (seals and certificates that were proven are remembered,
 * revocation lists are checked when they are loaded). Then large files: one verification with its reading against reading and SM3; the
 * promise is 1.5 times that. Of 100 pages of text, which are 0.2 MB, the standard floor alone is longer than that.
 */
#include <jinyin/verify.h>

#include <codec/zip.h>

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define ROUNDS 21
#define ROUND_SECONDS 0.05
#define READ_TIMES_MIN 5
#define READ_SECONDS 0.5
#define SPEED 0.7                     /* ours, of the floor */
#define LARGE 1.5                     /* of reading and SM3 */

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

/* The library's SM3 is another one than the floors': how much of a figure comes from that is told. */
static void
compare_sm3(void)
{
    static uint8_t bytes[1 << 20];
    double best[2] = { 1e9, 1e9 };
    uint8_t digest[JY_SM3_SIZE];

    for (int i = 0; i < 2 * ROUNDS; i++) {
        double start = cpu(), took;
        if (i % 2 == 0)
            raw_sm3(JY_SLICE(bytes, sizeof(bytes)));
        else
            need(jy_sm3(JY_SLICE(bytes, sizeof(bytes)), digest) == JY_OK);
        took = cpu() - start;
        best[i % 2] = took < best[i % 2] ? took : best[i % 2];
    }
    printf("SM3: %.0f MB/s by OpenSSL (in the floors), %.0f MB/s by libgcrypt (in the library)\n", sizeof(bytes) / best[0] / 1e6,
           sizeof(bytes) / best[1] / 1e6);
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
    raw_verify(&job->brief);
    raw_sm3(job->stamped);
}

static void
floor_standard(struct job *job)
{
    if (job->stamping) {
        raw_sign(&job->tbs);
    } else {
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

/* As a process does that has met nothing before: a room gives every document a process of its own. */
static void
ours_cold(struct job *job)
{
    jy_known_forget();
    ours(job);
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
    static void (*const what[5])(struct job *) = { ours, floor_file, floor_standard, floor_unpacked, ours_cold };
    double best[5] = { 1e9, 1e9, 1e9, 1e9, 1e9 };

    job->stamping = stamping;
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < 5; i++) {
            double each = round_of(what[i], job);
            best[i] = each < best[i] ? each : best[i];
        }
    printf("%-20s %-7s %7.2f ms %6.0f /s | %6.2f ms |", label, stamping ? "stamp" : "verify", best[0] * 1e3, 1 / best[0], best[4] * 1e3);
    for (int i = 1; i < 4; i++)
        printf(" %6.2f ms %5.2f |", best[i] * 1e3, best[i] / best[0]);
    printf(" %s\n", best[1] / best[0] >= SPEED ? "met" : best[2] / best[0] >= SPEED ? "met for what the standards have digested" : "MISSED");
}

/* -- large files -- */

static void
write_all(const char *path, const struct jy_buf *file)
{
    FILE *f = fopen(path, "wb");

    need(f != NULL && fwrite(file->p, 1, file->len, f) == file->len && fclose(f) == 0);
}

/* A package of so many pages, and so many pictures of so many bytes, each named by the resources, so that each is shown and covered. */
static struct jy_buf
large_package(size_t pages, size_t pictures, size_t bytes)
{
    struct jy_zip_new *list = calloc(pages + pictures + 3, sizeof(*list));
    char (*names)[40] = calloc(pages + pictures, sizeof(*names));
    uint8_t *noise = malloc(bytes + pictures);
    struct jy_buf resources = { 0 }, document = { 0 }, *page = calloc(pages, sizeof(*page)), out = { 0 };
    struct jy_fault fault = { 0 };
    struct jy_pieces pieces = { 0 };
    size_t n = 0;

    need(list != NULL && names != NULL && noise != NULL && page != NULL);
    must(jy_random(noise, bytes + pictures), &fault);
    list[n++] = (struct jy_zip_new){ "OFD.xml", jy_slice_text("<o:OFD xmlns:o=\"http://www.ofdspec.org/2016\" Version=\"1.0\" DocType=\"OFD\"><o:DocBody>"
        "<o:DocInfo><o:DocID>1</o:DocID></o:DocInfo><o:DocRoot>Doc_0/Document.xml</o:DocRoot></o:DocBody></o:OFD>") };
    must(jy_buf_text(&document, "<o:Document xmlns:o=\"http://www.ofdspec.org/2016\"><o:CommonData><o:MaxUnitID>100000</o:MaxUnitID><o:PageArea>"
        "<o:PhysicalBox>0 0 210 297</o:PhysicalBox></o:PageArea><o:DocumentRes>Res.xml</o:DocumentRes></o:CommonData><o:Pages>"), &fault);
    must(jy_buf_text(&resources, "<o:Res xmlns:o=\"http://www.ofdspec.org/2016\" BaseLoc=\"Res\"><o:MultiMedias>"), &fault);
    for (size_t i = 0; i < pages; i++) {
        snprintf(names[i], sizeof(names[i]), "Doc_0/Page_%zu.xml", i);
        must(jy_buf_fmt(&document, "<o:Page ID=\"%zu\" BaseLoc=\"Page_%zu.xml\"/>", 90000 + i, i), &fault);
        must(jy_buf_fmt(&page[i], "<o:Page xmlns:o=\"http://www.ofdspec.org/2016\"><o:Content><o:Layer ID=\"2\"><o:ImageObject ID=\"%zu\" ResourceID=\"%zu\""
                        " Boundary=\"0 0 210 297\" CTM=\"210 0 0 297 0 0\"/></o:Layer></o:Content></o:Page>", 80000 + i, i + 10), &fault);
        list[n++] = (struct jy_zip_new){ names[i], jy_buf_slice(&page[i]) };
    }
    for (size_t i = 0; i < pictures; i++) {
        char *name = names[pages + i];
        snprintf(name, sizeof(names[i]), "Doc_0/Res/image_%zu.png", i);
        list[n++] = (struct jy_zip_new){ name, JY_SLICE(noise + i, bytes) };
        must(jy_buf_fmt(&resources, "<o:MultiMedia ID=\"%zu\" Type=\"Image\"><o:MediaFile>image_%zu.png</o:MediaFile></o:MultiMedia>", i + 10, i), &fault);
    }
    must(jy_buf_text(&document, "</o:Pages></o:Document>"), &fault);
    must(jy_buf_text(&resources, "</o:MultiMedias></o:Res>"), &fault);
    list[n++] = (struct jy_zip_new){ "Doc_0/Document.xml", jy_buf_slice(&document) };
    list[n++] = (struct jy_zip_new){ "Doc_0/Res.xml", jy_buf_slice(&resources) };
    must(jy_zip_make(list, n, 33, 0, &pieces, &fault), &fault);
    must(jy_pieces_join(&pieces, &out), &fault);
    jy_pieces_free(&pieces);
    for (size_t i = 0; i < pages; i++)
        jy_buf_free(&page[i]);
    free(page);
    jy_buf_free(&document);
    jy_buf_free(&resources);
    free(list);
    free(names);
    free(noise);
    return out;
}

static double
best_of(const char *path, bool judge)
{
    double best = 1e9, end = cpu() + READ_SECONDS;

    for (int i = 0; i < READ_TIMES_MIN || cpu() < end; i++) {
        double start = cpu(), took;
        struct jy_buf file = load(path);
        if (judge)
            verify(jy_buf_slice(&file));
        else
            raw_sm3(jy_buf_slice(&file));
        took = cpu() - start;
        best = took < best ? took : best;
        jy_buf_free(&file);
    }
    return best;
}

static void
compare_large(const char *label, struct jy_buf original)
{
    char path[] = "/tmp/jinyin-bench-XXXXXX";
    struct jy_buf stamped = { 0 };
    double ours_takes, floor_takes;
    int fd = mkstemp(path);

    need(fd >= 0 && close(fd) == 0);
    stamp(jy_buf_slice(&original), &stamped);
    write_all(path, &stamped);
    ours_takes = best_of(path, true);
    floor_takes = best_of(path, false);
    printf("%-20s %8.1f MB %9.2f ms | %9.2f ms %5.2f | %s\n", label, (double)stamped.len / 1e6, ours_takes * 1e3, floor_takes * 1e3, ours_takes / floor_takes,
           ours_takes / floor_takes <= LARGE ? "met" : "MISSED");
    remove(path);
    jy_buf_free(&stamped);
    jy_buf_free(&original);
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
    compare_sm3();
    printf("one core, best of %d rounds; each floor: its time, and our speed as a part of it\n", ROUNDS);
    printf("%-20s %-7s %10s %9s | %-9s | %-15s | %-15s | %-15s |\n", "file", "", "ours", "", "cold", "floor: file", "standard", "unpacked");
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
    if (argc > 1)
        return 0;
    printf("\n%-20s %11s %12s | %-19s |\n", "read and verify", "", "ours", "reading and SM3");
    compare_large("100 pages of text", load(JY_BENCH_DATA "/hundred-pages.ofd"));
    compare_large("100 scanned pages", large_package(100, 100, 100000));
    compare_large("1,000 entries", large_package(1, 1000, 20000));
    compare_large("100 MB", large_package(1, 1, 100000000));
    return 0;
}
