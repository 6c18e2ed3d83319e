/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill_point.h: what stands behind JY_KILL_POINT in the programs of this folder. They share a board with the test: a file `kill-points` in the
 * folder that jinyind was started in, mapped before main(), so that no sandbox is in the way. On it the rooms write what they pass, and the test
 * writes where the next process ends. tests/kill/board.py reads the same layout.
 */
#ifndef JY_TESTS_KILL_POINT_H
#define JY_TESTS_KILL_POINT_H

enum jy_kill_point {
#define POINT(name, room, happened, not_yet) JY_KILL_##name,
#include "tests/kill/points.def"
#undef POINT
    JY_KILL__COUNT
};

void jy_kill_point(enum jy_kill_point point);
void jy_kill_kind(const char *kind);

#define JY_KILL_POINT(name) jy_kill_point(JY_KILL_##name)
#define JY_KILL_KIND(kind) jy_kill_kind(kind)

#endif
