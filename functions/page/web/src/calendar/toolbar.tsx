// Above every view of days: which days, back and forth, another zone, a new meeting.
import type { ComponentChildren } from "preact";
import { hasOtherRules, problem, reload, shownInPlaceOf, zone } from "../state/agenda";
import { overlay } from "../state/overlay";
import { go } from "../state/place";
import { person } from "../state/sign_in";
import { t } from "../strings";
import { now, onClock, today, type Day } from "../time";

/** Half an hour after now, or in the morning of another week that is shown. */
export function proposeMeeting(): void {
    const other = shownInPlaceOf(today(zone.peek()));
    const start = other !== null ? onClock(other, 9 * 60, zone.peek()) : now.peek().toZonedDateTimeISO(zone.peek()).round({ smallestUnit: "minute", roundingIncrement: 30, roundingMode: "ceil" });
    overlay.value = { kind: "create", start, end: start.add({ minutes: 30 }) };
}

export function Toolbar({ title, date, step, children }: { title: string; date: Day; step: number; children?: ComponentChildren }) {
    const failed = problem.value;
    const own = person.value?.timezone ?? "UTC";
    return (
        <>
            <div class="toolbar">
                <button type="button" onClick={() => go({ date: today(zone.value) })}>{t("today")}</button>
                <button type="button" class="plain arrow" data-step="-1" aria-label={t("earlier")} onClick={() => go({ date: date.subtract({ days: step }) })}><span aria-hidden="true">‹</span></button>
                <button type="button" class="plain arrow" data-step="1" aria-label={t("later")} onClick={() => go({ date: date.add({ days: step }) })}><span aria-hidden="true">›</span></button>
                <h1 aria-live="polite">{title}</h1>
                <div class="toolbar-end">
                    {children}
                    <button type="button" class="primary" onClick={proposeMeeting}>{t("new_meeting")}</button>
                </div>
            </div>
            {own !== zone.value && <p class="notice">{t("unknown_zone", { zone: own })}</p>}
            {hasOtherRules.value && <p class="notice">{t("other_rules", { zone: own })}</p>}
            {failed !== null && (
                <p class="notice" role="alert">
                    {failed.detail} <button type="button" onClick={() => void reload()}>{t("retry")}</button>
                </p>
            )}
        </>
    );
}
