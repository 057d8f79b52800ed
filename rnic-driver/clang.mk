# SPDX-License-Identifier: GPL-2.0
# clang's part in rnic.ko, for a kernel that clang or gcc built. libclang parses C for bindgen (rnic-parser-flags), and a clang of
# rustc's LLVM compiles the C helpers to bitcode, which is linked into the Rust code, so that those for packets are no calls:
#
#   $(rnic-clang)                    that clang; empty when there is none: the helpers are an object then
#   $(rnic-llvm-link)                the linker beside it
#   $(call rnic-clang-flags,FLAGS)   FLAGS, as clang takes them
#
# A kernel with CONFIG_RUST_INLINE_HELPERS does the same with its own helpers, with its own compiler. For one that gcc built,
# RNIC_CLANG names the clang; RNIC_CLANG= says that there is none.

ifdef CONFIG_CC_IS_CLANG

rnic-parser-flags = $(c_flags)
rnic-clang-flags = $(1)
ifdef CONFIG_RUST_INLINE_HELPERS
rnic-clang := $(CC)
rnic-llvm-link := $(LLVM_LINK)
endif

else

# The kernel's own rust/Makefile says which of gcc's flags libclang must not see.
$(eval $(shell sed -n '/^bindgen_skip_c_flags *:=/,/[^\\]$$/{s/\\$$//;p}' $(srctree)/rust/Makefile))
ifeq ($(bindgen_skip_c_flags),)
$(error $(srctree)/rust/Makefile does not say which flags of gcc libclang must not see (bindgen_skip_c_flags))
endif
rnic-target-x86 := --target=x86_64-linux-gnu
rnic-target := $(rnic-target-$(SRCARCH))
rnic-parser-flags = $(filter-out $(bindgen_skip_c_flags),$(c_flags)) -w $(rnic-target)

rnic-llvm := $(shell $(RUSTC) --version --verbose | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
rnic-tool = $(shell command -v $(1)-$(rnic-llvm))
RNIC_CLANG ?= $(call rnic-tool,clang)
rnic-llvm-link := $(call rnic-tool,llvm-link)
rnic-clang := $(if $(rnic-llvm-link),$(RNIC_CLANG))

# Code needs more than a parser does. What protects the kernel has another name in clang (gcc's comes first); of the other flags that
# a parser must not see, clang gets those that it knows. It traces no function: the kernel takes gcc's table of calls. Its landing
# pads of IBT are in front of jump labels' code too, as in each kernel that clang builds.
rnic-names := -mindirect-branch=thunk-extern:-mretpoline-external-thunk -fsanitize=bounds-strict:-fsanitize=array-bounds \
	-mpreferred-stack-boundary=2:-mstack-alignment=4 -mpreferred-stack-boundary=3:-mstack-alignment=8
rnic-named = $(foreach flag,$(1),$(or $(patsubst $(flag):%,%,$(filter $(flag):%,$(rnic-names))),$(flag)))
rnic-gcc-only = $(filter $(bindgen_skip_c_flags),$(call rnic-named,$(1)))
rnic-known := $(if $(rnic-clang),$(shell for flag in $(call rnic-gcc-only,$(KBUILD_CFLAGS)); do \
	$(rnic-clang) $(rnic-target) -Werror $$flag -x c -c /dev/null -o /dev/null 2>/dev/null && echo "$$flag"; done))
rnic-taken = $(filter-out $(CC_FLAGS_FTRACE) $(filter-out $(rnic-known),$(call rnic-gcc-only,$(1))),$(call rnic-named,$(1)))
# Each header comes behind helpers/clang.h. The last options quiet what clang alone has to say of the kernel's headers.
rnic-clang-flags = $(patsubst %/include/linux/compiler_types.h,$(src)/rnic-driver/src/sys/helpers/clang.h \
	-include %/include/linux/compiler_types.h,$(call rnic-taken,$(1))) $(rnic-target) -Wno-unknown-warning-option -Wno-gnu \
	-Wno-microsoft-anon-tag -Wno-enum-enum-conversion -Wno-unused-command-line-argument

endif
