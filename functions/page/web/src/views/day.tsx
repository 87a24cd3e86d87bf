import { Grid } from "../calendar/grid";
import { SecondZone } from "../calendar/second_zone";
import { Toolbar } from "../calendar/toolbar";
import { longDay } from "../format";
import { useAgenda, zone } from "../state/agenda";
import { place } from "../state/place";
import { today } from "../time";

export function DayView() {
    const date = place.value.date ?? today(zone.value);
    const days = [date];
    useAgenda(days);
    return (
        <main id="main" tabIndex={-1} class="calendar">
            <Toolbar title={longDay(date)} date={date} step={1}><SecondZone /></Toolbar>
            <Grid days={days} />
        </main>
    );
}
