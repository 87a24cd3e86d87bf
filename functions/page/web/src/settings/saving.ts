// Saving a change of the person. What it moves is asked for by a dry run, and it is saved only if nobody has changed the
// person since: the version that is shown goes with it (`If-Match`).
import { useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { getUser, type Answer, type ChangedUser, type MovedReminder, type User } from "../api/client";
import type { Problem } from "../api/problem";
import { complain, say } from "../state/messages";
import { enter } from "../state/sign_in";
import { t } from "../strings";

/** The version of the person that the settings show, as `If-Match` names it; null until it is read. */
export const version = signal<string | null>(null);

/** A person as read, and their version. */
interface Read { user: User; etag: string | null }

function show({ user, etag }: Read): void {
    version.value = etag;
    enter(user);
}

export async function load(userId: string): Promise<void> {
    version.value = null;
    const answer = await getUser(userId);
    if (answer.ok) show({ user: answer.value, etag: answer.etag });
}

/** No version has it. */
const NO_VERSION = '"0"';

/** The version of the person, if they are still as they are shown. */
async function versionOf(user: User): Promise<string> {
    const answer = await getUser(user.user_id);
    return answer.ok && answer.etag !== null && textOf(answer.value) === textOf(user) ? answer.etag : NO_VERSION;
}

export type Attempt = () => Promise<Answer<ChangedUser>>;

export interface Change {
    /** The change as a dry run; null for one that moves no reminder, or has none. */
    attempt: Attempt | null;
    /** The change itself, of the version that `etag` names. */
    call: (etag: string) => Promise<Answer<User>>;
}

export interface Saving {
    problem: Problem | null;
    isSaving: boolean;
    /** What the last saved change moved; null before one. */
    moved: MovedReminder[] | null;
    /** Whether the last change was refused because of a newer version, which the next one is then about. */
    isStale: boolean;
    showNewer: () => void;
    setProblem: (problem: Problem | null) => void;
    /** `undo` is the change back to the person as they were before, who may not be as they are shown. */
    save: (change: Change, more: { undo: (before: User) => Change | null; done?: string }) => Promise<boolean>;
}

export function useSaving(user: User): Saving {
    const [problem, setProblem] = useState<Problem | null>(null);
    const [isSaving, setSaving] = useState(false);
    const [moved, setMoved] = useState<MovedReminder[] | null>(null);
    const [newer, setNewer] = useState<Read | null>(null);

    /** Makes a change, and answers the problem if it wasn't made. */
    const make = async ({ attempt, call }: Change, etag: string): Promise<Problem | null> => {
        setMoved(null);
        const tried = attempt === null ? null : await attempt();
        if (tried?.ok === false) return tried.problem;
        const answer = await call(etag);
        if (!answer.ok) return answer.problem;
        show({ user: answer.value, etag: answer.etag });
        setMoved(tried?.value.moved_reminders ?? null);
        return null;
    };
    const save: Saving["save"] = async (change, { undo, done }) => {
        if (isSaving) return false;
        setSaving(true);
        const before = newer?.user ?? user;
        const failure = await make(change, newer?.etag ?? version.peek() ?? await versionOf(user));
        const isRefused = failure?.code === "version_mismatch";
        const now = isRefused ? await getUser(user.user_id) : null;
        setSaving(false);
        setNewer(now?.ok ? { user: now.value, etag: now.etag } : null);
        setProblem(isRefused ? null : failure);
        if (failure !== null) return false;
        const [back, saved] = [undo(before), version.peek() ?? NO_VERSION];
        if (back === null) say(done ?? t("settings_saved"));
        else say(done ?? t("settings_saved"), { label: t("undo"), run: () => void unDo(back, saved) });
        return true;
    };
    // Only what is still there is undone.
    const unDo = async (undo: Change, etag: string): Promise<void> => {
        const failure = await make(undo, etag);
        if (failure === null) say(t("undone"));
        else if (failure.code === "version_mismatch") complain(t("changed_since"));
        else complain(failure.detail, { label: t("retry"), run: () => void unDo(undo, etag) });
    };
    const showNewer = (): void => {
        if (newer !== null) show(newer);
        setNewer(null);
    };
    return { problem, isSaving, moved, isStale: newer !== null, showNewer, setProblem, save };
}

/** What a person's settings are without the others: two are the same if their texts are. */
export function textOf(value: unknown): string {
    return JSON.stringify(value ?? null);
}
