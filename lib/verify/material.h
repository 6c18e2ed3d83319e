/* SPDX-License-Identifier: Apache-2.0 */
/* material.h: what one verification made use of, for an evidence bundle; for lib/verify only. */
#ifndef JY_MATERIAL_H
#define JY_MATERIAL_H

#include "verify/report.h"

/* Everything is borrowed from trust and evidence but the certificates, which are copied. */
struct material {
    struct jy_cert **certs;           /* signers, makers, time stamp authorities; then the CAs above them */
    size_t cert_count;
    const struct jy_stamp_evidence **stamps;
    size_t stamp_count;
    const char **seals;               /* esID of every seal whose status was asked for */
    size_t seal_count;
    struct jy_slice *tokens;
    size_t token_count;
    bool failed;                      /* out of memory: what was collected is not all */
};
/* All do nothing on NULL. */
void material_cert(struct material *material, const struct jy_cert *cert);
void material_stamp(struct material *material, const struct jy_stamp_evidence *row);
void material_seal(struct material *material, const char *seal_id);
void material_token(struct material *material, struct jy_slice token);
void material_free(struct material *material);
/** The bundle (docs/protocol/evidence.md): report's verdict, what was collected, and the CAs, lists and answers that belong to it. */
JY_CHECK jy_err material_write(struct material *material, const struct jy_report *report, const struct jy_trust *trust,
                               const struct jy_evidence *evidence, struct jy_buf *out);

#endif
