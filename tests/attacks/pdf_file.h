/* SPDX-License-Identifier: Apache-2.0 */
/* pdf_file.h: a small PDF with a form, written, signed and updated by hand: every byte is the row's to choose. */
#ifndef JY_TEST_PDF_FILE_H
#define JY_TEST_PDF_FILE_H

#include "../unit/verify/pki.h"

#define OBJECTS 64

/* Objects of the first revision. 11 and 12 are used by nothing. */
#define CATALOG "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>"
#define PAGES "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
#define PAGE_HEAD "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 6 0 R >> >> "
#define CONTENT "<< /Length 39 >>\nstream\nBT /F1 24 Tf 72 700 Td (100 yuan) Tj ET\nendstream"
#define OTHER_CONTENT "<< /Length 39 >>\nstream\nBT /F1 24 Tf 72 700 Td (900 yuan) Tj ET\nendstream"
#define FONT "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
#define FIELD(value, ap) \
    "<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (" value ") /Rect [72 600 272 630] /P 3 0 R /F 4 /DA (/F1 12 Tf 0 g) /AP << /N " ap " >> >>"
#define FORM(bytes, text) \
    "<< /Type /XObject /Subtype /Form /BBox [0 0 200 30] /Resources << /Font << /F1 6 0 R >> >> /Length " bytes " >>\nstream\n" text "\nendstream"
#define FIELD_FORM FORM("40", "BT /F1 12 Tf 2 8 Td (one hundred) Tj ET ")
#define OTHER_FORM FORM("40", "BT /F1 12 Tf 2 8 Td (two hundred) Tj ET ")
#define EMPTY_SIGNATURE_FIELD "<< /FT /Sig /T (later) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R /F 4 >>"
#define NOTE_ANNOT "<< /Type /Annot /Subtype /FreeText /Rect [72 690 300 730] /Contents (900 yuan) /DA (/F1 24 Tf 0 g) >>"
#define STREAM(type, n, text) "<< " type " /Length " n " >>\nstream\n" text "\nendstream"
#define SEAL_AP "BT /F1 12 Tf 2 8 Td (seal) Tj ET"

/* What a signature permits: 1 nothing, 2 filling in, 3 notes as well. */
#define CERTIFICATION(p) "/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P " #p " /V /1.2 >> >>]"
/* Which fields may not change: /Action /All, /Action /Include /Fields [(amount)] … */
#define FIELD_LOCK(what) "/Reference [<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams << /Type /TransformParams " what " /V /1.2 >> >>]"

/* After the first signature (objects 13 value, 14 form, 15 field) the page and the form are: */
#define SIGNED_PAGE(contents, annots, more) PAGE_HEAD "/Contents [" contents "] /Annots [8 0 R 10 0 R 15 0 R " annots "] " more " >>"
#define SIGNED_FORM(fields, more) "<< /Fields [8 0 R 10 0 R 15 0 R " fields "] /SigFlags 3 /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 6 0 R >> >> " more " >>"
#define SAME_PAGE SIGNED_PAGE("4 0 R", "", " ")

struct object {
    int id;                           /* 0 ends a list */
    const char *text;                 /* NULL: freed */
    int generation;
};
struct pdf_file {
    struct jy_buf bytes;
    int size;                         /* next free number */
    size_t xref;                      /* the newest section */
    size_t hidden;                    /* where the raw bytes that no xref names begin */
    char fields[256], annots[256];    /* what the form and the page hold now */
    const char *contents;             /* of the page */
    const char *catalog, *page_more;
    const char *linearization;        /* written before all other objects, or NULL */
    bool packed;                      /* what is written next: objects in an object stream, and an xref stream */
};
/* How a revision is signed. */
struct sign_how {
    const char *kind;                 /* written instead of Type, Filter and SubFilter of a seal */
    const char *value;                /* more entries of the signature dictionary */
    const char *field;                /* more entries of the new field */
    const char *rect, *ap;            /* "[x y x y]"; content of the appearance, or NULL */
    int field_id;                     /* an existing field signs; 0 = a new one */
    const char *page;                 /* written instead of its P, of an existing field */
    const char *keys;                 /* all keys of an existing field but its value */
    int flags;                        /* F of a new field; 0 = 4, Print */
    const struct object *also;        /* other objects of the same update */
    const char *range;                /* written instead of the true "0 a b c"; %1$zu a, %2$zu b, %3$zu c */
    const char *contents;             /* written instead of <value> */
    const char *after;                /* follows Contents inside the dictionary */
    bool padded_with_payload;         /* bytes after the DER inside Contents */
    bool in_lines;                    /* the digits of Contents are broken into lines */
    bool wide_gap;                    /* the range leaves out some bytes behind Contents as well */
    const char *more_annots, *more_fields;
    const char *trailer;              /* more entries of it */
};

static inline void
put_(struct pdf_file *f, const char *text)
{
    MUST(jy_buf_text(&f->bytes, text));
}

struct section_ {
    struct { int id, generation; size_t at; int packed; } rows[OBJECTS];       /* packed: from 1, its place in the object stream */
    size_t count;
    struct jy_buf head, texts;        /* of the object stream */
    int packed;
};

static inline void
object_(struct pdf_file *f, struct section_ *s, int id, int generation, const char *text)
{
    if (s->count == OBJECTS)
        abort();
    s->rows[s->count].id = id;
    s->rows[s->count].generation = generation;
    s->rows[s->count].at = text == NULL ? 0 : f->bytes.len;
    if (text != NULL && f->packed && generation == 0 && strstr(text, "\nstream\n") == NULL) {
        MUST(jy_buf_fmt(&s->head, "%d %zu ", id, s->texts.len));
        MUST(jy_buf_fmt(&s->texts, "%s\n", text));
        s->rows[s->count].packed = ++s->packed;
    } else if (text != NULL) {
        MUST(jy_buf_fmt(&f->bytes, "%d %d obj\n%s\nendobj\n", id, generation, text));
    }
    s->count++;
    if (id >= f->size)
        f->size = id + 1;
}

static inline void
trailer_(struct pdf_file *f, const char *more)
{
    MUST(jy_buf_fmt(&f->bytes, "/Size %d ", f->size));
    if (strstr(more, "/Root") == NULL)
        put_(f, "/Root 1 0 R ");
    if (f->xref != 0 && strstr(more, "/Prev") == NULL)
        MUST(jy_buf_fmt(&f->bytes, "/Prev %zu ", f->xref));
    put_(f, more);
}

/* The object stream and the xref stream. */
static inline void
packed_section_end_(struct pdf_file *f, struct section_ *s, const char *trailer)
{
    const int container = f->size;
    struct jy_buf stream = { 0 };
    size_t at;

    if (s->packed > 0) {
        MUST(jy_buf_fmt(&stream, "<< /Type /ObjStm /N %d /First %zu /Length %zu >>\nstream\n", s->packed, s->head.len, s->head.len + s->texts.len));
        MUST(jy_buf_add(&stream, jy_buf_slice(&s->head)));
        MUST(jy_buf_add(&stream, jy_buf_slice(&s->texts)));
        MUST(jy_buf_text(&stream, "\nendstream"));
        MUST(jy_buf_byte(&stream, 0));
        object_(f, s, container, 0, (const char *)stream.p);
    }
    at = f->bytes.len;
    object_(f, s, f->size, 0, NULL);                           /* its row; its text follows */
    s->rows[s->count - 1].at = at;
    MUST(jy_buf_fmt(&f->bytes, "%d 0 obj\n<< /Type /XRef /W [1 4 2] /Length %zu /Index [", f->size - 1, 7 * (s->count + (f->xref == 0))));
    put_(f, f->xref == 0 ? "0 1 " : "");
    for (size_t i = 0; i < s->count; i++)
        MUST(jy_buf_fmt(&f->bytes, "%d 1 ", s->rows[i].id));
    put_(f, "] ");
    trailer_(f, trailer);
    put_(f, " >>\nstream\n");
    if (f->xref == 0)
        MUST(jy_buf_add(&f->bytes, JY_SLICE("\0\0\0\0\0\xff\xff", 7)));
    for (size_t i = 0; i < s->count; i++) {
        const int packed = s->rows[i].packed;
        const size_t place = packed > 0 ? (size_t)container : s->rows[i].at, last = (size_t)(packed > 0 ? packed - 1 : s->rows[i].generation);
        const uint8_t row[7] = { packed > 0 ? 2 : place == 0 ? 0 : 1, (uint8_t)(place >> 24), (uint8_t)(place >> 16), (uint8_t)(place >> 8), (uint8_t)place,
                                 (uint8_t)(last >> 8), (uint8_t)last };

        MUST(jy_buf_add(&f->bytes, JY_SLICE(row, sizeof(row))));
    }
    MUST(jy_buf_fmt(&f->bytes, "\nendstream\nendobj\nstartxref\n%zu\n%%%%EOF\n", at));
    f->xref = at;
    jy_buf_free(&stream);
    jy_buf_free(&s->head);
    jy_buf_free(&s->texts);
}

/* A table and trailer that follow what was written. */
static inline void
section_end_(struct pdf_file *f, struct section_ *s, const char *trailer)
{
    size_t at = f->bytes.len;

    if (f->packed) {
        packed_section_end_(f, s, trailer);
        return;
    }
    put_(f, "xref\n");
    if (f->xref == 0)
        put_(f, "0 1\n0000000000 65535 f \n");
    for (size_t i = 0; i < s->count; i++)
        MUST(jy_buf_fmt(&f->bytes, "%d 1\n%010zu %05d %c \n", s->rows[i].id, s->rows[i].at, s->rows[i].generation, s->rows[i].at == 0 ? 'f' : 'n'));
    put_(f, "trailer\n<< ");
    trailer_(f, trailer);
    MUST(jy_buf_fmt(&f->bytes, " >>\nstartxref\n%zu\n%%%%EOF\n", at));
    f->xref = at;
}

/* An incremental update with these objects. */
static inline void
pdf_update(struct pdf_file *f, const struct object *objects, const char *trailer)
{
    struct section_ s = { 0 };

    for (; objects->id != 0; objects++)
        object_(f, &s, objects->id, objects->generation, objects->text);
    section_end_(f, &s, trailer);
}

static inline void
page_(struct pdf_file *f, struct section_ *s)
{
    char page[1024];

    snprintf(page, sizeof(page), PAGE_HEAD "/Contents [%s] /Annots [%s] %s >>", f->contents, f->annots, f->page_more);
    object_(f, s, 3, 0, page);
}

static inline void
form_(struct pdf_file *f, struct section_ *s)
{
    char form[512];

    snprintf(form, sizeof(form), "<< /Fields [%s] /SigFlags 3 /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 6 0 R >> >> >>", f->fields);
    object_(f, s, 5, 0, form);
}

/* The first revision; contents, catalog, page_more and fields may be set before. hidden: bytes that stand in the file and in no xref. */
static inline void
pdf_begin(struct pdf_file *f, const char *hidden, const struct object *more)
{
    struct section_ s = { 0 };

    f->contents = f->contents == NULL ? "4 0 R" : f->contents;
    f->catalog = f->catalog == NULL ? CATALOG : f->catalog;
    f->page_more = f->page_more == NULL ? "" : f->page_more;
    snprintf(f->fields, sizeof(f->fields), "8 0 R 10 0 R");
    if (f->annots[0] == '\0')
        snprintf(f->annots, sizeof(f->annots), "8 0 R 10 0 R");
    put_(f, "%PDF-1.7\n%\xe6\xb4\xa5\n");
    if (f->linearization != NULL)
        object_(f, &s, 40, 0, f->linearization);
    object_(f, &s, 1, 0, f->catalog);
    object_(f, &s, 2, 0, PAGES);
    page_(f, &s);
    object_(f, &s, 4, 0, CONTENT);
    form_(f, &s);
    object_(f, &s, 6, 0, FONT);
    object_(f, &s, 8, 0, FIELD("one hundred", "9 0 R"));
    object_(f, &s, 9, 0, FIELD_FORM);
    object_(f, &s, 10, 0, EMPTY_SIGNATURE_FIELD);
    object_(f, &s, 11, 0, OTHER_CONTENT);
    object_(f, &s, 12, 0, NOTE_ANNOT);
    for (; more != NULL && more->id != 0; more++)
        object_(f, &s, more->id, more->generation, more->text);
    f->hidden = f->bytes.len;
    if (hidden != NULL)
        put_(f, hidden);
    section_end_(f, &s, "");
}

static inline void
add_item_(char *list, size_t size, const char *item)
{
    size_t len = strlen(list);

    snprintf(list + len, size - len, " %s", item);
}

/* A further revision with a signature over all of the file. */
static inline void
pdf_sign(struct pdf_file *f, const struct sign_how *how)
{
    static const struct sign_how plain = { 0 };
    struct section_ s = { 0 };
    struct jy_buf value = { 0 };
    struct jy_sm3_ctx *sm3;
    size_t hex = 2 * (pki.seal_der.len + 8192), range_at, contents_at, a, b, end;
    int value_id = f->size, form_id = f->size + 1, field_id;
    char text[1024], item[32], info[96], range[128], *digits;
    uint8_t digest[JY_SM3_SIZE];

    how = how == NULL ? &plain : how;
    field_id = how->field_id != 0 ? how->field_id : f->size + 2;
    f->size += how->field_id == 0 ? 3 : how->ap != NULL ? 2 : 1;
    /* The value. */
    s.rows[s.count].id = value_id;
    s.rows[s.count].generation = 0;
    s.rows[s.count++].at = f->bytes.len;
    MUST(jy_buf_fmt(&f->bytes, "%d 0 obj\n<< %s %s /ByteRange ", value_id,
                    how->kind == NULL ? "/Type /Sig /Filter /GM.PKILite /SubFilter /GM.sm2seal" : how->kind, how->value == NULL ? "" : how->value));
    range_at = f->bytes.len;
    MUST(jy_buf_fmt(&f->bytes, "%*s /Contents ", 80, ""));
    contents_at = f->bytes.len;
    if (how->contents != NULL) {
        put_(f, how->contents);
        hex = f->bytes.len - contents_at - 2;
    } else {
        MUST(jy_buf_reserve(&f->bytes, hex + 2));
        memset(f->bytes.p + contents_at, '0', hex + 2);
        f->bytes.p[contents_at] = '<';
        f->bytes.p[contents_at + hex + 1] = '>';
        f->bytes.len += hex + 2;
    }
    put_(f, how->after == NULL ? "                    " : how->after);
    put_(f, " >>\nendobj\n");
    /* Field and appearance. */
    if (how->ap != NULL) {
        snprintf(text, sizeof(text), "<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /Font << /F1 6 0 R >> >> /Length %zu >>\n"
                 "stream\n%s\nendstream",
                 strlen(how->ap), how->ap);
        object_(f, &s, form_id, 0, text);
    }
    item[0] = '\0';
    if (how->ap != NULL)
        snprintf(item, sizeof(item), "/AP << /N %d 0 R >>", form_id);
    snprintf(text, sizeof(text), "<< /FT /Sig /T (%s%d) /Type /Annot /Subtype /Widget /Rect %s /P 3 0 R /F %d /V %d 0 R %s %s >>",
             how->field_id == 0 ? "seal" : "later",
             field_id, how->rect == NULL ? "[0 0 0 0]" : how->rect, how->flags == 0 ? 4 : how->flags, value_id, item, how->field == NULL ? "" : how->field);
    if (how->field_id != 0)
        snprintf(text, sizeof(text), "<< /FT /Sig /T (later) /Type /Annot /Subtype /Widget /Rect %s %s /F 4 /V %d 0 R %s >>",
                 how->rect == NULL ? "[0 0 0 0]" : how->rect, how->page == NULL ? "/P 3 0 R" : how->page, value_id, item);
    if (how->keys != NULL)
        snprintf(text, sizeof(text), "<< /V %d 0 R %s >>", value_id, how->keys);
    object_(f, &s, field_id, 0, text);
    if (how->field_id == 0) {
        snprintf(item, sizeof(item), "%d 0 R", field_id);
        add_item_(f->fields, sizeof(f->fields), item);
        add_item_(f->annots, sizeof(f->annots), item);
        add_item_(f->fields, sizeof(f->fields), how->more_fields == NULL ? "" : how->more_fields);
        add_item_(f->annots, sizeof(f->annots), how->more_annots == NULL ? "" : how->more_annots);
        form_(f, &s);
        page_(f, &s);
    }
    for (const struct object *o = how->also; o != NULL && o->id != 0; o++)
        object_(f, &s, o->id, o->generation, o->text);
    section_end_(f, &s, how->trailer == NULL ? "" : how->trailer);
    /* Range, digest, value. */
    a = contents_at;
    b = contents_at + hex + 2 + (how->wide_gap ? 20 : 0);
    end = f->bytes.len;
    snprintf(info, sizeof(info), "/ByteRange [0 %zu %zu %zu]", a, b, end - b);
    snprintf(range, sizeof(range), "%s", info + 11);
    if (how->range != NULL) {
        size_t numbers[4] = { 0, a, b, end - b };
        range[0] = '\0';
        for (const char *p = how->range; *p != '\0'; p++) {
            char one[24] = { *p, '\0' };
            if (*p >= 'a' && *p <= 'd')
                snprintf(one, sizeof(one), "%zu", numbers[*p - 'a']);
            strncat(range, one, sizeof(range) - strlen(range) - 1);
        }
    }
    memcpy(f->bytes.p + range_at, range, strlen(range));
    if (how->range != NULL && strlen(how->range) == 0)
        memset(f->bytes.p + range_at - 11, ' ', 11);              /* no ByteRange at all */
    if (how->contents != NULL)
        return;
    MUST(jy_sm3_new(&sm3));
    MUST(jy_sm3_update(sm3, JY_SLICE(f->bytes.p, a)));
    MUST(jy_sm3_update(sm3, JY_SLICE(f->bytes.p + b, end - b)));
    MUST(jy_sm3_finish(sm3, digest));
    jy_sm3_free(sm3);
    MUST(jy_ses_make(pki.seal, pki.now, digest, info, pki.signer_key, pki.signer, &value, NULL));
    if (value.len * 2 > hex)
        abort();
    digits = (char *)f->bytes.p + contents_at + 1;
    for (size_t i = 0, at = 0; i < value.len; i++) {
        static const char sixteen[] = "0123456789abcdef";
        digits[at++] = sixteen[value.p[i] >> 4];
        digits[at++] = sixteen[value.p[i] & 15];
        if (how->in_lines && i % 64 == 63 && i < 1280) {         /* two at a time: an even number of digits is left */
            digits[at++] = '\r';
            digits[at++] = '\n';
        }
    }
    if (how->padded_with_payload)
        memset(digits + 2 * value.len + 64, '7', 64);
    jy_buf_free(&value);
}

#endif
