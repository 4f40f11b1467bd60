import {briefPercent} from "../figures.ts";
import type {WhatIf} from "../ledger/evidence.ts";

type Field = {
  readonly name: keyof WhatIf["figures"];
  readonly label: string;
  readonly unit: string;
  readonly value: string;
  readonly step: string;
  /** Absent where there is no highest. */
  readonly most?: number;
};

/** The controls of the page and the data that its script computes from. */
export function whatIfView(value: WhatIf): {
  readonly currency: string;
  /** Probabilities that the bounds of the value and of the lift hold. */
  readonly level: string;
  readonly liftLevel: string;
  /** Place of the study's capacity among the shares, and the last place. */
  readonly share: number;
  readonly last: number;
  readonly fields: readonly Field[];
  /** JSON that can stand inside a script element. */
  readonly data: string;
} {
  const {currency, capacity, figures, shares} = value;
  const money = (name: Field["name"], label: string): Field => ({
    ...{name, label, unit: currency},
    ...numberOf(figures[name]),
  });
  return {
    currency,
    level: briefPercent(value.level),
    liftLevel: briefPercent(value.liftLevel),
    share: shares.fraction.indexOf(capacity),
    last: shares.fraction.length - 1,
    fields: [
      money("contactCost", "Cost of a contact"),
      money("offerCost", "Cost of the offer"),
      money("customerValue", "Value of a customer"),
      {
        ...{name: "offerWorks", label: "Would-be churners the offer keeps", unit: "%", most: 100},
        ...numberOf(100 * figures.offerWorks),
      },
    ],
    data: JSON.stringify(value).replaceAll("<", "\\u003c"),
  };
}

/** A number as a control shows it, and a step of about a twentieth of it. */
function numberOf(value: number): {readonly value: string; readonly step: string} {
  const tenth = value > 0 ? 10 ** (Math.floor(Math.log10(value)) - 1) : 1;
  const lead = value / (10 * tenth);
  const step = value > 0 && lead >= 2 ? 5 * tenth : tenth;
  return {value: String(Number(value.toFixed(2))), step: String(Number(step.toPrecision(1)))};
}
