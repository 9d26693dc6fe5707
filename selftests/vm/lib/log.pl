#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Prints the events of a CEL-TLV log, one a line, as userspace/PROTOCOL.md 2
# has them; written from that text, without anything of the project's own.
# usage: log.pl FILE
# The machine has perl, and no module of it.

my @type = qw(0 START ARM CODE RUNNING ANON_EXEC VIOLATION STATE OVERFLOW
	UNMEASURED CHECKPOINT MODULE);
my @kind = qw(0 exec script mmap module firmware kexec read);
my %number = (0x03 => 'size', 0x04 => 'flags', 0x05 => 'reason',
	0x06 => 'count', 0x07 => 'errno', 0x08 => 'fs', 0x17 => 'tasks',
	0x21 => 'links', 0x23 => 'running', 0x24 => 'mode', 0x25 => 'extend',
	0x30 => 'records');
my %text = (0x11 => 'kernel', 0x19 => 'params', 0x80 => 'path',
	0x82 => 'exe', 0x84 => 'name');

sub tlvs {
	my ($bytes) = @_;
	my @out;
	while (length $bytes) {
		die "short TLV\n" if length $bytes < 5;
		my ($t, $l) = unpack 'C N', $bytes;
		die "TLV too long\n" if $l > length($bytes) - 5;
		push @out, [$t, substr $bytes, 5, $l];
		$bytes = substr $bytes, 5 + $l;
	}
	return @out;
}

sub integer {
	my $v = 0;
	$v = $v << 8 | $_ for unpack 'C*', $_[0];
	return $v;
}

sub event {
	my ($bytes) = @_;
	my $line = $type[unpack 'n', $bytes] // 'unknown';
	my ($at, $last) = (2, -1);
	while ($at < length $bytes) {
		my ($id, $form, $len) = unpack 'C C n', substr $bytes, $at;
		my $value = substr $bytes, $at + 4, $len;
		die "fields do not ascend\n" if $id <= $last;
		$value = substr $value, 16 if $id >= 0x80 && !$form;
		$line .= ' kind=' . $kind[unpack 'C', $value] if $id == 1;
		$line .= ' digest=' . unpack 'H*', $value if $id == 2;
		$line .= " $number{$id}=" . integer($value) if $number{$id};
		$line .= " $text{$id}=$value" if $text{$id};
		$line .= ' uid=' . unpack 'N', $value if $id == 0x81;
		$at += 4 + $len;
		$last = $id;
	}
	return $line;
}

open my $log, '<:raw', $ARGV[0] or die "$ARGV[0]: $!\n";
my @top = tlvs(do { local $/; <$log> });
my $expected;
while (my ($number, $pcr, $digests, $content) = splice @top, 0, 4) {
	my $n = integer($number->[1]);
	# What follows record 0 may have been trimmed.
	die "record $n instead of $expected\n"
		if defined $expected && $n != $expected && $expected != 1;
	$expected = $n + 1;
	my ($header, @events) = tlvs($content->[1]);
	my $count = unpack 'N', substr $header->[1], 40;
	die "record $n: $count events announced\n" if $count != @events;
	my $ms = int(integer(substr $header->[1], 32, 8) / 1e6);
	printf "%d pcr=%d ms=%d %s\n", $n, integer($pcr->[1]), $ms,
		event($_->[1]) for @events;
}
