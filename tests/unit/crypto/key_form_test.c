/* SPDX-License-Identifier: Apache-2.0 */
/* SubjectPublicKeyInfo as certificates have it (seal-formats §4): id-ecPublicKey with the curve, or the curve as the algorithm itself. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <authority.h>
#include <codec/der.h>
#include <codec/oid.h>

/* A certificate by the CA with these contents octets as AlgorithmIdentifier of its key, and signed so. */
static struct jy_buf
with_algorithm(const struct jy_cert *cert, struct jy_slice algorithm, struct jy_slice bits)
{
    struct jy_buf tbs = { 0 }, key = { 0 }, body = { 0 }, out = { 0 };
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    struct jy_der all, whole, list;
    struct jy_der_item item;
    size_t len, n = 0;

    jy_der_open(&all, jy_cert_der(cert));
    MUST(jy_der_enter(&all, DER_SEQUENCE, &whole));
    MUST(jy_der_enter(&whole, DER_SEQUENCE, &list));
    while (!jy_der_at_end(&list)) {
        MUST(jy_der_next(&list, &item));
        if (n++ != 6) {                                  /* version, serial, algorithm, issuer, validity, subject, the key */
            MUST(jy_buf_add(&tbs, item.tlv));
            continue;
        }
        MUST(jy_der_put(&key, DER_SEQUENCE, algorithm));
        MUST(jy_der_put_bits(&key, bits));
        MUST(jy_der_wrap(&tbs, DER_SEQUENCE, &key));
    }
    MUST(jy_der_wrap(&body, DER_SEQUENCE, &tbs));
    MUST(jy_sm2_sign(authority.ca_key, jy_buf_slice(&body), sig, &len));
    MUST(jy_der_put_algorithm(&body, OID_SM2_WITH_SM3));
    MUST(jy_der_put_bits(&body, JY_SLICE(sig, len)));
    MUST(jy_der_wrap(&out, DER_SEQUENCE, &body));
    jy_buf_free(&tbs);
    jy_buf_free(&key);
    jy_buf_free(&body);
    return out;
}

#define SM2 "\x06\x08\x2a\x81\x1c\xcf\x55\x01\x82\x2d"
#define EC "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
#define TLV(bytes) JY_SLICE(bytes, sizeof(bytes) - 1)

static void
key__is_read_in_either_form_and_in_no_other(void **state)
{
    struct jy_cert *cert = issue((struct jy_issue){ .common_name = "leaf" });
    uint8_t point[JY_SM2_POINT_SIZE], off[JY_SM2_POINT_SIZE];
    struct jy_slice whole = JY_SLICE(point, sizeof(point));
    const struct { const char *what; struct jy_slice algorithm, bits; bool read; } rows[] = {
        { "id-ecPublicKey and the curve", TLV(EC SM2), whole, true }, { "the curve and the curve", TLV(SM2 SM2), whole, true },
        { "the curve alone", TLV(SM2), whole, true }, { "the curve and NULL", TLV(SM2 "\x05\x00"), whole, true },
        { "the curve and something", TLV(SM2 "\x02\x01\x01"), whole, false }, { "id-ecPublicKey alone", TLV(EC), whole, false },
        { "no identifier", TLV("\x05\x00"), whole, false }, { "a short point", TLV(SM2), JY_SLICE(point, sizeof(point) - 1), false },
        { "a point off the curve", TLV(SM2), JY_SLICE(off, sizeof(off)), false },
    };
    struct jy_trust *trust = authority_trust(true);

    (void)state;
    MUST(jy_sm2_point(authority.key, point));
    memcpy(off, point, sizeof(off));
    off[64] ^= 1;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf der = with_algorithm(cert, rows[i].algorithm, rows[i].bits);
        struct jy_chain_result result;
        struct jy_cert *read = NULL;
        jy_err rc = jy_cert_parse(jy_buf_slice(&der), &read, NULL);
        if ((rc == JY_OK && jy_cert_key(read) != NULL && jy_sm2_same_public(jy_cert_key(read), authority.key)) != rows[i].read)
            fail_msg("%s: %s, %s", rows[i].what, jy_err_code(rc), rc == JY_OK && jy_cert_key(read) != NULL ? "a key" : "no key");
        if (rows[i].read) {
            MUST(jy_chain_check(trust, read, NULL, 0, NOW, &result));
            if (result.status != JY_CHAIN_OK)
                fail_msg("%s: %s", rows[i].what, result.text);
        }
        jy_cert_free(read);
        jy_buf_free(&der);
    }
    jy_trust_free(trust);
    jy_cert_free(cert);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(key__is_read_in_either_form_and_in_no_other) };

    return cmocka_run_group_tests(tests, authority_set_up, authority_tear_down);
}
