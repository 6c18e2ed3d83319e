/* SPDX-License-Identifier: Apache-2.0 */
/* PDF: what is changed after signing, ranges that sign something else, chains that readers follow in two ways. */
#include "attack.h"
#include "pdf_changes.h"

/* A signed file: what stands in it before, how it is signed, and what is done afterwards. */
struct pdf_row {
    const char *contents, *catalog, *page_more, *annots, *hidden;
    const struct object *more;        /* further objects of the first revision */
    const struct object *first;       /* an update before the first signature */
    const struct sign_how *how;
    const struct object *update;      /* a revision after the signature, or none */
    const char *trailer;              /* of that revision */
    const struct sign_how *again;     /* a further signature after that */
    void (*between)(struct pdf_file *f);
    void (*before)(struct pdf_file *f), (*after)(struct pdf_file *f);
    const char *linearized;           /* more keys of a linearization, which comes first */
    enum { FINAL, SIGNED, NONE } length;         /* that it gives: the file's, that of the signed revision, or one that it never has */
};

/* In the first pass the length is not known yet. Returns that of the signed revision. */
static size_t
make_pass(const struct pdf_row *row, size_t length, struct jy_buf *out)
{
    struct pdf_file f = { .contents = row->contents, .catalog = row->catalog, .page_more = row->page_more };
    char linearization[256];
    size_t signed_length;

    if (row->linearized != NULL) {
        snprintf(linearization, sizeof(linearization), "<< /Linearized 1 /L %06zu %s >>", length, row->linearized);
        f.linearization = linearization;
    }
    if (row->annots != NULL)
        snprintf(f.annots, sizeof(f.annots), "%s", row->annots);
    pdf_begin(&f, row->hidden, row->more);
    if (row->first != NULL)
        pdf_update(&f, row->first, "");
    if (row->before != NULL)
        row->before(&f);
    pdf_sign(&f, row->how);
    signed_length = f.bytes.len;
    if (row->update != NULL)
        pdf_update(&f, row->update, row->trailer == NULL ? "" : row->trailer);
    if (row->between != NULL)
        row->between(&f);
    if (row->again != NULL)
        pdf_sign(&f, row->again);
    if (row->after != NULL)
        row->after(&f);
    *out = f.bytes;
    return signed_length;
}

static void
make_pdf(const struct attack *self, struct jy_buf *out)
{
    const struct pdf_row *row = self->arg;
    size_t signed_length = make_pass(row, 0, out);

    if (row->linearized == NULL)
        return;
    signed_length = row->length == SIGNED ? signed_length : row->length == FINAL ? out->len : 900000;
    jy_buf_free(out);
    make_pass(row, signed_length, out);
}

#define MADE(...) make_pdf, &(const struct pdf_row){ __VA_ARGS__ }
#define HOW(...) .how = &(const struct sign_how){ __VA_ARGS__ }
#define AGAIN(...) .again = &(const struct sign_how){ __VA_ARGS__ }
#define UPDATE(...) .update = (const struct object[]){ __VA_ARGS__, { 0, NULL, 0 } }
#define MORE(...) .more = (const struct object[]){ __VA_ARGS__, { 0, NULL, 0 } }
#define FIRST(...) .first = (const struct object[]){ __VA_ARGS__, { 0, NULL, 0 } }
#define ALSO(...) .also = (const struct object[]){ __VA_ARGS__, { 0, NULL, 0 } }
#define CERTIFIED(p) .value = CERTIFICATION(p)
#define LOCKS(what) .value = FIELD_LOCK(what)
#define TIME_STAMP "/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161"


#define CHOICE \
    "<< /Type /Annot /Subtype /Widget /FT /Ch /T (amount) /V (two hundred) /Opt [(one hundred) (two hundred)] /Rect [72 600 272 630] /P 3 0 R /F 4 " \
    "/DA (/F1 12 Tf 0 g) /AP << /N 9 0 R >> >>"
#define ANEW "<< /Fields [8 0 R 10 0 R] /NeedAppearances true /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 6 0 R >> >> >>"
#define NOT_ANEW "<< /Fields [8 0 R 10 0 R] /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 6 0 R >> >> >>"

/* A field for a later signature, as large as the page; and a page that lists it by an array, with another field for the first signature. */
#define FIELD_OF_THE_PAGE { 10, "<< /FT /Sig /T (later) /Type /Annot /Subtype /Widget /Rect [0 0 600 800] /F 4 >>", 0 }
#define FIELD_IN_A_LIST FIELD_OF_THE_PAGE, { 3, PAGE_HEAD "/Contents [4 0 R] /Annots 20 0 R >>", 0 }, { 20, "[8 0 R 10 0 R 21 0 R]", 0 }, \
                        { 21, EMPTY_SIGNATURE_FIELD, 0 }, FORM_WITH_21
#define FORM_WITH_21 { 5, "<< /Fields [8 0 R 10 0 R 21 0 R] /SigFlags 3 >>", 0 }

/* A page whose resources and content are the row's: its fonts or pictures are an object that is, or says that it is, something else as well. */
#define PAGE_OF(...) PAGE_OF_(__VA_ARGS__)
#define PAGE_OF_(resources, content, bytes) \
    { 3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << " resources " >> /Contents [4 0 R] /Annots [8 0 R 10 0 R 21 0 R] >>", 0 }, \
    { 4, "<< /Length " bytes " >>\nstream\n" content "\nendstream", 0 }, { 21, EMPTY_SIGNATURE_FIELD, 0 }
#define WRITTEN_IN(font, bytes) "BT /" font " 24 Tf 72 700 Td (100 yuan) Tj ET", bytes
#define NOTE_FIELD(value, ap) \
    "<< /Type /Annot /Subtype /FreeText /FT /Tx /T (note) /V (" value ") /Rect [72 690 300 730] /F 4 /DA (/F1 12 Tf 0 g) /AP << /N " ap " >> >>"
#define NOTE_KID "<< /Type /Annot /Subtype /FreeText /Parent 23 0 R /Rect [72 690 300 730] /F 4 /DA (/F1 12 Tf 0 g) /AP << /N 22 0 R >> >>"
#define SYMBOL "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"
#define SECOND_PAGE { 20, PAGE_HEAD "/Contents 21 0 R >>", 0 }, { 21, CONTENT, 0 }
#define PAGES_OF_TWO { 2, "<< /Type /Pages /Kids [3 0 R 20 0 R] /Count 2 >>", 0 }
#define TWO_PAGES MORE(SECOND_PAGE), FIRST(PAGES_OF_TWO)
#define HIDDEN_21 "21 0 obj\n" OTHER_CONTENT "\nendobj\n"
#define CATALOG_WITH(more) "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R " more " >>"

static const struct object fill[] = { { 8, FIELD("two hundred", "16 0 R"), 0 }, { 16, OTHER_FORM, 0 }, { 0, NULL, 0 } };
static const struct object value_only[] = { { 8, FIELD("two hundred", "9 0 R"), 0 }, { 0, NULL, 0 } };
static const struct object look_only[] = { { 8, FIELD("one hundred", "16 0 R"), 0 }, { 16, OTHER_FORM, 0 }, { 0, NULL, 0 } };

#define INVALID_FOR(check, text) .verdict = JY_INVALID, FAILS(check), .names = text
#define CHANGED(text) INVALID_FOR(LATER_CHANGE, text)
#define BAD_RANGE(text) INVALID_FOR(PDF_BYTERANGE, text)
#define GOOD .verdict = JY_VALID_WITH_WARNING

static const struct attack rows[] = {
    /* What is permitted, so that the rest is not refused for another reason. */
    { "honest", "the file as every row makes it", MADE(0), GOOD },
    { "honest-second", "a second signature with its appearance", MADE(AGAIN(.rect = "[300 100 400 200]", .ap = SEAL_AP)), GOOD },
    { "honest-empty-field", "the second signature signs a field that was there", MADE(AGAIN(.field_id = 10, .rect = "[0 0 0 0]")), GOOD },
    { "honest-fill", "a field is filled in, as the certification permits", MADE(HOW(CERTIFIED(2)), .update = fill), GOOD, FAILS(LATER_FORM_FILL) },
    { "honest-evidence", "certificates and revocation data are added",
      MADE(UPDATE({ 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /DSS << /Certs [16 0 R] >> >>", 0 },
        { 16, STREAM("", "3", "abc"), 0 })), GOOD },
    { "honest-metadata", "the title is changed: told, and nothing else", MADE(UPDATE({ 16, "<< /Title (Another) >>", 0 }), .trailer = "/Info 16 0 R"), GOOD,
      FAILS(LATER_METADATA) },
    { "unused-object", "an object is added that nothing uses",
      MADE(UPDATE({ 16, STREAM("", "3", "abc"), 0 })), GOOD, FAILS(COVERAGE_EXTRA), .names = "object 16" },

    /* Content changed after signing. */
    { "content-replaced", "the amount on the page is another", MADE(UPDATE({ 4, OTHER_CONTENT, 0 })), CHANGED("object 4") },
    { "content-key", "the page names another content stream", MADE(UPDATE({ 3, SIGNED_PAGE("11 0 R", "", ""), 0 })), CHANGED("/Contents") },
    { "honest-freed", "an object that nothing used is set free", MADE(UPDATE({ 12, NULL, 1 })), GOOD },
    { "content-freed-beside", "the content is set free, and the page written anew as it was", MADE(UPDATE({ 3, SAME_PAGE, 0 }, { 4, NULL, 1 })),
      CHANGED("was removed") },
    { "layers-freed", "the layers are set free, and the catalog written anew as it was", MADE(
        .catalog = "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /OCProperties 20 0 R >>", MORE({ 20, "<< /OCGs [] /D << >> >>", 0 }),
        UPDATE({ 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /OCProperties 20 0 R >>", 0 }, { 20, NULL, 1 })), CHANGED("was removed") },
    { "font-freed", "the font is set free", MADE(UPDATE({ 6, NULL, 1 })), CHANGED("was removed") },
    { "content-added", "a content stream is added to the page",
      MADE(UPDATE({ 3, SIGNED_PAGE("4 0 R 16 0 R", "", ""), 0 }, { 16, OTHER_CONTENT, 0 })), CHANGED("/Contents") },
    { "content-freed", "the content is deleted", MADE(UPDATE({ 4, NULL, 1 })), CHANGED("was removed") },
    { "content-awaited", "the page named an object that did not exist; it is added", MADE(.contents = "4 0 R 40 0 R", .update = (const struct object[]){
        { 40, OTHER_CONTENT, 0 }, { 0, NULL, 0 } }), CHANGED("before it existed") },
    { "content-awaited-as-seal", "the same object is the appearance of a further signature",
      MADE(.contents = "4 0 R 17 0 R", AGAIN(.rect = "[300 100 400 200]", .ap = SEAL_AP)),
      CHANGED("before it existed") },
    { "font-replaced", "the font draws other characters (shadow attack: replace)",
      MADE(UPDATE({ 6, "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>", 0 })), CHANGED("object 6") },
    { "page-rotated", "the page is turned", MADE(UPDATE({ 3, SIGNED_PAGE("4 0 R", "", "/Rotate 180"), 0 })), CHANGED("/Rotate") },
    { "page-cropped", "the page shows a part only", MADE(UPDATE({ 3, SIGNED_PAGE("4 0 R", "", "/CropBox [0 0 600 400]"), 0 })), CHANGED("/CropBox") },
    { "page-added", "the page tree has another page", MADE(UPDATE({ 2, "<< /Type /Pages /Kids [3 0 R 16 0 R] /Count 2 >>", 0 },
        { 16, PAGE_HEAD "/Contents 11 0 R >>", 0 })), CHANGED("object 2") },
    { "resources-added", "the page gets other resources",
      MADE(UPDATE({ 3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 16 0 R >> >> "
        "/Contents [4 0 R] /Annots [8 0 R 10 0 R 15 0 R ]  >>", 0 }, { 16, FONT, 0 })), CHANGED("/Resources") },
    { "catalog-other", "the trailer names another catalog", MADE(UPDATE({ 16, CATALOG, 0 }), .trailer = "/Root 16 0 R"), CHANGED("another catalog") },
    { "open-action-added", "a script runs when the file is opened",
      MADE(UPDATE({ 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>", 0 })),
      CHANGED("/OpenAction") },
    { "names-added", "a script is added to the names of the document",
      MADE(UPDATE({ 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (1) >>] >> >> >>", 0 })),
      CHANGED("/Names") },
    { "layers-added", "optional content hides the page",
      MADE(UPDATE({ 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /OCProperties << /OCGs [] /D << >> >> >>", 0 })), CHANGED("/OCProperties") },
    { "layers-switched", "the layer that was hidden is shown (shadow attack: hide)", MADE(
        .catalog = "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /OCProperties 20 0 R >>",
        MORE({ 20, "<< /OCGs [21 0 R] /D << /OFF [21 0 R] >> >>", 0 }, { 21, "<< /Type /OCG /Name (layer) >>", 0 }),
        UPDATE({ 20, "<< /OCGs [21 0 R] /D << /ON [21 0 R] >> >>", 0 })), CHANGED("object 20") },
    { "certified-later", "a certification is claimed after a signature",
      MADE(UPDATE({ 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /Perms << /DocMDP 13 0 R >> >>", 0 })), CHANGED("/Perms") },
    { "evidence-over-content", "the content stream is replaced and called evidence", MADE(UPDATE(
        { 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /DSS << /Certs [4 0 R] >> >>", 0 }, { 4, OTHER_CONTENT, 0 })), CHANGED("object 4") },
    { "metadata-over-content", "the content stream is replaced and called metadata", MADE(UPDATE(
        { 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /Metadata 4 0 R >>", 0 }, { 4, STREAM("/Type /Metadata", "3", "900"), 0 })), CHANGED("object 4") },
    { "hidden-content", "bytes in the signed revision that no xref named become the content (shadow attack: hide and replace)",
      MADE(.hidden = "4 0 obj\n" OTHER_CONTENT "\nendobj\n", .after = hidden_brought_back), CHANGED("brought back") },
    { "unused-annotation", "an annotation that lay unused in the signed revision is put on the page",
      MADE(UPDATE({ 3, SIGNED_PAGE("4 0 R", "12 0 R", ""), 0 })), CHANGED("annotation") },
    { "rewritten", "a whole new document behind the signed one", MADE(.after = rewritten_behind), CHANGED("does not build upon") },
    { "garbage", "bytes behind the end", MADE(.after = garbage_at_the_end), CHANGED("bytes after the end") },

    { "object-stream", "font and page stand in an object stream: nothing is wrong", MADE(.before = in_object_stream), GOOD },
    { "object-stream-replaced", "the object stream that holds the font is another, the font's own entry is not", MADE(.before = in_object_stream, UPDATE({ 21,
        "<< /Type /ObjStm /N 2 /First 9 /Length 79 >>\nstream\n6 0 20 69"
        "<< /Type /Font /Subtype /Type1 /BaseFont /ZapfDingbats              >>(text)\nendstream", 0 })), CHANGED("object 21") },
    { "object-stream-freed", "the object stream that holds the font is set free, the font's own entry is not", MADE(.before = in_object_stream,
        UPDATE({ 21, NULL, 1 })), .refused = JY_E_DAMAGED },
    { "xref-stream-as-content", "the page shows an xref stream, which a writer may write anew",
      MADE(.contents = "4 0 R 22 0 R", .before = in_object_stream, UPDATE({ 22,
        STREAM("/Type /XRef /W [1 2 1] /Size 1", "39", "BT /F1 24 Tf 72 700 Td (900 yuan) Tj ET"), 0 })), CHANGED("object 22") },

    /* Annotations and fields. */
    { "note-added", "a note lies over the amount", MADE(UPDATE({ 3, SIGNED_PAGE("4 0 R", "16 0 R", ""), 0 }, { 16, NOTE_ANNOT, 0 })), CHANGED("annotation") },
    { "note-direct", "the note is written into the page", MADE(UPDATE({ 3, SIGNED_PAGE("4 0 R", NOTE_ANNOT, ""), 0 })), CHANGED("annotation") },
    { "annotation-removed", "an annotation that hid the amount is taken off (shadow attack: hide)",
      MADE(.annots = "8 0 R 10 0 R 12 0 R", UPDATE({ 3, SIGNED_PAGE("4 0 R", "", ""), 0 })),
      CHANGED("annotation was removed") },
    { "annotation-moved", "an annotation of the signed page is moved aside", MADE(.annots = "8 0 R 10 0 R 12 0 R", UPDATE({ 12,
        "<< /Type /Annot /Subtype /FreeText /Rect [0 0 1 1] /Contents (900 yuan) /DA (/F1 24 Tf 0 g) >>", 0 })), CHANGED("object 12") },
    { "stamp-unsigned", "the picture of a stamp that nobody signed", MADE(UPDATE({ 3, SIGNED_PAGE("4 0 R", "16 0 R", ""), 0 },
        { 16, "<< /Type /Annot /Subtype /Stamp /Rect [72 690 300 730] /P 3 0 R /F 4 /AP << /N 17 0 R >> >>", 0 }, { 17, OTHER_FORM, 0 })), CHANGED("no impression") },
    { "stamp-other-picture", "a further signature brings a stamp of another picture",
      MADE(AGAIN(.rect = "[300 100 400 200]", .ap = SEAL_AP, .more_annots = "30 0 R",
        ALSO({ 30, "<< /Type /Annot /Subtype /Stamp /Rect [72 690 300 730] /P 3 0 R /F 4 /AP << /N 31 0 R >> >>", 0 }, { 31, OTHER_FORM, 0 }))),
      CHANGED("something else") },
    { "text-field-added", "a new field lies over the amount", MADE(UPDATE({ 3, SIGNED_PAGE("4 0 R", "16 0 R", ""), 0 }, { 5, SIGNED_FORM("16 0 R", ""), 0 },
        { 16, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (new) /V (900 yuan) /Rect [72 690 300 730] /P 3 0 R /F 4 /DA (/F1 24 Tf 0 g) >>", 0 })), CHANGED("was added") },
    { "seal-without-signature", "a signature field that shows a seal and that nobody signed", MADE(UPDATE({ 3, SIGNED_PAGE("4 0 R", "16 0 R", ""), 0 },
        { 5, SIGNED_FORM("16 0 R", ""), 0 }, { 16, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (new) /Rect [72 690 300 730] /P 3 0 R /F 4 /AP << /N 17 0 R >> >>", 0 },
        { 17, OTHER_FORM, 0 })), CHANGED("signature") },
    { "seal-with-script", "a further signature field starts a script",
      MADE(AGAIN(.rect = "[300 100 400 200]", .ap = SEAL_AP, .field = "/AA << /Fo << /S /JavaScript /JS (1) >> >>")),
      CHANGED("/AA") },
    { "seal-with-rollover", "the further seal shows something else under the pointer",
      MADE(AGAIN(.rect = "[300 100 400 200]", .field = "/AP << /N 31 0 R /R 31 0 R >>",
        ALSO({ 31, OTHER_FORM, 0 }))), CHANGED("not one form") },
    { "seal-over-page", "the further seal covers the page",
      MADE(AGAIN(.rect = "[0 0 600 800]", .ap = SEAL_AP)), .verdict = JY_INDETERMINATE, FAILS(OVERLAY), .names = "100 %" },
    { "seal-over-paper", "it does so in print alone", MADE(AGAIN(.rect = "[0 0 600 800]", .ap = SEAL_AP, .flags = 36)), .verdict = JY_INDETERMINATE,
      FAILS(OVERLAY), .names = "100 %" },
    { "seal-over-pointer", "it does so where the pointer is", MADE(AGAIN(.rect = "[0 0 600 800]", .ap = SEAL_AP, .flags = 32 + 256)),
      .verdict = JY_INDETERMINATE, FAILS(OVERLAY), .names = "100 %" },
    { "honest-unseen", "a further signature is neither displayed nor printed", MADE(AGAIN(.rect = "[0 0 600 800]", .ap = SEAL_AP, .flags = 32)), GOOD },
    { "sum-on-paper", "a further signature shows a sum in print alone", MADE(AGAIN(.rect = "[72 690 300 730]", .ap = SEAL_AP, .flags = 36)), GOOD,
      FAILS(APPEARANCE), .names = "something else" },
    { "seal-over-page-in-field", "a field that was there covers the page once it is signed, and says of no page that it is there",
      MADE(FIRST(FIELD_OF_THE_PAGE), AGAIN(.field_id = 10, .rect = "[0 0 600 800]", .ap = SEAL_AP, .page = "")), .verdict = JY_INDETERMINATE, FAILS(OVERLAY),
      .names = "100 %" },
    { "seal-over-page-elsewhere", "the same, saying that it is on a page of its own, as large as a house",
      MADE(FIRST(FIELD_OF_THE_PAGE), AGAIN(.field_id = 10, .rect = "[0 0 600 800]", .ap = SEAL_AP, .page = "/P 20 0 R",
        ALSO({ 20, "<< /Type /Page /MediaBox [0 0 14400 14400] >>", 0 }))), .verdict = JY_INDETERMINATE, FAILS(OVERLAY), .names = "100 %" },
    { "seal-over-page-in-list", "the same in a field that the page lists by an array of its own",
      MADE(FIRST(FIELD_IN_A_LIST), HOW(.field_id = 21), AGAIN(.field_id = 10, .rect = "[0 0 600 800]", .ap = SEAL_AP, .page = "")),
      .verdict = JY_INDETERMINATE, FAILS(OVERLAY), .names = "100 %" },
    { "seal-over-page-of-many", "the same, and so many things refer to the field that nobody counts them",
      MADE(FIRST(FIELD_IN_A_LIST, { 22, "[10 0 R]", 0 }, { 23, "[10 0 R]", 0 }, { 24, "[10 0 R]", 0 }),
        HOW(.field_id = 21), AGAIN(.field_id = 10, .rect = "[0 0 600 800]", .ap = SEAL_AP, .page = "")),
      .verdict = JY_INDETERMINATE, FAILS(OVERLAY), .names = "100 %" },
    { "honest-large-seals", "two later seals cover a fifth of the page each", MADE(.after = signed_twice_more), GOOD },
    { "seals-over-page", "three later seals cover a fifth of the page each, and together most of it", MADE(.after = signed_thrice_more),
      .verdict = JY_INDETERMINATE, FAILS(OVERLAY), .names = "several revisions cover 60 %" },
    { "seal-enlarged", "the widget of the first signature is enlarged over the page", MADE(HOW(.rect = "[300 100 400 200]", .ap = SEAL_AP), UPDATE({ 15,
        "<< /FT /Sig /T (seal15) /Type /Annot /Subtype /Widget /Rect [0 0 600 800] /P 3 0 R /F 4 /V 13 0 R /AP << /N 14 0 R >>  >>", 0 })),
      CHANGED("earlier signature") },
    { "seal-redrawn", "the appearance of the first signature is another",
      MADE(HOW(.rect = "[300 100 400 200]", .ap = SEAL_AP), UPDATE({ 14, OTHER_FORM, 0 })), CHANGED("object 14") },
    { "seal-removed", "the first signature is taken out of the form and a second one put in",
      MADE(UPDATE({ 5, "<< /Fields [8 0 R 10 0 R] /SigFlags 3 /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 6 0 R >> >> >>", 0 })),
      .verdict = JY_NO_SIGNATURE },
    { "need-appearances", "readers are told to draw all fields anew",
      MADE(UPDATE({ 5, SIGNED_FORM("", "/NeedAppearances true"), 0 })), CHANGED("/NeedAppearances") },
    { "xfa-added", "another form (XFA) is put over the form",
      MADE(UPDATE({ 5, SIGNED_FORM("", "/XFA 16 0 R"), 0 }, { 16, STREAM("", "3", "<a>"), 0 })), CHANGED("/XFA") },
    { "fill-unasked", "a field is filled in and no certification permits it", MADE(.update = fill), CHANGED("no certification") },
    { "fill-certified-1", "a field is filled in although nothing may change", MADE(HOW(CERTIFIED(1)), .update = fill), CHANGED("no certification") },
    { "fill-locked", "a locked field is filled in", MADE(HOW(LOCKS("/Action /Include /Fields [(amount)]")), .update = fill), CHANGED("locked") },
    { "fill-not-excluded", "all fields but another one are locked", MADE(HOW(LOCKS("/Action /Exclude /Fields [(later)]")), .update = fill), CHANGED("locked") },
    { "value-without-look", "a value that is another than what is shown (shadow attack: replace)",
      MADE(HOW(CERTIFIED(2)), .update = value_only), CHANGED("appearance") },
    { "look-without-value", "a field shows another value than it has", MADE(HOW(CERTIFIED(2)), .update = look_only), CHANGED("/AP") },
    { "look-shared", "the appearance that is filled in is content of the page too", MADE(.contents = "4 0 R 9 0 R", HOW(CERTIFIED(2)),
        UPDATE({ 8, FIELD("two hundred", "9 0 R"), 0 }, { 9, OTHER_FORM, 0 })), CHANGED("object 9") },
    { "field-moved", "a field is laid over the amount", MADE(HOW(CERTIFIED(2)), UPDATE({ 8,

               "<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (one hundred) /Rect [72 690 300 730] /P 3 0 R /F 4 "
        "/DA (/F1 12 Tf 0 g) /AP << /N 9 0 R >> >>", 0 })),
      CHANGED("/Rect") },
    { "signed-certified-1", "a further signature although nothing may change",
      MADE(HOW(CERTIFIED(1)), AGAIN(.rect = "[300 100 400 200]", .ap = SEAL_AP)), CHANGED("no change (P 1)"),
      .stamping = JY_E_LOCKED },
    { "time-stamped-certified-1", "a time stamp that shows something although nothing may change",
      MADE(HOW(CERTIFIED(1)), AGAIN(.kind = TIME_STAMP, .rect = "[300 100 400 200]", .ap = SEAL_AP)), CHANGED("no change (P 1)"), .stamping = JY_E_LOCKED },
    { "time-stamped-in-field-certified-1", "the same in a field that was there", MADE(FIRST(FIELD_OF_THE_PAGE), HOW(CERTIFIED(1)),
        AGAIN(.kind = TIME_STAMP, .field_id = 10, .rect = "[0 0 600 800]", .ap = SEAL_AP, .page = "")), CHANGED("no change (P 1)"), .stamping = JY_E_LOCKED },
    { "signed-locked", "a further signature although all fields are locked",
      MADE(HOW(LOCKS("/Action /All")), AGAIN(.rect = "[300 100 400 200]", .ap = SEAL_AP)), CHANGED("FieldMDP All"),
      .stamping = JY_E_LOCKED },
    { "drawn-anew-no-more", "who signed saw the field drawn anew from its value; then programs are told to show its appearance again",
      MADE(FIRST({ 5, ANEW, 0 }, { 8, CHOICE, 0 }), HOW(.field_id = 10), UPDATE({ 5, NOT_ANEW, 0 })), GOOD, FAILS(SHOWN_ALIKE), .names = "NeedAppearances" },

    /* What must not be stamped. */
    { "stamp-certified-1", "nothing may change any more", MADE(HOW(CERTIFIED(1))), GOOD, .stamping = JY_E_LOCKED },
    { "stamp-locked", "all fields are locked", MADE(HOW(LOCKS("/Action /All"))), GOOD, .stamping = JY_E_LOCKED },
    { "stamp-script", "a script is in the file",
      MADE(.catalog = "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /OpenAction << /S /JavaScript /JS (1) >> >>"), GOOD, FAILS(SHOWN_ALIKE),
      .stamping = JY_E_ACTIVE_CONTENT },
    { "stamp-script-disguised", "the kind of an action is an object of its own, its name is escaped", MADE(.page_more = "/AA << /O << /S 20 0 R /JS (1) >> >>",
        MORE({ 20, "/Java#53cript", 0 })), GOOD, FAILS(SHOWN_ALIKE), .stamping = JY_E_ACTIVE_CONTENT },
    { "stamp-launch", "a link starts a program", MADE(.annots = "8 0 R 10 0 R 20 0 R", MORE({ 20,
        "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch /F (a.exe) >> >>", 0 })), GOOD, FAILS(SHOWN_ALIKE), .stamping = JY_E_ACTIVE_CONTENT },
    { "stamp-outside", "the content stands in another file", MADE(.contents = "20 0 R", MORE({ 20, STREAM("/F (content.txt)", "0", ""), 0 })), GOOD,
      FAILS(SHOWN_ALIKE), .stamping = JY_E_ACTIVE_CONTENT },
    { "stamp-outside-page", "a form shows a page of another file",
      MADE(.annots = "8 0 R 10 0 R 20 0 R", MORE({ 20, STREAM("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Ref << /F (b.pdf) /Page 0 >>", "0", ""), 0 })),
      GOOD, FAILS(SHOWN_ALIKE), .stamping = JY_E_ACTIVE_CONTENT },
    { "stamp-model", "a model that is turned and played", MADE(.annots = "8 0 R 10 0 R 20 0 R", MORE({ 20,
        "<< /Type /Annot /Subtype /3D /Rect [0 0 9 9] >>", 0 })), GOOD, FAILS(SHOWN_ALIKE), .stamping = JY_E_ACTIVE_CONTENT },
    { "stamp-drawn-or-not", "a text without an appearance: some programs draw it, others do not", MADE(.annots = "8 0 R 10 0 R 20 0 R", MORE({ 20,
        "<< /Type /Annot /Subtype /FreeText /Contents (1000000) /Rect [0 0 99 9] >>", 0 })), GOOD, FAILS(SHOWN_ALIKE),
      .stamping = JY_E_SHOWN_VARIOUSLY },
    { "stamp-layer", "a layer that is printed and not displayed",
      MADE(.catalog = "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /OCProperties << /OCGs [20 0 R] /D << >> >> >>",
        MORE({ 20, "<< /Type /OCG /Name (a) /Usage << /View << /ViewState /OFF >> >> >>", 0 })), GOOD, FAILS(SHOWN_ALIKE), .names = "object 20",
      .stamping = JY_E_SHOWN_VARIOUSLY },
    { "stamp-key-twice", "a picture under one name, and another",
      MADE(MORE({ 20, "<< /XObject << /Im 4 0 R /#49m 3 0 R >> >>", 0 })), GOOD, FAILS(SHOWN_ALIKE), .names = "/#49m twice", .stamping = JY_E_AMBIGUOUS },
    { "stamp-changed", "the document was changed after a signature",
      MADE(UPDATE({ 4, OTHER_CONTENT, 0 })), CHANGED("object 4"), .stamping = JY_E_EARLIER_INVALID },

    /* Ranges and values: universal signature forgery, wrapping. */
    { "range-missing", "there is no ByteRange", MADE(HOW(.range = "")), BAD_RANGE("missing") },
    { "range-not-from-start", "the first byte is not signed", MADE(HOW(.range = "[1 b c d]")), BAD_RANGE("first byte") },
    { "range-negative", "a number below zero", MADE(HOW(.range = "[0 -b c d]")), BAD_RANGE("four numbers") },
    { "range-three", "three numbers", MADE(HOW(.range = "[0 b c]")), BAD_RANGE("four numbers") },
    { "range-six", "three pairs", MADE(HOW(.range = "[0 b c d 0 0]")), BAD_RANGE("four numbers") },
    { "range-huge", "a length beyond the file", MADE(HOW(.range = "[0 b c 999999999999]")), BAD_RANGE("inside the file") },
    { "range-overlap", "the two parts overlap", MADE(HOW(.range = "[0 c b d]")), BAD_RANGE("overlap") },
    { "range-string", "ByteRange is a string", MADE(HOW(.range = "(0 b c d)")), BAD_RANGE("four numbers") },
    { "range-null", "ByteRange is null", MADE(HOW(.range = "null")), BAD_RANGE("four numbers") },
    { "gap-wide", "the gap is wider than the value", MADE(HOW(.wide_gap = true)), BAD_RANGE("leaves out something else") },
    { "gap-payload", "bytes behind the value inside Contents", MADE(HOW(.padded_with_payload = true)), INVALID_FOR(SIG_FORMAT, "other bytes than zero") },
    { "contents-null", "Contents is null", MADE(HOW(.contents = "null")), BAD_RANGE("no hexadecimal") },
    { "contents-empty", "Contents is empty", MADE(HOW(.contents = "<>")), INVALID_FOR(SIG_FORMAT, "never signed") },
    { "contents-zero", "Contents is a reservation", MADE(HOW(.contents = "<0000000000000000>")), INVALID_FOR(SIG_FORMAT, "never signed") },
    { "contents-string", "Contents is a literal string", MADE(HOW(.contents = "(0000000000000000)")), BAD_RANGE("no hexadecimal") },
    { "value-lent", "another field shows the value of the first signature", MADE(.after = value_lent), BAD_RANGE("another field") },
    { "value-no-dictionary", "the value of the field is a text",
      MADE(UPDATE({ 10, "<< /FT /Sig /T (later) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R /F 4 /V (signed) >>", 0 })),
      BAD_RANGE("no dictionary") },
    { "field-disguised", "a signature in a field that calls itself text", MADE(UPDATE({ 10,
        "<< /FT /Tx /T (later) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R /F 4 /V << /Type /Sig /Contents <00> /ByteRange [0 1 2 3] >> >>", 0 })),
      BAD_RANGE("leaves out") },
    { "wrapped", "other objects stand between the parts that are signed", MADE(.after = wrapped), .refused = JY_E_DAMAGED },

    /* Chains that readers follow in two ways. */
    { "section-twice", "an object stands twice in one section",
      MADE(.hidden = "4 0 obj\n" OTHER_CONTENT "\nendobj\n", .after = twice_in_one_section), .refused = JY_E_AMBIGUOUS },
    { "two-generations", "an object is in use in two generations", MADE(.after = two_generations), .refused = JY_E_AMBIGUOUS },
    { "table-shifted", "the table begins with 1", MADE(.after = shifted_table), .refused = JY_E_AMBIGUOUS },
    { "hybrid-conflict", "the hidden half of a section has another object",
      MADE(.hidden = "4 0 obj\n" OTHER_CONTENT "\nendobj\n", .after = hybrid_conflict), .refused = JY_E_AMBIGUOUS },
    { "two-origins", "offsets lead to a section from %PDF- and from byte 0", MADE(.after = two_origins), .refused = JY_E_AMBIGUOUS },
    { "object-stream-crossed", "an entry's index leads to another object than its number",
      MADE(.before = in_object_stream_crossed), .refused = JY_E_AMBIGUOUS },
    { "prev-loop", "the chain of sections is a loop", MADE(.after = prev_loop), .refused = JY_E_DAMAGED },
    { "startxref-cut", "the last offset points elsewhere", MADE(.after = startxref_without_end), .refused = JY_E_DAMAGED },
    { "encrypted-below", "an earlier trailer says that the file is encrypted", MADE(.after = encrypted_below), .refused = JY_E_ENCRYPTED },
    { "dictionary-twice", "Contents stands twice in the signature dictionary", MADE(HOW(.after = " /Contents <3000>")), .refused = JY_E_DAMAGED },

    /* Readers that search the bytes for objects: what no section names must not wait for them behind a signature. */
    { "honest-written-twice", "an object of a later revision was written twice: the last one counts for all", MADE(.after = written_twice), GOOD,
      FAILS(COVERAGE_EXTRA) },
    { "honest-short-rows", "a later table has rows of 19 bytes", MADE(.after = table_of_short_rows), GOOD },
    { "honest-leftover", "the signed revision has bytes of an object that no section names", MADE(.hidden = "4 0 obj\n" OTHER_CONTENT "\nendobj\n"), GOOD },
    { "hidden-between", "another content stands in a later revision and in no section", MADE(.after = hidden_between), CHANGED("in no use") },
    { "hidden-in-evidence", "the same inside a certificate of the evidence", MADE(UPDATE(
        { 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /DSS << /Certs [16 0 R] >> >>", 0 },
        { 16, STREAM("", "106", "endstream\nendobj\n4 0 obj\n" OTHER_CONTENT "\nendobj\n"), 0 })), CHANGED("in no use") },
    { "hidden-by-remark", "the same between objects, with a remark inside its number", MADE(.after = hidden_by_remark), CHANGED("in no use") },
    { "hidden-generation", "a page of a higher generation before the page that is written anew", MADE(.after = hidden_generation), CHANGED("in no use") },
    { "hidden-in-title", "the same inside the title", MADE(UPDATE({ 16, "<< /Title (\n4 0 obj\n<< >>\nendobj\n) >>", 0 }), .trailer = "/Info 16 0 R"),
      CHANGED("in no use") },
    { "hidden-trailer", "a trailer inside a stream leads to another catalog", MADE(UPDATE({ 16, STREAM("", "28", "\ntrailer\n<< /Root 17 0 R >>\n"), 0 },
        { 17, CATALOG, 0 })), CHANGED("of no section") },
    { "hidden-short-rows", "a later table that some readers give up brings signed bytes to light",
      MADE(.hidden = "4 0 obj\n" OTHER_CONTENT "\nendobj\n", .after = table_of_short_rows), CHANGED("in no use") },
    { "hidden-in-stream", "such a table beside an object stream that no section uses", MADE(.after = stream_beside_short_rows),
      CHANGED("objects in a stream") },
    { "packed-given-up", "such a table behind xref streams: who gives it up loses the font", MADE(.before = in_object_stream, .after = table_of_short_rows),
      CHANGED("lose the objects in streams") },
    { "hidden-startxref", "a remark before the last offset does the same", MADE(.hidden = "4 0 obj\n" OTHER_CONTENT "\nendobj\n",
        .after = startxref_with_remark), CHANGED("in no use") },
    { "hidden-number-cut", "an offset leads into the number of an object that lay unused", MADE(.hidden = "14 0 obj\n" OTHER_CONTENT "\nendobj\n",
        .after = number_cut), CHANGED("brought back") },
    { "chain-past-signature", "the chain leads past the signed revision, whose objects are named anew", MADE(.after = chain_past_the_signature),
      CHANGED("does not build upon") },

    /* Signatures taken out, certifications claimed afterwards. */
    { "removed-and-signed", "the first signature is taken off the form, the amount changed, and another signs: both seals are on the page",
      MADE(HOW(.rect = "[300 100 400 200]", .ap = SEAL_AP), .between = off_the_form, AGAIN(.rect = "[100 100 200 200]", .ap = SEAL_AP)),
      CHANGED("object 4") },
    /* What the page is drawn with is, or says that it is, one of the objects that may change. */
    { "fonts-as-a-field", "with the further signature the page has another font, in a dictionary that says that it is the field that is signed",
      MADE(FIRST(PAGE_OF("/Font 20 0 R", WRITTEN_IN("F", "38")), FORM_WITH_21, { 20, "<< /F 6 0 R /FT /Sig >>", 0 }), HOW(.field_id = 10),
        AGAIN(.field_id = 21, ALSO({ 20, "<< /F 30 0 R /FT /Sig /V 23 0 R >>", 0 }, { 30, SYMBOL, 0 }))), CHANGED("object 20") },
    { "note-as-a-field", "a note on the page says that it is a field, and gets another text, as the certification permits of fields",
      MADE(.annots = "8 0 R 10 0 R 20 0 R", MORE({ 20, NOTE_FIELD("one hundred", "9 0 R"), 0 }), HOW(CERTIFIED(2)),
        UPDATE({ 20, NOTE_FIELD("two hundred", "30 0 R"), 0 }, { 30, OTHER_FORM, 0 })), CHANGED("object 20") },
    { "note-drawn-as-a-field", "its appearance is written anew under its number",
      MADE(.annots = "8 0 R 10 0 R 20 0 R", MORE({ 20, NOTE_KID, 0 }, { 22, FIELD_FORM, 0 }, { 23, "<< /FT /Tx /T (note) /V (one hundred) >>", 0 }),
        HOW(CERTIFIED(2)),
        UPDATE({ 22, OTHER_FORM, 0 }, { 23, "<< /FT /Tx /T (note) /V (two hundred) >>", 0 })), CHANGED("object 22") },
    { "layer-as-a-field", "content depends on layers by a policy that is signed as a field, under a name that leads to fields",
      MADE(FIRST(PAGE_OF("/Font << /F1 6 0 R >> /Properties << /Kids 20 0 R >>", "/OC /Kids BDC BT /F1 24 Tf 72 700 Td (100 yuan) Tj ET EMC", "57"),
        FORM_WITH_21, { 20, "<< /Type /OCMD /OCGs 22 0 R /P /AnyOn /FT /Sig >>", 0 }, { 22, "<< /Type /OCG /Name (layer) >>", 0 },
        { 1, CATALOG_WITH("/OCProperties << /OCGs [22 0 R] /D << >> >>"), 0 }), HOW(.field_id = 10),
        AGAIN(.field_id = 21, ALSO({ 20, "<< /Type /OCMD /OCGs 22 0 R /P /AllOff /FT /Sig /V 24 0 R >>", 0 }))), CHANGED("/P") },
    { "font-as-a-field", "a font is signed as a field, and is none any more",
      MADE(FIRST(PAGE_OF("/Font << /Kids 20 0 R >>", WRITTEN_IN("Kids", "41")), FORM_WITH_21,
        { 20, "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol /FT /Sig >>", 0 }), HOW(.field_id = 10),
        AGAIN(.field_id = 21, ALSO({ 20, "<< /Type /Font /Subtype /Widget /BaseFont /Symbol /FT /Sig /V 23 0 R >>", 0 }))), CHANGED("object 20") },
    { "fonts-as-a-filled-field", "the same of a field that is filled in, as the certification permits",
      MADE(FIRST(PAGE_OF("/Font 20 0 R", WRITTEN_IN("M", "38")), FORM_WITH_21, { 20, "<< /M 6 0 R /FT /Tx >>", 0 }), HOW(.field_id = 10, CERTIFIED(2)),
        UPDATE({ 20, "<< /M 30 0 R /FT /Tx /V (x) >>", 0 }, { 30, SYMBOL, 0 })), CHANGED("object 20") },
    { "fonts-as-a-page", "in a dictionary that says that it is a page, whose annotations may become more",
      MADE(FIRST(PAGE_OF("/Font 20 0 R", WRITTEN_IN("Annots", "43")), FORM_WITH_21, { 20, "<< /Annots 6 0 R /Type /Page >>", 0 }), HOW(.field_id = 10),
        UPDATE({ 20, "<< /Annots 30 0 R /Type /Page >>", 0 }, { 30, SYMBOL, 0 })), CHANGED("/Annots") },
    { "fonts-as-the-form", "in the form, whose resources may become more",
      MADE(FIRST(PAGE_OF("/Font 5 0 R", WRITTEN_IN("DR", "39")),
        { 5, "<< /Fields [8 0 R 10 0 R 21 0 R] /DR << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>", 0 }),
        HOW(.field_id = 10), UPDATE({ 5, "<< /Fields [8 0 R 10 0 R 21 0 R] /DR << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding "
        "<< /Differences [49 /nine] >> >> >>", 0 })), CHANGED("object 5") },
    { "fonts-as-the-catalog", "in the catalog, where evidence may be named",
      MADE(FIRST(PAGE_OF("/Font 1 0 R", WRITTEN_IN("DSS", "40")), FORM_WITH_21, { 1, CATALOG_WITH("/DSS 6 0 R"), 0 }), HOW(.field_id = 10),
        UPDATE({ 1, CATALOG_WITH("/DSS 30 0 R"), 0 }, { 30, SYMBOL, 0 })), CHANGED("object 1") },
    { "fonts-as-evidence", "and in the evidence itself",
      MADE(FIRST(PAGE_OF("/Font 1 0 R", WRITTEN_IN("DSS", "40")), FORM_WITH_21, { 1, CATALOG_WITH("/DSS 20 0 R"), 0 }, { 20, FONT, 0 }), HOW(.field_id = 10),
        UPDATE({ 20, SYMBOL, 0 })), CHANGED("object 20") },
    { "fonts-in-evidence", "among the evidence for one signature",
      MADE(FIRST(PAGE_OF("/Font 20 0 R", WRITTEN_IN("A", "38")), FORM_WITH_21, { 1, CATALOG_WITH("/DSS << /VRI 20 0 R >>"), 0 }, { 20, "<< /A 6 0 R >>", 0 }),
        HOW(.field_id = 10), UPDATE({ 20, "<< /A 30 0 R >>", 0 }, { 30, SYMBOL, 0 })), CHANGED("object 20") },
    { "catalog-as-description", "the catalog is the description as well, which may change, and names other pages",
      MADE(HOW(.trailer = "/Info 1 0 R"), UPDATE({ 1, "<< /Type /Catalog /Pages 30 0 R /AcroForm 5 0 R >>", 0 },
        { 30, "<< /Type /Pages /Kids [31 0 R] /Count 1 >>", 0 },
        { 31, "<< /Type /Page /Parent 30 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 6 0 R >> >> /Contents 11 0 R /Annots [15 0 R] >>", 0 }),
        .trailer = "/Info 1 0 R"), CHANGED("/Pages") },
    { "picture-as-description", "the page draws the catalog's description, which is a form as well",
      MADE(FIRST(PAGE_OF("/XObject 1 0 R", "/Metadata Do", "12"), FORM_WITH_21, { 1, CATALOG_WITH("/Metadata 20 0 R"), 0 },
        { 20, STREAM("/Type /Metadata /Subtype /Form /BBox [0 0 600 800]", "15", "0 0 99 9 re f  "), 0 }), HOW(.field_id = 10),
        UPDATE({ 20, STREAM("/Type /Metadata /Subtype /Form /BBox [0 0 600 800]", "15", "0 0 9 99 re f  "), 0 })), CHANGED("object 20") },
    { "picture-as-a-field", "the page draws the appearance of a field by another name, and it is filled in, as the certification permits",
      MADE(FIRST(PAGE_OF("/XObject 8 0 R", "/X Do", "5"), FORM_WITH_21, { 8, FIELD("one hundred", "9 0 R >> /X 9 0 R /MK << "), 0 }),
        HOW(.field_id = 10, CERTIFIED(2)), UPDATE({ 8, FIELD("two hundred", "9 0 R >> /X 9 0 R /MK << "), 0 }, { 9, OTHER_FORM, 0 })), CHANGED("object 8") },
    { "picture-as-a-widget", "the same of a widget that stays as it is, while the field above it has another value",
      MADE(FIRST(PAGE_OF("/XObject 8 0 R", "/X Do", "5"), { 5, "<< /Fields [20 0 R 10 0 R 21 0 R] /SigFlags 3 >>", 0 },
        { 8, "<< /Type /Annot /Subtype /Widget /Parent 20 0 R /Rect [72 600 272 630] /F 4 /AP << /N 9 0 R >> /X 9 0 R >>", 0 },
        { 20, "<< /FT /Tx /T (amount) /V (one hundred) /Kids [8 0 R] >>", 0 }), HOW(.field_id = 10, CERTIFIED(2)),
        UPDATE({ 9, OTHER_FORM, 0 }, { 20, "<< /FT /Tx /T (amount) /V (two hundred) /Kids [8 0 R] >>", 0 })), CHANGED("object 9") },
    { "honest-fill-above", "the same, where nothing else draws it", MADE(FIRST({ 5, "<< /Fields [20 0 R 10 0 R] /SigFlags 3 >>", 0 },
        { 8, "<< /Type /Annot /Subtype /Widget /Parent 20 0 R /Rect [72 600 272 630] /F 4 /AP << /N 9 0 R >> >>", 0 },
        { 20, "<< /FT /Tx /T (amount) /V (one hundred) /Kids [8 0 R] >>", 0 }), HOW(.field_id = 10, CERTIFIED(2)),
        UPDATE({ 9, OTHER_FORM, 0 }, { 20, "<< /FT /Tx /T (amount) /V (two hundred) /Kids [8 0 R] >>", 0 })), GOOD, FAILS(LATER_FORM_FILL) },
    { "honest-evidence-grows", "evidence of every kind, and more of it later",
      MADE(FIRST({ 1, CATALOG_WITH("/DSS 20 0 R"), 0 },
        { 20, "<< /Type /DSS /Maker (kept) /Certs [22 0 R] /VRI << /AB << /Cert [22 0 R] /TU (D:20260101) /TS 22 0 R >> >> >>", 0 },
        { 22, STREAM("", "3", "abc"), 0 }), UPDATE({ 20, "<< /Type /DSS /Maker (kept) /Certs [22 0 R 30 0 R] /CRLs [30 0 R] /OCSPs [] /VRI << /Type /VRI /AB << /Cert [22 0 R] "
        "/TU (D:20260101) /TS 22 0 R >> /CD << /Type /VRI /CRL [30 0 R] /OCSP [] >> >> >>", 0 }, { 30, STREAM("", "3", "abd"), 0 })), GOOD },
    { "seal-by-parent", "the further signature says that its field is one of the first signature, whose seal it shows",
      MADE(AGAIN(.rect = "[100 100 200 200]", .ap = SEAL_AP, .field = "/Parent 15 0 R")), GOOD, FAILS(APPEARANCE), .names = "seal18" },
    { "seal-by-parent-and-value", "so does a second widget of it", MADE(AGAIN(.rect = "[0 0 0 0]", .more_annots = "30 0 R", ALSO({ 30,
        "<< /FT /Sig /Type /Annot /Subtype /Widget /Rect [100 100 200 200] /P 3 0 R /F 4 /V 16 0 R /Parent 15 0 R /AP << /N 31 0 R >> >>", 0 },
        { 31, OTHER_FORM, 0 }))), GOOD, FAILS(APPEARANCE), .names = "seal18" },
    { "removed-to-another", "and its widget is said to be one of the further signature's",
      MADE(HOW(.rect = "[300 100 400 200]", .ap = SEAL_AP), .between = off_the_form_to_another, AGAIN(.rect = "[100 100 200 200]", .ap = SEAL_AP)),
      .verdict = JY_INVALID, FAILS(LATER_CHANGE) },
    { "removed-wholly", "the first signature is taken off form and page: told", MADE(.between = off_form_and_page, AGAIN(.rect = "[0 0 0 0]")), GOOD,
      FAILS(SIGNATURE_REMOVED), .names = "in no field" },
    { "honest-missing", "a further signature names an object that there is not", MADE(AGAIN(.field = "/MK 99 0 R")), GOOD },
    { "honest-missing-freed", "the signed revision names an object that it has set free", MADE(MORE({ 20, "<< /A 21 0 R >>", 0 }, { 21, OTHER_CONTENT, 0 }),
        FIRST({ 21, NULL, 1 }), AGAIN(.rect = "[300 100 400 200]", .ap = SEAL_AP)), GOOD },
    { "missing-brings-hidden", "poppler searches for what a further signature names, and finds another second page", MADE(.hidden = HIDDEN_21, TWO_PAGES,
        AGAIN(.field = "/MK 99 0 R")), CHANGED("in no use") },
    { "missing-in-signed", "what the further signature names was signed, and names an object that there is not", MADE(.hidden = HIDDEN_21,
        MORE(SECOND_PAGE, { 22, "<< /R 99 0 R >>", 0 }), FIRST(PAGES_OF_TWO), AGAIN(.field = "/MK 22 0 R")), CHANGED("in no use") },
    { "missing-at-signing", "the signed revision shows poppler another second page from the beginning: told", MADE(.hidden = HIDDEN_21,
        MORE(SECOND_PAGE, { 22, "<< /R 99 0 R >>", 0 }), FIRST(PAGES_OF_TWO)), GOOD, FAILS(SHOWN_ALIKE), .names = "in no use",
      .stamping = JY_E_AMBIGUOUS },
    { "honest-linearized", "a linearized file was updated and signed since, and has another first page", MADE(.linearized = "/N 2 /O 20", .length = NONE,
        MORE(SECOND_PAGE)), GOOD },
    { "linearized-elsewhere", "the linearization names a page that is in no page tree", MADE(.linearized = "/N 1 /O 20", MORE(SECOND_PAGE)),
      .refused = JY_E_AMBIGUOUS },
    { "linearized-in-wait", "it does so when a further signature has made the file as long as it says", MADE(.linearized = "/N 1 /O 20", MORE(SECOND_PAGE),
        AGAIN(.rect = "[0 0 0 0]")), .refused = JY_E_AMBIGUOUS },
    { "linearized-until-now", "it did so until a further signature made the file longer", MADE(.linearized = "/N 1 /O 20", .length = SIGNED, MORE(SECOND_PAGE),
        AGAIN(.rect = "[0 0 0 0]")), CHANGED("another cross-reference section") },
    { "linearized-twice", "its length stands there twice", MADE(.linearized = "/L 1 /N 1 /O 3", .length = NONE), .refused = JY_E_AMBIGUOUS },
    { "page-counted-twice", "the page tree counts two pages and has one: told, as some readers leap by Count", MADE(
        FIRST({ 2, "<< /Type /Pages /Kids [3 0 R] /Count 2 >>", 0 })), GOOD, FAILS(SHOWN_ALIKE), .names = "Count", .stamping = JY_E_AMBIGUOUS },
    { "page-of-another", "the page names another node as its Parent, which turns it: told", MADE(MORE({ 20, "<< /Type /Pages /Kids [] /Count 0 /Rotate 90 >>", 0 }),
        FIRST({ 3, "<< /Type /Page /Parent 20 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 6 0 R >> >> /Contents [4 0 R] "
        "/Annots [8 0 R 10 0 R] >>", 0 }), HOW(.field_id = 10)), GOOD, FAILS(SHOWN_ALIKE), .names = "Parent", .stamping = JY_E_AMBIGUOUS },
    { "missing-until-streams", "so it does, until a further signature comes with an xref stream, and poppler searches no more", MADE(.hidden = HIDDEN_21,
        MORE(SECOND_PAGE, { 22, "<< /R 99 0 R >>", 0 }), FIRST(PAGES_OF_TWO), .between = pack, AGAIN(.rect = "[0 0 0 0]")), CHANGED("in no use") },
    { "honest-streams", "a table, and behind it a signature in an object stream; what is missing was missing", MADE(MORE({ 22, "<< /R 99 0 R >>", 0 }),
        .between = pack, AGAIN(.rect = "[300 100 400 200]", .ap = SEAL_AP)), GOOD },
    { "missing-in-trailer", "what the trailer of a later revision names is not there", MADE(.hidden = HIDDEN_21, TWO_PAGES, AGAIN(.trailer = "/Info 99 0 R")),
      CHANGED("in no use") },
    { "missing-turned-back", "the signed revision has turned its second page back, and the further signature misses an object",
      MADE(MORE(SECOND_PAGE), FIRST(PAGES_OF_TWO, { 21, OTHER_CONTENT, 0 }), .before = turned_back, AGAIN(.field = "/MK 99 0 R")),
      CHANGED("in no use") },
    { "missing-freed", "the further signature names an object that the signed revision had set free", MADE(MORE({ 21, OTHER_CONTENT, 0 }),
        FIRST({ 21, NULL, 1 }), AGAIN(.field = "/MK 21 0 R")), CHANGED("in no use") },
    { "missing-packed", "who searches loses the font that is in an object stream", MADE(.before = in_object_stream, AGAIN(.field = "/MK 99 0 R")),
      CHANGED("objects in streams") },
    { "generation-wrong", "pdf.js searches for an object in a generation that there is not", MADE(.hidden = HIDDEN_21, TWO_PAGES, AGAIN(.field = "/MK 6 5 R")),
      CHANGED("in no use") },
    { "removed-by-another", "the field of the first signature is signed again by another, who is then alone: told", MADE(HOW(.field_id = 10), AGAIN(.field_id = 10)),
      GOOD, FAILS(SIGNATURE_REMOVED), .names = "in no field" },
    { "fill-certified-later", "who signs last certifies that fields may be filled in, and fills them in", MADE(AGAIN(CERTIFIED(2)), .after = filled_at_the_end),
      CHANGED("no certification") },
    { "note-certified-3", "a note over the amount, which a certification permits and nobody sees", MADE(HOW(CERTIFIED(3)),
        UPDATE({ 3, SIGNED_PAGE("4 0 R", "16 0 R", ""), 0 }, { 16, NOTE_ANNOT, 0 })), CHANGED("annotation") },

    /* What a signature shows against the picture of its seal: the sneaky signature, another's seal. */
    { "honest-stamp", "a stamp at two places, one of them clipped, shows its seal", MADE(.after = stamped), GOOD },
    { "sum-as-seal", "a further signature shows a white ground and another sum, and lies over the sum that was signed",
      MADE(AGAIN(.rect = "[72 690 300 730]", .ap = "1 g 0 0 600 800 re f 0 g BT /F1 600 Tf 2 8 Td (900 yuan) Tj ET")), GOOD, FAILS(APPEARANCE),
      .names = "something else" },
    { "seal-of-another", "the first signature shows the picture of a seal that is not its own",
      MADE(HOW(.rect = "[300 100 400 200]", .field = "/AP << /N 30 0 R >>", ALSO(
        { 30, STREAM("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /Im0 31 0 R >> >>", "26", "q 9 0 0 9 0 0 cm /Im0 Do Q"), 0 },
        { 31, STREAM("/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceRGB", "3", "abc"), 0 }))), GOOD,
      FAILS(APPEARANCE), .names = "something else" },
    { "sum-as-caption", "the further signature has no appearance, and a ground and a caption for readers that draw their own",
      MADE(AGAIN(.rect = "[72 690 300 730]", .field = "/MK << /BG [1 1 1] /CA (900 yuan) >>")), GOOD, FAILS(APPEARANCE), .names = "something else" },
    { "seal-under-pointer", "the first signature shows something else under the pointer", MADE(HOW(.rect = "[300 100 400 200]",
        .field = "/AP << /N 9 0 R /R 9 0 R >>")), GOOD, FAILS(APPEARANCE), .names = "something else" },
    { "seal-shows-nothing-decoded", "what a further seal shows is decoded to nothing", MADE(AGAIN(.rect = "[72 690 300 730]", .field = "/AP << /N 31 0 R >>",
        ALSO({ 31, STREAM("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Filter /ASCIIHexDecode", "1", ">"), 0 }))), GOOD, FAILS(APPEARANCE),
      .names = "something else" },

    /* What is judged key by key. */
    { "honest-form-fonts", "the form has a further font for the next signature", MADE(UPDATE({ 5,
        "<< /Fields [8 0 R 10 0 R 15 0 R ] /SigFlags 3 /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 6 0 R /F2 16 0 R >> /XObject << /X 9 0 R >> >> >>", 0 },
        { 16, FONT, 0 })), GOOD },
    { "form-font-replaced", "a font's name in the form means another font", MADE(UPDATE({ 5,
        "<< /Fields [8 0 R 10 0 R 15 0 R ] /SigFlags 3 /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 16 0 R >> >> >>", 0 }, { 16, FONT, 0 })), CHANGED("/F1") },
    { "honest-contents-lines", "the digits of Contents are broken into lines", MADE(HOW(.in_lines = true)), GOOD },
    { "content-key-escaped", "the page names another content by an escaped key", MADE(UPDATE({ 3,
        PAGE_HEAD "/#43ontents [11 0 R] /Annots [8 0 R 10 0 R 15 0 R ]  >>", 0 })), CHANGED("/Contents") },
    { "content-key-both", "both keys: readers take the first or the last", MADE(UPDATE({ 3, SIGNED_PAGE("4 0 R", "", "/#43ontents 11 0 R"), 0 })),
      .refused = JY_E_DAMAGED },
    { "length-replaced", "the length of the content, an object of its own, is another", MADE(MORE({ 20, "39", 0 }, { 21, "<< /Length 20 0 R >>\nstream\nBT /F1 24 Tf 72 700 Td (100 yuan) Tj ET\nBT /F1 24 Tf 72 700 Td (900 yuan) Tj ET\nendstream", 0 }),
        .contents = "21 0 R", UPDATE({ 20, "79", 0 })), CHANGED("object 20") },
    { "appearance-awaited", "an annotation named an appearance that did not exist; it comes as evidence", MADE(.annots = "8 0 R 10 0 R 20 0 R",
        MORE({ 20, "<< /Type /Annot /Subtype /Stamp /Rect [72 690 300 730] /AP << /N 40 0 R >> >>", 0 }),
        UPDATE({ 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /DSS << /Certs [40 0 R] >> >>", 0 }, { 40, OTHER_FORM, 0 })),
      CHANGED("before it existed") },
    { "annotations-reordered", "the annotation that lay below lies on top", MADE(.annots = "8 0 R 10 0 R 12 0 R", UPDATE({ 3,
        PAGE_HEAD "/Contents [4 0 R] /Annots [12 0 R 8 0 R 10 0 R 15 0 R ]  >>", 0 })), CHANGED("annotation") },
    { "annotation-twice", "an annotation is drawn twice", MADE(UPDATE({ 3, SIGNED_PAGE("4 0 R", "8 0 R", ""), 0 })), CHANGED("annotation") },
    { "page-scaled", "the page has another unit", MADE(UPDATE({ 3, SIGNED_PAGE("4 0 R", "", "/UserUnit 2"), 0 })), CHANGED("/UserUnit") },
    { "pages-rotated", "all pages inherit a turn", MADE(UPDATE({ 2, "<< /Type /Pages /Kids [3 0 R] /Count 1 /Rotate 90 >>", 0 })), CHANGED("object 2") },
    { "evidence-holds-file", "another file lies in the evidence", MADE(UPDATE(
        { 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /DSS << /Certs [16 0 R] /EmbeddedFiles 17 0 R >> >>", 0 }, { 16, STREAM("", "3", "abc"), 0 },
        { 17, "<< /Names [(a) << /Type /Filespec >>] >>", 0 })), CHANGED("/EmbeddedFiles was added") },
    { "evidence-is-page", "the page is called evidence, and changed", MADE(UPDATE({ 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /DSS 3 0 R >>", 0 },
        { 3, SIGNED_PAGE("11 0 R", "", ""), 0 })), CHANGED("evidence") },
    { "seal-on-layer", "a further seal lies on a layer that can be switched", MADE(AGAIN(.rect = "[300 100 400 200]", .ap = SEAL_AP,
        .field = "/OC << /Type /OCG /Name (layer) >>")), CHANGED("/OC") },
    { "seal-with-link", "a further seal is a link", MADE(AGAIN(.rect = "[300 100 400 200]", .ap = SEAL_AP, .field = "/A << /S /URI /URI (http://a) >>")),
      CHANGED("/A") },
    { "fill-background", "a field is filled in and gets a ground that covers", MADE(HOW(CERTIFIED(2)), UPDATE({ 8,
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (two hundred) /Rect [72 600 272 630] /P 3 0 R /F 4 /DA (/F1 12 Tf 0 g) /AP << /N 16 0 R >> "
        "/MK << /BG [1 1 1] >> >>", 0 }, { 16, OTHER_FORM, 0 })), CHANGED("/MK") },
    { "fill-colour", "a field is filled in, in white", MADE(HOW(CERTIFIED(2)), UPDATE({ 8,
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (two hundred) /Rect [72 600 272 630] /P 3 0 R /F 4 /DA (/F1 12 Tf 1 g) "
        "/AP << /N 16 0 R >> >>", 0 },
        { 16, OTHER_FORM, 0 })), CHANGED("/DA") },
    { "field-unseen", "a field that showed a sum is hidden", MADE(HOW(CERTIFIED(2)), UPDATE({ 8,
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (one hundred) /Rect [72 600 272 630] /P 3 0 R /F 2 /DA (/F1 12 Tf 0 g) "
        "/AP << /N 9 0 R >> >>", 0 })),
      CHANGED("/F was") },
    { "range-real", "a range of reals", MADE(HOW(.range = "[0.0 b c d]")), BAD_RANGE("four numbers") },
    { "range-elsewhere", "the range is another object", MADE(HOW(.range = "11 0 R")), BAD_RANGE("four numbers") },
    { "range-without-end", "nothing is signed behind the value", MADE(HOW(.range = "[0 b c 0]")), BAD_RANGE("end with a revision") },
    { "contents-escaped", "Contents stands twice, once escaped", MADE(HOW(.after = " /#43ontents <3000>")), .refused = JY_E_DAMAGED },
};

int
main(void)
{
    static const struct attack_family family = { "pdf", "pdf", rows, sizeof(rows) / sizeof(rows[0]) };

    return attacks_run(&family);
}
