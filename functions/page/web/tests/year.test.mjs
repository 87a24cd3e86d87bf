// A year of 2,000 meetings: no task of the page keeps it from answering for longer than 100 ms, in any view.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./page.mjs";
import { startLocal } from "./program.mjs";

const MEETINGS = 2_000;
const LONGEST_MS = 100;
const ORGANIZERS = 4;

let browser;
let local;
let ana;
before(async () => {
    local = await startLocal(["--no-invitations"]);
    browser = await launch();
    ana = await person("Ana");
    // Each organizer has days of their own, so that no two requests change the same calendar page at once.
    await Promise.all(Array.from({ length: ORGANIZERS }, async (_, own) => {
        const { user_id } = await person(`Organizer ${own}`);
        for (let index = 0; index < MEETINGS; index++) {
            const day = Math.floor((index / MEETINGS) * 365);
            if (day % ORGANIZERS !== own) continue;
            // Five or six a day, one after the other from eight.
            const at = (minutes) => new Date(Date.UTC(2035, 0, 1 + day, 8, (index % 6) * 90 + minutes)).toISOString().slice(0, 16);
            const [start_time, end_time] = [at(0), at(60)];
            const participants = [ana.email];
            await post("create_meeting", { creator_id: user_id, title: `Meeting ${index}`, start_time, end_time, time_zone: "Europe/Madrid", participants });
        }
    }));
});
after(async () => {
    await browser.close();
    local.stop();
});

async function post(path, body) {
    const answer = await fetch(`${local.url}/api/${path}`, { method: "POST", body: JSON.stringify(body) });
    const json = await answer.json();
    assert(answer.ok, JSON.stringify(json));
    return json;
}

const person = (name) => post("create_user", { email: `${name.replace(" ", ".")}@example.com`, name, timezone: "Europe/Madrid" });

/** The time on the processor of the longest task of the page meanwhile: other work on the machine doesn't count. */
async function longestTask(page, act) {
    await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline"] });
    await act();
    const { traceEvents } = JSON.parse(await browser.stopTracing());
    const main = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(({ pid, tid }) => `${pid} ${tid}`);
    const tasks = traceEvents.filter(({ name, pid, tid, tdur }) => name === "RunTask" && tdur !== undefined && main.includes(`${pid} ${tid}`));
    assert(tasks.length > 100, `only ${tasks.length} tasks were seen`);
    return Math.max(...tasks.map(({ tdur }) => tdur)) / 1000;
}

test("a year of 2,000 meetings is shown and scrolled without a long task", async () => {
    const { page, faults } = await open(browser);
    await page.clock.setFixedTime(new Date("2035-01-01T09:00:00Z"));
    await page.addInitScript((id) => sessionStorage.setItem("people", JSON.stringify([id])), ana.user_id);
    await page.goto(`${local.url}/#list/2035-01-01`);
    await page.locator(".people button").first().click();
    await page.locator(".day-list").nth(27).waitFor();
    const longest = {};
    longest.more = await longestTask(page, async () => {
        for (let days = 28; days < 366; days = Math.min(days + 84, 366)) {
            await page.locator(".list-body > button").click();
            await page.locator(".day-list").nth(Math.min(days + 84, 365) - 1).waitFor({ state: "attached" });
        }
    });
    assert.equal(await page.locator(".day-list li").count(), MEETINGS);
    longest.scroll = await longestTask(page, async () => {
        await page.mouse.move(600, 500);
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        for (let scrolled = 0; scrolled < height + 2_000; scrolled += 2_000) {
            await page.mouse.wheel(0, 2_000);
            await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        }
        assert(await page.evaluate(() => scrollY + innerHeight > document.documentElement.scrollHeight - 200), "it is at its end");
    });
    longest.weeks = await longestTask(page, async () => {
        await page.keyboard.press("w");
        await page.locator('.grid[aria-busy="false"]').waitFor();
        for (let week = 0; week < 20; week++) {
            await page.keyboard.press("k");
            await page.locator('.grid[aria-busy="false"]').waitFor();
        }
    });
    console.log(Object.entries(longest).map(([what, ms]) => `${what}: ${ms.toFixed(0)} ms`).join(", "));
    for (const [what, ms] of Object.entries(longest)) assert(ms <= LONGEST_MS, `a task of ${ms.toFixed(0)} ms (${what})`);
    assert.deepEqual(faults.filter((fault) => !fault.startsWith("a request to")), []);
});
