/* SPDX-License-Identifier: Apache-2.0 */
/* SignedData from hostile bytes: what is said to fit names its signer. */
#include <jinyin/seal.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t digest[JY_SM3_SIZE];
    struct jy_cms_result result = { 0 };
    struct jy_fault fault = { 0 };
    jy_err rc = jy_cms_check(JY_SLICE(data, size), digest, &result, &fault);

    if ((rc == JY_OK || rc == JY_E_DOCUMENT_CHANGED) && (result.signer == NULL || jy_cert_key(result.signer) == NULL))
        abort();
    jy_cert_free(result.signer);
    return 0;
}
