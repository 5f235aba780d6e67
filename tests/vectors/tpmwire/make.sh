#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the files beside it anew, with swtpm and tpm2-tools (5.4 when they were made): ./make.sh
#   NAME.pub NAME.name NAME.qname   TPM2B_PUBLIC, Name and Qualified Name of a key that the TPM made
#   AK.KIND.attest AK.KIND.sig      TPMS_ATTEST and TPMT_SIGNATURE; KIND is quote, certify, time or nv
#   quote.pcrs                      "bank index hex" a line: the registers as they were
#   nv.pub                          "Name in hex" of the counter that AK.nv.attest is about
#   policies.txt                    "name hex": what trial sessions of the TPM hold after the commands that the name says
#   authority.pem authority.name    an authority's public key and its Name as an external object
#   parent.qname                    Qualified Name of the storage root key above all AKs and device keys
set -eu
out=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
tpm=
trap '[ -z "$tpm" ] || kill "$tpm"; rm -rf "$work"' EXIT
cd "$work"
mkdir state
swtpm_setup --tpm2 --tpmstate "$work/state" --pcr-banks sha1,sha256,sha384 --runas "$(id -un)" >/dev/null
swtpm socket --tpm2 --tpmstate "dir=$work/state" --server "type=unixio,path=$work/sock" --ctrl "type=unixio,path=$work/sock.ctrl" \
    --flags not-need-init,startup-clear >/dev/null 2>&1 &
tpm=$!
while [ ! -S sock.ctrl ]; do sleep 0.1; done
export TPM2TOOLS_TCTI="swtpm:path=$work/sock"
flush() { tpm2_flushcontext -t; tpm2_flushcontext -l; tpm2_flushcontext -s; }
describe() { tpm2_readpublic -Q -c "$1" -f tss -o "$out/$2.pub" -n "$out/$2.name" -q "$out/$2.qname"; flush; }
hex() { od -An -v -tx1 "$1" | tr -d ' \n'; }

# Endorsement keys of the low range by the tools; P-384 of the high range from its policy.
tpm2_createek -Q -G rsa -c ek_rsa.ctx; describe ek_rsa.ctx ek_rsa2048
tpm2_createek -Q -G ecc -c ek_ecc.ctx; describe ek_ecc.ctx ek_p256
printf 'b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419cacb47ba09699646150f9fc000f3f80e12' | xxd -r -p > policy_b.384
tpm2_createprimary -Q -C e -g sha384 -G ecc384:null:aes256cfb -L policy_b.384 -c ek_384.ctx \
    -a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|adminwithpolicy|restricted|decrypt'
describe ek_384.ctx ek_p384

# The owner's storage root, attestation keys, and one device key that only a policy can use.
root='fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|decrypt'
printf '\040\000' > unique && head -c 32 /dev/zero >> unique && printf '\040\000' >> unique && head -c 32 /dev/zero >> unique
tpm2_createprimary -Q -C o -g sha256 -G ecc256:null:aes128cfb -a "$root" -u unique -c srk.ctx; describe srk.ctx srk
cp "$out/srk.qname" "$out/parent.qname"
signing='fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|sign'
make_key() {  # NAME HASH ALGORITHM ATTRIBUTES [POLICY]
    tpm2_create -Q -C srk.ctx -g "$2" -G "$3" -a "$4" ${5:+-L "$5"} -u "$1.pub" -r "$1.prv"; flush
    tpm2_load -Q -C srk.ctx -u "$1.pub" -r "$1.prv" -c "$1.ctx"; flush
    describe "$1.ctx" "$1"
}
make_key ak_p256 sha256 ecc256:ecdsa-sha256:null "$signing"
make_key ak_p384 sha384 ecc384:ecdsa-sha384:null "$signing"
make_key ak_rsa2048 sha256 rsa2048:rsassa-sha256:null "$signing"
make_key ak_rsa2048pss sha256 rsa2048:rsapss-sha256:null "$signing"

openssl ecparam -name prime256v1 -genkey -noout -out authority.key
openssl ec -in authority.key -pubout -out "$out/authority.pem" 2>/dev/null
tpm2_loadexternal -Q -C n -G ecc256:null:null -a 'userwithauth|sign' -u "$out/authority.pem" -c authority.ctx -n "$out/authority.name"; flush
printf 'device-id-of-this-test' > ref

tpm2_nvdefine -Q -C o -s 8 -a 'nt=counter|ownerread|ownerwrite|authread|authwrite|no_da' 0x01801000
tpm2_nvincrement -Q -C o 0x01801000
tpm2_nvreadpublic 0x01801000 | sed -n 's/^ *name: //p' | tr -d '\n' > "$out/nv.pub"
tpm2_nvread -Q -C o -s 8 0x01801000 -o counter

# Trial sessions. Each policy begins anew; what it is made of stands in its name.
: > "$out/policies.txt"
begin() { flush; tpm2_startauthsession -S session.ctx "${1:--gsha256}"; }
end() { printf '%s %s\n' "$1" "$(hex policy)" >> "$out/policies.txt"; }
for alg in sha256 sha384; do
    begin -g$alg; tpm2_policysecret -Q -S session.ctx -c e -L policy >/dev/null; end $alg.secret_endorsement; cp policy a.$alg
    begin -g$alg; tpm2_policycommandcode -Q -S session.ctx -L policy TPM2_CC_Certify; end $alg.command_code_certify; cp policy b.$alg
    begin -g$alg; tpm2_policyor -Q -S session.ctx -L policy $alg:a.$alg,b.$alg; end $alg.or_secret_certify
    begin -g$alg; tpm2_policyauthvalue -Q -S session.ctx -L policy; end $alg.auth_value
    begin -g$alg; tpm2_policypcr -Q -S session.ctx -L policy -l sha256:0,1,7,23+sha1:3; end $alg.pcr_zero_sha256_0_1_7_sha1_3
    begin -g$alg; tpm2_policyauthorize -Q -S session.ctx -L policy -q ref -n "$out/authority.name"; end $alg.authorize
    tpm2_policynv -Q -S session.ctx -C o -L policy -i counter 0x01801000 eq; end $alg.authorize_then_nv_counter_eq
    begin -g$alg; tpm2_policycountertimer -Q -S session.ctx -L policy --ule clock=1000000000; end $alg.clock_at_most_1000000000
done

flush
# Device key of the policy that begins with the authority and ends with the counter.
sed -n 's/^sha256.authorize_then_nv_counter_eq //p' "$out/policies.txt" | xxd -r -p > device.policy
make_key device_p256 sha256 ecc256:null:null 'fixedtpm|fixedparent|sensitivedataorigin|noda|sign' device.policy

# Statements of each attestation key. PCR 16 is not zero.
tpm2_pcrextend "16:sha256=$(printf '%064d' 16),sha384=$(printf '%096d' 16)"
extra=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
for ak in ak_p256 ak_p384 ak_rsa2048 ak_rsa2048pss; do
    case $ak in ak_p384) hash=sha384 ;; *) hash=sha256 ;; esac
    case $ak in *pss) scheme=rsapss ;; *rsa*) scheme=rsassa ;; *) scheme=ecdsa ;; esac
    tpm2_quote -Q -c $ak.ctx -g $hash --scheme $scheme -l sha256:0,7,16+sha384:16 -q $extra -m "$out/$ak.quote.attest" -s "$out/$ak.quote.sig"; flush
    tpm2_gettime -Q -c $ak.ctx -g $hash --scheme $scheme -q $extra --attestation "$out/$ak.time.attest" -o "$out/$ak.time.sig"; flush
    tpm2_certify -Q -C $ak.ctx -c device_p256.ctx -g $hash --scheme $scheme -o "$out/$ak.certify.attest" -s "$out/$ak.certify.sig"; flush
    tpm2_nvcertify -Q --size 8 -C $ak.ctx -c o -g $hash --scheme $scheme -q $extra -o "$out/$ak.nv.sig" --attestation "$out/$ak.nv.attest" 0x01801000; flush
done
tpm2_pcrread sha256:0,7,16+sha384:16 | sed 's/:/ /' |
    awk '$1 ~ /^sha/ {bank = $1} $2 ~ /^0x/ {print bank, $1, tolower(substr($2, 3))}' > "$out/quote.pcrs"
chmod 644 "$out"/*.*
chmod 755 "$out/make.sh"
