/* SPDX-License-Identifier: Apache-2.0 */
#include "poppler/poppler.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAINTER "/usr/bin/pdftocairo"
#define READER "/usr/bin/pdftotext"
#define GRACE_MS 1000                         /* its limit of processor time comes first */

/* How the child says that it never became the program. */
enum { NO_CAGE = 121, NO_LANDLOCK = 122, NO_PROGRAM = 123 };

/* In the child. Never returns. */
static _Noreturn void
become(const char *const argv[], pid_t parent, int in, int out, int alive, int seconds)
{
    static char *const environment[] = { "PATH=/usr/bin", "HOME=/nonexistent", "LC_ALL=C.UTF-8", "TZ=UTC0", NULL };
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    jy_err rc;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent || nothing < 0)
        _exit(NO_CAGE);
    /* Above 10 first, so that none overwrites another; `alive` stays open in the program, and its end is the program's. */
    if ((in = fcntl(in, F_DUPFD, 10)) < 0 || (out = fcntl(out, F_DUPFD, 10)) < 0 || (alive = fcntl(alive, F_DUPFD, 10)) < 0 ||
        dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(nothing, 2) < 0 || dup2(alive, 3) < 0 || close_range(4, ~0u, 0) != 0 || chdir("/") != 0)
        _exit(NO_CAGE);
    if ((rc = jy_poppler_cage(seconds, NULL)) != JY_OK)
        _exit(rc == JY_E_UNSUPPORTED ? NO_LANDLOCK : NO_CAGE);
    execve(argv[0], (char *const *)(uintptr_t)argv, environment);
    _exit(NO_PROGRAM);
}

static int64_t
clock_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* False when it was not over in time. */
static bool
wait_for_end(int alive, int seconds)
{
    int64_t until = clock_ms() + 1000 * (int64_t)seconds + GRACE_MS, left;
    struct pollfd p = { .fd = alive, .events = POLLIN };

    while ((left = until - clock_ms()) > 0)
        if (poll(&p, 1, (int)left) > 0)
            return true;
    return false;
}

static jy_err
judge(const char *program, int status, bool in_time, int seconds, struct jy_fault *fault)
{
    if (!in_time || (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)))
        return jy_fail(fault, JY_E_LIMIT, program, 0, "more than %d seconds of work", seconds);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
        return jy_fail(fault, JY_E_LIMIT, program, 0, "an answer of more than %u bytes", JY_POPPLER_OUTPUT);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_LANDLOCK)
        return jy_fail(fault, JY_E_UNSUPPORTED, "landlock", 0, "this kernel has none: no program may read a foreign PDF without it");
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_PROGRAM)
        return jy_fail(fault, JY_E_UNSUPPORTED, program, 0, "install poppler-utils");
    if (WIFEXITED(status) && WEXITSTATUS(status) == NO_CAGE)
        return jy_fail(fault, JY_E_IO, program, 0, "its cage could not be made");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return jy_fail(fault, JY_E_DAMAGED, program, 0, "cannot read the document (%s %d)", WIFEXITED(status) ? "status" : "signal",
                       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    return JY_OK;
}

static jy_err
run(const char *const argv[], int in, int out, int seconds, struct jy_fault *fault)
{
    pid_t parent = getpid(), child;
    int alive[2], status = 0;
    bool in_time;

    if (access(argv[0], X_OK) != 0)
        return jy_fail(fault, JY_E_UNSUPPORTED, argv[0], 0, "install poppler-utils");
    if (pipe2(alive, O_CLOEXEC) != 0)
        return jy_fail(fault, JY_E_IO, "pipe", 0, "%s", strerror(errno));
    if ((child = fork()) == 0)
        become(argv, parent, in, out, alive[1], seconds);
    close(alive[1]);
    if (child < 0) {
        close(alive[0]);
        return jy_fail(fault, JY_E_IO, "fork", 0, "%s", strerror(errno));
    }
    in_time = wait_for_end(alive[0], seconds);
    close(alive[0]);
    if (!in_time)
        kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return judge(argv[0], status, in_time, seconds, fault);
}

jy_err
jy_poppler_draw(int pdf, const struct jy_poppler_page *page, int out, int seconds, struct jy_fault *fault)
{
    char number[16], width[16], height[16], resolution[32];
    /* -cropbox: a page is what is displayed, as ours are. */
    const char *const sized[] = { PAINTER, "-png", "-singlefile", "-cropbox", "-f", number, "-l", number, "-scale-to-x", width, "-scale-to-y", height,
                                  "-", "-", NULL };
    const char *const dense[] = { PAINTER, "-png", "-singlefile", "-cropbox", "-f", number, "-l", number, "-r", resolution, "-", "-", NULL };

    snprintf(number, sizeof(number), "%d", page->page);
    snprintf(width, sizeof(width), "%u", page->width);
    snprintf(height, sizeof(height), "%u", page->height);
    snprintf(resolution, sizeof(resolution), "%.4f", page->dots_per_inch);
    return run(page->width > 0 ? sized : dense, pdf, out, seconds, fault);
}

jy_err
jy_poppler_words(int pdf, int first, int last, int out, int seconds, struct jy_fault *fault)
{
    char from[16], to[16];
    const char *const argv[] = { READER, "-bbox", "-cropbox", "-enc", "UTF-8", "-f", from, "-l", to, "-", "-", NULL };

    snprintf(from, sizeof(from), "%d", first);
    snprintf(to, sizeof(to), "%d", last);
    return run(argv, pdf, out, seconds, fault);
}

/* Its first line on stderr: "pdftocairo version 22.12.0". */
void
jy_poppler_version(char out[64])
{
    FILE *said = access(PAINTER, X_OK) == 0 ? popen(PAINTER " -v 2>&1", "re") : NULL;
    char line[128] = "", number[32];

    out[0] = '\0';
    if (said == NULL)
        return;
    if (fgets(line, sizeof(line), said) != NULL && sscanf(line, "pdftocairo version %31[0-9.]", number) == 1)
        snprintf(out, 64, "pdftocairo %s", number);
    pclose(said);
}
