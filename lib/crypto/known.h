/* SPDX-License-Identifier: Apache-2.0 */
/*
 * known.h: signatures that fitted before, certificates that were parsed, and facts about parts of documents. The same certificates and seals come with
 * every document; whether a value fits a message and a key is a fact of these three alone, without time, trust or policy, so remembering it cannot change
 * a verdict. They are compared byte for byte. Parts are told apart by their SM3, in which every signature over them trusts as well.
 */
#ifndef JY_KNOWN_H
#define JY_KNOWN_H

#include <jinyin/crypto.h>

#include <openssl/x509.h>

/**
 * As jy_sm2_verify; what fitted is remembered (the last 128, of 16 MiB together). For what lasts: certificates,
 * seals, never a document's own signature. Any number of threads.
 */
JY_CHECK jy_err jy_sm2_verify_known(const struct jy_sm2 *key, struct jy_slice message, struct jy_slice sig, enum jy_sm2_encoding *encoding);

/**
 * Does a value of an authority, which is DER to the letter, fit? lasting: it is remembered. What could not be checked is neither yes nor no.
 * Errors: JY_E_NOMEM, JY_E_CRYPTO.
 */
JY_CHECK jy_err jy_sm2_fits(const struct jy_sm2 *key, struct jy_slice message, struct jy_slice sig, bool lasting, bool *fits);

/** The certificate that was parsed from exactly these bytes before, for the caller to free; NULL when there is none. Not to be changed. */
X509 *jy_x509_known(struct jy_slice der);
/** Keeps a reference to a certificate that is wholly read and set up. */
void jy_x509_remember(struct jy_slice der, X509 *x509);

#define JY_FACT_SIZE 40u
/** What was found in a part of this SM3 before; false when that is not known. Any number of threads. */
bool jy_fact_known(const uint8_t sm3[JY_SM3_SIZE], uint8_t fact[JY_FACT_SIZE]);
/** Only what follows from the part's bytes alone, and only of one kind in the process: the SM3 is the whole key. The last 4,096 or fewer are kept. */
void jy_fact_remember(const uint8_t sm3[JY_SM3_SIZE], const uint8_t fact[JY_FACT_SIZE]);

#endif
