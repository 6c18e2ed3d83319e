/* SPDX-License-Identifier: Apache-2.0 */
/* web.h: the web room: what its parts share. It keeps sessions, permission, rules and the database; it opens no document, holds no key, reads no PIN. */
#ifndef JY_WEB_H
#define JY_WEB_H

#include <jinyin/cert.h>

#include "core/rules.h"
#include "daemons/room/room.h"
#include "daemons/web/rows.h"
#include "ipc/flow.h"
#include "ipc/node.h"
#include "net/http.h"

#include <jansson.h>
#include <pthread.h>
#include <semaphore.h>

#define WEB_ID_SIZE 33                     /* 32 hex digits and NUL */

/** What the configuration says about accounts (R27.2). */
struct account_policy {
    unsigned second_factor_roles;          /* whoever holds one of these needs a second factor */
    int64_t session_absolute_seconds;      /* however much it is used, a session ends then */
    int64_t password_seconds;              /* age at which a password must be changed; 0 = never */
    int64_t source_tries;                  /* failed log-ins from one address before it is locked */
    int64_t bootstrap_seconds;
    bool change_issued;                    /* a password that the service gave out must be changed first */
    const char *password_kind;             /* of new passwords: "argon2id" or "pbkdf2-hmac-sm3" */
};

/** Refusals of nobody in particular that are still recorded one by one this minute; the rest is counted (docs/protocol/audit.md). */
struct refusal_budget { pthread_mutex_t lock; jy_time minute; int64_t listed, counted; };

struct web {
    struct jy_room_context *room;
    enum jy_node node;                     /* what of the service this is (N7) */
    struct db *db;
    uint8_t data_key[32];                  /* wraps personal data and kept answers (R25.1) */
    uint8_t sealing_point[JY_SM2_POINT_SIZE];
    char device[97];                       /* cryptographic device of the key room; "" = software vault */
    int blobs;                             /* folder of the documents, by digest */
    int64_t document_max;                  /* bytes */
    int64_t session_seconds, order_seconds, doc_timeout_ms, page_timeout_ms;
    bool development;
    struct account_policy policy;
    struct refusal_budget refusals;
    sem_t stretching;                      /* Argon2id takes 64 MiB a time: a few at once */
    pthread_mutex_t trust_lock;
    struct jy_buf trust_sent, trust_pem;   /* as the CA sent it; what of it counts, and the configured roots */
    jy_time trust_fetched;
    struct jy_trust *roots;                /* trust_path; NULL = the CA's own */
    struct jy_buf makers_pem;              /* makers_path */

    /* pages.h */
    const char *public_url;                /* "" = none; without a slash at its end */
    bool sees_all_pages;                   /* an approval names every page of its document */
    struct { int folder; int64_t bytes_max; pthread_mutex_t lock; unsigned kept; } pictures;   /* the cache; lock guards kept and the sweep */

    /* outbox.h */
    struct outbox_policy {
        int64_t retry_max_seconds;         /* longest wait between two tries */
        int64_t refusals_max;              /* an event that was refused so often is dead */
        int64_t dead_seconds;              /* an event that could not be delivered for so long is dead; 0 = never */
    } outbox;
    pthread_mutex_t delivery_lock;
    struct courier *couriers;              /* a row for each destination */

    /* clerk.h */
    pthread_t clerk;
    int time_stamp_policy;                 /* enum time_stamp_policy */
    int64_t time_stamp_budget;             /* seconds */
    jy_time tsa_rest_until;                /* under trust_lock */
    int64_t evidence_refresh;              /* seconds */
    jy_time evidence_discovered;           /* the clerk's own */
    int stamping_revocation;               /* enum revocation_policy */
    int reconcile_minutes;                 /* of the UTC day */
    int64_t reconciled_day;                /* the last day whose nightly run was asked for; the clerk's own */
};

/** Who asks: an anonymous actor has no person_id and no roles. */
struct actor {
    char person_id[WEB_ID_SIZE];
    unsigned roles;                        /* enum role bits */
    char organization_id[WEB_ID_SIZE], maker_id[WEB_ID_SIZE], district[7];
    uint8_t token_digest[JY_SM3_SIZE];
};

/** How far a request may see; handed to every question (R4.1). Unset members match no row. */
struct scope {
    bool city;
    const char *organization, *maker, *district;
};
#define SCOPE_CITY(x) B_INT("scope_city", (x)->scope.city)
#define SCOPE_ORGANIZATION(x) B_TEXT("scope_organization", (x)->scope.organization)
#define SCOPE_MAKER(x) B_TEXT("scope_maker", (x)->scope.maker)
#define SCOPE_DISTRICT(x) B_TEXT("scope_district", (x)->scope.district)
#define SCOPE_ANYWHERE(x) SCOPE_CITY(x), SCOPE_ORGANIZATION(x), SCOPE_MAKER(x), SCOPE_DISTRICT(x)

struct exchange;
struct route;

/** The application that signed the request (client.h); id "" when none did. `alone`: no person's session came with it. */
struct client {
    char id[WEB_ID_SIZE], nonce[65], digest[65];
    uint8_t secret[32];                    /* signs the answer */
    int64_t per_minute, per_day;
    bool alone;
};

/** One request and its answer. */
struct exchange {
    struct web *web;
    struct jy_http_request *request;
    const struct route *route;
    const char *path;                      /* of the request, or of the item of a batch */
    struct actor actor;
    struct { char id[WEB_ID_SIZE]; jy_time fresh; unsigned must; } session;   /* account.h: fresh = last second factor, must = enum must bits */
    struct client client;
    char source[128];                      /* where it came from, for the audit record */
    struct scope scope;
    jy_time now;
    char id[65], code[65];                 /* {id} and {code} of the path */
    char key[65];                          /* Idempotency-Key */
    uint8_t request_digest[JY_SM3_SIZE];
    struct jy_buf text;                    /* JSON body as received */
    json_t *input;                         /* its object, fields checked by the route's table */
    int upload;                            /* file without a name that took the body, -1 = none */
    uint64_t upload_size;
    struct jy_sm3_ctx *upload_hash;
    uint8_t upload_digest[JY_SM3_SIZE];
    /* set by the handler */
    int status;                            /* 200 unless set */
    json_t *answer;                        /* JSON object, or NULL */
    struct jy_buf bytes;                   /* or bytes of `type` */
    const char *type;
    int file;                              /* or a file, -1 = none */
    uint64_t file_size;
    char object[65];                       /* what the audit record is about */
    json_t *detail;                        /* what it says beside: an object without personal data, or NULL */
    bool committed;
    bool recorded;                         /* the refusal has its audit record already */
};

typedef jy_err web_handler(struct exchange *x, struct jy_fault *fault);

/* -- input and answers -- */
/** Checked by the route's fields: text is there (optional: NULL when absent). */
const char *in_text(const struct exchange *x, const char *name);
bool in_bool(const struct exchange *x, const char *name);
int64_t in_int(const struct exchange *x, const char *name);
double in_number(const struct exchange *x, const char *name, double absent);
/** A SEALED field, decoded into out (freed by the caller). */
JY_CHECK jy_err in_sealed(const struct exchange *x, const char *name, struct jy_buf *out, struct jy_fault *fault);
/** Text member of a row or object, "" when absent. */
const char *member(const json_t *object, const char *name);
/** Takes over the object (NULL = no memory). */
JY_CHECK jy_err answer_json(struct exchange *x, int status, json_t *object);
/** {"items": rows, "next": seq of the last or null}; takes rows over. limit and before come from the query. */
struct page { int64_t limit, before; };
JY_CHECK jy_err page_read(const struct exchange *x, struct page *out, struct jy_fault *fault);
JY_CHECK jy_err answer_page(struct exchange *x, const struct page *page, json_t *rows);
/** Copies text that is known to fit; ends the process otherwise (a bug). */
void put(char *out, size_t size, const char *text);
#define PUT(array, text) put(array, sizeof(array), text)

/**
 * One item of a batch (batch.c): POST path with this input under this key, as the same person in the same request. The outcome is
 * {idempotency_key, status, answer or problem}, which the caller decrefs; input stays the caller's. Errors: JY_E_NOMEM; a refusal is an outcome.
 */
JY_CHECK jy_err exchange_item(struct exchange *x, const char *path, const char *key, json_t *input, json_t **outcome);

/* -- the store -- */
/** One row as an object, JY_E_NOT_FOUND without one. */
JY_CHECK jy_err find_row(const struct exchange *x, enum sql_name name, const struct bind *binds, const struct column *columns, json_t **out,
                         struct jy_fault *fault);
JY_CHECK jy_err find_rows(const struct exchange *x, enum sql_name name, const struct bind *binds, const struct column *columns, json_t **out,
                          struct jy_fault *fault);
/** For work without a request: NULL with a line in the log. */
json_t *find_rows_or_log(struct web *web, enum sql_name name, const struct bind *binds, const struct column *columns);
/**
 * The one way to change something for a request: fn, the audit record and the kept answer in one transaction. Every write route
 * that succeeds has committed exactly once; fn may set the answer.
 */
JY_CHECK jy_err commit(struct exchange *x, db_fn *fn, void *arg, struct jy_fault *fault);
/** An UPDATE that must find exactly one row, in the state that it names: JY_E_CONFLICT when somebody else was first. */
JY_CHECK jy_err move_row(struct db_tx *tx, enum sql_name name, const struct bind *binds, struct jy_fault *fault);
JY_CHECK jy_err audit_append(struct db_tx *tx, jy_time at, const char *event, const char *actor_id, const char *source, const char *object,
                             const char *outcome, struct jy_slice request_digest, struct jy_fault *fault);
/** The same with everything that a record can hold; audit_append is its short form. This is the one place that appends. */
struct audit_row {
    jy_time at;
    const char *event, *actor_id, *source, *object, *outcome;
    struct jy_slice request_digest;        /* what was asked: personal_digest, so that nobody can try passwords against it */
    struct jy_slice seen_digest;           /* what was shown: personal_digest of the answer; none = JY_EMPTY */
    const char *detail;                    /* JSON text or NULL */
};
JY_CHECK jy_err audit_record(struct db_tx *tx, const struct audit_row *row, struct jy_fault *fault);
/** May this refusal of nobody in particular have a record of its own? It is counted otherwise, and the count recorded later. */
bool audit_refusal_is_listed(struct web *web, jy_time now);
/** Every ten seconds or so: one record with the number of refusals that got none. */
void audit_counted_refusals(struct web *web);
/** The address that it came from, or "local". */
const char *request_address(const struct exchange *x);
/** Where it came from: the address, and the application that carried a person's act. */
const char *audit_source(const struct exchange *x);
/** Who did it, for audit record and Idempotency-Key: the application that acts alone, else the person. "" = nobody known. */
const char *actor_id(const struct exchange *x);
/** What a kept answer is bound to: whose it is and under which key. */
#define KEPT_ID_SIZE (WEB_ID_SIZE + 65)
void kept_id(const struct exchange *x, char out[KEPT_ID_SIZE]);
/** 32 hex digits. */
JY_CHECK jy_err fresh_id(char out[WEB_ID_SIZE]);

/* -- personal data (R25.1) and passwords -- */
JY_CHECK jy_err personal_wrap(const struct web *web, const char *id, const char *column, const char *text, struct jy_buf *out);
JY_CHECK jy_err personal_wrap_bytes(const struct web *web, const char *id, const char *column, struct jy_slice bytes, struct jy_buf *out);
/** base64 of a wrapped column → text, freed by the caller. */
JY_CHECK jy_err personal_unwrap(const struct web *web, const char *id, const char *column, const char *base64, struct jy_buf *out);
JY_CHECK jy_err personal_index(const struct web *web, const char *column, const char *text, uint8_t out[JY_SM3_SIZE]);
/** HMAC-SM3 under a key of its own for each purpose: equal for equal bytes, and no guess can be tried without the data key. */
JY_CHECK jy_err personal_digest(const struct web *web, const char *purpose, struct jy_slice bytes, uint8_t out[JY_SM3_SIZE]);
/** "110***********002X": first three and last four characters stay. */
void personal_mask(const char *text, char *out, size_t size);
#define PASSWORD_SALT 16
#define PASSWORD_HASH 32
#define PASSWORD_ARGON2ID "argon2id"
#define PASSWORD_PBKDF2 "pbkdf2-hmac-sm3"
/** kind: one of the two above. Errors: JY_E_UNSUPPORTED for another. */
JY_CHECK jy_err password_hash(struct web *web, const char *kind, const char *password, const uint8_t salt[PASSWORD_SALT], uint8_t out[PASSWORD_HASH]);
/** 20 characters of an alphabet without look-alikes. */
JY_CHECK jy_err password_fresh(char out[32]);

/* -- documents by digest -- */
/** A file without a name in the blobs' folder. Errors: JY_E_IO. */
JY_CHECK jy_err blob_new(const struct web *web, int *fd, struct jy_fault *fault);
/** Give a finished file its name, durably. The same bytes again are no error. */
JY_CHECK jy_err blob_keep(const struct web *web, int fd, const uint8_t digest[JY_SM3_SIZE], struct jy_fault *fault);
JY_CHECK jy_err blob_open(const struct web *web, const char *digest_hex, int *fd, uint64_t *size, struct jy_fault *fault);
void blob_forget(const struct web *web, const char *digest_hex);
/** The same file once more, for reading only: what another room gets. */
JY_CHECK jy_err blob_reader(int fd, int *reader, struct jy_fault *fault);
/** What another room wrote, copied into a file that it does not hold, and its digest: nothing kept can be changed from there. own is the caller's. */
JY_CHECK jy_err blob_take(const struct web *web, int written, int *own, uint8_t digest[JY_SM3_SIZE], uint64_t *size, struct jy_fault *fault);
/** SM3 of the first `size` bytes of a file. Errors: JY_E_IO, also when there are fewer. */
JY_CHECK jy_err blob_digest(int fd, uint64_t size, uint8_t out[JY_SM3_SIZE]);

/* -- the other rooms -- */
/**
 * doc: a worker that ends on a document is replaced and asked again. output, a member of the request or NULL, is a new file for each
 * try: the reader of the try before may still be writing into its own. It is the caller's to close.
 */
JY_CHECK jy_err ask_doc(struct web *web, enum jy_message_type type, const void *request, int *output, struct jy_frame *reply, struct jy_fault *fault);
/** page: a refusal is about the document; when the room itself ended it is asked once more. output as above. */
JY_CHECK jy_err ask_page(struct web *web, enum jy_message_type type, const void *request, int *output, struct jy_frame *reply, struct jy_fault *fault);
JY_CHECK jy_err ask_key(struct web *web, enum jy_message_type type, const void *request, struct jy_frame *reply, struct jy_fault *fault);
JY_CHECK jy_err ask_link(struct web *web, enum jy_message_type type, const void *request, struct jy_frame *reply, struct jy_fault *fault);
/** The same for what a person waits for: the outside system's "bad_field" is none of his fields, so every no of its own is JY_E_COUNTERPART_REFUSED. */
JY_CHECK jy_err ask_counterpart(struct web *web, enum jy_message_type type, const void *request, struct jy_frame *reply, struct jy_fault *fault);
/* -- whom verdicts rest on (trust.c) -- */
/** What another node brought from the CA, as it stands in the store now. */
JY_CHECK jy_err trust_read_again(struct web *web, struct jy_fault *fault);
/** Reads trust_path and makers_path. Errors: those of jy_trust_add_path; JY_E_FORMAT no root in trust_path. */
JY_CHECK jy_err trust_configure(struct web *web, struct jy_fault *fault);
/** The CA's certificates and revocation lists and the configured roots, PEM: as last fetched, or anew when `fresh`. */
JY_CHECK jy_err trust_pem(struct web *web, bool fresh, struct jy_buf *out, struct jy_fault *fault);
/** Appends PEM of the makers of makers_path and of those in the register whose certificates have these digests (inspection.signatures). */
JY_CHECK jy_err trust_makers_pem(struct web *web, const json_t *signatures, struct jy_buf *out, struct jy_fault *fault);
/** Key pair in key, certificate from the CA, bound and its chain checked (R11.1, R13.3). */
struct enrolment {
    const char *key_id, *kind, *common_name, *organization, *organization_code;
    char activation_code[65];
    struct jy_cert *certificate;           /* freed by enrolment_end, which also wipes */
};
JY_CHECK jy_err enrol(struct web *web, struct enrolment *enrolment, jy_time now, struct jy_fault *fault);
void enrolment_end(struct enrolment *enrolment);
/** R13.3: alive now, not revoked, of an anchor that is trusted. Errors: JY_E_CERT_PERIOD. */
JY_CHECK jy_err certificate_check_chain(struct web *web, const struct jy_cert *certificate, jy_time now, struct jy_fault *fault);
/** "maker-…", "approver-…": ids of keys in the key process. */
void key_id_of(const char *kind, const char *id, char out[65]);

/* -- documents as doc sees them -- */
struct inspection {
    char format[9], refusal[65];           /* refusal "" when it may be stamped */
    json_t *pages, *signatures;            /* [[w_mm, h_mm], …]; [{id, kind, path, seal_id, value_digest, maker_digest}, …] */
};
JY_CHECK jy_err inspect(struct web *web, int document, jy_time now, struct inspection *out, struct jy_fault *fault);
void inspection_end(struct inspection *inspection);
/**
 * What is known here beside a document with these signatures, as evidence (docs/protocol/evidence.md): *text all of it, *own (unless own is NULL)
 * the register's word on seals and stamps alone. Freed by the caller, also after an error.
 */
JY_CHECK jy_err document_evidence(struct exchange *x, const json_t *signatures, char **own, char **text, struct jy_fault *fault);

/** What doc says of a document with the trust and the evidence at hand (verification.c); form "json" or "text", appended. */
JY_CHECK jy_err verification_report(struct exchange *x, int document, const char *form, struct jy_buf *out, struct jy_fault *fault);

/* -- the end of a stamping, shared with the settling of what a crash left -- */
struct stamping {
    struct web *web;
    const json_t *order;                   /* a row of order_columns */
    jy_time now, stamped;
    char document_id[WEB_ID_SIZE];         /* the stamped document */
    uint8_t signed_digest[JY_SM3_SIZE];    /* of the value as the key gave it */
    uint8_t value_digest[JY_SM3_SIZE], digest[JY_SM3_SIZE];      /* of the value in the document, with its time stamp; of the document */
    uint64_t size;
    struct inspection inspection;
    struct jy_buf value;                   /* DER, as it is recorded and as the client gets it */
};
extern const struct column order_columns[];
/** doc puts the value into the prepared document; the result is kept as a blob. Of a document that stays with the client the value is all there is. */
JY_CHECK jy_err stamping_build(struct stamping *stamping, struct jy_slice value, struct jy_fault *fault);
/** db_fn: the record DONE and the new document, in the caller's transaction; arg is the struct stamping. */
jy_err stamping_record(struct db_tx *tx, void *arg, struct jy_fault *fault);
void stamping_end(struct stamping *stamping);
/** The prepared document is not needed any more: forget its blob unless another open order uses it. */
void stamping_forget_prepared(struct web *web, const json_t *order);

/* -- approvals and flows (approval.c): what the key room decides, foreseen for people -- */
#define APPROVALS_ROWS 128
/** How far a subject's chain is, under the seal's present flow. Ends in progress_end, also after an error. */
struct progress {
    struct jy_flow *flow;
    const struct jy_flow_path *path;
    json_t *row;                           /* the flow's row: number, flow, digest */
    struct jy_buf sequence;                /* SEQUENCE OF Approval of those that count */
    size_t count;
    uint32_t next;                         /* step that waits; path->step_count: complete */
    uint32_t signed_;                      /* in that step */
};
struct use_case { const char *subject_id, *seal_id, *custodian_id; struct jy_flow_use use; jy_time now; };
JY_CHECK jy_err progress_read(struct db_tx *tx, const struct use_case *use, struct progress *out, struct jy_fault *fault);
/** The same outside a transaction. */
JY_CHECK jy_err progress_find(const struct exchange *x, const struct use_case *use, struct progress *out, struct jy_fault *fault);
void progress_end(struct progress *progress);
/** What an order row of order_columns asks for. */
struct use_case use_of_order(const json_t *order, jy_time now);
/** KEY_APPROVE by the actor's own key; reply is an answer of key, the caller's to free. */
JY_CHECK jy_err ask_approval(struct exchange *x, const char *kind, struct jy_slice subject, struct jy_frame *reply, struct jy_fault *fault);
/** The row of that approval. */
JY_CHECK jy_err approval_keep(struct db_tx *tx, const struct exchange *x, const char *kind, const char *subject_id, struct jy_slice approval,
                              struct jy_fault *fault);
extern const struct column approval_columns[];
/** A member that may be absent, as an integer. */
int64_t member_int(const json_t *object, const char *name, int64_t absent);

/* -- work without a request: settling, expiry -- */
void background_run(struct web *web);

extern const struct jy_http_service web_service;

#endif
