#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in the booted Debian, as root: each line of its output is `ok NAME` or `FAILED NAME: why`; `done` is the last one.
# Both NICs are on one wire. The second lives in a network namespace, so that packets between them take the wire.

ours=52:54:00:12:34:56
theirs=52:54:00:12:34:57

fail() {
	echo "FAILED $1: $(echo "$2" | tail -n 3 | tr '\n' ' ')"
}

# check NAME COMMAND…: the command succeeds.
check() {
	name=$1
	shift
	if out=$("$@" 2>&1); then
		echo "ok $name"
	else
		fail "$name" "$out"
	fi
}

# refuses NAME WORDS COMMAND…: the command fails, with one line that has the words.
refuses() {
	name=$1
	words=$2
	shift 2
	if out=$("$@" 2>&1); then
		fail "$name" "it was not refused: $out"
	elif [ "$(echo "$out" | wc -l)" != 1 ]; then
		fail "$name" "more than one line: $out"
	else
		case $out in
		*"$words"*) echo "ok $name" ;;
		*) fail "$name" "$out" ;;
		esac
	fi
}

# Waits until a command succeeds, for a minute.
until_true() {
	end=$(($(date +%s) + 60))
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt $end ] || return 1
		sleep 0.1
	done
}

# The PCI device and the interface of a MAC address.
interface_of() {
	grep -lx "$1" /sys/class/net/*/address | head -n 1 | cut -d/ -f5
}
device_of() {
	basename "$(readlink -f "/sys/class/net/$(interface_of "$1")/device")"
}
driver_of() {
	basename "$(readlink -f "/sys/bus/pci/devices/$1/driver")"
}
is_driven_by() {
	[ "$(driver_of "$1")" = "$2" ]
}
has_interface() {
	[ "$(interface_of "$1")" ]
}
has_no_override() {
	override=$(cat "/sys/bus/pci/devices/$1/driver_override")
	[ -z "${override#(null)}" ]
}
not_loaded() {
	! grep -q '^rnic ' /proc/modules
}

udevadm settle
until_true has_interface $ours
until_true has_interface $theirs
nic=$(device_of $ours)
peer=$(device_of $theirs)
check "systemd is the init" test "$(cat /proc/1/comm)" = systemd
check "the root is the disk" test "$(findmnt -no SOURCE / 2>/dev/null || awk '$2 == "/" {d = $1} END {print d}' /proc/mounts)" = /dev/vda
check "nothing is bound by installing" is_driven_by "$nic" e1000e
check "the module is not loaded by itself" not_loaded

refuses "a wrong address" "is no PCI address" rnic-bind eth0
refuses "no address" "which card" rnic-bind
refuses "two addresses" "one card at a time" rnic-bind 00:01.0 00:02.0
refuses "an unknown option" "unknown option" rnic-bind --no-such
refuses "no such device" "there is no PCI device" rnic-bind 00:1f.7
refuses "another device" "is no network card that rnic drives: it knows 8086:10" rnic-bind 00:00.0
refuses "unbinding what is not bound" "is not bound to rnic" rnic-unbind "$nic"
check "nothing was loaded by that" not_loaded

# One NIC with rnic, the other with its C driver; then the other way round.
round() {
	card=$1
	mac=$2
	own=$3
	other=$4
	ip netns add peer
	ip link set "$(interface_of "$other")" netns peer name peer
	ip -n peer addr add 192.0.2.2/24 dev peer
	ip -n peer link set peer up
	check "$own: bind" rnic-bind "${card#0000:}"
	check "$own: rnic drives it" is_driven_by "$card" rnic
	refuses "$own: bind twice" "is bound to rnic already" rnic-bind "$card"
	until_true has_interface "$mac"
	udevadm settle
	net=$(interface_of "$mac")
	ip addr add 192.0.2.1/24 dev "$net"
	check "$own: up" ip link set "$net" up
	check "$own: the link comes" until_true ping -c 1 -W 1 192.0.2.2
	check "$own: load a late-bound program" bpftool prog load /root/hash.bpf.o /sys/fs/bpf/hash
	check "$own: attach it" bpftool net attach xdp pinned /sys/fs/bpf/hash dev "$net"
	check "$own: traffic from it" until_true ping -c 5 -i 0.2 -W 2 192.0.2.2
	check "$own: traffic to it" ip netns exec peer ping -c 20 -i 0.2 -W 2 192.0.2.1
	shown=$(xdp-meta show "$net" 2>&1)
	case $shown in
	*rx_hash*) echo "ok $own: xdp-meta shows the layout" ;;
	*) fail "$own: xdp-meta shows the layout" "$shown" ;;
	esac
	seen=$(bpftool --json map dump name seen 2>&1)
	# shellcheck disable=SC2046 # Two numbers.
	set -- $(echo "$seen" | sed -n 's/.*"records": *\([0-9]*\),"hashes": *\([0-9]*\).*/\1 \2/p')
	if [ "${1:-0}" -ge 20 ] && [ "${2:-0}" -ge 20 ]; then
		echo "ok $own: the program read records"
	else
		fail "$own: the program read records" "$seen"
	fi
	bpftool net detach xdp dev "$net"
	rm /sys/fs/bpf/hash
	check "$own: unbind" rnic-unbind "$card"
	check "$own: its C driver has it again" is_driven_by "$card" "$own"
	until_true has_interface "$mac"
	ip netns del peer
	until_true has_interface "$other"
	check "$own: no override is left" has_no_override "$card"
}
round "$nic" $ours e1000e $theirs
round "$peer" $theirs igb $ours
check "the bus probes by itself" grep -qx 1 /sys/bus/pci/drivers_autoprobe
check "rnic can be unloaded" modprobe -r rnic
# What Secure Boot does: unsigned modules, and those of unknown keys, are refused from here on.
echo 1 >/sys/module/module/parameters/sig_enforce
refuses "an unknown signature" "mokutil --import" rnic-bind "$nic"
check "the C driver kept it" is_driven_by "$nic" e1000e
check "the bus probes by itself after that" grep -qx 1 /sys/bus/pci/drivers_autoprobe
echo "done"
