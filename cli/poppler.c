/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/poppler.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX (64u << 20)

static void
bound(__rlimit_resource_t resource, rlim_t limit)
{
    if (setrlimit(resource, &(struct rlimit){ limit, limit }) != 0)
        _exit(126);
}

/* In the child: no network, no tracing, no new privileges, bounded; then the program. Never returns. */
static void
become(const char *const argv[], int in, int out)
{
    static const int forbidden[] = { SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
                                     SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(kill), SCMP_SYS(unlink), SCMP_SYS(rename) };
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);

    bound(RLIMIT_CPU, 20);
    bound(RLIMIT_AS, 1ul << 30);
    bound(RLIMIT_FSIZE, OUTPUT_MAX);
    bound(RLIMIT_CORE, 0);
    if (nothing < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(nothing, 2) < 0 || chdir("/") != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || filter == NULL)
        _exit(126);
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), forbidden[i], 0) != 0)
            _exit(126);
    if (seccomp_load(filter) != 0)
        _exit(126);
    execve(argv[0], (char *const *)(uintptr_t)argv, (char *[]){ "PATH=/usr/bin", "HOME=/nonexistent", NULL });
    _exit(127);
}

/* Feed the PDF and collect the answer at the same time, so that neither pipe can fill up and stop both. */
static jy_err
exchange(const char *program, int to, int from, struct jy_slice pdf, struct jy_buf *answer, struct jy_fault *fault)
{
    uint8_t chunk[65536];

    fcntl(to, F_SETFL, O_NONBLOCK);
    for (;;) {
        struct pollfd fds[2] = { { .fd = from, .events = POLLIN }, { .fd = to, .events = POLLOUT } };
        if (poll(fds, to >= 0 ? 2 : 1, 60000) <= 0)
            return jy_fail(fault, JY_E_DAMAGED, program, 0, "no answer in time");
        if (to >= 0 && fds[1].revents != 0) {
            ssize_t n = write(to, pdf.p, pdf.len < sizeof(chunk) ? pdf.len : sizeof(chunk));
            if (n > 0)
                pdf.p += n, pdf.len -= (size_t)n;
            if (pdf.len == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
                close(to);
                to = -1;
            }
        }
        if (fds[0].revents != 0) {
            ssize_t n = read(from, chunk, sizeof(chunk));
            jy_err rc;
            if (n <= 0)
                break;
            if (answer->len + (size_t)n > OUTPUT_MAX)
                return jy_fail(fault, JY_E_LIMIT, program, 0, "an answer of more than %u bytes", OUTPUT_MAX);
            if ((rc = jy_buf_add(answer, JY_SLICE(chunk, (size_t)n))) != JY_OK)
                return rc;
        }
    }
    if (to >= 0)
        close(to);
    return JY_OK;
}

static jy_err
run(const char *const argv[], struct jy_slice pdf, struct jy_buf *answer, struct jy_fault *fault)
{
    int to[2], from[2], status;
    pid_t child;
    jy_err rc;

    if (access(argv[0], X_OK) != 0)
        return jy_fail(fault, JY_E_UNSUPPORTED, argv[0], 0, "install poppler-utils");
    if (pipe2(to, O_CLOEXEC) != 0)
        return jy_fail(fault, JY_E_IO, "pipe", 0, "%s", strerror(errno));
    if (pipe2(from, O_CLOEXEC) != 0) {
        close(to[0]);
        close(to[1]);
        return jy_fail(fault, JY_E_IO, "pipe", 0, "%s", strerror(errno));
    }
    signal(SIGPIPE, SIG_IGN);
    if ((child = fork()) == 0)
        become(argv, to[0], from[1]);
    close(to[0]);
    close(from[1]);
    if (child < 0) {
        close(to[1]);
        close(from[0]);
        return jy_fail(fault, JY_E_IO, "fork", 0, "%s", strerror(errno));
    }
    rc = exchange(argv[0], to[1], from[0], pdf, answer, fault);
    close(from[0]);
    if (rc != JY_OK)
        kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (rc == JY_OK && (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || answer->len == 0))
        rc = jy_fail(fault, JY_E_DAMAGED, argv[0], 0, "cannot read the document (status %d)", status);
    return rc;
}

jy_err
picture_of_pdf_page(struct jy_slice pdf, int page, int dpi, struct jy_buf *png, struct jy_fault *fault)
{
    char number[16], resolution[16];
    const char *const argv[] = { "/usr/bin/pdftocairo", "-png", "-singlefile", "-r", resolution, "-f", number, "-l", number, "-", "-", NULL };

    snprintf(number, sizeof(number), "%d", page);
    snprintf(resolution, sizeof(resolution), "%d", dpi);
    return run(argv, pdf, png, fault);
}

jy_err
words_of_pdf(struct jy_slice pdf, int first, int last, struct jy_buf *words, struct jy_fault *fault)
{
    char from[16], to[16];
    /* -cropbox: places count from what is displayed, as ours do. */
    const char *const argv[] = { "/usr/bin/pdftotext", "-bbox", "-cropbox", "-enc", "UTF-8", "-f", from, "-l", to, "-", "-", NULL };

    snprintf(from, sizeof(from), "%d", first);
    snprintf(to, sizeof(to), "%d", last);
    return run(argv, pdf, words, fault);
}
