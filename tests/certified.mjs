// The certified OpenID provider `oidc-provider`, as an office would run it for one desktop program.
// Arguments: the folder of npm's modules; claims by email address as JSON. Its address is the first line it prints.

import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const [modules, people] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`));
const claims = JSON.parse(people);
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

const configuration = {
  clients: [
    {
      client_id: 'tagdrop',
      client_secret: 'known-to-every-desktop',
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['http://127.0.0.1/'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  claims: { openid: ['sub', 'hd'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false, // without a userinfo request, as at Google
  cookies: { keys: ['of one test only'] },
  features: { revocation: { enabled: true } },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: id, email_verified: true, ...claims[id] }) }),
  jwks: { keys: [{ ...key, use: 'sig', alg: 'RS256', kid: 'first' }] },
  pkce: { required: () => true },
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.on('request', new Provider(issuer, configuration).callback());
  console.log(issuer);
});
process.stdin.on('end', () => process.exit()).resume(); // it ends with who started it
