/* SPDX-License-Identifier: Apache-2.0 */
/* objects.h: PDFs of a few objects for the unit tests, and what becomes of them. */
#ifndef JY_TEST_PDF_OBJECTS_H
#define JY_TEST_PDF_OBJECTS_H

#include "../verify/pki.h"

#define CATALOG "<< /Type /Catalog /Pages 2 0 R >>"
#define PAGES "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
#define CONTENT "<< /Length 20 >>\nstream\n0 0 m 100 100 l S   \nendstream"
#define A4 "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.276 841.89] /Contents 4 0 R /Resources << >> >>"

/* Objects 1, 2 … in a file with a classic table; trailer gets more entries; *xref is where the table stands. */
static inline struct jy_buf
pdf_of(const char *const *objects, size_t count, const char *trailer, size_t *xref)
{
    struct jy_buf pdf = { 0 };
    size_t at[100], where;

    assert_true(count <= 100);
    MUST(jy_buf_text(&pdf, "%PDF-1.7\n"));
    for (size_t i = 0; i < count; i++) {
        at[i] = pdf.len;
        MUST(jy_buf_fmt(&pdf, "%zu 0 obj\n%s\nendobj\n", i + 1, objects[i]));
    }
    where = pdf.len;
    MUST(jy_buf_fmt(&pdf, "xref\n0 %zu\n0000000000 65535 f \n", count + 1));
    for (size_t i = 0; i < count; i++)
        MUST(jy_buf_fmt(&pdf, "%010zu 00000 n \n", at[i]));
    MUST(jy_buf_fmt(&pdf, "trailer\n<< /Size %zu /Root 1 0 R %s >>\nstartxref\n%zu\n%%%%EOF\n", count + 1, trailer, where));
    if (xref != NULL)
        *xref = where;
    return pdf;
}

static inline struct jy_buf
page_pdf(const char *page)
{
    const char *const objects[] = { CATALOG, PAGES, page, CONTENT };

    return pdf_of(objects, 4, "", NULL);
}

static inline jy_err
open_err(struct jy_slice file)
{
    struct jy_document *doc = NULL;
    jy_err err = jy_document_open(file, &doc, NULL);

    jy_document_free(doc);
    return err;
}

static inline jy_err
stamp_err(struct jy_slice file)
{
    struct jy_buf out = { 0 };
    jy_err err = pki_stamp(file, pki.now, &out, NULL);

    jy_buf_free(&out);
    return err;
}

#endif
