/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/jinyind/spawn.h"

#include "daemons/room/control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The room's part of the configuration as a file without a name that nobody can change. */
static int
config_file(const struct setup *setup, enum jy_room room)
{
    json_t *part = jy_config_part(setup->config, room);
    char *text = part == NULL ? NULL : json_dumps(part, JSON_COMPACT);
    int fd = text == NULL ? -1 : memfd_create("configuration", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    size_t len = text == NULL ? 0 : strlen(text);

    if (fd >= 0 && (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0 ||
                    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)) {
        close(fd);
        fd = -1;
    }
    free(text);
    json_decref(part);
    return fd;
}

static bool
send_descriptors(const struct setup *setup, enum jy_room room, int control)
{
    const struct { enum jy_room room; const char *name; int fd; } inherited[] = {
        { JY_ROOM_WEB, "http", setup->http },
        { JY_ROOM_WEB, "http_loopback", setup->http_loopback },
    };
    const struct jy_control start = { .kind = JY_CONTROL_START, .fd = -1 };

    for (size_t i = 0; i < sizeof(inherited) / sizeof(inherited[0]); i++) {
        struct jy_control message = { .kind = JY_CONTROL_DESCRIPTOR, .fd = inherited[i].fd };
        snprintf(message.name, sizeof(message.name), "%s", inherited[i].name);
        if (inherited[i].room == room && inherited[i].fd >= 0 && jy_control_send(control, &message) != JY_OK)
            return false;
    }
    return jy_control_send(control, &start) == JY_OK;
}

/* In the child, between fork and exec: nothing that allocates or locks. */
static _Noreturn void
become(const char *program, pid_t parent, int control, int config)
{
    /* One time zone, named so that libc needs no file for it: the dates inside a ZIP must not depend on the host. */
    static char *const environment[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC0", NULL };
    char *const arguments[] = { (char *)(uintptr_t)program, NULL };
    struct sigaction standard = { .sa_handler = SIG_DFL };
    sigset_t none;
    int null;

    /* A room never outlives jinyind, however that ends. It may have ended before this took effect. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent || setpgid(0, 0) != 0)
        _exit(126);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    sigaction(SIGPIPE, &standard, NULL);
    /* Above 4 first, so that neither overwrites the other. */
    if ((control = fcntl(control, F_DUPFD, 10)) < 0 || (config = fcntl(config, F_DUPFD, 10)) < 0 || dup2(control, JY_CONTROL_FD) < 0 ||
        dup2(config, JY_CONFIG_FD) < 0 || (null = open("/dev/null", O_RDWR)) < 0 || dup2(null, STDIN_FILENO) < 0 ||
        dup2(null, STDOUT_FILENO) < 0 || close_range(JY_CONFIG_FD + 1, ~0u, 0) != 0)
        _exit(126);
    execve(program, arguments, environment);
    _exit(127);
}

jy_err
spawn_room(const struct setup *setup, enum jy_room room, pid_t *pid, int *control, struct jy_fault *fault)
{
    char program[4200];
    int pair[2] = { -1, -1 }, config = -1;
    pid_t parent = getpid();
    jy_err rc = JY_OK;

    snprintf(program, sizeof(program), "%s/jinyin-%s", setup->rooms, jy_room_name(room));
    if ((config = config_file(setup, room)) < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 ||
        !send_descriptors(setup, room, pair[0]) || (*pid = fork()) < 0) {
        rc = jy_fail(fault, JY_E_IO, program, 0, "%s", strerror(errno));
        goto out;
    }
    if (*pid == 0)
        become(program, parent, pair[1], config);
    *control = pair[0];
    pair[0] = -1;
out:
    for (int i = 0; i < 2; i++)
        if (pair[i] >= 0)
            close(pair[i]);
    if (config >= 0)
        close(config);
    return rc;
}
