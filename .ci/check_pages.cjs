// Opens web pages in a headless Chromium beside a running `local`: a page of another port of this machine must neither
// read nor change anything, in any of its services, and the pages of `local` itself must work.
//
// Usage: node check_pages.cjs URL PID CHROMIUM, with playwright-core in NODE_PATH. URL is where `local` answers, with an
// empty store. PID is its process, on Linux, whose ports are looked up.
const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const http = require("node:http");
const { chromium } = require("playwright-core");

const [url, pid, executablePath] = process.argv.slice(2);

// The ports on which the process listens.
function portsOf(pid) {
    const links = fs.readdirSync(`/proc/${pid}/fd`).map((fd) => {
        try {
            return fs.readlinkSync(`/proc/${pid}/fd/${fd}`);
        } catch {
            return ""; // Closed meanwhile.
        }
    });
    const sockets = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
    const rows = fs.readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1).map((row) => row.trim().split(/\s+/));
    const listening = rows.filter((row) => row[3] === "0A" && sockets.has(row[9]));
    return listening.map((row) => parseInt(row[1].split(":")[1], 16));
}

// Runs in the page: tries every kind of request at every port, and returns what it could read.
async function attack({ url, ports, other }) {
    const user = JSON.stringify({ email: "mallory@example.com", name: "Mallory", timezone: "UTC" });
    const target = (name) => ({ "x-amz-target": name, "content-type": "application/x-amz-json-1.0" });
    const put = JSON.stringify({ TableName: "tactful", Item: { pk: { S: "EVIL" }, sk: { S: "EVIL" } } });
    const signature = "AWS4-HMAC-SHA256 Credential=local/20261102/local/dynamodb/aws4_request, "
        + "SignedHeaders=host;x-amz-date, Signature=00";
    const signed = { ...target("DynamoDB_20120810.PutItem"), authorization: signature, "x-amz-date": "20261102T090000Z" };
    const scan = { ...signed, ...target("DynamoDB_20120810.Scan") };
    const requests = [
        ["/api/create_user", { method: "POST", body: user }],
        ["/api/create_user", { method: "POST", body: user, headers: { "content-type": "application/json" } }],
        ["/api/create_user", { method: "POST", body: user, mode: "no-cors" }],
        ["/api/users/0123456789abcdef0123456789abcdef", { method: "PATCH", body: user }],
        ["/local/outbox", {}],
        ["/local/token?email=ana@example.com", {}],
        ["/local/webhooks", {}],
        ["/", { method: "POST", headers: scan, body: JSON.stringify({ TableName: "tactful" }) }],
        ["/", { method: "POST", headers: signed, body: put }],
        ["/", { method: "POST", body: put, mode: "no-cors" }],
        ["/", { method: "POST", headers: target("secretsmanager.GetSecretValue"), body: '{"SecretId":"tactful-webhook"}' }],
        ["/", {}],
        ["/v2/email/outbound-emails", { method: "POST", body: "{}", mode: "no-cors" }],
        ["/v2/email/outbound-emails", {
            method: "POST", mode: "no-cors", body: JSON.stringify({
                FromEmailAddress: "a@example.com", Destination: { ToAddresses: ["b@example.com"] },
                Content: { Raw: { Data: btoa("From: a@example.com\r\nSubject: x\r\n\r\nx") } },
            }),
        }],
        ["/schedule-groups/evil", { method: "POST", body: "{}", mode: "no-cors" }],
        ["/schedules", {}],
        ["/webhooks", { method: "POST", body: "{}", mode: "no-cors" }],
    ];
    const readable = [];
    for (const origin of [new URL(url).origin, ...ports.map((port) => `http://${other}:${port}`)]) {
        for (const [path, init] of requests) {
            try {
                const answer = await fetch(origin + path, init);
                if (answer.type !== "opaque") {
                    readable.push(`${init.method ?? "GET"} ${origin}${path}: ${answer.status} ${await answer.text()}`);
                }
            } catch {
                // Refused or unreadable: as it should be.
            }
        }
    }
    // A form needs nobody's permission, and its body can be made to look like JSON.
    for (const action of [`${url}/api/create_user`, ...ports.map((port) => `http://${other}:${port}/v2/email/outbound-emails`)]) {
        const frame = Object.assign(document.createElement("iframe"), { name: `f${Math.random()}` });
        document.body.append(frame);
        const form = Object.assign(document.createElement("form"), { method: "POST", action, enctype: "text/plain", target: frame.name });
        const [name, value] = user.split(":", 2);
        form.append(Object.assign(document.createElement("input"), { name: `${name}:${value.slice(0, 9)}`, value: user.slice(19) }));
        document.body.append(form);
        const loaded = new Promise((done) => { frame.onload = done; setTimeout(done, 2000); });
        form.submit();
        await loaded;
    }
    return readable;
}

async function json(path, init) {
    const answer = await fetch(url + path, init);
    return { status: answer.status, body: await answer.json() };
}

// Starts another `local`, which allows pages of `origin` to call its API. Returns where it answers.
async function allowing(origin) {
    const child = spawn("target/debug/local", ["--in-memory", "--listen", "127.0.0.1:0", "--cors-origin", origin]);
    let banner = "";
    for await (const text of child.stdout) {
        banner += text;
        if (banner.includes("/local/outbox")) break;
    }
    return { url: /http:\/\/[0-9.]+:[0-9]+/.exec(banner)[0], child };
}

// Runs in a page of an allowed origin: what a calendar page does with the API.
async function books(url) {
    const call = (path, init) => fetch(`${url}/api/${path}`, init);
    const user = JSON.stringify({ email: "pat@example.com", name: "Pat", timezone: "UTC" });
    const created = await call("create_user", {
        method: "POST", body: user, headers: { "content-type": "application/json", "idempotency-key": "one" },
    });
    const { user_id } = await created.json();
    const read = await call(`users/${user_id}`);
    const changed = await call(`users/${user_id}`, {
        method: "PATCH", body: '{"name":"Patrizia"}', headers: { "content-type": "application/json", "if-match": read.headers.get("etag") },
    });
    const missing = await call("nowhere");
    return [created.status, changed.status, (await changed.json()).name, missing.status, (await missing.json()).code];
}

// With --cors-origin, pages of that origin call the API and nothing else, and other pages nothing at all.
async function checkCors(page, elsewhere) {
    const { url, child } = await allowing(new URL(elsewhere).origin);
    try {
        await page.goto(elsewhere);
        assert.deepEqual(await page.evaluate(books, url), [201, 200, "Patrizia", 404, "route_not_found"]);
        const ports = portsOf(child.pid);
        const read = await page.evaluate(attack, { url, ports, other: "127.0.0.1" });
        const own = url.replace("http://", "");
        assert(read.length > 0 && read.every((line) => line.includes(`http://${own}/api/`)), `a page read more than the API: ${read}`);
        await page.goto(elsewhere.replace("127.0.0.1", "localhost"));
        assert.deepEqual(await page.evaluate(attack, { url, ports, other: "127.0.0.1" }), [], "a page of another origin read these");
    } finally {
        child.kill();
    }
}

async function main() {
    const ports = portsOf(pid);
    assert(ports.length >= 6, `local listens on too few ports: ${ports}`);
    const site = http.createServer((_, answer) => {
        answer.setHeader("content-type", "text/html");
        answer.end(`<!doctype html><title>Elsewhere</title><a href="${url}/local">Tactful</a>`);
    });
    await new Promise((listening) => site.listen(0, "127.0.0.1", listening));
    const elsewhere = `http://127.0.0.1:${site.address().port}/`;
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    try {
        const page = await browser.newPage();
        for (const other of ["127.0.0.1", "localhost"]) {
            await page.goto(elsewhere);
            assert.deepEqual(await page.evaluate(attack, { url, ports, other }), [], "a page of another port read these answers");
        }
        assert.deepEqual((await json("/local/outbox")).body, [], "a page sent mail");
        assert.deepEqual((await json("/local/webhooks")).body.received, [], "a page sent a webhook");
        assert.deepEqual((await json("/local/reminders")).body, { set: [], owed: [] }, "a page set a timer");
        const mallory = JSON.stringify({ email: "mallory@example.com", name: "Mallory", timezone: "UTC" });
        const { status } = await json("/api/create_user", { method: "POST", body: mallory });
        assert.equal(status, 201, "a page created the user before");
        console.log(`A page on another port read and changed nothing at the ports ${ports.join(", ")}.`);

        await checkCors(page, elsewhere);
        console.log("A page of the origin of --cors-origin calls the API and nothing else; others call nothing.");

        await page.goto(elsewhere);
        await page.click("a");
        await page.waitForSelector("h1");
        assert.equal(await page.textContent("h1"), "Tactful");
        console.log("A link from there leads to the start page.");

        await page.goto(`${url}/api/docs`);
        const operation = "[id$=create_user].opblock"; // "Try it out" is open from the start, see page.js.
        await page.click(`${operation} .opblock-summary`);
        await page.fill(`${operation} .body-param textarea`, mallory.replaceAll("allory", "olly"));
        await page.click(`${operation} .execute`);
        const shown = await page.waitForSelector(`${operation} .live-responses-table tbody .response-col_status`);
        assert.match(await shown.textContent(), /^201/);
        console.log('"Try it out" of the documentation page creates a user.');
    } finally {
        await browser.close();
        site.close();
    }
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
