/* SPDX-License-Identifier: Apache-2.0 */
#include "care/manifest.h"

#include "codec/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char head[] = "jinyin-backup 1\n";

static int
compare(const void *a, const void *b)
{
    return strcmp(((const struct care_file *)a)->path, ((const struct care_file *)b)->path);
}

/* What may stand in a backup: nothing that leaves its folder, nothing hidden. */
static bool
is_path(const char *path)
{
    static const char *const folders[] = { "store/", "key/", "blobs/" };
    bool known = false;

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        known |= strncmp(path, folders[i], strlen(folders[i])) == 0;
    return known && strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./") == strlen(path) && strstr(path, "..") == NULL &&
           strstr(path, "//") == NULL && strstr(path, "/.") == NULL && path[strlen(path) - 1] != '/';
}

jy_err
care_manifest_add(struct care_manifest *m, const char *path, const struct care_print *print, struct jy_fault *fault)
{
    struct care_file *files = m->files;

    if (strlen(path) >= CARE_PATH_SIZE || !is_path(path))
        return jy_fail(fault, JY_E_FORMAT, path, 0, "this name has no place in a backup");
    if (m->count == m->cap) {
        if ((files = realloc(files, (2 * m->cap + 64) * sizeof(*files))) == NULL)
            return jy_fail(fault, JY_E_NOMEM, path, 0, "manifest");
        m->files = files;
        m->cap = 2 * m->cap + 64;
    }
    strcpy(m->files[m->count].path, path);
    m->files[m->count++].print = *print;
    return JY_OK;
}

const struct care_file *
care_manifest_find(const struct care_manifest *m, const char *path)
{
    struct care_file key;

    if (strlen(path) >= sizeof(key.path) || m->count == 0)
        return NULL;
    strcpy(key.path, path);
    return bsearch(&key, m->files, m->count, sizeof(*m->files), compare);
}

jy_err
care_manifest_write(struct care_manifest *m, struct jy_buf *out)
{
    char begun[21], finished[21], hex[2 * JY_SM3_SIZE + 1];
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    if (m->count > 0)
        qsort(m->files, m->count, sizeof(*m->files), compare);
    jy_time_rfc3339(m->begun, begun);
    jy_time_rfc3339(m->finished, finished);
    rc = jy_buf_fmt(out, "%sbegun %s\nfinished %s\nversion %s\nengine %s\n", head, begun, finished, JY_VERSION, m->postgres ? "postgresql" : "sqlite");
    for (size_t i = 0; rc == JY_OK && i < m->count; i++) {
        jy_hex(JY_SLICE(m->files[i].print.digest, JY_SM3_SIZE), hex);
        rc = jy_buf_fmt(out, "file %s %" PRIu64 " %s\n", hex, m->files[i].print.size, m->files[i].path);
    }
    if (rc == JY_OK && (rc = jy_sm3(jy_buf_slice(out), digest)) == JY_OK) {
        jy_hex(JY_SLICE(digest, sizeof(digest)), hex);
        rc = jy_buf_fmt(out, "end %s\n", hex);
    }
    return rc;
}

/* -- reading -- */

struct reader {
    struct jy_slice text;
    size_t at;
    char line[CARE_PATH_SIZE + 120];
    struct jy_fault *fault;
};

static jy_err
wrong(struct reader *r, const char *what)
{
    return jy_fail(r->fault, JY_E_FORMAT, "MANIFEST", r->at, "%s", what);
}

/* The next line that begins with the word and a blank; what follows stands in *rest. */
static bool
line(struct reader *r, const char *word, const char **rest)
{
    const uint8_t *begin = r->text.p + r->at, *end;
    size_t len, word_len = strlen(word);

    if (r->at >= r->text.len || (end = memchr(begin, '\n', r->text.len - r->at)) == NULL)
        return false;
    len = (size_t)(end - begin);
    if (len >= sizeof(r->line) || len <= word_len || memcmp(begin, word, word_len) != 0 || begin[word_len] != ' ' || memchr(begin, 0, len) != NULL)
        return false;
    memcpy(r->line, begin, len);
    r->line[len] = '\0';
    *rest = r->line + word_len + 1;
    r->at += len + 1;
    return true;
}

static jy_err
read_file(struct reader *r, const char *rest, struct care_manifest *m)
{
    struct care_print print;
    uint64_t size = 0;
    const char *p = rest + 2 * JY_SM3_SIZE + 1;
    jy_err rc;

    if (strlen(rest) < 2 * JY_SM3_SIZE + 4 || rest[2 * JY_SM3_SIZE] != ' ' ||
        jy_hex_parse(JY_SLICE(rest, 2 * JY_SM3_SIZE), print.digest, sizeof(print.digest)) != JY_OK)
        return wrong(r, "a file's digest");
    for (; *p >= '0' && *p <= '9' && size < UINT64_MAX / 100; p++)
        size = 10 * size + (uint64_t)(*p - '0');
    if (*p != ' ' || p[-1] == ' ' || !is_path(p + 1))
        return wrong(r, "a file's size or path");
    print.size = size;
    if (m->count > 0 && strcmp(m->files[m->count - 1].path, p + 1) >= 0)
        return wrong(r, "files out of order, or one twice");
    if ((rc = care_manifest_add(m, p + 1, &print, r->fault)) != JY_OK)
        return rc;
    return JY_OK;
}

jy_err
care_manifest_parse(struct jy_slice text, struct care_manifest *out, struct jy_fault *fault)
{
    struct reader r = { .text = text, .at = sizeof(head) - 1, .fault = fault };
    uint8_t digest[JY_SM3_SIZE], stated[JY_SM3_SIZE];
    const char *rest;
    size_t before;
    jy_err rc;

    *out = (struct care_manifest){ 0 };
    if (text.len < sizeof(head) - 1 || memcmp(text.p, head, sizeof(head) - 1) != 0) {
        r.at = 0;
        return wrong(&r, "is not that of a backup of this kind");
    }
    if (!line(&r, "begun", &rest) || jy_time_parse_rfc3339(rest, &out->begun) != JY_OK || !line(&r, "finished", &rest) ||
        jy_time_parse_rfc3339(rest, &out->finished) != JY_OK || !line(&r, "version", &rest) || !line(&r, "engine", &rest))
        return wrong(&r, "begun, finished, version and engine are expected");
    out->postgres = strcmp(rest, "postgresql") == 0;
    if (!out->postgres && strcmp(rest, "sqlite") != 0)
        return wrong(&r, "an engine that is not known");
    while (line(&r, "file", &rest))
        if ((rc = read_file(&r, rest, out)) != JY_OK)
            return rc;
    before = r.at;
    if (!line(&r, "end", &rest) || strlen(rest) != 2 * JY_SM3_SIZE || jy_hex_parse(jy_slice_text(rest), stated, sizeof(stated)) != JY_OK || r.at != text.len)
        return wrong(&r, "its end is missing or damaged");
    if ((rc = jy_sm3(JY_SLICE(text.p, before), digest)) != JY_OK)
        return rc;
    return memcmp(digest, stated, sizeof(digest)) == 0 ? JY_OK : wrong(&r, "was changed since it was written");
}

void
care_manifest_free(struct care_manifest *m)
{
    free(m->files);
    *m = (struct care_manifest){ 0 };
}
