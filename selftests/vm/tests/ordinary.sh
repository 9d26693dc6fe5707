#!/bin/bash
# SPDX-License-Identifier: MIT
# A day of ordinary work beside three folders that are labelled: at its end, what
# touched their data has their labels, nothing else has any, and nothing was
# refused.  Debian's own tools, run as their users run them.
# vm: kernel=6.1,6.12 slow=6.1,6.12 load=late arm=yes timeout=400 mem=1536 module=brd
# vm: append=shinrai.anchor=/vm/keys/admin.der,shinrai.extend=batch
# vm: file=/usr/bin/perl file=/usr/bin/rsync file=/usr/bin/tar
# vm: file=/usr/bin/git file=/usr/bin/git:/usr/bin/git-upload-pack
# vm: file=/usr/bin/gzip file=/usr/bin/sort file=/usr/bin/grep file=/usr/bin/sed
# vm: file=/usr/bin/cp file=/usr/bin/mv file=/usr/bin/cat file=/usr/bin/diff
# vm: file=/usr/bin/mawk:/usr/bin/awk file=/usr/bin/find file=/usr/bin/xargs
# vm: file=/usr/bin/script file=/usr/bin/flock file=/usr/bin/tee
# vm: file=/usr/bin/split file=/usr/bin/install file=/usr/bin/dd
# shellcheck disable=SC2016 # scripts are for other shells
set -uo pipefail
# shellcheck source=selftests/vm/lib/tap.sh
. /vm/lib/tap.sh

export HOME=/home/user GIT_CONFIG_NOSYSTEM=1
# Labels: d drawings, p plans (both of acme's), s salaries (beta's).
expected=/run/expected
: >$expected

# leaves LABELS FILE...: those labels, as letters in order, each file has at the end
leaves() {
	local labels=$1 file
	shift
	for file in "$@"; do
		echo "$labels $file" >>$expected
	done
}

# What it says is its own: a file in common would go on with its labels.
run_step() { # run_step TEXT COMMAND...
	local out=/run/step.$count
	count=$((count + 1))
	if "${@:2}" >"$out" 2>&1 </dev/null; then
		echo "ok $count - $1"
	else
		failed=$((failed + 1))
		echo "not ok $count - $1"
		sed 's/^/# /' "$out"
	fi
	rm -f "$out"
}

# step TEXT SCRIPT: by a user's shell, which what it reads may mark
step() {
	run_step "$1" setpriv --reuid=1000 --regid=1000 --clear-groups \
		bash -euo pipefail -c "$2"
}

root_step() {
	run_step "$1" bash -euo pipefail -c "$2"
}

daemon() { # daemon NAME COMMAND...
	"${@:2}" >/dev/null 2>&1 </dev/null &
	echo "$1 $!" >>/run/daemons
}

make_folders() {
	local folder n
	ln -s /proc/self/fd /dev/fd
	mke2fs -q -t ext4 /dev/ram0 # of the machine's own, unlike a loop device
	mkdir -p /srv /home/user /var/log /run/lock
	mount /dev/ram0 /srv
	mkdir -p /srv/{drawings,plans,salaries,public,exchange}
	for folder in drawings plans salaries public; do
		for n in 1 2 3 4 5; do
			seq "$n" 400 | sed "s/^/$folder $n line /" \
				>"/srv/$folder/$n.txt"
		done
	done
	git config --global user.name User
	git config --global user.email user@example.com
	git config --global init.defaultBranch main
	chown -R 1000:1000 /srv /home/user
}

load_policies() {
	PYTHONPATH=/vm/lib python3 -S - <<-'PY'
	from blob import *
	l = Loader()
	# read, write, send, export, derive, delete, trace
	defaults = bytes([ALLOW, DENY, DENY, DENY, ALLOW, ALLOW, DENY])
	for number, (name, labels) in enumerate((("acme", 2), ("beta", 1)), 1):
	    l.admit(name, name, number)
	    l.policy(name, policy(name, name, 1, labels=labels,
	                          otherwise=defaults))
	PY
}

label_folder() { # label_folder FOLDER OWNER NUMBER
	local owner file uuid
	owner=$(openssl rsa -in "/vm/keys/$2.key" -RSAPublicKey_out \
		-outform DER 2>/dev/null | sha256sum | cut -d ' ' -f 1)
	uuid=$(printf "%0.s0$3" $(seq 16))
	for file in "/srv/$1"/*; do
		/vm/helper label-add "$owner" "$uuid" "$file" || return
	done
}

look_at() {
	step "files are read" 'cat /srv/drawings/* >/dev/null
		wc -l /srv/plans/* >/dev/null; grep -c line /srv/salaries/1.txt >/dev/null
		cmp /srv/drawings/1.txt /srv/drawings/1.txt'
	step "null and zero stay what they were" 'head -c 100 /dev/zero >~/zeros
		cat /dev/null >~/nothing; head -c 9 /dev/urandom >~/random'
	step "names are no content" 'find /srv -type f >~/names; ls -lR /srv >~/listing
		du -s /srv/* >~/sizes; stat /srv/drawings/1.txt >~/stat'
	step "who only appends has read nothing" 'echo more >>/srv/drawings/1.txt
		echo done >~/appended'
}

copy() {
	step "copies" 'cp /srv/drawings/1.txt ~/copy; cp -a /srv/plans ~/plans
		cp /srv/public/1.txt ~/public; dd if=/srv/salaries/1.txt of=~/dd 2>/dev/null
		install -m 600 /srv/drawings/2.txt ~/installed'
	leaves d ~/copy ~/installed
	leaves p ~/plans/{1,2,3,4,5}.txt
	leaves s ~/dd
	step "links and renames" 'ln /srv/drawings/2.txt /srv/exchange/hard
		ln -s /srv/drawings/2.txt ~/soft; cp /srv/plans/1.txt ~/a; mv ~/a ~/b
		cp /srv/plans/1.txt /srv/exchange/a; mv /srv/exchange/a ~/moved'
	leaves d /srv/exchange/hard
	leaves p ~/b ~/moved
	step "two copies at once" 'cat /srv/drawings/3.txt | tee ~/tee1 ~/tee2 >/dev/null'
	leaves d ~/tee1 ~/tee2
	step "a tree is mirrored" 'rsync -a /srv/plans/ ~/mirror/
		rsync -a /srv/public/ ~/mirror.public/'
	leaves p ~/mirror/{1,2,3,4,5}.txt
}

edit() {
	step "edited in place" 'sed -i s/line/row/ /srv/drawings/4.txt
		sed -i.bak s/line/row/ ~/copy; sed -i s/line/row/ ~/public'
	leaves d ~/copy.bak
	step "saved as editors do" 'text=$(</srv/plans/4.txt); printf "%s\nmore\n" "$text" \
		>/srv/plans/4.new; mv /srv/plans/4.new /srv/plans/4.txt'
	step "changed by a patch" 'cp /srv/public/2.txt ~/patched; cd ~
		sed s/line/row/ patched >new; diff patched new >changes || [ $? = 1 ]
		busybox patch patched changes >/dev/null'
}

compute() {
	step "sorted" 'sort -r /srv/salaries/1.txt >~/sorted; sort /srv/public/1.txt >~/sorted2'
	leaves s ~/sorted
	step "a pipeline" 'grep -h 7 /srv/plans/*.txt | sort | uniq -c | sed -n 1,3p >~/top'
	leaves p ~/top
	step "by awk and xargs" 'awk "{ print \$2 }" /srv/drawings/2.txt >~/column
		find /srv/plans -name "*.txt" | xargs grep -l 3 >~/found'
	leaves d ~/column
	leaves p ~/found
	step "a difference" 'diff <(sort /srv/drawings/1.txt) <(sort /srv/drawings/2.txt) \
		>~/difference || [ $? = 1 ]'
	leaves d ~/difference
	step "of two owners" 'cat /srv/drawings/1.txt /srv/salaries/1.txt >~/both'
	leaves ds ~/both
	step "a variable" 'value=$(head -n 1 /srv/salaries/2.txt); echo "$value" >~/value'
	leaves s ~/value
	step "a here-document" 'read -r line </srv/plans/2.txt
		cat <<<"$line" >~/here'
	leaves p ~/here
	step "who was born before the reading" '(sleep 2; echo clean >~/before) &
		read -r line </srv/plans/1.txt; echo marked >~/after; wait'
	leaves p ~/after
}

archive() {
	step "archives" 'cd /srv; tar -czf ~/drawings.tgz drawings
		tar -czf ~/public.tgz public; tar -cf ~/mixed.tar public/1.txt plans/1.txt'
	leaves d ~/drawings.tgz
	leaves p ~/mixed.tar
	step "unpacked" 'mkdir ~/out; cd ~/out; tar -xzf ../drawings.tgz
		tar -xzf ../public.tgz'
	leaves d ~/out/drawings/{1,2,3,4,5}.txt
	step "split and joined" 'cd ~; split -n 2 /srv/salaries/3.txt piece.
		cat piece.aa piece.ab >joined; gzip -k joined; gzip -dc joined.gz >again'
	leaves s ~/piece.a{a,b} ~/joined ~/joined.gz ~/again
}

# What is freed takes its label along.
reuse() {
	step "names and inodes are used again" 'cd /srv/exchange
		for n in $(seq 100); do cp /srv/drawings/1.txt "tmp$n"; done; rm tmp*
		for n in $(seq 100); do echo clean >"tmp$n"; done'
	step "a pipe after another" 'for n in 1 2 3 4 5 6 7 8; do
		cat /srv/drawings/1.txt | cat >/dev/null; echo x | cat >~/piped$n; done'
}

versions() {
	step "a repository of public files" 'cd ~; git init -q code; cd code
		cp /srv/public/* .; git add .; git commit -qm one; git switch -qc branch
		echo more >>1.txt; git commit -qam two; git switch -q main
		git merge -q branch; git log --stat >~/history'
	step "a repository of drawings" 'cd ~; git init -q cad; cd cad
		cp /srv/drawings/1.txt .; git add .; git commit -qm one
		git clone -q ~/cad ~/cad2; git log -p >~/cad.history'
	leaves d ~/cad/1.txt ~/cad2/1.txt ~/cad.history
	leaves 'd?' ~/cad/.git/ ~/cad2/.git/
	step "the first one again" 'cd ~/code; git gc -q; git diff HEAD~1 >~/code.diff
		git clone -q ~/code ~/code2'
}

# Daemons that hand out work, and read none of it.
serve() {
	mkfifo -m 666 /run/jobs
	daemon jobs bash -c 'while :; do while read -r from to; do
		cp "$from" "$to" </dev/null; done </run/jobs; done'
	step "a daemon's jobs" 'for n in 1 2 3; do
		echo "/srv/drawings/$n.txt $HOME/job.d$n"
		echo "/srv/public/$n.txt $HOME/job.c$n"; done >/run/jobs
		for n in $(seq 100); do [ ! -s ~/job.c3 ] || break; sleep 0.1; done
		[ -s ~/job.c3 ]'
	leaves d ~/job.d{1,2,3}
	daemon cron bash -c 'for n in 1 2 3; do
		flock /run/lock/backup tar -czf ~/nightly.$n.tgz -C /srv plans
		flock /run/lock/backup tar -czf ~/hourly.$n.tgz -C /srv public
		date >>/var/log/cron.log; sleep 1; done; : >/run/cron.done; sleep 1000'
	daemon syslog busybox syslogd -n -O /var/log/messages
	daemon httpd busybox httpd -f -p 127.0.0.1:8080 -h /srv/public
	root_step "the system's log" 'for n in $(seq 50); do logger "an ordinary message"
		grep -qs ordinary /var/log/messages && break; sleep 0.1; done
		grep -q ordinary /var/log/messages'
	step "a web server's page" 'curl -sf http://127.0.0.1:8080/1.txt >~/page'
	step "the jobs of a table" 'for n in $(seq 300); do
		[ ! -e /run/cron.done ] || break; sleep 0.1; done; [ -e /run/cron.done ]'
	leaves p ~/nightly.{1,2,3}.tgz
}

stop_serving() {
	local name pid
	while read -r name pid; do
		check "the daemon $name has no label" \
			test -z "$(/vm/helper labels-pid "$pid")"
		kill "$pid"
	done </run/daemons
	wait
}

# A terminal on which a drawing was shown, and another.
terminals() {
	step "a terminal" 'script -qc "cat /srv/public/1.txt" ~/session >/dev/null </dev/null'
	step "one that shows a drawing" \
		'script -qc "cat /srv/drawings/1.txt" ~/session.d >/dev/null </dev/null'
	leaves d ~/session.d
	step "a third" 'script -qc "echo hello" ~/session2 >/dev/null </dev/null'
}

# Everything is written, forgotten and read again.
remount() {
	root_step "after a remount" 'sync; umount /srv
		echo 3 >/proc/sys/vm/drop_caches; mount /dev/ram0 /srv
		cp /srv/exchange/hard ~/remounted; cp /srv/exchange/tmp1 ~/remounted.clean'
	leaves d ~/remounted
}

make_folders
check "policies are loaded" load_policies
check "drawings are labelled" label_folder drawings acme 1
check "plans are labelled" label_folder plans acme 2
check "salaries are labelled" label_folder salaries beta 1
leaves d /srv/drawings/{1,2,3,4,5}.txt
leaves p /srv/plans/{1,2,3,4,5}.txt
leaves s /srv/salaries/{1,2,3,4,5}.txt
echo enforce >"$S/mode"
for part in look_at copy edit compute archive reuse versions serve terminals \
	stop_serving remount; do
	"$part"
done
check "this shell has no label" test -z "$(/vm/helper labels-pid $$)"
as_expected() {
	PYTHONPATH=/vm/lib python3 -S /vm/lib/labelled.py "$1"
}

check "what touched labelled data has its labels, and nothing else has any" \
	as_expected $expected
sed 1d $expected >/run/without
{
	cat $expected
	echo "d /home/user/zeros"
} >/run/with
check "one label too many would be seen" refuses as_expected /run/without
check "and one too few" refuses as_expected /run/with
dump
check "the log has the fifteen files" times 15 ' LABEL reason=48 '
check "nothing was refused, or would have been" times 0 ' FLOW .*verdict=deny'
check "no label was lost" times 0 ' LABEL reason=50 '
plan
