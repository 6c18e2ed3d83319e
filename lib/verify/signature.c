/* SPDX-License-Identifier: Apache-2.0 */
/* The signature value: SES_Signature (GB/T 38540-2020 7.3, GM/T 0031-2014 6.2.3) or SignedData (GB/T 35275); seal-formats §2.2. */
#include "verify/judge.h"

#include "codec/text.h"

#include <stdlib.h>
#include <string.h>

void
judge_deviations(struct judgement *j, jy_deviations deviations)
{
    j->out->deviations |= deviations;
    if (deviations == 0)
        NOTE(j, DEVIATION, true, "", NULL);
    for (int i = 0; i < JY_DEVIATION__COUNT; i++)
        if ((deviations >> i & 1) != 0) {
            const struct jy_deviation_info *info = jy_deviation_info((enum jy_deviation)i);
            NOTE(j, DEVIATION, false, j->signature->path, "%s: %s [%s]", info->name, info->en, info->clause);
        }
}

static void
note_malformed(struct judgement *j, const struct jy_fault *fault)
{
    if (strcmp(fault->where, JY_WHERE_SEAL) == 0)
        NOTE_AT(j, SEAL_FORMAT, false, j->signature->path, fault->offset, "%s: %s", fault->where, fault->text);
    else
        NOTE_AT(j, SIG_FORMAT, false, j->signature->path, fault->offset, "%s: %s", fault->where, fault->text);
}

/* dataHash is the document's digest, or, by some products, SM3(Z, data) (seal-formats §4), which binds as well. */
static void
judge_hash(struct judgement *j, struct jy_slice hash, const struct jy_cert *signer)
{
    const struct jy_signature *sig = j->signature;
    const struct jy_sm2 *key = signer == NULL ? NULL : jy_cert_key(signer);
    uint8_t z[JY_SM3_SIZE], with_z[JY_SM3_SIZE];
    bool same = jy_slice_equal(hash, JY_SLICE(sig->digest, sizeof(sig->digest)));
    jy_err rc;

    if (!same && key != NULL) {
        if ((rc = jy_sm2_z(key, z)) == JY_OK && (rc = jy_document_digest_with_z(j->doc, j->index, z, with_z, NULL)) == JY_OK)
            same = jy_slice_equal(hash, JY_SLICE(with_z, sizeof(with_z)));
        if (judge_own_trouble(j, rc))
            return;
        if (same)
            judge_deviations(j, JY_DEV(HASH_WITH_Z));
    }
    NOTE(j, DOC_HASH, same, sig->path, "dataHash differs");
}

/* The stamp's own data: what binds document, seal and signer. */
static void
judge_binding(struct judgement *j, struct jy_ses *ses)
{
    const struct jy_signature *sig = j->signature;
    const struct jy_cert *signer = jy_ses_signer(ses);
    const struct jy_slice hash = jy_ses_data_hash(ses);
    struct jy_seal *seal = jy_ses_seal(ses);
    struct jy_fault fault = { 0 };
    bool listed = false;
    jy_err rc = jy_ses_check_signature(ses, &fault);

    if (judge_own_trouble(j, rc))
        return;
    NOTE(j, SIG_FORMAT, true, sig->path, NULL);
    NOTE(j, SIG_HASH_SIZE, hash.len == JY_SM3_SIZE, sig->path, "dataHash has %zu bytes, not 32", hash.len);
    NOTE(j, SIGNER_CERT, signer != NULL, sig->path, "the signer's certificate cannot be read");
    if (sig->seal_file.len > 0)
        NOTE(j, SEAL_MISMATCH, jy_slice_equal(sig->seal_file, jy_seal_der(seal)), sig->path, "Seal.esl is not the seal that signed");
    if (rc == JY_E_UNSUPPORTED)
        NOTE(j, SIG_LEGACY, false, sig->path, "%s", fault.text);
    else
        NOTE(j, SIG_SIGNATURE, rc == JY_OK, sig->path, "%s", fault.text);
    if (signer == NULL || !judge_own_trouble(j, jy_seal_lists(seal, signer, &listed)))
        NOTE(j, SIG_SIGNER_NOT_IN_SEAL, listed, sig->path, "the certificate is in no entry of certList");
    judge_hash(j, hash, signer);
    /* Another path is a possible transplant (seal-formats §2.2). */
    NOTE(j, PROPERTY_INFO, strcmp(jy_ses_property_info(ses), sig->path) == 0, sig->path, "propertyInfo says %.200s", jy_ses_property_info(ses));
}

/* Why a name of the report may be read for another, or NULL. */
static const char *
misread(const char *text, size_t size)
{
    size_t len = strlen(text);

    if (len + 1 == size)
        return "is longer than is shown";
    return len > 0 && (text[0] == ' ' || text[len - 1] == ' ') ? "begins or ends with a space" : jy_text_hides(text);
}

/* What people read of the report must be what stands there. */
static void
judge_names(struct judgement *j)
{
    const struct jy_signature_report *out = j->out;
    const struct { const char *of, *text; size_t size; } names[] = {
        { "the name of the seal", out->seal_name, sizeof(out->seal_name) }, { "the code of the seal", out->seal_id, sizeof(out->seal_id) },
        { "the maker's name", out->seal_maker, sizeof(out->seal_maker) }, { "the signer's name", out->signer, sizeof(out->signer) },
        { "the signer's organization", out->signer_organization, sizeof(out->signer_organization) } };
    bool plain = true;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *what = misread(names[i].text, names[i].size);
        if (what == NULL)
            continue;
        plain = false;
        NOTE(j, NAMES_PLAIN, false, "", "%s %s", names[i].of, what);
    }
    if (plain)
        NOTE(j, NAMES_PLAIN, true, "", NULL);
}

void
judge_ses(struct judgement *j)
{
    struct jy_fault fault = { 0 };
    struct jy_ses *ses = NULL;
    struct jy_slice token;
    jy_err rc = jy_ses_parse(j->signature->value, &ses, &fault);

    if (judge_own_trouble(j, rc))
        return;
    if (rc != JY_OK) {
        note_malformed(j, &fault);
        return;
    }
    judge_binding(j, ses);
    token = jy_ses_time_stamp(ses);
    judge_time(j, jy_ses_time(ses), jy_ses_signature(ses), &token, token.len > 0);
    if (jy_ses_signer(ses) != NULL)
        judge_signer(j, jy_ses_signer(ses));
    judge_seal(j, jy_ses_seal(ses));
    /* createDate can be dated back behind the maker's end, the certificates that the seal lists cannot. Real seals are days older than theirs: a remark. */
    if (jy_ses_signer(ses) != NULL && jy_seal_has_signer(jy_ses_seal(ses), jy_ses_signer(ses))) {
        char made[21], from[21];

        jy_time_rfc3339(jy_seal_created(jy_ses_seal(ses)), made);
        jy_time_rfc3339(jy_cert_not_before(jy_ses_signer(ses)), from);
        NOTE(j, SEAL_MADE_EARLIER, jy_seal_created(jy_ses_seal(ses)) >= jy_cert_not_before(jy_ses_signer(ses)) - 86400, "",
             "made at %s, lists a certificate of %s", made, from);
    }
    if (jy_ses_signer(ses) != NULL && jy_seal_maker(jy_ses_seal(ses)) != NULL)
        NOTE(j, SEAL_MAKER_SELF, !jy_sm2_same_public(jy_cert_key(jy_ses_signer(ses)), jy_cert_key(jy_seal_maker(jy_ses_seal(ses)))), "",
             "the signer made the seal with the key that it lists");
    judge_names(j);
    judge_deviations(j, jy_ses_deviations(ses) | jy_seal_deviations(jy_ses_seal(ses)));
    jy_ses_free(ses);
}

/* The value against the document; JY_OK when they fit. */
static jy_err
judge_cms_binding(struct judgement *j, struct jy_cms *cms)
{
    const struct jy_signature *sig = j->signature;
    const struct jy_cms_subject subject = { sig->digest, sig->parts, sig->part_count };
    struct jy_fault fault = { 0 };
    jy_err rc = jy_cms_verify(cms, sig->part_count > 0 ? &subject : &(struct jy_cms_subject){ .digest = sig->digest }, &fault);

    if (judge_own_trouble(j, rc))
        return rc;
    if (rc == JY_E_UNSUPPORTED)
        NOTE(j, SIG_LEGACY, false, sig->path, "%s", fault.text);
    else if (rc == JY_E_CERTIFICATE)
        NOTE(j, SIGNER_CERT, false, sig->path, "%s", fault.text);
    else if (rc != JY_OK && rc != JY_E_SIGNATURE && rc != JY_E_DOCUMENT_CHANGED)
        NOTE_AT(j, SIG_FORMAT, false, sig->path, fault.offset, "%s: %s", fault.where, fault.text);
    else {
        NOTE(j, SIG_FORMAT, true, sig->path, NULL);
        NOTE(j, SIGNER_CERT, true, sig->path, NULL);
        if (jy_cms_is_supported(cms))
            NOTE(j, SIG_SIGNATURE, rc != JY_E_SIGNATURE, sig->path, "%s", fault.text);
        else                                             /* its messageDigest alone says that the document is another */
            NOTE(j, SIG_LEGACY, false, sig->path, "not SM2 with SM3");
        if (rc != JY_E_SIGNATURE)                        /* else nobody has signed the digest that stands there */
            NOTE(j, DOC_HASH, rc == JY_OK, sig->path, "%s %s", fault.where, fault.text);
    }
    return rc;
}

/* Certificates that came with the value join those of the evidence, lists and answers the trust: for this signature only. */
static void
judge_cms_signer(struct judgement *j, struct jy_cms *cms)
{
    const struct jy_cert **extra = calloc(j->extra_count + jy_cms_cert_count(cms) + 1, sizeof(struct jy_cert *));
    struct judgement one = *j;
    struct jy_trust *own = NULL;
    struct jy_slice *tokens = calloc(jy_cms_time_stamp_count(cms) + 1, sizeof(*tokens));
    size_t count = 0;

    if (extra == NULL || tokens == NULL || (j->trust != NULL && (one.rc = jy_trust_extend(j->trust, &own)) != JY_OK)) {
        j->rc = JY_E_NOMEM;
        goto out;
    }
    for (size_t i = 0; i < j->extra_count; i++)
        extra[count++] = j->extra[i];
    for (size_t i = 0; i < jy_cms_cert_count(cms); i++)
        extra[count++] = jy_cms_cert(cms, i);
    /* What is malformed there proves nothing, and is no failure of the signature. */
    for (size_t i = 0; own != NULL && one.rc == JY_OK && i < jy_cms_crl_count(cms); i++)
        (void)judge_own_trouble(&one, jy_trust_add_crl(own, jy_cms_crl(cms, i), NULL));
    for (size_t i = 0; own != NULL && one.rc == JY_OK && i < jy_cms_ocsp_count(cms); i++)
        (void)judge_own_trouble(&one, jy_trust_add_ocsp(own, jy_cms_ocsp(cms, i), NULL));
    for (size_t i = 0; i < jy_cms_time_stamp_count(cms); i++)
        tokens[i] = jy_cms_time_stamp(cms, i);
    one.trust = own;
    one.extra = extra;
    one.extra_count = count;
    judge_time(&one, jy_cms_signing_time(cms), jy_cms_signature(cms), tokens, jy_cms_time_stamp_count(cms));
    if (jy_cms_signer(cms) != NULL)
        judge_signer(&one, jy_cms_signer(cms));
    j->rc = one.rc;
out:
    jy_trust_free(own);
    free(extra);
    free(tokens);
}

void
judge_plain(struct judgement *j)
{
    const char *path = j->signature->path;
    struct jy_fault fault = { 0 };
    struct jy_cms *cms = NULL;
    jy_err rc = jy_cms_parse(j->signature->value, &cms, &fault);

    if (judge_own_trouble(j, rc))
        return;
    if (rc != JY_OK) {
        NOTE_AT(j, SIG_FORMAT, false, path, fault.offset, "%s: %s", fault.where, fault.text);
        return;
    }
    rc = judge_cms_binding(j, cms);
    if (rc == JY_OK || rc == JY_E_SIGNATURE || rc == JY_E_DOCUMENT_CHANGED || rc == JY_E_UNSUPPORTED)
        judge_cms_signer(j, cms);
    judge_names(j);
    /* What GM/T 0099 has signed is the digest of Signature.xml: to enclose just that is form A (seal-formats §3.7), not a deviation. */
    judge_deviations(j, jy_cms_deviations(cms) & ~JY_DEV(CMS_DIGEST_AS_CONTENT));
    jy_cms_free(cms);
}
