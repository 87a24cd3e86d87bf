// Where callers sign in with the tokens of `local --auth dev`: the page gets one, and keeps it in memory alone.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import test from "node:test";
import { launch, open } from "./page.mjs";

const program = process.env.LOCAL ?? new URL("../../../../target/debug/local", import.meta.url).pathname;

/** Starts the program on a free port. Its output is all that it wrote until it is asked for. */
async function start() {
    const local = spawn(program, ["--auth", "dev", "--in-memory", "--listen", "127.0.0.1:0"]);
    let output = "";
    const url = await new Promise((resolve, reject) => {
        for (const stream of [local.stdout, local.stderr]) {
            stream.on("data", (text) => {
                output += text;
                const found = /Tactful answers on (\S+)/.exec(output);
                if (found !== null) resolve(found[1]);
            });
        }
        local.on("exit", () => reject(new Error(output)));
    });
    return { url, output: () => output, stop: () => local.kill() };
}

test("a token is neither stored nor told", async () => {
    const local = await start();
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
