/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container: bytes in which different readers would see different entries (GB/T 33190-2016 5, APPNOTE 6.3). The rows stand by the fourteen kinds of
 * ambiguity that comparing fifty ZIP readers has shown (You, Chen, Wang, Duan: My ZIP isn't your ZIP, USENIX Security 2025): each row is named after its
 * kind first.
 */
#include "zip_changes.h"

#define ENTRY(...) make_entry, &(const struct zip_row){ __VA_ARGS__ }
#define MORE(...) ENTRY(NULL, { __VA_ARGS__ })
#define PATCHED(part, ...) make_entry, &(const struct zip_row){ part, { .method = 8 }, { __VA_ARGS__ } }
#define BYTES(text) { (const uint8_t *)(text), sizeof(text) - 1 }
#define LIE(which) make_zip64, &(const enum zip64_lie){ which }
#define AMBIGUOUS .refused = JY_E_AMBIGUOUS
/* Info-ZIP Unicode Path: version, CRC-32 of the name (readers differ in whether they look), the other name "x". */
#define UNICODE_PATH BYTES("\x75\x70\x06\x00\x01\x00\x00\x00\x00x")

static const struct attack rows[] = {
    { "honest", "the package as every row makes it, with no lie", make_entry, .verdict = JY_VALID_WITH_WARNING },
    { "honest-zip64", "zip64 end records that say the same", make_zip64, .verdict = JY_VALID_WITH_WARNING },
    { "honest-descriptor", "a page with a true data descriptor",
      ENTRY(PAGE0, { .method = 8, .flags = 8, .zero_local = true, .descriptor = 16 }), .verdict = JY_VALID_WITH_WARNING },
    { "honest-descriptor-bare", "the same without its signature",
      ENTRY(PAGE0, { .method = 8, .flags = 8, .zero_local = true, .descriptor = 12 }), .verdict = JY_VALID_WITH_WARNING },

    /* A1: the compression method */
    { "method-local", "the local header says stored, the directory deflated: who goes by the header reads other bytes",
      ENTRY(PAGE0, { .method = 8, .local_method = 1 }), AMBIGUOUS },
    { "method-local-stored", "local header: stored", PATCHED(PAGE0, { IN_LOCAL, .at = 8, .bytes = 2, .value = 0 }), AMBIGUOUS },
    { "method-directory-stored", "directory: stored, local header: deflated", PATCHED(PAGE0, { IN_DIRECTORY, .at = 10, .bytes = 2, .value = 0 }), AMBIGUOUS },
    { "method-unknown", "bzip2, which hardly an OFD reader knows", MORE(.name = "a", .text = "x", .method = 12), .refused = JY_E_UNSUPPORTED },

    { "method-version", "a page asks for a version of ZIP that few programs have: they leave it out", PATCHED(PAGE0, { IN_DIRECTORY, .at = 6, .bytes = 2,
      .value = 0x73 }), AMBIGUOUS },
    { "method-version-local", "only the local header asks for it", PATCHED(PAGE0, { IN_LOCAL, .at = 4, .bytes = 2, .value = 0x114 }), AMBIGUOUS },

    /* A2: sizes */
    { "size-local", "the local header has a smaller size", PATCHED(PAGE0, { IN_LOCAL, .at = 22, .bytes = 4, .value = -1, .add = true }), AMBIGUOUS },
    { "size-local-zero", "the local header has no size and no descriptor follows", PATCHED(PAGE0, { IN_LOCAL, .at = 22, .bytes = 4, .value = 0 }), AMBIGUOUS },
    { "size-local-packed", "the local header has a smaller packed size: a stream goes on elsewhere",
      PATCHED(PAGE0, { IN_LOCAL, .at = 18, .bytes = 4, .value = -1, .add = true }), AMBIGUOUS },
    { "size-directory-zero", "the directory calls the page empty", PATCHED(PAGE0, { IN_DIRECTORY, .at = 24, .bytes = 4, .value = 0 }), AMBIGUOUS },
    { "size-declared-short", "both call the page shorter than it is and give the CRC of the beginning: who unpacks all shows more",
      make_declared_short, AMBIGUOUS },
    { "size-stored-two", "a stored entry whose two sizes differ", MORE(.name = "a", .text = "xx", .size = 1), AMBIGUOUS },
    { "size-crc", "the local header has another CRC", ENTRY(PAGE0, { .method = 8, .local_crc = 1 }), AMBIGUOUS },
    { "size-zip64-differs", "a zip64 field with other sizes than the header",
      ENTRY(PAGE0, { .method = 8, .local_extra = BYTES("\1\0\20\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0") }), AMBIGUOUS },
    { "size-zip64-directory", "a zip64 field in the directory that nothing asks for",
      ENTRY(PAGE0, { .method = 8, .extra = BYTES("\1\0\20\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0") }), AMBIGUOUS },
    { "size-zip64-twice", "two zip64 fields in the directory",
      ENTRY(PAGE0, { .method = 8, .extra = BYTES("\1\0\0\0\1\0\0\0") }), AMBIGUOUS },
    { "descriptor-missing", "the flag says that a data descriptor follows, none does", ENTRY(PAGE0, { .method = 8, .flags = 8, .zero_local = true }), AMBIGUOUS },
    { "descriptor-lies", "the data descriptor says another length: who reads a stream believes it",
      ENTRY(PAGE0, { .method = 8, .flags = 8, .zero_local = true, .tail = BYTES("PK\7\10\1\2\3\4\5\0\0\0\6\0\0\0") }), AMBIGUOUS },
    { "descriptor-unannounced", "a data descriptor without the flag", ENTRY(PAGE0, { .method = 8, .descriptor = 16 }), AMBIGUOUS },
    { "descriptor-wide", "a data descriptor of 8-byte sizes without a zip64 field: its second half is read as the next header",
      ENTRY(PAGE0, { .method = 8, .flags = 8, .zero_local = true, .descriptor = 24 }), AMBIGUOUS },
    { "descriptor-stored", "a stored entry whose end only its descriptor tells: a stream finds it where the data say",
      ENTRY(FONT, { .text = "a font PK\7\10 and more", .flags = 8, .zero_local = true, .descriptor = 16 }), AMBIGUOUS },
    { "packed-tail", "bytes behind the end of the packed data: another local header for who reads a stream",
      make_packed_tail, "PK\3\4", AMBIGUOUS },

    /* A3: two names of one entry */
    { "path-local", "the local header of a page has another name: who reads a stream misses the page",
      ENTRY(PAGE0, { .local_name = "Doc_0/Pages/Page_0/Content.xmk", .method = 8 }), AMBIGUOUS },
    { "path-local-longer", "the same with a longer name", ENTRY(PAGE0, { .local_name = PAGE0 "x", .method = 8 }), AMBIGUOUS },
    { "path-unicode", "an Info-ZIP Unicode Path with another name, in both", ENTRY(PAGE0, { .method = 8, .extra = UNICODE_PATH, .local_extra = UNICODE_PATH }), AMBIGUOUS },
    { "path-unicode-local", "the same only in the local header", ENTRY(PAGE0, { .method = 8, .local_extra = UNICODE_PATH }), AMBIGUOUS },
    { "path-unicode-short", "a Unicode Path without a name", ENTRY(PAGE0, { .method = 8, .extra = BYTES("\x75\x70\1\0\1") }), AMBIGUOUS },
    { "path-flag", "the local header's name is UTF-8, the directory's is not", MORE(.name = "\xe4\xb8\xad", .text = "x", .local_flags = 0x800), AMBIGUOUS },
    { "path-extra-overrun", "an extra field longer than its area", ENTRY(PAGE0, { .method = 8, .extra = BYTES("\x75\x70\xff\0") }), AMBIGUOUS },

    /* A4: is it a folder? */
    { "type-folder-with-content", "a folder by its slash, with content", MORE(.name = "a/", .text = "x"), AMBIGUOUS },
    { "type-folder-by-dos", "a folder by its DOS attribute, with content", ENTRY(PAGE0, { .method = 8, .attributes = 0x10 }), AMBIGUOUS },
    { "type-folder-by-unix", "a folder by its Unix mode, with content", ENTRY(PAGE0, { .method = 8, .attributes = 0x41ed0000 }), AMBIGUOUS },
    { "type-link", "a symbolic link: what is unpacked leads elsewhere", MORE(.name = "Doc_0/a.xml", .text = "/etc/passwd", .attributes = 0xa1ff0000), AMBIGUOUS },
    { "type-device", "a device", MORE(.name = "Doc_0/a.xml", .text = "", .attributes = 0x21b60000), AMBIGUOUS },

    /* A5: encryption */
    { "encryption-local", "only the local header says encrypted", PATCHED(PAGE0, { IN_LOCAL, .at = 6, .bytes = 2, .value = 1 }), AMBIGUOUS },
    { "encryption-directory", "only the directory says encrypted", PATCHED(PAGE0, { IN_DIRECTORY, .at = 8, .bytes = 2, .value = 1 }), AMBIGUOUS },
    { "encryption-both", "an encrypted entry", MORE(.name = "a", .text = "x", .flags = 1), .refused = JY_E_ENCRYPTED },
    { "encryption-strong", "strong encryption", MORE(.name = "a", .text = "x", .flags = 0x41), .refused = JY_E_ENCRYPTED },

    /* B1: one name twice */
    { "duplicate-last", "two entries of one name: some readers take the first, some the last", MORE(.name = PAGE0, .text = "<Page/>"), AMBIGUOUS },
    { "duplicate-first", "the other one first", ENTRY(NULL, { .name = PAGE0, .text = "<Page/>" }, .first = true), AMBIGUOUS },
    { "duplicate-record", "two records of one entry", MORE(.name = "Doc_0/Signs/Sign_0/SignedValue.dat", .no_local = true), AMBIGUOUS },
    { "duplicate-file-and-folder", "a file where the parts' folder is: which one is unpacked?", MORE(.name = "Doc_0/Pages", .text = "x"), AMBIGUOUS },
    { "duplicate-folder-of-file", "a folder of a page's name", MORE(.name = PAGE0 "/"), AMBIGUOUS },

    /* B2: bytes of a name that readers treat each in their own way */
    { "special-nul", "a name that ends at a NUL for C", MORE(.name = PAGE0 "\0.x", .name_len = sizeof(PAGE0) + 2, .text = "x"), AMBIGUOUS },
    { "special-control", "a control character", MORE(.name = "a\nb", .text = "x"), AMBIGUOUS },
    { "special-replaced-pair", "two names that Windows makes one",
      ENTRY(NULL, { .name = "Doc_0/a?.txt", .text = "x" }, .twin = { .name = "Doc_0/a*.txt", .text = "y" }), AMBIGUOUS },
    { "special-dot-pair", "list.txt and list.txt with a dot at its end", MORE(.name = "Doc_0/Attachs/list.txt.", .text = "x"), AMBIGUOUS },
    { "special-blank-pair", "the same with a blank", MORE(.name = "Doc_0/Attachs/list.txt ", .text = "x"), AMBIGUOUS },
    { "special-ignored-pair", "the same with a zero-width blank", MORE(.name = "Doc_0/Attachs/list\xe2\x80\x8b.txt", .text = "x", .flags = 0x800), AMBIGUOUS },
    { "special-flag-lies", "a name that is not UTF-8 as its flag says", MORE(.name = "\xd6\xd0.txt", .text = "x", .flags = 0x800), AMBIGUOUS },
    { "special-no-code-page", "a name in no code page of ours", MORE(.name = "\x81.txt", .text = "x"), AMBIGUOUS },
    { "special-gbk-pair", "one name in GBK and in UTF-8",
      ENTRY(NULL, { .name = "Doc_0/\xe4\xb8\xad", .text = "x", .flags = 0x800 }, .twin = { .name = "Doc_0/\xd6\xd0", .text = "y" }), AMBIGUOUS },
    { "special-437-pair", "one name in code page 437, as the standard means it, and in UTF-8",
      ENTRY(NULL, { .name = "Doc_0/\xc3\x87\xc3\xbc", .text = "x", .flags = 0x800 }, .twin = { .name = "Doc_0/\x80\x81", .text = "y" }), AMBIGUOUS },

    /* B3: names that lead elsewhere */
    { "canonical-dotdot", "..", MORE(.name = "x/../" PAGE0, .text = "x"), AMBIGUOUS },
    { "canonical-leaves", ".. out of the package", MORE(.name = "../../etc/passwd", .text = "x"), AMBIGUOUS },
    { "canonical-dot", "./", MORE(.name = "./" PAGE0, .text = "x"), AMBIGUOUS },
    { "canonical-three-dots", "a part of three dots, which some cut", MORE(.name = ".../" PAGE0, .text = "x"), AMBIGUOUS },
    { "canonical-absolute", "an absolute name", MORE(.name = "/" PAGE0, .text = "x"), AMBIGUOUS },
    { "canonical-slashes", "//", MORE(.name = "Doc_0//Pages/Page_0/Content.xml", .text = "x"), AMBIGUOUS },
    { "canonical-backslash", "back-slashes", MORE(.name = "Doc_0\\Pages\\Page_0\\Content.xml", .text = "x"), AMBIGUOUS },
    { "canonical-drive", "a drive", MORE(.name = "C:" PAGE0, .text = "x"), AMBIGUOUS },
    { "canonical-composed", "one name composed and decomposed (NFC, NFD)",
      ENTRY(NULL, { .name = "Doc_0/\xc3\xa9", .text = "x", .flags = 0x800 }, .twin = { .name = "Doc_0/e\xcc\x81", .text = "y", .flags = 0x800 }), AMBIGUOUS },
    { "canonical-compatible", "one ideograph by two numbers",
      ENTRY(NULL, { .name = "Doc_0/\xef\xa4\x80", .text = "x", .flags = 0x800 },
            .twin = { .name = "Doc_0/\xe8\xb1\x88", .text = "y", .flags = 0x800 }), AMBIGUOUS },

    /* B4: case */
    { "case-ascii", "a name in other case", MORE(.name = "doc_0/pages/page_0/CONTENT.XML", .text = "x"), AMBIGUOUS },
    { "case-wide", "a name in full-width letters", MORE(.name = "Doc_0/\xef\xbc\xa5xtensions.xml", .text = "x", .flags = 0x800), AMBIGUOUS },

    /* C1: what a stream shows and the directory does not */
    { "stream-unlisted", "an entry that the directory does not name: another page for who reads a stream",
      MORE(.name = PAGE0, .text = "<Page/>", .no_record = true), AMBIGUOUS },
    { "stream-unlisted-first", "the same as first entry", ENTRY(NULL, { .name = "a", .text = "x", .no_record = true }, .first = true), AMBIGUOUS },
    { "stream-overlap", "a record that leads into another entry's data",
      MORE(.name = "Doc_0/Signs/Sign_0/SignedValue.daz", .no_local = true), AMBIGUOUS },
    { "stream-gap", "bytes between two entries", ENTRY(PAGE0, { .method = 8, .gap = "another header may stand here" }), AMBIGUOUS },
    { "stream-gap-directory", "bytes between the entries and the directory", make_gap, "PK\3\4", AMBIGUOUS },
    { "stream-entry-comment", "an entry's comment that holds records", ENTRY(PAGE0, { .method = 8, .comment = BYTES("PK\3\4 another entry") }), AMBIGUOUS },
    { "stream-extra-record", "an extra field that holds records",
      ENTRY(PAGE0, { .method = 8, .local_extra = BYTES("\x37\x13\x04\0PK\3\4") }), AMBIGUOUS },

    /* C2: which end record? */
    { "end-two-packages", "another package, then the signed one", make_other_first, AMBIGUOUS },
    { "end-other-last", "the signed package, then another one", make_other_last, AMBIGUOUS },
    { "end-other-in-comment", "another package, as the comment of the signed one", make_other_in_comment, AMBIGUOUS },
    { "end-in-data", "an end record in an entry's data whose comment is the rest of the file: the first end record for who looks forward",
      make_end_in_data, AMBIGUOUS },
    { "end-suffix", "bytes behind the end record", make_suffixed, "more", AMBIGUOUS },
    { "end-comment-short", "the comment is longer than it says", make_long_comment, "0123456789more", AMBIGUOUS },
    { "end-comment-long", "the comment is shorter than it says", make_long_comment, "01234", AMBIGUOUS },
    { "end-comment-record", "a comment that holds a record", make_long_comment, "PK\1\2 record", AMBIGUOUS },

    /* C3: how many records? */
    { "count-less", "one record less than there are",
      PATCHED(NULL, { IN_END, .at = 8, .bytes = 2, .value = -1, .add = true },
      { IN_END, .at = 10, .bytes = 2, .value = -1, .add = true }), AMBIGUOUS },
    { "count-more", "one record more than there are",
      PATCHED(NULL, { IN_END, .at = 8, .bytes = 2, .value = 1, .add = true },
      { IN_END, .at = 10, .bytes = 2, .value = 1, .add = true }), AMBIGUOUS },
    { "count-here", "two counts that differ", PATCHED(NULL, { IN_END, .at = 8, .bytes = 2, .value = -1, .add = true }), AMBIGUOUS },
    { "count-total", "two counts that differ, the other way", PATCHED(NULL, { IN_END, .at = 10, .bytes = 2, .value = -1, .add = true }), AMBIGUOUS },
    { "count-size", "the directory is called shorter than it is", PATCHED(NULL, { IN_END, .at = 12, .bytes = 4, .value = -60, .add = true }), AMBIGUOUS },
    { "count-modulo", "65,537 records counted as one", make_count_modulo, AMBIGUOUS },
    { "count-volumes", "a second volume", PATCHED(NULL, { IN_END, .at = 4, .bytes = 2, .value = 1 }), .refused = JY_E_UNSUPPORTED },

    /* C4: where is the directory, and from where do offsets count? */
    { "offset-two-directories", "two directories: one where the offset says, one before the end record", make_two_directories, AMBIGUOUS },
    { "offset-directory", "the directory begins elsewhere", PATCHED(NULL, { IN_END, .at = 16, .bytes = 4, .value = -20, .add = true }), AMBIGUOUS },
    { "offset-gap-behind", "bytes between the directory and the end record", make_gap_behind_directory, "01234567890123456789", AMBIGUOUS },
    { "offset-prefix", "bytes before the package", make_prefixed, "#!/bin/sh\nexec evil\n", AMBIGUOUS },
    { "offset-prefix-entry", "a local header before the package", make_prefixed, "PK\3\4", AMBIGUOUS },
    { "offset-prefix-known", "nine bytes before the package, as one product writes them: read, and named", make_prefixed, "123456789",
      .verdict = JY_VALID_WITH_WARNING, FAILS(DEVIATION), .names = "ZIP_PREFIX", .stamping = JY_E_AMBIGUOUS },
    { "offset-local", "a record that leads to no entry", ENTRY(PAGE0, { .method = 8, .start_plus = 1 }), .refused = JY_E_DAMAGED },

    /* C5: zip64 */
    { "zip64-count", "the zip64 end record counts fewer entries", LIE(LIE_COUNT), AMBIGUOUS },
    { "zip64-count-here", "its own two counts differ", LIE(LIE_COUNT_HERE), AMBIGUOUS },
    { "zip64-size", "it has another size of the directory", LIE(LIE_SIZE), AMBIGUOUS },
    { "zip64-offset", "it has another offset of the directory", LIE(LIE_OFFSET), AMBIGUOUS },
    { "zip64-locator", "the locator leads elsewhere", LIE(LIE_LOCATOR), AMBIGUOUS },
    { "zip64-gap", "a byte between the locator and the end record: found by some", LIE(LIE_GAP), AMBIGUOUS },
    { "zip64-volumes", "the locator speaks of two volumes", LIE(LIE_DISKS), .refused = JY_E_UNSUPPORTED },

    /* and more */
    { "bomb", "16 MiB packed into 16 KiB", make_bomb, .refused = JY_E_HOSTILE },
    { "polyglot-pdf", "a PDF as well: by its first bytes and its last ones", make_polyglot, AMBIGUOUS },
};

int
main(void)
{
    static const struct attack_family family = { "zip", "ofd", rows, sizeof(rows) / sizeof(rows[0]) };

    return attacks_run(&family);
}
