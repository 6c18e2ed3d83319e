/* SPDX-License-Identifier: Apache-2.0 */
/* application.h: what the handlers of applications share: rows, facts, the physical seal, and the one way to move an application. */
#ifndef JY_WEB_APPLICATION_H
#define JY_WEB_APPLICATION_H

#include "daemons/web/web.h"

/** The application {id}, within the request's scope. The caller decrefs. */
JY_CHECK jy_err application_find(struct exchange *x, json_t **out, struct jy_fault *fault);
/** Pointers into the row. */
struct application_facts application_facts_of(const json_t *application);
/** Rows of code, digest and original_seen_by. The caller decrefs. */
JY_CHECK jy_err application_materials(struct exchange *x, json_t **out, struct jy_fault *fault);
/** The row with this code, or NULL; materials may be NULL. */
const json_t *material_with(const json_t *materials, const char *code);
/** Every rule that asks for something, against what was uploaded; materials may be NULL. */
json_t *checklist(const struct application_facts *facts, const json_t *materials);

/**
 * The seal that the application {id} is about: NULL for an issue. Its state must allow what is applied for; a renewal must still be possible.
 * Errors: JY_E_BAD_STATE, JY_E_RENEWAL_WINDOW. The caller decrefs.
 */
JY_CHECK jy_err application_present_seal(struct exchange *x, const json_t *application, json_t **out, struct jy_fault *fault);
/**
 * R8.1, R11.2: the physical seal as the engraving system has it now, which must fit; R20.2: and for a renewal its picture is the present
 * seal's. present: the row of application_present_seal. found is freed by the caller; digest is the picture's.
 */
JY_CHECK jy_err application_physical_seal(struct exchange *x, const json_t *application, const json_t *present, struct jy_frame *found,
                                          uint8_t digest[JY_SM3_SIZE], struct jy_fault *fault);
/** R7.1: the licence of the maker who asks is valid now. */
JY_CHECK jy_err maker_is_licensed(struct exchange *x, struct jy_fault *fault);

/** One event of an application inside a transaction: its state, its history and its next deadline. */
struct application_change {
    struct web *web;
    const char *application_id, *from, *event;   /* a row of application_moves */
    const char *to;                        /* out */
    const char *actor_id, *maker_id, *accepted_by, *seal_id, *reason;   /* may be NULL */
    jy_time at;
};
/** Errors: JY_E_BAD_STATE, JY_E_CONFLICT. */
JY_CHECK jy_err application_change(struct db_tx *tx, struct application_change *change, struct jy_fault *fault);
/** When an application that comes into this state now lapses; 0 = never. */
jy_time application_deadline(const struct web *web, const char *state, jy_time now);
/** The change by who asks. */
struct application_change application_change_of(const struct exchange *x, const json_t *application, const char *event);

/** Applications whose deadline has passed end (background). */
void applications_lapse(struct web *web);
/** R20.2: reminders before the end of a certificate (background). */
void reminders_write(struct web *web);

#endif
