/* SPDX-License-Identifier: Apache-2.0 */
/* platform.h: the national platform, played: its side of government-interfaces 3 as docs/protocol/counterparts.md has it. */
#ifndef JY_SIM_PLATFORM_H
#define JY_SIM_PLATFORM_H

#include <jinyin/crypto.h>

#define SIM_PLATFORM_ID "national-platform"

struct json_t;
struct sim_platform;                  /* begins in sim_platform_open, ends in sim_platform_close; the caller serialises */

/** Open folder/platform.pem (made when absent) and folder/platform.jsonl. Errors: those of sim_journal_open, JY_E_CRYPTO. */
JY_CHECK jy_err sim_platform_open(const char *folder, struct sim_platform **out, struct jy_fault *fault);
void sim_platform_close(struct sim_platform *platform);
JY_CHECK jy_err sim_platform_point(const struct sim_platform *platform, char hex[2 * JY_SM2_POINT_SIZE + 1]);
/** The one system that may send: its name and the key of its messages. Errors: JY_E_BAD_FIELD. */
JY_CHECK jy_err sim_platform_register(struct sim_platform *platform, const char *system_id, const char *point_hex, struct jy_fault *fault);
/** idB||randomB||randomA||signature. */
JY_CHECK jy_err sim_platform_challenge(struct sim_platform *platform, const char *random_a, struct jy_buf *out, struct jy_fault *fault);
/**
 * A message: its signatures, its challenge, its fields. The same request always has the same receipt, also after a restart.
 * An error is for the caller to answer; a refusal is an answer. Errors: JY_E_BAD_FIELD, JY_E_SIGNATURE, JY_E_IO, JY_E_NOMEM.
 */
JY_CHECK jy_err sim_platform_take(struct sim_platform *platform, struct jy_slice message, jy_time now, bool wrong_nonce, struct jy_buf *out,
                                  struct jy_fault *fault);
/** sealStatus at a time, signed. */
JY_CHECK jy_err sim_platform_status(const struct sim_platform *platform, const struct json_t *body, const char *nonce, struct jy_buf *out,
                                    struct jy_fault *fault);
JY_CHECK jy_err sim_platform_revoked(const struct sim_platform *platform, const struct json_t *body, const char *nonce, jy_time now,
                                     struct jy_buf *out, struct jy_fault *fault);
/** A new array of what was taken, in order; the caller decrefs. */
struct json_t *sim_platform_list(const struct sim_platform *platform);
/** What makes the platform's list differ from what it was told: es_id → true listed, false not listed. */
void sim_platform_change(struct sim_platform *platform, const char *es_id, bool listed);
void sim_platform_forget_changes(struct sim_platform *platform);

#endif
