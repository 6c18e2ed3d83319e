/* SPDX-License-Identifier: Apache-2.0 */
/* The document: what is shown and not protected, references that protect nothing, signatures that come from elsewhere, what must not be stamped. */
#include "ofd_changes.h"

/* A change of the package: `from` becomes `to` in a part; without from the part is put, without to dropped. */
struct edit {
    const char *part, *from, *to;
};
typedef void (*change)(struct package *p);
struct ofd_row {
    struct sign_how how;
    struct edit before[3], after[3];  /* the signing */
    change then;                      /* after all of that */
    int signatures;                   /* one more after the first; each by the row's how */
    bool unsigned_;
};

static void
edit(struct package *p, const struct edit *list)
{
    for (int i = 0; i < 3 && list[i].part != NULL; i++)
        if (list[i].from != NULL)
            package_edit(p, list[i].part, list[i].from, list[i].to);
        else if (list[i].to != NULL)
            package_text(p, list[i].part, list[i].to);
        else
            package_drop(p, list[i].part);
}

static void
make_package(const struct attack *self, struct jy_buf *out)
{
    static const struct ofd_row honest;
    const struct ofd_row *row = self->arg == NULL ? &honest : self->arg;
    struct package p = { 0 };

    package_base(&p);
    edit(&p, row->before);
    for (int i = 0; !row->unsigned_ && i <= row->signatures; i++)
        package_sign(&p, i, &row->how);
    edit(&p, row->after);
    if (row->then != NULL)
        row->then(&p);
    package_zip(&p, out);
    package_free(&p);
}

#define SIGNED(...) make_package, &(const struct ofd_row){ __VA_ARGS__ }
#define LEAVE_OUT(...) .how.leave_out = (const char *const[]){ __VA_ARGS__, NULL }
#define BEFORE(...) .before = { { __VA_ARGS__ } }
#define AFTER(...) .after = { { __VA_ARGS__ } }
#define INVALID .verdict = JY_INVALID
#define WARNS .verdict = JY_VALID_WITH_WARNING
/* A part that is shown and left out of the references. */
#define UNCOVERED(name, what, part) { "uncovered-" name, what, SIGNED(LEAVE_OUT(part)), INVALID, FAILS(COVERAGE), .names = part }
/* A part that is changed after signing. */
#define CHANGED(name, what, part) { "changed-" name, what, SIGNED(AFTER(part, NULL, "changed")), INVALID, FAILS(DOC_MODIFIED), .names = part }
/* An action on the page, from before the signing: a verifier tells of it, and it is nothing to stamp. */
#define ACTION(name, what, event, action) { "action-" name, what, SIGNED(BEFORE(PAGE0, "<ofd:Content>",                                                   \
    "<ofd:Content><ofd:Layer ID=\"90\"><ofd:TextObject ID=\"91\"><ofd:Actions><ofd:Action Event=\"" event "\">" action "</ofd:Action></ofd:Actions>"       \
    "</ofd:TextObject></ofd:Layer>")), WARNS, FAILS(SHOWN_ALIKE), .stamping = JY_E_ACTIVE_CONTENT }

static const struct attack rows[] = {
    { "honest", "the package as every row makes it", make_package, WARNS },
    { "honest-twice", "two signatures, the second over the first", SIGNED(.signatures = 1), WARNS },

    /* a part is changed */
    CHANGED("attachment", "an attachment", "Doc_0/Attachs/list.txt"),
    CHANGED("picture", "a picture on the page is swapped", "Doc_0/Res/logo.png"),
    CHANGED("font", "a font whose letters look otherwise", "Doc_0/Res/song.ttf"),
    CHANGED("template-picture", "a picture of a template", "Doc_0/Tpls/Tpl_0/paper.png"),
    CHANGED("extension", "data of an extension", "Doc_0/ext.dat"),
    CHANGED("tag", "a file of the custom tags", "Doc_0/Tags/tag.xml"),
    { "changed-page", "an amount on the page", SIGNED(AFTER(PAGE0, "100", "900")), INVALID, FAILS(DOC_MODIFIED), .names = PAGE0 },
    { "changed-template", "the template", SIGNED(AFTER("Doc_0/Tpls/Tpl_0/Content.xml", "ID=\"10\"", "ID=\"70\"")), INVALID, FAILS(DOC_MODIFIED),
      .names = "Tpl_0" },
    { "changed-annotation", "an annotation is added to the page", SIGNED(AFTER("Doc_0/Annots/Page_0/Annotation.xml", "</ofd:PageAnnot>",
      "<ofd:Annot ID=\"22\" Type=\"Stamp\" Creator=\"a\" LastModDate=\"2026-01-01\"/></ofd:PageAnnot>")), INVALID, FAILS(DOC_MODIFIED),
      .names = "Annotation.xml" },
    { "changed-page-order", "two pages change places", SIGNED(.after = { { DOCUMENT, "Page_0/Content.xml", "Page_9/Content.xml" },
      { DOCUMENT, "Page_1/Content.xml", "Page_0/Content.xml" }, { DOCUMENT, "Page_9/Content.xml", "Page_1/Content.xml" } }), INVALID, FAILS(DOC_MODIFIED),
      .names = DOCUMENT },
    { "changed-seal", "the seal's file is swapped", SIGNED(.then = other_seal_file), INVALID, FAILS(SEAL_MISMATCH) },
    { "changed-seal-uncovered", "the same where no reference protects it", SIGNED(LEAVE_OUT(SEAL0), .then = other_seal_file), INVALID, FAILS(SEAL_MISMATCH) },
    { "removed-picture", "a protected picture is taken out", SIGNED(AFTER("Doc_0/Res/logo.png")), INVALID, FAILS(DOC_MODIFIED), .names = "logo.png" },

    /* a part is shown and not protected */
    UNCOVERED("document", "Document.xml: pages can be added", DOCUMENT),
    UNCOVERED("page", "one page", PAGE1),
    UNCOVERED("page-resources", "the resources of a page", "Doc_0/Pages/Page_0/PageRes.xml"),
    UNCOVERED("page-picture", "a picture in them", "Doc_0/Pages/Page_0/map.png"),
    UNCOVERED("template", "a template", "Doc_0/Tpls/Tpl_0/Content.xml"),
    UNCOVERED("template-resources", "the resources of a template", "Doc_0/Tpls/Tpl_0/TplRes.xml"),
    UNCOVERED("template-picture", "a picture in them", "Doc_0/Tpls/Tpl_0/paper.png"),
    UNCOVERED("public-resources", "the public resources", "Doc_0/PublicRes.xml"),
    UNCOVERED("document-resources", "the document's resources", "Doc_0/DocumentRes.xml"),
    UNCOVERED("picture", "a picture", "Doc_0/Res/logo.png"),
    UNCOVERED("font", "a font", "Doc_0/Res/song.ttf"),
    UNCOVERED("annotations", "the list of annotations", "Doc_0/Annots/Annotations.xml"),
    UNCOVERED("annotation", "the annotations of a page", "Doc_0/Annots/Page_0/Annotation.xml"),
    UNCOVERED("attachments", "the list of attachments", "Doc_0/Attachs/Attachments.xml"),
    UNCOVERED("attachment", "an attachment", "Doc_0/Attachs/list.txt"),
    UNCOVERED("tags", "the list of custom tags", "Doc_0/Tags/CustomTags.xml"),
    UNCOVERED("tag", "a file of custom tags", "Doc_0/Tags/tag.xml"),
    UNCOVERED("extensions", "the list of extensions", "Doc_0/Extensions.xml"),
    UNCOVERED("extension", "data of an extension", "Doc_0/ext.dat"),
    { "uncovered-all-but-one", "only one part is protected", SIGNED(.how.only = PAGE1), INVALID, FAILS(COVERAGE), .names = PAGE0 },
    { "uncovered-by-two-kinds", "a resource part that is an attachment, too: its pictures must not be overlooked",
      SIGNED(BEFORE("Doc_0/Attachs/Attachments.xml", "list.txt", "../DocumentRes.xml"), LEAVE_OUT("Doc_0/Res/logo.png")), INVALID, FAILS(COVERAGE),
      .names = "logo.png" },
    { "uncovered-seal", "the seal's own file", SIGNED(LEAVE_OUT(SEAL0)), WARNS, FAILS(COVERAGE_EXTRA), .names = "Seal.esl" },
    { "uncovered-root", "OFD.xml, which with one document leads to nothing new", SIGNED(LEAVE_OUT("OFD.xml")), WARNS, FAILS(COVERAGE_EXTRA),
      .names = "OFD.xml" },
    { "shadow-without-base", "another picture where readers look that overlook BaseLoc", SIGNED(AFTER("Doc_0/logo.png", NULL, "x")), INVALID, FAILS(COVERAGE),
      .names = "Doc_0/logo.png" },
    { "shadow-from-root", "another picture where readers look that count from the root", SIGNED(AFTER("logo.png", NULL, "x")), INVALID, FAILS(COVERAGE),
      .names = "logo.png" },
    { "shadow-page", "another page, likewise", SIGNED(AFTER("Pages/Page_0/Content.xml", NULL, "<Page/>")), INVALID, FAILS(COVERAGE), .names = "Pages/Page_0" },
    { "smuggled-file", "a file that nothing names", SIGNED(AFTER("Doc_0/evil.bin", NULL, "x")), WARNS, FAILS(COVERAGE_EXTRA), .names = "evil.bin" },
    { "smuggled-package", "a package inside the package", SIGNED(.then = nested_package), WARNS, FAILS(COVERAGE_EXTRA), .names = "other.ofd" },
    { "late-annotation", "an annotation over the amount, where annotations are not protected",
      SIGNED(LEAVE_OUT("Doc_0/Annots/Annotations.xml", "Doc_0/Annots/Page_0/Annotation.xml"), AFTER("Doc_0/Annots/Annotations.xml", "PageID=\"1\"",
      "PageID=\"2\"")),
      INVALID, FAILS(COVERAGE), .names = "Annotations.xml" },
    { "late-page", "a page is added where Document.xml is not protected", SIGNED(LEAVE_OUT(DOCUMENT), .after = {
      { DOCUMENT, "</ofd:Pages>", "<ofd:Page ID=\"30\" BaseLoc=\"Pages/P.xml\"/></ofd:Pages>" }, { "Doc_0/Pages/P.xml", NULL, "<ofd:Page" OFD_NS "/>" } }),
      INVALID, FAILS(COVERAGE), .names = "Doc_0/Pages/P.xml" },
    { "late-template", "a template over all pages, likewise", SIGNED(LEAVE_OUT(DOCUMENT), .after = {
      { DOCUMENT, "</ofd:CommonData>", "<ofd:TemplatePage ID=\"31\" ZOrder=\"Foreground\" BaseLoc=\"T.xml\"/></ofd:CommonData>" },
      { "Doc_0/T.xml", NULL, "<ofd:Page" OFD_NS "/>" } }), INVALID, FAILS(COVERAGE), .names = "Doc_0/T.xml" },
    { "late-attachment", "an attachment is added where the list is not protected", SIGNED(LEAVE_OUT("Doc_0/Attachs/Attachments.xml"), .after = {
      { "Doc_0/Attachs/Attachments.xml", "</ofd:Attachments>",
      "<ofd:Attachment ID=\"33\"><ofd:FileLoc>a.exe</ofd:FileLoc></ofd:Attachment></ofd:Attachments>" },
      { "Doc_0/Attachs/a.exe", NULL, "MZ" } }), INVALID, FAILS(COVERAGE), .names = "a.exe" },
    { "late-cover", "a cover picture is named in OFD.xml", SIGNED(LEAVE_OUT("OFD.xml"), .after = {
      { "OFD.xml", "</ofd:DocInfo>", "<ofd:Cover>Doc_0/cover.png</ofd:Cover></ofd:DocInfo>" }, { "Doc_0/cover.png", NULL, "x" } }), INVALID, FAILS(COVERAGE),
      .names = "cover.png" },
    { "outside-address", "a picture from an address", SIGNED(BEFORE("Doc_0/DocumentRes.xml", "logo.png", "http://example.org/logo.png")), INVALID,
      FAILS(COVERAGE),
      .names = "http://example.org/logo.png", .stamping = JY_E_ACTIVE_CONTENT },
    { "outside-file", "a picture from the reader's disk", SIGNED(BEFORE("Doc_0/DocumentRes.xml", "logo.png", "../../../../etc/logo.png")), INVALID,
      FAILS(COVERAGE),
      .names = "etc/logo.png", .stamping = JY_E_ACTIVE_CONTENT },
    { "outside-share", "a picture from a share", SIGNED(BEFORE("Doc_0/DocumentRes.xml", "logo.png", "//host/logo.png")), INVALID, FAILS(COVERAGE) },

    /* other documents in the package */
    { "body-second", "a second document is added", SIGNED(.then = second_body), INVALID, FAILS(DOC_MODIFIED), .names = "OFD.xml" },
    { "body-second-unseen", "the same where OFD.xml is not protected", SIGNED(LEAVE_OUT("OFD.xml"), .then = second_body), INVALID, FAILS(COVERAGE),
      .names = "Doc_1/P.xml" },
    { "body-first-unseen", "another document is put before the signed one: that one is shown", SIGNED(LEAVE_OUT("OFD.xml"), .then = other_body_first),
      INVALID,
      FAILS(COVERAGE), .names = "Doc_1/P.xml" },
    { "body-signed", "two documents, all protected by the first one's signature", SIGNED(.then = bodies_signed), WARNS },
    { "body-root-twice", "one DocBody with two roots", SIGNED(BEFORE("OFD.xml", "<ofd:DocRoot>",
      "<ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot><ofd:DocRoot>")),
      .refused = JY_E_AMBIGUOUS },
    { "body-root-switched", "DocRoot leads to another document", SIGNED(LEAVE_OUT("OFD.xml"), .then = root_switched), INVALID, FAILS(COVERAGE),
      .names = "Doc_1/P.xml" },
    { "body-root-switched-to-protected", "the same to a document that the signature protects, too", SIGNED(.then = root_switched_to_protected), INVALID,
      FAILS(COVERAGE), .names = "OFD.xml" },
    { "body-left-over", "OFD.xml is not protected, and could name another document that is", SIGNED(LEAVE_OUT("OFD.xml"), .before = {
      { "Doc_0/Attachs/Attachments.xml", "list.txt", "list.xml" }, { "Doc_0/Attachs/list.xml", NULL, "<!-- --><x:Document xmlns:x='urn:x'/>" } }), INVALID,
      FAILS(COVERAGE), .names = "OFD.xml" },
    { "body-left-over-protected", "the same where OFD.xml is protected", SIGNED(.before = {
      { "Doc_0/Attachs/Attachments.xml", "list.txt", "list.xml" }, { "Doc_0/Attachs/list.xml", NULL, "<!-- --><x:Document xmlns:x='urn:x'/>" } }), WARNS },
    { "body-root-other-element", "DocRoot leads to a part that is no document", SIGNED(LEAVE_OUT("OFD.xml"), AFTER("OFD.xml", "Doc_0/Document.xml",
      PAGE0)), .refused = JY_E_FORMAT },
    { "version-switched", "another version that is called the current one", SIGNED(LEAVE_OUT("OFD.xml"), .then = version_switched), INVALID, FAILS(COVERAGE),
      .names = "Doc_1/P.xml" },
    { "version-signed", "a signed package that shows one document or another", SIGNED(.then = version_signed), WARNS, FAILS(DEVIATION),
      .names = "OTHER_VERSION",
      .stamping = JY_E_AMBIGUOUS },
    { "pages-twice", "two lists of pages: which is shown?", SIGNED(BEFORE(DOCUMENT, "<ofd:Outlines>",
      "<ofd:Pages><ofd:Page ID=\"40\" BaseLoc=\"Pages/Page_1/Content.xml\"/>"
      "</ofd:Pages><ofd:Outlines>")), .refused = JY_E_AMBIGUOUS },
    { "content-twice", "a page with two contents: which is drawn?", SIGNED(BEFORE(PAGE0, "<ofd:Content>", "<ofd:Content/><ofd:Content>")),
      .refused = JY_E_AMBIGUOUS },
    { "template-content-twice", "a template with two contents", SIGNED(BEFORE("Doc_0/Tpls/Tpl_0/Content.xml", "<ofd:Content>", "<ofd:Content/><ofd:Content>")),
      .refused = JY_E_AMBIGUOUS },

    { "body-root-astray", "a second DocRoot inside DocInfo", SIGNED(LEAVE_OUT("OFD.xml"), .then = root_astray), INVALID, FAILS(COVERAGE),
      .names = "Doc_1/P.xml" },
    { "body-root-foreign", "a DocRoot inside an element of another namespace", SIGNED(LEAVE_OUT("OFD.xml"), .then = root_in_foreign), INVALID,
      FAILS(COVERAGE), .names = "Doc_1/P.xml" },
    { "body-astray", "a DocBody inside another element", SIGNED(LEAVE_OUT("OFD.xml"), .then = body_astray), INVALID, FAILS(COVERAGE),
      .names = "Doc_1/P.xml" },

    /* locations that readers read differently, and what is planted for the others */
    { "location-root-in-pieces", "a comment in DocRoot: who takes the first text shows another document", SIGNED(LEAVE_OUT("OFD.xml"),
      .then = root_in_pieces), .refused = JY_E_AMBIGUOUS },
    { "location-in-pieces", "a comment in a location", SIGNED(BEFORE(DOCUMENT, ">PublicRes.xml<", ">Other.xml<!-- -->/../PublicRes.xml<")),
      .refused = JY_E_AMBIGUOUS },
    { "location-in-cdata-pieces", "half of a location in a CDATA section", SIGNED(BEFORE(DOCUMENT, ">PublicRes.xml<",
      ">Other.xml<![CDATA[/../PublicRes.xml]]><")), .refused = JY_E_AMBIGUOUS },
    { "location-of-seal-in-pieces", "a processing instruction in the location of the seal", SIGNED(.then = seal_in_pieces), .refused = JY_E_AMBIGUOUS },
    { "location-in-cdata", "a location as one CDATA section with comments around: all read the same", SIGNED(BEFORE(DOCUMENT, ">PublicRes.xml<",
      "><!-- a --><![CDATA[PublicRes.xml]]><!-- b --><")), WARNS },
    { "location-percent", "who takes percent escapes off shows another picture", SIGNED(.before = { { "Doc_0/DocumentRes.xml", "logo.png", "logo%2Epng" },
      { "Doc_0/Res/logo%2Epng", NULL, "a picture" }, { "Doc_0/Res/logo.png" } }, AFTER("Doc_0/Res/logo.png", NULL, "planted")), INVALID, FAILS(COVERAGE),
      .names = "Doc_0/Res/logo.png" },
    { "location-percent-honest", "the same with nothing planted", SIGNED(.before = { { "Doc_0/DocumentRes.xml", "logo.png", "logo%2Epng" },
      { "Doc_0/Res/logo%2Epng", NULL, "a picture" }, { "Doc_0/Res/logo.png" } }), WARNS },
    { "location-query", "who cuts what follows ? shows another picture", SIGNED(.before = { { "Doc_0/DocumentRes.xml", "logo.png", "logo.png?1" },
      { "Doc_0/Res/logo.png?1", NULL, "a picture" }, { "Doc_0/Res/logo.png" } }, AFTER("Doc_0/Res/logo.png", NULL, "planted")), INVALID, FAILS(COVERAGE),
      .names = "Doc_0/Res/logo.png" },
    { "location-no-break-blank", "who trims more than XML does shows another picture", SIGNED(.before = {
      { "Doc_0/DocumentRes.xml", "logo.png", "\u00a0logo.png" }, { "Doc_0/Res/\u00a0logo.png", NULL, "a picture" }, { "Doc_0/Res/logo.png" } },
      AFTER("Doc_0/Res/logo.png", NULL, "planted")), INVALID, FAILS(COVERAGE), .names = "Doc_0/Res/logo.png" },
    { "location-awaited-dot", "a picture that was missing is planted under the name that Windows makes of the location", SIGNED(.before = {
      { "Doc_0/DocumentRes.xml", "logo.png", "logo.png." }, { "Doc_0/Res/logo.png" } }, AFTER("Doc_0/Res/logo.png", NULL, "planted")), INVALID,
      FAILS(COVERAGE), .names = "Doc_0/Res/logo.png" },
    { "location-awaited-composed", "the same, composed where the location is decomposed", SIGNED(.before = {
      { "Doc_0/DocumentRes.xml", "logo.png", "e\u0301.png" }, { "Doc_0/Res/logo.png" } }, AFTER("Doc_0/Res/\u00e9.png", NULL, "planted")), INVALID,
      FAILS(COVERAGE), .names = "Doc_0/Res/\u00e9.png" },
    { "location-awaited-slash", "the same, where readers look that overlook the leading slash", SIGNED(.before = {
      { "Doc_0/DocumentRes.xml", "logo.png", "/late.png" }, { "Doc_0/Res/logo.png" } }, AFTER("Doc_0/late.png", NULL, "planted")), INVALID, FAILS(COVERAGE),
      .names = "Doc_0/late.png" },
    { "resource-id-twice", "two pictures of one ID, both protected: some readers show the first, some the last", SIGNED(BEFORE("Doc_0/DocumentRes.xml",
      "</ofd:MultiMedias>", "<ofd:MultiMedia ID=\"04\" Type=\"Image\"><ofd:MediaFile>song.ttf</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>")), WARNS,
      FAILS(DEVIATION), .names = "RESOURCE_ID", .stamping = JY_E_AMBIGUOUS },
    { "resource-id-of-two-parts", "the same over two resource parts", SIGNED(BEFORE("Doc_0/Pages/Page_0/PageRes.xml", "ID=\"12\"", "ID=\"4\"")), WARNS,
      FAILS(DEVIATION), .names = "RESOURCE_ID", .stamping = JY_E_AMBIGUOUS },
    { "template-id-twice", "two templates of one ID", SIGNED(BEFORE(DOCUMENT, "<ofd:TemplatePage ", "<ofd:TemplatePage ID=\"9\" "
      "BaseLoc=\"Pages/Page_1/Content.xml\"/><ofd:TemplatePage ")), WARNS, FAILS(DEVIATION), .names = "RESOURCE_ID", .stamping = JY_E_AMBIGUOUS },
    { "location-in-attribute", "a picture that was missing, named by an attribute where the standard has an element", SIGNED(BEFORE("Doc_0/DocumentRes.xml",
      "<ofd:MultiMedia ", "<ofd:MultiMedia MediaFile=\"late.png\" "), AFTER("Doc_0/Res/late.png", NULL, "planted")), INVALID, FAILS(COVERAGE),
      .names = "late.png" },
    { "location-lower-case-element", "the same by an element that is spelled with small letters", SIGNED(BEFORE("Doc_0/DocumentRes.xml",
      "<ofd:MediaFile>", "<ofd:mediafile>late.png</ofd:mediafile><ofd:MediaFile>"), AFTER("Doc_0/Res/late.png", NULL, "planted")), INVALID, FAILS(COVERAGE),
      .names = "late.png" },
    { "location-unknown-element", "the same by an element that the standard does not have", SIGNED(BEFORE(DOCUMENT, "<ofd:Outlines>",
      "<ofd:Watermark>late.png</ofd:Watermark><ofd:Outlines>"), AFTER("Doc_0/late.png", NULL, "planted")), INVALID, FAILS(COVERAGE), .names = "late.png" },
    { "location-in-outlines", "annotations that were missing, named among the outlines, where some readers find them", SIGNED(.before = {
      { DOCUMENT, "<ofd:Outlines>", "<ofd:Outlines><ofd:Annotations>Late.xml</ofd:Annotations>" } }, AFTER("Doc_0/Late.xml", NULL, "<x/>")), INVALID,
      FAILS(COVERAGE), .names = "Doc_0/Late.xml" },
    { "location-in-content", "resources that were missing, named inside a page's content", SIGNED(BEFORE(PAGE0, "<ofd:Content>",
      "<ofd:Content><ofd:PageRes>Late.xml</ofd:PageRes>"), AFTER("Doc_0/Pages/Page_0/Late.xml", NULL, "<x/>")), INVALID, FAILS(COVERAGE),
      .names = "Page_0/Late.xml" },
    { "location-missing", "a picture that was missing and is still", SIGNED(.before = { { "Doc_0/DocumentRes.xml", "logo.png", "late.png" },
      { "Doc_0/Res/logo.png" } }), WARNS },
    { "location-of-signature-shadowed", "another Signature.xml where readers look that count from the root", SIGNED(.then = signature_shadowed), INVALID,
      FAILS(COVERAGE), .names = "Sign_0/Signature.xml" },
    { "image-of-seal", "the picture that is drawn in place of the seal's is not protected", SIGNED(.then = image_of_seal), INVALID, FAILS(COVERAGE),
      .names = "seal.png" },

    /* references */
    { "references-empty", "no reference at all, and signed so", SIGNED(.how.no_references = true), INVALID, FAILS(DOC_MODIFIED),
      .names = "no file is protected" },
    { "references-emptied", "the references are taken out afterwards", SIGNED(AFTER(SIGNATURE0, "FileRef=\"/" PAGE0 "\"", "FileRef=\"/" PAGE1 "\"")),
      INVALID, FAILS(DOC_HASH) },
    { "references-missing", "no References element", SIGNED(.after = { { SIGNATURE0, "<ofd:References", "<ofd:Referents" },
      { SIGNATURE0, "</ofd:References>", "</ofd:Referents>" } }), INVALID, FAILS(DOC_MODIFIED) },
    { "references-twice", "two lists of references", SIGNED(AFTER(SIGNATURE0, "<ofd:Seal>", "<ofd:References/><ofd:Seal>")), .refused = JY_E_AMBIGUOUS },
    { "reference-to-nothing", "a reference to a part that is not there", SIGNED(.how.references =
      "<ofd:Reference FileRef=\"/Doc_0/absent.xml\"><ofd:CheckValue>AAAA</ofd:CheckValue></ofd:Reference>"), INVALID, FAILS(DOC_MODIFIED),
      .names = "absent.xml" },
    { "reference-outside", "a reference out of the package", SIGNED(.how.references =
      "<ofd:Reference FileRef=\"/../OFD.xml\"><ofd:CheckValue>AAAA</ofd:CheckValue></ofd:Reference>"), INVALID, FAILS(DOC_MODIFIED), .names = "OFD.xml" },
    { "reference-no-file", "a reference to no part", SIGNED(.how.references = "<ofd:Reference><ofd:CheckValue>AAAA</ofd:CheckValue></ofd:Reference>"),
      INVALID,
      FAILS(DOC_MODIFIED) },
    { "reference-no-value", "a reference without a digest", SIGNED(.how.references = "<ofd:Reference FileRef=\"/OFD.xml\"/>"), INVALID,
      FAILS(DOC_MODIFIED), .names = "OFD.xml" },
    { "reference-bad-value", "a digest that is no base64", SIGNED(.how.references =
      "<ofd:Reference FileRef=\"/OFD.xml\"><ofd:CheckValue>***</ofd:CheckValue></ofd:Reference>"), INVALID, FAILS(DOC_MODIFIED), .names = "OFD.xml" },
    { "reference-short-value", "a digest that is cut", SIGNED(.how.references =
      "<ofd:Reference FileRef=\"/OFD.xml\"><ofd:CheckValue>AAAA</ofd:CheckValue></ofd:Reference>"), INVALID, FAILS(DOC_MODIFIED), .names = "OFD.xml" },
    { "reference-two-values", "two digests in one reference", SIGNED(.how.references =
      "<ofd:Reference FileRef=\"/OFD.xml\"><ofd:CheckValue>AAAA</ofd:CheckValue><ofd:CheckValue>BBBB</ofd:CheckValue></ofd:Reference>"),
      .refused = JY_E_AMBIGUOUS },
    { "reference-two-attributes", "two FileRef that differ in their prefix", SIGNED(.how.references =
      "<ofd:Reference FileRef=\"/OFD.xml\" ofd:FileRef=\"/" PAGE0 "\"><ofd:CheckValue>AAAA</ofd:CheckValue></ofd:Reference>"), .refused = JY_E_AMBIGUOUS },
    { "page-two-attributes", "two attributes of a page's text that differ in their prefix", SIGNED(BEFORE(PAGE0, "<ofd:Content>",
      "<ofd:Content><ofd:Layer ID=\"90\" ofd:ID=\"91\"/>")), .refused = JY_E_AMBIGUOUS },
    { "reference-planted", "the signed bytes are put where a relative reference points first, the page is changed", SIGNED(.then = planted_original), INVALID,
      FAILS(COVERAGE), .names = PAGE0 },
    { "digest-md5", "digests by MD5", SIGNED(.how = { .method = "MD5", .digest = "MD5" }), INVALID, FAILS(WEAK_DIGEST), .names = "MD5" },
    { "digest-default", "no CheckMethod, which means MD5", SIGNED(.how = { .method = "", .digest = "MD5" }), INVALID, FAILS(WEAK_DIGEST), .names = "MD5" },
    { "digest-sha1", "digests by SHA-1", SIGNED(.how = { .method = "1.3.14.3.2.26", .digest = "SHA1" }), INVALID, FAILS(WEAK_DIGEST), .names = "SHA1" },
    { "digest-with-z", "digests of SM3(Z, file): real, and said", SIGNED(.how.digest = "SM3(Z)"), WARNS, FAILS(DEVIATION), .names = "REFERENCE_WITH_Z" },
    { "digest-with-z-changed", "the same, and the page is changed afterwards", SIGNED(.how.digest = "SM3(Z)", AFTER(PAGE0, "PAY 100", "PAY 900")), INVALID,
      FAILS(DOC_MODIFIED), .names = PAGE0 },
    { "hash-with-z", "dataHash of SM3(Z, Signature.xml): real, and said", SIGNED(.how.hash_with_z = true), WARNS, FAILS(DEVIATION), .names = "HASH_WITH_Z" },
    { "hash-with-z-changed", "the same, and Signature.xml is changed afterwards", SIGNED(.how.hash_with_z = true, AFTER(SIGNATURE0, "ProviderName=\"t\"",
      "ProviderName=\"u\"")), INVALID, FAILS(DOC_HASH) },
    { "digest-unknown", "a method that nobody knows", SIGNED(.how.method = "CRC32"), INVALID, FAILS(DOC_MODIFIED) },
    { "digest-oid-unkeyed", "SM3 under the identifier of its unkeyed form", SIGNED(.how.method = SM3_OID ".1"), WARNS, FAILS(DEVIATION),
      .names = "CHECK_METHOD" },
    { "digest-urn", "SM3 as a URN", SIGNED(.how.method = "urn:oid:" SM3_OID), WARNS, FAILS(DEVIATION), .names = "CHECK_METHOD" },
    { "digest-downgraded", "the method is changed afterwards", SIGNED(AFTER(SIGNATURE0, "CheckMethod=\"" SM3_OID "\"", "CheckMethod=\"MD5\"")), INVALID,
      FAILS(DOC_HASH) },

    /* the list of signatures */
    { "list-missing", "the list is taken out", SIGNED(AFTER(SIGNS)), .refused = JY_E_FORMAT },
    { "list-emptied", "the list names no signature any more", SIGNED(AFTER(SIGNS, NULL, "<ofd:Signatures" OFD_NS "/>")), .verdict = JY_NO_SIGNATURE },
    { "list-unnamed", "OFD.xml does not name the list any more", SIGNED(AFTER("OFD.xml", "<ofd:Signatures>/" SIGNS "</ofd:Signatures>", "")),
      .verdict = JY_NO_SIGNATURE },
    { "list-one-removed", "one of two signatures is taken out of the list",
      SIGNED(.signatures = 1, AFTER(SIGNS, "<ofd:Signature ID=\"s001\" Type=\"Seal\" BaseLoc=\"/" SIGNATURE0 "\"/>", "")), WARNS, FAILS(DEVIATION),
      .names = "SIGNATURE_UNLISTED" },
    { "list-one-twice", "one signature twice in the list", SIGNED(AFTER(SIGNS, "</ofd:Signatures>",
      "<ofd:Signature ID=\"s002\" Type=\"Seal\" BaseLoc=\"/" SIGNATURE0 "\"/></ofd:Signatures>")), INVALID, FAILS(DOC_MODIFIED) },
    { "list-one-id", "two signatures of one ID", SIGNED(.signatures = 1, AFTER(SIGNS, "s011", "s001")), WARNS, FAILS(DEVIATION), .names = "SIGNATURE_ID" },
    { "list-absent-signature", "the list names a signature that is not there", SIGNED(AFTER(SIGNATURE0)), INVALID, FAILS(DOC_MODIFIED),
      .names = "Signature.xml is missing" },
    { "list-nested", "a signature inside another element of the list: shown by who looks anywhere", SIGNED(.then = list_nested),
      .refused = JY_E_AMBIGUOUS },
    { "list-lower-case", "a signature that is spelled with a small letter", SIGNED(.then = list_lower_case), .refused = JY_E_AMBIGUOUS },
    { "list-type", "a seal's signature is called a plain one", SIGNED(AFTER(SIGNS, "Type=\"Seal\"", "Type=\"Sign\"")), INVALID, FAILS(SIG_FORMAT) },
    { "list-locked", "a signature is added behind one that closes the list", SIGNED(.then = locked_and_added), INVALID, FAILS(DOC_MODIFIED),
      .names = "Signatures.xml",
      .stamping = JY_E_LOCKED },
    { "signature-info-twice", "two SignedInfo", SIGNED(AFTER(SIGNATURE0, "<ofd:SignedInfo>", "<ofd:SignedInfo/><ofd:SignedInfo>")),
      .refused = JY_E_AMBIGUOUS },
    { "value-missing", "the value is taken out", SIGNED(AFTER(VALUE0)), INVALID, FAILS(SIG_FORMAT) },
    { "value-base64", "the value as base64 text", SIGNED(.then = value_in_base64), WARNS, FAILS(DEVIATION), .names = "VALUE_BASE64" },
    { "value-base64-changed", "the same, and the page is changed", SIGNED(.then = value_in_base64, AFTER(PAGE0, "PAY 100", "PAY 900")), INVALID,
      FAILS(DOC_MODIFIED), .names = PAGE0 },
    { "value-base64-broken", "text that is no base64", SIGNED(.then = value_in_broken_base64), INVALID, FAILS(SIG_FORMAT) },
    { "location-case", "a resource that only a reader without regard to case finds", SIGNED(BEFORE(DOCUMENT, ">PublicRes.xml<", ">publicres.XML<")), WARNS,
      FAILS(LOCATION), .names = "PublicRes.xml" },
    { "location-from-document", "an attachment that is found only from the document's folder", SIGNED(BEFORE("Doc_0/Attachs/Attachments.xml", ">list.txt<",
      ">Attachs/list.txt<")), WARNS, FAILS(LOCATION), .names = "list.txt" },
    { "value-of-another", "two signatures share one value", SIGNED(.signatures = 1, AFTER("Doc_0/Signs/Sign_1/Signature.xml", ">SignedValue.dat<",
      ">/" VALUE0 "<")), INVALID,
      FAILS(DOC_MODIFIED), .names = "its value is that of another signature" },

    /* signatures and seals from elsewhere */
    { "lifted-signature", "the signature of another document", SIGNED(.then = lifted_signature), INVALID, FAILS(DOC_MODIFIED), .names = PAGE0 },
    { "lifted-seal", "the genuine seal, signed over anew with another key", SIGNED(.then = lifted_seal), INVALID, FAILS(SIG_SIGNER_NOT_IN_SEAL) },
    { "forged-seal", "a seal of the same look and name, made by nobody whom we trust", SIGNED(.then = forged_seal), .verdict = JY_INDETERMINATE,
      FAILS(SEAL_MAKER_TRUST) },
    { "borrowed-certificate", "the genuine certificate with a signature by another key", SIGNED(.then = borrowed_certificate), INVALID,
      FAILS(SIG_SIGNATURE) },
    { "transplanted", "propertyInfo speaks of another signature", SIGNED(.how.property_info = "/Doc_9/Signs/Sign_0/Signature.xml"), WARNS,
      FAILS(PROPERTY_INFO) },

    /* where the stamp is shown */
    { "stamp-off-page", "a stamp that nobody sees", SIGNED(.how.annots = "<ofd:StampAnnot ID=\"s002\" PageRef=\"1\" Boundary=\"500 500 40 40\"/>"),
      WARNS, FAILS(PLACEMENT) },
    { "stamp-clipped-away", "a stamp whose clip shows nothing",
      SIGNED(.how.annots = "<ofd:StampAnnot ID=\"s002\" PageRef=\"1\" Boundary=\"200 100 40 40\" Clip=\"20 0 20 40\"/>"), WARNS, FAILS(PLACEMENT) },
    { "stamp-no-page", "a stamp on a page that is not there",
      SIGNED(.how.annots = "<ofd:StampAnnot ID=\"s002\" PageRef=\"99\" Boundary=\"1 1 40 40\"/>"), WARNS, FAILS(PLACEMENT) },
    { "stamp-two-pages", "two pages have the ID that the stamp names", SIGNED(BEFORE(DOCUMENT, "Page ID=\"2\"", "Page ID=\"1\"")), WARNS, FAILS(PLACEMENT) },
    { "stamp-nowhere", "a seal without a place", SIGNED(.how.annots = " "), WARNS, FAILS(PLACEMENT) },
    { "date-shown", "Signature.xml shows the date of another year, signed so", SIGNED(.then = date_of_another_year), WARNS, FAILS(TIME_SHOWN),
      .names = "2020-06-20" },
    { "date-to-come", "the date of next year", SIGNED(.then = date_to_come), WARNS, FAILS(TIME_SHOWN), .names = "2027-01-01" },
    { "date-in-local-time", "the date in Chinese time: the next day", SIGNED(.then = date_in_local_time), WARNS },
    { "stamp-no-size", "a stamp of no size", SIGNED(.how.annots = "<ofd:StampAnnot ID=\"s002\" PageRef=\"1\" Boundary=\"100 100 0 0\"/>"), WARNS,
      FAILS(PLACEMENT), .names = "too little" },
    { "stamp-turned-over", "a stamp of negative size", SIGNED(.how.annots = "<ofd:StampAnnot ID=\"s002\" PageRef=\"1\" Boundary=\"100 100 -40 -40\"/>"),
      WARNS, FAILS(PLACEMENT), .names = "too little" },
    { "stamp-dot", "a stamp of which a dot is shown", SIGNED(.how.annots = "<ofd:StampAnnot ID=\"s002\" PageRef=\"1\" Boundary=\"100 100 40 40\" "
      "Clip=\"0 0 1 1\"/>"), WARNS, FAILS(PLACEMENT), .names = "too little" },
    { "stamp-clip-outside", "a clip beside the stamp's picture", SIGNED(.how.annots = "<ofd:StampAnnot ID=\"s002\" PageRef=\"1\" Boundary=\"100 100 40 40\" "
      "Clip=\"50 50 10 10\"/>"), WARNS, FAILS(PLACEMENT), .names = "too little" },
    { "stamp-clip-unreadable", "a clip that some readers overlook and some stop at", SIGNED(.how.annots = "<ofd:StampAnnot ID=\"s002\" PageRef=\"1\" "
      "Boundary=\"100 100 40 40\" Clip=\"none\"/>"), WARNS, FAILS(PLACEMENT), .names = "Clip" },
    { "stamp-hexadecimal", "0x10 is sixteen for some readers, zero for others", SIGNED(.how.annots = "<ofd:StampAnnot ID=\"s002\" PageRef=\"1\" "
      "Boundary=\"0x10 0x10 40 40\"/>"), WARNS, FAILS(PLACEMENT), .names = "numbers" },
    { "stamp-over-page", "the stamp covers the page that it vouches for", SIGNED(.how.annots = "<ofd:StampAnnot ID=\"s002\" PageRef=\"1\" "
      "Boundary=\"0 0 210 297\"/>"), WARNS, FAILS(PLACEMENT), .names = "covers" },
    { "stamp-over-signed", "a later stamp covers the page that was signed", SIGNED(.then = page_covered), .verdict = JY_INDETERMINATE, FAILS(OVERLAY),
      .names = "100 %" },
    { "honest-many-parties", "ten signatures after the first, their stamps beside each other on one page", SIGNED(.then = ten_parties), WARNS },
    { "stamp-over-signed-in-strips", "the same with several stamps", SIGNED(.then = page_covered_in_strips), .verdict = JY_INDETERMINATE, FAILS(OVERLAY),
      .names = "page 1" },
    { "stamp-over-signed-first", "the same where the list names the later one first", SIGNED(.then = page_covered_by_first), .verdict = JY_INDETERMINATE,
      FAILS(OVERLAY), .names = "page 1" },
    { "stamp-moved", "the stamp is moved afterwards", SIGNED(AFTER(SIGNATURE0, "Boundary=\"100 100", "Boundary=\"10 10")), INVALID, FAILS(DOC_HASH),
      .stamping = JY_E_EARLIER_INVALID },

    /* XML */
    { "xml-doctype-page", "a document type in a page", SIGNED(BEFORE(PAGE1, NULL, "<!DOCTYPE x [<!ENTITY a \"b\">]><ofd:Page" OFD_NS "/>")),
      .refused = JY_E_HOSTILE },
    { "xml-doctype-resource", "… in a resource part", SIGNED(BEFORE("Doc_0/PublicRes.xml", NULL,
      "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><ofd:Res" OFD_NS "/>")),
      .refused = JY_E_HOSTILE },
    { "xml-doctype-list", "… in the list of signatures", SIGNED(AFTER(SIGNS, "<ofd:Signatures", "<!DOCTYPE x><ofd:Signatures")), .refused = JY_E_HOSTILE },
    { "xml-doctype-signature", "… in Signature.xml", SIGNED(AFTER(SIGNATURE0, "<ofd:Signature ", "<!DOCTYPE x><ofd:Signature ")), .refused = JY_E_HOSTILE },
    { "xml-entity", "an entity that nobody declared", SIGNED(BEFORE(PAGE1, NULL, "<ofd:Page" OFD_NS ">&a;</ofd:Page>")), .refused = JY_E_FORMAT },
    { "xml-encoding", "a page in GBK: read as something else by who ignores that", SIGNED(BEFORE(PAGE1, NULL,
      "<?xml version=\"1.0\" encoding=\"GBK\"?><Page/>")),
      .refused = JY_E_FORMAT },
    { "xml-deep", "elements nested too deep", SIGNED(.then = deep_part), .refused = JY_E_LIMIT },
    { "xml-wide", "too many attributes", SIGNED(.then = wide_part), .refused = JY_E_LIMIT },
    { "xml-large", "a part beyond the limit", SIGNED(.then = large_part), .refused = JY_E_LIMIT },

    /* what must not be stamped */
    ACTION("movie", "a movie on the page", "CLICK", "<ofd:Movie ResourceID=\"4\"/>"),
    ACTION("sound", "a sound that plays by itself", "PO", "<ofd:Sound ResourceID=\"4\"/>"),
    ACTION("attachment", "an attachment that opens", "CLICK", "<ofd:GotoA AttachID=\"21\"/>"),
    ACTION("address-by-itself", "an address that opens with the page", "PO", "<ofd:URI URI=\"https://example.org\"/>"),
    ACTION("script", "an address that is a script", "CLICK", "<ofd:URI URI=\"javascript:alert(1)\"/>"),
    ACTION("file", "an address on the reader's disk", "CLICK", "<ofd:URI URI=\"file:///c:/a.exe\"/>"),
    ACTION("unknown", "an action that the standard does not know", "CLICK", "<x:Script xmlns:x=\"urn:x\">evil()</x:Script>"),
    { "action-in-annotation", "a link in an annotation", SIGNED(BEFORE("Doc_0/Annots/Page_0/Annotation.xml", "</ofd:PageAnnot>",
      "<ofd:Annot ID=\"23\" Type=\"Link\"><ofd:Appearance><ofd:PathObject ID=\"24\"><ofd:Actions><ofd:Action Event=\"CLICK\">"
      "<ofd:GotoA AttachID=\"21\"/></ofd:Action>"
      "</ofd:Actions></ofd:PathObject></ofd:Appearance></ofd:Annot></ofd:PageAnnot>")), WARNS, FAILS(SHOWN_ALIKE), .stamping = JY_E_ACTIVE_CONTENT },
    { "printed-only", "an annotation that is printed and not displayed", SIGNED(BEFORE("Doc_0/Annots/Page_0/Annotation.xml", "</ofd:PageAnnot>",
      "<ofd:Annot ID=\"23\" Type=\"Stamp\" Visible=\"false\"><ofd:Appearance/></ofd:Annot></ofd:PageAnnot>")), WARNS, FAILS(SHOWN_ALIKE),
      .stamping = JY_E_SHOWN_VARIOUSLY },
    { "action-in-outline", "an action in the outline", SIGNED(BEFORE(DOCUMENT, "<ofd:Goto>", "<ofd:Movie ResourceID=\"4\"/><ofd:Goto>")), WARNS,
      FAILS(SHOWN_ALIKE), .stamping = JY_E_ACTIVE_CONTENT },
    { "action-of-document", "an action when the document opens", SIGNED(BEFORE(DOCUMENT, "<ofd:Bookmarks>",
      "<ofd:Actions><ofd:Action Event=\"DO\"><ofd:URI URI=\"https://example.org\"/></ofd:Action></ofd:Actions><ofd:Bookmarks>")), WARNS, FAILS(SHOWN_ALIKE),
      .stamping = JY_E_ACTIVE_CONTENT },
    { "action-in-template", "an action in a template", SIGNED(BEFORE("Doc_0/Tpls/Tpl_0/Content.xml", "<ofd:Layer ID=\"10\"/>",
      "<ofd:Layer ID=\"10\"><ofd:PathObject ID=\"25\"><ofd:Actions><ofd:Action Event=\"PO\">"
      "<ofd:Sound ResourceID=\"4\"/></ofd:Action></ofd:Actions></ofd:PathObject>"
      "</ofd:Layer>")), WARNS, FAILS(SHOWN_ALIKE), .stamping = JY_E_ACTIVE_CONTENT },
    { "permission-signature", "the document forbids a signature", SIGNED(.unsigned_ = true, BEFORE(DOCUMENT, "<ofd:Outlines>",
      "<ofd:Permissions><ofd:Signature>false</ofd:Signature></ofd:Permissions><ofd:Outlines>")), .verdict = JY_NO_SIGNATURE,
      .stamping = JY_E_STAMP_FORBIDDEN },
    { "permission-period", "the document's time has ended", SIGNED(.unsigned_ = true, BEFORE(DOCUMENT, "<ofd:Outlines>",
      "<ofd:Permissions><ofd:ValidPeriod EndDate=\"2020-01-01\"/></ofd:Permissions><ofd:Outlines>")), .verdict = JY_NO_SIGNATURE,
      .stamping = JY_E_STAMP_FORBIDDEN },
    { "stamp-on-changed", "a stamp beside a signature that is broken", SIGNED(AFTER(PAGE0, "100", "900")), INVALID, FAILS(DOC_MODIFIED),
      .stamping = JY_E_EARLIER_INVALID },
    { "integrity-list", "integrity protection by GM/T 0099, which a stamp would break", SIGNED(.unsigned_ = true, BEFORE("OFDEntries.xml", NULL,
      "<OFDEntries/>")),
      .verdict = JY_NO_SIGNATURE, .stamping = JY_E_UNSUPPORTED },
    { "encrypted", "a package encrypted by GM/T 0099", SIGNED(.unsigned_ = true, BEFORE("Encryptions.xml", NULL, "<Encryptions/>")),
      .refused = JY_E_ENCRYPTED },
};

int
main(void)
{
    static const struct attack_family family = { "ofd", "ofd", rows, sizeof(rows) / sizeof(rows[0]) };
    int failed = attacks_run(&family);

    end_evil();
    return failed;
}
