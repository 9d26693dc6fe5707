#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Judges what a run of the leak matrix left behind, and makes its table.

usage: judge.py tap DIR        one line of TAP for each channel and run
       judge.py table DIR...   README.md, of one folder for each kernel
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CAME, BROKEN, REFUSED, LABELLED, NOTHING = 0, 1, 10, 11, 12
KEPT = (REFUSED, LABELLED, NOTHING)
GROUPS = {
    "1": "Sending what was read",
    "2": "Connections and files from elsewhere",
    "3": "From one process to another",
    "4": "Names, copies and filesystems",
    "5": "Removable media and raw disks",
    "6": "Destruction, where the owner forbids it",
    "7": "A program that may handle it, abused",
    "8": "Laundering",
    "9": "What has to work all the same",
}


class Channel:
    def __init__(self, name):
        self.name = name
        with open("%s/channels/%s.sh" % (HERE, name)) as f:
            text = f.read()
        self.title, self.how, expect = (
            re.search("^# %s: (.*)$" % key, text, re.M).group(1)
            for key in ("channel", "how", "expect"))
        self.expect, _, self.reason = expect.partition(": ")
        if self.expect not in ("blocked", "labelled", "out-of-scope",
                               "allowed"):
            sys.exit("%s: what is \"%s\"?" % (name, expect))
        if (self.expect == "out-of-scope") != bool(self.reason):
            sys.exit("%s: out of scope has a reason, and nothing else" % name)


class Result:
    def __init__(self, line):
        self.mode, name, code, ms, self.token, labels = line.split()
        self.channel = Channel(name)
        self.code, self.ms = int(code), int(ms)
        self.labels = {int(n) for n in labels.split(",")}
        self.late = []  # where it turned up although it did not come through
        self.told = False  # by a denial in the log

    def text(self):
        """What happened, in the words of the table."""
        if self.late:
            return "leaks, later"
        if self.code in KEPT and self.channel.expect == "labelled":
            return "labelled" if self.code == LABELLED else "blocked"
        if self.code in KEPT:
            return "blocked"
        if self.code == CAME:
            return ("allowed" if self.channel.expect == "allowed"
                    else "leaks")
        return "broken"

    def wrong(self):
        """Return: what is not as it should be, or None."""
        want = self.channel.expect
        if self.mode == "control":
            return None if self.code == CAME else "does not come through"
        if want == "allowed":
            return None if self.code == CAME else "is refused"
        if want == "out-of-scope":
            return None if self.code in KEPT + (CAME,) else "broken"
        if self.text() != want:
            return self.text() + ", not " + want
        if not self.told:
            return "no denial in the log"
        return None


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


def denials(path):
    """Return: of each denial that the log tells of, the numbers of the labels."""
    if not os.path.exists(path):
        return []
    log = subprocess.run(["perl", HERE + "/../vm/lib/log.pl", path],
                         check=True, stdout=subprocess.PIPE).stdout
    return [{int(n, 16) for n in re.findall("[0-9a-f]{8}:([0-9a-f]{8})",
                                            line.partition(" labels=")[2]
                                            .partition(" ")[0])}
            for line in log.decode("utf-8", "replace").splitlines()
            if " FLOW " in line and " verdict=deny" in line]


def results(folder):
    rows = [Result(line) for line in read(
        folder + "/files/results").decode().splitlines()]
    told = denials(folder + "/files/log")
    places = {"the other machine": read(folder + "/files/heard"),
              "the console": read(folder + "/console"),
              "the stick": read(folder + "/stick.img"),
              "the spare disk": read(folder + "/spare.img")}
    for r in rows:
        r.told = any(r.labels <= labels for labels in told)
        if (r.mode, r.code) == ("protected", CAME) or r.mode == "control":
            continue
        r.late = [name for name, content in places.items()
                  if r.token.encode() in content]
    return rows


def tap(folder):
    with open(folder + "/../tree/vm/leak/plan") as f:
        plan = [tuple(line.split()) for line in f]
    rows, bad = {(r.mode, r.channel.name): r for r in results(folder)}, 0
    for n, (mode, name) in enumerate(plan, 1):
        r = rows.get((mode, name))
        wrong = r.wrong() if r else "did not run"
        bad += bool(wrong)
        print("%sok %d - %s, %s: %s" % ("not " if wrong else "", n, name, mode,
                                        r.text() if r else wrong))
        if r and wrong:
            print("# %s (%d)%s" % (wrong, r.code, "".join(
                "; it is on " + place for place in r.late)))
    print("1..%d" % len(plan))
    return bool(bad) or not plan


def cell(rows, mode, name):
    for r in rows:
        if (r.mode, r.channel.name) == (mode, name):
            if mode == "control" and r.code == CAME:
                return "comes through"
            wrong = r.wrong()
            return "**%s**" % wrong if wrong else r.text()
    return "not run"


def table(folders):
    runs = {os.path.basename(os.path.dirname(f)): results(f)
            for f in folders}
    channels = {r.channel.name: r.channel for rows in runs.values()
                for r in rows}
    with open(HERE + "/table.md") as f:
        print(f.read(), end="")
    count = {}
    group = None
    for name, c in sorted(channels.items()):
        if name[0] != group:
            group = name[0]
            print("\n## %s\n" % GROUPS[group])
            print("| channel | how | without protection | %s | reason |" %
                  " | ".join(runs))
            print("|---|---|---|" + "---|" * len(runs) + "---|")
        control = {cell(rows, "control", name) for rows in runs.values()}
        cells = [cell(rows, "protected", name) for rows in runs.values()]
        for text in cells:
            count[text] = count.get(text, 0) + 1
        print("| %s | %s | %s | %s | %s |" % (
            c.title, c.how.replace("|", "\\|"), ", ".join(sorted(control)),
            " | ".join(cells), c.reason))
    print("\n%d channels on %s: %s." % (
        len(channels), " and ".join(runs), ", ".join(
            "%d %s" % (n, text) for text, n in sorted(count.items()))))
    return False


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ("tap", "table"):
        sys.exit(__doc__)
    if sys.argv[1] == "tap":
        return tap(sys.argv[2])
    return table(sys.argv[2:])


sys.exit(main())
