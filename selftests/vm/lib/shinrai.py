# SPDX-License-Identifier: MIT
"""Reader of /dev/shinrai for the tests, after userspace/PROTOCOL.md 2.

Written apart from libshinrai and from the module, and strict: what does not
fit raises Bad.  Hashes are OpenSSL's, PCR values are read by tpm2_pcrread.
"""
import fcntl
import hashlib
import os
import socket
import struct
import subprocess
import time

ALGS = {4: "sha1", 0x0B: "sha256", 0x0C: "sha384", 0x0D: "sha512"}
START, ARM, EVENTS, CHECKPOINT = 1, 2, 3, 4
(EV_START, EV_ARM, EV_CODE, EV_RUNNING, EV_ANON, EV_VIOLATION, EV_STATE,
 EV_OVERFLOW, EV_UNMEASURED, EV_CHECKPOINT, EV_MODULE, EV_OWNER, EV_POLICY,
 EV_LABEL, EV_FLOW) = range(1, 16)
KIND, DIGEST, SIZE, FLAGS, REASON, COUNT, ERRNO = range(1, 8)
VERITY = 0x09
PCR_VALUES, ANCHORS, PARAMS = 0x15, 0x18, 0x19
RUNNING, RECORDS, LOG_ROOT = 0x23, 0x30, 0x31
(OWNER, GENERATION, NAMESPACE, OPERATION, LABELS, ACTION, VERDICT, RULE, BYTES,
 WALL_TIME, PROGRAM, SINK_KIND, REFUSED_FLOW) = range(0x40, 0x4D)
PATH, UID, EXE, CGROUP, NAME, SINK = range(0x80, 0x86)
EXEC, SCRIPT, MMAP, MODULE = 1, 2, 3, 4
UNCACHED, OVERLAY, BUFFER, CUT, LATE, MPROTECT, REFUSED = (
    1 << i for i in range(7))
OPEN_WRITERS, TOMTOU, CHANGED, BPF_PROGRAM = 1, 2, 3, 4
LABELS_LIVE = 24
LABEL_APPLIED, LABEL_GRANTED, LABEL_LOST = 48, 49, 50
ACTIONS = ("none", "read", "write", "send", "export", "derive", "delete",
           "trace")
ALLOW, AUDIT, DENY = 1, 2, 3
SINKS = ("none", "inet", "media", "filesystem", "local", "other")
SYSFS = "/sys/kernel/shinrai/"


class Bad(Exception):
    pass


def need(cond, what):
    if not cond:
        raise Bad(what)


def sha256(data):
    return hashlib.sha256(data).digest()


def number(data):
    return int.from_bytes(data, "big")


def tlvs(data):
    off, out = 0, []
    while off < len(data):
        need(off + 5 <= len(data), "cut TLV")
        kind, size = struct.unpack_from(">BI", data, off)
        need(off + 5 + size <= len(data), "cut TLV value")
        out.append((kind, data[off + 5:off + 5 + size]))
        off += 5 + size
    return out


def tree(leaves):
    """RFC 9162 2.1.1, as it is defined there."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:]))


class Event:
    def __init__(self, data):
        need(2 <= len(data) <= 16384, "event size")
        self.type = number(data[:2])
        self.fields = {}
        leaf, off, last = b"\0" + data[:2], 2, -1
        while off < len(data):
            need(off + 4 <= len(data), "cut field")
            ident, form, size = struct.unpack_from(">BBH", data, off)
            value = data[off + 4:off + 4 + size]
            need(len(value) == size, "cut field value")
            need(ident > last, "field order")
            need(form == 0, "field form")
            if ident < 0x80:
                leaf += bytes([ident]) + value.__len__().to_bytes(2, "big")
                leaf += value
            else:
                need(size >= 16, "salt")
                leaf += bytes([ident]) + sha256(
                    b"\2" + bytes([ident]) + value)
                value = value[16:]
            self.fields[ident] = value
            last, off = ident, off + 4 + size
        self.leaf = sha256(leaf)

    def num(self, ident):
        return number(self.fields.get(ident, b""))

    def text(self, ident):
        return self.fields.get(ident, b"").decode(errors="replace")

    @property
    def labels(self):
        """[(owner's key, UUID), ...], both as bytes"""
        data = self.fields.get(LABELS, b"")
        need(len(data) % 48 == 0, "labels")
        return [(data[i:i + 32], data[i + 32:i + 48])
                for i in range(0, len(data), 48)]

    @property
    def sink(self):
        """As it is written in tests: "inet 192.0.2.9:443/6", "media ..." """
        data = self.fields.get(SINK)
        if data is None:
            return SINKS[self.num(SINK_KIND)]
        need(len(data) >= 26 and data[0] == self.num(SINK_KIND), "sink")
        kind, family, proto, zero = data[:4]
        port, vendor, product = struct.unpack_from(">HHH", data, 4)
        addr, text = data[10:26], data[26:].decode(errors="replace")
        need(not zero, "reserved byte of a sink")
        if SINKS[kind] == "inet":
            size = {4: 4, 6: 16}[family]
            need(not any(addr[size:]), "address of a sink")
            host = socket.inet_ntop({4: socket.AF_INET, 6: socket.AF_INET6}[
                family], addr[:size])
            return "inet %s:%d/%d" % (host, port, proto)
        if SINKS[kind] == "media":
            return "media %04x:%04x %s" % (vendor, product, text)
        if SINKS[kind] == "other":
            return "other %d %s" % (proto, text)
        return "%s %s" % (SINKS[kind], text)

    @property
    def digest(self):
        return self.fields.get(DIGEST, b"").hex()

    @property
    def uid(self):
        return number(self.fields.get(UID, b"")[:4])


class Record:
    def __init__(self, data):
        self.size = len(data)
        parts = tlvs(data)
        need([t for t, _ in parts] == [0, 1, 3, 0x53], "parts of a record")
        need(len(parts[0][1]) == 8 and len(parts[1][1]) == 1, "sizes")
        self.num, self.pcr = number(parts[0][1]), number(parts[1][1])
        self.digests = tlvs(parts[2][1])
        content = parts[3][1]
        need(len(content) >= 81, "content size")
        self.header = content[:81]
        need(self.header[:5] == b"\1\0\0\0\x4c", "header TLV")
        (version, self.type, flags, pcr, self.boot, num, self.time,
         self.count, self.root) = struct.unpack(">BBHI16sQQI32s",
                                                self.header[5:])
        need(version == 1 and flags == 0, "version or flags")
        need(pcr == self.pcr and num == self.num, "header disagrees")
        self.raw_events = tlvs(content[81:])
        self._events = None

    @property
    def events(self):
        if self._events is None:
            need(all(t == 2 for t, _ in self.raw_events), "type of an event")
            self._events = [Event(v) for _, v in self.raw_events]
        return self._events

    def check(self):
        """Everything that the header binds, recomputed."""
        for alg, value in self.digests:
            need(alg in ALGS, "unknown bank")
            want = hashlib.new(ALGS[alg], self.header).digest()
            need(value == want, "record %d: %s" % (self.num, ALGS[alg]))
        need(len(self.events) == self.count, "event count")
        root = tree([e.leaf for e in self.events])
        need(root == self.root, "record %d: root" % self.num)


def split(data):
    off, out = 0, []
    while off < len(data):
        end = off
        for _ in range(4):
            need(end + 5 <= len(data), "cut record")
            end += 5 + number(data[end + 1:end + 5])
        need(end <= len(data), "cut record")
        out.append(Record(data[off:end]))
        off = end
    return out


def value_list(data):
    out, off = {}, 2
    for _ in range(number(data[:2])):
        alg, pcr, size = struct.unpack_from(">HBB", data, off)
        out[(ALGS[alg], pcr)] = data[off + 4:off + 4 + size]
        off += 4 + size
    need(off == len(data), "PCR value list")
    return out


def replay(records):
    """PROTOCOL.md 2.7: {(bank, PCR): value in hex}"""
    need(records[0].num == 0 and records[0].type == START, "START")
    pcrs = value_list(records[0].events[0].fields[PCR_VALUES])
    for i, r in enumerate(records):
        need(r.num == i, "record numbers")
        for alg, value in r.digests:
            key = (ALGS[alg], r.pcr)
            pcrs[key] = hashlib.new(ALGS[alg], pcrs[key] + value).digest()
    return {k: v.hex() for k, v in pcrs.items()}


def tpm_values(pcrs=(12, 13)):
    """What the TPM says, of every bank that it allocates."""
    out, bank = {}, None
    text = subprocess.run(["tpm2_pcrread"], stdout=subprocess.PIPE,
                          check=True, timeout=60).stdout.decode()
    for line in text.splitlines():
        name, _, value = line.strip().partition(":")
        if name.strip().isdigit():
            if int(name) in pcrs:
                out[(bank, int(name))] = value.strip()[2:].lower()
        else:
            bank = name
    return out


def ioc(direction, nr, size):
    return direction << 30 | size << 16 | 0xB7 << 8 | nr


IOC_INFO, IOC_FLUSH = ioc(2, 1, 96), ioc(3, 2, 1104)
IOC_SEEK, IOC_CHECKPOINT, IOC_TRIM = ioc(1, 3, 16), ioc(0, 4, 0), ioc(1, 5, 16)


class Device:
    def __init__(self, flags=os.O_RDWR | os.O_NONBLOCK):
        self.fd = os.open("/dev/shinrai", flags | os.O_CLOEXEC)

    def close(self):
        os.close(self.fd)

    def info(self):
        raw = fcntl.ioctl(self.fd, IOC_INFO, bytes(96))
        names = ("abi", "state", "boot", "first", "records", "bytes",
                 "pcr_code", "pcr_flow", "mode", "extend")
        return dict(zip(names, struct.unpack_from("=II16sQQQIIII", raw)))

    def flush(self, flags=0):
        """(records, {(bank, PCR): hex})"""
        buf = bytearray(1104)
        struct.pack_into("=I", buf, 0, flags)
        fcntl.ioctl(self.fd, IOC_FLUSH, buf)
        banks, records = struct.unpack_from("=IQ", buf, 4)
        values = {}
        for base, pcr in ((16, 12), (16 + 8 * 68, 13)):
            for i in range(banks):
                off = base + i * 68
                alg, size = struct.unpack_from("=HB", buf, off)
                values[(ALGS[alg], pcr)] = bytes(
                    buf[off + 4:off + 4 + size]).hex()
        return records, values

    def seek(self, record, flags=0, reserved=0):
        fcntl.ioctl(self.fd, IOC_SEEK,
                    struct.pack("=QII", record, flags, reserved))

    def trim(self, record, flags=0, reserved=0):
        fcntl.ioctl(self.fd, IOC_TRIM,
                    struct.pack("=QII", record, flags, reserved))

    def checkpoint(self):
        fcntl.ioctl(self.fd, IOC_CHECKPOINT)

    def raw(self, record=0):
        self.seek(record)
        parts = []
        while True:
            try:
                parts.append(os.read(self.fd, 4 << 20))
            except BlockingIOError:
                return b"".join(parts)

    def records(self, record=0):
        return split(self.raw(record))


def sysfs(name, value=None):
    if value is None:
        with open(SYSFS + name) as f:
            return f.read().strip()
    with open(SYSFS + name, "w") as f:
        f.write(value)
    return None


def events(records, *types):
    return [e for r in records for e in r.events
            if not types or e.type in types]


def settled():
    """Flush; the log, which then adds up to what is in the TPM."""
    dev = Device()
    dev.flush()
    records = dev.records()
    dev.close()
    return records


def agrees():
    """The TPM's values are those of the log's replay."""
    for _ in range(20):
        before = settled()
        values = tpm_values()
        if len(settled()) == len(before):
            return replay(before) == values and len(values) >= 6
    raise Bad("the log does not settle")


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, text, cond, *diagnosis):
        self.count += 1
        if not cond:
            self.failed += 1
        print("%sok %d - %s" % ("" if cond else "not ", self.count, text))
        if not cond:
            for d in diagnosis:
                print("# %.1000s" % (d,))
        os.sys.stdout.flush()

    def refused(self, text, errno, call, *args):
        """@call raises OSError with @errno."""
        try:
            result = call(*args)
        except OSError as e:
            self.ok(text, e.errno == errno, "it was %r" % e)
        else:
            self.ok(text, False, "it returned %r" % (result,))

    def done(self):
        print("1..%d" % self.count)
        os.sys.stdout.flush()
        os.sys.exit(1 if self.failed else 0)


def helper(*args, **kwargs):
    """(exit status, what it said)"""
    r = subprocess.run(["/vm/helper"] + [str(a) for a in args],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       timeout=120, **kwargs)
    return r.returncode, r.stdout.decode().strip()


def host(request):
    """A request that only the machine's host can carry out."""
    fd = os.open("/dev/virtio-ports/shinrai.host", os.O_RDWR | os.O_CLOEXEC)
    try:
        os.write(fd, request.encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            answer += os.read(fd, 100)
        need(answer == b"ok\n", "host: %r" % answer)
    finally:
        os.close(fd)


def until(cond, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if cond():
            return True
        time.sleep(0.05)
    return bool(cond())
