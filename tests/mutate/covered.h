/* SPDX-License-Identifier: Apache-2.0 */
/*
 * covered.h: what a changed byte changes for a reader, found without the verifier and without its parsers: OFD packages are read with libzip
 * (by the central directory) and by a walk over the local headers, PDF by the text of /ByteRange and of the hexadecimal string in its gap.
 */
#ifndef JY_MUTATE_COVERED_H
#define JY_MUTATE_COVERED_H

#include <jinyin/base.h>

/**
 * original and changed are equally long and differ in the byte at `at` only (and in the CRC of the part that it lies in).
 * false: the change alters covered content. OFD: a name, the set of names or the content of an entry, in one of both ways of reading, the
 * list of signatures (Signatures.xml) apart. PDF: a byte inside of a ByteRange, or of the value that the gap's string encodes.
 * true: it does not; *what names the bytes that it lies in (static text).
 */
bool covered_untouched(struct jy_slice original, struct jy_slice changed, size_t at, const char **what);

#endif
