/* SPDX-License-Identifier: Apache-2.0 */
#include <jinyin/base.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *code;
    int http;
    const char *en, *zh;
} errors[JY_E__COUNT] = {
    [JY_OK] = { "ok", 200, "Done.", "完成。" },
#define JY_ERROR(name, code, http, en, zh) [JY_E_##name] = { code, http, en, zh },
#include <jinyin/errors.def>
#undef JY_ERROR
};

static jy_err
known(jy_err err)
{
    return (unsigned)err < JY_E__COUNT ? err : JY_E_INTERNAL;
}

const char *
jy_err_code(jy_err err)
{
    return errors[known(err)].code;
}

int
jy_err_http(jy_err err)
{
    return errors[known(err)].http;
}

const char *
jy_err_en(jy_err err)
{
    return errors[known(err)].en;
}

const char *
jy_err_zh(jy_err err)
{
    return errors[known(err)].zh;
}

jy_err
jy_err_by_code(const char *code)
{
    for (unsigned i = 0; i < JY_E__COUNT; i++)
        if (strcmp(errors[i].code, code) == 0)
            return (jy_err)i;
    return JY_E_INTERNAL;
}

jy_err
jy_fail(struct jy_fault *fault, jy_err err, const char *where, uint64_t offset, const char *fmt, ...)
{
    va_list ap;

    if (fault == NULL)
        return err;
    fault->err = err;
    fault->offset = offset;
    snprintf(fault->where, sizeof(fault->where), "%s", where == NULL ? "" : where);
    va_start(ap, fmt);
    vsnprintf(fault->text, sizeof(fault->text), fmt, ap);
    va_end(ap);
    return err;
}

struct jy_slice
jy_slice_text(const char *text)
{
    return JY_SLICE(text, strlen(text));
}

bool
jy_slice_equal(struct jy_slice a, struct jy_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool
jy_slice_is(struct jy_slice a, const char *text)
{
    return jy_slice_equal(a, jy_slice_text(text));
}

size_t
jy_slice_find(struct jy_slice hay, struct jy_slice needle)
{
    const uint8_t *hit;

    if (needle.len == 0 || hay.len < needle.len)
        return SIZE_MAX;
    hit = memmem(hay.p, hay.len, needle.p, needle.len);
    return hit == NULL ? SIZE_MAX : (size_t)(hit - hay.p);
}

size_t
jy_slice_rfind(struct jy_slice hay, struct jy_slice needle)
{
    if (needle.len == 0 || hay.len < needle.len)
        return SIZE_MAX;
    for (size_t left = hay.len - needle.len + 1; left > 0;) {
        const uint8_t *first = memrchr(hay.p, needle.p[0], left);

        if (first == NULL)
            break;
        left = (size_t)(first - hay.p);
        if (memcmp(first, needle.p, needle.len) == 0)
            return left;
    }
    return SIZE_MAX;
}

jy_err
jy_buf_reserve(struct jy_buf *buf, size_t more)
{
    size_t cap;
    uint8_t *p;

    if (more > SIZE_MAX / 2 - buf->len)
        return JY_E_NOMEM;
    if (buf->len + more <= buf->cap)
        return JY_OK;
    cap = buf->cap < 64 ? 64 : buf->cap * 2;
    if (cap < buf->len + more)
        cap = buf->len + more;
    if ((p = malloc(cap)) == NULL)
        return JY_E_NOMEM;
    if (buf->len != 0)
        memcpy(p, buf->p, buf->len);
    jy_wipe(buf->p, buf->len);                           /* a buffer may hold a secret; growing leaves none behind */
    free(buf->p);
    buf->p = p;
    buf->cap = cap;
    return JY_OK;
}

jy_err
jy_buf_add(struct jy_buf *buf, struct jy_slice bytes)
{
    jy_err rc;

    if (bytes.len == 0)
        return JY_OK;
    if ((rc = jy_buf_reserve(buf, bytes.len)) != JY_OK)
        return rc;
    memcpy(buf->p + buf->len, bytes.p, bytes.len);
    buf->len += bytes.len;
    return JY_OK;
}

jy_err
jy_buf_text(struct jy_buf *buf, const char *text)
{
    return jy_buf_add(buf, jy_slice_text(text));
}

jy_err
jy_buf_byte(struct jy_buf *buf, uint8_t byte)
{
    return jy_buf_add(buf, JY_SLICE(&byte, 1));
}

jy_err
jy_buf_fmt(struct jy_buf *buf, const char *fmt, ...)
{
    va_list ap;
    jy_err rc;
    int need;

    va_start(ap, fmt);
    need = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (need < 0)
        return JY_E_ARGUMENT;
    if ((rc = jy_buf_reserve(buf, (size_t)need + 1)) != JY_OK)
        return rc;
    va_start(ap, fmt);
    vsnprintf((char *)buf->p + buf->len, (size_t)need + 1, fmt, ap);
    va_end(ap);
    buf->len += (size_t)need;
    return JY_OK;
}

struct jy_slice
jy_buf_slice(const struct jy_buf *buf)
{
    return (struct jy_slice){ buf->p, buf->len };
}

void
jy_buf_free(struct jy_buf *buf)
{
    free(buf->p);
    *buf = (struct jy_buf){ 0 };
}

void
jy_buf_wipe(struct jy_buf *buf)
{
    jy_wipe(buf->p, buf->cap);
    jy_buf_free(buf);
}

void
jy_wipe(void *p, size_t len)
{
    if (p != NULL && len != 0)
        explicit_bzero(p, len);
}

bool
jy_equal_secret(struct jy_slice a, struct jy_slice b)
{
    uint8_t diff = 0;

    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        diff |= a.p[i] ^ b.p[i];
    return diff == 0;
}
