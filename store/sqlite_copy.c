/* SPDX-License-Identifier: Apache-2.0 */
/* A consistent copy of a SQLite store beside the one process that writes it, and whether a file is whole. */
#include "store/sqlite_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUSY_MS 10000

static jy_err
fail(sqlite3 *db, const char *where, const char *what, struct jy_fault *fault)
{
    return jy_fail(fault, JY_E_IO, where, 0, "%s: %s", what, db == NULL ? "no memory" : sqlite3_errmsg(db));
}

/* Reads alone; the log is neither carried over nor taken away when this connection is the last one. */
static jy_err
open_source(const char *path, sqlite3 **out, struct jy_fault *fault)
{
    jy_err rc = JY_OK;

    *out = NULL;
    if (access(path, R_OK | W_OK) != 0)
        return jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
    if (sqlite3_open_v2(path, out, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_busy_timeout(*out, BUSY_MS) != SQLITE_OK || sqlite3_db_config(*out, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) != SQLITE_OK ||
        sqlite3_db_config(*out, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) != SQLITE_OK ||
        sqlite3_exec(*out, "PRAGMA query_only = ON", NULL, NULL, NULL) != SQLITE_OK)
        rc = fail(*out, path, "cannot be opened", fault);
    return rc;
}

/* A PRAGMA that says nothing, or "ok", when all is well. */
static jy_err
check(sqlite3 *db, const char *path, const char *pragma, const char *what, struct jy_fault *fault)
{
    sqlite3_stmt *stmt = NULL;
    const char *text;
    jy_err rc = JY_OK;
    int step;

    if (sqlite3_prepare_v2(db, pragma, -1, &stmt, NULL) != SQLITE_OK)
        return fail(db, path, what, fault);
    if ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
        text = (const char *)sqlite3_column_text(stmt, 0);
        if (text == NULL || strcmp(text, "ok") != 0)
            rc = jy_fail(fault, JY_E_IO, path, 0, "%s: %s", what, text == NULL ? "" : text);
    } else if (step != SQLITE_DONE) {
        rc = fail(db, path, what, fault);
    }
    sqlite3_finalize(stmt);
    return rc;
}

static jy_err
check_both(sqlite3 *db, const char *path, struct jy_fault *fault)
{
    jy_err rc = check(db, path, "PRAGMA integrity_check(1)", "the file is damaged", fault);

    return rc != JY_OK ? rc : check(db, path, "PRAGMA foreign_key_check", "a row refers to one that is not there, in table", fault);
}

jy_err
db_sqlite_check(const char *path, struct jy_fault *fault)
{
    sqlite3 *db;
    jy_err rc = open_source(path, &db, fault);

    if (rc == JY_OK)
        rc = check_both(db, path, fault);
    sqlite3_close(db);
    return rc;
}

/* All pages in one step: one moment, while the writer goes on. */
static jy_err
copy_pages(sqlite3 *from, sqlite3 *to, const char *path, struct jy_fault *fault)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    int step = SQLITE_ERROR;

    for (int try = 0; backup != NULL && try < 100; try++) {
        step = sqlite3_backup_step(backup, -1);
        if (step != SQLITE_BUSY && step != SQLITE_LOCKED)
            break;
        sqlite3_sleep(100);
    }
    if (backup == NULL || sqlite3_backup_finish(backup) != SQLITE_OK || step != SQLITE_DONE)
        return fail(to, path, "cannot be copied", fault);
    return JY_OK;
}

jy_err
db_sqlite_copy(const char *path, const char *to, struct jy_fault *fault)
{
    sqlite3 *from = NULL, *copy = NULL;
    int fd = open(to, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    jy_err rc;

    if (fd < 0 || close(fd) != 0)
        return jy_fail(fault, JY_E_IO, to, 0, "%s", strerror(errno));
    if ((rc = open_source(path, &from, fault)) != JY_OK)
        goto out;
    if (sqlite3_open_v2(to, &copy, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(copy, "PRAGMA synchronous = FULL", NULL, NULL, NULL) != SQLITE_OK) {
        rc = fail(copy, to, "cannot be opened", fault);
        goto out;
    }
    if ((rc = copy_pages(from, copy, path, fault)) != JY_OK)
        goto out;
    /* One file, without a log of its own. */
    if (sqlite3_exec(copy, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK)
        rc = fail(copy, to, "cannot be closed off", fault);
    else
        rc = check_both(copy, to, fault);
out:
    sqlite3_close(from);
    sqlite3_close(copy);
    if (rc != JY_OK)
        unlink(to);
    return rc;
}
