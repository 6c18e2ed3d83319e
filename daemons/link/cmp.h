/* SPDX-License-Identifier: Apache-2.0 */
/* cmp.h: the CA by CMP (ca_protocol = cmp): certificates and revocations; trust, lists and OCSP stay as they are. */
#ifndef JY_LINK_CMP_H
#define JY_LINK_CMP_H

#include "daemons/link/adapter.h"

#include <jinyin/cmp.h>

#define LINK_CMP_SECRET_MIN 16        /* bytes: a machine's secret, for guessing is not slowed down much */
struct link_cmp {
    char path[65], reference[JY_CMP_ID_MAX + 1], secret[257];
    struct jy_cert *ca;
};
/** Reads secret and certificate; once, before the sandbox. Errors: JY_E_BAD_FIELD or another, the fault names the key of the configuration. */
JY_CHECK jy_err link_cmp_open(struct link_cmp *cmp, const char *path, const char *reference, const char *secret_file, const char *ca_file,
                              struct jy_fault *fault);
void link_cmp_close(struct link_cmp *cmp);

/** What goes by CMP, when it is spoken. */
bool link_cmp_carries(const struct jy_frame *request);
link_adapter link_cmp;

/** How an answer is got: by HTTP, or as a test has it. Errors: JY_E_COUNTERPART_DOWN. */
typedef jy_err link_cmp_post(void *self, struct jy_slice question, struct jy_buf *answer, struct jy_fault *fault);
/** link_cmp without the network; `now` for messageTime. */
JY_CHECK jy_err link_cmp_exchange(const struct link_cmp *cmp, const struct jy_frame *request, jy_time now, link_cmp_post *post, void *self,
                                  struct jy_frame *reply, struct jy_fault *fault);

#endif
