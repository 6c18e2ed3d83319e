/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacking one entry: what comes out must have the size and the CRC that the directory declares. */
#include <codec/zip_inside.h>

#include <stdlib.h>

#define CHUNK (64u * 1024u)

static jy_err
begin(struct jy_zip *zip)
{
    if (zip->chunk == NULL && (zip->chunk = malloc(CHUNK)) == NULL)
        return JY_E_NOMEM;
    if (zip->inflating)
        return inflateReset(&zip->inflater) == Z_OK ? JY_OK : JY_E_INTERNAL;
    if (inflateInit2(&zip->inflater, -MAX_WBITS) != Z_OK)
        return JY_E_NOMEM;
    zip->inflating = true;
    return JY_OK;
}

/* What one chunk adds to the entry: counted and summed before anybody sees it. */
struct progress {
    const struct jy_zip_entry *entry;
    uint64_t done;
    uint32_t crc;
    jy_zip_sink sink;
    void *ctx;
};

static jy_err
pass_on(struct progress *p, struct jy_slice bytes, struct jy_fault *fault)
{
    if (bytes.len > p->entry->size - p->done)
        return jy_fail(fault, JY_E_AMBIGUOUS, p->entry->name, p->entry->start, "entry is longer than declared: some readers show all of it");
    p->done += bytes.len;
    p->crc = (uint32_t)crc32_z(p->crc, bytes.p, bytes.len);
    return bytes.len == 0 ? JY_OK : p->sink(p->ctx, bytes);
}

/* Foxit leaves the Adler-32 of the zlib format (RFC 1950) behind the packed data: known by its value, it hides nothing. A reader of a stream
 * would look for a data descriptor there. */
static bool
is_adler(struct jy_slice rest, struct jy_zip *zip, struct jy_slice packed, const struct jy_zip_entry *entry)
{
    z_stream *z = &zip->inflater;
    uint32_t sum = (uint32_t)adler32_z(0, NULL, 0), want;
    size_t left = packed.len;
    int state = Z_OK;

    if (rest.len != 4 || (entry->flags & ZIP_FLAG_DESCRIPTOR) != 0)
        return false;
    want = (uint32_t)rest.p[0] << 24 | (uint32_t)rest.p[1] << 16 | (uint32_t)rest.p[2] << 8 | rest.p[3];
    if (inflateReset(z) != Z_OK)
        return false;
    z->next_in = (z_const Bytef *)(uintptr_t)packed.p;
    z->avail_in = 0;
    while (state == Z_OK) {
        if (z->avail_in == 0) {
            z->avail_in = left < UINT32_MAX ? (uInt)left : UINT32_MAX;
            left -= z->avail_in;
        }
        z->next_out = zip->chunk;
        z->avail_out = CHUNK;
        state = inflate(z, Z_NO_FLUSH);
        sum = (uint32_t)adler32_z(sum, zip->chunk, CHUNK - z->avail_out);
    }
    return state == Z_STREAM_END && sum == want;
}

static jy_err
unpack(struct jy_zip *zip, struct jy_slice packed, struct progress *p, struct jy_fault *fault)
{
    z_stream *z = &zip->inflater;
    size_t left = packed.len;
    int state = Z_OK;
    jy_err err = begin(zip);

    if (err != JY_OK)
        return jy_fail(fault, err, p->entry->name, 0, "no memory");
    z->next_in = (z_const Bytef *)(uintptr_t)packed.p;
    z->avail_in = 0;
    while (err == JY_OK && state != Z_STREAM_END) {
        if (z->avail_in == 0) {
            z->avail_in = left < UINT32_MAX ? (uInt)left : UINT32_MAX;
            left -= z->avail_in;
        }
        z->next_out = zip->chunk;
        z->avail_out = CHUNK;
        state = inflate(z, Z_NO_FLUSH);
        if (state != Z_OK && state != Z_STREAM_END)
            return jy_fail(fault, JY_E_DAMAGED, p->entry->name, p->entry->start, "entry cannot be unpacked");
        err = pass_on(p, JY_SLICE(zip->chunk, CHUNK - z->avail_out), fault);
    }
    if (err == JY_OK && left + z->avail_in > 0 &&
        !is_adler(JY_SLICE(packed.p + packed.len - left - z->avail_in, left + z->avail_in), zip, packed, p->entry))
        err = jy_fail(fault, JY_E_AMBIGUOUS, p->entry->name, p->entry->start, "bytes behind the end of the packed data");
    return err;
}

jy_err
jy_zip_stream(struct jy_zip *zip, size_t index, jy_zip_sink sink, void *ctx, struct jy_fault *fault)
{
    const struct jy_zip_entry *e = &zip->list[index];
    struct jy_slice packed = JY_SLICE(zip->body.p + e->data, e->packed);
    struct progress p = { .entry = e, .sink = sink, .ctx = ctx };
    jy_err err = JY_OK;

    if (e->method == 0)
        for (; err == JY_OK && packed.len > 0;) {
            size_t len = packed.len < CHUNK ? packed.len : CHUNK;

            err = pass_on(&p, JY_SLICE(packed.p, len), fault);
            packed = JY_SLICE(packed.p + len, packed.len - len);
        }
    else
        err = unpack(zip, packed, &p, fault);
    if (err != JY_OK)
        return err;
    if (p.done != e->size)
        return jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "entry is shorter than declared");
    if (p.crc != e->crc)
        return jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "the CRC does not fit");
    return JY_OK;
}

static jy_err
sink_buf(void *ctx, struct jy_slice chunk)
{
    return jy_buf_add(ctx, chunk);
}

jy_err
jy_zip_read(struct jy_zip *zip, size_t index, size_t max, struct jy_buf *out, struct jy_fault *fault)
{
    const struct jy_zip_entry *e = &zip->list[index];
    jy_err err;

    if (e->size > max)
        return jy_fail(fault, JY_E_LIMIT, e->name, e->start, "%llu bytes, limit %zu", (unsigned long long)e->size, max);
    err = jy_buf_reserve(out, (size_t)e->size);
    if (err != JY_OK)
        return jy_fail(fault, err, e->name, e->start, "no memory");
    return jy_zip_stream(zip, index, sink_buf, out, fault);
}
