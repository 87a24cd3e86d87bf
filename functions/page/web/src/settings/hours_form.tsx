// The forms for quiet hours and for working hours.
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { tryUser, updateUser, type User, type UserPatch } from "../api/client";
import { t } from "../strings";
import { Outcome, Preview, useTrial } from "./effects";
import { errorAt, errorOfAll } from "./errors";
import { editedHours, isComplete, writtenHours } from "./hours";
import { textOf, useSaving, type Change, type Saving } from "./saving";
import { ErrorLine, HoursEditor } from "./windows";

/** A change of the person that may move reminders. */
export function changeOf(user: User, patch: UserPatch): Change {
    return {
        attempt: () => tryUser(user.user_id, patch),
        call: (etag) => updateUser(user.user_id, patch, etag),
    };
}

/** What is said, and offered, where the settings were changed elsewhere. */
export function Newer({ isStale, showNewer }: Saving) {
    if (!isStale) return null;
    return (
        <div role="alert" class="newer">
            <p class="error">{t("changed_meanwhile")}</p>
            <button type="button" onClick={showNewer}>{t("load_newer")}</button>
        </div>
    );
}

function quietHoursOf({ do_not_disturb }: User) {
    const { weekly = [], exceptions = [], during_meetings = false } = do_not_disturb ?? {};
    return { weekly, exceptions, during_meetings };
}

export function QuietHoursForm({ user }: { user: User }) {
    const saved = quietHoursOf(user);
    const { during_meetings } = saved;
    const [hours, setHours] = useState(() => editedHours(saved));
    const [isDuringMeetings, setDuringMeetings] = useState(during_meetings);
    const saving = useSaving(user);
    const written = { ...writtenHours(hours), during_meetings: isDuringMeetings };
    const isChanged = textOf(written) !== textOf(saved);
    const change = changeOf(user, { do_not_disturb: written });
    const { changed, doubt } = useTrial(isChanged && isComplete(hours) ? change.attempt : null, textOf(written));
    const problem = saving.problem ?? doubt;
    const fill = (): void => {
        setHours(editedHours(saved));
        setDuringMeetings(during_meetings);
    };
    // Before anybody can have typed something.
    useLayoutEffect(fill, [user.user_id, textOf(saved)]);
    // What was wrong may be right now.
    useEffect(() => saving.setProblem(null), [textOf(written)]);
    const submit = (event: Event): void => {
        event.preventDefault();
        void saving.save(change, { undo: (before) => changeOf(before, { do_not_disturb: quietHoursOf(before) }) });
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
            <Preview changed={changed} />
            <Outcome moved={isChanged ? null : saving.moved} zone={user.timezone} />
            <Newer {...saving} />
            <ErrorLine text={errorOfAll(problem, "do_not_disturb")} />
            <Buttons isChanged={isChanged} isSaving={saving.isSaving} onDiscard={fill} />
        </form>
    );
}

export function WorkingHoursForm({ user }: { user: User }) {
    const before = user.working_hours ?? null;
    const [hours, setHours] = useState(() => editedHours(before));
    const saving = useSaving(user);
    const written = writtenHours(hours);
    const isChanged = textOf(written) !== textOf(before ?? { weekly: [], exceptions: [] });
    const fill = (): void => setHours(editedHours(before));
    useLayoutEffect(fill, [user.user_id, textOf(before)]);
    useEffect(() => saving.setProblem(null), [textOf(written)]);
    const submit = (event: Event): void => {
        event.preventDefault();
        // Without any hours they are "not known", so that others are offered any time. They hold no reminder back.
        const isNone = written.weekly.length === 0 && written.exceptions.length === 0;
        const change = (working_hours: UserPatch["working_hours"]): Change =>
            ({ ...changeOf(user, { working_hours: working_hours ?? null }), attempt: null });
        void saving.save(change(isNone ? null : written), { undo: ({ working_hours }) => change(working_hours) });
    };
    return (
        <form class="card" onSubmit={submit} noValidate aria-labelledby="working-hours">
            <h2 id="working-hours">{t("working_hours")}</h2>
            <p class="help">{t("working_hours_help")}</p>
            <HoursEditor root="working_hours" hours={hours} problem={saving.problem} zone={user.timezone} none="no_work" onChange={setHours} />
            <Newer {...saving} />
            <ErrorLine text={errorOfAll(saving.problem, "working_hours")} />
            <Buttons isChanged={isChanged} isSaving={saving.isSaving} onDiscard={fill} />
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
