/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill -9 of each room during stampings: usage kill_test CREDENTIALS PIDS.json FILE STAMPINGS.
 * Every stamping is asked for with one Idempotency-Key until it is answered. At the end: what was acknowledged can be downloaded
 * with the same bytes, no order has two values, and nothing is half-there.
 */
#include "cli/life.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIES 300                     /* × 100 ms: a room is back long before */

static atomic_bool over;
static const char *pids_path;
static atomic_uint kills;

/* Kill one process after another, the rooms in turn, every 150–650 ms. */
static void *
killer(void *unused)
{
    unsigned turn = 0, seed = 1;

    (void)unused;
    while (!over) {
        json_t *pids = json_load_file(pids_path, 0, NULL), *pid;
        const char *room;
        unsigned n = 0, chosen;
        usleep(150000 + (unsigned)rand_r(&seed) % 500000);
        chosen = json_object_size(pids) == 0 ? 0 : turn++ % (unsigned)json_object_size(pids);
        json_object_foreach(pids, room, pid) {
            json_t *first = json_is_array(pid) ? json_array_get(pid, 0) : pid;
            if (n++ == chosen && strcmp(room, "jinyind") != 0 && strcmp(room, "supervisor") != 0 && json_integer_value(first) > 1 &&
                kill((pid_t)json_integer_value(first), SIGKILL) == 0)
                kills++;
        }
        json_decref(pids);
    }
    return NULL;
}

/* An answer that says "ask again", not "no". */
static bool
ask_again(jy_err rc)
{
    return rc == JY_E_UNAVAILABLE || rc == JY_E_COUNTERPART_DOWN || rc == JY_E_IO;
}

#define PERSIST(rc, call)                                                             \
    for (int try_ = 0; try_ < TRIES && (rc = (call), ask_again(rc)); try_++)          \
    usleep(100000)

static void
stop(const char *what, jy_err rc, const struct jy_fault *fault)
{
    fprintf(stderr, "%s: %s %s %s\n", what, jy_err_code(rc), fault->where, fault->text);
    exit(1);
}

static void
check(const char *what, jy_err rc, const struct jy_fault *fault)
{
    if (rc != JY_OK)
        stop(what, rc, fault);
}

static void
make_a_seal(struct life *life, struct jy_fault *fault)
{
    struct life_application application;
    json_t *made = NULL;

    check("log in", life_log_in(life, fault), fault);
    check("maker key", life_maker_key(life, fault), fault);
    check("approver key", life_approver_key(life, fault), fault);
    check("apply", life_apply(life, "issue", NULL, &application, fault), fault);
    check("materials", life_upload_materials(life, &application, fault), fault);
    check("submit", life_submit(life, &application, fault), fault);
    check("accept", life_accept(life, &application, fault), fault);
    check("make", life_perform(life, &application, &made, fault), fault);
    check("hand over", life_hand_over(life, fault), fault);
    life_application_free(&application);
    json_decref(made);
}

struct done { char order[65], document[65]; uint8_t digest[JY_SM3_SIZE]; };

int
main(int argc, char **argv)
{
    struct life life;
    struct jy_fault fault = { 0 };
    struct jy_buf file = { 0 };
    struct done *done;
    json_t *document = NULL, *records = NULL, *record;
    char document_id[65];
    unsigned stampings, refused = 0, acknowledged = 0, half = 0;
    pthread_t thread;
    size_t i;
    jy_err rc = JY_OK;
    FILE *f;

    if (argc != 5 || (stampings = (unsigned)atoi(argv[4])) == 0 || (done = calloc(stampings, sizeof(*done))) == NULL)
        return 64;
    pids_path = argv[2];
    if ((f = fopen(argv[3], "rb")) == NULL || jy_buf_reserve(&file, 1u << 20) != JY_OK)
        return 65;
    file.len = fread(file.p, 1, 1u << 20, f);
    fclose(f);
    check("credentials", life_open(argv[1], &life, &fault), &fault);
    check("choose", life_choose(&life, 1, &fault), &fault);
    make_a_seal(&life, &fault);
    check("upload", life_upload(&life, jy_buf_slice(&file), &document, &fault), &fault);
    snprintf(document_id, sizeof(document_id), "%s", json_string_value(json_object_get(document, "document_id")));

    pthread_create(&thread, NULL, killer, NULL);
    for (unsigned n = 0; n < stampings; n++) {
        char order[65] = "", result[65] = "", key[3][40];
        struct jy_buf bytes = { 0 };
        for (int k = 0; k < 3; k++)
            snprintf(key[k], sizeof(key[k]), "kill-test-%d-%u-%d", (int)getpid(), n, k);
        PERSIST(rc, life_order(&life, document_id, 1, 10 + n % 100, 20, key[0], order, &fault));
        check("order", rc, &fault);
        PERSIST(rc, life_approve(&life, order, key[1], &fault));
        check("approve", rc, &fault);
        PERSIST(rc, life_stamp(&life, order, key[2], result, &fault));
        if (rc != JY_OK) {                          /* cleanly failed is allowed; asking again for ever is not */
            if (ask_again(rc))
                stop("stamp", rc, &fault);
            fprintf(stderr, "stamping %u refused: %s %s %s\n", n, life.problem_code, fault.where, fault.text);
            refused++;
            continue;
        }
        memcpy(done[acknowledged].order, order, sizeof(order));
        memcpy(done[acknowledged].document, result, sizeof(result));
        PERSIST(rc, (jy_buf_free(&bytes), life_download(&life, result, &bytes, &fault)));
        check("download", rc, &fault);
        check("digest", jy_sm3(jy_buf_slice(&bytes), done[acknowledged].digest), &fault);
        acknowledged++;
        jy_buf_free(&bytes);
    }
    over = true;
    pthread_join(thread, NULL);
    sleep(2);                                        /* rooms restart, intents are settled */

    for (unsigned n = 0; n < acknowledged; n++) {
        struct jy_buf bytes = { 0 };
        uint8_t digest[JY_SM3_SIZE];
        char again[65], key[40];
        PERSIST(rc, (jy_buf_free(&bytes), life_download(&life, done[n].document, &bytes, &fault)));
        check("acknowledged stamping is lost", rc, &fault);
        check("digest", jy_sm3(jy_buf_slice(&bytes), digest), &fault);
        if (memcmp(digest, done[n].digest, sizeof(digest)) != 0)
            stop("acknowledged stamping changed", JY_E_INTERNAL, &fault);
        jy_buf_free(&bytes);
        /* Asking once more, with another key, gives the same document or a clear no: never a second stamp. */
        snprintf(key, sizeof(key), "kill-test-again-%d-%u", (int)getpid(), n);
        PERSIST(rc, life_stamp(&life, done[n].order, key, again, &fault));
        if (rc == JY_OK && strcmp(again, done[n].document) != 0)
            stop("doubled stamping", JY_E_INTERNAL, &fault);
    }
    PERSIST(rc, life_get(&life, &life.police, "/api/v1/stamp-records?limit=1000", &records, &fault));
    check("records", rc, &fault);
    json_array_foreach(json_object_get(records, "items"), i, record) {
        const char *state = json_string_value(json_object_get(record, "state"));
        half += state != NULL && strcmp(state, "INTENT") == 0;
    }
    printf("%u stampings acknowledged, %u cleanly refused, %u kills, %u half-there\n", acknowledged, refused, (unsigned)kills, half);
    json_decref(document);
    json_decref(records);
    jy_buf_free(&file);
    free(done);
    life_close(&life);
    return half != 0 || acknowledged == 0 || kills == 0;
}
