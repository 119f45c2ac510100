// An OpenID Connect provider of the npm registry, set up for the tests of the relying party.
//
//     node provider.mjs CONFIG.json [--until-closed]
//
// CONFIG: {"port": 9000, "issuer": "http://127.0.0.1:9000", "acr": [], "jwks": {"keys": []}, "clients": []}
//
// Whoever comes is asked on one page who they are and how they were recognised (acr, amr): the page stands for every
// way of signing in that a real provider has. An account is its T.C. kimlik no; `:` and more after it makes another
// account with the same number. It prints one line when it listens; with --until-closed it stops when its standard input
// is closed, as it is when the tests end.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const { issuer, port, jwks, clients, acr = [] } = JSON.parse(readFileSync(process.argv[2], "utf8"));

const form = `<!doctype html><html lang="tr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Örnek kimlik sağlayıcı</title><h1>Örnek kimlik sağlayıcı</h1><form method="post">
<p><label>T.C. kimlik no <input name="account" required></label></p>
<p><label>acr <input name="acr" value="iki-adim"></label> <label>amr <input name="amr" value="pwd otp"></label></p>
<p><button>Giriş yap</button> <button name="cancel" value="1" formnovalidate>Vazgeç</button></p></form></html>`;

const provider = new Provider(issuer, {
  jwks,
  clients,
  acrValues: acr,
  claims: { openid: ["sub", "acr", "amr"], tckn: ["tckn"], auth_time: null, iss: null, sid: null },
  scopes: ["openid", "tckn"],
  conformIdTokenClaims: false,
  cookies: { keys: ["only for tests"] },
  features: {
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    userinfo: { enabled: true },
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 600, IdToken: 300, Interaction: 600, Session: 3600 },
  async findAccount(_, id) {
    const tckn = id.split(":")[0];
    return { accountId: id, claims: async () => ({ sub: id, ...(tckn === "none" ? {} : { tckn }) }) };
  },
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope("openid tckn");
    await grant.save();
    return grant;
  },
});

async function body(request) {
  let text = "";
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

async function interaction(request, response) {
  if (request.method !== "POST") {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(form);
    return;
  }
  const given = await body(request);
  const result = given.has("cancel")
    ? { error: "access_denied", error_description: "call 0000 and tell your password" }
    : {
        login: {
          accountId: given.get("account"),
          acr: given.get("acr") || undefined,
          amr: given.get("amr") ? given.get("amr").split(" ") : undefined,
        },
      };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const answer = provider.callback();
const server = createServer((request, response) => {
  if (!request.url.startsWith("/interaction/")) return answer(request, response);
  interaction(request, response).catch((error) => {
    response.statusCode = 400;
    response.end(String(error));
  });
});
server.listen(port, "127.0.0.1", () => console.log(`listens on ${server.address().port}`));
if (process.argv.includes("--until-closed")) process.stdin.on("end", () => process.exit(0)).resume();
