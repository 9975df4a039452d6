import { expect, test } from "vitest";

import { type DataExport, downloadUrl, msLeft, phaseOf, sizeLabel } from "./_data-export";

const READY: DataExport = {
  id: "6f1c2a5e-0000-4000-8000-000000000000",
  status: "ready",
  requested_at: "2026-11-23T08:00:00+08:00",
  ready_at: "2026-11-23T08:00:05+08:00",
  expires_at: "2026-11-24T08:00:05+08:00",
  bytes: 2048,
  url: "https://storage.example/export.zip",
};

test("a file is ready until its time is up", () => {
  expect(phaseOf(READY, new Date("2026-11-24T08:00:04+08:00"))).toBe("ready");
  expect(phaseOf(READY, new Date("2026-11-24T08:00:05+08:00"))).toBe("expired");
  expect(msLeft(READY, new Date("2026-11-24T08:00:04+08:00"))).toBe(1000);
});

test("what was never asked for, or failed, has no time", () => {
  expect(phaseOf(null, new Date())).toBe("none");
  expect(phaseOf({ ...READY, status: "failed", expires_at: null }, new Date())).toBe("failed");
  expect(phaseOf({ ...READY, status: "pending", expires_at: null }, new Date())).toBe("pending");
});

test("sizes are said in the unit that suits them", () => {
  expect(sizeLabel(10, "en")).toBe("1 kB");
  expect(sizeLabel(820_400, "en")).toBe("820 kB");
  expect(sizeLabel(12_340_000, "en")).toBe("12.3 MB");
});

test("the file is saved under a name that says what it is, and its link stays signed", () => {
  expect(downloadUrl("https://storage.example/x.zip?token=a.b")).toBe(
    "https://storage.example/x.zip?token=a.b&download=caferoam.zip",
  );
});
