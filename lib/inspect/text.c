/* SPDX-License-Identifier: Apache-2.0 */
/* The same JSON for a person: columns that also stand in line under Chinese. */
#include "inspect/facts.h"

#include "codec/text.h"

#include <stdio.h>
#include <string.h>

#define LABEL_COLUMNS 28

struct out {
    struct jy_buf *buf;
    jy_err rc;
};

static void JY_PRINTF(2, 3)
say(struct out *o, const char *fmt, ...)
{
    char line[4096];
    va_list args;

    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    if (o->rc == JY_OK)
        o->rc = jy_buf_text(o->buf, line);
}

/* Columns on a terminal: what is East Asian wide takes two (UAX 11, roughly). */
static size_t
columns(const char *text)
{
    size_t n = 0;

    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        if ((*p & 0xc0) != 0x80)
            n += *p >= 0xe3 || (*p == 0xe2 && p[1] >= 0xba) ? 2 : 1;
    return n;
}

static void
pad(struct out *o, size_t from, size_t to)
{
    for (; from < to; from++)
        say(o, " ");
}

static void
label(struct out *o, const char *zh, const char *en)
{
    say(o, "  %s %s", zh, en);
    pad(o, 2 + columns(zh) + 1 + columns(en), LABEL_COLUMNS);
}

/* Text of a key as it can be shown; "" when there is none. */
static const char *
text_at(const json_t *object, const char *key, char *line, size_t size)
{
    const char *text = json_string_value(json_object_get(object, key));

    return jy_text_visible(text == NULL ? "" : text, line, size);
}

static void
row_text(struct out *o, const char *zh, const char *en, const json_t *object, const char *key)
{
    char line[2048];
    const char *text = text_at(object, key, line, sizeof(line));

    label(o, zh, en);
    say(o, "%s\n", text[0] == '\0' ? "-" : text);
}

static long long
int_at(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static void
row_bytes(struct out *o, const char *zh, const char *en, const json_t *object)
{
    char digest[80];

    label(o, zh, en);
    say(o, "%lld 字节 bytes  SM3 %s\n", int_at(object, "bytes"), text_at(object, "digest", digest, sizeof(digest)));
}

static void
row_cert(struct out *o, const char *zh, const char *en, const json_t *cert)
{
    char subject[1024], issuer[1024], serial[128], from[32], to[32];

    label(o, zh, en);
    if (!json_is_object(cert)) {
        say(o, "证书无法读取 the certificate cannot be read\n");
        return;
    }
    say(o, "%s%s\n", text_at(cert, "subject", subject, sizeof(subject)), json_is_true(json_object_get(cert, "test_only")) ? "  测试 NOT FOR PRODUCTION" : "");
    pad(o, 0, LABEL_COLUMNS);
    say(o, "颁发者 issued by %s\n", text_at(cert, "issuer", issuer, sizeof(issuer)));
    pad(o, 0, LABEL_COLUMNS);
    say(o, "序列号 serial %s  %s – %s%s%s\n", text_at(cert, "serial", serial, sizeof(serial)), text_at(cert, "valid_start", from, sizeof(from)),
        text_at(cert, "valid_end", to, sizeof(to)), json_is_true(json_object_get(cert, "sm2")) ? "" : "  非SM2 not SM2",
        json_is_true(json_object_get(cert, "may_sign")) ? "" : "  无签名用途 not for signing");
}

static void
row_signature(struct out *o, const json_t *value)
{
    const json_t *stamp = json_object_get(value, "time_stamp");
    char fits[64], algorithm[128];

    text_at(value, "signature_fits", fits, sizeof(fits));
    label(o, "签名", "signature");
    if (json_is_null(json_object_get(value, "signature_fits")))
        say(o, "- 此处未核对 not checked here");
    else
        say(o, "%s%s", strcmp(fits, "good") == 0 ? "✓ 相符 fits" : "✗ ", strcmp(fits, "good") == 0 ? "" : fits);
    if (json_object_get(value, "algorithm") != NULL)
        say(o, "  %s", text_at(value, "algorithm", algorithm, sizeof(algorithm)));
    say(o, "\n");
    if (json_is_object(stamp))
        row_bytes(o, "时间戳", "time stamp", stamp);
    else if (stamp != NULL)
        row_text(o, "时间戳", "time stamp", value, "time_stamp");
}

static void
row_deviations(struct out *o, const json_t *value)
{
    const json_t *one;
    char name[64], zh[512], en[512], clause[128];
    size_t i;

    json_array_foreach(json_object_get(value, "deviations"), i, one) {
        label(o, i == 0 ? "偏差" : "", i == 0 ? "deviations" : "");
        say(o, "%s  %s\n", text_at(one, "name", name, sizeof(name)), text_at(one, "zh", zh, sizeof(zh)));
        pad(o, 0, LABEL_COLUMNS);
        say(o, "%s  [%s]\n", text_at(one, "en", en, sizeof(en)), text_at(one, "clause", clause, sizeof(clause)));
    }
}

static void
seal_rows(struct out *o, const json_t *seal)
{
    const json_t *picture = json_object_get(seal, "picture"), *admits = json_object_get(seal, "admits"), *entry;
    char line[1024], more[1024];
    size_t i;

    label(o, "印章", "seal");
    say(o, "%s  (%s)\n", text_at(seal, "name", line, sizeof(line)), text_at(seal, "id", more, sizeof(more)));
    label(o, "结构", "structure");
    say(o, "SESeal  %s  版本 version %lld  类型 type %lld  厂商 vendor %s\n", text_at(seal, "standard", line, sizeof(line)), int_at(seal, "version"),
        int_at(seal, "type"), text_at(seal, "vendor", more, sizeof(more)));
    row_text(o, "制作时间", "created", seal, "created");
    label(o, "有效期", "validity");
    say(o, "%s – %s\n", text_at(seal, "valid_start", line, sizeof(line)), text_at(seal, "valid_end", more, sizeof(more)));
    label(o, "图像", "picture");
    say(o, "%s  %lld × %lld mm  %lld 字节 bytes\n", text_at(picture, "type", line, sizeof(line)), int_at(picture, "width_mm"), int_at(picture, "height_mm"),
        int_at(picture, "bytes"));
    json_array_foreach(json_object_get(admits, "entries"), i, entry) {
        if (json_object_get(entry, "subject") != NULL) {
            row_cert(o, "可用证书", "admits", entry);
        } else {
            label(o, "可用证书", "admits");
            say(o, "杂凑 digest %s\n", text_at(entry, "digest", line, sizeof(line)));
        }
    }
    row_cert(o, "制章者", "maker", json_object_get(seal, "maker"));
    row_signature(o, seal);
    row_deviations(o, seal);
    row_bytes(o, "数据", "data", seal);
}

static void
value_rows(struct out *o, const json_t *value)
{
    const char *structure = json_string_value(json_object_get(value, "structure"));
    char line[64];

    if (strcmp(structure, "SESeal") == 0) {
        seal_rows(o, value);
    } else if (strcmp(structure, "SES_Signature") == 0) {
        label(o, "签章", "stamp");
        say(o, "SES_Signature  版本 version %lld\n", int_at(value, "version"));
        row_text(o, "时间", "claimed time", value, "time");
        row_text(o, "原文杂凑", "data hash", value, "data_hash");
        row_text(o, "原文属性", "property info", value, "property_info");
        row_cert(o, "签章者", "signer", json_object_get(value, "signer"));
        label(o, "", "");
        say(o, "%s\n", json_is_true(json_object_get(value, "signer_admitted")) ? "✓ 在印章证书列表中 admitted by the seal" : "✗ 不在印章证书列表中 not admitted by the seal");
        row_signature(o, value);
        row_deviations(o, value);
        seal_rows(o, json_object_get(value, "seal"));
    } else if (strcmp(structure, "unknown") != 0) {
        label(o, "数字签名", "plain signature");
        say(o, "%s  %s  证书 certificates %lld  CRL %lld  OCSP %lld  时间戳 time stamps %zu\n", structure, text_at(value, "standard", line, sizeof(line)),
            int_at(value, "certificates"), int_at(value, "revocation_lists"), int_at(value, "ocsp_responses"),
            json_array_size(json_object_get(value, "time_stamps")));
        row_text(o, "时间", "claimed time", value, "time");
        row_cert(o, "签名者", "signer", json_object_get(value, "signer"));
        row_signature(o, value);
        row_deviations(o, value);
    } else {
        row_bytes(o, "未知结构", "unknown", value);
    }
}

/* -- documents -- */

static void
pages(struct out *o, const json_t *document)
{
    const json_t *row;
    char range[48];
    size_t i;

    json_array_foreach(json_object_get(document, "pages"), i, row) {
        if (int_at(row, "from") == int_at(row, "to"))
            snprintf(range, sizeof(range), "%lld", int_at(row, "from"));
        else
            snprintf(range, sizeof(range), "%lld–%lld", int_at(row, "from"), int_at(row, "to"));
        label(o, i == 0 ? "页" : "", i == 0 ? "pages" : "");
        say(o, "%-12s %.6g × %.6g mm\n", range, json_real_value(json_object_get(row, "width_mm")), json_real_value(json_object_get(row, "height_mm")));
    }
}

static void
names(struct out *o, const char *zh, const char *en, const json_t *list)
{
    char line[1024];
    const json_t *name;
    size_t i;

    label(o, zh, en);
    say(o, "%zu\n", json_array_size(list));
    json_array_foreach(list, i, name) {
        pad(o, 0, LABEL_COLUMNS);
        say(o, "%s\n", jy_text_visible(json_string_value(name), line, sizeof(line)));
    }
}

static void
entries(struct out *o, const json_t *document)
{
    const json_t *list = json_object_get(document, "entries"), *e, *id;
    char line[1024];
    size_t i, k;

    if (list == NULL)
        return;
    say(o, "\n%zu 项 entries\n", json_array_size(list));
    say(o, "  大小 size  压缩 packed  方式 method  内容 media  展示 shown  名称 name  ← 受其保护 protected by\n");
    json_array_foreach(list, i, e) {
        const json_t *by = json_object_get(e, "protected_by");
        char method[16], media[16];
        say(o, "  %9lld  %11lld  %-11s  %-10s  %s           %s", int_at(e, "size"), int_at(e, "packed"), text_at(e, "method", method, sizeof(method)),
            text_at(e, "media", media, sizeof(media)), json_is_true(json_object_get(e, "shown")) ? "✓" : "-", text_at(e, "name", line, sizeof(line)));
        json_array_foreach(by, k, id)
            say(o, "%s%s", k == 0 ? "  ← " : ", ", jy_text_visible(json_string_value(id), line, sizeof(line)));
        say(o, "\n");
    }
}

static void
revisions(struct out *o, const json_t *document)
{
    const json_t *list = json_object_get(document, "revisions"), *r, *object, *id;
    char line[1024], change[16];
    size_t i, k;

    if (list == NULL)
        return;
    say(o, "\n%zu 个修订 revisions\n", json_array_size(list));
    json_array_foreach(list, i, r) {
        const json_t *by = json_object_get(r, "signatures");
        say(o, "  %zu  字节 bytes %lld–%lld  对象 objects %lld", i + 1, int_at(r, "begin"), int_at(r, "end"), int_at(r, "object_count"));
        json_array_foreach(by, k, id)
            say(o, "%s%s", k == 0 ? "  ← " : ", ", jy_text_visible(json_string_value(id), line, sizeof(line)));
        if (json_array_size(by) == 0)
            say(o, "  未签名 not signed");
        say(o, "\n");
        json_array_foreach(json_object_get(r, "objects"), k, object)
            say(o, "      %-8s %6lld %lld  %s\n", text_at(object, "change", change, sizeof(change)), int_at(object, "id"), int_at(object, "generation"),
                text_at(object, "type", line, sizeof(line)));
    }
}

static void
behind(struct out *o, const json_t *document)
{
    if (int_at(document, "bytes_behind") > 0)
        say(o, "  最后一个修订之后还有 %lld 字节 bytes behind the last revision\n", int_at(document, "bytes_behind"));
}

static void
signature(struct out *o, const json_t *s)
{
    const json_t *place, *finding;
    char line[1024], more[1024];
    size_t i;

    say(o, "\n● %s  %s\n", text_at(s, "id", line, sizeof(line)),
        strcmp(json_string_value(json_object_get(s, "kind")), "seal") == 0 ? "电子签章 stamp" : "数字签名 plain signature");
    row_text(o, "位置", "path", s, "path");
    row_text(o, "保护内容杂凑", "digest", s, "digest");
    value_rows(o, json_object_get(s, "value"));
    json_array_foreach(json_object_get(s, "places"), i, place) {
        const json_t *seen = json_object_get(place, "visible");
        label(o, i == 0 ? "盖章位置" : "", i == 0 ? "places" : "");
        say(o, "第%lld页 page %lld  x %.2f  y %.2f  %.2f × %.2f mm\n", int_at(place, "page"), int_at(place, "page"),
            json_real_value(json_object_get(seen, "x_mm")), json_real_value(json_object_get(seen, "y_mm")),
            json_real_value(json_object_get(seen, "width_mm")), json_real_value(json_object_get(seen, "height_mm")));
    }
    if (json_object_get(s, "protects") != NULL) {
        names(o, "受保护", "protects", json_object_get(s, "protects"));
        names(o, "未受保护", "leaves open", json_object_get(s, "leaves_open"));
    }
    if (json_object_get(s, "covers") != NULL) {
        label(o, "受保护", "protects");
        json_array_foreach(json_object_get(s, "covers"), i, place)
            say(o, "%s%lld–%lld", i == 0 ? "字节 bytes " : ", ", int_at(place, "begin"), int_at(place, "end"));
        say(o, "\n");
    }
    json_array_foreach(json_object_get(s, "findings"), i, finding) {
        bool passed = json_is_true(json_object_get(finding, "passed"));
        label(o, i == 0 ? "检查" : "", i == 0 ? "findings" : "");
        say(o, "%s %-18s %s %s\n", passed ? "✓" : "✗", json_string_value(json_object_get(finding, "check")), text_at(finding, "where", line, sizeof(line)),
            text_at(finding, "detail", more, sizeof(more)));
    }
}

jy_err
text_of_document(const json_t *document, struct jy_buf *buf)
{
    struct out o = { buf, JY_OK };
    char format[16], digest[80], path[1024];
    const json_t *s;
    size_t i;

    say(&o, "%s  %lld 字节 bytes  SM3 %s\n", text_at(document, "format", format, sizeof(format)), int_at(document, "size"),
        text_at(document, "digest", digest, sizeof(digest)));
    pages(&o, document);
    if (json_object_get(document, "document") != NULL) {
        label(&o, "文档", "document");
        say(&o, "%s  (DocBody × %lld)\n", text_at(document, "document", path, sizeof(path)), int_at(document, "bodies"));
    }
    entries(&o, document);
    revisions(&o, document);
    behind(&o, document);
    if (json_array_size(json_object_get(document, "signatures")) == 0)
        say(&o, "\n无签名 no signatures\n");
    json_array_foreach(json_object_get(document, "signatures"), i, s)
        signature(&o, s);
    return o.rc;
}

jy_err
text_of_value(const json_t *value, struct jy_buf *buf)
{
    struct out o = { buf, JY_OK };

    value_rows(&o, value);
    return o.rc;
}
