import { Details } from "../meeting/details";
import { CreateForm, EditForm } from "../meeting/form";
import { close, overlay } from "../state/overlay";
import { ShortcutList } from "./shortcut_list";

/** The dialog that is open, if any. */
export function Overlays() {
    const open = overlay.value;
    switch (open?.kind) {
        case undefined: return null;
        case "shortcuts": return <ShortcutList onClose={close} />;
        case "details": return <Details key={open.meeting.meeting_id} id={open.meeting.meeting_id} known={open.meeting} />;
        case "create": return <CreateForm {...open} />;
        case "edit": return <EditForm meeting={open.meeting} />;
    }
}
