// The forms for quiet hours and for working hours.
import { useEffect, useState } from "preact/hooks";
import { getUser, updateUser, type User, type UserPatch } from "../api/client";
import { enter } from "../state/sign_in";
import { t } from "../strings";
import { Outcome, Preview } from "./effects";
import { errorAt, errorOfAll } from "./errors";
import { editedHours, writtenHours } from "./hours";
import type { Quiet } from "./reminders";
import { textOf, useSaving } from "./saving";
import { ErrorLine, HoursEditor } from "./windows";

export function quietOf(user: User): Quiet {
    const { weekly = [], exceptions = [], during_meetings = false } = user.do_not_disturb ?? {};
    return { zone: user.timezone, hours: { weekly, exceptions }, isDuringMeetings: during_meetings, snoozedUntil: user.snoozed_until ?? null };
}

/** Asks before it replaces what was changed elsewhere since the form was filled. */
function useNewer(user: User, partOf: (user: User) => unknown) {
    const [newer, setNewer] = useState<User | null>(null);
    const isCurrent = async (): Promise<boolean> => {
        if (newer !== null) return true;
        const read = await getUser(user.user_id);
        const isOther = read.ok && textOf(partOf(read.value)) !== textOf(partOf(user));
        if (isOther) setNewer(read.value);
        return !isOther;
    };
    const notice = newer === null ? null : (
        <div role="alert">
            <p class="error">{t("changed_meanwhile")}</p>
            <button type="button" onClick={() => { enter(newer); setNewer(null); }}>{t("load_newer")}</button>
        </div>
    );
    return { isCurrent, notice, forget: () => setNewer(null) };
}

export function QuietHoursForm({ user }: { user: User }) {
    const saved = quietOf(user);
    const [hours, setHours] = useState(() => editedHours(user.do_not_disturb));
    const [isDuringMeetings, setDuringMeetings] = useState(saved.isDuringMeetings);
    const { problem, isSaving, moved, setProblem, save } = useSaving();
    const newer = useNewer(user, ({ do_not_disturb }) => do_not_disturb);
    const fill = (): void => {
        setHours(editedHours(user.do_not_disturb));
        setDuringMeetings(saved.isDuringMeetings);
        setProblem(null);
    };
    useEffect(fill, [user.user_id, textOf(user.do_not_disturb)]);
    const written = { ...writtenHours(hours), during_meetings: isDuringMeetings };
    const isChanged = textOf(written) !== textOf({ ...saved.hours, during_meetings: saved.isDuringMeetings });
    const submit = async (event: Event): Promise<void> => {
        event.preventDefault();
        if (!(await newer.isCurrent())) return;
        const before: UserPatch = { do_not_disturb: { ...saved.hours, during_meetings: saved.isDuringMeetings } };
        const isSaved = await save({
            call: () => updateUser(user.user_id, { do_not_disturb: written }),
            undo: () => updateUser(user.user_id, before),
            movesReminders: true,
        });
        if (isSaved) newer.forget();
    };
    return (
        <form class="card" onSubmit={submit} noValidate aria-labelledby="quiet-hours">
            <h2 id="quiet-hours">{t("quiet_hours")}</h2>
            <p class="help">{t("quiet_hours_help")}</p>
            <HoursEditor root="do_not_disturb" hours={hours} problem={problem} zone={user.timezone} none="no_quiet" onChange={setHours} />
            <label class="check during">
                <input type="checkbox" checked={isDuringMeetings} onChange={(event) => setDuringMeetings(event.currentTarget.checked)} />
                {t("during_meetings")}
            </label>
            <ErrorLine text={errorAt(problem, "do_not_disturb.during_meetings")} />
            {isChanged && <Preview before={saved} after={{ ...saved, hours: written, isDuringMeetings }} />}
            <Outcome moved={isChanged ? null : moved} zone={user.timezone} />
            {newer.notice}
            <ErrorLine text={errorOfAll(problem, "do_not_disturb")} />
            <Buttons isChanged={isChanged} isSaving={isSaving} onDiscard={fill} />
        </form>
    );
}

export function WorkingHoursForm({ user }: { user: User }) {
    const [hours, setHours] = useState(() => editedHours(user.working_hours));
    const { problem, isSaving, setProblem, save } = useSaving();
    const newer = useNewer(user, ({ working_hours }) => working_hours);
    const fill = (): void => {
        setHours(editedHours(user.working_hours));
        setProblem(null);
    };
    useEffect(fill, [user.user_id, textOf(user.working_hours)]);
    const written = writtenHours(hours);
    const saved = user.working_hours ?? { weekly: [], exceptions: [] };
    const isChanged = textOf(written) !== textOf(saved);
    const submit = async (event: Event): Promise<void> => {
        event.preventDefault();
        if (!(await newer.isCurrent())) return;
        // Without any hours they are "not known", so that others are offered any time.
        const isNone = written.weekly.length === 0 && written.exceptions.length === 0;
        const before = user.working_hours ?? null;
        const isSaved = await save({
            call: () => updateUser(user.user_id, { working_hours: isNone ? null : written }),
            undo: () => updateUser(user.user_id, { working_hours: before }),
            movesReminders: false,
        });
        if (isSaved) newer.forget();
    };
    return (
        <form class="card" onSubmit={submit} noValidate aria-labelledby="working-hours">
            <h2 id="working-hours">{t("working_hours")}</h2>
            <p class="help">{t("working_hours_help")}</p>
            <HoursEditor root="working_hours" hours={hours} problem={problem} zone={user.timezone} none="no_work" onChange={setHours} />
            {newer.notice}
            <ErrorLine text={errorOfAll(problem, "working_hours")} />
            <Buttons isChanged={isChanged} isSaving={isSaving} onDiscard={fill} />
        </form>
    );
}

export function Buttons({ isChanged, isSaving, onDiscard }: { isChanged: boolean; isSaving: boolean; onDiscard: () => void }) {
    return (
        <div class="buttons">
            <button type="submit" class="primary" aria-disabled={isSaving}>{t("save")}</button>
            {isChanged && <button type="button" onClick={onDiscard}>{t("discard")}</button>}
        </div>
    );
}
