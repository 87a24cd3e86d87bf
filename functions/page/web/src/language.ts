// The language of the page: the first of the browser's that it has texts in. Formats follow the browser's region.
import { computed, signal } from "@preact/signals";

export const LANGUAGES = ["en", "de", "ar"] as const;
export type Language = (typeof LANGUAGES)[number];

const RIGHT_TO_LEFT: readonly Language[] = ["ar"];

function preferred(): { language: Language; locale: string } {
    for (const locale of navigator.languages) {
        const language = LANGUAGES.find((known) => locale === known || locale.startsWith(`${known}-`));
        if (language !== undefined) return { language, locale };
    }
    return { language: "en", locale: "en" };
}

/** A language chosen on the page, in place of the browser's. It isn't stored. */
export const chosen = signal<Language | null>(null);

const found = computed(() => {
    const own = preferred();
    const picked = chosen.value;
    return picked === null || picked === own.language ? own : { language: picked, locale: picked };
});

export const language = computed(() => found.value.language);
/** With the region, for numbers, times and the first day of the week. */
export const locale = computed(() => found.value.locale);
export const direction = computed(() => (RIGHT_TO_LEFT.includes(language.value) ? "rtl" : "ltr"));

type WeekInfo = { firstDay: number };

/** The first day of the week, from 1 for Monday to 7 for Sunday. */
export const firstDayOfWeek = computed(() => {
    const info = new Intl.Locale(locale.value) as Intl.Locale & { weekInfo?: WeekInfo; getWeekInfo?(): WeekInfo };
    return (info.getWeekInfo?.() ?? info.weekInfo)?.firstDay ?? 1;
});
