#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Judges what a run of the leak matrix left behind, and makes its table.

usage: judge.py tap|table DIR...

DIR is of one kernel, and named after it.  tap: a line for each channel and run;
table: README.md.
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
        quiet = re.search("^# quiet: (.*)$", text, re.M)
        self.quiet = bool(quiet)  # nothing is asked, so nothing is told
        if self.expect not in ("blocked", "labelled", "out-of-scope",
                               "allowed"):
            sys.exit("%s: what is \"%s\"?" % (name, expect))
        if (self.expect == "out-of-scope") != bool(self.reason):
            sys.exit("%s: out of scope has a reason, and nothing else" % name)
        if quiet:
            self.reason = quiet.group(1)


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
            return {"allowed": "allowed", "out-of-scope": "out of scope"}.get(
                self.channel.expect, "leaks")
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
        if not self.told and not self.channel.quiet:
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


def lines(path):
    return read(path).decode("utf-8", "replace").splitlines()


def leftovers(run):
    """Return: name and content of each place where a secret could turn up."""
    places = {"the stick": read(run + "/stick.img"),
              "the spare disk": read(run + "/spare.img")}
    for boot in ("/vm", "/vm2"):
        places["the other machine"] = places.get(
            "the other machine", b"") + read(run + boot + "/files/heard")
        places["the console"] = places.get(
            "the console", b"") + read(run + boot + "/console")
    return places


def results(folder, mode):
    """Return: {channel: Result} of a run, a second boot's over the first's."""
    run = folder + "/" + mode
    rows = {}
    told = []
    for boot in ("/vm", "/vm2"):
        for line in lines(run + boot + "/files/results"):
            rows[line.split()[1]] = Result(line)
        told += denials(run + boot + "/files/log")
    places = leftovers(run)
    for r in rows.values():
        r.told = any(r.labels <= labels for labels in told)
        if mode == "protected" and r.code != CAME:
            r.late = [name for name, content in places.items()
                      if r.token.encode() in content]
    return rows


def planned(folder, mode):
    return [line.split()[1] for line in lines("%s/%s/plan" % (folder, mode))]


def tap(folders):
    n = bad = 0
    for folder in folders:
        for mode in ("control", "protected"):
            rows = results(folder, mode)
            for name in planned(folder, mode):
                r = rows.get(name)
                wrong = r.wrong() if r else "did not run"
                bad += bool(wrong)
                n += 1
                print("%sok %d - %s %s, %s: %s" % (
                    "not " if wrong else "", n, os.path.basename(folder),
                    mode, name, r.text() if r else wrong))
                if r and wrong:
                    print("# %s (%d)%s" % (wrong, r.code, "".join(
                        "; it is on " + place for place in r.late)))
    print("1..%d" % n)
    return bad or not n


def cell(rows, mode, name):
    r = rows.get(name)
    if not r:
        return "**did not run**"
    if mode == "control" and r.code == CAME:
        return "comes through"
    wrong = r.wrong()
    return "**%s**" % wrong if wrong else r.text()


def print_group(names, channels, runs, count):
    print("| channel | how | without protection | %s | reason |" %
          " | ".join(runs))
    print("|---|---|---|" + "---|" * len(runs) + "---|")
    for name in names:
        c = channels[name]
        control = {cell(run["control"], "control", name)
                   for run in runs.values()}
        cells = [cell(run["protected"], "protected", name)
                 for run in runs.values()]
        for text in cells:
            count[text] = count.get(text, 0) + 1
        print("| %s | %s | %s | %s | %s |" % (
            c.title, c.how.replace("|", "\\|"), ", ".join(sorted(control)),
            " | ".join(cells), c.reason))


def table(folders):
    runs = {os.path.basename(f): {mode: results(f, mode) for mode in (
        "control", "protected")} for f in folders}
    names = sorted({name for f in folders for name in planned(f, "control")})
    channels = {name: Channel(name) for name in names}
    count = {}
    with open(HERE + "/table.md") as f:
        print(f.read(), end="")
    for digit, heading in GROUPS.items():
        group = [name for name in names if name[0] == digit]
        if group:
            print("\n## %s\n" % heading)
            print_group(group, channels, runs, count)
    print("\n%d channels on %s: %s." % (
        len(names), " and ".join(runs), ", ".join(
            "%d %s" % (n, text) for text, n in sorted(count.items()))))


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ("tap", "table"):
        sys.exit(__doc__)
    if sys.argv[1] == "table":
        return table(sys.argv[2:])
    return 1 if tap(sys.argv[2:]) else 0


sys.exit(main())
