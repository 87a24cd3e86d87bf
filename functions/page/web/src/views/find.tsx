// When a group can meet, and booking it.
import { useState } from "preact/hooks";
import { cancelMeeting, createMeeting, etagOf, findMeetingTimes, type MeetingTime, type MeetingTimes, type NewMeeting, type User } from "../api/client";
import type { Problem } from "../api/problem";
import { FoundTimes } from "../find/answer";
import { written } from "../find/heat_map";
import { newQuestion, queryOf, type Question } from "../find/question";
import { QuestionForm } from "../find/question_form";
import { complain, say } from "../state/messages";
import { overlay } from "../state/overlay";
import { person } from "../state/sign_in";
import { t } from "../strings";
import { at } from "../time";

export function FindView() {
    const user = person.value;
    return (
        <main class="find" id="main" tabIndex={-1}>
            <h1>{t("find")}</h1>
            {user !== null && <Finder key={user.user_id} user={user} />}
        </main>
    );
}

interface Found { question: Question; times: MeetingTimes }

function Finder({ user }: { user: User }) {
    const zone = user.timezone;
    const [question, setQuestion] = useState(() => newQuestion(zone));
    const [problem, setProblem] = useState<Problem | null>(null);
    const [isAsking, setAsking] = useState(false);
    const [found, setFound] = useState<Found | null>(null);
    const [title, setTitle] = useState("");
    const [refused, setRefused] = useState<Problem | null>(null);

    const ask = async (asked: Question): Promise<void> => {
        if (isAsking) return;
        setAsking(true);
        const answer = await findMeetingTimes(queryOf(asked, user.user_id, zone));
        setAsking(false);
        setRefused(null);
        setProblem(answer.ok ? null : answer.problem);
        setFound(answer.ok ? { question: asked, times: answer.value } : null);
        if (answer.ok) requestAnimationFrame(() => document.getElementById("found")?.focus());
    };
    const meetingAt = (time: MeetingTime): NewMeeting => ({
        creator_id: user.user_id,
        ...(title.trim() === "" ? {} : { title }),
        start_time: time.start_time,
        end_time: time.end_time,
        time_zone: zone,
        participants: found?.question.people.map(({ email }) => email) ?? [],
        ...(found === null ? {} : { notification_interval: found.question.reminders }),
    });
    const booked = (): void => {
        setFound(null);
        document.getElementById("main")?.focus();
    };
    const change = (time: MeetingTime): void => {
        if (found === null) return;
        const { people, reminders } = found.question;
        overlay.value = {
            kind: "create", start: at(time.start_time, zone), end: at(time.end_time, zone),
            draft: { title, people: people.map(({ email }) => email), reminders },
            // The dialog gives the focus back first, to what is gone then.
            onBooked: () => setTimeout(booked, 0),
        };
    };
    const book = async (time: MeetingTime): Promise<void> => {
        if (isAsking) return;
        setAsking(true);
        const answer = await createMeeting(meetingAt(time), crypto.randomUUID());
        setAsking(false);
        setRefused(answer.ok ? null : answer.problem);
        if (!answer.ok) return;
        booked();
        const { meeting_id } = answer.value;
        const undo = async (): Promise<void> => {
            const cancelled = await cancelMeeting(meeting_id, etagOf(answer.value));
            if (cancelled.ok) say(t("booking_undone"));
            else complain(cancelled.problem.detail, { label: t("retry"), run: () => void undo() });
        };
        say(t("booked_at", { at: written(time, zone) }), { label: t("undo"), run: () => void undo() });
    };
    return (
        <>
            <QuestionForm user={user} question={question} problem={problem} isAsking={isAsking} onChange={setQuestion} onAsk={(asked) => void ask(asked)} />
            {found !== null && (
                <FoundTimes found={found.times} zone={zone} userId={user.user_id} title={title} problem={refused} meetingAt={meetingAt}
                    onTitle={setTitle} onBook={(time) => void book(time)} onChange={change} />
            )}
        </>
    );
}
