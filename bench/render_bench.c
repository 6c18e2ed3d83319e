/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first page of every document of the corpus as a PNG at 4 pixels a millimetre, on one core: median, 90th percentile and the most memory.
 * Beside it the floor, measured in the same run: the PNG of the same pixels alone, which whoever shows pages pays in any case.
 * OFD: from the file's bytes to the PNG's, in this process. PDF: poppler's program, from its start to its end. Times are of the processor, the least
 * of RUNS. The promise (median 25 ms, 90th percentile 60 ms, 128 MB) is for OFD; PDF is told beside it. Without the corpus: tests/data.
 */
#include <jinyin/render.h>

#include <poppler/poppler.h>

#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS 5
#define PPM 4
#define FILES_MAX 400
#define MEDIAN_MS 25.0
#define P90_MS 60.0
#define PROMISE_MB 128.0

static struct jy_fonts *fonts;
static struct { char *path[FILES_MAX]; size_t count; const char *end; } files;

static void
must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "render_bench: %s failed\n", what);
    exit(1);
}

static struct jy_slice
map(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *p;

    must(fd >= 0 && fstat(fd, &st) == 0, path);
    if (st.st_size == 0) {
        close(fd);
        return JY_EMPTY;
    }
    p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    must(p != MAP_FAILED, path);
    close(fd);
    return JY_SLICE(p, (size_t)st.st_size);
}

static double
ms(struct timespec t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double
cpu_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return ms(t);
}

static double
children_ms(void)
{
    struct rusage u;

    getrusage(RUSAGE_CHILDREN, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

/* One page as PNG; false when the document is refused. picture may be NULL. */
static bool
draw_ofd(struct jy_slice file, struct jy_picture *picture)
{
    struct jy_picture own = { 0 }, *page = picture != NULL ? picture : &own;
    struct jy_render *render = NULL;
    struct jy_buf png = { 0 };
    bool good = jy_render_open(file, fonts, &render, NULL) == JY_OK && jy_render_page(render, 1, PPM, page, NULL) == JY_OK &&
                jy_picture_write_png(page, PPM, &png, NULL) == JY_OK;

    jy_render_free(render);
    jy_buf_free(&png);
    jy_picture_free(&own);
    return good;
}

static bool
draw_pdf(const char *path, struct jy_picture *picture)
{
    const struct jy_poppler_page page = { .page = 1, .dots_per_inch = PPM * 25.4 };
    int in = open(path, O_RDONLY | O_CLOEXEC), out = memfd_create("drawn", MFD_CLOEXEC);
    bool good = jy_poppler_draw(in, &page, out, 20, NULL) == JY_OK;
    off_t size = good ? lseek(out, 0, SEEK_END) : 0;

    if (good && picture != NULL) {
        void *p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, out, 0);
        good = p != MAP_FAILED && jy_picture_read(JY_SLICE(p, (size_t)size), NULL, picture, NULL) == JY_OK;
        if (p != MAP_FAILED)
            munmap(p, (size_t)size);
    }
    close(in);
    close(out);
    return good;
}

static double
png_ms(const struct jy_picture *page)
{
    double least = 1e9;

    for (int i = 0; i < RUNS; i++) {
        struct jy_buf png = { 0 };
        double begun = cpu_ms();
        must(jy_picture_write_png(page, PPM, &png, NULL) == JY_OK, "PNG");
        least = fmin(least, cpu_ms() - begun);
        jy_buf_free(&png);
    }
    return least;
}

/* The most that a process of its own holds while it draws, in MB: what it shares with this one counted too. */
static double
memory_mb(struct jy_slice file)
{
    struct rusage u = { 0 };
    int status;
    pid_t child = fork();

    if (child == 0)
        _exit(draw_ofd(file, NULL) ? 0 : 1);
    must(child > 0 && wait4(child, &status, 0, &u) == child, "fork");
    return (double)u.ru_maxrss / 1024;
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
take(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    size_t len = strlen(path);

    (void)st;
    (void)ftw;
    if (type == FTW_F && files.count < FILES_MAX && len > 4 && strcmp(path + len - 4, files.end) == 0)
        must((files.path[files.count++] = strdup(path)) != NULL, "memory");
    return 0;
}

static void
list(const char *end)
{
    struct stat st;

    while (files.count > 0)
        free(files.path[--files.count]);
    files.end = end;
    (void)nftw(stat(CORPUS, &st) == 0 ? CORPUS : JY_BENCH_DATA, take, 16, FTW_PHYS);
    qsort(files.path, files.count, sizeof(files.path[0]), by_name);
}

struct figures { double drawn[FILES_MAX], floor[FILES_MAX], memory; size_t count, refused; const char *slowest; };

static void
tell(const char *label, struct figures *f)
{
    double median, p90, floor;

    must(f->count > 0, "finding a document");
    qsort(f->drawn, f->count, sizeof(double), by_size);
    qsort(f->floor, f->count, sizeof(double), by_size);
    median = f->drawn[f->count / 2];
    p90 = f->drawn[f->count * 9 / 10];
    floor = f->floor[f->count / 2];
    printf("%-4s first page at %d px/mm, %zu documents (%zu refused): median %.1f ms, 90th percentile %.1f ms, most %.1f ms (%s)\n", label, PPM, f->count,
           f->refused, median, p90, f->drawn[f->count - 1], f->slowest);
    printf("     floor, the PNG of these pixels alone: median %.1f ms, 90th percentile %.1f ms; %.1f and %.1f times that\n", floor,
           f->floor[f->count * 9 / 10], median / floor, p90 / f->floor[f->count * 9 / 10]);
}

static void
measure(const char *path, bool pdf, struct figures *f)
{
    struct jy_slice file = map(path);
    struct jy_picture page = { 0 };
    double least = 1e9, most = 0;

    if (!(pdf ? draw_pdf(path, &page) : draw_ofd(file, &page))) {
        f->refused++;
    } else {
        for (int i = 0; i < RUNS; i++) {
            double begun = pdf ? children_ms() : cpu_ms();
            must(pdf ? draw_pdf(path, NULL) : draw_ofd(file, NULL), path);
            least = fmin(least, (pdf ? children_ms() : cpu_ms()) - begun);
        }
        for (size_t i = 0; i < f->count; i++)
            most = fmax(most, f->drawn[i]);
        if (least > most)
            f->slowest = strrchr(path, '/') + 1;
        f->drawn[f->count] = least;
        f->floor[f->count++] = png_ms(&page);
        if (!pdf)
            f->memory = fmax(f->memory, memory_mb(file));
    }
    jy_picture_free(&page);
    if (file.len > 0)
        munmap((void *)(uintptr_t)file.p, file.len);
}

int
main(void)
{
    static struct figures ofd, pdf;
    bool kept;

    must(jy_fonts_open(&fonts, NULL) == JY_OK, "opening the fonts");
    list(".ofd");
    for (size_t i = 0; i < files.count; i++)
        measure(files.path[i], false, &ofd);
    tell("OFD", &ofd);
    printf("     most memory of a process that draws one: %.1f MB\n", ofd.memory);
    kept = ofd.drawn[ofd.count / 2] <= MEDIAN_MS && ofd.drawn[ofd.count * 9 / 10] <= P90_MS && ofd.memory <= PROMISE_MB;
    printf("     promised: median %.0f ms, 90th percentile %.0f ms, %.0f MB: %s\n", MEDIAN_MS, P90_MS, PROMISE_MB, kept ? "kept" : "NOT KEPT");
    list(".pdf");
    for (size_t i = 0; i < files.count; i++)
        measure(files.path[i], true, &pdf);
    tell("PDF", &pdf);
    jy_fonts_free(fonts);
    return kept ? 0 : 1;
}
