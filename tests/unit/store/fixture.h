/* SPDX-License-Identifier: Apache-2.0 */
/* fixture.h: a store in a folder of its own, and short ways to write and read it. */
#ifndef JY_STORE_FIXTURE_H
#define JY_STORE_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/db.h"

struct fixture {
    char folder[32], path[64];
    struct db *db;
};

static inline int
fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    strcpy(f->folder, "/tmp/jystoreXXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof(f->path), "%s/store.db", f->folder);
    *state = f;
    return 0;
}

static inline int
fixture_setup_open(void **state)
{
    struct fixture *f;
    struct jy_fault fault = { 0 };

    fixture_setup(state);
    f = *state;
    if (db_open(f->path, &f->db, &fault) != JY_OK)
        fail_msg("%s: %s", fault.where, fault.text);
    return 0;
}

static inline int
fixture_teardown(void **state)
{
    struct fixture *f = *state;
    char name[96];
    static const char *const ends[] = { "", "-wal", "-shm", "-journal" };

    db_close(f->db);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
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
