/* SPDX-License-Identifier: Apache-2.0 */
/* SESeal: read, and checked (GB/T 38540-2020 6.1, GM/T 0031-2014, GM/T 0031-2025). */
#include <jinyin/seal.h>

#include "ses/list.h"
#include "ses/read.h"

#include <stdlib.h>
#include <string.h>

struct jy_seal {
    struct jy_buf der;
    struct jy_slice info;             /* TLV of eSealInfo: what the maker signs (v4, v5) */
    struct jy_slice tail;             /* TLVs of cert and algorithm: in v1 they are signed too */
    enum jy_seal_layout layout;
    int version, type, width_mm, height_mm;
    char vendor[257], id[257], name[512], picture_type[JY_SEAL_PICTURE_TYPE];
    jy_time created, valid_start, valid_end;
    uint32_t cert_list_type;
    struct jy_slice cert_list;        /* contents of SES_CertList */
    struct jy_slice picture, algorithm, signature, time_stamp;
    struct jy_cert *maker;
    bool critical;                    /* an extension says that whoever does not know it cannot judge */
    jy_deviations deviations;
};

static const struct jy_read_rows rows = { .time_form = JY_DEV(SEAL_TIME_FORM), .time_type = JY_DEV(SEAL_TIME_TYPE),
                                          .unused_bits = JY_DEV(SEAL_SIG_UNUSED_BITS), .octets = JY_DEV(SEAL_SIG_OCTETS),
                                          .untagged = JY_DEV(SEAL_TIME_STAMP_UNTAGGED), .raw64 = JY_DEV(SEAL_SIG_RAW64),
                                          .non_minimal = JY_DEV(SEAL_SIG_NON_MINIMAL), .algorithm_id = JY_DEV(SEAL_SIG_ALGORITHM_ID), .lasting = true };

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
        seal->deviations |= JY_DEV(SEAL_HEADER_EXTRA);
    seal->version = (int)version;
    return JY_OK;
}

static jy_err
parse_property(struct jy_der *info, struct jy_seal *seal)
{
    struct jy_der property;
    struct jy_der_item list;
    uint8_t time_tag = seal->layout == JY_SEAL_V1 ? DER_UTC_TIME : DER_GENERALIZED_TIME;
    uint32_t type;
    int last_tag;
    jy_err rc;

    if ((rc = jy_der_enter(info, DER_SEQUENCE, &property)) != JY_OK ||                            /* property SES_ESPropertyInfo */
        (rc = jy_der_u32(&property, &type)) != JY_OK ||                                           /* type     INTEGER */
        (rc = jy_read_text(&property, DER_UTF8, seal->name, sizeof(seal->name), &seal->deviations)) != JY_OK) /* name UTF8String */
        return rc;
    if (type > INT32_MAX)
        return JY_E_FORMAT;
    seal->type = (int)type;
    seal->cert_list_type = JY_LIST_CERTIFICATES;
    if (seal->layout != JY_SEAL_V1 && (rc = jy_der_u32(&property, &seal->cert_list_type)) != JY_OK) /* certListType INTEGER */
        return rc;
    if (jy_der_peek(&property) == DER_OCTET_STRING) {                                             /* an old product: the one certificate */
        if ((rc = jy_der_next(&property, &list)) != JY_OK)
            return rc;
        seal->deviations |= JY_DEV(CERT_LIST_BARE);
        seal->cert_list = list.tlv;
    } else {
        if ((rc = jy_der_get(&property, DER_SEQUENCE, &list)) != JY_OK)                           /* certList SES_CertList */
            return rc;
        seal->cert_list = list.value;
    }
    if ((rc = jy_list_check(seal->cert_list, seal->cert_list_type, &seal->deviations)) != JY_OK ||
        (rc = jy_read_time(&property, time_tag, &rows, &seal->created, &seal->deviations)) != JY_OK ||      /* createDate */
        (rc = jy_read_time(&property, time_tag, &rows, &seal->valid_start, &seal->deviations)) != JY_OK)    /* validStart */
        return rc;
    last_tag = jy_der_peek(&property);
    if ((rc = jy_read_time(&property, time_tag, &rows, &seal->valid_end, &seal->deviations)) != JY_OK)      /* validEnd */
        return rc;
    /* Four elements with UTCTime is how C0119 has it; all its times are. */
    if (seal->layout == JY_SEAL_V4 && last_tag == DER_UTC_TIME) {
        seal->layout = JY_SEAL_C0119;
        seal->deviations |= JY_DEV(LAYOUT_C0119);
        seal->deviations &= ~JY_DEV(SEAL_TIME_TYPE);
    }
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
        (rc = jy_der_octets(&picture, &seal->picture)) != JY_OK)                                  /* data     OCTET STRING */
        return rc;
    if (jy_der_at_end(&picture)) {                                                                /* an old product: the sizes are left out */
        seal->deviations |= JY_DEV(SEAL_PICTURE_SIZE);
        return JY_OK;
    }
    if ((rc = jy_der_u32(&picture, &width)) != JY_OK || (rc = jy_der_u32(&picture, &height)) != JY_OK || (rc = jy_der_close(&picture)) != JY_OK)
        return rc;
    if (width > JY_SEAL_SIDE_MAX || height > JY_SEAL_SIDE_MAX)
        return JY_E_FORMAT;
    seal->width_mm = (int)width;
    seal->height_mm = (int)height;
    return JY_OK;
}

jy_err
jy_seal_picture_alone(struct jy_slice der, char type[JY_SEAL_PICTURE_TYPE], struct jy_slice *picture)
{
    struct jy_der all, seal, info, pictured;
    struct jy_der_item skipped;
    jy_deviations ignored = { 0 };
    jy_err rc;

    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &seal)) != JY_OK || (rc = jy_der_enter(&seal, DER_SEQUENCE, &info)) != JY_OK)
        return rc;
    for (int i = 0; i < 3; i++)                                                                   /* header, esID, property */
        if ((rc = jy_der_next(&info, &skipped)) != JY_OK)
            return rc;
    if ((rc = jy_der_enter(&info, DER_SEQUENCE, &pictured)) != JY_OK ||
        (rc = jy_read_text(&pictured, DER_IA5, type, JY_SEAL_PICTURE_TYPE, &ignored)) != JY_OK)
        return rc;
    return jy_der_octets(&pictured, picture);
}

static jy_err
parse_info(struct jy_der *body, struct jy_seal *seal)
{
    struct jy_der_item whole;
    struct jy_der info, look = *body;
    enum jy_tagging tagging;
    jy_err rc;

    if ((rc = jy_der_get(&look, DER_SEQUENCE, &whole)) != JY_OK)
        return rc;
    seal->info = whole.tlv;
    if ((rc = jy_der_enter(body, DER_SEQUENCE, &info)) != JY_OK ||                                /* eSealInfo SES_SealInfo */
        (rc = parse_header(&info, seal)) != JY_OK ||
        (rc = jy_read_text(&info, DER_IA5, seal->id, sizeof(seal->id), &seal->deviations)) != JY_OK || /* esID IA5String */
        (rc = parse_property(&info, seal)) != JY_OK || (rc = parse_picture(&info, seal)) != JY_OK)
        return rc;
    if (jy_der_at_end(&info))
        return JY_OK;
    if ((rc = jy_read_extensions(&info, &tagging, &seal->critical)) != JY_OK)                      /* extDatas ExtensionDatas */
        return rc;
    if (tagging != JY_UNTAGGED && seal->layout != JY_SEAL_V1)                                                     /* 2014 prints EXPLICIT without a number */
        seal->deviations |= JY_DEV(SEAL_EXTENSIONS_TAGGED);
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
    seal->tail = JY_SLICE(from, (size_t)(body->p - from));
    if (jy_cert_parse(cert, &seal->maker, NULL) == JY_E_NOMEM)                                    /* else NULL: it cannot be read */
        return JY_E_NOMEM;
    return jy_read_bits(body, &rows, &seal->signature, &seal->deviations);                        /* signedValue BIT STRING */
}

/* Everything after the outer SEQUENCE was entered. Two elements are v1, four v4 (v5 by its version), five v5 (seal-formats §1.6). */
static jy_err
parse_body(struct jy_der *body, size_t elements, struct jy_seal *seal)
{
    struct jy_der sign_info;
    jy_err rc;

    if (elements != 2 && elements != 4 && elements != 5)
        return JY_E_FORMAT;
    seal->layout = elements == 2 ? JY_SEAL_V1 : elements == 4 ? JY_SEAL_V4 : JY_SEAL_V5;
    if ((rc = parse_info(body, seal)) != JY_OK)
        return rc;
    if (seal->layout == JY_SEAL_V1) {                                                             /* signInfo SES_SignInfo */
        if ((rc = jy_der_enter(body, DER_SEQUENCE, &sign_info)) != JY_OK || (rc = parse_signature(&sign_info, seal)) != JY_OK ||
            (rc = jy_der_close(&sign_info)) != JY_OK)
            return rc;
    } else if ((rc = parse_signature(body, seal)) != JY_OK ||
               (elements == 5 && (rc = jy_read_time_stamp(body, &rows, &seal->time_stamp, &seal->deviations)) != JY_OK)) {
        return rc;
    }
    if (seal->layout == JY_SEAL_V4 && seal->version == 5)
        seal->layout = JY_SEAL_V5;
    if ((seal->layout == JY_SEAL_V4 && seal->version != 4) || (seal->layout == JY_SEAL_V5 && seal->version != 5) ||
        (seal->layout == JY_SEAL_V1 && (seal->version == 4 || seal->version == 5)))
        seal->deviations |= JY_DEV(SEAL_VERSION);
    if (seal->picture.len == 0)
        return JY_E_FORMAT;
    return jy_der_close(body);
}

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
    struct jy_der_item outer;
    struct jy_seal *seal = NULL;
    const uint8_t *touched = NULL;
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
        seal->deviations |= JY_DEV(SEAL_TRAILING);
    if ((rc = jy_buf_add(&seal->der, outer.tlv)) != JY_OK)
        goto out;
    jy_der_open(&all, jy_buf_slice(&seal->der));
    jy_der_watch(&all, &touched);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) == JY_OK)
        rc = parse_body(&body, elements_of(body), seal);
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

enum jy_seal_layout
jy_seal_layout(const struct jy_seal *seal)
{
    return seal->layout;
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

int
jy_seal_cert_list_type(const struct jy_seal *seal)
{
    return seal->cert_list_type > INT32_MAX ? INT32_MAX : (int)seal->cert_list_type;
}

struct jy_slice
jy_seal_cert_list(const struct jy_seal *seal)
{
    return seal->cert_list;
}

struct jy_slice
jy_seal_algorithm(const struct jy_seal *seal)
{
    return seal->algorithm;
}

const struct jy_cert *
jy_seal_maker(const struct jy_seal *seal)
{
    return seal->maker;
}

struct jy_slice
jy_seal_time_stamp(const struct jy_seal *seal)
{
    return seal->time_stamp;
}

struct jy_slice
jy_seal_signature(const struct jy_seal *seal)
{
    return seal->signature;
}

jy_deviations
jy_seal_deviations(const struct jy_seal *seal)
{
    return seal->deviations;
}

/* SEQUENCE { eSealInfo, cert, signatureAlgorithm }, the three as they stand: what a maker signs in GM/T 0031-2014. */
static jy_err
check_v1_scope(struct jy_seal *seal, struct jy_fault *fault)
{
    struct jy_buf body = { 0 }, synthetic = { 0 };
    jy_err rc;

    if ((rc = jy_buf_add(&body, seal->info)) == JY_OK && (rc = jy_buf_add(&body, seal->tail)) == JY_OK &&
        (rc = jy_der_put(&synthetic, DER_SEQUENCE, jy_buf_slice(&body))) == JY_OK)
        rc = jy_check_signed(seal->maker, seal->algorithm, jy_buf_slice(&synthetic), seal->signature, &rows, &seal->deviations, fault);
    jy_buf_free(&body);
    jy_buf_free(&synthetic);
    return rc;
}

static jy_err
check_info_scope(struct jy_seal *seal, struct jy_fault *fault)
{
    return jy_check_signed(seal->maker, seal->algorithm, seal->info, seal->signature, &rows, &seal->deviations, fault);
}

jy_err
jy_seal_check_signature(struct jy_seal *seal, struct jy_fault *fault)
{
    bool is_v1 = seal->layout == JY_SEAL_V1;
    jy_deviations before = seal->deviations;
    jy_err other, rc = is_v1 ? check_v1_scope(seal, fault) : check_info_scope(seal, fault);

    if (rc == JY_E_SIGNATURE && (other = is_v1 ? check_info_scope(seal, NULL) : check_v1_scope(seal, NULL)) != JY_E_SIGNATURE) {
        if (other != JY_OK)
            return jy_fail(fault, other, "signature", 0, "could not be checked");
        if (!is_v1) {
            seal->deviations |= JY_DEV(SEAL_SIG_SCOPE);              /* more is bound than the standard asks for, not less */
            rc = JY_OK;
        } else {
            seal->deviations = before;                               /* the maker's certificate is not bound, as 2014 wants it */
            rc = jy_fail(fault, rc, "signature", 0, "fits eSealInfo alone, as in GB/T 38540-2020, not eSealInfo, cert and algorithm");
        }
    }
    if (rc == JY_OK && seal->critical)
        rc = jy_fail(fault, JY_E_UNSUPPORTED, "extDatas", 0, "a critical extension that this software does not know");
    return rc;
}

jy_err
jy_seal_match(const struct jy_seal *seal, const struct jy_cert *cert, jy_deviations *deviations, bool *listed)
{
    return jy_list_has(seal->cert_list, seal->cert_list_type, cert, deviations, listed);
}

jy_err
jy_seal_lists(const struct jy_seal *seal, const struct jy_cert *cert, bool *listed)
{
    jy_deviations ignored = 0;

    return jy_seal_match(seal, cert, &ignored, listed);
}

bool
jy_seal_has_signer(const struct jy_seal *seal, const struct jy_cert *cert)
{
    bool listed;

    return jy_seal_lists(seal, cert, &listed) == JY_OK && listed;
}
