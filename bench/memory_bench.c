/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The promise: a document of 200 MB is stamped and verified with less than 64 MB of private memory above the mapped file.
 * Each act runs in a child of its own; a thread samples RssAnon while it works. Files may be named, else three are made.
 */
#include <jinyin/verify.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#define SIZE (200u << 20)
#define BLOCK (1u << 20)
#define PROMISE_KB (64 * 1024)

static void
must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "memory_bench: %s failed\n", what);
    exit(1);
}

/* -- the files -- */

static uint32_t noise_state = 1;

/* wide: every byte at random; else half of it, as hex digits. */
static void
noise(uint8_t *out, size_t len, bool wide)
{
    for (size_t i = 0; i < len; i++) {
        noise_state = noise_state * 1664525u + 1013904223u;
        out[i] = wide ? (uint8_t)(noise_state >> 24) : (uint8_t)"0123456789abcdef"[noise_state >> 28];
    }
}

struct entry { const char *name, *text; uint32_t at, crc, packed, size; uint16_t method; };

static void
put(FILE *f, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        fputc((int)(value >> (8 * i) & 0xff), f);
}

static void
header(FILE *f, const struct entry *e, bool central)
{
    put(f, central ? 0x02014b50 : 0x04034b50, 4);
    if (central)
        put(f, 20, 2);
    put(f, 20, 2);
    put(f, 0, 2);
    put(f, e->method, 2);
    put(f, 0x5c210000, 4);            /* 2026-01-01 00:00 */
    put(f, e->crc, 4);
    put(f, e->packed, 4);
    put(f, e->size, 4);
    put(f, (uint32_t)strlen(e->name), 2);
    put(f, 0, 2);
    if (central) {
        put(f, 0, 4);                 /* comment, disk */
        put(f, 0, 4);                 /* attributes … */
        put(f, 0, 2);
        put(f, e->at, 4);
    }
    fputs(e->name, f);
}

static void
large_body(FILE *f, struct entry *e)
{
    static uint8_t plain[BLOCK], packed[BLOCK];
    z_stream z = { 0 };
    bool deflated = e->method == 8;

    must(!deflated || deflateInit2(&z, 1, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK, "deflate");
    for (e->size = 0; e->size < SIZE; e->size += BLOCK) {
        noise(plain, BLOCK, !deflated);
        e->crc = (uint32_t)crc32_z(e->crc, plain, BLOCK);
        z.next_in = plain;
        z.avail_in = BLOCK;
        do {
            z.next_out = packed;
            z.avail_out = BLOCK;
            if (deflated)
                deflate(&z, e->size + BLOCK == SIZE ? Z_FINISH : Z_NO_FLUSH);
            fwrite(deflated ? packed : plain, 1, deflated ? BLOCK - z.avail_out : BLOCK, f);
            e->packed += deflated ? BLOCK - z.avail_out : BLOCK;
        } while (deflated && z.avail_out == 0);
    }
    deflateEnd(&z);
}

static void
make_ofd(FILE *f, bool deflated)
{
    struct entry list[] = {
        { .name = "OFD.xml", .text = "<o:OFD xmlns:o=\"http://www.ofdspec.org/2016\"><o:DocBody><o:DocRoot>Doc_0/Document.xml</o:DocRoot>"
                                     "</o:DocBody></o:OFD>" },
        { .name = "Doc_0/Document.xml", .text = "<Document><CommonData><PageArea><PhysicalBox>0 0 210 297</PhysicalBox></PageArea>"
                                                "</CommonData><Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages></Document>" },
        { .name = "Doc_0/P.xml", .text = "<Page><Content/></Page>" },
        { .name = "Doc_0/Attachs/large.bin", .method = deflated ? 8 : 0 },
    };
    uint32_t directory, count = sizeof(list) / sizeof(list[0]);

    for (uint32_t i = 0; i < count; i++) {
        struct entry *e = &list[i];
        e->at = (uint32_t)ftell(f);
        if (e->text != NULL) {
            e->size = e->packed = (uint32_t)strlen(e->text);
            e->crc = (uint32_t)crc32_z(0, (const uint8_t *)e->text, e->size);
        }
        header(f, e, false);
        if (e->text != NULL) {
            fputs(e->text, f);
        } else {
            large_body(f, e);
            fseek(f, e->at, SEEK_SET);    /* now the sizes are known */
            header(f, e, false);
            fseek(f, 0, SEEK_END);
        }
    }
    directory = (uint32_t)ftell(f);
    for (uint32_t i = 0; i < count; i++)
        header(f, &list[i], true);
    put(f, 0x06054b50, 4);
    put(f, 0, 4);
    put(f, count, 2);
    put(f, count, 2);
    put(f, (uint32_t)ftell(f) - 12 - directory, 4);
    put(f, directory, 4);
    put(f, 0, 2);
}

static void
make_pdf(FILE *f)
{
    static const char *const objects[] = {
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>" };
    static uint8_t block[BLOCK];
    long at[4], xref;

    fputs("%PDF-1.7\n", f);
    for (int i = 0; i < 3; i++) {
        at[i] = ftell(f);
        fprintf(f, "%d 0 obj\n%s\nendobj\n", i + 1, objects[i]);
    }
    at[3] = ftell(f);
    fprintf(f, "4 0 obj\n<< /Length %u >>\nstream\n", SIZE);
    for (uint32_t done = 0; done < SIZE; done += BLOCK) {
        noise(block, BLOCK, true);
        fwrite(block, 1, BLOCK, f);
    }
    fputs("\nendstream\nendobj\n", f);
    xref = ftell(f);
    fputs("xref\n0 5\n0000000000 65535 f \n", f);
    for (int i = 0; i < 4; i++)
        fprintf(f, "%010ld 00000 n \n", at[i]);
    fprintf(f, "trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%ld\n%%%%EOF\n", xref);
}

/* -- the acts -- */

static long
anonymous_kb(void)
{
    char line[256];
    long kb = 0;
    FILE *f = fopen("/proc/self/status", "r");

    while (f != NULL && fgets(line, sizeof(line), f) != NULL)
        if (sscanf(line, "RssAnon: %ld", &kb) == 1)
            break;
    if (f != NULL)
        fclose(f);
    return kb;
}

static struct { atomic_bool stop; long peak; } sampler;

static void *
sample(void *unused)
{
    (void)unused;
    while (!atomic_load(&sampler.stop)) {
        long kb = anonymous_kb();
        sampler.peak = kb > sampler.peak ? kb : sampler.peak;
        usleep(500);
    }
    return NULL;
}

static struct jy_slice
map(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *p;

    must(fd >= 0 && fstat(fd, &st) == 0, path);
    p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    must(p != MAP_FAILED, path);
    close(fd);
    return JY_SLICE(p, (size_t)st.st_size);
}

static void
write_out(const struct jy_pieces *pieces, const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    must(fd >= 0 && jy_pieces_write(pieces, fd, NULL) == JY_OK, path);
    close(fd);
}

struct paths { const char *source, *ready, *stamped; };

static void
do_stamp(const struct paths *paths)
{
    struct jy_issue what = { .common_name = "Bench", .organization = "Bench", .not_before = jy_now() - 60, .not_after = jy_now() + 86400,
                             .path_length = -1 };
    struct jy_slice picture = map(JY_BENCH_DATA "/seal.png");
    struct jy_stamp_place place = { 1, 10, 10, 40, 40 };
    struct jy_sm2 *key = NULL;
    struct jy_cert *cert = NULL;
    struct jy_buf der = { 0 }, value = { 0 };
    struct jy_seal *seal = NULL;
    struct jy_document *doc = NULL;
    struct jy_prepared prepared = { 0 };
    struct jy_pieces result = { 0 };
    struct jy_fault fault = { 0 };
    struct jy_seal_fields fields;

    must(jy_sm2_generate(&key) == JY_OK, "key");
    what.issuer_key = what.subject_key = key;
    what.serial[15] = 1;
    must(jy_cert_issue(&what, &cert, &fault) == JY_OK, "certificate");
    fields = (struct jy_seal_fields){ "JINYIN", "1", 1, "Bench", cert, jy_now(), jy_now(), jy_now() + 3600, "PNG", picture, 40, 40 };
    must(jy_seal_make(&fields, key, cert, &der, &fault) == JY_OK && jy_seal_parse(jy_buf_slice(&der), &seal, &fault) == JY_OK, "seal");
    must(jy_document_open(map(paths->source), &doc, &fault) == JY_OK, "open");
    must(jy_document_prepare(doc, jy_buf_slice(&der), &place, 1, jy_now(), &prepared, &fault) == JY_OK, "prepare");
    write_out(&prepared.file, paths->ready);
    must(jy_ses_make(seal, jy_now(), prepared.data_hash, prepared.property_info, key, cert, &value, &fault) == JY_OK, "sign");
    must(jy_document_finish(map(paths->ready), prepared.slot, jy_buf_slice(&value), &result, &fault) == JY_OK, "finish");
    write_out(&result, paths->stamped);
}

static void
do_verify(const struct paths *paths)
{
    struct jy_report *report = NULL;
    struct jy_fault fault = { 0 };

    must(jy_verify(map(paths->stamped), NULL, NULL, NULL, jy_now(), &report, &fault) == JY_OK && jy_report_signature_count(report) == 1, "verify");
    must(jy_report_verdict(report) == JY_INDETERMINATE, "the verdict (nothing is trusted here)");
}

static bool
measure(const char *label, const char *act, void (*what)(const struct paths *), const struct paths *paths)
{
    pthread_t thread;
    long base;
    int status;
    pid_t child;

    fflush(stdout);
    if ((child = fork()) == 0) {
        base = anonymous_kb();
        must(pthread_create(&thread, NULL, sample, NULL) == 0, "thread");
        what(paths);
        atomic_store(&sampler.stop, true);
        pthread_join(thread, NULL);
        printf("%-14s %-7s %7.1f MB private at most (%.1f at start), %d allowed\n", label, act, (double)sampler.peak / 1024, (double)base / 1024,
               PROMISE_KB / 1024);
        fflush(stdout);
        _exit(sampler.peak <= PROMISE_KB ? 0 : 1);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int
main(int argc, char **argv)
{
    static const char *const labels[] = { "stored.ofd", "deflated.ofd", "large.pdf" };
    char folder[] = "/tmp/memory_bench.XXXXXX", source[128], ready[128], stamped[128];
    bool good = true;

    must(mkdtemp(folder) != NULL, "mkdtemp");
    for (int i = 0; i < (argc > 1 ? argc - 1 : 3); i++) {
        struct paths paths = { argc > 1 ? argv[i + 1] : source, ready, stamped };
        const char *slash = strrchr(paths.source, '/');
        snprintf(source, sizeof(source), "%s/%s", folder, labels[i % 3]);
        snprintf(ready, sizeof(ready), "%s/ready", folder);
        snprintf(stamped, sizeof(stamped), "%s/stamped", folder);
        if (argc == 1) {
            FILE *f = fopen(source, "w+b");
            must(f != NULL, source);
            if (i == 2)
                make_pdf(f);
            else
                make_ofd(f, i == 1);
            must(fclose(f) == 0, source);
        }
        good = measure(argc == 1 ? labels[i] : slash == NULL ? paths.source : slash + 1, "stamp", do_stamp, &paths) && good;
        good = measure(argc == 1 ? labels[i] : slash == NULL ? paths.source : slash + 1, "verify", do_verify, &paths) && good;
        unlink(ready);
        unlink(stamped);
        if (argc == 1)
            unlink(source);
    }
    rmdir(folder);
    return good ? 0 : 1;
}
