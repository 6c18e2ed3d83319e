/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tamper.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zip.h>

/* Another digit after the first of these words: a text's place, an object's box, the page's box. */
static jy_err
change_part(uint8_t *part, size_t len)
{
    static const char *const words[] = { "TextCode", "Boundary=\"", "PhysicalBox>" };

    for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
        size_t at = jy_slice_find(JY_SLICE(part, len), jy_slice_text(words[w]));
        for (size_t i = at; at != SIZE_MAX && i < len; i++)
            if (part[i] >= '0' && part[i] <= '9') {
                part[i] = part[i] == '7' ? '1' : '7';
                return JY_OK;
            }
    }
    return JY_E_NOT_FOUND;
}

/* A page or, whatever its name, the document's own description; not what belongs to a signature. */
static bool
may_change(const char *name, int round)
{
    const char *dot = name == NULL ? NULL : strrchr(name, '.');

    return dot != NULL && strcasecmp(dot, ".xml") == 0 && strstr(name, "Sign") == NULL && strstr(name, "OFD.xml") == NULL &&
        (round > 0 || strstr(name, "Page") != NULL);
}

static jy_err
tamper_ofd(struct jy_slice file, struct jy_buf *out, struct jy_fault *fault)
{
    /* A copy of its own: libzip 1.7 frees the bytes of a buffer that it writes over, also those that are not its own. */
    uint8_t *copy = malloc(file.len), *page = NULL;
    zip_source_t *source = copy == NULL ? NULL : zip_source_buffer_create(memcpy(copy, file.p, file.len), file.len, 1, NULL);
    zip_t *zip = source == NULL ? NULL : zip_open_from_source(source, 0, NULL);
    jy_err rc = JY_E_NOT_FOUND;
    zip_stat_t stat;

    if (source == NULL)
        free(copy);
    if (zip == NULL)
        return jy_fail(fault, JY_E_DAMAGED, "zip", 0, "cannot open");
    zip_source_keep(source);
    for (zip_int64_t n = 0, count = zip_get_num_entries(zip, 0); rc == JY_E_NOT_FOUND && n < 2 * count; n++) {
        zip_int64_t i = n % count;
        const char *name = zip_get_name(zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        zip_file_t *entry;
        zip_source_t *changed;
        if (!may_change(name, n >= count) || zip_stat_index(zip, (zip_uint64_t)i, 0, &stat) != 0 || stat.size == 0 || stat.size > (8u << 20))
            continue;
        if ((page = malloc((size_t)stat.size)) == NULL || (entry = zip_fopen_index(zip, (zip_uint64_t)i, 0)) == NULL)
            break;
        if (zip_fread(entry, page, stat.size) == (zip_int64_t)stat.size && change_part(page, (size_t)stat.size) == JY_OK &&
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
