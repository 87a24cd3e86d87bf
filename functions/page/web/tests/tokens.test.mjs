// Where callers sign in with the tokens of `local --auth dev`: the page gets one, and keeps it in memory alone.
import assert from "node:assert/strict";
import test from "node:test";
import { launch, open } from "./page.mjs";
import { startLocal } from "./program.mjs";

test("a token is neither stored nor told", async () => {
    const local = await startLocal(["--auth", "dev"]);
    const browser = await launch();
    try {
        const { page } = await open(browser);
        const requests = [];
        page.on("request", (request) => requests.push(request));
        await page.goto(`${local.url}/`);
        await page.getByRole("textbox", { name: "Name" }).fill("Dora");
        await page.getByRole("textbox", { name: "E-mail address" }).last().fill("dora@example.com");
        await page.getByRole("button", { name: "Add", exact: true }).click();
        await page.locator("main.calendar").waitFor();
        const stored = await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie]));
        assert.equal(stored, '[{},{},""]');

        // Whoever opens the page again asks for a token again.
        await page.reload();
        await page.getByRole("textbox", { name: "E-mail address" }).first().fill("dora@example.com");
        await page.getByRole("button", { name: "Open", exact: true }).click();
        await page.locator("main.calendar").waitFor();

        const sent = requests.map((request) => request.headers()["authorization"]).filter((header) => header !== undefined);
        const tokens = new Set(sent.map((header) => header.replace("Bearer ", "")));
        assert(tokens.size > 0);
        for (const token of tokens) {
            assert(!local.output().includes(token));
            assert(requests.every((request) => !request.url().includes(token)));
        }
    } finally {
        await browser.close();
        local.stop();
    }
});
