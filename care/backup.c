/* SPDX-License-Identifier: Apache-2.0 */
#include "care/backup.h"

#include "base/kill_point.h"
#include "store/db.h"

#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 5                       /* copies of the database until none of its open orders lost its prepared document meanwhile */

struct backup {
    const struct care_site *site;
    const char *folder;
    char blobs[PATH_MAX], copies[PATH_MAX];
    struct care_manifest manifest;
    jy_time copied;                   /* when the copy of the database was begun */
};

bool
care_order_is_open(const char *state)
{
    return strcmp(state, "REQUESTED") == 0 || strcmp(state, "APPROVED") == 0 || strcmp(state, "INTENT") == 0;
}

static bool
exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

/* Documents never change, so one that is there already is there for good. */
static jy_err
copy_blob(void *arg, const char *path, const char *hex, struct jy_fault *fault)
{
    struct backup *b = arg;
    char folder[PATH_MAX], to[PATH_MAX], short_name[3] = { hex[0], hex[1], '\0' };
    struct care_print print;
    jy_err rc;

    if ((rc = care_join(folder, b->copies, short_name, fault)) != JY_OK || (rc = care_join(to, folder, hex, fault)) != JY_OK)
        return rc;
    if (exists(to))
        return JY_OK;
    if ((rc = care_make_folder(folder, fault)) != JY_OK)
        return rc;
    /* Not there any more: the order that it was prepared for has ended. */
    return (rc = care_copy(path, to, &print, fault)) == JY_E_NOT_FOUND ? JY_OK : rc;
}

static jy_err
copy_blobs(struct backup *b, struct jy_fault *fault)
{
    return care_blobs(b->blobs, copy_blob, b, fault);
}

static jy_err
copy_database(struct backup *b, struct jy_fault *fault)
{
    char path[PATH_MAX];
    jy_err rc = care_join(path, b->folder, b->site->served ? CARE_DUMP : CARE_DATABASE, fault);

    if (rc != JY_OK)
        return rc;
    (void)!unlink(path);
    b->copied = jy_now();
    return b->site->served ? care_dump(b->site->owner, path, fault) : db_copy(b->site->place, path, fault);
}

/* -- have the open orders of the copied database their prepared documents among the copies? -- */

struct look { struct backup *b; int64_t after; bool more, missing; };

static jy_err
look_at_orders(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct look *look = arg;
    struct db_row *row = db_begin(tx, SQL_FSCK_ORDERS);
    char path[PATH_MAX];
    bool has_row;
    jy_err rc;

    look->more = false;
    db_bind_int(row, "after", look->after);
    db_bind_int(row, "limit", 1000);
    while ((rc = db_step(row, &has_row, fault)) == JY_OK && has_row) {
        const char *state = db_text(row, "state");
        struct jy_slice digest = db_blob(row, "prepared_digest");
        look->more = true;
        look->after = db_int(row, "seq");
        if (care_order_is_open(state) && digest.len == JY_SM3_SIZE && (!look->b->site->served || db_int(row, "created") < look->b->copied)) {
            if ((rc = care_blob_path(path, look->b->copies, digest.p, fault)) != JY_OK)
                break;
            look->missing = look->missing || !exists(path);
        }
    }
    db_end(row);
    return rc;
}

/* A copy of PostgreSQL's cannot be asked: the living database is, a moment later, for its orders from before the copy. */
static jy_err
has_prepared(struct backup *b, bool *all, struct jy_fault *fault)
{
    struct look look = { .b = b, .more = true };
    char place[PATH_MAX], path[PATH_MAX];
    struct db *db = NULL;
    jy_err rc;

    if ((rc = care_join(path, b->folder, CARE_DATABASE, fault)) != JY_OK)
        return rc;
    snprintf(place, sizeof(place), "%s", b->site->served ? b->site->owner : path);
    rc = db_open_reader(place, &db, fault);
    while (rc == JY_OK && look.more)
        rc = db_read(db, look_at_orders, &look, fault);
    db_close(db);
    *all = !look.missing;
    return rc;
}

static jy_err
copy_all(struct backup *b, struct jy_fault *fault)
{
    char keys[PATH_MAX];
    bool all = false;
    jy_err rc = copy_blobs(b, fault);

    JY_KILL_POINT(backup_files_copied);
    for (int try = 0; rc == JY_OK && !all && try < TRIES; try++)
        if ((rc = copy_database(b, fault)) == JY_OK && (rc = copy_blobs(b, fault)) == JY_OK)
            rc = has_prepared(b, &all, fault);
    JY_KILL_POINT(backup_database_copied);
    if (rc == JY_OK && !all)
        rc = jy_fail(fault, JY_E_NOT_FOUND, "blobs", 0, "an open order has no prepared document: `jinyin fsck` names it");
    if (rc == JY_OK && (rc = care_join(keys, b->folder, "key", fault)) == JY_OK)
        rc = care_keys_copy(b->site->key_dir, keys, fault);
    JY_KILL_POINT(backup_keys_copied);
    return rc;
}

/* -- the manifest: of what lies in the backup, read again -- */

static jy_err
list_files(struct backup *b, const char *inside, struct jy_fault *fault)
{
    char folder[PATH_MAX], path[PATH_MAX], name[CARE_PATH_SIZE];
    struct care_print print;
    struct stat st;
    DIR *list;
    jy_err rc = care_join(folder, b->folder, inside, fault);

    if (rc != JY_OK)
        return rc;
    if ((list = opendir(folder)) == NULL)
        return jy_fail(fault, JY_E_IO, folder, 0, "%s", strerror(errno));
    for (const struct dirent *e; rc == JY_OK && (e = readdir(list)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        if (snprintf(name, sizeof(name), "%s/%s", inside, e->d_name) >= (int)sizeof(name)) {
            rc = jy_fail(fault, JY_E_LIMIT, e->d_name, 0, "the path is too long");
            break;
        }
        if ((rc = care_join(path, b->folder, name, fault)) != JY_OK)
            break;
        if (lstat(path, &st) != 0)
            rc = jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
        else if (S_ISDIR(st.st_mode))
            rc = list_files(b, name, fault);
        else if ((rc = care_print_of(path, &print, fault)) == JY_OK)
            rc = care_manifest_add(&b->manifest, name, &print, fault);
    }
    closedir(list);
    return rc == JY_OK ? care_sync_folder(folder, fault) : rc;
}

static jy_err
write_manifest(struct backup *b, struct jy_fault *fault)
{
    static const char *const parts[] = { "store", "key", "blobs" };
    char path[PATH_MAX];
    struct jy_buf text = { 0 };
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < sizeof(parts) / sizeof(parts[0]); i++)
        rc = list_files(b, parts[i], fault);
    JY_KILL_POINT(backup_listed);
    b->manifest.finished = jy_now();
    b->manifest.postgres = b->site->served;
    if (rc == JY_OK && (rc = care_manifest_write(&b->manifest, &text)) == JY_OK && (rc = care_join(path, b->folder, "MANIFEST", fault)) == JY_OK &&
        (rc = care_write(path, jy_buf_slice(&text), fault)) == JY_OK)
        rc = care_sync_folder(b->folder, fault);
    JY_KILL_POINT(backup_finished);
    jy_buf_free(&text);
    return rc;
}

jy_err
care_backup(const struct care_site *site, const char *folder, struct jy_fault *fault)
{
    struct backup b = { .site = site, .folder = folder, .manifest = { .begun = jy_now() } };
    char store[PATH_MAX];
    jy_err rc;

    if (!care_is_empty(folder))
        return jy_fail(fault, JY_E_CONFLICT, folder, 0, "is not empty: each backup has a folder of its own");
    if ((rc = care_join(b.blobs, site->web_dir, "blobs", fault)) == JY_OK && (rc = care_join(b.copies, folder, "blobs", fault)) == JY_OK &&
        (rc = care_join(store, folder, "store", fault)) == JY_OK && (rc = care_make_folder(store, fault)) == JY_OK &&
        (rc = care_make_folder(b.copies, fault)) == JY_OK && (rc = copy_all(&b, fault)) == JY_OK)
        rc = write_manifest(&b, fault);
    care_manifest_free(&b.manifest);
    return rc;
}

jy_err
care_backup_check(const char *folder, struct care_manifest *out, struct jy_fault *fault)
{
    char path[PATH_MAX];
    struct jy_buf text = { 0 };
    struct care_print print;
    jy_err rc;

    *out = (struct care_manifest){ 0 };
    if ((rc = care_join(path, folder, "MANIFEST", fault)) != JY_OK || (rc = care_read(path, CARE_MANIFEST_MAX, &text, fault)) != JY_OK) {
        rc = rc == JY_E_NOT_FOUND ? jy_fail(fault, JY_E_FORMAT, path, 0, "is missing: this is no finished backup") : rc;
        goto out;
    }
    if ((rc = care_manifest_parse(jy_buf_slice(&text), out, fault)) != JY_OK)
        goto out;
    if (care_manifest_find(out, out->postgres ? CARE_DUMP : CARE_DATABASE) == NULL || care_manifest_find(out, "key/journal") == NULL) {
        rc = jy_fail(fault, JY_E_FORMAT, path, 0, "names no database or no key journal");
        goto out;
    }
    for (size_t i = 0; rc == JY_OK && i < out->count; i++) {
        const struct care_file *file = &out->files[i];
        if ((rc = care_join(path, folder, file->path, fault)) != JY_OK || (rc = care_print_of(path, &print, fault)) != JY_OK)
            break;
        if (print.size != file->print.size || memcmp(print.digest, file->print.digest, sizeof(print.digest)) != 0)
            rc = jy_fail(fault, JY_E_FORMAT, file->path, 0, "is damaged: it is not what was backed up");
    }
out:
    jy_buf_free(&text);
    return rc;
}
