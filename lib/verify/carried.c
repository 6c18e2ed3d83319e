/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence that the document itself carries (the DSS of a PDF): anybody can have put it there, so it only ever serves as links and signed lists. */
#include "verify/carried.h"

#include <stdlib.h>

/* A certificate, list or answer that cannot be read is none. */
static jy_err
unless_ours(jy_err rc)
{
    return rc == JY_E_NOMEM || rc == JY_E_CRYPTO ? rc : JY_OK;
}

jy_err
carried_join(struct jy_document *doc, struct judgement *common, struct carried *out, struct jy_fault *fault)
{
    struct jy_validation_data data;
    size_t count = 0;
    jy_err rc;

    *out = (struct carried){ 0 };
    if ((rc = jy_document_validation_data(doc, &data, fault)) != JY_OK || data.cert_count + data.crl_count + data.ocsp_count == 0)
        return rc;
    out->certs = calloc(data.cert_count + 1, sizeof(struct jy_cert *));
    out->extra = calloc(common->extra_count + data.cert_count + 1, sizeof(*out->extra));
    if (out->certs == NULL || out->extra == NULL)
        return JY_E_NOMEM;
    for (; count < common->extra_count; count++)
        out->extra[count] = common->extra[count];
    for (size_t i = 0; rc == JY_OK && i < data.cert_count; i++) {
        rc = unless_ours(jy_cert_parse(data.certs[i], &out->certs[out->cert_count], NULL));
        if (out->certs[out->cert_count] != NULL)
            out->extra[count++] = out->certs[out->cert_count++];
    }
    if (rc == JY_OK && common->trust != NULL && data.crl_count + data.ocsp_count > 0 && (rc = jy_trust_extend(common->trust, &out->trust)) == JY_OK) {
        for (size_t i = 0; rc == JY_OK && i < data.crl_count; i++)
            rc = unless_ours(jy_trust_add_crl(out->trust, data.crls[i], NULL));
        for (size_t i = 0; rc == JY_OK && i < data.ocsp_count; i++)
            rc = unless_ours(jy_trust_add_ocsp(out->trust, data.ocsps[i], NULL));
        common->trust = out->trust;
    }
    common->extra = out->extra;
    common->extra_count = count;
    return rc;
}

void
carried_free(struct carried *carried)
{
    for (size_t i = 0; i < carried->cert_count; i++)
        jy_cert_free(carried->certs[i]);
    free(carried->certs);
    free(carried->extra);
    jy_trust_free(carried->trust);
}
