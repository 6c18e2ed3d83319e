/* SPDX-License-Identifier: Apache-2.0 */
/* filings.h: what the engraving system was told (R13.2): events in order, each with its receipt. */
#ifndef JY_SIM_FILINGS_H
#define JY_SIM_FILINGS_H

#include <jinyin/base.h>

struct json_t;
struct sim_filings;                   /* begins in sim_filings_open, ends in sim_filings_close; the caller serialises */

/** Open folder/filings.jsonl. Errors: those of sim_journal_open. */
JY_CHECK jy_err sim_filings_open(const char *folder, struct sim_filings **out, struct jy_fault *fault);
void sim_filings_close(struct sim_filings *filings);
/**
 * Take an event: a JSON object with event_id (1 to 64 bytes) and event (1 to 64 bytes). The same event always has the same receipt,
 * also after a restart. receipt needs 65 bytes.
 * Errors: JY_E_BAD_FIELD, JY_E_CONFLICT the event_id came before with another body, JY_E_IO, JY_E_NOMEM.
 */
JY_CHECK jy_err sim_filings_add(struct sim_filings *filings, struct json_t *body, jy_time now, char receipt[65], struct jy_fault *fault);
/** A new array of {event_id, receipt, received, body} in the order of arrival; NULL without memory. The caller decrefs. */
struct json_t *sim_filings_list(const struct sim_filings *filings);

/**
 * What the engraving system holds of electronic seals after these filings: a new object es_id → {state, impression_digest}, where changes, an
 * object es_id → {state?, impression_digest?} or es_id → null (forgotten), stands above them. NULL without memory. The caller decrefs.
 */
struct json_t *sim_filings_register(const struct sim_filings *filings, const struct json_t *changes);

#endif
