import { Grid } from "../calendar/grid";
import { SecondZone } from "../calendar/second_zone";
import { Toolbar } from "../calendar/toolbar";
import { days as daysInWords } from "../format";
import { firstDayOfWeek } from "../language";
import { useAgenda, zone } from "../state/agenda";
import { place } from "../state/place";
import { today, weekOf } from "../time";

export function WeekView() {
    const date = place.value.date ?? today(zone.value);
    const days = weekOf(date, firstDayOfWeek.value);
    useAgenda(days);
    return (
        <main id="main" tabIndex={-1} class="calendar">
            <Toolbar title={daysInWords(days[0]!, days[6]!)} date={date} step={7}><SecondZone /></Toolbar>
            <Grid days={days} />
        </main>
    );
}
