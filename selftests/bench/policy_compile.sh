#!/bin/bash
# SPDX-License-Identifier: MIT
# What compiling a policy costs, in instructions, against jansson parsing the
# same lines as JSON; writes policy_compile.json.  Instructions repeat, so the
# figures do.  usage: policy_compile.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
build=${BUILD:-$top/build}
out=$build/bench
mkdir -p "$out"

make -s -C "$top" BUILD="$build" "$build/user/libshinrai.a"
gcc -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -I"$top" -I"$top/include" \
	-I"$top/include/uapi" "$here/policy_compile.c" \
	"$build/user/libshinrai.a" -o "$out/policy_compile" -ljansson -lcrypto

# instructions ARGUMENT...: of the whole program, its start included.
instructions() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null \
		"$out/policy_compile" "$@" 2>&1 >"$out/policy_compile.out" |
		sed -nE 's/.*I +refs: +([0-9,]+).*/\1/p' | tr -d ,
}

base=$(instructions json <(echo '[]'))
for rules in 1000 10000 80000; do
	python3 "$here/policy_compile.py" "$rules" "$out/policy" "$out/json"
	policy=$(instructions policy "$out/policy")
	said=$(cat "$out/policy_compile.out")
	json=$(instructions json "$out/json")
	echo "$rules $(stat -c %s "$out/policy") $((policy - base))" \
		"$((json - base)) $said"
done | python3 -c '
import json, sys
rows = []
for line in sys.stdin:
    rules, size, policy, parse, said = line.split(" ", 4)
    rows.append({"rules": int(rules), "bytes": int(size),
                 "compile_instructions": int(policy),
                 "json_instructions": int(parse),
                 "ratio": round(int(policy) / int(parse), 3),
                 "compiled": said.strip()})
bars = [("10,000 rules against JSON", rows[1]["ratio"], 20),
        # Eight times the rules: nothing grows faster than they do.
        ("80,000 rules against 10,000, per rule",
         round(rows[2]["compile_instructions"] / 8 /
               rows[1]["compile_instructions"], 3), 1.25)]
result = {"unit": "instructions, callgrind", "sizes": rows,
          "bars": [{"what": w, "value": v, "bar": b, "met": v <= b}
                   for w, v, b in bars]}
json.dump(result, open(sys.argv[1], "w", encoding="ascii"), indent=1)
for row in rows:
    print(row)
for bar in result["bars"]:
    print("met   " if bar["met"] else "MISSED", bar["what"], bar["value"],
          "bar", bar["bar"])
sys.exit(0 if all(bar["met"] for bar in result["bars"]) else 1)
' "$out/policy_compile.json"
rm -f "$out/policy" "$out/json" "$out/policy_compile.out"
