/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd.h"

#include "codec/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static jy_err
map_fd(int fd, size_t size, const char *path, struct mapped *out, struct jy_fault *fault)
{
    *out = (struct mapped){ { NULL, 0 }, NULL };
    if (size == 0)
        return JY_OK;
    out->map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (out->map == MAP_FAILED) {
        out->map = NULL;
        return jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
    }
    out->bytes = JY_SLICE(out->map, size);
    return JY_OK;
}

jy_err
map_file(const char *path, struct mapped *out, struct jy_fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);          /* a pipe would wait for a writer */
    struct stat st;
    jy_err rc;

    *out = (struct mapped){ { NULL, 0 }, NULL };
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        rc = jy_fail(fault, JY_E_IO, path, 0, "%s", fd < 0 ? strerror(errno) : "not a regular file");
    else
        rc = map_fd(fd, (size_t)st.st_size, path, out, fault);
    if (fd >= 0)
        close(fd);
    return rc;
}

static int
temporary_beside(const char *path, char name[4096], struct jy_fault *fault, jy_err *rc)
{
    int fd = -1;

    if (snprintf(name, 4096, "%s.XXXXXX", path) >= 4096)
        *rc = jy_fail(fault, JY_E_ARGUMENT, path, 0, "path too long");
    else if ((fd = mkostemp(name, O_CLOEXEC)) < 0)
        *rc = jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
    else
        *rc = JY_OK;
    return fd;
}

jy_err
map_pieces(const char *path, const struct jy_pieces *pieces, struct mapped *out, struct jy_fault *fault)
{
    char temporary[4096];
    jy_err rc;
    int fd = temporary_beside(path, temporary, fault, &rc);

    *out = (struct mapped){ { NULL, 0 }, NULL };
    if (fd < 0)
        return rc;
    unlink(temporary);
    if ((rc = jy_pieces_write(pieces, fd, fault)) == JY_OK)
        rc = map_fd(fd, (size_t)pieces->total, path, out, fault);
    close(fd);
    return rc;
}

void
unmap_file(struct mapped *file)
{
    if (file->map != NULL)
        munmap(file->map, file->bytes.len);
    *file = (struct mapped){ { NULL, 0 }, NULL };
}

jy_err
write_file(const char *path, const struct jy_pieces *pieces, struct jy_fault *fault)
{
    char temporary[4096];
    jy_err rc;
    int fd = temporary_beside(path, temporary, fault, &rc);

    if (fd < 0)
        return rc;
    rc = jy_pieces_write(pieces, fd, fault);
    if (rc == JY_OK && (fchmod(fd, 0644) != 0 || fsync(fd) != 0))
        rc = jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
    close(fd);
    if (rc == JY_OK && rename(temporary, path) != 0)
        rc = jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
    if (rc != JY_OK)
        unlink(temporary);
    return rc;
}

void
complain(const char *what, jy_err err, const struct jy_fault *fault)
{
    char a[4096], b[1400];

    fprintf(stderr, "jinyin: %s: %s %s [%s]\n", jy_text_visible(what, a, sizeof(a)), jy_err_zh(err), jy_err_en(err), jy_err_code(err));
    if (fault != NULL && fault->text[0] != '\0')
        fprintf(stderr, "        %s: %s\n", jy_text_visible(fault->where, a, sizeof(a)), jy_text_visible(fault->text, b, sizeof(b)));
}

jy_err
write_bytes(const char *path, struct jy_buf *bytes, struct jy_fault *fault)
{
    struct jy_pieces pieces = { 0 };
    jy_err rc;

    if ((rc = jy_pieces_take(&pieces, bytes)) == JY_OK)
        rc = write_file(path, &pieces, fault);
    jy_pieces_free(&pieces);
    return rc;
}
