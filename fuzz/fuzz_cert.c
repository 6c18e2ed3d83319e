/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates, requests, revocation lists and trust files from hostile bytes; a chain is judged without trusting what it met. */
#include <jinyin/cert.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jy_slice input = JY_SLICE(data, size);
    struct jy_chain_result result;
    struct jy_fault fault = { 0 };
    struct jy_cert *cert = NULL;
    struct jy_csr *csr = NULL;
    struct jy_trust *trust = NULL;

    if (jy_trust_new(&trust) != JY_OK)
        return 0;
    if (jy_cert_parse_pem(input, &cert, &fault) == JY_OK) {
        if (jy_cert_subject(cert) == NULL || jy_cert_issuer(cert) == NULL || jy_cert_serial(cert) == NULL)
            abort();
        if (jy_chain_check(trust, cert, NULL, 0, 1780000000, &result) == JY_OK && result.status != JY_CHAIN_UNTRUSTED)
            abort();                                     /* nothing is trusted yet */
    }
    if (jy_trust_add_pem(trust, input, &fault) == JY_OK && cert != NULL)
        (void)!jy_chain_check(trust, cert, NULL, 0, 1780000000, &result);
    if (jy_csr_parse(input, &csr, &fault) == JY_OK && jy_csr_common_name(csr) == NULL)
        abort();
    jy_csr_free(csr);
    jy_cert_free(cert);
    jy_trust_free(trust);
    return 0;
}
