/* SPDX-License-Identifier: Apache-2.0 */
/* The writer and the readers. The store's threads are included to see what waits, and the disk is played to see and to fail its syncs. */
#include "../../../store/db.c"

#include "fixture.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#define THREADS 32

/* -- the disk, played: these take the place of libc's -- */

static atomic_int syncs, good_syncs = INT_MAX;
static atomic_bool disk_full;

int
fdatasync(int fd)
{
    syncs++;
    if (good_syncs-- <= 0) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
    if (disk_full) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, bytes, len, offset);
}

/* -- callers that wait behind a closed gate and so share a batch -- */

struct caller {
    struct db *db;
    db_fn *fn;
    void *arg;
    struct jy_fault fault;
    jy_err rc;
    pthread_t thread;
};

static void *
run_caller(void *arg)
{
    struct caller *caller = arg;

    caller->rc = db_write(caller->db, caller->fn, caller->arg, &caller->fault);
    return NULL;
}

static void
start(struct caller *caller)
{
    assert_int_equal(pthread_create(&caller->thread, NULL, run_caller, caller), 0);
}

static void
wait_until_queued(struct db *db, int expected)
{
    int n;

    do {
        n = 0;
        pthread_mutex_lock(&db->lock);
        for (struct call *call = db->first; call != NULL; call = call->next)
            n++;
        pthread_mutex_unlock(&db->lock);
        sched_yield();
    } while (n != expected);
}

struct gate {
    sem_t reached, open;
};

static jy_err
wait_at_gate(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct gate *gate = arg;

    (void)tx, (void)fault;
    sem_post(&gate->reached);
    sem_wait(&gate->open);
    return JY_OK;
}

/* Queue all of the callers in order while the writer stands at the gate, run before(), open it, and wait for the answers. */
static void
run_together(struct db *db, struct caller *callers, int count, void (*before)(void))
{
    struct gate gate;
    struct caller first = { .db = db, .fn = wait_at_gate, .arg = &gate };

    sem_init(&gate.reached, 0, 0);
    sem_init(&gate.open, 0, 0);
    start(&first);
    sem_wait(&gate.reached);
    for (int i = 0; i < count; i++) {
        callers[i].db = db;
        start(&callers[i]);
        wait_until_queued(db, i + 1);
    }
    if (before != NULL)
        before();
    sem_post(&gate.open);
    for (int i = 0; i < count; i++)
        pthread_join(callers[i].thread, NULL);
    pthread_join(first.thread, NULL);
    sem_destroy(&gate.reached);
    sem_destroy(&gate.open);
}

/* -- group commit -- */

static void
commit__calls_that_wait_share_one_sync(void **state)
{
    struct fixture *f = *state;
    struct caller callers[THREADS] = { 0 };
    struct seal seals[THREADS] = { 0 };
    char codes[THREADS][8];
    int before;

    /* The first commit to a new log syncs its head as well. */
    assert_int_equal(db_write(f->db, add_seal, &(struct seal){ .code = "first" }, NULL), JY_OK);
    for (int i = 0; i < THREADS; i++) {
        snprintf(codes[i], sizeof(codes[i]), "%d", i);
        seals[i].code = codes[i];
        callers[i].fn = add_seal;
        callers[i].arg = &seals[i];
    }
    before = syncs;
    run_together(f->db, callers, THREADS, NULL);
    assert_true(f->postgres || syncs - before == 1);         /* the server's syncs are its own */
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(callers[i].rc, JY_OK);
    assert_int_equal(seals_in(f->db), THREADS + 1);
}

static jy_err
add_pair(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    for (int half = 1; half <= 2; half++) {
        struct db_row *row = db_begin(tx, SQL_PAIR_ADD);
        jy_err rc;
        db_bind_int(row, "number", *(int64_t *)arg);
        db_bind_int(row, "half", half);
        if ((rc = db_run(row, NULL, fault)) != JY_OK)
            return rc;
    }
    return JY_OK;
}

static jy_err
count_halves(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    int64_t *number = arg;
    struct db_row *row = db_begin(tx, SQL_PAIR_HALVES);
    bool has_row;
    jy_err rc;

    db_bind_int(row, "number", *number);
    rc = db_step(row, &has_row, fault);
    *number = rc == JY_OK && has_row ? db_int(row, "n") : -1;
    db_end(row);
    return rc;
}

static jy_err
count_pairs(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    int64_t *counts = arg;       /* rows, numbers */
    struct db_row *row = db_begin(tx, SQL_PAIR_COUNT);
    bool has_row;
    jy_err rc = db_step(row, &has_row, fault);

    counts[0] = rc == JY_OK && has_row ? db_int(row, "rows") : -1;
    counts[1] = rc == JY_OK && has_row ? db_int(row, "numbers") : -1;
    db_end(row);
    return rc;
}

#define WRITES_EACH 100

struct busy_caller {
    struct db *db;
    int64_t from;
    int failed, not_seen;
    pthread_t thread;
};

static void *
write_and_read_back(void *arg)
{
    struct busy_caller *caller = arg;

    for (int64_t i = 0; i < WRITES_EACH; i++) {
        int64_t number = caller->from + i, seen = number;
        if (db_write(caller->db, add_pair, &number, NULL) != JY_OK)
            caller->failed++;
        if (db_read(caller->db, count_halves, &seen, NULL) != JY_OK || seen != 2)
            caller->not_seen++;
    }
    return NULL;
}

static void
commit__what_is_acknowledged_is_seen_and_stays(void **state)
{
    struct fixture *f = *state;
    struct busy_caller callers[THREADS] = { 0 };
    struct timespec begin, end;
    double seconds;
    int64_t counts[2];
    int before = syncs;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < THREADS; i++) {
        callers[i] = (struct busy_caller){ .db = f->db, .from = i * WRITES_EACH };
        assert_int_equal(pthread_create(&callers[i].thread, NULL, write_and_read_back, &callers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(callers[i].thread, NULL);
        assert_int_equal(callers[i].failed, 0);
        assert_int_equal(callers[i].not_seen, 0);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    print_message("%d threads: %.0f writes/s, each read back; %d writes with %d syncs\n", THREADS, THREADS * WRITES_EACH / seconds,
                  THREADS * WRITES_EACH, syncs - before);
    db_close(f->db);
    f->db = NULL;
    assert_int_equal(db_open(f->place, &f->db, NULL), JY_OK);
    assert_int_equal(db_read(f->db, count_pairs, counts, NULL), JY_OK);
    assert_int_equal(counts[0], 2 * THREADS * WRITES_EACH);
    assert_int_equal(counts[1], THREADS * WRITES_EACH);
}

/* -- failures inside a batch -- */

static jy_err
add_then_refuse(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    jy_err rc = add_seal(tx, arg, fault);

    return rc == JY_OK ? jy_fail(fault, JY_E_BAD_STATE, "rule", 0, "refused after writing") : rc;
}

static void
batch__a_refusal_undoes_its_own_writes_only(void **state)
{
    struct fixture *f = *state;
    struct seal a = { .code = "A" }, b = { .code = "B" }, c = { .code = "C" };
    struct caller callers[] = {
        { .fn = add_seal, .arg = &a }, { .fn = add_then_refuse, .arg = &b }, { .fn = add_seal, .arg = &a }, { .fn = add_seal, .arg = &c },
    };

    run_together(f->db, callers, 4, NULL);
    assert_int_equal(callers[0].rc, JY_OK);
    assert_int_equal(callers[1].rc, JY_E_BAD_STATE);
    assert_string_equal(callers[1].fault.where, "rule");
    assert_int_equal(callers[2].rc, JY_E_CONFLICT);
    assert_string_equal(callers[2].fault.where, "seal.code");
    assert_int_equal(callers[3].rc, JY_OK);
    assert_int_equal(seals_in(f->db), 2);
}

static jy_err
add_filing_of_nothing(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_FILING_ADD);

    (void)arg;
    db_bind_int(row, "seal_id", 12345);
    return db_run(row, NULL, fault);
}

static void
batch__an_open_deferred_key_is_its_callers_conflict(void **state)
{
    struct fixture *f = *state;
    struct seal a = { .code = "A" }, b = { .code = "B" };
    struct caller callers[] = { { .fn = add_seal, .arg = &a }, { .fn = add_filing_of_nothing }, { .fn = add_seal, .arg = &b } };

    run_together(f->db, callers, 3, NULL);
    assert_int_equal(callers[0].rc, JY_OK);
    assert_int_equal(callers[1].rc, JY_E_CONFLICT);
    assert_string_equal(callers[1].fault.where, "foreign key");
    assert_int_equal(callers[2].rc, JY_OK);
    assert_int_equal(seals_in(f->db), 2);
}

static void
fail_syncs(void)
{
    good_syncs = 0;
}

static void
fill_disk(void)
{
    disk_full = true;
}

static void
batch__a_failed_sync_fails_all_and_stops_the_writer(void **state)
{
    struct fixture *f = *state;
    struct seal a = { .code = "A" }, b = { .code = "B" }, c = { .code = "C" };
    struct caller callers[] = { { .fn = add_seal, .arg = &a }, { .fn = add_then_refuse, .arg = &b }, { .fn = add_seal, .arg = &c } };
    struct jy_fault fault = { 0 };
    int before;

    /* The head of the log is synced before: the one sync that fails is that of the batch. */
    assert_int_equal(db_write(f->db, add_seal, &(struct seal){ .code = "first" }, NULL), JY_OK);
    run_together(f->db, callers, 3, fail_syncs);
    good_syncs = INT_MAX;
    assert_int_equal(callers[0].rc, JY_E_IO);
    assert_int_equal(callers[0].fault.err, JY_E_IO);
    assert_int_equal(callers[1].rc, JY_E_BAD_STATE);
    assert_int_equal(callers[2].rc, JY_E_IO);
    assert_int_equal(seals_in(f->db), 1);
    /* The next sync would succeed and prove nothing. */
    assert_int_equal(db_write(f->db, add_seal, &a, &fault), JY_E_IO);
    assert_non_null(strstr(fault.text, "opened again"));
    before = syncs;
    db_close(f->db);
    f->db = NULL;
    assert_int_equal(syncs, before);
    assert_int_equal(db_open(f->place, &f->db, NULL), JY_OK);
    assert_int_equal(seals_in(f->db), 1);        /* what was refused does not come back from the log */
    assert_int_equal(db_write(f->db, add_seal, &(struct seal){ .code = "D" }, NULL), JY_OK);
}

static void
batch__a_full_disk_fails_all_and_the_next_works(void **state)
{
    struct fixture *f = *state;
    struct seal a = { .code = "A" }, b = { .code = "B" };
    struct caller callers[] = { { .fn = add_seal, .arg = &a }, { .fn = add_seal, .arg = &b } };

    run_together(f->db, callers, 2, fill_disk);
    disk_full = false;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(callers[i].rc, JY_E_IO);
        assert_non_null(strstr(callers[i].fault.text, "disk is full"));
    }
    assert_int_equal(seals_in(f->db), 0);
    assert_int_equal(db_write(f->db, add_seal, &a, NULL), JY_OK);
    assert_int_equal(seals_in(f->db), 1);
}

/* More than the engine's cache: it writes before the commit, and when that fails it gives up the whole transaction. */
static jy_err
add_large_and_hide_the_error(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    (void)!add_seal(tx, arg, fault);
    disk_full = false;
    (void)!add_seal(tx, &(struct seal){ .code = "after" }, fault);       /* would be a transaction of its own */
    return JY_OK;
}

static void
batch__given_up_by_the_engine_acknowledges_nothing_of_it(void **state)
{
    struct fixture *f = *state;
    size_t size = 16u << 20;
    uint8_t *bytes = calloc(1, size);
    struct seal a = { .code = "A" }, large = { .code = "L", .picture = JY_SLICE(bytes, size) }, c = { .code = "C" };
    struct caller callers[] = {
        { .fn = add_seal, .arg = &a }, { .fn = add_large_and_hide_the_error, .arg = &large }, { .fn = add_seal, .arg = &c },
    };

    run_together(f->db, callers, 3, fill_disk);
    free(bytes);
    assert_int_equal(callers[0].rc, JY_E_IO);
    assert_int_equal(callers[1].rc, JY_E_IO);
    assert_int_equal(callers[2].rc, JY_OK);
    assert_int_equal(seals_in(f->db), 1);
}

static void
batch__more_calls_than_a_batch_holds_are_all_answered(void **state)
{
    struct fixture *f = *state;
    enum { COUNT = 2 * BATCH_MAX + 7 };
    static struct caller callers[COUNT];
    static int64_t numbers[COUNT];
    int64_t counts[2];
    int before;

    assert_int_equal(db_write(f->db, add_seal, &(struct seal){ .code = "first" }, NULL), JY_OK);
    for (int i = 0; i < COUNT; i++) {
        numbers[i] = i;
        callers[i] = (struct caller){ .fn = add_pair, .arg = &numbers[i] };
    }
    before = syncs;
    run_together(f->db, callers, COUNT, NULL);
    assert_true(f->postgres || syncs - before == 3);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(callers[i].rc, JY_OK);
    assert_int_equal(db_read(f->db, count_pairs, counts, NULL), JY_OK);
    assert_int_equal(counts[1], COUNT);
}

/* -- the log -- */

#define MIB (1u << 20)

static void
log__starts_again_when_it_was_carried_over(void **state)
{
    struct fixture *f = *state;
    uint8_t *bytes = calloc(1, MIB);
    char code[8], name[96];
    struct stat st;

    for (int i = 0; i < 24; i++) {
        snprintf(code, sizeof(code), "%d", i);
        assert_int_equal(db_write(f->db, add_seal, &(struct seal){ .code = code, .picture = JY_SLICE(bytes, MIB) }, NULL), JY_OK);
    }
    free(bytes);
    snprintf(name, sizeof(name), "%s-wal", f->path);
    assert_int_equal(stat(name, &st), 0);
    assert_true(st.st_size < 8 * (off_t)MIB);
}

static void
log__a_failed_sync_when_carrying_over_stops_the_writer(void **state)
{
    struct fixture *f = *state;
    uint8_t *bytes = calloc(1, 8 * MIB);
    struct seal large = { .code = "L", .picture = JY_SLICE(bytes, 8 * MIB) };
    struct jy_fault fault = { 0 };

    assert_int_equal(db_write(f->db, add_seal, &(struct seal){ .code = "A" }, NULL), JY_OK);
    good_syncs = 1;              /* that of the commit */
    assert_int_equal(db_write(f->db, add_seal, &large, NULL), JY_OK);
    free(bytes);
    assert_int_equal(db_write(f->db, add_seal, &(struct seal){ .code = "B" }, &fault), JY_E_IO);
    good_syncs = INT_MAX;
    assert_non_null(strstr(fault.text, "opened again"));
    db_close(f->db);
    f->db = NULL;
    assert_int_equal(db_open(f->place, &f->db, NULL), JY_OK);
    assert_int_equal(seals_in(f->db), 2);
}

/* -- closing -- */

static void *
close_store(void *arg)
{
    db_close(arg);
    return NULL;
}

static void
wait_until_closing(struct db *db)
{
    bool closing;

    do {
        pthread_mutex_lock(&db->lock);
        closing = db->closing;
        pthread_mutex_unlock(&db->lock);
        sched_yield();
    } while (!closing);
}

static void
close__waits_for_what_is_queued(void **state)
{
    struct fixture *f = *state;
    struct gate gate;
    struct seal a = { .code = "A" };
    struct caller first = { .db = f->db, .fn = wait_at_gate, .arg = &gate }, second = { .db = f->db, .fn = add_seal, .arg = &a };
    pthread_t closer;

    sem_init(&gate.reached, 0, 0);
    sem_init(&gate.open, 0, 0);
    start(&first);
    sem_wait(&gate.reached);
    start(&second);
    wait_until_queued(f->db, 1);
    assert_int_equal(pthread_create(&closer, NULL, close_store, f->db), 0);
    wait_until_closing(f->db);
    sem_post(&gate.open);
    pthread_join(closer, NULL);
    pthread_join(first.thread, NULL);
    pthread_join(second.thread, NULL);
    sem_destroy(&gate.reached);
    sem_destroy(&gate.open);
    assert_int_equal(first.rc, JY_OK);
    assert_int_equal(second.rc, JY_OK);
    f->db = NULL;
    assert_int_equal(db_open(f->place, &f->db, NULL), JY_OK);
    assert_int_equal(seals_in(f->db), 1);
}

struct late_write {
    struct db *db;
    struct gate gate;
};

static jy_err
write_when_closing(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct late_write *late = arg;

    assert_int_equal(wait_at_gate(tx, &late->gate, fault), JY_OK);
    return db_write(late->db, add_seal, &(struct seal){ .code = "late" }, fault);
}

static void *
read_in_thread(void *arg)
{
    struct caller *caller = arg;

    caller->rc = db_read(caller->db, caller->fn, caller->arg, &caller->fault);
    return NULL;
}

static void
close__waits_for_a_reader_that_still_writes(void **state)
{
    struct fixture *f = *state;
    struct late_write late = { .db = f->db };
    struct caller reader = { .db = f->db, .fn = write_when_closing, .arg = &late };
    pthread_t closer;

    sem_init(&late.gate.reached, 0, 0);
    sem_init(&late.gate.open, 0, 0);
    assert_int_equal(pthread_create(&reader.thread, NULL, read_in_thread, &reader), 0);
    sem_wait(&late.gate.reached);
    assert_int_equal(pthread_create(&closer, NULL, close_store, f->db), 0);
    wait_until_closing(f->db);
    sem_post(&late.gate.open);
    pthread_join(closer, NULL);
    pthread_join(reader.thread, NULL);
    sem_destroy(&late.gate.reached);
    sem_destroy(&late.gate.open);
    assert_int_equal(reader.rc, JY_OK);
    f->db = NULL;
    assert_int_equal(db_open(f->place, &f->db, NULL), JY_OK);
    assert_int_equal(seals_in(f->db), 1);
}

/* -- readers -- */

static jy_err
read_while_others_write(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db *db = arg;
    int64_t before = -1, after = -1;

    assert_int_equal(count_seals(tx, &before, fault), JY_OK);
    assert_int_equal(db_write(db, add_seal, &(struct seal){ .code = "new" }, fault), JY_OK);
    assert_int_equal(count_seals(tx, &after, fault), JY_OK);
    assert_int_equal(after, before);
    return JY_OK;
}

static void
read__sees_one_moment(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(db_read(f->db, read_while_others_write, f->db, NULL), JY_OK);
    assert_int_equal(seals_in(f->db), 1);
}

static jy_err
write_while_others_read(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    jy_err rc = add_seal(tx, &(struct seal){ .code = "new" }, fault);

    assert_int_equal(seals_in(arg), 0);
    return rc;
}

static void
read__does_not_see_what_is_not_committed(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(db_write(f->db, write_while_others_read, f->db, NULL), JY_OK);
    assert_int_equal(seals_in(f->db), 1);
}

static void
read__waits_when_every_reader_is_in_use(void **state)
{
    struct fixture *f = *state;
    struct gate gate;
    struct caller readers[READERS_MAX + 1];
    int unused;

    sem_init(&gate.reached, 0, 0);
    sem_init(&gate.open, 0, 0);
    for (int i = 0; i <= READERS_MAX; i++) {
        readers[i] = (struct caller){ .db = f->db, .fn = wait_at_gate, .arg = &gate };
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_in_thread, &readers[i]), 0);
    }
    for (int i = 0; i < READERS_MAX; i++)
        sem_wait(&gate.reached);
    assert_int_equal(sem_getvalue(&gate.reached, &unused), 0);
    assert_int_equal(unused, 0);
    sem_post(&gate.open);
    sem_wait(&gate.reached);             /* the one that waited has its turn */
    for (int i = 0; i < READERS_MAX; i++)
        sem_post(&gate.open);
    for (int i = 0; i <= READERS_MAX; i++) {
        pthread_join(readers[i].thread, NULL);
        assert_int_equal(readers[i].rc, JY_OK);
    }
    sem_destroy(&gate.reached);
    sem_destroy(&gate.open);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, fixture_setup_open, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest both[] = {
        WITH_STORE(commit__calls_that_wait_share_one_sync),
        WITH_STORE(commit__what_is_acknowledged_is_seen_and_stays),
        WITH_STORE(batch__a_refusal_undoes_its_own_writes_only),
        WITH_STORE(batch__an_open_deferred_key_is_its_callers_conflict),
        WITH_STORE(batch__more_calls_than_a_batch_holds_are_all_answered),
        WITH_STORE(close__waits_for_what_is_queued),
        WITH_STORE(close__waits_for_a_reader_that_still_writes),
        WITH_STORE(read__sees_one_moment),
        WITH_STORE(read__does_not_see_what_is_not_committed),
        WITH_STORE(read__waits_when_every_reader_is_in_use),
    };
    const struct CMUnitTest disk[] = {
        WITH_STORE(batch__a_failed_sync_fails_all_and_stops_the_writer),
        WITH_STORE(batch__a_full_disk_fails_all_and_the_next_works),
        WITH_STORE(batch__given_up_by_the_engine_acknowledges_nothing_of_it),
        WITH_STORE(log__starts_again_when_it_was_carried_over),
        WITH_STORE(log__a_failed_sync_when_carrying_over_stops_the_writer),
    };
    int failed = cmocka_run_group_tests(both, NULL, NULL);

    return postgres_folder() != NULL ? failed : failed + cmocka_run_group_tests(disk, NULL, NULL);
}
