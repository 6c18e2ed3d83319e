/* SPDX-License-Identifier: Apache-2.0 */
/* The driver for PostgreSQL 15: connections, transactions, statements. Rows travel in binary; a result is held whole. */
#include "store/postgres.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Types of PostgreSQL by their fixed numbers (pg_type.dat). */
enum { PG_BOOL = 16, PG_BYTEA = 17, PG_INT8 = 20, PG_INT2 = 21, PG_INT4 = 23, PG_TEXT = 25, PG_VARCHAR = 1043, PG_NUMERIC = 1700 };
static const Oid type_of[] = { [DB_NULL] = 0, [DB_INTEGER] = PG_INT8, [DB_TEXT] = PG_TEXT, [DB_BLOB] = PG_BYTEA };

struct db_cursor {
    struct db_conn *conn;
    struct pg_prepared *prepared;
    struct jy_buf *bytes;        /* of each parameter */
    enum db_type *types;         /* DB_NULL until it is bound */
    PGresult *result;            /* NULL: not run yet */
    int row;
};

/* -- small commands -- */

static bool
is_good(const PGresult *result)
{
    return PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK;
}

jy_err
pg_run(struct db_conn *conn, const char *sql, PGresult **out, struct jy_fault *fault)
{
    PGresult *result = PQexec(conn->pg, sql);

    *out = is_good(result) ? result : NULL;
    return *out != NULL ? JY_OK : pg_fail(conn, result, NULL, fault);
}

jy_err
pg_do(struct db_conn *conn, const char *sql, struct jy_fault *fault)
{
    PGresult *result;
    jy_err rc = pg_run(conn, sql, &result, fault);

    PQclear(result);
    return rc;
}

jy_err
pg_ask(struct db_conn *conn, const char *sql, int count, const char *const *params, PGresult **out, struct jy_fault *fault)
{
    PGresult *result = PQexecParams(conn->pg, sql, count, NULL, params, NULL, NULL, 0);

    *out = is_good(result) ? result : NULL;
    return *out != NULL ? JY_OK : pg_fail(conn, result, NULL, fault);
}

/* -- connections -- */

static void
close_conn(struct db_conn *conn)
{
    struct pg_prepared *next;

    if (conn == NULL)
        return;
    for (struct pg_prepared *p = conn->prepared; p != NULL; p = next) {
        next = p->next;
        PQclear(p->columns);
        free(p);
    }
    PQfinish(conn->pg);
    free(conn);
}

static void
say_nothing(void *arg, const char *message)
{
    (void)arg, (void)message;
}

/* Checked before anything is connected: what would leave this machine is refused, and so is a secret in the configuration. */
static jy_err
check_words(const char *conninfo, struct jy_fault *fault)
{
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &message);
    bool socket = false, secret = false;

    if (options == NULL) {
        jy_fail(fault, JY_E_ARGUMENT, "store", 0, "not libpq's connection words: %s", message == NULL ? "no memory" : message);
        PQfreemem(message);
        return JY_E_ARGUMENT;
    }
    for (const PQconninfoOption *o = options; o->keyword != NULL; o++) {
        if (o->val != NULL && strcmp(o->keyword, "host") == 0)
            socket = o->val[0] == '/' && strchr(o->val, ',') == NULL;
        secret |= o->val != NULL && strcmp(o->keyword, "password") == 0;
        if (o->val != NULL && strcmp(o->keyword, "hostaddr") == 0)
            socket = false;
    }
    PQconninfoFree(options);
    if (!socket)
        return jy_fail(fault, JY_E_UNSUPPORTED, "store", 0, "only a Unix socket is served: host=/run/postgresql, or the folder where it lies");
    if (secret)
        return jy_fail(fault, JY_E_UNSUPPORTED, "store", 0, "no password belongs in the configuration: let the server know the user (peer)");
    return JY_OK;
}

/* What holds for every connection of ours, whatever the role's or the database's own settings are. */
static const char settings[] =
    "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; SET search_path = public, pg_temp; SET lock_timeout = '5s'; "
    "SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = 0; SET synchronous_commit = on; SET jit = off";
/* A reader's lists are planned with their parameters, of which most are absent; the writer's statements find single rows. */
static const char reader_settings[] = "SET plan_cache_mode = force_custom_plan; SET default_transaction_read_only = on";

static jy_err
open_conn(const char *conninfo, bool writes, struct db_conn **out, struct jy_fault *fault)
{
    const char *const keys[] = { "dbname", "application_name", "sslmode", "gssencmode", "connect_timeout", NULL };
    const char *const values[] = { conninfo, writes ? "jinyin writer" : "jinyin reader", "disable", "disable", "10", NULL };
    struct db_conn *conn = NULL;
    jy_err rc;

    *out = NULL;
    if ((rc = check_words(conninfo, fault)) != JY_OK)
        return rc;
    if ((conn = calloc(1, sizeof(*conn))) == NULL || (conn->pg = PQconnectdbParams(keys, values, 1)) == NULL) {
        rc = jy_fail(fault, JY_E_NOMEM, "store", 0, "connection");
        goto out;
    }
    conn->writer = writes;
    PQsetNoticeProcessor(conn->pg, say_nothing, NULL);
    if (PQstatus(conn->pg) != CONNECTION_OK)
        rc = pg_fail(conn, NULL, "store", fault);
    else if (PQserverVersion(conn->pg) < 150000)
        rc = jy_fail(fault, JY_E_UNSUPPORTED, "store", 0, "PostgreSQL 15 or newer is needed");
    else if (strcmp(PQparameterStatus(conn->pg, "server_encoding"), "UTF8") != 0)
        rc = jy_fail(fault, JY_E_UNSUPPORTED, "store", 0, "the database is not UTF8: createdb --encoding=UTF8 --template=template0");
    else
        rc = pg_do(conn, settings, fault);
    if (rc == JY_OK && !writes)
        rc = pg_do(conn, reader_settings, fault);
    if (rc == JY_OK) {
        *out = conn;
        conn = NULL;
    }
out:
    close_conn(conn);
    return rc;
}

static bool
is_lost(const struct db_conn *conn)
{
    return conn->lost || PQstatus(conn->pg) == CONNECTION_BAD;
}

/* -- transactions -- */

static bool
in_transaction(const struct db_conn *conn)
{
    PGTransactionStatusType now = PQtransactionStatus(conn->pg);

    return now == PQTRANS_INTRANS || now == PQTRANS_INERROR || now == PQTRANS_ACTIVE;
}

static jy_err
control(struct db_conn *conn, enum db_control what, struct jy_fault *fault)
{
    static const char *const texts[DB__CONTROL_COUNT] = {
        [DB_BEGIN_WRITE] = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
        [DB_BEGIN_READ] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        [DB_SAVEPOINT] = "SAVEPOINT call",
        [DB_KEEP] = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; RELEASE SAVEPOINT call",
        [DB_UNDO] = "ROLLBACK TO SAVEPOINT call; RELEASE SAVEPOINT call",
        [DB_COMMIT] = "COMMIT",
        [DB_ROLLBACK] = "ROLLBACK",
    };
    /*
     * Two sides that write: whoever begins waits for the other's commit, and every statement after that sees it (READ COMMITTED takes a snapshot for
     * each). So transactions follow one another as one writer's do: the audit record has one end, numbers grow in the order of commits.
     */
    static const char in_turn[] = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock(" PG_LOCK_TURN ")";
    PGresult *result;
    jy_err rc;

    if (what == DB_BEGIN_WRITE && is_lost(conn))
        return jy_fail(fault, JY_E_UNAVAILABLE, NULL, 0, "the connection to the store was lost; it must be opened again");
    if ((rc = pg_run(conn, what == DB_BEGIN_WRITE && conn->takes_turns ? in_turn : texts[what], &result, fault)) != JY_OK) {
        if (what == DB_BEGIN_WRITE && in_transaction(conn))
            (void)!pg_do(conn, "ROLLBACK", NULL);          /* the other one kept its turn for too long */
        if (what == DB_COMMIT && is_lost(conn))
            rc = jy_fail(fault, JY_E_IO, NULL, 0, "the connection to the store was lost during the commit: whether it was written shows when the "
                         "same request is repeated");
        return rc;
    }
    /* COMMIT of a transaction that failed before is a ROLLBACK, and no error. */
    if (what == DB_COMMIT && strcmp(PQcmdStatus(result), "COMMIT") != 0)
        rc = jy_fail(fault, JY_E_IO, NULL, 0, "the server rolled the transaction back");
    PQclear(result);
    return rc;
}

static void
tend(struct db_conn *conn)
{
    (void)conn;                  /* checkpoints and vacuum are the server's own */
}

/* -- statements -- */

static struct pg_prepared *
find_prepared(struct db_conn *conn, const struct db_statement *statement)
{
    struct pg_prepared *p = conn->prepared;

    while (p != NULL && p->statement != statement)
        p = p->next;
    return p;
}

static jy_err
check_types(const struct db_statement *statement, const PGresult *columns, struct jy_fault *fault)
{
    static const Oid known[] = { PG_BOOL, PG_BYTEA, PG_INT8, PG_INT2, PG_INT4, PG_TEXT, PG_VARCHAR, PG_NUMERIC };

    for (int i = 0; i < PQnfields(columns); i++) {
        size_t k = 0;
        while (k < sizeof(known) / sizeof(known[0]) && known[k] != PQftype(columns, i))
            k++;
        if (k == sizeof(known) / sizeof(known[0]))
            return jy_fail(fault, JY_E_INTERNAL, statement->name, 0, "column %s has a type that the store does not read", PQfname(columns, i));
    }
    return JY_OK;
}

static jy_err
prepare_anew(struct db_conn *conn, const struct db_statement *statement, struct pg_prepared **out, struct jy_fault *fault)
{
    struct pg_prepared *p = calloc(1, sizeof(*p));
    Oid types[64];
    PGresult *result;
    jy_err rc = JY_OK;

    if (p == NULL)
        return jy_fail(fault, JY_E_NOMEM, statement->name, 0, "statement");
    p->statement = statement;
    p->writes = strncasecmp(statement->postgres, "SELECT", 6) != 0 && strncasecmp(statement->postgres, "VALUES", 6) != 0;
    snprintf(p->name, sizeof(p->name), "s%u", conn->prepared_count++);
    for (unsigned i = 0; i < statement->param_count; i++)
        types[i] = type_of[statement->params[i].type];
    result = PQprepare(conn->pg, p->name, statement->postgres, (int)statement->param_count, types);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        rc = pg_fail(conn, result, statement->name, fault);
        goto out;
    }
    PQclear(result);
    p->columns = PQdescribePrepared(conn->pg, p->name);
    if (PQresultStatus(p->columns) != PGRES_COMMAND_OK) {
        rc = pg_fail(conn, p->columns, statement->name, fault);
        p->columns = NULL;
        goto out;
    }
    if ((rc = check_types(statement, p->columns, fault)) != JY_OK)
        goto out;
    p->next = conn->prepared;
    *out = conn->prepared = p;
    p = NULL;
out:
    if (p != NULL)
        PQclear(p->columns);
    free(p);
    return rc;
}

static void
unbind(struct db_cursor *cursor)
{
    for (unsigned i = 0; cursor->bytes != NULL && i < cursor->prepared->statement->param_count; i++) {
        jy_buf_wipe(&cursor->bytes[i]);
        cursor->types[i] = DB_NULL;
    }
}

static void
finish(struct db_cursor *cursor)
{
    if (cursor == NULL)
        return;
    unbind(cursor);
    PQclear(cursor->result);
    free(cursor->bytes);
    free(cursor->types);
    free(cursor);
}

static jy_err
prepare(struct db_conn *conn, const struct db_statement *statement, struct db_cursor **out, struct jy_fault *fault)
{
    struct pg_prepared *prepared = find_prepared(conn, statement);
    struct db_cursor *cursor;
    jy_err rc;

    *out = NULL;
    if (prepared == NULL && (rc = prepare_anew(conn, statement, &prepared, fault)) != JY_OK)
        return rc;
    if ((cursor = calloc(1, sizeof(*cursor))) == NULL)
        return jy_fail(fault, JY_E_NOMEM, statement->name, 0, "statement");
    cursor->conn = conn;
    cursor->prepared = prepared;
    cursor->bytes = calloc(statement->param_count + 1, sizeof(*cursor->bytes));
    cursor->types = calloc(statement->param_count + 1, sizeof(*cursor->types));
    if (cursor->bytes == NULL || cursor->types == NULL) {
        finish(cursor);
        return jy_fail(fault, JY_E_NOMEM, statement->name, 0, "statement");
    }
    *out = cursor;
    return JY_OK;
}

static jy_err
bind(struct db_cursor *cursor, unsigned param, const struct db_value *value, struct jy_fault *fault)
{
    const struct db_param *p = &cursor->prepared->statement->params[param];
    struct jy_buf *bytes = &cursor->bytes[param];
    uint64_t big = htobe64((uint64_t)value->integer);

    cursor->types[param] = value->type;
    bytes->len = 0;
    if (value->type == DB_NULL)
        return JY_OK;
    /* As a STRICT table of SQLite refuses it. */
    if (value->type != p->type)
        return jy_fail(fault, JY_E_CONFLICT, p->column != NULL ? p->column : p->name, 0, ":%s is bound with another type", p->name);
    return jy_buf_add(bytes, value->type == DB_INTEGER ? JY_SLICE(&big, sizeof(big)) : value->bytes);
}

/* Sends the statement with what is bound. */
static bool
send(struct db_cursor *cursor)
{
    unsigned count = cursor->prepared->statement->param_count;
    const char *values[64];
    int lengths[64], binary[64];

    for (unsigned i = 0; i < count; i++) {
        const struct jy_buf *bytes = &cursor->bytes[i];
        values[i] = cursor->types[i] == DB_NULL ? NULL : bytes->len == 0 ? "" : (const char *)bytes->p;
        lengths[i] = (int)bytes->len;
        binary[i] = 1;
    }
    return PQsendQueryPrepared(cursor->conn->pg, cursor->prepared->name, (int)count, values, lengths, binary, 1) == 1;
}

/* The next result of a pipeline whose command gives one; NULL when the connection is gone. */
static PGresult *
next_result(PGconn *pg)
{
    PGresult *result = PQgetResult(pg);

    if (result != NULL && PQresultStatus(result) != PGRES_PIPELINE_SYNC)
        PQclear(PQgetResult(pg));          /* the NULL after it */
    return result;
}

/* A write between two savepoints, all in one trip: a conflict undoes the statement and leaves the transaction usable. */
static PGresult *
run_guarded(struct db_cursor *cursor)
{
    PGconn *pg = cursor->conn->pg;
    PGresult *results[3] = { NULL }, *answer;
    bool sent = PQenterPipelineMode(pg) == 1 && PQsendQueryParams(pg, "SAVEPOINT statement", 0, NULL, NULL, NULL, NULL, 0) == 1 && send(cursor) &&
                PQsendQueryParams(pg, "RELEASE SAVEPOINT statement", 0, NULL, NULL, NULL, NULL, 0) == 1 && PQpipelineSync(pg) == 1;

    for (int i = 0; sent && i < 3; i++)
        results[i] = next_result(pg);
    if (sent)
        PQclear(next_result(pg));
    if (PQexitPipelineMode(pg) != 1)       /* half a pipeline was sent: nothing can be said on this connection any more */
        cursor->conn->lost = true;
    /* The statement's own result, or what failed first. */
    answer = !is_good(results[0]) ? results[0] : is_good(results[1]) && !is_good(results[2]) ? results[2] : results[1];
    for (int i = 0; i < 3; i++)
        if (results[i] != answer)
            PQclear(results[i]);
    return answer;
}

static PGresult *
run_plain(struct db_cursor *cursor)
{
    PGresult *result = NULL, *more;

    if (!send(cursor))
        return NULL;
    while ((more = PQgetResult(cursor->conn->pg)) != NULL) {
        PQclear(result);
        result = more;
    }
    return result;
}

static jy_err
run(struct db_cursor *cursor, struct jy_fault *fault)
{
    struct db_conn *conn = cursor->conn;
    bool guarded = conn->writer && cursor->prepared->writes;
    struct pg_error error;

    for (unsigned i = 0; i < cursor->prepared->statement->param_count; i++)
        if (cursor->bytes[i].len > INT32_MAX / 2)
            return jy_fail(fault, JY_E_LIMIT, NULL, 0, ":%s has more than 1 GB", cursor->prepared->statement->params[i].name);
    cursor->result = guarded ? run_guarded(cursor) : run_plain(cursor);
    cursor->row = 0;
    if (is_good(cursor->result))
        return JY_OK;
    pg_error_take(conn, cursor->result, &error);
    cursor->result = NULL;
    if (guarded && !conn->lost)
        (void)!pg_do(conn, "ROLLBACK TO SAVEPOINT statement; RELEASE SAVEPOINT statement", NULL);
    return pg_error_tell(conn, &error, NULL, fault);
}

/* A sum is numeric: base 10000 digits, first the highest. False for a fraction, or when it does not fit. */
static bool
whole_number(const uint8_t *p, int len, int64_t *out)
{
    int digits = p[0] << 8 | p[1], weight = (int16_t)(p[2] << 8 | p[3]), sign = p[4] << 8 | p[5];
    int64_t value = 0;

    if (len != 8 + 2 * digits || (sign != 0 && sign != 0x4000) || digits > weight + 1)
        return false;
    for (int i = 0; i <= weight; i++) {
        int digit = i < digits ? p[8 + 2 * i] << 8 | p[9 + 2 * i] : 0;
        if (__builtin_mul_overflow(value, 10000, &value) || __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    *out = value;                              /* counted downwards: the lowest number has no counterpart above */
    return sign == 0x4000 || !__builtin_sub_overflow(0, value, out);
}

static struct db_value
value(struct db_cursor *cursor, int column)
{
    const PGresult *result = cursor->result;
    int row = cursor->row - 1, len = PQgetlength(result, row, column);
    const uint8_t *p = (const uint8_t *)PQgetvalue(result, row, column);
    struct db_value out = { .type = DB_INTEGER };
    uint64_t big;

    if (PQgetisnull(result, row, column))
        return (struct db_value){ .type = DB_NULL };
    switch (PQftype(result, column)) {
    case PG_BOOL:
        out.integer = p[0] != 0;
        break;
    case PG_INT2:
        out.integer = (int16_t)(p[0] << 8 | p[1]);
        break;
    case PG_INT4:
        out.integer = (int32_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
        break;
    case PG_INT8:
        memcpy(&big, p, sizeof(big));
        out.integer = (int64_t)be64toh(big);
        break;
    case PG_NUMERIC:
        if (!whole_number(p, len, &out.integer))
            out.type = DB_REAL;
        break;
    case PG_BYTEA:
        out = (struct db_value){ .type = DB_BLOB, .bytes = JY_SLICE(p, (size_t)len) };
        break;
    default:
        out = (struct db_value){ .type = DB_TEXT, .bytes = JY_SLICE(p, (size_t)len) };       /* libpq puts a NUL after it */
        break;
    }
    return out;
}

static jy_err
step(struct db_cursor *cursor, bool *has_row, struct jy_fault *fault)
{
    jy_err rc;

    *has_row = false;
    if (is_lost(cursor->conn))
        return jy_fail(fault, JY_E_UNAVAILABLE, NULL, 0, "the connection to the store was lost");
    if (!in_transaction(cursor->conn))
        return jy_fail(fault, JY_E_IO, NULL, 0, "the transaction is over");
    if (cursor->result == NULL && (rc = run(cursor, fault)) != JY_OK)
        return rc;
    if ((*has_row = cursor->row < PQntuples(cursor->result)))
        cursor->row++;
    return JY_OK;
}

static void
reset(struct db_cursor *cursor)
{
    PQclear(cursor->result);
    cursor->result = NULL;
    cursor->row = 0;
    unbind(cursor);
}

static int64_t
changes(struct db_cursor *cursor)
{
    return cursor->result == NULL ? 0 : strtoll(PQcmdTuples(cursor->result), NULL, 10);
}

static int
column_count(struct db_cursor *cursor)
{
    return PQnfields(cursor->prepared->columns);
}

static const char *
column_name(struct db_cursor *cursor, int column)
{
    return PQfname(cursor->prepared->columns, column);
}

const struct db_driver db_postgres = {
    .scheme = "postgresql:",
    .served = true,
    .open = open_conn,
    .close = close_conn,
    .control = control,
    .in_transaction = in_transaction,
    .is_lost = is_lost,
    .tend = tend,
    .claim = pg_claim,
    .grant = pg_grant,
    .history = pg_history,
    .migrate = pg_migrate,
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
