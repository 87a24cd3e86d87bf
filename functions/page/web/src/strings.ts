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

    other_rules: ["The clocks of {zone} have new rules that this browser doesn't know: some times are shown otherwise than they will be. Update it.", "Die Uhren von {zone} haben neue Regeln, die dieser Browser nicht kennt: Manche Zeiten stehen anders da, als sie sein werden. Aktualisieren Sie ihn.", "لساعات {zone} قواعد جديدة لا يعرفها هذا المتصفح: قد تظهر بعض الأوقات مختلفة. حدّث المتصفح."],

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

    // The grid and the list.
    free: ["{time} free", "{time} frei", "{time} متاح"],
    quiet: ["Quiet", "Ruhe", "هدوء"],
    quiet_weekly: ["Quiet · every week", "Ruhe · jede Woche", "هدوء · كل أسبوع"],
    quiet_exception: ["Quiet · these days", "Ruhe · an diesen Tagen", "هدوء · في هذه الأيام"],
    quiet_snooze: ["Snoozed", "Stumm", "مؤجل"],
    now_is: ["Now: {time}", "Jetzt: {time}", "الآن: {time}"],
    second_zone: ["Second time zone", "Zweite Zeitzone", "منطقة زمنية ثانية"],
    cursor: ["{time}. Arrows move, Shift and arrows lengthen, Enter makes a meeting.", "{time}. Pfeile verschieben, Umschalt und Pfeile verlängern, Eingabe legt ein Treffen an.", "{time}. الأسهم للتحريك، ومع Shift للإطالة، وEnter لإنشاء اجتماع."],
    move_hint: ["Alt and arrows move it, with Shift they resize it", "Alt und Pfeile verschieben, mit Umschalt ändern sie die Länge", "Alt مع الأسهم للتحريك، ومع Shift لتغيير المدة"],
    overlaps: ["At the same time: {titles}", "Gleichzeitig: {titles}", "في الوقت نفسه: {titles}"],
    untitled: ["(no title)", "(ohne Titel)", "(بلا عنوان)"],
    with_people: ["with {people}", "mit {people}", "مع {people}"],
    nothing_booked: ["Nothing is booked here.", "Hier ist nichts eingetragen.", "لا توجد حجوزات هنا."],
    show_more: ["Show later weeks", "Spätere Wochen zeigen", "عرض أسابيع لاحقة"],

    // Changes.
    moved: ["{title} is now {time}.", "{title} ist jetzt {time}.", "{title} الآن {time}."],
    cancelled: ["{title} is cancelled.", "{title} ist abgesagt.", "أُلغي {title}."],
    undo: ["Undo", "Rückgängig", "تراجع"],
    busy_then: ["{people}: busy then.", "{people}: dann verplant.", "{people}: مشغول حينها."],
    quiet_then: ["{people}: quiet hours then.", "{people}: dann Ruhezeit.", "{people}: ساعات هدوء حينها."],
    newer_version: ["Somebody has changed this meeting meanwhile. Your change wasn't saved.", "Inzwischen hat jemand dieses Treffen geändert. Ihre Änderung wurde nicht gespeichert.", "غيّر أحدهم هذا الاجتماع. لم يُحفظ تغييرك."],
    show_newer: ["Show what is saved", "Gespeichertes zeigen", "عرض المحفوظ"],

    // Why a reminder comes when it comes.
    why_past: ["{wanted} has passed.", "{wanted} ist vorbei.", "مضى {wanted}."],
    why_quiet: ["{wanted} is in your quiet hours.", "{wanted} liegt in Ihrer Ruhezeit.", "{wanted} ضمن ساعات هدوئك."],
    why_quiet_of: ["{wanted} is in the quiet hours of {name}.", "{wanted} liegt in der Ruhezeit von {name}.", "{wanted} ضمن ساعات هدوء {name}."],
    why_quiet_short: ["{wanted} is in your quiet hours, which end shortly before.", "{wanted} liegt in Ihrer Ruhezeit, die erst kurz davor endet.", "{wanted} ضمن ساعات هدوئك التي تنتهي قبيل الاجتماع."],
    why_quiet_short_of: ["{wanted} is in the quiet hours of {name}, which end shortly before.", "{wanted} liegt in der Ruhezeit von {name}, die erst kurz davor endet.", "{wanted} ضمن ساعات هدوء {name} التي تنتهي قبيل الاجتماع."],
    why_meeting: ["{wanted} is during another meeting of yours.", "{wanted} liegt in einem anderen Ihrer Treffen.", "{wanted} أثناء اجتماع آخر لك."],
    why_meeting_of: ["{wanted} is during another meeting of {name}.", "{wanted} liegt in einem anderen Treffen von {name}.", "{wanted} أثناء اجتماع آخر لدى {name}."],
    why_quiet_until_start: ["Your quiet hours last until it starts.", "Ihre Ruhezeit dauert bis zum Beginn.", "تستمر ساعات هدوئك حتى البداية."],
    why_quiet_until_start_of: ["The quiet hours of {name} last until it starts.", "Die Ruhezeit von {name} dauert bis zum Beginn.", "تستمر ساعات هدوء {name} حتى البداية."],
    why_started: ["It starts before a message can come.", "Es beginnt, bevor eine Nachricht kommen kann.", "يبدأ قبل أن تصل أي رسالة."],
    why_limit: ["You were sent as many messages as a day may have.", "Sie haben so viele Nachrichten erhalten, wie ein Tag haben darf.", "تلقيت أقصى عدد من الرسائل في اليوم."],
    why_limit_of: ["{name} was sent as many messages as a day may have.", "{name} hat so viele Nachrichten erhalten, wie ein Tag haben darf.", "تلقى {name} أقصى عدد من الرسائل في اليوم."],
    will_hear: ["You will hear at {at}.", "Sie hören es um {at}.", "ستُبلَّغ عند {at}."],
    will_hear_of: ["{name} will hear at {at}.", "{name} hört es um {at}.", "سيُبلَّغ {name} عند {at}."],
    heard: ["You heard at {at}.", "Sie haben es um {at} gehört.", "أُبلغتَ عند {at}."],
    heard_of: ["{name} heard at {at}.", "{name} hat es um {at} gehört.", "أُبلغ {name} عند {at}."],
    will_not_hear: ["You won't hear.", "Sie hören nichts.", "لن تُبلَّغ."],
    will_not_hear_of: ["{name} won't hear.", "{name} hört nichts.", "لن يُبلَّغ {name}."],
    reminder_cancelled: ["It is no longer wanted.", "Sie ist nicht mehr gewünscht.", "لم يعد مطلوبًا."],
    reminder_missed: ["The meeting started first.", "Das Treffen begann vorher.", "بدأ الاجتماع قبل ذلك."],
    reminder_failed: ["It couldn't be sent.", "Sie konnte nicht gesendet werden.", "تعذر إرساله."],
    before_by_email: ["{time} before, by e-mail", "{time} vorher, per E-Mail", "قبل {time}، بالبريد الإلكتروني"],
    before_by_webhook: ["{time} before, by webhook", "{time} vorher, per Webhook", "قبل {time}، عبر webhook"],
    state_planned: ["planned", "geplant", "مخطط"],
    state_scheduled: ["scheduled", "terminiert", "مجدول"],
    state_delivered: ["delivered", "zugestellt", "أُرسل"],
    state_suppressed: ["none", "keine", "لا شيء"],
    state_cancelled: ["cancelled", "abgesagt", "ملغى"],
    state_missed: ["missed", "verpasst", "فات"],
    state_failed: ["failed", "fehlgeschlagen", "فشل"],

    // A meeting and its form.
    reminders_of_all: ["Who hears when", "Wer wann davon hört", "من يُبلَّغ ومتى"],
    is_cancelled: ["This meeting is cancelled.", "Dieses Treffen ist abgesagt.", "هذا الاجتماع ملغى."],
    edit: ["Change", "Ändern", "تعديل"],
    cancel_meeting: ["Cancel the meeting", "Treffen absagen", "إلغاء الاجتماع"],
    leave: ["Leave", "Nicht teilnehmen", "مغادرة"],
    left: ["You left {title}.", "Sie nehmen an {title} nicht mehr teil.", "غادرت {title}."],
    add_person: ["Add a person by e-mail address", "Person per E-Mail-Adresse hinzufügen", "أضف شخصًا بالبريد الإلكتروني"],
    remove_person: ["Remove {name}", "{name} entfernen", "إزالة {name}"],
    remove: ["Remove: {what}", "Entfernen: {what}", "إزالة: {what}"],
    title: ["Title", "Titel", "العنوان"],
    date: ["Date", "Datum", "التاريخ"],
    from: ["From", "Von", "من"],
    until: ["Until", "Bis", "حتى"],
    until_help: ["A time, or 45m, 1h30", "Eine Uhrzeit oder 45m, 1h30", "وقت، أو 45m أو 1h30"],
    unread_time: ["Write it like 9, 9:30 or 3pm.", "Zum Beispiel 9, 9:30 oder 930.", "اكتبه مثل 9 أو 9:30."],
    people: ["People", "Personen", "الأشخاص"],
    people_help: ["E-mail addresses; Enter adds each.", "E-Mail-Adressen, je mit Eingabe.", "عناوين البريد؛ اضغط Enter بعد كل عنوان."],
    reminders: ["Reminders", "Erinnerungen", "التذكيرات"],
    add_reminder: ["Add a reminder…", "Erinnerung hinzufügen…", "أضف تذكيرًا…"],
    location: ["Place", "Ort", "المكان"],
    description: ["Description", "Beschreibung", "الوصف"],
    preview: ["Before you save", "Vor dem Speichern", "قبل الحفظ"],
    save: ["Save", "Speichern", "حفظ"],
    booked: ["{title} is booked.", "{title} ist eingetragen.", "حُجز {title}."],
    saved: ["{title} is saved.", "{title} ist gespeichert.", "حُفظ {title}."],
    key_cursor: ["Choose a time; Enter makes a meeting", "Zeit wählen; Eingabe legt ein Treffen an", "اختر وقتًا؛ Enter لإنشاء اجتماع"],
    key_lengthen: ["Make the chosen time longer or shorter", "Gewählte Zeit verlängern oder kürzen", "إطالة الوقت أو تقصيره"],
    key_move: ["Move the meeting that has the focus", "Treffen mit dem Fokus verschieben", "تحريك الاجتماع المحدد"],
    key_resize: ["Make it longer or shorter", "Verlängern oder kürzen", "إطالته أو تقصيره"],
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
