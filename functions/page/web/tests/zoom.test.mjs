// For who needs it larger or still: at 200 % zoom, and with the browser's text at twice its size, nothing is cut off or wider than
// the screen, dialogs scroll, and what has the focus is in sight (WCAG 2.2: 1.4.4, 1.4.10, 2.4.11). Without motion, nothing moves
// or fades.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { book, enterIn, launch, open, person, picture, url } from "./page.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const DAY = "2035-12-04";
const LONG = "The whole autumn's plans, budgets and appointments";

async function group() {
    const nightly = { dnd_start_time: "22:00", dnd_end_time: "07:00" };
    const ana = await person("Ana", "Europe/Madrid", nightly);
    const bo = await person("Bo", "Asia/Kolkata", { name: "Bo with a rather long name", ...nightly });
    await book(ana, `${DAY}T10:00`, `${DAY}T11:00`, { title: LONG, participants: [bo.email], location: "Room 4" });
    await book(ana, `${DAY}T07:30`, `${DAY}T08:00`, { title: "Breakfast", participants: [bo.email] });
    return { ana, bo };
}

/** Every view and dialog, and how one gets there. */
const PLACES = {
    week: { hash: `week/${DAY}`, ready: ".mark" },
    day: { hash: `day/${DAY}`, ready: ".mark" },
    list: { hash: `list/${DAY}`, ready: ".day-list li" },
    settings: { hash: "settings", ready: ".settings form" },
    find: {
        hash: "find", ready: ".find form",
        async show(page, { bo }) {
            await page.locator(".adding input").fill(bo.email);
            await page.locator(".find form [type=submit]").click();
            await page.locator(".heat thead button").first().click();
            await page.locator(".find .effects").waitFor();
        },
    },
    details: {
        hash: `list/${DAY}`, ready: ".day-list li", dialog: true,
        async show(page) {
            await page.locator(".day-list button").last().click();
            await page.locator(".dialog .timeline li").first().waitFor();
        },
    },
    form: {
        hash: `list/${DAY}`, ready: ".day-list li", dialog: true,
        async show(page) {
            await page.locator(".day-list button").last().click();
            await page.locator(".dialog footer .primary").click();
            await page.locator(".preview .timeline").first().waitFor();
        },
    },
    shortcuts: {
        hash: `list/${DAY}`, ready: ".day-list li", dialog: true,
        async show(page) {
            await page.locator("body").press("?");
            await page.locator(".keys").waitFor();
        },
    },
};

async function visit(name, options = {}) {
    const people = await group();
    const opened = await open(browser, options);
    const { page } = opened;
    if (options.text !== undefined) {
        const session = await page.context().newCDPSession(page);
        await session.send("Page.enable");
        await session.send("Page.setFontSizes", { fontSizes: { standard: options.text, fixed: options.text } });
    }
    if (name === "sign-in") {
        await page.goto(`${url}/`);
        await page.locator(".sign-in form").first().waitFor();
        return opened;
    }
    const place = PLACES[name];
    await enterIn(page, people.ana, place.hash);
    await page.locator(place.ready).first().waitFor();
    await place.show?.(page, people);
    return opened;
}

/** Runs in the page: what is wider than the screen, and texts of which a part can't be reached. */
function cutOff() {
    const found = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`the page: ${scrollWidth} of ${clientWidth}`);
    const dialog = document.querySelector("dialog[open]");
    if (dialog !== null && dialog.scrollWidth > dialog.clientWidth) found.push(`the dialog: ${dialog.scrollWidth} of ${dialog.clientWidth}`);
    for (const element of (dialog ?? document.body).querySelectorAll("*")) {
        const style = getComputedStyle(element);
        // A block is as high as its meeting is long, and its button says all of it; what nobody sees is for screen readers.
        // A line to write in scrolls by itself.
        if (element.closest(".block, .unseen, .mark, .cursor, svg, .line") !== null || !element.checkVisibility()) continue;
        if (element.matches("input:not([type=date], [type=time])")) continue;
        const clips = (overflow, needs, has) => ["hidden", "clip"].includes(overflow) && needs > has + 1;
        if (clips(style.overflowX, element.scrollWidth, element.clientWidth) || clips(style.overflowY, element.scrollHeight, element.clientHeight)) {
            const what = element.labels?.[0] ?? element;
            found.push(`cut off: ${element.tagName}.${element.className} ${what.textContent.slice(0, 40)} ${element.scrollWidth} of ${element.clientWidth}, ${element.scrollHeight} of ${element.clientHeight}`);
        }
        // What is chosen is shown whole, beside the arrow, where a line has room for so many letters.
        if (element.matches("select") && innerWidth >= 20 * parseFloat(getComputedStyle(document.documentElement).fontSize)) {
            const ruler = document.createElement("span");
            ruler.textContent = element.selectedOptions[0]?.textContent ?? "";
            ruler.style.cssText = "position:absolute;visibility:hidden;white-space:nowrap";
            ruler.style.font = style.font;
            document.body.append(ruler);
            const inside = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 16;
            if (ruler.offsetWidth > inside + 1) found.push(`cut off: ${ruler.textContent} (${ruler.offsetWidth} of ${inside})`);
            ruler.remove();
        }
        const box = element.getBoundingClientRect();
        const isText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
        const scroller = element.closest(".grid, .heat");
        if (isText && scroller === null && box.width > 0 && (box.right > clientWidth + 1 || box.left < -1)) {
            found.push(`beside the screen: ${element.tagName}.${element.className} ${element.textContent.slice(0, 40)}`);
        }
    }
    return found;
}

/** Runs in the page: what covers all of what has the focus, or that it is out of sight. Null if it is seen. */
function hidden() {
    const element = document.activeElement;
    if (element === null || element === document.body || element.id === "main") return null;
    const name = `${element.tagName}.${element.className} ${(element.getAttribute("aria-label") ?? element.textContent).slice(0, 40)}`;
    // The cursor lets the pointer through.
    element.style.pointerEvents = "auto";
    const box = element.getBoundingClientRect();
    const [width, height] = [Math.min(box.width, innerWidth), Math.min(box.height, innerHeight)];
    let over = null;
    for (const x of [0.1, 0.5, 0.9]) {
        for (const y of [0.1, 0.5, 0.9]) {
            const top = document.elementFromPoint(box.left + width * x, box.top + height * y);
            if (top !== null && (top === element || element.contains(top) || top.contains(element) || top.matches(`label[for="${element.id}"]`))) return null;
            over = top === null ? "nothing: it is out of sight" : `${top.tagName}.${top.className}`;
        }
    }
    return `${name} is under ${over}`;
}

/** Goes through everything by Tab and back. */
async function focusIsSeen(page, name) {
    for (const key of ["Tab", "Shift+Tab"]) {
        const seen = new Set();
        let first;
        for (let presses = 0; presses < 150; presses++) {
            await page.keyboard.press(key);
            const [fault, id] = await page.evaluate(`[(${hidden})(), (() => { const e = document.activeElement; e.dataset.visit ??= String(Math.random()); return e.dataset.visit; })()]`);
            if (fault !== null) await picture(page, "hidden");
            assert.equal(fault, null, `${name}, ${key}`);
            first ??= id;
            // A date has several stops.
            if (id === first && seen.size > 1) break;
            seen.add(id);
        }
        assert(seen.size > 1, `${name}: ${key} goes nowhere`);
    }
}

const LARGE = {
    "at 200 % zoom": { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 },
    "with text at 200 %": { viewport: { width: 1280, height: 900 }, text: 32 },
    "with text at 200 % on a phone": { viewport: { width: 390, height: 844 }, text: 32 },
    "at 400 % zoom": { viewport: { width: 320, height: 256 } },
};

for (const [how, options] of Object.entries(LARGE)) {
    for (const name of ["sign-in", ...Object.keys(PLACES)]) {
        test(`${name} ${how}`, async () => {
            const { page, context, check } = await visit(name, options);
            if (options.text !== undefined) {
                assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), "32px");
                assert(await page.evaluate(() => parseFloat(getComputedStyle(document.querySelector("button")).fontSize)) >= 26);
            }
            await picture(page, `large-${name}-${how.replaceAll(/\W+/g, "-")}`);
            assert.deepEqual(await page.evaluate(cutOff), []);
            if (PLACES[name]?.dialog) {
                const last = page.locator(".dialog button, .dialog dd").last();
                await last.scrollIntoViewIfNeeded();
                await page.waitForFunction((end) => end.getBoundingClientRect().bottom <= innerHeight, await last.elementHandle());
            }
            await focusIsSeen(page, `${name} ${how}`);
            check();
            await context.close();
        });
    }
}

for (const view of ["week", "list"]) {
    test(`a message covers nothing that has the focus in the ${view}`, async () => {
        const { page, context, check } = await visit("week", LARGE["at 200 % zoom"]);
        await page.locator(".block button").first().press("Alt+ArrowDown");
        await page.locator(".message", { hasText: "is now" }).waitFor();
        await page.getByRole("link", { name: view, exact: false }).first().click();
        await page.locator(view === "list" ? ".day-list li" : ".block").first().waitFor();
        await page.locator(".message", { hasText: "is now" }).waitFor();
        await focusIsSeen(page, view);
        await page.locator(".message", { hasText: "is now" }).waitFor();
        check();
        await context.close();
    });
}

/** Runs in the page: what moves or fades for longer than a millisecond. */
function motions() {
    const longest = (times) => Math.max(...times.split(",").map((time) => parseFloat(time) * (time.trim().endsWith("ms") ? 1 : 1000)));
    const found = [];
    for (const element of document.querySelectorAll("*")) {
        for (const pseudo of [null, "::before", "::after", "::backdrop"]) {
            const style = getComputedStyle(element, pseudo);
            const name = `${element.tagName}.${element.getAttribute("class")}${pseudo ?? ""}`;
            if (style.animationName !== "none" && longest(style.animationDuration) > 1) found.push(`${name} is animated`);
            if (longest(style.transitionDuration) > 1) found.push(`${name} has a transition`);
            if (style.scrollBehavior === "smooth") found.push(`${name} scrolls smoothly`);
        }
    }
    for (const animation of document.getAnimations()) {
        const { activeDuration } = animation.effect.getComputedTiming();
        if (activeDuration > 1) found.push(`an animation of ${activeDuration} ms: ${animation.animationName ?? animation.transitionProperty}`);
    }
    return found;
}

for (const name of ["sign-in", ...Object.keys(PLACES)]) {
    test(`${name} without motion`, async () => {
        const { page, context, check } = await visit(name, { reducedMotion: "reduce" });
        assert.deepEqual(await page.evaluate(motions), []);
        check();
        await context.close();
    });
}

test("what waits and what is dragged doesn't move either, unless one wants it to", async () => {
    for (const reducedMotion of ["reduce", "no-preference"]) {
        const { page, context, check } = await visit("day", { reducedMotion });
        let release;
        const answered = new Promise((done) => { release = done; });
        await page.route("**/api/**", async (route) => { await answered; await route.continue(); });
        await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
        await page.locator(".progress").waitFor();
        const box = await page.locator(".block button").last().boundingBox();
        await page.mouse.move(box.x + 40, box.y + 8);
        await page.mouse.down();
        await page.mouse.move(box.x + 40, box.y + 60, { steps: 4 });
        await page.locator(".ghost").waitFor();
        const found = await page.evaluate(motions);
        if (reducedMotion === "reduce") assert.deepEqual(found, []);
        else assert(found.length >= 2, `nothing to switch off: ${found}`);
        await page.keyboard.press("Escape");
        release();
        check();
        await context.close();
    }
});
