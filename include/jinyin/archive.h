/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jinyin/archive.h: the archive package of a stamped document (R24.1; docs/protocol/archive.md): a ZIP of fixed entries in a fixed order, a
 * manifest with the SM3 of each, and the service's signature over the manifest. There is one way to write a package of the same contents,
 * so that a changed byte shows wherever it stands. What a package proves is judged by jy_archive_judge (jinyin/verify.h).
 */
#ifndef JINYIN_ARCHIVE_H
#define JINYIN_ARCHIVE_H

#include <jinyin/crypto.h>

#define JY_ARCHIVE_VERSION 1
#define JY_ARCHIVE_PURPOSE "archive"   /* the statement key that signs manifests (KEY_STATEMENT) */

/** Entries under the manifest, in their order. */
enum jy_archive_part {
    JY_ARCHIVE_DOCUMENT,               /* document.ofd or document.pdf: the stamped document's very bytes */
    JY_ARCHIVE_METADATA,               /* metadata.json: DA/T 46 */
    JY_ARCHIVE_RECORD,                 /* record.json: stamp record, order, approvals and their certificates */
    JY_ARCHIVE_REGISTER,               /* register.json: what the register knows of seals and stamps, in the form of evidence */
    JY_ARCHIVE_STATUS,                 /* status.json: the seal's status at the time of stamping and of packing, signed statements */
    JY_ARCHIVE_EVIDENCE,               /* evidence.json: docs/protocol/evidence.md */
    JY_ARCHIVE_TRUST,                  /* trust.pem: the anchors and lists that it was judged by */
    JY_ARCHIVE_MAKERS,                 /* makers.pem: who of the seals' makers may make seals by the register; may be empty */
    JY_ARCHIVE_REPORT,                 /* report.json: docs/protocol/report.md, of that moment */
    JY_ARCHIVE_PARTS
};

struct jy_archive_contents {
    struct jy_slice parts[JY_ARCHIVE_PARTS];
    bool pdf;                          /* the document is a PDF, else OFD */
    char record_id[65];                /* of the stamp record */
    char verdict[33];                  /* jy_verdict_name of the report's */
    jy_time packed;                    /* UTC seconds */
};
struct jy_archive_signature {
    uint8_t key[JY_SM2_POINT_SIZE];
    uint8_t value[JY_SM2_SIGNATURE_MAX];   /* DER, SM2 with SM3 over the manifest's bytes */
    size_t value_len;
};

/** The name of an entry of such a package. */
const char *jy_archive_name(const struct jy_archive_contents *contents, enum jy_archive_part part);
/** The manifest, JSON. Errors: JY_E_LIMIT an entry beside the document beyond JY_ARCHIVE_PART_MAX; JY_E_NOMEM. */
JY_CHECK jy_err jy_archive_manifest(const struct jy_archive_contents *contents, struct jy_buf *out, struct jy_fault *fault);
/** The package; *out, empty before, borrows the contents' bytes. Errors: as jy_zip_make. */
JY_CHECK jy_err jy_archive_make(const struct jy_archive_contents *contents, struct jy_slice manifest, const struct jy_archive_signature *signature,
                                struct jy_pieces *out, struct jy_fault *fault);

/** A package that is whole: every entry is the one of the manifest, which carries a genuine signature by `signature.key` – whosever that is. */
struct jy_archive {
    struct jy_archive_contents contents;   /* bytes borrowed from the package */
    struct jy_archive_signature signature;
    struct jy_slice manifest;
};
/**
 * Errors: JY_E_ARCHIVE_INCOMPLETE an entry is missing; JY_E_ARCHIVE_CHANGED names what was changed since it was packed; JY_E_FORMAT,
 * JY_E_LIMIT, JY_E_UNSUPPORTED another version; those of a ZIP. *out is freed by jy_archive_free.
 */
JY_CHECK jy_err jy_archive_open(struct jy_slice package, struct jy_archive **out, struct jy_fault *fault);
void jy_archive_free(struct jy_archive *archive);

#endif
