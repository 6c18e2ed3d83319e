/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sandbox of each room, carried out in a child that then tries what it must not be able to do. Skipped in sanitized builds, where
 * the sandbox only logs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemons/room/internal.h"

#define DOCUMENT_MAX ((int64_t)1 << 20)
#define REFUSED 1                     /* the child saw EPERM */
#define DONE 2                        /* the child could do it */
#define KILLED (-SIGSYS)

static int memory;                    /* a memfd, as web hands one over */

static int refused_or_done(long rc) { return rc < 0 && (errno == EPERM || errno == ENOSYS) ? REFUSED : DONE; }
static int open_file(void) { return refused_or_done(open("/etc/hostname", O_RDONLY)); }
static int make_file(void) { return refused_or_done(open("/tmp", O_TMPFILE | O_RDWR, 0600)); }
static int unix_socket(void) { return refused_or_done(socket(AF_UNIX, SOCK_STREAM, 0)); }
static int inet_socket(void) { return refused_or_done(socket(AF_INET, SOCK_STREAM, 0)); }
static int run_program(void) { execl("/bin/true", "true", NULL); return refused_or_done(-1); }
static int trace_parent(void) { return refused_or_done(ptrace(PTRACE_ATTACH, getppid(), 0, 0)); }
static int signal_parent(void) { return refused_or_done(kill(getppid(), 0)); }
static int signal_group(void) { return refused_or_done(kill(0, 0)); }
static int signal_oneself(void) { return refused_or_done(kill(getpid(), 0)); }
static int ring(void) { return refused_or_done(syscall(SYS_io_uring_setup, 1, NULL)); }
static int load_bpf(void) { return refused_or_done(syscall(SYS_bpf, 0, NULL, 0)); }

static int
signal_thread(void)
{
    return refused_or_done(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int
limit_parent(void)
{
    struct rlimit limit;

    return refused_or_done(prlimit(getppid(), RLIMIT_NOFILE, NULL, &limit));
}

static int
connect_out(void)
{
    const struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    return fd < 0 ? REFUSED : refused_or_done(connect(fd, (const struct sockaddr *)&address, sizeof(address)));
}

static int
fork_process(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return refused_or_done(pid);
}

static int
spawn_process(void)
{
    char *const arguments[] = { "true", NULL };
    pid_t pid;

    errno = posix_spawn(&pid, "/bin/true", NULL, NULL, arguments, environ);
    return refused_or_done(errno == 0 ? 0 : -1);
}

static void *nothing(void *argument) { return argument; }

static int
begin_thread(void)
{
    pthread_t thread;

    errno = pthread_create(&thread, NULL, nothing, NULL);
    return errno == 0 && pthread_join(thread, NULL) == 0 ? DONE : REFUSED;
}

static int
map_executable(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? REFUSED : DONE;
}

static int
make_executable(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(p, 4096, PROT_READ | PROT_EXEC) != 0 ? REFUSED : DONE;
}

static int
map_document(void)
{
    const char *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, memory, 0);

    return p != MAP_FAILED && p[0] == 'x' ? DONE : REFUSED;
}

static int
allocate_and_write(void)
{
    char *p = malloc(32 << 20);

    memset(p, 1, 32 << 20);
    return write(memory, p, 1000) == 1000 ? DONE : REFUSED;
}

/* More than a document and its stamp: an error, not the end of the process. */
static int
write_beyond_the_limit(void)
{
    if (ftruncate(memory, DOCUMENT_MAX + ((off_t)16 << 20)) != 0 || lseek(memory, 0, SEEK_END) < 0)
        return KILLED;
    return write(memory, "x", 1) < 0 && errno == EFBIG ? REFUSED : DONE;
}

static int
take_all_memory(void)
{
    void *p = mmap(NULL, (size_t)1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p == MAP_FAILED ? REFUSED : DONE;
}

static int
leave_a_core(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max != 0 ? DONE : REFUSED;
}

static const struct {
    const char *what;
    int (*try)(void);
    int web, doc, key, link;
} attempts[] = {
    { "open a file", open_file, DONE, REFUSED, DONE, DONE },
    { "make a file", make_file, DONE, REFUSED, DONE, DONE },
    { "make a Unix socket", unix_socket, DONE, KILLED, REFUSED, DONE },
    { "make a network socket", inet_socket, DONE, KILLED, REFUSED, DONE },
    { "call out", connect_out, REFUSED, KILLED, REFUSED, DONE },
    { "run a program", run_program, REFUSED, KILLED, REFUSED, REFUSED },
    { "fork", fork_process, REFUSED, KILLED, REFUSED, REFUSED },
    { "spawn", spawn_process, REFUSED, KILLED, REFUSED, REFUSED },
    { "begin a thread", begin_thread, DONE, KILLED, DONE, DONE },
    { "trace a process", trace_parent, REFUSED, KILLED, REFUSED, REFUSED },
    { "signal a process", signal_parent, REFUSED, KILLED, REFUSED, REFUSED },
    { "signal a thread of a process", signal_thread, REFUSED, KILLED, REFUSED, REFUSED },
    { "signal its group", signal_group, REFUSED, KILLED, REFUSED, REFUSED },
    { "signal itself", signal_oneself, DONE, KILLED, DONE, DONE },
    { "change the limits of a process", limit_parent, REFUSED, KILLED, REFUSED, REFUSED },
    { "io_uring", ring, REFUSED, KILLED, REFUSED, REFUSED },
    { "bpf", load_bpf, REFUSED, KILLED, REFUSED, REFUSED },
    { "map executable memory", map_executable, DONE, KILLED, DONE, DONE },
    { "make memory executable", make_executable, DONE, KILLED, DONE, DONE },
    { "map a document handed over", map_document, DONE, DONE, DONE, DONE },
    { "allocate, and write to a file handed over", allocate_and_write, DONE, DONE, DONE, DONE },
    { "write more than a document", write_beyond_the_limit, DONE, REFUSED, DONE, DONE },
    { "take a gigabyte", take_all_memory, DONE, REFUSED, DONE, DONE },
    { "leave a core, or ask whether it may", leave_a_core, REFUSED, KILLED, REFUSED, REFUSED },
};

/* doc and page: as the process of a document, or (reading false) as the room between documents. */
static int
outcome_in(enum jy_room room, bool reading, int (*try)(void))
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        struct jy_fault fault = { 0 };
        if ((memory = memfd_create("test", MFD_CLOEXEC)) < 0 || write(memory, "x", 1) != 1 ||
            jy_sandbox_apply(room, DOCUMENT_MAX, &fault) != JY_OK ||
            ((room == JY_ROOM_DOC || room == JY_ROOM_PAGE) && reading && jy_sandbox_document(room, &fault) != JY_OK))
            _exit(100);
        _exit(try());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void
sandbox__each_room_can_do_what_the_table_says_and_no_more(void **state)
{
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
        const int expected[] = { attempts[i].web, attempts[i].doc, attempts[i].key, attempts[i].link, attempts[i].doc };   /* page's readers are as doc's */
        for (int room = JY_ROOM_WEB; room <= JY_ROOM_LAST; room++) {
            int got = outcome_in((enum jy_room)room, true, attempts[i].try);
            if (got != expected[room - JY_ROOM_WEB]) {
                print_error("%s: %s: %d, expected %d\n", jy_room_name((enum jy_room)room), attempts[i].what, got,
                            expected[room - JY_ROOM_WEB]);
                wrong++;
            }
        }
    }
    assert_int_equal(wrong, 0);
}

/* Between documents doc can begin a process and end it, and nothing else more than a reader of a document. */
static void
sandbox__doc_between_documents_can_fork_and_little_else(void **state)
{
    static const struct { int (*try)(void); int expected; } rows[] = {
        { fork_process, DONE }, { open_file, REFUSED }, { make_file, REFUSED }, { inet_socket, KILLED }, { unix_socket, KILLED },
        { run_program, KILLED }, { trace_parent, KILLED }, { ring, KILLED }, { map_executable, KILLED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(outcome_in(JY_ROOM_DOC, false, rows[i].try), rows[i].expected);
}

/* page begins processes, which are its readers and poppler's programs; it has no network and looks into nobody. */
static void
sandbox__page_between_documents_has_no_network(void **state)
{
    static const struct { int (*try)(void); int expected; } rows[] = {
        { fork_process, DONE }, { inet_socket, REFUSED }, { unix_socket, REFUSED }, { trace_parent, REFUSED }, { ring, REFUSED }, { load_bpf, REFUSED },
        { take_all_memory, REFUSED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(outcome_in(JY_ROOM_PAGE, false, rows[i].try), rows[i].expected);
}

/* A thread that began before is held to the filter as well. */
static void *
wait_then_run(void *pipe_end)
{
    char byte;

    if (read(*(int *)pipe_end, &byte, 1) == 1 && run_program() == REFUSED)
        _exit(REFUSED);
    _exit(DONE);
}

static void
sandbox__holds_for_threads_that_began_before(void **state)
{
    int status;
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        pthread_t thread;
        int ends[2];
        if (pipe(ends) != 0 || pthread_create(&thread, NULL, wait_then_run, &ends[0]) != 0 ||
            jy_sandbox_apply(JY_ROOM_WEB, DOCUMENT_MAX, NULL) != JY_OK || write(ends[1], "x", 1) != 1)
            _exit(100);
        pause();
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == REFUSED);
}

/* What web can read: its own folder and the system, not what lies beside it, even when its user may. */
static void
fence__web_reads_its_own_folder_and_not_the_key_store(void **state)
{
    char folder[] = "/tmp/jinyin-XXXXXX", web[64], key[64], in_web[80], in_key[80];
    int status;
    pid_t pid;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(web, sizeof(web), "%s/web", folder);
    snprintf(key, sizeof(key), "%s/key", folder);
    snprintf(in_web, sizeof(in_web), "%s/file", web);
    snprintf(in_key, sizeof(in_key), "%s/file", key);
    assert_int_equal(mkdir(web, 0700) | mkdir(key, 0700), 0);
    close(open(in_key, O_WRONLY | O_CREAT, 0600));
    if ((pid = fork()) == 0) {
        json_t *config = json_pack("{s:s}", "web_dir", web);
        struct jy_fault fault = { 0 };
        jy_err rc = jy_fence_apply(JY_ROOM_WEB, config, &fault);
        int fresh;
        if (rc == JY_E_UNSUPPORTED)
            _exit(77);
        fresh = open(in_web, O_RDWR | O_CREAT, 0600);
        _exit(rc == JY_OK && fresh >= 0 && open(in_web, O_RDONLY) >= 0 && open("/dev/urandom", O_RDONLY) >= 0 && open(in_key, O_RDONLY) < 0 &&
                      errno == EACCES && open(in_key, O_RDWR) < 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    unlink(in_web);
    unlink(in_key);
    rmdir(web);
    rmdir(key);
    rmdir(folder);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fence__web_reads_its_own_folder_and_not_the_key_store),
        cmocka_unit_test(sandbox__each_room_can_do_what_the_table_says_and_no_more),
        cmocka_unit_test(sandbox__doc_between_documents_can_fork_and_little_else),
        cmocka_unit_test(sandbox__page_between_documents_has_no_network),
        cmocka_unit_test(sandbox__holds_for_threads_that_began_before),
    };

    if (JY_SANITIZED)
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
