/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture.h: a store of its own for each test, and short ways to write and read it. SQLite in a folder; with JINYIN_POSTGRES (set by
 * tests/scenario/postgres.py) a database of that server, made by its owner and opened by the role that serves.
 */
#ifndef JY_STORE_FIXTURE_H
#define JY_STORE_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/db.h"

struct fixture {
    char folder[32], path[64];
    char place[160], owner[160];  /* what db_open and db_prepare are given */
    bool postgres;
    struct db *db;
};

static inline const char *
postgres_folder(void)
{
    return getenv("JINYIN_POSTGRES");
}

/* -- past the store, as whoever may do everything -- */

static inline void
postgres_sql(const char *database, const char *sql, char *answer, size_t size)
{
    char words[256];
    PGconn *pg;
    PGresult *result;

    snprintf(words, sizeof(words), "host=%s user=postgres dbname=%s options='-c client_min_messages=error'", postgres_folder(), database);
    pg = PQconnectdb(words);
    if (PQstatus(pg) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(pg));
    result = PQexec(pg, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s", PQerrorMessage(pg));
    if (answer != NULL)
        snprintf(answer, size, "%s", PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    PQfinish(pg);
}

/* Commands to the engine itself; the store is closed before. */
static inline void
tamper(struct fixture *f, const char *sql)
{
    sqlite3 *db = NULL;
    char *text = NULL;

    db_close(f->db);
    f->db = NULL;
    if (f->postgres) {
        postgres_sql(f->path, sql, NULL, 0);
        return;
    }
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &text) != SQLITE_OK)
        fail_msg("%s", text);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A question whose answer is one number. */
static inline int
ask(struct fixture *f, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    char text[32];
    int answer;

    if (f->postgres) {
        postgres_sql(f->path, sql, text, sizeof(text));
        return text[0] == 't' ? 1 : atoi(text);
    }
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    answer = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return answer;
}

/* -- the store -- */

static inline int
fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    char sql[160];
    static int number;

    f->postgres = postgres_folder() != NULL;
    if (f->postgres) {
        snprintf(f->path, sizeof(f->path), "t%d_%d", (int)getpid(), number++);
        snprintf(f->place, sizeof(f->place), "postgresql:host=%s dbname=%s user=jinyin_web", postgres_folder(), f->path);
        snprintf(f->owner, sizeof(f->owner), "postgresql:host=%s dbname=%s user=jinyin_owner", postgres_folder(), f->path);
        snprintf(sql, sizeof(sql), "CREATE DATABASE %s OWNER jinyin_owner TEMPLATE template0", f->path);
        postgres_sql("postgres", sql, NULL, 0);
    } else {
        strcpy(f->folder, "/tmp/jystoreXXXXXX");
        assert_non_null(mkdtemp(f->folder));
        snprintf(f->path, sizeof(f->path), "%s/store.db", f->folder);
        snprintf(f->place, sizeof(f->place), "%s", f->path);
        snprintf(f->owner, sizeof(f->owner), "%s", f->path);
    }
    *state = f;
    return 0;
}

/* As an operator and then the service would. */
static inline jy_err
fixture_try(struct fixture *f, struct jy_fault *fault)
{
    jy_err rc = f->postgres ? db_prepare(f->owner, "jinyin_web", DB_WHOLE, fault) : JY_OK;

    return rc != JY_OK ? rc : db_open(f->place, &f->db, fault);
}

static inline void
fixture_open(struct fixture *f)
{
    struct jy_fault fault = { 0 };

    db_close(f->db);
    f->db = NULL;
    if (fixture_try(f, &fault) != JY_OK)
        fail_msg("%s: %s", fault.where, fault.text);
}

static inline int
fixture_setup_open(void **state)
{
    fixture_setup(state);
    fixture_open(*state);
    return 0;
}

static inline int
fixture_teardown(void **state)
{
    struct fixture *f = *state;
    char name[96];
    static const char *const ends[] = { "", "-wal", "-shm", "-journal" };

    db_close(f->db);
    if (f->postgres) {
        snprintf(name, sizeof(name), "DROP DATABASE %s (FORCE)", f->path);
        postgres_sql("postgres", name, NULL, 0);
    }
    for (size_t i = 0; !f->postgres && i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(name, sizeof(name), "%s%s", f->path, ends[i]);
        unlink(name);
    }
    rmdir(f->folder);
    free(f);
    return 0;
}

struct seal {
    const char *code, *organization;
    int64_t maker, number;       /* 0 = NULL */
    struct jy_slice picture;     /* p NULL = NULL */
};

static inline jy_err
add_seal(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct seal *seal = arg;
    struct db_row *row = db_begin(tx, SQL_SEAL_ADD);

    db_bind_text(row, "code", seal->code);
    db_bind_text(row, "organization", seal->organization);
    if (seal->maker == 0)
        db_bind_null(row, "maker_id");
    else
        db_bind_int(row, "maker_id", seal->maker);
    if (seal->number == 0)
        db_bind_null(row, "number");
    else
        db_bind_int(row, "number", seal->number);
    if (seal->picture.p == NULL)
        db_bind_null(row, "picture");
    else
        db_bind_blob(row, "picture", seal->picture);
    return db_run(row, NULL, fault);
}

static inline jy_err
count_seals(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_COUNT);
    bool has_row;
    jy_err rc = db_step(row, &has_row, fault);

    *(int64_t *)arg = rc == JY_OK && has_row ? db_int(row, "n") : -1;
    db_end(row);
    return rc;
}

static inline int64_t
seals_in(struct db *db)
{
    int64_t n = -1;

    assert_int_equal(db_read(db, count_seals, &n, NULL), JY_OK);
    return n;
}

#endif
