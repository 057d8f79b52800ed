/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included behind kconfig.h and before everything else, when clang compiles helpers for a kernel that gcc built. With these two
 * options the %gs of a per-processor operand is in its type (__seg_gs). gcc prints it in assembly, clang drops it silently; a
 * kernel that clang built has neither option.
 */
#undef CONFIG_CC_HAS_NAMED_AS
#undef CONFIG_USE_X86_SEG_SUPPORT
