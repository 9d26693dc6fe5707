# SPDX-License-Identifier: MIT
"""Reads the journal of a simulated fleet, which several verifiers asked: who asked
whom, when, and was anybody left alone?

usage: lease_witness.py JOURNAL PROCESSES FROM TO [LEFT-ALONE...]

Times are ms since boot.  PROCESSES has a line for each verifier that began: key,
name, when, and when it was killed (0: it was not).  Devices that were not to be
judged for a while are LEFT-ALONE.  Prints numbers, and what is wrong.
"""
import collections
import sys

GAP = 20000  # that nobody is left alone for
# Nearly a period, of 5000: who had a device has it again so soon only if two ask it.
# One that came back as it should is asked a period after the other's question was sent,
# which a busy machine sees arrive later than it does this one.
TORN = 4500

journal, processes, begin, end, *alone = sys.argv[1:]
begin, end = int(begin), int(end)
life = {}
with open(processes) as f:
    for key, name, since, until in map(str.split, f):
        life[key] = name, int(since), int(until)
asked = collections.defaultdict(list)
with open(journal) as f:
    for line in f:
        at, device, key, what = line.split()
        asked[int(device)].append((int(at), key, what))
wrong = []
worst = handed = questions = 0
for device, all_of in sorted(asked.items()):
    last, before, came = begin, None, 0
    left = {}  # when a verifier was followed by another one
    for at, key, what in all_of:
        if not begin <= at <= end:
            continue
        questions += 1
        name, since, until = life[key]
        if at < since or until and at > until + 100:
            wrong.append(f"dev-{device}: asked by a dead {name} at {at}")
        if before and key != before:
            handed += 1
            left[before] = at
            if key in left and at - left[key] < TORN:
                wrong.append(f"dev-{device}: {name} asks again, {at - left[key]}"
                             f" ms after another one, at {at}")
        before = key
        if what == "answer":
            if str(device) not in alone:
                worst = max(worst, at - last)
                if at - last > GAP:
                    wrong.append(f"dev-{device}: left alone for {at - last} ms"
                                 f" until {at}")
            last = at
    if str(device) not in alone and end - last > GAP:
        wrong.append(f"dev-{device}: left alone since {last}")
        worst = max(worst, end - last)
print(f"{len(asked)} devices, {questions} questions by {len(life)} verifiers, "
      f"{handed} handed over, longest gap {worst} ms")
print("\n".join(wrong[:50]))
sys.exit(bool(wrong))
