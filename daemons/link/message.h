/* SPDX-License-Identifier: Apache-2.0 */
/* message.h: what of mail and short messages is a function of its arguments. */
#ifndef JY_LINK_MESSAGE_H
#define JY_LINK_MESSAGE_H

#include <jinyin/crypto.h>

/** The first line of a file of mode 0600. Errors: JY_E_IO, JY_E_BAD_FIELD open to others, or empty; the fault names config_key. */
JY_CHECK jy_err link_secret_read(const char *path, const char *config_key, char *out, size_t size, struct jy_fault *fault);
/** The gateway's receipt for this message. Errors: JY_E_COUNTERPART_DOWN. */
JY_CHECK jy_err link_sms_read(const char *event_id, struct jy_slice body, char receipt[65], struct jy_fault *fault);
/** One @, letters, digits and . - _ + only: nothing that a mail server could read otherwise. */
bool link_mail_address_is_plain(const char *address);
/** A whole mail, lines ending with CR LF. to: the header's value. Errors: JY_E_NOMEM. */
JY_CHECK jy_err link_mail_write(const char *event_id, const char *from, const char *to, const char *subject, const char *text, jy_time now,
                                struct jy_buf *out);
/** smtp://127.0.0.1: the only one that may do without TLS. */
bool link_mail_is_local(const char *url);

#endif
