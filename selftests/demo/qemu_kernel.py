#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The kernel as QEMU hands it to the firmware, for its Authenticode digest.

QEMU's -kernel fills in fields of the setup header (Linux boot protocol,
Documentation/arch/x86/boot.rst) before UEFI loads and measures the image; a
boot loader on a disk would leave the file as it is.

usage: qemu_kernel.py VMLINUZ INITRD MEMORY_MIB OUT
"""
import os
import struct
import sys

CMDLINE_ADDRESS = 0x20000
SETUP_ADDRESS = 0x10000
ACPI_DATA_SIZE = 0x28000  # pc machine types since 2.x


def main(vmlinuz, initrd, memory_mib, out):
    with open(vmlinuz, "rb") as f:
        image = bytearray(f.read())
    if image[0x202:0x206] != b"HdrS":
        sys.exit(f"qemu_kernel.py: {vmlinuz} is not a Linux kernel")
    if struct.unpack_from("<H", image, 0x206)[0] < 0x20c:
        sys.exit(f"qemu_kernel.py: {vmlinuz}: boot protocol before 2.12")
    size = os.stat(initrd).st_size
    top = struct.unpack_from("<I", image, 0x22c)[0]
    if struct.unpack_from("<H", image, 0x236)[0] & 2:  # loads above 4 GiB
        top = 0xffffffff
    memory = int(memory_mib) << 20
    top = min(top, memory - ACPI_DATA_SIZE - 1)
    address = (top - size) & ~4095
    image[0x210] = 0xb0  # loader: QEMU
    image[0x211] |= 0x80  # heap can be used
    struct.pack_into("<I", image, 0x218, address)
    struct.pack_into("<I", image, 0x21c, size)
    struct.pack_into("<H", image, 0x224,
                     CMDLINE_ADDRESS - SETUP_ADDRESS - 0x200)
    struct.pack_into("<I", image, 0x228, CMDLINE_ADDRESS)
    with open(out, "wb") as f:
        f.write(image)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
