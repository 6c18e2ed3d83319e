/* SPDX-License-Identifier: Apache-2.0 */
/* The data of xref and object streams: FlateDecode with the PNG predictors (ISO 32000-2 7.4.4), nothing else is met there. */
#include "pdf/xref.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define COLUMNS_MAX 4096

/* FlateDecode or no filter at all, as a name or an array of one. */
static bool
read_filter(const struct pdf_value *dict, bool *flate)
{
    struct pdf_value value, more;
    struct pdf_lexer lexer;

    *flate = false;
    if (!pdf_dict_get(dict, "Filter", &value, NULL))
        return true;
    if (value.kind == PDF_ARRAY) {
        lexer = pdf_inside(&value);
        pdf_value_next(&lexer, &value);
        if (value.kind == PDF_END)
            return true;
        pdf_value_next(&lexer, &more);
        if (more.kind != PDF_END)
            return false;
    }
    *flate = pdf_name_is(&value, "FlateDecode") || pdf_name_is(&value, "Fl");
    return *flate;
}

/* 0 = none, else the bytes of a row behind its predictor byte. False: a predictor that we do not know. */
static bool
read_predictor(const struct pdf_value *dict, size_t *columns)
{
    struct pdf_value parms;
    int64_t predictor, n;

    *columns = 0;
    if (!pdf_dict_get(dict, "DecodeParms", &parms, NULL) || pdf_word_is(&parms, "null"))
        return true;
    if (parms.kind == PDF_ARRAY) {
        struct pdf_lexer lexer = pdf_inside(&parms);
        pdf_value_next(&lexer, &parms);
    }
    if (parms.kind != PDF_DICT)
        return pdf_word_is(&parms, "null");
    predictor = pdf_dict_integer(&parms, "Predictor", 1);
    n = pdf_dict_integer(&parms, "Columns", 1);
    if (predictor == 1)
        return true;
    if (predictor < 10 || predictor > 15 || n < 1 || n > COLUMNS_MAX || pdf_dict_integer(&parms, "Colors", 1) != 1 ||
        pdf_dict_integer(&parms, "BitsPerComponent", 8) != 8)
        return false;
    *columns = (size_t)n;
    return true;
}

static jy_err
inflate_all(struct jy_slice in, size_t max, struct jy_buf *out)
{
    z_stream z = { 0 };
    jy_err rc = JY_OK;
    int status;

    if (in.len > UINT32_MAX || inflateInit(&z) != Z_OK)
        return JY_E_NOMEM;
    z.next_in = (Bytef *)(uintptr_t)in.p;
    z.avail_in = (uInt)in.len;
    for (status = Z_OK; rc == JY_OK && status != Z_STREAM_END;) {
        size_t step = in.len * 4 + 1024;
        if (out->len >= max) {
            rc = JY_E_LIMIT;
            break;
        }
        if (step > max - out->len)
            step = max - out->len;
        if ((rc = jy_buf_reserve(out, step)) != JY_OK)
            break;
        z.next_out = out->p + out->len;
        z.avail_out = (uInt)step;
        status = inflate(&z, Z_NO_FLUSH);
        out->len += step - z.avail_out;
        if (status != Z_OK && status != Z_STREAM_END)
            rc = JY_E_DAMAGED;
    }
    inflateEnd(&z);
    return rc;
}

static uint8_t
paeth(int a, int b, int c)
{
    int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);

    return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

/* PNG rows of one byte a sample, in place. */
static jy_err
undo_predictor(struct jy_buf *data, size_t columns)
{
    const uint8_t *above = NULL;
    size_t rows = data->len / (columns + 1);

    for (size_t row = 0; row < rows; row++) {
        const uint8_t *in = data->p + row * (columns + 1);
        uint8_t *to = data->p + row * columns, kind = in[0];
        if (kind > 4)
            return JY_E_DAMAGED;
        for (size_t i = 0; i < columns; i++) {
            uint8_t a = i > 0 ? to[i - 1] : 0, b = above != NULL ? above[i] : 0, c = i > 0 && above != NULL ? above[i - 1] : 0;
            const uint8_t add[] = { 0, a, b, (uint8_t)((a + b) / 2), paeth(a, b, c) };
            to[i] = (uint8_t)(in[i + 1] + add[kind]);
        }
        above = to;
    }
    data->len = rows * columns;
    return JY_OK;
}

jy_err
pdf_stream_data(const struct pdf_lexer *lexer, const struct pdf_value *dict, size_t length, size_t max, struct jy_buf *out)
{
    struct pdf_lexer at = *lexer;
    struct pdf_value word;
    struct jy_slice raw;
    size_t columns;
    bool flate;
    jy_err rc;

    pdf_token_next(&at, &word);
    if (!pdf_word_is(&word, "stream"))
        return JY_E_DAMAGED;
    if (at.pos < at.in.len && at.in.p[at.pos] == '\r')
        at.pos++;
    if (at.pos < at.in.len && at.in.p[at.pos] == '\n')
        at.pos++;
    if (length > at.in.len - at.pos)
        return JY_E_DAMAGED;
    if (!read_filter(dict, &flate) || !read_predictor(dict, &columns))
        return JY_E_UNSUPPORTED;
    raw = JY_SLICE(at.in.p + at.pos, length);
    if (!flate)
        return jy_buf_add(out, raw);
    /* One byte a row for the predictor; a little more than is used must not be an error. */
    if ((rc = inflate_all(raw, columns > 0 ? max + max / columns + columns + 2 : max + 1, out)) != JY_OK)
        return rc;
    return columns > 0 ? undo_predictor(out, columns) : JY_OK;
}
