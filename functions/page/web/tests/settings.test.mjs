// The settings: what is quiet, when somebody works, who they are; by pointer and by keyboard.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { audit } from "./audit.mjs";
import { api, book, enter, launch, open, person, picture, until } from "./page.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
const form = (page, name) => page.getByRole("form", { name });
const valued = (field, value) => until(() => field.inputValue(), value);
const stored = (user, read, value) => until(async () => read(await api("GET", `/api/users/${user.user_id}`)), value);

const hours = (weekly) => ({ do_not_disturb: { weekly, exceptions: [], during_meetings: false } });
const nightly = [{ days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], start: "22:00", end: "07:00" }];

test("quiet hours are edited, and what moves is shown before and after", async () => {
    const { page, check } = await open(browser);
    const ana = await person("Ana", "Europe/Madrid", hours(nightly));
    await book(ana, `${day(3)}T21:30`, `${day(3)}T22:00`, { title: "Evening call" });
    await enter(page, ana, "#settings");
    const quiet = form(page, "Quiet hours");
    const row = quiet.getByRole("group", { name: "Hours 1" });
    await row.getByLabel("From").fill("20:00");
    await quiet.getByText(/Evening call, .*: your reminder moves from 20:30 to 19:55\. 20:30 is in your quiet hours\./).waitFor();
    // Nothing is saved yet.
    assert.equal((await api("GET", `/api/users/${ana.user_id}`)).do_not_disturb.weekly[0].start, "22:00");
    await picture(page, "settings-preview");
    await audit(page);
    await row.getByLabel("From").fill("21:00");
    await quiet.getByText("None of your reminders moves.").waitFor();
    await row.getByLabel("From").fill("20:00");
    await quiet.getByRole("button", { name: "Save" }).click();
    await quiet.getByText(/Evening call, .*: your reminder comes at 19:55 in place of 20:30\. 20:30 is in your quiet hours\./).waitFor();
    await stored(ana, (user) => user.do_not_disturb.weekly[0].start, "20:00");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Undone.").waitFor();
    await stored(ana, (user) => user.do_not_disturb.weekly[0].start, "22:00");
    await quiet.getByText(/your reminder comes at 20:30 in place of 19:55/).waitFor();
    await valued(row.getByLabel("From"), "22:00");
    await audit(page);
    check();
});

test("an error of the API is at the value that its path names", async () => {
    const { page, check } = await open(browser);
    const ana = await person("Ana", "Europe/Madrid", hours([...nightly, { days: ["sat"], start: "12:00", end: "13:00" }]));
    await enter(page, ana, "#settings");
    const quiet = form(page, "Quiet hours");
    const second = quiet.getByRole("group", { name: "Hours 2" });
    await second.getByLabel("Until").fill("12:00");
    await second.getByRole("checkbox", { name: "Saturday" }).click();
    await quiet.getByRole("button", { name: "Save" }).click();
    await second.getByText(/do_not_disturb\.weekly\[1\]\.days/).waitFor();
    const ending = second.getByLabel("Until");
    assert.equal(await ending.getAttribute("aria-invalid"), "true");
    const described = await ending.getAttribute("aria-describedby");
    assert.match(await page.locator(`[id="${described}"]`).innerText(), /do_not_disturb\.weekly\[1\]\.end/);
    await picture(page, "settings-errors");
    await audit(page);
    await quiet.getByRole("button", { name: "Discard changes" }).click();
    await quiet.getByText(/do_not_disturb/).first().waitFor({ state: "detached" });
    check();
});

test("hours, exceptions and all-day windows by keyboard alone", async () => {
    const { page, check } = await open(browser);
    const bo = await person("Bo", "America/New_York");
    await enter(page, bo, "#find");
    await page.locator("body").press("s");
    await page.getByRole("heading", { name: "Settings" }).waitFor();
    const quiet = form(page, "Quiet hours");
    await quiet.getByRole("button", { name: "Add hours" }).focus();
    await page.keyboard.press("Enter");
    // The first day of the new hours has the focus; it is on, and the space bar takes it off.
    await page.waitForFunction(() => document.activeElement?.matches(".weekly input"));
    const last = quiet.getByRole("group", { name: "Hours 1" });
    await last.getByRole("checkbox", { name: "Monday" }).focus();
    await page.keyboard.press("Space");
    await quiet.getByRole("button", { name: "Add days with other hours" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.matches(".exceptions input[type=date]"));
    await quiet.getByRole("checkbox", { name: /Rather no reminder/ }).focus();
    await page.keyboard.press("Space");
    await quiet.getByRole("button", { name: "Save" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Saved.").waitFor();
    const saved = (await api("GET", `/api/users/${bo.user_id}`)).do_not_disturb;
    // "Saved." is said after the answer, so that the service has it.
    assert.deepEqual(saved.weekly, [{ days: ["tue", "wed", "thu", "fri", "sat", "sun"], start: "22:00", end: "07:00" }]);
    assert.deepEqual(saved.exceptions[0].windows, [{ start: "00:00", end: "24:00" }]);
    assert.equal(saved.during_meetings, true);
    // What is removed leaves the focus nearby.
    await quiet.getByRole("button", { name: "Remove Hours 1" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.matches(".add-weekly"));
    check();
});

test("a change made elsewhere isn't overwritten unasked", async () => {
    const { page, check } = await open(browser);
    const ana = await person("Ana", "Europe/Madrid", hours(nightly));
    await enter(page, ana, "#settings");
    await page.waitForLoadState("networkidle");
    const quiet = form(page, "Quiet hours");
    await quiet.getByLabel("From").fill("21:00");
    await api("PATCH", `/api/users/${ana.user_id}`, { dnd_start_time: "23:00" });
    await quiet.getByRole("button", { name: "Save" }).click();
    await quiet.getByText("These settings were changed elsewhere meanwhile.").waitFor();
    await audit(page);
    await picture(page, "settings-newer");
    assert.equal((await api("GET", `/api/users/${ana.user_id}`)).dnd_start_time, "23:00");
    await quiet.getByRole("button", { name: "Show the newer ones" }).click();
    await valued(quiet.getByLabel("From"), "23:00");
    await quiet.getByRole("button", { name: "Show the newer ones" }).waitFor({ state: "detached" });

    // Whoever saves again has seen that, and replaces the hours alone.
    await quiet.getByLabel("From").fill("20:00");
    await api("PATCH", `/api/users/${ana.user_id}`, { dnd_start_time: "23:30", name: "Anna" });
    await quiet.getByRole("button", { name: "Save" }).click();
    await quiet.getByText("These settings were changed elsewhere meanwhile.").waitFor();
    await quiet.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    await stored(ana, (user) => [user.dnd_start_time, user.name], ["20:00", "Anna"]);
    // What was changed since then isn't undone.
    await api("PATCH", `/api/users/${ana.user_id}`, { dnd_start_time: "19:00" });
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Your settings were changed again since then.").waitFor();
    await stored(ana, (user) => user.dnd_start_time, "19:00");
    check();
});

test("of very many reminders the first ones are shown, and the others on wish", async () => {
    const { page, check } = await open(browser);
    const ana = await person("Ana", "Europe/Madrid");
    const every = (minutes_before) => ({ minutes_before, repeat_every: 5 });
    await book(ana, `${day(3)}T21:30`, `${day(3)}T22:00`, { title: "Evening call", notification_interval: [every(50), every(100)] });
    await enter(page, ana, "#settings");
    const quiet = form(page, "Quiet hours");
    await quiet.getByRole("button", { name: "Add hours" }).click();
    const row = quiet.getByRole("group", { name: "Hours 1" });
    await row.getByLabel("From").fill("19:00");
    await quiet.getByText("More reminders: 10").waitFor();
    await audit(page);
    await quiet.getByText("More reminders: 10").focus();
    await page.keyboard.press("Enter");
    await quiet.getByText(/your reminder moves from 21:25 to 18:55/).waitFor();
    check();
});

test("another zone and other meetings move reminders too, and are shown", async () => {
    const { page, check } = await open(browser);
    const ana = await person("Ana", "Europe/Madrid", hours(nightly));
    await book(ana, `${day(3)}T21:00`, `${day(3)}T21:30`, { title: "Late call" });
    await book(ana, `${day(3)}T19:30`, `${day(3)}T20:30`, { title: "Dinner", notification_interval: [] });
    await enter(page, ana, "#settings");
    const profile = form(page, "Profile");
    await profile.getByLabel("Time zone").fill("Asia/Kolkata");
    await profile.getByText(/Late call, .*: your reminder moves from .* to .* is in your quiet hours\./).waitFor();
    await profile.getByRole("button", { name: "Discard changes" }).click();
    await profile.getByText(/Late call/).waitFor({ state: "detached" });
    const quiet = form(page, "Quiet hours");
    await quiet.getByRole("checkbox", { name: /Rather no reminder/ }).click();
    await quiet.getByText(/Late call, .*: your reminder moves from 20:00 to 20:30\. .*20:00/).waitFor();
    check();
});

test("a snooze begins, shows what it holds back, and ends", async () => {
    const { page, check } = await open(browser);
    const ana = await person("Ana", "Asia/Kolkata");
    const start = new Date(Date.now() + 90 * 60_000).toISOString().slice(0, 16) + "Z";
    const end = new Date(Date.now() + 120 * 60_000).toISOString().slice(0, 16) + "Z";
    await book(ana, start, end, { title: "Soon" });
    await enter(page, ana, "#settings");
    const snooze = form(page, "Snooze");
    await snooze.getByText(/Soon, .*: your reminder moves from .* to .* is in your quiet hours/).waitFor();
    await snooze.getByRole("button", { name: "Snooze now" }).click();
    await snooze.getByText("Nothing is sent until").waitFor();
    await snooze.getByText(/Soon, .*: your reminder comes at .* in place of/).waitFor();
    await stored(ana, (user) => user.snoozed_until !== null, true);
    await picture(page, "settings-snooze");
    await snooze.getByLabel("For how long").selectOption({ label: "Until a time" });
    await snooze.locator("input[type=datetime-local]").fill("2020-01-01T10:00");
    await snooze.getByRole("button", { name: "Snooze now" }).click();
    await snooze.locator("p.error").waitFor();
    await snooze.getByRole("button", { name: "End the snooze" }).click();
    await page.getByText("The snooze has ended.").waitFor();
    await stored(ana, (user) => user.snoozed_until, null);
    check();
});

test("working hours and the profile", async () => {
    const { page, check } = await open(browser);
    const ana = await person("Ana", "Europe/Madrid");
    await enter(page, ana, "#settings");
    const work = form(page, "Working hours");
    await work.getByRole("button", { name: "Add hours" }).click();
    for (const name of ["Saturday", "Sunday"]) await work.getByRole("checkbox", { name }).click();
    await work.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    assert.deepEqual((await api("GET", `/api/users/${ana.user_id}`)).working_hours.weekly,
        [{ days: ["mon", "tue", "wed", "thu", "fri"], start: "09:00", end: "17:00" }]);
    const profile = form(page, "Profile");
    await profile.getByLabel("Name").fill(" ");
    await profile.getByLabel("Time zone").fill("Europe/Nowhere");
    await profile.getByRole("button", { name: "Save" }).click();
    await profile.getByText(/timezone/).waitFor();
    await profile.getByLabel("Name").fill("<img src=x onerror=alert(1)>");
    await profile.getByLabel("Time zone").fill("America/New York");
    await profile.getByRole("button", { name: "Save" }).click();
    await page.locator(".person b").getByText("<img src=x onerror=alert(1)>").waitFor();
    assert.equal((await api("GET", `/api/users/${ana.user_id}`)).timezone, "America/New_York");
    check();
});

test("what is undone is what was there, and only while nobody has changed it since", async () => {
    const { page, check } = await open(browser);
    const ana = await person("Ana", "Europe/Madrid", hours(nightly));
    await enter(page, ana, "#settings");
    const quiet = form(page, "Quiet hours");
    const undo = page.getByRole("button", { name: "Undo" });
    const begins = (user) => user.dnd_start_time;
    await quiet.getByLabel("From").fill("20:00");
    await quiet.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    // Changed elsewhere, and the settings are read anew before the undo.
    await api("PATCH", `/api/users/${ana.user_id}`, { dnd_start_time: "23:00" });
    await page.getByRole("link", { name: "Week" }).click();
    await page.getByRole("link", { name: "Settings" }).click();
    await valued(quiet.getByLabel("From"), "23:00");
    await undo.click();
    await page.getByText("Your settings were changed again since then.").waitFor();
    await stored(ana, begins, "23:00");

    // Who saves over a change made elsewhere goes back to that change.
    await quiet.getByLabel("From").fill("21:00");
    await api("PATCH", `/api/users/${ana.user_id}`, { dnd_start_time: "19:00" });
    await quiet.getByRole("button", { name: "Save" }).click();
    await quiet.getByText("These settings were changed elsewhere meanwhile.").waitFor();
    await quiet.getByRole("button", { name: "Save" }).click();
    await stored(ana, begins, "21:00");
    await undo.click();
    await stored(ana, begins, "19:00");

    // A snooze that was prolonged elsewhere isn't ended by undoing a shorter one.
    await form(page, "Snooze").getByRole("button", { name: "Snooze now" }).click();
    await page.getByText("Nothing is sent until").waitFor();
    const { snoozed_until } = await api("POST", `/api/users/${ana.user_id}/snooze`, { minutes: 480 });
    await undo.click();
    await page.getByText("Your settings were changed again since then.").waitFor();
    await stored(ana, (user) => user.snoozed_until, snoozed_until);
    check();
});
