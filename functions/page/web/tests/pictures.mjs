// Pictures of the page, compared with those in ./pictures. UPDATE_PICTURES=1 makes them anew, to be looked at and committed.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

/** How much of a picture may differ, and by how much a point may before it does: another browser smooths letters otherwise. */
const TOLERATED_SHARE = 0.002;
const TOLERATED_COLOUR = 0.2;

/** The picture at the top of the README is one of them. */
const ELSEWHERE = { "reason-desktop-light": new URL("../../../../docs/calendar.png", import.meta.url) };

/** What tells the real time: when times were looked up, and when an invitation was or will be sent. */
const REAL_TIMES = ".found > .help, .invitation";

export async function comparePicture(page, name, { fullPage = false } = {}) {
    const kept = ELSEWHERE[name] ?? new URL(`pictures/${name}.png`, import.meta.url);
    const hide = (isHidden) => page.locator(REAL_TIMES).evaluateAll((found, isHidden) => found.forEach((element) => { element.hidden = isHidden; }), isHidden);
    await hide(true);
    const taken = await page.screenshot({ animations: "disabled", caret: "hide", fullPage });
    await hide(false);
    if (process.env.UPDATE_PICTURES === "1") {
        await mkdir(new URL("./", kept), { recursive: true });
        return writeFile(kept, taken);
    }
    const expected = PNG.sync.read(await readFile(kept));
    const found = PNG.sync.read(taken);
    assert.deepEqual([found.width, found.height], [expected.width, expected.height], `the size of ${name}`);
    const { width, height } = expected;
    const difference = new PNG({ width, height });
    const differing = pixelmatch(expected.data, found.data, difference.data, width, height, { threshold: TOLERATED_COLOUR });
    const share = differing / (width * height);
    if (share <= TOLERATED_SHARE) return;
    const folder = process.env.SCREENSHOTS ?? tmpdir();
    await mkdir(folder, { recursive: true });
    await writeFile(`${folder}/${name}.found.png`, taken);
    await writeFile(`${folder}/${name}.difference.png`, PNG.sync.write(difference));
    assert.fail(`${name} differs in ${(100 * share).toFixed(2)} %: see ${folder}/${name}.found.png and .difference.png`);
}
