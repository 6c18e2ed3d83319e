/* SPDX-License-Identifier: Apache-2.0 */
/* Seals, signature values, SignedData, time stamps, lists, answers and chains, made and judged with every allocation failing once: only "no memory". */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../fail_memory.h"

#include "forge.h"

#include <codec/text.h>
#include <jinyin/cms.h>
#include <jinyin/ocsp.h>
#include <jinyin/timestamp.h>
#include <unistd.h>

#define TLV(bytes) JY_SLICE(bytes, sizeof(bytes) - 1)
#define POLICY "1.2.3"
#define DAY 86400

static const struct jy_slice document = { (const uint8_t *)"the document", 12 }, nonce = { (const uint8_t *)"sixteen octets!!", 16 };
static uint8_t digest[JY_SM3_SIZE];
static struct jy_timestamp_request request = { .nonce = { 0x80 }, .nonce_len = 1, .policy = POLICY, .cert_req = true };
static struct jy_cert *tsa, *responder;
static struct jy_buf crl, response, makers_pem, digests;
static struct jy_buf seal_v1, seal_scope, seal_digests, ses_v4, ses_v1, ses_digests, ses_token;       /* as others write them */
static struct jy_buf cms_full, cms_content, cms_digest, cms_text, cms_document, cms_ber, bare, token, token_ber, token_bare,
    token_lists, reply, reply_ber;
static char makers_path[] = "/tmp/jinyin-makers-XXXXXX";

/* Everything of a DER value with indefinite lengths, but for what is inside strings. */
static void
put_ber(struct jy_slice der, struct jy_buf *out)
{
    struct jy_der list;
    struct jy_der_item item;

    jy_der_open(&list, der);
    while (!jy_der_at_end(&list)) {
        MUST(jy_der_next(&list, &item));
        if (item.tag != DER_SEQUENCE && item.tag != DER_CONTEXT_0) {
            MUST(jy_buf_add(out, item.tlv));
            continue;
        }
        MUST(jy_buf_byte(out, item.tag));
        MUST(jy_buf_byte(out, 0x80));
        put_ber(item.value, out);
        MUST(jy_buf_add(out, TLV("\0\0")));
    }
}

/* ContentInfo, SignedData and what they hold down to `levels` as they stand, but with indefinite lengths outside: enough that it is no DER. */
static struct jy_buf
ber_of(struct jy_slice der)
{
    struct jy_der all;
    struct jy_der_item item;
    struct jy_buf out = { 0 };

    jy_der_open(&all, der);
    MUST(jy_der_get(&all, DER_SEQUENCE, &item));
    MUST(jy_buf_add(&out, TLV("\x30\x80")));
    MUST(jy_buf_add(&out, item.value));
    MUST(jy_buf_add(&out, TLV("\0\0")));
    return out;
}

/* SignedData without attributes over what is enclosed, or over the document. */
static struct jy_buf
cms_without_attributes(struct jy_slice content)
{
    struct jy_buf body = { 0 }, a = { 0 }, b = { 0 }, out = { 0 };
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    size_t len;

    MUST(jy_sm2_sign(pki.signer_key, content.len > 0 ? content : document, sig, &len));
    MUST(jy_der_put_i64(&body, 1));
    MUST(jy_der_put_algorithm(&a, OID_SM3));
    MUST(jy_der_wrap(&body, DER_SET, &a));
    MUST(jy_der_put_oid(&a, OID_GM_DATA));
    if (content.len > 0) {
        MUST(jy_der_put(&b, DER_OCTET_STRING, content));
        MUST(jy_der_wrap(&a, DER_CONTEXT_0, &b));
    }
    MUST(jy_der_wrap(&body, DER_SEQUENCE, &a));
    MUST(jy_der_put(&body, DER_CONTEXT_0, jy_cert_der(pki.signer)));
    MUST(jy_der_put_i64(&a, 1));
    MUST(jy_buf_add(&b, jy_cert_issuer_der(pki.signer)));
    MUST(jy_buf_add(&b, jy_cert_serial_der(pki.signer)));
    MUST(jy_der_wrap(&a, DER_SEQUENCE, &b));
    MUST(jy_der_put_algorithm(&a, OID_SM3));
    MUST(jy_der_put_algorithm(&a, OID_SM2_SIGN));
    MUST(jy_der_put(&a, DER_OCTET_STRING, JY_SLICE(sig, len)));
    MUST(jy_der_wrap(&b, DER_SEQUENCE, &a));
    MUST(jy_der_wrap(&body, DER_SET, &b));
    MUST(jy_der_wrap(&a, DER_SEQUENCE, &body));
    MUST(jy_der_put_oid(&body, OID_GM_SIGNED_DATA));
    MUST(jy_der_wrap(&body, DER_CONTEXT_0, &a));
    MUST(jy_der_wrap(&out, DER_SEQUENCE, &body));
    jy_buf_free(&body);
    jy_buf_free(&a);
    jy_buf_free(&b);
    return out;
}

static struct jy_cms_fields
cms_fields(void)
{
    static struct jy_slice list;
    static const struct jy_cert *certs[1];

    list = jy_buf_slice(&crl);
    certs[0] = pki.ca;
    return (struct jy_cms_fields){ .content = document, .signing_time = pki.now, .signer = pki.signer, .certs = certs, .cert_count = 1, .crls = &list,
                                   .crl_count = 1 };
}

static struct jy_timestamp_fields
stamp_fields(void)
{
    static const struct jy_cert *certs[1];

    certs[0] = pki.ca;
    return (struct jy_timestamp_fields){ .request = &request, .tsa = tsa, .certs = certs, .cert_count = 1, .time = pki.now, .microseconds = 5,
                                         .accuracy = 1001001, .serial = { 0x81 } };
}

static jy_err
respond(struct jy_buf *out, bool sha1)
{
    const struct jy_ocsp_answer answer = { .status = JY_OCSP_REVOKED, .reason = 1, .revoked_at = pki.now + 5, .this_update = pki.now - 60,
                                           .next_update = pki.now + 60, .archive_cutoff = pki.now - DAY };
    struct jy_ocsp_questions questions;
    struct jy_buf asked_ = { 0 };
    jy_err rc;

    if ((rc = jy_ocsp_request(pki.signer, pki.ca, sha1, nonce, &asked_, NULL)) == JY_OK &&
        (rc = jy_ocsp_request_read(jy_buf_slice(&asked_), &questions, NULL)) == JY_OK)
        rc = jy_ocsp_respond(&questions, &answer, pki.maker_key, responder, pki.now, out, NULL);
    jy_buf_free(&asked_);
    return rc;
}

static struct jy_cert *
issue_for(const char *name, const char *usage, uint8_t serial)
{
    struct jy_issue what = { .issuer_key = pki.ca_key, .issuer = pki.ca, .subject_key = pki.maker_key, .common_name = name, .not_before = pki.now - DAY,
                             .not_after = pki.now + DAY, .path_length = -1, .extended_key_usage = usage, .serial = { [15] = serial } };
    struct jy_cert *cert;

    MUST(jy_cert_issue(&what, &cert, NULL));
    return cert;
}

static void
begin_lists(void)
{
    struct jy_buf entry = { 0 }, list = { 0 }, message = { 0 };
    uint8_t z[JY_SM3_SIZE];
    int fd;

    MUST(jy_sm2_z(jy_cert_key(pki.signer), z));
    MUST(jy_buf_add(&message, JY_SLICE(z, sizeof(z))));
    MUST(jy_buf_add(&message, jy_cert_der(pki.signer)));
    MUST(jy_sm3(jy_buf_slice(&message), z));
    MUST(jy_der_put_text(&entry, DER_PRINTABLE, "SM3"));
    MUST(jy_der_put(&entry, DER_OCTET_STRING, JY_SLICE(z, sizeof(z))));
    forge_close(&list, DER_SEQUENCE, &entry);
    forge_close(&digests, DER_SEQUENCE, &list);
    jy_buf_free(&message);
    MUST(jy_crl_issue(pki.ca_key, pki.ca, NULL, 0, pki.now - 60, pki.now + DAY, 1, &crl, NULL));
    MUST(jy_cert_to_pem(pki.ca, &makers_pem));           /* every maker of this CA; then one by name */
    MUST(jy_cert_to_pem(pki.maker, &makers_pem));
    if ((fd = mkstemp(makers_path)) < 0 || write(fd, makers_pem.p, makers_pem.len) != (ssize_t)makers_pem.len || close(fd) != 0)
        abort();
}

/* A token with a list and an OCSP response among what it encloses, and one without any certificate. */
static void
begin_tokens(void)
{
    struct jy_timestamp_request silent = request;
    struct jy_timestamp_fields stamp = stamp_fields();
    struct jy_buf other = { 0 }, wrapped = { 0 };
    struct jy_slice items[2], content;
    struct jy_cms *cms;

    MUST(jy_timestamp_make(&stamp, pki.maker_key, &token, NULL));
    silent.cert_req = false;
    stamp.request = &silent;
    MUST(jy_timestamp_make(&stamp, pki.maker_key, &token_bare, NULL));
    MUST(jy_der_put_oid(&other, OID_RI_OCSP));
    MUST(jy_buf_add(&other, jy_buf_slice(&response)));
    MUST(jy_der_wrap(&wrapped, DER_CONTEXT_1, &other));
    items[0] = jy_buf_slice(&crl);
    items[1] = jy_buf_slice(&wrapped);
    MUST(jy_cms_parse(jy_buf_slice(&token), &cms, NULL));
    if (!jy_cms_content(cms, &content))
        abort();
    MUST(jy_cms_make(&(struct jy_cms_fields){ .content_type = OID_TST_INFO, .content = content, .pkcs7 = true, .signer = tsa, .crls = items, .crl_count = 2 },
                     pki.maker_key, &token_lists, NULL));
    jy_cms_free(cms);
    jy_buf_free(&other);
    jy_buf_free(&wrapped);
}

static void
begin_values(void)
{
    const struct jy_cms_fields full = cms_fields();
    struct jy_buf once = { 0 }, text = { 0 };
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    size_t len;

    begin_tokens();
    MUST(jy_timestamp_reply_write(jy_buf_slice(&token), 0, "", &reply));
    put_ber(jy_buf_slice(&token), &token_ber);
    put_ber(jy_buf_slice(&reply), &reply_ber);
    seal_v1 = forge_seal(&(struct forge_seal){ .v1 = true });
    seal_scope = forge_seal(&(struct forge_seal){ .other_scope = true });
    seal_digests = forge_seal(&(struct forge_seal){ .list_type = 2, .list = jy_buf_slice(&digests) });
    ses_v4 = forge_ses(&(struct forge_ses){ 0 });
    ses_v1 = forge_ses(&(struct forge_ses){ .v1 = true, .version = 1, .seal = jy_buf_slice(&seal_v1) });
    ses_digests = forge_ses(&(struct forge_ses){ .seal = jy_buf_slice(&seal_digests) });
    ses_token = forge_ses(&(struct forge_ses){ .v1 = true, .version = 1, .seal = jy_buf_slice(&seal_v1), .time_bits = jy_buf_slice(&token_ber) });
    MUST(jy_cms_make(&full, pki.signer_key, &once, NULL));
    MUST(jy_cms_add_time_stamp(jy_buf_slice(&once), jy_buf_slice(&token), &cms_full, NULL));
    cms_ber = ber_of(jy_buf_slice(&cms_full));
    cms_content = cms_without_attributes(document);
    cms_document = cms_without_attributes(JY_EMPTY);
    cms_digest = cms_without_attributes(JY_SLICE(digest, JY_SM3_SIZE));
    MUST(jy_base64_encode(JY_SLICE(digest, JY_SM3_SIZE), &text));
    cms_text = cms_without_attributes(jy_buf_slice(&text));
    MUST(jy_sm2_sign(pki.signer_key, document, sig, &len));
    MUST(jy_buf_add(&bare, JY_SLICE(sig, len)));
    jy_buf_free(&once);
    jy_buf_free(&text);
}

static int
set_up(void **state)
{
    (void)state;
    pki_begin();
    MUST(jy_sm3(document, digest));
    memcpy(request.digest, digest, JY_SM3_SIZE);
    tsa = issue_for("TSA", "critical,timeStamping", 8);
    responder = issue_for("responder", "OCSPSigning", 9);
    begin_lists();
    MUST(respond(&response, false));
    begin_values();
    return 0;
}

static int
tear_down(void **state)
{
    struct jy_buf *const all[] = { &crl, &response, &makers_pem, &digests, &seal_v1, &seal_scope, &seal_digests, &ses_v4, &ses_v1, &ses_digests, &ses_token,
                                   &cms_full, &cms_content, &cms_digest, &cms_text, &cms_document, &cms_ber, &bare, &token, &token_ber, &token_bare,
                                   &token_lists, &reply, &reply_ber };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        jy_buf_free(all[i]);
    unlink(makers_path);
    jy_cert_free(tsa);
    jy_cert_free(responder);
    pki_end();
    return 0;
}

/* ---- what is done; facts get what came of it, the same each time ---- */

static jy_err
stamper(void *ctx, struct jy_slice signature, struct jy_buf *out, struct jy_fault *fault)
{
    (void)ctx;
    (void)signature;
    (void)fault;
    return jy_buf_text(out, "token");
}

static jy_err
make_seal(int version, int list_type, struct jy_buf *facts)
{
    const struct jy_seal_fields f = { "JINYIN", "1201010000001", 1, "测试印章", pki.signer, pki.now, jy_cert_not_before(pki.signer),
                                      jy_cert_not_after(pki.signer), "PNG", TLV("picture"), 40, 40, version, list_type,
                                      version == 5 ? stamper : NULL, NULL };
    struct jy_buf der = { 0 };
    jy_err rc = jy_seal_make(&f, pki.maker_key, pki.maker, &der, NULL);

    jy_buf_free(&der);
    return rc != JY_OK ? rc : jy_buf_text(facts, "made");
}

static jy_err make_v4(struct jy_buf *facts) { return make_seal(4, 1, facts); }
static jy_err make_v5(struct jy_buf *facts) { return make_seal(5, 2, facts); }

static jy_err
make_ses(struct jy_buf *facts)
{
    struct jy_buf der = { 0 }, stamped = { 0 };
    jy_err rc;

    if ((rc = jy_ses_make(pki.seal, pki.now, digest, "/x", pki.signer_key, pki.signer, &der, NULL)) == JY_OK &&
        (rc = jy_ses_add_time_stamp(jy_buf_slice(&der), jy_buf_slice(&token), &stamped, NULL)) == JY_OK)
        rc = jy_buf_text(facts, "made");
    jy_buf_free(&der);
    jy_buf_free(&stamped);
    return rc;
}

static jy_err
judge_seal(const struct jy_buf *der, struct jy_buf *facts)
{
    struct jy_seal *seal;
    jy_err rc = jy_seal_parse(jy_buf_slice(der), &seal, NULL);

    if (rc != JY_OK)
        return rc;
    if ((rc = jy_seal_check_signature(seal, NULL)) == JY_OK)
        rc = jy_buf_fmt(facts, "good %d", jy_seal_has_signer(seal, pki.signer));
    jy_seal_free(seal);
    return rc;
}

static jy_err judge_seal_v4(struct jy_buf *facts) { return judge_seal(&pki.seal_der, facts); }
static jy_err judge_seal_v1(struct jy_buf *facts) { return judge_seal(&seal_v1, facts); }
static jy_err judge_seal_scope(struct jy_buf *facts) { return judge_seal(&seal_scope, facts); }

static jy_err
judge_ses(const struct jy_buf *der, struct jy_buf *facts)
{
    struct jy_ses *ses;
    jy_err rc = jy_ses_parse(jy_buf_slice(der), &ses, NULL);

    if (rc != JY_OK)
        return rc;
    if ((rc = jy_ses_check_signature(ses, NULL)) == JY_OK)
        rc = jy_buf_fmt(facts, "good %lld %llx", (long long)jy_ses_time(ses), (unsigned long long)jy_ses_deviations(ses));
    jy_ses_free(ses);
    return rc;
}

static jy_err judge_ses_v4(struct jy_buf *facts) { return judge_ses(&ses_v4, facts); }
static jy_err judge_ses_v1(struct jy_buf *facts) { return judge_ses(&ses_v1, facts); }
static jy_err judge_ses_token(struct jy_buf *facts) { return judge_ses(&ses_token, facts); }
static jy_err judge_ses_digests(struct jy_buf *facts) { return judge_ses(&ses_digests, facts); }

/* Z for digests that were taken with it. */
static jy_err
signer_z(const struct jy_buf *der, struct jy_buf *facts)
{
    uint8_t z[JY_SM3_SIZE];
    bool has;
    jy_err rc = jy_value_signer_z(jy_buf_slice(der), z, &has);

    return rc != JY_OK ? rc : jy_buf_fmt(facts, "%d", has);
}

static jy_err ses_z(struct jy_buf *facts) { return signer_z(&ses_v4, facts); }
static jy_err cms_z(struct jy_buf *facts) { return signer_z(&cms_full, facts); }

static jy_err
ses_binds(struct jy_buf *facts)
{
    static const uint8_t sevens[JY_SM3_SIZE] = { 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7 };
    jy_err rc = jy_value_binds(jy_buf_slice(&ses_v4), JY_VALUE_SES, sevens, NULL);

    return rc != JY_OK ? rc : jy_buf_text(facts, "bound");
}

static jy_err
cms_binds(struct jy_buf *facts)
{
    jy_err rc = jy_value_binds(jy_buf_slice(&cms_full), JY_VALUE_SIGNED_DATA, digest, NULL);

    return rc != JY_OK ? rc : jy_buf_text(facts, "bound");
}

static jy_err
cms_names(struct jy_buf *facts)
{
    jy_err rc = jy_value_names(jy_buf_slice(&cms_full), digest, NULL, 0, NULL);

    return rc != JY_OK ? rc : jy_buf_text(facts, "named");
}

static jy_err
check_cms(struct jy_buf *facts)
{
    struct jy_cms_result result;
    jy_err rc = jy_cms_check(jy_buf_slice(&cms_full), digest, &result, NULL);

    jy_cert_free(result.signer);
    return rc != JY_OK ? rc : jy_buf_text(facts, "checked");
}

static jy_err
make_cms(bool pkcs7, bool without_certs, bool detached, struct jy_buf *facts)
{
    struct jy_cms_fields f = cms_fields();
    struct jy_buf der = { 0 }, stamped = { 0 };
    jy_err rc;

    f.pkcs7 = pkcs7;
    f.without_certs = without_certs;
    if (detached) {
        f.content = JY_EMPTY;
        f.digest = digest;
        f.signing_time = INT64_C(2600000000);            /* after 2050: a GeneralizedTime */
    }
    if ((rc = jy_cms_make(&f, pki.signer_key, &der, NULL)) == JY_OK &&
        (rc = jy_cms_add_time_stamp(jy_buf_slice(&der), jy_buf_slice(&token), &stamped, NULL)) == JY_OK)
        rc = jy_buf_text(facts, "made");
    jy_buf_free(&der);
    jy_buf_free(&stamped);
    return rc;
}

static jy_err make_enclosed(struct jy_buf *facts) { return make_cms(false, false, false, facts); }
static jy_err make_detached(struct jy_buf *facts) { return make_cms(true, true, true, facts); }

static jy_err
judge_cms(const struct jy_buf *der, struct jy_buf *facts)
{
    const struct jy_cms_subject subject = { .digest = digest, .parts = &document, .part_count = 1 };
    struct jy_cms *cms;
    jy_err rc = jy_cms_parse(jy_buf_slice(der), &cms, NULL);

    if (rc != JY_OK)
        return rc;
    if (jy_cms_form(cms) == JY_CMS_BARE)
        rc = jy_cms_offer(cms, pki.signer);
    if (rc == JY_OK && (rc = jy_cms_verify(cms, &subject, NULL)) == JY_OK)
        rc = jy_buf_fmt(facts, "good %llx %zu", (unsigned long long)jy_cms_deviations(cms), jy_cms_cert_count(cms));
    jy_cms_free(cms);
    return rc;
}

static jy_err judge_full(struct jy_buf *facts) { return judge_cms(&cms_full, facts); }
static jy_err judge_ber(struct jy_buf *facts) { return judge_cms(&cms_ber, facts); }
static jy_err judge_content(struct jy_buf *facts) { return judge_cms(&cms_content, facts); }
static jy_err judge_digest(struct jy_buf *facts) { return judge_cms(&cms_digest, facts); }
static jy_err judge_text(struct jy_buf *facts) { return judge_cms(&cms_text, facts); }
static jy_err judge_document(struct jy_buf *facts) { return judge_cms(&cms_document, facts); }
static jy_err judge_bare(struct jy_buf *facts) { return judge_cms(&bare, facts); }

static jy_err
make_stamp(struct jy_buf *facts)
{
    const struct jy_timestamp_fields f = stamp_fields();
    struct jy_timestamp_request read;
    struct jy_buf asked_ = { 0 }, made = { 0 }, answer = { 0 }, taken = { 0 };
    jy_err rc;

    if ((rc = jy_timestamp_request_write(&request, &asked_, NULL)) == JY_OK && (rc = jy_timestamp_request_read(jy_buf_slice(&asked_), &read, NULL)) == JY_OK &&
        (rc = jy_timestamp_make(&f, pki.maker_key, &made, NULL)) == JY_OK &&
        (rc = jy_timestamp_reply_write(jy_buf_slice(&made), JY_TS_BAD_REQUEST, "", &answer)) == JY_OK &&
        (rc = jy_timestamp_reply_read(jy_buf_slice(&answer), &read, &taken, NULL)) == JY_OK)
        rc = jy_buf_text(facts, "made");
    jy_buf_free(&asked_);
    jy_buf_free(&made);
    jy_buf_free(&answer);
    jy_buf_free(&taken);
    return rc;
}

static jy_err
refuse_stamp(struct jy_buf *facts)
{
    return jy_timestamp_reply_write(JY_EMPTY, JY_TS_BAD_REQUEST, "no", facts);
}

static jy_err
judge_stamp(const struct jy_buf *der, struct jy_buf *facts)
{
    const struct jy_cert *const beside[] = { pki.ca, tsa };
    struct jy_timestamp_result result = { 0 };
    uint8_t imprint[JY_SM3_SIZE];
    jy_time stated = 0;
    jy_err rc;

    if ((rc = jy_timestamp_check(jy_buf_slice(der), digest, pki.trust, beside, 2, pki.now, &result, NULL)) == JY_OK)
        rc = jy_buf_fmt(facts, "%d %lld", (int)result.status, (long long)result.time);
    jy_timestamp_result_free(&result);
    if (rc == JY_OK && (rc = jy_timestamp_imprint(jy_buf_slice(der), imprint, NULL)) == JY_OK &&
        (rc = jy_timestamp_stated(jy_buf_slice(der), &stated, NULL)) == JY_OK)
        rc = jy_buf_fmt(facts, " %lld", (long long)stated);
    return rc;
}

static jy_err judge_token(struct jy_buf *facts) { return judge_stamp(&token, facts); }
static jy_err judge_token_ber(struct jy_buf *facts) { return judge_stamp(&token_ber, facts); }
static jy_err judge_reply(struct jy_buf *facts) { return judge_stamp(&reply, facts); }
static jy_err judge_reply_ber(struct jy_buf *facts) { return judge_stamp(&reply_ber, facts); }

static jy_err judge_token_bare(struct jy_buf *facts) { return judge_stamp(&token_bare, facts); }
static jy_err judge_token_lists(struct jy_buf *facts) { return judge_stamp(&token_lists, facts); }

static jy_err
judge_chain(struct jy_buf *facts)
{
    struct jy_chain_result result;
    struct jy_trust *trust = NULL;
    struct jy_buf pem = { 0 };
    bool licensed;
    jy_err rc;

    if ((rc = jy_trust_new(&trust)) == JY_OK && (rc = jy_cert_to_pem(pki.ca, &pem)) == JY_OK &&
        (rc = jy_trust_add_pem(trust, jy_buf_slice(&pem), NULL)) == JY_OK &&
        (rc = jy_trust_add_crl(trust, jy_buf_slice(&crl), NULL)) == JY_OK && (rc = jy_trust_add_ocsp(trust, jy_buf_slice(&response), NULL)) == JY_OK &&
        (rc = jy_trust_add_makers_pem(trust, jy_buf_slice(&makers_pem), NULL)) == JY_OK &&
        (rc = jy_trust_add_makers_path(trust, makers_path, NULL)) == JY_OK &&
        (rc = jy_chain_check(trust, pki.signer, NULL, 0, pki.now, &result)) == JY_OK && (rc = jy_trust_licenses(trust, pki.maker, &licensed)) == JY_OK)
        rc = jy_buf_fmt(facts, "%d %d", (int)result.status, licensed);
    jy_trust_free(trust);
    jy_buf_free(&pem);
    return rc;
}

static jy_err
judge_response(struct jy_buf *facts)
{
    struct jy_ocsp_answer answer;
    struct jy_buf again = { 0 };
    jy_err rc;

    if ((rc = respond(&again, true)) == JY_OK && (rc = jy_ocsp_check(jy_buf_slice(&again), pki.signer, pki.ca, nonce, &answer, NULL)) == JY_OK)
        rc = jy_buf_fmt(facts, "%d", (int)answer.status);
    jy_buf_free(&again);
    return rc;
}

static const struct { const char *what; jy_err (*run)(struct jy_buf *facts); } rows[] = {
    { "a seal of version 4 made", make_v4 }, { "a seal of version 5 made", make_v5 }, { "a signature made and time stamped", make_ses },
    { "a seal of version 4", judge_seal_v4 }, { "a seal of version 1", judge_seal_v1 }, { "a seal of version 4 over the scope of 1", judge_seal_scope },
    { "a signature of version 4", judge_ses_v4 }, { "a signature of version 1", judge_ses_v1 }, { "a token in timeInfo", judge_ses_token },
    { "a list of digests with Z", judge_ses_digests }, { "SES_Signature binds", ses_binds }, { "SignedData binds", cms_binds },
    { "SignedData names", cms_names },
    { "Z of a SES_Signature's signer", ses_z }, { "Z of a SignedData's signer", cms_z }, { "SignedData checked", check_cms }, { "SignedData made", make_enclosed }, { "SignedData made, detached", make_detached },
    { "SignedData", judge_full }, { "SignedData in BER", judge_ber }, { "over its content", judge_content }, { "over the enclosed digest", judge_digest },
    { "over the text of the digest", judge_text }, { "over the document", judge_document }, { "a bare value", judge_bare },
    { "a time stamp asked for, made and taken", make_stamp }, { "a time stamp refused", refuse_stamp }, { "a token", judge_token },
    { "a token in BER", judge_token_ber }, { "a whole response", judge_reply }, { "a whole response in BER", judge_reply_ber },
    { "a token whose certificate is beside it", judge_token_bare }, { "a token with a list and an answer", judge_token_lists },
    { "trust, makers and a chain", judge_chain }, { "an OCSP response", judge_response },
};

static void
values__no_memory_is_never_another_outcome(void **state)
{
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf honest = { 0 };
        long count, refused = 0;
        jy_err rc;
        jy_known_forget();
        fail_at = -1;
        asked = 0;
        if ((rc = rows[i].run(&honest)) != JY_OK)
            fail_msg("%s: %s", rows[i].what, jy_err_code(rc));
        count = asked;
        for (long n = 0; n < count; n++) {
            struct jy_buf facts = { 0 };
            jy_known_forget();                           /* or what fitted before would not be checked again */
            fail_at = n;
            asked = 0;
            rc = rows[i].run(&facts);
            fail_at = -1;
            if (rc != JY_E_NOMEM && (rc != JY_OK || !jy_slice_equal(jy_buf_slice(&facts), jy_buf_slice(&honest)))) {
                print_error("%s: allocation %ld of %ld: %s: %.*s\n", rows[i].what, n, count, jy_err_code(rc), (int)facts.len, (const char *)facts.p);
                wrong++;
            }
            refused += rc == JY_E_NOMEM;
            jy_buf_free(&facts);
        }
        if (refused == 0)
            fail_msg("%s: nothing was refused", rows[i].what);
        jy_buf_free(&honest);
    }
    assert_int_equal(wrong, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(values__no_memory_is_never_another_outcome) };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
