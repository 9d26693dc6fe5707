# SPDX-License-Identifier: MIT
"""Compares what an operation called with the table of this kernel, as TAP.

usage: compare.py OUTPUT TABLE [NEW]    NEW: where to write the table as it is

A line of a table: "operation: result: hook hook ...".  How often a hook is
called is not compared: it depends on path lengths and page counts.  Neither is
a hook below, which somebody else may call, at some other time.
"""
import os
import sys

IGNORED = {
    "something is freed, later, by whoever runs then":
        "cred_free file_free_security file_release inode_free_security"
        " inode_free_security_rcu sk_free_security task_free",
    "something comes into a cache, unless it is there":
        "d_instantiate inode_alloc_security kernfs_init_security"
        " task_to_inode",
    "a packet arrives, perhaps in a thread of the kernel":
        "inet_conn_established inet_conn_request inet_csk_clone"
        " mptcp_add_subflow req_classify_flow sctp_assoc_established"
        " sctp_assoc_request sk_alloc_security sk_clone_security"
        " socket_sock_rcv_skb",
    "another module asks for the labels of a third":
        "cred_getsecid current_getsecid_subj sk_getsecid"
        " socket_getpeersec_dgram",
}
ignored = {hook for names in IGNORED.values() for hook in names.split()}


def read(path):
    """operation -> (result, hooks), in the order of the file"""
    table = {}
    with open(path, encoding="ascii") as f:
        for line in f:
            operation, result, hooks = line.rstrip("\n").split(":")
            if operation in table:
                sys.exit("%s: \"%s\" twice" % (path, operation))
            table[operation] = result.strip(), {
                h.split("=")[0] for h in hooks.split()} - ignored
    return table


def write(path, table):
    with open(path, "w", encoding="ascii") as f:
        for operation, (result, hooks) in table.items():
            f.write(" ".join(["%s: %s:" % (operation, result)]
                             + sorted(hooks)) + "\n")


def differences(operation, was, found):
    """What changed, a sentence each."""
    if operation not in was:
        return ["the table does not have this operation"]
    if operation not in found:
        return ["it was not run"]
    (result, hooks), (result2, hooks2) = was[operation], found[operation]
    out = ["%s does not fire any more: a gap" % h
           for h in sorted(hooks - hooks2)]
    out += ["%s fires, and did not" % h for h in sorted(hooks2 - hooks)]
    if result != result2:
        out.append("the result is %s, and was %s" % (result2, result))
    return out


def main():
    found, was = read(sys.argv[1]), read(sys.argv[2])
    failed = 0
    operations = list(was) + [o for o in found if o not in was]
    if len(sys.argv) > 3:
        write(sys.argv[3], found)
    for number, operation in enumerate(operations, 1):
        changes = differences(operation, was, found)
        failed += bool(changes)
        print("%sok %d - %s" % ("not " * bool(changes), number, operation))
        for change in changes:
            print("# on %s, %s: %s" % (os.uname().release, operation, change))
    print("1..%d" % len(operations))
    sys.exit(1 if failed or not operations else 0)


main()
