/* SPDX-License-Identifier: Apache-2.0 */
/* How a room begins: control socket, configuration, inherited descriptors. */
#include "daemons/room/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int64_t
jy_room_clock_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static jy_err
read_config(int fd, enum jy_room room, json_t **out, struct jy_fault *fault)
{
    struct jy_buf json = { 0 };
    ssize_t n = 1;
    jy_err rc = JY_OK;

    while (rc == JY_OK && n != 0 && json.len <= JY_CONFIG_MAX) {
        if ((rc = jy_buf_reserve(&json, 4096)) != JY_OK)
            break;
        if ((n = read(fd, json.p + json.len, 4096)) > 0)
            json.len += (size_t)n;
        else if (n < 0 && errno != EINTR)
            rc = jy_fail(fault, JY_E_IO, "configuration", 0, "%s", strerror(errno));
    }
    if (rc == JY_OK)
        rc = jy_config_read_part(jy_buf_slice(&json), room, out, fault);
    jy_buf_free(&json);
    return rc;
}

/* Descriptors come before START, so that after jy_room_begin they are all there. */
static jy_err
take_descriptors(struct jy_room_context *room, struct jy_fault *fault)
{
    struct jy_control message;
    jy_err rc;

    while ((rc = jy_control_receive(room->control, &message)) == JY_OK && message.kind == JY_CONTROL_DESCRIPTOR) {
        if (room->descriptor_count == sizeof(room->descriptors) / sizeof(room->descriptors[0])) {
            close(message.fd);
            return jy_fail(fault, JY_E_LIMIT, "control", 0, "too many descriptors");
        }
        memcpy(room->descriptors[room->descriptor_count].name, message.name, sizeof(message.name));
        room->descriptors[room->descriptor_count++].fd = message.fd;
    }
    if (rc == JY_OK && message.kind != JY_CONTROL_START) {
        if (message.fd >= 0)
            close(message.fd);
        rc = JY_E_FORMAT;
    }
    return rc == JY_OK ? rc : jy_fail(fault, rc, "control", 0, "no start from jinyind");
}

jy_err
jy_room_open(enum jy_room which, int control, int config, struct jy_room_context *room, struct jy_fault *fault)
{
    pthread_condattr_t monotonic;
    sigset_t stop;
    jy_err rc;

    memset(room, 0, sizeof(*room));
    room->room = which;
    room->control = control;
    room->signals = -1;
    if ((rc = read_config(config, which, &room->config, fault)) != JY_OK)
        goto out;
    pthread_mutex_init(&room->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&room->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    /* Blocked here, so in every thread that this room will have; read where the room waits. */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &stop, NULL) != 0 || (room->signals = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK)) < 0) {
        rc = jy_fail(fault, JY_E_IO, "signalfd", 0, "%s", strerror(errno));
        goto out;
    }
    rc = take_descriptors(room, fault);
out:
    close(config);
    if (rc == JY_OK)
        return JY_OK;
    if (room->signals >= 0)
        close(room->signals);
    close(control);
    json_decref(room->config);
    return rc;
}

struct jy_room_context *
jy_room_begin(enum jy_room which)
{
    static struct jy_room_context the_room;          /* one a process, for as long as it lives */
    struct jy_room_context *room = &the_room;
    const struct rlimit none = { 0, 0 };
    struct jy_fault fault = { 0 };
    struct stat st;
    jy_err rc;

    if (fstat(JY_CONTROL_FD, &st) != 0 || !S_ISSOCK(st.st_mode) || fcntl(JY_CONFIG_FD, F_GETFD) < 0) {
        jy_log("error", "not_started_by_jinyind", "this program is a room of Jinyin; start jinyind instead");
        exit(EXIT_FAILURE);
    }
    fcntl(JY_CONTROL_FD, F_SETFD, FD_CLOEXEC);
    fcntl(JY_CONFIG_FD, F_SETFD, FD_CLOEXEC);
    signal(SIGPIPE, SIG_IGN);
    /* Neither a core file nor another process of the same user may hold what this one knows. */
    if (setrlimit(RLIMIT_CORE, &none) != 0 || (!JY_SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)) {
        jy_log("error", "start_failed", "no core, not dumpable: %s", strerror(errno));
        exit(EXIT_FAILURE);
    }
    if ((rc = jy_room_open(which, JY_CONTROL_FD, JY_CONFIG_FD, room, &fault)) != JY_OK) {
        jy_log("error", "start_failed", "%s: %s %s", jy_err_code(rc), fault.where, fault.text);
        exit(EXIT_FAILURE);
    }
    if ((which == JY_ROOM_WEB || which == JY_ROOM_PAGE) && (rc = jy_fence_apply(which, room->config, &fault)) != JY_OK) {
        jy_log(rc == JY_E_UNSUPPORTED ? "warning" : "error", "no_fence", "%s: %s", fault.where, fault.text);
        if (rc != JY_E_UNSUPPORTED)
            exit(EXIT_FAILURE);
    }
    return room;
}

/* -- configuration: a key that this room may not see is a bug of the room -- */

static const json_t *
value(const struct jy_room_context *room, const char *key)
{
    const json_t *found = json_object_get(room->config, key);

    if (found == NULL) {
        jy_log("error", "bug", "the room %s asked for the configuration key %s", jy_room_name(room->room), key);
        abort();
    }
    return found;
}

const char *
jy_room_config_text(const struct jy_room_context *room, const char *key)
{
    const char *text = json_string_value(value(room, key));

    return text == NULL ? (abort(), "") : text;
}

int64_t
jy_room_config_int(const struct jy_room_context *room, const char *key)
{
    return json_integer_value(value(room, key));
}

bool
jy_room_config_bool(const struct jy_room_context *room, const char *key)
{
    return json_is_true(value(room, key));
}

int
jy_room_descriptor(const struct jy_room_context *room, const char *name)
{
    for (size_t i = 0; i < room->descriptor_count; i++)
        if (strcmp(room->descriptors[i].name, name) == 0)
            return room->descriptors[i].fd;
    return -1;
}

void
jy_room_ready(struct jy_room_context *room)
{
    const struct jy_control ready = { .kind = JY_CONTROL_READY, .fd = -1 };

    if (jy_control_send(room->control, &ready) != JY_OK) {
        jy_log("error", "start_failed", "jinyind is gone");
        exit(EXIT_FAILURE);
    }
}

bool
jy_room_stopping(const struct jy_room_context *room)
{
    return atomic_load(&room->stopping);
}

void
jy_room_sandbox(struct jy_room_context *room)
{
    const json_t *limit = json_object_get(room->config, "document_max_bytes");
    struct jy_fault fault = { 0 };

    if (jy_sandbox_apply(room->room, json_integer_value(limit), &fault) != JY_OK) {
        jy_log("error", "sandbox_failed", "%s: %s", fault.where, fault.text);
        exit(EXIT_FAILURE);
    }
}
