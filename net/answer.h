/* SPDX-License-Identifier: Apache-2.0 */
/* net/answer.h: one answer, held until it may go out: through the HTTP library, or past it when a body is cut off. */
#ifndef JY_ANSWER_H
#define JY_ANSWER_H

#include <jinyin/base.h>

#define JY_ANSWER_HEADERS_MAX 24

struct MHD_Connection;

/** Begin with jy_answer_begin(), end with jy_answer_free(). */
struct jy_answer {
    struct {
        char *name, *value;
    } headers[JY_ANSWER_HEADERS_MAX];
    size_t header_count;
    int status;                 /* 0: not given yet */
    struct jy_buf body;         /* wiped: answers hold tokens and activation codes */
    int fd;                     /* instead of the body, or -1 */
    uint64_t size;
};

void jy_answer_begin(struct jy_answer *answer);
void jy_answer_free(struct jy_answer *answer);

/** Errors: JY_E_ARGUMENT (not a header, one that the library owns, or the answer is given), JY_E_LIMIT, JY_E_NOMEM. */
JY_CHECK jy_err jy_answer_header(struct jy_answer *answer, const char *name, const char *value);
/** Give the answer, once. content_type may be NULL. Errors: JY_E_ARGUMENT (given already, status not 200–599), JY_E_NOMEM. */
JY_CHECK jy_err jy_answer_bytes(struct jy_answer *answer, int status, const char *content_type, struct jy_slice body);
/** fd is taken over, also on error. */
JY_CHECK jy_err jy_answer_file(struct jy_answer *answer, int status, const char *content_type, int fd, uint64_t size);
/** application/problem+json with the row of this error; the fault (NULL: none) names the part of the request and the rule, in no byte of the sender's. */
JY_CHECK jy_err jy_answer_problem(struct jy_answer *answer, jy_err err, const struct jy_fault *fault);

/** Hand the given answer to the HTTP library; it holds nothing afterwards. is_last: close the connection after it. */
JY_CHECK jy_err jy_answer_queue(struct jy_answer *answer, struct MHD_Connection *connection, bool is_last);
/**
 * Write the given answer to the socket at once, as the last one of this connection, and wait a little until the other side has
 * read it. For a request that is not read to its end: the HTTP library takes no answer in the middle of a body, and where it takes
 * one it closes at once, which resets the connection and may cost the answer (nginx makes a 502 of that). Blocks up to 7 s.
 * A file is not sent this way: then the connection is closed without an answer.
 */
void jy_answer_write(struct jy_answer *answer, struct MHD_Connection *connection, bool has_body);

#endif
