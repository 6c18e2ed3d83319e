/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the document still the one that its earlier signatures signed? A further stamp on another one would vouch for the change. Asked is the digest that the
 * values name; signatures by other products in their own ways, certificates, times and seals are for who verifies.
 */
#include <container/document.h>

#include <jinyin/seal.h>

/* dataHash may be SM3(Z, data) (seal-formats §4). */
static jy_err
check(struct jy_document *doc, size_t index, const struct jy_signature *sig, struct jy_fault *fault)
{
    uint8_t z[JY_SM3_SIZE], with_z[JY_SM3_SIZE];
    jy_err rc = jy_value_names(sig->value, sig->digest, sig->parts, sig->part_count, fault), other;
    bool has;

    if (rc != JY_E_DOCUMENT_CHANGED || jy_value_form(sig->value) != JY_VALUE_SES)
        return rc;
    if ((other = jy_value_signer_z(sig->value, z, &has)) != JY_OK || !has)
        return other != JY_OK ? other : rc;
    if ((other = jy_document_digest_with_z(doc, index, z, with_z, fault)) != JY_OK)
        return other;
    return jy_value_names(sig->value, with_z, NULL, 0, fault);
}

jy_err
container_check_earlier(struct jy_document *doc, struct jy_fault *fault)
{
    const struct jy_signature *list;
    size_t count;
    jy_err rc = jy_document_signatures(doc, &list, &count, fault);

    for (size_t i = 0; rc == JY_OK && i < count; i++) {
        struct jy_fault own = { 0 };

        if (list[i].kind == JY_SIGNATURE_TIME_STAMP || (rc = check(doc, i, &list[i], &own)) == JY_OK)
            continue;
        if (rc == JY_E_DOCUMENT_CHANGED || rc == JY_E_FORMAT)
            rc = jy_fail(fault, JY_E_EARLIER_INVALID, list[i].id, 0, "%s %s", own.where, own.text);
        else
            rc = jy_fail(fault, rc, own.where, own.offset, "%s", own.text);
    }
    return rc;
}
