// Every view on phone, tablet and desktop, in both colour schemes and each language: axe finds nothing, nothing is wider than the
// screen, and it looks as it did. Hostile texts stay texts, and the page keeps to its budgets.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { audit } from "./audit.mjs";
import { book, enter, launch, open, person, picture, url } from "./page.mjs";
import { comparePicture } from "./pictures.mjs";
import { openForAna, VIEWS, WEEK } from "./views.mjs";

const SCREENS = { phone: { width: 320, height: 640 }, tablet: { width: 820, height: 1180 }, desktop: { width: 1280, height: 900 } };
const LANGUAGES = { "en-GB": Object.keys(SCREENS), "de-DE": ["phone", "desktop"], "ar-EG": ["phone", "desktop"] };
const HOSTILE = "<img src=x onerror=alert(1)>\"'`</script><script>alert(2)</script>{{7*7}}";

/** Which pictures are kept: each view twice, and what reads from right to left. All others are audited alone. */
const KEPT = [/^[a-z-]+-(phone-dark|desktop-light)$/, /^(week|details|find|settings)-desktop-light-ar$/];

/** What is longer than a screen. */
const LONG = ["find", "settings"];

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

async function look(page, view, screen, locale) {
    for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.locator(".progress").waitFor({ state: "detached" });
        const name = `${view}-${screen}-${colorScheme}${locale === "en-GB" ? "" : `-${locale.slice(0, 2)}`}`;
        await picture(page, name);
        if (KEPT.some((kept) => kept.test(name))) await comparePicture(page, name, { fullPage: LONG.includes(view) });
        await audit(page, name);
    }
}

for (const [locale, screens] of Object.entries(LANGUAGES)) {
    for (const screen of screens) {
        test(`every view on a ${screen} in ${locale}`, async () => {
            const { page, context, check } = await open(browser, { viewport: SCREENS[screen], locale });
            const people = await openForAna(page);
            assert.equal(await page.evaluate(() => document.documentElement.dir), locale === "ar-EG" ? "rtl" : "ltr");
            await look(page, "sign-in", screen, locale);
            await page.locator(".people button").first().click();
            for (const [view, show] of Object.entries(VIEWS)) {
                // A finger doesn't hover over a reminder.
                if (view === "reason" && screen !== "desktop") continue;
                await show(page, people);
                await look(page, view, screen, locale);
            }
            check();
            await context.close();
        });
    }
}

test("hostile texts are texts, and nothing is stored but ids", async () => {
    const mallory = await person("Mallory", "Europe/Madrid", { name: HOSTILE });
    await book(mallory, "2035-12-04T10:00", "2035-12-04T11:00", { title: HOSTILE, location: HOSTILE, description: HOSTILE });
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
