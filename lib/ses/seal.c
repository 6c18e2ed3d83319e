/* SPDX-License-Identifier: Apache-2.0 */
#include <jinyin/seal.h>

#include "codec/oid.h"
#include "ses/read.h"

#include <stdlib.h>
#include <string.h>

struct jy_seal {
    struct jy_buf der;
    struct jy_slice info;             /* TLV of eSealInfo: what the maker signs (v4, v5) */
    struct jy_slice v1_tail;          /* v1: TLVs of cert and algorithm, signed too */
    bool is_v1;
    int version, type, width_mm, height_mm;
    char vendor[257], id[257], name[512], picture_type[33];
    jy_time created, valid_start, valid_end;
    uint32_t cert_list_type;
    struct jy_slice cert_list;        /* contents of SES_CertList */
    struct jy_slice picture, algorithm, signature;
    struct jy_cert *maker;
    unsigned deviations;
};

static jy_err
parse_header(struct jy_der *info, struct jy_seal *seal)
{
    struct jy_der header;
    char id[8];
    uint32_t version;
    jy_err rc;

    if ((rc = jy_der_enter(info, DER_SEQUENCE, &header)) != JY_OK ||                              /* header   SES_Header */
        (rc = jy_read_text(&header, DER_IA5, id, sizeof(id), &seal->deviations)) != JY_OK ||      /* ID       "ES" */
        (rc = jy_der_u32(&header, &version)) != JY_OK ||                                          /* version  INTEGER */
        (rc = jy_read_text(&header, DER_IA5, seal->vendor, sizeof(seal->vendor), &seal->deviations)) != JY_OK) /* Vid IA5String */
        return rc;
    if (strcmp(id, "ES") != 0 || version > 100)
        return JY_E_FORMAT;
    if (!jy_der_at_end(&header))
        seal->deviations |= JY_DEV_LEGACY_LAYOUT;
    seal->version = (int)version;
    return JY_OK;
}

static jy_err
parse_property(struct jy_der *info, struct jy_seal *seal)
{
    struct jy_der property;
    struct jy_der_item list;
    uint32_t type;
    jy_err rc;

    if ((rc = jy_der_enter(info, DER_SEQUENCE, &property)) != JY_OK ||                            /* property SES_ESPropertyInfo */
        (rc = jy_der_u32(&property, &type)) != JY_OK ||                                           /* type     INTEGER */
        (rc = jy_read_text(&property, DER_UTF8, seal->name, sizeof(seal->name), &seal->deviations)) != JY_OK) /* name UTF8String */
        return rc;
    if (type > INT32_MAX)
        return JY_E_FORMAT;
    seal->type = (int)type;
    seal->cert_list_type = 1;
    if (!seal->is_v1 && (rc = jy_der_u32(&property, &seal->cert_list_type)) != JY_OK)             /* certListType INTEGER */
        return rc;
    if (seal->cert_list_type != 1 && seal->cert_list_type != 2)
        seal->deviations |= JY_DEV_CERT_LIST_TYPE;
    if ((rc = jy_der_get(&property, DER_SEQUENCE, &list)) != JY_OK ||                             /* certList SES_CertList */
        (rc = jy_read_time(&property, &seal->created, &seal->deviations)) != JY_OK ||             /* createDate */
        (rc = jy_read_time(&property, &seal->valid_start, &seal->deviations)) != JY_OK ||         /* validStart */
        (rc = jy_read_time(&property, &seal->valid_end, &seal->deviations)) != JY_OK)             /* validEnd */
        return rc;
    if (seal->is_v1)
        seal->deviations &= ~(unsigned)JY_DEV_TIME_FORM;                                          /* v1 writes UTCTime */
    seal->cert_list = list.value;
    return jy_der_close(&property);
}

static jy_err
parse_picture(struct jy_der *info, struct jy_seal *seal)
{
    struct jy_der picture;
    uint32_t width, height;
    jy_err rc;

    if ((rc = jy_der_enter(info, DER_SEQUENCE, &picture)) != JY_OK ||                             /* picture  SES_ESPictrueInfo */
        (rc = jy_read_text(&picture, DER_IA5, seal->picture_type, sizeof(seal->picture_type), &seal->deviations)) != JY_OK ||
        (rc = jy_der_octets(&picture, &seal->picture)) != JY_OK ||                                /* data     OCTET STRING */
        (rc = jy_der_u32(&picture, &width)) != JY_OK || (rc = jy_der_u32(&picture, &height)) != JY_OK ||
        (rc = jy_der_close(&picture)) != JY_OK)
        return rc;
    if (width > JY_SEAL_SIDE_MAX || height > JY_SEAL_SIDE_MAX)
        return JY_E_FORMAT;
    seal->width_mm = (int)width;
    seal->height_mm = (int)height;
    return JY_OK;
}

static jy_err
parse_info(struct jy_der *body, struct jy_seal *seal)
{
    struct jy_der_item whole, ext;
    struct jy_der info;
    jy_err rc;

    {
        struct jy_der look = *body;
        if ((rc = jy_der_get(&look, DER_SEQUENCE, &whole)) != JY_OK)
            return rc;
    }
    seal->info = whole.tlv;
    if ((rc = jy_der_enter(body, DER_SEQUENCE, &info)) != JY_OK ||                                /* eSealInfo SES_SealInfo */
        (rc = parse_header(&info, seal)) != JY_OK ||
        (rc = jy_read_text(&info, DER_IA5, seal->id, sizeof(seal->id), &seal->deviations)) != JY_OK || /* esID IA5String */
        (rc = parse_property(&info, seal)) != JY_OK || (rc = parse_picture(&info, seal)) != JY_OK)
        return rc;
    if (jy_der_at_end(&info))
        return JY_OK;
    if (jy_der_peek(&info) == DER_CONTEXT_0 && !seal->is_v1)
        seal->deviations |= JY_DEV_UNTAGGED;                                                      /* extDatas has no tag here */
    else if (jy_der_peek(&info) != DER_SEQUENCE && jy_der_peek(&info) != DER_CONTEXT_0)
        return JY_E_FORMAT;
    if ((rc = jy_der_next(&info, &ext)) != JY_OK)
        return rc;
    return jy_der_close(&info);
}

static jy_err
parse_signature(struct jy_der *body, struct jy_seal *seal)
{
    struct jy_slice cert;
    const uint8_t *from = body->p;
    jy_err rc;

    if ((rc = jy_der_octets(body, &cert)) != JY_OK ||                                             /* cert        OCTET STRING */
        (rc = jy_der_oid(body, &seal->algorithm)) != JY_OK)                                       /* signAlgID   OID */
        return rc;
    seal->v1_tail = JY_SLICE(from, (size_t)(body->p - from));
    if (jy_cert_parse(cert, &seal->maker, NULL) != JY_OK)
        seal->maker = NULL;
    return jy_read_bits(body, &seal->signature, &seal->deviations);                               /* signedValue BIT STRING */
}

/* Two elements are v1 (GM/T 0031-2014), four are v4, five v5 (seal-formats §1.6). */
static size_t
elements_of(struct jy_der body)
{
    struct jy_der_item item;
    size_t count = 0;

    while (!jy_der_at_end(&body) && jy_der_next(&body, &item) == JY_OK)
        count++;
    return count;
}

jy_err
jy_seal_parse(struct jy_slice der, struct jy_seal **out, struct jy_fault *fault)
{
    struct jy_der all, body = { 0 };
    struct jy_der_item outer, time_stamp;
    struct jy_seal *seal = NULL;
    const uint8_t *touched = NULL;
    size_t elements;
    jy_err rc;

    *out = NULL;
    if (der.len == 0 || der.len > JY_SEAL_MAX)
        return jy_fail(fault, JY_E_LIMIT, JY_WHERE_SEAL, 0, "%zu bytes", der.len);
    if ((seal = calloc(1, sizeof(*seal))) == NULL)
        return jy_fail(fault, JY_E_NOMEM, "SESeal", 0, "seal");
    jy_der_open(&all, der);
    if ((rc = jy_der_get(&all, DER_SEQUENCE, &outer)) != JY_OK)
        goto out;
    if (!jy_der_at_end(&all))
        seal->deviations |= JY_DEV_TRAILING;
    if ((rc = jy_buf_add(&seal->der, outer.tlv)) != JY_OK)
        goto out;
    jy_der_open(&all, jy_buf_slice(&seal->der));
    jy_der_watch(&all, &touched);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK)
        goto out;
    elements = elements_of(body);
    seal->is_v1 = elements == 2;
    if (elements != 2 && elements != 4 && elements != 5)
        rc = JY_E_FORMAT;
    else if ((rc = parse_info(&body, seal)) == JY_OK && seal->is_v1) {
        struct jy_der sign_info;                                                                  /* signInfo SES_SignInfo */
        if ((rc = jy_der_enter(&body, DER_SEQUENCE, &sign_info)) == JY_OK && (rc = parse_signature(&sign_info, seal)) == JY_OK)
            rc = jy_der_close(&sign_info);
    } else if (rc == JY_OK && (rc = parse_signature(&body, seal)) == JY_OK && elements == 5)
        rc = jy_der_next(&body, &time_stamp);                                                     /* timeStamp [0], v5 */
    if (rc == JY_OK)
        rc = jy_der_close(&body);
    if (rc == JY_OK && seal->picture.len == 0)
        rc = JY_E_FORMAT;
out:
    if (rc != JY_OK) {
        jy_fail(fault, rc = rc == JY_E_NOMEM ? rc : JY_E_FORMAT, JY_WHERE_SEAL, touched == NULL ? 0 : (uint64_t)(touched - seal->der.p),
                "bad field");
        jy_seal_free(seal);
        return rc;
    }
    *out = seal;
    return JY_OK;
}

void
jy_seal_free(struct jy_seal *seal)
{
    if (seal == NULL)
        return;
    jy_cert_free(seal->maker);
    jy_buf_free(&seal->der);
    free(seal);
}

struct jy_slice
jy_seal_der(const struct jy_seal *seal)
{
    return jy_buf_slice(&seal->der);
}

int
jy_seal_version(const struct jy_seal *seal)
{
    return seal->version;
}

const char *
jy_seal_vendor(const struct jy_seal *seal)
{
    return seal->vendor;
}

const char *
jy_seal_id(const struct jy_seal *seal)
{
    return seal->id;
}

const char *
jy_seal_name(const struct jy_seal *seal)
{
    return seal->name;
}

int
jy_seal_type(const struct jy_seal *seal)
{
    return seal->type;
}

jy_time
jy_seal_created(const struct jy_seal *seal)
{
    return seal->created;
}

jy_time
jy_seal_valid_start(const struct jy_seal *seal)
{
    return seal->valid_start;
}

jy_time
jy_seal_valid_end(const struct jy_seal *seal)
{
    return seal->valid_end;
}

const char *
jy_seal_picture_type(const struct jy_seal *seal)
{
    return seal->picture_type;
}

struct jy_slice
jy_seal_picture(const struct jy_seal *seal)
{
    return seal->picture;
}

int
jy_seal_width_mm(const struct jy_seal *seal)
{
    return seal->width_mm;
}

int
jy_seal_height_mm(const struct jy_seal *seal)
{
    return seal->height_mm;
}

const struct jy_cert *
jy_seal_maker(const struct jy_seal *seal)
{
    return seal->maker;
}

unsigned
jy_seal_deviations(const struct jy_seal *seal)
{
    return seal->deviations;
}

jy_err
jy_seal_check_signature(struct jy_seal *seal, struct jy_fault *fault)
{
    struct jy_buf body = { 0 }, synthetic = { 0 };
    struct jy_slice message = seal->info;
    jy_err rc = JY_OK;

    /* GM/T 0031-2014 signs SEQUENCE { eSealInfo, cert, signatureAlgorithm }, from then on eSealInfo alone. */
    if (seal->is_v1 && (rc = jy_buf_add(&body, seal->info)) == JY_OK && (rc = jy_buf_add(&body, seal->v1_tail)) == JY_OK &&
        (rc = jy_der_put(&synthetic, DER_SEQUENCE, jy_buf_slice(&body))) == JY_OK)
        message = jy_buf_slice(&synthetic);
    if (rc == JY_OK)
        rc = jy_check_signed(seal->maker, seal->algorithm, message, seal->signature, JY_DEV_SEAL_SIG_RAW64, &seal->deviations, fault);
    jy_buf_free(&body);
    jy_buf_free(&synthetic);
    return rc;
}

bool
jy_seal_has_signer(const struct jy_seal *seal, const struct jy_cert *cert)
{
    uint8_t digest[JY_SM3_SIZE];
    struct jy_der list;
    struct jy_der_item item;

    if (jy_sm3(jy_cert_der(cert), digest) != JY_OK)
        return false;
    jy_der_open(&list, seal->cert_list);
    while (!jy_der_at_end(&list) && jy_der_next(&list, &item) == JY_OK) {
        struct jy_der entry, inner;
        struct jy_slice value;
        struct jy_der_item type;
        if (item.tag == DER_OCTET_STRING && jy_slice_equal(item.value, jy_cert_der(cert)))
            return true;                                                          /* CertInfoList */
        if (item.tag != DER_SEQUENCE)
            continue;
        if (jy_slice_equal(item.tlv, jy_cert_der(cert)))
            return true;                                                          /* v1: a bare certificate */
        jy_der_open(&entry, item.tlv);
        if (seal->cert_list_type == 2 && jy_der_enter(&entry, DER_SEQUENCE, &inner) == JY_OK && jy_der_next(&inner, &type) == JY_OK &&
            jy_der_octets(&inner, &value) == JY_OK && jy_slice_equal(value, JY_SLICE(digest, sizeof(digest))))
            return true;                                                          /* CertDigestList */
    }
    return false;
}

/* -- making -- */

static bool
is_ia5(const char *text, size_t max)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] > 0x7E)
            return false;
    return len >= 1 && len <= max;
}

static jy_err
check_fields(const struct jy_seal_fields *f, const struct jy_sm2 *maker_key, const struct jy_cert *maker, struct jy_fault *fault)
{
    const struct { bool good; const char *field, *rule; } rows[] = {
        { is_ia5(f->vendor, 32), "vendor", "1 to 32 ASCII characters" },
        { is_ia5(f->id, 64), "id", "1 to 64 ASCII characters" },
        { strlen(f->name) >= 1 && strlen(f->name) <= 200, "name", "1 to 200 bytes" },
        { f->type >= 0, "type", "not negative" },
        { f->valid_start < f->valid_end, "validity", "the end is after the start" },
        { is_ia5(f->picture_type, 8), "picture type", "1 to 8 ASCII characters" },
        { f->picture.len >= 1 && f->picture.len <= JY_SEAL_MADE_PICTURE_MAX, "picture", "1 byte to 512 KiB" },
        { f->width_mm >= 1 && f->width_mm <= JY_SEAL_MADE_SIDE_MAX && f->height_mm >= 1 && f->height_mm <= JY_SEAL_MADE_SIDE_MAX, "size", "1 to 200 mm" },
        { f->signer != NULL && jy_cert_may_sign(f->signer), "signer", "a certificate for signing" },
        { jy_sm2_same_public(jy_cert_key(maker), maker_key), "maker", "the certificate of the maker's key" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!rows[i].good)
            return jy_fail(fault, JY_E_ARGUMENT, rows[i].field, 0, "must be: %s", rows[i].rule);
    return JY_OK;
}

/* Wrap what was collected in inner as one TLV of out, and empty inner. */
static jy_err
close_as(struct jy_buf *out, uint8_t tag, struct jy_buf *inner)
{
    jy_err rc = jy_der_put(out, tag, jy_buf_slice(inner));

    inner->len = 0;
    return rc;
}

jy_err
jy_seal_make(const struct jy_seal_fields *f, const struct jy_sm2 *maker_key, const struct jy_cert *maker, struct jy_buf *out,
             struct jy_fault *fault)
{
    struct jy_buf part = { 0 }, list = { 0 }, info = { 0 }, info_tlv = { 0 }, seal = { 0 };
    uint8_t signature[JY_SM2_SIGNATURE_MAX];
    size_t signature_len;
    jy_err rc;

    if ((rc = check_fields(f, maker_key, maker, fault)) != JY_OK)
        return rc;
    if ((rc = jy_der_put_text(&part, DER_IA5, "ES")) != JY_OK || (rc = jy_der_put_i64(&part, 4)) != JY_OK ||      /* SES_Header */
        (rc = jy_der_put_text(&part, DER_IA5, f->vendor)) != JY_OK || (rc = close_as(&info, DER_SEQUENCE, &part)) != JY_OK ||
        (rc = jy_der_put_text(&info, DER_IA5, f->id)) != JY_OK ||                                                 /* esID */
        (rc = jy_der_put_i64(&part, f->type)) != JY_OK || (rc = jy_der_put_text(&part, DER_UTF8, f->name)) != JY_OK || /* property */
        (rc = jy_der_put_i64(&part, 1)) != JY_OK || (rc = jy_der_put(&list, DER_OCTET_STRING, jy_cert_der(f->signer))) != JY_OK ||
        (rc = close_as(&part, DER_SEQUENCE, &list)) != JY_OK || (rc = jy_der_put_generalized_time(&part, f->created)) != JY_OK ||
        (rc = jy_der_put_generalized_time(&part, f->valid_start)) != JY_OK ||
        (rc = jy_der_put_generalized_time(&part, f->valid_end)) != JY_OK || (rc = close_as(&info, DER_SEQUENCE, &part)) != JY_OK ||
        (rc = jy_der_put_text(&part, DER_IA5, f->picture_type)) != JY_OK ||                                       /* picture */
        (rc = jy_der_put(&part, DER_OCTET_STRING, f->picture)) != JY_OK || (rc = jy_der_put_i64(&part, f->width_mm)) != JY_OK ||
        (rc = jy_der_put_i64(&part, f->height_mm)) != JY_OK || (rc = close_as(&info, DER_SEQUENCE, &part)) != JY_OK ||
        (rc = jy_der_put(&info_tlv, DER_SEQUENCE, jy_buf_slice(&info))) != JY_OK ||
        (rc = jy_sm2_sign(maker_key, jy_buf_slice(&info_tlv), signature, &signature_len)) != JY_OK ||
        (rc = jy_sm2_verify(jy_cert_key(maker), jy_buf_slice(&info_tlv), JY_SLICE(signature, signature_len), NULL)) != JY_OK ||
        (rc = jy_buf_add(&seal, jy_buf_slice(&info_tlv))) != JY_OK || (rc = jy_der_put(&seal, DER_OCTET_STRING, jy_cert_der(maker))) != JY_OK ||
        (rc = jy_der_put_oid(&seal, OID_SM2_WITH_SM3)) != JY_OK || (rc = jy_der_put_bits(&seal, JY_SLICE(signature, signature_len))) != JY_OK ||
        (rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&seal))) != JY_OK)
        jy_fail(fault, rc, "SESeal", 0, "cannot be made");
    jy_buf_free(&part);
    jy_buf_free(&list);
    jy_buf_free(&info);
    jy_buf_free(&info_tlv);
    jy_buf_free(&seal);
    return rc;
}
