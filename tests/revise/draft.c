/* SPDX-License-Identifier: Apache-2.0 */
#include "draft.h"

#include "pdf/syntax.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- objects -- */

/* What objects are, and what they say that they are. @ is a reference, # a rectangle. */
static const struct kind {
    const char *text, *stream;
} kinds[] = {
    { "<<", "BT /F1 24 Tf 72 700 Td (100 yuan) Tj ET" },
    { "<<", "BT /F1 24 Tf 72 700 Td (900 yuan) Tj ET" },
    { "<<", "/G0 gs BT /F1 24 Tf 72 700 Td (100 yuan) Tj ET /Im0 Do" },
    { "<<", "/Artifact /OC0 BDC /Im0 Do EMC" },
    { "<< /Type /XObject /Subtype /Form /BBox [0 0 600 800]", "1 g 0 0 600 800 re f" },
    { "<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /Font << /F1 @ >> >>", "BT /F1 24 Tf 72 700 Td (900 yuan) Tj ET" },
    { "<< /Type /XObject /Subtype /Form /BBox [0 0 200 30] /Resources << /Font << /F1 6 0 R >> >>", "BT /F1 12 Tf 2 8 Td (two hundred) Tj ET" },
    { "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray /SMask @", "x" },
    { "<< /Type /Metadata /Subtype /XML", "<x/>" },
    { "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", NULL },
    { "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>", NULL },
    { "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding @ >>", NULL },
    { "<< /Type /Encoding /Differences [48 /nine /eight] >>", NULL },
    { "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 48 /LastChar 48 /Widths [9] /Encoding << /Differences "
      "[48 /a] >> /CharProcs << /a @ >> >>", NULL },
    { "<< /Type /Annot /Subtype /Widget /FT /Tx /T (amount) /V (two hundred) /Rect # /P 3 0 R /F 4 /DA (/F1 12 Tf 0 g) /AP << /N @ >> >>", NULL },
    { "<< /Type /Annot /Subtype /Widget /FT /Tx /T (other) /V (two hundred) /Rect # /P @ /F 4 /DA (/F1 12 Tf 0 g) /AP << /N << /Yes @ >> >> /AS /Yes >>", NULL },
    { "<< /FT /Sig /T (later) /Type /Annot /Subtype /Widget /Rect # /P @ /F 4 /AP << /N @ >> >>", NULL },
    { "<< /FT /Sig /T (empty) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R /F 4 >>", NULL },
    { "<< /FT /Tx /T (parent) /V (x) /Kids [@ @] >>", NULL },
    { "<< /Type /Annot /Subtype /Widget /Parent @ /Rect # /F 4 /AP << /N @ >> >>", NULL },
    { "<< /Type /Annot /Subtype /FreeText /Rect # /Contents (900 yuan) /DA (/F1 24 Tf 0 g) /F 4 /AP << /N @ >> >>", NULL },
    { "<< /Type /Annot /Subtype /Stamp /Rect # /F 4 /AP << /N @ >> /Popup @ >>", NULL },
    { "<< /Type /Annot /Subtype /Link /Rect # /Border [0 0 0] >>", NULL },
    { "<< /Font << /F1 @ >> /XObject << /Im0 @ >> /ExtGState << /G0 @ >> >>", NULL },
    { "<< /F1 @ /Im0 @ /G0 @ >>", NULL },
    { "<< /Type /ExtGState /ca 0 >>", NULL },
    { "<< /Type /ExtGState /Font [@ 24] /SMask << /S /Alpha /G @ >> >>", NULL },
    { "<< /Type /OCG /Name (layer) >>", NULL },
    { "[@]", NULL },
    { "[@ @]", NULL },
    { "<< /Certs [@] /OCSPs [@] >>", NULL },
    { "<< /Certs @ /VRI << /A << /Cert @ >> >> >>", NULL },
    { "<< /Type /Pages /Kids [@] /Count 1 >>", NULL },
    { "<< /Type /Pages /Parent 2 0 R /Kids [3 0 R] /Count 1 /Resources @ >>", NULL },
    { "<< /Fields [8 0 R 10 0 R 26 0 R @] /SigFlags 3 /DR @ >>", NULL },
    { "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /DSS @ /Metadata @ >>", NULL },
    { "<< /Title (Another) /Author @ >>", NULL },
    { "(a string)", NULL },
    { "/Name", NULL },
    { "1", NULL },
};
static const char *const keys[] = {
    "Type", "Subtype", "FT", "T", "V", "DV", "AP", "N", "D", "AS", "F", "Ff", "P", "Parent", "Kids", "Rect", "MK", "DA", "DR", "Q", "Annots", "Contents",
    "Resources", "Font", "F1", "XObject", "Im0", "ExtGState", "G0", "ColorSpace", "Pattern", "Properties", "OC0", "Fields", "SigFlags", "CO", "AcroForm",
    "Pages", "Metadata", "DSS", "Certs", "Cert", "CRLs", "OCSPs", "VRI", "TU", "TS", "OC", "OCProperties", "Names", "A", "Group", "Matrix", "BBox", "SMask",
    "Mask", "BaseFont", "Encoding", "CharProcs", "a", "ca", "Rotate", "MediaBox", "CropBox", "UserUnit", "StructParents", "StructTreeRoot", "K", "Obj",
    "Info", "Root", "Lock", "SV", "M", "NM", "IRT", "Popup", "Border", "C", "H", "Perms", "Extensions", "Version", "PieceInfo", "Data", "Lang",
    "ViewerPreferences", "Length",
};
static const char *const names[] = {
    "Sig", "Tx", "Btn", "Ch", "Page", "Pages", "Catalog", "Annot", "Widget", "FreeText", "Stamp", "Popup", "Form", "Image", "XObject", "Font", "Type1",
    "Symbol", "Helvetica", "ExtGState", "OCG", "Metadata", "XML", "SigRef", "DSS", "VRI", "Yes", "Off", "Multiply", "None", "F1", "Im0", "G0", "a", "N",
};
static const char *const plain[] = { "0", "1", "2", "4", "32", "36", "90", "0.5", "-1", "24", "true", "false", "null", "(later)", "(amount)", "(900 yuan)",
                                     "(/F1 24 Tf 1 g)", "(D:20260101000000Z)" };
static const char *const anywhere[] = { "[0 0 600 800]", "[0 680 600 760]", "[72 690 300 730]" }, *const below[] = { "[0 0 0 0]", "[72 560 272 590]",
                                                                                                                     "[300 100 400 200]" };

#define PACKED_MAX 64                 /* objects of an object stream */
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define ANY(dice, list) (list)[dice_roll(dice, COUNT(list))]

size_t
dice_roll(struct dice *dice, size_t n)
{
    uint64_t x = dice->state += 0x9e3779b97f4a7c15u;

    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (size_t)((x ^ (x >> 31)) % n);
}

/* Text that grows; what does not fit any more is cut, which makes an object that is refused. */
struct text {
    char *p;
    size_t len;
};

static void
put(struct text *t, const char *p, size_t len)
{
    if (len > DRAFT_MAX - 1 - t->len)
        len = DRAFT_MAX - 1 - t->len;
    memcpy(t->p + t->len, p, len);
    t->p[t->len += len] = '\0';
}

static void
put_text(struct text *t, const char *text)
{
    put(t, text, strlen(text));
}

/* From this word on. */
static void
cut(struct text *t, const char *word)
{
    char *at = strstr(t->p, word);

    if (at != NULL)
        t->p[t->len = (size_t)(at - t->p)] = '\0';
}

static void
put_reference(struct dice *dice, struct text *t)
{
    char text[24];

    snprintf(text, sizeof(text), "%zu 0 R", dice_roll(dice, 2) == 0 ? 20 + dice_roll(dice, 6) : 1 + dice_roll(dice, DRAFT_IDS));
    put_text(t, text);
}

static void
put_rectangle(struct dice *dice, bool low, struct text *t)
{
    put_text(t, low || dice_roll(dice, 2) == 0 ? ANY(dice, below) : ANY(dice, anywhere));
}

/* With references and rectangles in their places. name: for $; said: for %. */
static void
put_named(struct dice *dice, bool low, const char *pattern, const char *name, const char *said, struct text *t)
{
    for (; *pattern != '\0'; pattern++)
        switch (*pattern) {
        case '@': put_reference(dice, t); break;
        case '#': put_rectangle(dice, low, t); break;
        case '$': put_text(t, name); break;
        case '%': put_text(t, said); break;
        default: put(t, pattern, 1);
        }
}

static void
put_pattern(struct dice *dice, bool low, const char *pattern, struct text *t)
{
    put_named(dice, low, pattern, "", "", t);
}

static void
put_stream(const char *bytes, struct text *t)
{
    char end[48];

    snprintf(end, sizeof(end), " /Length %zu >>\nstream\n", strlen(bytes));
    put_text(t, end);
    put_text(t, bytes);
    put_text(t, "\nendstream");
}

static void
put_kind(struct dice *dice, bool low, struct text *t)
{
    const struct kind *kind = &ANY(dice, kinds);

    put_pattern(dice, low, kind->text, t);
    if (kind->stream != NULL)
        put_stream(kind->stream, t);
}

static void
put_value(struct dice *dice, bool low, struct text *t)
{
    static const char *const patterns[] = { "@", "@", "@", "[@]", "[@ @]", "<< /N @ >>", "<< /F1 @ >>", "<< /Im0 @ >>", "<< /N << /Yes @ >> >>",
                                            "<< /Font << /F1 @ >> >>", "#" };

    switch (dice_roll(dice, 4)) {
    case 0: put_text(t, "/"), put_text(t, ANY(dice, names)); break;
    case 1: put_text(t, ANY(dice, plain)); break;
    default: put_pattern(dice, low, ANY(dice, patterns), t);
    }
}

static void
change_key(struct dice *dice, bool low, char text[DRAFT_MAX])
{
    struct pdf_lexer lexer = { jy_slice_text(text), 0 }, inside;
    struct pdf_value dict, key = { 0 }, value = { 0 }, k, v;
    char changed[DRAFT_MAX] = "";
    struct text t = { changed, 0 };
    size_t count = 0, what = dice_roll(dice, 4), from, to;

    pdf_value_next(&lexer, &dict);
    if (dict.kind != PDF_DICT)
        return;
    inside = pdf_inside(&dict);
    for (;;) {
        pdf_token_next(&inside, &k);
        if (k.kind != PDF_NAME)
            break;
        pdf_value_next(&inside, &v);
        if (dice_roll(dice, ++count) == 0)
            key = k, value = v;
    }
    from = to = dict.at + 2;
    if (what >= 2 && count > 0) {
        from = (size_t)(key.text.p - (const uint8_t *)text);
        to = (size_t)(value.text.p - (const uint8_t *)text) + value.text.len;
    }
    put(&t, text, from);
    if (what < 2 || count == 0) {
        put_text(&t, " /");
        put_text(&t, ANY(dice, keys));
        put_text(&t, " ");
        put_value(dice, low, &t);
        put_text(&t, " ");
    } else if (what == 2) {
        put(&t, (const char *)key.text.p, key.text.len);
        put_text(&t, " ");
        put_value(dice, low, &t);
    }
    put_text(&t, text + to);
    memcpy(text, changed, DRAFT_MAX);
}

/* An object stream as pdf_file.h writes it. */
struct object_stream {
    int count, ids[PACKED_MAX];
    struct jy_slice texts[PACKED_MAX];
    const uint8_t *at;                /* where its text begins in the file */
};

/* The first of them behind `from`. */
static bool
next_object_stream(struct jy_slice file, const uint8_t *from, struct object_stream *out)
{
    static const char word[] = "<< /Type /ObjStm /N ";
    char text[DRAFT_MAX], *next;
    int first, length, head, offsets[PACKED_MAX + 1];

    while ((from = memmem(from, (size_t)(file.p + file.len - from), word, sizeof(word) - 1)) != NULL) {
        size_t len = (size_t)(file.p + file.len - from) < sizeof(text) - 1 ? (size_t)(file.p + file.len - from) : sizeof(text) - 1;

        out->at = from;
        memcpy(text, from, len);
        text[len] = '\0';
        from += sizeof(word) - 1;
        if (sscanf(text, "<< /Type /ObjStm /N %d /First %d /Length %d >>\nstream\n%n", &out->count, &first, &length, &head) != 3 || out->count < 1 ||
            out->count > PACKED_MAX || first < 0 || length < first || (size_t)head + (size_t)length > len)
            continue;
        next = text + head;
        for (int i = 0; i < out->count; i++) {
            out->ids[i] = (int)strtol(next, &next, 10);
            offsets[i] = (int)strtol(next, &next, 10);
        }
        offsets[out->count] = length - first;
        for (int i = 0; i < out->count; i++)
            out->texts[i] = JY_SLICE(out->at + head + first + offsets[i], (size_t)(offsets[i + 1] - offsets[i] - 1));
        return true;
    }
    return false;
}

static struct jy_slice
present_in_stream(struct jy_slice file, int id)
{
    struct object_stream stream = { .at = file.p };
    struct jy_slice found = JY_EMPTY;

    for (const uint8_t *from = file.p; next_object_stream(file, from, &stream); from = stream.at + 1)
        for (int i = 0; i < stream.count; i++)
            if (stream.ids[i] == id)
                found = stream.texts[i];
    return found;
}

static struct jy_slice
present_by_itself(struct jy_slice file, int id)
{
    char head[24];
    int len = snprintf(head, sizeof(head), "\n%d 0 obj\n", id);
    const uint8_t *begin = NULL, *at = file.p, *end;

    while ((at = memmem(at, (size_t)(file.p + file.len - at), head, (size_t)len)) != NULL)
        begin = at += len;
    if (begin == NULL || (end = memmem(begin, (size_t)(file.p + file.len - begin), "\nendobj", 7)) == NULL)
        return JY_EMPTY;
    return JY_SLICE(begin, (size_t)(end - begin));
}

bool
draft_present(struct jy_slice file, int id, char out[DRAFT_MAX])
{
    struct jy_slice alone = present_by_itself(file, id), packed = present_in_stream(file, id), last = packed.len > 0 && packed.p > alone.p ? packed : alone;

    if (last.len == 0 || last.len >= DRAFT_MAX)
        return false;
    memcpy(out, last.p, last.len);
    out[last.len] = '\0';
    return true;
}

void
draft_object(struct dice *dice, struct jy_slice file, int id, bool low, char out[DRAFT_MAX])
{
    struct text t = { out, 0 };
    size_t what = dice_roll(dice, 8);

    out[0] = '\0';
    if (what == 0 && draft_present(file, 1 + (int)dice_roll(dice, DRAFT_IDS), out))
        return;
    if (what < 3 || !draft_present(file, id, out)) {
        t.p[t.len = 0] = '\0';
        put_kind(dice, low, &t);
        what = dice_roll(dice, 8);
    }
    for (size_t n = what < 5 ? 1 + dice_roll(dice, 2) : what == 7 ? 0 : 1; n > 0; n--)
        change_key(dice, low, out);
}

bool
draft_field(struct dice *dice, struct jy_slice file, int id, char out[DRAFT_MAX])
{
    static const char *const words[] = { "", "", "/FT /Sig", "/FT /Sig /T (alias)", "/FT /Sig /T (alias) /Type /Annot /Subtype /Widget /Rect [0 0 0 0]" };
    char inside[DRAFT_MAX];
    size_t len;

    if (!draft_present(file, id, out) || strncmp(out, "<<", 2) != 0 || strstr(out, "stream") != NULL)
        return false;
    for (size_t n = dice_roll(dice, 3); n > 0; n--)
        change_key(dice, false, out);
    len = strlen(out);
    if (len < 4 || strcmp(out + len - 2, ">>") != 0 || len > 700)
        return false;
    snprintf(inside, sizeof(inside), "%.*s %s", (int)len - 4, out + 2, ANY(dice, words));
    memcpy(out, inside, sizeof(inside));
    return true;
}

int
draft_object_stream(struct dice *dice, struct jy_slice file, char out[DRAFT_MAX])
{
    struct object_stream stream = { .at = file.p }, last = { 0 };
    char head[DRAFT_MAX] = "", texts[DRAFT_MAX] = "", one[DRAFT_MAX], begin[96];
    struct text h = { head, 0 }, t = { texts, 0 }, all = { out, 0 };
    int changed, number = 0;
    const uint8_t *line;

    for (const uint8_t *from = file.p; next_object_stream(file, from, &stream); from = stream.at + 1)
        last = stream;
    if (last.count == 0)
        return 0;
    line = memrchr(file.p, '\n', (size_t)(last.at - 1 - file.p));
    number = line == NULL ? 0 : (int)strtol((const char *)line + 1, NULL, 10);
    changed = (int)dice_roll(dice, (size_t)last.count);
    for (int i = 0; i < last.count; i++) {
        const int id = i == changed && dice_roll(dice, 4) == 0 ? (int)dice_roll(dice, DRAFT_IDS) : last.ids[i];

        snprintf(begin, sizeof(begin), "%d %zu ", id, t.len);
        put_text(&h, begin);
        snprintf(one, sizeof(one), "%.*s", (int)last.texts[i].len, (const char *)last.texts[i].p);
        if (i == changed && id == last.ids[i])
            change_key(dice, false, one);
        put_text(&t, one);
        put_text(&t, "\n");
    }
    snprintf(begin, sizeof(begin), "<< /Type /ObjStm /N %d /First %zu /Length %zu >>\nstream\n", last.count, h.len, h.len + t.len);
    out[0] = '\0';
    put_text(&all, begin);
    put_text(&all, head);
    put_text(&all, texts);
    put_text(&all, "\nendstream");
    return all.len < DRAFT_MAX - 1 ? number : 0;
}

/* -- the first revision -- */

/* How a page is drawn: the key of its resources, and what is drawn under the name $ with one thing or with another. */
static const struct channel {
    const char *key, *content;
    struct kind used, other;
} channels[] = {
    { "Font", "BT /$ 24 Tf 72 700 Td (100 yuan) Tj ET", { "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica %", NULL },
      { "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol", NULL } },
    { "XObject", "/$ Do", { "<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] %", "0 0 600 700 re f" },
      { "<< /Type /XObject /Subtype /Form /BBox [0 0 600 800]", "0 0 300 800 re f" } },
    { "ExtGState", "/$ gs 72 650 90 90 re f", { "<< /Type /ExtGState /ca 1 %", NULL }, { "<< /Type /ExtGState /ca 0.5", NULL } },
    { "Pattern", "/Pattern cs /$ scn 72 650 90 90 re f", { "<< /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 9 /YStep 9 /Resources << >> %",
      "0 0 5 5 re f" }, { "<< /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 9 /YStep 9 /Resources << >>", "0 0 9 9 re f" } },
};
static const char *const drawn_by[] = {
    "F1", "F", "M", "MK", "AP", "A", "V", "P", "N", "Annots", "DV", "AS", "DA", "Contents", "Fields", "Kids", "Parent", "DR", "Cert", "Certs", "Metadata",
    "SigFlags", "Lock",
};
static const char *const says[] = {
    "/FT /Sig", "/FT /Tx", "/FT /Sig /T (alias)", "/FT /Tx /T (alias) /V (x)", "/Type /Page", "/Type /Catalog /Pages 2 0 R",
    "/Type /Annot /Subtype /Widget", "/Type /Annot /Subtype /Widget /FT /Sig /T (alias) /Rect [0 0 0 0]", "/Subtype /Widget /Parent 8 0 R", "/Parent 8 0 R",
    "/P 3 0 R /FT /Sig", "/Kids [8 0 R]", "/Type /Metadata /Subtype /XML", "/Type /DSS", "/Fields [8 0 R]", "/Type /OCG /Name (a)",
    "/Type /Pages /Kids [3 0 R]", "/Type /SigRef", "/Title (a)",
};

/* How the page comes to its resources ($ is the key of the holder in them, % one of the objects above). content: of the page, NULL: what draws. */
#define PAGE(more) "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] " more " >>"
#define FORM_OF(resources) "<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources " resources
static const struct way {
    const char *page, *pages, *content, *annotation, *form;
} ways[] = {
    { .page = PAGE("/Resources << /Font << /F1 6 0 R >> /$ 20 0 R >> /Contents [4 0 R] /Annots [8 0 R 10 0 R 26 0 R %]") },
    { .page = PAGE("/Resources 23 0 R /Contents [4 0 R] /Annots [8 0 R 10 0 R 26 0 R %]") },
    { .page = PAGE("/Resources 23 0 R /Contents 4 0 R /Annots [8 0 R 10 0 R 26 0 R] /Metadata %") },
    { .page = PAGE("/Contents 4 0 R /Annots [8 0 R 10 0 R 26 0 R] /PieceInfo %"), .pages = "<< /Type /Pages /Kids [3 0 R 7 0 R] /Count 2 /Resources 23 0 R >>" },
    { .page = PAGE("/Resources << /XObject << /Im0 25 0 R >> >> /Contents [4 0 R] /Annots [8 0 R 10 0 R 26 0 R %]"), .content = "/Im0 Do",
      .form = FORM_OF("23 0 R") },
    { .page = PAGE("/Resources << >> /Contents [4 0 R] /Annots [8 0 R 10 0 R 26 0 R 24 0 R]"), .content = "", .form = FORM_OF("<< /$ 20 0 R >>"),
      .annotation = "<< /Type /Annot /Subtype /Stamp /Rect [0 0 600 800] /F 4 /AP << /N 25 0 R >> /Popup % >>" },
    { .page = PAGE("/Resources << >> /Contents [4 0 R] /Annots [8 0 R 10 0 R 26 0 R 24 0 R]"), .content = "", .form = FORM_OF("23 0 R"),
      .annotation = "<< /Type /Annot /Subtype /FreeText /Rect [0 0 600 800] /F 4 /AP << /N << /A 25 0 R /B % >> >> /AS /A >>" },
};
static const char *const forms[] = {
    "<< /Fields [8 0 R 10 0 R 26 0 R] /SigFlags 3 /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 6 0 R >> >> >>",
    "<< /Fields [8 0 R 10 0 R 26 0 R %] /SigFlags 3 /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 6 0 R >> >> >>",
    "<< /Fields [8 0 R 10 0 R 26 0 R] /SigFlags 3 /DR % >>",
    "<< /Fields [8 0 R 10 0 R 26 0 R] /SigFlags 3 /DR << /Font % >> >>",
};
static const char *const catalogs[] = {
    "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>",
    "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /Metadata % >>",
    "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /DSS % >>",
    "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /DSS << /Certs [%] /VRI << /A << /Cert [%] >> >> >> >>",
    "<< /Type /Catalog /Pages 2 0 R /AcroForm % >>",
    "<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /Names % /OCProperties % >>",
};

/*
 * Of draft_first: the holder of the name, what it names, what it does not name yet, the resources, on some ways an annotation and a form, and the field of a
 * further signature.
 */
enum { HOLDER = 20, USED, OTHER, RESOURCES, ANNOTATION, DRAWS, SECOND };

void
draft_hidden(struct dice *dice, struct jy_slice file, struct jy_buf *out)
{
    static const int ids[] = { 4, 6, 7, HOLDER, USED, USED, RESOURCES, DRAWS };
    const int id = ANY(dice, ids);
    char text[DRAFT_MAX];

    if (id != USED || !draft_present(file, OTHER, text))
        draft_object(dice, file, id, true, text);
    if (jy_buf_fmt(out, "%d 0 obj\n%s\nendobj\n", id, text) != JY_OK)
        abort();
}

static void
put_thing(struct dice *dice, const struct kind *thing, const char *said, struct text *t)
{
    put_named(dice, true, thing->text, "", said, t);
    if (thing->stream != NULL)
        put_stream(thing->stream, t);
    else
        put_text(t, " >>");
}

size_t
draft_first(struct dice *dice, int ids[DRAFT_FIRST], char texts[DRAFT_FIRST][DRAFT_MAX])
{
    const struct channel *channel = &ANY(dice, channels);
    const struct way *way = &ANY(dice, ways);
    const char *name = ANY(dice, drawn_by), *said = ANY(dice, says);
    size_t who = dice_roll(dice, 5), n = 0;
    char target[16], content[128] = "";
    struct text t = { content, 0 };

    snprintf(target, sizeof(target), "%zu 0 R", HOLDER + dice_roll(dice, 6));
    put_named(dice, true, channel->content, name, "", &t);
    for (int id = 1; id <= SECOND; id++) {
        t = (struct text){ texts[n], 0 };
        texts[n][0] = '\0';
        switch (id) {
        case 1: put_named(dice, true, ANY(dice, catalogs), "", target, &t); break;
        case 2: put_text(&t, way->pages == NULL ? "<< /Type /Pages /Kids [3 0 R 7 0 R] /Count 2 >>" : way->pages); break;
        case 3: put_named(dice, true, way->page, channel->key, target, &t); break;
        case 4: put_text(&t, "<< "), put_text(&t, who == 4 ? said : ""), put_stream(way->content == NULL ? content : way->content, &t); break;
        case 5: put_named(dice, true, ANY(dice, forms), "", target, &t); break;
        case 7: put_named(dice, true, way->page, channel->key, target, &t), cut(&t, "/Annots"), put_text(&t, ">>"); break;
        case HOLDER: put_named(dice, true, "<< /$ 21 0 R % >>", name, who <= 1 ? said : "", &t); break;
        case USED: put_thing(dice, &channel->used, who == 2 ? said : "", &t); break;
        case OTHER: put_thing(dice, &channel->other, "", &t); break;
        case RESOURCES: put_named(dice, true, "<< /Font << /F1 6 0 R >> /$ 20 0 R % >>", channel->key, who == 3 ? said : "", &t); break;
        case ANNOTATION: put_named(dice, true, way->annotation == NULL ? "" : way->annotation, "", target, &t); break;
        case DRAWS:
            if (way->form != NULL)
                put_named(dice, true, way->form, channel->key, "", &t), put_text(&t, who == 4 ? said : ""), put_stream(content, &t);
            break;
        case SECOND: put_text(&t, "<< " DRAFT_SECOND " >>"); break;
        default: break;
        }
        if (t.len > 0)
            ids[n++] = id;
    }
    return n;
}
