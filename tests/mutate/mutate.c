/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutate DATA OUT [CHANGES]: single bytes of signed files are changed, every position in turn, to other values; no changed file may stay valid
 * unless the change touches nothing that a signature covers, which covered.c finds without the verifier. A file that does is left in OUT.
 * The changes are the same in every run (position and value follow from their number); keys and signatures are made anew.
 */
#include "covered.h"
#include "fixtures.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#define WORKERS_MAX 64
#define KINDS_MAX 64

enum outcome { REFUSED, INVALID, INDETERMINATE, NO_SIGNATURE, UNTOUCHED, VIOLATION, OUTCOMES };
static const char *const OUTCOME_NAMES[OUTCOMES] = { "refused", "invalid", "indeterminate", "no signature", "valid, nothing covered changed",
                                                     "VALID, COVERED CONTENT CHANGED" };

/* What one process counts; in memory that the parent sees. */
struct counts {
    uint64_t outcomes[FIXTURES_MAX][OUTCOMES];
    struct { char what[80]; uint64_t count; } kinds[KINDS_MAX];   /* of UNTOUCHED: which bytes */
    uint64_t done, current;
};

static uint64_t
mixed(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Change number n: which file, which byte, what instead. Each fixture gets changes by its length, each byte as many as the others. */
struct change { size_t fixture, at; uint8_t value; };

static struct change
change_of(uint64_t n)
{
    uint64_t total = 0, place, round;
    struct change c = { 0 };

    for (size_t i = 0; i < fixture_count; i++)
        total += fixtures[i].file.len;
    round = n / total;
    /* A step that has no divisor in common with the total visits every byte once a round; the golden ratio spreads any number of them. */
    uint64_t step = (uint64_t)((double)total * 0.6180339887), a = step, b = total;
    for (;; a = ++step, b = total) {
        while (b != 0) {
            uint64_t rest = a % b;
            a = b;
            b = rest;
        }
        if (a == 1)
            break;
    }
    place = n % total * step % total;
    for (; place >= fixtures[c.fixture].file.len; c.fixture++)
        place -= fixtures[c.fixture].file.len;
    c.at = place;
    c.value = (uint8_t)(fixtures[c.fixture].file.p[c.at] + 1 + mixed(n ^ round << 40) % 255);
    return c;
}

static void
put_crc(uint8_t *p, uint32_t crc)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(crc >> (8 * i));
}

/* Writes the value, and the CRC where the fixture has it mended. */
static void
write_byte(const struct fixture *f, uint8_t *work, size_t at, uint8_t value)
{
    work[at] = value;
    for (size_t i = 0; i < f->part_count; i++) {
        const struct stored *part = &f->parts[i];
        if (at >= part->data && at < part->data + part->len) {
            uint32_t crc = (uint32_t)crc32_z(0, work + part->data, part->len);
            put_crc(work + part->local_crc, crc);
            put_crc(work + part->directory_crc, crc);
        }
    }
}

static void
keep(const char *folder, const struct fixture *fixture, const struct change *c, struct jy_slice bytes)
{
    char path[1024];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%zu-at-%zu-is-%02x.%s", folder, c->fixture, c->at, c->value, fixture->ext);
    if ((f = fopen(path, "wb")) == NULL || fwrite(bytes.p, 1, bytes.len, f) != bytes.len || fclose(f) != 0)
        fprintf(stderr, "cannot write %s: %s\n", path, strerror(errno));
    fprintf(stderr, "%s: byte %zu changed from %02x to %02x and still valid: %s\n", fixture->name, c->at, fixture->file.p[c->at], c->value, path);
}

static void
count_kind(struct counts *counts, const char *what)
{
    for (size_t i = 0; i < KINDS_MAX; i++) {
        if (counts->kinds[i].count == 0)
            snprintf(counts->kinds[i].what, sizeof(counts->kinds[i].what), "%s", what);
        if (strcmp(counts->kinds[i].what, what) == 0) {
            counts->kinds[i].count++;
            return;
        }
    }
}

/* Is this check among those that failed, its detail beginning so? */
static bool
fails(const struct jy_report *report, const char *name, const char *begin)
{
    struct jy_buf text = { 0 };
    json_t *json, *signature, *check;
    size_t i, k;
    bool found = false;

    if (jy_report_json(report, &text) != JY_OK || (json = json_loadb((const char *)text.p, text.len, 0, NULL)) == NULL)
        abort();
    json_array_foreach(json_object_get(json, "signatures"), i, signature)
        json_array_foreach(json_object_get(signature, "checks"), k, check) {
            const char *is = json_string_value(json_object_get(check, "name")), *detail = json_string_value(json_object_get(check, "detail"));
            found = found || (is != NULL && strcmp(is, name) == 0 && json_is_false(json_object_get(check, "passed")) && detail != NULL &&
                              strncmp(detail, begin, strlen(begin)) == 0);
        }
    json_decref(json);
    jy_buf_free(&text);
    return found;
}

static enum outcome
try(const struct change *c, uint8_t *work, const char *folder, struct counts *counts)
{
    const struct fixture *fixture = &fixtures[c->fixture];
    struct jy_slice original = jy_buf_slice(&fixture->file), changed = JY_SLICE(work, original.len);
    struct jy_report *report = NULL;
    enum outcome outcome = VIOLATION;
    const char *what;
    enum jy_verdict verdict;
    size_t signatures;
    bool left_over;

    if (fixture_verify(changed, &report) != JY_OK)
        return REFUSED;
    verdict = jy_report_verdict(report);
    signatures = jy_report_signature_count(report);
    left_over = signatures != fixture->signatures &&
        (fails(report, "COVERAGE_EXTRA", "") || fails(report, "DEVIATION", "SIGNATURE_UNLISTED"));
    jy_report_free(report);
    switch (verdict) {
    case JY_INVALID: return INVALID;
    case JY_INDETERMINATE: return INDETERMINATE;
    case JY_NO_SIGNATURE: return NO_SIGNATURE;
    default: break;
    }
    if (covered_untouched(original, changed, c->at, &what)) {
        /* The list of an OFD may lose a stamp (GB/T 33190 18.1: it stays open for the next); then what is left of it is reported. */
        if (signatures == fixture->signatures)
            outcome = UNTOUCHED;
        else if (left_over)
            what = "Signatures.xml: a stamp struck off, its parts reported (COVERAGE_EXTRA, SIGNATURE_UNLISTED)", outcome = UNTOUCHED;
    }
    if (outcome == UNTOUCHED)
        count_kind(counts, what);
    else
        keep(folder, fixture, c, changed);
    return outcome;
}

static void
work_through(uint64_t first, uint64_t step, uint64_t changes, const char *folder, struct counts *counts)
{
    uint8_t *work[FIXTURES_MAX];

    for (size_t i = 0; i < fixture_count; i++) {
        if ((work[i] = malloc(fixtures[i].file.len)) == NULL)
            exit(1);
        memcpy(work[i], fixtures[i].file.p, fixtures[i].file.len);
    }
    for (uint64_t n = first; n < changes; n += step) {
        struct change c = change_of(n);
        counts->current = n;
        write_byte(&fixtures[c.fixture], work[c.fixture], c.at, c.value);
        counts->outcomes[c.fixture][try(&c, work[c.fixture], folder, counts)]++;
        write_byte(&fixtures[c.fixture], work[c.fixture], c.at, fixtures[c.fixture].file.p[c.at]);
        counts->done++;
    }
    for (size_t i = 0; i < fixture_count; i++)
        free(work[i]);
}

static uint64_t
print(const struct counts *all, long workers)
{
    struct counts *sum = calloc(1, sizeof(*sum));
    uint64_t violations = 0;

    if (sum == NULL)
        exit(1);
    printf("%-30s %9s", "file", "bytes");
    for (int k = 0; k < OUTCOMES - 2; k++)
        printf(" %13s", OUTCOME_NAMES[k]);
    printf(" %10s %10s\n", "untouched", "VIOLATION");
    for (size_t i = 0; i < fixture_count; i++) {
        printf("%-30s %9zu", fixtures[i].name, fixtures[i].file.len);
        for (int k = 0; k < OUTCOMES; k++) {
            for (long w = 0; w < workers; w++)
                sum->outcomes[i][k] += all[w].outcomes[i][k];
            printf(k < OUTCOMES - 2 ? " %13llu" : " %10llu", (unsigned long long)sum->outcomes[i][k]);
        }
        printf("\n");
        violations += sum->outcomes[i][VIOLATION];
    }
    for (long w = 0; w < workers; w++)
        for (size_t k = 0; k < KINDS_MAX; k++)
            for (uint64_t n = 0; n < all[w].kinds[k].count; n++)
                count_kind(sum, all[w].kinds[k].what);
    printf("valid with nothing covered changed, by the bytes that were:\n");
    for (size_t k = 0; k < KINDS_MAX && sum->kinds[k].count > 0; k++)
        printf("  %-56s %9llu\n", sum->kinds[k].what, (unsigned long long)sum->kinds[k].count);
    free(sum);
    return violations;
}

int
main(int argc, char **argv)
{
    uint64_t changes = argc > 3 ? strtoull(argv[3], NULL, 10) : 20000, violations, done = 0;
    long workers = sysconf(_SC_NPROCESSORS_ONLN);
    struct counts *counts;
    bool failed = false;

    if (argc < 3 || changes == 0) {
        fprintf(stderr, "usage: mutate DATA OUT [CHANGES]\n");
        return 64;
    }
    workers = workers < 1 ? 1 : workers > WORKERS_MAX ? WORKERS_MAX : workers;
    fixtures_make(argv[1]);
    counts = mmap(NULL, (size_t)workers * sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED)
        return 1;
    for (long w = 0; w < workers; w++) {
        pid_t pid = fork();
        if (pid == 0) {
            work_through((uint64_t)w, (uint64_t)workers, changes, argv[2], &counts[w]);
            _exit(0);
        }
        failed = failed || pid < 0;
    }
    for (int status; wait(&status) > 0;)
        failed = failed || status != 0;
    for (long w = 0; w < workers; w++) {
        done += counts[w].done;
        if (failed)
            fprintf(stderr, "process %ld did %llu changes, last number %llu\n", w, (unsigned long long)counts[w].done, (unsigned long long)counts[w].current);
    }
    violations = print(counts, workers);
    printf("%llu single-byte changes, %llu that changed covered content and stayed valid\n", (unsigned long long)done, (unsigned long long)violations);
    munmap(counts, (size_t)workers * sizeof(*counts));
    fixtures_free();
    return failed || violations > 0 || done != changes;
}
