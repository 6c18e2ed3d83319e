/* SPDX-License-Identifier: Apache-2.0 */
/* The whole verdict on a hostile PDF (tail, page tree, signature fields, later revisions); and of one in eight, whether it may be stamped and archived. */
#include "judge.h"

#include <jinyin/container.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jy_document *doc = NULL;
    struct jy_validation_data data_of;
    struct jy_prepared prepared = { 0 };

    if (jy_format_detect(JY_SLICE(data, size)) != JY_FORMAT_PDF || !judge_alike(JY_SLICE(data, size)) || data[size / 2] % 8 != 0 ||
        jy_document_open(JY_SLICE(data, size), &doc, NULL) != JY_OK)
        return 0;
    for (size_t i = 0; i < jy_document_page_count(doc); i++) {
        struct jy_page page = jy_document_page(doc, i);
        if (!(page.width_mm > 0 && page.height_mm > 0))
            abort();
    }
    (void)!jy_document_may_stamp(doc, 1780000000, NULL);
    if (jy_document_validation_data(doc, &data_of, NULL) == JY_OK &&
        jy_document_prepare_archive(doc, &data_of, &prepared, NULL) == JY_OK && prepared.file.total <= size)
        abort();
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    return 0;
}
