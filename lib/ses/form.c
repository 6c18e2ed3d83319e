/* SPDX-License-Identifier: Apache-2.0 */
/* What a signature value is. */
#include <jinyin/cms.h>
#include <jinyin/seal.h>

#include "codec/der.h"

/* GB/T 35276: SEQUENCE{INTEGER r, INTEGER s}. */
static bool
is_pair(struct jy_der body)
{
    struct jy_der_item item;

    return jy_der_get(&body, DER_INTEGER, &item) == JY_OK && jy_der_get(&body, DER_INTEGER, &item) == JY_OK && jy_der_at_end(&body);
}

enum jy_value_form
jy_value_form(struct jy_slice value)
{
    struct jy_der all, body;

    if (value.len == 64)
        return JY_VALUE_BARE;
    jy_der_open(&all, value);
    if (jy_der_enter(&all, DER_SEQUENCE, &body) != JY_OK)
        return JY_VALUE_OTHER;
    switch (jy_der_peek(&body)) {
    case DER_OID: return JY_VALUE_SIGNED_DATA;
    case DER_SEQUENCE: return JY_VALUE_SES;
    default: return is_pair(body) ? JY_VALUE_BARE : JY_VALUE_OTHER;
    }
}

/* of_any_length: a dataHash of another length is of another algorithm, and says nothing. */
static jy_err
ses_binds(struct jy_slice value, struct jy_slice digest, bool of_any_length, struct jy_fault *fault)
{
    struct jy_ses *ses;
    jy_err rc = jy_ses_parse(value, &ses, fault);

    if (rc == JY_OK && !jy_slice_equal(jy_ses_data_hash(ses), digest) && (!of_any_length || jy_ses_data_hash(ses).len == digest.len))
        rc = jy_fail(fault, JY_E_DOCUMENT_CHANGED, "SES_Signature.toSign.dataHash", 0, "the value is for another document");
    jy_ses_free(ses);
    return rc;
}

static jy_err
signed_data_binds(struct jy_slice value, const uint8_t *digest, struct jy_fault *fault)
{
    const struct jy_cms_subject subject = { .digest = digest };
    struct jy_cms *cms;
    jy_err rc = jy_cms_parse(value, &cms, fault);

    if (rc == JY_OK)
        rc = jy_cms_verify(cms, &subject, fault);
    jy_cms_free(cms);
    return rc;
}

jy_err
jy_value_binds(struct jy_slice value, enum jy_value_form form, const uint8_t *digest, struct jy_fault *fault)
{
    if (jy_value_form(value) != form)
        return jy_fail(fault, JY_E_FORMAT, "signature value", 0, form == JY_VALUE_SES ? "not a SES_Signature" : "not a SignedData");
    return form == JY_VALUE_SES ? ses_binds(value, JY_SLICE(digest, JY_SM3_SIZE), false, fault) : signed_data_binds(value, digest, fault);
}

jy_err
jy_value_names(struct jy_slice value, const uint8_t *digest, const struct jy_slice *parts, size_t part_count, struct jy_fault *fault)
{
    const struct jy_cms_subject subject = { digest, part_count > 0 ? parts : NULL, part_count };
    enum jy_value_form form = jy_value_form(value);
    struct jy_cms *cms;
    jy_err rc;

    if (form != JY_VALUE_SIGNED_DATA)
        return form == JY_VALUE_SES ? ses_binds(value, JY_SLICE(digest, JY_SM3_SIZE), true, fault) : JY_OK;
    if ((rc = jy_cms_parse(value, &cms, fault)) != JY_OK)
        return rc;
    rc = jy_cms_verify(cms, &subject, fault);
    jy_cms_free(cms);
    return rc == JY_E_DOCUMENT_CHANGED || rc == JY_E_NOMEM || rc == JY_E_CRYPTO ? rc : JY_OK;
}

jy_err
jy_value_signer_z(struct jy_slice value, uint8_t z[JY_SM3_SIZE], bool *has)
{
    enum jy_value_form form = jy_value_form(value);
    const struct jy_cert *signer = NULL;
    struct jy_ses *ses = NULL;
    struct jy_cms *cms = NULL;
    jy_err rc = JY_OK;

    *has = false;
    if (form == JY_VALUE_SES && (rc = jy_ses_parse(value, &ses, NULL)) == JY_OK)
        signer = jy_ses_signer(ses);
    else if (form == JY_VALUE_SIGNED_DATA && (rc = jy_cms_parse(value, &cms, NULL)) == JY_OK)
        signer = jy_cms_signer(cms);
    if (signer != NULL && jy_cert_key(signer) != NULL)
        *has = (rc = jy_sm2_z(jy_cert_key(signer), z)) == JY_OK;
    jy_ses_free(ses);
    jy_cms_free(cms);
    return rc == JY_E_NOMEM || rc == JY_E_CRYPTO ? rc : JY_OK;
}
