/* SPDX-License-Identifier: Apache-2.0 */
/* ofd/package.h: an opened OFD package. Private to lib/ofd. */
#ifndef JY_OFD_PACKAGE_H
#define JY_OFD_PACKAGE_H

#include <codec/xml.h>
#include <codec/zip.h>
#include <container/document.h>

#define OFD_PATH (JY_OFD_PATH_MAX + 2)

struct ofd_page {
    char id[32];
    struct jy_page size;
    size_t file;                         /* entry of its content */
};
struct ofd_extra {                       /* what jy_signature does not carry */
    struct jy_buf value, seal;
    size_t file, value_file, seal_file;  /* entries of Signature.xml, SignedValue.dat, Seal.esl or SIZE_MAX */
    bool *covered;                       /* by entry */
    bool locks;                          /* Signatures.xml is protected */
};
struct ofd {
    struct jy_zip *zip;
    struct jy_xml_reader *reader;
    struct jy_xml_doc *root, *document;
    size_t bodies, list_file;            /* list_file: entry of Signatures.xml or SIZE_MAX */
    char doc_path[OFD_PATH], list_path[OFD_PATH];   /* without the leading slash; list_path empty when OFD.xml names none */
    struct ofd_page *pages;
    size_t page_count;
    bool *reached;                       /* entries that the document shows */
    uint8_t (*sm3)[JY_SM3_SIZE];         /* digests found so far */
    bool *sm3_known;
    bool signatures_read;
    struct jy_signature *signatures;
    struct ofd_extra *extras;
    size_t signature_count;
};

/** Folder of a path, with its slash or empty. */
void ofd_folder(const char *path, char out[OFD_PATH]);
/** ST_Loc seen from a folder to a path from the root. JY_E_HOSTILE when it leaves the package. */
JY_CHECK jy_err ofd_resolve(const char *folder, const char *loc, char out[OFD_PATH], struct jy_fault *fault);
/** Entry of a location: as it stands, from the document's folder, then without case; SIZE_MAX when missing. path may be NULL. */
size_t ofd_locate(const struct ofd *ofd, const char *folder, const char *loc, char *path);
size_t ofd_find(const struct ofd *ofd, const char *path);
JY_CHECK jy_err ofd_parse(struct ofd *ofd, size_t entry, const char *skip, struct jy_xml_doc **out, struct jy_fault *fault);
/** Entry name in UTF-8 (names without the flag are GB 18030). */
JY_CHECK jy_err ofd_name_utf8(const char *name, char out[OFD_PATH * 2]);
/** The first `count` finite numbers of an ST_Array. */
bool ofd_numbers(const char *text, double *out, size_t count);
bool ofd_box(const char *text, double out[4]);
/** SM3 of an entry's uncompressed bytes; found once, streamed when the part was not read anyway. */
JY_CHECK jy_err ofd_sm3(struct ofd *ofd, size_t entry, uint8_t out[JY_SM3_SIZE], struct jy_fault *fault);
/** The same by OpenSSL's name of a digest, for what others wrote. */
JY_CHECK jy_err ofd_digest(struct ofd *ofd, size_t entry, const char *algorithm, uint8_t out[64], size_t *len, struct jy_fault *fault);

jy_err ofd_text(void *impl, size_t index, struct jy_text *out, struct jy_fault *fault);
jy_err ofd_signatures(void *impl, const struct jy_signature **out, size_t *count, struct jy_fault *fault);
jy_err ofd_may_stamp(void *impl, jy_time now, struct jy_fault *fault);
jy_err ofd_prepare(void *impl, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count, jy_time now,
                   bool closing, struct jy_prepared *out, struct jy_fault *fault);
jy_err ofd_finish(struct jy_slice prepared, const char *slot, struct jy_slice ses_der, struct jy_pieces *out, struct jy_fault *fault);

#endif
