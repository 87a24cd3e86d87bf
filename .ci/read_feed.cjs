// Reads feeds with ical.js, all in one process, and prints for each the events' ids, starts and ends in seconds since
// 1970, and local starts; null where an event has a TZID without a definition. As programs with ical.js do, it keeps the
// first definition of each TZID.
//
// Usage: node read_feed.cjs FILE…, with ical.js in NODE_PATH. The output is a JSON array.
const fs = require("node:fs");
const ICAL = require("ical.js");

function read(property) {
    const time = property.getFirstValue();
    const tzid = property.getParameter("tzid");
    if (tzid) {
        time.zone = ICAL.TimezoneService.get(tzid);
    }
    return tzid && !time.zone ? null : time;
}

function events(file) {
    const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(file, "utf8")));
    for (const zone of calendar.getAllSubcomponents("vtimezone")) {
        if (!ICAL.TimezoneService.has(zone.getFirstPropertyValue("tzid"))) {
            ICAL.TimezoneService.register(zone);
        }
    }
    return calendar.getAllSubcomponents("vevent").map((event) => {
        const [start, end] = ["dtstart", "dtend"].map((name) => read(event.getFirstProperty(name)));
        const local = start && start.toString().replace("Z", "");
        return [event.getFirstPropertyValue("uid"), start?.toUnixTime() ?? null, end?.toUnixTime() ?? null, local];
    });
}

console.log(JSON.stringify(process.argv.slice(2).map(events)));
