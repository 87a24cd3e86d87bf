// Opens each page of `local` in a headless Chromium, on a phone and on a desk, in light and in dark, with
// mail, a reminder, a webhook and timers of two people on it. No page may say anything on the console, scroll
// to the side or have text that is hard to read. Then the pages have to refresh themselves, to fit mail into
// its frame, and to show one person's part.
//
// Usage: node check_looks.cjs URL CHROMIUM, with playwright-core in NODE_PATH. URL is where `local` answers.
// It takes three minutes, until a reminder is sent. With SCREENSHOTS, the pictures are written into that
// folder for people to look at.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");

const [url, executablePath] = process.argv.slice(2);
const folder = process.env.SCREENSHOTS;

const pages = { start: "/local", outbox: "/local/outbox", reminders: "/local/reminders", webhooks: "/local/webhooks", docs: "/api/docs" };
const [ana, bo] = ["ana.looks@example.com", "bo.looks@example.com"];

async function call(route, body) {
    const answer = await fetch(url + route, body && { method: "POST", body: JSON.stringify(body) });
    const answered = await answer.json();
    assert(answer.ok, `${route}: ${JSON.stringify(answered)}`);
    return answered;
}

// The time so many minutes from now, cut to the minute.
function minutesFromNow(minutes) {
    return new Date((Math.floor(Date.now() / 60000) + minutes) * 60000).toISOString().slice(0, 16) + "Z";
}

// Ana meets Bo in four minutes, and again in a week. The invitations come in the minute after the next, which
// is why the reminder has a later one: otherwise the invitation would stand in for it.
async function seed() {
    const awake = { dnd_start_time: null, dnd_end_time: null };
    await call("/api/create_user", { email: ana, name: "Ana", timezone: "Europe/Madrid", ...awake });
    await call("/api/create_user", { email: bo, name: "Bo", timezone: "Asia/Kolkata", ...awake });
    const both = (minutes_before) => ["webhook", "email"].map((type) => ({ type, minutes_before }));
    const meeting = (title, from, minutes_before, location) => call("/api/create_meeting", {
        creator_email: ana, participants: [bo], title, location, notification_interval: both(minutes_before),
        time_zone: "Europe/Madrid", start_time: minutesFromNow(from), end_time: minutesFromNow(from + 30),
    });
    await meeting("Design review", 4, 1, null);
    await meeting("Lunch", 7 * 24 * 60, 60, "https://meet.example.com/a-room-with-a-rather-long-name-1234567890");
}

async function delivered() {
    for (let second = 0; second < 240; second++) {
        const [outbox, { received }] = [await call("/local/outbox"), await call("/local/webhooks")];
        if (outbox.some((mail) => mail.subject.startsWith("Reminder")) && received.length >= 2) return;
        await new Promise((done) => setTimeout(done, 1000));
    }
    assert.fail("no mail and no webhook came within four minutes");
}

// Runs in the page: texts whose contrast with what is behind them is below the minimum of WCAG 2.2 (1.4.3).
function hardToRead() {
    const parse = (color) => {
        const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
        return { rgb: [r, g, b], a };
    };
    const over = (top, below) => top.rgb.map((channel, i) => channel * top.a + below[i] * (1 - top.a));
    const luminance = (rgb) => {
        const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark" || matchMedia("(prefers-color-scheme: dark)").matches;
    const canvas = dark ? [18, 18, 18] : [255, 255, 255];
    const behind = (element) => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) layers.unshift(parse(getComputedStyle(at).backgroundColor));
        return layers.reduce((below, layer) => over(layer, below), canvas);
    };
    const found = new Map();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
        if (element.closest("script, style, noscript, :disabled, svg, option")) continue;
        const style = getComputedStyle(element);
        const background = behind(element);
        const [text, ground] = [luminance(over(parse(style.color), background)), luminance(background)];
        const ratio = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
        const size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        if (ratio < (isLarge ? 3 : 4.5)) {
            const name = `${element.tagName.toLowerCase()}.${[...element.classList].join(".")}`;
            found.set(name, `${name} ${ratio.toFixed(1)} ${style.color} on ${background.map(Math.round)}: ${walker.currentNode.data.trim().slice(0, 40)}`);
        }
    }
    return [...found.values()];
}

// Runs in the page: what reaches over its right edge.
function tooWide() {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > clientWidth + 1);
    return [`${scrollWidth} > ${clientWidth}`, ...wide.slice(0, 9).map((e) => `${e.tagName}.${e.className}`)];
}

async function shoot(page, name) {
    if (folder) await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}

async function check(page, name) {
    assert.deepEqual(await page.evaluate(tooWide), [], `${name} scrolls to the side`);
    assert.deepEqual(await page.evaluate(hardToRead), [], `${name} has text that is hard to read`);
    for (const frame of page.frames().slice(1)) {
        assert.deepEqual(await frame.evaluate(tooWide), [], `a mail of ${name} scrolls to the side`);
        assert.deepEqual(await frame.evaluate(hardToRead), [], `a mail of ${name} has text that is hard to read`);
    }
    await shoot(page, name);
}

async function fits(page) {
    await page.waitForFunction(() => [...document.querySelectorAll("iframe")].every((frame) => frame.style.height));
    for (const frame of await page.$$("iframe")) {
        const [is, needs] = await frame.evaluate((frame) => [frame.getBoundingClientRect().height, Math.ceil(frame.contentDocument.documentElement.getBoundingClientRect().height)]);
        assert.equal(is, needs, "a mail doesn't fit its frame");
    }
}

async function look(browser, width, colorScheme) {
    const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
    const said = [];
    for (const [name, route] of Object.entries(pages)) {
        const page = await context.newPage();
        page.on("console", (message) => said.push(`${name}: ${message.text()}`));
        page.on("pageerror", (error) => said.push(`${name}: ${error}`));
        await page.goto(url + route);
        const as = `${name}-${width}-${colorScheme}`;
        if (name === "outbox") await fits(page);
        if (name === "webhooks") await page.click("details >> nth=0");
        if (name === "docs") {
            await page.waitForSelector(".opblock");
            const locks = page.locator(".authorization__btn, .auth-wrapper").locator("visible=true");
            assert.equal(await locks.count(), 0, "nobody signs in, and there are locks");
            await page.waitForTimeout(300); // Swagger UI fades in.
            await check(page, as);
            await page.click("[id$=create_meeting].opblock .opblock-summary");
            await page.waitForSelector("[id$=create_meeting].opblock .responses-table");
            await check(page, `${as}-open`);
        } else {
            await check(page, as);
        }
        await page.close();
    }
    assert.deepEqual(said, [], "the console is not silent");
    await context.close();
}

// A page that refreshes itself shows a new mail, and leaves alone what the reader has before them.
async function refreshes(browser) {
    const page = await browser.newPage({ viewport: { width: 390, height: 600 } });
    await page.goto(`${url}/local/outbox`);
    await fits(page);
    await page.locator("article").last().locator("summary").first().click();
    const state = () => page.evaluate(() => {
        const last = [...document.querySelectorAll("article")].at(-1);
        return { top: Math.round(last.getBoundingClientRect().top), isOpen: last.querySelector("details").open, kept: window.kept === last.querySelector("iframe") };
    });
    await page.evaluate(() => { window.kept = [...document.querySelectorAll("iframe")].at(-1); });
    await page.evaluate(() => { window.kept.contentWindow.kept = true; });
    const before = await state();
    assert(before.isOpen && await page.evaluate(() => scrollY) > 600, "the last mail is far down");
    await page.route("**/local/outbox", async (route) => {
        const answer = await route.fetch();
        const text = await answer.text();
        const [mail] = /<article id="mail-[^]*?<\/article>/.exec(text);
        await route.fulfill({ response: answer, body: text.replace(mail, mail.replaceAll("mail-", "mail-9") + mail) });
    });
    await page.waitForSelector("article[id^=mail-9]");
    await fits(page);
    assert.deepEqual(await state(), before, "the page moved or closed what was open");
    assert(await page.evaluate(() => window.kept.contentWindow.kept), "a mail was loaded again");
    await page.unroute("**/local/outbox");
    await page.waitForSelector("article[id^=mail-9]", { state: "detached" });
    assert.deepEqual(await state(), before, "the page moved when something went away");
    await page.route("**/local/outbox", (route) => route.abort());
    await page.waitForFunction(() => document.querySelector("[role=status]").textContent.includes("doesn't answer"));
    await page.unroute("**/local/outbox");
    await page.waitForFunction(() => document.querySelector("[role=status]").textContent === "");
    await page.close();
}

// Mail is shown, and nothing in it runs, although the page itself has a script.
async function runsNoMail(browser) {
    const page = await browser.newPage();
    await page.goto(`${url}/local/outbox`);
    await page.route("**/local/outbox", async (route) => {
        const answer = await route.fetch();
        const evil = "&lt;body&gt;Hi&lt;script&gt;parent.ran = 1&lt;/script&gt;&lt;img src=x onerror='parent.ran = 2'&gt;";
        await route.fulfill({ response: answer, body: (await answer.text()).replace(/srcdoc="[^"]*"/, `srcdoc="${evil}"`) });
    });
    await page.reload();
    await fits(page);
    await page.frames()[1].waitForSelector("text=Hi");
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => window.ran), undefined, "a mail ran a script");
    await page.close();
}

async function filters(browser) {
    const page = await browser.newPage();
    for (const route of [pages.outbox, pages.webhooks, pages.reminders]) {
        await page.goto(url + route);
        const shown = async () => (await page.locator("article p a[href^='?person=']").allTextContents());
        const everyone = new Set(await shown());
        assert(everyone.has(ana) && everyone.has(bo), `${route} shows both: ${[...everyone]}`);
        await page.selectOption("select", bo);
        await page.click("button");
        await page.waitForURL(/person=bo/);
        assert.deepEqual([...new Set(await shown())], [bo], `${route} shows Bo's alone`);
        assert.equal(await page.inputValue("select"), bo);
    }
    await page.close();
}

async function main() {
    if (folder) fs.mkdirSync(folder, { recursive: true });
    await seed();
    await delivered();
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    try {
        for (const width of [390, 1280]) {
            for (const colorScheme of ["light", "dark"]) {
                await look(browser, width, colorScheme);
            }
        }
        console.log(`The pages fit 390 and 1280 px in light and dark: ${Object.keys(pages).join(", ")}.`);
        await refreshes(browser);
        await runsNoMail(browser);
        await filters(browser);
        console.log("They refresh themselves in place, run nothing of a mail, and show one person's part.");
    } finally {
        await browser.close();
    }
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
