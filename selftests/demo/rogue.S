/* SPDX-License-Identifier: MIT */
/* A program that is in no list of known digests; exits with 0. */
	.globl _start
	.text
_start:
	xorl %edi, %edi
	movl $231, %eax
	syscall
