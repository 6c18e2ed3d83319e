/* SPDX-License-Identifier: Apache-2.0 */
/*
 * driver.h: what an engine must do for the store, and the tables that tools/gen_sql.py writes from the .sql files. Everything above a
 * driver (group commit, reader pool, migrations' order, names) knows no engine; everything below knows no statement of ours.
 */
#ifndef JY_STORE_DRIVER_H
#define JY_STORE_DRIVER_H

#include "store/db.h"

enum db_type { DB_NULL, DB_INTEGER, DB_TEXT, DB_BLOB, DB_REAL };
struct db_value {
    enum db_type type;
    int64_t integer;             /* DB_INTEGER */
    struct jy_slice bytes;       /* DB_TEXT (a NUL follows when the driver made it), DB_BLOB */
};

struct db_param {
    const char *name;            /* without the colon */
    enum db_type type;           /* what the statement compares it with or writes it into */
    const char *column;          /* "seal.code", when that is one column */
};
struct db_statement {
    const char *name;            /* seal_by_code */
    const char *file;            /* seal.sql */
    int line;                    /* of the header in the file */
    unsigned sides;              /* enum db_side bits: who runs it */
    unsigned param_count;        /* ≤ 64 */
    const struct db_param *params; /* in order of first appearance */
    const char *text;            /* without the terminator; parameters as :name */
    const char *postgres;        /* the same for PostgreSQL; parameters as $1 … */
};
struct db_step {
    int line;                    /* in the migration's file; the list ends with text NULL */
    const char *text;
};
struct db_migration {
    int number;                  /* 1, 2, … without a gap */
    const char *file;            /* 0001_seed.sql */
    const char *digest;          /* SM3 of the file, 64 hex digits */
    const char *text;
    const struct db_step *postgres;
};
struct db_right {
    unsigned side;               /* enum db_side: for the role of which node */
    const char *table;
    const char *words;           /* what its statements together need: "SELECT, INSERT, UPDATE (state)" */
};
/* Generated; indexed by enum sql_name, and by number - 1. */
extern const struct db_statement db_statements[];
extern const size_t db_statement_count;
extern const struct db_migration db_migrations[];
extern const size_t db_migration_count;
extern const struct db_right db_rights[];
extern const size_t db_right_count;

/** Steps of a transaction. */
enum db_control {
    DB_BEGIN_WRITE,              /* holds the right to write from here on; refused when what is on disk is not known any more */
    DB_BEGIN_READ,               /* everything read from here on is of one moment */
    DB_SAVEPOINT,
    DB_KEEP,                     /* settle deferred constraints (JY_E_CONFLICT), then release the savepoint */
    DB_UNDO,                     /* back to the savepoint, and release it */
    DB_COMMIT,                   /* JY_OK = durable */
    DB_ROLLBACK,
    DB__CONTROL_COUNT
};

struct db_conn;                  /* a connection: one thread at a time */
struct db_cursor;                /* a prepared statement; belongs to its connection and ends before it */
typedef jy_err db_history_fn(void *arg, int number, const char *digest, struct jy_fault *fault);

/**
 * One engine. Errors of every function: JY_E_CONFLICT for a violated constraint, fault->where as store/README.md tells; JY_E_NOMEM;
 * JY_E_IO for a full disk, failed reads and writes and a damaged file; JY_E_UNAVAILABLE when another process kept the store locked;
 * JY_E_LIMIT for a value that is too large; JY_E_INTERNAL for SQL that is wrong.
 */
struct db_driver {
    const char *scheme;                           /* "sqlite:" */
    /** The schema has an owner of its own: the service finds it ready (db_prepare), and opens all its connections at the start. */
    bool served;
    /** A connection; with writes, the store is created when there is none. On any error *out is NULL. */
    jy_err (*open)(const char *path, bool writes, struct db_conn **out, struct jy_fault *fault);
    void (*close)(struct db_conn *conn);          /* NULL is allowed */
    jy_err (*control)(struct db_conn *conn, enum db_control what, struct jy_fault *fault);
    /** False also after the engine gave a transaction up by itself. */
    bool (*in_transaction)(const struct db_conn *conn);
    /** Nothing can be done on it any more: it must be opened again. */
    bool (*is_lost)(const struct db_conn *conn);
    /** Housekeeping of the writer after the callers have their answers. */
    void (*tend)(struct db_conn *conn);

    /**
     * When served: this connection's process is the only one of its side, for as long as it lives; whole and owner (side 0) exclude every writer.
     * Errors: JY_E_UNAVAILABLE somebody else is; JY_E_UNSUPPORTED the engine would lose what it acknowledged, or, not as the owner, the role may do
     * more than serving takes.
     */
    jy_err (*claim)(struct db_conn *conn, unsigned side, struct jy_fault *fault);
    /** When served: the role gets the db_rights of that side and nothing else. Errors: JY_E_NOT_FOUND no such role. */
    jy_err (*grant)(struct db_conn *conn, const char *role, enum db_side side, struct jy_fault *fault);

    /** Call each for every migration carried out, by number; each may stop it with an error. A foreign database is JY_E_UNSUPPORTED. */
    jy_err (*history)(struct db_conn *conn, db_history_fn *each, void *arg, struct jy_fault *fault);
    /** Carry one out and note it in schema_migration, in one transaction: all or nothing. */
    jy_err (*migrate)(struct db_conn *conn, const struct db_migration *migration, struct jy_fault *fault);

    /** statement outlives the cursor. */
    jy_err (*prepare)(struct db_conn *conn, const struct db_statement *statement, struct db_cursor **out, struct jy_fault *fault);
    void (*finish)(struct db_cursor *cursor);     /* NULL is allowed */
    /** param counts from 0; bytes are copied. */
    jy_err (*bind)(struct db_cursor *cursor, unsigned param, const struct db_value *value, struct jy_fault *fault);
    /** Refused (JY_E_IO) outside a transaction. */
    jy_err (*step)(struct db_cursor *cursor, bool *has_row, struct jy_fault *fault);
    /** Ready to be bound and run again; nothing stays bound. */
    void (*reset)(struct db_cursor *cursor);
    /** Rows that the run changed, of a statement without result columns. */
    int64_t (*changes)(struct db_cursor *cursor);
    int (*column_count)(struct db_cursor *cursor);
    const char *(*column_name)(struct db_cursor *cursor, int column);
    /** Of the present row; bytes are borrowed until the next step or reset. */
    struct db_value (*value)(struct db_cursor *cursor, int column);
};

extern const struct db_driver db_sqlite, db_postgres;

#endif
