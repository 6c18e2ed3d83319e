/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db.h: the seam to the SQL engine. Statements are named in store/queries/NAME.sql ("-- name: seal_by_code"), compiled in as enum
 * SQL_SEAL_BY_CODE with their text, parameter names (:code) and result columns; C never holds SQL text. Two engines: SQLite, PostgreSQL 15.
 */
#ifndef JY_DB_H
#define JY_DB_H

#include <jinyin/base.h>
#include "sql_names.h"          /* generated: enum sql_name { SQL_…, SQL__COUNT } */

struct db;                       /* one store: a writer thread and a pool of readers */
struct db_tx;                    /* a transaction, or a reader's snapshot */

/**
 * Whose process opens the store (N7): a statement that is not for it (`-- for:` in the .sql file) is refused, and on PostgreSQL its role has no
 * rights for it. Processes of different sides may write to one database at once: their transactions run one after another, as one writer's do.
 */
enum db_side { DB_WHOLE = 1, DB_MAKING = 2, DB_STAMPING = 4, DB_VERIFICATION = 8 };

/**
 * Open and prepare every statement. place: "sqlite:PATH", or PATH: migrates forward (store/migrations/NNNN_*.sql, digests checked, one
 * transaction each). "postgresql:host=/run/postgresql dbname=jinyin user=jinyin_web" (libpq's words, or a URI; a Unix socket only): the
 * schema must be ready and the role must have the rights of the statements alone (db_prepare); one process at a time.
 */
JY_CHECK jy_err db_open(const char *place, struct db **out, struct jy_fault *fault);
/**
 * The same as one side of several. DB_VERIFICATION only reads, and its role must not be able to write. Errors: as db_open; JY_E_UNSUPPORTED
 * SQLite has no sides but DB_WHOLE; the role may write.
 */
JY_CHECK jy_err db_open_side(const char *place, enum db_side side, struct db **out, struct jy_fault *fault);
void db_close(struct db *db);
/**
 * PostgreSQL, as the schema's owner: migrate forward and give service_role exactly the rights of the statements of that side. SQLite: migrates,
 * role and side are not looked at. Errors: as db_open; JY_E_NOT_FOUND no such role.
 */
JY_CHECK jy_err db_prepare(const char *place, const char *service_role, enum db_side side, struct jy_fault *fault);
/**
 * The place that the configuration's `store` names: "sqlite:FILE" is a file's name in folder. Errors: JY_E_BAD_FIELD neither that nor
 * postgresql:…, or another folder's file.
 */
JY_CHECK jy_err db_place(const char *store, const char *folder, char *out, size_t size, struct jy_fault *fault);
/** Open for reading beside whoever writes: db_write is refused. Errors: as db_open. */
JY_CHECK jy_err db_open_reader(const char *place, struct db **out, struct jy_fault *fault);
/** Does nothing lie at this place yet? Errors: as db_open; JY_E_UNSUPPORTED a database of somebody else's. */
JY_CHECK jy_err db_is_empty(const char *place, bool *empty, struct jy_fault *fault);
/** SQLite: a consistent copy of the store into a new file while it is written. PostgreSQL has pg_dump: JY_E_UNSUPPORTED. */
JY_CHECK jy_err db_copy(const char *place, const char *to, struct jy_fault *fault);
/** SQLite: is the file whole, and does every key point somewhere? PostgreSQL sees to that itself: JY_OK. Errors: JY_E_IO. */
JY_CHECK jy_err db_check(const char *place, struct jy_fault *fault);
/** What follows the scheme: a path, or libpq's words. */
const char *db_words(const char *place);
/** Is this a place of PostgreSQL? */
bool db_is_served(const char *place);
/** The store refuses everything until it is opened again: a sync failed, the connection is gone. Any thread. */
bool db_is_lost(struct db *db);

/**
 * Write: fn runs in the writer thread inside a savepoint; what it returns is returned here after the batch is durable (group commit).
 * Not JY_OK = rolled back, nothing written. fn must not call db_write and must not do I/O besides the store.
 */
typedef jy_err db_fn(struct db_tx *tx, void *arg, struct jy_fault *fault);
JY_CHECK jy_err db_write(struct db *db, db_fn *fn, void *arg, struct jy_fault *fault);
/** Read: fn runs in this thread on a consistent snapshot. */
JY_CHECK jy_err db_read(struct db *db, db_fn *fn, void *arg, struct jy_fault *fault);

/** A statement being run. Bind by parameter name, step, read columns by position name; db_end always. */
struct db_row;
struct db_row *db_begin(struct db_tx *tx, enum sql_name name);   /* never NULL; an error shows at db_step */
void db_bind_int(struct db_row *row, const char *param, int64_t value);
void db_bind_text(struct db_row *row, const char *param, const char *value);   /* NULL = SQL NULL */
void db_bind_blob(struct db_row *row, const char *param, struct jy_slice value);
void db_bind_null(struct db_row *row, const char *param);
/** JY_OK with *has_row; constraint violations give JY_E_CONFLICT with the constraint in fault->where. An unbound parameter is a bug: abort. */
JY_CHECK jy_err db_step(struct db_row *row, bool *has_row, struct jy_fault *fault);
int64_t db_int(const struct db_row *row, const char *column);
/** Valid until the next step; NULL for SQL NULL. */
const char *db_text(const struct db_row *row, const char *column);
struct jy_slice db_blob(const struct db_row *row, const char *column);
bool db_is_null(const struct db_row *row, const char *column);
void db_end(struct db_row *row);
/** begin + step once for a statement that returns nothing; changes (may be NULL) gets the row count. Ends the row. */
JY_CHECK jy_err db_run(struct db_row *row, int64_t *changes, struct jy_fault *fault);

#endif
