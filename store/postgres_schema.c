/* SPDX-License-Identifier: Apache-2.0 */
/* PostgreSQL's schema: migrations by its owner, the rights of the role that serves, and the one writer. */
#include "store/postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLAIM_TRIES 50                   /* × 100 ms: the server may still be ending what a killed writer began */

/* A question whose answer is one text; "" for none. */
static jy_err
ask_text(struct db_conn *conn, const char *sql, char *out, size_t size, struct jy_fault *fault)
{
    PGresult *result;
    jy_err rc = pg_run(conn, sql, &result, fault);

    out[0] = '\0';
    if (rc == JY_OK && PQntuples(result) == 1 && !PQgetisnull(result, 0, 0))
        snprintf(out, size, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    return rc;
}

/* -- the one writer -- */

/* What must be true of the server, or an acknowledged write is none. */
static const struct { const char *ask, *value, *text; } promises[] = {
    { "SHOW fsync", "on", "fsync is off: what is acknowledged would be lost with the machine's power" },
    { "SHOW full_page_writes", "on", "full_page_writes is off: a power cut could tear pages" },
    { "SHOW synchronous_commit", "on", "synchronous_commit cannot be set to on" },
    { "SELECT CASE WHEN pg_is_in_recovery() THEN 'yes' ELSE 'no' END", "no", "the server is a standby: it cannot be written" },
};
/* What the role that serves must not be able to do. */
static const char excess[] =
    "SELECT concat_ws(', ', CASE WHEN rolsuper THEN 'is superuser' END, CASE WHEN rolcreaterole THEN 'makes roles' END, "
    "CASE WHEN rolcreatedb THEN 'makes databases' END, CASE WHEN rolreplication OR rolbypassrls THEN 'replicates' END, "
    "CASE WHEN has_schema_privilege('public', 'CREATE') THEN 'may make tables' END, "
    "CASE WHEN EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND pg_has_role(relowner, 'USAGE')) THEN 'owns tables' END, "
    "CASE WHEN EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = pg_roles.oid) THEN 'belongs to other roles' END) "
    "FROM pg_roles WHERE rolname = current_user";
/* What a verification node's role must not be able to do besides (N7). */
static const char writable[] =
    "SELECT 'may write ' || string_agg(relname, ', ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND "
    "relkind IN ('r', 'p') AND (has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege(oid, 'INSERT, UPDATE'))";

/*
 * What each holds as long as its session lives, of this database alone. Whole and the schema's owner exclude every writer, a node its like; a
 * schema is changed under nobody.
 */
static const struct claim { unsigned side; const char *take; } claims[] = {
    { 0, "SELECT pg_try_advisory_lock(" PG_LOCK_WRITER ")" }, { 0, "SELECT pg_try_advisory_lock(" PG_LOCK_SCHEMA ")" },
    { DB_WHOLE, "SELECT pg_try_advisory_lock(" PG_LOCK_WRITER ")" }, { DB_WHOLE, "SELECT pg_try_advisory_lock_shared(" PG_LOCK_SCHEMA ")" },
    { DB_MAKING, "SELECT pg_try_advisory_lock(" PG_LOCK_MAKING ")" }, { DB_MAKING, "SELECT pg_try_advisory_lock_shared(" PG_LOCK_WRITER ")" },
    { DB_STAMPING, "SELECT pg_try_advisory_lock(" PG_LOCK_STAMPING ")" }, { DB_STAMPING, "SELECT pg_try_advisory_lock_shared(" PG_LOCK_WRITER ")" },
    { DB_VERIFICATION, "SELECT pg_try_advisory_lock_shared(" PG_LOCK_SCHEMA ")" },
};

/* A lock ends with the session: a writer that was killed holds it until the server has settled its last transaction. */
static jy_err
take_lock(struct db_conn *conn, const char *sql, struct jy_fault *fault)
{
    char text[8];
    jy_err rc;

    for (int i = 0; i < CLAIM_TRIES; i++) {
        if ((rc = ask_text(conn, sql, text, sizeof(text), fault)) != JY_OK || text[0] == 't')
            return rc;
        usleep(100000);
    }
    return jy_fail(fault, JY_E_UNAVAILABLE, "store", 0, "another process serves this database");
}

static jy_err
check_role(struct db_conn *conn, const char *question, struct jy_fault *fault)
{
    char text[200];
    jy_err rc = ask_text(conn, question, text, sizeof(text), fault);

    if (rc == JY_OK && text[0] != '\0')
        rc = jy_fail(fault, JY_E_UNSUPPORTED, "store", 0, "the role %s %s: serve with the role that `jinyin migrate` gave its rights", PQuser(conn->pg),
                     text);
    return rc;
}

jy_err
pg_claim(struct db_conn *conn, unsigned side, struct jy_fault *fault)
{
    char text[200];
    jy_err rc = JY_OK;

    for (size_t i = 0; i < sizeof(promises) / sizeof(promises[0]); i++) {
        if ((rc = ask_text(conn, promises[i].ask, text, sizeof(text), fault)) != JY_OK)
            return rc;
        if (strcmp(text, promises[i].value) != 0)
            return jy_fail(fault, JY_E_UNSUPPORTED, "store", 0, "%s", promises[i].text);
    }
    if ((side != 0 && (rc = check_role(conn, excess, fault)) != JY_OK) ||
        (side == DB_VERIFICATION && (rc = check_role(conn, writable, fault)) != JY_OK))
        return rc;
    for (size_t i = 0; rc == JY_OK && i < sizeof(claims) / sizeof(claims[0]); i++)
        if (claims[i].side == side)
            rc = take_lock(conn, claims[i].take, fault);
    /* Two may write: each transaction waits for the other's end (postgres.c), and one that stands still is ended by the server. */
    conn->takes_turns = side == DB_MAKING || side == DB_STAMPING;
    return rc == JY_OK && conn->takes_turns ? pg_do(conn, "SET idle_in_transaction_session_timeout = '30s'", fault) : rc;
}

/* -- rights -- */

static jy_err
run_format(struct db_conn *conn, struct jy_fault *fault, const char *format, const char *a, const char *b)
{
    char sql[4096];

    if (snprintf(sql, sizeof(sql), format, a, b) >= (int)sizeof(sql))
        return jy_fail(fault, JY_E_LIMIT, "store", 0, "a command is too long");
    return pg_do(conn, sql, fault);
}

static jy_err
grant_all(struct db_conn *conn, const char *role, const char *database, enum db_side side, struct jy_fault *fault)
{
    /* %1$s the role, %2$s the database, both quoted. */
    static const char *const first[] = {
        "REVOKE ALL ON DATABASE %2$s FROM PUBLIC, %1$s", "GRANT CONNECT ON DATABASE %2$s TO %1$s", "REVOKE ALL ON SCHEMA public FROM PUBLIC, %1$s",
        "GRANT USAGE ON SCHEMA public TO %1$s", "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, %1$s",
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, %1$s", "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, %1$s",
        "GRANT SELECT ON schema_migration TO %1$s",
    };
    char sql[4096];
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < sizeof(first) / sizeof(first[0]); i++)
        rc = run_format(conn, fault, first[i], role, database);
    for (size_t i = 0; rc == JY_OK && i < db_right_count; i++) {
        if (db_rights[i].side != (unsigned)side)
            continue;
        if (snprintf(sql, sizeof(sql), "GRANT %s ON %s TO %s", db_rights[i].words, db_rights[i].table, role) >= (int)sizeof(sql))
            return jy_fail(fault, JY_E_LIMIT, "store", 0, "the rights on %s are too long", db_rights[i].table);
        rc = pg_do(conn, sql, fault);
    }
    return rc;
}

jy_err
pg_grant(struct db_conn *conn, const char *role, enum db_side side, struct jy_fault *fault)
{
    PGresult *found = NULL;
    char *role_quoted = PQescapeIdentifier(conn->pg, role, strlen(role));
    char *database = PQescapeIdentifier(conn->pg, PQdb(conn->pg), strlen(PQdb(conn->pg)));
    jy_err rc;

    if (role_quoted == NULL || database == NULL) {
        rc = jy_fail(fault, JY_E_ARGUMENT, "role", 0, "%s", PQerrorMessage(conn->pg));
        goto out;
    }
    if ((rc = pg_ask(conn, "SELECT 1 FROM pg_roles WHERE rolname = $1", 1, &role, &found, fault)) != JY_OK)
        goto out;
    if (PQntuples(found) != 1) {
        rc = jy_fail(fault, JY_E_NOT_FOUND, "role", 0, "the server has no role %s: createuser %s", role, role);
        goto out;
    }
    if ((rc = pg_do(conn, "BEGIN", fault)) == JY_OK && (rc = grant_all(conn, role_quoted, database, side, fault)) == JY_OK)
        rc = pg_do(conn, "COMMIT", fault);
    if (rc != JY_OK && PQtransactionStatus(conn->pg) != PQTRANS_IDLE)
        (void)!pg_do(conn, "ROLLBACK", NULL);
out:
    PQclear(found);
    PQfreemem(role_quoted);
    PQfreemem(database);
    return rc;
}

/* -- migrations -- */

jy_err
pg_history(struct db_conn *conn, db_history_fn *each, void *arg, struct jy_fault *fault)
{
    static const char any[] = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p')";
    PGresult *result = NULL;
    char text[64];
    jy_err rc;

    if ((rc = ask_text(conn, "SELECT to_regclass('public.schema_migration')::text", text, sizeof(text), fault)) != JY_OK)
        return rc;
    if (text[0] == '\0') {
        if ((rc = ask_text(conn, any, text, sizeof(text), fault)) == JY_OK && strcmp(text, "0") != 0)
            rc = jy_fail(fault, JY_E_UNSUPPORTED, "schema_migration", 0, "the database is that of another program");
        return rc;
    }
    if ((rc = pg_run(conn, "SELECT id, digest FROM schema_migration ORDER BY id", &result, fault)) != JY_OK)
        return rc;
    for (int i = 0; rc == JY_OK && i < PQntuples(result); i++)
        rc = each(arg, atoi(PQgetvalue(result, i, 0)), PQgetvalue(result, i, 1), fault);
    PQclear(result);
    return rc;
}

/* What every migration finds: its register, and what a trigger does in both engines. */
static const char ground[] =
    "CREATE TABLE IF NOT EXISTS schema_migration (id BIGINT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, "
    "applied BIGINT NOT NULL DEFAULT (extract(epoch FROM now())::bigint)); "
    "CREATE OR REPLACE FUNCTION jinyin_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION USING ERRCODE = 'JY001', MESSAGE = TG_ARGV[0]; END$$";
static const char foreign_keys[] =
    "SELECT c.conrelid::text, c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid), c.confrelid::regclass::text, c.conname "
    "FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace ORDER BY c.oid";
/* Rows that were put in with numbers of their own: the next number comes after them, as in SQLite. */
static const char numbers[] =
    "DO $$DECLARE c record; BEGIN FOR c IN SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND "
    "is_identity = 'YES' LOOP EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), greatest(coalesce(max(%I), 1), 1), count(%I) > 0) FROM %I', "
    "quote_ident(c.table_name), c.column_name, c.column_name, c.column_name, c.table_name); END LOOP; END$$";

/*
 * A table may be made anew under its name: DROP … CASCADE took the keys of other tables that pointed there, and here they come back, checked.
 * A table that was itself made anew brought its own.
 */
static jy_err
restore_keys(struct db_conn *conn, const struct db_migration *migration, const PGresult *before, struct jy_fault *fault)
{
    static const char missing[] = "SELECT 1 FROM pg_class t WHERE t.oid = $1::oid AND NOT EXISTS "
                                  "(SELECT 1 FROM pg_constraint c WHERE c.conrelid = t.oid AND c.conname = $2)";
    struct jy_fault cause = { 0 };
    char sql[1024];
    jy_err rc = JY_OK;

    for (int i = 0; rc == JY_OK && i < PQntuples(before); i++) {
        const char *const params[] = { PQgetvalue(before, i, 0), PQgetvalue(before, i, 5) };
        const char *table = PQgetvalue(before, i, 1);
        PGresult *found;
        if ((rc = pg_ask(conn, missing, 2, params, &found, fault)) != JY_OK)
            break;
        if (PQntuples(found) == 1) {
            snprintf(sql, sizeof(sql), "ALTER TABLE %s ADD CONSTRAINT %s %s", table, PQgetvalue(before, i, 2), PQgetvalue(before, i, 3));
            if ((rc = pg_do(conn, sql, &cause)) == JY_E_CONFLICT)
                jy_fail(fault, rc, cause.where, 0, "%s: a row of %s refers to a row of %s that is not there", migration->file, table,
                        PQgetvalue(before, i, 4));
            else if (rc != JY_OK)
                jy_fail(fault, rc, cause.where, 0, "%s: %s", migration->file, cause.text);
        }
        PQclear(found);
    }
    return rc;
}

static jy_err
run_steps(struct db_conn *conn, const struct db_migration *migration, struct jy_fault *fault)
{
    jy_err rc = JY_OK;

    for (const struct db_step *s = migration->postgres; rc == JY_OK && s->text != NULL; s++) {
        PGresult *result = PQexec(conn->pg, s->text);
        struct jy_fault cause = { 0 };
        struct pg_error error;
        if (PQresultStatus(result) == PGRES_COMMAND_OK) {
            PQclear(result);
            continue;
        }
        pg_error_take(conn, result, &error);
        (void)!pg_do(conn, "ROLLBACK TO SAVEPOINT step", NULL);           /* so that the constraint's columns can be asked for */
        rc = pg_error_tell(conn, &error, migration->file, &cause);
        jy_fail(fault, rc, cause.where, 0, "%s:%d: %s", migration->file, s->line, cause.text);
    }
    return rc;
}

static jy_err
carry_out(struct db_conn *conn, const struct db_migration *migration, struct jy_fault *fault)
{
    char number[16];
    const char *const note[] = { number, migration->file, migration->digest };
    PGresult *keys = NULL, *noted = NULL;
    jy_err rc;

    snprintf(number, sizeof(number), "%d", migration->number);
    if ((rc = pg_do(conn, ground, fault)) == JY_OK && (rc = pg_run(conn, foreign_keys, &keys, fault)) == JY_OK &&
        (rc = pg_do(conn, "SAVEPOINT step", fault)) == JY_OK && (rc = run_steps(conn, migration, fault)) == JY_OK &&
        (rc = restore_keys(conn, migration, keys, fault)) == JY_OK && (rc = pg_do(conn, "SET CONSTRAINTS ALL IMMEDIATE", fault)) == JY_OK &&
        (rc = pg_do(conn, numbers, fault)) == JY_OK)
        rc = pg_ask(conn, "INSERT INTO schema_migration (id, name, digest) VALUES ($1::bigint, $2, $3)", 3, note, &noted, fault);
    PQclear(keys);
    PQclear(noted);
    return rc;
}

jy_err
pg_migrate(struct db_conn *conn, const struct db_migration *migration, struct jy_fault *fault)
{
    jy_err rc;

    if ((rc = pg_do(conn, "BEGIN", fault)) == JY_OK && (rc = carry_out(conn, migration, fault)) == JY_OK)
        rc = pg_do(conn, "COMMIT", fault);
    if (rc != JY_OK && PQtransactionStatus(conn->pg) != PQTRANS_IDLE)
        (void)!pg_do(conn, "ROLLBACK", NULL);
    return rc;
}
