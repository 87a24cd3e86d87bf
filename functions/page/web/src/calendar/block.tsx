// A meeting on a day. It is moved and resized by pointer, and by keyboard with Alt and the arrows.
import type { Meeting } from "../api/client";
import { span, list } from "../format";
import { isOrganizer, describe, titleOf } from "../meeting/words";
import { unsaved, zone } from "../state/agenda";
import { overlay } from "../state/overlay";
import { person } from "../state/sign_in";
import { t } from "../strings";
import { at } from "../time";
import { isDragged, moveByKey, startMoving, startResizing } from "./drag";
import { percent, SHORTEST, type Placed, type Segment } from "./layout";

export type BlockItem = Placed<Segment & { meeting: Meeting }>;

export function Block({ item, overlapping }: { item: BlockItem; overlapping: Meeting[] }) {
    const { meeting, start, end, column, columns } = item;
    const [from, until] = [at(meeting.start_time, zone.value), at(meeting.end_time, zone.value)];
    const userId = person.value?.user_id;
    const isOwn = isOrganizer(meeting, userId);
    const others = meeting.participants.filter((participant) => participant.user_id !== userId);
    const words = [describe(meeting, zone.value, userId)];
    if (overlapping.length > 0) words.push(t("overlaps", { titles: list(overlapping.map(titleOf)) }));
    if (isOwn) words.push(t("move_hint"));
    const open = (): void => { overlay.value = { kind: "details", meeting }; };
    return (
        <div class="block" data-own={isOwn} data-unsaved={unsaved.value.has(meeting.meeting_id)} data-dragged={isDragged(meeting)} data-short={end - start < 45}
            data-before={item.fromBefore} data-after={item.toAfter}
            style={{
                top: percent(start),
                height: percent(Math.max(end - start, SHORTEST)),
                insetInlineStart: `calc(${(100 * column) / columns}% + 2px)`,
                width: `calc(${100 / columns}% - 4px)`,
            }}>
            <button type="button" data-meeting={meeting.meeting_id}
                onClick={open}
                onPointerDown={isOwn ? (event) => startMoving(event, meeting) : undefined}
                onKeyDown={isOwn ? (event) => moveByKey(event, meeting) : undefined}>
                <span class="unseen">{words.join(". ")}</span>
                <b dir="auto" aria-hidden="true">{titleOf(meeting)}</b>
                <span aria-hidden="true">{span(from, until)}</span>
                {meeting.location !== null && <span dir="auto" aria-hidden="true">{meeting.location}</span>}
                {others.length > 0 && <span dir="auto" aria-hidden="true">{list(others.slice(0, 3).map(({ name }) => name))}</span>}
            </button>
            {isOwn && !item.toAfter && <div class="handle" onClick={open} onPointerDown={(event) => startResizing(event, meeting)} />}
        </div>
    );
}
