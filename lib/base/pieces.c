/* SPDX-License-Identifier: Apache-2.0 */
#include <jinyin/base.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static jy_err
add(struct jy_pieces *pieces, struct jy_slice bytes, uint8_t *owned)
{
    if (pieces->count == pieces->cap) {
        size_t cap = pieces->cap == 0 ? 16 : pieces->cap * 2;
        struct jy_piece *list = realloc(pieces->list, cap * sizeof(*list));
        if (list == NULL)
            return JY_E_NOMEM;
        pieces->list = list;
        pieces->cap = cap;
    }
    pieces->list[pieces->count++] = (struct jy_piece){ bytes, owned };
    pieces->total += bytes.len;
    return JY_OK;
}

jy_err
jy_pieces_borrow(struct jy_pieces *pieces, struct jy_slice bytes)
{
    return bytes.len == 0 ? JY_OK : add(pieces, bytes, NULL);
}

jy_err
jy_pieces_take(struct jy_pieces *pieces, struct jy_buf *buf)
{
    jy_err rc = add(pieces, jy_buf_slice(buf), buf->p);

    if (rc != JY_OK)
        free(buf->p);
    *buf = (struct jy_buf){ 0 };
    return rc;
}

jy_err
jy_pieces_join(const struct jy_pieces *pieces, struct jy_buf *out)
{
    jy_err rc = jy_buf_reserve(out, (size_t)pieces->total);

    for (size_t i = 0; rc == JY_OK && i < pieces->count; i++)
        rc = jy_buf_add(out, pieces->list[i].bytes);
    return rc;
}

jy_err
jy_pieces_write(const struct jy_pieces *pieces, int fd, struct jy_fault *fault)
{
    for (size_t i = 0; i < pieces->count; i++) {
        struct jy_slice left = pieces->list[i].bytes;
        while (left.len > 0) {
            ssize_t n = write(fd, left.p, left.len);
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0)
                return jy_fail(fault, JY_E_IO, "write", 0, "%s", strerror(errno));
            left.p += n;
            left.len -= (size_t)n;
        }
    }
    return JY_OK;
}

void
jy_pieces_free(struct jy_pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++)
        free(pieces->list[i].owned);
    free(pieces->list);
    *pieces = (struct jy_pieces){ 0 };
}
