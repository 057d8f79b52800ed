/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What clang has to see otherwise of a kernel that gcc configured; between kconfig.h and everything else. gcc takes the segment of a
 * per-processor operand of assembly from its type, clang does not: its kernels have neither of these.
 */
#undef CONFIG_CC_HAS_NAMED_AS
#undef CONFIG_USE_X86_SEG_SUPPORT
