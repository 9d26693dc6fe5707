#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Prints the events of a CEL-TLV log, one a line, as userspace/PROTOCOL.md 2
# has them; written from that text, without anything of the project's own.
# usage: log.pl FILE
# The machine has perl, and no module of it.

my @type = qw(0 START ARM CODE RUNNING ANON_EXEC VIOLATION STATE OVERFLOW
	UNMEASURED CHECKPOINT MODULE OWNER POLICY LABEL FLOW);
my @kind = qw(0 exec script mmap module firmware kexec read);
my @operation = qw(0 admit revoke);
my @action = qw(0 read write send export derive delete trace);
my @verdict = qw(0 allow audit deny);
my @sink = qw(none inet media filesystem local other);
my %name = (0x43 => ['operation', \@operation], 0x45 => ['action', \@action],
	0x46 => ['verdict', \@verdict], 0x4b => ['sink_kind', \@sink]);
my %number = (0x03 => 'size', 0x04 => 'flags', 0x05 => 'reason',
	0x06 => 'count', 0x07 => 'errno', 0x08 => 'fs', 0x17 => 'tasks',
	0x21 => 'links', 0x23 => 'running', 0x24 => 'mode', 0x25 => 'extend',
	0x30 => 'records', 0x41 => 'generation', 0x47 => 'rule',
	0x48 => 'bytes', 0x4c => 'refused', 0x83 => 'cgroup');
my %text = (0x11 => 'kernel', 0x19 => 'params', 0x42 => 'namespace',
	0x80 => 'path',
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

# LABELS as owner:uuid,...; only the first bytes of each
sub labels {
	my @out;
	for (my $at = 0; $at < length $_[0]; $at += 48) {
		my ($owner, $uuid) = unpack 'H8 x28 H8', substr $_[0], $at, 48;
		push @out, "$owner:$uuid";
	}
	return join ',', @out;
}

# struct shinrai_sink: inet:192.0.2.9:443/6, media:0951:1666:SERIAL, ...
sub sink {
	my ($kind, $family, $proto, undef, $port, $vendor, $product, @addr) =
		unpack 'C4 n H4 H4 C16', $_[0];
	my $text = substr $_[0], 26;
	if ($kind == 1) {
		$text = join '.', @addr[0 .. 3];
		$text = join ':', unpack '(H4)*', pack 'C16', @addr
			if $family == 6;
		return "inet:$text:$port/$proto";
	}
	return "media:$vendor:$product:$text" if $kind == 2;
	return "other:$proto:$text" if $kind == 5;
	return "$sink[$kind]:$text";
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
		$line .= " $name{$id}[0]=$name{$id}[1][unpack 'C', $value]"
			if $name{$id};
		$line .= ' owner=' . unpack 'H*', $value if $id == 0x40;
		$line .= ' labels=' . labels($value) if $id == 0x44;
		$line .= ' program=' . unpack 'H*', $value if $id == 0x4a;
		$line .= ' uid=' . unpack 'N', $value if $id == 0x81;
		$line .= ' sink=' . sink($value) if $id == 0x85;
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
