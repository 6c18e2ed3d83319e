/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture of a page: drawn by the room page, named by its digest in a cache of bounded size. What was drawn stays known when the picture is gone:
 * it is drawn again, and a digest that an approver named is still found.
 */
#include "daemons/web/pages.h"

#include "base/kill_point.h"
#include "codec/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIXELS_MAX (16u << 20)                 /* of one picture; JY_PICTURE_PIXELS of limits.def */
#define SWEEP_EVERY 32                         /* pictures kept between two looks at the cache's size */

static const struct column picture_columns[] = {
    { "picture_digest", COL_HEX }, { "renderer", COL_TEXT }, { "notes", COL_JSON }, { NULL, COL_TEXT },
};

/* -- the cache -- */

jy_err
page_cache_open(struct web *web, const char *web_dir, struct jy_fault *fault)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/pages", web_dir);
    if ((mkdir(path, 0700) != 0 && errno != EEXIST) || (web->pictures.folder = open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC)) < 0)
        return jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
    return JY_OK;
}

struct cached { char name[65]; time_t used; off_t size; };

static int
by_use(const void *a, const void *b)
{
    const struct cached *x = a, *y = b;

    return x->used < y->used ? -1 : x->used > y->used;
}

/* The longest unused go until three quarters of the bound are left. With the lock held. */
static void
sweep(const struct web *web)
{
    int again = openat(web->pictures.folder, ".", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    DIR *list = again < 0 ? NULL : fdopendir(again);
    struct cached *all = NULL, *grown;
    size_t count = 0, cap = 0;
    int64_t total = 0;
    const struct dirent *e;
    struct stat st;

    while (list != NULL && (e = readdir(list)) != NULL) {
        if (strlen(e->d_name) != 64 || fstatat(web->pictures.folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (count == cap) {
            cap = cap == 0 ? 256 : 2 * cap;
            if ((grown = realloc(all, cap * sizeof(*all))) == NULL)
                break;
            all = grown;
        }
        memcpy(all[count].name, e->d_name, 65);
        all[count].used = st.st_mtime;
        all[count++].size = st.st_size;
        total += st.st_size;
    }
    if (list != NULL)
        closedir(list);
    if (total > web->pictures.bytes_max) {
        qsort(all, count, sizeof(*all), by_use);
        for (size_t i = 0; i < count && total > web->pictures.bytes_max / 4 * 3; i++) {
            (void)!unlinkat(web->pictures.folder, all[i].name, 0);
            total -= all[i].size;
        }
    }
    free(all);
}

/* Nothing is synced: a crash may lose a file or some of its bytes (open_kept), and nothing is lost with it. */
static void
keep(struct web *web, int fd, const char *digest)
{
    char self[64];

    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    if (linkat(AT_FDCWD, self, web->pictures.folder, digest, AT_SYMLINK_FOLLOW) != 0 && errno != EEXIST)
        jy_log("warning", "page_not_cached", "%s", strerror(errno));
    pthread_mutex_lock(&web->pictures.lock);
    if (web->pictures.kept++ % SWEEP_EVERY == 0)
        sweep(web);
    pthread_mutex_unlock(&web->pictures.lock);
}

/* R15.1: the picture that is shown is the one of its digest. A file with other bytes makes room for the right one. */
static bool
open_kept(const struct web *web, const char *digest, struct page_picture *out)
{
    uint8_t bytes[JY_SM3_SIZE];
    char hex[2 * JY_SM3_SIZE + 1] = "";
    struct stat st;

    if ((out->file = openat(web->pictures.folder, digest, O_RDONLY | O_CLOEXEC)) < 0)
        return false;
    if (fstat(out->file, &st) == 0 && blob_digest(out->file, (uint64_t)st.st_size, bytes) == JY_OK)
        jy_hex(JY_SLICE(bytes, sizeof(bytes)), hex);
    if (strcmp(hex, digest) != 0) {
        jy_log("warning", "page_damaged", "its bytes have the SM3 %s", hex);
        (void)!unlinkat(web->pictures.folder, digest, 0);
        close(out->file);
        out->file = -1;
        return false;
    }
    out->size = (uint64_t)st.st_size;
    (void)!futimens(out->file, NULL);
    return true;
}

/* -- what was drawn, in the store -- */

struct drawing { struct web *web; const struct jy_slice *document; int64_t page, ppm; jy_time now; struct page_picture *out; json_t *row; };

static jy_err
read_last(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct drawing *d = arg;

    return rows_first(tx, SQL_PAGE_PICTURE_LAST, BINDS(B_BLOB("document_digest", *d->document), B_INT("page", d->page), B_INT("ppm", d->ppm)),
                      picture_columns, &d->row, fault);
}

static jy_err
write_drawn(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct drawing *d = arg;
    uint8_t digest[JY_SM3_SIZE];
    char *notes = json_dumps(d->out->notes, JSON_COMPACT);
    jy_err rc = notes == NULL ? JY_E_NOMEM : jy_hex_parse(jy_slice_text(d->out->digest), digest, sizeof(digest));

    if (rc == JY_OK)
        rc = rows_run(tx, SQL_PAGE_PICTURE_INSERT,
                      BINDS(B_BLOB("document_digest", *d->document), B_INT("page", d->page), B_INT("ppm", d->ppm),
                            B_BLOB("picture_digest", JY_SLICE(digest, sizeof(digest))), B_TEXT("renderer", d->out->renderer), B_TEXT("notes", notes),
                            B_INT("now", d->now)), NULL, fault);
    free(notes);
    return rc;
}

static bool
find_kept(struct drawing *d)
{
    bool found = db_read(d->web->db, read_last, d, NULL) == JY_OK && d->row != NULL && open_kept(d->web, member(d->row, "picture_digest"), d->out);

    if (found) {
        PUT(d->out->digest, member(d->row, "picture_digest"));
        snprintf(d->out->renderer, sizeof(d->out->renderer), "%s", member(d->row, "renderer"));
        d->out->notes = json_incref(json_object_get(d->row, "notes"));
    }
    json_decref(d->row);
    return found;
}

/* -- drawing -- */

static jy_err
draw(struct drawing *d, const json_t *document, struct jy_slice report, struct jy_fault *fault)
{
    struct jy_msg_PAGE_DRAW ask = { .document = -1, .output = -1, .page = (uint32_t)d->page, .ppm = (uint32_t)d->ppm, .width = d->out->width,
                                    .height = d->out->height, .report = report };
    struct jy_frame reply = { 0 };
    uint8_t digest[JY_SM3_SIZE];
    uint64_t size;
    jy_err rc;

    PUT(ask.format, member(document, "format"));
    if ((rc = blob_open(d->web, member(document, "digest"), &ask.document, &size, fault)) != JY_OK ||
        (rc = ask_page(d->web, JY_MSG_PAGE_DRAW, &ask, &ask.output, &reply, fault)) != JY_OK ||
        (rc = blob_take(d->web, ask.output, &d->out->file, digest, &d->out->size, fault)) != JY_OK)
        goto out;
    jy_hex(JY_SLICE(digest, sizeof(digest)), d->out->digest);
    snprintf(d->out->renderer, sizeof(d->out->renderer), "%s", reply.u.PAGE_DRAWN.renderer);
    if ((d->out->notes = json_loadb((const char *)reply.u.PAGE_DRAWN.notes.p, reply.u.PAGE_DRAWN.notes.len, JSON_REJECT_DUPLICATES, NULL)) == NULL ||
        !json_is_array(d->out->notes))
        rc = jy_fail(fault, JY_E_INTERNAL, "PAGE_DRAWN", 0, "not as messages.def says");
out:
    jy_frame_free(&reply);
    if (ask.document >= 0)
        close(ask.document);
    if (ask.output >= 0)
        close(ask.output);
    return rc;
}

/* The size as the renderers have it: nearest pixel, at least one. */
static jy_err
measure(const json_t *document, int64_t page, int64_t ppm, struct page_picture *out, struct jy_fault *fault)
{
    const json_t *pages = json_object_get(document, "pages"), *size;
    double width, height;

    *out = (struct page_picture){ .file = -1 };
    if (page < 1 || (size_t)page > json_array_size(pages))
        return jy_fail(fault, JY_E_PAGE_RANGE, "page", 0, "%lld of %zu", (long long)page, json_array_size(pages));
    size = json_array_get(pages, (size_t)page - 1);
    out->width_mm = json_number_value(json_array_get(size, 0));
    out->height_mm = json_number_value(json_array_get(size, 1));
    width = fmax(1, round(out->width_mm * (double)ppm));
    height = fmax(1, round(out->height_mm * (double)ppm));
    if (!(width * height <= PIXELS_MAX))
        return jy_fail(fault, JY_E_LIMIT, "ppm", 0, "%.0f × %.0f mm are more than %u pixels at %lld a millimetre", out->width_mm, out->height_mm, PIXELS_MAX,
                       (long long)ppm);
    out->width = (uint32_t)width;
    out->height = (uint32_t)height;
    return JY_OK;
}

jy_err
page_picture(struct web *web, const json_t *document, int64_t page, int64_t ppm, jy_time now, struct page_picture *out, struct jy_fault *fault)
{
    uint8_t digest[JY_SM3_SIZE];
    const struct jy_slice name = JY_SLICE(digest, sizeof(digest));
    struct drawing d = { .web = web, .document = &name, .page = page, .ppm = ppm, .now = now, .out = out };
    jy_err rc;

    if ((rc = measure(document, page, ppm, out, fault)) != JY_OK ||
        (rc = jy_hex_parse(jy_slice_text(member(document, "digest")), digest, sizeof(digest))) != JY_OK)
        return rc;
    if (find_kept(&d))
        return JY_OK;
    if ((rc = draw(&d, document, JY_EMPTY, fault)) != JY_OK)
        return rc;
    JY_KILL_POINT(picture_drawn);
    if ((rc = db_write(web->db, write_drawn, &d, fault)) != JY_OK)
        return rc;
    JY_KILL_POINT(picture_known);
    keep(web, out->file, out->digest);
    JY_KILL_POINT(picture_kept);
    return JY_OK;
}

jy_err
page_picture_marked(struct web *web, const json_t *document, int64_t page, int64_t ppm, struct jy_slice report, struct page_picture *out,
                    struct jy_fault *fault)
{
    struct drawing d = { .web = web, .page = page, .ppm = ppm, .out = out };
    jy_err rc = measure(document, page, ppm, out, fault);

    return rc != JY_OK ? rc : draw(&d, document, report, fault);
}

void
page_picture_end(struct page_picture *picture)
{
    if (picture->file >= 0)
        close(picture->file);
    json_decref(picture->notes);
    picture->file = -1;
    picture->notes = NULL;
}
