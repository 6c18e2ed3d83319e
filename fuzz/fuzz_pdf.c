/* SPDX-License-Identifier: Apache-2.0 */
/* A PDF from hostile bytes: tail, page tree, signature fields, later revisions; and what can be opened is listed twice the same. */
#include <jinyin/container.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct jy_signature *list = NULL;
    struct jy_document *doc = NULL;
    struct jy_fault fault = { 0 };
    struct jy_validation_data data_of;
    struct jy_prepared prepared = { 0 };
    size_t count = 0;

    if (jy_format_detect(JY_SLICE(data, size)) != JY_FORMAT_PDF || jy_document_open(JY_SLICE(data, size), &doc, &fault) != JY_OK)
        return 0;
    for (size_t i = 0; i < jy_document_page_count(doc); i++) {
        struct jy_page page = jy_document_page(doc, i);
        if (!(page.width_mm > 0 && page.height_mm > 0))
            abort();
    }
    if (jy_document_signatures(doc, &list, &count, &fault) == JY_OK)
        for (size_t i = 0; i < count; i++)
            if (list[i].value.len > size || (list[i].value.len > 0 && list[i].findings.count == 0))
                abort();
    (void)!jy_document_may_stamp(doc, 1780000000, &fault);
    if (jy_document_validation_data(doc, &data_of, &fault) == JY_OK &&
        jy_document_prepare_archive(doc, &data_of, &prepared, &fault) == JY_OK && prepared.file.total <= size)
        abort();
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    return 0;
}
