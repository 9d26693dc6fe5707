#!/bin/bash
# SPDX-License-Identifier: MIT
# One channel, once: channel.sh NAME MODE TOKEN LABELS [again]
#
# One whose name has "-reboot" in it ends once the secret is there, and goes on
# in another boot of the same disks.
#
# Exit: 0 the secret came through, 10 a step was refused, 11 so at the edge, and
# what carried it there had the label, 12 nothing came, 20 to be continued, 1 the
# channel is broken.
set -u

NAME=$1 MODE=$2 TOKEN=$3 PAIR=$4
DIR=/vault/$NAME.$MODE TMP=/run/leak/$NAME.$MODE
export SECRET=$DIR/secret
PATIENCE=1500
[ "$MODE" = control ] || PATIENCE=20
# shellcheck source=selftests/leak/lib.sh
. /vm/leak/lib.sh
# shellcheck disable=SC1090
. "/vm/leak/channels/$NAME.sh"

mkdir -p "$DIR" "$TMP" || exit 1
if [ "${5:-}" != again ]; then
	prepare || exit 1
	seal || exit 1
	[[ $NAME != *-reboot* ]] || exit 20
fi
send </dev/null
sent=$?
receive
seen=$?
echo "sent $sent, seen $seen, carried $carried"
case $seen in
"$DONE") exit 0 ;;
"$SILENT") ;;
*) exit 1 ;;
esac
if [ "$sent" = "$LABELLED" ] || [ "$carried" = yes ]; then
	exit 11
fi
case $sent in
"$REFUSED") exit 10 ;;
"$DONE" | "$SILENT") exit 12 ;;
esac
exit 1
