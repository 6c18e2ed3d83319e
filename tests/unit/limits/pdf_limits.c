/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of PDF documents and of stamping them. */
#include "at_limit.h"

#include "../verify/pki.h"

#include <pdf/pdf.h>

/* A PDF under construction: objects in any order of text, their offsets kept. */
struct pdf_text {
    struct jy_buf bytes;
    size_t *at, count;
};

static void
begin(struct pdf_text *pdf, size_t objects)
{
    *pdf = (struct pdf_text){ .at = calloc(objects + 1, sizeof(size_t)) };
    assert_non_null(pdf->at);
    DO(jy_buf_text(&pdf->bytes, "%PDF-1.7\n"));
}

static void
object(struct pdf_text *pdf, const char *text)
{
    pdf->at[++pdf->count] = pdf->bytes.len;
    DO(jy_buf_fmt(&pdf->bytes, "%zu 0 obj\n", pdf->count));
    DO(jy_buf_text(&pdf->bytes, text));
    DO(jy_buf_text(&pdf->bytes, "\nendobj\n"));
}

/* Cross-reference table and trailer; a size other than 0 adds the last object that it promises. */
static struct jy_slice
end(struct pdf_text *pdf, long long size)
{
    size_t last = pdf->bytes.len, xref;

    if (size != 0)
        DO(jy_buf_fmt(&pdf->bytes, "%lld 0 obj\nnull\nendobj\n", size - 1));
    xref = pdf->bytes.len;
    DO(jy_buf_fmt(&pdf->bytes, "xref\n0 %zu\n0000000000 65535 f \n", pdf->count + 1));
    for (size_t i = 1; i <= pdf->count; i++)
        DO(jy_buf_fmt(&pdf->bytes, "%010zu 00000 n \n", pdf->at[i]));
    if (size != 0)
        DO(jy_buf_fmt(&pdf->bytes, "%lld 1\n%010zu 00000 n \n", size - 1, last));
    DO(jy_buf_fmt(&pdf->bytes, "trailer\n<< /Size %lld /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", size != 0 ? size : (long long)pdf->count + 1, xref));
    return jy_buf_slice(&pdf->bytes);
}

static void
discard(struct pdf_text *pdf)
{
    jy_buf_free(&pdf->bytes);
    free(pdf->at);
}

#define PAGE "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"

static jy_err
pages_error(size_t pages)
{
    struct pdf_text pdf;
    struct jy_buf kids = { 0 };
    jy_err rc;

    begin(&pdf, pages + 2);
    object(&pdf, "<< /Type /Catalog /Pages 2 0 R >>");
    DO(jy_buf_text(&kids, "<< /Type /Pages /Kids ["));
    for (size_t i = 0; i < pages; i++)
        DO(jy_buf_fmt(&kids, "%zu 0 R ", i + 3));
    DO(jy_buf_fmt(&kids, "] /Count %zu >>", pages));
    DO(jy_buf_byte(&kids, 0));
    object(&pdf, (const char *)kids.p);
    for (size_t i = 0; i < pages; i++)
        object(&pdf, PAGE);
    rc = open_error(end(&pdf, 0));
    discard(&pdf);
    jy_buf_free(&kids);
    return rc;
}

void
limit_PDF_PAGES(void **state)
{
    (void)state;
    DO(pages_error(JY_PDF_PAGES_MAX));
    assert_int_equal(pages_error(JY_PDF_PAGES_MAX + 1), BEYOND(PDF_PAGES));
}

/* One page and a form: `fields` signature fields beside each other, each under `depth` - 1 others. */
static jy_err
fields_error(int fields, int depth)
{
    struct pdf_text pdf;
    struct jy_buf text = { 0 };
    jy_err rc;

    begin(&pdf, 3);
    DO(jy_buf_text(&text, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /SigFlags 3 /Fields ["));
    for (int i = 0; i < fields; i++) {
        for (int k = 1; k < depth; k++)
            DO(jy_buf_text(&text, "<< /T (group) /Kids ["));
        DO(jy_buf_fmt(&text, "<< /FT /Sig /T (s%d) /V << /Type /Sig /Filter /X /SubFilter /Y /ByteRange [0 1 2 3] /Contents <00> >> >>", i));
        for (int k = 1; k < depth; k++)
            DO(jy_buf_text(&text, "] >>"));
    }
    DO(jy_buf_text(&text, "] >> >>"));
    DO(jy_buf_byte(&text, 0));
    object(&pdf, (const char *)text.p);
    object(&pdf, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
    object(&pdf, PAGE);
    rc = open_error(end(&pdf, 0));
    discard(&pdf);
    jy_buf_free(&text);
    return rc;
}

void
limit_PDF_SIGNATURES(void **state)
{
    (void)state;
    DO(fields_error(JY_PDF_SIGNATURES_MAX, 1));
    assert_int_equal(fields_error(JY_PDF_SIGNATURES_MAX + 1, 1), BEYOND(PDF_SIGNATURES));
}

void
limit_PDF_FIELD_DEPTH(void **state)
{
    (void)state;
    DO(fields_error(1, JY_PDF_FIELD_DEPTH_MAX));
    assert_int_equal(fields_error(1, JY_PDF_FIELD_DEPTH_MAX + 1), BEYOND(PDF_FIELD_DEPTH));
}

static struct pdf_text
one_page(long long size)
{
    struct pdf_text pdf;

    begin(&pdf, 3);
    object(&pdf, "<< /Type /Catalog /Pages 2 0 R >>");
    object(&pdf, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
    object(&pdf, PAGE);
    end(&pdf, size);
    return pdf;
}

/* -- stamping -- */

static jy_err
stamp_error(struct jy_slice file, struct jy_slice seal, size_t count)
{
    struct jy_stamp_place *places = calloc(count, sizeof(*places));
    struct jy_prepared prepared = { 0 };
    struct jy_document *doc = NULL;
    jy_err rc;

    assert_non_null(places);
    for (size_t i = 0; i < count; i++)
        places[i] = (struct jy_stamp_place){ 1, 1, 1, 10, 10 };
    if ((rc = jy_document_open(file, &doc, NULL)) == JY_OK)
        rc = jy_document_prepare(doc, seal, places, count, pki.now, &prepared, NULL);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    free(places);
    return rc;
}

/* What becomes of a stamp on a page that has object 4 so often as its annotation; object 5: NULL, or its appearance. */
static jy_err
annotated_error(int count, const char *annotation, const char *appearance)
{
    struct pdf_text pdf;
    struct jy_buf page = { 0 };
    jy_err rc;

    begin(&pdf, 5);
    object(&pdf, "<< /Type /Catalog /Pages 2 0 R >>");
    object(&pdf, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
    DO(jy_buf_text(&page, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Annots ["));
    for (int i = 0; i < count; i++)
        DO(jy_buf_text(&page, " 4 0 R"));
    DO(jy_buf_text(&page, "] >>"));
    DO(jy_buf_byte(&page, 0));
    object(&pdf, (const char *)page.p);
    object(&pdf, annotation);
    if (appearance != NULL)
        object(&pdf, appearance);
    rc = stamp_error(end(&pdf, 0), jy_buf_slice(&pki.seal_der), 1);
    discard(&pdf);
    jy_buf_free(&page);
    return rc;
}

void
limit_PDF_ANNOTATIONS(void **state)
{
    static const char link[] = "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] >>";

    (void)state;
    pki_begin();
    DO(annotated_error(JY_PDF_ANNOTATIONS_MAX, link, NULL));
    assert_int_equal(annotated_error(JY_PDF_ANNOTATIONS_MAX + 1, link, NULL), BEYOND(PDF_ANNOTATIONS));
    pki_end();
}

void
limit_PDF_APPEARANCES(void **state)
{
    enum { SIZE = 4096 };
    static const char field[] = "<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [0 0 9 9] /AP << /N 5 0 R >> >>";
    char form[SIZE + 256];
    int length = snprintf(form, sizeof(form), "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length %d >>\nstream\n%*s\nendstream", SIZE, SIZE, "");

    (void)state;
    assert_true(length > SIZE);
    pki_begin();
    DO(annotated_error(JY_PDF_APPEARANCES_MAX / SIZE, field, form));
    assert_int_equal(annotated_error(JY_PDF_APPEARANCES_MAX / SIZE + 1, field, form), BEYOND(PDF_APPEARANCES));
    pki_end();
}

void
limit_PDF_LAYERS(void **state)
{
    (void)state;
    pki_begin();
    for (int more = 0; more < 3; more++) {                   /* of all layers, and of those that are off */
        struct pdf_text pdf;
        struct jy_buf text = { 0 };
        begin(&pdf, 3);
        DO(jy_buf_fmt(&text, "<< /Type /Catalog /Pages 2 0 R /OCProperties << %s [", more < 2 ? "/OCGs" : "/D << /OFF"));
        for (int i = 0; i < JY_PDF_LAYERS_MAX + (more > 0); i++)
            DO(jy_buf_text(&text, more < 2 ? "<< >>" : "null "));
        DO(jy_buf_text(&text, more < 2 ? "] >> >>" : "] >> >> >>"));
        DO(jy_buf_byte(&text, 0));
        object(&pdf, (const char *)text.p);
        object(&pdf, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
        object(&pdf, PAGE);
        assert_int_equal(stamp_error(end(&pdf, 0), jy_buf_slice(&pki.seal_der), 1), more == 0 ? JY_OK : BEYOND(PDF_LAYERS));
        discard(&pdf);
        jy_buf_free(&text);
    }
    pki_end();
}

void
limit_PDF_NUMBER(void **state)
{
    (void)state;
    pki_begin();
    for (int more = 0; more < 2; more++) {
        struct pdf_text pdf = one_page(JY_PDF_NUMBER_MAX + more);
        assert_int_equal(stamp_error(jy_buf_slice(&pdf.bytes), jy_buf_slice(&pki.seal_der), 1), more == 0 ? JY_OK : BEYOND(PDF_NUMBER));
        discard(&pdf);
    }
    pki_end();
}

void
limit_PDF_FIELDS(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        struct pdf_text pdf;
        struct jy_buf text = { 0 };
        begin(&pdf, 3);
        DO(jy_buf_text(&text, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields ["));
        for (int i = 0; i < JY_PDF_FIELDS_MAX + more; i++)
            DO(jy_buf_text(&text, "<< /T (a) /FT /Tx >>"));
        DO(jy_buf_text(&text, "] >> >>"));
        DO(jy_buf_byte(&text, 0));
        object(&pdf, (const char *)text.p);
        object(&pdf, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
        object(&pdf, PAGE);
        assert_int_equal(open_error(end(&pdf, 0)), more == 0 ? JY_OK : BEYOND(PDF_FIELDS));
        discard(&pdf);
        jy_buf_free(&text);
    }
}

void
limit_PDF_SECTIONS(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        struct pdf_text pdf = one_page(0);
        size_t previous = jy_slice_find(jy_buf_slice(&pdf.bytes), jy_slice_text("xref\n"));
        for (int i = 1; i < JY_PDF_SECTIONS_MAX + more; i++) {
            size_t at = pdf.bytes.len;
            DO(jy_buf_fmt(&pdf.bytes, "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 4 /Root 1 0 R /Prev %zu >>\nstartxref\n%zu\n%%%%EOF\n", previous, at));
            previous = at;
        }
        assert_int_equal(open_error(jy_buf_slice(&pdf.bytes)), more == 0 ? JY_OK : BEYOND(PDF_SECTIONS));
        discard(&pdf);
    }
}

void
limit_PDF_ENTRIES(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        struct pdf_text pdf = one_page(0);
        int free_entries = JY_PDF_ENTRIES_MAX - 4 + more;
        size_t at = jy_slice_find(jy_buf_slice(&pdf.bytes), jy_slice_text("trailer"));
        pdf.bytes.len = at;
        DO(jy_buf_fmt(&pdf.bytes, "4 %d\n", free_entries));
        for (int i = 0; i < free_entries; i++)
            DO(jy_buf_text(&pdf.bytes, "0000000000 00000 f \n"));
        DO(jy_buf_fmt(&pdf.bytes, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", free_entries + 4,
                      jy_slice_find(jy_buf_slice(&pdf.bytes), jy_slice_text("xref\n"))));
        assert_int_equal(open_error(jy_buf_slice(&pdf.bytes)), more == 0 ? JY_OK : BEYOND(PDF_ENTRIES));
        discard(&pdf);
    }
}

/* A document with a DSS whose Certs hold the same stream of `bytes` so many times. */
static jy_err
evidence_error(int items, size_t bytes)
{
    struct jy_validation_data data;
    struct jy_document *doc = NULL;
    struct jy_buf text = { 0 };
    struct pdf_text pdf;
    jy_err rc;

    begin(&pdf, 4);
    DO(jy_buf_text(&text, "<< /Type /Catalog /Pages 2 0 R /DSS << /Certs ["));
    for (int i = 0; i < items; i++)
        DO(jy_buf_text(&text, "4 0 R "));
    DO(jy_buf_text(&text, "] >> >>"));
    DO(jy_buf_byte(&text, 0));
    object(&pdf, (const char *)text.p);
    object(&pdf, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
    object(&pdf, PAGE);
    text.len = 0;
    DO(jy_buf_fmt(&text, "<< /Length %zu >>\nstream\n", bytes));
    DO(jy_buf_reserve(&text, bytes + 32));
    memset(text.p + text.len, '0', bytes);
    text.len += bytes;
    DO(jy_buf_text(&text, "\nendstream"));
    DO(jy_buf_byte(&text, 0));
    object(&pdf, (const char *)text.p);
    if ((rc = jy_document_open(end(&pdf, 0), &doc, NULL)) == JY_OK)
        rc = jy_document_validation_data(doc, &data, NULL);
    jy_document_free(doc);
    discard(&pdf);
    jy_buf_free(&text);
    return rc;
}

void
limit_PDF_EVIDENCE(void **state)
{
    (void)state;
    DO(evidence_error(JY_PDF_EVIDENCE_MAX, 1));
    assert_int_equal(evidence_error(JY_PDF_EVIDENCE_MAX + 1, 1), BEYOND(PDF_EVIDENCE));
}

void
limit_PDF_EVIDENCE_BYTES(void **state)
{
    (void)state;
    DO(evidence_error(64, JY_PDF_EVIDENCE_BYTES_MAX / 64));
    assert_int_equal(evidence_error(64, JY_PDF_EVIDENCE_BYTES_MAX / 64 + 1), BEYOND(PDF_EVIDENCE_BYTES));
}
