// The page with a real issuer: who signs in, what is kept where, how a token is replaced, and how one leaves.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { audit } from "./audit.mjs";
import { answerForm, CLIENT, join, openAt, signInAs, startBoth, startDev } from "./issuer.mjs";
import { launch, picture } from "./page.mjs";

let browser;
let both;
before(async () => {
    [browser, both] = await Promise.all([launch(), startBoth()]);
});
afterEach(() => both.issuer.reset());
after(async () => {
    await browser.close();
    both.stop();
});

let people = 0;
const address = () => `ana.${people += 1}@example.com`;

/** What the browser keeps of the page. */
function kept(page) {
    return page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie]));
}

/** The tokens that the page sent to the API, in order. */
function tokensOf(requests) {
    const sent = requests.filter((request) => request.url().startsWith(both.local.url)).map((request) => request.headers()["authorization"]);
    return [...new Set(sent.filter((header) => header !== undefined).map((header) => header.replace("Bearer ", "")))];
}

async function newMeeting(page, title) {
    await page.keyboard.press("n");
    await page.getByLabel("Title").fill(title);
    await page.getByRole("button", { name: "Save" }).click();
}

/** From now on the API refuses the tokens that it was sent until now, as API Gateway refuses those that have ended. */
async function endTokens(page, requests) {
    const ended = requests.map((request) => request.headers()["authorization"]).filter((header) => header !== undefined);
    const headers = { "www-authenticate": 'Bearer scope="" error="invalid_token" error_description="the token has expired"' };
    await page.route(/\/api\//, (route) => (ended.includes(route.request().headers()["authorization"])
        ? route.fulfill({ status: 401, headers, json: { message: "Unauthorized" } })
        : route.fallback()));
}

test("somebody new signs in, adds themselves and books, and no token is kept or told", async () => {
    const { page, requests, lines, check } = await openAt(both, browser);
    const email = address();
    await signInAs(page, both, email, "#week/2035-12-04");
    await page.getByRole("heading", { name: "You have no calendar here yet" }).waitFor();
    assert.equal(await page.getByLabel("E-mail address").inputValue(), email);
    assert.equal(await page.getByLabel("E-mail address").getAttribute("readonly"), "");
    await picture(page, "oidc-new");
    await page.getByLabel("Name").fill("Ana");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.locator("main.calendar").waitFor();
    // The place that was left, and neither code nor state in the address or behind it.
    assert.equal(page.url(), `${both.local.url}/#week/2035-12-04`);
    await newMeeting(page, "Design review");
    await page.getByText("Design review is booked.").waitFor();
    await picture(page, "oidc-calendar");

    assert.equal(await kept(page), '[{},{},""]');
    const tokens = tokensOf(requests);
    assert.equal(tokens.length, 1);
    const told = [...requests.map((request) => request.url()), ...lines, both.local.output(), ...both.issuer.requests].join("\n");
    assert(!told.includes(tokens[0]));
    // The code came back once, in an address that was given away to nobody.
    const back = requests.filter((request) => request.url().startsWith(`${both.local.url}/?code=`));
    assert.equal(back.length, 1);
    const code = new URL(back[0].url()).searchParams.get("code");
    assert(!both.local.output().includes(code));
    assert(requests.every((request) => !(request.headers()["referer"] ?? "").includes(code)));
    const asked = new URL(requests.find((request) => request.url().startsWith(`${both.issuer.url}/auth?`)).url()).searchParams;
    assert.equal(asked.get("code_challenge_method"), "S256");
    assert.equal(asked.get("redirect_uri"), `${both.local.url}/`);
    check();
});

test("who has a calendar finds it by the token alone, also after the page is opened anew", async () => {
    const { page, requests, check } = await openAt(both, browser);
    const email = address();
    await join(page, both, email);
    await page.goto(`${both.local.url}/#list`);
    await page.reload();
    // The issuer still knows the browser, and asks nothing.
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator("main#main:not(.sign-in)").waitFor();
    assert.equal(page.url(), `${both.local.url}/#list`);
    assert(requests.some((request) => request.url() === `${both.local.url}/api/users/me`));
    check();
});

test("while the issuer gives a refresh token, nobody notices that a token ends", async () => {
    const { page, requests, check } = await openAt(both, browser);
    both.issuer.is.seconds = 2;
    await join(page, both, address());
    for (const view of ["List", "Week"]) {
        await page.waitForTimeout(both.issuer.is.seconds * 1000);
        const before = tokensOf(requests).length;
        const answer = page.waitForResponse((response) => response.url().includes("/meetings?"));
        await page.getByRole("link", { name: view, exact: true }).click();
        assert.equal((await answer).status(), 200);
        assert(tokensOf(requests).length > before, "another token");
    }
    // The one that the API refuses before its time, too.
    both.issuer.is.seconds = 3600;
    await endTokens(page, requests);
    await newMeeting(page, "Design review");
    await page.getByText("Design review is booked.").waitFor();
    const renewals = requests.filter((request) => request.postData()?.includes("grant_type=refresh_token"));
    assert(renewals.length >= 3);
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.equal(await kept(page), '[{},{},""]');
    check();
});

test("without a refresh token the page asks, and what was typed is saved after that", async () => {
    const { page, context, requests, check } = await openAt(both, browser);
    both.issuer.is.refreshes = false;
    const email = address();
    await join(page, both, email);
    await page.keyboard.press("n");
    await page.getByLabel("Title").fill("Long thought");
    await endTokens(page, requests);
    await page.getByRole("button", { name: "Save" }).click();
    const dialog = page.getByRole("dialog", { name: "Your sign-in has ended." });
    await dialog.waitFor();
    await picture(page, "oidc-again");
    await audit(page);

    // By keyboard. The issuer knows the browser, so that the window closes by itself.
    const opened = context.waitForEvent("page");
    await page.keyboard.press("Enter");
    const popup = await opened;
    if (!popup.isClosed()) await popup.waitForEvent("close");
    await page.getByText("Long thought is booked.").waitFor();
    await dialog.waitFor({ state: "detached" });
    assert.equal(await kept(page), '[{},{},""]');
    check();
});

test("the window takes no other account, and who doesn't sign in now keeps what was typed", async () => {
    const { page, context, requests, check } = await openAt(both, browser);
    both.issuer.is.refreshes = false;
    const email = address();
    await join(page, both, email);
    await page.keyboard.press("n");
    await page.getByLabel("Title").fill("Mine");
    await endTokens(page, requests);
    await page.getByRole("button", { name: "Save" }).click();
    const dialog = page.getByRole("dialog", { name: "Your sign-in has ended." });
    await dialog.waitFor();
    await context.clearCookies();
    const opened = context.waitForEvent("page");
    await dialog.getByRole("button", { name: "Sign in again" }).click();
    const popup = await opened;
    await answerForm(popup, "somebody.else@example.com");
    await dialog.getByText(`That was another account. Sign in as ${email}, or sign out first.`).waitFor();

    await dialog.getByRole("button", { name: "Not now" }).click();
    await page.locator(".meeting-form .error", { hasText: "Your sign-in has ended." }).waitFor();
    assert.equal(await page.getByLabel("Title").inputValue(), "Mine");
    // The same button tries again, and asks again.
    await page.getByRole("button", { name: "Try again" }).click();
    await dialog.waitFor();
    check();
});

test("a window that the browser blocks is told", async () => {
    const { page, requests, check } = await openAt(both, browser);
    both.issuer.is.refreshes = false;
    await join(page, both, address());
    await page.evaluate(() => { globalThis.open = () => null; });
    await endTokens(page, requests);
    await page.getByRole("link", { name: "List" }).click();
    await page.getByRole("button", { name: "Sign in again" }).click();
    await page.getByText("The browser blocked the window.").waitFor();
    check();
});

test("who signs out is signed out at the issuer too, and nothing of them is left", async () => {
    const { page, requests, check } = await openAt(both, browser);
    const email = address();
    await join(page, both, email, "#week/2035-12-04");
    await newMeeting(page, "Secret plan");
    await page.getByText("Secret plan is booked.").waitFor();
    // What could still be undone is saved before.
    await page.locator(".block button").first().click();
    await page.getByRole("button", { name: "Cancel the meeting" }).click();
    await page.getByText("Secret plan is cancelled.").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "End the session" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.equal(page.url(), `${both.local.url}/`);
    const [token] = tokensOf(requests);
    const window = new URLSearchParams({ start_time: "2035-12-01T00:00", end_time: "2035-12-31T00:00" });
    const listed = await fetch(`${both.local.url}/api/users/me/meetings?status=cancelled&${window}`, { headers: { authorization: `Bearer ${token}` } });
    assert.deepEqual((await listed.json()).meetings.map(({ title }) => title), ["Secret plan"]);
    const end = requests.find((request) => request.url().startsWith(`${both.issuer.url}/session/end?`));
    const said = new URL(end.url()).searchParams;
    assert.deepEqual([said.get("client_id"), said.get("post_logout_redirect_uri"), said.get("id_token_hint")], [CLIENT, `${both.local.url}/`, null]);
    assert(requests.every((request) => !request.url().includes(token)));
    assert(requests.some((request) => request.url() === `${both.issuer.url}/token/revocation`));
    assert(!(await page.content()).includes("Secret plan"));
    await page.goBack().catch(() => undefined);
    assert(!(await page.content()).includes("Secret plan"));
    // The issuer asks who it is again.
    await page.goto(`${both.local.url}/`);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Account").waitFor();
    check();
});

test("the page calls nobody but the API and the issuer", async () => {
    const { page, faults } = await openAt(both, browser);
    const answer = await page.goto(`${both.local.url}/`);
    const policy = answer.headers()["content-security-policy"];
    assert(policy.includes(`; connect-src 'self' ${both.issuer.url}; `), policy);
    assert.equal(answer.headers()["referrer-policy"], "no-referrer");
    const refused = await page.evaluate(() => fetch("http://127.0.0.1:9/").then(() => "sent", () => "refused"));
    assert.equal(refused, "refused");
    assert(faults.some((fault) => /Content Security Policy/.test(fault)), `${faults}`);
});

test("where local signs the tokens, the same question gets another one", async () => {
    const local = await startDev();
    const { page, requests, check } = await openAt({ issuer: local, local }, browser);
    try {
        await page.goto(`${local.url}/#week/2035-12-04`);
        await page.getByLabel("Name").fill("Dora");
        await page.getByLabel("E-mail address").last().fill("dora@example.com");
        await page.getByRole("button", { name: "Add", exact: true }).click();
        await page.locator("main.calendar").waitFor();
        await page.keyboard.press("n");
        await page.getByLabel("Title").fill("Kept");
        await endTokens(page, requests);
        await page.getByRole("button", { name: "Save" }).click();
        await page.getByRole("dialog", { name: "Your sign-in has ended." }).waitFor();
        // Two tokens of the same second are the same token, which is refused here.
        await page.waitForTimeout(1_100);
        await page.keyboard.press("Enter");
        await page.getByText("Kept is booked.").waitFor();
        check();
    } finally {
        local.stop();
    }
});
