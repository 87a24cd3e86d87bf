// A `local` of a test's own, for other options than those of the one that TACTFUL names.
import { spawn } from "node:child_process";

const program = process.env.LOCAL ?? new URL("../../../../target/debug/local", import.meta.url).pathname;

/** Starts it with these options, on a free port if none is given. Its output is all that it wrote until it is asked for. */
export async function startLocal(options, port = 0) {
    const local = spawn(program, ["--in-memory", "--listen", `127.0.0.1:${port}`, ...options]);
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
