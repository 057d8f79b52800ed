#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# bindings.sh KERNEL OUTPUT BINDGEN HEADER ARGUMENT…: bindings for what the kernel's own (the file KERNEL) lack.
#
# Which types the tables of functions mention depends on the kernel's configuration, so none of them is listed by hand. A type
# that is only pointed to is declared without content. One that is a member is asked of bindgen too, until none is missing.
# bindgen's layout tests, which the compiler checks, tell when a type of unknown content would have to have a size.
set -eu
kernel=$1 output=$2 bindgen=$3 header=$4
shift 4

# `missing value` or `missing pointer`: names that are mentioned so, and that neither file defines.
missing() {
	awk -v kind="$1" '
		{ line = $0 }
		match(line, /^pub (struct|union|type|enum) [A-Za-z0-9_]+/) {
			split(substr(line, RSTART, RLENGTH), word, " ")
			defined[word[3]] = 1
		}
		FILENAME == ARGV[1] { next }
		kind == "pointer" {
			while (match(line, /\*(mut|const) [A-Za-z_][A-Za-z0-9_]*(::)?/)) {
				name = substr(line, RSTART, RLENGTH)
				line = substr(line, RSTART + RLENGTH)
				sub(/^\*(mut|const) /, "", name)
				mentioned[name] = 1
			}
		}
		kind == "value" && match(line, /^(    pub [A-Za-z0-9_]+: |pub type [A-Za-z0-9_]+ = )\[*[A-Za-z_][A-Za-z0-9_]*(::)?/) {
			name = substr(line, RSTART, RLENGTH)
			sub(/^.*[ \[]/, "", name)
			mentioned[name] = 1
		}
		END {
			for (name in mentioned)
				if (!(name in defined) && name !~ /::$|^([iu](8|16|32|64|128|size)|bool|mut|const|Self|__Bindgen.*|__IncompleteArrayField)$/)
					print name
		}' "$kernel" "$output" | sort
}

members=
while :; do
	"$bindgen" "$header" -o "$output" --no-recursive-allowlist ${members:+--allowlist-type "$members"} "$@"
	if [ "$(wc -l <"$output")" -lt 100 ]; then
		echo "bindings.sh: bindgen wrote everything on one line: install rustfmt" >&2
		exit 1
	fi
	more=$(missing value | paste -sd'|')
	[ -n "$more" ] || break
	members=${members:+$members|}$more
done
missing pointer | while read -r name; do
	printf '#[repr(C)]\npub struct %s {\n    _unused: [u8; 0],\n}\n' "$name"
done >"$output.more"
cat "$output.more" >>"$output"
rm "$output.more"
