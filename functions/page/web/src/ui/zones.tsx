import { useMemo } from "preact/hooks";
import { zones } from "../time";

/** What fields for zones offer; once on the page. */
export function Zones() {
    const all = useMemo(zones, []);
    return <datalist id="zones">{all.map((zone) => <option key={zone} value={zone} />)}</datalist>;
}
