// What can go wrong at a real issuer, in plain words; and how the page of a sign-in looks in every language.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { audit } from "./audit.mjs";
import { answerForm, openAt, signInAs, startBoth } from "./issuer.mjs";
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

const NOT_BEGUN = "This sign-in didn't begin in this tab, or it was used already. Sign in again.";
const UNEXPECTED = "The sign-in failed: its answer isn't what it should be. Sign in again.";

/** The tokens that were asked for. */
const exchanges = (requests) => requests.filter((request) => request.url() === `${both.issuer.url}/token`);

test("an answer that nobody asked for is not used, and nothing of it is shown", async () => {
    const { page, requests, check } = await openAt(both, browser);
    for (const query of ["code=stolen&state=guess", "error=x&error_description=Call+0900&state=guess"]) {
        await page.goto(`${both.local.url}/?${query}`);
        await page.getByText(NOT_BEGUN).waitFor();
        assert.equal(page.url(), `${both.local.url}/`);
        assert(!(await page.content()).includes("0900"));
    }
    assert.equal(exchanges(requests).length, 0);
    check();
});

test("an answer with another state, of another issuer or with a used code signs nobody in", async () => {
    const { page, requests, check } = await openAt(both, browser);
    const changes = [
        [(parameters) => parameters.set("state", "another"), NOT_BEGUN],
        // Of an issuer that mixes itself in (RFC 9207).
        [(parameters) => parameters.set("iss", "https://evil.example"), UNEXPECTED],
        [(parameters) => parameters.delete("iss"), UNEXPECTED],
    ];
    for (const [change, said] of changes) {
        await page.context().clearCookies();
        both.issuer.is.back = change;
        await signInAs(page, both, "ana@example.com");
        await page.getByText(said).waitFor();
        assert.equal(page.url(), `${both.local.url}/`);
        assert.equal(await page.evaluate(() => JSON.stringify({ ...sessionStorage })), "{}");
    }
    assert.equal(exchanges(requests).length, 0);

    both.issuer.is.back = (parameters) => parameters.set("code", "used");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The sign-in failed: grant request is invalid").waitFor();
    // The way back through the history finds no code either.
    await page.reload();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
    check();
});

test("a token that answers another sign-in is not taken", async () => {
    const { page, requests, check } = await openAt(both, browser);
    // The nonce of the request is another than the one that the page kept.
    await page.route((url) => url.href.startsWith(`${both.issuer.url}/auth?`), (route) => {
        const url = new URL(route.request().url());
        url.searchParams.set("nonce", "another");
        return route.fulfill({ status: 302, headers: { location: url.href } });
    }, { times: 1 });
    await signInAs(page, both, "ana@example.com");
    await page.getByText(UNEXPECTED).waitFor();
    assert.equal(exchanges(requests).length, 1);
    assert(requests.every((request) => request.headers()["authorization"] === undefined));
    check();
});

for (const [locale, refused] of [
    ["en-GB", "The sign-in was cancelled or refused: You chose not to <sign in>."],
    ["de-DE", "Die Anmeldung wurde abgebrochen oder abgelehnt: You chose not to <sign in>."],
    ["ar-EG", "أُلغي تسجيل الدخول أو رُفض: \u2068You chose not to <sign in>.\u2069"],
]) {
    for (const [width, height] of [[320, 700], [1280, 900]]) {
        test(`in ${locale} at ${width} px: what the issuer refuses is said, in both colour schemes`, async () => {
            const { page, context, check } = await openAt(both, browser, { locale, viewport: { width, height } });
            const fits = async () => assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
            await page.goto(`${both.local.url}/`);
            await page.locator("main.sign-in button.primary").click();
            await page.getByRole("button", { name: "Refuse" }).click();
            await page.getByText(refused).waitFor();
            for (const colorScheme of ["light", "dark"]) {
                await page.emulateMedia({ colorScheme });
                await audit(page);
                await fits();
                await picture(page, `oidc-refused-${locale}-${width}-${colorScheme}`);
            }
            // The bar has another way out than where nobody signs in.
            await page.locator("main.sign-in button.primary").click();
            await answerForm(page, `${locale}.${width}@example.com`);
            await page.locator("input[readonly]").waitFor();
            await audit(page);
            await fits();
            await page.locator("input:not([readonly], [type=time])").first().fill("Ana");
            await page.locator("button[type=submit]").click();
            await page.locator("main.calendar").waitFor();
            await audit(page);
            await fits();
            await picture(page, `oidc-bar-${locale}-${width}`);
            check();
            await context.close();
        });
    }
}

test("a clock that is wrong is named", async () => {
    const { page, check } = await openAt(both, browser);
    await page.clock.setFixedTime(Date.now() + 3 * 3600_000);
    await signInAs(page, both, "ana@example.com");
    await page.getByText("because the clock of this device is wrong").waitFor();
    check();
});

test("an address that the issuer doesn't vouch for is told, with a way out", async () => {
    const { page, check } = await openAt(both, browser);
    both.issuer.is.verified = false;
    await signInAs(page, both, "unverified@example.com");
    await page.getByRole("alert").waitFor();
    assert.match(await page.getByRole("alert").textContent(), /verified/);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "End the session" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    check();
});

test("an API that takes no token of the page says why, and doesn't ask again", async () => {
    const other = await startBoth("somebody-else");
    const { page, check } = await openAt(other, browser);
    try {
        await signInAs(page, other, "ana@example.com");
        await page.getByText("The service doesn't accept this sign-in: The token is for another audience.").waitFor();
        assert.equal(await page.getByRole("dialog").count(), 0);
        check();
    } finally {
        other.stop();
    }
});

test("an issuer that doesn't answer is told, before and after the way there", async () => {
    const { page, check } = await openAt(both, browser);
    const gone = new RegExp(`^${both.issuer.url}/(token|\\.well-known)`);
    await page.goto(`${both.local.url}/`);
    await page.route(gone, (route) => route.abort(), { times: 1 });
    await page.getByRole("button", { name: "Sign in" }).click();
    const said = page.getByText(`${new URL(both.issuer.url).host} can't be reached. Try again later.`);
    await said.waitFor();
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Account").waitFor();
    await page.route(gone, (route) => route.abort());
    await answerForm(page, "ana@example.com");
    await said.waitFor();
    await page.unroute(gone);
    // Neither does the API: the code was used, the sign-in holds.
    await page.route(/\/api\/users\/me/, (route) => route.abort(), { times: 1 });
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The service can't be reached.").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "You have no calendar here yet" }).waitFor();
    check();
});
