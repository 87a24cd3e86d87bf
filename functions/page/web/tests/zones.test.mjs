// The same week in ten zones, over both changes of the clocks, as Python's zoneinfo has it; whatever zone the browser is in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { api, book, enter, launch, open, person } from "./page.mjs";

// None whose rules are decided anew from year to year, so that the browser and Python have the same.
const ZONES = [
    "Europe/Madrid", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe",
    "Pacific/Chatham", "America/St_Johns", "Africa/Cairo", "Pacific/Apia", "UTC",
];
// Around the changes of Europe and America in spring and autumn of 2027, every five hours for a week.
const WEEKS = ["2035-03-05", "2035-03-19", "2035-10-22", "2035-10-29"];
const BROWSERS = ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"];

/** For each instant and zone: the day and the minute of the day, by another implementation. */
function independently(instants, zone) {
    const program = "import sys, json, datetime as d, zoneinfo as z\n"
        + "i, n = json.load(sys.stdin)\n"
        + "t = [d.datetime.fromtimestamp(s, z.ZoneInfo(n)) for s in i]\n"
        + "print(json.dumps([[x.date().isoformat(), x.hour * 60 + x.minute] for x in t]))";
    const input = JSON.stringify([instants, zone]);
    return JSON.parse(execFileSync("python3", ["-c", program], { input, encoding: "utf8" }));
}

for (const timezoneId of BROWSERS) {
    test(`in a browser of ${timezoneId}`, async () => {
        const browser = await launch({ TZ: timezoneId });
        try {
            // Each browser has a third of the zones, and all have the first.
            const zones = ZONES.filter((_, at) => at === 0 || at % 3 === BROWSERS.indexOf(timezoneId));
            for (const zone of zones) {
                const user = await person("Ana", zone);
                const starts = WEEKS.flatMap((week) =>
                    Array.from({ length: 30 }, (_, at) => Date.parse(`${week}T12:20:00Z`) / 1000 + at * 5 * 3600));
                const ids = new Map();
                for (const start of starts) {
                    const iso = (seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
                    const { meeting_id } = await book(user, iso(start), iso(start + 1800), { time_zone: "UTC", notification_interval: [] });
                    ids.set(meeting_id, start);
                }
                const { page, context, check } = await open(browser, { timezoneId });
                await enter(page, user, `#week/${WEEKS[0]}`);
                const drawn = new Map();
                for (const week of WEEKS) {
                    for (const day of [week, nextWeek(week)]) {
                        await page.evaluate((day) => { location.hash = `#week/${day}`; }, day);
                        await page.waitForFunction((day) => document.querySelector(`.day[data-day="${day}"]`) !== null, day);
                        await page.locator('.grid[aria-busy="false"]').waitFor();
                        for (const { id, day, minute } of await page.evaluate(read)) if (!drawn.has(id)) drawn.set(id, [day, minute]);
                    }
                }
                const expected = independently([...ids.values()], zone);
                const got = [...ids.keys()].map((id) => drawn.get(id));
                assert.deepEqual(got, expected, `${zone} in a browser of ${timezoneId}`);
                check();
                await context.close();
            }
        } finally {
            await browser.close();
        }
    });
}

function nextWeek(day) {
    return new Date(Date.parse(`${day}T00:00:00Z`) + 7 * 86_400_000).toISOString().slice(0, 10);
}

/** In the page: where each meeting begins. A part that began on the day before is no beginning. */
function read() {
    return [...document.querySelectorAll('.block[data-before="false"]')].map((block) => ({
        id: block.querySelector("[data-meeting]").dataset.meeting,
        day: block.closest(".day").dataset.day,
        minute: Math.round((parseFloat(block.style.top) / 100) * 1440),
    }));
}

test("a drag across a change of the clocks keeps the length on the clock", async () => {
    const browser = await launch();
    try {
        const user = await person("Ana", "Europe/Madrid");
        const meeting = await book(user, "2035-03-24T01:00", "2035-03-24T04:00", { title: "Night", notification_interval: [] });
        const { page, check } = await open(browser);
        await enter(page, user, "#week/2035-03-24");
        await page.locator(".block button").focus();
        await page.keyboard.press("Alt+ArrowRight");
        for (let attempt = 0; ; attempt++) {
            const { start_time, end_time } = await api("GET", `/api/meetings/${meeting.meeting_id}`);
            if (attempt === 100) assert.deepEqual([start_time, end_time], ["2035-03-25T01:00:00+01:00", "2035-03-25T04:00:00+02:00"]);
            if (end_time === "2035-03-25T04:00:00+02:00") break;
            await new Promise((done) => setTimeout(done, 50));
        }
        check();
    } finally {
        await browser.close();
    }
});
