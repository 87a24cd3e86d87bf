// Writes ../assets from this folder: one script and one style sheet, named after their content so that browsers may keep
// them for ever, and the page that names both. The same sources always make the same bytes.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = new URL("./", import.meta.url).pathname;
const assets = new URL("../assets/", import.meta.url).pathname;

// What the whole page may weigh on the wire.
const BUDGET = 100_000;

async function bundled(entry) {
    const result = await build({
        absWorkingDir: here,
        entryPoints: [entry],
        bundle: true,
        minify: true,
        write: false,
        format: "esm",
        target: ["es2022", "chrome110", "firefox115", "safari16"],
        jsx: "automatic",
        jsxImportSource: "preact",
        charset: "utf8",
        legalComments: "none",
        logLevel: "warning",
    });
    return result.outputFiles[0].text;
}

const script = await bundled("src/main.tsx");
const style = await bundled("styles/app.css");
const template = await readFile(`${here}index.html`, "utf8");

function named(extension, text) {
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
    return `app-${hash}.${extension}`;
}

const [scriptName, styleName] = [named("js", script), named("css", style)];
const page = template.replace("{script}", scriptName).replace("{style}", styleName);
const files = new Map([["index.html", page], [scriptName, script], [styleName, style]]);

await rm(assets, { recursive: true, force: true });
await mkdir(assets);
let total = 0;
for (const [name, text] of files) {
    await writeFile(assets + name, text);
    const size = gzipSync(text, { level: 9 }).length;
    total += size;
    console.log(`${name}: ${size} bytes compressed`);
}
console.log(`in all: ${total} of ${BUDGET} bytes`);
if (total > BUDGET) {
    console.error("The page is larger than it may be.");
    process.exit(1);
}
