/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/jinyind/setup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

const char *
setup_text(const struct setup *setup, const char *key)
{
    return json_string_value(json_object_get(setup->config, key));
}

int
setup_int(const struct setup *setup, const char *key)
{
    return (int)json_integer_value(json_object_get(setup->config, key));
}

static jy_err
io(struct jy_fault *fault, const char *where, const char *what)
{
    return jy_fail(fault, JY_E_IO, where, 0, "%s: %s", what, strerror(errno));
}

jy_err
setup_config(const char *path, struct setup *out, struct jy_fault *fault)
{
    struct jy_buf json = { 0 };
    char *real = NULL;
    ssize_t n = 1;
    jy_err rc;
    int fd;

    *out = (struct setup){ .lock = -1, .http = -1, .http_loopback = -1 };
    if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0 || (real = realpath(path, NULL)) == NULL) {
        rc = io(fault, path, "open");
        goto out;
    }
    if ((rc = jy_buf_reserve(&json, JY_CONFIG_MAX + 1)) != JY_OK)
        goto out;
    while (json.len <= JY_CONFIG_MAX && (n = read(fd, json.p + json.len, JY_CONFIG_MAX + 1 - json.len)) > 0)
        json.len += (size_t)n;
    rc = n < 0 ? io(fault, path, "read") : jy_config_read(jy_buf_slice(&json), dirname(real), &out->config, fault);
    if (rc == JY_OK && (rc = jy_node_read(setup_text(out, "node"), setup_text(out, "store"), &out->node, fault)) != JY_OK) {
        json_decref(out->config);
        out->config = NULL;
    }
out:
    if (fd >= 0)
        close(fd);
    free(real);
    jy_buf_free(&json);
    return rc;
}

/* -- folders -- */

static jy_err
make_folder(const char *key, const char *path, struct jy_fault *fault)
{
    char part[4096];
    struct stat st;
    size_t len = strlen(path);

    if (len == 0 || len >= sizeof(part))
        return jy_fail(fault, JY_E_BAD_FIELD, key, 0, len == 0 ? "must not be empty" : "the path is too long");
    for (size_t i = 1; i <= len; i++)                /* each folder on the way */
        if (path[i] == '/' || path[i] == '\0') {
            memcpy(part, path, i);
            part[i] = '\0';
            if (mkdir(part, 0700) != 0 && errno != EEXIST)
                return io(fault, key, part);
        }
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return io(fault, key, path);
    }
    return JY_OK;
}

static jy_err
make_folders(const struct setup *setup, struct jy_fault *fault)
{
    static const char *const keys[] = { "data_dir", "web_dir", "key_dir" };
    bool has_keys = jy_node_has_room(setup->node, JY_ROOM_KEY);
    struct stat st;
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < sizeof(keys) / sizeof(keys[0]); i++)
        if (has_keys || strcmp(keys[i], "key_dir") != 0)
            rc = make_folder(keys[i], setup_text(setup, keys[i]), fault);
    /* Not tightened in silence: whoever could read it may have done so. */
    if (rc == JY_OK && has_keys && (stat(setup_text(setup, "key_dir"), &st) != 0 || (st.st_mode & 077) != 0))
        rc = jy_fail(fault, JY_E_IO, "key_dir", 0, "others may enter it; its mode must be 0700");
    return rc;
}

static jy_err
lock_data(struct setup *setup, struct jy_fault *fault)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/jinyind.lock", setup_text(setup, "data_dir"));
    if ((setup->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
        return io(fault, "data_dir", path);
    if (flock(setup->lock, LOCK_EX | LOCK_NB) == 0) {
        /* care/restore.c: half a backup beside a fresh database would be taken for a whole service. */
        snprintf(path, sizeof(path), "%s/restore.unfinished", setup_text(setup, "data_dir"));
        return access(path, F_OK) != 0 ? JY_OK :
               jy_fail(fault, JY_E_BAD_STATE, "data_dir", 0, "a `jinyin restore` did not finish: empty web_dir and key_dir, and restore again");
    }
    if (errno == EWOULDBLOCK)
        return jy_fail(fault, JY_E_CONFLICT, "data_dir", 0, "another jinyind serves this folder");
    return io(fault, "data_dir", path);
}

/* -- sockets -- */

/* A name left by a jinyind that was killed goes; a socket that answers, or something that is no socket, stays. */
static jy_err
clear_name(const struct sockaddr_un *address, struct jy_fault *fault)
{
    struct stat st;
    bool answers;
    int probe;

    if (lstat(address->sun_path, &st) != 0)
        return errno == ENOENT ? JY_OK : io(fault, "http_socket", address->sun_path);
    if (!S_ISSOCK(st.st_mode))
        return jy_fail(fault, JY_E_CONFLICT, "http_socket", 0, "%s exists and is not a socket", address->sun_path);
    if ((probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0)
        return io(fault, "http_socket", "socket");
    answers = connect(probe, (const struct sockaddr *)address, sizeof(*address)) == 0 || errno == EAGAIN;
    close(probe);
    if (answers)
        return jy_fail(fault, JY_E_CONFLICT, "http_socket", 0, "%s is in use by another program", address->sun_path);
    return unlink(address->sun_path) == 0 ? JY_OK : io(fault, "http_socket", address->sun_path);
}

static jy_err
listen_unix(struct setup *setup, struct jy_fault *fault)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const char *path = setup_text(setup, "http_socket");
    mode_t before;
    int bound;
    jy_err rc;

    if (path[0] == '\0' || strlen(path) >= sizeof(address.sun_path))
        return jy_fail(fault, JY_E_BAD_FIELD, "http_socket", 0, "a path of 1 to %zu bytes is needed", sizeof(address.sun_path) - 1);
    strcpy(address.sun_path, path);
    if ((rc = clear_name(&address, fault)) != JY_OK)
        return rc;
    if ((setup->http = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0)
        return io(fault, "http_socket", "socket");
    before = umask(0117);              /* 0660 from its first moment on */
    bound = bind(setup->http, (const struct sockaddr *)&address, sizeof(address));
    umask(before);
    if (bound != 0 || listen(setup->http, SOMAXCONN) != 0) {
        rc = io(fault, "http_socket", path);
        close(setup->http);            /* setup_close unlinks only the name that is ours */
        setup->http = -1;
        return rc;
    }
    return JY_OK;
}

static jy_err
listen_loopback(struct setup *setup, struct jy_fault *fault)
{
    int port = setup_int(setup, "http_loopback_port"), one = 1;
    const struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = { htonl(INADDR_LOOPBACK) } };

    if (port == 0)
        return JY_OK;
    if ((setup->http_loopback = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) < 0 ||
        setsockopt(setup->http_loopback, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
        bind(setup->http_loopback, (const struct sockaddr *)&address, sizeof(address)) != 0 || listen(setup->http_loopback, SOMAXCONN) != 0)
        return io(fault, "http_loopback_port", "127.0.0.1");
    return JY_OK;
}

/* -- the rooms' programs -- */

/* The first room whose program is not in the folder; JY_ROOM_NONE when all are. */
static enum jy_room
missing_in(const char *folder)
{
    char path[4200];

    for (int room = JY_ROOM_WEB; room <= JY_ROOM_LAST; room++) {
        snprintf(path, sizeof(path), "%s/jinyin-%s", folder, jy_room_name((enum jy_room)room));
        if (access(path, X_OK) != 0)
            return (enum jy_room)room;
    }
    return JY_ROOM_NONE;
}

static jy_err
find_rooms(struct setup *setup, struct jy_fault *fault)
{
    char self[2048];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    enum jy_room missing;

    if (n <= 0)
        return io(fault, "jinyind", "/proc/self/exe");
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    snprintf(setup->rooms, sizeof(setup->rooms), "%s", self);
    if ((missing = missing_in(setup->rooms)) == JY_ROOM_NONE)
        return JY_OK;
    snprintf(setup->rooms, sizeof(setup->rooms), "%s/../libexec/jinyin", self);
    if (missing_in(setup->rooms) == JY_ROOM_NONE)
        return JY_OK;
    return jy_fail(fault, JY_E_IO, "rooms", 0, "jinyin-%s is neither beside jinyind nor in ../libexec/jinyin", jy_room_name(missing));
}

jy_err
setup_open(struct setup *setup, struct jy_fault *fault)
{
    jy_err rc;

    if ((rc = find_rooms(setup, fault)) != JY_OK || (rc = make_folders(setup, fault)) != JY_OK || (rc = lock_data(setup, fault)) != JY_OK ||
        (rc = listen_unix(setup, fault)) != JY_OK)
        return rc;
    return listen_loopback(setup, fault);
}

void
setup_close(struct setup *setup)
{
    if (setup->http >= 0) {
        unlink(setup_text(setup, "http_socket"));
        close(setup->http);
    }
    if (setup->http_loopback >= 0)
        close(setup->http_loopback);
    if (setup->lock >= 0)
        close(setup->lock);
    json_decref(setup->config);
}
