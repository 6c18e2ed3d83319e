/* SPDX-License-Identifier: Apache-2.0 */
/* Statements by name on one connection: prepared once, bound and read by name. */
#include "store/tx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum row_state { ROW_BINDING, ROW_READY, ROW_DONE, ROW_FAILED };

struct db_row {
    struct db_tx *tx;
    const struct db_statement *statement;
    struct db_cursor *cursor;
    enum row_state state;
    uint64_t bound;              /* bit i: parameter i */
    jy_err err;                  /* of db_begin or a bind, kept for db_step */
    struct jy_fault fault;
    struct db_row *next, *prev;  /* in tx->in_use, or next only in tx->idle */
};

void
db_bug(const char *statement, const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "store: %s: ", statement);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    abort();
}

/* -- connections -- */

static void
row_free(struct db_row *row)
{
    if (row != NULL)
        row->tx->driver->finish(row->cursor);
    free(row);
}

jy_err
db_tx_open(struct db_tx *tx, const struct db_driver *driver, const char *path, enum db_side side, bool writes, struct jy_fault *fault)
{
    jy_err rc;

    *tx = (struct db_tx){ .driver = driver, .side = side };
    if ((rc = driver->open(path, writes, &tx->conn, fault)) != JY_OK)
        goto out;
    tx->idle = calloc(db_statement_count + 1, sizeof(*tx->idle));
    tx->nomem = calloc(1, sizeof(*tx->nomem));
    if (tx->idle == NULL || tx->nomem == NULL) {
        rc = jy_fail(fault, JY_E_NOMEM, path, 0, "connection");
        goto out;
    }
    *tx->nomem = (struct db_row){ .tx = tx, .state = ROW_FAILED, .err = JY_E_NOMEM };
out:
    if (rc != JY_OK)
        db_tx_close(tx);
    return rc;
}

void
db_tx_close(struct db_tx *tx)
{
    struct db_row *row;

    if (tx->idle != NULL) {
        db_tx_end_rows(tx);
        for (size_t i = 0; i < db_statement_count; i++)
            while ((row = tx->idle[i]) != NULL) {
                tx->idle[i] = row->next;
                row_free(row);
            }
    }
    if (tx->driver != NULL)
        tx->driver->close(tx->conn);
    free(tx->nomem);
    free(tx->idle);
    *tx = (struct db_tx){ 0 };
}

void
db_tx_end_rows(struct db_tx *tx)
{
    while (tx->in_use != NULL)
        db_end(tx->in_use);
}

/* Reading by name needs names that are there once. */
static jy_err
check_columns(struct db_row *row)
{
    const struct db_driver *driver = row->tx->driver;
    int count = driver->column_count(row->cursor);

    for (int i = 0; i < count; i++)
        for (int j = 0; j < i; j++)
            if (strcmp(driver->column_name(row->cursor, i), driver->column_name(row->cursor, j)) == 0)
                return jy_fail(&row->fault, JY_E_INTERNAL, row->statement->name, 0, "two columns are named %s",
                               driver->column_name(row->cursor, i));
    return JY_OK;
}

jy_err
db_tx_prepare(struct db_tx *tx, struct jy_fault *fault)
{
    for (size_t i = 0; i < db_statement_count; i++) {
        struct db_row *row;
        jy_err rc;
        if ((db_statements[i].sides & tx->side) == 0)
            continue;
        row = db_begin(tx, (enum sql_name)i);
        rc = row->err != JY_OK ? row->err : check_columns(row);
        if (rc != JY_OK)
            jy_fail(fault, rc, db_statements[i].name, 0, "%s:%d: %s", db_statements[i].file, db_statements[i].line, row->fault.text);
        db_end(row);
        if (rc != JY_OK)
            return rc;
    }
    return JY_OK;
}

/* -- one run of a statement -- */

struct db_row *
db_begin(struct db_tx *tx, enum sql_name name)
{
    struct db_row *row;

    if ((size_t)name >= db_statement_count)
        db_bug("db_begin", "there is no statement %u", (unsigned)name);
    if ((row = tx->idle[name]) != NULL) {
        tx->idle[name] = row->next;
    } else {
        if ((row = calloc(1, sizeof(*row))) == NULL) {
            tx->nomem->statement = &db_statements[name];
            return tx->nomem;
        }
        row->tx = tx;
        row->statement = &db_statements[name];
        row->err = (row->statement->sides & tx->side) != 0 ? tx->driver->prepare(tx->conn, row->statement, &row->cursor, &row->fault) :
                   jy_fail(&row->fault, JY_E_NOT_THIS_NODE, row->statement->name, 0, "the statement is another node's");
    }
    row->state = row->err == JY_OK ? ROW_BINDING : ROW_FAILED;
    row->bound = 0;
    row->prev = NULL;
    if ((row->next = tx->in_use) != NULL)
        row->next->prev = row;
    tx->in_use = row;
    return row;
}

void
db_end(struct db_row *row)
{
    struct db_tx *tx = row->tx;

    if (row == tx->nomem)
        return;
    if (row->next != NULL)
        row->next->prev = row->prev;
    if (row->prev != NULL)
        row->prev->next = row->next;
    else
        tx->in_use = row->next;
    if (row->cursor == NULL) {
        row_free(row);
        return;
    }
    tx->driver->reset(row->cursor);
    row->err = JY_OK;
    row->next = tx->idle[row->statement - db_statements];
    tx->idle[row->statement - db_statements] = row;
}

static void
bind(struct db_row *row, const char *param, struct db_value value)
{
    const struct db_statement *statement = row->statement;
    unsigned i = 0;

    while (i < statement->param_count && strcmp(statement->params[i].name, param) != 0)
        i++;
    if (i == statement->param_count)
        db_bug(statement->name, "there is no parameter :%s", param);
    if (row->state == ROW_READY || row->state == ROW_DONE)
        db_bug(statement->name, ":%s is bound after the first step", param);
    row->bound |= UINT64_C(1) << i;
    if (row->err == JY_OK)
        row->err = row->tx->driver->bind(row->cursor, i, &value, &row->fault);
}

void
db_bind_int(struct db_row *row, const char *param, int64_t value)
{
    bind(row, param, (struct db_value){ .type = DB_INTEGER, .integer = value });
}

void
db_bind_text(struct db_row *row, const char *param, const char *value)
{
    if (value == NULL)
        db_bind_null(row, param);
    else
        bind(row, param, (struct db_value){ .type = DB_TEXT, .bytes = jy_slice_text(value) });
}

void
db_bind_blob(struct db_row *row, const char *param, struct jy_slice value)
{
    bind(row, param, (struct db_value){ .type = DB_BLOB, .bytes = value });
}

void
db_bind_null(struct db_row *row, const char *param)
{
    bind(row, param, (struct db_value){ .type = DB_NULL });
}

jy_err
db_step(struct db_row *row, bool *has_row, struct jy_fault *fault)
{
    *has_row = false;
    for (unsigned i = 0; i < row->statement->param_count; i++)
        if ((row->bound >> i & 1) == 0 && row != row->tx->nomem)
            db_bug(row->statement->name, ":%s is not bound", row->statement->params[i].name);
    if (row->state == ROW_DONE)
        return JY_OK;
    if (row->err == JY_OK)
        row->err = row->tx->driver->step(row->cursor, has_row, &row->fault);
    if (row->err != JY_OK) {
        row->state = ROW_FAILED;
        return jy_fail(fault, row->err, row->fault.where, 0, "%s: %s", row->statement->name, row->fault.text);
    }
    row->state = *has_row ? ROW_READY : ROW_DONE;
    return JY_OK;
}

jy_err
db_run(struct db_row *row, int64_t *changes, struct jy_fault *fault)
{
    bool has_row;
    jy_err rc;

    if (changes != NULL)
        *changes = 0;
    if (row->cursor != NULL && row->tx->driver->column_count(row->cursor) > 0)
        db_bug(row->statement->name, "it returns rows: db_step, not db_run");
    rc = db_step(row, &has_row, fault);
    if (rc == JY_OK && changes != NULL)
        *changes = row->tx->driver->changes(row->cursor);
    db_end(row);
    return rc;
}

/* -- the present row -- */

/* May it be read as what is asked for? Types convert nowhere: a wrong one is a bug of the query or of its reader. */
static struct db_value
value_of(const struct db_row *row, const char *column, unsigned allowed)
{
    static const char *const types[] = { [DB_NULL] = "NULL", [DB_INTEGER] = "INTEGER", [DB_TEXT] = "TEXT", [DB_BLOB] = "BLOB",
                                         [DB_REAL] = "REAL" };
    const struct db_driver *driver = row->tx->driver;
    struct db_value value;
    int i = 0, count;

    if (row->state != ROW_READY)
        db_bug(row->statement->name, "column %s is read where no row is", column);
    count = driver->column_count(row->cursor);
    while (i < count && strcmp(driver->column_name(row->cursor, i), column) != 0)
        i++;
    if (i == count)
        db_bug(row->statement->name, "there is no column %s", column);
    value = driver->value(row->cursor, i);
    if ((allowed >> value.type & 1) == 0)
        db_bug(row->statement->name, "column %s is %s", column, types[value.type]);
    return value;
}

int64_t
db_int(const struct db_row *row, const char *column)
{
    return value_of(row, column, 1u << DB_INTEGER | 1u << DB_NULL).integer;
}

const char *
db_text(const struct db_row *row, const char *column)
{
    return (const char *)value_of(row, column, 1u << DB_TEXT | 1u << DB_NULL).bytes.p;
}

struct jy_slice
db_blob(const struct db_row *row, const char *column)
{
    return value_of(row, column, 1u << DB_BLOB | 1u << DB_TEXT | 1u << DB_NULL).bytes;
}

bool
db_is_null(const struct db_row *row, const char *column)
{
    return value_of(row, column, ~0u).type == DB_NULL;
}
