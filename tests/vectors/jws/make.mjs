// SPDX-License-Identifier: Apache-2.0
// Makes jose.json with the npm package `jose`, an implementation that is not ours:
//   cd "$(mktemp -d)" && npm install jose@5.9.6 && cp .../tests/vectors/jws/make.mjs . && node make.mjs > jose.json
// The keys are new in each run, so every run makes other vectors of the same cases.
import { CompactSign, GeneralSign, exportSPKI, exportJWK, generateKeyPair } from 'jose';

const payload = new TextEncoder().encode('{"kind":"vector","umlaut":"ä"}');
const typ = 'anchor-vector+jws';
const keys = {};
const pairs = {};
for (const [kid, alg] of [['p256', 'ES256'], ['p384', 'ES384'], ['rsa', 'RS256'], ['other', 'ES256'], ['pss', 'PS256'], ['p521', 'ES512']]) {
    const pair = await generateKeyPair(alg, { extractable: true });
    pairs[kid] = { alg, key: pair.privateKey, jwk: await exportJWK(pair.publicKey) };
    if (!['pss', 'p521'].includes(kid)) keys[kid] = await exportSPKI(pair.publicKey);
}

const compact = (kid, header = {}, content = payload) =>
    new CompactSign(content).setProtectedHeader({ alg: pairs[kid].alg, kid, typ, ...header })
        .sign(pairs[kid].key, { crit: { 'anchor-extension': true } });
const general = async (entries) => {
    const signer = new GeneralSign(payload);
    for (const { kid, header = {}, unprotected } of entries) {
        const one = signer.addSignature(pairs[kid].key, { crit: { b64: true } });
        const whole = { alg: pairs[kid].alg, kid, typ, ...header };
        for (const name of unprotected ?? []) delete whole[name];
        one.setProtectedHeader(whole);
        if (unprotected) one.setUnprotectedHeader(Object.fromEntries(unprotected.map((name) => [name, name === 'alg' ? pairs[kid].alg : kid])));
    }
    return JSON.stringify(await signer.sign());
};

const accepted = [
    { name: 'compact ES256', jws: await compact('p256'), kids: ['p256'] },
    { name: 'compact ES384', jws: await compact('p384'), kids: ['p384'] },
    { name: 'compact RS256', jws: await compact('rsa'), kids: ['rsa'] },
    { name: 'an embedded jwk is not looked at', jws: await compact('p256', { jwk: pairs.p256.jwk, jku: 'https://example.invalid/keys' }), kids: ['p256'] },
    { name: 'general, three keys', jws: await general([{ kid: 'p256' }, { kid: 'p384' }, { kid: 'rsa' }]), kids: ['p256', 'p384', 'rsa'] },
    { name: 'general, one signature', jws: await general([{ kid: 'p384' }]), kids: ['p384'] },
    { name: 'general, one key twice', jws: await general([{ kid: 'p256' }, { kid: 'p256' }]), kids: ['p256'] },
];
const refused = [
    { name: 'PS256', jws: await compact('pss'), why: 'alg "PS256" is not accepted' },
    { name: 'ES512', jws: await compact('p521'), why: 'alg "ES512" is not accepted' },
    { name: 'crit', jws: await compact('p256', { crit: ['anchor-extension'], 'anchor-extension': true }), why: '"crit" names extensions' },
    { name: 'unencoded payload', jws: await general([{ kid: 'p256', header: { b64: false, crit: ['b64'] } }]), why: '"crit" names extensions' },
    { name: 'alg outside the protection', jws: await general([{ kid: 'p256', unprotected: ['alg'] }]), why: 'unprotected header' },
    { name: 'kid outside the protection', jws: await general([{ kid: 'p256', unprotected: ['kid'] }]), why: 'unprotected header' },
    { name: 'no typ', jws: await compact('p256', { typ: undefined }), why: '"typ" is missing' },
    { name: 'only an embedded key vouches', jws: await compact('other', { kid: 'unknown', jwk: pairs.other.jwk }), why: '"unknown": unknown key' },
    { name: 'signed by another key', jws: await compact('other', { kid: 'p256' }), why: 'without a valid signature' },
];
process.stdout.write(JSON.stringify({ tool: 'npm jose', typ, payload: new TextDecoder().decode(payload), keys, accepted, refused }, null, 1) + '\n');
