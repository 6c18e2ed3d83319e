/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill_point.h: named moments of a transaction at which the tests end the process as a power cut would. In the programs that are built and
 * installed they are nothing at all: the tests compile the files that have some a second time (tests/kill/, table tests/kill/points.def).
 */
#ifndef JY_KILL_POINT_H
#define JY_KILL_POINT_H

#ifdef JY_KILL_POINTS
#include "tests/kill/kill_point.h"
#else
/** This moment is passed. */
#define JY_KILL_POINT(name) ((void)0)
/** Whose moments this thread passes from now on: the event of the audit record, the message, the destination; NULL: nobody's. */
#define JY_KILL_KIND(kind) ((void)0)
#endif

#endif
