// A browser beside a running `local`, for every test. TACTFUL is where it answers; CHROMIUM is a browser; with ASSETS=built the
// page is taken from ../assets instead of from the program, so that a change is seen without compiling it.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { chromium } from "playwright-core";

export const url = process.env.TACTFUL ?? "http://127.0.0.1:3000";
const names = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env.CHROMIUM ?? names.find((name) => existsSync(name));
const assets = new URL("../../assets/", import.meta.url);

export function launch(env = {}) {
    // A page that a test supplies is from nowhere, and Chromium keeps such pages away from issuers on this machine.
    const more = process.env.ASSETS === "built" ? ["--disable-features=LocalNetworkAccessChecks"] : [];
    return chromium.launch({ executablePath, args: ["--no-sandbox", ...more], env: { ...process.env, ...env } });
}

/** A page that fails the test on errors of the console, on violations of the policy and on requests to other hosts. */
export async function open(browser, options = {}) {
    const context = await browser.newContext({ locale: "en-GB", timezoneId: "Pacific/Auckland", viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    // As on a phone, or a machine with other work: how many times slower.
    const slow = Number(process.env.SLOW ?? 1);
    if (slow > 1) await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: slow });
    const faults = [];
    page.on("console", (line) => {
        // A refused request is told by the page, and the browser logs it too.
        if (line.type() === "error" && !/Failed to load resource/.test(line.text())) faults.push(line.text());
    });
    page.on("pageerror", (error) => faults.push(String(error.stack ?? error)));
    page.on("request", (request) => {
        if (!request.url().startsWith(url) && !request.url().startsWith("data:")) faults.push(`a request to ${request.url()}`);
    });
    await serveBuilt(context, url);
    return { page, context, faults, check: () => assert.deepEqual(faults, []) };
}

/** With ASSETS=built, the page of the program at `url` is what is in ../assets, for whoever signs in as the program says. */
export async function serveBuilt(context, url) {
    if (process.env.ASSETS !== "built") return;
    await context.route((address) => address.href.startsWith(`${url}/`) && address.pathname === "/", async (route) => {
        const answer = await route.fetch();
        const html = await readFile(new URL("index.html", assets), "utf8");
        const attributes = /data-sign-in=.*(?=>)/.exec(await answer.text())[0];
        await route.fulfill({ response: answer, body: html.replace(/data-sign-in=.*(?=>)/, attributes) });
    });
    await context.route(`${url}/app/*`, async (route) => {
        // By its kind: after a redirect the page itself is the program's, and names the program's files.
        const kind = new URL(route.request().url()).pathname.split(".").at(-1);
        const name = (await readdir(assets)).find((name) => name.endsWith(`.${kind}`));
        const contentType = kind === "css" ? "text/css" : "text/javascript";
        await route.fulfill({ body: await readFile(new URL(name, assets)), contentType });
    });
}

/** Calls the API itself. */
export async function api(method, path, body, headers = {}) {
    const answer = await fetch(url + path, { method, body: body && JSON.stringify(body), headers });
    const json = await answer.json();
    assert(answer.ok, `${method} ${path}: ${answer.status} ${JSON.stringify(json)}`);
    return json;
}

let people = 0;

/** A new person with an address of their own. */
export async function person(name, timezone, more = {}) {
    people += 1;
    const email = `${name.toLowerCase().replace(/\W/g, "")}.${Date.now()}.${process.pid}.${people}@example.com`;
    return api("POST", "/api/create_user", { email, name, timezone, ...more });
}

export function book(creator, start, end, more = {}) {
    return api("POST", "/api/create_meeting", {
        creator_id: creator.user_id, start_time: start, end_time: end, time_zone: creator.timezone, participants: [], ...more,
    });
}

/** Opens the page as somebody. */
export async function enter(page, user, hash = "") {
    await page.goto(`${url}/${hash}`);
    await page.getByRole("textbox", { name: "E-mail address" }).first().fill(user.email);
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.locator("main.calendar, main#main:not(.sign-in)").waitFor();
}

/** Opens a view as somebody, whatever the language. */
export async function enterIn(page, user, view) {
    await page.addInitScript((id) => sessionStorage.setItem("people", JSON.stringify([id])), user.user_id);
    await page.goto(`${url}/#${view}`);
    await page.locator(".people button").first().click();
}

/** Writes a screenshot where SCREENSHOTS says. */
export async function picture(page, name) {
    const folder = process.env.SCREENSHOTS;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: `${folder}/${name}.png` });
}

/** Waits until the answer is the expected one. What an action causes is never asserted at once: it may come a moment later. */
export async function until(question, expected) {
    for (let attempt = 0; ; attempt++) {
        const answer = await question();
        if (attempt > 240) assert.deepEqual(answer, expected);
        if (JSON.stringify(answer) === JSON.stringify(expected)) return;
        await new Promise((done) => setTimeout(done, 50));
    }
}
