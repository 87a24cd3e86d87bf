import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./tsload.mjs";

const { readTime, readDuration } = await load("meeting/typed_time.ts");

test("times as people type them", () => {
    const read = {
        "9": "09:00:00", "9:30": "09:30:00", "930": "09:30:00", "21.30": "21:30:00", "3pm": "15:00:00", "12am": "00:00:00",
        "12:05 PM": "12:05:00", "3:15 p.m.": "15:15:00", "0": "00:00:00", "14h15": "14:15:00", "3:15 م": "15:15:00", "٩:٣٠ ص": "09:30:00",
        " 23:59 ": "23:59:00",
    };
    for (const [typed, time] of Object.entries(read)) assert.equal(readTime(typed)?.toString(), time, typed);
    for (const typed of ["", "24", "9:60", "13pm", "0am", "noonish", "9:3", "-1", "9:30:00"]) assert.equal(readTime(typed), null, typed);
});

test("durations as people type them", () => {
    const read = { "45m": 45, "90 min": 90, "1h": 60, "1h30": 90, "+1h 30m": 90, "1:30h": 90, "2 Stunden": 120 };
    for (const [typed, minutes] of Object.entries(read)) assert.equal(readDuration(typed), minutes, typed);
    for (const typed of ["", "45", "0m", "h", "9:30"]) assert.equal(readDuration(typed), null, typed);
});
