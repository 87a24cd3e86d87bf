// Every call of the API that the page makes, each a function with the name of its operation in openapi.yaml. None of them
// throws: an answer is a value or a problem.
import createClient, { type ClientOptions } from "openapi-fetch";
import { accepted, freshened, replaced } from "../sign_in/session";
import { bearer } from "../state/sign_in";
import { began, ended } from "../state/progress";
import { notSignedIn, unreachable, unreadable, type Problem } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type User = Schemas["User"];
export type NewUser = Schemas["NewUser"];
export type UserPatch = Schemas["UserPatch"];
export type ChangedUser = Schemas["ChangedUser"];
export type MovedReminder = Schemas["MovedReminder"];
export type Snooze = Schemas["Snooze"];
export type Meeting = Schemas["Meeting"];
export type BookedMeeting = Schemas["BookedMeeting"];
export type DryRunMeeting = Schemas["DryRunMeeting"];
export type NewMeeting = Schemas["NewMeeting"];
export type MeetingPatch = Schemas["MeetingPatch"];
export type FreeSlots = Schemas["FreeSlots"];
export type Reminder = Schemas["Reminder"];
export type Invitation = Schemas["Invitation"];
export type Reminders = Schemas["Reminders"];
export type QuietInterval = Schemas["QuietInterval"];
export type Interval = Schemas["Interval"];
export type FeedAddress = Schemas["FeedAddress"];
export type MeetingTimesQuery = Schemas["MeetingTimesQuery"];
export type MeetingTimes = Schemas["MeetingTimes"];
export type MeetingTime = Schemas["MeetingTime"];
export type NamedPerson = Schemas["NamedPerson"];
export type Attendee = Schemas["AttendeeOut"];

export type Answer<T> = { ok: true; value: T; etag: string | null } | { ok: false; problem: Problem };

/** An interval of instants as the API reads and writes them: RFC 3339, half-open. */
export interface Window { start_time: string; end_time: string }

const client = createClient<paths>({ fetch: send } as ClientOptions);

/**
 * Sends a request with the token of who is signed in, which is nowhere but in memory. If the token has ended, the request waits
 * for another one: the API did nothing with it, so that it may be sent again.
 */
async function send(request: Request): Promise<Response> {
    const renewal = freshened();
    if (renewal !== null) await renewal;
    const token = bearer.peek();
    if (token === null) return sendWith(token, request);
    const again = request.clone();
    const answer = await sendWith(token, request);
    if (answer.status !== 401) accepted();
    else if (await replaced(token)) return sendWith(bearer.peek(), again);
    return answer;
}

async function sendWith(token: string | null, request: Request): Promise<Response> {
    if (token !== null) request.headers.set("authorization", `Bearer ${token}`);
    began();
    try {
        return await fetch(request, { credentials: "omit", redirect: "error" });
    } finally {
        ended();
    }
}

interface Sent { data?: unknown; error?: unknown; response: Response }

async function answer<T>(sending: Promise<Sent>): Promise<Answer<T>> {
    let sent: Sent;
    try {
        sent = await sending;
    } catch (error) {
        // `fetch` itself says nothing but that there was no answer; a body that isn't JSON is a SyntaxError.
        return { ok: false, problem: error instanceof SyntaxError ? unreadable(0) : unreachable() };
    }
    const { data, error, response } = sent;
    if (response.status === 204 || (response.ok && data !== undefined)) {
        return { ok: true, value: data as T, etag: response.headers.get("etag") };
    }
    const problem = error as Partial<Problem> | undefined;
    if (response.status === 401) return { ok: false, problem: notSignedIn(problem?.detail ?? challenge(response)) };
    if (typeof problem?.code !== "string" || typeof problem.detail !== "string") {
        return { ok: false, problem: unreadable(response.status) };
    }
    return { ok: false, problem: { ...problem, errors: problem.errors ?? [] } as Problem };
}

/** What API Gateway says of a token that it refuses (RFC 6750, section 3). */
function challenge(response: Response): string {
    return /error_description="([^"]*)"/.exec(response.headers.get("www-authenticate") ?? "")?.[1] ?? "401";
}

export function getUser(user_id: string): Promise<Answer<User>> {
    return answer(client.GET("/api/users/{user_id}", { params: { path: { user_id } } }));
}

export function findUser(email: string): Promise<Answer<User>> {
    return answer(client.GET("/api/users", { params: { query: { email } } }));
}

export function createUser(body: NewUser): Promise<Answer<User>> {
    return answer(client.POST("/api/create_user", { body }));
}

/** Changes the version of the user that `etag` names. */
export function updateUser(user_id: string, body: UserPatch, etag: string): Promise<Answer<User>> {
    const params = { path: { user_id }, header: { "If-Match": etag } };
    return answer(client.PATCH("/api/users/{user_id}", { params, body }));
}

/** What a change would do. */
export function tryUser(user_id: string, body: UserPatch): Promise<Answer<ChangedUser>> {
    const params = { path: { user_id } };
    return answer(client.PATCH("/api/users/{user_id}", { params, body: { ...body, dry_run: true } }));
}

export function snoozeUser(user_id: string, body: Snooze, etag: string): Promise<Answer<User>> {
    const params = { path: { user_id }, header: { "If-Match": etag } };
    return answer(client.POST("/api/users/{user_id}/snooze", { params, body }));
}

/** What a snooze would do. */
export function trySnooze(user_id: string, body: Snooze): Promise<Answer<ChangedUser>> {
    const params = { path: { user_id } };
    return answer(client.POST("/api/users/{user_id}/snooze", { params, body: { ...body, dry_run: true } }));
}

export function endSnooze(user_id: string, etag: string): Promise<Answer<User>> {
    const params = { path: { user_id }, header: { "If-Match": etag } };
    return answer(client.DELETE("/api/users/{user_id}/snooze", { params }));
}

/** Gives the person's calendar another address to subscribe to. */
export function createFeed(user_id: string): Promise<Answer<FeedAddress>> {
    return answer(client.POST("/api/users/{user_id}/feed", { params: { path: { user_id } } }));
}

export function revokeFeed(user_id: string): Promise<Answer<unknown>> {
    return answer(client.DELETE("/api/users/{user_id}/feed", { params: { path: { user_id } } }));
}

export function findMeetingTimes(body: MeetingTimesQuery): Promise<Answer<MeetingTimes>> {
    return answer(client.POST("/api/find_meeting_times", { body }));
}

/** All meetings of the window, page after page. */
export async function listMeetings(user_id: string, window: Window): Promise<Answer<Meeting[]>> {
    const meetings: Meeting[] = [];
    let cursor: string | null | undefined;
    do {
        const query = { ...window, limit: 250, ...(cursor ? { cursor } : {}) };
        const page: Answer<Schemas["MeetingsPage"]> =
            await answer(client.GET("/api/users/{user_id}/meetings", { params: { path: { user_id }, query } }));
        if (!page.ok) return page;
        meetings.push(...page.value.meetings);
        cursor = page.value.next_cursor;
    } while (cursor);
    return { ok: true, value: meetings, etag: null };
}

export function getFreeSlots(user_id: string, window: Window): Promise<Answer<FreeSlots>> {
    return answer(client.GET("/api/get_free_slots", { params: { query: { user_id, ...window } } }));
}

export function getMeeting(meeting_id: string): Promise<Answer<Meeting>> {
    return answer(client.GET("/api/meetings/{meeting_id}", { params: { path: { meeting_id } } }));
}

export function getReminders(meeting_id: string): Promise<Answer<Reminders>> {
    return answer(client.GET("/api/meetings/{meeting_id}/reminders", { params: { path: { meeting_id } } }));
}

/** Books a meeting. With the same `key` it may be sent again after an answer was lost. */
export function createMeeting(body: NewMeeting, key: string): Promise<Answer<BookedMeeting>> {
    const params = { header: { "Idempotency-Key": key } };
    return answer(client.POST("/api/create_meeting", { params, body }));
}

/** What booking would do. */
export function tryMeeting(body: NewMeeting): Promise<Answer<DryRunMeeting>> {
    return answer(client.POST("/api/create_meeting", { body: { ...body, dry_run: true } }));
}

/** Changes the version of the meeting that `etag` names. */
export function updateMeeting(meeting_id: string, body: MeetingPatch, etag: string): Promise<Answer<BookedMeeting>> {
    const params = { path: { meeting_id }, header: { "If-Match": etag } };
    return answer(client.PATCH("/api/meetings/{meeting_id}", { params, body }));
}

/** What a change would do. */
export function tryUpdate(meeting_id: string, body: MeetingPatch): Promise<Answer<BookedMeeting>> {
    const params = { path: { meeting_id } };
    return answer(client.PATCH("/api/meetings/{meeting_id}", { params, body: { ...body, dry_run: true } }));
}

export function cancelMeeting(meeting_id: string, etag: string): Promise<Answer<Meeting>> {
    const params = { path: { meeting_id }, header: { "If-Match": etag } };
    return answer(client.DELETE("/api/meetings/{meeting_id}", { params }));
}

export function addParticipant(meeting_id: string, email: string): Promise<Answer<BookedMeeting>> {
    return answer(client.POST("/api/meeting/participant/add", { body: { meeting_id, email } }));
}

export function removeParticipant(meeting_id: string, user_id: string): Promise<Answer<Meeting>> {
    return answer(client.POST("/api/meeting/participant/remove", { body: { meeting_id, user_id } }));
}

/** The version of a meeting as `If-Match` names it. */
export function etagOf(meeting: { version: number }): string {
    return `"${meeting.version}"`;
}
