// Days side by side on one clock: quiet time, meetings, reminders and the present minute, each at its minute.
import { useEffect, useRef } from "preact/hooks";
import type { Interval } from "../api/client";
import { agenda, meetings, zone } from "../state/agenda";
import { go } from "../state/place";
import { dayOfMonth, duration, hour, longDay, offset, weekday, zoneName, clock } from "../format";
import { t } from "../strings";
import { at, minuteOf, now, onClock, today, type Day } from "../time";
import { Block } from "./block";
import { Cursor } from "./cursor";
import { Ghost, startCreating } from "./drag";
import { percent, segmentOf, segmentsOn, sideBySide, without, type Segment } from "./layout";
import { Marks } from "./marks";
import { claimTouches } from "./pointer";
import { secondZone } from "./second_zone";

const HOURS = Array.from({ length: 24 }, (_, at) => at);

export function Grid({ days }: { days: Day[] }) {
    const scroller = useRef<HTMLDivElement>(null);
    const first = days[0]!.toString();
    useEffect(() => {
        const box = scroller.current;
        if (box === null) return;
        // An hour before now, or the morning.
        const isNow = days.some((day) => day.equals(today(zone.peek())));
        const minute = isNow ? Math.max(minuteOf(now.peek().toZonedDateTimeISO(zone.peek())) - 90, 0) : 6 * 60 + 15;
        const day = box.querySelector<HTMLElement>(".day");
        if (day !== null) box.scrollTop = (minute / 1440) * day.offsetHeight;
    }, [first, days.length]);
    useEffect(() => (scroller.current === null ? undefined : claimTouches(scroller.current)), []);
    const second = secondZone.value;
    return (
        <div class="grid" ref={scroller} data-days={days.length} data-second={second !== null} aria-busy={agenda.value?.first.equals(days[0]!) !== true}>
            <div class="grid-head">
                <div class="corner"><span>{offset(onClock(days[0]!, 720, zone.value))}</span></div>
                {second !== null && <div class="corner second"><span title={zoneName(second)}>{zoneName(second).split("/").at(-1)}</span></div>}
                {days.map((day) => <DayHead key={day.toString()} day={day} />)}
            </div>
            <div class="grid-body">
                <Hours label={(at) => hour(days[0]!, at)} />
                {second !== null && (
                    <Hours second label={(at) => clock(onClock(days[0]!, at * 60, zone.value).withTimeZone(second))} />
                )}
                <div class="days">
                    {days.map((day) => <DayColumn key={day.toString()} day={day} />)}
                    <Cursor days={days} />
                </div>
            </div>
        </div>
    );
}

function Hours({ label, second = false }: { label: (hour: number) => string; second?: boolean }) {
    return (
        <ol class={second ? "hours second" : "hours"} aria-hidden="true">
            {HOURS.map((at) => <li key={at} style={{ top: percent(at * 60) }}>{at === 0 ? "" : label(at)}</li>)}
        </ol>
    );
}

/** The parts of a day that are free: neither booked nor quiet. */
function freeMinutes(day: Day): number | null {
    const slots = agenda.value?.slots;
    if (slots === undefined) return null;
    const segment = segmentsOn(day, zone.value);
    const on = (intervals: Interval[]): Segment[] => intervals.map(segment).filter((found) => found !== null);
    const free = without(on(slots.free_slots), on(slots.do_not_disturb));
    return free.reduce((sum, { start, end }) => sum + end - start, 0);
}

function DayHead({ day }: { day: Day }) {
    const free = freeMinutes(day);
    const isToday = day.equals(today(zone.value));
    return (
        <div class="day-head" data-today={isToday}>
            <a href={`#day/${day.toString()}`} aria-current={isToday ? "date" : undefined}
                onClick={(event) => { event.preventDefault(); go({ view: "day", date: day }); }}>
                <span aria-hidden="true">{weekday(day)}</span> <b aria-hidden="true">{dayOfMonth(day)}</b>
                <span class="unseen">{longDay(day)}</span>
            </a>
            {free !== null && free > 0 && <p class="free">{t("free", { time: duration(Math.round(free)) })}</p>}
        </div>
    );
}

function DayColumn({ day }: { day: Day }) {
    const segment = segmentsOn(day, zone.value);
    const placed = sideBySide(
        meetings.value.flatMap((meeting) => {
            const found = segment(meeting);
            return found === null ? [] : [{ ...found, meeting }];
        }),
    );
    return (
        <section class="day" aria-label={longDay(day)} data-day={day.toString()} onPointerDown={startCreating}>
            <Working day={day} />
            <Quiet day={day} />
            {placed.map((item) => (
                <Block key={item.meeting.meeting_id} item={item} overlapping={placed.filter((other) => other !== item && other.start < item.end && item.start < other.end).map((other) => other.meeting)} />
            ))}
            <Marks day={day} />
            <Ghost day={day} />
            <Now day={day} />
        </section>
    );
}

function Working({ day }: { day: Day }) {
    const hours = agenda.value?.slots.working_hours;
    if (hours == null) return null;
    return (
        <>
            {hours.map((interval) => {
                const found = segmentOf(interval, day, zone.value);
                return found !== null && <div key={interval.start_time} class="working" style={{ top: percent(found.start), height: percent(found.end - found.start) }} />;
            })}
        </>
    );
}

const SOURCES = { weekly: "quiet_weekly", exception: "quiet_exception", snooze: "quiet_snooze" } as const;

function Quiet({ day }: { day: Day }) {
    const quiet = agenda.value?.slots.do_not_disturb ?? [];
    return (
        <>
            {quiet.map((interval) => {
                const found = segmentOf(interval, day, zone.value);
                if (found === null) return null;
                return (
                    <div key={interval.start_time} class="quiet" data-source={interval.source} style={{ top: percent(found.start), height: percent(found.end - found.start) }}>
                        <p>{t(interval.source === null ? "quiet" : SOURCES[interval.source])}</p>
                    </div>
                );
            })}
        </>
    );
}

function Now({ day }: { day: Day }) {
    const time = now.value.toZonedDateTimeISO(zone.value);
    if (!time.toPlainDate().equals(day)) return null;
    return <div class="now" style={{ top: percent(minuteOf(time)) }}><span class="unseen">{t("now_is", { time: clock(at(time.toInstant().toString(), zone.value)) })}</span></div>;
}
