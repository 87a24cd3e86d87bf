// One style sheet has the colours and the type of every page.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

const folder = new URL("../styles/", import.meta.url);
const others = (await readdir(folder)).filter((name) => name !== "base.css");

test("colours are named in base.css alone", async () => {
    assert(others.length > 4);
    for (const name of others) {
        const text = (await readFile(new URL(name, folder), "utf8")).replaceAll(/\/\*[^]*?\*\//g, "");
        const found = text.match(/#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|lab|lch|oklab|oklch)a?\(|color-scheme|:\s*(?:white|black|gr[ae]y|red)\b/gi) ?? [];
        assert.deepEqual(found, [], name);
        assert.doesNotMatch(text, /font-family|prefers-color-scheme/, name);
    }
});

test("text is as large as the reader wants it", async () => {
    for (const name of [...others, "base.css"]) {
        const text = await readFile(new URL(name, folder), "utf8");
        assert.deepEqual(text.match(/font(?:-size)?:[^;}]*\dpx[^;}]*/g) ?? [], [], name);
    }
});
