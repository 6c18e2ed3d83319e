/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence.h: the store of revocation data (N5): lists kept fresh by the clerk, OCSP answers about our own seals. Only genuine data replace
 * what is there, and only by something not older. A stale or unreachable source is told, never hidden.
 */
#ifndef JY_EVIDENCE_STORE_H
#define JY_EVIDENCE_STORE_H

#include "daemons/web/web.h"

enum revocation_policy { REVOCATION_NONE, REVOCATION_PREFERRED, REVOCATION_REQUIRED };
/** "none", "preferred", "required". JY_E_BAD_FIELD names the configuration's key. */
JY_CHECK jy_err revocation_policy_read(const char *text, enum revocation_policy *out, struct jy_fault *fault);

/** The clerk's: find sources, fetch what is due. Waits for others. */
void evidence_work(struct web *web);
/** Seconds until a list is fetched again: `refresh`, but before it ends; after `failures` failures sooner again, growing. */
int64_t evidence_next(jy_time now, jy_time next_update, int64_t refresh);

/**
 * For a verification: arrays of base64, the lists, and the answers about these esIDs as far as they are ours. *stale gets the number of lists
 * whose nextUpdate has passed; *left_out those that found no room within the limit. Arrays are the caller's, also on error.
 */
struct evidence_found { json_t *crls, *ocsp; int stale, left_out; };
JY_CHECK jy_err evidence_collect(struct db_tx *tx, const json_t *es_ids, jy_time now, struct evidence_found *out, struct jy_fault *fault);
/** {sources, failing, stale} for /readyz and /exchange; the caller's. */
JY_CHECK jy_err evidence_summary(struct web *web, json_t **out, struct jy_fault *fault);

/**
 * May this seal stamp now, as far as its certificate is concerned? A fresh OCSP answer is asked for when the certificate names a responder.
 * Errors: JY_E_CERT_PERIOD revoked (R13.3); JY_E_COUNTERPART_DOWN under "required" nothing fresh says that it is not.
 */
JY_CHECK jy_err evidence_may_stamp(struct web *web, const char *seal_id, jy_time now, struct jy_fault *fault);

#endif
