// What is the person's own: quiet hours, snooze, working hours, profile, and the address of the calendar.
import { useEffect } from "preact/hooks";
import { FeedForm } from "../settings/feed_form";
import { QuietHoursForm, WorkingHoursForm } from "../settings/hours_form";
import { ProfileForm } from "../settings/profile_form";
import { load } from "../settings/saving";
import { SnoozeForm } from "../settings/snooze_form";
import { person } from "../state/sign_in";
import { t } from "../strings";
import { Zones } from "../ui/zones";

export function SettingsView() {
    const user = person.value;
    useEffect(() => {
        if (user !== null) void load(user.user_id);
    }, [user?.user_id]);
    if (user === null) return <main id="main" tabIndex={-1} />;
    return (
        <main class="settings" id="main" tabIndex={-1}>
            <h1>{t("settings")}</h1>
            <QuietHoursForm user={user} />
            <SnoozeForm user={user} />
            <WorkingHoursForm user={user} />
            <ProfileForm user={user} />
            <FeedForm key={user.user_id} userId={user.user_id} />
            <Zones />
        </main>
    );
}
