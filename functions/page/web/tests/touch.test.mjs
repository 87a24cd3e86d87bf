// The grid by finger: it scrolls, taps, and after a long press draws, moves and resizes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api, book, enter, launch, open, person, picture, until } from "./page.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** A finger on the page: real touches, out of which the browser makes its own pointer events, scrolling and clicks. */
async function finger(page) {
    const session = await page.context().newCDPSession(page);
    const send = (type, ...points) => session.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
    let at = [0, 0];
    return {
        down: (x, y) => { at = [x, y]; return send("touchStart", at); },
        async move(x, y, steps = 8) {
            const [fromX, fromY] = at;
            for (let step = 1; step <= steps; step++) {
                at = [fromX + ((x - fromX) * step) / steps, fromY + ((y - fromY) * step) / steps];
                await send("touchMove", at);
            }
        },
        second: (x, y) => send("touchStart", at, [x, y]),
        up: () => send("touchEnd"),
        cancel: () => send("touchCancel"),
    };
}

/** Ana's calendar on a phone with a meeting from ten to eleven, and where its minutes are. */
async function phone(hash = "#day/2035-12-04") {
    const ana = await person("Ana", "Europe/Madrid");
    await book(ana, "2035-12-04T10:00", "2035-12-04T11:00", { title: "Review" });
    const { page, check } = await open(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await enter(page, ana, hash);
    await page.locator(".block button").waitFor();
    const day = page.locator('.day[data-day="2035-12-04"]');
    const where = async (minute, along = 0.5) => {
        const box = await day.boundingBox();
        return [box.x + box.width * along, box.y + (minute / 1440) * box.height];
    };
    const agenda = () => api("GET", `/api/users/${ana.user_id}/meetings?start_time=2035-11-28T00:00&end_time=2035-12-13T00:00`);
    const times = async () => (await agenda()).meetings.map(({ start_time, end_time }) => [start_time, end_time].map((time) => time.slice(5, 16)));
    const scrolled = () => page.locator(".grid").evaluate((grid) => [grid.scrollLeft, grid.scrollTop]);
    return { page, check, where, times, scrolled, touch: await finger(page) };
}

const UNMOVED = [["12-04T10:00", "12-04T11:00"]];
const held = (page) => page.locator(".ghost").waitFor();

test("a finger that moves at once scrolls, over a meeting and over empty time, and a tap opens", async () => {
    const { page, check, where, times, scrolled, touch } = await phone();
    for (const minute of [620, 760]) {
        const [, before] = await scrolled();
        const [x, y] = await where(minute, 0.3);
        await touch.down(x, y);
        await touch.move(x, y - 120);
        await touch.up();
        await page.waitForFunction((before) => document.querySelector(".grid").scrollTop > before + 60, before);
    }
    assert.equal(await page.locator(".ghost, dialog").count(), 0);
    await page.locator(".block button").tap();
    await page.getByRole("heading", { name: "Review" }).waitFor();
    assert.deepEqual(await times(), UNMOVED);
    check();
});

test("a long press moves a meeting, and the grid stays where it is", async () => {
    const { page, check, where, times, scrolled, touch } = await phone();
    const before = await scrolled();
    const [x, y] = await where(620);
    await touch.down(x, y);
    await held(page);
    await picture(page, "touch-held");
    await touch.move(...(await where(740)));
    await page.locator(".ghost", { hasText: "12:00 – 13:00" }).waitFor();
    await touch.up();
    await until(times, [["12-04T12:00", "12-04T13:00"]]);
    assert.deepEqual(await scrolled(), before);
    assert.equal(await page.locator("dialog").count(), 0, "the finger that moved it opens nothing");
    check();
});

test("a short meeting is moved by its middle, and not resized", async () => {
    const ana = await person("Ana", "Europe/Madrid");
    const { meeting_id } = await book(ana, "2035-12-04T10:00", "2035-12-04T10:30", { title: "Short" });
    const { page, check } = await open(browser, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await enter(page, ana, "#day/2035-12-04");
    const box = await page.locator(".block button").boundingBox();
    const hour = (await page.locator(".day").boundingBox()).height / 24;
    const touch = await finger(page);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await touch.down(x, y);
    await held(page);
    await touch.move(x, y + hour);
    await touch.up();
    const times = async () => (({ start_time, end_time }) => [start_time, end_time])(await api("GET", `/api/meetings/${meeting_id}`));
    await until(times, ["2035-12-04T11:00:00+01:00", "2035-12-04T11:30:00+01:00"]);
    check();
});

test("its handle resizes", async () => {
    const { page, check, where, times, touch } = await phone();
    const box = await page.locator(".handle").boundingBox();
    assert(box.height >= 24 && box.width >= 44, `${box.width} x ${box.height}`);
    await touch.down(box.x + box.width / 2, box.y + box.height / 2);
    await touch.move(...(await where(750)));
    await page.locator(".ghost", { hasText: "10:00 – 12:30" }).waitFor();
    await picture(page, "touch-resized");
    await touch.up();
    await until(times, [["12-04T10:00", "12-04T12:30"]]);
    check();
});

test("a long press on empty time draws a new one", async () => {
    const { page, check, where, touch } = await phone();
    await touch.down(...(await where(730)));
    await page.locator(".ghost", { hasText: "12:00 – 12:30" }).waitFor();
    await touch.move(...(await where(810)));
    await page.locator(".ghost", { hasText: "12:00 – 13:30" }).waitFor();
    await picture(page, "touch-drawn");
    await touch.up();
    await page.getByRole("heading", { name: "New meeting" }).waitFor();
    assert.equal(await page.getByLabel("From", { exact: true }).inputValue(), "12:00");
    assert.equal(await page.getByLabel("Until").inputValue(), "13:30");
    check();
});

test("a long press that goes nowhere changes and opens nothing", async () => {
    const { page, check, where, times, touch } = await phone();
    const requests = [];
    page.on("request", (request) => { if (request.method() === "PATCH") requests.push(request.url()); });
    await touch.down(...(await where(620)));
    await held(page);
    await touch.up();
    await page.locator(".ghost").waitFor({ state: "detached" });
    // A click would have come by the time another tap opens something.
    await page.locator(".bar .person").waitFor();
    assert.equal(await page.locator("dialog").count(), 0);
    await page.locator(".block button").tap();
    await page.getByRole("heading", { name: "Review" }).waitFor();
    assert.deepEqual([await times(), requests], [UNMOVED, []]);
    check();
});

for (const [name, giveUp] of [
    ["Escape", ({ page }) => page.keyboard.press("Escape")],
    ["the browser", ({ touch }) => touch.cancel()],
    ["a second finger", ({ touch }) => touch.second(200, 500)],
]) {
    test(`what ${name} ends is given up`, async () => {
        const all = await phone();
        const { page, check, where, times, touch } = all;
        for (const minute of [620, 760]) {
            await touch.down(...(await where(minute)));
            await held(page);
            await touch.move(...(await where(minute + 90)));
            await giveUp(all);
            await page.locator(".ghost").waitFor({ state: "detached" });
            if (name !== "the browser") await touch.up();
        }
        assert.equal(await page.locator("dialog, .ghost").count(), 0);
        assert.deepEqual(await times(), UNMOVED);
        // And the next one works.
        await touch.down(...(await where(620)));
        await held(page);
        await touch.move(...(await where(680)));
        await touch.up();
        await until(times, [["12-04T11:00", "12-04T12:00"]]);
        check();
    });
}

test("at the edge the grid scrolls along, to another day and to an earlier hour", async () => {
    const { page, check, where, times, scrolled, touch } = await phone("#week/2035-12-04");
    await page.locator(".block button").scrollIntoViewIfNeeded();
    const [left] = await scrolled();
    await touch.down(...(await where(620)));
    await held(page);
    await touch.move(385, (await where(620))[1]);
    await page.waitForFunction((left) => document.querySelector(".grid").scrollLeft > left + 120, left);
    await touch.move(300, 260);
    await page.waitForFunction(() => document.querySelector(".grid").scrollTop < 200);
    await touch.up();
    for (let attempt = 0; ; attempt++) {
        const [[start]] = await times();
        if (start > "12-05" && start.slice(6) < "09:00") break;
        assert(attempt < 200, start);
        await new Promise((done) => setTimeout(done, 50));
    }
    check();
});

test("Escape gives up what a mouse drags, and the click that follows opens nothing", async () => {
    const { page, check, where, times } = await phone();
    await page.mouse.move(...(await where(620)));
    await page.mouse.down();
    await page.mouse.move(...(await where(700)), { steps: 4 });
    await held(page);
    await page.mouse.move(...(await where(625)), { steps: 4 });
    await page.keyboard.press("Escape");
    await page.locator(".ghost").waitFor({ state: "detached" });
    await page.mouse.up();
    await page.locator(".bar .person").waitFor();
    assert.equal(await page.locator("dialog").count(), 0);
    assert.deepEqual(await times(), UNMOVED);
    check();
});
