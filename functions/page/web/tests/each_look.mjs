// What every view has to be: without violations that axe finds, in both colour schemes, and as wide as the screen, whatever
// the language.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { open, url } from "./page.mjs";

const axe = await readFile(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

export async function accessible(page) {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
}

async function fits(page) {
    const [needed, given] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert(needed <= given, `${needed} px of ${given}`);
}

/** Opens a view as somebody, whatever the language. */
export async function enterIn(page, user, view) {
    await page.addInitScript((id) => sessionStorage.setItem("people", JSON.stringify([id])), user.user_id);
    await page.goto(`${url}/#${view}`);
    await page.locator(".people button").first().click();
}

/** A test of a view for each language and width. `somebody` makes who opens it, and `show` brings it where it is looked at. */
export function eachLook(view, headings, browser, somebody, show = async () => {}) {
    for (const [locale, language] of [["en-GB", "en"], ["de-DE", "de"], ["ar-EG", "ar"]]) {
        for (const [width, height] of [[320, 700], [390, 844], [1280, 900]]) {
            test(`${view} in ${locale} at ${width} px, in both colour schemes`, async () => {
                const { page, context, check } = await open(browser(), { locale, viewport: { width, height } });
                const user = await somebody();
                await enterIn(page, user, view);
                await page.getByRole("heading", { name: headings[language], level: 1 }).waitFor();
                await show(page, user);
                for (const colorScheme of ["light", "dark"]) {
                    await page.emulateMedia({ colorScheme });
                    await accessible(page);
                    await fits(page);
                    const folder = process.env.SCREENSHOTS;
                    if (folder) await page.screenshot({ path: `${folder}/${view}-${locale}-${width}-${colorScheme}.png`, fullPage: true });
                }
                check();
                await context.close();
            });
        }
    }
}
