/* SPDX-License-Identifier: Apache-2.0 */
/* text.h: base64, hex and UTF-8 as bytes. */
#ifndef JY_TEXT_H
#define JY_TEXT_H

#include <jinyin/base.h>

JY_CHECK jy_err jy_base64_encode(struct jy_slice bytes, struct jy_buf *out);
/** Standard alphabet, padding required; white space between is skipped. JY_E_FORMAT otherwise. */
JY_CHECK jy_err jy_base64_decode(struct jy_slice text, struct jy_buf *out);
/** RFC 4648 base32 without padding, upper case: for what a person may have to type. */
JY_CHECK jy_err jy_base32_encode(struct jy_slice bytes, struct jy_buf *out);
/** The same back, any case, no padding, no white space. JY_E_FORMAT otherwise. */
JY_CHECK jy_err jy_base32_decode(struct jy_slice text, struct jy_buf *out);
/** Lower-case hex; out needs 2·len+1 bytes. */
void jy_hex(struct jy_slice bytes, char *out);
/** JY_E_FORMAT unless text is exactly 2·len hex digits. */
JY_CHECK jy_err jy_hex_parse(struct jy_slice text, uint8_t *out, size_t len);
/** Well-formed UTF-8 (no overlong forms, no surrogates). */
bool jy_utf8_is_valid(struct jy_slice text);
/** The first character of text: its bytes, and *code; 0 when text is empty or begins with no well-formed character. */
size_t jy_utf8_next(struct jy_slice text, uint32_t *code);
/** A character, appended; one that is none (surrogates, beyond U+10FFFF) as U+FFFD. */
JY_CHECK jy_err jy_utf8_add(struct jy_buf *out, uint32_t code);
/**
 * What is hidden by a character (static text, English), or NULL: control characters (C0, DEL, C1), line separators, what reorders or hides text
 * (bidirectional marks and overrides, zero-width and other invisible characters, tags), noncharacters.
 */
const char *jy_utf8_hides(uint32_t code);
/** The same for the first such character of a text; bytes that are not UTF-8 are passed over. */
const char *jy_text_hides(const char *text);
/**
 * Foreign text for a terminal: what jy_utf8_hides names and bytes that are not UTF-8 are
 * written as \xNN, so that a name in a file can neither move the cursor nor add a line. out is always NUL-terminated; what does
 * not fit is cut between characters. Returns out.
 */
const char *jy_text_visible(const char *text, char *out, size_t size);
/**
 * Open the tables of GB 18030, which names in packages may need, and keep them: for a process that will lose the right to open files.
 * Once is enough. False when this system has none: then such names are not read.
 */
bool jy_gb18030_keep(void);

#endif
