// The whole job by pointer, and again by keyboard alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api, book, enter, launch, open, person, picture, until, url } from "./page.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const agenda = (user, from, until) => api("GET", `/api/users/${user.user_id}/meetings?start_time=${from}T00:00&end_time=${until}T00:00`);

test("by pointer: a person, a meeting, a move, its undo, a cancellation and its undo", async () => {
    const bo = await person("Bo", "Asia/Kolkata", { dnd_start_time: "12:00", dnd_end_time: "13:00" });
    const { page, check } = await open(browser);
    await page.goto(`${url}/#week/2035-12-04`);
    const email = `ana.${Date.now()}@example.com`;
    await page.getByLabel("Name", { exact: true }).fill("Ana");
    await page.getByLabel("E-mail address").last().fill(email);
    assert.equal(await page.getByLabel("Time zone").inputValue(), "Pacific/Auckland", "the browser's zone is proposed");
    await page.getByLabel("Time zone").fill("Europe/Madrid");
    await page.getByRole("button", { name: "Add" }).click();
    await page.locator(".grid .quiet").first().waitFor();
    const ana = await api("GET", `/api/users?email=${email}`);

    const day = page.locator('.day[data-day="2035-12-07"]');
    const box = await day.boundingBox();
    const y = (minute) => box.y + (minute / 1440) * box.height;
    await page.mouse.move(box.x + 40, y(480));
    await page.mouse.down();
    await page.mouse.move(box.x + 44, y(520));
    await page.mouse.move(box.x + 44, y(570));
    await page.mouse.up();
    await page.getByLabel("Title").fill("Planning");
    await page.getByLabel("People").fill(bo.email);
    await page.getByLabel("People").press("Enter");
    // 8:00 to 9:30 in Madrid is 12:30 to 14:00 in Kolkata.
    await page.getByText("Bo: quiet hours then.").waitFor();
    await page.getByText("You will hear at 7:00.").waitFor();
    await picture(page, "create");
    await page.getByRole("button", { name: "Save" }).click();
    const block = page.locator(".block button", { hasText: "Planning" });
    await block.waitFor();
    const times = async () => (await agenda(ana, "2035-12-04", "2035-12-11")).meetings.map(({ start_time, end_time }) => [start_time, end_time]);
    const first = [["2035-12-07T08:00:00+01:00", "2035-12-07T09:30:00+01:00"]];
    await until(times, first);

    const at = await block.boundingBox();
    await page.mouse.move(at.x + 30, at.y + 20);
    await page.mouse.down();
    await page.mouse.move(at.x - 60, at.y + 40, { steps: 4 });
    await page.mouse.move(at.x + 30 - box.width, at.y + 20 + box.height / 24, { steps: 4 });
    await page.mouse.up();
    await until(times, [["2035-12-06T09:00:00+01:00", "2035-12-06T10:30:00+01:00"]]);
    await page.getByRole("button", { name: "Undo" }).click();
    await until(times, first);

    await block.click();
    await page.getByText("Bo will hear at").waitFor();
    await picture(page, "details");
    await page.getByRole("button", { name: "Cancel the meeting" }).click();
    await page.getByText("Planning is cancelled.").waitFor();
    assert.equal(await block.count(), 0, "it is gone at once");
    await page.getByRole("button", { name: "Undo" }).click();
    await block.waitFor();
    await until(times, first);
    await block.click();
    await page.getByRole("button", { name: "Cancel the meeting" }).click();
    await until(times, []);
    check();
});

test("by keyboard alone: the same", async () => {
    const [ana, bo] = [await person("Ana", "Europe/Madrid"), await person("Bo", "Asia/Kolkata")];
    const { page, check } = await open(browser);
    await page.goto(`${url}/#week/2035-12-04`);
    const tabTo = async (selector) => {
        for (let presses = 0; presses < 60; presses++) {
            if (await page.evaluate((selector) => document.activeElement?.matches(selector), selector)) return;
            await page.keyboard.press("Tab");
        }
        assert.fail(`the Tab key doesn't reach ${selector}`);
    };
    await tabTo("input[type=email]");
    await page.keyboard.type(ana.email);
    await page.keyboard.press("Enter");
    await page.locator(".cursor").waitFor();
    await tabTo(".cursor");
    for (const key of ["ArrowRight", "ArrowDown", "ArrowDown", "Shift+ArrowDown", "Enter"]) await page.keyboard.press(key);
    await page.keyboard.type("Planning");
    await tabTo("[inputmode=email]");
    await page.keyboard.type(bo.email);
    await page.keyboard.press("Enter");
    await page.getByText("Bo will hear at").waitFor();
    await tabTo("button[type=submit]");
    await page.keyboard.press("Enter");
    await page.locator(".block button").waitFor();
    const times = async () => (await agenda(ana, "2035-12-03", "2035-12-10")).meetings.map(({ start_time, end_time }) => [start_time, end_time]);
    await until(times, [["2035-12-04T10:00:00+01:00", "2035-12-04T11:00:00+01:00"]]);

    await tabTo(".block button");
    for (const key of ["Alt+ArrowRight", "Alt+ArrowDown", "Alt+Shift+ArrowDown"]) await page.keyboard.press(key);
    await until(times, [["2035-12-05T10:15:00+01:00", "2035-12-05T11:30:00+01:00"]]);
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "Keyboard shortcuts" }).waitFor();
    await picture(page, "shortcuts");
    await page.keyboard.press("Escape");
    for (const [key, title] of [["d", "Day"], ["l", "List"], ["w", "Week"]]) {
        await page.keyboard.press(key);
        await page.locator(`nav a[aria-current=page]`, { hasText: title }).waitFor();
    }
    await page.locator(".block button").waitFor();
    await tabTo(".block button");
    await page.keyboard.press("Enter");
    await tabTo("button.danger");
    await page.keyboard.press("Enter");
    await until(times, []);
    check();
});

test("no key is lost, however fast they come", async () => {
    const ana = await person("Ana", "Europe/Madrid");
    await book(ana, "2035-12-04T10:00", "2035-12-04T11:00", { title: "Review" });
    const { page, check } = await open(browser);
    await enter(page, ana, "#week/2035-12-04");
    await page.locator(".block button").focus();
    // Two before anything is drawn, and one right after that.
    await page.evaluate(async () => {
        const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, altKey: true, bubbles: true, cancelable: true }));
        press("ArrowDown");
        press("ArrowRight");
        for (let turn = 0; turn < 10; turn++) await null;
        press("ArrowDown");
    });
    const start = async () => (await agenda(ana, "2035-12-03", "2035-12-10")).meetings.map(({ start_time }) => start_time);
    await until(start, ["2035-12-05T10:30:00+01:00"]);
    check();
});

test("what is typed right after a dialog opens goes into it", async () => {
    const ana = await person("Ana", "Europe/Madrid");
    const { page, check } = await open(browser);
    await enter(page, ana, "#week/2035-12-04");
    // Before the browser draws the dialog: three arrows, Enter, and the key of another view.
    const focused = await page.evaluate(async () => {
        const cursor = document.querySelector(".cursor");
        const press = (key, more) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
        cursor.focus();
        press("ArrowRight");
        press("ArrowDown");
        press("ArrowDown", { shiftKey: true });
        cursor.click();
        for (let turn = 0; turn < 10; turn++) await null;
        press("l");
        return document.activeElement.closest(".field")?.textContent;
    });
    assert.equal(focused, "Title");
    await page.locator("dialog .preview .timeline").first().waitFor();
    assert.equal(await page.locator("nav a[aria-current=page]").innerText(), "Week");
    assert.deepEqual(
        await Promise.all(["Date", "From", "Until"].map((label) => page.getByLabel(label, { exact: true }).inputValue())),
        ["2035-12-04", "9:30", "10:30"],
    );
    check();
});

test("a version that somebody else changed is offered, and nothing is overwritten", async () => {
    const ana = await person("Ana", "Europe/Madrid");
    const meeting = await book(ana, "2035-12-04T10:00", "2035-12-04T11:00", { title: "Review" });
    const { page, check } = await open(browser);
    await enter(page, ana, "#week/2035-12-04");
    await page.locator(".block button").click();
    await page.getByRole("button", { name: "Change" }).click();
    await page.getByLabel("Title").fill("Mine");
    await api("PATCH", `/api/meetings/${meeting.meeting_id}`, { title: "Theirs" });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Somebody has changed this meeting meanwhile").waitFor();
    await page.getByRole("button", { name: "Show what is saved" }).click();
    await page.waitForFunction(() => document.querySelector(".meeting-form input")?.value === "Theirs");
    assert.equal((await api("GET", `/api/meetings/${meeting.meeting_id}`)).title, "Theirs");
    check();
});

test("errors are at their fields in the API's words, and a lost connection loses nothing", async () => {
    const ana = await person("Ana", "Europe/Madrid");
    const { page, context, check } = await open(browser);
    await enter(page, ana, "#day/2035-03-25");
    await page.keyboard.press("n");
    await page.getByLabel("Date").fill("2035-03-25");
    await page.getByLabel("From", { exact: true }).fill("2:30");
    await page.getByLabel("Until").fill("1h");
    await page.locator(".field", { hasText: "From" }).locator(".error", { hasText: "doesn't exist in Europe/Madrid" }).waitFor();
    await page.getByLabel("From", { exact: true }).fill("4");
    await page.getByLabel("People").fill("nobody@example.com");
    await page.getByLabel("People").press("Enter");
    await page.locator(".field", { hasText: "People" }).locator(".error").waitFor();
    await page.getByRole("button", { name: "Remove: nobody@example.com" }).click();
    await page.getByText("You will hear at 3:00").waitFor();
    await context.setOffline(true);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The service can't be reached. Nothing was lost.").waitFor();
    await context.setOffline(false);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("is booked.").waitFor();
    check();
});
