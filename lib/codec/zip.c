/* SPDX-License-Identifier: Apache-2.0 */
/* ZIP (APPNOTE 6.3): every reader must see the same entries in the same bytes, or the file is refused. */
#include <codec/zip_inside.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TOTAL_RATIO_FROM (UINT64_C(64) << 20)

int
zip_by_start(const void *a, const void *b, void *ctx)
{
    const struct jy_zip_entry *list = ctx;
    uint64_t x = list[*(const size_t *)a].start, y = list[*(const size_t *)b].start;

    return x < y ? -1 : x > y;
}

static int
by_name(const void *a, const void *b, void *ctx)
{
    const struct jy_zip_entry *list = ctx;

    return strcasecmp(list[*(const size_t *)a].name, list[*(const size_t *)b].name);
}

/* Ranges follow one another; after an entry with flag bit 3 stands its data descriptor, and nothing else anywhere. */
static jy_err
check_ranges(struct jy_zip *zip, struct jy_fault *fault)
{
    uint64_t next = 0;

    qsort_r(zip->sorted, zip->count, sizeof *zip->sorted, zip_by_start, zip->list);
    for (size_t i = 0; i < zip->count; i++) {
        struct jy_zip_entry *e = &zip->list[zip->sorted[i]];
        uint64_t limit = i + 1 < zip->count ? zip->list[zip->sorted[i + 1]].start : zip->directory;

        if (e->start != next)
            return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "bytes that belong to no entry");
        if (limit < e->end)
            return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->start, "entries overlap");
        if (!zip_is_tail(e, JY_SLICE(zip->body.p + e->end, limit - e->end)))
            return jy_fail(fault, JY_E_AMBIGUOUS, e->name, e->end, "%llu bytes behind the entry that are not its data descriptor",
                           (unsigned long long)(limit - e->end));
        e->end = limit;
        next = limit;
    }
    if (next != zip->directory)
        return jy_fail(fault, JY_E_AMBIGUOUS, "zip", next, "bytes before the central directory");
    return JY_OK;
}

jy_err
jy_zip_open(struct jy_slice file, struct jy_zip **out, struct jy_fault *fault)
{
    struct jy_zip *zip = calloc(1, sizeof *zip);
    uint64_t entries = 0, dir_size = 0, at, dir_end, total = 0;
    jy_err err;

    *out = NULL;
    if (zip == NULL)
        return jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
    zip->file = file;
    err = zip_find_end(zip, &entries, &dir_size, fault);
    if (err != JY_OK)
        goto out;
    zip->list = calloc((size_t)entries + 1, sizeof *zip->list);
    zip->sorted = calloc((size_t)entries + 1, sizeof *zip->sorted);
    if (zip->list == NULL || zip->sorted == NULL) {
        err = jy_fail(fault, JY_E_NOMEM, NULL, 0, "no memory");
        goto out;
    }
    at = zip->directory;
    dir_end = at + dir_size;
    while (zip->count < entries) {
        struct jy_zip_entry *e = &zip->list[zip->count];

        zip->sorted[zip->count] = zip->count;
        zip->count++;
        err = zip_read_record(zip, at, dir_end, e, &total, fault);
        if (err != JY_OK)
            goto out;
        at += e->record_len;
    }
    /* Many small bombs are a large one; what is small even when unpacked is none. */
    if (total > TOTAL_RATIO_FROM && total / JY_ZIP_RATIO_MAX > file.len)
        err = jy_fail(fault, JY_E_HOSTILE, "zip", 0, "%llu bytes packed into %zu", (unsigned long long)total, file.len);
    else if (at != dir_end)
        err = jy_fail(fault, JY_E_AMBIGUOUS, "zip", at, "bytes after the last directory record");
    if (err == JY_OK)
        err = zip_check_names(zip, fault);
    if (err == JY_OK)
        err = check_ranges(zip, fault);
    if (err == JY_OK)
        qsort_r(zip->sorted, zip->count, sizeof *zip->sorted, by_name, zip->list);   /* for jy_zip_find */
out:
    if (err != JY_OK) {
        jy_zip_free(zip);
        return err;
    }
    *out = zip;
    return JY_OK;
}

void
jy_zip_free(struct jy_zip *zip)
{
    if (zip == NULL)
        return;
    if (zip->inflating)
        inflateEnd(&zip->inflater);
    libdeflate_free_decompressor(zip->at_once);
    free(zip->chunk);
    for (size_t i = 0; i < zip->count; i++)
        free(zip->list[i].name);
    free(zip->list);
    free(zip->sorted);
    free(zip);
}

size_t
jy_zip_prefix(const struct jy_zip *zip)
{
    return (size_t)(zip->body.p - zip->file.p);
}

size_t
jy_zip_count(const struct jy_zip *zip)
{
    return zip->count;
}

const struct jy_zip_entry *
jy_zip_entry(const struct jy_zip *zip, size_t index)
{
    return &zip->list[index];
}

size_t
jy_zip_find(const struct jy_zip *zip, const char *name, bool fold)
{
    size_t low = 0, high = zip->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2, at = zip->sorted[mid];
        int order = strcasecmp(name, zip->list[at].name);

        if (order == 0)
            return fold || strcmp(name, zip->list[at].name) == 0 ? at : SIZE_MAX;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return SIZE_MAX;
}
