// What holds of every view, however it is looked at.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** axe finds nothing by the rules of WCAG 2.2 AA, and nothing is wider than the screen. */
export async function audit(page, what = page.url()) {
    // The page's own policy would refuse axe as a script.
    await page.evaluate(axe);
    const found = await page.evaluate(async (tags) => {
        const { violations } = await globalThis.axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).slice(0, 3).join(" | ")}`);
    }, TAGS);
    assert.deepEqual(found, [], what);
    const [needed, given] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert(needed <= given, `${what} needs ${needed} pixels of ${given}`);
}
