/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tamper.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

/* Another character at the first text of a page; without text, a space more before its end. */
static jy_err
change_page(uint8_t *page, size_t len)
{
    struct jy_slice left = JY_SLICE(page, len);
    size_t at = jy_slice_find(left, jy_slice_text("TextCode"));

    if (at == SIZE_MAX)
        at = jy_slice_find(left, jy_slice_text("Boundary=\""));
    if (at == SIZE_MAX)
        return JY_E_NOT_FOUND;
    for (size_t i = at; i < len; i++)
        if (page[i] >= '0' && page[i] <= '9') {
            page[i] = page[i] == '7' ? '1' : '7';
            return JY_OK;
        }
    return JY_E_NOT_FOUND;
}

static jy_err
tamper_ofd(struct jy_slice file, struct jy_buf *out, struct jy_fault *fault)
{
    zip_source_t *source = zip_source_buffer_create(file.p, file.len, 0, NULL);
    zip_t *zip = source == NULL ? NULL : zip_open_from_source(source, 0, NULL);
    uint8_t *page = NULL;
    jy_err rc = JY_E_NOT_FOUND;
    zip_stat_t stat;

    if (zip == NULL)
        return jy_fail(fault, JY_E_DAMAGED, "zip", 0, "cannot open");
    zip_source_keep(source);
    for (zip_int64_t i = 0; rc == JY_E_NOT_FOUND && i < zip_get_num_entries(zip, 0); i++) {
        const char *name = zip_get_name(zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        zip_file_t *entry;
        zip_source_t *changed;
        if (name == NULL || strstr(name, "Page") == NULL || strstr(name, "Content.xml") == NULL ||
            zip_stat_index(zip, (zip_uint64_t)i, 0, &stat) != 0 || stat.size == 0 || stat.size > (8u << 20))
            continue;
        if ((page = malloc((size_t)stat.size)) == NULL || (entry = zip_fopen_index(zip, (zip_uint64_t)i, 0)) == NULL)
            break;
        if (zip_fread(entry, page, stat.size) == (zip_int64_t)stat.size && change_page(page, (size_t)stat.size) == JY_OK &&
            (changed = zip_source_buffer(zip, page, stat.size, 1)) != NULL) {
            page = NULL;                                        /* libzip's now */
            if (zip_file_replace(zip, (zip_uint64_t)i, changed, 0) == 0)
                rc = JY_OK;
        }
        zip_fclose(entry);
        free(page);
        page = NULL;
    }
    free(page);
    if (rc != JY_OK || zip_close(zip) != 0) {
        zip_discard(zip);
        zip_source_free(source);
        return jy_fail(fault, JY_E_NOT_FOUND, "zip", 0, "no page that can be changed");
    }
    if (zip_source_open(source) == 0 && zip_source_seek(source, 0, SEEK_END) == 0) {
        zip_int64_t size = zip_source_tell(source);
        if (size <= 0 || zip_source_seek(source, 0, SEEK_SET) != 0 || jy_buf_reserve(out, (size_t)size) != JY_OK ||
            zip_source_read(source, out->p, (zip_uint64_t)size) != size)
            rc = jy_fail(fault, JY_E_IO, "zip", 0, "cannot read back");
        else
            out->len = (size_t)size;
        zip_source_close(source);
    }
    zip_source_free(source);
    return rc;
}

/* The comment line after %PDF is signed and means nothing to any reader: the file stays readable, the digest does not fit. */
static jy_err
tamper_pdf(struct jy_slice file, struct jy_buf *out, struct jy_fault *fault)
{
    size_t at = jy_slice_find(file, jy_slice_text("%PDF-"));
    jy_err rc;

    if ((rc = jy_buf_add(out, file)) != JY_OK)
        return rc;
    if (at == SIZE_MAX || at + 7 >= file.len)
        return jy_fail(fault, JY_E_NOT_FOUND, "%PDF", 0, "no header");
    out->p[at + 7] = out->p[at + 7] == '5' ? '6' : '5';         /* the minor version */
    return JY_OK;
}

jy_err
tamper(struct jy_slice file, struct jy_buf *out, struct jy_fault *fault)
{
    switch (jy_format_detect(file)) {
    case JY_FORMAT_OFD:
        return tamper_ofd(file, out, fault);
    case JY_FORMAT_PDF:
        return tamper_pdf(file, out, fault);
    case JY_FORMAT_UNKNOWN:
        break;
    }
    return jy_fail(fault, JY_E_UNKNOWN_FORMAT, NULL, 0, "neither OFD nor PDF");
}
