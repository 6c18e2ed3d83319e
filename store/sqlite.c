/* SPDX-License-Identifier: Apache-2.0 */
/* The driver for SQLite, and the only file that knows it. The SQL here is the engine's own; that of the service is in .sql files. */
#include "store/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 5000             /* only another process, say a backup, can hold the store locked */
#define TEND_PAGES 1000          /* of the write-ahead log: 4 MB are carried over to the main file */

struct db_conn {
    sqlite3 *db;
    int log_pages;
    bool lost;                   /* a commit or a sync failed: what is on disk is not known, so nothing more is written */
};
struct db_cursor {
    struct db_conn *conn;
    sqlite3_stmt *stmt;
};

/* -- errors -- */

static const struct {
    int code;
    jy_err err;
    const char *text;
} errors[] = {
    { SQLITE_CONSTRAINT, JY_E_CONFLICT, "" },
    { SQLITE_NOMEM, JY_E_NOMEM, "" },
    { SQLITE_FULL, JY_E_IO, "the disk is full: " },
    { SQLITE_CORRUPT, JY_E_IO, "the store's file is damaged: " },
    { SQLITE_NOTADB, JY_E_IO, "the store's file is damaged or was never a store: " },
    { SQLITE_IOERR, JY_E_IO, "reading or writing the store failed: " },
    { SQLITE_CANTOPEN, JY_E_IO, "" },
    { SQLITE_READONLY, JY_E_IO, "" },
    { SQLITE_PERM, JY_E_IO, "" },
    { SQLITE_BUSY, JY_E_UNAVAILABLE, "another process holds the store: " },
    { SQLITE_LOCKED, JY_E_UNAVAILABLE, "" },
    { SQLITE_TOOBIG, JY_E_LIMIT, "" },
};

/* What of "… constraint failed: seal.code" or "… index 'one_name'" names the constraint; a trigger's text is a name as it is. */
static void
constraint_name(int code, const char *text, char *out, size_t size)
{
    static const char failed[] = "constraint failed: ", index[] = "index '", column[] = " column ";
    const char *start = NULL;
    size_t len;

    if (code == SQLITE_CONSTRAINT_FOREIGNKEY)
        text = "foreign key";
    else if (code == SQLITE_CONSTRAINT_DATATYPE && (start = strstr(text, column)) != NULL)
        text = start + sizeof(column) - 1;
    else if (code != SQLITE_CONSTRAINT_TRIGGER && (start = strstr(text, failed)) != NULL)
        text = start + sizeof(failed) - 1;
    len = strlen(text);
    if (code == SQLITE_CONSTRAINT_UNIQUE && strncmp(text, index, sizeof(index) - 1) == 0) {
        text += sizeof(index) - 1;
        len -= sizeof(index);         /* and the quote at the end */
    }
    if (len >= size)                  /* between two characters of UTF-8 */
        for (len = size - 1; len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80; len--)
            ;
    memcpy(out, text, len);
    out[len] = '\0';
}

/* The error that the engine reports last; context, say a file, may be NULL. */
static jy_err
fail(const struct db_conn *conn, const char *context, struct jy_fault *fault)
{
    int code = conn->db == NULL ? SQLITE_NOMEM : sqlite3_extended_errcode(conn->db);
    const char *text = conn->db == NULL ? "no memory" : sqlite3_errmsg(conn->db), *hint = "";
    char where[sizeof(fault->where)] = "";
    jy_err err = JY_E_INTERNAL;

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i].code == (code & 0xFF)) {
            err = errors[i].err;
            hint = errors[i].text;
        }
    if (err == JY_E_CONFLICT)
        constraint_name(code, text, where, sizeof(where));
    else if (context != NULL)
        snprintf(where, sizeof(where), "%s", context);
    return jy_fail(fault, err, where, 0, "%s%s", hint, text);
}

static jy_err
run(struct db_conn *conn, const char *sql, struct jy_fault *fault)
{
    return sqlite3_exec(conn->db, sql, NULL, NULL, NULL) == SQLITE_OK ? JY_OK : fail(conn, NULL, fault);
}

/* -- connections -- */

static const struct {
    int what, value;
} switches[] = {
    { SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
    { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },           /* a damaged or planted schema runs no function with effects */
    { SQLITE_DBCONFIG_DEFENSIVE, 1 },
    { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
    { SQLITE_DBCONFIG_DQS_DML, 0 },                  /* "word" is a name, never a string by mistake */
    { SQLITE_DBCONFIG_DQS_DDL, 0 },
};
/* What must read back as the value given: SQLite takes no notice of a setting that it does not know. */
static const struct {
    const char *set, *get, *value;
    bool writer_only;
} settings[] = {
    { "PRAGMA journal_mode = WAL", "PRAGMA journal_mode", "wal", true },
    { "PRAGMA synchronous = FULL", "PRAGMA synchronous", "2", false },
    { "PRAGMA cell_size_check = ON", "PRAGMA cell_size_check", "1", false },
    { "PRAGMA temp_store = MEMORY", "PRAGMA temp_store", "2", false },  /* personal data stay out of /tmp; the sandbox has none */
};

static int
log_grew(void *arg, sqlite3 *db, const char *name, int pages)
{
    (void)db, (void)name;
    ((struct db_conn *)arg)->log_pages = pages;
    return SQLITE_OK;
}

static jy_err
set_switch(struct db_conn *conn, int what, int value, struct jy_fault *fault)
{
    int now = -1;

    if (sqlite3_db_config(conn->db, what, value, &now) != SQLITE_OK || now != value)
        return jy_fail(fault, JY_E_UNSUPPORTED, "sqlite", 0, "switch %d cannot be set to %d", what, value);
    return JY_OK;
}

static jy_err
check_setting(struct db_conn *conn, const char *get, const char *value, struct jy_fault *fault)
{
    sqlite3_stmt *stmt = NULL;
    jy_err rc = JY_OK;

    if (sqlite3_prepare_v2(conn->db, get, -1, &stmt, NULL) != SQLITE_OK || sqlite3_step(stmt) != SQLITE_ROW)
        rc = fail(conn, get, fault);
    else if (strcmp((const char *)sqlite3_column_text(stmt, 0), value) != 0)
        rc = jy_fail(fault, JY_E_UNSUPPORTED, get, 0, "is not %s", value);
    sqlite3_finalize(stmt);
    return rc;
}

/* The file is ours alone before the engine sees it; log and index inherit its mode. It is not opened: closing it would drop the locks. */
static jy_err
prepare_file(const char *path, struct jy_fault *fault)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0)
        close(fd);
    else if (errno != EEXIST)
        return jy_fail(fault, JY_E_IO, path, 0, "cannot be created: %s", strerror(errno));
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return jy_fail(fault, JY_E_IO, path, 0, "is not a regular file");
    if ((st.st_mode & 07777) != 0600 && chmod(path, 0600) != 0)
        return jy_fail(fault, JY_E_IO, path, 0, "cannot be made private: %s", strerror(errno));
    return JY_OK;
}

static void
close_conn(struct db_conn *conn)
{
    if (conn == NULL)
        return;
    if (conn->lost)                   /* the log stays as it is, for the next start to read */
        (void)sqlite3_db_config(conn->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(conn->db);
    free(conn);
}

static jy_err
open_conn(const char *path, bool writes, struct db_conn **out, struct jy_fault *fault)
{
    struct db_conn *conn = NULL;
    char *plain = NULL;
    jy_err rc = JY_OK;

    *out = NULL;
    /* "./" keeps SQLite from seeing more than a file in names such as ":memory:" and "file:…". */
    if ((conn = calloc(1, sizeof(*conn))) == NULL || asprintf(&plain, "%s%s", path[0] == '/' ? "" : "./", path) < 0) {
        plain = NULL;
        rc = jy_fail(fault, JY_E_NOMEM, path, 0, "connection");
        goto out;
    }
    if (writes && (rc = prepare_file(plain, fault)) != JY_OK)
        goto out;
    if (sqlite3_open_v2(plain, &conn->db, SQLITE_OPEN_NOMUTEX | (writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY), NULL) !=
        SQLITE_OK) {
        rc = fail(conn, path, fault);
        goto out;
    }
    sqlite3_extended_result_codes(conn->db, 1);
    sqlite3_busy_timeout(conn->db, BUSY_MS);
    sqlite3_wal_hook(conn->db, log_grew, conn);      /* in place of the checkpoint inside a commit: tend() does it */
    for (size_t i = 0; rc == JY_OK && i < sizeof(switches) / sizeof(switches[0]); i++)
        rc = set_switch(conn, switches[i].what, switches[i].value, fault);
    for (size_t i = 0; rc == JY_OK && i < sizeof(settings) / sizeof(settings[0]); i++) {
        if (settings[i].writer_only && !writes)
            continue;
        if (sqlite3_exec(conn->db, settings[i].set, NULL, NULL, NULL) != SQLITE_OK)
            rc = fail(conn, path, fault);
        else
            rc = check_setting(conn, settings[i].get, settings[i].value, fault);
    }
    if (rc == JY_OK) {
        *out = conn;
        conn = NULL;
    }
out:
    free(plain);
    close_conn(conn);
    return rc;
}

/* -- transactions -- */

static bool
in_transaction(const struct db_conn *conn)
{
    return sqlite3_get_autocommit(conn->db) == 0;
}

/*
 * A commit whose sync failed stands whole in the log: the next start would read it, although its callers were told that nothing is
 * written. Another commit in the same place takes it away; what that one says does not matter, nor whether its own sync fails.
 */
static void
lose(struct db_conn *conn)
{
    if (in_transaction(conn))
        (void)run(conn, "ROLLBACK", NULL);
    (void)run(conn, "PRAGMA user_version = 0", NULL);
    conn->lost = true;
}

static jy_err
control(struct db_conn *conn, enum db_control what, struct jy_fault *fault)
{
    static const char *const texts[DB__CONTROL_COUNT] = {
        [DB_BEGIN_WRITE] = "BEGIN IMMEDIATE", [DB_BEGIN_READ] = "BEGIN",      [DB_SAVEPOINT] = "SAVEPOINT call",
        [DB_KEEP] = "RELEASE call",           [DB_UNDO] = "ROLLBACK TO call; RELEASE call",
        [DB_COMMIT] = "COMMIT",               [DB_ROLLBACK] = "ROLLBACK",
    };
    int deferred = 0, unused;
    jy_err rc;

    if (what == DB_BEGIN_WRITE && conn->lost)
        return jy_fail(fault, JY_E_IO, NULL, 0, "an earlier write failed on its way to the disk; the store must be opened again");
    /* A deferred key that is still open would make COMMIT fail for the whole batch. */
    if (what == DB_KEEP) {
        (void)sqlite3_db_status(conn->db, SQLITE_DBSTATUS_DEFERRED_FKS, &deferred, &unused, 0);
        if (deferred != 0)
            return jy_fail(fault, JY_E_CONFLICT, "foreign key", 0, "a deferred foreign key is not satisfied");
    }
    if ((rc = run(conn, texts[what], fault)) != JY_OK && what == DB_COMMIT && (sqlite3_extended_errcode(conn->db) & 0xFF) == SQLITE_IOERR)
        lose(conn);
    return rc;
}

static bool
is_lost(const struct db_conn *conn)
{
    return conn->lost;
}

static void
tend(struct db_conn *conn)
{
    int rc;

    if (conn->log_pages < TEND_PAGES || conn->lost)
        return;
    rc = sqlite3_wal_checkpoint_v2(conn->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    /* After a failed sync the kernel forgets the pages: a second sync that succeeds would prove nothing. */
    conn->lost = (rc & 0xFF) == SQLITE_IOERR;
}

/* -- migrations -- */

static jy_err
history(struct db_conn *conn, db_history_fn *each, void *arg, struct jy_fault *fault)
{
    static const char any[] = "SELECT count(*), count(*) FILTER (WHERE name = 'schema_migration') FROM sqlite_schema";
    static const char list[] = "SELECT id, digest FROM schema_migration ORDER BY id";
    sqlite3_stmt *stmt = NULL;
    jy_err rc = JY_OK;
    int step;

    if (sqlite3_prepare_v2(conn->db, any, -1, &stmt, NULL) != SQLITE_OK || sqlite3_step(stmt) != SQLITE_ROW) {
        rc = fail(conn, "sqlite_schema", fault);
        goto out;
    }
    if (sqlite3_column_int(stmt, 1) == 0) {
        if (sqlite3_column_int(stmt, 0) != 0)
            rc = jy_fail(fault, JY_E_UNSUPPORTED, "schema_migration", 0, "the file is the database of another program");
        goto out;
    }
    sqlite3_finalize(stmt);
    stmt = NULL;
    if (sqlite3_prepare_v2(conn->db, list, -1, &stmt, NULL) != SQLITE_OK) {
        rc = fail(conn, "schema_migration", fault);
        goto out;
    }
    while (rc == JY_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *digest = (const char *)sqlite3_column_text(stmt, 1);
        rc = each(arg, sqlite3_column_int(stmt, 0), digest == NULL ? "" : digest, fault);
    }
    if (rc == JY_OK && step != SQLITE_DONE)
        rc = fail(conn, "schema_migration", fault);
out:
    sqlite3_finalize(stmt);
    return rc;
}

/* The engine's error in the statement that begins at a place of the script, with the line in the file. */
static jy_err
script_error(struct db_conn *conn, const struct db_migration *migration, const char *at, struct jy_fault *fault)
{
    int offset = sqlite3_error_offset(conn->db), line = 1;
    struct jy_fault cause = { 0 };
    jy_err rc = fail(conn, migration->file, &cause);

    at += offset > 0 ? (size_t)offset : strspn(at, " \t\r\n");
    for (const char *p = migration->text; p < at; p++)
        line += *p == '\n';
    return jy_fail(fault, rc, cause.where, (uint64_t)(at - migration->text), "%s:%d: %s", migration->file, line, cause.text);
}

/* Statement by statement, so that an error can say in which line. */
static jy_err
run_script(struct db_conn *conn, const struct db_migration *migration, struct jy_fault *fault)
{
    const char *at = migration->text, *next = at;
    jy_err rc = JY_OK;

    while (rc == JY_OK && *at != '\0') {
        sqlite3_stmt *stmt = NULL;
        int step = SQLITE_ROW;
        if (sqlite3_prepare_v2(conn->db, at, -1, &stmt, &next) != SQLITE_OK)
            rc = script_error(conn, migration, at, fault);
        while (stmt != NULL && step == SQLITE_ROW)       /* NULL: an error, or comments alone */
            step = sqlite3_step(stmt);
        if (stmt != NULL && step != SQLITE_DONE)
            rc = script_error(conn, migration, at, fault);
        sqlite3_finalize(stmt);
        at = next;
    }
    return rc;
}

/* With foreign keys off a table can be made anew under its old name; what does not fit any more is found before the commit. */
static jy_err
check_keys(struct db_conn *conn, const struct db_migration *migration, struct jy_fault *fault)
{
    sqlite3_stmt *stmt = NULL;
    jy_err rc = JY_OK;
    int step;

    if (sqlite3_prepare_v2(conn->db, "PRAGMA foreign_key_check", -1, &stmt, NULL) != SQLITE_OK)
        return fail(conn, migration->file, fault);
    if ((step = sqlite3_step(stmt)) == SQLITE_ROW)
        rc = jy_fail(fault, JY_E_CONFLICT, "foreign key", 0, "%s: a row of %s refers to a row of %s that is not there", migration->file,
                     (const char *)sqlite3_column_text(stmt, 0), (const char *)sqlite3_column_text(stmt, 2));
    else if (step != SQLITE_DONE)
        rc = fail(conn, migration->file, fault);
    sqlite3_finalize(stmt);
    return rc;
}

static jy_err
note(struct db_conn *conn, const struct db_migration *migration, struct jy_fault *fault)
{
    sqlite3_stmt *stmt = NULL;
    jy_err rc = JY_OK;

    if (sqlite3_prepare_v2(conn->db, "INSERT INTO schema_migration (id, name, digest) VALUES (?, ?, ?)", -1, &stmt, NULL) != SQLITE_OK ||
        sqlite3_bind_int(stmt, 1, migration->number) != SQLITE_OK ||
        sqlite3_bind_text(stmt, 2, migration->file, -1, SQLITE_STATIC) != SQLITE_OK ||
        sqlite3_bind_text(stmt, 3, migration->digest, -1, SQLITE_STATIC) != SQLITE_OK || sqlite3_step(stmt) != SQLITE_DONE)
        rc = fail(conn, migration->file, fault);
    sqlite3_finalize(stmt);
    return rc;
}

static jy_err
migrate(struct db_conn *conn, const struct db_migration *migration, struct jy_fault *fault)
{
    static const char table[] = "CREATE TABLE IF NOT EXISTS schema_migration (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                                "digest TEXT NOT NULL, applied INTEGER NOT NULL DEFAULT (unixepoch())) STRICT";
    jy_err rc, last;

    if ((rc = set_switch(conn, SQLITE_DBCONFIG_ENABLE_FKEY, 0, fault)) != JY_OK)
        return rc;
    if ((rc = control(conn, DB_BEGIN_WRITE, fault)) != JY_OK || (rc = run(conn, table, fault)) != JY_OK ||
        (rc = run_script(conn, migration, fault)) != JY_OK)
        goto out;
    if (!in_transaction(conn)) {
        rc = jy_fail(fault, JY_E_INTERNAL, migration->file, 0, "the migration ends its transaction");
        goto out;
    }
    if ((rc = check_keys(conn, migration, fault)) != JY_OK || (rc = note(conn, migration, fault)) != JY_OK)
        goto out;
    rc = control(conn, DB_COMMIT, fault);
out:
    if (in_transaction(conn))
        (void)control(conn, DB_ROLLBACK, NULL);
    last = set_switch(conn, SQLITE_DBCONFIG_ENABLE_FKEY, 1, rc == JY_OK ? fault : NULL);
    return rc != JY_OK ? rc : last;
}

/* -- statements -- */

static void
finish(struct db_cursor *cursor)
{
    if (cursor != NULL)
        sqlite3_finalize(cursor->stmt);
    free(cursor);
}

static jy_err
prepare(struct db_conn *conn, const struct db_statement *statement, struct db_cursor **out, struct jy_fault *fault)
{
    struct db_cursor *cursor = NULL;
    jy_err rc = JY_OK;

    *out = NULL;
    if ((cursor = calloc(1, sizeof(*cursor))) == NULL)
        return jy_fail(fault, JY_E_NOMEM, statement->name, 0, "statement");
    cursor->conn = conn;
    if (sqlite3_prepare_v3(conn->db, statement->text, -1, SQLITE_PREPARE_PERSISTENT, &cursor->stmt, NULL) != SQLITE_OK) {
        rc = fail(conn, statement->name, fault);
        goto out;
    }
    /* SQLite numbers named parameters as the generator does: by first appearance. */
    for (unsigned i = 0; rc == JY_OK && i < statement->param_count; i++) {
        const char *name = sqlite3_bind_parameter_name(cursor->stmt, (int)i + 1);
        if (name == NULL || strcmp(name + 1, statement->params[i].name) != 0)
            rc = jy_fail(fault, JY_E_INTERNAL, statement->name, 0, "parameter %u is not :%s", i + 1, statement->params[i].name);
    }
    if (rc == JY_OK && (unsigned)sqlite3_bind_parameter_count(cursor->stmt) != statement->param_count)
        rc = jy_fail(fault, JY_E_INTERNAL, statement->name, 0, "there are other parameters");
    if (rc == JY_OK) {
        *out = cursor;
        cursor = NULL;
    }
out:
    finish(cursor);
    return rc;
}

static jy_err
bind(struct db_cursor *cursor, unsigned param, const struct db_value *value, struct jy_fault *fault)
{
    int at = (int)param + 1, rc = SQLITE_MISUSE;
    const char *bytes = value->bytes.len == 0 ? "" : (const char *)value->bytes.p;

    switch (value->type) {
    case DB_NULL:
        rc = sqlite3_bind_null(cursor->stmt, at);
        break;
    case DB_INTEGER:
        rc = sqlite3_bind_int64(cursor->stmt, at, value->integer);
        break;
    case DB_TEXT:
        rc = sqlite3_bind_text64(cursor->stmt, at, bytes, value->bytes.len, SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    case DB_BLOB:
        rc = sqlite3_bind_blob64(cursor->stmt, at, bytes, value->bytes.len, SQLITE_TRANSIENT);
        break;
    case DB_REAL:                     /* nothing of the service is a fraction */
        break;
    }
    return rc == SQLITE_OK ? JY_OK : fail(cursor->conn, NULL, fault);
}

static struct db_value
value(struct db_cursor *cursor, int column)
{
    static const enum db_type types[] = { [SQLITE_NULL] = DB_NULL, [SQLITE_INTEGER] = DB_INTEGER, [SQLITE_TEXT] = DB_TEXT,
                                          [SQLITE_BLOB] = DB_BLOB, [SQLITE_FLOAT] = DB_REAL };
    struct db_value out = { .type = types[sqlite3_column_type(cursor->stmt, column)] };

    if (out.type == DB_INTEGER)
        out.integer = sqlite3_column_int64(cursor->stmt, column);
    if (out.type == DB_TEXT)
        out.bytes.p = sqlite3_column_text(cursor->stmt, column);
    if (out.type == DB_BLOB)
        out.bytes.p = sqlite3_column_blob(cursor->stmt, column);
    if (out.bytes.p != NULL)
        out.bytes.len = (size_t)sqlite3_column_bytes(cursor->stmt, column);
    return out;
}

static jy_err
step(struct db_cursor *cursor, bool *has_row, struct jy_fault *fault)
{
    int rc;

    /* The engine gives a transaction up by itself after some errors; what came after it would each be a transaction of its own. */
    if (!in_transaction(cursor->conn))
        return jy_fail(fault, JY_E_IO, NULL, 0, "the transaction is over");
    rc = sqlite3_step(cursor->stmt);
    *has_row = rc == SQLITE_ROW;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return fail(cursor->conn, NULL, fault);
    /* Want of memory is an error here; in value() it would look like NULL. */
    for (int i = 0; *has_row && i < sqlite3_column_count(cursor->stmt); i++) {
        struct db_value got = value(cursor, i);
        if (got.bytes.p == NULL && (got.type == DB_TEXT || (got.type == DB_BLOB && sqlite3_column_bytes(cursor->stmt, i) > 0))) {
            *has_row = false;
            return jy_fail(fault, JY_E_NOMEM, NULL, 0, "a column of the row");
        }
    }
    return JY_OK;
}

static void
reset(struct db_cursor *cursor)
{
    (void)sqlite3_reset(cursor->stmt);      /* repeats the error of the step */
    (void)sqlite3_clear_bindings(cursor->stmt);
}

static int64_t
changes(struct db_cursor *cursor)
{
    return sqlite3_changes64(cursor->conn->db);
}

static int
column_count(struct db_cursor *cursor)
{
    return sqlite3_column_count(cursor->stmt);
}

static const char *
column_name(struct db_cursor *cursor, int column)
{
    return sqlite3_column_name(cursor->stmt, column);
}

const struct db_driver db_sqlite = {
    .scheme = "sqlite:",
    .open = open_conn,
    .close = close_conn,
    .control = control,
    .in_transaction = in_transaction,
    .is_lost = is_lost,
    .tend = tend,
    .history = history,
    .migrate = migrate,
    .prepare = prepare,
    .finish = finish,
    .bind = bind,
    .step = step,
    .reset = reset,
    .changes = changes,
    .column_count = column_count,
    .column_name = column_name,
    .value = value,
};
