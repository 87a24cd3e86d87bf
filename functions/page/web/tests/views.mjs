// Every view of the page, with the same content whenever it is opened: the same people, meetings and present time.
import { api, book, person, until, url } from "./page.mjs";

/** So far ahead that it stays in the future for years. The page is told that it is there. */
export const WEEK = "2035-12-03";
export const NOW = "2035-12-05T07:20:00Z";

const NIGHTLY = { dnd_start_time: "22:00", dnd_end_time: "07:00" };
const WORKING = { weekly: [{ days: ["mon", "tue", "wed", "thu", "fri"], start: "09:00", end: "17:30" }] };
const REMINDERS = { notification_interval: [1440, 60, 15] };

async function personAt(email, name, zone, more) {
    const answer = await fetch(`${url}/api/users?email=${email}`);
    return answer.ok ? { known: await answer.json() } : { made: await person(name, zone, { email, ...more }) };
}

/** Ana, who looks at her week, and two others who are on her meetings; once for a running `local`. */
export async function crew() {
    const quiet = {
        weekly: [{ days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], start: "22:00", end: "07:00" }],
        exceptions: [{ from: "2035-12-24", until: "2035-12-26", windows: [{ start: "00:00", end: "24:00" }] }],
    };
    const found = await personAt("ana@example.com", "Ana", "Europe/Madrid", { do_not_disturb: quiet, working_hours: WORKING });
    const bo = await personAt("bo@example.com", "Bo", "Asia/Kolkata", { ...NIGHTLY, dnd_start_time: "22:30" });
    const cy = await personAt("cy@example.com", "Cy", "Europe/London");
    const [ana, others] = [found.made ?? found.known, [bo, cy].map(({ made, known }) => made ?? known)];
    if (found.made !== undefined) await meetings(ana, ...others);
    await until(() => unscheduled(ana), 0);
    return { ana, bo: others[0], cy: others[1] };
}

/** How many reminders have no timer yet, which is told of each. */
async function unscheduled({ user_id }) {
    const listed = await api("GET", `/api/users/${user_id}/meetings?start_time=2035-12-03T00:00&end_time=2035-12-10T00:00`);
    const reminders = await Promise.all(listed.meetings.map(({ meeting_id }) => api("GET", `/api/meetings/${meeting_id}/reminders`)));
    return reminders.flatMap(({ reminders }) => reminders).filter(({ state }) => state === "planned").length;
}

async function meetings(ana, bo, cy) {
    await book(ana, "2035-12-04T10:00", "2035-12-04T11:00", { title: "Design review", participants: [bo.email], location: "Room 4", ...REMINDERS });
    await book(cy, "2035-12-04T09:30", "2035-12-04T11:00", { title: "Standup", participants: [ana.email] });
    await book(ana, "2035-12-05T07:30", "2035-12-05T08:15", { title: "Early breakfast", participants: [bo.email, cy.email] });
    await book(ana, "2035-12-06T23:30", "2035-12-07T01:30", { title: "Release night", participants: [bo.email] });
    await book(ana, "2035-12-03T09:30", "2035-12-03T10:30", { title: "Sprint planning", participants: [bo.email, cy.email] });
    await book(cy, "2035-12-05T11:00", "2035-12-05T12:00", { title: "Customer call", participants: [ana.email] });
    await book(ana, "2035-12-06T15:00", "2035-12-06T16:30", { title: "Interview", participants: [cy.email], location: "Video" });
    await book(ana, "2035-12-07T12:00", "2035-12-07T13:00", { title: "Weekly review", participants: [bo.email, cy.email] });
    await book(bo, "2035-12-06T12:00", "2035-12-06T14:00", { title: "Planning in Kolkata", participants: [ana.email] });
}

/** Each view and dialog by name: brings it up, on a page that is signed in as Ana at the fixed time. */
export const VIEWS = {
    week: async (page) => {
        await show(page, `#week/${WEEK}`);
        await page.locator(".mark").nth(10).waitFor();
        await scrollToNight(page);
    },
    reason: async (page) => {
        await VIEWS.week(page);
        await page.locator(".mark[data-moved=true]").nth(1).hover();
        await page.locator(".mark-words:visible").waitFor();
    },
    day: async (page) => {
        await show(page, "#day/2035-12-05");
        await page.locator(".mark").first().waitFor();
        await scrollToNight(page);
    },
    list: async (page) => {
        await show(page, `#list/${WEEK}`);
        await page.locator(".reminder-words").nth(10).waitFor();
    },
    details: async (page) => {
        await show(page, `#day/2035-12-05`);
        await page.locator(".block button").first().click();
        await page.locator("dialog .timeline li").nth(2).waitFor();
    },
    edit: async (page) => {
        await VIEWS.details(page);
        await page.locator("dialog footer .primary").click();
        await page.locator("dialog .preview .timeline").nth(2).waitFor();
    },
    create: async (page) => {
        await show(page, "#day/2035-12-05");
        await page.locator("body").press("n");
        await page.locator("dialog .preview .timeline").waitFor();
    },
    shortcuts: async (page) => {
        await show(page, "#day/2035-12-05");
        await page.locator("body").press("?");
        await page.locator("dialog dl").waitFor();
    },
    find: async (page, { bo, cy }) => {
        await show(page, "#find");
        await page.locator(".adding input").fill(`${bo.email}, ${cy.email}`);
        await page.locator(".adding input").press("Enter");
        await page.locator("input[type=date]").nth(0).fill("2035-12-10");
        await page.locator("input[type=date]").nth(1).fill("2035-12-11");
        await page.locator(".find li select").nth(1).selectOption("optional");
        await page.locator("select:has(option[value=any])").selectOption("any");
        await page.locator(".find form button[type=submit]").click();
        await page.locator(".heat thead button").first().click();
        await page.locator(".effects li").nth(2).waitFor();
    },
    settings: async (page) => {
        await show(page, "#settings");
        // What a snooze would move is asked for at once.
        await page.locator("form[aria-labelledby=snooze] .effects").waitFor();
    },
};

/** Opens the page at the fixed time, with Ana among those who can be picked. */
export async function openForAna(page) {
    const people = await crew();
    await page.clock.setFixedTime(new Date(NOW));
    await page.addInitScript((id) => sessionStorage.setItem("people", JSON.stringify([id])), people.ana.user_id);
    await page.goto(url);
    await page.locator(".people button").first().waitFor();
    return people;
}

/** To the end of the quiet hours, where reminders move. */
function scrollToNight(page) {
    return page.locator(".grid").evaluate((grid) => { grid.scrollTop = (5.25 / 24) * grid.querySelector(".day").offsetHeight; });
}

async function show(page, hash) {
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.evaluate((hash) => { location.hash = hash; }, hash);
    await page.locator(`nav a[aria-current=page][href^="${hash.split("/")[0]}"]`).waitFor();
    if (await page.locator(".calendar .grid").count() > 0) await page.locator('.grid[aria-busy="false"]').waitFor();
}
