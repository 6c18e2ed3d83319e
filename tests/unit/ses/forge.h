/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forge.h: seals and signature values as the library never writes them: every field may be another one, and the signatures fit all the
 * same unless told otherwise. A recipe of zeros is a v4 value to the letter, of the people of pki.h.
 */
#ifndef JY_TEST_FORGE_H
#define JY_TEST_FORGE_H

#include "../verify/pki.h"

#include <codec/der.h>
#include <codec/oid.h>

enum forge_form { FORGE_DER, FORGE_RAW, FORGE_NON_MINIMAL, FORGE_SPOILT };

/* A signature and what stands around it. */
struct forge_sign {
    const struct jy_sm2 *key;         /* NULL: the natural one */
    const struct jy_cert *cert;
    struct jy_slice cert_der;         /* instead of cert */
    struct jy_slice algorithm;
    struct jy_slice value;            /* instead of a signature */
    enum forge_form form;
    uint8_t unused_bits;
    bool octets;                      /* OCTET STRING instead of BIT STRING */
};

struct forge_seal {
    bool v1;                          /* two elements */
    const char *id;                   /* of the header, NULL: "ES" */
    int version;                      /* 0: natural */
    bool header_extra;
    uint8_t name_tag;
    struct jy_slice name;
    const char *code;                 /* esID */
    int64_t type;                     /* 0: 1 */
    int64_t list_type;                /* 0: 1 */
    struct jy_slice list;             /* TLV; empty: the signer's certificate */
    uint8_t time_tag;                 /* 0: natural */
    const char *time_text;            /* createDate only, instead of the natural form */
    jy_time created, start, end;      /* 0: natural */
    bool no_picture_size;
    const char *picture_type;         /* NULL: PNG */
    struct jy_slice picture;
    struct jy_slice extensions;       /* TLV at the end of eSealInfo */
    struct forge_sign sign;
    bool other_scope;                 /* v4 signed over {info, cert, algorithm}, v1 over info */
    struct jy_slice time_stamp;       /* TLV at the end of SESeal */
    struct jy_slice trailing;
};

struct forge_ses {
    bool v1;                          /* two elements, certificate and algorithm inside TBS_Sign */
    struct jy_slice seal;             /* empty: pki.seal_der */
    int64_t version;                  /* 0: of pki.seal, 4 */
    uint8_t time_tag;
    const char *time_text;            /* instead of the time */
    jy_time when;                     /* 0: pki.now */
    struct jy_slice time_bits;        /* payload of a BIT STRING instead of all that */
    struct jy_slice data_hash;        /* empty: 32 bytes of 7 */
    uint8_t hash_unused_bits;
    bool hash_octets;
    const char *property_info;        /* NULL: "/Doc_0/Signs/Sign_0/Signature.xml" */
    uint8_t property_tag;
    struct jy_slice extensions;       /* TLV at the end of TBS_Sign */
    struct forge_sign sign;
    struct jy_slice time_stamp;       /* TLV at the end */
    struct jy_slice trailing;
};

static inline void
forge_close(struct jy_buf *out, uint8_t tag, struct jy_buf *inner)
{
    MUST(jy_der_put(out, tag, jy_buf_slice(inner)));
    jy_buf_free(inner);
}

/* BIT STRING with any first octet, or OCTET STRING. */
static inline void
forge_bits(struct jy_buf *out, struct jy_slice payload, uint8_t unused, bool octets)
{
    struct jy_buf value = { 0 };

    if (!octets)
        MUST(jy_buf_byte(&value, unused));
    MUST(jy_buf_add(&value, payload));
    forge_close(out, octets ? DER_OCTET_STRING : DER_BIT_STRING, &value);
}

static inline void
forge_time(struct jy_buf *out, jy_time t, uint8_t tag, const char *text)
{
    int year, month, day, hour, minute, second;
    char natural[32];

    jy_time_civil(t, &year, &month, &day, &hour, &minute, &second);
    snprintf(natural, sizeof(natural), "%04d%02d%02d%02d%02d%02dZ", year, month, day, hour, minute, second);
    MUST(jy_der_put_text(out, tag, text != NULL ? text : tag == DER_UTC_TIME ? natural + 2 : natural));
}

/* r and s of a DER signature, 32 bytes each. */
static inline void
forge_split(struct jy_slice sig, uint8_t rs[64])
{
    struct jy_der all, body;
    struct jy_der_item n;

    memset(rs, 0, 64);
    jy_der_open(&all, sig);
    MUST(jy_der_enter(&all, DER_SEQUENCE, &body));
    for (int i = 0; i < 2; i++) {
        MUST(jy_der_get(&body, DER_INTEGER, &n));
        if (n.value.len > 32)
            n.value = JY_SLICE(n.value.p + 1, 32);
        memcpy(rs + 32 * i + 32 - n.value.len, n.value.p, n.value.len);
    }
}

static inline struct jy_buf
forge_signature(const struct jy_sm2 *key, struct jy_slice message, enum forge_form form)
{
    uint8_t sig[JY_SM2_SIGNATURE_MAX], rs[64], long_form[34] = { 0 };
    struct jy_buf out = { 0 }, numbers = { 0 };
    size_t len;

    MUST(jy_sm2_sign(key, message, sig, &len));
    forge_split(JY_SLICE(sig, len), rs);
    if (form == FORGE_SPOILT)
        sig[len - 1] ^= 1;
    if (form == FORGE_RAW) {
        MUST(jy_buf_add(&out, JY_SLICE(rs, 64)));
    } else if (form == FORGE_NON_MINIMAL) {
        for (int i = 0; i < 2; i++) {                    /* two zero bytes in front: one too many whatever the number is */
            memcpy(long_form + 2, rs + 32 * i, 32);
            MUST(jy_der_put(&numbers, DER_INTEGER, JY_SLICE(long_form, 34)));
        }
        forge_close(&out, DER_SEQUENCE, &numbers);
    } else {
        MUST(jy_buf_add(&out, JY_SLICE(sig, len)));
    }
    return out;
}

static inline void
forge_put_signed(struct jy_buf *out, const struct forge_sign *how, const struct jy_sm2 *key, struct jy_slice message)
{
    struct jy_buf sig = { 0 };

    if (how->value.len > 0)
        MUST(jy_buf_add(&sig, how->value));
    else
        do {                                             /* unused bits are zero: sign until they are */
            jy_buf_free(&sig);
            sig = forge_signature(how->key != NULL ? how->key : key, message, how->form);
        } while ((sig.p[sig.len - 1] & ((1u << how->unused_bits) - 1)) != 0);
    forge_bits(out, jy_buf_slice(&sig), how->unused_bits, how->octets);
    jy_buf_free(&sig);
}

static inline void
forge_put_cert(struct jy_buf *out, const struct forge_sign *how, const struct jy_cert *cert)
{
    MUST(jy_der_put(out, DER_OCTET_STRING, how->cert_der.len > 0 ? how->cert_der : jy_cert_der(how->cert != NULL ? how->cert : cert)));
    MUST(jy_der_put_oid(out, how->algorithm.len > 0 ? how->algorithm : OID_SM2_WITH_SM3));
}

static inline void
forge_property(const struct forge_seal *r, struct jy_buf *info)
{
    struct jy_buf part = { 0 }, list = { 0 };
    uint8_t time_tag = r->time_tag != 0 ? r->time_tag : r->v1 ? DER_UTC_TIME : DER_GENERALIZED_TIME;

    MUST(jy_der_put_i64(&part, r->type != 0 ? r->type : 1));
    MUST(jy_der_put(&part, r->name_tag != 0 ? r->name_tag : DER_UTF8, r->name.len > 0 ? r->name : jy_slice_text("测试印章")));
    if (!r->v1)
        MUST(jy_der_put_i64(&part, r->list_type != 0 ? r->list_type : 1));
    if (r->list.len > 0) {
        MUST(jy_buf_add(&part, r->list));
    } else {
        MUST(jy_der_put(&list, DER_OCTET_STRING, jy_cert_der(pki.signer)));
        forge_close(&part, DER_SEQUENCE, &list);
    }
    forge_time(&part, r->created != 0 ? r->created : pki.now - 3600, time_tag, r->time_text);
    forge_time(&part, r->start != 0 ? r->start : jy_cert_not_before(pki.signer), time_tag, NULL);
    forge_time(&part, r->end != 0 ? r->end : jy_cert_not_after(pki.signer), time_tag, NULL);
    forge_close(info, DER_SEQUENCE, &part);
}

static inline struct jy_buf
forge_seal(const struct forge_seal *r)
{
    struct jy_buf part = { 0 }, info = { 0 }, info_tlv = { 0 }, tail = { 0 }, message = { 0 }, body = { 0 }, out = { 0 };

    MUST(jy_der_put_text(&part, DER_IA5, r->id != NULL ? r->id : "ES"));
    MUST(jy_der_put_i64(&part, r->version != 0 ? r->version : r->v1 ? 1 : 4));
    MUST(jy_der_put_text(&part, DER_IA5, "JINYIN"));
    if (r->header_extra)
        MUST(jy_der_put_i64(&part, 1234));
    forge_close(&info, DER_SEQUENCE, &part);
    MUST(jy_der_put_text(&info, DER_IA5, r->code != NULL ? r->code : "1201010000001"));
    forge_property(r, &info);
    MUST(jy_der_put_text(&part, DER_IA5, r->picture_type != NULL ? r->picture_type : "PNG"));
    MUST(jy_der_put(&part, DER_OCTET_STRING, r->picture.len > 0 ? r->picture : jy_seal_picture(pki.seal)));
    if (!r->no_picture_size) {
        MUST(jy_der_put_i64(&part, 40));
        MUST(jy_der_put_i64(&part, 40));
    }
    forge_close(&info, DER_SEQUENCE, &part);
    MUST(jy_buf_add(&info, r->extensions));
    forge_close(&info_tlv, DER_SEQUENCE, &info);
    forge_put_cert(&tail, &r->sign, pki.maker);
    if (r->v1 != r->other_scope) {                       /* GM/T 0031-2014: SEQUENCE of the three */
        MUST(jy_buf_add(&part, jy_buf_slice(&info_tlv)));
        MUST(jy_buf_add(&part, jy_buf_slice(&tail)));
        forge_close(&message, DER_SEQUENCE, &part);
    } else {
        MUST(jy_buf_add(&message, jy_buf_slice(&info_tlv)));
    }
    forge_put_signed(&tail, &r->sign, pki.maker_key, jy_buf_slice(&message));
    MUST(jy_buf_add(&body, jy_buf_slice(&info_tlv)));
    if (r->v1)
        forge_close(&body, DER_SEQUENCE, &tail);
    MUST(jy_buf_add(&body, jy_buf_slice(&tail)));
    MUST(jy_buf_add(&body, r->time_stamp));
    forge_close(&out, DER_SEQUENCE, &body);
    MUST(jy_buf_add(&out, r->trailing));
    jy_buf_free(&info_tlv);
    jy_buf_free(&tail);
    jy_buf_free(&message);
    return out;
}

static inline struct jy_buf
forge_ses(const struct forge_ses *r)
{
    static const uint8_t sevens[JY_SM3_SIZE] = { 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7 };
    uint8_t time_tag = r->time_tag != 0 ? r->time_tag : r->v1 ? DER_BIT_STRING : DER_GENERALIZED_TIME;
    struct jy_buf tbs = { 0 }, to_sign = { 0 }, body = { 0 }, out = { 0 };

    MUST(jy_der_put_i64(&tbs, r->version != 0 ? r->version : 4));
    MUST(jy_buf_add(&tbs, r->seal.len > 0 ? r->seal : jy_buf_slice(&pki.seal_der)));
    if (r->time_bits.len > 0)
        MUST(jy_der_put_bits(&tbs, r->time_bits));
    else if (time_tag == DER_BIT_STRING)
        MUST(jy_der_put_bits(&tbs, jy_slice_text(r->time_text != NULL ? r->time_text : "2026-05-28T20:26:40.123Z")));
    else
        forge_time(&tbs, r->when != 0 ? r->when : pki.now, time_tag, r->time_text);
    forge_bits(&tbs, r->data_hash.len > 0 ? r->data_hash : JY_SLICE(sevens, sizeof(sevens)), r->hash_unused_bits, r->hash_octets);
    MUST(jy_der_put_text(&tbs, r->property_tag != 0 ? r->property_tag : DER_IA5,
                         r->property_info != NULL ? r->property_info : "/Doc_0/Signs/Sign_0/Signature.xml"));
    MUST(jy_buf_add(&tbs, r->extensions));
    if (r->v1)
        forge_put_cert(&tbs, &r->sign, pki.signer);
    forge_close(&to_sign, DER_SEQUENCE, &tbs);
    MUST(jy_buf_add(&body, jy_buf_slice(&to_sign)));
    if (!r->v1)
        forge_put_cert(&body, &r->sign, pki.signer);
    forge_put_signed(&body, &r->sign, pki.signer_key, jy_buf_slice(&to_sign));
    MUST(jy_buf_add(&body, r->time_stamp));
    forge_close(&out, DER_SEQUENCE, &body);
    MUST(jy_buf_add(&out, r->trailing));
    jy_buf_free(&to_sign);
    return out;
}

#endif
