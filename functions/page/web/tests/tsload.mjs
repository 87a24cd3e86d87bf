// Bundles a module of src for a test without a browser.
import { build } from "esbuild";

export async function load(path) {
    const result = await build({
        entryPoints: [new URL(`../src/${path}`, import.meta.url).pathname],
        bundle: true, write: false, format: "esm", platform: "neutral", jsx: "automatic", jsxImportSource: "preact",
        mainFields: ["module", "main"], conditions: ["import"],
        // The modules under test read nothing of the page but its languages.
        banner: { js: 'globalThis.navigator ??= { languages: ["en"] }; globalThis.document ??= { documentElement: { dataset: {} } };' },
    });
    const text = Buffer.from(result.outputFiles[0].contents).toString("base64");
    return import(`data:text/javascript;base64,${text}`);
}
