/* SPDX-License-Identifier: Apache-2.0 */
/* OCSP requests and responses from hostile bytes. The issuer's name and key are the ones that the seeds speak of, but nobody signed for it:
 * nothing may be genuine. */
#include <jinyin/ocsp.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* GB/T 32918.5-2017 Annex A, as tools/evidence_seeds.py has it. */
static const uint8_t private_key[32] = { 0x39, 0x45, 0x20, 0x8F, 0x7B, 0x21, 0x44, 0xB1, 0x3F, 0x36, 0xE3, 0x8A, 0xC6, 0xD3, 0x9F, 0x95,
                                         0x88, 0x93, 0x93, 0x69, 0x28, 0x60, 0xB5, 0x1A, 0x42, 0xFB, 0x81, 0xEF, 0x4D, 0xF7, 0xC5, 0xB8 };
static struct jy_cert *issuer, *leaf;

static void
begin(void)
{
    struct jy_issue what = { .common_name = "fuzz", .not_before = 1770000000, .not_after = 1790000000, .ca = true, .path_length = -1,
                             .serial = { [15] = 1 } };
    struct jy_sm2 *key;

    if (jy_sm2_from_private(private_key, &key) != JY_OK)
        abort();
    what.issuer_key = what.subject_key = key;
    if (jy_cert_issue(&what, &issuer, NULL) != JY_OK)
        abort();
    what.issuer = issuer;
    what.common_name = "leaf";
    what.ca = false;
    what.serial[15] = 2;
    if (jy_cert_issue(&what, &leaf, NULL) != JY_OK)
        abort();
    jy_sm2_free(key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jy_slice input = JY_SLICE(data, size);
    static struct jy_ocsp_questions questions;
    struct jy_ocsp_answer answer;
    struct jy_fault fault = { 0 };
    struct jy_trust *trust;

    if (issuer == NULL)
        begin();
    if (jy_ocsp_check(input, leaf, issuer, JY_EMPTY, &answer, &fault) == JY_OK || answer.status != JY_OCSP_UNKNOWN)
        abort();
    if (jy_ocsp_request_read(input, &questions, &fault) == JY_OK)
        for (size_t i = 0; i < questions.count; i++)
            (void)jy_ocsp_is_about(&questions.list[i], issuer);
    if (jy_trust_new(&trust) == JY_OK) {
        (void)!jy_trust_add_ocsp(trust, input, &fault);
        jy_trust_free(trust);
    }
    return 0;
}
