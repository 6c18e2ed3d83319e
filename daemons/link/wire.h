/* SPDX-License-Identifier: Apache-2.0 */
/* wire.h: what is said to the counterparts and what is believed of their answers (docs/protocol/counterparts.md). No socket here. */
#ifndef JY_LINK_WIRE_H
#define JY_LINK_WIRE_H

#include "ipc/ipc.h"

enum link_counterpart { LINK_ENGRAVING, LINK_CA, LINK_COUNTERPARTS };

/** How a counterpart is called in the configuration and in texts. */
struct link_counterpart_name { const char *config_key, *text; };
const struct link_counterpart_name *link_counterpart_name(enum link_counterpart counterpart);

/** One call to a counterpart: a row of the table in wire.c. */
struct link_call;
/** The row for a request that web sent. Errors: JY_E_BAD_FIELD an unknown destination, JY_E_INTERNAL not a request of this room. */
JY_CHECK jy_err link_call_find(const struct jy_frame *request, const struct link_call **out, struct jy_fault *fault);
enum link_counterpart link_call_counterpart(const struct link_call *call);
const char *link_call_method(const struct link_call *call);
/** Most bytes of an answer that are read. */
size_t link_call_answer_max(const struct link_call *call);

#define LINK_PATH_MAX 64
/** The path below the counterpart's base URL, into LINK_PATH_MAX bytes. Errors: JY_E_BAD_FIELD the seal code is not 3 to 19 digits. */
JY_CHECK jy_err link_call_path(const struct link_call *call, const struct jy_frame *request, char *out, struct jy_fault *fault);
/** The body, JSON; nothing for GET. Errors: JY_E_BAD_JSON or JY_E_BAD_FIELD what web gave is not one event, JY_E_NOMEM. */
JY_CHECK jy_err link_call_body(const struct link_call *call, const struct jy_frame *request, struct jy_buf *out, struct jy_fault *fault);

/**
 * Judge an answer and make it the reply message. Everything is checked against the table's limits before; reply is emptied on error,
 * else the caller frees it with jy_frame_free.
 * Errors: JY_E_COUNTERPART_DOWN it is no answer as described (also 3xx and 5xx), JY_E_CONFLICT (409), and of other 4xx those codes that
 * a counterpart may decide; a code such as "unauthenticated" is about us, not about the person who asked: JY_E_COUNTERPART_DOWN.
 */
JY_CHECK jy_err link_call_read(const struct link_call *call, const struct jy_frame *request, int status, struct jy_slice body,
                               struct jy_frame *reply, struct jy_fault *fault);

/* -- checks of what came (believe.c) -- */
/** One whole PNG: signature, IHDR of at most 4096 × 4096, chunks to the last byte, IEND. Pixels and checksums are not looked at. */
bool link_is_png(struct jy_slice bytes);
/** Exactly one DER SEQUENCE. */
bool link_is_der_sequence(struct jy_slice bytes);
/** Text for a person: no control character, no bidirectional override. */
bool link_is_plain_text(struct jy_slice text);
/** Certificates and revocation lists as PEM and nothing else; at least one certificate. */
bool link_is_trust_pem(struct jy_slice text);

#endif
