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

jy_err
map_file(const char *path, struct mapped *out, struct jy_fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    *out = (struct mapped){ { NULL, 0 }, NULL };
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        jy_fail(fault, JY_E_IO, path, 0, "%s", fd < 0 ? strerror(errno) : "not a regular file");
        if (fd >= 0)
            close(fd);
        return JY_E_IO;
    }
    if (st.st_size > 0) {
        out->map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (out->map == MAP_FAILED) {
            out->map = NULL;
            close(fd);
            return jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
        }
        out->bytes = JY_SLICE(out->map, (size_t)st.st_size);
    }
    close(fd);
    return JY_OK;
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
    int fd;

    if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
        return jy_fail(fault, JY_E_ARGUMENT, path, 0, "path too long");
    if ((fd = mkostemp(temporary, O_CLOEXEC)) < 0)
        return jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
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
