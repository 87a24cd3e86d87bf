// Following a pointer over the grid. A mouse drags at once. A finger scrolls as everywhere, and drags after it has rested on a
// place for a moment.

/** How long a finger rests before it drags. The menu of a long press comes after that, and is kept away. */
const HOLD_MS = 400;
/** How many pixels a pointer may stray and hasn't moved; no finger is as still as a mouse. */
const SLACK = { mouse: 4, finger: 10 };
/** So near to the edge of the grid, in pixels, a drag scrolls it, and so fast at most in a frame. */
const EDGE = 36;
const FASTEST = 12;

export interface Gesture {
    /** Draws what releasing the pointer there would make. */
    move: (event: PointerEvent) => void;
    /** The pointer is released, or it was given up: by Escape, by the browser or by a second finger. */
    end: (isReleased: boolean) => void;
    /** Released before it dragged. Without it, the click that follows is the element's own. */
    tap?: () => void;
}

/** Whether a finger drags, or has opened something: then it neither scrolls nor clicks until it is lifted. */
let isClaimed = false;

/**
 * Keeps the browser from scrolling with a finger that drags, and from clicking where it is lifted. It asks before it scrolls only
 * if the listeners were there before the finger was.
 */
export function claimTouches(element: HTMLElement): () => void {
    const over = new AbortController();
    const keep = (event: Event): void => { if (isClaimed && event.cancelable) event.preventDefault(); };
    const release = (event: TouchEvent): void => {
        keep(event);
        if (event.touches.length === 0) isClaimed = false;
    };
    element.addEventListener("touchmove", keep, { passive: false, signal: over.signal });
    element.addEventListener("touchend", release, { passive: false, signal: over.signal });
    element.addEventListener("touchcancel", release, { signal: over.signal });
    element.addEventListener("contextmenu", keep, { signal: over.signal });
    return () => over.abort();
}

/** Follows a pointer that is pressed. `scrolls` is whether a finger that moves at once scrolls. */
export function follow(down: PointerEvent, scrolls: boolean, gesture: Gesture): void {
    if (!down.isPrimary) return;
    const isFinger = down.pointerType !== "mouse";
    const slack = isFinger ? SLACK.finger : SLACK.mouse;
    const grid = (down.target as Element).closest<HTMLElement>(".grid");
    const over = new AbortController();
    const { signal } = over;
    let last = down;
    let isDragging = false;
    let hasMoved = false;
    let frame = 0;
    isClaimed = false;

    const begin = (): void => {
        isDragging = true;
        isClaimed = isFinger;
        gesture.move(last);
    };
    const hold = isFinger ? setTimeout(() => {
        begin();
        // A browser refuses, and complains, before anything was tapped.
        if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(10);
    }, HOLD_MS) : undefined;
    const finish = (isReleased: boolean): void => {
        clearTimeout(hold);
        cancelAnimationFrame(frame);
        over.abort();
        gesture.end(isReleased);
    };
    const giveUp = (): void => {
        if (isDragging) addEventListener("pointerup", swallowClick, { once: true });
        finish(false);
    };
    const scroll = (): void => {
        frame = requestAnimationFrame(scroll);
        if (grid !== null && scrollAtEdge(grid, last)) gesture.move(last);
    };
    addEventListener("pointermove", (now) => {
        if (now.pointerId !== down.pointerId) return;
        last = now;
        hasMoved ||= Math.hypot(now.clientX - down.clientX, now.clientY - down.clientY) >= slack;
        if (!hasMoved) return;
        if (!isDragging && isFinger && scrolls) return finish(false);
        if (!isDragging) begin();
        else gesture.move(now);
        if (frame === 0) scroll();
    }, { signal });
    addEventListener("pointerup", (up) => {
        if (up.pointerId !== down.pointerId) return;
        const hasDragged = isDragging;
        finish(hasDragged);
        if (hasDragged) {
            swallowClick();
        } else if (gesture.tap !== undefined) {
            isClaimed = isFinger;
            gesture.tap();
        }
    }, { signal });
    addEventListener("pointercancel", (cancelled) => { if (cancelled.pointerId === down.pointerId) finish(false); }, { signal });
    addEventListener("pointerdown", (other) => { if (other.pointerId !== down.pointerId) giveUp(); }, { signal });
    addEventListener("keydown", (key) => { if (key.key === "Escape") giveUp(); }, { signal });
}

/** The click that follows a drag, if one does, would open what is under the pointer. */
function swallowClick(): void {
    const click = new AbortController();
    addEventListener("click", (event) => {
        event.stopPropagation();
        event.preventDefault();
    }, { capture: true, signal: click.signal });
    setTimeout(() => click.abort(), 0);
}

/** Whether it scrolled. */
function scrollAtEdge(grid: HTMLElement, { clientX, clientY }: PointerEvent): boolean {
    const box = grid.getBoundingClientRect();
    const days = grid.querySelector(".days")?.getBoundingClientRect() ?? box;
    const isRightToLeft = document.documentElement.dir === "rtl";
    const head = grid.querySelector<HTMLElement>(".grid-head")?.offsetHeight ?? 0;
    const hours = grid.querySelector<HTMLElement>(".hours")?.offsetWidth ?? 0;
    const left = box.left + (isRightToLeft ? 0 : hours);
    const right = box.right - (isRightToLeft ? hours : 0);
    const by = { x: speed(clientX, left, right), y: speed(clientY, box.top + head, Math.min(box.bottom, innerHeight)) };
    // Where all days are in sight there is nothing to scroll to.
    if (days.width <= right - left + 1) by.x = 0;
    const before = [grid.scrollLeft, grid.scrollTop];
    grid.scrollBy({ left: by.x, top: by.y, behavior: "instant" });
    return grid.scrollLeft !== before[0] || grid.scrollTop !== before[1];
}

function speed(at: number, low: number, high: number): number {
    const past = at < low + EDGE ? at - low - EDGE : Math.max(at - high + EDGE, 0);
    return Math.max(-FASTEST, Math.min(past / 3, FASTEST));
}
