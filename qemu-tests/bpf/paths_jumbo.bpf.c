// SPDX-License-Identifier: GPL-2.0
/*
 * The readers behind the program of a storm, for packets of several parts. An object of its own: maps of processors and ports are
 * for programs that all take such packets, or all do not.
 */
#define PARTS ".frags"
#include "paths.bpf.c"
