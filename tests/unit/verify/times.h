/* SPDX-License-Identifier: Apache-2.0 */
/* times.h: a time stamp authority under the CA of pki.h, and signatures and documents that carry its stamps. */
#ifndef JY_TEST_TIMES_H
#define JY_TEST_TIMES_H

#include "pki.h"

#include <jinyin/cms.h>
#include <jinyin/timestamp.h>

static struct {
    struct jy_sm2 *key;
    struct jy_cert *cert;
} tsa;

/* After pki_begin. */
static inline void
tsa_begin(void)
{
    struct jy_issue what = { .issuer_key = pki.ca_key, .issuer = pki.ca, .common_name = "TSA", .organization = "Test", .not_before = pki.now - 86400,
                             .not_after = pki.now + 86400, .path_length = -1, .key_usage = "critical,digitalSignature",
                             .extended_key_usage = "critical,timeStamping", .serial = { [15] = 9 } };

    MUST(jy_sm2_generate(&tsa.key));
    what.subject_key = tsa.key;
    MUST(jy_cert_issue(&what, &tsa.cert, NULL));
}

static inline void
tsa_end(void)
{
    jy_cert_free(tsa.cert);
    jy_sm2_free(tsa.key);
    memset(&tsa, 0, sizeof(tsa));
}

/* A stamp that a signature or a document shall carry; when = 0: none. */
struct stamp {
    jy_time when;
    bool of_another;                  /* over other data */
    bool by_signer;                   /* by the signer, whose certificate is not one for time stamps */
    bool whole;                       /* not the token, but all of the authority's answer */
    bool cut;                         /* the authority's signature does not fit */
};

static inline struct jy_buf
stamp_over(const uint8_t digest[JY_SM3_SIZE], const struct stamp *how)
{
    struct jy_timestamp_request request = { .cert_req = true };
    struct jy_timestamp_fields fields = { .request = &request, .tsa = how->by_signer ? pki.signer : tsa.cert, .policy = "1.2.3.4", .time = how->when,
                                          .serial = { 1 } };
    struct jy_buf token = { 0 };

    memcpy(request.digest, digest, JY_SM3_SIZE);
    request.digest[0] ^= how->of_another;
    MUST(jy_timestamp_make(&fields, how->by_signer ? pki.signer_key : tsa.key, &token, NULL));
    token.p[token.len - 1] ^= how->cut;
    if (how->whole) {
        struct jy_buf answer = { 0 };
        MUST(jy_timestamp_reply_write(jy_buf_slice(&token), 0, "", &answer));
        jy_buf_free(&token);
        return answer;
    }
    return token;
}

/* value becomes one with the stamp over its signature; a SignedData, or an SES_Signature. */
static inline void
stamp_value_with(struct jy_buf *value, bool cms, const struct stamp *how)
{
    struct jy_buf token, out = { 0 };
    struct jy_cms *plain = NULL;
    struct jy_ses *ses = NULL;
    uint8_t digest[JY_SM3_SIZE];

    if (how->when == 0)
        return;
    if (cms)
        MUST(jy_cms_parse(jy_buf_slice(value), &plain, NULL));
    else
        MUST(jy_ses_parse(jy_buf_slice(value), &ses, NULL));
    MUST(jy_sm3(cms ? jy_cms_signature(plain) : jy_ses_signature(ses), digest));
    token = stamp_over(digest, how);
    MUST((cms ? jy_cms_add_time_stamp : jy_ses_add_time_stamp)(jy_buf_slice(value), jy_buf_slice(&token), &out, NULL));
    jy_cms_free(plain);
    jy_ses_free(ses);
    jy_buf_free(&token);
    jy_buf_free(value);
    *value = out;
}

/* The file, freed, signed without a seal (cms) or stamped at its corner, by a value that carries these stamps. */
static inline struct jy_buf
signed_with_all(struct jy_buf file, bool cms, bool closing, jy_time claimed, const struct stamp *stamps, size_t count)
{
    const struct jy_stamp_place place = { .page = 1, .x_mm = 1, .y_mm = 1, .width_mm = 8, .height_mm = 8 };
    struct jy_buf middle = { 0 }, value = { 0 }, out = { 0 };
    struct jy_prepared prepared = { 0 };
    struct jy_pieces pieces = { 0 };
    struct jy_document *doc;

    MUST(jy_document_open(jy_buf_slice(&file), &doc, NULL));
    if (cms)
        MUST(jy_document_prepare_plain(doc, closing, claimed, &prepared, NULL));
    else
        MUST((closing ? jy_document_prepare_closing : jy_document_prepare)(doc, jy_buf_slice(&pki.seal_der), &place, 1, claimed, &prepared, NULL));
    MUST(jy_pieces_join(&prepared.file, &middle));
    if (cms) {
        const struct jy_cms_fields fields = { .digest = prepared.data_hash, .signing_time = claimed, .signer = pki.signer };
        MUST(jy_cms_make(&fields, pki.signer_key, &value, NULL));
    } else {
        MUST(jy_ses_make(pki.seal, claimed, prepared.data_hash, prepared.property_info, pki.signer_key, pki.signer, &value, NULL));
    }
    for (size_t i = 0; i < count; i++)
        stamp_value_with(&value, cms, &stamps[i]);
    MUST(jy_document_finish(jy_buf_slice(&middle), prepared.slot, jy_buf_slice(&value), &pieces, NULL));
    MUST(jy_pieces_join(&pieces, &out));
    jy_pieces_free(&pieces);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    jy_buf_free(&middle);
    jy_buf_free(&value);
    jy_buf_free(&file);
    return out;
}

static inline struct jy_buf
signed_with(struct jy_buf file, bool cms, bool closing, jy_time claimed, struct stamp how)
{
    return signed_with_all(file, cms, closing, claimed, &how, 1);
}

/* The PDF, freed, with the CA's certificate under a document time stamp. */
static inline struct jy_buf
archived(struct jy_buf file, struct stamp how)
{
    const struct jy_slice ca = jy_cert_der(pki.ca);
    const struct jy_validation_data data = { .certs = &ca, .cert_count = 1 };
    struct jy_buf middle = { 0 }, token, out = { 0 };
    struct jy_prepared prepared = { 0 };
    struct jy_pieces pieces = { 0 };
    struct jy_document *doc;

    MUST(jy_document_open(jy_buf_slice(&file), &doc, NULL));
    MUST(jy_document_prepare_archive(doc, &data, &prepared, NULL));
    token = stamp_over(prepared.data_hash, &how);
    MUST(jy_pieces_join(&prepared.file, &middle));
    MUST(jy_document_finish_archive(jy_buf_slice(&middle), prepared.slot, jy_buf_slice(&token), &pieces, NULL));
    MUST(jy_pieces_join(&pieces, &out));
    jy_pieces_free(&pieces);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    jy_buf_free(&middle);
    jy_buf_free(&token);
    jy_buf_free(&file);
    return out;
}

#endif
