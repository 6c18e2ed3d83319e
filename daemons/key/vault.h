/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault.h: the unlock secret, what is derived from it, the key records and the journal that says which version of each is valid.
 *
 *   unlock file          32 random bytes, 0600; alone it opens no private key (a PIN is needed as well)
 *   key_dir/journal      journal.h
 *   key_dir/keys/ID.key  one record, jy_wrap under a context that binds its id
 *   key_dir/keys/ID.new  the next version: valid as soon as the journal names its digest, then renamed
 */
#ifndef JY_VAULT_H
#define JY_VAULT_H

#include "daemons/key/journal.h"
#include "daemons/key/record.h"

#define JY_SECRET_MARK_LIFE 1200      /* seconds: a secret used at t was sealed by t + 600 and is refused as stale 600 s later */

struct jy_key_row {
    char id[JY_ID_SIZE];
    bool recorded;
    uint8_t digest[JY_SM3_SIZE];      /* SM3 of the record file that is valid */
    uint32_t wrong_pins, wrong_codes; /* in a row; codes: of the pending hand-over */
    uint32_t unlocks;                 /* since the last right PIN */
    jy_time votes[2];                 /* JY_VOTE_ - 1: when it was agreed to unlock it; 0 never */
    uint64_t voted_at[2];             /* the same: journal offset of the last such word; 0 never */
};
enum { JY_VOTE_COLLEAGUE = 1, JY_VOTE_MAKER = 2 };
#define JY_VOTE_LIFE 86400            /* seconds: both must agree within a day */
struct jy_order_row {
    char id[JY_ID_SIZE];
    bool abandoned;
    char used_by[JY_ID_SIZE];         /* grant that it is counted under; "" none */
    size_t last_approval;             /* number in jy_vault.approvals, from 1; 0: none */
    uint64_t stamped_at;              /* journal offset; 0: never */
};
struct jy_approval_row { uint64_t offset; size_t before; };        /* the approval of the same subject before it, as last_approval */
struct jy_grant_row { char id[JY_ID_SIZE]; int64_t count, amount_fen; };
struct jy_used_mark { uint8_t mark[JY_SM3_SIZE]; jy_time time; };

struct jy_vault {
    int dir, keys;
    uint8_t secret[32];
    struct jy_journal journal;
    struct jy_table key_rows, order_rows, grant_rows;
    struct jy_approval_row *approvals;
    size_t approval_count, approval_cap;
    struct jy_used_mark *used;        /* secrets that did something, while they are not stale */
    size_t used_count, used_cap;
    uint64_t cut;                     /* bytes of a torn last entry that the start cut off */
};

/**
 * Opens the vault; makes it when neither unlock file nor journal nor any key is there. Errors: JY_E_INTERNAL damage, or parts that do
 * not belong together; JY_E_ARGUMENT file modes open to others; JY_E_UNAVAILABLE in use; JY_E_IO.
 * Ends in jy_vault_close, also after an error.
 */
JY_CHECK jy_err jy_vault_open(struct jy_vault *vault, const char *dir, const char *unlock_file, struct jy_fault *fault);
void jy_vault_close(struct jy_vault *vault);

/** A file of 32 secret bytes that nobody else may read. Errors: JY_E_IO, JY_E_ARGUMENT its mode, JY_E_INTERNAL its length. */
JY_CHECK jy_err jy_secret_file(const char *path, uint8_t secret[32], struct jy_fault *fault);
/** 32 bytes for this use; the caller wipes. */
JY_CHECK jy_err jy_vault_derive(const struct jy_vault *vault, const char *use, uint8_t out[32]);
/** The key that secrets are sealed to. It follows from the unlock secret: nothing to store, to swap or to lose. Caller frees. */
JY_CHECK jy_err jy_vault_sealing_key(const struct jy_vault *vault, struct jy_sm2 **out);

/** NULL when there is none; valid until the next commit. */
const struct jy_key_row *jy_vault_key_row(const struct jy_vault *vault, const char *key_id);
const struct jy_order_row *jy_vault_order_row(const struct jy_vault *vault, const char *order_id);
const struct jy_grant_row *jy_vault_grant_row(const struct jy_vault *vault, const char *grant_id);
bool jy_vault_mark_is_used(const struct jy_vault *vault, const uint8_t mark[JY_SM3_SIZE]);

/** Journals an entry; memory follows. durable as in jy_journal_append. */
JY_CHECK jy_err jy_vault_commit(struct jy_vault *vault, const struct jy_entry *entry, bool durable, struct jy_fault *fault);
/**
 * The valid version of a record. Errors: JY_E_NOT_FOUND no such key; JY_E_INTERNAL the file is not the version that the journal names
 * (an older one put back, another's, missing). Ends in jy_record_free, also after an error.
 */
JY_CHECK jy_err jy_vault_load(struct jy_vault *vault, const char *key_id, struct jy_key_record *out, struct jy_fault *fault);
/**
 * Writes a new version; the record was loaded or is new. change names what changed, mark (or NULL) the secret that did it.
 * On an error either version may be the valid one: the caller's request can be repeated.
 */
JY_CHECK jy_err jy_vault_save(struct jy_vault *vault, const struct jy_key_record *record, const char *change, const uint8_t *mark,
                              jy_time now, struct jy_fault *fault);

#endif
