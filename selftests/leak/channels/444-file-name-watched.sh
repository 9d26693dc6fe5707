# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# channel: A file name, told by inotify
# how: A makes a file of that name, B watches the folder
# expect: out-of-scope: names belong to the folder; to label every folder that was written to would label /tmp

send() {
	leak inotify "$SECRET" "$DIR"
}
