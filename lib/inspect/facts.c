/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of GB/T 38540-2020 6.1 (SESeal) and 7.1 (SES_Signature), GM/T 0031-2014 and -2025, in the order in which they are written. */
#include "inspect/facts.h"

#include <jinyin/cms.h>

#include "codec/der.h"
#include "codec/text.h"

#include <string.h>

static json_t *
digest_of(struct jy_slice bytes)
{
    uint8_t digest[JY_SM3_SIZE];

    return jy_sm3(bytes, digest) == JY_OK ? jy_json_hex(JY_SLICE(digest, sizeof(digest))) : json_null();
}

json_t *
facts_cert(const struct jy_cert *cert)
{
    json_t *out;

    if (cert == NULL)
        return json_null();
    out = json_object();
    json_object_set_new(out, "subject", jy_json_text(jy_cert_subject(cert)));
    json_object_set_new(out, "issuer", jy_json_text(jy_cert_issuer(cert)));
    json_object_set_new(out, "serial", jy_json_text(jy_cert_serial(cert)));
    json_object_set_new(out, "valid_start", jy_json_time(jy_cert_not_before(cert)));
    json_object_set_new(out, "valid_end", jy_json_time(jy_cert_not_after(cert)));
    json_object_set_new(out, "sm2", json_boolean(jy_cert_key(cert) != NULL));
    json_object_set_new(out, "may_sign", json_boolean(jy_cert_may_sign(cert)));
    json_object_set_new(out, "test_only", json_boolean(jy_cert_is_test(cert)));
    json_object_set_new(out, "bytes", json_integer((json_int_t)jy_cert_der(cert).len));
    json_object_set_new(out, "digest", digest_of(jy_cert_der(cert)));
    return out;
}

static json_t *
oid_text(struct jy_slice oid)
{
    struct jy_buf out = { 0 };
    uint64_t value = 0;
    json_t *text;
    bool first = true, good = oid.len > 0 && (oid.p[oid.len - 1] & 0x80) == 0;

    for (size_t i = 0; good && i < oid.len; i++) {
        good = value < UINT64_C(1) << 56;
        value = value << 7 | (oid.p[i] & 0x7f);
        if ((oid.p[i] & 0x80) != 0)
            continue;
        if (first) {
            uint64_t arc = value < 80 ? value / 40 : 2;
            good = good && jy_buf_fmt(&out, "%llu.%llu", (unsigned long long)arc, (unsigned long long)(value - 40 * arc)) == JY_OK;
        } else {
            good = good && jy_buf_fmt(&out, ".%llu", (unsigned long long)value) == JY_OK;
        }
        first = false;
        value = 0;
    }
    text = good ? json_stringn((const char *)out.p, out.len) : jy_json_hex(oid);
    jy_buf_free(&out);
    return text;
}

static json_t *
deviations(jy_deviations set)
{
    json_t *list = json_array();

    for (int i = 0; i < JY_DEVIATION__COUNT; i++)
        if ((set >> i & 1) != 0) {
            const struct jy_deviation_info *info = jy_deviation_info((enum jy_deviation)i);
            json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "name", info->name, "clause", info->clause, "en", info->en, "zh", info->zh));
        }
    return list;
}

static json_t *
time_stamp(struct jy_slice token)
{
    return token.len == 0 ? json_null() : json_pack("{s:I, s:o}", "bytes", (json_int_t)token.len, "digest", digest_of(token));
}

/* SES_CertList: certificates (type 1) or their digests (type 2). */
static json_t *
admitted(const struct jy_seal *seal)
{
    json_t *list = json_array();
    struct jy_der entries, inner;
    struct jy_der_item item;

    jy_der_open(&entries, jy_seal_cert_list(seal));
    while (!jy_der_at_end(&entries) && jy_der_next(&entries, &item) == JY_OK) {
        struct jy_slice value = item.tag == DER_OCTET_STRING ? item.value : item.tlv;
        struct jy_cert *cert = NULL;
        struct jy_der one;
        jy_der_open(&one, item.tlv);
        if (jy_cert_parse(value, &cert, NULL) == JY_OK)
            json_array_append_new(list, facts_cert(cert));
        else if (jy_der_enter(&one, DER_SEQUENCE, &inner) == JY_OK && jy_der_next(&inner, &item) == JY_OK && jy_der_octets(&inner, &value) == JY_OK)
            json_array_append_new(list, json_pack("{s:o}", "digest", jy_json_hex(value)));
        else
            json_array_append_new(list, json_pack("{s:I, s:o}", "bytes", (json_int_t)value.len, "digest", digest_of(value)));
        jy_cert_free(cert);
    }
    return list;
}

static json_t *
fits(jy_err rc, bool *sound)
{
    if (rc != JY_OK)
        *sound = false;
    return json_string(rc == JY_OK ? "good" : jy_err_code(rc));
}

static const char *
layout_name(enum jy_seal_layout layout)
{
    static const char *const names[] = { [JY_SEAL_V1] = "GM/T 0031-2014", [JY_SEAL_V4] = "GB/T 38540-2020", [JY_SEAL_V5] = "GM/T 0031-2025",
                                         [JY_SEAL_C0119] = "C0119" };

    return names[layout];
}

json_t *
facts_seal(struct jy_seal *seal, bool *sound)
{
    jy_err rc = jy_seal_check_signature(seal, NULL);
    json_t *out = json_object(), *picture = json_object();

    json_object_set_new(out, "structure", json_string("SESeal"));
    json_object_set_new(out, "standard", json_string(layout_name(jy_seal_layout(seal))));
    json_object_set_new(out, "version", json_integer(jy_seal_version(seal)));
    json_object_set_new(out, "vendor", jy_json_text(jy_seal_vendor(seal)));
    json_object_set_new(out, "id", jy_json_text(jy_seal_id(seal)));
    json_object_set_new(out, "type", json_integer(jy_seal_type(seal)));
    json_object_set_new(out, "name", jy_json_text(jy_seal_name(seal)));
    json_object_set_new(out, "admits", json_pack("{s:i, s:o}", "type", jy_seal_cert_list_type(seal), "entries", admitted(seal)));
    json_object_set_new(out, "created", jy_json_time(jy_seal_created(seal)));
    json_object_set_new(out, "valid_start", jy_json_time(jy_seal_valid_start(seal)));
    json_object_set_new(out, "valid_end", jy_json_time(jy_seal_valid_end(seal)));
    json_object_set_new(picture, "type", jy_json_text(jy_seal_picture_type(seal)));
    json_object_set_new(picture, "width_mm", json_integer(jy_seal_width_mm(seal)));
    json_object_set_new(picture, "height_mm", json_integer(jy_seal_height_mm(seal)));
    json_object_set_new(picture, "bytes", json_integer((json_int_t)jy_seal_picture(seal).len));
    json_object_set_new(picture, "digest", digest_of(jy_seal_picture(seal)));
    json_object_set_new(out, "picture", picture);
    json_object_set_new(out, "maker", facts_cert(jy_seal_maker(seal)));
    json_object_set_new(out, "algorithm", oid_text(jy_seal_algorithm(seal)));
    json_object_set_new(out, "signature", jy_json_hex(jy_seal_signature(seal)));
    json_object_set_new(out, "signature_fits", fits(rc, sound));
    json_object_set_new(out, "time_stamp", time_stamp(jy_seal_time_stamp(seal)));
    json_object_set_new(out, "deviations", deviations(jy_seal_deviations(seal)));
    json_object_set_new(out, "bytes", json_integer((json_int_t)jy_seal_der(seal).len));
    json_object_set_new(out, "digest", digest_of(jy_seal_der(seal)));
    return out;
}

json_t *
facts_ses(struct jy_ses *ses, bool *sound)
{
    jy_err rc = jy_ses_check_signature(ses, NULL);
    json_t *out = json_object();

    json_object_set_new(out, "structure", json_string("SES_Signature"));
    json_object_set_new(out, "version", json_integer(jy_ses_version(ses)));
    json_object_set_new(out, "time", jy_json_time(jy_ses_time(ses)));
    json_object_set_new(out, "data_hash", jy_json_hex(jy_ses_data_hash(ses)));
    json_object_set_new(out, "property_info", jy_json_text(jy_ses_property_info(ses)));
    json_object_set_new(out, "signer", facts_cert(jy_ses_signer(ses)));
    json_object_set_new(out, "signer_admitted",
                        json_boolean(jy_ses_signer(ses) != NULL && jy_seal_has_signer(jy_ses_seal(ses), jy_ses_signer(ses))));
    json_object_set_new(out, "algorithm", oid_text(jy_ses_algorithm(ses)));
    json_object_set_new(out, "signature", jy_json_hex(jy_ses_signature(ses)));
    json_object_set_new(out, "signature_fits", fits(rc, sound));
    json_object_set_new(out, "time_stamp", time_stamp(jy_ses_time_stamp(ses)));
    json_object_set_new(out, "deviations", deviations(jy_ses_deviations(ses)));
    json_object_set_new(out, "seal", facts_seal(jy_ses_seal(ses), sound));
    return out;
}

/* Over the document's own bytes nothing can be judged here: `jinyin verify` has them. */
static json_t *
cms_fits(struct jy_cms *cms, const uint8_t *digest, bool *sound)
{
    const struct jy_cms_subject subject = { .digest = digest };
    struct jy_slice content;

    if (jy_cms_form(cms) == JY_CMS_OVER_DOCUMENT || jy_cms_form(cms) == JY_CMS_BARE || (digest == NULL && !jy_cms_content(cms, &content)))
        return json_null();
    return fits(jy_cms_verify(cms, digest == NULL ? NULL : &subject, NULL), sound);
}

static json_t *
facts_cms(struct jy_cms *cms, const uint8_t *digest, bool *sound)
{
    static const char *const over[] = { [JY_CMS_OVER_CONTENT] = "content", [JY_CMS_OVER_ATTRIBUTES] = "attributes", [JY_CMS_OVER_DOCUMENT] = "document",
                                        [JY_CMS_BARE] = "document" };
    json_t *out = json_object(), *stamps = json_array(), *verdict = cms_fits(cms, digest, sound);

    for (size_t i = 0; i < jy_cms_time_stamp_count(cms); i++)
        json_array_append_new(stamps, time_stamp(jy_cms_time_stamp(cms, i)));
    json_object_set_new(out, "structure", json_string(jy_cms_form(cms) == JY_CMS_BARE ? "signature" : "SignedData"));
    json_object_set_new(out, "standard", json_string(jy_cms_form(cms) == JY_CMS_BARE ? "GB/T 35276-2017" : "GB/T 35275-2017"));
    json_object_set_new(out, "signs", json_string(over[jy_cms_form(cms)]));
    json_object_set_new(out, "time", jy_json_time(jy_cms_signing_time(cms)));
    json_object_set_new(out, "signer", facts_cert(jy_cms_signer(cms)));
    json_object_set_new(out, "certificates", json_integer((json_int_t)jy_cms_cert_count(cms)));
    json_object_set_new(out, "revocation_lists", json_integer((json_int_t)jy_cms_crl_count(cms)));
    json_object_set_new(out, "ocsp_responses", json_integer((json_int_t)jy_cms_ocsp_count(cms)));
    json_object_set_new(out, "signature", jy_json_hex(jy_cms_signature(cms)));
    json_object_set_new(out, "signature_fits", verdict);
    json_object_set_new(out, "time_stamps", stamps);
    json_object_set_new(out, "deviations", deviations(jy_cms_deviations(cms)));
    return out;
}

json_t *
facts_value(struct jy_slice der, const uint8_t *digest, bool *sound)
{
    struct jy_seal *seal = NULL;
    struct jy_ses *ses = NULL;
    struct jy_cms *cms = NULL;
    json_t *out;

    if (jy_ses_parse(der, &ses, NULL) == JY_OK)
        out = facts_ses(ses, sound);
    else if (jy_seal_parse(der, &seal, NULL) == JY_OK)
        out = facts_seal(seal, sound);
    else if (jy_cms_parse(der, &cms, NULL) == JY_OK)
        out = facts_cms(cms, digest, sound);
    else
        out = json_pack("{s:s, s:I, s:o}", "structure", "unknown", "bytes", (json_int_t)der.len, "digest", digest_of(der));
    jy_ses_free(ses);
    jy_seal_free(seal);
    jy_cms_free(cms);
    return out;
}
