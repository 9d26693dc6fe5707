# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# A cluster of PostgreSQL in the work folder, after daemon/lib.sh.
pg_bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
[ -x "${pg_bin:-/nowhere}/initdb" ] || {
	echo "1..0 # SKIP no postgresql"
	exit 0
}
pg_user=nobody

# pg COMMAND...: of PostgreSQL, which does not run as root
pg() {
	local command=$1
	shift
	(cd pg && setpriv --reuid "$pg_user" --clear-groups \
		"$pg_bin/$command" "$@") 9>&-
}

end_pg() {
	[ ! -e pg/data/postmaster.pid ] || pg pg_ctl -D data -m immediate stop \
		>/dev/null 2>&1 || true
}

# make_pg [LINE...]: its databases are at pg_url NAME; lines of its configuration
make_pg() {
	mkdir -p pg
	chown "$pg_user" pg
	pg initdb -D data -U shinrai -A trust -E UTF8 --locale C -N >/dev/null
	cat >>pg/data/postgresql.conf <<-CONF
	listen_addresses = ''
	unix_socket_directories = '$work/pg'
	CONF
	printf '%s\n' "$@" >>pg/data/postgresql.conf
	start_pg
}

start_pg() {
	pg pg_ctl -D data -l server.log -w -t 20 start >/dev/null 7>&- 8>&-
}

stop_pg() { # [MODE]
	pg pg_ctl -D data -m "${1:-fast}" -w -t 20 stop >/dev/null
}

pg_url() {
	echo "postgresql://shinrai@/$1?host=$work/pg"
}

# sql NAME TEXT: one value, of a database
sql() {
	"$pg_bin/psql" -X -A -t -q "$(pg_url "$1")" -c "$2"
}
