import { expect, test } from "vitest";

import { readEvidence } from "@/app/_lib/evidence";

test.each([
  ["quiet: 4.5 of 5", { kind: "vote", score: "4.5" }],
  ["wifi: 5 of 5", { kind: "vote", score: "5" }],
  ["3.5", { kind: "vote", score: "3.5" }],
  ["socket: yes", { kind: "answer", sure: true }],
  ["limited_time: no", { kind: "answer", sure: true }],
  ["limited_time: maybe", { kind: "answer", sure: false }],
  ["每張桌子都有插座", { kind: "words", words: "每張桌子都有插座" }],
  ["socket: yes, at each table", { kind: "words", words: "socket: yes, at each table" }],
  ["12", { kind: "words", words: "12" }],
])("%s", (quote, evidence) => {
  expect(readEvidence(quote)).toEqual(evidence);
});
