/* SPDX-License-Identifier: Apache-2.0 */
/* ofd_changes.h: what an attacker does to an OFD package that is more than to change words in a part. */
#ifndef JY_TEST_OFD_CHANGES_H
#define JY_TEST_OFD_CHANGES_H

#include "package.h"

#define PAGE0 "Doc_0/Pages/Page_0/Content.xml"
#define PAGE1 "Doc_0/Pages/Page_1/Content.xml"
#define DOCUMENT "Doc_0/Document.xml"
#define SIGNATURE0 "Doc_0/Signs/Sign_0/Signature.xml"
#define VALUE0 "Doc_0/Signs/Sign_0/SignedValue.dat"
#define SEAL0 "Doc_0/Signs/Sign_0/Seal.esl"

static void
copy_part(struct package *p, const char *from, const char *to)
{
    struct jy_buf bytes = { 0 };

    MUST(jy_buf_add(&bytes, jy_buf_slice(&package_must(p, from)->bytes)));
    package_put(p, to, jy_buf_slice(&bytes));
    jy_buf_free(&bytes);
}

/* Another document beside the first one, all of it new. */
static void
other_document(struct package *p)
{
    package_text(p, "Doc_1/Document.xml",
           "<ofd:Document" OFD_NS "><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
                                          "</ofd:CommonData><ofd:Pages><ofd:Page ID=\"1\" BaseLoc=\"P.xml\"/></ofd:Pages></ofd:Document>");
    package_text(p, "Doc_1/P.xml", "<ofd:Page" OFD_NS "><ofd:Content><ofd:Layer ID=\"5\"/></ofd:Content></ofd:Page>");
}

static void
second_body(struct package *p)
{
    other_document(p);
    package_edit(p, "OFD.xml", "</ofd:OFD>", "<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>");
}

static void
other_body_first(struct package *p)
{
    other_document(p);
    package_edit(p, "OFD.xml", "<ofd:DocBody>", "<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot></ofd:DocBody><ofd:DocBody>");
}

static void
root_switched(struct package *p)
{
    other_document(p);
    package_edit(p, "OFD.xml", "Doc_0/Document.xml", "Doc_1/Document.xml");
}

/* The same where the signer has protected that document as well: as an attachment, or as something left over. */
static void
root_switched_to_protected(struct package *p)
{
    static const char *const left_out[] = { "OFD.xml", NULL };
    struct package before = { 0 };

    package_free(p);
    package_base(&before);
    other_document(&before);
    package_sign(&before, 0, &(const struct sign_how){ .leave_out = left_out });
    package_edit(&before, "OFD.xml", "Doc_0/Document.xml", "Doc_1/Document.xml");
    *p = before;
}

/* The document that readers show who find DocRoot or DocBody where none belongs. */
static void
root_astray(struct package *p)
{
    other_document(p);
    package_edit(p, "OFD.xml", "</ofd:DocInfo>", "<ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot></ofd:DocInfo>");
}

static void
root_in_foreign(struct package *p)
{
    other_document(p);
    package_edit(p, "OFD.xml", "<ofd:DocRoot>", "<x:a xmlns:x=\"urn:x\"><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot></x:a><ofd:DocRoot>");
}

static void
body_astray(struct package *p)
{
    other_document(p);
    package_edit(p, "OFD.xml", "<ofd:DocBody>",
                 "<ofd:DocBodies><ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:DocBodies><ofd:DocBody>");
}

static void
root_in_pieces(struct package *p)
{
    other_document(p);
    package_edit(p, "OFD.xml", ">Doc_0/Document.xml", ">Doc_1/Document.xml<!-- -->/../../Doc_0/Document.xml");
}

static void
version_switched(struct package *p)
{
    other_document(p);
    package_text(p, "Doc_0/V1.xml", "<ofd:DocVersion" OFD_NS " ID=\"2\" Version=\"2\"><ofd:FileList><ofd:File ID=\"1\">/Doc_1/P.xml</ofd:File></ofd:FileList>"
                                    "<ofd:DocRoot>/Doc_1/Document.xml</ofd:DocRoot></ofd:DocVersion>");
    package_edit(p, "OFD.xml", "<ofd:Signatures>",
                 "<ofd:Versions><ofd:Version ID=\"2\" Index=\"1\" Current=\"true\" BaseLoc=\"Doc_0/V1.xml\"/></ofd:Versions><ofd:Signatures>");
}

static void
version_signed(struct package *p)
{
    struct package before = { 0 };

    package_free(p);
    package_base(&before);
    version_switched(&before);
    package_sign(&before, 0, NULL);
    *p = before;
}

static void
bodies_signed(struct package *p)
{
    struct package before = { 0 };

    package_free(p);
    package_base(&before);
    second_body(&before);
    package_sign(&before, 0, NULL);
    *p = before;
}

static void
nested_package(struct package *p)
{
    struct package inner = { 0 };
    struct jy_buf bytes = { 0 };

    package_base(&inner);
    package_zip(&inner, &bytes);
    package_put(p, "Doc_0/Attachs/other.ofd", jy_buf_slice(&bytes));
    jy_buf_free(&bytes);
    package_free(&inner);
}

/* The value as text; `broken`: with a digit that is none. */
static void
value_as_text(struct package *p, bool broken)
{
    struct jy_buf text = { 0 };

    MUST(jy_base64_encode(jy_buf_slice(&package_must(p, VALUE0)->bytes), &text));
    if (broken)
        text.p[text.len / 2] = '*';
    package_put(p, VALUE0, jy_buf_slice(&text));
    jy_buf_free(&text);
}

static void
value_in_base64(struct package *p)
{
    value_as_text(p, false);
}

static void
value_in_broken_base64(struct package *p)
{
    value_as_text(p, true);
}

/* The files of a signature from a document whose page says 900. */
static void
lifted_signature(struct package *p)
{
    static const char *const files[] = { SIGNATURE0, VALUE0, SEAL0 };
    struct package other = { 0 };

    package_base(&other);
    package_edit(&other, PAGE0, "100", "900");
    package_sign(&other, 0, NULL);
    for (size_t i = 0; i < 3; i++)
        package_put(p, files[i], jy_buf_slice(&package_must(&other, files[i])->bytes));
    package_free(&other);
}

/* Somebody else's key and certificate of the same name, under a CA of theirs. */
static struct jy_sm2 *evil_key;
static struct jy_cert *evil_cert;
static struct jy_seal *evil_seal;

static void
be_evil(void)
{
    struct jy_issue what = { .common_name = "1201010000001", .organization = "Test", .not_before = pki.now - 86400, .not_after = pki.now + 86400,
           .path_length = -1 };
    struct jy_buf picture = load_file(JY_DATA "/pictures/seal-alpha.png"), der = { 0 };
    struct jy_seal_fields fields;

    if (evil_key == NULL) {
        MUST(jy_sm2_generate(&evil_key));
        what.serial[15] = 66;
        what.issuer_key = what.subject_key = evil_key;
        MUST(jy_cert_issue(&what, &evil_cert, NULL));
        fields = (struct jy_seal_fields){ "JINYIN", "1201010000001", 1, "测试印章", evil_cert, pki.now - 3600, pki.now - 86400, pki.now + 86400, "PNG",
                                          jy_buf_slice(&picture), 40, 40 };
        MUST(jy_seal_make(&fields, evil_key, evil_cert, &der, NULL));
        MUST(jy_seal_parse(jy_buf_slice(&der), &evil_seal, NULL));
    }
    jy_buf_free(&picture);
    jy_buf_free(&der);
}

static void
end_evil(void)
{
    jy_seal_free(evil_seal);
    jy_cert_free(evil_cert);
    jy_sm2_free(evil_key);
}

/* Signed over anew by somebody else: with the genuine seal, with a seal of theirs, with the genuine certificate. */
static void
signed_again(struct package *p, struct jy_seal *seal, struct jy_cert *cert)
{
    struct sign_how how = { .seal = seal, .cert = cert };
    struct package again = { 0 };

    package_free(p);
    package_base(&again);
    package_edit(&again, PAGE0, "100", "900");
    how.key = evil_key;
    package_sign(&again, 0, &how);
    *p = again;
}

static void
lifted_seal(struct package *p)
{
    be_evil();
    signed_again(p, pki.seal, evil_cert);
}

static void
forged_seal(struct package *p)
{
    be_evil();
    signed_again(p, evil_seal, evil_cert);
}

static void
borrowed_certificate(struct package *p)
{
    be_evil();
    signed_again(p, pki.seal, pki.signer);
}

/* A further signature, whose stamps lie over what the first one has signed. */
static void
page_covered(struct package *p)
{
    package_sign(p, 1, &(struct sign_how){ .annots = "<ofd:StampAnnot ID=\"s012\" PageRef=\"1\" Boundary=\"0 0 210 297\"/>" });
}

static void
page_covered_in_strips(struct package *p)
{
    package_sign(p, 1, &(struct sign_how){ .annots = "<ofd:StampAnnot ID=\"s012\" PageRef=\"1\" Boundary=\"0 0 210 40\"/>"
        "<ofd:StampAnnot ID=\"s013\" PageRef=\"1\" Boundary=\"0 40 210 40\"/><ofd:StampAnnot ID=\"s014\" PageRef=\"1\" Boundary=\"0 80 210 40\"/>" });
}

/* Ten parties more on one page: 10 × 40 × 40 mm are a quarter of it. */
static void
ten_parties(struct package *p)
{
    for (int i = 0; i < 10; i++)
        package_sign(p, 1 + i, NULL);
}

/* The same, and named first: the list is protected by nobody. */
static void
page_covered_by_first(struct package *p)
{
    page_covered(p);
    package_edit(p, SIGNS, "<ofd:Signature ID=\"s011\" Type=\"Seal\" BaseLoc=\"/Doc_0/Signs/Sign_1/Signature.xml\"/>", "");
    package_edit(p, SIGNS, "<ofd:Signature ", "<ofd:Signature ID=\"s011\" Type=\"Seal\" BaseLoc=\"/Doc_0/Signs/Sign_1/Signature.xml\"/><ofd:Signature ");
}

/* A signature that only those readers find who look for the element anywhere. */
static void
list_nested(struct package *p)
{
    page_covered(p);
    package_edit(p, SIGNS, "<ofd:Signature ID=\"s011\"", "<ofd:Group><ofd:Signature ID=\"s011\"");
    package_edit(p, SIGNS, "</ofd:Signatures>", "</ofd:Group></ofd:Signatures>");
}

static void
list_lower_case(struct package *p)
{
    page_covered(p);
    package_edit(p, SIGNS, "<ofd:Signature ID=\"s011\"", "<ofd:signature ID=\"s011\"");
}

/* The list counts from its own folder; another Signature.xml lies where readers look that count from the root. */
static void
signature_shadowed(struct package *p)
{
    page_covered(p);
    package_rename(p, "Doc_0/Signs/Sign_1/Signature.xml", "Sign_0/Signature.xml");
    package_rename(p, "Doc_0/Signs/Sign_1/SignedValue.dat", "Sign_0/SignedValue.dat");
    package_rename(p, "Doc_0/Signs/Sign_1/Seal.esl", "Sign_0/Seal.esl");
    package_edit(p, SIGNS, "<ofd:Signature ID=\"s011\" Type=\"Seal\" BaseLoc=\"/Doc_0/Signs/Sign_1/Signature.xml\"/>", "");
    package_edit(p, SIGNS, "/" SIGNATURE0, "Sign_0/Signature.xml");
}

/* GM/T 0099 ImageLoc: the picture that is drawn as the seal, named by the signature and protected by nothing. */
static void
image_of_seal(struct package *p)
{
    package_edit(p, SIGNATURE0, "</ofd:Seal>", "<ofd:ImageLoc>seal.png</ofd:ImageLoc></ofd:Seal>");
    package_value(p, 0, NULL);
    package_text(p, "Doc_0/Signs/Sign_0/seal.png", "another picture");
}

/* Programs show this date. */
static void
date_shown(struct package *p, const char *date)
{
    char xml[100];

    snprintf(xml, sizeof(xml), "<ofd:SignatureDateTime>%s</ofd:SignatureDateTime><ofd:References", date);
    package_edit(p, SIGNATURE0, "<ofd:References", xml);
    package_value(p, 0, NULL);
}

static void
date_of_another_year(struct package *p)
{
    date_shown(p, "20200620091849Z");
}

static void
date_to_come(struct package *p)
{
    date_shown(p, "2027-01-01 00:00:00");
}

static void
date_in_local_time(struct package *p)
{
    date_shown(p, "2026-05-29 04:26:40");
}

/* The parts of a seal's own files in pieces, signed so. */
static void
seal_in_pieces(struct package *p)
{
    package_edit(p, SIGNATURE0, ">Seal.esl<", ">Other.esl<?a?>/../Seal.esl<");
    package_value(p, 0, NULL);
}

static void
other_seal_file(struct package *p)
{
    be_evil();
    package_put(p, SEAL0, jy_seal_der(evil_seal));
}

/* The references count from the signature's folder and are found from the document's, as some products write them; then the very bytes that were
 * signed are put where the references point, and the page itself is changed. */
static void
planted_original(struct package *p)
{
    struct jy_buf xml = { 0 };
    struct sign_how how = { .leave_out = (const char *const[]){ PAGE0, NULL } };
    struct package again = { 0 };

    package_free(p);
    package_base(&again);
    sign_reference(&xml, "Pages/Page_0/Content.xml", jy_buf_slice(&package_must(&again, PAGE0)->bytes), NULL);
    MUST(jy_buf_byte(&xml, 0));
    how.references = (char *)xml.p;
    package_sign(&again, 0, &how);
    copy_part(&again, PAGE0, "Doc_0/Signs/Sign_0/Pages/Page_0/Content.xml");
    package_edit(&again, PAGE0, "100", "900");
    *p = again;
    jy_buf_free(&xml);
}

static void
locked_and_added(struct package *p)
{
    struct sign_how locking = { .with_list = true };
    struct package again = { 0 };
    char *list;

    package_free(p);
    package_base(&again);
    /* The list already names the signature when it is digested. */
    package_edit(&again, SIGNS, "</ofd:Signatures>", "<ofd:Signature ID=\"s001\" BaseLoc=\"/" SIGNATURE0 "\"/></ofd:Signatures>");
    MUST(jy_buf_byte(&package_must(&again, SIGNS)->bytes, 0));
    list = strdup((char *)package_must(&again, SIGNS)->bytes.p);
    package_text(&again, SIGNS, "<ofd:Signatures" OFD_NS "></ofd:Signatures>");
    package_sign(&again, 0, NULL);
    package_text(&again, SIGNS, list);
    package_drop(&again, SIGNATURE0);
    package_drop(&again, VALUE0);
    {
        struct jy_buf xml = { 0 };

        MUST(jy_buf_text(&xml, "<ofd:Signature" OFD_NS "><ofd:SignedInfo><ofd:References CheckMethod=\"" SM3_OID "\">"));
        for (size_t i = 0; i < again.count; i++) {
            char loc[220];

            snprintf(loc, sizeof(loc), "/%s", again.list[i].name);
            sign_reference(&xml, loc, jy_buf_slice(&again.list[i].bytes), NULL);
        }
        MUST(jy_buf_text(&xml, "</ofd:References><ofd:StampAnnot ID=\"s002\" PageRef=\"1\" Boundary=\"100 100 40 40\"/>"
                               "<ofd:Seal><ofd:BaseLoc>Seal.esl</ofd:BaseLoc>"
                               "</ofd:Seal></ofd:SignedInfo><ofd:SignedValue>SignedValue.dat</ofd:SignedValue></ofd:Signature>"));
        package_put(&again, SIGNATURE0, jy_buf_slice(&xml));
        package_value(&again, 0, &locking);
        jy_buf_free(&xml);
    }
    package_sign(&again, 1, NULL);
    free(list);
    *p = again;
}

static void
large_part(struct package *p)
{
    struct jy_buf xml = { 0 };

    MUST(jy_buf_text(&xml, "<ofd:Page><!--"));
    MUST(jy_buf_reserve(&xml, 9u << 20));
    memset(xml.p + xml.len, 'x', 9u << 20);
    xml.len += 9u << 20;
    for (size_t i = 20; i < xml.len; i += 61)          /* not too well packed */
        xml.p[i] = (uint8_t)('a' + i * i % 23);
    MUST(jy_buf_text(&xml, "--></ofd:Page>"));
    package_put(p, PAGE1, jy_buf_slice(&xml));
    jy_buf_free(&xml);
}

static void
deep_part(struct package *p)
{
    struct jy_buf xml = { 0 };

    MUST(jy_buf_text(&xml, "<ofd:Page>"));
    for (int i = 0; i < 100; i++)
        MUST(jy_buf_text(&xml, "<a>"));
    package_put(p, PAGE1, jy_buf_slice(&xml));
    jy_buf_free(&xml);
}

static void
wide_part(struct package *p)
{
    struct jy_buf xml = { 0 };

    MUST(jy_buf_text(&xml, "<ofd:Page><ofd:Content"));
    for (int i = 0; i < 100; i++)
        MUST(jy_buf_fmt(&xml, " a%d=''", i));
    MUST(jy_buf_text(&xml, "/></ofd:Page>"));
    package_put(p, PAGE1, jy_buf_slice(&xml));
    jy_buf_free(&xml);
}

#endif
