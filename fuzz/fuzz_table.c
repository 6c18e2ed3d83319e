/* SPDX-License-Identifier: Apache-2.0 */
/* A hostile table: read as JSON, laid out and printed. The layout must never lose its way, the printed file is a document that opens. */
#include <jinyin/render.h>

#include <stdlib.h>

#define PRINTED_MAX 16384                    /* bytes: as long as the sanitizers' price stays within a second */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct jy_fonts *fonts;
    struct jy_table *table = NULL;
    struct jy_document *document = NULL;
    struct jy_buf pdf = { 0 };
    size_t pages = 0;

    if (fonts == NULL && jy_fonts_open(&fonts, NULL) != JY_OK)
        abort();
    if (size > PRINTED_MAX || jy_table_read(JY_SLICE(data, size), &table, NULL) != JY_OK)
        return 0;
    if (jy_table_pdf(table, fonts, &pdf, &pages, NULL) == JY_OK &&
        (jy_document_open(jy_buf_slice(&pdf), &document, NULL) != JY_OK || jy_document_page_count(document) != pages))
        abort();
    jy_document_free(document);
    jy_table_free(table);
    jy_buf_free(&pdf);
    return 0;
}
