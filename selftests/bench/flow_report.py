#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Joins the machines' figures into flow.json, prints the table, checks bars."""
import json
import sys

out, kernel, many = sys.argv[1:]
# case: bars of the ratio to a machine without us; nothing labelled, labelled
BARS = {
    "connect_close": (1.04, 1.25),
    "send_1": (1.05, 1.25),
    "send_64k": (1.01, 1.05),
    "pipe_512": (1.01, 1.25),
    "open_close": (1.04, 1.25),
    "pread_5": (1.01, 1.25),
    "fork_exit": (1.04, 1.25),
}
RULES_BAR = 1.2  # many rules against one
MACHINES = ["none"] + [use + "-" + rules for use in ("idle", "used")
                       for rules in ("1", many)]


def load(machine):
    """case -> ns, the mean of the rounds' medians"""
    with open(f"{out}/flow-{machine}/files/times.json", encoding="ascii") as f:
        return {case: sum(rounds) / len(rounds)
                for case, rounds in json.load(f).items()}


times = {machine: load(machine) for machine in MACHINES}
if any(set(t) != set(BARS) for t in times.values()):
    sys.exit("flow_report: the machines' cases are not those of the bars")

cases, bars = {}, []
for case, limits in BARS.items():
    none = times["none"][case]
    ratios = {m: times[m][case] / none for m in MACHINES[1:]}
    rules = {use: times[f"{use}-{many}"][case] / times[f"{use}-1"][case]
             for use in ("idle", "used")}
    cases[case] = {
        "ns": {m: round(times[m][case]) for m in MACHINES},
        "ratio_vs_none": {m: round(r, 4) for m, r in ratios.items()},
        "rules_ratio": {use: round(r, 4) for use, r in rules.items()},
    }
    bars += [(f"{case}, {m}, against none", r,
              limits[m.startswith("used")]) for m, r in ratios.items()]
    bars += [(f"{case}, {use}, {many} rules against 1", r, RULES_BAR)
             for use, r in rules.items()]

result = {
    "kernel": kernel,
    "unit": "ns of guest time, 2 ns an instruction",
    "rules": int(many),
    "cases": cases,
    "bars": [{"what": w, "value": round(v, 4), "bar": b, "met": v <= b}
             for w, v, b in bars],
}
with open(f"{out}/flow.json", "w", encoding="ascii") as f:
    json.dump(result, f, indent=1)
    f.write("\n")

print(f"{'ns':14}" + "".join(f"{m:>12}" for m in MACHINES))
for case, c in cases.items():
    print(f"{case:14}" + "".join(f"{c['ns'][m]:12}" for m in MACHINES))
    print(f"{'':14}{'':12}" + "".join(f"{r:12.4f}" for r in
                                      c["ratio_vs_none"].values()))
missed = [bar for bar in result["bars"] if not bar["met"]]
for bar in missed:
    print(f"MISSED {bar['what']}: {bar['value']} (bar {bar['bar']})")
print(f"{len(result['bars']) - len(missed)} of {len(result['bars'])} bars met")
sys.exit(1 if missed else 0)
