/* SPDX-License-Identifier: Apache-2.0 */
#include "care/fsck.h"

#include "base/kill_point.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define UNFINISHED "restore.unfinished"       /* in data_dir; jinyind does not start beside it */

/* As long as this is held no service runs here. */
static jy_err
hold(const struct care_site *site, int *lock, struct jy_fault *fault)
{
    char path[PATH_MAX];
    jy_err rc;

    if ((rc = care_make_folder(site->data_dir, fault)) != JY_OK || (rc = care_join(path, site->data_dir, "jinyind.lock", fault)) != JY_OK)
        return rc;
    if ((*lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
        return jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
    return flock(*lock, LOCK_EX | LOCK_NB) == 0 ? JY_OK : jy_fail(fault, JY_E_CONFLICT, "data_dir", 0, "the service runs: stop it first");
}

/* What lies here is of the service, or of a restore that was cut off; which of them, the person is told before he moves it away. */
static jy_err
refuse_filled(const struct care_site *site, const char *place, const char *advice, struct jy_fault *fault)
{
    char unfinished[PATH_MAX];
    jy_err rc = care_join(unfinished, site->data_dir, UNFINISHED, fault);

    if (rc != JY_OK)
        return rc;
    return access(unfinished, F_OK) != 0 ? jy_fail(fault, JY_E_CONFLICT, place, 0, "is not empty: %s first", advice) :
           jy_fail(fault, JY_E_CONFLICT, place, 0, "is not empty: a restore did not finish here; %s, and restore again", advice);
}

static jy_err
check_places(const struct care_site *site, const struct care_manifest *m, struct jy_fault *fault)
{
    bool empty;
    jy_err rc;

    if (m->postgres != site->served)
        return jy_fail(fault, JY_E_ARGUMENT, "store", 0, "the backup is one of %s, the configuration names another engine",
                       m->postgres ? "PostgreSQL" : "SQLite");
    if (site->served && (site->owner == NULL || site->role == NULL))
        return jy_fail(fault, JY_E_ARGUMENT, "store", 0, "PostgreSQL needs --owner postgresql:… of an empty database, and --role NAME");
    if (!care_is_empty(site->web_dir))
        return refuse_filled(site, site->web_dir, "move it away", fault);
    if (!care_is_empty(site->key_dir))
        return refuse_filled(site, site->key_dir, "move it away", fault);
    if ((rc = db_is_empty(site->served ? site->owner : site->place, &empty, fault)) != JY_OK)
        return rc;
    if (!empty)
        return refuse_filled(site, "store", site->served ? "name a new database" : "move the file away", fault);
    if (access(site->unlock_file, R_OK) != 0)
        return jy_fail(fault, JY_E_NOT_FOUND, site->unlock_file, 0, "the unlock secret is kept apart from backups: put it here first, or no key opens");
    return JY_OK;
}

/* One file to where the service has it. */
static jy_err
target_of(const struct care_site *site, const char *path, char out[PATH_MAX], struct jy_fault *fault)
{
    if (strncmp(path, "key/", 4) == 0)
        return care_join(out, site->key_dir, path + 4, fault);
    if (strncmp(path, "blobs/", 6) == 0)
        return care_join(out, site->web_dir, path, fault);
    if (strcmp(path, CARE_DATABASE) == 0 && !site->served)
        return snprintf(out, PATH_MAX, "%s", db_words(site->place)) < PATH_MAX ? JY_OK : jy_fail(fault, JY_E_LIMIT, path, 0, "is too long");
    return jy_fail(fault, JY_E_FORMAT, path, 0, "has no place in a service");
}

static jy_err
put_file(const struct care_site *site, const char *folder, const struct care_file *file, struct jy_fault *fault)
{
    char from[PATH_MAX], to[PATH_MAX], parent[PATH_MAX];
    struct care_print print;
    jy_err rc;

    if ((rc = care_join(from, folder, file->path, fault)) != JY_OK || (rc = target_of(site, file->path, to, fault)) != JY_OK)
        return rc;
    memcpy(parent, to, sizeof(parent));
    *strrchr(parent, '/') = '\0';
    if ((rc = care_make_folder(parent, fault)) != JY_OK || (rc = care_copy(from, to, &print, fault)) != JY_OK)
        return rc;
    if (print.size != file->print.size || memcmp(print.digest, file->print.digest, sizeof(print.digest)) != 0)
        return jy_fail(fault, JY_E_FORMAT, file->path, 0, "changed while it was put back");
    JY_KILL_POINT(restore_file_put);
    return care_sync_folder(parent, fault);
}

static jy_err
put_all(const struct care_site *site, const char *folder, const struct care_manifest *m, struct jy_fault *fault)
{
    char path[PATH_MAX];
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < m->count; i++)
        if (strcmp(m->files[i].path, CARE_DUMP) != 0)
            rc = put_file(site, folder, &m->files[i], fault);
    if (rc == JY_OK && site->served && (rc = care_join(path, folder, CARE_DUMP, fault)) == JY_OK)
        rc = care_undump(site->owner, path, fault);
    JY_KILL_POINT(restore_put);
    if (rc == JY_OK)
        rc = db_prepare(site->served ? site->owner : site->place, site->role, site->side, fault);
    JY_KILL_POINT(restore_prepared);
    return rc;
}

/* -- orders that were open: abandoned -- */

struct abandon { struct jy_vault vault; int64_t after; bool more; uint64_t count; };

static jy_err
abandon_page(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct abandon *a = arg;
    struct db_row *row = db_begin(tx, SQL_FSCK_ORDERS);
    bool has_row;
    jy_err rc;

    a->more = false;
    db_bind_int(row, "after", a->after);
    db_bind_int(row, "limit", 1000);
    while ((rc = db_step(row, &has_row, fault)) == JY_OK && has_row) {
        struct jy_entry entry = { .kind = JY_ENTRY_ABANDON, .time = jy_now() };
        const struct jy_order_row *known = jy_vault_order_row(&a->vault, db_text(row, "order_id"));
        a->more = true;
        a->after = db_int(row, "seq");
        if (!care_order_is_open(db_text(row, "state")) || (known != NULL && (known->abandoned || known->stamped_at != 0)))
            continue;
        snprintf(entry.id, sizeof(entry.id), "%s", db_text(row, "order_id"));
        if ((rc = jy_vault_commit(&a->vault, &entry, true, fault)) != JY_OK)
            break;
        a->count++;
    }
    db_end(row);
    return rc;
}

/* An order that was open then may have been stamped since; the key must not sign it a second time. */
static jy_err
abandon_open(const struct care_site *site, struct jy_fault *fault)
{
    struct abandon a = { .more = true };
    struct db *db = NULL;
    jy_err rc = jy_vault_open(&a.vault, site->key_dir, site->unlock_file, fault);

    if (rc == JY_OK)
        rc = db_open_reader(site->owner != NULL ? site->owner : site->place, &db, fault);
    while (rc == JY_OK && a.more)
        rc = db_read(db, abandon_page, &a, fault);
    if (rc == JY_OK)
        printf("%llu open orders abandoned: they are asked for anew\n", (unsigned long long)a.count);
    db_close(db);
    jy_vault_close(&a.vault);
    JY_KILL_POINT(restore_abandoned);
    return rc;
}

static jy_err
note_restored(const struct care_site *site, const struct care_manifest *m, struct jy_fault *fault)
{
    char path[PATH_MAX], begun[21], finished[21];
    struct jy_buf text = { 0 };
    jy_err rc;

    jy_time_rfc3339(m->begun, begun);
    jy_time_rfc3339(m->finished, finished);
    if ((rc = care_join(path, site->web_dir, CARE_RESTORED, fault)) == JY_OK && (rc = jy_buf_fmt(&text, "%s %s\n", begun, finished)) == JY_OK)
        rc = care_write(path, jy_buf_slice(&text), fault);
    JY_KILL_POINT(restore_noted);
    jy_buf_free(&text);
    return rc;
}

jy_err
care_restore(const struct care_site *site, const char *folder, unsigned *problems, struct jy_fault *fault)
{
    struct care_manifest m = { 0 };
    char unfinished[PATH_MAX];
    int lock = -1;
    jy_err rc;

    if ((rc = hold(site, &lock, fault)) != JY_OK || (rc = care_backup_check(folder, &m, fault)) != JY_OK || (rc = check_places(site, &m, fault)) != JY_OK ||
        (rc = care_join(unfinished, site->data_dir, UNFINISHED, fault)) != JY_OK)
        goto out;
    JY_KILL_POINT(restore_checked);
    (void)!unlink(unfinished);
    if ((rc = care_write(unfinished, jy_slice_text(folder), fault)) != JY_OK || (rc = care_sync_folder(site->data_dir, fault)) != JY_OK)
        goto out;
    JY_KILL_POINT(restore_marked);
    if ((rc = care_make_folder(site->web_dir, fault)) != JY_OK || (rc = care_make_folder(site->key_dir, fault)) != JY_OK ||
        (rc = put_all(site, folder, &m, fault)) != JY_OK || (rc = note_restored(site, &m, fault)) != JY_OK || (rc = abandon_open(site, fault)) != JY_OK ||
        (rc = care_fsck(site, problems, fault)) != JY_OK || *problems != 0)
        goto out;
    JY_KILL_POINT(restore_looked_at);
    rc = unlink(unfinished) == 0 ? care_sync_folder(site->data_dir, fault) : jy_fail(fault, JY_E_IO, unfinished, 0, "%s", strerror(errno));
    JY_KILL_POINT(restore_finished);
out:
    care_manifest_free(&m);
    if (lock >= 0)
        close(lock);
    return rc;
}
