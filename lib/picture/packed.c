/* SPDX-License-Identifier: Apache-2.0 */
#include "picture/packed.h"

#include <pthread.h>

/* Not limits of what is read: beyond them something is packed once more. */
#define KEPT_MAX 16
#define ONE_MAX (1u << 20)               /* bytes of picture and streams */

struct kept {
    struct jy_buf bytes;                 /* compared as they are: no digest that could be met twice */
    struct jy_picture_pdf pdf;
    uint64_t used;                       /* rises: the smallest goes first */
};
static struct {
    pthread_mutex_t lock;
    struct kept list[KEPT_MAX];
    uint64_t clock;
} packed = { .lock = PTHREAD_MUTEX_INITIALIZER };

static jy_err
copy(const struct jy_picture_pdf *from, struct jy_picture_pdf *to)
{
    jy_err rc;

    *to = *from;
    to->image = to->mask = (struct jy_buf){ 0 };
    if ((rc = jy_buf_add(&to->image, jy_buf_slice(&from->image))) == JY_OK)
        rc = jy_buf_add(&to->mask, jy_buf_slice(&from->mask));
    if (rc != JY_OK)
        jy_picture_pdf_free(to);
    return rc;
}

static struct kept *
find(struct jy_slice bytes)
{
    for (size_t i = 0; i < KEPT_MAX; i++)
        if (packed.list[i].bytes.len > 0 && jy_slice_equal(jy_buf_slice(&packed.list[i].bytes), bytes))
            return &packed.list[i];
    return NULL;
}

bool
picture_packed_find(struct jy_slice bytes, struct jy_picture_pdf *out)
{
    struct kept *k;
    bool found;

    pthread_mutex_lock(&packed.lock);
    found = (k = find(bytes)) != NULL && copy(&k->pdf, out) == JY_OK;
    if (found)
        k->used = ++packed.clock;
    pthread_mutex_unlock(&packed.lock);
    return found;
}

void
picture_packed_keep(struct jy_slice bytes, const struct jy_picture_pdf *pdf)
{
    struct kept new = { 0 }, *oldest = &packed.list[0];

    if (bytes.len == 0 || bytes.len + pdf->image.len + pdf->mask.len > ONE_MAX || copy(pdf, &new.pdf) != JY_OK)
        return;
    if (jy_buf_add(&new.bytes, bytes) != JY_OK) {
        jy_picture_pdf_free(&new.pdf);
        return;
    }
    pthread_mutex_lock(&packed.lock);
    if (find(bytes) == NULL) {
        struct kept gone;

        for (size_t i = 1; i < KEPT_MAX; i++)
            if (packed.list[i].used < oldest->used)
                oldest = &packed.list[i];
        gone = *oldest;
        new.used = ++packed.clock;
        *oldest = new;
        new = gone;
    }
    pthread_mutex_unlock(&packed.lock);
    jy_buf_free(&new.bytes);             /* of the one that went, or of another thread's loser */
    jy_picture_pdf_free(&new.pdf);
}
