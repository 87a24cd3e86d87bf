import { t } from "../strings";
import { views } from "../views/registry";
import { Dialog } from "./dialog";

export function ShortcutList({ onClose }: { onClose: () => void }) {
    const rows: [string, string][] = [
        ...views.map(({ key, title }): [string, string] => [key.toUpperCase(), t(title)]),
        ["T", t("today")],
        ["J / K", `${t("later")} / ${t("earlier")}`],
        ["N", t("new_meeting")],
        ["↑ ↓ ← →", t("key_cursor")],
        ["⇧ ↑ ↓", t("key_lengthen")],
        ["Alt ↑ ↓ ← →", t("key_move")],
        ["Alt ⇧ ↑ ↓", t("key_resize")],
        ["?", t("shortcuts")],
        ["Esc", t("close")],
    ];
    return (
        <Dialog title={t("shortcuts")} onClose={onClose}>
            <dl class="keys">
                {rows.map(([keys, what]) => <div key={keys}><dt><kbd>{keys}</kbd></dt><dd>{what}</dd></div>)}
            </dl>
        </Dialog>
    );
}
