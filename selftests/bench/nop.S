/* SPDX-License-Identifier: MIT */
/* The smallest program: exits with 0.  Static, no libc, for benchmarks. */
	.globl _start
	.text
_start:
	xorl %edi, %edi
	movl $60, %eax
	syscall
