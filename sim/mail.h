/* SPDX-License-Identifier: Apache-2.0 */
/* mail.h: a mail server, played: the conversation of RFC 5321 as lines in and lines out; mails are kept by their Message-ID. No socket here. */
#ifndef JY_SIM_MAIL_H
#define JY_SIM_MAIL_H

#include "sim/faults.h"

#include <jansson.h>

#define SIM_MAIL_LINE_MAX 1000        /* RFC 5321 4.5.3.1.6, with its line end */
#define SIM_MAIL_MAX (256u << 10)
#define SIM_MAIL_RECIPIENTS_MAX 100   /* RFC 5321 4.5.3.1.8 */

struct sim_mails;                     /* begins in sim_mails_new, ends in sim_mails_free; thread-safe between */
/** faults is borrowed: mails meet the faults of SIM_MAIL, one for each mail, when all of it has come. */
JY_CHECK jy_err sim_mails_new(struct sim_faults *faults, struct sim_mails **out);
void sim_mails_free(struct sim_mails *mails);
/** {Message-ID: {"from", "to": […], "data", "count"}}: count is how often it came. A new reference; NULL without memory. */
json_t *sim_mails_list(struct sim_mails *mails);

struct sim_mail_session;              /* one connection */
/** Errors: JY_E_NOMEM. */
JY_CHECK jy_err sim_mail_begin(struct sim_mails *mails, struct sim_mail_session **out);
void sim_mail_end(struct sim_mail_session *session);
/** The first words of the server. */
extern const char sim_mail_greeting[];
/**
 * One line without its end. answer gets what is said to it with its line end (nothing to a line of a mail's text), and delay_ms. False: the
 * connection ends after that.
 */
bool sim_mail_line(struct sim_mail_session *session, struct jy_slice line, struct sim_answer *answer);

#endif
