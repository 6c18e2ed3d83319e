/* SPDX-License-Identifier: Apache-2.0 */
/* Every form of SignedData and every deviation alone: what binds is accepted and named, what does not bind is refused (seal-formats §3.7, §4). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <authority.h>
#include <codec/der.h>
#include <codec/oid.h>
#include <codec/text.h>
#include <jinyin/cms.h>

#include <openssl/sha.h>

static struct jy_cert *cert, *namesake, *other;
static const struct jy_slice document = { (const uint8_t *)"the document", 12 }, elsewhere = { (const uint8_t *)"another one", 11 };
static const struct jy_slice halves[] = { { (const uint8_t *)"the ", 4 }, { (const uint8_t *)"document", 8 } };
static uint8_t digest[JY_SM3_SIZE], digest_of_digest[JY_SM3_SIZE], other_digest[JY_SM3_SIZE];
static char digest_text[65];

static int
set_up(void **state)
{
    struct jy_buf base64 = { 0 };

    (void)state;
    authority_begin();
    cert = issue((struct jy_issue){ .common_name = "signer" });
    namesake = issue((struct jy_issue){ .common_name = "namesake", .subject_key = authority.other_key, .serial = { [15] = authority.serial } });
    other = issue((struct jy_issue){ .common_name = "other" });
    MUST(jy_sm3(document, digest));
    MUST(jy_sm3(elsewhere, other_digest));
    MUST(jy_sm3(JY_SLICE(digest, JY_SM3_SIZE), digest_of_digest));
    MUST(jy_base64_encode(JY_SLICE(digest, JY_SM3_SIZE), &base64));
    memcpy(digest_text, base64.p, base64.len);
    jy_buf_free(&base64);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_cert_free(cert);
    jy_cert_free(namesake);
    jy_cert_free(other);
    authority_end();
    return 0;
}

/* Which certificate the attribute names, and how. */
enum naming { UNNAMED, V2_SM3, V2_OTHER, V2_BROKEN, V1_SHA1, V1_OTHER };

/* What a SignedData is made of; zero = the usual of GB/T 35275. */
struct form {
    struct jy_slice content, content_type;
    const uint8_t *message_digest;    /* NULL = no attributes */
    struct jy_slice attribute_type;   /* contentType */
    const char *time;                 /* signingTime, GeneralizedTime */
    enum naming naming;
    bool without_type, type_twice, two_values, reversed, by_key_id, by_wrong_key_id, raw, trailing, unreadable, namesake_first, pkcs7;
    bool by_no_key_id, non_minimal, without_digest;
    size_t unsigned_count, list_count; /* unsigned attributes of an unknown type; revocation lists */
    struct jy_slice listed, digest_algorithm, algorithm;
    int version;
};

static void
put_algorithm(struct jy_buf *out, struct jy_slice oid, struct jy_slice usual)
{
    struct jy_buf body = { 0 };

    MUST(jy_der_put_oid(&body, oid.len > 0 ? oid : usual));
    MUST(jy_der_wrap(out, DER_SEQUENCE, &body));
    jy_buf_free(&body);
}

static void
put_attribute(struct jy_buf *out, struct jy_slice type, struct jy_buf *value)
{
    struct jy_buf body = { 0 };

    MUST(jy_der_put_oid(&body, type));
    MUST(jy_der_wrap(&body, DER_SET, value));
    MUST(jy_der_wrap(out, DER_SEQUENCE, &body));
    jy_buf_free(&body);
}

static void
put_naming(struct jy_buf *out, enum naming naming)
{
    const struct jy_cert *named = naming == V2_OTHER || naming == V1_OTHER ? other : cert;
    struct jy_buf id = { 0 }, a = { 0 };
    uint8_t told[JY_SM3_SIZE];

    if (naming == V2_BROKEN) {
        MUST(jy_buf_add(&a, JY_SLICE("\x30\x00", 2)));
        put_attribute(out, OID_SIGNING_CERT_V2, &a);
    } else if (naming == V1_SHA1 || naming == V1_OTHER) {
        SHA1(jy_cert_der(named).p, jy_cert_der(named).len, told);
        MUST(jy_der_put(&id, DER_OCTET_STRING, JY_SLICE(told, 20)));
    } else {
        put_algorithm(&id, OID_SM3, OID_SM3);
        MUST(jy_sm3(jy_cert_der(named), told));
        MUST(jy_der_put(&id, DER_OCTET_STRING, JY_SLICE(told, JY_SM3_SIZE)));
    }
    if (naming != V2_BROKEN) {
        MUST(jy_der_wrap(&a, DER_SEQUENCE, &id));
        MUST(jy_der_wrap(&id, DER_SEQUENCE, &a));
        MUST(jy_der_wrap(&a, DER_SEQUENCE, &id));
        put_attribute(out, naming == V1_SHA1 || naming == V1_OTHER ? OID_SIGNING_CERT : OID_SIGNING_CERT_V2, &a);
    }
    jy_buf_free(&id);
    jy_buf_free(&a);
}

/* In DER order as long as nothing is reversed: contentType is shorter than the rest, then by the last octet of the type. */
static struct jy_buf
attributes_of(const struct form *f)
{
    struct jy_buf type = { 0 }, rest = { 0 }, value = { 0 }, out = { 0 };

    for (int i = 0; !f->without_type && i < (f->type_twice ? 2 : 1); i++) {
        MUST(jy_der_put_oid(&value, f->attribute_type.len > 0 ? f->attribute_type : OID_GM_DATA));
        if (f->two_values)
            MUST(jy_der_put_oid(&value, OID_GM_DATA));
        put_attribute(&type, OID_CONTENT_TYPE, &value);
    }
    if (f->time != NULL) {
        MUST(jy_der_put_text(&value, DER_GENERALIZED_TIME, f->time));
        put_attribute(&rest, OID_SIGNING_TIME, &value);
    }
    if (!f->without_digest) {
        MUST(jy_der_put(&value, DER_OCTET_STRING, JY_SLICE(f->message_digest, JY_SM3_SIZE)));
        put_attribute(&rest, OID_MESSAGE_DIGEST, &value);
    }
    if (f->naming != UNNAMED)
        put_naming(&rest, f->naming);
    MUST(jy_buf_add(&out, jy_buf_slice(f->reversed ? &rest : &type)));
    MUST(jy_buf_add(&out, jy_buf_slice(f->reversed ? &type : &rest)));
    jy_buf_free(&type);
    jy_buf_free(&rest);
    jy_buf_free(&value);
    return out;
}

/* r and s as 32 bytes each. */
static void
make_raw(uint8_t sig[JY_SM2_SIGNATURE_MAX], size_t *len)
{
    struct jy_der all, body;
    struct jy_der_item item;
    uint8_t raw[64] = { 0 };

    jy_der_open(&all, JY_SLICE(sig, *len));
    MUST(jy_der_enter(&all, DER_SEQUENCE, &body));
    for (int i = 0; i < 2; i++) {
        MUST(jy_der_get(&body, DER_INTEGER, &item));
        if (item.value.p[0] == 0)
            item.value.p++, item.value.len--;
        memcpy(raw + 32 * i + 32 - item.value.len, item.value.p, item.value.len);
    }
    memcpy(sig, raw, 64);
    *len = 64;
}

/* A zero byte before r or s that none needs, or two. sig must take it. */
static void
make_non_minimal(uint8_t *sig, size_t *len)
{
    memmove(sig + 5, sig + 4, *len - 4);
    sig[4] = 0;
    sig[3]++;
    sig[1]++;
    ++*len;
}

static struct jy_buf
build(const struct form *f)
{
    struct jy_buf body = { 0 }, a = { 0 }, b = { 0 }, attributes = { 0 }, message = { 0 }, out = { 0 };
    uint8_t sig[JY_SM2_SIGNATURE_MAX + 1];
    size_t sig_len;

    MUST(jy_der_put_i64(&body, f->version != 0 ? f->version : 1));
    put_algorithm(&a, f->listed, OID_SM3);
    MUST(jy_der_wrap(&body, DER_SET, &a));
    MUST(jy_der_put_oid(&a, f->content_type.len > 0 ? f->content_type : OID_GM_DATA));
    if (f->content.p != NULL) {
        MUST(jy_der_put(&b, DER_OCTET_STRING, f->content));
        MUST(jy_der_wrap(&a, DER_CONTEXT_0, &b));
    }
    MUST(jy_der_wrap(&body, DER_SEQUENCE, &a));
    if (f->unreadable)
        MUST(jy_buf_add(&a, JY_SLICE("\x30\x00", 2)));
    if (f->namesake_first)
        MUST(jy_buf_add(&a, jy_cert_der(namesake)));
    MUST(jy_buf_add(&a, jy_cert_der(cert)));
    MUST(jy_der_wrap(&body, DER_CONTEXT_0, &a));
    if (f->message_digest != NULL) {
        attributes = attributes_of(f);
        MUST(jy_der_put(&message, DER_SET, jy_buf_slice(&attributes)));
    } else {
        MUST(jy_buf_add(&message, f->content.p != NULL ? f->content : document));
    }
    MUST(jy_sm2_sign(authority.key, jy_buf_slice(&message), sig, &sig_len));
    message.len = 0;
    if (f->raw)
        make_raw(sig, &sig_len);
    if (f->non_minimal)
        make_non_minimal(sig, &sig_len);
    for (size_t i = 0; i < f->list_count; i++)
        MUST(jy_buf_add(&a, JY_SLICE("\x30\x00", 2)));
    if (f->list_count > 0)
        MUST(jy_der_wrap(&body, DER_CONTEXT_1, &a));
    MUST(jy_der_put_i64(&a, f->by_key_id || f->by_wrong_key_id || f->by_no_key_id ? 3 : 1));
    if (f->by_key_id || f->by_wrong_key_id || f->by_no_key_id) {
        MUST(jy_der_put(&a, 0x80, f->by_no_key_id ? JY_EMPTY : jy_cert_key_id(f->by_key_id ? cert : authority.root)));
    } else {
        MUST(jy_buf_add(&b, jy_cert_issuer_der(cert)));
        MUST(jy_buf_add(&b, jy_cert_serial_der(cert)));
        MUST(jy_der_wrap(&a, DER_SEQUENCE, &b));
    }
    put_algorithm(&a, f->digest_algorithm, OID_SM3);
    if (attributes.len > 0)
        MUST(jy_der_put(&a, DER_CONTEXT_0, jy_buf_slice(&attributes)));
    put_algorithm(&a, f->algorithm, OID_SM2_SIGN);
    MUST(jy_der_put(&a, DER_OCTET_STRING, JY_SLICE(sig, sig_len)));
    for (size_t i = 0; i < f->unsigned_count; i++) {
        MUST(jy_der_put_i64(&message, 1));
        put_attribute(&b, OID_GM_DATA, &message);
    }
    if (f->unsigned_count > 0)
        MUST(jy_der_wrap(&a, DER_CONTEXT_1, &b));
    MUST(jy_der_wrap(&b, DER_SEQUENCE, &a));
    MUST(jy_der_wrap(&body, DER_SET, &b));
    MUST(jy_der_wrap(&a, DER_SEQUENCE, &body));
    MUST(jy_der_put_oid(&body, f->pkcs7 ? OID_PKCS7_SIGNED_DATA : OID_GM_SIGNED_DATA));
    MUST(jy_der_wrap(&body, DER_CONTEXT_0, &a));
    MUST(jy_der_wrap(&out, DER_SEQUENCE, &body));
    if (f->trailing)
        MUST(jy_buf_add(&out, JY_SLICE("\0\0", 2)));
    jy_buf_free(&body);
    jy_buf_free(&a);
    jy_buf_free(&b);
    jy_buf_free(&attributes);
    jy_buf_free(&message);
    return out;
}

static void
cms__each_form_and_each_deviation_alone(void **state)
{
    static const uint8_t long_text[65];
    uint8_t sha256[SHA256_DIGEST_LENGTH], digest_of_text[JY_SM3_SIZE];
    const struct jy_slice of_digest = JY_SLICE(digest, JY_SM3_SIZE), text = jy_slice_text(digest_text);
    const struct { const char *what; struct form form; jy_err err; jy_deviations deviations; } rows[] = {
        { "detached, no attributes", { .pkcs7 = true, .content_type = OID_PKCS7_DATA }, JY_OK, 0 },
        { "the document enclosed", { .content = document }, JY_OK, 0 },
        { "another enclosed", { .content = elsewhere }, JY_E_DOCUMENT_CHANGED, 0 },
        { "its digest enclosed", { .content = of_digest }, JY_OK, JY_DEV(CMS_DIGEST_AS_CONTENT) },
        { "the text of its digest", { .content = text }, JY_OK, JY_DEV(CMS_DIGEST_AS_CONTENT) | JY_DEV(CMS_BASE64) },
        { "attributes", { .message_digest = digest, .time = "20260528202640Z" }, JY_OK, 0 },
        { "attributes, enclosed", { .content = document, .message_digest = digest }, JY_OK, 0 },
        { "attributes over the enclosed digest", { .content = of_digest, .message_digest = digest_of_digest }, JY_OK, JY_DEV(CMS_DIGEST_AS_CONTENT) },
        { "attributes over the document, its digest enclosed", { .content = of_digest, .message_digest = digest }, JY_OK,
          JY_DEV(CMS_DIGEST_AS_CONTENT) | JY_DEV(CMS_DIGEST_OF_OTHER) },
        { "another document beside the right digest", { .content = elsewhere, .message_digest = digest }, JY_E_DOCUMENT_CHANGED, 0 },
        { "the right document beside another digest", { .content = document, .message_digest = other_digest }, JY_E_DOCUMENT_CHANGED, 0 },
        { "another document, its own digest", { .content = elsewhere, .message_digest = other_digest }, JY_E_DOCUMENT_CHANGED, 0 },
        { "no contentType", { .message_digest = digest, .without_type = true }, JY_OK, JY_DEV(CMS_CONTENT_TYPE) },
        { "contentType of PKCS #7", { .message_digest = digest, .attribute_type = OID_PKCS7_DATA }, JY_OK, JY_DEV(CMS_CONTENT_TYPE) },
        { "contentType of a time stamp", { .message_digest = digest, .attribute_type = OID_TST_INFO }, JY_E_FORMAT, 0 },
        { "contentType twice", { .message_digest = digest, .type_twice = true }, JY_E_FORMAT, 0 },
        { "contentType with two values", { .message_digest = digest, .two_values = true }, JY_E_FORMAT, 0 },
        { "not sorted", { .message_digest = digest, .reversed = true }, JY_OK, JY_DEV(CMS_ATTRIBUTE_ORDER) },
        { "a time without Z", { .message_digest = digest, .time = "20260528202640" }, JY_OK, JY_DEV(CMS_TIME_FORM) },
        { "no time", { .message_digest = digest, .time = "soon" }, JY_E_FORMAT, 0 },
        { "another digest listed", { .message_digest = digest, .listed = OID_SM2_WITH_SM3 }, JY_OK, JY_DEV(CMS_DIGEST_LIST) },
        { "SM3 unkeyed", { .message_digest = digest, .listed = OID_SM3_UNKEYED, .digest_algorithm = OID_SM3_UNKEYED }, JY_OK, JY_DEV(CMS_DIGEST_ID) },
        { "SHA-256", { .message_digest = sha256, .digest_algorithm = OID_SHA256 }, JY_E_UNSUPPORTED, 0 },
        { "SHA-256 of something else", { .message_digest = digest, .digest_algorithm = OID_SHA256 }, JY_E_DOCUMENT_CHANGED, 0 },
        { "the mistaken identifier", { .message_digest = digest, .algorithm = OID_SM2_WITH_SM3_TYPO }, JY_OK, JY_DEV(CMS_SIGNATURE_ID) },
        { "raw", { .message_digest = digest, .raw = true }, JY_OK, JY_DEV(CMS_RAW64) },
        { "long integers", { .message_digest = digest, .non_minimal = true }, JY_OK, JY_DEV(CMS_NON_MINIMAL) },
        { "SM2 with SM3 for a digest", { .message_digest = digest, .listed = OID_SM2_WITH_SM3, .digest_algorithm = OID_SM2_WITH_SM3 }, JY_OK,
          JY_DEV(CMS_DIGEST_ID) },
        { "a digest that nobody knows", { .message_digest = digest, .listed = OID_GM_DATA, .digest_algorithm = OID_GM_DATA }, JY_E_UNSUPPORTED, 0 },
        { "SHA-256, the document enclosed", { .content = document, .message_digest = sha256, .digest_algorithm = OID_SHA256 }, JY_E_UNSUPPORTED, 0 },
        { "SHA-256, no messageDigest", { .message_digest = sha256, .digest_algorithm = OID_SHA256, .without_digest = true }, JY_E_UNSUPPORTED, 0 },
        { "no messageDigest", { .message_digest = digest, .without_digest = true }, JY_E_FORMAT, 0 },
        { "SHA-256, no attributes", { .digest_algorithm = OID_SHA256 }, JY_E_UNSUPPORTED, 0 },
        { "attributes over the text of the digest", { .content = text, .message_digest = digest_of_text }, JY_OK,
          JY_DEV(CMS_DIGEST_AS_CONTENT) | JY_DEV(CMS_BASE64) },
        { "a long text that is not the document", { .content = JY_SLICE(long_text, sizeof(long_text)) }, JY_E_DOCUMENT_CHANGED, 0 },
        { "a short text that is no base64", { .content = JY_SLICE("*", 1) }, JY_E_DOCUMENT_CHANGED, 0 },
        { "as many unsigned attributes as allowed", { .message_digest = digest, .unsigned_count = JY_CMS_ATTRIBUTES_MAX }, JY_OK, 0 },
        { "one more", { .message_digest = digest, .unsigned_count = JY_CMS_ATTRIBUTES_MAX + 1 }, JY_E_LIMIT, 0 },
        { "more lists than are kept", { .message_digest = digest, .list_count = JY_CMS_CERTS_MAX + 1 }, JY_OK, 0 },
        { "by an empty key identifier", { .message_digest = digest, .by_no_key_id = true }, JY_E_CERTIFICATE, 0 },
        { "version 2", { .message_digest = digest, .version = 2 }, JY_OK, JY_DEV(CMS_VERSION) },
        { "version 6", { .message_digest = digest, .pkcs7 = true, .version = 6, .content_type = OID_PKCS7_DATA, .attribute_type = OID_PKCS7_DATA }, JY_OK,
          JY_DEV(CMS_VERSION) },
        { "version 3", { .message_digest = digest, .version = 3 }, JY_OK, JY_DEV(CMS_VERSION) },
        { "trailing", { .message_digest = digest, .trailing = true }, JY_OK, JY_DEV(CMS_TRAILING) },
        { "an unreadable certificate", { .message_digest = digest, .unreadable = true }, JY_OK, JY_DEV(CMS_CERTIFICATE_UNREADABLE) },
        { "a namesake before the signer", { .message_digest = digest, .namesake_first = true }, JY_OK, 0 },
        { "by key identifier", { .message_digest = digest, .by_key_id = true }, JY_OK, 0 },
        { "by another's key identifier", { .message_digest = digest, .by_wrong_key_id = true }, JY_E_CERTIFICATE, 0 },
        { "named", { .message_digest = digest, .naming = V2_SM3 }, JY_OK, 0 },
        { "another named", { .message_digest = digest, .naming = V2_OTHER }, JY_E_CERTIFICATE, 0 },
        { "named wrongly", { .message_digest = digest, .naming = V2_BROKEN }, JY_E_FORMAT, 0 },
        { "named by SHA-1", { .message_digest = digest, .naming = V1_SHA1 }, JY_OK, JY_DEV(CMS_ATTRIBUTE_ORDER) },
        { "another named by SHA-1", { .message_digest = digest, .naming = V1_OTHER }, JY_E_CERTIFICATE, JY_DEV(CMS_ATTRIBUTE_ORDER) },
    };
    const struct jy_cms_subject subject = { .digest = digest, .parts = halves, .part_count = 2 };

    (void)state;
    SHA256(document.p, document.len, sha256);
    MUST(jy_sm3(text, digest_of_text));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf der = build(&rows[i].form);
        struct jy_cms *cms = NULL;
        struct jy_fault fault = { 0 };
        jy_err rc = jy_cms_parse(jy_buf_slice(&der), &cms, &fault);
        if (rc == JY_OK)
            rc = jy_cms_verify(cms, &subject, &fault);
        if (rc != rows[i].err)
            fail_msg("%s: %s, %s: %s", rows[i].what, jy_err_code(rc), fault.where, fault.text);
        if (rc == JY_OK && jy_cms_deviations(cms) != rows[i].deviations)
            fail_msg("%s: deviations %llx", rows[i].what, (unsigned long long)jy_cms_deviations(cms));
        if (rc == JY_OK && !jy_slice_equal(jy_cert_der(jy_cms_signer(cms)), jy_cert_der(cert)))
            fail_msg("%s: another signer", rows[i].what);
        if (rc == JY_OK && (jy_cms_names_certificate(cms) != (rows[i].form.naming != UNNAMED) || jy_cms_crl_count(cms) > JY_CMS_CERTS_MAX))
            fail_msg("%s: the certificate is named, or more lists than allowed", rows[i].what);
        jy_cms_free(cms);
        jy_buf_free(&der);
    }
}

/* Without the document's bytes nothing is said of a foreign algorithm; without a subject the content is it, and without both there is none. */
static void
cms__asks_for_what_it_needs(void **state)
{
    uint8_t sha256[SHA256_DIGEST_LENGTH];
    const struct { const char *what; struct form form; struct jy_cms_subject subject; bool none; jy_err err; } rows[] = {
        { "SHA-256, no subject", { .message_digest = digest, .digest_algorithm = OID_SHA256 }, { NULL }, true, JY_E_UNSUPPORTED },
        { "SHA-256, a digest alone", { .message_digest = digest, .digest_algorithm = OID_SHA256 }, { .digest = digest }, false, JY_E_UNSUPPORTED },
        { "detached attributes, no subject", { .message_digest = digest }, { NULL }, true, JY_E_ARGUMENT },
        { "an enclosed document, no subject", { .content = document, .message_digest = digest }, { NULL }, true, JY_OK },
        { "an enclosed document without attributes, no subject", { .content = document }, { NULL }, true, JY_OK },
    };
    static const uint8_t three[] = { 0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1 }, octets[] = { 0x30, 6, 2, 1, 1, 4, 1, 1 }, one[] = { 0x30, 3, 2, 1, 1 };
    const struct jy_slice no_pairs[] = { JY_SLICE(three, sizeof(three)), JY_SLICE(octets, sizeof(octets)), JY_SLICE(one, sizeof(one)), JY_SLICE(three, 1),
                                         JY_SLICE("\x31\x00", 2) };
    struct jy_cms *cms;

    (void)state;
    SHA256(document.p, document.len, sha256);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf der = build(&rows[i].form);
        jy_err rc;
        MUST(jy_cms_parse(jy_buf_slice(&der), &cms, NULL));
        if ((rc = jy_cms_verify(cms, rows[i].none ? NULL : &rows[i].subject, NULL)) != rows[i].err)
            fail_msg("%s: %s", rows[i].what, jy_err_code(rc));
        jy_cms_free(cms);
        jy_buf_free(&der);
    }
    for (size_t i = 0; i < sizeof(no_pairs) / sizeof(no_pairs[0]); i++)
        assert_int_equal(jy_cms_parse(no_pairs[i], &cms, NULL), JY_E_FORMAT);
    MUST(jy_cms_parse(JY_SLICE("\x30\x06\x02\x01\x01\x02\x01\x01\x00", 9), &cms, NULL));
    assert_int_equal(jy_cms_deviations(cms), JY_DEV(CMS_BARE_SIGNATURE) | JY_DEV(CMS_TRAILING));
    assert_int_equal(jy_cms_der(cms).len, 8);
    jy_cms_free(cms);
}

static void
cms__what_is_signed_bare_needs_the_bytes_and_a_certificate_from_elsewhere(void **state)
{
    const struct jy_cms_subject bytes = { .digest = digest, .parts = &document, .part_count = 1 };
    const struct jy_cms_subject wrong = { .digest = digest, .parts = &elsewhere, .part_count = 1 }, digest_only = { .digest = digest };
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    struct jy_buf detached = build(&(struct form){ 0 });
    struct jy_cms *cms;
    size_t len;

    (void)state;
    MUST(jy_cms_parse(jy_buf_slice(&detached), &cms, NULL));
    assert_int_equal(jy_cms_form(cms), JY_CMS_OVER_DOCUMENT);
    assert_int_equal(jy_cms_verify(cms, &digest_only, NULL), JY_E_UNSUPPORTED);
    assert_int_equal(jy_cms_verify(cms, NULL, NULL), JY_E_UNSUPPORTED);
    assert_int_equal(jy_cms_verify(cms, &wrong, NULL), JY_E_SIGNATURE);
    MUST(jy_cms_verify(cms, &bytes, NULL));
    jy_cms_free(cms);
    jy_buf_free(&detached);
    for (int raw = 0; raw < 2; raw++) {
        MUST(jy_sm2_sign(authority.key, document, sig, &len));
        if (raw == 1)
            make_raw(sig, &len);
        MUST(jy_cms_parse(JY_SLICE(sig, len), &cms, NULL));
        assert_int_equal(jy_cms_form(cms), JY_CMS_BARE);
        assert_int_equal(jy_cms_verify(cms, &bytes, NULL), JY_E_CERTIFICATE);
        MUST(jy_cms_offer(cms, namesake));
        assert_int_equal(jy_cms_verify(cms, &bytes, NULL), JY_E_SIGNATURE);
        MUST(jy_cms_offer(cms, cert));
        MUST(jy_cms_verify(cms, &bytes, NULL));
        assert_int_equal(jy_cms_verify(cms, &wrong, NULL), JY_E_SIGNATURE);
        assert_int_equal(jy_cms_deviations(cms), JY_DEV(CMS_BARE_SIGNATURE) | (raw == 1 ? JY_DEV(CMS_RAW64) : 0));
        jy_cms_free(cms);
    }
}

/* The same value with an indefinite outer length, a content in pieces, and a length with a superfluous octet. */
static void
cms__ber_is_brought_to_der_and_what_is_signed_stays(void **state)
{
    const struct jy_cms_subject subject = { .digest = digest };
    struct jy_buf der = build(&(struct form){ .content = document, .message_digest = digest }), ber = { 0 };
    struct jy_slice inner = JY_SLICE("\x04\x0C" "the document", 14), content;
    size_t at = jy_slice_find(jy_buf_slice(&der), inner), head = der.p[1] == 0x82 ? 4 : 3;
    struct jy_cms *cms;

    (void)state;
    /* [0] of the eContent and everything around it get indefinite lengths, so that no length has to be right. */
    assert_true(at != SIZE_MAX && der.p[at - 2] == DER_CONTEXT_0);
    MUST(jy_buf_add(&ber, JY_SLICE("\x30\x80", 2)));
    MUST(jy_buf_add(&ber, JY_SLICE(der.p + head, 12)));                /* the type */
    for (size_t p = head + 12, level = 0; level < 2; level++) {        /* [0] and SignedData */
        size_t size = der.p[p + 1] == 0x82 ? 4 : 3;
        uint8_t open[2] = { der.p[p], 0x80 };
        MUST(jy_buf_add(&ber, JY_SLICE(open, 2)));
        p += size;
        if (level == 1) {                                              /* version, digestAlgorithms; then encapContentInfo */
            MUST(jy_buf_add(&ber, JY_SLICE(der.p + p, at - 2 - 12 - 2 - p)));
            MUST(jy_buf_add(&ber, JY_SLICE("\x30\x80", 2)));
            MUST(jy_buf_add(&ber, JY_SLICE(der.p + at - 2 - 12, 12)));
            MUST(jy_buf_add(&ber, JY_SLICE("\xA0\x80\x24\x80\x04\x04" "the " "\x04\x81\x08" "document" "\0\0\0\0\0\0", 27)));
            MUST(jy_buf_add(&ber, JY_SLICE(der.p + at + 14, der.len - at - 14)));
        }
    }
    MUST(jy_buf_add(&ber, JY_SLICE("\0\0\0\0\0\0", 6)));
    MUST(jy_cms_parse(jy_buf_slice(&ber), &cms, NULL));
    MUST(jy_cms_verify(cms, &subject, NULL));
    assert_int_equal(jy_cms_deviations(cms), JY_DEV(CMS_BER));
    assert_true(jy_cms_content(cms, &content) && jy_slice_equal(content, document));
    assert_true(jy_slice_equal(jy_cms_der(cms), jy_buf_slice(&der)));
    assert_int_equal(jy_cms_add_time_stamp(jy_buf_slice(&ber), JY_SLICE("\x30\x00", 2), &(struct jy_buf){ 0 }, NULL), JY_E_FORMAT);
    jy_cms_free(cms);
    MUST(jy_buf_byte(&ber, 0));
    MUST(jy_cms_parse(jy_buf_slice(&ber), &cms, NULL));
    assert_int_equal(jy_cms_deviations(cms), JY_DEV(CMS_BER) | JY_DEV(CMS_TRAILING));
    jy_cms_free(cms);
    ber.len--;
    for (size_t len = 0; len < ber.len; len++)
        if (len != 64)                                                 /* 64 bytes are read as a bare value, whatever they are */
            assert_int_not_equal(jy_cms_parse(JY_SLICE(ber.p, len), &cms, NULL), JY_OK);
    jy_buf_free(&der);
    jy_buf_free(&ber);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cms__each_form_and_each_deviation_alone),
        cmocka_unit_test(cms__asks_for_what_it_needs),
        cmocka_unit_test(cms__what_is_signed_bare_needs_the_bytes_and_a_certificate_from_elsewhere),
        cmocka_unit_test(cms__ber_is_brought_to_der_and_what_is_signed_stays),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
