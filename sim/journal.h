/* SPDX-License-Identifier: Apache-2.0 */
/* journal.h: an append-only file of JSON objects, one a line. What was appended survives a crash; what was not, was not acknowledged. */
#ifndef JY_SIM_JOURNAL_H
#define JY_SIM_JOURNAL_H

#include <jinyin/base.h>

struct json_t;
struct sim_journal;                   /* begins in sim_journal_open, ends in sim_journal_close; the caller serialises */

/** One line of an existing journal, in order; line is borrowed. An error stops the opening. */
typedef jy_err sim_journal_replay(void *self, const struct json_t *line, struct jy_fault *fault);

/**
 * Open folder/name, made with mode 0600 when absent, and replay it. A last line without its end is a write that a crash cut: it was
 * never acknowledged and is removed. Errors: JY_E_DAMAGED any other line is not a JSON object, JY_E_IO, JY_E_NOMEM, and replay's own.
 */
JY_CHECK jy_err sim_journal_open(const char *folder, const char *name, sim_journal_replay *replay, void *self, struct sim_journal **out,
                                 struct jy_fault *fault);
/**
 * Append one object and wait until the disk has it. After a failure the journal refuses everything until it is opened anew.
 * Errors: JY_E_IO, JY_E_NOMEM.
 */
JY_CHECK jy_err sim_journal_append(struct sim_journal *journal, const struct json_t *line, struct jy_fault *fault);
void sim_journal_close(struct sim_journal *journal);

/** A member that is a text of 1 to max bytes, or NULL. */
const char *sim_json_text(const struct json_t *object, const char *name, size_t max);
/** Make the entries of a folder durable. Errors: JY_E_IO. */
JY_CHECK jy_err sim_sync_folder(const char *folder, struct jy_fault *fault);

#endif
