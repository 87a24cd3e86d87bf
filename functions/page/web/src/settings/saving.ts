// Saving a change of the person: what it moved is told afterwards, and it can be undone.
import { useState } from "preact/hooks";
import { signal } from "@preact/signals";
import type { Answer, User } from "../api/client";
import type { Problem } from "../api/problem";
import { say, complain } from "../state/messages";
import { enter } from "../state/sign_in";
import { t } from "../strings";
import { readMoved, readPlan, type Moved, type Plan } from "./reminders";

/** The reminders to come of the person whose settings are shown; null until they are read. */
export const plan = signal<Plan | null>(null);

export async function loadPlan(userId: string): Promise<void> {
    plan.value = null;
    plan.value = await readPlan(userId);
}

type Call = () => Promise<Answer<User>>;

export interface Saving {
    problem: Problem | null;
    isSaving: boolean;
    /** What the last saved change moved; null before one. */
    moved: Moved[] | null;
    setProblem: (problem: Problem | null) => void;
    save: (change: { call: Call; undo: Call | null; done?: string; movesReminders: boolean }) => Promise<boolean>;
}

export function useSaving(): Saving {
    const [problem, setProblem] = useState<Problem | null>(null);
    const [isSaving, setSaving] = useState(false);
    const [moved, setMoved] = useState<Moved[] | null>(null);

    const tellMoved = async (userId: string, before: Plan | null, isExpected: boolean): Promise<void> => {
        const read = before === null ? null : await readMoved(userId, before, isExpected);
        if (read === null) return;
        plan.value = read.plan;
        setMoved(read.moved);
    };
    const run = async (call: Call, done: string, undo: Call | null, movesReminders: boolean): Promise<boolean> => {
        if (isSaving) return false;
        setSaving(true);
        setMoved(null);
        const before = plan.peek();
        const answer = await call();
        setSaving(false);
        if (!answer.ok) {
            setProblem(answer.problem);
            return false;
        }
        setProblem(null);
        enter(answer.value);
        if (undo === null) say(done);
        else say(done, { label: t("undo"), run: () => void unDo(undo, movesReminders) });
        await tellMoved(answer.value.user_id, before, movesReminders);
        return true;
    };
    const unDo = async (undo: Call, movesReminders: boolean): Promise<void> => {
        const before = plan.peek();
        const answer = await undo();
        if (!answer.ok) {
            complain(answer.problem.detail, { label: t("retry"), run: () => void unDo(undo, movesReminders) });
            return;
        }
        enter(answer.value);
        say(t("undone"));
        await tellMoved(answer.value.user_id, before, movesReminders);
    };
    return {
        problem, isSaving, moved, setProblem,
        save: ({ call, undo, done, movesReminders }) => run(call, done ?? t("settings_saved"), undo, movesReminders),
    };
}

/** What a person's settings are without the others: two are the same if their texts are. */
export function textOf(value: unknown): string {
    return JSON.stringify(value ?? null);
}
