// What became of a message: sent or not, and why not, in words.
import type { Invitation, Meeting, Reminder } from "../api/client";
import { clockFrom } from "../format";
import { t, type Text } from "../strings";
import { at } from "../time";
import { isNever, whyNot } from "./reason";

const FAILURES: Record<string, Text> = {
    TimedOut: "failed_timed_out",
    Unreachable: "failed_unreachable",
    Unbuildable: "failed_unbuildable",
    SecretUnavailable: "failed_secret",
    NoReceiver: "failed_no_receiver",
    TooLate: "failed_too_late",
    Status410: "failed_gone",
};

/** The kind of a failure as the API names it, as a sentence. */
function failure(kind: string): string {
    const known = FAILURES[kind];
    if (known !== undefined) return t(known);
    const status = /^Status(\d+)$/.exec(kind)?.[1];
    // What else there is are error codes of the mail service.
    return status === undefined ? t("failed_refused", { code: kind }) : t("failed_status", { status });
}

/** Why sending failed so far, and whether it is tried again; empty if it didn't fail. */
export function failed({ failure: kind, state }: Reminder | Invitation): string {
    if (kind === undefined) return "";
    const isOver = state !== "planned" && state !== "scheduled";
    return isOver ? failure(kind) : `${failure(kind)} ${t("tried_again")}`;
}

const INVITATIONS: Record<Invitation["state"], Text> = {
    planned: "mail_comes",
    scheduled: "mail_comes",
    delivered: "mail_sent",
    suppressed: "mail_suppressed",
    cancelled: "mail_cancelled",
    missed: "mail_missed",
    failed: "mail_failed",
};

/** "The mail for the calendar was sent at Mon 2 Nov 10:01." `name` is whose it is, null for the reader's own. */
export function explainInvitation(invitation: Invitation, meeting: Meeting, zone: string, name: string | null): string {
    const day = at(meeting.start_time, zone).toPlainDate();
    const { state, reason, remind_at, delivered_at } = invitation;
    const time = clockFrom(at(delivered_at ?? remind_at ?? meeting.start_time, zone), day);
    const never = isNever(invitation);
    const isWaiting = !never && (state === "planned" || state === "scheduled") && reason.includes("dnd");
    const why = never || state === "suppressed" ? whyNot(reason, name)
        : isWaiting ? t(name === null ? "mail_waits" : "mail_waits_of", { name: name ?? "" }) : "";
    return [why, t(never ? "mail_suppressed" : INVITATIONS[state], { at: time }), failed(invitation)].filter(Boolean).join(" ");
}
