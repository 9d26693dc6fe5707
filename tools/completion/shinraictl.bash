# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion of shinraictl's verbs, options and values.

_shinraictl_options() {
	case $1 in
	status | arm | mode) echo --sysfs ;;
	"log show" | "log follow") echo --from --count --records ;;
	"log export") echo --redact --from --log --force ;;
	"violations list" | "violations follow") echo --from --policy ;;
	"violations show") echo --policy ;;
	"digests make")
		echo --apt --deb --inrelease --packages --keyring --lists \
			--archives --trust-local --out
		;;
	"reference make")
		echo --kernel --initrd --arms --cmdline --firmware-log \
			--firmware-pcrs --module --out
		;;
	"reference sign") echo --cert --key ;;
	"policy compile") echo --owner --out ;;
	"policy sign") echo --cert --key --out ;;
	"policy diff") echo --exit-code ;;
	"policy whatif") echo --policy --log --cgroups --exit-code ;;
	"policy explain")
		echo --label --action --program --user --cgroup --to --media \
			--filesystem --local --family --at --bytes
		;;
	"owner admit" | "owner revoke")
		echo --cert --namespace --admin-cert --admin-key --generation \
			--out
		;;
	"label show") echo --process ;;
	"policy load") echo --signature --all ;;
	"fleet "* | setup) echo --verifier --cert --key --ca ;;&
	setup)
		echo --url --policy --group --tls-name --out --tcti \
			--ak-generation --ek --ek-cert --renew
		;;
	"fleet list") echo --state --group ;;
	"fleet learn")
		echo --firmware-pcrs --firmware-only --arms --cmdline --out
		;;
	"fleet group") echo --policy --inherit ;;
	"fleet watch") echo --from --interval --once ;;
	"fleet enrol") echo --url --policy --group --tls-name --ak ;;
	esac
	echo --json --help
}

# The option whose value is being typed; lists go on to the next option.
_shinraictl_value_of() {
	local i
	for ((i = COMP_CWORD - 1; i > 0; i--)); do
		case ${COMP_WORDS[i]} in
		--json | --help | --records | --force | --arms | --exit-code | \
			--renew | --firmware-only | --inherit) return ;;
		--apt | --deb | --packages | --policy | --ek-cert)
			echo "${COMP_WORDS[i]}"
			return
			;;
		--*)
			[ "$i" -ne $((COMP_CWORD - 1)) ] ||
				echo "${COMP_WORDS[i]}"
			return
			;;
		esac
	done
}

_shinraictl() {
	local cur=${COMP_WORDS[COMP_CWORD]} one=${COMP_WORDS[1]-} verb words=
	COMPREPLY=()
	verb=$one
	case $one in
	log | digests | reference | violations | label | owner | policy | fleet)
		verb="$one ${COMP_WORDS[2]-}"
		;;
	--*) verb=status ;;
	esac
	if [ "$COMP_CWORD" -eq 1 ]; then
		words="status arm mode flush log violations digests reference label owner policy setup fleet"
		[[ $cur != -* ]] || words="--json --sysfs --help --version"
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$one" = log ]; then
		words="show follow export"
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$one" = label ]; then
		words="add apply show"
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$one" = owner ]; then
		words="admit revoke load list"
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$one" = violations ]; then
		words="list show follow"
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$one" = digests ]; then
		words="make"
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$one" = reference ]; then
		words="make sign"
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$one" = policy ]; then
		words="check compile sign load show diff explain whatif"
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$one" = fleet ]; then
		words="list show changes watch policy learn enrol group withdraw"
	elif [[ $cur == -?* ]]; then
		words=$(_shinraictl_options "$verb")
	else
		case $(_shinraictl_value_of) in
		--apt)
			words=$(apt-cache --no-generate pkgnames "$cur" \
				2>/dev/null)
			;;
		--redact) words="path uid exe cgroup name sink" ;;
		--state) words="new trusted untrusted unknown unreachable" ;;
		--action) words="read write send export derive delete trace" ;;
		--ek) words="rsa ecc" ;;
		--from | --count | --cmdline | --firmware-pcrs | --namespace | \
			--generation)
			return
			;;
		--label | --program | --user | --cgroup | --to | --media | \
			--filesystem | --family | --at | --bytes | --verifier | \
			--url | --group | --tls-name | --ak | --tcti | --ak-generation) return ;;
		--sysfs | --all | --lists | --archives | --trust-local | \
			--cgroups)
			mapfile -t COMPREPLY < <(compgen -d -- "$cur")
			return
			;;
		*)
			if [ "$verb" = mode ]; then
				words="observe enforce"
			else
				mapfile -t COMPREPLY < <(compgen -f -- "$cur")
				return
			fi
			;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -o filenames -F _shinraictl shinraictl
