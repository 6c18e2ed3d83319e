/* SPDX-License-Identifier: Apache-2.0 */
/* container/document.h: what one document format gives to jy_document_*. Private to the library. */
#ifndef JY_CONTAINER_DOCUMENT_H
#define JY_CONTAINER_DOCUMENT_H

#include <jinyin/container.h>
#include <jinyin/text.h>

#include <jansson.h>

/** Every function has the contract of its jy_document_ namesake; impl is the format's own state. */
struct jy_document_ops {
    enum jy_format format;
    jy_err (*open)(struct jy_slice file, void **impl, struct jy_fault *fault);
    void (*free)(void *impl);
    size_t (*page_count)(const void *impl);
    struct jy_page (*page)(const void *impl, size_t index);     /* index < page_count */
    jy_err (*signatures)(void *impl, const struct jy_signature **out, size_t *count, struct jy_fault *fault);
    jy_err (*may_stamp)(void *impl, jy_time now, struct jy_fault *fault);
    /* Called after may_stamp, with sizes and pages in range; out is zeroed, and freed by the caller on error. No seal and no place: a plain signature. */
    jy_err (*prepare)(void *impl, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count, jy_time now,
                      bool closing, struct jy_prepared *out, struct jy_fault *fault);
    jy_err (*finish)(struct jy_slice prepared, const char *slot, struct jy_slice ses_der, struct jy_pieces *out,
                     struct jy_fault *fault);
    /*
     * What only this format has, put into the object out; and of each signature k what it protects, into signatures[k] (docs/protocol/inspect.md).
     * Called after signatures.
     */
    jy_err (*inspect)(void *impl, json_t *out, json_t *signatures, struct jy_fault *fault);
    /* NULL where the format's text is read by another program. Appends to an emptied text. */
    jy_err (*text)(void *impl, size_t index, struct jy_text *out, struct jy_fault *fault);
    jy_err (*digest_with_z)(void *impl, size_t index, const uint8_t z[JY_SM3_SIZE], uint8_t out[JY_SM3_SIZE], struct jy_fault *fault);
    /* NULL, or false: the digest of the whole file is not known from other work. */
    bool (*digest)(const void *impl, uint8_t out[JY_SM3_SIZE]);
    /* NULL where no copy has this format. The mark where a program that wrote the file anew has put it. */
    bool (*copy_of)(void *impl, char out[2 * JY_SM3_SIZE + 1]);
    /* NULL where the format has no place for evidence. */
    jy_err (*validation_data)(void *impl, struct jy_validation_data *out, struct jy_fault *fault);
    jy_err (*prepare_archive)(void *impl, const struct jy_validation_data *data, struct jy_prepared *out, struct jy_fault *fault);
    jy_err (*finish_archive)(struct jy_slice prepared, const char *slot, struct jy_slice token, struct jy_pieces *out, struct jy_fault *fault);
};

/** The format's own part of an inspection (lib/inspect). */
JY_CHECK jy_err jy_document_inspect(struct jy_document *doc, json_t *out, json_t *signatures, struct jy_fault *fault);

/**
 * SHOWN_ALIKE of every signature, when `checked` is the answer that the document does not show one thing to all and `why` says so. Errors of ours,
 * which are no answer about the document: JY_E_NOMEM, JY_E_CRYPTO.
 */
JY_CHECK jy_err container_note_shown(struct jy_signature *signatures, size_t count, jy_err checked, const struct jy_fault *why, struct jy_fault *fault);

/** JY_E_EARLIER_INVALID when an earlier signature's value is for another document, or is none. Errors of ours: JY_E_NOMEM, JY_E_CRYPTO, JY_E_LIMIT. */
JY_CHECK jy_err container_check_earlier(struct jy_document *doc, struct jy_fault *fault);

extern const struct jy_document_ops jy_pdf_ops;   /* lib/pdf */
extern const struct jy_document_ops jy_ofd_ops;   /* lib/ofd */

#endif
