// SPDX-License-Identifier: GPL-2.0
/* Takes memory and forgets it: what a search for leaks must find. */
#include <linux/module.h>
#include <linux/slab.h>

static noinline int lose_memory(void)
{
	int i;

	/* Many: the allocator itself remembers the addresses of some that it gave away lately. */
	for (i = 0; i < 200; i++) {
		if (!kzalloc(1024, GFP_KERNEL))
			return -ENOMEM;
	}
	return 0;
}

static int __init leak_init(void)
{
	return lose_memory();
}

static void __exit leak_exit(void)
{
}

module_init(leak_init);
module_exit(leak_exit);
MODULE_DESCRIPTION("Loses memory on purpose");
MODULE_LICENSE("GPL");
