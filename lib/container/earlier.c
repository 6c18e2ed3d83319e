/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the document still the one that its earlier signatures signed? A further stamp on another one would vouch for the change. Asked is the digest that the
 * values name; signatures by other products in their own ways, certificates, times and seals are for who verifies.
 */
#include <container/document.h>

#include <jinyin/cms.h>
#include <jinyin/seal.h>

/* dataHash is the digest, or SM3(Z, data) (seal-formats §4); of another length it is of another algorithm. */
static jy_err
check_ses(struct jy_document *doc, size_t index, const struct jy_signature *sig, struct jy_fault *fault)
{
    const struct jy_cert *signer;
    struct jy_ses *ses = NULL;
    struct jy_slice hash;
    uint8_t z[JY_SM3_SIZE], with_z[JY_SM3_SIZE];
    jy_err rc = jy_ses_parse(sig->value, &ses, fault);
    bool same;

    if (rc != JY_OK)
        return rc;
    signer = jy_ses_signer(ses);
    hash = jy_ses_data_hash(ses);
    same = hash.len != JY_SM3_SIZE || jy_slice_equal(hash, JY_SLICE(sig->digest, sizeof(sig->digest)));
    if (!same && signer != NULL && jy_cert_key(signer) != NULL && (rc = jy_sm2_z(jy_cert_key(signer), z)) == JY_OK &&
        (rc = jy_document_digest_with_z(doc, index, z, with_z, fault)) == JY_OK)
        same = jy_slice_equal(hash, JY_SLICE(with_z, sizeof(with_z)));
    if (rc == JY_OK && !same)
        rc = jy_fail(fault, JY_E_DOCUMENT_CHANGED, "SES_Signature.toSign.dataHash", 0, "is for another document");
    jy_ses_free(ses);
    return rc;
}

static jy_err
check_signed_data(const struct jy_signature *sig, struct jy_fault *fault)
{
    const struct jy_cms_subject subject = { sig->digest, sig->part_count > 0 ? sig->parts : NULL, sig->part_count };
    struct jy_cms *cms = NULL;
    jy_err rc = jy_cms_parse(sig->value, &cms, fault);

    if (rc == JY_OK) {
        rc = jy_cms_verify(cms, &subject, fault);
        rc = rc == JY_E_DOCUMENT_CHANGED || rc == JY_E_NOMEM || rc == JY_E_CRYPTO ? rc : JY_OK;
    }
    jy_cms_free(cms);
    return rc;
}

jy_err
container_check_earlier(struct jy_document *doc, struct jy_fault *fault)
{
    const struct jy_signature *list;
    size_t count;
    jy_err rc = jy_document_signatures(doc, &list, &count, fault);

    for (size_t i = 0; rc == JY_OK && i < count; i++) {
        struct jy_fault own = { 0 };
        enum jy_value_form form = list[i].kind == JY_SIGNATURE_TIME_STAMP ? JY_VALUE_OTHER : jy_value_form(list[i].value);

        if (form == JY_VALUE_SES)
            rc = check_ses(doc, i, &list[i], &own);
        else if (form == JY_VALUE_SIGNED_DATA)
            rc = check_signed_data(&list[i], &own);
        if (rc == JY_E_NOMEM || rc == JY_E_CRYPTO || rc == JY_E_LIMIT)
            rc = jy_fail(fault, rc, own.where, own.offset, "%s", own.text);
        else if (rc != JY_OK)
            rc = jy_fail(fault, JY_E_EARLIER_INVALID, list[i].id, 0, "%s %s", own.where, own.text);
    }
    return rc;
}
