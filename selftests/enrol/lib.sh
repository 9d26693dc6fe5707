# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Software TPMs with EK certificates, and devices that enrol, after fleet/lib.sh.
ctl=$(realpath "${SHINRAICTL:-$BUILD/user/shinraictl}")
command -v swtpm_setup >/dev/null || {
	echo "1..0 # SKIP no swtpm_setup"
	exit 0
}

# make_tpm NAME: with an EK certificate of the CA in swtpm-ca/
make_tpm() {
	mkdir -p swtpm-ca "tpm-$1"
	cat >localca.conf <<-CONF
	statedir = $work/swtpm-ca
	signingkey = $work/swtpm-ca/signkey.pem
	issuercert = $work/swtpm-ca/issuercert.pem
	certserial = $work/swtpm-ca/certserial
	CONF
	: >localca.options
	cat >swtpm_setup.conf <<-CONF
	create_certs_tool = $(command -v swtpm_localca)
	create_certs_tool_config = $work/localca.conf
	create_certs_tool_options = $work/localca.options
	CONF
	swtpm_setup --tpm2 --tpmstate "$work/tpm-$1" --create-ek-cert \
		--config swtpm_setup.conf --overwrite >swtpm_setup.log 2>&1 || {
		cat swtpm_setup.log
		echo "Bail out! swtpm_setup failed"
		exit 1
	}
}

# use_tpm NAME: it is the one that TPM2TOOLS_TCTI names now
use_tpm() {
	if [ -n "$tpm_pid" ]; then
		kill "$tpm_pid" 2>/dev/null || true
		wait "$tpm_pid" 2>/dev/null || true
	fi
	rm -f tpm
	ln -s "tpm-$1" tpm
	start_tpm
}

# held: handles of keys and sessions in the TPM
held() {
	tpm2_getcap handles-transient
	tpm2_getcap handles-loaded-session
	tpm2_getcap handles-saved-session
}

# Whose EK certificates are believed, and what devices are held against.
ek_file=$work/swtpm-ca/issuercert.pem
ek_level=software
device_url=https://127.0.0.1:8417/
policies='{ name = "plc"; }, { name = "other"; }'

# enrolment_conf [LINE...]: of the group
enrolment_conf() {
	verifier_conf "policies = ( $policies );
		tls_ca = \"$work/all.pem\";
		people = ( { name = \"eve\"; role = \"enroller\";
			key = \"$(spki enroller.pem)\"; } );
		enrolment = {
			ca_cert = \"$work/enrol.pem\";
			ca_key = \"$work/enrol.key\";
			ek = ( { file = \"$ek_file\";
				level = \"$ek_level\"; } );
			$*
		};"
}

# The verifier has a name that a device could want: of its own certificate.
make_hub_cert() {
	openssl x509 -req -in verifier.csr -CA ca.pem -CAkey ca.key -days 2 \
		-CAcreateserial -out verifier.pem -extfile <(
			echo 'subjectAltName=IP:127.0.0.1,DNS:hub') 2>/dev/null
}

# make_enrol_ca [NAME]: with what x509_strict wants
make_enrol_ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout enrol.key -subj "/CN=${1:-enrol}" -days 60 -out enrol.pem \
		-addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
	cat ca.pem enrol.pem >all.pem
}

# setup WHO NAME [OPTION...]: on the device, into the folder NAME
setup() {
	local who=$1 name=$2
	shift 2
	mkdir -p "$name"
	"$ctl" setup "$name" --verifier "https://127.0.0.1:$api" \
		--cert "$who.pem" --key "$who.key" --ca ca.pem --out "$name" \
		--tcti "$TPM2TOOLS_TCTI" ${device_url:+--url "$device_url"} "$@"
}

# renew NAME [OPTION...]: by what it was given
renew() {
	local name=$1
	shift
	"$ctl" setup --renew --tcti "$TPM2TOOLS_TCTI" --out "$name" "$@"
}

# know NAME [FILE]: the database has its certificate, as if the verifier had issued it
know() {
	local serial
	serial=$(openssl x509 -in "${2:-$1.pem}" -noout -serial | cut -d= -f2)
	if [ -n "${SHINRAI_TEST_DATABASE:-}" ]; then
		sql fleet "INSERT INTO certificate VALUES
			('\\x$serial', '$1', 4000000000, 0)"
		return
	fi
	python3 - "$serial" "$1" <<-'PY'
	import sqlite3, sys
	db = sqlite3.connect("fleet.db", timeout=10)
	db.execute("INSERT INTO certificate VALUES (?, ?, 4000000000, 0)",
	           (bytes.fromhex(sys.argv[1]), sys.argv[2]))
	db.commit()
	PY
}

# nearly_over NAME: its certificate is three days old, and was issued for four
nearly_over() {
	local from till
	from=$(date -u -d '-3 days' +%y%m%d%H%M%SZ)
	till=$(date -u -d '+1 day' +%y%m%d%H%M%SZ)
	cat >ca.cnf <<-CONF
	[ca]
	default_ca = d
	[d]
	database = index
	new_certs_dir = .
	default_md = sha256
	policy = p
	serial = serial
	unique_subject = no
	[p]
	commonName = supplied
	CONF
	: >index
	echo "40$(openssl rand -hex 15)" >serial
	openssl req -new -key "$1/key.pem" -subj "/CN=$1" -out "$1.csr"
	openssl ca -batch -config ca.cnf -in "$1.csr" -cert enrol.pem \
		-keyfile enrol.key -startdate "$from" -enddate "$till" \
		-out "$1/cert.pem" -notext >/dev/null 2>&1
	know "$1" "$1/cert.pem"
}

# refused PATTERN COMMAND...: it fails and says so
refused() {
	local pattern=$1
	shift
	if "$@" >refused.log 2>&1; then
		cat refused.log
		return 1
	fi
	cat refused.log
	grep -Eq -e "$pattern" refused.log
}

# said_by PATTERN COMMAND...: it succeeds and says so
said_by() {
	local pattern=$1
	shift
	"$@" >said.log 2>&1 || { cat said.log && return 1; }
	cat said.log
	grep -Eq -e "$pattern" said.log
}

no() {
	! "$@"
}

# An enrolment step by step, where setup does all of them.
hand() {
	python3 "$root/selftests/enrol/enrol.py" "$@"
}

# keys_of NAME: EK, AK and certificate of a TPM, in files
keys_of() {
	use_tpm "$1"
	tpm2_createek -c ek.ctx -G rsa -u "$1.ek"
	tpm2_flushcontext -t
	tpm2_createak -C ek.ctx -c "$1.ctx" -G ecc -g sha256 -s ecdsa \
		-u "$1.ak" >/dev/null
	tpm2_flushcontext -t
	tpm2_create -C ek.ctx -G rsa -u "$1.rsa" -r priv >/dev/null 2>&1 || true
	tpm2_flushcontext -t
	tpm2_nvread 0x01c00002 -o "$1.crt" >/dev/null 2>&1
}

# begin WHO NAME EK AK CERT...: asks for a challenge
begin() {
	local who=$1
	shift
	hand request "$@" >ask
	fleet "$who" /enrolments -d @ask
}

# activate: what the TPM in use, with its AK, makes of the challenge
activate() {
	hand challenge blob
	tpm2_startauthsession --policy-session -S session.ctx >/dev/null
	tpm2_policysecret -S session.ctx -c e >/dev/null
	tpm2_createek -c ek.ctx -G rsa -u /dev/null
	tpm2_flushcontext -t
	tpm2_activatecredential -c "$1.ctx" -C ek.ctx -i blob -o got \
		-P session:session.ctx >activate.log 2>&1 || {
		tpm2_flushcontext session.ctx
		return 1
	}
	tpm2_flushcontext session.ctx
	secret=$(od -An -tx1 -v got | tr -d ' \n')
}

# answer WHO [SECRET]
answer() {
	hand answer "${2:-$secret}" >ask
	fleet "$1" /enrolments/answer -d @ask
}
