/* SPDX-License-Identifier: Apache-2.0 */
/* poppler's programs in their cage. Skipped where the kernel has no Landlock or poppler-utils is not installed, and the cage's rows in sanitized builds. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "poppler/poppler.h"

#define REFUSED 1
#define DONE 2
#define NO_LANDLOCK 77

static int outcome(long rc) { return rc < 0 ? REFUSED : DONE; }
static int read_fonts(void) { return outcome(open("/etc/fonts/fonts.conf", O_RDONLY)); }
static int read_names(void) { return outcome(open("/etc/hostname", O_RDONLY)); }
static int read_users(void) { return outcome(open("/etc/passwd", O_RDONLY)); }
static int read_processes(void) { return outcome(open("/proc/self/environ", O_RDONLY)); }
static int make_file(void) { return outcome(open("/tmp", O_TMPFILE | O_RDWR, 0600)); }
static int write_font(void) { return outcome(open("/usr/share/fonts/x", O_WRONLY | O_CREAT, 0600)); }
static int network(void) { return outcome(socket(AF_INET, SOCK_STREAM, 0)); }
static int local_socket(void) { return outcome(socket(AF_UNIX, SOCK_STREAM, 0)); }
static int begin_process(void) { pid_t pid = fork(); if (pid == 0) _exit(0); return outcome(pid); }
static int run_shell(void) { execl("/bin/sh", "sh", "-c", "exit 2", NULL); return REFUSED; }
static int signal_parent(void) { return outcome(kill(getppid(), 0)); }
static int trace_parent(void) { return outcome(ptrace(PTRACE_ATTACH, getppid(), 0, 0)); }
static int take_memory(void) { return mmap(NULL, JY_POPPLER_MEMORY, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? REFUSED : DONE; }

static void
cage__leaves_fonts_to_read_and_nothing_else(void **state)
{
    static const struct { const char *what; int (*try)(void); int expected; } rows[] = {
        { "read fonts' configuration", read_fonts, DONE }, { "read a name", read_names, REFUSED }, { "read users", read_users, REFUSED },
        { "read processes", read_processes, REFUSED }, { "make a file", make_file, REFUSED }, { "write a font", write_font, REFUSED },
        { "network", network, REFUSED }, { "local socket", local_socket, REFUSED }, { "begin a process", begin_process, REFUSED },
        { "run a shell", run_shell, REFUSED }, { "signal", signal_parent, REFUSED }, { "trace", trace_parent, REFUSED },
        { "take half a gigabyte", take_memory, REFUSED },
    };
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int status;
        pid_t pid = fork();
        if (pid == 0) {
            jy_err rc = jy_poppler_cage(5, NULL);
            _exit(rc == JY_E_UNSUPPORTED ? NO_LANDLOCK : rc != JY_OK ? 100 : rows[i].try());
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == NO_LANDLOCK)
            skip();
        if (!WIFEXITED(status) || WEXITSTATUS(status) != rows[i].expected) {
            print_error("%s: %d, expected %d\n", rows[i].what, status, rows[i].expected);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void
skip_without_poppler(void)
{
    char version[64];

    jy_poppler_version(version);
    if (version[0] == '\0')
        skip();
}

static void
draw__a_page_has_the_size_that_was_asked_for(void **state)
{
    const struct jy_poppler_page page = { .page = 1, .width = 420, .height = 594 };
    int pdf = open(JY_DATA "/contract.pdf", O_RDONLY | O_CLOEXEC), out = memfd_create("out", MFD_CLOEXEC);
    static const uint8_t signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
    uint8_t head[24];
    jy_err rc;

    (void)state;
    skip_without_poppler();
    if ((rc = jy_poppler_draw(pdf, &page, out, 10, NULL)) == JY_E_UNSUPPORTED)
        skip();
    assert_int_equal(rc, JY_OK);
    assert_int_equal(pread(out, head, sizeof(head), 0), sizeof(head));
    assert_memory_equal(head, signature, 8);
    assert_int_equal(head[18] << 8 | head[19], 420);
    assert_int_equal(head[22] << 8 | head[23], 594);
    close(pdf);
    close(out);
}

static void
draw__what_is_no_pdf_is_refused_as_damaged(void **state)
{
    const struct jy_poppler_page page = { .page = 1, .width = 420, .height = 594 };
    int junk = memfd_create("junk", MFD_CLOEXEC), out = memfd_create("out", MFD_CLOEXEC);
    struct jy_fault fault = { 0 };
    jy_err rc;

    (void)state;
    skip_without_poppler();
    assert_int_equal(write(junk, "%PDF-1.7\n", 9), 9);
    assert_int_equal(lseek(junk, 0, SEEK_SET), 0);
    if ((rc = jy_poppler_draw(junk, &page, out, 10, &fault)) == JY_E_UNSUPPORTED)
        skip();
    assert_int_equal(rc, JY_E_DAMAGED);
    assert_string_equal(fault.where, "/usr/bin/pdftocairo");
    close(junk);
    close(out);
}

static void
words__of_a_pdf_come_with_their_boxes(void **state)
{
    int pdf = open(JY_DATA "/contract.pdf", O_RDONLY | O_CLOEXEC), out = memfd_create("out", MFD_CLOEXEC);
    char text[4096];
    ssize_t n;
    jy_err rc;

    (void)state;
    skip_without_poppler();
    if ((rc = jy_poppler_words(pdf, 1, 1, out, 10, NULL)) == JY_E_UNSUPPORTED)
        skip();
    assert_int_equal(rc, JY_OK);
    assert_true((n = pread(out, text, sizeof(text) - 1, 0)) > 0);
    text[n] = '\0';
    assert_non_null(strstr(text, "<word xMin="));
    close(pdf);
    close(out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cage__leaves_fonts_to_read_and_nothing_else),
        cmocka_unit_test(draw__a_page_has_the_size_that_was_asked_for),
        cmocka_unit_test(draw__what_is_no_pdf_is_refused_as_damaged),
        cmocka_unit_test(words__of_a_pdf_come_with_their_boxes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
