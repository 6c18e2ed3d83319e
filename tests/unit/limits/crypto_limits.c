/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of certificates, keys, trust, seals and signature values. */
#include "at_limit.h"

#include "../ses/forge.h"

/* A SEQUENCE of zeros, `len` bytes in all: nothing that can be used, so only its size can be what it is refused for. */
static struct jy_buf
sequence(size_t len)
{
    struct jy_buf out = { 0 };
    const uint8_t head[] = { 0x30, 0x83, (uint8_t)((len - 5) >> 16), (uint8_t)((len - 5) >> 8), (uint8_t)(len - 5) };

    DO(jy_buf_add(&out, JY_SLICE(head, 5)));
    DO(jy_buf_reserve(&out, len - 5));
    memset(out.p + out.len, 0, len - 5);
    out.len = len;
    return out;
}

#define SIZE_LIMIT(name, max, type, parse, release)                                            \
    void                                                                                       \
    limit_##name(void **state)                                                                 \
    {                                                                                          \
        (void)state;                                                                           \
        for (size_t more = 0; more < 2; more++) {                                              \
            struct jy_buf der = sequence((max) + more);                                        \
            type *out = NULL;                                                                  \
            assert_int_equal(parse(jy_buf_slice(&der), &out, NULL), more == 0 ? JY_E_FORMAT : BEYOND(name)); \
            release(out);                                                                      \
            jy_buf_free(&der);                                                                 \
        }                                                                                      \
    }
SIZE_LIMIT(CERT, JY_CERT_MAX, struct jy_cert, jy_cert_parse, jy_cert_free)
SIZE_LIMIT(SEAL, JY_SEAL_MAX, struct jy_seal, jy_seal_parse, jy_seal_free)
SIZE_LIMIT(SES, JY_SES_MAX, struct jy_ses, jy_ses_parse, jy_ses_free)

/* PEM text blown up with blank lines. */
static struct jy_buf
padded(const struct jy_buf *pem, size_t len)
{
    struct jy_buf out = { 0 };

    DO(jy_buf_add(&out, jy_buf_slice(pem)));
    DO(jy_buf_reserve(&out, len - pem->len));
    memset(out.p + out.len, '\n', len - pem->len);
    out.len = len;
    return out;
}

void
limit_PEM(void **state)
{
    struct jy_trust *trust;
    struct jy_buf pem = { 0 };

    (void)state;
    pki_begin();
    DO(jy_trust_new(&trust));
    DO(jy_cert_to_pem(pki.ca, &pem));
    for (size_t more = 0; more < 2; more++) {
        struct jy_buf file = padded(&pem, JY_PEM_MAX + more);
        assert_int_equal(jy_trust_add_pem(trust, jy_buf_slice(&file), NULL), more == 0 ? JY_OK : BEYOND(PEM));
        jy_buf_free(&file);
    }
    jy_buf_free(&pem);
    jy_trust_free(trust);
    pki_end();
}

void
limit_KEY_PEM(void **state)
{
    struct jy_sm2 *key;
    struct jy_buf pem = { 0 };

    (void)state;
    DO(jy_sm2_generate(&key));
    DO(jy_sm2_to_pem(key, &pem));
    jy_sm2_free(key);
    for (size_t more = 0; more < 2; more++) {
        struct jy_buf file = padded(&pem, JY_KEY_PEM_MAX + more);
        key = NULL;
        assert_int_equal(jy_sm2_from_pem(jy_buf_slice(&file), &key, NULL), more == 0 ? JY_OK : BEYOND(KEY_PEM));
        jy_sm2_free(key);
        jy_buf_free(&file);
    }
    jy_buf_wipe(&pem);
}

void
limit_SM2_PLAIN(void **state)
{
    uint8_t plain[JY_SM2_PLAIN_MAX + 1] = { 1 };
    struct jy_buf cipher = { 0 }, back = { 0 };
    struct jy_sm2 *key;

    (void)state;
    DO(jy_sm2_generate(&key));
    DO(jy_sm2_encrypt(key, JY_SLICE(plain, JY_SM2_PLAIN_MAX), &cipher));
    DO(jy_sm2_decrypt(key, jy_buf_slice(&cipher), &back));
    assert_int_equal(back.len, JY_SM2_PLAIN_MAX);
    assert_int_equal(jy_sm2_encrypt(key, JY_SLICE(plain, JY_SM2_PLAIN_MAX + 1), &cipher), BEYOND(SM2_PLAIN));
    jy_buf_free(&cipher);
    jy_buf_free(&back);
    jy_sm2_free(key);
}

void
limit_TRUST(void **state)
{
    struct jy_buf pem = { 0 }, crl = { 0 }, list = { 0 };
    struct jy_trust *trust;

    (void)state;
    pki_begin();
    DO(jy_trust_new(&trust));
    DO(jy_cert_to_pem(pki.ca, &pem));
    DO(jy_crl_issue(pki.ca_key, pki.ca, NULL, 0, pki.now - 60, pki.now + 60, 1, &crl, NULL));
    DO(jy_crl_to_pem(jy_buf_slice(&crl), &list));
    for (int i = 0; i < JY_TRUST_MAX; i++)
        DO(jy_trust_add_pem(trust, jy_buf_slice(&pem), NULL));
    assert_int_equal(jy_trust_add_pem(trust, jy_buf_slice(&pem), NULL), BEYOND(TRUST));
    jy_trust_free(trust);
    DO(jy_trust_new(&trust));
    for (int i = 0; i < JY_TRUST_MAX; i++)
        DO(jy_trust_add_pem(trust, jy_buf_slice(&list), NULL));
    assert_int_equal(jy_trust_add_pem(trust, jy_buf_slice(&list), NULL), BEYOND(TRUST));
    jy_trust_free(trust);
    jy_buf_free(&pem);
    jy_buf_free(&crl);
    jy_buf_free(&list);
    pki_end();
}

/* A chain of `length` certificates, the anchor counted: is it found? */
static enum jy_chain_status
chain_of(size_t length)
{
    struct jy_cert *certs[JY_CHAIN_MAX + 1] = { pki.ca };
    struct jy_sm2 *keys[JY_CHAIN_MAX + 1] = { pki.ca_key };
    struct jy_trust *trust = pki_trust(NULL, 0);
    struct jy_chain_result result;

    for (size_t i = 1; i < length; i++) {
        char name[16];
        struct jy_issue what = { .issuer_key = keys[i - 1], .issuer = certs[i - 1], .common_name = name, .organization = "Test",
                                 .not_before = pki.now - 86400, .not_after = pki.now + 86400, .ca = i + 1 < length, .path_length = -1 };
        struct jy_buf crl = { 0 }, pem = { 0 };
        snprintf(name, sizeof(name), "level %zu", i);
        DO(jy_sm2_generate(&keys[i]));
        what.subject_key = keys[i];
        what.serial[15] = (uint8_t)(i + 10);
        DO(jy_cert_issue(&what, &certs[i], NULL));
        if (what.ca) {
            DO(jy_crl_issue(keys[i], certs[i], NULL, 0, pki.now - 60, pki.now + 86400, 1, &crl, NULL));
            DO(jy_cert_to_pem(certs[i], &pem));
            DO(jy_crl_to_pem(jy_buf_slice(&crl), &pem));
            DO(jy_trust_add_pem(trust, jy_buf_slice(&pem), NULL));
        }
        jy_buf_free(&crl);
        jy_buf_free(&pem);
    }
    DO(jy_chain_check(trust, certs[length - 1], NULL, 0, pki.now, &result));
    for (size_t i = 1; i < length; i++) {
        jy_cert_free(certs[i]);
        jy_sm2_free(keys[i]);
    }
    jy_trust_free(trust);
    return result.status;
}

void
limit_CHAIN(void **state)
{
    (void)state;
    pki_begin();
    assert_int_equal(chain_of(JY_CHAIN_MAX), JY_CHAIN_OK);
    assert_int_equal(chain_of(JY_CHAIN_MAX + 1), JY_CHAIN_UNTRUSTED);
    pki_end();
}

/* -- evidence -- */

static jy_err
evidence_error(struct jy_buf *json)
{
    struct jy_evidence *evidence = NULL;
    jy_err rc = jy_evidence_parse(jy_buf_slice(json), false, &evidence, NULL);

    jy_evidence_free(evidence);
    jy_buf_free(json);
    return rc;
}

void
limit_EVIDENCE(void **state)
{
    (void)state;
    for (size_t more = 0; more < 2; more++) {
        struct jy_buf json = { 0 };
        DO(jy_buf_text(&json, "{}"));
        DO(jy_buf_reserve(&json, JY_EVIDENCE_MAX));
        memset(json.p + json.len, ' ', JY_EVIDENCE_MAX + more - json.len);
        json.len = JY_EVIDENCE_MAX + more;
        assert_int_equal(evidence_error(&json), more == 0 ? JY_OK : BEYOND(EVIDENCE));
    }
}

void
limit_EVIDENCE_ROWS(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        struct jy_buf json = { 0 };
        DO(jy_buf_text(&json, "{\"status\":["));
        for (int i = 0; i < JY_EVIDENCE_ROWS_MAX + more; i++)
            DO(jy_buf_fmt(&json, "%s{\"seal_id\":\"1\",\"since\":\"2026-01-31T09:00:00Z\",\"state\":\"ACTIVE\"}", i == 0 ? "" : ","));
        DO(jy_buf_text(&json, "]}"));
        assert_int_equal(evidence_error(&json), more == 0 ? JY_OK : BEYOND(EVIDENCE_ROWS));
    }
}

/* -- seals -- */

static jy_err
make_seal(size_t picture_len, int width, struct jy_buf *out)
{
    uint8_t *picture = calloc(1, picture_len);
    struct jy_seal_fields fields = { "JINYIN", "1201010000001", 1, "测试印章", pki.signer, pki.now - 3600, jy_cert_not_before(pki.signer),
                                     jy_cert_not_after(pki.signer), "PNG", JY_SLICE(picture, picture_len), width, 40 };
    jy_err rc;

    out->len = 0;
    assert_non_null(picture);
    rc = jy_seal_make(&fields, pki.maker_key, pki.maker, out, NULL);
    free(picture);
    return rc;
}

void
limit_SEAL_MADE_SIDE(void **state)
{
    struct jy_buf seal = { 0 };

    (void)state;
    pki_begin();
    DO(make_seal(1, JY_SEAL_MADE_SIDE_MAX, &seal));
    assert_int_equal(make_seal(1, JY_SEAL_MADE_SIDE_MAX + 1, &seal), BEYOND(SEAL_MADE_SIDE));
    jy_buf_free(&seal);
    pki_end();
}

void
limit_SEAL_MADE_PICTURE(void **state)
{
    struct jy_buf seal = { 0 };

    (void)state;
    pki_begin();
    DO(make_seal(JY_SEAL_MADE_PICTURE_MAX, 40, &seal));
    assert_int_equal(make_seal(JY_SEAL_MADE_PICTURE_MAX + 1, 40, &seal), BEYOND(SEAL_MADE_PICTURE));
    jy_buf_free(&seal);
    pki_end();
}

void
limit_SEAL_LIST(void **state)
{
    (void)state;
    pki_begin();
    for (int more = 0; more < 2; more++) {
        struct jy_buf entry = { 0 }, entries = { 0 }, list = { 0 }, der;
        struct jy_seal *seal = NULL;
        DO(jy_der_put_text(&entry, DER_PRINTABLE, "SM3"));
        DO(jy_der_put(&entry, DER_OCTET_STRING, JY_EMPTY));
        for (int i = 0; i < JY_SEAL_LIST_MAX + more; i++)
            DO(jy_der_put(&entries, DER_SEQUENCE, jy_buf_slice(&entry)));
        DO(jy_der_put(&list, DER_SEQUENCE, jy_buf_slice(&entries)));
        der = forge_seal(&(struct forge_seal){ .list_type = 2, .list = jy_buf_slice(&list) });
        assert_int_equal(jy_seal_parse(jy_buf_slice(&der), &seal, NULL), more == 0 ? JY_OK : BEYOND(SEAL_LIST));
        jy_seal_free(seal);
        jy_buf_free(&entry);
        jy_buf_free(&entries);
        jy_buf_free(&list);
        jy_buf_free(&der);
    }
    pki_end();
}

void
limit_SEAL_SIDE(void **state)
{
    const uint8_t made[] = { 4, 1, 0, 2, 2, 0, 200, 2, 1, 40 };          /* the one byte of picture, 200 wide, 40 high */
    struct jy_buf der = { 0 };
    size_t at;

    (void)state;
    pki_begin();
    DO(make_seal(1, 200, &der));
    at = jy_slice_find(jy_buf_slice(&der), JY_SLICE(made, sizeof(made)));
    assert_true(at != SIZE_MAX);
    for (int more = 0; more < 2; more++) {
        struct jy_seal *seal = NULL;
        der.p[at + 5] = (uint8_t)((JY_SEAL_SIDE_MAX + more) >> 8);
        der.p[at + 6] = (uint8_t)(JY_SEAL_SIDE_MAX + more);
        assert_int_equal(jy_seal_parse(jy_buf_slice(&der), &seal, NULL), more == 0 ? JY_OK : BEYOND(SEAL_SIDE));
        jy_seal_free(seal);
    }
    jy_buf_free(&der);
    pki_end();
}
