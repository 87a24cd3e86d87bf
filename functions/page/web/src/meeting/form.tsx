// The form for a new meeting and for a change of one, with what saving would do beside it.
import { useEffect, useRef, useState } from "preact/hooks";
import { createMeeting, etagOf, getMeeting, tryMeeting, tryUpdate, updateMeeting, type Answer, type Meeting } from "../api/client";
import { fieldError, generalError, isPassing, type Problem } from "../api/problem";
import { reload } from "../state/agenda";
import { warningsOf } from "../state/changes";
import { say } from "../state/messages";
import { close, type NewMeeting as NewMeetingForm } from "../state/overlay";
import { person } from "../state/sign_in";
import { t } from "../strings";
import { now } from "../time";
import { Dialog } from "../ui/dialog";
import { Field, ZoneField } from "../ui/field";
import { draftOf, draftOfMeeting, newMeeting, patchOf, readTimes, type Draft } from "./draft";
import { PeopleField, RemindersField } from "./form_lists";
import { PreviewPane, type Preview } from "./preview";
import { titleOf } from "./words";

type Times = { start_time: string; end_time: string };

export function CreateForm({ start, end, draft = {}, onBooked }: Omit<NewMeetingForm, "kind">) {
    const creator = person.value!.user_id;
    // The same key for every attempt at the same meeting, so that a lost answer doesn't book it twice.
    const key = useRef({ body: "", key: "" });
    const save = async (draft: Draft, times: Times): Promise<Answer<Preview>> => {
        const body = newMeeting(draft, times, creator);
        const text = JSON.stringify(body);
        if (key.current.body !== text) key.current = { body: text, key: crypto.randomUUID() };
        return createMeeting(body, key.current.key);
    };
    return (
        <MeetingForm heading={t("new_meeting")} opened={{ ...draftOf(start, end), ...draft }} withPeople save={save} onSaved={onBooked}
            attempt={(draft, times) => tryMeeting(newMeeting(draft, times, creator))} newer={null} />
    );
}

export function EditForm({ meeting }: { meeting: Meeting }) {
    const [base, setBase] = useState(meeting);
    const opened = draftOfMeeting(base);
    const newer = async (): Promise<void> => {
        const answer = await getMeeting(meeting.meeting_id);
        if (answer.ok) setBase(answer.value);
    };
    return (
        <MeetingForm key={base.version} heading={t("edit")} opened={opened} withPeople={false}
            save={(draft, times) => updateMeeting(meeting.meeting_id, patchOf(draft, opened, times), etagOf(base))}
            attempt={(draft, times) => tryUpdate(meeting.meeting_id, patchOf(draft, opened, times))} newer={newer} />
    );
}

interface FormProps {
    heading: string;
    opened: Draft;
    withPeople: boolean;
    save: (draft: Draft, times: Times) => Promise<Answer<Preview>>;
    /** The same as a dry run. */
    attempt: (draft: Draft, times: Times) => Promise<Answer<Preview>>;
    /** Opens the version that is saved now. */
    newer: (() => Promise<void>) | null;
    onSaved?: (() => void) | undefined;
}

/** How long after the last key a dry run is made. */
const SETTLE_MS = 350;

function MeetingForm({ heading, opened, withPeople, save, attempt, newer, onSaved }: FormProps) {
    const first = useRef(opened).current;
    const [draft, setDraft] = useState(first);
    // What is wrong with the draft, and what went wrong when it was saved, which stays until something is changed.
    const [doubt, setDoubt] = useState<Problem | null>(null);
    const [failure, setFailure] = useState<Problem | null>(null);
    const problem = failure ?? doubt;
    const [preview, setPreview] = useState<Preview | null>(null);
    const [saving, setSaving] = useState(false);
    const set = <K extends keyof Draft>(name: K, value: Draft[K]): void => setDraft((before) => ({ ...before, [name]: value }));
    const times = readTimes(draft);
    const unread = "unread" in times ? times.unread : null;

    useEffect(() => setFailure(null), [JSON.stringify(draft)]);
    // Each minute anew: what is due at once comes a minute after it is saved.
    useEffect(() => {
        if ("unread" in times) return setPreview(null);
        let isOver = false;
        const timer = setTimeout(async () => {
            const answer = await attempt(draft, times);
            if (isOver) return;
            setPreview(answer.ok ? answer.value : null);
            setDoubt(answer.ok ? null : answer.problem);
        }, SETTLE_MS);
        return () => {
            isOver = true;
            clearTimeout(timer);
        };
    }, [JSON.stringify(draft), now.value.epochMilliseconds]);

    const submit = async (event: Event): Promise<void> => {
        event.preventDefault();
        if ("unread" in times || saving) return;
        setSaving(true);
        const answer = await save(draft, times);
        setSaving(false);
        if (!answer.ok) return setFailure(answer.problem);
        close();
        onSaved?.();
        const title = titleOf(answer.value);
        say([t(withPeople ? "booked" : "saved", { title }), warningsOf(answer.value)].join(" ").trim());
        await reload();
    };

    const unreadable = (name: "date" | "from" | "until"): string | null => (unread === name ? t("unread_time") : null);
    const shown = ["title", "start_time", "end_time", "time_zone", "timezone", "location", "description", "participants", "notification_interval"];
    const isStale = problem?.code === "version_mismatch";
    const general = isStale ? t("newer_version") : generalError(problem, shown);
    return (
        <Dialog title={heading} onClose={close}>
            <form class="meeting-form" onSubmit={submit} noValidate>
                <div class="fields">
                    <Field label={t("title")} error={fieldError(problem, "title")}>
                        {(attributes) => <input {...attributes} autoFocus dir="auto" value={draft.title} onInput={(event) => set("title", event.currentTarget.value)} />}
                    </Field>
                    <div class="row">
                        <Field label={t("date")} error={unreadable("date")}>
                            {(attributes) => <input {...attributes} type="date" value={draft.date} onInput={(event) => set("date", event.currentTarget.value)} />}
                        </Field>
                        <Field label={t("from")} error={unreadable("from") ?? fieldError(problem, "start_time")}>
                            {(attributes) => <input {...attributes} value={draft.from} autocomplete="off" onInput={(event) => set("from", event.currentTarget.value)} />}
                        </Field>
                        <Field label={t("until")} error={unreadable("until") ?? fieldError(problem, "end_time")} help={t("until_help")}>
                            {(attributes) => <input {...attributes} value={draft.until} autocomplete="off" onInput={(event) => set("until", event.currentTarget.value)} />}
                        </Field>
                    </div>
                    <ZoneField label={t("zone")} value={draft.zone} onChange={(zone) => set("zone", zone)} error={fieldError(problem, "time_zone", "timezone")} />
                    {withPeople && <PeopleField people={draft.people} error={fieldError(problem, "participants")} onChange={(people) => set("people", people)} />}
                    <RemindersField reminders={draft.reminders} error={fieldError(problem, "notification_interval")} onChange={(reminders) => set("reminders", reminders)} />
                    <Field label={t("location")} error={fieldError(problem, "location")}>
                        {(attributes) => <input {...attributes} dir="auto" value={draft.location} onInput={(event) => set("location", event.currentTarget.value)} />}
                    </Field>
                    <Field label={t("description")} error={fieldError(problem, "description")}>
                        {(attributes) => <textarea {...attributes} dir="auto" value={draft.description} onInput={(event) => set("description", event.currentTarget.value)} />}
                    </Field>
                </div>
                <PreviewPane preview={preview} />
                <footer>
                    <div role="alert">{general !== null && <p class="error">{general}</p>}<Conflicts problem={problem} /></div>
                    {isStale && newer !== null && <button type="button" onClick={() => void newer()}>{t("show_newer")}</button>}
                    <button type="submit" class="primary" disabled={saving || unread !== null}>{t(problem !== null && isPassing(problem) ? "retry" : "save")}</button>
                </footer>
            </form>
        </Dialog>
    );
}

function Conflicts({ problem }: { problem: Problem | null }) {
    const conflicts = problem?.conflicts ?? [];
    if (conflicts.length === 0) return null;
    return <ul class="error">{conflicts.map((conflict) => <li key={conflict.meeting_id} dir="auto">{titleOf(conflict)}</li>)}</ul>;
}
