/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acknowledged writes per second of the store, beside what the disk itself gives in the same run: appends of 4 KiB, each with fdatasync.
 * SQLite in a folder beside the working directory; with JINYIN_POSTGRES (tests/scenario/postgres.py) that server.
 */
#include "tests/unit/store/fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define SECONDS 2.0

static double
now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* In the folder where the store lies: the same disk. */
static double
disk_floor(const char *folder)
{
    char path[96], block[4096] = { 0 };
    double begin = now();
    int fd, count = 0;

    snprintf(path, sizeof(path), "%s/floor", folder);
    if ((fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600)) < 0)
        return 0;
    while (now() - begin < SECONDS && write(fd, block, sizeof(block)) == sizeof(block) && fdatasync(fd) == 0)
        count++;
    close(fd);
    unlink(path);
    return count / (now() - begin);
}

struct writer { struct db *db; atomic_int *next; double until; int done; double slowest; pthread_t thread; };

static jy_err
add_pair(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    jy_err rc = JY_OK;

    for (int half = 1; rc == JY_OK && half <= 2; half++) {
        struct db_row *row = db_begin(tx, SQL_PAIR_ADD);
        db_bind_int(row, "number", *(int64_t *)arg);
        db_bind_int(row, "half", half);
        rc = db_run(row, NULL, fault);
    }
    return rc;
}

static void *
write_until(void *arg)
{
    struct writer *w = arg;

    while (now() < w->until) {
        int64_t number = (*w->next)++;
        double begin = now(), took;
        if (db_write(w->db, add_pair, &number, NULL) != JY_OK)
            abort();
        if ((took = now() - begin) > w->slowest)
            w->slowest = took;
        w->done++;
    }
    return NULL;
}

static void
measure(struct db *db, atomic_int *next, int threads, double floor)
{
    struct writer writers[64] = { 0 };
    double begin = now(), slowest = 0, rate;
    int done = 0;

    for (int i = 0; i < threads; i++) {
        writers[i] = (struct writer){ .db = db, .next = next, .until = begin + SECONDS };
        pthread_create(&writers[i].thread, NULL, write_until, &writers[i]);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(writers[i].thread, NULL);
        done += writers[i].done;
        slowest = writers[i].slowest > slowest ? writers[i].slowest : slowest;
    }
    rate = done / (now() - begin);
    printf("%3d callers %9.0f writes/s   %5.2f of the floor   slowest %6.1f ms\n", threads, rate, rate / floor, slowest * 1e3);
}

int
main(void)
{
    struct fixture f = { .postgres = postgres_folder() != NULL };
    atomic_int next = 0;
    void *state = NULL;
    double floor;

    fixture_setup_open(&state);
    f = *(struct fixture *)state;
    floor = disk_floor(f.postgres ? "/tmp" : f.folder);
    printf("store on %s: two rows a write, on disk when it is answered\n    floor   %9.0f appends/s (4 KiB and fdatasync)\n",
           f.postgres ? "PostgreSQL" : "SQLite", floor);
    for (int threads = 1; threads <= 64; threads *= 4)
        measure(f.db, &next, threads, floor);
    fixture_teardown(&state);
    return 0;
}
