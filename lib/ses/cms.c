/* SPDX-License-Identifier: Apache-2.0 */
/* SignedData as the value of a signature in a document: jinyin/cms.h. */
#include <jinyin/cms.h>
#include <jinyin/seal.h>

jy_err
jy_cms_check(struct jy_slice der, const uint8_t digest[JY_SM3_SIZE], struct jy_cms_result *result, struct jy_fault *fault)
{
    const struct jy_cms_subject subject = { .digest = digest };
    struct jy_cms *cms;
    jy_err rc, copied;

    *result = (struct jy_cms_result){ 0 };
    if ((rc = jy_cms_parse(der, &cms, fault)) != JY_OK)
        return rc;
    if (jy_cms_form(cms) == JY_CMS_BARE)
        rc = jy_fail(fault, JY_E_FORMAT, "GB/T 35275 SignedData", 0, "a bare SM2 value: its certificate is not in the file");
    else if ((rc = jy_cms_verify(cms, &subject, fault)) == JY_E_CERTIFICATE)
        rc = JY_E_FORMAT;                                                             /* as documented: no usable signer's certificate */
    result->deviations = jy_cms_deviations(cms);
    result->signing_time = jy_cms_signing_time(cms);
    if (jy_cms_signer(cms) != NULL && (copied = jy_cert_parse(jy_cert_der(jy_cms_signer(cms)), &result->signer, NULL)) != JY_OK)
        rc = copied;
    jy_cms_free(cms);
    return rc;
}
