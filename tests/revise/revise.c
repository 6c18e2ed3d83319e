/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revise OUT REVISIONS [SEED]: what a verdict means. PDFs of objects that are several things at once are signed, and revisions at random put behind them:
 * whichever is still valid shows on its pages what was signed. A file that does not is left in OUT.
 *
 * Below LOW_TOP later signatures and filled-in fields may show what they like; what stands above is the page's. The first revision has rectangles
 * below only, so nothing that may change reaches there.
 */
#include "draft.h"
#include "paint.h"

#include "../attacks/pdf_file.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define REVISIONS_OF_EACH 64          /* of one signed file */
#define REVISION_MAX 16               /* objects of one */

enum count { FILES, SIGNED, REVISIONS, REFUSED, INVALID, INDETERMINATE, VALID, REMOVED, BY_POPPLER, BY_MUPDF, DIFFER, UNTOLD, COUNTS };
static const char *const count_names[COUNTS] = { "first revisions", "of them signed and valid", "revisions behind them", "refused", "invalid", "indeterminate",
                                                 "valid", "valid, with a signature taken away: told", "files drawn by poppler", "files drawn by MuPDF",
                                                 "VALID, AND SHOW SOMETHING ELSE", "VALID, AND A SIGNATURE IS GONE UNTOLD" };
static uint64_t *counts;              /* of this process; in memory that the parent sees */
static const char *folder;

struct judgement {
    enum jy_verdict verdict;
    size_t signatures;
    bool tells_removal;               /* SIGNATURE_REMOVED */
};

static struct judgement
judge(struct jy_slice file)
{
    struct judgement j = { .verdict = JY_NO_SIGNATURE };
    struct jy_report *report = NULL;
    struct jy_buf text = { 0 };

    if (jy_verify(file, pki.trust, NULL, NULL, pki.now, &report, NULL) == JY_OK) {
        MUST(jy_report_text(report, &text));
        j = (struct judgement){ jy_report_verdict(report), jy_report_signature_count(report),
                                jy_slice_find(jy_buf_slice(&text), jy_slice_text("in no field any more")) != SIZE_MAX };
    }
    jy_buf_free(&text);
    jy_report_free(report);
    return j;
}

/* The objects of one revision, each once. */
struct revision {
    struct object list[REVISION_MAX + 1];
    char texts[REVISION_MAX][DRAFT_MAX];
    size_t count;
    char trailer[48];                 /* more entries of it */
};

/* Room for the text of an object, in the place of what there was for it. */
static char *
text_for(struct revision *r, int id)
{
    size_t i = 0;

    while (i < r->count && r->list[i].id != id)
        i++;
    if (i == REVISION_MAX)
        abort();
    r->count = i == r->count ? i + 1 : r->count;
    r->list[i] = (struct object){ id, r->texts[i], 0 };
    r->list[r->count] = (struct object){ 0 };
    return r->texts[i];
}

/* Some of these objects at random, mostly one. */
static void
add_any(struct dice *dice, struct jy_slice file, const int *ids, size_t count, bool low, struct revision *r)
{
    for (size_t n = 1 + dice_roll(dice, 3) * dice_roll(dice, 3) / 2; n > 0; n--) {
        int id = ids[dice_roll(dice, count)];

        draft_object(dice, file, id, low, text_for(r, id));
    }
}

/* A page that draws with objects that are several things, and perhaps something else; then the signature. */
static void
make_signed(struct dice *dice, struct pdf_file *f)
{
    static const int ids[] = { 1, 2, 3, 4, 5, 6, 8, 8, 9, 11, 12, 20, 20, 21, 21, 22, 23, 24, 25, 26 };
    static const char *const values[] = { "", "", CERTIFICATION(2), CERTIFICATION(3), FIELD_LOCK("/Action /Include /Fields [(amount)]") };
    static struct revision r;
    static char first[DRAFT_FIRST][DRAFT_MAX];
    struct sign_how how = { .field_id = 10, .value = values[dice_roll(dice, sizeof(values) / sizeof(values[0]))] };
    int numbers[DRAFT_FIRST];

    *f = (struct pdf_file){ .packed = dice_roll(dice, 2) == 0 };
    pdf_begin(f, NULL, NULL);
    r.count = 0;
    for (size_t i = draft_first(dice, numbers, first); i-- > 0;)
        memcpy(text_for(&r, numbers[i]), first[i], DRAFT_MAX);
    pdf_update(f, r.list, "");
    if (dice_roll(dice, 2) == 0) {
        r.count = 0;
        add_any(dice, jy_buf_slice(&f->bytes), ids, sizeof(ids) / sizeof(ids[0]), true, &r);
        pdf_update(f, r.list, "");
    }
    if (dice_roll(dice, 3) == 0)
        draft_hidden(dice, jy_buf_slice(&f->bytes), &f->bytes);
    pdf_sign(f, &how);
}

/* What may come behind a signature, and whatever may not; with the usual objects, or with one that is something else. */
enum move { ANYTHING, FILL_IN, SIGN, GIVE_EVIDENCE, DESCRIBE, REPACK, MOVES };
#define NEW_ID 41                     /* of an object that comes with it */

static void
fill_in(struct dice *dice, struct jy_slice file, bool usual, int other, struct revision *r)
{
    char own[DRAFT_MAX];

    if (usual) {
        snprintf(text_for(r, 8), DRAFT_MAX, "%s", FIELD("two hundred", "41 0 R"));
        snprintf(text_for(r, NEW_ID), DRAFT_MAX, "%s", OTHER_FORM);
    } else if (draft_field(dice, file, other, own)) {
        snprintf(text_for(r, other), DRAFT_MAX, "<< %.3000s /V (two hundred) >>", own);
    }
}

/* The catalog names an object under this key, in the place of what follows there. */
static void
name_in_catalog(struct jy_slice file, const char *key, const char *value, struct revision *r)
{
    char now[DRAFT_MAX], *end;
    size_t len;

    if (!draft_present(file, 1, now) || (len = strlen(now)) < 4 || strcmp(now + len - 2, ">>") != 0)
        return;
    now[len - 2] = '\0';
    if ((end = strstr(now, key)) != NULL)
        *end = '\0';
    snprintf(text_for(r, 1), DRAFT_MAX, "%.3000s %s %s >>", now, key, value);
}

static void
name_object(struct dice *dice, struct jy_slice file, enum move move, bool usual, int id, struct revision *r)
{
    char reference[16], value[40];

    snprintf(reference, sizeof(reference), "%d 0 R", id);
    snprintf(value, sizeof(value), move == GIVE_EVIDENCE && dice_roll(dice, 2) == 0 ? "<< /Certs [%s] >>" : "%s", reference);
    if (move == DESCRIBE && dice_roll(dice, 2) == 0)
        snprintf(r->trailer, sizeof(r->trailer), "/Info %s", reference);
    else
        name_in_catalog(file, move == DESCRIBE ? "/Metadata" : "/DSS", value, r);
    if (usual && dice_roll(dice, 2) == 0)
        snprintf(text_for(r, id), DRAFT_MAX, "%s", STREAM("", "3", "abc"));
    else
        draft_object(dice, file, id, false, text_for(r, id));
}

/* A further revision. How many signatures came with it. */
static size_t
revise(struct dice *dice, struct pdf_file *f)
{
    static const int ids[] = { 1, 2, 3, 3, 4, 5, 5, 6, 8, 8, 9, 10, 11, 12, 20, 20, 20, 20, 21, 21, 21, 22, 23, 23, 24, 24, 25, 25, 26, 40, NEW_ID };
    static struct revision r;
    static char own[DRAFT_MAX];
    const struct jy_slice file = jy_buf_slice(&f->bytes);
    const enum move move = (enum move)dice_roll(dice, MOVES);
    const bool usual = dice_roll(dice, 2) == 0;
    const int other = 20 + (int)dice_roll(dice, 7);
    int stream;

    r.count = 0;
    r.trailer[0] = '\0';
    f->packed = f->packed != (dice_roll(dice, 8) == 0);
    if (move == SIGN && (usual || draft_field(dice, file, other, own))) {
        pdf_sign(f, &(const struct sign_how){ .field_id = usual ? 26 : other, .keys = usual ? DRAFT_SECOND : own });
        return 1;
    }
    if (move == FILL_IN)
        fill_in(dice, file, usual, other, &r);
    if (move == GIVE_EVIDENCE || move == DESCRIBE)
        name_object(dice, file, move, usual, usual ? NEW_ID : other, &r);
    if (move == REPACK && (stream = draft_object_stream(dice, file, own)) != 0)
        memcpy(text_for(&r, stream), own, DRAFT_MAX);
    if (r.count == 0 || dice_roll(dice, 4) == 0)
        add_any(dice, file, ids, sizeof(ids) / sizeof(ids[0]), false, &r);
    if (dice_roll(dice, 16) == 0)
        snprintf(r.trailer, sizeof(r.trailer), "/Root %zu 0 R", 1 + dice_roll(dice, DRAFT_IDS));
    pdf_update(f, r.list, r.trailer);
    return 0;
}

static void
keep(struct jy_slice file, uint64_t seed, uint64_t revision, const char *what)
{
    char path[1024];
    FILE *out;

    snprintf(path, sizeof(path), "%s/%lu-%lu.pdf", folder, (unsigned long)seed, (unsigned long)revision);
    if ((out = fopen(path, "wb")) == NULL || fwrite(file.p, 1, file.len, out) != file.len || fclose(out) != 0)
        fprintf(stderr, "cannot write %s\n", path);
    fprintf(stderr, "valid, and %s: %s\n", what, path);
}

/* Who signs in the place of the first signature has signed what is there then: there is no other that it could break, and the report tells that there was. */
static void
try_revision(struct dice *dice, const struct pdf_file *f, struct painting *before, uint64_t seed, uint64_t number)
{
    struct pdf_file revised = *f;
    size_t expected = 1;
    struct judgement j;

    revised.bytes = (struct jy_buf){ 0 };
    MUST(jy_buf_add(&revised.bytes, jy_buf_slice(&f->bytes)));
    for (size_t n = dice_roll(dice, 4) == 0 ? 2 : 1; n > 0; n--)
        expected += revise(dice, &revised);
    j = judge(jy_buf_slice(&revised.bytes));
    counts[REVISIONS]++;
    counts[REFUSED] += j.verdict == JY_NO_SIGNATURE;
    counts[INVALID] += j.verdict == JY_INVALID;
    counts[INDETERMINATE] += j.verdict == JY_INDETERMINATE;
    counts[VALID] += j.verdict <= JY_VALID_WITH_WARNING;
    if (j.verdict <= JY_VALID_WITH_WARNING && j.signatures < expected) {
        counts[j.tells_removal ? REMOVED : UNTOLD]++;
        if (!j.tells_removal)
            keep(jy_buf_slice(&revised.bytes), seed, number, "does not tell that a signature was taken away");
    } else if (j.verdict <= JY_VALID_WITH_WARNING) {
        struct painting after;
        const char *difference;

        if (before->pages[POPPLER].len == 0 && before->pages[MUPDF].len == 0)
            paint(jy_buf_slice(&f->bytes), before);
        paint(jy_buf_slice(&revised.bytes), &after);
        counts[BY_POPPLER] += after.pages[POPPLER].len > 0;
        counts[BY_MUPDF] += after.pages[MUPDF].len > 0;
        if ((difference = painting_differs(before, &after, 1.0 - LOW_TOP / 800.0)) != NULL) {
            counts[DIFFER]++;
            keep(jy_buf_slice(&revised.bytes), seed, number, difference);
        }
        painting_free(&after);
    }
    jy_buf_free(&revised.bytes);
}

static void
try_file(uint64_t seed)
{
    struct dice dice = { seed };
    struct painting before = { 0 };
    struct pdf_file f;

    counts[FILES]++;
    make_signed(&dice, &f);
    if (judge(jy_buf_slice(&f.bytes)).verdict <= JY_VALID_WITH_WARNING) {
        counts[SIGNED]++;
        for (uint64_t i = 0; i < REVISIONS_OF_EACH; i++)
            try_revision(&dice, &f, &before, seed, i);
    }
    painting_free(&before);
    jy_buf_free(&f.bytes);
}

int
main(int argc, char **argv)
{
    uint64_t wanted = argc > 2 ? strtoull(argv[2], NULL, 10) : 0, seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1, (*all)[COUNTS], sums[COUNTS] = { 0 };
    long workers = sysconf(_SC_NPROCESSORS_ONLN);
    bool failed = false;

    if (wanted == 0) {
        fprintf(stderr, "usage: revise OUT REVISIONS [SEED]\n");
        return 64;
    }
    folder = argv[1];
    workers = workers < 1 ? 1 : workers;
    all = mmap(NULL, (size_t)workers * sizeof(*all), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED || pki_set_up(NULL) != 0)
        return 1;
    for (long w = 0; w < workers; w++) {
        pid_t pid = fork();

        if (pid == 0) {
            counts = all[w];
            for (uint64_t s = seed + (uint64_t)w; counts[REVISIONS] < wanted / (uint64_t)workers; s += (uint64_t)workers)
                try_file(s);
            _exit(0);
        }
        failed = failed || pid < 0;
    }
    for (int status; wait(&status) > 0;)
        failed = failed || status != 0;
    for (int i = 0; i < COUNTS; i++) {
        for (long w = 0; w < workers; w++)
            sums[i] += all[w][i];
        printf("%12lu %s\n", (unsigned long)sums[i], count_names[i]);
    }
    pki_tear_down(NULL);
    if (!failed && sums[BY_POPPLER] == 0)                    /* it is not to be had here: the test is skipped */
        return 77;
    return failed || sums[DIFFER] + sums[UNTOLD] != 0;
}
