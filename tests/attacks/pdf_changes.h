/* SPDX-License-Identifier: Apache-2.0 */
/* pdf_changes.h: what an attacker does to a PDF that is more than an update of its objects: bytes moved, chains led elsewhere, values overwritten. */
#ifndef JY_TEST_PDF_CHANGES_H
#define JY_TEST_PDF_CHANGES_H

#include "pdf_file.h"

static void
append(struct pdf_file *f, const char *text)
{
    MUST(jy_buf_text(&f->bytes, text));
}

static void
garbage_at_the_end(struct pdf_file *f)
{
    append(f, "900 yuan, not 100\n");
}

/* A whole new document behind the signed one: its chain begins anew. */
static void
rewritten_behind(struct pdf_file *f)
{
    const struct object all[] = { { 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>", 0 }, { 2, PAGES, 0 }, { 3, SAME_PAGE, 0 }, { 4, OTHER_CONTENT, 0 },
                                  { 5, SIGNED_FORM("", ""), 0 }, { 6, FONT, 0 }, { 0, NULL, 0 } };
    struct section_ s = { 0 };
    size_t value = jy_slice_find(jy_buf_slice(&f->bytes), jy_slice_text("13 0 obj")), field = jy_slice_find(jy_buf_slice(&f->bytes), jy_slice_text("15 0 obj"));
    size_t at[] = { value, field };

    for (size_t i = 0; all[i].id != 0; i++)
        object_(f, &s, all[i].id, 0, all[i].text);
    for (int i = 0; i < 2; i++) {
        s.rows[s.count].id = i == 0 ? 13 : 15;
        s.rows[s.count].generation = 0;
        s.rows[s.count++].at = at[i];
    }
    f->xref = 0;
    section_end_(f, &s, "");
}

static void
raw_section(struct pdf_file *f, const char *rows, const char *trailer)
{
    size_t at = f->bytes.len;

    MUST(jy_buf_fmt(&f->bytes, "xref\n%strailer\n<< /Size %d /Root 1 0 R /Prev %zu %s >>\nstartxref\n%zu\n%%%%EOF\n", rows, f->size, f->xref, trailer, at));
    f->xref = at;
}

/* Object 4 is switched to bytes that lay in the signed revision, in no xref. */
static void
hidden_brought_back(struct pdf_file *f)
{
    char rows[64];

    snprintf(rows, sizeof(rows), "4 1\n%010zu 00000 n \n", f->hidden);
    raw_section(f, rows, "");
}

/* What comes now stands in object streams. */
static void
pack(struct pdf_file *f)
{
    f->packed = true;
}

/* Object 21 is again what it was at first. */
static void
turned_back(struct pdf_file *f)
{
    char rows[64];

    snprintf(rows, sizeof(rows), "21 1\n%010zu 00000 n \n", jy_slice_find(jy_buf_slice(&f->bytes), jy_slice_text("21 0 obj")));
    raw_section(f, rows, "");
}

static void
twice_in_one_section(struct pdf_file *f)
{
    char rows[128];

    snprintf(rows, sizeof(rows), "4 1\n%010zu 00000 n \n4 1\n%010zu 00000 n \n", f->hidden, jy_slice_find(jy_buf_slice(&f->bytes), jy_slice_text("4 0 obj")));
    raw_section(f, rows, "");
}

/* A fifth of the page each: none of them is large. */
static void
signed_in_turns(struct pdf_file *f, size_t times)
{
    static const char *const rects[] = { "[0 640 600 800]", "[0 480 600 640]", "[0 320 600 480]" };

    for (size_t i = 0; i < times; i++) {
        const struct sign_how how = { .rect = rects[i], .ap = SEAL_AP };
        pdf_sign(f, &how);
    }
}

static void
signed_twice_more(struct pdf_file *f)
{
    signed_in_turns(f, 2);
}

static void
signed_thrice_more(struct pdf_file *f)
{
    signed_in_turns(f, 3);
}

static void
two_generations(struct pdf_file *f)
{
    const struct object update[] = { { 4, OTHER_CONTENT, 1 }, { 0, NULL, 0 } };

    pdf_update(f, update, "");
}

static void
shifted_table(struct pdf_file *f)
{
    raw_section(f, "1 2\n0000000000 65535 f \n0000000015 00000 n \n", "");
}

static void
prev_loop(struct pdf_file *f)
{
    char prev[64];

    snprintf(prev, sizeof(prev), "/Prev %zu", f->bytes.len);
    f->xref = f->bytes.len;
    raw_section(f, "0 1\n0000000000 65535 f \n", "");
}

static void
encrypted_below(struct pdf_file *f)
{
    raw_section(f, "0 1\n0000000000 65535 f \n", "/Encrypt << /Filter /Standard /V 1 /R 2 >>");
    raw_section(f, "0 1\n0000000000 65535 f \n", "");
}

/* A hybrid section whose hidden half has another object 4. */
static void
hybrid_conflict(struct pdf_file *f)
{
    size_t table_object = jy_slice_find(jy_buf_slice(&f->bytes), jy_slice_text("4 0 obj")), stream = f->bytes.len;
    char rows[64], more[64];

    MUST(jy_buf_fmt(&f->bytes, "%d 0 obj\n<< /Type /XRef /Size %d /W [1 4 1] /Index [4 1] /Length 6 /Root 1 0 R >>\nstream\n", f->size, f->size + 1));
    const uint8_t row[] = { 1, (uint8_t)(f->hidden >> 24), (uint8_t)(f->hidden >> 16), (uint8_t)(f->hidden >> 8), (uint8_t)f->hidden, 0 };
    MUST(jy_buf_add(&f->bytes, JY_SLICE(row, 6)));
    append(f, "\nendstream\nendobj\n");
    f->size++;
    snprintf(rows, sizeof(rows), "4 1\n%010zu 00000 n \n", table_object);
    snprintf(more, sizeof(more), "/XRefStm %zu", stream);
    raw_section(f, rows, more);
}

/* Bytes before %PDF- so that the last offset leads to a section from there and from byte 0. */
static void
two_origins(struct pdf_file *f)
{
    struct jy_buf moved = { 0 };
    size_t prefix = 100, at = f->xref;

    for (size_t i = 0; i < prefix; i++)
        MUST(jy_buf_byte(&moved, '\n'));
    MUST(jy_buf_add(&moved, jy_buf_slice(&f->bytes)));
    memcpy(moved.p + at, "xref\n", 5);                         /* inside the last object before the section */
    jy_buf_free(&f->bytes);
    f->bytes = moved;
}

/* Bytes of a later revision that hold an object which no section names. */
static void
hidden_between(struct pdf_file *f)
{
    append(f, "4 0 obj\n" OTHER_CONTENT "\nendobj\n");
    raw_section(f, "0 1\n0000000000 65535 f \n", "");
}

static void
hidden_by_remark(struct pdf_file *f)
{
    append(f, "4 %remark\n0 obj\n" OTHER_CONTENT "\nendobj\n");
    raw_section(f, "0 1\n0000000000 65535 f \n", "");
}

/* The object before its last writing: nothing hides. */
static void
written_twice(struct pdf_file *f)
{
    const struct object update[] = { { 16, STREAM("", "3", "abc"), 0 }, { 0, NULL, 0 } };

    append(f, "16 0 obj\n(first thought)\nendobj\n");
    pdf_update(f, update, "");
}

/* A higher generation before it: some who search take that one. */
static void
hidden_generation(struct pdf_file *f)
{
    const struct object update[] = { { 3, SAME_PAGE, 0 }, { 0, NULL, 0 } };

    append(f, "3 7 obj\n" PAGE_HEAD "/Contents 11 0 R >>\nendobj\n");
    pdf_update(f, update, "");
}

/* Sections that some readers give up: they search the bytes, and find what the signed revision hides. */
static void
table_of_short_rows(struct pdf_file *f)
{
    raw_section(f, "0 1\n0000000000 65535 f\n", "");
}

static void
stream_beside_short_rows(struct pdf_file *f)
{
    char rows[96];

    snprintf(rows, sizeof(rows), "%d 1\n%010zu 00000 n\n", f->size, f->bytes.len);
    MUST(jy_buf_fmt(&f->bytes, "%d 0 obj\n", f->size));
    append(f, STREAM("/Type /ObjStm /N 1 /First 4", "58", "6 0 << /Type /Font /Subtype /Type1 /BaseFont /Courier >>  ") "\nendobj\n");
    f->size++;
    raw_section(f, rows, "");
}

static void
startxref_with_remark(struct pdf_file *f)
{
    size_t at = f->bytes.len;

    MUST(jy_buf_fmt(&f->bytes, "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size %d /Root 1 0 R /Prev %zu >>\nstartxref\n%%remark\n%zu\n%%%%EOF\n", f->size,
                    f->xref, at));
}

/* "14 0 obj" of the signed revision, met one byte later. */
static void
number_cut(struct pdf_file *f)
{
    f->hidden++;
    hidden_brought_back(f);
}

/* The chain is led past the signed revision, whose objects are named anew. */
static void
chain_past_the_signature(struct pdf_file *f)
{
    static const int ids[] = { 3, 5, 13, 15 };
    size_t first = jy_slice_find(jy_buf_slice(&f->bytes), jy_slice_text("startxref\n"));
    char rows[256] = "";

    for (size_t i = 0; i < 4; i++) {
        char word[16];
        snprintf(word, sizeof(word), "\n%d 0 obj\n", ids[i]);
        snprintf(rows + strlen(rows), sizeof(rows) - strlen(rows), "%d 1\n%010zu 00000 n \n", ids[i],
                 jy_slice_rfind(jy_buf_slice(&f->bytes), jy_slice_text(word)) + 1);
    }
    f->xref = (size_t)strtoul((const char *)f->bytes.p + first + 10, NULL, 10);
    raw_section(f, rows, "");
}

/* As the library stamps: what is shown is the seal. */
static void
stamped(struct pdf_file *f)
{
    const struct jy_stamp_place places[] = { { 1, 20, 20, 40, 40, { 0, 0, 0, 0 } }, { 1, 190, 20, 40, 40, { 0, 0, 10, 40 } } };
    struct jy_buf out = { 0 };

    MUST(pki_stamp_at(jy_buf_slice(&f->bytes), places, 2, false, pki.now, &out, NULL));
    jy_buf_free(&f->bytes);
    f->bytes = out;
}

/* Before a further signature: the first one is taken off the form, and off the page. */
static void
off_the_form(struct pdf_file *f)
{
    const struct object other[] = { { 4, OTHER_CONTENT, 0 }, { 0, NULL, 0 } };

    pdf_update(f, other, "");
    snprintf(f->fields, sizeof(f->fields), "8 0 R 10 0 R");
}

/* Its widget says that it belongs to the field of the further signature. */
static void
off_the_form_to_another(struct pdf_file *f)
{
    const struct object widget[] = { { 15, "<< /FT /Sig /T (seal15) /Type /Annot /Subtype /Widget /Rect [300 100 400 200] /P 3 0 R /F 4 /V 13 0 R "
                                           "/AP << /N 14 0 R >> /Parent 18 0 R >>", 0 }, { 0, NULL, 0 } };

    off_the_form(f);
    pdf_update(f, widget, "");
}

static void
off_form_and_page(struct pdf_file *f)
{
    off_the_form(f);
    snprintf(f->annots, sizeof(f->annots), "8 0 R 10 0 R");
}

static void
filled_at_the_end(struct pdf_file *f)
{
    const struct object filled[] = { { 8, FIELD("two hundred", "40 0 R"), 0 }, { 40, OTHER_FORM, 0 }, { 0, NULL, 0 } };

    pdf_update(f, filled, "");
}

static void
startxref_without_end(struct pdf_file *f)
{
    f->bytes.len -= 6;
    append(f, "9\n%%EOF\n");
}

/* The value of the first signature, put into the dictionary of an own field. */
static void
value_lent(struct pdf_file *f)
{
    const struct object update[] = { { 16, "<< /FT /Sig /T (lent) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R /F 4 /V 13 0 R >>", 0 },
                                     { 3, SIGNED_PAGE("4 0 R", "16 0 R", ""), 0 }, { 5, SIGNED_FORM("16 0 R", ""), 0 }, { 0, NULL, 0 } };

    pdf_update(f, update, "");
}

/* Signature wrapping: the signed part is moved behind, other content takes its place in the gap. */
static void
wrapped(struct pdf_file *f)
{
    const char *range = (const char *)f->bytes.p + jy_slice_find(jy_buf_slice(&f->bytes), jy_slice_text("/ByteRange ["));
    struct jy_buf moved = { 0 };
    size_t a, b, c;

    if (sscanf(range, "/ByteRange [0 %zu %zu %zu]", &a, &b, &c) != 3)
        abort();
    /* [0, a) stays, the value and an object of ours stand in the gap, [b, b + c) is moved: the digest is still right when ByteRange says so, but it cannot. */
    MUST(jy_buf_add(&moved, JY_SLICE(f->bytes.p, b)));
    MUST(jy_buf_text(&moved, " >>\nendobj\n4 0 obj\n" OTHER_CONTENT "\nendobj\n99 0 obj\n<< "));
    MUST(jy_buf_add(&moved, JY_SLICE(f->bytes.p + b, f->bytes.len - b)));
    jy_buf_free(&f->bytes);
    f->bytes = moved;
    f->xref = jy_slice_rfind(jy_buf_slice(&f->bytes), jy_slice_text("\nxref\n")) + 1;
    raw_section(f, "0 1\n0000000000 65535 f \n", "");
}

/* An xref stream with these rows (W [1 2 1]); its own number is written into the rows where it stands as 0. */
static void
stream_section(struct pdf_file *f, int id, const char *index, const uint8_t *rows, size_t count)
{
    size_t at = f->bytes.len;

    if (id >= f->size)
        f->size = id + 1;
    MUST(jy_buf_fmt(&f->bytes, "%d 0 obj\n<< /Type /XRef /Size %d /W [1 2 1] /Index [%s] /Root 1 0 R /Prev %zu /Length %zu >>\nstream\n",
                    id, f->size, index, f->xref, count * 4));
    MUST(jy_buf_add(&f->bytes, JY_SLICE(rows, count * 4)));
    MUST(jy_buf_fmt(&f->bytes, "\nendstream\nendobj\nstartxref\n%zu\n%%%%EOF\n", at));
    f->xref = at;
}

#define FONT_AND_TEXT FONT "(text)"

/* The font (6) and a text (20) stand in object stream 21, in this order of the head; the entries say: 6 first. */
static void
object_stream(struct pdf_file *f, const char *head, size_t first)
{
    size_t at = f->bytes.len, own;
    uint8_t rows[4][4] = { { 2, 0, 21, 0 }, { 2, 0, 21, 1 }, { 1 }, { 1 } };

    MUST(jy_buf_fmt(&f->bytes, "21 0 obj\n<< /Type /ObjStm /N 2 /First %zu /Length %zu >>\nstream\n%s%s\nendstream\nendobj\n", first,
                    strlen(head) + strlen(FONT_AND_TEXT), head, FONT_AND_TEXT));
    own = f->bytes.len;
    rows[2][1] = (uint8_t)(at >> 8);
    rows[2][2] = (uint8_t)at;
    rows[3][1] = (uint8_t)(own >> 8);
    rows[3][2] = (uint8_t)own;
    f->size = 23;
    stream_section(f, 22, "6 1 20 3", rows[0], 4);
}

static void
in_object_stream(struct pdf_file *f)
{
    char head[32];
    int len = snprintf(head, sizeof(head), "6 0 20 %zu ", strlen(FONT));

    object_stream(f, head, (size_t)len);
}

static void
in_object_stream_crossed(struct pdf_file *f)
{
    char head[32];
    int len = snprintf(head, sizeof(head), "20 %zu 6 0 ", strlen(FONT));

    object_stream(f, head, (size_t)len);
}

#endif
