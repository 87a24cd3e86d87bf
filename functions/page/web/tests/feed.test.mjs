// The address of a calendar to subscribe to: shown once, copied, replaced, ended.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { audit } from "./audit.mjs";
import { enter, launch, open, person, picture, until, url } from "./page.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const status = async (address) => (await fetch(address)).status;

test("an address is made, copied, replaced and ended", async () => {
    const { page, context, check } = await open(browser);
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: url });
    const ana = await person("Ana", "Europe/Madrid");
    await enter(page, ana, "#settings");
    await page.getByRole("button", { name: "Make an address" }).focus();
    await page.keyboard.press("Enter");
    const field = page.getByLabel("Address", { exact: true });
    await field.waitFor();
    await page.waitForFunction(() => document.activeElement?.readOnly === true);
    const first = await field.inputValue();
    assert.equal(await status(first), 200);
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("Copied.").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), first);
    await page.getByLabel("Busy times alone").check();
    await until(() => field.inputValue(), `${first}?detail=busy`);
    assert.equal(await status(`${first}?detail=busy`), 200);
    await audit(page);
    await picture(page, "settings-feed");
    await page.getByRole("button", { name: "Replace it" }).click();
    await page.waitForFunction((old) => !document.querySelector("input[readonly]").value.startsWith(old), first);
    const second = (await field.inputValue()).replace("?detail=busy", "");
    assert.deepEqual([await status(first), await status(second)], [404, 200]);
    // It is nowhere but on the screen.
    const secret = second.split("/").at(-1).replace(".ics", "");
    const kept = await page.evaluate(() => location.href + JSON.stringify({ ...sessionStorage, ...localStorage }));
    assert(!kept.includes(secret));
    await page.getByRole("button", { name: "End the address" }).click();
    await page.getByText("The address has ended.").waitFor();
    assert.equal(await status(second), 404);
    await until(() => field.count(), 0);
    check();
});
