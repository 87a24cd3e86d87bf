// Every view on phone, tablet and desktop, in both colour schemes and both directions: axe finds nothing, nothing is wider than
// the screen, hostile texts stay texts, and the page keeps to its budgets.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { api, book, enter, launch, open, person, picture, url } from "./page.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCREENS = { phone: { width: 320, height: 640 }, tablet: { width: 820, height: 1180 }, desktop: { width: 1280, height: 900 } };
const WEEK = "2026-11-30";
const HOSTILE = "<img src=x onerror=alert(1)>\"'`</script><script>alert(2)</script>{{7*7}}";

let browser;
let ana;
before(async () => {
    browser = await launch();
    const hours = { weekly: [{ days: ["mon", "tue", "wed", "thu", "fri"], start: "09:00", end: "17:30" }] };
    ana = await person("Ana", "Europe/Madrid", { dnd_start_time: "22:00", dnd_end_time: "07:00", working_hours: hours });
    const bo = await person("Bo", "Asia/Kolkata", { dnd_start_time: "22:30", dnd_end_time: "06:30" });
    const cy = await person("Cy", "Europe/London");
    const remind = { notification_interval: [1440, 60, 15] };
    await book(ana, "2026-12-01T10:00", "2026-12-01T11:00", { title: "Design review", participants: [bo.email], location: "Room 4", ...remind });
    await book(cy, "2026-12-01T09:30", "2026-12-01T11:00", { title: "Standup", participants: [ana.email] });
    await book(ana, "2026-12-02T07:30", "2026-12-02T08:15", { title: "Early breakfast", participants: [bo.email, cy.email] });
    await book(ana, "2026-12-03T23:30", "2026-12-04T01:30", { title: "Release night", participants: [bo.email] });
});
after(() => browser.close());

/** What axe finds by the rules of WCAG 2.2 AA. The page's own policy would refuse it as a script. */
async function audit(page, what) {
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
        const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
        const { violations } = await globalThis.axe.run(document, { runOnly: tags });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).slice(0, 3).join(" | ")}`);
    });
    assert.deepEqual(found, [], what);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert(wide <= 0, `${what} is ${wide} pixels wider than the screen`);
}

async function each(page, name, visit) {
    for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await visit();
        await picture(page, `${name}-${colorScheme}`);
        await audit(page, `${name} ${colorScheme}`);
    }
}

for (const [screen, viewport] of Object.entries(SCREENS)) {
    test(`on a ${screen}`, async () => {
        const { page, check } = await open(browser, { viewport });
        await page.goto(url);
        await page.getByRole("heading", { name: "Whose calendar?" }).waitFor();
        await each(page, `${screen}-sign-in`, async () => {});
        await enter(page, ana, `#week/${WEEK}`);
        await page.locator(".mark").first().waitFor();
        for (const view of ["Week", "Day", "List"]) {
            await page.getByRole("link", { name: view, exact: true }).click();
            await page.locator(".grid, .list-body").first().waitFor();
            await page.waitForTimeout(400);
            await each(page, `${screen}-${view.toLowerCase()}`, async () => {});
        }
        await page.getByRole("button", { name: /Early breakfast/ }).click();
        await page.locator(".timeline li").first().waitFor();
        await each(page, `${screen}-details`, async () => {});
        await page.getByRole("button", { name: "Change" }).click();
        await page.locator(".preview .timeline").first().waitFor();
        await each(page, `${screen}-form`, async () => {});
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
        await each(page, `${screen}-shortcuts`, async () => {});
        check();
    });
}

for (const locale of ["de-DE", "ar-EG"]) {
    test(`in ${locale}`, async () => {
        const { page, check } = await open(browser, { locale, viewport: SCREENS.desktop });
        await page.goto(`${url}/#week/${WEEK}`);
        await page.locator("input[type=email]").fill(ana.email);
        await page.keyboard.press("Enter");
        await page.locator(".mark").first().waitFor();
        await page.waitForTimeout(400);
        assert.equal(await page.evaluate(() => document.documentElement.dir), locale === "ar-EG" ? "rtl" : "ltr");
        await each(page, `week-${locale}`, async () => {});
        await page.locator(".block button").first().click();
        await page.locator(".timeline li").first().waitFor();
        await each(page, `details-${locale}`, async () => {});
        check();
    });
}

test("hostile texts are texts, and nothing is stored but ids", async () => {
    const mallory = await person("Mallory", "Europe/Madrid", { name: HOSTILE });
    await book(mallory, "2026-12-01T10:00", "2026-12-01T11:00", { title: HOSTILE, location: HOSTILE, description: HOSTILE });
    const { page, check } = await open(browser);
    const dialogs = [];
    page.on("dialog", (dialog) => { dialogs.push(dialog.message()); void dialog.dismiss(); });
    await enter(page, mallory, `#week/${WEEK}`);
    await page.locator(".block button b", { hasText: "<img src=x" }).waitFor();
    await page.locator(".block button").click();
    await page.locator(".timeline li").first().waitFor();
    await page.getByRole("button", { name: "Change" }).click();
    await page.locator(".preview .timeline").first().waitFor();
    assert.equal(await page.locator("img").count(), 0);
    assert.deepEqual(dialogs, []);
    const stored = await page.evaluate(() => ({ session: { ...sessionStorage }, local: { ...localStorage }, cookie: document.cookie }));
    assert.deepEqual(stored, { session: { people: JSON.stringify([mallory.user_id]) }, local: {}, cookie: "" });
    check();
});

test("it keeps to its budgets", async () => {
    const { page, check } = await open(browser);
    const before = [];
    let bytes = 0;
    page.on("request", (request) => { if (!request.url().startsWith("data:")) before.push(new URL(request.url()).pathname); });
    await page.goto(url, { waitUntil: "networkidle" });
    await page.getByRole("heading", { name: "Whose calendar?" }).waitFor();
    assert.equal(before.length, 3, `before the first paint: ${before}`);
    assert.deepEqual(before.map((path) => path.split(".").at(-1)).sort(), ["/", "css", "js"]);
    for (const path of before) {
        const answer = await fetch(url + path, { headers: { "accept-encoding": "gzip" } });
        bytes += Number(answer.headers.get("content-length"));
    }
    assert(bytes > 10_000 && bytes < 100_000, `${bytes} bytes`);
    console.log(`${bytes} bytes in ${before.length} requests`);
    check();
});
