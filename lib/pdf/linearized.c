/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linearized files (ISO 32000-2 Annex F). As long as the file has the length that its first object says, Chrome and Firefox take the first page from there,
 * poppler the others from the hint tables, too, and Chrome begins with the section that follows: whatever stands there is shown instead of what the last
 * startxref and the page tree lead to. The length can be one that the file will only have with a later revision.
 */
#include "pdf/pdf.h"

#include <stdlib.h>
#include <string.h>

#define HINTS_MAX (16u << 20)         /* bytes, unpacked */
#define HEAD_BYTES 36                 /* of the page offset hint table (Table F.3) */

struct linearization {
    struct pdf_value dict;
    size_t section;                   /* behind it: where its cross-reference section stands */
    int64_t length, first, object, pages;
};

static jy_err
refuse(struct jy_fault *fault, const struct linearization *lin, const char *why)
{
    return jy_fail(fault, JY_E_AMBIGUOUS, "PDF /Linearized", lin->dict.at, "linearized with %s", why);
}

/* Direct and once: some readers resolve no reference there. */
static bool
read_number(const struct pdf_value *dict, const char *key, int64_t other, int64_t *out)
{
    struct pdf_value value;
    bool twice;

    *out = other;
    if (!pdf_dict_get(dict, key, &value, &twice))
        return other >= 0;
    *out = value.number;
    return value.kind == PDF_INTEGER && value.number >= 0 && !twice;
}

/* The object that begins here, if it is one; JY_E_AMBIGUOUS where its length is none to all readers. */
static jy_err
read_linearization(const struct pdf *pdf, size_t at, struct linearization *out, bool *found, struct jy_fault *fault)
{
    struct pdf_lexer lexer = { pdf->file, at };
    struct pdf_value token;

    *found = false;
    for (int i = 0; i < 3; i++)                              /* "N G obj" */
        pdf_token_next(&lexer, &token);
    if (!pdf_word_is(&token, "obj"))
        return JY_OK;
    pdf_value_next(&lexer, &out->dict);
    if (out->dict.kind != PDF_DICT || !pdf_dict_get(&out->dict, "Linearized", &token, NULL) || !pdf_dict_get(&out->dict, "L", &token, NULL))
        return JY_OK;
    *found = true;
    pdf_token_next(&lexer, &token);                          /* endobj */
    pdf_token_next(&lexer, &token);
    out->section = token.at;
    return read_number(&out->dict, "L", -1, &out->length) ? JY_OK : refuse(fault, out, "a length (L) that is no number of bytes");
}

/* -- hints -- */

struct bits {
    struct jy_slice bytes;
    size_t at;                        /* in bits */
};

static bool
read_bits(struct bits *bits, unsigned count, uint64_t *out)
{
    *out = 0;
    if (count > 32 || bits->at + count > bits->bytes.len * 8)
        return false;
    for (; count > 0; count--, bits->at++)
        *out = *out << 1 | ((bits->bytes.p[bits->at / 8] >> (7 - bits->at % 8)) & 1);
    return true;
}

/* The primary hint stream, unpacked. */
static bool
read_hints(const struct pdf *pdf, const struct linearization *lin, struct jy_buf *out, jy_err *rc)
{
    struct pdf_value list, at, token, dict;
    struct pdf_lexer lexer;
    size_t length;

    if (!pdf_dict_get(&lin->dict, "H", &list, NULL) || list.kind != PDF_ARRAY)
        return false;
    lexer = pdf_inside(&list);
    pdf_value_next(&lexer, &at);
    if (at.kind != PDF_INTEGER || at.number < 0 || (uint64_t)at.number >= pdf->file.len)
        return false;
    lexer = (struct pdf_lexer){ pdf->file, (size_t)at.number };
    for (int i = 0; i < 3; i++)
        pdf_token_next(&lexer, &token);
    pdf_value_next(&lexer, &dict);
    if (!pdf_word_is(&token, "obj") || dict.kind != PDF_DICT || !pdf_stream_length(pdf->file, &pdf->xref, 0, &dict, &length))
        return false;
    *rc = pdf_stream_data(&lexer, &dict, length, HINTS_MAX, out);
    return *rc == JY_OK && out->len >= HEAD_BYTES;
}

static int
page_object(const struct pdf *pdf, size_t page)
{
    return qpdf_oh_get_object_id(pdf->q, qpdf_get_page_n(pdf->q, page));
}

static bool
is_page(const struct pdf *pdf, uint64_t id)
{
    const struct pdf_entry *e = id > PDF_OBJECTS_MAX ? NULL : pdf_xref_find(&pdf->xref, 0, (uint32_t)id);
    qpdf_oh object, type;

    if (e == NULL)
        return false;
    object = qpdf_get_object_by_id(pdf->q, (int)id, e->type == PDF_COMPRESSED ? 0 : (int)e->generation);
    type = qpdf_oh_get_key_if_dict(pdf->q, object, "/Type");
    return qpdf_oh_is_name(pdf->q, type) && strcmp(qpdf_oh_get_name(pdf->q, type), "/Page") == 0;
}

/*
 * By its hints, the first page stands under its own number, all others follow each other from 1 on, each with as many objects as the table says (F.4.2).
 * A reader that meets one that is no page goes by the page tree.
 */
static bool
hints_agree(const struct pdf *pdf, const struct linearization *lin, struct bits *bits)
{
    uint64_t least, width, more, number = 1;
    bool differs = false;

    if (!read_bits(bits, 32, &least) || least < 1 || !read_bits(bits, 32, &more) || !read_bits(bits, 16, &width) || width > 32)
        return false;
    bits->at = HEAD_BYTES * 8;
    for (size_t i = 0; i < pdf->page_count; i++) {
        /* Entry 0 is the first page's; the others follow in order. */
        if (i > 0 && !is_page(pdf, number))
            return true;
        differs = differs || (i > 0 && number != (uint64_t)page_object(pdf, i <= (size_t)lin->first ? i - 1 : i));
        if (!read_bits(bits, (unsigned)width, &more))
            return false;
        number += i > 0 ? least + more : 0;
    }
    return !differs;
}

static bool
has_length(const struct pdf *pdf, const struct linearization *lin, size_t length)
{
    return (uint64_t)lin->length == length || (uint64_t)lin->length + pdf->header == length;     /* from %PDF- for some, from byte 0 for others */
}

static jy_err
refuse_at(const struct pdf *pdf, size_t at, size_t length, size_t newest, struct jy_fault *fault)
{
    struct linearization lin = { .length = 0 };
    struct jy_buf hints = { 0 };
    bool found;
    jy_err rc = read_linearization(pdf, at, &lin, &found, fault);

    if (rc != JY_OK || !found || !has_length(pdf, &lin, length))
        return rc;
    if (pdf->header > 0)
        return refuse(fault, &lin, "offsets that lead to two places, for bytes stand before the header");
    if (newest >= pdf->xref.count || pdf->xref.sections[newest].at != lin.section)
        return refuse(fault, &lin, "another cross-reference section than the last startxref leads to");
    if (!read_number(&lin.dict, "N", -1, &lin.pages) || (uint64_t)lin.pages != pdf->page_count)
        return refuse(fault, &lin, "another number of pages than the page tree has");
    if (!read_number(&lin.dict, "P", 0, &lin.first) || (uint64_t)lin.first >= pdf->page_count)
        return refuse(fault, &lin, "a first page that the document does not have");
    if (!read_number(&lin.dict, "O", -1, &lin.object) || lin.object != page_object(pdf, (size_t)lin.first))
        return refuse(fault, &lin, "another first page than the page tree has");
    if (pdf->page_count > 1) {
        if (!read_hints(pdf, &lin, &hints, &rc))
            rc = rc == JY_E_NOMEM ? rc : refuse(fault, &lin, "hints that not every reader can read");
        else if (!hints_agree(pdf, &lin, &(struct bits){ jy_buf_slice(&hints), 0 }))
            rc = refuse(fault, &lin, "hints that lead to other pages than the page tree");
    }
    jy_buf_free(&hints);
    return rc;
}

/* Where readers look for it: after the line of the header; Chrome behind "%PDF-1.7" and one more byte, which may be no end of a line. */
static size_t
place(const struct pdf *pdf, int i)
{
    return pdf->header + (i == 0 ? 0 : strlen("%PDF-1.7\n"));
}

jy_err
pdf_refuse_linearized(const struct pdf *pdf, size_t length, size_t newest, struct jy_fault *fault)
{
    jy_err rc = JY_OK;

    for (int i = 0; i < 2 && rc == JY_OK; i++)
        rc = refuse_at(pdf, place(pdf, i), length, newest, fault);
    return rc;
}

bool
pdf_is_linearized_length(const struct pdf *pdf, size_t length)
{
    struct linearization lin;
    bool found = false, is = false;

    for (int i = 0; i < 2 && !is; i++)
        is = read_linearization(pdf, place(pdf, i), &lin, &found, NULL) == JY_OK && found && has_length(pdf, &lin, length);
    return is;
}
