/* SPDX-License-Identifier: Apache-2.0 */
/* life_inside.h: what the files of the life share. */
#ifndef JY_LIFE_INSIDE_H
#define JY_LIFE_INSIDE_H

#include "cli/life.h"

void life_copy(char *out, size_t size, const char *text);
/** A text of an object, "" when it is not there. */
const char *life_member(const json_t *object, const char *name);
/** 32 hex digits that nobody else will choose. */
JY_CHECK jy_err life_fresh_id(char out[33]);
/** A PIN of this run: letters and digits, 20 characters. */
JY_CHECK jy_err life_fresh_pin(char out[65]);
/** A call whose JSON body is taken over. */
JY_CHECK jy_err life_ask(struct life *life, const struct life_person *who, const char *method, const char *path, json_t *body, const char *key,
                         json_t **answer, struct jy_fault *fault);
/** Write into the credentials file, so that a second tour can use the keys of the first. */
JY_CHECK jy_err life_remember(struct life *life, const char *name, const char *value, struct jy_fault *fault);
/** Secret of purpose change-pin. about: what it is sealed to: the key's id, or, for activating a seal, that and the custodian's. */
JY_CHECK jy_err life_change_pin(struct life *life, const struct life_person *who, const char *key_id, const char *about, const char *old_pin,
                                const char *new_pin, struct jy_fault *fault);

#endif
