// A meeting: what, when, who, and everybody's reminders. People are added and removed here.
import { useEffect, useState } from "preact/hooks";
import { addParticipant, getMeeting, getReminders, removeParticipant, type Meeting, type Reminders } from "../api/client";
import { fieldError, generalError, type Problem } from "../api/problem";
import { longDay, span, zoneName } from "../format";
import { meetings, reload, zone } from "../state/agenda";
import { cancel, warningsOf } from "../state/changes";
import { say } from "../state/messages";
import { close, overlay } from "../state/overlay";
import { person } from "../state/sign_in";
import { t } from "../strings";
import { at, now } from "../time";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { learn } from "./people";
import { Timeline } from "./timeline";
import { isOrganizer, titleOf } from "./words";

export function Details({ id, known }: { id: string; known: Meeting }) {
    // The agenda may have a newer one by now.
    const [read, setRead] = useState<Meeting | null>(null);
    const [told, setTold] = useState<Reminders | null>(null);
    const [problem, setProblem] = useState<Problem | null>(null);
    const meeting = read ?? meetings.value.find((meeting) => meeting.meeting_id === id) ?? known;
    const refresh = async (): Promise<void> => {
        const [whole, reminders] = await Promise.all([getMeeting(id), getReminders(id)]);
        if (whole.ok) setRead(whole.value);
        if (reminders.ok) setTold(reminders.value);
        setProblem(!whole.ok ? whole.problem : reminders.ok ? null : reminders.problem);
    };
    // What is due is sent meanwhile: it is read again with each minute.
    useEffect(() => { void refresh(); }, [id, known.version, now.value]);
    learn(meeting.participants.map(({ user_id }) => user_id));
    const me = person.value?.user_id;
    const isOwn = isOrganizer(meeting, me);
    const remove = async (user_id: string): Promise<void> => {
        const answer = await removeParticipant(id, user_id);
        if (!answer.ok) return setProblem(answer.problem);
        if (user_id === me) {
            close();
            say(t("left", { title: titleOf(meeting) }));
        } else {
            setRead(answer.value);
        }
        await reload();
    };
    const [start, end] = [at(meeting.start_time, zone.value), at(meeting.end_time, zone.value)];
    return (
        <Dialog title={titleOf(meeting)} onClose={close}>
            <p class="when">{longDay(start.toPlainDate())}, {span(start, end)} <span class="muted">{zoneName(zone.value)}</span></p>
            {meeting.location !== null && <p dir="auto">{meeting.location}</p>}
            {meeting.description !== null && <p class="description" dir="auto">{meeting.description}</p>}
            {meeting.status === "cancelled" && <p class="error">{t("is_cancelled")}</p>}
            {problem !== null && <p class="error" role="alert">{generalError(problem, ["email", "user_id"]) ?? ""}</p>}
            <h3>{t("reminders_of_all")}</h3>
            <ul class="participants">
                {meeting.participants.map((participant) => (
                    <li key={participant.user_id}>
                        <p>
                            <b dir="auto">{participant.name}</b> <span class="muted">{participant.email}</span>
                            {isOwn && participant.role === "participant" && (
                                <button type="button" class="plain" aria-label={t("remove_person", { name: participant.name })} onClick={() => void remove(participant.user_id)}>✕</button>
                            )}
                        </p>
                        {told !== null && <Told meeting={meeting} participant={participant} told={told} />}
                    </li>
                ))}
                {told !== null && formerParticipants(meeting, told).map((former) => (
                    <li key={former.user_id}>
                        <p><b dir="auto">{former.name}</b> <span class="muted">{t("takes_part_no_longer")}</span></p>
                        <Told meeting={meeting} participant={former} told={told} />
                    </li>
                ))}
            </ul>
            {isOwn && meeting.status === "confirmed" && <AddPerson id={id} onAdded={(added) => { setRead(added); void refresh(); void reload(); }} />}
            <footer>
                {isOwn && meeting.status === "confirmed" && (
                    <>
                        <button type="button" class="primary" onClick={() => { overlay.value = { kind: "edit", meeting }; }}>{t("edit")}</button>
                        <button type="button" class="danger" onClick={() => { close(); cancel(meeting); }}>{t("cancel_meeting")}</button>
                    </>
                )}
                {!isOwn && me !== undefined && <button type="button" class="danger" onClick={() => void remove(me)}>{t("leave")}</button>}
            </footer>
        </Dialog>
    );
}

interface Somebody { user_id: string; name: string }

function Told({ meeting, participant, told }: { meeting: Meeting; participant: Somebody; told: Reminders }) {
    const isTheirs = ({ user_id }: { user_id: string }): boolean => user_id === participant.user_id;
    return <Timeline meeting={meeting} participant={participant} reminders={told.reminders.filter(isTheirs)} invitations={told.invitations.filter(isTheirs)} />;
}

/** Who was sent something and takes part no longer. Only their addresses are told. */
function formerParticipants(meeting: Meeting, told: Reminders): Somebody[] {
    const present = new Set(meeting.participants.map(({ user_id }) => user_id));
    const others = [...told.reminders, ...told.invitations].filter(({ user_id }) => !present.has(user_id));
    return [...new Map(others.map(({ user_id, email }) => [user_id, { user_id, name: email }])).values()];
}

function AddPerson({ id, onAdded }: { id: string; onAdded: (meeting: Meeting) => void }) {
    const [email, setEmail] = useState("");
    const [problem, setProblem] = useState<Problem | null>(null);
    const submit = async (event: Event): Promise<void> => {
        event.preventDefault();
        const answer = await addParticipant(id, email.trim());
        setProblem(answer.ok ? null : answer.problem);
        if (!answer.ok) return;
        setEmail("");
        const warnings = warningsOf(answer.value);
        if (warnings !== "") say(warnings);
        onAdded(answer.value);
    };
    const error = fieldError(problem, "email") ?? generalError(problem, ["email"]);
    return (
        <form class="add-person" onSubmit={submit} noValidate>
            <Field label={t("add_person")} error={error}>
                {(attributes) => <input {...attributes} type="email" value={email} autocomplete="off" onInput={(event) => setEmail(event.currentTarget.value)} />}
            </Field>
            <button type="submit">{t("create")}</button>
        </form>
    );
}
