/* SPDX-License-Identifier: Apache-2.0 */
/* The key journal against the stamp records (N4): what counts as stamped was signed, and what was signed is known. */
#include "care/fsck.h"

#include "daemons/key/hold.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE 500

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

void
fsck_vault_close(struct fsck *f)
{
    if (f->vault_open)
        jy_vault_close(&f->vault);
    f->vault_open = false;
    if (f->copy[0] != '\0')
        (void)!nftw(f->copy, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    f->copy[0] = '\0';
}

bool
fsck_vault(struct fsck *f)
{
    struct jy_fault fault = { 0 };
    jy_err rc;

    fsck_vault_close(f);
    if ((rc = care_join(f->copy, f->site->data_dir, "fsck-XXXXXX", &fault)) == JY_OK && mkdtemp(f->copy) == NULL) {
        f->copy[0] = '\0';
        rc = jy_fail(&fault, JY_E_IO, f->site->data_dir, 0, "no room for a copy of the key store");
    }
    if (rc == JY_OK && (rc = care_keys_copy(f->site->key_dir, f->copy, &fault)) == JY_OK) {
        rc = jy_vault_open(&f->vault, f->copy, f->site->unlock_file, &fault);
        f->vault_open = true;            /* closed also after an error */
    }
    if (rc != JY_OK) {
        fsck_found(f, "key store", fault.where, "%s", fault.text);
        fsck_vault_close(f);
    }
    return rc == JY_OK;
}

/* -- one order -- */

struct order {
    char id[JY_ID_SIZE], state[16], result_from[JY_ID_SIZE];
    uint8_t signed_digest[JY_SM3_SIZE];
    bool done, digest_only, value_fits;
};

/* SM3 of the value that the journal holds for this order. */
static jy_err
value_of(struct fsck *f, const struct jy_order_row *row, uint8_t out[JY_SM3_SIZE], struct jy_fault *fault)
{
    struct jy_buf bytes = { 0 }, value = { 0 };
    struct jy_key_record record = { 0 };
    struct jy_entry entry;
    jy_err rc;

    if ((rc = jy_journal_read(&f->vault.journal, row->stamped_at, &bytes, &entry, fault)) == JY_OK &&
        (rc = jy_vault_load(&f->vault, entry.detail, &record, fault)) == JY_OK && (rc = jy_buf_add(&value, entry.head)) == JY_OK &&
        (rc = jy_buf_add(&value, jy_buf_slice(&record.seal))) == JY_OK && (rc = jy_buf_add(&value, entry.tail)) == JY_OK)
        rc = jy_sm3(jy_buf_slice(&value), out);
    jy_record_free(&record);
    jy_buf_free(&bytes);
    jy_buf_free(&value);
    return rc;
}

/* NULL when the journal agrees with the record; else what is wrong. */
static const char *
compare(struct fsck *f, const struct order *o)
{
    const struct jy_order_row *row = jy_vault_order_row(&f->vault, o->id);
    bool stamped = row != NULL && row->stamped_at != 0;
    uint8_t digest[JY_SM3_SIZE];

    if (o->done && !stamped)
        return "is recorded as stamped, and the key journal holds no signature for it";
    if (o->done && (value_of(f, row, digest, NULL) != JY_OK || memcmp(digest, o->signed_digest, sizeof(digest)) != 0))
        return "has another signature in the key journal than in its record";
    if (!o->done && stamped && !care_order_is_open(o->state))
        return "has ended without a stamp, and the key journal holds a signature for it";
    return NULL;
}

struct page { struct fsck *f; int64_t after; uint64_t signed_orders; struct order orders[PAGE]; size_t count; };

static jy_err
read_page(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct page *p = arg;
    struct db_row *row = db_begin(tx, SQL_FSCK_ORDERS);
    bool has_row;
    jy_err rc;

    p->count = 0;
    db_bind_int(row, "after", p->after);
    db_bind_int(row, "limit", PAGE);
    while ((rc = db_step(row, &has_row, fault)) == JY_OK && has_row) {
        struct order *o = &p->orders[p->count++];
        struct jy_slice digest = db_blob(row, "signed_digest");
        const char *from = db_text(row, "result_from");
        uint8_t found[JY_SM3_SIZE];
        *o = (struct order){ .done = strcmp(db_text(row, "state"), "DONE") == 0 };
        snprintf(o->id, sizeof(o->id), "%s", db_text(row, "order_id"));
        snprintf(o->state, sizeof(o->state), "%s", db_text(row, "state"));
        snprintf(o->result_from, sizeof(o->result_from), "%s", from == NULL ? "" : from);
        if (digest.len == sizeof(o->signed_digest))
            memcpy(o->signed_digest, digest.p, digest.len);
        o->digest_only = db_int(row, "digest_only") == 1;
        o->value_fits = jy_sm3(db_blob(row, "value"), found) == JY_OK && jy_slice_equal(db_blob(row, "value_digest"), JY_SLICE(found, sizeof(found)));
        p->after = db_int(row, "seq");
    }
    db_end(row);
    return rc;
}

/* A page against the copy of the key store; what seems wrong, once more against a copy that is surely younger than the page. */
static bool
check_page(struct page *p)
{
    struct fsck *f = p->f;
    bool fresh = false;

    for (size_t i = 0; i < p->count; i++) {
        const struct order *o = &p->orders[i];
        const char *wrong = compare(f, o);
        const struct jy_order_row *row;
        if (wrong != NULL && !fresh) {
            if (!fsck_vault(f))
                return false;
            fresh = true;
            wrong = compare(f, o);
        }
        if (wrong != NULL)
            fsck_found(f, "order", o->id, "%s", wrong);
        if (o->done && o->digest_only && !o->value_fits)
            fsck_found(f, "order", o->id, "was stamped by its digest, and its value is missing or another");
        if (o->done && !o->digest_only && strcmp(o->result_from, o->id) != 0)
            fsck_found(f, "order", o->id, "its stamped document says that it came from another order");
        row = jy_vault_order_row(&f->vault, o->id);
        p->signed_orders += row != NULL && row->stamped_at != 0;
    }
    return true;
}

/* -- what was signed is known -- */

struct look { const char *id; bool found; };

static jy_err
find_order(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct look *look = arg;
    struct db_row *row = db_begin(tx, SQL_FSCK_ORDER_STATE);
    jy_err rc;

    db_bind_text(row, "order_id", look->id);
    rc = db_step(row, &look->found, fault);
    db_end(row);
    return rc;
}

static bool
is_explained(const struct fsck *f, jy_time time)
{
    for (size_t i = 0; i < f->restored_count; i++)
        if (time >= f->restored[i].begun && time <= f->restored[i].finished)
            return true;
    return false;
}

static jy_err
check_signed(struct fsck *f, struct jy_fault *fault)
{
    const struct jy_table *table = &f->vault.order_rows;
    struct jy_buf bytes = { 0 };
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < table->capacity; i++) {
        const struct jy_order_row *row = (const struct jy_order_row *)(const void *)(table->rows + i * table->row_size);
        struct look look = { row->id, false };
        struct jy_entry entry;
        if (row->id[0] == '\0' || row->stamped_at == 0 || (rc = db_read(f->db, find_order, &look, fault)) != JY_OK || look.found)
            continue;
        if ((rc = jy_journal_read(&f->vault.journal, row->stamped_at, &bytes, &entry, fault)) == JY_OK && !is_explained(f, entry.time))
            fsck_found(f, "order", row->id, "was signed, and the database does not know it");
    }
    jy_buf_free(&bytes);
    return rc;
}

static void
check_records(struct fsck *f)
{
    const struct jy_table *table = &f->vault.key_rows;
    unsigned before = f->problems;
    uint64_t count = 0;

    for (size_t i = 0; i < table->capacity; i++) {
        const struct jy_key_row *row = (const struct jy_key_row *)(const void *)(table->rows + i * table->row_size);
        struct jy_key_record record = { 0 };
        struct jy_fault fault = { 0 };
        if (row->id[0] == '\0' || !row->recorded)
            continue;
        count++;
        if (jy_vault_load(&f->vault, row->id, &record, &fault) != JY_OK)
            fsck_found(f, "key", row->id, "%s", fault.text);
        jy_record_free(&record);
    }
    fsck_good(f, before, "keys against their journal", count);
}

/* -- what stops a seal in the register stops its key, and the other way round (R21.2, N1) -- */

struct stop { char id[JY_ID_SIZE], state[16]; bool own, supervisors; };
struct stops { struct fsck *f; int64_t from, after; struct stop list[PAGE]; size_t count; uint64_t all; };

static jy_err
read_stops(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct stops *s = arg;
    struct db_row *row = db_begin(tx, SQL_FSCK_STOPS);
    bool has_row;
    jy_err rc;

    s->count = 0;
    db_bind_int(row, "after", s->after);
    db_bind_int(row, "limit", PAGE);
    while ((rc = db_step(row, &has_row, fault)) == JY_OK && has_row) {
        struct stop *stop = &s->list[s->count++];
        *stop = (struct stop){ .own = db_int(row, "own") > 0, .supervisors = db_int(row, "supervisors") > 0 };
        snprintf(stop->id, sizeof(stop->id), "%s", db_text(row, "seal_id"));
        snprintf(stop->state, sizeof(stop->state), "%s", db_text(row, "state"));
        s->after = db_int(row, "seq");
    }
    db_end(row);
    return rc;
}

/* NULL when key and register stop the same; *since: when the key's last hold was placed, for what a restore explains. */
static const char *
compare_stop(struct fsck *f, const struct stop *stop, jy_time *since)
{
    struct jy_key_record record = { 0 };
    struct jy_hold holds[JY_HOLDS_MAX];
    const char *wrong = NULL;
    size_t count = 0;

    *since = 0;
    if (jy_vault_load(&f->vault, stop->id, &record, NULL) != JY_OK || jy_holds_read(&record, holds, &count) != JY_OK)
        wrong = "has no key record that can be read";
    else if ((stop->own || strcmp(stop->state, "SUSPENDED") == 0) && record.state == JY_KEY_USABLE)
        wrong = "is stopped by its organization, and its key is not";
    else if (!stop->own && strcmp(stop->state, "SUSPENDED") != 0 && record.state == JY_KEY_FROZEN)
        wrong = "is not stopped by its organization, and its key is";
    else if (stop->supervisors != (count > 0))
        wrong = count > 0 ? "is not held by the police, and its key is: place and lift the hold" : "is held by the police, and its key is not";
    if (count > 0)
        *since = holds[count - 1].placed;
    jy_record_free(&record);
    return wrong;
}

/* What seems wrong may be on its way: looked at once more, the key store and the register anew. */
static jy_err
check_stops(struct stops *s, struct jy_fault *fault)
{
    struct stops *again = NULL;
    jy_time since;
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < s->count; i++) {
        const char *wrong = compare_stop(s->f, &s->list[i], &since);
        if (wrong == NULL)
            continue;
        if (again == NULL) {
            if ((again = calloc(1, sizeof(*again))) == NULL)
                return JY_E_NOMEM;
            again->after = s->from;
            if (!fsck_vault(s->f) || (rc = db_read(s->f->db, read_stops, again, fault)) != JY_OK)
                break;
        }
        for (size_t k = 0; k < again->count; k++)
            if (strcmp(again->list[k].id, s->list[i].id) == 0 && (wrong = compare_stop(s->f, &again->list[k], &since)) != NULL && !is_explained(s->f, since))
                fsck_found(s->f, "seal", s->list[i].id, "%s", wrong);
    }
    free(again);
    return rc;
}

static jy_err
fsck_stops(struct fsck *f, struct jy_fault *fault)
{
    struct stops *s = calloc(1, sizeof(*s));
    unsigned before = f->problems;
    jy_err rc = s == NULL ? JY_E_NOMEM : JY_OK;

    if (rc == JY_OK)
        s->f = f;
    while (rc == JY_OK) {
        s->from = s->after;
        if ((rc = db_read(f->db, read_stops, s, fault)) != JY_OK || s->count == 0)
            break;
        s->all += s->count;
        rc = check_stops(s, fault);
    }
    if (rc == JY_OK)
        fsck_good(f, before, "what stops a seal against its key", s->all);
    free(s);
    return rc;
}

jy_err
fsck_keys(struct fsck *f, struct jy_fault *fault)
{
    struct page *page = calloc(1, sizeof(*page));
    unsigned before = f->problems;
    uint64_t count = 0;
    bool good = page != NULL && fsck_vault(f);
    jy_err rc = page == NULL ? JY_E_NOMEM : JY_OK;

    if (good) {
        check_records(f);
        before = f->problems;
        page->f = f;
    }
    while (good && (rc = db_read(f->db, read_page, page, fault)) == JY_OK && page->count > 0) {
        good = check_page(page);
        count += page->count;
    }
    if (good && rc == JY_OK)
        rc = check_signed(f, fault);
    if (good && rc == JY_OK)
        fsck_good(f, before, "stamping orders against the key journal", count);
    if (good && rc == JY_OK)
        rc = fsck_stops(f, fault);
    fsck_vault_close(f);
    free(page);
    return rc;
}
