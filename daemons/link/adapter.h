/* SPDX-License-Identifier: Apache-2.0 */
/* adapter.h: calls that are more than a row of wire.c. Each says how a message is carried out; what is judged is a function of bytes. */
#ifndef JY_LINK_ADAPTER_H
#define JY_LINK_ADAPTER_H

#include "daemons/link/http.h"
#include "daemons/link/link.h"

#define LINK_URL_MAX 1024

/** base + path with one slash between. Errors: JY_E_COUNTERPART_DOWN the base is empty or no base URL; the fault names config_key. */
JY_CHECK jy_err link_base_url(const char *base, const char *path, const char *config_key, char out[LINK_URL_MAX], struct jy_fault *fault);
/** link_http_exchange whose failure says who does not answer. */
JY_CHECK jy_err link_http_ask(const struct link_http *what, const char *whom, const char *config_key, int *status, struct jy_buf *answer,
                              struct jy_fault *fault);

#define LINK_NONCE_SIZE 33
/** 32 hex digits of the operating system's generator: an answer without them is an answer to something else. Errors: JY_E_CRYPTO. */
JY_CHECK jy_err link_nonce(char out[LINK_NONCE_SIZE], struct jy_fault *fault);

/** One message carried out; reply is zeroed before and freed by the caller, also on error. */
typedef jy_err link_adapter(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault);

/** The adapter of a request that has no row in wire.c, or NULL. */
link_adapter *link_adapter_find(enum jy_message_type request);

/* register.c: the engraving system's register */
link_adapter link_register;
JY_CHECK jy_err link_register_body(const struct jy_msg_LINK_REGISTER *ask, const char *nonce, struct jy_buf *out, struct jy_fault *fault);
/** Errors: JY_E_COUNTERPART_DOWN it is not the page that was asked for, the fault says why. */
JY_CHECK jy_err link_register_read(const struct jy_msg_LINK_REGISTER *ask, const char *nonce, struct jy_slice body, struct jy_frame *reply,
                                   struct jy_fault *fault);

/* webhook.c */
link_adapter link_webhook;
/* message.c */
link_adapter link_sms, link_mail;

/* tsa.c */
link_adapter link_time_stamp;
struct jy_timestamp_request;
/** The token out of a reply. Errors: JY_E_COUNTERPART_REFUSED, JY_E_COUNTERPART_DOWN it is no reply to this request. */
JY_CHECK jy_err link_time_stamp_judge(struct jy_slice body, const struct jy_timestamp_request *asked, struct jy_buf *token, struct jy_fault *fault);

/* evidence.c */
link_adapter link_crl, link_ocsp;
struct jy_cert;
struct jy_ocsp_answer;
/** Errors: JY_E_COUNTERPART_DOWN: not genuine, about another certificate, or not an answer to this nonce. */
JY_CHECK jy_err link_ocsp_judge(struct jy_slice body, const struct jy_cert *cert, const struct jy_cert *issuer, struct jy_slice nonce,
                                struct jy_ocsp_answer *out, struct jy_fault *fault);

#endif
