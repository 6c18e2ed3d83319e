/* SPDX-License-Identifier: Apache-2.0 */
/* cmd.h: the commands of `jinyin`, and what they share. */
#ifndef JY_CMD_H
#define JY_CMD_H

#include <jinyin/base.h>

/* Exit codes that scripts can use; verify's come first. */
enum { EXIT_VALID = 0, EXIT_INVALID = 1, EXIT_INDETERMINATE = 2, EXIT_NO_SIGNATURE = 3, EXIT_USAGE = 64,
       EXIT_UNREADABLE = 65, EXIT_SERVICE = 69, EXIT_CANNOT_WRITE = 73 };

int cmd_verify(int argc, char **argv);
int cmd_stamp(int argc, char **argv);
int cmd_stamp_prepare(int argc, char **argv);
int cmd_stamp_finish(int argc, char **argv);
int cmd_archive(int argc, char **argv);
int cmd_export(int argc, char **argv);
int archive_verify(int argc, char **argv);      /* of cmd_archive: a package */
int cmd_inspect(int argc, char **argv);
int cmd_seal(int argc, char **argv);
int cmd_sign(int argc, char **argv);
int cmd_render(int argc, char **argv);
int cmd_text(int argc, char **argv);
int cmd_tour(int argc, char **argv);
int cmd_care(int argc, char **argv);

/** One option of a command: "--page" with its value's target. */
struct opt {
    const char *name;
    enum { OPT_FLAG, OPT_TEXT, OPT_INT, OPT_MM, OPT_TIME } kind;
    void *target;                     /* bool *, const char **, int *, double *, jy_time * */
    bool required;
};
/**
 * Read options; what is left stands in argv[0..*rest). Says what is wrong on stderr and returns EXIT_USAGE, else 0.
 * The table ends with name == NULL.
 */
int opt_read(const struct opt *options, int argc, char **argv, int *rest);
/** Does a file's name end so? In any case. */
bool ends_in(const char *name, const char *end);
/** Help of a command by its name, to stdout. */
void print_usage(const char *command);

/** A file as it lies on the disk. */
struct mapped { struct jy_slice bytes; void *map; };
JY_CHECK jy_err map_file(const char *path, struct mapped *out, struct jy_fault *fault);
void unmap_file(struct mapped *file);
/** Whole or not at all: temporary file beside it, fsync, rename. */
JY_CHECK jy_err write_file(const char *path, const struct jy_pieces *pieces, struct jy_fault *fault);
/** The same for bytes in memory; taken over. */
JY_CHECK jy_err write_bytes(const char *path, struct jy_buf *bytes, struct jy_fault *fault);
/** The pieces as a file without a name beside `path`, mapped: so a large document is never held in memory. */
JY_CHECK jy_err map_pieces(const char *path, const struct jy_pieces *pieces, struct mapped *out, struct jy_fault *fault);
/** Lines of a child that read a foreign document, on stderr. */
void print_notes(const struct jy_buf *notes);
/** "jinyin: what: …" on stderr in both languages. */
void complain(const char *what, jy_err err, const struct jy_fault *fault);

#endif
