// Finding a time for a group and booking it; by pointer and by keyboard.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { audit } from "./audit.mjs";
import { api, book, enter, launch, open, person, picture, until } from "./page.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
const every = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const nightly = { do_not_disturb: { weekly: [{ days: every, start: "22:00", end: "07:00" }] } };

async function group() {
    const ana = await person("Ana", "Europe/Madrid", nightly);
    const bo = await person("Bo", "Asia/Kolkata", nightly);
    const cy = await person("Cy", "America/New_York", nightly);
    await book(cy, `${day(2)}T00:00`, `${day(3)}T00:00`, { title: "Secret" });
    return { ana, bo, cy };
}

/** Asks about the day after tomorrow. */
async function askAbout(page, people, { label, last = 2 }) {
    const field = page.getByLabel(label.person);
    await field.fill(people.map(({ email }) => email).join(", "));
    await field.press("Enter");
    await page.locator("input[type=date]").nth(0).fill(day(2));
    await page.locator("input[type=date]").nth(1).fill(day(last));
}

const ENGLISH = { person: "Address of a person" };

test("a time is found and booked with one click, and the booking is undone", async () => {
    const { page, check } = await open(browser);
    const { ana, bo, cy } = await group();
    await enter(page, ana, "#find");
    await askAbout(page, [bo, cy], { label: ENGLISH });
    await page.getByLabel(`Is ${cy.email} needed?`).selectOption("optional");
    await page.getByRole("button", { name: "Find times" }).click();
    const map = page.getByRole("region", { name: "Times that suit" });
    await map.waitFor();
    assert.equal(await map.getByRole("row").count(), 6);
    // Cy is on a meeting all day long, and nobody is told which.
    const row = map.getByRole("row", { name: /^Cy/ });
    assert.equal(await map.getByText("@example.com").count(), 0, "people are shown by name");
    assert((await row.getByText("Busy").count()) > 0);
    assert.equal(await page.getByText("Secret").count(), 0);
    // Bo's row is by Bo's own clock: four and a half hours later than Madrid's in winter.
    const start = await map.locator("thead button").first().locator("span").nth(1).innerText();
    const own = await map.getByRole("row", { name: /^Bo/ }).locator("td b").first().innerText();
    const minutes = (text) => { const [, hour, minute] = /(\d+):(\d+)/.exec(text); return Number(hour) * 60 + Number(minute); };
    assert.equal((minutes(own) - minutes(start) + 1440) % 1440, 270);
    await picture(page, "find-found");
    await page.getByLabel("Title of the meeting").fill("<b>Plans</b>");
    await map.locator("thead button").first().click();
    await page.getByRole("heading", { name: /^If you book/ }).waitFor();
    await until(() => page.locator(".effects li").count(), 3);
    await audit(page);
    await map.getByRole("button", { name: /^Book/ }).first().click();
    await page.getByText(/^Booked: /).waitFor();
    const window = `start_time=${day(2)}T00:00&end_time=${day(4)}T00:00&exclude_dnd=false`;
    const booked = async () => (await api("GET", `/api/get_free_slots?user_id=${bo.user_id}&${window}`)).booked_meetings;
    assert.deepEqual((await booked()).map(({ title }) => title), ["<b>Plans</b>"]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("The meeting is cancelled.").waitFor();
    assert.deepEqual(await booked(), []);
    check();
});

test("it is changed before it is booked, in a form with all that was asked", async () => {
    const { page, check } = await open(browser);
    const { ana, bo } = await group();
    await enter(page, ana, "#find");
    await askAbout(page, [bo], { label: ENGLISH });
    await page.getByText("More options").click();
    await page.getByRole("button", { name: "Remove: 1 hour before, by e-mail" }).click();
    await page.getByLabel("Reminders").selectOption("120");
    await page.getByLabel("How long").selectOption("90");
    await page.getByRole("button", { name: "Find times" }).click();
    const map = page.getByRole("region", { name: "Times that suit" });
    await map.waitFor();
    await page.getByLabel("Title of the meeting").fill("Plans");
    const [from, until] = (await map.locator("thead button").first().locator("span").nth(1).innerText()).split(" – ");
    await map.getByRole("button", { name: /^Change before booking: / }).first().click();
    const form = page.getByRole("dialog", { name: "New meeting" });
    await form.getByText("Bo will hear at").waitFor();
    const values = async () => Promise.all(["Title", "Date", "From", "Until", "Time zone"].map((label) => form.getByLabel(label, { exact: true }).inputValue()));
    assert.deepEqual(await values(), ["Plans", day(2), from, until, "Europe/Madrid"]);
    assert.deepEqual(await form.locator(".chips li span").allInnerTexts(), [bo.email, "2 hours before, by e-mail"]);
    await picture(page, "find-change");
    await audit(page);
    // Given up, the answer is still there; and what is booked is what was changed.
    await page.keyboard.press("Escape");
    await map.getByRole("button", { name: /^Change before booking: / }).first().click();
    await form.getByLabel("Title", { exact: true }).fill("Other plans");
    await form.getByRole("button", { name: "Save" }).click();
    await page.getByText("Other plans is booked.").waitFor();
    await map.waitFor({ state: "detached" });
    await page.waitForFunction(() => document.activeElement?.id === "main");
    const { meetings } = await api("GET", `/api/users/${bo.user_id}/meetings?start_time=${day(2)}T00:00&end_time=${day(4)}T00:00`);
    const told = meetings.map(({ title, notification_interval, participants }) => [title, notification_interval, participants.map(({ name }) => name)]);
    assert.deepEqual(told, [["Other plans", [{ type: "email", minutes_before: 120 }], ["Ana", "Bo"]]]);
    check();
});

test("people of the same name are told apart by their addresses", async () => {
    const { page, check } = await open(browser);
    const { ana, bo } = await group();
    const other = await person("Bo", "Europe/Madrid", { name: "bo" });
    await enter(page, ana, "#find");
    await askAbout(page, [bo, other], { label: ENGLISH });
    await page.getByRole("button", { name: "Find times" }).click();
    await page.locator(".heat tbody th bdi", { hasText: `bo (${other.email})` }).waitFor();
    assert.deepEqual(await page.locator(".heat tbody th bdi").allInnerTexts(), ["You", `Bo (${bo.email})`, `bo (${other.email})`]);
    check();
});

test("by keyboard alone", async () => {
    const { page, check } = await open(browser);
    const { ana, bo } = await group();
    await enter(page, ana, "#settings");
    await page.locator("body").press("f");
    await page.getByRole("heading", { name: "Find a time" }).waitFor();
    await page.getByLabel(ENGLISH.person).focus();
    await page.keyboard.type(bo.email);
    await page.keyboard.press("Enter");
    await page.getByLabel(`Is ${bo.email} needed?`).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.id === "found");
    // From the heading: the title, the map, the first time to look at.
    for (let steps = 0; steps < 3; steps += 1) await page.keyboard.press("Tab");
    assert.match(await page.evaluate(() => document.activeElement.title), /^Look at/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /^If you book/ }).waitFor();
    const columns = await page.locator(".heat thead button").count();
    for (let steps = 0; steps < columns; steps += 1) await page.keyboard.press("Tab");
    assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^Book /);
    await page.keyboard.press("Enter");
    await page.getByText(/^Booked: /).waitFor();
    check();
});

test("nothing found says why, who is in the way, and what is nearest", async () => {
    const { page, check } = await open(browser);
    const { ana, cy } = await group();
    await enter(page, ana, "#find");
    await askAbout(page, [cy], { label: ENGLISH });
    await page.getByLabel("Only").selectOption("not_quiet");
    await page.getByLabel("How long").selectOption("480");
    await book(ana, `${day(2)}T12:00`, `${day(2)}T20:00`);
    await page.getByRole("button", { name: "Find times" }).click();
    await page.getByRole("heading", { name: "No time suits everybody." }).waitFor();
    assert((await page.locator(".blocking li").count()) > 0);
    await picture(page, "find-nothing");
    await audit(page);
    check();
});

test("errors are at their fields", async () => {
    const { page, check } = await open(browser);
    const { ana, bo } = await group();
    await enter(page, ana, "#find");
    const field = page.getByLabel(ENGLISH.person);
    await field.fill(`${bo.email}, nobody@example.com`);
    await page.getByRole("button", { name: "Find times" }).click();
    await page.getByRole("listitem").filter({ hasText: "nobody@example.com" }).getByText("Nobody has this address.").waitFor();
    await page.getByRole("button", { name: "Remove nobody@example.com" }).click();
    await field.fill("not-an-address");
    await page.locator("input[type=date]").nth(1).fill("2020-01-01");
    await page.getByRole("button", { name: "Find times" }).click();
    await page.getByRole("listitem").filter({ hasText: "not-an-address" }).locator(".error").waitFor();
    await picture(page, "find-errors");
    check();
});
