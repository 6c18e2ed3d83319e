/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/container.h: documents that carry stamps, OFD (GB/T 33190) and PDF (ISO 32000): inspect, stamp in two steps, list signatures. */
#ifndef JINYIN_CONTAINER_H
#define JINYIN_CONTAINER_H

#include <jinyin/seal.h>


enum jy_format { JY_FORMAT_UNKNOWN = 0, JY_FORMAT_OFD, JY_FORMAT_PDF };
/** By content, never by name: "%PDF-" within the first 1024 bytes, or a ZIP with an OFD.xml. */
enum jy_format jy_format_detect(struct jy_slice file);

struct jy_page { double width_mm, height_mm; };   /* as displayed: after /Rotate, CropBox, UserUnit */
struct jy_box { double x_mm, y_mm, width_mm, height_mm; };
struct jy_stamp_place {
    int page;                       /* from 1 */
    double x_mm, y_mm;              /* the whole picture's top-left corner from the displayed page's top-left */
    double width_mm, height_mm;     /* of the whole picture as drawn */
    struct jy_box clip;             /* the part that shows, from the picture's top-left; all zero: the whole (GB/T 33190 18.2 StampAnnot/@Clip) */
};
/** What a place covers of its page: the picture, or its clip. */
struct jy_box jy_place_visible(const struct jy_stamp_place *place);

/** Findings are rows of jinyin/checks.def with the file and offset concerned. */
enum jy_check_id {
#define JY_CHECK_ROW(name, severity, clause, en, zh) JY_CHECK_##name,
#include <jinyin/checks.def>
#undef JY_CHECK_ROW
    JY_CHECK__COUNT
};
struct jy_finding {
    enum jy_check_id check;
    bool passed;
    char where[256];                /* file inside the package, object, or "" */
    uint64_t offset;
    char detail[320];
};
struct jy_findings {
    struct jy_finding *list;
    size_t count, cap;
};
/** where: a file, an object or ""; fmt may be NULL. Errors: JY_E_NOMEM. */
JY_CHECK jy_err jy_findings_add(struct jy_findings *findings, enum jy_check_id check, bool passed, const char *where, uint64_t offset,
                                const char *fmt, ...) JY_PRINTF(6, 7);
void jy_findings_free(struct jy_findings *findings);

/** A PDF document time stamp has a TimeStampToken as its value, whose imprint is the digest. */
enum jy_signature_kind { JY_SIGNATURE_SEAL, JY_SIGNATURE_PLAIN, JY_SIGNATURE_TIME_STAMP };
/** One signature as the container sees it: value, the digest that it must carry, and what is wrong around it. */
struct jy_signature {
    char id[64];                    /* OFD Signature/@ID; PDF field name */
    char path[256];                 /* OFD: absolute path of Signature.xml; PDF: "ByteRange [a b c d]" */
    enum jy_signature_kind kind;
    struct jy_slice value;          /* SignedValue / Contents; owned by the document */
    struct jy_slice seal_file;      /* Seal.esl, or empty */
    uint8_t digest[JY_SM3_SIZE];    /* SM3 of Signature.xml / of the ByteRange bytes, recomputed */
    struct jy_slice parts[2];       /* PDF: the ByteRange bytes themselves, of the file; part_count = 0 when they are not at hand */
    size_t part_count;
    struct jy_stamp_place *places;
    size_t place_count;
    jy_time stated;                 /* midnight of the day that the container says beside the value, in whatever zone; 0 = none. For show only */
    struct jy_findings findings;    /* DOC_MODIFIED, COVERAGE … of this signature */
    jy_deviations deviations;       /* of the package; each is among the findings, too */
};

struct jy_document;                 /* an opened OFD or PDF; borrows the file's bytes */
/**
 * Open and check a container. The bytes are borrowed and must outlive the document.
 * Errors: JY_E_EMPTY_FILE, JY_E_UNKNOWN_FORMAT, JY_E_DAMAGED, JY_E_ENCRYPTED, JY_E_AMBIGUOUS, JY_E_HOSTILE, JY_E_LIMIT, JY_E_FORMAT.
 */
JY_CHECK jy_err jy_document_open(struct jy_slice file, struct jy_document **out, struct jy_fault *fault);
void jy_document_free(struct jy_document *doc);
enum jy_format jy_document_format(const struct jy_document *doc);
size_t jy_document_page_count(const struct jy_document *doc);
struct jy_page jy_document_page(const struct jy_document *doc, size_t index);
/** All signatures in document order, digests recomputed. Computed on first call; borrowed. */
JY_CHECK jy_err jy_document_signatures(struct jy_document *doc, const struct jy_signature **out, size_t *count, struct jy_fault *fault);
/**
 * SM3(Z, data) of a signature's data, as some products take it (seal-formats §4); after jy_document_signatures.
 * Errors: JY_E_LIMIT when as many bytes as the file holds have been digested so; JY_E_ARGUMENT when the data is not at hand.
 */
JY_CHECK jy_err jy_document_digest_with_z(struct jy_document *doc, size_t index, const uint8_t z[JY_SM3_SIZE], uint8_t out[JY_SM3_SIZE],
                                          struct jy_fault *fault);
/** SM3 of the whole file; after jy_document_signatures it costs a PDF nothing more. Errors: JY_E_CRYPTO. */
JY_CHECK jy_err jy_document_digest(struct jy_document *doc, uint8_t out[JY_SM3_SIZE]);
/**
 * Copies (R17.1): what `jinyin export` and the service make of a document says of which one, by this mark and 64 hex digits of SM3. It is no proof of
 * anything, and an honest copy's only: what carries it is never taken for an original.
 */
#define JY_COPY_MARK "jinyin-copy-of:sm3:"
/** Is the document such a copy? out: the source's SM3, "" when not. Never fails: what cannot be read is not a copy that says so. */
bool jy_document_copy_of(struct jy_document *doc, char out[2 * JY_SM3_SIZE + 1]);
/** The same of a file that is no document: a PNG. */
bool jy_copy_picture(struct jy_slice file, char out[2 * JY_SM3_SIZE + 1]);
/** The mark's first occurrence in bytes. */
bool jy_copy_mark_in(struct jy_slice bytes, char out[2 * JY_SM3_SIZE + 1]);

/**
 * JY_OK when a stamp may be added: permissions, locks, earlier signatures and whether the document is still the one that they name, nothing that acts, one way
 * to count its pages, one thing that it shows to all. Errors: JY_E_LOCKED, JY_E_STAMP_FORBIDDEN, JY_E_EARLIER_INVALID, JY_E_ACTIVE_CONTENT,
 * JY_E_SHOWN_VARIOUSLY, JY_E_AMBIGUOUS, JY_E_UNSUPPORTED, JY_E_LIMIT, those of jy_document_signatures.
 */
JY_CHECK jy_err jy_document_may_stamp(struct jy_document *doc, jy_time now, struct jy_fault *fault);

/** What proves signatures at a later time: certificates, CRLs, OCSP responses, all DER. Borrowed. */
struct jy_validation_data {
    const struct jy_slice *certs, *crls, *ocsps;
    size_t cert_count, crl_count, ocsp_count;
};
/**
 * What the document itself carries: the DSS of a PDF (ISO 32000-2 12.8.4.3); nothing for OFD. Unpacked, not checked in any way; owned by the
 * document. Errors: JY_E_LIMIT (JY_PDF_EVIDENCE_MAX items a kind, JY_PDF_EVIDENCE_BYTES_MAX together), JY_E_NOMEM. A stream that cannot be
 * unpacked is left out.
 */
JY_CHECK jy_err jy_document_validation_data(struct jy_document *doc, struct jy_validation_data *out, struct jy_fault *fault);

/** The file with everything but the signature value: deterministic in its inputs, so that an approver can approve the very digest. */
struct jy_prepared {
    struct jy_pieces file;               /* borrows the document's bytes */
    uint8_t data_hash[JY_SM3_SIZE];      /* what TBS_Sign.dataHash must be */
    char property_info[256];             /* what TBS_Sign.propertyInfo must be */
    char slot[256];                      /* where the value goes: given back to jy_document_finish */
};
/**
 * Place a seal. seal_der is written as it is (OFD Seal.esl) and drawn from its picture.
 * What shows of the stamp lies on the page; the rest of a clipped picture may lie outside (seam). At most JY_STAMP_PLACES_MAX places.
 * Errors: those of jy_document_may_stamp, JY_E_AMBIGUOUS (a page that readers size, turn, crop or name differently), JY_E_PAGE_RANGE, JY_E_OFF_PAGE,
 * JY_E_ARGUMENT (size not 1..1000 mm, clip outside the picture, no place), JY_E_UNSUPPORTED (picture type).
 * PDF: several places = one signature field at the first, Stamp annotations at the others, same increment.
 */
JY_CHECK jy_err jy_document_prepare(struct jy_document *doc, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count,
                                    jy_time now, struct jy_prepared *out, struct jy_fault *fault);
/**
 * The same, and the last one: OFD: the signature protects the list of signatures too (GB/T 33190 clause 18, 全文保护); PDF: a field lock and FieldMDP
 * over everything, no change permitted (ISO 32000-2 12.7.5.5, 12.8.2.4). jy_document_may_stamp then says JY_E_LOCKED.
 */
JY_CHECK jy_err jy_document_prepare_closing(struct jy_document *doc, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count,
                                            jy_time now, struct jy_prepared *out, struct jy_fault *fault);
/**
 * A signature without a seal and without a place: OFD Type="Sign" (GM/T 0099-2020 7.2.2), PDF adbe.pkcs7.detached in an invisible field. Its value is
 * the SignedData that jy_cms_make makes over data_hash, detached; property_info stays empty. closing: the last signature, as above.
 * Errors: those of jy_document_may_stamp.
 */
JY_CHECK jy_err jy_document_prepare_plain(struct jy_document *doc, bool closing, jy_time now, struct jy_prepared *out, struct jy_fault *fault);
void jy_prepared_free(struct jy_prepared *prepared);
/**
 * Put the signature value into a prepared file. out borrows prepared_file. The slot is checked against the file, and the
 * value must be of the form that was prepared and for the result's digest (jy_value_binds): another is refused (JY_E_FORMAT, JY_E_DOCUMENT_CHANGED).
 */
JY_CHECK jy_err jy_document_finish(struct jy_slice prepared_file, const char *slot, struct jy_slice ses_der, struct jy_pieces *out,
                                   struct jy_fault *fault);

/**
 * Archive a signed PDF: an update with a DSS of this data (what the document has already is not written twice) and a document time stamp
 * (ISO 32000-2 12.8.5) with room for its token. Permitted even where no further stamp is. out->data_hash is what the token must stamp.
 * Errors: JY_E_NOT_FOUND (no signature), JY_E_EARLIER_INVALID, JY_E_UNSUPPORTED (OFD), JY_E_LIMIT.
 */
JY_CHECK jy_err jy_document_prepare_archive(struct jy_document *doc, const struct jy_validation_data *data, struct jy_prepared *out, struct jy_fault *fault);
/** Put the TimeStampToken in. Its imprint must be the digest of the file (JY_E_DOCUMENT_CHANGED); whether it is trusted is not asked here. */
JY_CHECK jy_err jy_document_finish_archive(struct jy_slice prepared_file, const char *slot, struct jy_slice token, struct jy_pieces *out,
                                           struct jy_fault *fault);

/* One file a format implements these; jy_document_* above chooses. Not for callers. */
struct jy_document_ops;

#endif
