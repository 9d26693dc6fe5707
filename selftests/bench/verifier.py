# SPDX-License-Identifier: MIT
"""Holds what was measured of the verifier against its bars; writes verifier.json.

usage: verifier.py FOLDER FLEET-SECONDS
"""
import json
import os
import sys

out, seconds = sys.argv[1], int(sys.argv[2])


def read(name):
    with open(os.path.join(out, name + ".json"), encoding="ascii") as f:
        return json.load(f)


def wrong(run):
    return run["failed"] + run["late"] + len(run["false_alarms"])


judging, digests = read("judging"), read("digests")
result = {"judging": judging, "digests": digests,
          "openssl_speed": read("openssl_speed")}
at_least = [
    ("judgements against ECDSA verifications", judging["ratio"], 0.60),
    ("RSA-2048 quotes with 780 IMA entries a second",
     judging["rsa2048_780_ima_entries_per_s"], 2000)]
at_most = [
    ("ms to replay 10,000 records", judging["replay_10000_records_ms"], 20),
    ("s to load a million digests", digests["load_s"], 2),
    ("MiB for them", digests["peak_mib"], 64),
    ("ns to look one up", digests["lookup_ns"], 1000)]
if seconds:
    steady, bare, busy = read("steady"), read("unconnected"), read("busy")
    bare["bytes_per_device"] = round(
        1024 * (bare["anonymous_kib"] - bare["empty_kib"]) / bare["devices"])
    result.update(steady=steady, unconnected=bare, busy=busy,
                  steady_timed=read("steady_timed"),
                  busy_timed=read("busy_timed"))
    at_least += [
        ("devices judged a second, of 5,000 every 10 s",
         steady["judgements_per_s"], 495),
        ("rogues that were named", steady["named"], seconds // 6),
        ("devices judged a second, of 600 each second with 200 new records",
         busy["judgements_per_s"], 594)]
    at_most += [
        ("ms of 99 judgements of 100", steady["latency_ms"]["p99"], 50),
        ("questions that came to nothing", steady["failed"], 0),
        ("judgements after their deadline", steady["late"], 0),
        ("s until the last rogue was named", steady["named_within_s"],
         steady["period_s"] + 0.5),
        ("false alarms", len(steady["false_alarms"]), 0),
        ("failed, late or false without kept connections", wrong(bare), 0),
        ("failed, late or false with 200 new records", wrong(busy), 0),
        ("bytes for a device without a connection",
         bare["bytes_per_device"], 8192)]
result["bars"] = [{"what": w, "value": v, "bar": f">= {b}", "met": v >= b}
                  for w, v, b in at_least] + \
                 [{"what": w, "value": v, "bar": f"<= {b}", "met": v <= b}
                  for w, v, b in at_most]
with open(os.path.join(out, "verifier.json"), "w", encoding="ascii") as f:
    json.dump(result, f, indent=1)
for bar in result["bars"]:
    print("met   " if bar["met"] else "MISSED", bar["what"] + ":", bar["value"],
          "bar", bar["bar"])
sys.exit(not all(bar["met"] for bar in result["bars"]))
