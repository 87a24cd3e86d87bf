// What the page says beside what was asked for: a line that appears, is read out, and may offer one thing to do.
import { signal } from "@preact/signals";

export interface Message {
    text: string;
    tone: "good" | "bad";
    action?: { label: string; run: () => void };
}

/** The message that is shown. */
export const message = signal<Message | null>(null);
/** What screen readers are told without anything appearing. */
export const spoken = signal("");

export function say(text: string, action?: Message["action"]): void {
    message.value = action === undefined ? { text, tone: "good" } : { text, tone: "good", action };
}

export function complain(text: string, action?: Message["action"]): void {
    message.value = action === undefined ? { text, tone: "bad" } : { text, tone: "bad", action };
}

export function dismiss(): void {
    message.value = null;
}

export function speak(text: string): void {
    spoken.value = text;
}
