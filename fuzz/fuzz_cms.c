/* SPDX-License-Identifier: Apache-2.0 */
/* SignedData from hostile bytes: what is said to fit names its signer; what takes a time stamp still says the same. */
#include <jinyin/cms.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Everything that can be asked, so that a slice out of bounds is seen. */
static unsigned
sum(struct jy_slice s)
{
    unsigned total = 0;

    for (size_t i = 0; i < s.len; i++)
        total += s.p[i];
    return total;
}

static void
ask(const struct jy_cms *cms)
{
    struct jy_slice content;
    volatile unsigned total = sum(jy_cms_der(cms)) + sum(jy_cms_content_type(cms)) + sum(jy_cms_signature(cms));

    if (jy_cms_content(cms, &content))
        total += sum(content);
    for (size_t i = 0; i < jy_cms_crl_count(cms); i++)
        total += sum(jy_cms_crl(cms, i));
    for (size_t i = 0; i < jy_cms_ocsp_count(cms); i++)
        total += sum(jy_cms_ocsp(cms, i));
    for (size_t i = 0; i < jy_cms_time_stamp_count(cms); i++)
        total += sum(jy_cms_time_stamp(cms, i));
    for (size_t i = 0; i < jy_cms_cert_count(cms); i++)
        if (jy_cms_cert(cms, i) == NULL)
            abort();
    (void)total;
}

static void
check_time_stamp(const struct jy_cms *cms)
{
    struct jy_buf out = { 0 };
    struct jy_cms *again;

    if (jy_cms_add_time_stamp(jy_cms_der(cms), JY_SLICE("\x30\x00", 2), &out, NULL) == JY_OK) {
        if (jy_cms_parse(jy_buf_slice(&out), &again, NULL) != JY_OK || !jy_slice_equal(jy_cms_signature(cms), jy_cms_signature(again)) ||
            jy_cms_time_stamp_count(again) != jy_cms_time_stamp_count(cms) + 1)
            abort();
        jy_cms_free(again);
    }
    jy_buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t digest[JY_SM3_SIZE];
    const struct jy_slice part = JY_SLICE("document", 8);
    const struct jy_cms_subject subject = { .digest = digest, .parts = &part, .part_count = 1 };
    struct jy_fault fault = { 0 };
    struct jy_cms *cms;
    jy_err rc;

    if (jy_cms_parse(JY_SLICE(data, size), &cms, &fault) != JY_OK)
        return 0;
    ask(cms);
    rc = jy_cms_verify(cms, &subject, &fault);
    /* Of a foreign algorithm only the digest is compared. */
    if ((rc == JY_OK || (rc == JY_E_DOCUMENT_CHANGED && jy_cms_is_supported(cms))) && (jy_cms_signer(cms) == NULL || jy_cert_key(jy_cms_signer(cms)) == NULL))
        abort();
    (void)!jy_cms_verify(cms, NULL, &fault);
    check_time_stamp(cms);
    jy_cms_free(cms);
    return 0;
}
