/* SPDX-License-Identifier: Apache-2.0 */
/* sim.h: the outside systems behind one door: a request in, an answer out (docs/protocol/counterparts.md). No socket and no clock here. */
#ifndef JY_SIM_H
#define JY_SIM_H

#include <jinyin/base.h>

struct sim;                           /* begins in sim_open, ends in sim_close; thread-safe between */

/**
 * Open or make the state in folder (made with mode 0700 when absent), for this process alone. base_url is how others reach it,
 * "http://127.0.0.1:8090". Errors: JY_E_CONFLICT another process has the folder, and those of sim_ca_open and sim_filings_open.
 */
JY_CHECK jy_err sim_open(const char *folder, const char *base_url, jy_time now, struct sim **out, struct jy_fault *fault);
void sim_close(struct sim *sim);
struct sim_mails;
/** The mail server's side (sim/mail.h), borrowed. */
struct sim_mails *sim_mail_server(struct sim *sim);

struct sim_answer {
    int status;
    const char *content_type;
    struct jy_buf body;               /* freed by the caller */
    int delay_ms;                     /* to be waited before it is sent: a fault */
};
/** Most bytes of body that a request may have; -1 when it needs no body because it is refused: sim_handle says how. */
int64_t sim_body_limit(const char *method, const char *path);
/** The headers that the national platform and the short message gateway look at; NULL = absent. */
struct sim_head { const char *app_key, *username, *nonce, *created, *digest, *time, *signature; };
/** As sim_handle, with headers. */
void sim_handle_head(struct sim *sim, const char *method, const char *path, const struct sim_head *head, struct jy_slice body, jy_time now,
                     struct sim_answer *answer);
/** Answer one request; an error is an answer too. path is without the query. */
void sim_handle(struct sim *sim, const char *method, const char *path, struct jy_slice body, jy_time now, struct sim_answer *answer);
/** Make answer a problem of RFC 9457 with the code, title and status of docs/errors.md. fault may be NULL. */
void sim_problem(struct sim_answer *answer, jy_err err, const struct jy_fault *fault);

#endif
