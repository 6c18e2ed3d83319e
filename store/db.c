/* SPDX-License-Identifier: Apache-2.0 */
/* The store's threads: one writer that commits for many callers at once (group commit), and a pool of readers. */
#include "base/kill_point.h"
#include "store/sqlite_copy.h"
#include "store/tx.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH_MAX 64             /* calls that share one commit: the first of them waits for the last */
#define READERS_MAX 8

/* A db_write that waits; it lives on the caller's stack. */
struct call {
    db_fn *fn;
    void *arg;
    struct jy_fault *fault;
    jy_err rc;
    bool done;
    pthread_cond_t answered;     /* its own: an answer wakes only whom it concerns */
    struct call *next;
};

struct reader {
    struct db_tx tx;             /* open when tx.conn is not NULL */
    bool busy;
    pthread_t owner;
};

struct db {
    const struct db_driver *driver;
    enum db_side side;
    char *path;                  /* without the scheme */
    atomic_bool lost;            /* nothing more is written, or read, until the store is opened again */
    pthread_mutex_t lock;        /* the queue, callers, closing, readers[].busy and .owner */
    pthread_cond_t work;         /* a call is queued, or closing */
    pthread_cond_t reader_idle;
    pthread_cond_t quiet;        /* no caller is inside any more */
    struct call *first, **last;
    int callers;                 /* inside db_write and db_read: until they are out, nothing of this may go */
    bool closing, writing;
    pthread_t writer;
    struct db_tx tx;             /* the writer's */
    struct reader readers[READERS_MAX];
};

/* With the lock held. */
static void
leave(struct db *db)
{
    if (--db->callers == 0)
        pthread_cond_signal(&db->quiet);
}

/* -- the writer -- */

static void
fail_call(struct call *call, jy_err rc, const struct jy_fault *fault)
{
    call->rc = jy_fail(call->fault, rc, fault->where, fault->offset, "%s", fault->text);
}

/* Run one call inside its savepoint. False when the transaction as a whole is gone. */
static bool
run_call(struct db_tx *tx, struct call *call)
{
    struct jy_fault fault = { 0 };
    jy_err rc;

    if ((rc = tx->driver->control(tx->conn, DB_SAVEPOINT, &fault)) != JY_OK) {
        fail_call(call, rc, &fault);
        return false;
    }
    call->rc = call->fn(tx, call->arg, call->fault);
    db_tx_end_rows(tx);
    if (!tx->driver->in_transaction(tx->conn)) {
        if (call->rc == JY_OK)
            call->rc = jy_fail(call->fault, JY_E_IO, NULL, 0, "the engine gave the transaction up");
        return false;
    }
    if (call->rc == JY_OK && (rc = tx->driver->control(tx->conn, DB_KEEP, &fault)) != JY_OK)
        fail_call(call, rc, &fault);
    return call->rc == JY_OK || tx->driver->control(tx->conn, DB_UNDO, NULL) == JY_OK;
}

/* One transaction for the calls, or for as many of them as it survives; returns those that have not run. */
static struct call *
run_batch(struct db_tx *tx, struct call *calls)
{
    struct jy_fault fault = { 0 };
    struct call *end = calls;
    bool alive = true;
    jy_err rc;

    if ((rc = tx->driver->control(tx->conn, DB_BEGIN_WRITE, &fault)) != JY_OK) {
        for (struct call *call = calls; call != NULL; call = call->next)
            fail_call(call, rc, &fault);
        return NULL;
    }
    while (alive && end != NULL) {
        alive = run_call(tx, end);
        end = end->next;
    }
    if (!alive)
        rc = jy_fail(&fault, JY_E_IO, NULL, 0, "another write of the same transaction broke it");
    else {
        JY_KILL_POINT(store_committing);
        if (tx->driver->control(tx->conn, DB_COMMIT, &fault) != JY_OK)
            rc = JY_E_IO;
        JY_KILL_POINT(store_committed);
    }
    JY_KILL_KIND(NULL);
    if (rc != JY_OK) {
        /* Fails when the engine rolled back by itself; a transaction that stays open makes the next begin fail, loudly. */
        if (tx->driver->in_transaction(tx->conn))
            (void)tx->driver->control(tx->conn, DB_ROLLBACK, NULL);
        for (struct call *call = calls; call != end; call = call->next)
            if (call->rc == JY_OK)
                fail_call(call, rc, &fault);
    }
    return end;
}

static void *
write_loop(void *arg)
{
    struct db *db = arg;
    struct call *batch, *next;

    pthread_mutex_lock(&db->lock);
    for (;;) {
        while (db->first == NULL && !(db->closing && db->callers == 0))       /* a reader may still write */
            pthread_cond_wait(&db->work, &db->lock);
        if ((batch = db->first) == NULL)
            break;
        next = batch;
        for (int i = 1; i < BATCH_MAX && next->next != NULL; i++)
            next = next->next;
        if ((db->first = next->next) == NULL)
            db->last = &db->first;
        next->next = NULL;
        pthread_mutex_unlock(&db->lock);

        for (struct call *rest = batch; rest != NULL;)
            rest = run_batch(&db->tx, rest);
        if (db->driver->is_lost(db->tx.conn))
            db->lost = true;

        pthread_mutex_lock(&db->lock);
        for (; batch != NULL; batch = next) {
            next = batch->next;       /* once it is done, the call may be gone */
            batch->done = true;
            pthread_cond_signal(&batch->answered);
        }
        pthread_mutex_unlock(&db->lock);
        db->driver->tend(db->tx.conn);
        pthread_mutex_lock(&db->lock);
    }
    pthread_mutex_unlock(&db->lock);
    return NULL;
}

jy_err
db_write(struct db *db, db_fn *fn, void *arg, struct jy_fault *fault)
{
    struct call call = { .fn = fn, .arg = arg, .fault = fault, .answered = PTHREAD_COND_INITIALIZER };

    if (!db->writing)
        return jy_fail(fault, JY_E_UNSUPPORTED, "store", 0, "it was opened for reading");
    if (pthread_equal(pthread_self(), db->writer))
        db_bug("db_write", "called inside db_write");
    pthread_mutex_lock(&db->lock);
    db->callers++;
    *db->last = &call;
    db->last = &call.next;
    pthread_cond_signal(&db->work);
    while (!call.done)
        pthread_cond_wait(&call.answered, &db->lock);
    leave(db);
    pthread_mutex_unlock(&db->lock);
    pthread_cond_destroy(&call.answered);
    return call.rc;
}

/* -- the readers -- */

static struct reader *
take_reader(struct db *db)
{
    struct reader *found = NULL;

    pthread_mutex_lock(&db->lock);
    db->callers++;
    /* A reader that waits for a second connection can wait for others who do the same: for ever. */
    for (int i = 0; i < READERS_MAX; i++)
        if (db->readers[i].busy && pthread_equal(db->readers[i].owner, pthread_self()))
            db_bug("db_read", "called inside db_read");
    while (found == NULL) {
        /* The first idle one, so that no more are opened than are needed at once. */
        for (int i = 0; i < READERS_MAX && found == NULL; i++)
            if (!db->readers[i].busy)
                found = &db->readers[i];
        if (found == NULL)
            pthread_cond_wait(&db->reader_idle, &db->lock);
    }
    found->busy = true;
    found->owner = pthread_self();
    pthread_mutex_unlock(&db->lock);
    return found;
}

static void
give_reader(struct db *db, struct reader *reader)
{
    pthread_mutex_lock(&db->lock);
    reader->busy = false;
    pthread_cond_signal(&db->reader_idle);
    leave(db);
    pthread_mutex_unlock(&db->lock);
}

jy_err
db_read(struct db *db, db_fn *fn, void *arg, struct jy_fault *fault)
{
    struct reader *reader = take_reader(db);
    struct db_tx *tx = &reader->tx;
    jy_err rc = JY_OK;

    if (tx->conn == NULL && (rc = db_tx_open(tx, db->driver, db->path, db->side, false, fault)) != JY_OK)
        goto out;
    if ((rc = db->driver->control(tx->conn, DB_BEGIN_READ, fault)) == JY_OK) {
        rc = fn(tx, arg, fault);
        db_tx_end_rows(tx);
    }
    /* A snapshot that cannot be left would be read for ever. */
    if (db->driver->in_transaction(tx->conn) && db->driver->control(tx->conn, DB_ROLLBACK, NULL) != JY_OK)
        db_tx_close(tx);
    else if (db->driver->is_lost(tx->conn)) {
        db->lost = db->lost || db->driver->served;       /* in the rooms no new connection can be made: the process begins anew */
        db_tx_close(tx);
    }
out:
    give_reader(db, reader);
    return rc;
}

/* -- the store -- */

static const struct db_driver *const drivers[] = { &db_sqlite, &db_postgres };

/* The engine of a place, and what follows its scheme; a plain path is SQLite's. */
static const struct db_driver *
driver_of(const char *place, const char **rest)
{
    for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
        size_t len = strlen(drivers[i]->scheme);
        if (strncmp(place, drivers[i]->scheme, len) == 0) {
            *rest = strncmp(place + len, "//", 2) == 0 ? place : place + len;       /* a URI is given whole */
            return drivers[i];
        }
    }
    *rest = place;
    return &db_sqlite;
}

jy_err
db_place(const char *store, const char *folder, char *out, size_t size, struct jy_fault *fault)
{
    const char *rest;
    const struct db_driver *driver = driver_of(store, &rest);
    int len;

    if (rest == store && !driver->served)
        return jy_fail(fault, JY_E_BAD_FIELD, "store", 0, "begins with sqlite: or postgresql:");
    if (!driver->served && (rest[0] == '\0' || rest[0] == '.' || strchr(rest, '/') != NULL))
        return jy_fail(fault, JY_E_BAD_FIELD, "store", 0, "after sqlite: a file's name in web_dir is expected, such as sqlite:jinyin.db");
    len = driver->served ? snprintf(out, size, "%s", store) : snprintf(out, size, "sqlite:%s/%s", folder, rest);
    return len >= 0 && (size_t)len < size ? JY_OK : jy_fail(fault, JY_E_BAD_FIELD, "store", 0, "is too long");
}

const char *
db_words(const char *place)
{
    const char *rest;

    driver_of(place, &rest);
    return rest;
}

jy_err
db_copy(const char *place, const char *to, struct jy_fault *fault)
{
    if (db_is_served(place))
        return jy_fail(fault, JY_E_UNSUPPORTED, "store", 0, "pg_dump copies a store of PostgreSQL");
    return db_sqlite_copy(db_words(place), to, fault);
}

jy_err
db_check(const char *place, struct jy_fault *fault)
{
    return db_is_served(place) ? JY_OK : db_sqlite_check(db_words(place), fault);
}

bool
db_is_served(const char *place)
{
    const char *rest;

    return driver_of(place, &rest)->served;
}

bool
db_is_lost(struct db *db)
{
    return db->lost;
}

/* The writer, ready to write: on a schema that is the compiled one. */
static jy_err
open_writer(struct db *db, struct jy_fault *fault)
{
    jy_err rc;

    if ((rc = db_tx_open(&db->tx, db->driver, db->path, db->side, true, fault)) != JY_OK ||
        (db->driver->served && (rc = db->driver->claim(db->tx.conn, db->side, fault)) != JY_OK) ||
        (rc = db->driver->served ? db_check_migrated(&db->tx, fault) : db_migrate(&db->tx, fault)) != JY_OK)
        return rc;
    return db_tx_prepare(&db->tx, fault);
}

static jy_err
open_readers(struct db *db, struct jy_fault *fault)
{
    jy_err rc = JY_OK;

    for (int i = 0; rc == JY_OK && db->driver->served && i < READERS_MAX; i++)
        rc = db_tx_open(&db->readers[i].tx, db->driver, db->path, db->side, false, fault);
    return rc;
}

/* Everything but connections and the thread. NULL without memory. */
static struct db *
new_db(const char *place, enum db_side side)
{
    struct db *db = calloc(1, sizeof(*db));
    const char *rest;

    if (db == NULL)
        return NULL;
    db->driver = driver_of(place, &rest);
    db->side = side;
    db->last = &db->first;
    pthread_mutex_init(&db->lock, NULL);
    pthread_cond_init(&db->work, NULL);
    pthread_cond_init(&db->reader_idle, NULL);
    pthread_cond_init(&db->quiet, NULL);
    if ((db->path = strdup(rest)) == NULL) {
        db_close(db);
        return NULL;
    }
    return db;
}

/* A side that only reads has readers, and nobody who could write: what is asked of its role is asked on one of them. */
static jy_err
open_reading_side(struct db *db, struct jy_fault *fault)
{
    struct db_tx *tx = &db->readers[0].tx;
    jy_err rc;

    if ((rc = open_readers(db, fault)) != JY_OK || (rc = db->driver->claim(tx->conn, db->side, fault)) != JY_OK ||
        (rc = db_check_migrated(tx, fault)) != JY_OK)
        return rc;
    return db_tx_prepare(tx, fault);
}

jy_err
db_open(const char *place, struct db **out, struct jy_fault *fault)
{
    return db_open_side(place, DB_WHOLE, out, fault);
}

jy_err
db_open_side(const char *place, enum db_side side, struct db **out, struct jy_fault *fault)
{
    struct db *db = new_db(place, side);
    jy_err rc;

    *out = NULL;
    if (db == NULL)
        return jy_fail(fault, JY_E_NOMEM, "store", 0, "store");
    if (side != DB_WHOLE && !db->driver->served) {
        rc = jy_fail(fault, JY_E_UNSUPPORTED, "store", 0, "nodes share a database of PostgreSQL");
        goto out;
    }
    if (side == DB_VERIFICATION) {
        if ((rc = open_reading_side(db, fault)) == JY_OK) {
            *out = db;
            return rc;
        }
        goto out;
    }
    if ((rc = open_writer(db, fault)) != JY_OK || (rc = open_readers(db, fault)) != JY_OK)
        goto out;
    if (pthread_create(&db->writer, NULL, write_loop, db) != 0) {
        rc = jy_fail(fault, JY_E_NOMEM, "store", 0, "the writer's thread");
        goto out;
    }
    db->writing = true;
    *out = db;
    db = NULL;
out:
    db_close(db);
    return rc;
}

jy_err
db_open_reader(const char *place, struct db **out, struct jy_fault *fault)
{
    struct db *db = new_db(place, DB_WHOLE);
    jy_err rc;

    *out = NULL;
    if (db == NULL)
        return jy_fail(fault, JY_E_NOMEM, "store", 0, "store");
    if ((rc = db_tx_open(&db->readers[0].tx, db->driver, db->path, db->side, false, fault)) == JY_OK &&
        (rc = db_check_migrated(&db->readers[0].tx, fault)) == JY_OK && (rc = db_tx_prepare(&db->readers[0].tx, fault)) == JY_OK) {
        *out = db;
        return JY_OK;
    }
    db_close(db);
    return rc;
}

static jy_err
see_migration(void *arg, int number, const char *digest, struct jy_fault *fault)
{
    bool *empty = arg;

    (void)number;
    (void)digest;
    (void)fault;
    *empty = false;
    return JY_OK;
}

jy_err
db_is_empty(const char *place, bool *empty, struct jy_fault *fault)
{
    const char *rest;
    const struct db_driver *driver = driver_of(place, &rest);
    struct db_tx tx = { 0 };
    jy_err rc;

    *empty = true;
    if (!driver->served && access(rest, F_OK) != 0)
        return JY_OK;
    if ((rc = db_tx_open(&tx, driver, rest, DB_WHOLE, false, fault)) == JY_OK)
        rc = driver->history(tx.conn, see_migration, empty, fault);
    *empty = *empty && driver->served;                     /* a file is something already */
    db_tx_close(&tx);
    return rc;
}

jy_err
db_prepare(const char *place, const char *service_role, enum db_side side, struct jy_fault *fault)
{
    const char *rest;
    const struct db_driver *driver = driver_of(place, &rest);
    struct db_tx tx = { 0 };
    jy_err rc;

    if ((rc = db_tx_open(&tx, driver, rest, DB_WHOLE, true, fault)) == JY_OK && (!driver->served || (rc = driver->claim(tx.conn, 0, fault)) == JY_OK) &&
        (rc = db_migrate(&tx, fault)) == JY_OK && driver->served)
        rc = driver->grant(tx.conn, service_role, side, fault);
    db_tx_close(&tx);
    return rc;
}

void
db_close(struct db *db)
{
    if (db == NULL)
        return;
    if (db->writing) {
        pthread_mutex_lock(&db->lock);
        db->closing = true;
        while (db->callers > 0)
            pthread_cond_wait(&db->quiet, &db->lock);
        pthread_cond_signal(&db->work);
        pthread_mutex_unlock(&db->lock);
        pthread_join(db->writer, NULL);
    }
    for (int i = 0; i < READERS_MAX; i++)
        db_tx_close(&db->readers[i].tx);
    db_tx_close(&db->tx);       /* the last one: the engine puts the file in order */
    pthread_cond_destroy(&db->quiet);
    pthread_cond_destroy(&db->reader_idle);
    pthread_cond_destroy(&db->work);
    pthread_mutex_destroy(&db->lock);
    free(db->path);
    free(db);
}
