// What became of each message of a meeting: who was sent what and when, what failed and why, in every language.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { audit } from "./audit.mjs";
import { book, enterIn, launch, open, person, picture } from "./page.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** Opens a meeting about which the API tells `reminders` and `invitations`, where `ana`, `bo` and `former` are people. */
async function details(tell, options = {}) {
    const [ana, bo] = [await person("Ana", "Europe/Madrid"), await person("Bo", "Asia/Kolkata")];
    const former = { user_id: "0123456789abcdef0123456789abcdef", email: "gone@example.com" };
    await book(ana, "2035-12-04T10:00", "2035-12-04T11:00", { title: "Review", participants: [bo.email] });
    const { page, check } = await open(browser, options);
    await page.route("**/api/meetings/*/reminders", async (route) => {
        await route.fulfill({ json: tell({ ana, bo, former }) });
    });
    await enterIn(page, ana, "week/2035-12-04");
    await page.locator(".block button").click();
    await page.locator(".timeline li").first().waitFor();
    return { page, check };
}

const of = ({ user_id, email }, type, more) =>
    ({ user_id, email, type, remind_at: "2035-12-04T08:00:00+00:00", reason: "on_time", state: "planned", delivered_at: null, ...more });
const email = (who, more) => of(who, "email", { minutes_before: 60, ...more });
const webhook = (who, more) => of(who, "webhook", { minutes_before: 60, ...more });
const mail = (who, more) => of(who, "invitation", { remind_at: "2035-11-05T09:01:00+00:00", ...more });

test("state and time of every message, for everybody, and of those who left", async () => {
    const { page, check } = await details(({ ana, bo, former }) => ({
        reminders: [email(ana), email(bo, { state: "delivered", delivered_at: "2035-12-04T08:00:03+00:00" })],
        invitations: [
            mail(ana, { state: "delivered", delivered_at: "2035-11-05T09:01:02+00:00" }),
            mail(bo, { reason: "after_dnd" }),
            mail(former, { state: "delivered", delivered_at: "2035-11-05T09:03:02+00:00" }),
        ],
    }));
    const lines = async (name) => page.locator(".participants > li", { hasText: name }).locator(".timeline li").allInnerTexts();
    const [reminder, invitation] = await lines("Ana");
    assert.match(reminder, /You will hear at 9:00\..*planned/);
    assert.match(invitation, /The mail for the calendar was sent at .*5 Nov.*10:01\..*delivered .*10:01/);
    // Bo's clock is four and a half hours ahead.
    const [theirs, waiting] = await lines("Bo");
    assert.match(theirs, /delivered 13:30/);
    assert.match(waiting, /It waits for the end of the quiet hours of Bo\. The mail for the calendar comes at/);
    assert.match((await lines("gone@example.com takes part no longer"))[0], /was sent at/);
    await picture(page, "outcomes");
    await audit(page);
    check();
});

const FAILURES = [
    ["TimedOut", "No answer came in time."],
    ["Unreachable", "The receiver couldn't be reached."],
    ["Unbuildable", "The message couldn't be written."],
    ["SecretUnavailable", "The key that signs webhooks couldn't be read."],
    ["NoReceiver", "No receiver of webhooks is set."],
    ["TooLate", "Quiet hours began before it could be sent."],
    ["Status410", "The receiver wants no more messages (410)."],
    ["Status503", "The receiver answered 503."],
    ["MessageRejected", "The mail service refused it (MessageRejected)."],
];

test("what failed or is suppressed says why", async () => {
    const { page, check } = await details(({ ana, bo }) => ({
        reminders: [
            ...FAILURES.map(([failure], index) => webhook(ana, { minutes_before: index, state: "failed", failure })),
            webhook(ana, { minutes_before: 99, state: "scheduled", failure: "Unreachable" }),
            ...["dnd_until_start", "meeting_started", "recipient_limit"].map((reason, index) =>
                email(bo, { minutes_before: 60 + index, remind_at: null, state: "suppressed", reason })),
        ],
        invitations: [mail(ana, { state: "failed", failure: "MessageRejected" }), mail(bo, { state: "suppressed", reason: "recipient_limit" })],
    }));
    const text = await page.locator(".participants").innerText();
    for (const [, words] of FAILURES) assert(text.includes(`It couldn't be sent. ${words}`), words);
    for (const words of [
        "You will hear at 9:00. The receiver couldn't be reached. It is tried again.",
        "The quiet hours of Bo last until it starts. Bo won't hear.",
        "It starts before a message can come. Bo won't hear.",
        "Bo was sent as many messages as a day may have. Bo won't hear.",
        "The mail for the calendar couldn't be sent. The mail service refused it (MessageRejected).",
        "Bo was sent as many messages as a day may have. No mail for the calendar is sent.",
    ]) assert(text.includes(words), `${words}\n${text}`);
    await picture(page, "outcomes-failed");
    await audit(page);
    check();
});

for (const [locale, words] of [["de-DE", "Der Empfänger antwortete 500. Es wird erneut versucht."], ["ar-EG", "ستُعاد المحاولة."]]) {
    test(`in ${locale}`, async () => {
        const { page, check } = await details(
            ({ ana }) => ({ reminders: [webhook(ana, { failure: "Status500" })], invitations: [mail(ana)] }), { locale },
        );
        await page.locator(".timeline li", { hasText: words }).waitFor();
        await picture(page, `outcomes-${locale}`);
        await audit(page);
        check();
    });
}
