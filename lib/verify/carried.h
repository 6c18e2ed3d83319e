/* SPDX-License-Identifier: Apache-2.0 */
/* carried.h: evidence inside the document; for lib/verify only. */
#ifndef JY_CARRIED_H
#define JY_CARRIED_H

#include "verify/judge.h"

struct carried {
    struct jy_cert **certs;
    size_t cert_count;
    const struct jy_cert **extra;     /* those of the judgement before, and certs */
    struct jy_trust *trust;           /* the judgement's, with the lists and answers */
};
/** Lets the judgement use what the document carries; *out must live as long, and ends in carried_free, also on error. */
JY_CHECK jy_err carried_join(struct jy_document *doc, struct judgement *common, struct carried *out, struct jy_fault *fault);
void carried_free(struct carried *carried);

#endif
