/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing acknowledged is lost, nothing is done twice. A child answers a day's requests and ends at one system call of its files: before
 * it, in the middle of a write, or with an error from it; every call of the day in turn. Then the store is opened again and the day
 * goes on where its answers ended, as web does it: with the very same requests.
 */
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

/* -- the system calls that can end it (linked with --wrap) -- */

enum mode { NEVER, DIE_BEFORE, DIE_HALF, FAIL };
static enum mode mode;
static int calls, last_call;

int __real_fsync(int fd);
int __wrap_fsync(int fd);
ssize_t __real_pwrite64(int fd, const void *p, size_t len, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *p, size_t len, off_t at);
ssize_t __real_write(int fd, const void *p, size_t len);
ssize_t __wrap_write(int fd, const void *p, size_t len);
int __real_renameat(int from, const char *a, int to, const char *b);
int __wrap_renameat(int from, const char *a, int to, const char *b);

/* Written and not yet made durable, by descriptor; what a power cut would take. */
static bool dirty[256], watching;

static void
soil(int fd)
{
    /* The journal names a version of a record: its content and its name must be on disk before. */
    if (watching && fd == w.room.vault.journal.fd)
        for (int i = 0; i < 256; i++)
            assert_true(!dirty[i] || i == fd);
    dirty[fd & 255] = true;
}

static bool
is_the_last(void)
{
    return mode != NEVER && ++calls == last_call;
}

static void
die_if(bool now)
{
    if (now)
        _exit(9);
}

int
__wrap_fsync(int fd)
{
    bool last = is_the_last();
    int rc;

    die_if(last && (mode == DIE_BEFORE || mode == DIE_HALF));
    if (last && mode == FAIL) {
        errno = EIO;
        return -1;
    }
    rc = __real_fsync(fd);
    dirty[fd & 255] = false;
    die_if(last);
    return rc;
}

ssize_t
__wrap_pwrite64(int fd, const void *p, size_t len, off_t at)
{
    bool last = is_the_last();
    ssize_t rc;

    die_if(last && mode == DIE_BEFORE);
    if (last && mode == FAIL) {
        errno = ENOSPC;
        return -1;
    }
    soil(fd);
    rc = __real_pwrite64(fd, p, last && mode == DIE_HALF ? len / 2 : len, at);
    die_if(last);
    return rc;
}

ssize_t
__wrap_write(int fd, const void *p, size_t len)
{
    bool last = is_the_last();
    ssize_t rc;

    die_if(last && mode == DIE_BEFORE);
    if (last && mode == FAIL) {
        errno = ENOSPC;
        return -1;
    }
    if (fd > STDERR_FILENO && w.is_open) {
        soil(fd);
        soil(w.room.vault.keys);       /* a new file is a name as well */
    }
    rc = __real_write(fd, p, last && mode == DIE_HALF ? len / 2 : len);
    die_if(last);
    return rc;
}

int
__wrap_renameat(int from, const char *a, int to, const char *b)
{
    bool last = is_the_last();
    int rc;

    die_if(last && (mode == DIE_BEFORE || mode == DIE_HALF));
    if (last && mode == FAIL) {
        errno = EIO;
        return -1;
    }
    soil(to);
    rc = __real_renameat(from, a, to, b);
    die_if(last);
    return rc;
}

/* -- a day: requests with everything in them fixed, so that a repetition is one -- */

enum step { APPROVE_1, STAMP_1, ABANDON_2, FREEZE, THAW, HOLD, AGREE, LIFT, NEW_PIN, ENROL, APPROVE_3, STAMP_3, CANCEL, STEPS };
#define NEW "new-Pin-1"
#define OFFICER "approver-officer-1"
#define OTHER_OFFICER "approver-officer-2"

static struct {
    struct jy_buf order_1, order_3, approve_1, approve_3, stamp_1, stamp_3, thaw, agree, lift, new_pin;
    struct jy_buf approval_1, approval_3;       /* of the run */
} day;
struct answer { uint32_t step; uint8_t digest[JY_SM3_SIZE]; };

static jy_err
hold(void)
{
    struct jy_msg_KEY_HOLD m = { 0 };

    TEXT(m.seal_key_id, SEAL);
    TEXT(m.hold_id, "hold-1");
    TEXT(m.officers, OFFICER " " OTHER_OFFICER);
    return world_ask_bytes(JY_MSG_KEY_HOLD, &m, NULL);
}

static jy_err
lift(const char *by, struct jy_slice sealed, uint32_t missing)
{
    struct jy_msg_KEY_LIFT m = { .sealed_pin = sealed };
    struct jy_frame reply;
    jy_err rc;

    TEXT(m.seal_key_id, SEAL);
    TEXT(m.hold_id, "hold-1");
    TEXT(m.by_key_id, by);
    if ((rc = world_ask(JY_MSG_KEY_LIFT, &m, &reply)) == JY_OK)
        assert_int_equal(reply.u.KEY_LIFT_NOTED.missing, missing);
    jy_frame_free(&reply);
    return rc;
}

static jy_err
perform(enum step step, struct jy_buf *out)
{
    struct jy_buf csr = { 0 };
    uint32_t found = 9;
    char code[65];
    jy_err rc = JY_E_INTERNAL;

    switch (step) {
    case APPROVE_1:
        rc = world_approve_with(APPROVER, jy_buf_slice(&day.order_1), jy_buf_slice(&day.approve_1), out);
        break;
    case STAMP_1:
        rc = world_stamp_with(jy_buf_slice(&day.order_1), jy_buf_slice(&day.approval_1), jy_buf_slice(&day.stamp_1), out);
        break;
    case ABANDON_2:
        rc = world_settle("order-2", 1, &found, NULL);
        break;
    case FREEZE:
        rc = world_state(SEAL, "frozen", NULL);
        break;
    case THAW:
        rc = world_state_with(SEAL, "live", jy_buf_slice(&day.thaw));
        break;
    case HOLD:
        rc = hold();
        break;
    case AGREE:
        rc = lift(OFFICER, jy_buf_slice(&day.agree), 1);
        break;
    case LIFT:
        rc = lift(OTHER_OFFICER, jy_buf_slice(&day.lift), 0);
        break;
    case NEW_PIN:
        rc = world_change_pin_with(SEAL, jy_buf_slice(&day.new_pin));
        break;
    case ENROL:
        if ((rc = world_enrol("seal-9", "seal", "九", &csr, code)) == JY_OK && (rc = jy_buf_add(out, jy_buf_slice(&csr))) == JY_OK)
            rc = jy_buf_text(out, code);
        jy_buf_free(&csr);
        break;
    case APPROVE_3:
        rc = world_approve_with(APPROVER, jy_buf_slice(&day.order_3), jy_buf_slice(&day.approve_3), out);
        break;
    case STAMP_3:
        rc = world_stamp_with(jy_buf_slice(&day.order_3), jy_buf_slice(&day.approval_3), jy_buf_slice(&day.stamp_3), out);
        break;
    case CANCEL:
        rc = world_state(SEAL, "cancelled", NULL);
        break;
    case STEPS:
        break;
    }
    return rc;
}

/* The approvals go into the later steps, as web's database gives them. */
static void
keep(enum step step, struct jy_buf *out)
{
    struct jy_buf *to = step == APPROVE_1 ? &day.approval_1 : step == APPROVE_3 ? &day.approval_3 : NULL;

    if (to == NULL)
        jy_buf_free(out);
    else {
        jy_buf_free(to);
        *to = *out;
    }
    *out = (struct jy_buf){ 0 };
}

static struct answer
answer_of(enum step step, const struct jy_buf *out)
{
    struct answer answer = { .step = step };

    OK(jy_sm3(jy_buf_slice(out), answer.digest));
    return answer;
}

/* In the child: what was answered goes to the parent through the pipe, at once. */
static void
live_the_day(int pipe_fd)
{
    struct jy_buf out = { 0 };

    for (int step = 0; step < STEPS; step++) {
        struct answer answer;
        if (perform((enum step)step, &out) != JY_OK)
            _exit(8);
        answer = answer_of((enum step)step, &out);
        if (__real_write(pipe_fd, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
            _exit(7);
        keep((enum step)step, &out);
    }
    _exit(mode != NEVER && calls >= last_call ? 5 : 0);    /* 5: an error that did no harm */
}

/* In the parent: the same requests again from the first that was not answered, then everything that was answered is still so. */
static void
go_on(const struct answer *answers, size_t count)
{
    struct answer seen[STEPS];
    struct jy_buf out = { 0 };
    uint32_t found = 9;

    memcpy(seen, answers, count * sizeof(*answers));
    world_reopen();
    if (count > APPROVE_1) {
        OK(perform(APPROVE_1, &out));
        keep(APPROVE_1, &out);
    }
    if (count > APPROVE_3) {
        OK(perform(APPROVE_3, &out));
        keep(APPROVE_3, &out);
    }
    for (size_t step = count; step < STEPS; step++) {
        if (perform((enum step)step, &out) != JY_OK)
            fail_msg("mode %d, call %d: step %zu: %s: %s: %s", mode, last_call, step, jy_err_code(w.fault.err), w.fault.where,
                     w.fault.text);
        seen[step] = answer_of((enum step)step, &out);
        keep((enum step)step, &out);
    }
    for (int step = 0; step < STEPS; step++)
        if (step == APPROVE_1 || step == STAMP_1 || step == ENROL || step == APPROVE_3 || step == STAMP_3) {
            struct answer again;
            OK(perform((enum step)step, &out));
            again = answer_of((enum step)step, &out);
            assert_memory_equal(&again, &seen[step], sizeof(again));
            jy_buf_free(&out);
        }
    OK(world_settle("order-2", 0, &found, NULL));
    assert_int_equal(found, 0);
    assert_true(jy_vault_order_row(&w.room.vault, "order-2")->abandoned);
    IS(world_state(SEAL, "live", NEW), JY_E_BAD_STATE);
    world_close();
}

/* -- one store, copied for every end -- */

static char pristine[80];

static void
copy_file(const char *from, const char *to)
{
    struct jy_buf bytes = world_read(from);

    world_write(to, jy_buf_slice(&bytes));
    jy_buf_free(&bytes);
}

static void
copy_store(const char *from, const char *to)
{
    static const char *const files[] = { "journal", "keys/" MAKER ".key", "keys/" SEAL ".key", "keys/" APPROVER ".key",
                                         "keys/" OFFICER ".key", "keys/" OTHER_OFFICER ".key" };
    char a[160], b[160];

    world_remove(to);
    snprintf(b, sizeof(b), "%s/keys", to);
    assert_int_equal(mkdir(to, 0700), 0);
    assert_int_equal(mkdir(b, 0700), 0);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(a, sizeof(a), "%s/%s", from, files[i]);
        snprintf(b, sizeof(b), "%s/%s", to, files[i]);
        copy_file(a, b);
    }
}

static int
day_begin(void **state)
{
    if (world_begin_with_people(state) != 0)
        return -1;
    memset(&day, 0, sizeof(day));
    mode = NEVER;
    world_approver_of(OFFICER, "police", APPROVER_PIN, NULL);
    world_approver_of(OTHER_OFFICER, "police", APPROVER_PIN, NULL);
    day.order_1 = world_order_der("order-1");
    day.order_3 = world_order_der("order-3");
    day.approve_1 = world_order_secret("approve", jy_buf_slice(&day.order_1), APPROVER_PIN);
    day.approve_3 = world_order_secret("approve", jy_buf_slice(&day.order_3), APPROVER_PIN);
    day.stamp_1 = world_order_secret("stamp", jy_buf_slice(&day.order_1), SEAL_PIN);
    day.stamp_3 = world_order_secret("stamp", jy_buf_slice(&day.order_3), NEW);
    day.thaw = world_secret("unfreeze", SEAL, SEAL_PIN);
    day.agree = world_secret("lift", SEAL "/hold-1", APPROVER_PIN);
    day.lift = world_secret("lift", SEAL "/hold-1", APPROVER_PIN);
    day.new_pin = world_secret_at("change-pin", SEAL, SEAL_PIN, NEW, w.now);
    world_close();
    snprintf(pristine, sizeof(pristine), "%s/pristine", w.root);
    copy_store(w.dir, pristine);
    return 0;
}

static int
day_end(void **state)
{
    struct jy_buf *all[] = { &day.order_1, &day.order_3, &day.approve_1, &day.approve_3,  &day.stamp_1,
                             &day.stamp_3, &day.thaw,    &day.new_pin,   &day.approval_1, &day.approval_3, &day.agree, &day.lift };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        jy_buf_free(all[i]);
    return world_end(state);
}

/* A day that ends at the given call, or after so many microseconds; then the rest of it. True when it ended of its own. */
static bool
one_day(enum mode how, int at_call, long kill_after_us)
{
    struct answer answers[STEPS];
    size_t count = 0;
    int ends[2], status;
    pid_t child;

    copy_store(pristine, w.dir);
    assert_int_equal(pipe(ends), 0);
    if ((child = fork()) == 0) {
        close(ends[0]);
        if (world_try_open() != JY_OK)
            _exit(6);
        mode = how;
        last_call = at_call;
        calls = 0;
        live_the_day(ends[1]);
    }
    close(ends[1]);
    if (kill_after_us > 0) {
        usleep((useconds_t)kill_after_us);
        kill(child, SIGKILL);
    }
    while (count < STEPS && read(ends[0], &answers[count], sizeof(answers[0])) == (ssize_t)sizeof(answers[0]))
        count++;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) ? kill_after_us > 0 : WEXITSTATUS(status) != 7 && WEXITSTATUS(status) != 6 && WEXITSTATUS(status) != 1);
    last_call = at_call;
    go_on(answers, count);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
every_call(enum mode how)
{
    int n = 1;

    while (!one_day(how, n, 0))
        n++;
    assert_in_range(n, 40, 400);       /* the day has that many calls, or something is not wrapped */
}

static void
crash__before_every_call(void **state)
{
    (void)state;
    every_call(DIE_BEFORE);
}

static void
crash__in_the_middle_of_every_write(void **state)
{
    (void)state;
    every_call(DIE_HALF);
}

static void
crash__killed_at_any_moment(void **state)
{
    long wait_us = 500;

    (void)state;
    for (int i = 0; i < 40 && !one_day(NEVER, 0, wait_us); i++)
        wait_us += 700;
}

/* A disk that is full or fails: an error, never a wrong answer. */
static void
disk__an_error_from_every_call(void **state)
{
    (void)state;
    every_call(FAIL);
}

/* A crash of the process keeps what the kernel has; a power cut does not. */
static void
disk__what_is_answered_is_durable(void **state)
{
    struct jy_buf out = { 0 };

    (void)state;
    OK(world_try_open());
    memset(dirty, 0, sizeof(dirty));
    watching = true;
    for (int step = 0; step < STEPS; step++) {
        OK(perform((enum step)step, &out));
        for (int i = 0; i < 256; i++)
            assert_false(dirty[i]);
        keep((enum step)step, &out);
    }
    watching = false;
}

/* A full disk that has room again: the room goes on without a restart; after a failed fsync it does not. */
static void
disk__full_is_passing_and_a_failed_fsync_is_not(void **state)
{
    /* the calls of one approval: the try written and made durable, the count set back, the approval written and made durable */
    static const bool is_fsync[] = { false, true, false, false, true };
    struct jy_buf out = { 0 };

    (void)state;
    OK(world_try_open());
    for (int i = 0; i < 5; i++) {
        mode = FAIL;
        calls = 0;
        last_call = i + 1;
        IS(perform(APPROVE_1, &out), JY_E_IO);
        mode = NEVER;
        assert_int_equal(w.room.vault.journal.broken, is_fsync[i]);
        if (is_fsync[i]) {
            IS(perform(APPROVE_3, &out), JY_E_IO);
            IS(perform(ABANDON_2, &out), JY_E_IO);
            world_reopen();
        }
    }
    OK(perform(APPROVE_1, &out));
    jy_buf_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define DAY(test) cmocka_unit_test_setup_teardown(test, day_begin, day_end)
        DAY(crash__before_every_call), DAY(crash__in_the_middle_of_every_write), DAY(crash__killed_at_any_moment),
        DAY(disk__an_error_from_every_call),
        DAY(disk__what_is_answered_is_durable), DAY(disk__full_is_passing_and_a_failed_fsync_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
