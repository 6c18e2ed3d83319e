/* SPDX-License-Identifier: Apache-2.0 */
/* The cage: what a program that reads a hostile PDF is left with. Carried out between fork and exec. */
#include "poppler/poppler.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The programs, their loader, their libraries, fonts and what fontconfig reads. */
static const char *const readable[] = { "/usr/lib", "/usr/share", "/usr/local/share/fonts", "/lib", "/lib64", "/etc/fonts", "/etc/ld.so.cache",
                                        "/etc/localtime", "/var/cache/fontconfig", "/dev/null" };
static const char *const executable[] = { "/usr/bin/pdftocairo", "/usr/bin/pdftotext", "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1" };

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define EXECUTE (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)
#define FIRST_RIGHTS ((1ull << 13) - 1)       /* of the first version of Landlock: reading, executing, writing, making, removing */

/* All that the program may do; anything else is refused, and it goes on or gives up. */
static const int allowed[] = {
    SCMP_SYS(execve),
    SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(fcntl),
    SCMP_SYS(fadvise64), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(access), SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(fstatfs), SCMP_SYS(statfs), SCMP_SYS(getcwd),
    SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
    SCMP_SYS(arch_prctl), SCMP_SYS(set_tid_address), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(getrandom), SCMP_SYS(futex),
    SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid),
    SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(restart_syscall),
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A path that is not there needs no gate. */
static bool
open_gate(int rules, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr beneath = { .allowed_access = rights };
    bool opened;

    if ((beneath.parent_fd = open(path, O_PATH | O_CLOEXEC)) < 0)
        return true;
    opened = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
    if (!opened && errno == EINVAL) {                        /* a file has no folder's rights */
        beneath.allowed_access &= ~(uint64_t)LANDLOCK_ACCESS_FS_READ_DIR;
        opened = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
    }
    close(beneath.parent_fd);
    return opened;
}

static jy_err
fence(struct jy_fault *fault)
{
    const struct landlock_ruleset_attr handled = { .handled_access_fs = FIRST_RIGHTS };
    int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
    bool done = true;

    if (rules < 0)
        return jy_fail(fault, JY_E_UNSUPPORTED, "landlock", 0, "this kernel has none: no program may read a foreign PDF without it");
    for (size_t i = 0; done && i < COUNT(readable); i++)
        done = open_gate(rules, readable[i], READ);
    for (size_t i = 0; done && i < COUNT(executable); i++)
        done = open_gate(rules, executable[i], EXECUTE);
    done = done && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return done ? JY_OK : jy_fail(fault, JY_E_IO, "landlock", 0, "%s", strerror(errno));
}

static jy_err
filter_calls(struct jy_fault *fault)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int rc = 0;

    if (filter == NULL)
        return jy_fail(fault, JY_E_NOMEM, "seccomp", 0, "no filter");
    for (size_t i = 0; rc == 0 && i < COUNT(allowed); i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    if (rc == 0)                                             /* nothing is opened for writing */
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT, O_RDONLY));
    if (rc == 0)                                             /* its own limits only */
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A0(SCMP_CMP_EQ, 0));
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    return rc == 0 ? JY_OK : jy_fail(fault, JY_E_IO, "seccomp", 0, "%s", strerror(-rc));
}

jy_err
jy_poppler_cage(int seconds, struct jy_fault *fault)
{
    const struct { __rlimit_resource_t resource; rlim_t value; } limits[] = {
        { RLIMIT_CPU, (rlim_t)seconds }, { RLIMIT_AS, JY_POPPLER_MEMORY }, { RLIMIT_FSIZE, JY_POPPLER_OUTPUT }, { RLIMIT_NOFILE, 64 }, { RLIMIT_CORE, 0 },
    };
    jy_err rc;

    for (size_t i = 0; i < COUNT(limits); i++) {
        struct rlimit now, want = { limits[i].value, limits[i].value };
        if (getrlimit(limits[i].resource, &now) == 0 && now.rlim_max < want.rlim_max)
            want.rlim_cur = want.rlim_max = now.rlim_max;
        if (setrlimit(limits[i].resource, &want) != 0)
            return jy_fail(fault, JY_E_IO, "rlimit", 0, "%s", strerror(errno));
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return jy_fail(fault, JY_E_IO, "no_new_privs", 0, "%s", strerror(errno));
    return (rc = fence(fault)) != JY_OK ? rc : filter_calls(fault);
}
