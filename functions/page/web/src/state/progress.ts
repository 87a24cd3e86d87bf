// How many calls are under way. The bar that shows it appears after 300 ms, which is a matter of style alone.
import { signal } from "@preact/signals";

export const underWay = signal(0);

export function began(): void {
    underWay.value += 1;
}

export function ended(): void {
    underWay.value -= 1;
}
