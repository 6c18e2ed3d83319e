/* SPDX-License-Identifier: Apache-2.0 */
/* internal.h: what the files of the frame share; rooms see room.h only. */
#ifndef JY_ROOM_INTERNAL_H
#define JY_ROOM_INTERNAL_H

#include "daemons/room/config.h"
#include "daemons/room/control.h"
#include "daemons/room/room.h"

#include <pthread.h>
#include <stdatomic.h>

/* The sanitizers' own run-time opens files, maps at will and traces its own process: neither the sandbox nor PR_SET_DUMPABLE 0 fits. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define JY_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define JY_SANITIZED 1
#endif
#endif
#ifndef JY_SANITIZED
#define JY_SANITIZED 0
#endif

/* 64 workers, and as many broken connections whose callers have not noticed yet. */
#define JY_POOL_MAX 128

/* A caller who waits, on his own stack. */
struct jy_turn { struct jy_turn *next; };

struct jy_pool {
    struct { int fd; bool busy; } list[JY_POOL_MAX];
    size_t count;
    struct jy_turn *turns;                /* first come first */
};

struct jy_room_context {
    enum jy_room room;
    int control, signals;                 /* jinyind's socket; signalfd of SIGTERM and SIGINT */
    json_t *config;                       /* this room's part, checked */
    struct { char name[16]; int fd; } descriptors[4];
    size_t descriptor_count;
    atomic_bool stopping;
    /* Calling rooms: */
    pthread_mutex_t lock;                 /* guards pools */
    pthread_cond_t changed;               /* a connection came or became free */
    struct jy_pool pools[JY_ROOM_LAST + 1];
};

/** Milliseconds of a clock that never jumps. */
int64_t jy_room_clock_ms(void);
/** Fill the context of a room from these descriptors (jy_room_begin after its own checks; tests). Takes over both. */
JY_CHECK jy_err jy_room_open(enum jy_room which, int control, int config, struct jy_room_context *room, struct jy_fault *fault);
/** web: read nothing but the system and its own paths from now on; page: the system alone, and write nothing. Errors: JY_E_UNSUPPORTED the kernel has no
 *  Landlock, JY_E_IO. */
JY_CHECK jy_err jy_fence_apply(enum jy_room room, const json_t *config, struct jy_fault *fault);
/** Carry the table of sandbox.c out for this process, for good. Errors: JY_E_IO with what the kernel refused. */
JY_CHECK jy_err jy_sandbox_apply(enum jy_room room, int64_t document_max_bytes, struct jy_fault *fault);

#endif
