/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h: what the key room did, one entry after another, never changed. It is the commit point of everything here: what is in
 * it happened, what is not did not.
 *
 * File: "JYKEYJ01" ‖ tag(32) ‖ entries. Entry: length u32 ‖ ~length u32 ‖ DER ‖ tag(32), big-endian.
 * tag = HMAC-SM3(journal key, tag before ‖ the entry up to here): a changed, missing, moved or foreign entry breaks every later tag.
 */
#ifndef JY_JOURNAL_H
#define JY_JOURNAL_H

#include <jinyin/crypto.h>

#include "daemons/key/table.h"

#define JY_ENTRY_MAX (256u << 10)     /* bytes of one entry's DER */

/** What an entry says. Numbers are on disk: never change one. */
enum jy_entry_kind {
    JY_ENTRY_RECORD = 1,   /* id key, detail what changed, digest SM3 of the record file valid now, head mark of the secret that did it */
    JY_ENTRY_TRY = 2,      /* id key, detail "" or "code" (of a hand-over), number wrong tries in a row, counting the one about to be checked */
    JY_ENTRY_APPROVE = 3,  /* id subject (order, grant, flow), detail approver key, digest SM3 of the subject, head Approval */
    JY_ENTRY_STAMP = 4,    /* id order, detail seal key, digest SM3 of the order, head and tail the value around its seal */
    JY_ENTRY_ABANDON = 5,  /* id order or grant */
    JY_ENTRY_USE = 6,      /* id grant, detail order, head its amount in fen, 8 bytes big-endian (0 when it states none) */
    JY_ENTRY_UNLOCK = 7    /* id locked key, detail who agreed, number JY_VOTE_, head mark of the secret */
};
struct jy_entry {
    enum jy_entry_kind kind;
    jy_time time;
    char id[JY_ID_SIZE], detail[JY_ID_SIZE];
    uint8_t digest[JY_SM3_SIZE];
    uint32_t number;
    struct jy_slice head, tail;       /* borrowed */
};

/** Told of every entry, at the start from the file and then when one is appended: memory is always what a restart would make it. */
typedef jy_err jy_entry_visitor(void *self, const struct jy_entry *entry, uint64_t offset);

struct jy_journal {
    int fd;
    uint8_t key[32], tag[JY_SM3_SIZE]; /* tag of the last entry */
    uint64_t end;
    bool broken;                       /* an fsync failed: what is on disk is unknown until the next start */
    jy_entry_visitor *visitor;
    void *self;
};

/** Makes an empty journal under this name, durable when it returns. Errors: JY_E_IO. */
JY_CHECK jy_err jy_journal_create(int dir, const char *name, const uint8_t key[32], struct jy_fault *fault);
/**
 * Opens, locks against a second process, checks every tag and visits every entry. A last entry that a crash cut short is cut off (*cut
 * bytes). Errors: JY_E_INTERNAL any other damage, or another key; JY_E_IO; JY_E_UNAVAILABLE somebody else has it.
 * Ends in jy_journal_close, also after an error.
 */
JY_CHECK jy_err jy_journal_open(struct jy_journal *journal, int dir, const char *name, const uint8_t key[32], jy_entry_visitor *visitor,
                                void *self, uint64_t *cut, struct jy_fault *fault);
void jy_journal_close(struct jy_journal *journal);
/** Appends and visits. durable: on disk when it returns; else with the next durable one. Errors: JY_E_IO nothing was appended. */
JY_CHECK jy_err jy_journal_append(struct jy_journal *journal, const struct jy_entry *entry, bool durable, struct jy_fault *fault);
/** Reads the entry at an offset that the visitor was given and checks its tag again. *entry borrows from *bytes. */
JY_CHECK jy_err jy_journal_read(const struct jy_journal *journal, uint64_t offset, struct jy_buf *bytes, struct jy_entry *entry,
                                struct jy_fault *fault);
/**
 * Visits the entries of a journal's bytes without its key, which proves nothing of them: for copying. *end is where the last whole one ends.
 * Errors: JY_E_FORMAT; the visitor's.
 */
JY_CHECK jy_err jy_journal_peek(struct jy_slice file, jy_entry_visitor *visitor, void *self, uint64_t *end, struct jy_fault *fault);

#endif
