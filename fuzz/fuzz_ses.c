/* SPDX-License-Identifier: Apache-2.0 */
/* Seals, signature values and SignedData from hostile bytes: no crash, no leak, and a parsed seal is a prefix of its input. */
#include <jinyin/seal.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t digest[JY_SM3_SIZE];
    struct jy_slice input = JY_SLICE(data, size);
    struct jy_fault fault = { 0 };
    struct jy_cms_result cms = { 0 };
    struct jy_seal *seal = NULL;
    struct jy_ses *ses = NULL;
    char type[JY_SEAL_PICTURE_TYPE];
    struct jy_slice picture;

    if (jy_seal_picture_alone(input, type, &picture) == JY_OK && (picture.p < data || picture.p + picture.len > data + size))
        abort();
    if (jy_seal_parse(input, &seal, &fault) == JY_OK) {
        struct jy_slice der = jy_seal_der(seal);
        if (der.len > size || memcmp(der.p, data, der.len) != 0)
            abort();
        (void)!jy_seal_check_signature(seal, &fault);
        if (jy_seal_maker(seal) != NULL)
            (void)jy_seal_has_signer(seal, jy_seal_maker(seal));
    }
    if (jy_ses_parse(input, &ses, &fault) == JY_OK) {
        (void)!jy_seal_check_signature(jy_ses_seal(ses), &fault);
        (void)!jy_ses_check_signature(ses, &fault);
        if (jy_ses_signer(ses) != NULL)
            (void)jy_seal_has_signer(jy_ses_seal(ses), jy_ses_signer(ses));
    }
    (void)!jy_cms_check(input, digest, &cms, &fault);
    jy_cert_free(cms.signer);
    jy_ses_free(ses);
    jy_seal_free(seal);
    return 0;
}
