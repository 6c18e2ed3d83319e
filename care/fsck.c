/* SPDX-License-Identifier: Apache-2.0 */
#include "care/fsck.h"

#include "codec/text.h"
#include "store/audit_chain.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PAGE 1000
#define SHOWN 100                     /* problems of one kind that are listed */

void
fsck_found(struct fsck *f, const char *what, const char *id, const char *format, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    printf("WRONG  %s %s: %s\n", what, id, text);
    f->problems++;
}

void
fsck_good(const struct fsck *f, unsigned problems_before, const char *what, uint64_t count)
{
    if (f->problems == problems_before)
        printf("good   %s (%" PRIu64 ")\n", what, count);
}

/* -- documents: a name is the digest of what it holds -- */

struct blobs { struct fsck *f; uint64_t count; };

static jy_err
check_blob(void *arg, const char *path, const char *hex, struct jy_fault *fault)
{
    struct blobs *b = arg;
    char found[2 * JY_SM3_SIZE + 1];
    struct care_print print;
    jy_err rc;

    if ((rc = care_print_of(path, &print, fault)) == JY_E_NOT_FOUND)
        return JY_OK;                 /* a prepared document whose order has ended meanwhile */
    if (rc != JY_OK)
        return rc;
    b->count++;
    jy_hex(JY_SLICE(print.digest, sizeof(print.digest)), found);
    if (strcmp(found, hex) != 0)
        fsck_found(b->f, "document", hex, "is damaged: its digest is %s", found);
    return JY_OK;
}

/* Is the blob of a row there, with this size (-1: any)? */
static bool
blob_is_there(const struct fsck *f, struct jy_slice digest, int64_t size)
{
    char path[PATH_MAX];
    struct stat st;

    return digest.len == JY_SM3_SIZE && care_blob_path(path, f->blobs, digest.p, NULL) == JY_OK && lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           (size < 0 || st.st_size == size);
}

struct rows { struct fsck *f; int64_t after; char application[65], code[65]; uint64_t count; bool more; uint8_t hash[JY_SM3_SIZE]; };

static jy_err
check_documents(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct rows *r = arg;
    struct db_row *row = db_begin(tx, SQL_FSCK_DOCUMENTS);
    jy_err rc;

    db_bind_int(row, "after", r->after);
    db_bind_int(row, "limit", PAGE);
    while ((rc = db_step(row, &r->more, fault)) == JY_OK && r->more) {
        r->after = db_int(row, "seq");
        r->count++;
        if (!blob_is_there(r->f, db_blob(row, "digest"), db_int(row, "size")))
            fsck_found(r->f, "document", db_text(row, "document_id"), "its file is missing or has another size");
    }
    r->more = r->count > 0 && r->count % PAGE == 0;
    db_end(row);
    return rc;
}

static jy_err
check_materials(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct rows *r = arg;
    struct db_row *row = db_begin(tx, SQL_FSCK_MATERIALS);
    jy_err rc;

    db_bind_text(row, "application_id", r->application);
    db_bind_text(row, "code", r->code);
    db_bind_int(row, "limit", PAGE);
    while ((rc = db_step(row, &r->more, fault)) == JY_OK && r->more) {
        r->count++;
        if (!blob_is_there(r->f, db_blob(row, "digest"), db_int(row, "size")))
            fsck_found(r->f, "material", db_text(row, "application_id"), "%s: its file is missing or has another size", db_text(row, "code"));
        snprintf(r->application, sizeof(r->application), "%s", db_text(row, "application_id"));
        snprintf(r->code, sizeof(r->code), "%s", db_text(row, "code"));
    }
    r->more = r->count > 0 && r->count % PAGE == 0;
    db_end(row);
    return rc;
}

/* An open order needs its prepared document, unless it ended since it was read. */
static bool
is_still_open(struct db_tx *tx, const char *order_id)
{
    struct db_row *row = db_begin(tx, SQL_FSCK_ORDER_STATE);
    bool has_row, open;

    db_bind_text(row, "order_id", order_id);
    open = db_step(row, &has_row, NULL) == JY_OK && has_row && care_order_is_open(db_text(row, "state"));
    db_end(row);
    return open;
}

struct suspect { char id[65]; struct suspect *next; };
struct prepared { struct rows rows; struct suspect *suspects; };

static jy_err
check_prepared(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct prepared *p = arg;
    struct db_row *row = db_begin(tx, SQL_FSCK_ORDERS);
    jy_err rc;

    db_bind_int(row, "after", p->rows.after);
    db_bind_int(row, "limit", PAGE);
    while ((rc = db_step(row, &p->rows.more, fault)) == JY_OK && p->rows.more) {
        struct suspect *s;
        p->rows.after = db_int(row, "seq");
        p->rows.count++;
        if (!care_order_is_open(db_text(row, "state")) || db_int(row, "digest_only") == 1 || blob_is_there(p->rows.f, db_blob(row, "prepared_digest"), -1))
            continue;
        if ((s = calloc(1, sizeof(*s))) == NULL) {
            rc = JY_E_NOMEM;
            break;
        }
        snprintf(s->id, sizeof(s->id), "%s", db_text(row, "order_id"));
        s->next = p->suspects;
        p->suspects = s;
    }
    p->rows.more = p->rows.count > 0 && p->rows.count % PAGE == 0;
    db_end(row);
    return rc;
}

static jy_err
judge_suspects(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct prepared *p = arg;

    (void)fault;
    for (const struct suspect *s = p->suspects; s != NULL; s = s->next)
        if (is_still_open(tx, s->id))
            fsck_found(p->rows.f, "order", s->id, "is open, and its prepared document is missing");
    return JY_OK;
}

static jy_err
pages(struct fsck *f, db_fn *fn, struct rows *rows, const char *what, struct jy_fault *fault)
{
    unsigned before = f->problems;
    jy_err rc;

    do
        rc = db_read(f->db, fn, rows, fault);
    while (rc == JY_OK && rows->more);
    if (rc == JY_OK)
        fsck_good(f, before, what, rows->count);
    return rc;
}

static bool
has_stamps(const struct care_site *site)
{
    return site->side == DB_WHOLE || site->side == DB_STAMPING;
}

static jy_err
fsck_documents(struct fsck *f, struct jy_fault *fault)
{
    struct blobs blobs = { f, 0 };
    struct rows documents = { .f = f }, materials = { .f = f };
    struct prepared prepared = { .rows = { .f = f } };
    struct suspect *next;
    unsigned before = f->problems;
    jy_err rc;

    if ((rc = care_blobs(f->blobs, check_blob, &blobs, fault)) != JY_OK)
        return rc;
    fsck_good(f, before, "files against the digests in their names", blobs.count);
    /* N7: documents lie with the node that stamps them, materials with the one that makes. */
    if ((has_stamps(f->site) && (rc = pages(f, check_documents, &documents, "documents against their files", fault)) != JY_OK) ||
        (f->site->side != DB_STAMPING && (rc = pages(f, check_materials, &materials, "materials against their files", fault)) != JY_OK) ||
        !has_stamps(f->site))
        return rc;
    before = f->problems;
    do
        rc = db_read(f->db, check_prepared, &prepared, fault);
    while (rc == JY_OK && prepared.rows.more);
    if (rc == JY_OK && prepared.suspects != NULL)
        rc = db_read(f->db, judge_suspects, &prepared, fault);
    for (; prepared.suspects != NULL; prepared.suspects = next) {
        next = prepared.suspects->next;
        free(prepared.suspects);
    }
    if (rc == JY_OK)
        fsck_good(f, before, "orders against their prepared documents", prepared.rows.count);
    return rc;
}

/* -- the audit record: each hash covers the one before (R28.1) -- */

static json_t *
text_or_null(const struct db_row *row, const char *column)
{
    return db_is_null(row, column) ? json_null() : json_string(db_text(row, column));
}

static json_t *
hex_of(const struct db_row *row, const char *column)
{
    struct jy_slice digest = db_blob(row, column);
    char hex[2 * JY_SM3_SIZE + 1] = "";

    if (digest.len > JY_SM3_SIZE)
        return NULL;
    jy_hex(digest, hex);
    return json_string(hex);
}

static jy_err
next_hash(const struct db_row *row, uint8_t hash[JY_SM3_SIZE])
{
    json_t *object = json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "at", (json_int_t)db_int(row, "at"), "event", text_or_null(row, "event"),
                               "actor", text_or_null(row, "actor_id"), "source", text_or_null(row, "source"), "object", text_or_null(row, "object"),
                               "outcome", text_or_null(row, "outcome"), "request", hex_of(row, "request_digest"), "seen", hex_of(row, "seen_digest"),
                               "detail", text_or_null(row, "detail"));
    jy_err rc = object == NULL ? JY_E_FORMAT : audit_chain(hash, object);

    json_decref(object);
    return rc;
}

static jy_err
check_audit(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct rows *r = arg;
    struct db_row *row = db_begin(tx, SQL_FSCK_AUDIT);
    char id[24];
    jy_err rc;

    db_bind_int(row, "after", r->after);
    db_bind_int(row, "limit", PAGE);
    while ((rc = db_step(row, &r->more, fault)) == JY_OK && r->more) {
        struct jy_slice stated = db_blob(row, "hash");
        r->after = db_int(row, "seq");
        r->count++;
        if (next_hash(row, r->hash) == JY_OK && jy_slice_equal(stated, JY_SLICE(r->hash, sizeof(r->hash))))
            continue;
        snprintf(id, sizeof(id), "%" PRId64, r->after);
        fsck_found(r->f, "audit", id, "the chain breaks here: this record or one before it was changed, put in or taken out");
        if (stated.len == sizeof(r->hash))
            memcpy(r->hash, stated.p, stated.len);       /* what follows is judged by itself */
    }
    r->more = r->count > 0 && r->count % PAGE == 0;
    db_end(row);
    return rc;
}

/* -- questions whose every row is a problem -- */

static const struct { enum sql_name name; const char *what, *wrong, *checked; } questions[] = {
    { SQL_FSCK_SEAL_STATES, "seal", "its state is not that of its last event: ", "seals against their events" },
    { SQL_FSCK_HOLDS, "seal", "its state is not what the holds on it make of it: ", "seals against their holds" },
    { SQL_FSCK_EVENTS, "seal", "an event was not filed, or a filing has no event: ", "events of seals against the filings" },
    { SQL_FSCK_FILINGS, "filing", "what went to the engraving system is not what was filed: ", "filings against the outbox" },
    { SQL_FSCK_OUTBOX, "event", "delivered without a receipt, or a receipt without a delivery: ", "deliveries against receipts" },
};

struct question { struct fsck *f; size_t i; };

static jy_err
ask(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct question *q = arg;
    struct db_row *row = db_begin(tx, questions[q->i].name);
    bool has_row;
    jy_err rc;

    db_bind_int(row, "limit", SHOWN);
    while ((rc = db_step(row, &has_row, fault)) == JY_OK && has_row)
        fsck_found(q->f, questions[q->i].what, db_text(row, "id"), "%s%s", questions[q->i].wrong, db_text(row, "found"));
    db_end(row);
    return rc;
}

static jy_err
fsck_rows(struct fsck *f, struct jy_fault *fault)
{
    struct rows audit = { .f = f };
    jy_err rc = pages(f, check_audit, &audit, "audit records, each against the chain", fault);

    for (size_t i = 0; rc == JY_OK && i < sizeof(questions) / sizeof(questions[0]); i++) {
        unsigned before = f->problems;
        rc = db_read(f->db, ask, &(struct question){ f, i }, fault);
        if (rc == JY_OK && f->problems == before)
            printf("good   %s\n", questions[i].checked);
    }
    return rc;
}

/* -- all of it -- */

static jy_err
read_restored(struct fsck *f, struct jy_fault *fault)
{
    char path[PATH_MAX], begun[32], finished[32], *save = NULL;
    struct jy_buf text = { 0 };
    jy_err rc;

    if ((rc = care_join(path, f->site->web_dir, CARE_RESTORED, fault)) != JY_OK)
        return rc;
    if ((rc = care_read(path, 65536, &text, fault)) == JY_E_NOT_FOUND) {
        rc = JY_OK;
        goto out;
    }
    if (rc != JY_OK || (rc = jy_buf_byte(&text, 0)) != JY_OK)
        goto out;
    for (char *line = strtok_r((char *)text.p, "\n", &save); line != NULL && f->restored_count < CARE_RESTORED_MAX; line = strtok_r(NULL, "\n", &save))
        if (sscanf(line, "%31s %31s", begun, finished) == 2 && jy_time_parse_rfc3339(begun, &f->restored[f->restored_count].begun) == JY_OK &&
            jy_time_parse_rfc3339(finished, &f->restored[f->restored_count].finished) == JY_OK)
            f->restored_count++;
out:
    jy_buf_free(&text);
    return rc;
}

jy_err
care_fsck(const struct care_site *site, unsigned *problems, struct jy_fault *fault)
{
    struct fsck f = { .site = site };
    struct jy_fault cause = { 0 };
    jy_err rc;

    if ((rc = care_join(f.blobs, site->web_dir, "blobs", fault)) != JY_OK || (rc = read_restored(&f, fault)) != JY_OK)
        return rc;
    if ((rc = db_check(site->place, &cause)) != JY_OK)
        fsck_found(&f, "database", cause.where, "%s", cause.text);
    else if ((rc = db_open_reader(site->owner != NULL ? site->owner : site->place, &f.db, fault)) == JY_OK) {
        printf("good   the database's pages and keys\n");
        if ((rc = fsck_rows(&f, fault)) == JY_OK && (rc = fsck_documents(&f, fault)) == JY_OK && has_stamps(site))
            rc = fsck_keys(&f, fault);
    }
    if (f.problems > 0 && rc == JY_E_IO && cause.err == JY_E_IO)
        rc = JY_OK;                   /* the damaged file is the finding */
    db_close(f.db);
    *problems = f.problems;
    return rc;
}
