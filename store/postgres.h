/* SPDX-License-Identifier: Apache-2.0 */
/* postgres.h: inside the driver for PostgreSQL: the connection, errors, the schema. Others include driver.h. */
#ifndef JY_STORE_POSTGRES_H
#define JY_STORE_POSTGRES_H

#include "store/driver.h"

#include <libpq-fe.h>

/* Advisory locks of this database alone: "JINYIN" as a number, and what follows it. */
#define PG_LOCK_WRITER "81951236180302"
#define PG_LOCK_SCHEMA "81951236180303"
#define PG_LOCK_MAKING "81951236180304"
#define PG_LOCK_STAMPING "81951236180305"
#define PG_LOCK_TURN "81951236180306"

/* A statement as the server knows it, shared by the cursors of its connection. */
struct pg_prepared {
    const struct db_statement *statement;
    PGresult *columns;           /* names and types of the result */
    bool writes;
    char name[16];
    struct pg_prepared *next;
};

struct db_conn {
    PGconn *pg;
    bool writer;
    bool takes_turns;            /* another side may write too: a transaction begins when the other's has ended */
    bool lost;                   /* the connection is gone: what the server did with the last COMMIT is not known */
    struct pg_prepared *prepared;
    unsigned prepared_count;
};

/**
 * The error of a result (NULL: of the connection), which is cleared. context, say a statement's name, may be NULL. A violated constraint is
 * only named as the server names it: pg_name_constraint, once the transaction can be asked again, makes store/README.md's `where` of it.
 */
struct pg_error {
    jy_err err;
    char sqlstate[6], text[400], table[64], column[64], constraint[64];
};
void pg_error_take(struct db_conn *conn, PGresult *result, struct pg_error *out);
/** fault from the error. */
jy_err pg_error_tell(struct db_conn *conn, const struct pg_error *error, const char *context, struct jy_fault *fault);
/** Both: for a result after which nothing more is asked. */
jy_err pg_fail(struct db_conn *conn, PGresult *result, const char *context, struct jy_fault *fault);

/** Run commands without parameters; the last result, or NULL after an error. The caller clears it. */
JY_CHECK jy_err pg_run(struct db_conn *conn, const char *sql, PGresult **out, struct jy_fault *fault);
/** The same where no rows are wanted. */
JY_CHECK jy_err pg_do(struct db_conn *conn, const char *sql, struct jy_fault *fault);
/** One question with text parameters; the caller clears the result. */
JY_CHECK jy_err pg_ask(struct db_conn *conn, const char *sql, int count, const char *const *params, PGresult **out, struct jy_fault *fault);

/* postgres_schema.c: see struct db_driver. */
jy_err pg_claim(struct db_conn *conn, unsigned side, struct jy_fault *fault);
jy_err pg_grant(struct db_conn *conn, const char *role, enum db_side side, struct jy_fault *fault);
jy_err pg_history(struct db_conn *conn, db_history_fn *each, void *arg, struct jy_fault *fault);
jy_err pg_migrate(struct db_conn *conn, const struct db_migration *migration, struct jy_fault *fault);

#endif
