// A real issuer on a loopback port, and a `local` that takes its tokens. Whoever names an address at the issuer is signed in as
// its owner; everything is in memory.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import Provider from "oidc-provider";
import { serveBuilt } from "./page.mjs";
import { startLocal } from "./program.mjs";

export const CLIENT = "tactful-page";

async function listening(server, port = 0) {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return server.address().port;
}

async function freePort() {
    const server = createServer();
    const port = await listening(server);
    server.close();
    await once(server, "close");
    return port;
}

const FORM = `<!doctype html><title>Issuer</title><form method="post"><label>Account <input name="account"></label>
    <button name="answer" value="yes">Continue</button> <button name="answer" value="no">Refuse</button></form>`;

const LOGOUT = `<button name="logout" value="yes" form="op.logoutForm">End the session</button>`;

/** The parts of the issuer that tests change while it runs. */
const USUAL = { seconds: 3600, refreshes: true, verified: true, back: (parameters) => parameters };

/** The address to which the issuer sends people back, with other parameters. */
function changed(address, back) {
    const url = new URL(address);
    back(url.searchParams);
    return url.href;
}

/** An issuer that knows the page at `page` as its client. */
async function startIssuer(page) {
    const is = { ...USUAL };
    const server = createServer();
    const port = await listening(server);
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = { ...privateKey.export({ format: "jwk" }), kid: "test", use: "sig", alg: "RS256" };
    const url = `http://127.0.0.1:${port}`;
    const provider = new Provider(url, {
        clients: [{
            client_id: CLIENT,
            token_endpoint_auth_method: "none",
            grant_types: ["authorization_code", "refresh_token"],
            redirect_uris: [`${page}/`],
            post_logout_redirect_uris: [`${page}/`],
        }],
        jwks: { keys: [key] },
        claims: { email: ["email", "email_verified"], openid: ["sub"] },
        conformIdTokenClaims: false,
        clientBasedCORS: (_context, origin) => origin === page,
        cookies: { keys: ["test"] },
        features: {
            devInteractions: { enabled: false },
            revocation: { enabled: true, allowedPolicy: () => true },
            rpInitiatedLogout: { logoutSource: (context, form) => { context.body = `<!doctype html><title>Issuer</title>${form}${LOGOUT}`; } },
        },
        findAccount: (_context, email) => ({
            accountId: email,
            claims: () => ({ sub: email, email, email_verified: is.verified }),
        }),
        interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
        issueRefreshToken: () => is.refreshes,
        loadExistingGrant: async ({ oidc }) => {
            const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
            grant.addOIDCScope("openid email offline_access");
            await grant.save();
            return grant;
        },
        renderError: (context, out) => { context.body = `Error: ${out.error} ${out.error_description}`; },
        ttl: { IdToken: () => is.seconds, AccessToken: () => is.seconds, RefreshToken: 86400, Session: 86400, Grant: 86400, Interaction: 600 },
    });
    const requests = [];
    provider.on("server_error", (_context, error) => console.error(error));
    server.on("request", async (request, response) => {
        requests.push(`${request.method} ${request.url}`);
        const setHeader = response.setHeader.bind(response);
        response.setHeader = (name, value) => {
            const isBack = name.toLowerCase() === "location" && String(value).startsWith(`${page}/?`);
            return setHeader(name, isBack ? changed(value, is.back) : value);
        };
        if (!request.url.startsWith("/interaction/")) return provider.callback()(request, response);
        if (request.method === "GET") return response.setHeader("content-type", "text/html").end(FORM);
        let body = "";
        for await (const part of request) body += part;
        const form = new URLSearchParams(body);
        const refused = { error: "access_denied", error_description: "You chose not to <sign in>." };
        const result = form.get("answer") === "yes" ? { login: { accountId: form.get("account") } } : refused;
        await provider.interactionFinished(request, response, result);
    });
    const stop = () => { server.close(); server.closeAllConnections(); };
    return { url, is, requests, stop, reset: () => Object.assign(is, USUAL) };
}

/** A `local` whose callers sign in at an issuer of its own, by tokens for `audience`. */
export async function startBoth(audience = CLIENT) {
    const port = await freePort();
    const issuer = await startIssuer(`http://127.0.0.1:${port}`);
    const options = ["--jwt-issuer", issuer.url, "--jwt-audience", audience, "--page-client-id", CLIENT];
    const local = await startLocal(options, port);
    return { issuer, local, stop: () => { local.stop(); issuer.stop(); } };
}

/** A page of `both` that notes what it must not do: errors, violations of its policy, requests to anywhere else. */
export async function openAt({ issuer, local }, browser, options = {}) {
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 }, ...options });
    await serveBuilt(context, local.url);
    const page = await context.newPage();
    const [faults, requests, lines] = [[], [], []];
    context.on("console", (line) => {
        lines.push(line.text());
        // A refused request is told by the page, and the browser logs it too.
        if (line.type() === "error" && !/Failed to load resource/.test(line.text())) faults.push(line.text());
    });
    context.on("weberror", (error) => faults.push(String(error.error())));
    context.on("request", (request) => {
        requests.push(request);
        const known = [`${local.url}/`, `${issuer.url}/`, "data:", "about:"];
        if (!known.some((start) => request.url().startsWith(start))) faults.push(`a request to ${request.url()}`);
    });
    return { page, context, faults, requests, lines, check: () => assert.deepEqual(faults, []) };
}

/** Begins to sign in on the page, and goes through the issuer's form as the owner of that address. */
export async function signInAs(page, { local }, email, hash = "") {
    await page.goto(`${local.url}/${hash}`);
    await page.locator("main.sign-in button.primary").click();
    await answerForm(page, email);
}

export async function answerForm(page, email) {
    await page.getByLabel("Account").fill(email);
    await page.getByRole("button", { name: "Continue" }).click();
}

/** Signs in somebody whom nobody knows yet, and adds them. */
export async function join(page, both, email, hash = "") {
    await signInAs(page, both, email, hash);
    await page.getByLabel("Name").fill("Ana");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.locator("main.calendar").waitFor();
}

/** A `local` that signs tokens itself. */
export function startDev() {
    return startLocal(["--auth", "dev"]);
}
