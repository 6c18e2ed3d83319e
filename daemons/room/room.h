/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room.h: what every room does the same way. jinyind starts a room with fd 3 = control socket and fd 4 = its own part of the
 * configuration as JSON (only the keys that config.def lets this room see; paths already absolute). jinyind attaches the ends of
 * socketpairs through the control socket whenever this room or a peer (re)starts; a room never opens a socket to another by itself.
 */
#ifndef JY_ROOM_H
#define JY_ROOM_H

#include "ipc/ipc.h"

struct json_t;                            /* jansson, forward */

struct jy_room_context;
/** First line of main(): reads control and configuration, ignores SIGPIPE, sets PR_SET_DUMPABLE 0 and no core. Exits with a message on failure. */
struct jy_room_context *jy_room_begin(enum jy_room room);
/** Configuration value by its config.def key; aborts on a key that this room may not see (a bug). */
const char *jy_room_config_text(const struct jy_room_context *room, const char *key);
int64_t jy_room_config_int(const struct jy_room_context *room, const char *key);
bool jy_room_config_bool(const struct jy_room_context *room, const char *key);
/** An inherited descriptor by name: web has "http" (listening Unix socket) and "http_loopback" (TCP on 127.0.0.1); -1 when absent. */
int jy_room_descriptor(const struct jy_room_context *room, const char *name);
/**
 * Give up for good what this room does not need, by the one table of daemons/room/sandbox.c: rlimits, no-new-privileges, seccomp.
 * Call it last before jy_room_ready, when files are open. doc keeps only memory, its descriptors and time; key loses network and
 * exec; link and web lose exec, ptrace and the like. Exits with a message when the kernel does not carry it out.
 */
void jy_room_sandbox(struct jy_room_context *room);
/** doc and page, in the process of one document: memory, time and the descriptors it holds are left, nothing else. Errors: JY_E_IO. */
JY_CHECK jy_err jy_sandbox_document(enum jy_room room, struct jy_fault *fault);
/** Tell jinyind that this room serves now. */
void jy_room_ready(struct jy_room_context *room);

/** Serving rooms (doc, key; one thread): answer requests until jinyind says stop. handler sends exactly one reply on fd. */
typedef void jy_room_handler(void *self, int fd, struct jy_frame *request);
void jy_room_serve(struct jy_room_context *room, jy_room_handler *handler, void *self);
/**
 * A request answered from a process begun for it alone, in jy_sandbox_document, with the request's descriptors and `keep` (or -1). The reply is
 * the caller's to free: an answer to this request, or an ERROR. Errors, logged: JY_E_UNAVAILABLE it ended without an answer or took longer than
 * timeout_seconds (its own timer, so nobody else's work is in it), JY_E_FORMAT and others of an answer that is not believed.
 */
struct jy_reader {
    enum jy_room room;
    int timeout_seconds, keep;
    jy_err (*handle)(const void *self, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault);
    const void *self;
};
JY_CHECK jy_err jy_reader_run(const struct jy_reader *reader, const struct jy_frame *request, struct jy_frame *reply);
/** The same with one thread per attached connection (link). */
void jy_room_serve_threads(struct jy_room_context *room, jy_room_handler *handler, void *self);

/** Calling room (web): a thread that takes attached ends and a pool per peer. Returns at once. */
JY_CHECK jy_err jy_room_start_calling(struct jy_room_context *room);
/**
 * Call: send request to its receiver, wait for the answer. Thread-safe. reply is the frame of the table's reply type;
 * an ERROR answer becomes its code with fault filled. A connection that breaks gives JY_E_UNAVAILABLE (request may have been
 * carried out: every request is idempotent). While the peer restarts the call waits up to deadline_ms.
 */
JY_CHECK jy_err jy_room_call(struct jy_room_context *room, enum jy_message_type type, const void *request, int deadline_ms,
                             struct jy_frame *reply, struct jy_fault *fault);
/** jinyind asked to stop (poll this in a calling room), or a signal came. */
bool jy_room_stopping(const struct jy_room_context *room);
/** One JSON log line on stderr: {"ts","room","level","event",…}; values are escaped, never document content or personal data. */
void jy_log(const char *level, const char *event, const char *fmt, ...) JY_PRINTF(3, 4);

#endif
