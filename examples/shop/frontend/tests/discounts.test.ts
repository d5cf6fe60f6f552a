import assert from "node:assert/strict";
import { test } from "node:test";
import { byFormula, byOffer } from "../lib/discounts.ts";
import { isCode } from "../lib/forms.ts";
import { pounds } from "../lib/money.ts";

test("a formula works on the price", () => {
  assert.equal(byFormula(20, "price / 2"), 10);
});

test("an offer takes per cent or pounds off", () => {
  assert.equal(byOffer(20, { kind: "percent", off: 25 }), 15);
  assert.equal(byOffer(20, { kind: "pounds", off: 25 }), 0);
});

test("a code is four letters and some digits", () => {
  assert.ok(isCode("LOCK24"));
  assert.ok(!isCode("lock24"));
});

test("a price has its pence", () => {
  assert.equal(pounds(24.5), "£24.50");
});
