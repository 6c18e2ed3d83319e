/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each room gives up, as tables. doc may do only what is listed: it reads foreign files. The others may do all but what is
 * denied: they need files or sockets, but nobody's room looks into another process or asks the kernel for more, and only page starts
 * programs: two, from behind its fence, each in a cage (lib/poppler/cage.c). Its own readers may do what doc's may.
 */
#include "daemons/room/internal.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define MIB ((int64_t)1 << 20)
#define GROWTH (16 * MIB)             /* what one stamp can add to a document: seal, value and page entries, with room to spare */
#define WORK (512 * MIB)              /* address space of doc beside the document itself */

enum { WEB = 1 << JY_ROOM_WEB, DOC = 1 << JY_ROOM_DOC, KEY = 1 << JY_ROOM_KEY, LINK = 1 << JY_ROOM_LINK, PAGE = 1 << JY_ROOM_PAGE,
       OPEN = WEB | KEY | LINK, ALL = OPEN | PAGE };

/* Refused with EPERM: a library that only probes goes on, an intruder gets nothing. */
static const struct { int call; unsigned rooms; } denied[] = {
    /* another program, another process */
    { SCMP_SYS(execve), OPEN }, { SCMP_SYS(execveat), ALL }, { SCMP_SYS(fork), OPEN }, { SCMP_SYS(vfork), OPEN },
    { SCMP_SYS(ptrace), ALL }, { SCMP_SYS(process_vm_readv), ALL }, { SCMP_SYS(process_vm_writev), ALL }, { SCMP_SYS(kcmp), ALL },
    { SCMP_SYS(tkill), ALL }, { SCMP_SYS(rt_sigqueueinfo), ALL }, { SCMP_SYS(rt_tgsigqueueinfo), ALL },
    { SCMP_SYS(pidfd_send_signal), ALL }, { SCMP_SYS(pidfd_open), ALL }, { SCMP_SYS(pidfd_getfd), ALL }, { SCMP_SYS(process_madvise), ALL },
    /* doors of the kernel that no room needs */
    { SCMP_SYS(io_uring_setup), ALL }, { SCMP_SYS(io_uring_enter), ALL }, { SCMP_SYS(io_uring_register), ALL },
    { SCMP_SYS(bpf), ALL }, { SCMP_SYS(perf_event_open), ALL }, { SCMP_SYS(userfaultfd), ALL }, { SCMP_SYS(add_key), ALL },
    { SCMP_SYS(request_key), ALL }, { SCMP_SYS(keyctl), ALL }, { SCMP_SYS(unshare), ALL }, { SCMP_SYS(setns), ALL },
    { SCMP_SYS(mount), ALL }, { SCMP_SYS(umount2), ALL }, { SCMP_SYS(move_mount), ALL }, { SCMP_SYS(open_tree), ALL },
    { SCMP_SYS(fsopen), ALL }, { SCMP_SYS(fsmount), ALL }, { SCMP_SYS(pivot_root), ALL }, { SCMP_SYS(chroot), ALL },
    { SCMP_SYS(init_module), ALL }, { SCMP_SYS(finit_module), ALL }, { SCMP_SYS(delete_module), ALL },
    { SCMP_SYS(kexec_load), ALL }, { SCMP_SYS(kexec_file_load), ALL }, { SCMP_SYS(reboot), ALL }, { SCMP_SYS(swapon), ALL },
    { SCMP_SYS(swapoff), ALL }, { SCMP_SYS(acct), ALL }, { SCMP_SYS(quotactl), ALL }, { SCMP_SYS(personality), ALL },
    { SCMP_SYS(settimeofday), ALL }, { SCMP_SYS(clock_settime), ALL }, { SCMP_SYS(adjtimex), ALL },
    { SCMP_SYS(clock_adjtime), ALL }, { SCMP_SYS(sethostname), ALL }, { SCMP_SYS(setdomainname), ALL },
    { SCMP_SYS(open_by_handle_at), ALL },
    /* no network where the keys are, or where programs read foreign files */
    { SCMP_SYS(socket), KEY | PAGE }, { SCMP_SYS(connect), KEY | PAGE }, { SCMP_SYS(bind), KEY | PAGE }, { SCMP_SYS(listen), KEY | PAGE },
    { SCMP_SYS(accept), KEY | PAGE }, { SCMP_SYS(accept4), KEY | PAGE },
    /* web is called, it does not call out */
    { SCMP_SYS(connect), WEB },
    /* link calls out, nobody calls it */
    { SCMP_SYS(listen), LINK }, { SCMP_SYS(accept), LINK }, { SCMP_SYS(accept4), LINK },
};

/* All that doc may do; anything else ends the process. */
static const int doc_allowed[] = {
    /* the descriptors it was handed */
    SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(pwrite64), SCMP_SYS(writev), SCMP_SYS(lseek),
    SCMP_SYS(fstat), SCMP_SYS(ftruncate), SCMP_SYS(dup), SCMP_SYS(close), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    /* memory; never executable, see below */
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
    /* time, chance, waiting, ending */
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(futex),
    SCMP_SYS(sched_yield), SCMP_SYS(setitimer), SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(set_robust_list), SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};
/* What doc needs to give every document a process of its own; that process gives it up before it looks at the document. */
static const int doc_between_documents[] = {
    SCMP_SYS(socketpair), SCMP_SYS(clone), SCMP_SYS(wait4), SCMP_SYS(kill), SCMP_SYS(prctl), SCMP_SYS(seccomp),
};
/* What libraries of doc merely try (a configuration file, a character set module, the file behind stderr) and do without. */
static const int doc_probed[] = {
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(readlink), SCMP_SYS(stat), SCMP_SYS(newfstatat),
    SCMP_SYS(ioctl), SCMP_SYS(sysinfo), SCMP_SYS(sched_getaffinity),
};
/* Memory that is written is never run: these calls only without PROT_EXEC, the third argument of each. */
static const int doc_not_executable[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect) };

/* Calls that name a process first: its own number, or 0 where that means oneself. */
static const struct { int call; bool zero; } own_process_only[] = {
    { SCMP_SYS(kill), false }, { SCMP_SYS(tgkill), false }, { SCMP_SYS(prlimit64), true },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int
doc_filter(scmp_filter_ctx filter, bool between_documents)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < COUNT(doc_allowed); i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, doc_allowed[i], 0);
    for (size_t i = 0; rc == 0 && between_documents && i < COUNT(doc_between_documents); i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, doc_between_documents[i], 0);
    for (size_t i = 0; rc == 0 && i < COUNT(doc_not_executable); i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, doc_not_executable[i], 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    /* libc takes clone for fork, and falls back to it where it would take clone3 */
    if (rc == 0 && !JY_SANITIZED)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    for (size_t i = 0; rc == 0 && !JY_SANITIZED && i < COUNT(doc_probed); i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), doc_probed[i], 0);
    return rc;
}

static int
denying_filter(scmp_filter_ctx filter, enum jy_room room, uint32_t refuse)
{
    const scmp_datum_t self = (scmp_datum_t)getpid();
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < COUNT(denied); i++)
        if ((denied[i].rooms >> room & 1) != 0)
            rc = seccomp_rule_add(filter, refuse, denied[i].call, 0);
    if (room == JY_ROOM_PAGE)                                /* it begins processes and ends them; none of them is left with that */
        return rc;
    /* All rooms are one user's processes: no room signals another, or changes its limits. */
    for (size_t i = 0; rc == 0 && i < COUNT(own_process_only); i++)
        rc = seccomp_rule_add(filter, refuse, own_process_only[i].call, 1, SCMP_A0(SCMP_CMP_NE, own_process_only[i].zero ? 0 : self));
    /* Threads yes, processes no. The flags of clone3 lie in memory, where no filter sees them: without it libc takes clone. */
    if (rc == 0)
        rc = seccomp_rule_add(filter, refuse, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    if (rc == 0 && refuse != SCMP_ACT_LOG)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return rc;
}

/* In a sanitized build what would be refused is only logged by the kernel: the sanitizers' run-time itself does such things. */
static jy_err
load_filter(enum jy_room room, struct jy_fault *fault)
{
    uint32_t refuse = JY_SANITIZED ? SCMP_ACT_LOG : SCMP_ACT_ERRNO(EPERM);
    uint32_t otherwise = room != JY_ROOM_DOC ? SCMP_ACT_ALLOW : JY_SANITIZED ? SCMP_ACT_LOG : SCMP_ACT_KILL_PROCESS;
    scmp_filter_ctx filter = seccomp_init(otherwise);
    int rc;

    if (filter == NULL)
        return jy_fail(fault, JY_E_NOMEM, "seccomp", 0, "no filter");
    /* TSYNC: threads that already run are held to it as well. */
    if ((rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1)) == 0 &&
        (rc = room == JY_ROOM_DOC ? doc_filter(filter, true) : denying_filter(filter, room, refuse)) == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    return rc == 0 ? JY_OK : jy_fail(fault, JY_E_IO, "seccomp", 0, "%s", strerror(-rc));
}

static jy_err
limit(int resource, const char *name, int64_t value, struct jy_fault *fault)
{
    const struct rlimit both = { (rlim_t)value, (rlim_t)value };

    return setrlimit((__rlimit_resource_t)resource, &both) == 0 ? JY_OK : jy_fail(fault, JY_E_IO, name, 0, "%s", strerror(errno));
}

static jy_err
limit_doc(int64_t document_max_bytes, struct jy_fault *fault)
{
    jy_err rc;

    signal(SIGXFSZ, SIG_IGN);         /* an output beyond RLIMIT_FSIZE is an error of that request, not the end of the process */
    if ((rc = limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", document_max_bytes + GROWTH, fault)) == JY_OK &&
        (rc = limit(RLIMIT_NOFILE, "RLIMIT_NOFILE", 32, fault)) == JY_OK && !JY_SANITIZED)
        rc = limit(RLIMIT_AS, "RLIMIT_AS", document_max_bytes + GROWTH + WORK, fault);
    return rc;
}

/* Best effort: with a small RLIMIT_MEMLOCK the keys' memory could still be swapped out, and the log says so. */
static void
lock_memory(void)
{
    struct rlimit now;
    bool roomy = getrlimit(RLIMIT_MEMLOCK, &now) == 0 && (now.rlim_cur == RLIM_INFINITY || now.rlim_cur >= (rlim_t)(256 * MIB));

    /* MCL_FUTURE under a small limit would make later allocations fail. */
    if (!JY_SANITIZED && mlockall(roomy ? MCL_CURRENT | MCL_FUTURE : MCL_CURRENT) != 0)
        jy_log("warning", "memory_not_locked", "mlockall: %s; raise LimitMEMLOCK or run without swap", strerror(errno));
}

jy_err
jy_sandbox_document(enum jy_room room, struct jy_fault *fault)
{
    /* Beside the filter that holds: a call passes only if both let it. The room page holds none that lists what it may. */
    uint32_t kill = JY_SANITIZED ? SCMP_ACT_LOG : SCMP_ACT_KILL_PROCESS;
    scmp_filter_ctx filter = seccomp_init(room == JY_ROOM_PAGE ? kill : SCMP_ACT_ALLOW);
    int rc = 0;

    if (filter == NULL)
        return jy_fail(fault, JY_E_NOMEM, "seccomp", 0, "no filter");
    if (room == JY_ROOM_PAGE)
        rc = doc_filter(filter, false);
    else
        for (size_t i = 0; rc == 0 && i < COUNT(doc_between_documents); i++)
            rc = seccomp_rule_add(filter, kill, doc_between_documents[i], 0);
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    return rc == 0 ? JY_OK : jy_fail(fault, JY_E_IO, "seccomp", 0, "%s", strerror(-rc));
}

jy_err
jy_sandbox_apply(enum jy_room room, int64_t document_max_bytes, struct jy_fault *fault)
{
    jy_err rc;

    if ((rc = limit(RLIMIT_CORE, "RLIMIT_CORE", 0, fault)) != JY_OK)
        return rc;
    if ((room == JY_ROOM_DOC || room == JY_ROOM_PAGE) && (rc = limit_doc(document_max_bytes, fault)) != JY_OK)
        return rc;
    if (room == JY_ROOM_KEY)
        lock_memory();
    return load_filter(room, fault);
}
