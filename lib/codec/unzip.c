/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacking one entry: what comes out must have the size and the CRC that the directory declares. */
#include <codec/zip_inside.h>

#include <stdlib.h>

#define CHUNK (64u * 1024u)
#define AT_ONCE_MAX (4u << 20)           /* unpacked at one go into memory; larger ones chunk by chunk */

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
longer(const struct jy_zip_entry *e, struct jy_fault *fault)
{
    return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "entry is longer than declared: some readers show all of it");
}

static jy_err
damaged(const struct jy_zip_entry *e, struct jy_fault *fault)
{
    return jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "entry cannot be unpacked");
}

static jy_err
trailing(const struct jy_zip_entry *e, struct jy_fault *fault)
{
    return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "bytes behind the end of the packed data");
}

/* Are the bytes what the directory declares? */
static jy_err
as_declared(const struct jy_zip_entry *e, uint64_t size, uint32_t crc, struct jy_fault *fault)
{
    if (size != e->size)
        return jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "entry is shorter than declared");
    if (crc != e->crc)
        return jy_fail(fault, JY_E_DAMAGED, e->name, e->start, "the CRC does not fit");
    return JY_OK;
}

static jy_err
pass_on(struct progress *p, struct jy_slice bytes, struct jy_fault *fault)
{
    if (bytes.len > p->entry->size - p->done)
        return longer(p->entry, fault);
    p->done += bytes.len;
    p->crc = libdeflate_crc32(p->crc, bytes.p, bytes.len);
    return bytes.len == 0 ? JY_OK : p->sink(p->ctx, bytes);
}

/* Foxit leaves the Adler-32 of the zlib format (RFC 1950) behind the packed data: known by its value, it hides nothing. A reader of a stream
 * would look for a data descriptor there. */
static bool
is_adler(struct jy_slice rest, uint32_t sum, const struct jy_zip_entry *entry)
{
    return rest.len == 4 && (entry->flags & ZIP_FLAG_DESCRIPTOR) == 0 &&
        ((uint32_t)rest.p[0] << 24 | (uint32_t)rest.p[1] << 16 | (uint32_t)rest.p[2] << 8 | rest.p[3]) == sum;
}

/* The whole entry into out, which has room for what is declared. */
static jy_err
unpack_at_once(struct jy_zip *zip, struct jy_slice packed, const struct jy_zip_entry *e, uint8_t *out, struct jy_fault *fault)
{
    size_t used = 0, made = 0;

    if (zip->at_once == NULL && (zip->at_once = libdeflate_alloc_decompressor()) == NULL)
        return jy_fail(fault, JY_E_NOMEM, e->name, 0, "no memory");
    switch (libdeflate_deflate_decompress_ex(zip->at_once, packed.p, packed.len, out, (size_t)e->size, &used, &made)) {
    case LIBDEFLATE_SUCCESS:
        break;
    case LIBDEFLATE_INSUFFICIENT_SPACE:
        return longer(e, fault);
    default:
        return damaged(e, fault);
    }
    if (used < packed.len && !is_adler(JY_SLICE(packed.p + used, packed.len - used), libdeflate_adler32(1, out, made), e))
        return trailing(e, fault);
    return as_declared(e, made, libdeflate_crc32(0, out, made), fault);
}

static jy_err
unpack(struct jy_zip *zip, struct jy_slice packed, struct progress *p, struct jy_fault *fault)
{
    z_stream *z = &zip->inflater;
    size_t left = packed.len;
    uint32_t sum = 1;
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
            return damaged(p->entry, fault);
        sum = libdeflate_adler32(sum, zip->chunk, CHUNK - z->avail_out);
        err = pass_on(p, JY_SLICE(zip->chunk, CHUNK - z->avail_out), fault);
    }
    left += z->avail_in;
    if (err == JY_OK && left > 0 && !is_adler(JY_SLICE(packed.p + packed.len - left, left), sum, p->entry))
        err = trailing(p->entry, fault);
    return err;
}

jy_err
jy_zip_stream(struct jy_zip *zip, size_t index, jy_zip_sink sink, void *ctx, struct jy_fault *fault)
{
    const struct jy_zip_entry *e = &zip->list[index];
    struct jy_slice packed = JY_SLICE(zip->body.p + e->data, e->packed);
    struct progress p = { .entry = e, .sink = sink, .ctx = ctx };
    struct jy_buf whole = { 0 };
    jy_err err = JY_OK;

    if (e->method == 0) {
        while (err == JY_OK && packed.len > 0) {
            size_t len = packed.len < CHUNK ? packed.len : CHUNK;

            err = pass_on(&p, JY_SLICE(packed.p, len), fault);
            packed = JY_SLICE(packed.p + len, packed.len - len);
        }
    } else if (e->size > AT_ONCE_MAX) {
        err = unpack(zip, packed, &p, fault);
    } else {
        err = jy_zip_read(zip, index, AT_ONCE_MAX, &whole, fault);
        if (err == JY_OK && whole.len > 0)
            err = sink(ctx, jy_buf_slice(&whole));
        jy_buf_free(&whole);
        return err;
    }
    return err == JY_OK ? as_declared(e, p.done, p.crc, fault) : err;
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
    err = jy_buf_reserve(out, (size_t)e->size + 1);          /* never NULL, also for an empty entry */
    if (err != JY_OK)
        return jy_fail(fault, err, e->name, e->start, "no memory");
    if (e->method == 0 || e->size > AT_ONCE_MAX)
        return jy_zip_stream(zip, index, sink_buf, out, fault);
    err = unpack_at_once(zip, JY_SLICE(zip->body.p + e->data, e->packed), e, out->p + out->len, fault);
    if (err == JY_OK)
        out->len += (size_t)e->size;
    return err;
}
