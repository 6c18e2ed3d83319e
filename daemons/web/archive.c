/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The archive package of a stamp record (R24.1, docs/protocol/archive.md). doc judges the document and gives the evidence; what this service
 * itself knows is written here, so that a document that takes over its reader cannot put words into the register's mouth. The manifest is
 * signed in key. Nothing is kept: the same record can be packed again, as long as its evidence is to be had.
 */
#include "codec/text.h"
#include "daemons/web/route.h"
#include "daemons/web/seal.h"
#include "daemons/web/statement.h"

#include <jinyin/archive.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct column seal_columns[] = {
    { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "seal_code", COL_TEXT }, { "organization_name", COL_TEXT }, { "uscc", COL_TEXT },
    { "kind", COL_TEXT }, { "name", COL_TEXT }, { "valid_from", COL_TIME }, { "valid_to", COL_TIME }, { "certificate", COL_BASE64 },
    { "certificate_serial", COL_TEXT }, { "impression_digest", COL_HEX }, { "maker_id", COL_TEXT }, { NULL, COL_TEXT },
};
static const struct column certificate_columns[] = { { "person_id", COL_TEXT }, { "approver_certificate", COL_BASE64 }, { NULL, COL_TEXT } };
static const struct column flow_columns[] = {
    { "number", COL_INT }, { "digest", COL_HEX }, { "flow", COL_BASE64 }, { "set_at", COL_TIME }, { NULL, COL_TEXT },
};
static const struct column grant_columns[] = {
    { "grant_id", COL_TEXT }, { "client", COL_TEXT }, { "grant_der", COL_BASE64 }, { "state", COL_TEXT }, { "granted", COL_TIME }, { NULL, COL_TEXT },
};

struct packing {
    struct exchange *x;
    json_t *order, *seal;
    struct jy_archive_contents contents;
    struct jy_buf texts[JY_ARCHIVE_PARTS]; /* what contents.parts borrows */
    struct inspection inspection;
    int file;
    uint64_t size;                         /* of the document */
};

static void
packing_end(struct packing *p)
{
    const struct jy_slice document = p->contents.parts[JY_ARCHIVE_DOCUMENT];

    if (document.len > 0)
        munmap((void *)(uintptr_t)document.p, document.len);
    for (size_t i = 0; i < JY_ARCHIVE_PARTS; i++)
        jy_buf_free(&p->texts[i]);
    inspection_end(&p->inspection);
    json_decref(p->order);
    json_decref(p->seal);
    if (p->file >= 0)
        close(p->file);
}

/* Takes json over. */
static jy_err
put_json(struct packing *p, enum jy_archive_part part, json_t *json)
{
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    jy_err rc = text == NULL ? JY_E_NOMEM : jy_buf_text(&p->texts[part], text);

    free(text);
    json_decref(json);
    p->contents.parts[part] = jy_buf_slice(&p->texts[part]);
    return rc;
}

/* -- what there is -- */

static jy_err
find_record(struct packing *p, struct jy_fault *fault)
{
    struct exchange *x = p->x;
    uint8_t digest[JY_SM3_SIZE], named[JY_SM3_SIZE];
    void *map;
    jy_err rc;

    if ((rc = find_row(x, SQL_ORDER_BY_ID, BINDS(B_TEXT("order_id", x->id), SCOPE_CITY(x), SCOPE_ORGANIZATION(x), SCOPE_DISTRICT(x)), order_columns,
                       &p->order, fault)) != JY_OK)
        return rc;
    if (strcmp(member(p->order, "state"), "DONE") != 0)
        return jy_fail(fault, JY_E_BAD_STATE, "state", 0, "%s: only what was stamped is archived", member(p->order, "state"));
    if (json_is_true(json_object_get(p->order, "digest_only")))
        return jy_fail(fault, JY_E_BAD_STATE, "digest_only", 0, "the document stays with its client, who archives it: there is nothing here to pack");
    if ((rc = find_row(x, SQL_SEAL_BY_ID, BINDS(B_TEXT("seal_id", member(p->order, "seal_id")), SCOPE_ANYWHERE(x)), seal_columns, &p->seal, fault)) != JY_OK ||
        (rc = blob_open(x->web, member(p->order, "result_digest"), &p->file, &p->size, fault)) != JY_OK)
        return rc;
    if ((map = mmap(NULL, (size_t)p->size, PROT_READ, MAP_PRIVATE, p->file, 0)) == MAP_FAILED)
        return jy_fail(fault, JY_E_IO, "document", 0, "%s", strerror(errno));
    p->contents.parts[JY_ARCHIVE_DOCUMENT] = JY_SLICE(map, (size_t)p->size);
    p->contents.pdf = strcmp(member(p->order, "format"), "PDF") == 0;
    PUT(p->contents.record_id, x->id);
    p->contents.packed = x->now;
    /* A disk that forgot is found now, not in thirty years. */
    if ((rc = jy_sm3(p->contents.parts[JY_ARCHIVE_DOCUMENT], digest)) == JY_OK &&
        (jy_hex_parse(jy_slice_text(member(p->order, "result_digest")), named, sizeof(named)) != JY_OK || memcmp(digest, named, sizeof(digest)) != 0))
        rc = jy_fail(fault, JY_E_INTERNAL, "document", 0, "the blob is not what its name says: run fsck");
    return rc;
}

static json_t *
own_members(const json_t *from, const char *const *names)
{
    json_t *out = json_object();

    for (; *names != NULL; names++)
        json_object_set(out, *names, json_object_get(from, *names));
    return out;
}

/* Who asked, approved and stamped what, and what each of them signed: the record can be checked without this service. */
static jy_err
put_record(struct packing *p, struct jy_fault *fault)
{
    static const char *const members[] = {
        "order_id", "organization_id", "seal_id", "es_id", "seal_name", "document_id", "document_digest", "requester_id", "places",
        "category", "purpose", "amount_fen", "copies", "reference", "stamp_order", "created", "expires", "approver_id", "approved", "grant_id", "custodian_id",
        "intent", "stamped", "value_digest", "result_document_id", "result_digest", NULL };
    struct exchange *x = p->x;
    const char *grant_id = member(p->order, "grant_id"), *subject = grant_id[0] != '\0' ? grant_id : x->id;
    json_t *approvals = NULL, *certificates = NULL, *flows = NULL, *grant = NULL;
    jy_err rc;

    if ((rc = find_rows(x, SQL_APPROVAL_LIST, BINDS(B_TEXT("subject_id", subject)), approval_columns, &approvals, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_ARCHIVE_CERTIFICATES, BINDS(B_TEXT("subject_id", subject)), certificate_columns, &certificates, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_ARCHIVE_FLOWS, BINDS(B_TEXT("seal_id", member(p->order, "seal_id")), B_TEXT("subject_id", subject)), flow_columns, &flows,
                        fault)) == JY_OK &&
        (grant_id[0] == '\0' || (rc = find_row(x, SQL_GRANT_BY_ID, BINDS(B_TEXT("grant_id", grant_id), SCOPE_CITY(x), SCOPE_ORGANIZATION(x),
                                                                         SCOPE_DISTRICT(x)), grant_columns, &grant, fault)) == JY_OK))
        rc = put_json(p, JY_ARCHIVE_RECORD, json_pack("{s:o, s:O, s:O, s:O, s:O?, s:O}", "stamp_record", own_members(p->order, members), "approvals", approvals,
                                                      "approver_certificates", certificates, "flows", flows, "grant", grant, "seal", p->seal));
    json_decref(approvals);
    json_decref(certificates);
    json_decref(flows);
    json_decref(grant);
    return rc;
}

/* DA/T 46-2009: entities file, agent and business, by the elements' own names. What only an archive knows (档号, 保管期限 …) is the archive's to add. */
static jy_err
put_metadata(struct packing *p)
{
    const json_t *order = p->order, *seal = p->seal;
    char packed[21];
    json_t *file, *signature, *agents, *business;

    jy_time_rfc3339(p->contents.packed, packed);
    signature = json_pack("{s:s, s:s, s:s, s:O, s:s, s:O, s:s}", "签名规则", "GB/T 38540", "签名时间", member(order, "stamped"), "签名人", member(seal, "name"),
                          "证书", json_object_get(seal, "certificate"), "证书引证", member(seal, "certificate_serial"), "签名结果",
                          json_object_get(order, "value_digest"), "签名算法标识", "1.2.156.10197.1.501 (SM2-SM3)");
    file = json_pack("{s:s, s:{s:s, s:s}, s:s, s:{s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:I, s:s}, s:o}", "聚合层次", "件", "来源", "立档单位名称",
                     member(seal, "organization_name"), "统一社会信用代码", member(seal, "uscc"), "电子文件号", member(order, "result_document_id"), "内容描述", "题名",
                     member(order, "purpose"), "文件编号", member(order, "reference"), "责任者", member(seal, "organization_name"), "日期", member(order, "stamped"),
                     "电子属性", "格式信息", p->contents.pdf ? "PDF (ISO 32000)" : "OFD (GB/T 33190)", "计算机文件名", jy_archive_name(&p->contents, JY_ARCHIVE_DOCUMENT),
                     "计算机文件大小", (json_int_t)p->size, "信息系统描述", "Jinyin " JY_VERSION, "电子签名", signature);
    agents = json_pack("[{s:s, s:s, s:s}, {s:s, s:s}]", "机构人员类型", "单位", "机构人员名称", member(seal, "organization_name"), "组织机构代码", member(seal, "uscc"),
                       "机构人员类型", "内设机构或个人", "机构人员标识", member(order, "custodian_id"));
    business = json_pack("[{s:s, s:s, s:s, s:s}, {s:s, s:s, s:s, s:s}]", "业务状态", "历史行为", "业务行为", "签章", "行为时间", member(order, "stamped"), "行为依据",
                         member(order, "order_id"), "业务状态", "历史行为", "业务行为", "封装", "行为时间", packed, "行为依据", "《天津市电子印章管理办法》第二十四条");
    return put_json(p, JY_ARCHIVE_METADATA, json_pack("{s:s, s:o, s:o, s:o}", "元数据方案", "DA/T 46-2009", "文件实体", file, "机构人员实体", agents, "业务实体",
                                                      business));
}

static jy_err
put_status(struct packing *p, struct jy_fault *fault)
{
    const char *seal_id = member(p->order, "seal_id"), *es_id = member(p->order, "es_id");
    json_t *then = NULL, *now = NULL;
    jy_time stamped;
    jy_err rc = jy_time_parse_rfc3339(member(p->order, "stamped"), &stamped);

    if (rc == JY_OK && (rc = statement_of_seal(p->x, seal_id, es_id, stamped, NULL, &then, fault)) == JY_OK &&
        (rc = statement_of_seal(p->x, seal_id, es_id, p->x->now, NULL, &now, fault)) == JY_OK)
        rc = put_json(p, JY_ARCHIVE_STATUS, json_pack("[O, O]", then, now));
    json_decref(then);
    json_decref(now);
    return rc;
}

/* -- what it proves -- */

/* A package that would prove less in thirty years than it does today is not made (R24.1). */
static jy_err
is_complete(const struct jy_msg_DOC_ARCHIVED *told, struct jy_fault *fault)
{
    if (strcmp(told->verdict, "indeterminate") == 0)
        return jy_fail(fault, JY_E_ARCHIVE_INCOMPLETE, "evidence", 0,
                       "the document cannot be judged now: revocation data or trust are missing; ask again later");
    if (strncmp(told->verdict, "valid", 5) == 0 && strncmp(told->later, "valid", 5) != 0)
        return jy_fail(fault, JY_E_ARCHIVE_INCOMPLETE, "evidence", 0,
                       "when the certificates have ended it would be %s: no revocation data newer than the stamp is at hand; ask again later", told->later);
    return JY_OK;
}

static jy_err
judge(struct packing *p, struct jy_fault *fault)
{
    struct jy_msg_DOC_ARCHIVE ask = { .document = p->file, .now = p->x->now };
    struct jy_frame reply = { 0 };
    char *own = NULL, *all = NULL;
    jy_err rc;

    if ((rc = inspect(p->x->web, p->file, p->x->now, &p->inspection, fault)) != JY_OK ||
        (rc = document_evidence(p->x, p->inspection.signatures, &own, &all, fault)) != JY_OK ||
        (rc = jy_buf_text(&p->texts[JY_ARCHIVE_REGISTER], own)) != JY_OK ||
        (rc = trust_pem(p->x->web, true, &p->texts[JY_ARCHIVE_TRUST], fault)) != JY_OK ||
        (rc = trust_makers_pem(p->x->web, p->inspection.signatures, &p->texts[JY_ARCHIVE_MAKERS], fault)) != JY_OK)
        goto out;
    ask.trust = jy_buf_slice(&p->texts[JY_ARCHIVE_TRUST]);
    ask.makers = jy_buf_slice(&p->texts[JY_ARCHIVE_MAKERS]);
    ask.evidence = jy_slice_text(all);
    if ((rc = ask_doc(p->x->web, JY_MSG_DOC_ARCHIVE, &ask, NULL, &reply, fault)) != JY_OK || (rc = is_complete(&reply.u.DOC_ARCHIVED, fault)) != JY_OK ||
        (rc = jy_buf_add(&p->texts[JY_ARCHIVE_REPORT], reply.u.DOC_ARCHIVED.report)) != JY_OK ||
        (rc = jy_buf_add(&p->texts[JY_ARCHIVE_EVIDENCE], reply.u.DOC_ARCHIVED.evidence)) != JY_OK)
        goto out;
    PUT(p->contents.verdict, reply.u.DOC_ARCHIVED.verdict);
    for (enum jy_archive_part part = JY_ARCHIVE_METADATA; part < JY_ARCHIVE_PARTS; part++)
        p->contents.parts[part] = jy_buf_slice(&p->texts[part]);
out:
    jy_frame_free(&reply);
    free(own);
    free(all);
    return rc;
}

/* -- the package -- */

static jy_err
sign(struct packing *p, struct jy_buf *manifest, struct jy_archive_signature *out, struct jy_fault *fault)
{
    json_t *point = NULL, *value = NULL;
    struct jy_buf key = { 0 }, signature = { 0 };
    jy_err rc;

    if ((rc = jy_buf_byte(manifest, '\0')) == JY_OK &&
        (rc = statement_sign(p->x->web, JY_ARCHIVE_PURPOSE, (const char *)manifest->p, &point, &value, fault)) == JY_OK &&
        (rc = jy_base64_decode(jy_slice_text(json_string_value(point)), &key)) == JY_OK &&
        (rc = jy_base64_decode(jy_slice_text(json_string_value(value)), &signature)) == JY_OK) {
        if (key.len != sizeof(out->key) || signature.len > sizeof(out->value))
            rc = jy_fail(fault, JY_E_INTERNAL, "KEY_STATEMENT_SIGNED", 0, "not as messages.def says");
        else {
            memcpy(out->key, key.p, key.len);
            memcpy(out->value, signature.p, signature.len);
            out->value_len = signature.len;
        }
    }
    manifest->len -= manifest->len > 0;
    json_decref(point);
    json_decref(value);
    jy_buf_free(&key);
    jy_buf_free(&signature);
    return rc;
}

static jy_err
pack(struct packing *p, struct jy_fault *fault)
{
    struct jy_archive_signature signature = { .value_len = 0 };
    struct jy_buf manifest = { 0 };
    struct jy_pieces pieces = { 0 };
    uint8_t digest[JY_SM3_SIZE];
    char hex[2 * JY_SM3_SIZE + 1];
    struct exchange *x = p->x;
    jy_err rc;

    if ((rc = jy_archive_manifest(&p->contents, &manifest, fault)) != JY_OK || (rc = sign(p, &manifest, &signature, fault)) != JY_OK ||
        (rc = jy_archive_make(&p->contents, jy_buf_slice(&manifest), &signature, &pieces, fault)) != JY_OK ||
        (rc = jy_sm3(jy_buf_slice(&manifest), digest)) != JY_OK || (rc = blob_new(x->web, &x->file, fault)) != JY_OK ||
        (rc = jy_pieces_write(&pieces, x->file, fault)) != JY_OK)
        goto out;
    jy_hex(JY_SLICE(digest, sizeof(digest)), hex);
    x->file_size = pieces.total;
    x->type = "application/zip";
    /* Which package was given out, and what it said (R28.1). */
    if ((x->detail = json_pack("{s:s, s:s}", "manifest", hex, "verdict", p->contents.verdict)) == NULL)
        rc = JY_E_NOMEM;
out:
    jy_pieces_free(&pieces);
    jy_buf_free(&manifest);
    return rc;
}

jy_err
stamp_record_archive(struct exchange *x, struct jy_fault *fault)
{
    struct packing p = { .x = x, .file = -1 };
    jy_err rc;

    PUT(x->object, x->id);
    if ((rc = find_record(&p, fault)) == JY_OK && (rc = put_record(&p, fault)) == JY_OK && (rc = put_metadata(&p)) == JY_OK &&
        (rc = put_status(&p, fault)) == JY_OK && (rc = judge(&p, fault)) == JY_OK)
        rc = pack(&p, fault);
    packing_end(&p);
    return rc;
}
