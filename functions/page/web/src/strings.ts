// Every text of the page in its languages, side by side so that none can be missing: English, German, Arabic. `{name}` stands
// for a value. Numbers, durations, times and lists come from format.ts, so that no text needs plural forms.
import { direction, language, LANGUAGES } from "./language";

const texts = {
    // The frame.
    week: ["Week", "Woche", "أسبوع"],
    day: ["Day", "Tag", "يوم"],
    list: ["List", "Liste", "قائمة"],
    views: ["Views", "Ansichten", "طرق العرض"],
    today: ["Today", "Heute", "اليوم"],
    earlier: ["Earlier", "Früher", "السابق"],
    later: ["Later", "Später", "التالي"],
    new_meeting: ["New meeting", "Neues Treffen", "اجتماع جديد"],
    shortcuts: ["Keyboard shortcuts", "Tastenkürzel", "اختصارات لوحة المفاتيح"],
    switch_person: ["Switch person", "Person wechseln", "تبديل الشخص"],
    language: ["Language", "Sprache", "اللغة"],
    close: ["Close", "Schließen", "إغلاق"],
    loading: ["Loading", "Wird geladen", "جارٍ التحميل"],
    retry: ["Try again", "Erneut versuchen", "إعادة المحاولة"],
    skip: ["Skip to the calendar", "Zum Kalender springen", "انتقل إلى التقويم"],
    unreachable: ["The service can't be reached. Nothing was lost.", "Der Dienst ist nicht erreichbar. Nichts ging verloren.", "تعذر الوصول إلى الخدمة. لم يُفقد شيء."],
    unreadable: ["The service answered something unexpected ({status}).", "Der Dienst hat unerwartet geantwortet ({status}).", "ردّت الخدمة بشكل غير متوقع ({status})."],
    offline: ["You are offline. The page goes on when the connection is back.", "Sie sind offline. Es geht weiter, sobald die Verbindung wieder da ist.", "أنت غير متصل. ستتابع الصفحة عند عودة الاتصال."],
    unknown_zone: ["This browser doesn't know the time zone {zone}; times are shown in UTC.", "Dieser Browser kennt die Zeitzone {zone} nicht; Zeiten stehen in UTC.", "لا يعرف هذا المتصفح المنطقة الزمنية {zone}؛ الأوقات معروضة بتوقيت UTC."],

    // Signing in.
    who: ["Whose calendar?", "Wessen Kalender?", "تقويم مَن؟"],
    pick: ["Open a calendar", "Kalender öffnen", "افتح تقويمًا"],
    recent: ["Opened before in this tab", "In diesem Tab schon geöffnet", "فُتح سابقًا في هذه النافذة"],
    open: ["Open", "Öffnen", "فتح"],
    email: ["E-mail address", "E-Mail-Adresse", "البريد الإلكتروني"],
    create_person: ["Or add a new person", "Oder eine neue Person anlegen", "أو أضف شخصًا جديدًا"],
    name: ["Name", "Name", "الاسم"],
    zone: ["Time zone", "Zeitzone", "المنطقة الزمنية"],
    quiet_from: ["Quiet from", "Ruhe von", "هدوء من"],
    quiet_until: ["until", "bis", "حتى"],
    quiet_help: ["No reminder comes in that time. Leave both empty for none.", "In dieser Zeit kommt keine Erinnerung. Leer lassen für keine Ruhezeit.", "لا يصل أي تذكير في هذا الوقت. اتركهما فارغين لعدم تحديد وقت."],
    create: ["Add", "Anlegen", "إضافة"],
    sign_in: ["Sign in", "Anmelden", "تسجيل الدخول"],
    sign_in_help: ["This deployment asks callers to sign in.", "Diese Installation verlangt eine Anmeldung.", "يتطلب هذا النظام تسجيل الدخول."],
    sign_in_unsupported: ["This deployment doesn't let browsers sign in.", "Diese Installation lässt keine Anmeldung im Browser zu.", "لا يسمح هذا النظام بتسجيل الدخول من المتصفح."],
    no_such_person: ["Nobody has this address yet. Add them below.", "Diese Adresse hat noch niemand. Legen Sie die Person unten an.", "لا أحد يملك هذا العنوان بعد. أضفه أدناه."],
} as const satisfies Record<string, readonly [string, string, string]>;

/** The name of a text. */
export type Text = keyof typeof texts;

// In a right-to-left text an address or a time keeps its own direction.
const [ISOLATE, END] = ["\u2068", "\u2069"];

/** The text in the page's language with its values. */
export function t(text: Text, values: Record<string, string> = {}): string {
    const written = texts[text][LANGUAGES.indexOf(language.value)]!;
    const isolated = direction.value === "rtl";
    return written.replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name];
        if (value === undefined) return whole;
        return isolated ? ISOLATE + value + END : value;
    });
}
