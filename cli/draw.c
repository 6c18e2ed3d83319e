/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/draw.h"

#include "codec/text.h"

#include <jinyin/crypto.h>
#include <jinyin/render.h>

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MAX (72u << 20)                /* 16 M pixels and what goes before them */

/* What the child says before the bytes: its error with the story, or the lengths of what follows. */
struct answer {
    jy_err rc;
    struct jy_fault fault;
    size_t notes, bytes;
};

/* The list of what a drawing process needs: memory, its pipe, an end. Nothing that opens, connects, starts or looks elsewhere. */
static bool
lock_down(void)
{
    static const int allowed[] = { SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
                                   SCMP_SYS(mprotect), SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),
                                   SCMP_SYS(clock_gettime), SCMP_SYS(getrandom), SCMP_SYS(sched_yield) };
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    bool good = filter != NULL && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;

    for (size_t i = 0; good && i < sizeof(allowed) / sizeof(allowed[0]); i++)
        good = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) == 0;
    good = good && seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 0) == 0;    /* libraries go on without their files */
    return good && seccomp_load(filter) == 0;
}

static bool
bound(__rlimit_resource_t resource, rlim_t limit)
{
    return setrlimit(resource, &(struct rlimit){ limit, limit }) == 0;
}

static bool
send_all(int to, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;

    while (len > 0) {
        ssize_t n = write(to, p, len);
        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

/* What is done in the child: notes and bytes are what it sends. */
struct job {
    jy_err (*run)(const struct job *job, struct jy_fonts *fonts, struct jy_buf *notes, struct jy_buf *bytes, struct jy_fault *fault);
    struct jy_slice file;
    int page;
    double dots_per_mm;
    enum jy_picture_type type;
    struct jy_picture *into;
    const struct copy_wish *copy;
    const struct marked_wish *marked;
};

_Noreturn static void
work(int to, const struct job *job, struct jy_fonts *fonts)
{
    struct jy_buf bytes = { 0 }, notes = { 0 };
    struct answer answer = { 0 };

    if (!bound(RLIMIT_CPU, 20) || !bound(RLIMIT_AS, 1ul << 30) || !bound(RLIMIT_CORE, 0) || !lock_down())
        _exit(126);
    answer.rc = job->run(job, fonts, &notes, &bytes, &answer.fault);
    answer.notes = notes.len;
    answer.bytes = bytes.len;
    _exit(send_all(to, &answer, sizeof(answer)) && send_all(to, notes.p, notes.len) && send_all(to, bytes.p, bytes.len) ? 0 : 1);
}

static jy_err
draw_page(const struct job *job, struct jy_fonts *fonts, struct jy_buf *notes, struct jy_buf *bytes, struct jy_fault *fault)
{
    struct jy_render *render = NULL;
    struct jy_picture picture = { 0 };
    const struct jy_render_note *list;
    double scale = job->dots_per_mm;
    size_t count;
    jy_err rc;

    if ((rc = jy_render_open(job->file, fonts, &render, fault)) != JY_OK ||
        (rc = jy_render_page(render, (size_t)job->page, scale, &picture, fault)) != JY_OK)
        return rc;                                           /* the child ends with it: nothing is given back */
    list = jy_render_notes(render, &count);
    for (size_t i = 0; rc == JY_OK && i < count; i++)
        rc = jy_buf_fmt(notes, "%s: %s\n", list[i].where, list[i].text);
    return rc == JY_OK ? jy_picture_write_png(&picture, scale, bytes, fault) : rc;
}

static jy_err
draw_marked(const struct job *job, struct jy_fonts *fonts, struct jy_buf *notes, struct jy_buf *bytes, struct jy_fault *fault)
{
    const struct marked_wish *w = job->marked;
    struct jy_render *render = NULL;
    struct jy_picture picture = { 0 };
    jy_err rc;

    (void)notes;
    if (w->picture.len > 0)
        rc = jy_picture_read(w->picture, NULL, &picture, fault);
    else if ((rc = jy_render_open(w->file, fonts, &render, fault)) == JY_OK)
        rc = jy_render_page(render, (size_t)w->page, COPY_DOTS_PER_MM, &picture, fault);
    if (rc == JY_OK && (rc = jy_render_boxes(&picture, COPY_DOTS_PER_MM, fonts, w->report, w->page, fault)) == JY_OK)
        rc = jy_picture_write_png(&picture, COPY_DOTS_PER_MM, bytes, fault);
    return rc;                                               /* the child ends with it: nothing is given back */
}

static jy_err
add_notes(struct jy_render *render, int page, struct jy_buf *notes)
{
    size_t count;
    const struct jy_render_note *list = jy_render_notes(render, &count);
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < count; i++)
        rc = jy_buf_fmt(notes, "%d: %s: %s\n", page, list[i].where, list[i].text);
    return rc;
}

/* A page as a picture: drawn here, or as poppler drew it. */
static jy_err
picture_of(const struct copy_wish *w, struct jy_render *render, int page, struct jy_picture *out, struct jy_fault *fault)
{
    return render != NULL ? jy_render_page(render, (size_t)page, COPY_DOTS_PER_MM, out, fault) :
                            jy_picture_read(w->pictures[page - w->first], NULL, out, fault);
}

static jy_err
make_copy(const struct job *job, struct jy_fonts *fonts, struct jy_buf *notes, struct jy_buf *bytes, struct jy_fault *fault)
{
    const struct copy_wish *w = job->copy;
    struct jy_render *render = NULL;
    struct jy_picture picture = { 0 };
    struct jy_copy *copy = NULL;
    struct jy_bbox words = { .rest = w->words };
    struct jy_text text = { 0 };
    bool told = true;
    jy_err rc = JY_OK;

    if (w->pictures == NULL)
        rc = jy_render_open(w->file, fonts, &render, fault);
    if (rc == JY_OK && w->png && (rc = picture_of(w, render, w->first, &picture, fault)) == JY_OK)
        return jy_copy_png(&picture, COPY_DOTS_PER_MM, w->mark, fonts, bytes, fault);
    if (rc == JY_OK)
        rc = jy_copy_new(w->mark, fonts, &copy, fault);
    for (int page = w->first; rc == JY_OK && page <= w->last; page++) {
        if (render != NULL) {
            if ((rc = jy_copy_add_page(copy, render, (size_t)page, fault)) == JY_OK)
                rc = add_notes(render, page, notes);
        } else if ((rc = picture_of(w, NULL, page, &picture, fault)) == JY_OK) {
            told = told && jy_bbox_next(&words, w->sizes[page - 1], &text, NULL) == JY_OK;      /* without its words it is a picture */
            rc = jy_copy_add_picture(copy, &picture, told ? &text : NULL, w->sizes[page - 1].width_mm, w->sizes[page - 1].height_mm, fault);
            jy_picture_free(&picture);
        }
    }
    return rc == JY_OK ? jy_copy_finish(copy, bytes, fault) : rc;     /* the child ends with it: nothing is given back */
}

static jy_err
draw_seal(const struct job *job, struct jy_fonts *fonts, struct jy_buf *notes, struct jy_buf *bytes, struct jy_fault *fault)
{
    jy_err rc = jy_render_drawer(fonts, job->type, job->file, job->into, fault);

    (void)notes;
    return rc == JY_OK ? jy_buf_add(bytes, JY_SLICE(job->into->rgba, (size_t)job->into->width * job->into->height * 4)) : rc;
}

static jy_err
collect(int from, struct jy_buf *all, struct jy_fault *fault)
{
    uint8_t chunk[65536];
    ssize_t n;
    jy_err rc = JY_OK;

    while (rc == JY_OK && (n = read(from, chunk, sizeof(chunk))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return jy_fail(fault, JY_E_IO, "pipe", 0, "%s", strerror(errno));
        rc = all->len + (size_t)n > ANSWER_MAX ? jy_fail(fault, JY_E_LIMIT, "render", 0, "picture too large")
                                              : jy_buf_add(all, JY_SLICE(chunk, (size_t)n));
    }
    return rc;
}

/* The child is believed in nothing but its bytes. */
static jy_err
take(struct jy_slice all, struct jy_buf *bytes, struct jy_buf *notes, struct jy_fault *fault)
{
    struct answer answer;
    jy_err rc;

    if (all.len < sizeof(answer))
        return jy_fail(fault, JY_E_DAMAGED, "render", 0, "the page could not be drawn within the bounds");
    memcpy(&answer, all.p, sizeof(answer));
    all = JY_SLICE(all.p + sizeof(answer), all.len - sizeof(answer));
    if (answer.rc != JY_OK) {
        answer.fault.where[sizeof(answer.fault.where) - 1] = answer.fault.text[sizeof(answer.fault.text) - 1] = '\0';
        rc = (unsigned)answer.rc < JY_E__COUNT ? answer.rc : JY_E_DAMAGED;
        return jy_fail(fault, rc, answer.fault.where, answer.fault.offset, "%s", answer.fault.text);
    }
    if (answer.notes > all.len || answer.bytes != all.len - answer.notes)
        return jy_fail(fault, JY_E_DAMAGED, "render", 0, "the page could not be drawn within the bounds");
    rc = jy_buf_add(notes, JY_SLICE(all.p, answer.notes));
    return rc == JY_OK ? jy_buf_add(bytes, JY_SLICE(all.p + answer.notes, answer.bytes)) : rc;
}

/* What libraries open at their first work: OpenSSL its configuration, iconv the tables of GB 18030. */
static jy_err
warm_up(struct jy_fault *fault)
{
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = jy_sm3(JY_EMPTY, digest);

    (void)jy_gb18030_keep();
    return rc == JY_OK ? rc : jy_fail(fault, rc, "SM3", 0, "not available");
}

static jy_err
in_child(const struct job *job, struct jy_buf *bytes, struct jy_buf *notes, struct jy_fault *fault)
{
    static struct jy_fonts *fonts;                           /* opened once: looking for them takes longer than most pages */
    struct jy_buf all = { 0 };
    int ends[2], status = 0;
    pid_t child;
    jy_err rc = JY_OK;

    if ((fonts == NULL && (rc = jy_fonts_open(&fonts, fault)) != JY_OK) || (rc = warm_up(fault)) != JY_OK)
        goto out;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        rc = jy_fail(fault, JY_E_IO, "pipe", 0, "%s", strerror(errno));
        goto out;
    }
    if ((child = fork()) == 0) {
        close(ends[0]);
        work(ends[1], job, fonts);
    }
    close(ends[1]);
    if (child < 0) {
        rc = jy_fail(fault, JY_E_IO, "fork", 0, "%s", strerror(errno));
    } else {
        rc = collect(ends[0], &all, fault);
        close(ends[0]);
        ends[0] = -1;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
    }
    if (ends[0] >= 0)
        close(ends[0]);
    if (rc == JY_OK)
        rc = take(jy_buf_slice(&all), bytes, notes, fault);
out:
    jy_buf_free(&all);
    return rc;
}

jy_err
draw_ofd_page(struct jy_slice ofd, int page, double dots_per_mm, struct jy_buf *png, struct jy_buf *notes, struct jy_fault *fault)
{
    const struct job job = { .run = draw_page, .file = ofd, .page = page, .dots_per_mm = dots_per_mm };

    return in_child(&job, png, notes, fault);
}

jy_err
draw_copy(const struct copy_wish *wish, struct jy_buf *out, struct jy_buf *notes, struct jy_fault *fault)
{
    const struct job job = { .run = make_copy, .copy = wish };

    return in_child(&job, out, notes, fault);
}

jy_err
draw_marked_page(const struct marked_wish *wish, struct jy_buf *png, struct jy_fault *fault)
{
    const struct job job = { .run = draw_marked, .marked = wish };
    struct jy_buf notes = { 0 };
    jy_err rc = in_child(&job, png, &notes, fault);

    jy_buf_free(&notes);
    return rc;
}

jy_err
draw_vector_seal(void *none, enum jy_picture_type type, struct jy_slice file, struct jy_picture *into, struct jy_fault *fault)
{
    const struct job job = { .run = draw_seal, .file = file, .type = type, .into = into };
    struct jy_buf bytes = { 0 }, notes = { 0 };
    size_t want = (size_t)into->width * into->height * 4;
    jy_err rc = in_child(&job, &bytes, &notes, fault);

    (void)none;
    if (rc == JY_OK && bytes.len != want)
        rc = jy_fail(fault, JY_E_DAMAGED, "render", 0, "the seal could not be drawn within the bounds");
    if (rc == JY_OK)
        memcpy(into->rgba, bytes.p, want);
    jy_buf_free(&bytes);
    jy_buf_free(&notes);
    return rc;
}
