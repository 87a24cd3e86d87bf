"""A format that the schemas use and schemathesis doesn't know: time zone names. Without it, nearly every generated request is
refused for its time zone, and nothing else is tested."""

import zoneinfo

import schemathesis
from hypothesis import strategies

names = sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})
schemathesis.openapi.format("iana-time-zone", strategies.sampled_from(names))
