/* SPDX-License-Identifier: Apache-2.0 */
/* GB/T 35275 SignedData as the value of a Type="Sign" signature: what is signed, by whom, and how it is written. The document itself is honest. */
#include "scene.h"

#include <jinyin/cms.h>

/* What the row does otherwise; zero is form B of seal-formats §3.7 to the letter. */
struct cms_row {
    void (*play)(void);               /* the first member: scene_make calls it */
    const char *content;              /* form A or embedded: eContent; "" = the document's digest */
    bool without_attributes;
    bool other_digest;                /* messageDigest of another document */
    int digests;                      /* how many messageDigest attributes: 1 when 0, none when < 0 */
    int values;                       /* how many values in each */
    bool without_content_type, other_content_type;
    bool reversed;                    /* attributes not in the order of DER, signed so */
    bool reordered;                   /* exchanged after they were signed */
    bool as_written;                  /* signed with the tag A0 */
    bool digest_unsigned;             /* messageDigest of the document among the unsigned attributes, the signed one of another */
    bool other_key, other_cert, no_cert;
    int signers;                      /* 1 when 0, none when < 0 */
    bool pkcs7, only_data, rsa, sha1;
    int nested;                       /* eContent in so many OCTET STRINGs */
    bool huge, indefinite, trailing, bare, stamp;
    bool later_time;                  /* signingTime changed after it was signed */
};
static const struct cms_row *row;
static const uint8_t rsa_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05 }, sha1_oid[] = { 0x2b, 0x0e, 0x03, 0x02, 0x1a };

static void
put_attribute(struct jy_buf *out, struct jy_slice type, struct jy_slice value_tlv, int values)
{
    struct jy_buf set = { 0 }, body = { 0 };

    for (int i = 0; i < (values == 0 ? 1 : values); i++)
        MUST(jy_buf_add(&set, value_tlv));
    MUST(jy_der_put_oid(&body, type));
    forge_close(&body, DER_SET, &set);
    forge_close(out, DER_SEQUENCE, &body);
}

static void
put_digest(struct jy_buf *out, bool other)
{
    uint8_t digest[JY_SM3_SIZE];
    struct jy_buf value = { 0 };

    memcpy(digest, scene.digest, sizeof(digest));
    digest[0] ^= other;
    MUST(jy_der_put(&value, DER_OCTET_STRING, JY_SLICE(digest, sizeof(digest))));
    put_attribute(out, OID_MESSAGE_DIGEST, jy_buf_slice(&value), row->values);
    jy_buf_free(&value);
}

/* In the order of DER: contentType, signingTime, messageDigest sort by their lengths. */
static struct jy_buf
attributes(bool reversed)
{
    struct jy_buf parts[3] = { { 0 } }, value = { 0 }, out = { 0 };

    MUST(jy_der_put_oid(&value, row->other_content_type ? OID_PKCS7_SIGNED_DATA : OID_GM_DATA));
    if (!row->without_content_type)
        put_attribute(&parts[0], OID_CONTENT_TYPE, jy_buf_slice(&value), 1);
    value.len = 0;
    MUST(jy_der_put_text(&value, DER_UTC_TIME, "260528202640Z"));
    put_attribute(&parts[1], OID_SIGNING_TIME, jy_buf_slice(&value), 1);
    for (int i = 0; i < (row->digests == 0 ? 1 : row->digests); i++)
        put_digest(&parts[2], row->other_digest || row->digest_unsigned);
    for (int i = 0; i < 3; i++)
        MUST(jy_buf_add(&out, jy_buf_slice(&parts[reversed ? 2 - i : i])));
    for (int i = 0; i < 3; i++)
        jy_buf_free(&parts[i]);
    jy_buf_free(&value);
    return out;
}

static void
put_algorithm(struct jy_buf *out, struct jy_slice oid)
{
    struct jy_buf body = { 0 };

    MUST(jy_der_put_oid(&body, oid));
    forge_close(out, DER_SEQUENCE, &body);
}

static void
put_issuer_and_serial(struct jy_buf *out, const struct jy_cert *of)
{
    struct jy_buf body = { 0 };
    struct jy_der all, tbs;
    struct jy_der_item serial, item;

    jy_der_open(&all, scene_tbs(jy_cert_der(of)));
    MUST(jy_der_enter(&all, DER_SEQUENCE, &tbs));
    MUST(jy_der_next(&tbs, &item));                      /* version */
    MUST(jy_der_get(&tbs, DER_INTEGER, &serial));
    MUST(jy_der_next(&tbs, &item));                      /* algorithm */
    MUST(jy_der_get(&tbs, DER_SEQUENCE, &item));
    MUST(jy_buf_add(&body, item.tlv));
    MUST(jy_buf_add(&body, serial.tlv));
    forge_close(out, DER_SEQUENCE, &body);
}

static void
put_signer(struct jy_buf *out, struct jy_slice message, struct jy_slice attrs)
{
    struct jy_buf part = { 0 }, sig = forge_signature(row->other_key ? pki.maker_key : pki.signer_key, message, FORGE_DER), extra = { 0 };

    MUST(jy_der_put_i64(&part, 1));
    put_issuer_and_serial(&part, pki.signer);
    put_algorithm(&part, row->sha1 ? JY_SLICE(sha1_oid, sizeof(sha1_oid)) : OID_SM3);
    if (!row->without_attributes)
        MUST(jy_der_put(&part, DER_CONTEXT_0, attrs));
    put_algorithm(&part, row->rsa ? JY_SLICE(rsa_oid, sizeof(rsa_oid)) : OID_SM2_SIGN);
    MUST(jy_der_put(&part, DER_OCTET_STRING, jy_buf_slice(&sig)));
    if (row->digest_unsigned) {
        put_digest(&extra, false);
        forge_close(&part, DER_CONTEXT_1, &extra);
    }
    forge_close(out, DER_SEQUENCE, &part);
    jy_buf_free(&sig);
}

static struct jy_slice
content(void)
{
    return row->content[0] == '\0' ? JY_SLICE(scene.digest, sizeof(scene.digest)) : jy_slice_text(row->content);
}

static void
put_encapsulated(struct jy_buf *out)
{
    struct jy_buf part = { 0 }, inner = { 0 };

    MUST(jy_der_put_oid(&part, OID_GM_DATA));
    if (row->content != NULL) {
        MUST(jy_der_put(&inner, DER_OCTET_STRING, content()));
        for (int i = 0; i < row->nested; i++) {
            struct jy_buf outer = { 0 };
            forge_close(&outer, 0x24, &inner);           /* OCTET STRING, constructed */
            inner = outer;
        }
        forge_close(&part, DER_CONTEXT_0, &inner);
    }
    forge_close(out, DER_SEQUENCE, &part);
}

static void
put_value(struct jy_buf *out)
{
    struct jy_buf body = { 0 }, part = { 0 }, attrs = attributes(row->reversed), written = attributes(row->reversed != row->reordered), message = { 0 };

    if (!row->without_attributes)
        MUST(jy_der_put(&message, row->as_written ? DER_CONTEXT_0 : DER_SET, jy_buf_slice(&attrs)));
    else if (row->content != NULL)
        MUST(jy_buf_add(&message, content()));
    else
        MUST(jy_buf_add(&message, jy_buf_slice(&scene.signature_xml)));
    if (row->later_time)
        scene_swap(&written, jy_slice_text("260528202640Z"), jy_slice_text("260101000000Z"));
    MUST(jy_der_put_i64(&body, 1));
    put_algorithm(&part, OID_SM3);
    forge_close(&body, DER_SET, &part);
    put_encapsulated(&body);
    if (!row->no_cert)
        MUST(jy_der_put(&body, DER_CONTEXT_0, jy_cert_der(row->other_cert ? pki.maker : pki.signer)));
    for (int i = 0; i < (row->signers == 0 ? 1 : row->signers); i++)
        put_signer(&part, jy_buf_slice(&message), jy_buf_slice(&written));
    forge_close(&body, DER_SET, &part);
    forge_close(&part, DER_SEQUENCE, &body);
    MUST(jy_der_put_oid(&body, row->pkcs7 ? OID_PKCS7_SIGNED_DATA : row->only_data ? OID_GM_DATA : OID_GM_SIGNED_DATA));
    forge_close(&body, DER_CONTEXT_0, &part);
    if (row->indefinite) {
        MUST(jy_buf_add(out, JY_SLICE("\x30\x80", 2)));
        MUST(jy_buf_add(out, jy_buf_slice(&body)));
        MUST(jy_buf_add(out, JY_SLICE("\0\0", 2)));
        jy_buf_free(&body);
    } else {
        forge_close(out, DER_SEQUENCE, &body);
    }
    if (row->huge)                                       /* the outer length says 4 GiB */
        memcpy(out->p, "\x30\x84\xff\xff", 4);
    if (row->trailing)
        MUST(jy_buf_add(out, JY_SLICE("\x30\x00", 2)));
    jy_buf_free(&attrs);
    jy_buf_free(&written);
    jy_buf_free(&message);
}

static void
put_any(struct jy_buf *out)
{
    if (row->bare)
        *out = forge_signature(pki.signer_key, jy_buf_slice(&scene.signature_xml), FORGE_DER);
    else if (row->stamp)
        *out = forge_ses(&scene.ses);
    else
        put_value(out);
}

static void
as_plain(void)
{
    scene.plain = true;
    scene.after = put_any;
}

static void
make(const struct attack *self, struct jy_buf *out)
{
    row = self->arg;
    scene_make(self, out);
}

static void
with_seal(void)
{
    as_plain();
    scene.with_seal = true;
}

static void
with_place(void)
{
    as_plain();
    scene.with_place = true;
}

#define CMS(...) make, &(const struct cms_row){ .play = as_plain, __VA_ARGS__ }, .judge = scene_judge
static const struct attack rows[] = {
    { "honest-attributes", "form B as every row makes it", CMS(), VALID_BUT },
    { "honest-content", "form A: the digest enclosed, no attributes", CMS(.content = "", .without_attributes = true), VALID_BUT },
    { "honest-pkcs7", "the identifiers of PKCS #7", CMS(.pkcs7 = true), VALID_BUT },
    { "indefinite-length", "BER: real, and said", CMS(.indefinite = true), VALID_BUT, FAILS(DEVIATION), .names = "CMS_BER" },
    { "trailing-bytes", "another structure behind the value", CMS(.trailing = true), VALID_BUT, FAILS(DEVIATION), .names = "CMS_TRAILING" },
    { "attributes-reversed", "signed in another order than that of DER", CMS(.reversed = true), VALID_BUT, FAILS(DEVIATION), .names = "CMS_ATTRIBUTE_ORDER" },

    { "digest-of-another", "messageDigest of another document, well signed", CMS(.other_digest = true), BAD, FAILS(DOC_HASH) },
    { "content-of-another", "another digest enclosed, well signed", CMS(.content = "another document's digest, or so", .without_attributes = true), BAD, FAILS(DOC_HASH) },
    { "digest-missing", "attributes that say nothing of the document", CMS(.digests = -1), BAD, FAILS(SIG_FORMAT) },
    { "digest-twice", "two messageDigest attributes", CMS(.digests = 2), BAD, FAILS(SIG_FORMAT) },
    { "digest-two-values", "one messageDigest of two values", CMS(.values = 2), BAD, FAILS(SIG_FORMAT) },
    { "digest-unsigned", "the document's digest among the unsigned attributes", CMS(.digest_unsigned = true), BAD, FAILS(DOC_HASH) },
    { "content-type-other", "contentType names something else", CMS(.other_content_type = true), BAD, FAILS(SIG_FORMAT) },
    { "content-type-missing", "no contentType: what the attributes are may be mistaken", CMS(.without_content_type = true), VALID_BUT, FAILS(DEVIATION),
      .names = "CMS_CONTENT_TYPE" },
    { "attributes-reordered", "exchanged after signing: who sorts before he verifies takes it", CMS(.reordered = true), BAD, FAILS(SIG_SIGNATURE) },
    { "attributes-as-written", "signed with the tag [0] instead of SET OF", CMS(.as_written = true), BAD, FAILS(SIG_SIGNATURE) },
    { "time-changed", "signingTime changed after signing", CMS(.later_time = true), BAD, FAILS(SIG_SIGNATURE) },
    { "content-and-attributes", "another content enclosed beside the document's digest", CMS(.content = "something else"), BAD, FAILS(DOC_HASH) },
    { "key-of-another", "the signer named, another's key", CMS(.other_key = true), BAD, FAILS(SIG_SIGNATURE) },
    { "certificate-of-another", "another's certificate enclosed", CMS(.other_cert = true), BAD, FAILS(SIGNER_CERT) },
    { "certificate-missing", "none enclosed", CMS(.no_cert = true), BAD, FAILS(SIGNER_CERT) },
    { "two-signers", "which of them is it?", CMS(.signers = 2), BAD, FAILS(SIG_FORMAT) },
    { "no-signer", "certificates only", CMS(.signers = -1), BAD, FAILS(SIG_FORMAT) },
    { "not-signed-data", "content of type data", CMS(.only_data = true), BAD, FAILS(SIG_FORMAT) },
    { "rsa", "an algorithm that is not SM2", CMS(.rsa = true), UNSURE, FAILS(SIG_LEGACY) },
    { "sha1", "a digest algorithm that is broken", CMS(.sha1 = true), UNSURE, FAILS(SIG_LEGACY) },
    { "huge-length", "4 GiB announced", CMS(.huge = true), BAD, FAILS(SIG_FORMAT) },
    { "deep-nesting", "the content in 200 constructed strings", CMS(.content = "", .without_attributes = true, .nested = 200), BAD, FAILS(SIG_FORMAT) },
    { "bare-value", "r and s without a certificate", CMS(.bare = true), UNSURE, FAILS(SIG_LEGACY) },
    { "seal-beside", "a plain signature that brings somebody's genuine seal to be drawn", make, &(const struct cms_row){ .play = with_seal },
      .judge = scene_judge, BAD, FAILS(SEAL_MISMATCH) },
    { "place-without-seal", "a plain signature that marks a place on a page", make, &(const struct cms_row){ .play = with_place }, .judge = scene_judge,
      .verdict = JY_VALID_WITH_WARNING, FAILS(PLACEMENT) },
    { "stamp-as-plain", "a stamp's value where nothing shows a seal", CMS(.stamp = true), BAD, FAILS(SIG_FORMAT) },
};

int
main(void)
{
    static const struct attack_family family = { "cms", "ofd", rows, sizeof(rows) / sizeof(rows[0]) };

    return attacks_run(&family);
}
