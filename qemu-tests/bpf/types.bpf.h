/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's types, as its BTF has them.
 *
 * The kernel is built with -fms-extensions: a struct with a tag inside another is a member without a name.
 * In the C that bpftool writes of it, such a struct declares nothing, which clang says each time.
 */
#ifndef TYPES_BPF_H
#define TYPES_BPF_H

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wmissing-declarations"
#include "vmlinux.h"
#pragma clang diagnostic pop

#endif /* TYPES_BPF_H */
