// Reads invitations with ical.js, all in one process, and prints for each when it starts and ends, in seconds since
// 1970. As programs with ical.js do, it keeps the first definition of each TZID.
//
// Usage: node read_times.cjs FILE…, with ical.js in NODE_PATH. The output is a JSON array.
const fs = require("node:fs");
const ICAL = require("ical.js");

function times(file) {
    const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(file, "utf8")));
    for (const zone of calendar.getAllSubcomponents("vtimezone")) {
        if (!ICAL.TimezoneService.has(zone.getFirstPropertyValue("tzid"))) {
            ICAL.TimezoneService.register(zone);
        }
    }
    const event = calendar.getFirstSubcomponent("vevent");
    return ["dtstart", "dtend"].map((name) => {
        const property = event.getFirstProperty(name);
        const time = property.getFirstValue();
        const tzid = property.getParameter("tzid");
        if (tzid) {
            time.zone = ICAL.TimezoneService.get(tzid);
        }
        return time.toUnixTime();
    });
}

console.log(JSON.stringify(process.argv.slice(2).map(times)));
