/* SPDX-License-Identifier: Apache-2.0 */
/* smtp.h: the socket of the mail server that is played; one thread, one connection after the other. */
#ifndef JY_SIM_SMTP_H
#define JY_SIM_SMTP_H

#include "sim/mail.h"

struct sim_smtp;
/** listener is a listening socket, taken over; mails is borrowed until sim_smtp_stop. Errors: JY_E_NOMEM, JY_E_IO. */
JY_CHECK jy_err sim_smtp_start(int listener, struct sim_mails *mails, struct sim_smtp **out);
/** Ends the connection that is open. */
void sim_smtp_stop(struct sim_smtp *smtp);

#endif
