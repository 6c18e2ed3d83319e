/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.h: telling people: in the service (GET /notifications), by short message to a person, by mail to the operators. What is to be told is
 * found in the store (a reminder, an order that waits, a dead event), so that nobody who writes those needs to know of it. Each is told once.
 */
#ifndef JY_NOTIFY_H
#define JY_NOTIFY_H

#include "daemons/web/outbox.h"

/** Once, before the threads: which ways are open, and from which age a PIN is reminded of. mail_to: addresses separated by blanks. Errors: JY_E_BAD_FIELD. */
JY_CHECK jy_err notify_configure(const char *sms_url, const char *smtp_url, const char *mail_to, int64_t pin_max_days, int64_t pin_remind_days,
                                 struct jy_fault *fault);
/** The background's: find who is to be told, and put it down, with its messages in the outbox, in one transaction for each. */
void notify_work(struct web *web);
/** The sentence for a person: kind is one of the table's; both languages. NULL for an unknown kind. */
const char *notify_text(const char *kind, bool zh);
/** A short message: the phone number is taken from the person's row at the moment of sending, and never lies in the outbox. */
outbox_send notify_send_sms, notify_send_mail;

#endif
