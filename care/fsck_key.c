/* SPDX-License-Identifier: Apache-2.0 */
/* The key journal against the stamp records (N4): what counts as stamped was signed, and what was signed is known. */
#include "care/fsck.h"

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

struct order { char id[JY_ID_SIZE], state[16], result_from[JY_ID_SIZE]; uint8_t value_digest[JY_SM3_SIZE]; bool done, digest_only, value_fits; };

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
    if (o->done && (value_of(f, row, digest, NULL) != JY_OK || memcmp(digest, o->value_digest, sizeof(digest)) != 0))
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
        struct jy_slice digest = db_blob(row, "value_digest");
        const char *from = db_text(row, "result_from");
        uint8_t found[JY_SM3_SIZE];
        *o = (struct order){ .done = strcmp(db_text(row, "state"), "DONE") == 0 };
        snprintf(o->id, sizeof(o->id), "%s", db_text(row, "order_id"));
        snprintf(o->state, sizeof(o->state), "%s", db_text(row, "state"));
        snprintf(o->result_from, sizeof(o->result_from), "%s", from == NULL ? "" : from);
        if (digest.len == sizeof(o->value_digest))
            memcpy(o->value_digest, digest.p, digest.len);
        o->digest_only = db_int(row, "digest_only") == 1;
        o->value_fits = jy_sm3(db_blob(row, "value"), found) == JY_OK && memcmp(found, o->value_digest, sizeof(found)) == 0;
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
    fsck_vault_close(f);
    free(page);
    return rc;
}
