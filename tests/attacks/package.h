/* SPDX-License-Identifier: Apache-2.0 */
/* package.h: OFD packages in the hand of an attacker: parts put, replaced, dropped, and signed by anybody over anything. */
#ifndef JY_TEST_PACKAGE_H
#define JY_TEST_PACKAGE_H

#include "attack.h"

#include "../unit/ofd/raw_zip.h"

#include <codec/der.h>
#include <codec/oid.h>
#include <codec/text.h>
#include <openssl/evp.h>

#define PARTS_MAX 64
#define SIGNS "Doc_0/Signs/Signatures.xml"
#define SM3_OID "1.2.156.10197.1.401"

struct part {
    char name[200];
    struct jy_buf bytes;
};
struct package {
    struct part list[PARTS_MAX];
    size_t count;
};

static inline struct part *
package_part(struct package *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->list[i].name, name) == 0)
            return &p->list[i];
    return NULL;
}

/* A part that must be there. */
static inline struct part *
package_must(struct package *p, const char *name)
{
    struct part *part = package_part(p, name);

    if (part == NULL) {
        fprintf(stderr, "no part %s\n", name);
        abort();
    }
    return part;
}

/* Replaced where it stands, or put at the end. */
static inline void
package_put(struct package *p, const char *name, struct jy_slice bytes)
{
    struct part *part = package_part(p, name);

    if (part == NULL) {
        if (p->count == PARTS_MAX || strlen(name) >= sizeof(part->name))
            abort();
        part = &p->list[p->count++];
        snprintf(part->name, sizeof(part->name), "%s", name);
    }
    part->bytes.len = 0;
    MUST(jy_buf_add(&part->bytes, bytes));
}

static inline void
package_text(struct package *p, const char *name, const char *text)
{
    package_put(p, name, jy_slice_text(text));
}

static inline void
package_drop(struct package *p, const char *name)
{
    struct part *part = package_must(p, name);

    jy_buf_free(&part->bytes);
    memmove(part, part + 1, (size_t)(&p->list[p->count] - (part + 1)) * sizeof(*part));
    p->list[--p->count] = (struct part){ 0 };
}

static inline void
package_rename(struct package *p, const char *name, const char *to)
{
    struct part *part = package_must(p, name);

    snprintf(part->name, sizeof(part->name), "%s", to);
}

/* The first `from` of a part becomes `to`; it must be there. */
static inline void
package_edit(struct package *p, const char *name, const char *from, const char *to)
{
    struct part *part = package_must(p, name);
    struct jy_slice old = jy_buf_slice(&part->bytes);
    struct jy_buf new = { 0 };
    size_t at = jy_slice_find(old, jy_slice_text(from)), end = at + strlen(from);

    if (at == SIZE_MAX) {
        fprintf(stderr, "no %s in %s\n", from, name);
        abort();
    }
    MUST(jy_buf_add(&new, JY_SLICE(old.p, at)));
    MUST(jy_buf_text(&new, to));
    MUST(jy_buf_add(&new, JY_SLICE(old.p + end, old.len - end)));
    jy_buf_free(&part->bytes);
    part->bytes = new;
}

static inline void
package_free(struct package *p)
{
    while (p->count > 0)
        jy_buf_free(&p->list[--p->count].bytes);
}

/* As an honest program writes it. */
static inline void
package_zip(const struct package *p, struct jy_buf *out)
{
    struct raw_entry entries[PARTS_MAX] = { 0 };

    for (size_t i = 0; i < p->count; i++)
        entries[i] = (struct raw_entry){ .name = p->list[i].name, .bytes = jy_buf_slice(&p->list[i].bytes), .method = 8 };
    raw_zip(entries, p->count, out);
}

/* A document of two pages with one of everything: a template, resources with a picture, annotations, an attachment, custom tags, extensions,
 * a bookmark, an outline that goes to a page. Its signature list is named and empty. */
static inline void
package_base(struct package *p)
{
#define OFD_NS " xmlns:ofd=\"http://www.ofdspec.org/2016\""
    static const struct { const char *name, *text; } parts[] = {
        { "OFD.xml", "<ofd:OFD" OFD_NS " Version=\"1.0\" DocType=\"OFD\"><ofd:DocBody><ofd:DocInfo><ofd:DocID>0123456789abcdef0123456789abcdef</ofd:DocID>"
          "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>/" SIGNS "</ofd:Signatures></ofd:DocBody></ofd:OFD>" },
        { "Doc_0/Document.xml", "<ofd:Document" OFD_NS "><ofd:CommonData><ofd:MaxUnitID>50</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
          "</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes><ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>"
          "<ofd:TemplatePage ID=\"9\" BaseLoc=\"Tpls/Tpl_0/Content.xml\"/></ofd:CommonData><ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/>"
          "<ofd:Page ID=\"2\" BaseLoc=\"Pages/Page_1/Content.xml\"/></ofd:Pages><ofd:Outlines>"
          "<ofd:OutlineElem Title=\"1\"><ofd:Actions><ofd:Action Event=\"CLICK\">"
          "<ofd:Goto><ofd:Dest Type=\"Fit\" PageID=\"1\"/></ofd:Goto></ofd:Action></ofd:Actions></ofd:OutlineElem></ofd:Outlines>"
          "<ofd:Bookmarks><ofd:Bookmark Name=\"b\"><ofd:Dest Type=\"Fit\" PageID=\"1\"/></ofd:Bookmark></ofd:Bookmarks><ofd:Annotations>Annots/Annotations.xml"
          "</ofd:Annotations><ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags><ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>"
          "<ofd:Extensions>Extensions.xml</ofd:Extensions></ofd:Document>" },
        { "Doc_0/PublicRes.xml", "<ofd:Res" OFD_NS " BaseLoc=\"Res\"><ofd:Fonts><ofd:Font ID=\"3\" FontName=\"song\"><ofd:FontFile>song.ttf</ofd:FontFile></ofd:Font>"
          "</ofd:Fonts></ofd:Res>" },
        { "Doc_0/DocumentRes.xml", "<ofd:Res" OFD_NS " BaseLoc=\"Res\"><ofd:MultiMedias><ofd:MultiMedia ID=\"4\" Type=\"Image\"><ofd:MediaFile>logo.png"
          "</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>" },
        { "Doc_0/Res/song.ttf", "a font" },
        { "Doc_0/Res/logo.png", "a picture" },
        { "Doc_0/Tpls/Tpl_0/Content.xml", "<ofd:Page" OFD_NS "><ofd:PageRes>TplRes.xml</ofd:PageRes><ofd:Content><ofd:Layer ID=\"10\"/></ofd:Content></ofd:Page>" },
        { "Doc_0/Tpls/Tpl_0/TplRes.xml", "<ofd:Res" OFD_NS "><ofd:MultiMedias><ofd:MultiMedia ID=\"11\" Type=\"Image\"><ofd:MediaFile>paper.png</ofd:MediaFile>"
          "</ofd:MultiMedia></ofd:MultiMedias></ofd:Res>" },
        { "Doc_0/Tpls/Tpl_0/paper.png", "paper" },
        { "Doc_0/Pages/Page_0/Content.xml", "<ofd:Page" OFD_NS "><ofd:Template TemplateID=\"9\"/><ofd:PageRes>PageRes.xml</ofd:PageRes><ofd:Content><ofd:Layer ID=\"5\">"
          "<ofd:TextObject ID=\"6\" Boundary=\"20 20 60 6\" Font=\"3\" Size=\"4\"><ofd:TextCode X=\"0\" Y=\"4\">PAY 100</ofd:TextCode></ofd:TextObject>"
          "<ofd:ImageObject ID=\"7\" Boundary=\"20 40 30 30\" ResourceID=\"4\"/></ofd:Layer></ofd:Content></ofd:Page>" },
        { "Doc_0/Pages/Page_0/PageRes.xml", "<ofd:Res" OFD_NS "><ofd:MultiMedias><ofd:MultiMedia ID=\"12\" Type=\"Image\"><ofd:MediaFile>map.png</ofd:MediaFile>"
          "</ofd:MultiMedia></ofd:MultiMedias></ofd:Res>" },
        { "Doc_0/Pages/Page_0/map.png", "a map" },
        { "Doc_0/Pages/Page_1/Content.xml", "<ofd:Page" OFD_NS "><ofd:Content><ofd:Layer ID=\"8\"/></ofd:Content></ofd:Page>" },
        { "Doc_0/Annots/Annotations.xml", "<ofd:Annotations" OFD_NS "><ofd:Page PageID=\"1\"><ofd:FileLoc>Page_0/Annotation.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>" },
        { "Doc_0/Annots/Page_0/Annotation.xml", "<ofd:PageAnnot" OFD_NS "><ofd:Annot ID=\"20\" Type=\"Highlight\" Creator=\"a\" LastModDate=\"2026-01-01\"/></ofd:PageAnnot>" },
        { "Doc_0/Attachs/Attachments.xml", "<ofd:Attachments" OFD_NS "><ofd:Attachment ID=\"21\" Name=\"list\" Format=\"txt\"><ofd:FileLoc>list.txt</ofd:FileLoc>"
          "</ofd:Attachment></ofd:Attachments>" },
        { "Doc_0/Attachs/list.txt", "what is attached" },
        { "Doc_0/Tags/CustomTags.xml", "<ofd:CustomTags" OFD_NS "><ofd:CustomTag TypeID=\"1\"><ofd:SchemaLoc>s.xsd</ofd:SchemaLoc><ofd:FileLoc>tag.xml</ofd:FileLoc>"
          "</ofd:CustomTag></ofd:CustomTags>" },
        { "Doc_0/Tags/tag.xml", "<tag/>" },
        { "Doc_0/Tags/s.xsd", "<schema/>" },
        { "Doc_0/Extensions.xml", "<ofd:Extensions" OFD_NS "><ofd:Extension AppName=\"a\" RefId=\"1\"><ofd:ExtendData>ext.dat</ofd:ExtendData></ofd:Extension></ofd:Extensions>" },
        { "Doc_0/ext.dat", "extended" },
        { SIGNS, "<ofd:Signatures" OFD_NS "></ofd:Signatures>" },
    };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        package_text(p, parts[i].name, parts[i].text);
}

/* How a signature is written; a zeroed one is honest: everything in the package but the list. */
struct sign_how {
    const char *const *leave_out;     /* parts that no reference names, NULL at the end */
    const char *only;                 /* instead: nothing but this part */
    bool with_list;                   /* Signatures.xml too: locks */
    bool no_references;               /* an empty list of them */
    const char *references;           /* XML of more references */
    const char *method;               /* CheckMethod; SM3 when NULL, "" leaves the attribute out */
    bool hash_with_z;                 /* dataHash is SM3(Z, data), as some products have it */
    const char *digest;               /* OpenSSL's name of what the digests really are, or "SM3(Z)"; SM3 when NULL */
    const char *annots;               /* XML of the places, one on page 1 when NULL */
    const char *property_info;        /* the signature's own path when NULL */
    struct jy_sm2 *key;               /* of whom; the signer's */
    struct jy_cert *cert;
    struct jy_seal *seal;             /* and whose seal: need not fit the others, as jy_ses_make would have it */
    jy_time when;                     /* now */
};

/* SM3(Z, data), Z of the honest signer. */
static inline void
sign_sm3_with_z(struct jy_slice data, uint8_t out[JY_SM3_SIZE])
{
    struct jy_buf all = { 0 };
    uint8_t z[JY_SM3_SIZE];

    MUST(jy_sm2_z(pki.signer_key, z));
    MUST(jy_buf_add(&all, JY_SLICE(z, sizeof(z))));
    MUST(jy_buf_add(&all, data));
    MUST(jy_sm3(jy_buf_slice(&all), out));
    jy_buf_free(&all);
}

/* A Reference to a location, absolute or not, with the digest of these bytes. */
static inline void
sign_reference(struct jy_buf *xml, const char *loc, struct jy_slice bytes, const char *algorithm)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (algorithm != NULL && strcmp(algorithm, "SM3(Z)") == 0) {
        sign_sm3_with_z(bytes, digest);
        len = JY_SM3_SIZE;
    } else if (EVP_Digest(bytes.p, bytes.len, digest, &len, EVP_get_digestbyname(algorithm == NULL ? "SM3" : algorithm), NULL) != 1)
        abort();
    MUST(jy_buf_fmt(xml, "<ofd:Reference FileRef=\"%s\"><ofd:CheckValue>", loc));
    MUST(jy_base64_encode(JY_SLICE(digest, len), xml));
    MUST(jy_buf_text(xml, "</ofd:CheckValue></ofd:Reference>"));
}

static inline bool
sign_takes_(const struct sign_how *how, const char *name)
{
    if (how->no_references || (!how->with_list && strcmp(name, SIGNS) == 0) || (how->only != NULL && strcmp(name, how->only) != 0))
        return false;
    for (const char *const *left = how->leave_out; left != NULL && *left != NULL; left++)
        if (strcmp(*left, name) == 0)
            return false;
    return true;
}

/* SES_Signature of GB/T 38540-2020 7.1, of whomever over whatever. */
static inline void
sign_value_(const struct sign_how *how, const uint8_t digest[JY_SM3_SIZE], const char *path, struct jy_buf *out)
{
    struct jy_buf inner = { 0 }, tbs = { 0 }, all = { 0 };
    uint8_t signature[JY_SM2_SIGNATURE_MAX];
    size_t len;

    MUST(jy_der_put_i64(&inner, 4));
    MUST(jy_buf_add(&inner, how->seal != NULL ? jy_seal_der(how->seal) : jy_buf_slice(&pki.seal_der)));
    MUST(jy_der_put_generalized_time(&inner, how->when != 0 ? how->when : pki.now));
    MUST(jy_der_put_bits(&inner, JY_SLICE(digest, JY_SM3_SIZE)));
    MUST(jy_der_put_text(&inner, DER_IA5, how->property_info != NULL ? how->property_info : path));
    MUST(jy_der_put(&tbs, DER_SEQUENCE, jy_buf_slice(&inner)));
    MUST(jy_sm2_sign(how->key != NULL ? how->key : pki.signer_key, jy_buf_slice(&tbs), signature, &len));
    MUST(jy_buf_add(&all, jy_buf_slice(&tbs)));
    MUST(jy_der_put(&all, DER_OCTET_STRING, jy_cert_der(how->cert != NULL ? how->cert : pki.signer)));
    MUST(jy_der_put_oid(&all, OID_SM2_WITH_SM3));
    MUST(jy_der_put_bits(&all, JY_SLICE(signature, len)));
    MUST(jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&all)));
    jy_buf_free(&inner);
    jy_buf_free(&tbs);
    jy_buf_free(&all);
}

/* The signature value over the Signature.xml that stands in the package as number n. */
static inline void
package_value(struct package *p, int n, const struct sign_how *how)
{
    const struct sign_how honest = { 0 };
    char path[200];
    uint8_t digest[JY_SM3_SIZE];
    struct jy_buf value = { 0 };

    if (how == NULL)
        how = &honest;
    snprintf(path, sizeof(path), "/Doc_0/Signs/Sign_%d/Signature.xml", n);
    if (how->hash_with_z)
        sign_sm3_with_z(jy_buf_slice(&package_must(p, path + 1)->bytes), digest);
    else
        MUST(jy_sm3(jy_buf_slice(&package_must(p, path + 1)->bytes), digest));
    sign_value_(how, digest, path, &value);
    snprintf(path, sizeof(path), "Doc_0/Signs/Sign_%d/SignedValue.dat", n);
    package_put(p, path, jy_buf_slice(&value));
    jy_buf_free(&value);
}

/* Signature number n of the package: list entry, Signature.xml, Seal.esl, SignedValue.dat. */
static inline void
package_sign(struct package *p, int n, const struct sign_how *how)
{
    const struct sign_how honest = { 0 };
    char path[200], entry[300], annot[200];
    struct jy_buf xml = { 0 };

    if (how == NULL)
        how = &honest;
    snprintf(entry, sizeof(entry),
             "<ofd:Signature ID=\"s%03d\" Type=\"Seal\" BaseLoc=\"/Doc_0/Signs/Sign_%d/Signature.xml\"/></ofd:Signatures>", 1 + 10 * n, n);
    package_edit(p, SIGNS, "</ofd:Signatures>", entry);
    snprintf(path, sizeof(path), "Doc_0/Signs/Sign_%d/Seal.esl", n);
    package_put(p, path, how->seal != NULL ? jy_seal_der(how->seal) : jy_buf_slice(&pki.seal_der));
    MUST(jy_buf_text(&xml, "<ofd:Signature" OFD_NS "><ofd:SignedInfo><ofd:Provider ProviderName=\"t\"/>"
                           "<ofd:SignatureMethod>1.2.156.10197.1.501</ofd:SignatureMethod><ofd:References"));
    if (how->method == NULL || how->method[0] != '\0')
        MUST(jy_buf_fmt(&xml, " CheckMethod=\"%s\"", how->method != NULL ? how->method : SM3_OID));
    MUST(jy_buf_text(&xml, ">"));
    for (size_t i = 0; i < p->count; i++)
        if (sign_takes_(how, p->list[i].name)) {
            snprintf(path, sizeof(path), "/%.190s", p->list[i].name);
            sign_reference(&xml, path, jy_buf_slice(&p->list[i].bytes), how->digest);
        }
    snprintf(annot, sizeof(annot), "<ofd:StampAnnot ID=\"s%03d\" PageRef=\"1\" Boundary=\"100 100 40 40\"/>", 2 + 10 * n);
    MUST(jy_buf_fmt(&xml, "%s</ofd:References>%s<ofd:Seal><ofd:BaseLoc>Seal.esl</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo>"
                          "<ofd:SignedValue>SignedValue.dat</ofd:SignedValue></ofd:Signature>",
                    how->references != NULL ? how->references : "", how->annots != NULL ? how->annots : annot));
    snprintf(path, sizeof(path), "Doc_0/Signs/Sign_%d/Signature.xml", n);
    package_put(p, path, jy_buf_slice(&xml));
    jy_buf_free(&xml);
    package_value(p, n, how);
}

#endif
