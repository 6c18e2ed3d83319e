/* SPDX-License-Identifier: Apache-2.0 */
/* SignedData as the value of a signature in a document: jinyin/cms.h, told in the words of jinyin/seal.h. */
#include <jinyin/cms.h>
#include <jinyin/seal.h>

static unsigned
in_words_of_seals(unsigned met)
{
    static const struct { unsigned met, told; } rows[] = {
        { JY_CMS_RAW64, JY_DEV_SIG_RAW64 }, { JY_CMS_NON_MINIMAL, JY_DEV_SIG_NON_MINIMAL }, { JY_CMS_TRAILING, JY_DEV_TRAILING },
        { JY_CMS_TIME_FORM, JY_DEV_TIME_FORM } };
    unsigned told = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if ((met & rows[i].met) != 0)
            told |= rows[i].told;
    return told;
}

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
    result->deviations = in_words_of_seals(jy_cms_deviations(cms));
    result->signing_time = jy_cms_signing_time(cms);
    if (jy_cms_signer(cms) != NULL && (copied = jy_cert_parse(jy_cert_der(jy_cms_signer(cms)), &result->signer, NULL)) != JY_OK)
        rc = copied;
    jy_cms_free(cms);
    return rc;
}
