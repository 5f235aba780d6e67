#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes every file of this folder with OpenSSL 3.0: keys, signatures, a small PKI with what can be wrong about it,
# revocation lists and certification requests. Keys and signatures are new at each run, so a run replaces all of them.
set -eu
cd "$(dirname "$0")"
rm -f ./*.pem ./*.der ./*.sig
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- keys
ec() { openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$1" 2>/dev/null; }
rsa() { openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:$2" -out "$1" 2>/dev/null; }
public() { openssl pkey -in "$1" -pubout "${3:--outform}" "${4:-PEM}" -out "$2"; }

ec p256_key.pem P-256
ec p384_key.pem P-384
rsa rsa2048_key.pem 2048
rsa rsa3072_key.pem 3072
openssl ec -in p256_key.pem -out p256_sec1_key.pem 2>/dev/null
openssl pkcs8 -topk8 -nocrypt -in p384_key.pem -outform DER -out p384_key.der
openssl pkcs8 -topk8 -in p256_key.pem -v2 des3 -passout pass:correct -out p256_encrypted_key.pem
for name in p256 p384 rsa2048 rsa3072; do public ${name}_key.pem ${name}_public.pem; done
for name in p256 rsa2048; do public ${name}_key.pem ${name}_public.der -outform DER; done

# Keys that must be refused.
ec "$work/p521" P-521;          public "$work/p521" refused_p521_public.pem
ec "$work/k1" secp256k1;        public "$work/k1" refused_secp256k1_public.pem
rsa "$work/small" 1024;         public "$work/small" refused_rsa1024_public.pem
rsa "$work/odd" 2056;           public "$work/odd" refused_rsa2056_public.pem
openssl genpkey -algorithm ed25519 -out "$work/ed";  public "$work/ed" refused_ed25519_public.pem
openssl ec -in p256_key.pem -pubout -conv_form compressed -out refused_compressed_public.pem 2>/dev/null
openssl ec -in p256_key.pem -pubout -param_enc explicit -out refused_explicit_public.pem 2>/dev/null

# --- signatures over the text "message"
printf message > "$work/message"
openssl dgst -sha256 -sign p256_key.pem -out p256_sha256.sig "$work/message"
openssl dgst -sha384 -sign p256_key.pem -out p256_sha384.sig "$work/message"
openssl dgst -sha384 -sign p384_key.pem -out p384_sha384.sig "$work/message"
openssl dgst -sha256 -sign rsa2048_key.pem -out rsa2048_pkcs1_sha256.sig "$work/message"
openssl dgst -sha256 -sign rsa2048_key.pem -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -out rsa2048_pss_sha256.sig "$work/message"
openssl dgst -sha256 -sign rsa2048_key.pem -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20 -out rsa2048_pss_short_salt.sig "$work/message"

# --- a PKI
cat > "$work/ca.cnf" <<CNF
[ca]
default_ca = any
[any]
database = $work/index
new_certs_dir = $work
rand_serial = yes
unique_subject = no
email_in_dn = no
policy = free
x509_extensions = nothing
default_md = sha256
crlnumber = $work/crlnumber
[free]
commonName = optional
organizationName = optional
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[issuing]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[deep]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[no_cert_sign]
basicConstraints = critical, CA:TRUE
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
[name_constraints]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
nameConstraints = critical, permitted;DNS:elsewhere.example
[client_only_ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
extendedKeyUsage = clientAuth
[device]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = URI:urn:anchord:fleet:abcdefghijklmnopqrstuvwxyz
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:broker.example, DNS:*.fleet.example, IP:192.0.2.7, IP:2001:db8::7
[unknown_critical]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
1.2.3.4.5 = critical, ASN1:UTF8String:surprise
[no_usage]
basicConstraints = critical, CA:FALSE
[endorsement]
basicConstraints = critical, CA:FALSE
keyUsage = critical, keyAgreement
extendedKeyUsage = 2.23.133.8.1
subjectAltName = critical, dirName:tpm
[tpm]
0.2.23.133.2.1 = id:00000000
1.2.23.133.2.2 = model
[crl]
authorityKeyIdentifier = keyid
CNF
: > "$work/index"
echo 2a > "$work/crlnumber"

# issue NAME SUBJECT EXTENSIONS ISSUER [BEGIN END [DIGEST]]; ISSUER "self" signs itself; SIGNING has further options
issue() {
  name=$1; subject=$2; extensions=$3; issuer=$4; begin=${5:-20250101000000Z}; end=${6:-20450101000000Z}; digest=${7:-sha256}
  [ -f "$work/$name.key" ] || ec "$work/$name.key" P-256
  openssl req -new -config "$work/ca.cnf" -key "$work/$name.key" -subj "$subject" -out "$work/$name.csr"
  if [ "$issuer" = self ]; then by="-selfsign -keyfile $work/$name.key"; else by="-cert $issuer.pem -keyfile $work/$issuer.key"; fi
  # shellcheck disable=SC2086
  openssl ca -config "$work/ca.cnf" -batch -notext -preserveDN -extensions "$extensions" $by -in "$work/$name.csr" -subj "$subject" \
    -startdate "$begin" -enddate "$end" -md "$digest" ${SIGNING:-} -out "$name.pem" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
}
ec "$work/root.key" P-384
issue root "/O=Fleet/CN=Root" root self 20200101000000Z 20600101000000Z sha384
issue issuing "/O=Fleet/CN=Issuing" issuing root 20250101000000Z 20550101000000Z sha384
issue device "/CN=abcdefghijklmnopqrstuvwxyz" device issuing
issue server "/CN=broker" server issuing
issue expired "/CN=expired" device issuing 20250101000000Z 20260101000000Z
issue future "/CN=future" device issuing 20400101000000Z 20450101000000Z
issue sha1 "/CN=sha1" device issuing 20250101000000Z 20450101000000Z sha1
issue revoked "/CN=revoked" device issuing
issue unknown_critical "/CN=unknown critical" unknown_critical issuing
issue no_usage "/CN=no usage" no_usage issuing
issue endorsement "/CN=endorsement" endorsement issuing
issue other_root "/O=Fleet/CN=Root" root self 20200101000000Z 20600101000000Z
issue other_issuing "/O=Fleet/CN=Issuing" issuing other_root
issue other_device "/CN=abcdefghijklmnopqrstuvwxyz" device other_issuing
issue too_deep_ca "/CN=Too deep" deep issuing
issue too_deep_device "/CN=too deep" device too_deep_ca
issue not_a_ca_device "/CN=issued by a device" device device
issue no_cert_sign_ca "/CN=No certificates" no_cert_sign root
issue no_cert_sign_device "/CN=no certificates" device no_cert_sign_ca
issue name_constraints_ca "/CN=Constrained" name_constraints root
issue name_constraints_server "/CN=constrained" server name_constraints_ca
issue client_only_ca "/CN=Clients" client_only_ca root
issue client_only_server "/CN=server below clients" server client_only_ca
issue expired_ca "/CN=Expired CA" deep root 20250101000000Z 20260101000000Z
issue expired_ca_device "/CN=below expired" device expired_ca
rsa "$work/rsa_root.key" 2048
issue rsa_root "/CN=RSA root" root self
issue rsa_device "/CN=rsa" device rsa_root
SIGNING="-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest"
issue pss_device "/CN=pss" device rsa_root
SIGNING=

# --- revocation lists
crl() { openssl ca -config "$work/ca.cnf" -gencrl -crlexts crl -cert "$2.pem" -keyfile "$work/$2.key" -md sha256 \
  -crl_lastupdate "$3" -crl_nextupdate "$4" -out "$1.pem" 2>/dev/null; }
cp "$work/index" "$work/index.all"
: > "$work/index"
crl crl_root_empty root 20260101000000Z 20450101000000Z
crl crl_empty issuing 20260101000000Z 20450101000000Z
crl crl_empty_stale issuing 20250101000000Z 20260101000000Z
cp "$work/index.all" "$work/index"
openssl ca -config "$work/ca.cnf" -revoke revoked.pem -crl_reason keyCompromise -cert issuing.pem -keyfile "$work/issuing.key" 2>/dev/null
sed -i "s/^\(R\t[^\t]*\t\)[0-9]*Z/\1260301120000Z/" "$work/index"
crl crl_revoked issuing 20260401000000Z 20450101000000Z
crl crl_revoked_stale issuing 20260401000000Z 20260501000000Z
crl crl_other_revoked other_issuing 20260401000000Z 20450101000000Z
openssl crl -in crl_revoked.pem -outform DER -out crl_revoked.der

# --- certification requests
cat > "$work/req.cnf" <<CNF
[req]
distinguished_name = dn
prompt = no
req_extensions = names
[dn]
CN = abcdefghijklmnopqrstuvwxyz
[names]
subjectAltName = URI:urn:anchord:fleet:abcdefghijklmnopqrstuvwxyz, DNS:gateway.example
CNF
openssl req -new -config "$work/req.cnf" -key p256_key.pem -out request.pem
openssl req -new -config "$work/req.cnf" -key rsa2048_key.pem -out request_rsa.pem
openssl req -new -config "$work/ca.cnf" -key p384_key.pem -subj "/CN=plain" -out request_plain.pem

# --- first inputs for the fuzz targets
corpus=../../fuzz/crypto/corpus
mkdir -p "$corpus/certificate" "$corpus/certificate_request" "$corpus/crl"
for name in root server device endorsement pss_device unknown_critical; do
  openssl x509 -in $name.pem -outform DER -out "$corpus/certificate/$name"
done
for name in request request_rsa request_plain; do openssl req -in $name.pem -outform DER -out "$corpus/certificate_request/$name"; done
for name in crl_revoked crl_empty; do openssl crl -in $name.pem -outform DER -out "$corpus/crl/$name"; done
