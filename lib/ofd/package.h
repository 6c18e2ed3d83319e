/* SPDX-License-Identifier: Apache-2.0 */
/* ofd/package.h: an opened OFD package. Private to lib/ofd. */
#ifndef JY_OFD_PACKAGE_H
#define JY_OFD_PACKAGE_H

#include <codec/xml.h>
#include <codec/zip.h>
#include <container/document.h>

#define OFD_PATH (JY_OFD_PATH_MAX + 2)

#define OFD_FINDINGS_MAX 50u             /* of one check and signature that a report lists: it is for people, and its size is bounded */
#define OFD_DIGEST_SIZE 32
#define OFD_DOCUMENT "Document"         /* GB/T 33190 7.5: the root element of a document */
enum ofd_algorithm { OFD_SM3, OFD_SHA256, OFD_SHA1, OFD_MD5, OFD_SM3_WITH_Z, OFD_ALGORITHMS };

/** What of a page readers take differently, so that a stamp would not stand at one place for all. */
enum ofd_doubt { OFD_CLEAR = 0, OFD_TWO_AREAS, OFD_BOX_FORM, OFD_BOX_ORIGIN, OFD_ID_LENGTH, OFD_ID_SHARED, OFD_ID_NONE };
struct ofd_page {
    char id[32];
    struct jy_page size;
    size_t file;                         /* entry of its content */
    size_t body;                         /* which DocBody it belongs to */
    enum ofd_doubt doubt;
};
/* One document of the package (GB/T 33190 7.4 DocBody). */
struct ofd_body {
    struct jy_xml_doc *document;
    char doc_path[OFD_PATH], list_path[OFD_PATH];   /* without the leading slash; list_path empty when OFD.xml names no signature list */
    size_t file;                         /* entry of the document */
    size_t list_file;                    /* of Signatures.xml or SIZE_MAX */
    size_t first_page, page_count;
};
struct ofd_extra {                       /* what jy_signature does not carry */
    struct jy_buf value, seal;           /* seal: empty when an earlier signature has read the same file */
    size_t file, value_file, seal_file;  /* entries of Signature.xml, SignedValue.dat, Seal.esl or SIZE_MAX */
    size_t body;                         /* whose list it stands in */
    bool *covered;                       /* by entry */
    bool locks;                          /* Signatures.xml is protected */
    uint8_t z[JY_SM3_SIZE];              /* of the signer, when has_z; found when it is first asked for */
    bool asked_z, has_z;
};
struct ofd {
    struct jy_zip *zip;
    struct jy_xml_reader *reader;
    struct jy_xml_doc *root;             /* OFD.xml */
    struct ofd_body *body;
    size_t bodies;
    /* Of the DocBody that was entered last (ofd_enter_body), the first one when nobody did. */
    struct jy_xml_doc *document;
    size_t list_file;
    char doc_path[OFD_PATH], list_path[OFD_PATH];
    struct ofd_page *pages;
    size_t page_count, *pages_by_id;     /* of all documents, one after the other; their order by DocBody and ID */
    uint16_t *reached;                   /* by entry: what shows it, 0, 1 + DocBody, or OFD_SHOWN_BY_SEVERAL */
    char *outside;                       /* a location outside the package that the document shows something of, or NULL */
    const char *guessed;                 /* name of an entry that was found only when its location was read in another way than it says, or NULL */
    struct jy_buf near;                  /* paths that locations lead to when they are read otherwise than they say, each with its NUL */
    size_t near_count, near_comparisons;
    bool *mentioned;                     /* by entry: some text or attribute where parts are named, of whatever name, is its location */
    char twice[24];                      /* an ID that two resources or two templates of one document have, or empty */
    bool versions;                       /* another version has another document */
    bool *acts;                          /* by entry: something in it has an action, or is an annotation and may */
    struct ofd_digests {
        uint8_t (*value)[OFD_DIGEST_SIZE];
        bool *known;                     /* by entry */
    } digests[OFD_ALGORITHMS];           /* found so far: no part is digested twice by one algorithm, however many references name it */
    uint8_t z[JY_SM3_SIZE];              /* of digests[OFD_SM3_WITH_Z] */
    uint64_t z_budget;                   /* bytes that may still be digested as SM3(Z, file): the package twice over, whatever its lists say */
    bool signatures_read;
    struct jy_signature *signatures;
    struct ofd_extra *extras;
    size_t signature_count;
};

#define OFD_SHOWN_BY_SEVERAL UINT16_MAX

/**
 * The tree of a document's or a page's bytes without what stands in `skip` (may be NULL), unless an element there names a part: not every reader minds where.
 * Keeps in ofd->acts whether something in it, also in what is skipped, has an action.
 */
JY_CHECK jy_err ofd_parse_naming(struct ofd *ofd, size_t entry, struct jy_slice bytes, const char *skip, struct jy_xml_doc **out, struct jy_fault *fault);
/** The page of this ID (the first) in a document, or SIZE_MAX; twice: there is another one. */
size_t ofd_page_by_id(const struct ofd *ofd, size_t body, const char *id, bool *twice);
/** Of an Area or PageArea, which may be NULL. */
enum ofd_doubt ofd_area_doubt(const struct jy_xml *area);
/** JY_E_AMBIGUOUS when a page that gets a stamp, all of one document, is doubtful or shares its ID; JY_E_NOMEM. */
JY_CHECK jy_err ofd_check_pages(const struct ofd *ofd, size_t body, const struct jy_stamp_place *places, size_t count, struct jy_fault *fault);
/** Reads the pages of every DocBody and marks what the documents reach. */
JY_CHECK jy_err ofd_reach(struct ofd *ofd, struct jy_fault *fault);
/** document, list_file, doc_path, list_path and ofd_locate are of this DocBody from here on; who enters another than the first goes back to it. */
void ofd_enter_body(struct ofd *ofd, size_t body);
/** JY_E_AMBIGUOUS when parent has two children of one of these names: readers take the first or the last. names ends in NULL; parent may be NULL. */
JY_CHECK jy_err ofd_single(const struct jy_xml *parent, const char *const *names, const char *where, struct jy_fault *fault);

/** Folder of a path, with its slash or empty. */
void ofd_folder(const char *path, char out[OFD_PATH]);
/** ST_Loc seen from a folder to a path from the root. JY_E_HOSTILE when it leaves the package. */
JY_CHECK jy_err ofd_resolve(const char *folder, const char *loc, char out[OFD_PATH], struct jy_fault *fault);
/** Entry of a location: as it stands, from the document's folder, then without case (then ofd->guessed names it); SIZE_MAX when missing. path may be NULL. */
size_t ofd_locate(struct ofd *ofd, const char *folder, const char *loc, char *path);
size_t ofd_find(const struct ofd *ofd, const char *path);
/** The bytes of an entry that is XML; its SM3 stands in ofd->digests from here on. Errors: JY_E_LIMIT beyond JY_XML_MAX, those of jy_zip_read. */
JY_CHECK jy_err ofd_read(struct ofd *ofd, size_t entry, struct jy_buf *out, struct jy_fault *fault);
JY_CHECK jy_err ofd_parse(struct ofd *ofd, size_t entry, const char *skip, struct jy_xml_doc **out, struct jy_fault *fault);
/** Entry name in UTF-8 (names without the flag are GB 18030). */
JY_CHECK jy_err ofd_name_utf8(const char *name, char out[OFD_PATH * 2]);
/** The first `count` finite numbers of an ST_Array. */
bool ofd_numbers(const char *text, double *out, size_t count);
bool ofd_box(const char *text, double out[4]);
/** Does an xs:boolean say no? NULL, and what is none, does not. */
bool ofd_is_false(const char *text);
/** SM3 of an entry's uncompressed bytes; found once, streamed when the part was not read anyway. */
JY_CHECK jy_err ofd_sm3(struct ofd *ofd, size_t entry, uint8_t out[JY_SM3_SIZE], struct jy_fault *fault);
/** The same by another algorithm, for what others wrote. */
JY_CHECK jy_err ofd_digest(struct ofd *ofd, size_t entry, enum ofd_algorithm algorithm, uint8_t out[OFD_DIGEST_SIZE], size_t *len, struct jy_fault *fault);

/** A failed check of a signature; a report lists OFD_FINDINGS_MAX of one kind, failed counts all. */
JY_CHECK jy_err ofd_note(struct jy_signature *sig, enum jy_check_id check, size_t *failed, const char *where, uint64_t offset, const char *text);
/** After the last one: that it passed (text), or how many were left out. */
JY_CHECK jy_err ofd_note_end(struct jy_signature *sig, enum jy_check_id check, size_t failed, const char *text);
/** A departure from the letter, by name. */
JY_CHECK jy_err ofd_note_deviation(struct jy_signature *sig, enum jy_deviation deviation, const char *where);
/** SM3(Z, entry), as some products digest. JY_E_LIMIT when the package has been digested so twice. */
JY_CHECK jy_err ofd_sm3_with_z(struct ofd *ofd, size_t entry, const uint8_t z[JY_SM3_SIZE], uint8_t out[JY_SM3_SIZE], struct jy_fault *fault);
/** A location's text. JY_E_AMBIGUOUS when it is in pieces (jy_xml.broken). node may be NULL: then *out is NULL. */
JY_CHECK jy_err ofd_location(const struct jy_xml *node, const char *where, const char **out, struct jy_fault *fault);
/**
 * Keeps where a location leads that is read otherwise than it says. folder: from which it counts; beside: folder of the part that it stands in;
 * found: the path that it leads to, NULL when to nothing; folders: also as it stands, from the folders that other readers count from.
 */
JY_CHECK jy_err ofd_keep_near(struct ofd *ofd, const char *folder, const char *beside, const char *loc, const char *found, bool folders);
/** Does one of the locations lead to the entry of this name, for some reader? True when there are too many to tell. */
bool ofd_is_near(struct ofd *ofd, const char *name);
/** Part of its page that a place covers, 0 to 1. */
double ofd_share(const struct ofd *ofd, const struct jy_stamp_place *place);
/** Adds to every signature what later stamps hide of its pages. */
JY_CHECK jy_err ofd_overlay(struct ofd *ofd, struct jy_fault *fault);
/** Adds to every signature what it leaves unprotected. */
JY_CHECK jy_err ofd_coverage(struct ofd *ofd, struct jy_fault *fault);
/** JY_E_ACTIVE_CONTENT, JY_E_SHOWN_VARIOUSLY; those of an annotation part that cannot be read. */
JY_CHECK jy_err ofd_check_active(struct ofd *ofd, struct jy_fault *fault);
jy_err ofd_text(void *impl, size_t index, struct jy_text *out, struct jy_fault *fault);
jy_err ofd_digest_with_z(void *impl, size_t index, const uint8_t z[JY_SM3_SIZE], uint8_t out[JY_SM3_SIZE], struct jy_fault *fault);
jy_err ofd_signatures(void *impl, const struct jy_signature **out, size_t *count, struct jy_fault *fault);
jy_err ofd_inspect(void *impl, json_t *out, json_t *signatures, struct jy_fault *fault);
jy_err ofd_may_stamp(void *impl, jy_time now, struct jy_fault *fault);
jy_err ofd_prepare(void *impl, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count, jy_time now,
                   bool closing, struct jy_prepared *out, struct jy_fault *fault);
jy_err ofd_finish(struct jy_slice prepared, const char *slot, struct jy_slice ses_der, struct jy_pieces *out, struct jy_fault *fault);

#endif
