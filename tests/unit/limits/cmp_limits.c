/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of CMP messages. */
#include "at_limit.h"

#include <cmp/cmp.h>
#include <codec/oid.h>

/* An unprotected message with a nonce of so many bytes, and extraCerts until it has `total` bytes (0 = none). */
static jy_err
message_error(size_t nonce, size_t total)
{
    static const uint8_t bytes[JY_CMP_ID_MAX + 1], zeros[JY_CMP_MAX + 1];
    const struct jy_cmp_header header = { .nonce = JY_SLICE(bytes, nonce) };
    struct jy_buf plain = { 0 }, body = { 0 }, der = { 0 };
    struct jy_cmp_message read;
    struct jy_der all;
    struct jy_der_item item;
    size_t filler = total;
    jy_err rc;

    DO(jy_cmp_message_write(NULL, &header, CMP_PKI_CONF, JY_SLICE("\x05\x00", 2), NULL, &plain));
    jy_der_open(&all, jy_buf_slice(&plain));
    DO(jy_der_next(&all, &item));
    do {
        body.len = der.len = 0;
        DO(jy_buf_add(&body, item.value));
        if (total > 0)
            DO(jy_der_put(&body, DER_CONTEXT_1, JY_SLICE(zeros, filler)));
        DO(jy_der_wrap(&der, DER_SEQUENCE, &body));
    } while (total > 0 && der.len > total && filler-- > 0);
    assert_true(total == 0 || der.len == total);
    rc = jy_cmp_message_read(jy_buf_slice(&der), &read, NULL);
    jy_buf_free(&plain);
    jy_buf_free(&body);
    jy_buf_free(&der);
    return rc;
}

static jy_err
pbm_error(size_t salt, uint32_t rounds)
{
    static const uint8_t zeros[JY_CMP_SALT_MAX + 1];
    const struct jy_cmp_pbm pbm = { .salt = JY_SLICE(zeros, salt), .owf = OID_SM3, .mac = OID_SM3, .rounds = rounds };
    struct jy_cmp_pbm read;
    struct jy_buf der = { 0 };
    struct jy_der all;
    jy_err rc;

    DO(jy_cmp_pbm_put(&der, &pbm));
    jy_der_open(&all, jy_buf_slice(&der));
    rc = jy_cmp_pbm_read(&all, &read);
    jy_buf_free(&der);
    return rc;
}

void
limit_CMP(void **state)
{
    (void)state;
    DO(message_error(16, JY_CMP_MAX));
    assert_int_equal(message_error(16, JY_CMP_MAX + 1), BEYOND(CMP));
}

void
limit_CMP_ID(void **state)
{
    (void)state;
    DO(message_error(JY_CMP_ID_MAX, 0));
    assert_int_equal(message_error(JY_CMP_ID_MAX + 1, 0), BEYOND(CMP_ID));
}

void
limit_CMP_SALT(void **state)
{
    (void)state;
    DO(pbm_error(JY_CMP_SALT_MAX, CMP_ROUNDS));
    assert_int_equal(pbm_error(JY_CMP_SALT_MAX + 1, CMP_ROUNDS), BEYOND(CMP_SALT));
}

/* Fewer than RFC 4210 5.1.3.1 asks for are no protection. */
void
limit_CMP_ROUNDS(void **state)
{
    (void)state;
    DO(pbm_error(16, JY_CMP_ROUNDS_MAX));
    assert_int_equal(pbm_error(16, JY_CMP_ROUNDS_MAX + 1), BEYOND(CMP_ROUNDS));
    DO(pbm_error(16, CMP_ROUNDS_MIN));
    assert_int_equal(pbm_error(16, CMP_ROUNDS_MIN - 1), JY_E_UNSUPPORTED);
}
