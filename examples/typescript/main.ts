// Books a meeting for people with different Do-Not-Disturb hours, and shows when each is reminded and why.
//
// The types in tactful.ts are generated from the API's OpenAPI document; see ../README.md. Ends with an error if an answer
// isn't the expected one.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import createClient from "openapi-fetch";
import type { components, paths } from "./tactful.js";

type Schemas = components["schemas"];
type User = Schemas["User"];
type Meeting = Schemas["Meeting"];

const { values } = parseArgs({ options: { url: { type: "string", default: "http://localhost:3000" } } });
const token = process.env.TACTFUL_TOKEN;
const api = createClient<paths>({
  baseUrl: values.url,
  headers: token ? { authorization: `Bearer ${token}` } : {},
});

/** The body of a successful answer. Any other answer ends the program with a message. */
function expect<T>({ data, error, response }: { data?: T; error?: unknown; response: Response }): T {
  assert(data !== undefined, `${response.url} answered ${response.status}: ${JSON.stringify(error)}`);
  return data;
}

/** A time as a clock in that zone shows it. */
function clock(time: string, timeZone: string): string {
  const format = { weekday: "short", day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Date(time).toLocaleString("en-GB", { ...format, timeZone });
}

async function createPeople() {
  // Addresses are unique, and this program may run several times against the same service.
  const run = randomUUID().slice(0, 8);
  const create = async (name: string, timezone: string, hours: Pick<Schemas["NewUser"], "dnd_start_time" | "dnd_end_time">) => {
    const email = `${name.toLowerCase()}.${run}@example.com`;
    const user = expect(await api.POST("/api/create_user", { body: { email, name, timezone, ...hours } }));
    const quiet = user.dnd_start_time ? `not to be disturbed from ${user.dnd_start_time} to ${user.dnd_end_time}` : "always there";
    console.log(`${user.name.padEnd(4)} ${user.timezone.padEnd(17)} ${quiet}`);
    return user;
  };
  return {
    ana: await create("Ana", "Europe/Madrid", { dnd_start_time: 22, dnd_end_time: 7 }),
    bo: await create("Bo", "Asia/Kolkata", {}),
    cy: await create("Cy", "America/New_York", { dnd_start_time: "21:30", dnd_end_time: "08:30" }),
  };
}

/** Books 07:30. An hour before is inside Ana's Do-Not-Disturb hours. */
async function book(ana: User, bo: User, day: string) {
  const body = {
    creator_id: ana.user_id,
    title: "Design review",
    start_time: `${day}T07:30`,
    end_time: `${day}T08:30`,
    time_zone: ana.timezone,
    participants: [bo.email],
    notification_interval: 60,
  };
  const meeting = expect(await api.POST("/api/create_meeting", { body }));
  // Only the answer to a dry run has reminders. From here on the compiler knows that the meeting has an id.
  assert(!("reminders" in meeting), "it is booked");
  console.log(`\nbooked: ${meeting.title}, ${clock(meeting.start_time, meeting.time_zone)} in ${meeting.time_zone}`);
  assert.deepEqual(meeting.unavailable_participants, [], "nobody has another meeting");

  // A second meeting at the same time conflicts with the first.
  const { error: problem } = await api.POST("/api/create_meeting", { body });
  assert.equal(problem?.code, "meeting_conflict", "the creator can't be booked twice");
  console.log(`again:  ${problem.status} ${problem.code}: ${problem.detail}`);
  for (const { title, start_time, end_time } of problem.conflicts ?? []) {
    const [start, end] = [clock(start_time, meeting.time_zone), clock(end_time, meeting.time_zone)];
    console.log(`        in the way: ${title}, ${start} to ${end}`);
  }
  assert.equal(problem.conflicts?.[0]?.meeting_id, meeting.meeting_id);
  return meeting;
}

async function findFreeSlots(ana: User, day: string) {
  const query = {
    user_id: ana.user_id,
    start_time: `${day}T00:00`,
    end_time: `${day}T23:00`,
    exclude_dnd: true,
    min_minutes: 45,
  };
  const { free_slots, time_zone } = expect(await api.GET("/api/get_free_slots", { params: { query } }));
  console.log("\nAna is free, awake and for 45 minutes or more:");
  for (const { start_time, end_time, minutes } of free_slots) {
    console.log(`        ${clock(start_time, time_zone)} to ${clock(end_time, time_zone)}, ${minutes} minutes`);
  }
  // The time from 07:00 to 07:30 is too short.
  assert.deepEqual(free_slots.map((slot) => slot.minutes), [13 * 60 + 30], "the one slot is from 08:30 to 22:00");
}

/** Asks when an hour suits Ana and Bo, and Cy if possible; and then for a morning on which Cy is needed. */
async function findTimes(ana: User, bo: User, cy: User, day: string) {
  const ask = async (start: string, end: string, cyIs: Schemas["AttendeeType"]) => {
    const body: Schemas["MeetingTimesQuery"] = {
      organizer_id: ana.user_id,
      attendees: [{ email: bo.email }, { email: cy.email, type: cyIs }],
      start_time: `${day}T${start}`,
      end_time: `${day}T${end}`,
      time_zone: ana.timezone,
      duration_minutes: 60,
      max_suggestions: 3,
    };
    return expect(await api.POST("/api/find_meeting_times", { body }));
  };
  console.log("\nan hour that suits Ana and Bo, and Cy if possible:");
  const { suggestions } = await ask("00:00", "23:59", "optional");
  for (const { start_time, attendees } of suggestions) {
    const here = attendees.map((person) => `${person.local_start_time.slice(11, 16)} ${person.availability}`);
    console.log(`        ${clock(start_time, ana.timezone)}; on their own clocks ${here.join(", ")}`);
  }
  const best = suggestions[0]?.attendees.map((person) => person.availability);
  assert.deepEqual(best, ["free", "free", "free"], "there is a time at which all are awake");

  const { empty_reason, blocking } = await ask("08:30", "12:00", "required");
  assert.equal(empty_reason, "quiet_time", "it is night for Cy while it is morning in Madrid");
  const who = blocking[0];
  assert(who, "somebody is in the way");
  console.log(`        not in the morning: ${who.email} is ${who.by} for ${who.minutes} minutes of it`);
}

/** Reads all pages of Bo's next week, on his clock. */
async function listAgenda(bo: User, meeting: Meeting, day: string) {
  const end = new Date(Date.parse(day) + 7 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  const window = { start_time: `${day}T00:00`, end_time: `${end}T00:00`, time_zone: bo.timezone };
  const agenda: Meeting[] = [];
  let cursor: string | null | undefined;
  do {
    const params = { path: { user_id: bo.user_id }, query: { ...window, limit: 100, ...(cursor ? { cursor } : {}) } };
    const page = expect(await api.GET("/api/users/{user_id}/meetings", { params }));
    agenda.push(...page.meetings);
    cursor = page.next_cursor;
  } while (cursor);
  console.log("\nBo's week:");
  for (const { start_time, title, version } of agenda) {
    console.log(`        ${clock(start_time, bo.timezone)}: ${title}, version ${version}`);
  }
  assert.deepEqual(agenda.map((listed) => listed.meeting_id), [meeting.meeting_id], "the review is Bo's one meeting");
}

async function addAndRemove(meeting: Meeting, cy: User) {
  const body = { user_id: cy.user_id, meeting_id: meeting.meeting_id };
  const joined = expect(await api.POST("/api/meeting/participant/add", { body }));
  assert.equal(joined.participants.length, 3, "Cy takes part");
  const asleep = joined.do_not_disturb_participants.map((person) => person.email);
  assert.deepEqual(asleep, [cy.email], "it is night for Cy");
  console.log(`\nadded:  Cy, in their Do-Not-Disturb hours: ${asleep[0]}`);
  const left = expect(await api.POST("/api/meeting/participant/remove", { body }));
  console.log(`removed; left are ${left.participants.map((person) => person.name).join(", ")}`);
  assert.equal(left.version, 3, "each change made another version");
}

/** Whoever has the address reads the calendar, until it is revoked. */
async function shareCalendar(meeting: Meeting, ana: User) {
  const ofUser = { params: { path: { user_id: ana.user_id } } };
  const { url } = expect(await api.POST("/api/users/{user_id}/feed", ofUser));
  const feed = url.slice(url.lastIndexOf("/") + 1);
  const read = (tag?: string) =>
    api.GET("/api/feeds/{feed}", {
      params: { path: { feed }, header: tag === undefined ? {} : { "If-None-Match": tag } },
      parseAs: "text",
    });
  const first = await read();
  const calendar = expect(first);
  assert(calendar.includes(`UID:${meeting.meeting_id}@tactful`), "the calendar has the meeting");
  console.log(`\nAna's calendar, to subscribe to: ${calendar.split("BEGIN:VEVENT").length - 1} meeting`);
  const tag = first.response.headers.get("ETag") ?? "";
  assert.equal((await read(tag)).response.status, 304, "nothing has changed");
  assert.equal((await api.DELETE("/api/users/{user_id}/feed", ofUser)).response.status, 204, "it is revoked");
  assert.equal((await read()).error?.code, "feed_not_found");
}

async function readReminders(meeting: Meeting, people: User[]) {
  const path = { meeting_id: meeting.meeting_id };
  const { reminders } = expect(await api.GET("/api/meetings/{meeting_id}/reminders", { params: { path } }));
  console.log(`\nreminders ${meeting.notification_interval[0]?.minutes_before} minutes before:`);
  const reasons = new Map<string, Schemas["Reason"]>();
  for (const { user_id, remind_at, reason, state } of reminders) {
    const person = people.find((person) => person.user_id === user_id);
    if (!person || !remind_at) continue;
    console.log(`        ${person.name} at ${clock(remind_at, person.timezone)} their time: ${reason}, ${state}`);
    reasons.set(person.name, reason);
  }
  assert.equal(reasons.get("Ana"), "after_dnd", "Ana is reminded when her night ends");
  assert.equal(reasons.get("Bo"), "on_time", "Bo is reminded an hour before");
}

const inThirtyDays = new Date(Date.now() + 30 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
const { ana, bo, cy } = await createPeople();
const meeting = await book(ana, bo, inThirtyDays);
await findFreeSlots(ana, inThirtyDays);
await findTimes(ana, bo, cy, inThirtyDays);
await listAgenda(bo, meeting, inThirtyDays);
await addAndRemove(meeting, cy);
await readReminders(meeting, [ana, bo]);
await shareCalendar(meeting, ana);
