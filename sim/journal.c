/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/journal.h"

#include "net/http.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct sim_journal {
    int fd;
    bool broken;                      /* a write failed: what the disk holds is not known */
};

jy_err
sim_sync_folder(const char *folder, struct jy_fault *fault)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    jy_err rc = JY_OK;

    if (fd < 0 || fsync(fd) != 0)
        rc = jy_fail(fault, JY_E_IO, folder, 0, "%s", strerror(errno));
    if (fd >= 0)
        close(fd);
    return rc;
}

const char *
sim_json_text(const struct json_t *object, const char *name, size_t max)
{
    const struct json_t *value = json_object_get(object, name);
    size_t len = value == NULL ? 0 : json_string_length(value);

    return len >= 1 && len <= max ? json_string_value(value) : NULL;
}

static jy_err
read_all(int fd, struct jy_buf *out)
{
    jy_err rc;

    for (;;) {
        ssize_t n;
        if ((rc = jy_buf_reserve(out, 65536)) != JY_OK)
            return rc;
        n = read(fd, out->p + out->len, 65536);
        if (n == 0)
            return JY_OK;
        if (n < 0 && errno != EINTR)
            return JY_E_IO;
        if (n > 0)
            out->len += (size_t)n;
    }
}

static jy_err
replay_line(struct jy_slice text, const char *name, uint64_t offset, sim_journal_replay *replay, void *self, struct jy_fault *fault)
{
    json_t *line = NULL;
    jy_err rc;

    if (jy_json_parse(text, &line, NULL) != JY_OK || !json_is_object(line))
        rc = jy_fail(fault, JY_E_DAMAGED, name, offset, "not a line that was written here");
    else
        rc = replay(self, line, fault);
    json_decref(line);
    return rc;
}

jy_err
sim_journal_open(const char *folder, const char *name, sim_journal_replay *replay, void *self, struct sim_journal **out,
                 struct jy_fault *fault)
{
    struct sim_journal *journal = calloc(1, sizeof(*journal));
    struct jy_buf bytes = { 0 };
    char path[4096];
    size_t at = 0;
    jy_err rc;

    *out = NULL;
    if (journal == NULL)
        return jy_fail(fault, JY_E_NOMEM, name, 0, "journal");
    journal->fd = -1;
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path) ||
        (journal->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0) {
        rc = jy_fail(fault, JY_E_IO, name, 0, "cannot be opened");
        goto out;
    }
    if ((rc = read_all(journal->fd, &bytes)) != JY_OK) {
        jy_fail(fault, rc, name, 0, "cannot be read");
        goto out;
    }
    while (at < bytes.len) {
        const uint8_t *end = memchr(bytes.p + at, '\n', bytes.len - at);
        if (end == NULL)
            break;
        if ((rc = replay_line(JY_SLICE(bytes.p + at, (size_t)(end - bytes.p) - at), name, at, replay, self, fault)) != JY_OK)
            goto out;
        at = (size_t)(end - bytes.p) + 1;
    }
    if (at < bytes.len && ftruncate(journal->fd, (off_t)at) != 0) {
        rc = jy_fail(fault, JY_E_IO, name, at, "a cut line cannot be removed");
        goto out;
    }
    if (fsync(journal->fd) != 0)
        rc = jy_fail(fault, JY_E_IO, name, 0, "%s", strerror(errno));
    else
        rc = sim_sync_folder(folder, fault);
out:
    jy_buf_free(&bytes);
    if (rc == JY_OK)
        *out = journal;
    else
        sim_journal_close(journal);
    return rc;
}

static bool
write_all(int fd, struct jy_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.p, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = JY_SLICE(bytes.p + n, bytes.len - (size_t)n);
    }
    return true;
}

jy_err
sim_journal_append(struct sim_journal *journal, const struct json_t *line, struct jy_fault *fault)
{
    struct jy_buf bytes = { 0 };
    char *text = NULL;
    jy_err rc;

    if (journal->broken)
        return jy_fail(fault, JY_E_IO, "journal", 0, "an earlier write failed; start again");
    if ((text = json_dumps(line, JSON_COMPACT)) == NULL || jy_buf_text(&bytes, text) != JY_OK || jy_buf_byte(&bytes, '\n') != JY_OK) {
        rc = jy_fail(fault, JY_E_NOMEM, "journal", 0, "line");
        goto out;
    }
    rc = JY_OK;
    if (!write_all(journal->fd, jy_buf_slice(&bytes)) || fdatasync(journal->fd) != 0) {
        journal->broken = true;
        rc = jy_fail(fault, JY_E_IO, "journal", 0, "%s", strerror(errno));
    }
out:
    jy_buf_free(&bytes);
    free(text);
    return rc;
}

void
sim_journal_close(struct sim_journal *journal)
{
    if (journal == NULL)
        return;
    if (journal->fd >= 0)
        close(journal->fd);
    free(journal);
}
