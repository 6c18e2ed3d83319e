/* SPDX-License-Identifier: Apache-2.0 */
/* R13.1: every form of seal and signature value that is read (seal-formats §1, §4), each with the deviations that it must be told to have. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "forge.h"

#include <jinyin/timestamp.h>

static struct jy_buf listed_plain, listed_z, listed_names, listed_bare, listed_one, listed_empty, listed_certificate;
static const uint8_t typo_oid[] = { 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x83, 0x75 }, rsa_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05 };

#define TLV(bytes) JY_SLICE(bytes, sizeof(bytes) - 1)
#define EXTENSION "\x30\x09\x06\x03\x2a\x03\x04\x04\x02\x05\x00"
#define EXTENSION_FALSE "\x30\x0c\x06\x03\x2a\x03\x04\x01\x01\x00\x04\x02\x05\x00"
#define EXTENSION_CRITICAL "\x30\x0c\x06\x03\x2a\x03\x04\x01\x01\xff\x04\x02\x05\x00"

/* SEQUENCE OF CertDigestObj { type, value }. */
static struct jy_buf
digest_list(const char *type, const struct jy_cert *cert, bool with_z)
{
    struct jy_buf message = { 0 }, entry = { 0 }, list = { 0 }, out = { 0 };
    uint8_t digest[JY_SM3_SIZE];

    if (with_z) {
        MUST(jy_sm2_z(jy_cert_key(cert), digest));
        MUST(jy_buf_add(&message, JY_SLICE(digest, sizeof(digest))));
    }
    MUST(jy_buf_add(&message, jy_cert_der(cert)));
    MUST(jy_sm3(jy_buf_slice(&message), digest));
    MUST(jy_der_put_text(&entry, DER_PRINTABLE, type));
    MUST(jy_der_put(&entry, DER_OCTET_STRING, JY_SLICE(digest, sizeof(digest))));
    forge_close(&list, DER_SEQUENCE, &entry);
    forge_close(&out, DER_SEQUENCE, &list);
    jy_buf_free(&message);
    return out;
}

static int
set_up(void **state)
{
    struct jy_buf list = { 0 };

    (void)state;
    pki_begin();
    listed_plain = digest_list("1.2.156.10197.1.401", pki.signer, false);
    listed_names = digest_list("sm3", pki.signer, false);
    listed_z = digest_list("SM3", pki.signer, true);
    MUST(jy_der_put(&listed_bare, DER_SEQUENCE, jy_cert_der(pki.signer)));
    MUST(jy_der_put(&listed_one, DER_OCTET_STRING, jy_cert_der(pki.signer)));
    MUST(jy_der_put(&listed_empty, DER_SEQUENCE, JY_EMPTY));
    MUST(jy_der_put(&list, DER_OCTET_STRING, jy_cert_der(pki.signer)));
    forge_close(&listed_certificate, DER_SEQUENCE, &list);
    return 0;
}

static int
tear_down(void **state)
{
    struct jy_buf *all[] = { &listed_plain, &listed_z, &listed_names, &listed_bare, &listed_one, &listed_empty, &listed_certificate };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        jy_buf_free(all[i]);
    pki_end();
    return 0;
}

static void
list_deviations(char *out, size_t size, jy_deviations set)
{
    size_t len = 0;

    out[0] = '\0';
    for (int i = 0; i < JY_DEVIATION__COUNT; i++)
        if ((set >> i & 1) != 0 && len < size)
            len += (size_t)snprintf(out + len, size - len, " %s", jy_deviation_info((enum jy_deviation)i)->name);
}

static void
compare(const char *what, jy_err rc, jy_err expected, jy_deviations met, jy_deviations wanted)
{
    char a[600], b[600];

    list_deviations(a, sizeof(a), met);
    list_deviations(b, sizeof(b), wanted);
    if (rc != expected || met != wanted)
        fail_msg("%s: %s instead of %s; deviations:%s instead of:%s", what, jy_err_code(rc), jy_err_code(expected), a, b);
}

static void
seal__every_form_is_read_and_its_deviations_are_named(void **state)
{
    const struct row {
        const char *what;
        struct forge_seal recipe;
        jy_err err;                   /* of parsing or of the maker's signature */
        jy_deviations deviations;
        enum jy_seal_layout layout;
        bool unlisted;                /* the signer is not in the list */
    } rows[] = {
        { "v4", { 0 }, JY_OK, 0, JY_SEAL_V4, false },
        { "v5", { .version = 5 }, JY_OK, 0, JY_SEAL_V5, false },
        { "v5 with a time stamp", { .version = 5, .time_stamp = TLV("\xa0\x06\x03\x04\x00\x01\x02\x00") }, JY_OK, 0, JY_SEAL_V5, false },
        { "v1", { .v1 = true }, JY_OK, 0, JY_SEAL_V1, false },
        { "v2", { .v1 = true, .version = 2 }, JY_OK, 0, JY_SEAL_V1, false },
        { "v3", { .v1 = true, .version = 3 }, JY_OK, 0, JY_SEAL_V1, false },
        { "version 11 as in the example of 2014", { .v1 = true, .version = 11 }, JY_OK, 0, JY_SEAL_V1, false },
        { "v1 that says 4", { .v1 = true, .version = 4 }, JY_OK, JY_DEV(SEAL_VERSION), JY_SEAL_V1, false },
        { "v4 that says 3", { .version = 3 }, JY_OK, JY_DEV(SEAL_VERSION), JY_SEAL_V4, false },
        { "five elements that say 4", { .time_stamp = TLV("\xa0\x03\x03\x01\x00") }, JY_OK, JY_DEV(SEAL_VERSION), JY_SEAL_V5, false },
        { "C0119", { .time_tag = DER_UTC_TIME }, JY_OK, JY_DEV(LAYOUT_C0119), JY_SEAL_C0119, false },
        { "raw signature", { .sign.form = FORGE_RAW }, JY_OK, JY_DEV(SEAL_SIG_RAW64), JY_SEAL_V4, false },
        { "long integers", { .sign.form = FORGE_NON_MINIMAL }, JY_OK, JY_DEV(SEAL_SIG_NON_MINIMAL), JY_SEAL_V4, false },
        { "spoilt signature", { .sign.form = FORGE_SPOILT }, JY_E_SIGNATURE, 0, JY_SEAL_V4, false },
        { "unused bits", { .sign.unused_bits = 3 }, JY_OK, JY_DEV(SEAL_SIG_UNUSED_BITS), JY_SEAL_V4, false },
        { "octets", { .sign.octets = true }, JY_OK, JY_DEV(SEAL_SIG_OCTETS), JY_SEAL_V4, false },
        { "SM2 sign", { .sign.algorithm = OID_SM2_SIGN }, JY_OK, JY_DEV(SEAL_SIG_ALGORITHM_ID), JY_SEAL_V4, false },
        { "the typo", { .sign.algorithm = JY_SLICE(typo_oid, sizeof(typo_oid)) }, JY_OK, JY_DEV(SEAL_SIG_ALGORITHM_ID), JY_SEAL_V4, false },
        { "RSA", { .sign.algorithm = JY_SLICE(rsa_oid, sizeof(rsa_oid)) }, JY_E_UNSUPPORTED, 0, JY_SEAL_V4, false },
        { "v4 over the scope of v1", { .other_scope = true }, JY_OK, JY_DEV(SEAL_SIG_SCOPE), JY_SEAL_V4, false },
        { "v1 over the scope of v4", { .v1 = true, .other_scope = true }, JY_E_SIGNATURE, 0, JY_SEAL_V1, false },
        { "a time without Z", { .time_text = "20260528192640" }, JY_OK, JY_DEV(SEAL_TIME_FORM), JY_SEAL_V4, false },
        { "a time with a fraction", { .time_text = "20260528192640.5Z" }, JY_OK, JY_DEV(SEAL_TIME_FORM), JY_SEAL_V4, false },
        { "a leap second", { .time_text = "20260528192660Z" }, JY_OK, JY_DEV(SEAL_TIME_FORM), JY_SEAL_V4, false },
        { "the last day of a February", { .time_text = "20240229000000Z" }, JY_OK, 0, JY_SEAL_V4, false },
        { "a day that February has not", { .time_text = "20260229000000Z" }, JY_E_FORMAT, 0, JY_SEAL_V4, false },
        { "the 31st of November", { .time_text = "20261131235959Z" }, JY_E_FORMAT, 0, JY_SEAL_V4, false },
        { "a time with an offset", { .time_text = "20260529032640+0800" }, JY_OK, JY_DEV(SEAL_TIME_FORM), JY_SEAL_V4, false },
        { "GeneralizedTime in v1", { .v1 = true, .time_tag = DER_GENERALIZED_TIME }, JY_OK, JY_DEV(SEAL_TIME_TYPE), JY_SEAL_V1, false },
        { "no time", { .time_text = "yesterday" }, JY_E_FORMAT, 0, JY_SEAL_V4, false },
        { "trailing bytes", { .trailing = TLV("\0\0") }, JY_OK, JY_DEV(SEAL_TRAILING), JY_SEAL_V4, false },
        { "extensions", { .extensions = TLV("\x30\x0b" EXTENSION) }, JY_OK, 0, JY_SEAL_V4, false },
        { "no extensions", { .extensions = TLV("\x30\x00") }, JY_OK, 0, JY_SEAL_V4, false },
        { "FALSE written out", { .extensions = TLV("\x30\x0e" EXTENSION_FALSE) }, JY_OK, 0, JY_SEAL_V4, false },
        { "a critical extension", { .extensions = TLV("\x30\x0e" EXTENSION_CRITICAL) }, JY_E_UNSUPPORTED, 0, JY_SEAL_V4, false },
        { "extensions in [0]", { .extensions = TLV("\xa0\x0d\x30\x0b" EXTENSION) }, JY_OK, JY_DEV(SEAL_EXTENSIONS_TAGGED), JY_SEAL_V4, false },
        { "extensions in [0], v1", { .v1 = true, .extensions = TLV("\xa0\x0d\x30\x0b" EXTENSION) }, JY_OK, 0, JY_SEAL_V1, false },
        { "extensions that are none", { .extensions = TLV("\x30\x02\x05\x00") }, JY_E_FORMAT, 0, JY_SEAL_V4, false },
        { "something else for extensions", { .extensions = TLV("\x05\x00") }, JY_E_FORMAT, 0, JY_SEAL_V4, false },
        { "time stamp without [0]", { .version = 5, .time_stamp = TLV("\x03\x02\x00\x01") }, JY_OK, JY_DEV(SEAL_TIME_STAMP_UNTAGGED), JY_SEAL_V5, false },
        { "time stamp IMPLICIT", { .version = 5, .time_stamp = TLV("\x80\x02\x00\x01") }, JY_OK, JY_DEV(SEAL_TIME_STAMP_UNTAGGED), JY_SEAL_V5, false },
        { "time stamp with unused bits", { .version = 5, .time_stamp = TLV("\xa0\x04\x03\x02\x01\x02") }, JY_E_FORMAT, 0, JY_SEAL_V5, false },
        { "header with a length", { .header_extra = true }, JY_OK, JY_DEV(SEAL_HEADER_EXTRA), JY_SEAL_V4, false },
        { "not ES", { .id = "EX" }, JY_E_FORMAT, 0, JY_SEAL_V4, false },
        { "a version beyond 4 bytes", { .version = 101 }, JY_E_FORMAT, 0, JY_SEAL_V4, false },
        { "no picture size", { .no_picture_size = true }, JY_OK, JY_DEV(SEAL_PICTURE_SIZE), JY_SEAL_V4, false },
        { "a digest in the list", { .list_type = 2, .list = jy_buf_slice(&listed_plain) }, JY_OK, 0, JY_SEAL_V4, false },
        { "a digest by name", { .list_type = 2, .list = jy_buf_slice(&listed_names) }, JY_OK, 0, JY_SEAL_V4, false },
        { "a digest with Z", { .list_type = 2, .list = jy_buf_slice(&listed_z) }, JY_OK, 0, JY_SEAL_V4, false },
        { "digests called certificates", { .list = jy_buf_slice(&listed_plain) }, JY_E_FORMAT, 0, JY_SEAL_V4, true },
        { "certificates called digests", { .list_type = 2, .list = jy_buf_slice(&listed_certificate) }, JY_E_FORMAT, 0, JY_SEAL_V4, true },
        { "certListType 3", { .list_type = 3 }, JY_OK, JY_DEV(CERT_LIST_TYPE), JY_SEAL_V4, false },
        { "certListType 3 of digests", { .list_type = 3, .list = jy_buf_slice(&listed_plain) }, JY_E_FORMAT, 0, JY_SEAL_V4, true },
        { "a bare certificate", { .v1 = true, .list = jy_buf_slice(&listed_bare) }, JY_OK, JY_DEV(CERT_LIST_BARE), JY_SEAL_V1, false },
        { "no list, one certificate", { .list = jy_buf_slice(&listed_one) }, JY_OK, JY_DEV(CERT_LIST_BARE), JY_SEAL_V4, false },
        { "an empty list", { .list = jy_buf_slice(&listed_empty) }, JY_E_FORMAT, 0, JY_SEAL_V4, true },
        { "name of another type", { .name_tag = DER_PRINTABLE, .name = TLV("name") }, JY_OK, JY_DEV(STRING_TYPE), JY_SEAL_V4, false },
        { "name with NUL", { .name = TLV("name\0\0") }, JY_OK, JY_DEV(STRING_NUL), JY_SEAL_V4, false },
        { "number for a name", { .name_tag = DER_INTEGER, .name = TLV("\1") }, JY_E_FORMAT, 0, JY_SEAL_V4, false },
        { "code outside ASCII", { .code = "津" }, JY_OK, JY_DEV(STRING_NOT_ASCII), JY_SEAL_V4, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct jy_buf der = forge_seal(&row->recipe);
        struct jy_seal *seal = NULL;
        jy_err rc = jy_seal_parse(jy_buf_slice(&der), &seal, NULL);
        if (rc == JY_OK)
            rc = jy_seal_check_signature(seal, NULL);
        compare(row->what, rc, row->err, seal == NULL || rc != JY_OK ? 0 : jy_seal_deviations(seal), row->deviations);
        if (seal != NULL) {
            if (jy_seal_layout(seal) != row->layout || jy_seal_has_signer(seal, pki.signer) == row->unlisted || jy_seal_has_signer(seal, pki.maker))
                fail_msg("%s: layout %d, signer %d", row->what, jy_seal_layout(seal), jy_seal_has_signer(seal, pki.signer));
            assert_true(jy_slice_equal(jy_seal_der(seal), JY_SLICE(der.p, der.len - row->recipe.trailing.len)));
        }
        jy_seal_free(seal);
        jy_buf_free(&der);
    }
}

/* A token that states this time. */
static struct jy_buf
token_of(jy_time when)
{
    struct jy_timestamp_request request = { .cert_req = true };
    struct jy_issue what = { .issuer_key = pki.ca_key, .issuer = pki.ca, .subject_key = pki.maker_key, .common_name = "TSA", .not_before = pki.now - 86400,
                             .not_after = pki.now + 86400, .path_length = -1, .extended_key_usage = "critical,timeStamping", .serial = { [15] = 9 } };
    struct jy_timestamp_fields fields = { .request = &request, .policy = "1.2.3", .time = when, .serial = { 1 } };
    struct jy_buf token = { 0 };
    struct jy_cert *tsa;

    MUST(jy_cert_issue(&what, &tsa, NULL));
    fields.tsa = tsa;
    MUST(jy_timestamp_make(&fields, pki.maker_key, &token, NULL));
    jy_cert_free(tsa);
    return token;
}

static void
ses__every_form_is_read_and_its_deviations_are_named(void **state)
{
    struct jy_buf v1 = forge_seal(&(struct forge_seal){ .v1 = true }), c0119 = forge_seal(&(struct forge_seal){ .time_tag = DER_UTC_TIME }),
                  v5 = forge_seal(&(struct forge_seal){ .version = 5 }),
                  z = forge_seal(&(struct forge_seal){ .list_type = 2, .list = jy_buf_slice(&listed_z) }), token = token_of(pki.now - 7);
    static const uint8_t short_hash[31] = { 1 }, even_hash[JY_SM3_SIZE] = { 1, [31] = 4 }, odd[] = { 1 };
    const struct jy_slice old = jy_buf_slice(&v1);
    const struct row {
        const char *what;
        struct forge_ses recipe;
        jy_err err;
        jy_deviations deviations;
        jy_time time;                 /* 0: not compared */
    } rows[] = {
        { "v4", { 0 }, JY_OK, 0, pki.now },
        { "v4 with a time stamp", { .time_stamp = TLV("\xa0\x05\x03\x03\x00\x30\x00") }, JY_OK, 0, 0 },
        { "v4 with extensions", { .extensions = TLV("\xa0\x0d\x30\x0b" EXTENSION) }, JY_OK, 0, 0 },
        { "v5", { .version = 5, .seal = jy_buf_slice(&v5) }, JY_OK, 0, 0 },
        { "v1", { .v1 = true, .version = 1, .seal = old }, JY_OK, 0, 1780000000 },
        { "v1, text in China's time", { .v1 = true, .version = 1, .seal = old, .time_text = "2026-05-29 04:26:40" }, JY_OK, 0, 1780000000 },
        { "v1, text with an offset", { .v1 = true, .version = 1, .seal = old, .time_text = "2026-05-28T20:26:40+00:00" }, JY_OK, 0, 1780000000 },
        { "v1, time in DER", { .v1 = true, .version = 1, .seal = old, .time_text = "\x17\x0d" "260528202640Z" }, JY_OK, 0, 1780000000 },
        { "v1, no time", { .v1 = true, .version = 1, .seal = old, .time_text = "some other day" }, JY_OK, JY_DEV(SIGN_TIME_UNREADABLE), 0 },
        { "v1, a time stamp", { .v1 = true, .version = 1, .seal = old, .time_bits = jy_buf_slice(&token) }, JY_OK, JY_DEV(SIGN_TIME_TOKEN), pki.now - 7 },
        { "v1, what might be a time stamp", { .v1 = true, .version = 1, .seal = old, .time_bits = TLV("\x30\x03\x06\x01\x2a") }, JY_OK,
          JY_DEV(SIGN_TIME_UNREADABLE), 0 },
        { "v1, GeneralizedTime", { .v1 = true, .version = 1, .seal = old, .time_tag = DER_GENERALIZED_TIME }, JY_OK, JY_DEV(SIGN_TIME_TYPE), 1780000000 },
        { "v1, another version", { .v1 = true, .version = 2, .seal = old }, JY_OK, JY_DEV(SIG_VERSION), 0 },
        { "C0119", { .v1 = true, .version = 4, .seal = jy_buf_slice(&c0119) }, JY_OK, JY_DEV(LAYOUT_C0119), 0 },
        { "v4 around a seal of v1", { .version = 1, .seal = old }, JY_OK, 0, 0 },
        { "version 5 around version 4", { .version = 5 }, JY_E_FORMAT, 0, 0 },
        { "raw signature", { .sign.form = FORGE_RAW }, JY_OK, JY_DEV(SIG_RAW64), 0 },
        { "long integers", { .sign.form = FORGE_NON_MINIMAL }, JY_OK, JY_DEV(SIG_NON_MINIMAL), 0 },
        { "spoilt signature", { .sign.form = FORGE_SPOILT }, JY_E_SIGNATURE, 0, 0 },
        { "unused bits", { .sign.unused_bits = 1 }, JY_OK, JY_DEV(SIG_UNUSED_BITS), 0 },
        { "octets", { .sign.octets = true }, JY_OK, JY_DEV(SIG_OCTETS), 0 },
        { "SM2 sign", { .sign.algorithm = OID_SM2_SIGN }, JY_OK, JY_DEV(SIG_ALGORITHM_ID), 0 },
        { "RSA", { .sign.algorithm = JY_SLICE(rsa_oid, sizeof(rsa_oid)) }, JY_E_UNSUPPORTED, 0, 0 },
        { "dataHash with unused bits", { .data_hash = JY_SLICE(even_hash, sizeof(even_hash)), .hash_unused_bits = 2 }, JY_OK, JY_DEV(HASH_UNUSED_BITS), 0 },
        { "dataHash whose last bit, set, is called unused", { .hash_unused_bits = 1 }, JY_E_FORMAT, 0, 0 },
        { "a signature whose last bit, set, is called unused", { .sign = { .value = JY_SLICE(odd, sizeof(odd)), .unused_bits = 1 } }, JY_E_FORMAT, 0, 0 },
        { "dataHash as octets", { .hash_octets = true }, JY_OK, JY_DEV(HASH_OCTETS), 0 },
        { "a dataHash of 31 bytes is told by its length", { .data_hash = JY_SLICE(short_hash, sizeof(short_hash)) }, JY_OK, 0, 0 },
        { "a time without Z", { .time_text = "20260528202640" }, JY_OK, JY_DEV(SIGN_TIME_FORM), pki.now },
        { "UTCTime", { .time_tag = DER_UTC_TIME }, JY_OK, JY_DEV(SIGN_TIME_TYPE), pki.now },
        { "text for a time", { .time_tag = DER_BIT_STRING }, JY_OK, JY_DEV(SIGN_TIME_TYPE), pki.now },
        { "trailing bytes", { .trailing = TLV("\0") }, JY_OK, JY_DEV(SIG_TRAILING), 0 },
        { "extensions without [0]", { .extensions = TLV("\x30\x0b" EXTENSION) }, JY_OK, JY_DEV(SIG_EXTENSIONS_UNTAGGED), 0 },
        { "extensions IMPLICIT", { .extensions = TLV("\xa0\x0b" EXTENSION) }, JY_OK, JY_DEV(SIG_EXTENSIONS_UNTAGGED), 0 },
        { "a critical extension", { .extensions = TLV("\xa0\x10\x30\x0e" EXTENSION_CRITICAL) }, JY_E_UNSUPPORTED, 0, 0 },
        { "time stamp without [0]", { .time_stamp = TLV("\x03\x03\x00\x30\x00") }, JY_OK, JY_DEV(SIG_TIME_STAMP_UNTAGGED), 0 },
        { "propertyInfo in UTF-8", { .property_tag = DER_UTF8 }, JY_OK, JY_DEV(STRING_TYPE), 0 },
        { "the signer's digest with Z", { .seal = jy_buf_slice(&z) }, JY_OK, JY_DEV(CERT_LIST_DIGEST_WITH_Z), 0 },
        { "no certificate", { .sign.cert_der = TLV("\x30\x00") }, JY_E_CERTIFICATE, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct jy_buf der = forge_ses(&row->recipe);
        struct jy_ses *ses = NULL;
        jy_err rc = jy_ses_parse(jy_buf_slice(&der), &ses, NULL);
        if (rc == JY_OK)
            rc = jy_ses_check_signature(ses, NULL);
        compare(row->what, rc, row->err, ses == NULL || rc != JY_OK ? 0 : jy_ses_deviations(ses), row->deviations);
        if (ses != NULL && row->time != 0 && jy_ses_time(ses) != row->time)
            fail_msg("%s: time %lld", row->what, (long long)jy_ses_time(ses));
        if (ses != NULL && row->recipe.data_hash.len > 0)
            assert_true(jy_slice_equal(jy_ses_data_hash(ses), row->recipe.data_hash));
        jy_ses_free(ses);
        jy_buf_free(&der);
    }
    jy_buf_free(&v1);
    jy_buf_free(&v5);
    jy_buf_free(&z);
    jy_buf_free(&c0119);
    jy_buf_free(&token);
}

/* A signature value or a time stamp may end with zero bytes: they are bytes, not padding (seal-formats §1.0). */
static void
bit_strings_keep_trailing_zero_bytes(void **state)
{
    static const uint8_t zeros[] = { 0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x00, 0x00, 0x00 }, hash[JY_SM3_SIZE] = { 9 };
    struct jy_buf seal_der = forge_seal(&(struct forge_seal){ .version = 5, .sign.value = JY_SLICE(zeros, sizeof(zeros)),
                                                              .time_stamp = TLV("\xa0\x07\x03\x05\x00\x30\x00\x00\x00") });
    struct jy_buf der = forge_ses(&(struct forge_ses){ .version = 5, .seal = jy_buf_slice(&seal_der), .data_hash = JY_SLICE(hash, sizeof(hash)),
                                                       .sign.value = JY_SLICE(zeros, sizeof(zeros)), .time_stamp = TLV("\xa0\x06\x03\x04\x00\x01\x00\x00") });
    struct jy_ses *ses;

    (void)state;
    MUST(jy_ses_parse(jy_buf_slice(&der), &ses, NULL));
    assert_true(jy_slice_equal(jy_ses_data_hash(ses), JY_SLICE(hash, sizeof(hash))));
    assert_true(jy_slice_equal(jy_ses_signature(ses), JY_SLICE(zeros, sizeof(zeros))));
    assert_true(jy_slice_equal(jy_ses_time_stamp(ses), TLV("\x01\x00\x00")));
    assert_true(jy_slice_equal(jy_seal_time_stamp(jy_ses_seal(ses)), TLV("\x30\x00\x00\x00")));
    jy_ses_free(ses);
    jy_buf_free(&seal_der);
    jy_buf_free(&der);
}

/* One product signs the digest as if it were e; the report must say so, and the value must not be called good. */
static void
ses__a_signature_of_the_digest_itself_is_named_and_refused(void **state)
{
    /* r and s for e = dataHash cannot be made with an SM2 routine that hashes: take e of a real signature for the digest. */
    struct jy_buf message = { 0 }, sig = forge_signature(pki.signer_key, jy_slice_text("message"), FORGE_DER), der;
    struct jy_fault fault = { 0 };
    uint8_t e[JY_SM3_SIZE];
    struct jy_ses *ses;

    (void)state;
    MUST(jy_sm2_z(pki.signer_key, e));
    MUST(jy_buf_add(&message, JY_SLICE(e, sizeof(e))));
    MUST(jy_buf_text(&message, "message"));
    MUST(jy_sm3(jy_buf_slice(&message), e));
    der = forge_ses(&(struct forge_ses){ .data_hash = JY_SLICE(e, sizeof(e)), .sign.value = jy_buf_slice(&sig) });
    MUST(jy_ses_parse(jy_buf_slice(&der), &ses, NULL));
    assert_int_equal(jy_ses_check_signature(ses, &fault), JY_E_SIGNATURE);
    assert_non_null(strstr(fault.text, "dataHash itself"));
    jy_ses_free(ses);
    jy_buf_free(&message);
    jy_buf_free(&sig);
    jy_buf_free(&der);
}

static jy_err
dummy_time_stamper(void *ctx, struct jy_slice signature, struct jy_buf *token, struct jy_fault *fault)
{
    struct jy_buf *seen = ctx;

    if (seen == NULL)
        return jy_fail(fault, JY_E_UNAVAILABLE, "time stamp authority", 0, "not today");
    MUST(jy_buf_add(seen, signature));
    return jy_buf_text(token, "token\0");
}

/* GM/T 0031-2025: what is written behind the switch reads back to the letter, its time stamp over the maker's signature value. */
static void
seal_make__version_5_and_a_list_of_digests(void **state)
{
    struct jy_buf seen = { 0 }, der = { 0 }, value = { 0 }, stamped = { 0 };
    struct jy_seal_fields f = { "JINYIN", "1201010000001", 1, "测试印章", pki.signer, pki.now, jy_cert_not_before(pki.signer),
                                jy_cert_not_after(pki.signer), "PNG", jy_seal_picture(pki.seal), 40, 40, 5, 2, dummy_time_stamper, &seen };
    static const uint8_t hash[JY_SM3_SIZE] = { 1 };
    struct jy_fault fault = { 0 };
    struct jy_seal *seal;
    struct jy_ses *ses;

    (void)state;
    MUST(jy_seal_make(&f, pki.maker_key, pki.maker, &der, NULL));
    MUST(jy_seal_parse(jy_buf_slice(&der), &seal, NULL));
    MUST(jy_seal_check_signature(seal, NULL));
    assert_true(jy_seal_version(seal) == 5 && jy_seal_layout(seal) == JY_SEAL_V5 && jy_seal_deviations(seal) == 0);
    assert_true(jy_slice_is(jy_seal_time_stamp(seal), "token"));
    assert_true(jy_seal_has_signer(seal, pki.signer) && !jy_seal_has_signer(seal, pki.maker));
    MUST(jy_ses_make(seal, pki.now, hash, "/x", pki.signer_key, pki.signer, &value, NULL));
    MUST(jy_ses_add_time_stamp(jy_buf_slice(&value), TLV("of the signature\0"), &stamped, NULL));
    MUST(jy_ses_parse(jy_buf_slice(&stamped), &ses, NULL));
    MUST(jy_ses_check_signature(ses, NULL));
    assert_true(jy_ses_version(ses) == 5 && jy_ses_deviations(ses) == 0 && jy_slice_equal(jy_ses_time_stamp(ses), TLV("of the signature\0")));
    assert_true(jy_slice_equal(jy_seal_der(jy_ses_seal(ses)), jy_buf_slice(&der)));
    jy_ses_free(ses);
    value.len = 0;
    assert_int_equal(jy_ses_add_time_stamp(jy_buf_slice(&stamped), TLV("a second"), &value, NULL), JY_E_ARGUMENT);
    jy_seal_free(seal);
    der.len = 0;
    f.time_stamper_ctx = NULL;
    assert_int_equal(jy_seal_make(&f, pki.maker_key, pki.maker, &der, &fault), JY_E_UNAVAILABLE);
    assert_int_equal(der.len, 0);
    f.version = 4;
    assert_int_equal(jy_seal_make(&f, pki.maker_key, pki.maker, &der, &fault), JY_E_ARGUMENT);
    f.version = 6;
    assert_int_equal(jy_seal_make(&f, pki.maker_key, pki.maker, &der, &fault), JY_E_ARGUMENT);
    assert_string_equal(fault.where, "version");
    jy_buf_free(&seen);
    jy_buf_free(&der);
    jy_buf_free(&value);
    jy_buf_free(&stamped);
}

static void
value_form__is_told_from_the_bytes(void **state)
{
    static const uint8_t raw[64] = { 0x30, 62 };
    struct jy_buf ses = forge_ses(&(struct forge_ses){ 0 }),
                  bare = forge_signature(pki.signer_key, jy_slice_text("original"), FORGE_DER);

    (void)state;
    assert_int_equal(jy_value_form(jy_buf_slice(&ses)), JY_VALUE_SES);
    assert_int_equal(jy_value_form(TLV("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")), JY_VALUE_SIGNED_DATA);
    assert_int_equal(jy_value_form(jy_buf_slice(&bare)), JY_VALUE_BARE);
    assert_int_equal(jy_value_form(JY_SLICE(raw, 64)), JY_VALUE_BARE);
    assert_int_equal(jy_value_form(JY_SLICE(raw, 63)), JY_VALUE_OTHER);
    assert_int_equal(jy_value_form(TLV("\x30\x03\x02\x01\x00")), JY_VALUE_OTHER);
    assert_int_equal(jy_value_form(JY_EMPTY), JY_VALUE_OTHER);
    jy_buf_free(&ses);
    jy_buf_free(&bare);
}

/* Before a further stamp: for another document, or not; everything else is the verifier's. */
static void
value_names__is_asked_of_the_digest_only(void **state)
{
    const uint8_t digest[JY_SM3_SIZE] = { 1 }, other[JY_SM3_SIZE] = { 2 };
    const struct jy_cms_fields fields = { .digest = digest, .signer = pki.signer };
    struct jy_buf cms = { 0 }, long_hash = forge_ses(&(struct forge_ses){ .data_hash = TLV("0123456789abcdef0123456789abcdef01234567") });

    (void)state;
    MUST(jy_cms_make(&fields, pki.signer_key, &cms, NULL));
    assert_int_equal(jy_value_names(jy_buf_slice(&cms), digest, NULL, 0, NULL), JY_OK);
    assert_int_equal(jy_value_names(jy_buf_slice(&cms), other, NULL, 0, NULL), JY_E_DOCUMENT_CHANGED);
    cms.p[cms.len - 1] ^= 1;                                 /* in the signature */
    assert_int_equal(jy_value_names(jy_buf_slice(&cms), digest, NULL, 0, NULL), JY_OK);
    assert_int_equal(jy_value_names(TLV("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), digest, NULL, 0, NULL), JY_E_FORMAT);
    assert_int_equal(jy_value_names(TLV("\x30\x03\x02\x01\x00"), digest, NULL, 0, NULL), JY_OK);
    assert_int_equal(jy_value_names(jy_buf_slice(&long_hash), digest, NULL, 0, NULL), JY_OK);          /* of another algorithm */
    jy_buf_free(&cms);
    jy_buf_free(&long_hash);
}

static void
deviations__have_names_of_their_own(void **state)
{
    (void)state;
    for (int i = 0; i < JY_DEVIATION__COUNT; i++) {
        const struct jy_deviation_info *a = jy_deviation_info((enum jy_deviation)i);
        assert_true(a->clause[0] != '\0' && a->en[0] != '\0' && a->zh[0] != '\0');
        for (int k = 0; k < i; k++)
            assert_string_not_equal(a->name, jy_deviation_info((enum jy_deviation)k)->name);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seal__every_form_is_read_and_its_deviations_are_named),
        cmocka_unit_test(ses__every_form_is_read_and_its_deviations_are_named),
        cmocka_unit_test(bit_strings_keep_trailing_zero_bytes),
        cmocka_unit_test(ses__a_signature_of_the_digest_itself_is_named_and_refused),
        cmocka_unit_test(seal_make__version_5_and_a_list_of_digests),
        cmocka_unit_test(value_form__is_told_from_the_bytes),
        cmocka_unit_test(value_names__is_asked_of_the_digest_only),
        cmocka_unit_test(deviations__have_names_of_their_own),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
