/* SPDX-License-Identifier: Apache-2.0 */
/* A ZIP directory from hostile bytes: what is opened can be read within its limits, and written anew it reads the same. */
#include <codec/zip.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define READ_MAX (1u << 20)

static void
compare(struct jy_zip *a, size_t i, struct jy_zip *b)
{
    const struct jy_zip_entry *e = jy_zip_entry(a, i);
    struct jy_buf x = { 0 }, y = { 0 };
    size_t k = jy_zip_find(b, e->name, false);

    if (k == SIZE_MAX)
        abort();
    if (e->size <= READ_MAX && jy_zip_read(a, i, READ_MAX, &x, NULL) == JY_OK &&
        (jy_zip_read(b, k, READ_MAX, &y, NULL) != JY_OK || !jy_slice_equal(jy_buf_slice(&x), jy_buf_slice(&y))))
        abort();
    jy_buf_free(&x);
    jy_buf_free(&y);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct jy_zip_new more = { "fuzz/new.bin", JY_SLICE("new", 3) };
    struct jy_pieces pieces = { 0 };
    struct jy_fault fault = { 0 };
    struct jy_zip *zip = NULL, *again = NULL;
    struct jy_buf out = { 0 };

    if (jy_zip_open(JY_SLICE(data, size), &zip, &fault) == JY_OK && jy_zip_find(zip, more.name, true) == SIZE_MAX &&
        jy_zip_rewrite(zip, &more, 1, 33, 0, &pieces, &fault) == JY_OK && jy_pieces_join(&pieces, &out) == JY_OK) {
        if (jy_zip_open(jy_buf_slice(&out), &again, &fault) != JY_OK || jy_zip_count(again) != jy_zip_count(zip) + 1)
            abort();
        for (size_t i = 0; i < jy_zip_count(zip) && i < 64; i++)
            compare(zip, i, again);
    }
    jy_zip_free(again);
    jy_zip_free(zip);
    jy_pieces_free(&pieces);
    jy_buf_free(&out);
    return 0;
}
