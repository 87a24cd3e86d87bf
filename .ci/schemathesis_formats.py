"""What a schema names as a format and schemathesis doesn't know: without names of zones nearly all that it makes up is refused
at the door, and nothing behind it is tried."""

import zoneinfo

import schemathesis
from hypothesis import strategies

names = sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})
schemathesis.openapi.format("iana-time-zone", strategies.sampled_from(names))
