// SPDX-License-Identifier: GPL-2.0
/*
 * Where one processor's instructions go while a network interface works: its NAPI polls, its interrupt handlers, its
 * transmit function, what is freed later for it, and the receiving system calls, whose end gives buffers back. The clock
 * counts instructions.
 *
 * A stack of what is being done makes the parts exclusive: the time of an interrupt inside a poll is the interrupt's.
 * The hooks are the kernel's own, around any driver, and their own time is left out.
 */
#include "types.bpf.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define DEPTH 8
#define INTERRUPTS 512

enum part { ELSEWHERE, POLL, INTERRUPT, TRANSMIT, DEFERRED, SOCKET, PARTS };

struct subject {
	__u32 ifindex;
	__u32 netns;
	/* Whether what is freed in the transmit softirq was sent by it: the other NIC's driver frees at once. */
	__u32 defers;
};

/* What is measured; nothing at all while its index is 0. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct subject);
} subject SEC(".maps");

/* 1 for each interrupt of its device. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, INTERRUPTS);
	__type(key, __u32);
	__type(value, __u32);
} interrupts SEC(".maps");

/* For each part its instructions, then how often it was entered. */
struct account {
	__u64 time[PARTS];
	__u64 times[PARTS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct account);
} account SEC(".maps");

struct stack {
	__u64 since;
	__u32 part;
	__u32 depth;
	__u32 under[DEPTH];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stack);
} stack SEC(".maps");

static __always_inline void book(struct stack *s, __u64 now)
{
	__u32 zero = 0, part = s->part;
	struct account *a = bpf_map_lookup_elem(&account, &zero);

	if (a && part < PARTS)
		a->time[part] += now - s->since;
}

static __always_inline void enter(__u32 part)
{
	__u64 now = bpf_ktime_get_ns();
	__u32 zero = 0, depth;
	struct stack *s = bpf_map_lookup_elem(&stack, &zero);
	struct account *a = bpf_map_lookup_elem(&account, &zero);

	if (!s || !a)
		return;
	book(s, now);
	depth = s->depth;
	if (depth < DEPTH)
		s->under[depth] = s->part;
	s->depth = depth + 1;
	s->part = part;
	if (part < PARTS)
		a->times[part]++;
	s->since = bpf_ktime_get_ns();
}

static __always_inline void leave(__u32 part)
{
	__u64 now = bpf_ktime_get_ns();
	__u32 zero = 0, depth;
	struct stack *s = bpf_map_lookup_elem(&stack, &zero);

	/* It was entered before the hooks were there. */
	if (!s || !s->depth || s->part != part)
		return;
	book(s, now);
	depth = s->depth - 1;
	s->part = depth < DEPTH ? s->under[depth] : ELSEWHERE;
	s->depth = depth;
	s->since = bpf_ktime_get_ns();
}

static __always_inline int is_here(const struct net *net, const struct subject *s)
{
	return net && net->ns.inum == s->netns;
}

static __always_inline __u32 of_device(const struct net_device *dev, __u32 part)
{
	__u32 zero = 0;
	struct subject *s = bpf_map_lookup_elem(&subject, &zero);

	return s && dev->ifindex == s->ifindex && is_here(dev->nd_net.net, s) ? part : ELSEWHERE;
}

static __always_inline __u32 of_interrupt(__u32 number)
{
	__u32 *ours = bpf_map_lookup_elem(&interrupts, &number);

	return ours && *ours ? INTERRUPT : ELSEWHERE;
}

static __always_inline __u32 of_deferred(void)
{
	__u32 zero = 0;
	struct subject *s = bpf_map_lookup_elem(&subject, &zero);

	return s && s->defers ? DEFERRED : ELSEWHERE;
}

static __always_inline __u32 of_socket(const struct sock *sk)
{
	__u32 zero = 0;
	struct subject *s = bpf_map_lookup_elem(&subject, &zero);

	return s && is_here(sk->__sk_common.skc_net.net, s) ? SOCKET : ELSEWHERE;
}

SEC("fentry/__napi_poll")
int BPF_PROG(poll_begins, struct napi_struct *napi)
{
	enter(of_device(napi->dev, POLL));
	return 0;
}

SEC("fexit/__napi_poll")
int BPF_PROG(poll_ends, struct napi_struct *napi)
{
	leave(of_device(napi->dev, POLL));
	return 0;
}

SEC("tp_btf/irq_handler_entry")
int BPF_PROG(interrupt_begins, int number)
{
	enter(of_interrupt(number));
	return 0;
}

SEC("tp_btf/irq_handler_exit")
int BPF_PROG(interrupt_ends, int number)
{
	leave(of_interrupt(number));
	return 0;
}

SEC("tp_btf/net_dev_start_xmit")
int BPF_PROG(transmit_begins, const struct sk_buff *skb, const struct net_device *dev)
{
	enter(of_device(dev, TRANSMIT));
	return 0;
}

SEC("tp_btf/net_dev_xmit")
int BPF_PROG(transmit_ends, struct sk_buff *skb, int rc, struct net_device *dev)
{
	leave(of_device(dev, TRANSMIT));
	return 0;
}

SEC("fentry/net_tx_action")
int BPF_PROG(deferred_begins)
{
	enter(of_deferred());
	return 0;
}

SEC("fexit/net_tx_action")
int BPF_PROG(deferred_ends)
{
	leave(of_deferred());
	return 0;
}

SEC("fentry/udp_recvmsg")
int BPF_PROG(udp_begins, struct sock *sk)
{
	enter(of_socket(sk));
	return 0;
}

SEC("fexit/udp_recvmsg")
int BPF_PROG(udp_ends, struct sock *sk)
{
	leave(of_socket(sk));
	return 0;
}

SEC("fentry/tcp_recvmsg")
int BPF_PROG(tcp_begins, struct sock *sk)
{
	enter(of_socket(sk));
	return 0;
}

SEC("fexit/tcp_recvmsg")
int BPF_PROG(tcp_ends, struct sock *sk)
{
	leave(of_socket(sk));
	return 0;
}

char _license[] SEC("license") = "GPL";
