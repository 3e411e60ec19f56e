// Choices that one view has and others have not: what each may be, the first as at a first visit.

interface Choice {
  label: string;
  values: readonly (readonly [value: string, words: string])[];
}

export const CHOICES = {
  change: {
    label: "Colours show",
    values: [
      ["difference", "Difference in incidents"], ["ratio", "Ratio of the rates"],
      ["chance", "More than chance, or not"],
    ],
  },
  cluster_m: {
    label: "Incidents together within",
    values: [["250", "250 m"], ["50", "50 m"], ["100", "100 m"], ["150", "150 m"], ["400", "400 m"]],
  },
  cluster_least: {
    label: "Incidents near each other, at least",
    values: [["10", "10"], ["5", "5"], ["20", "20"], ["50", "50"], ["100", "100"]],
  },
  patrol_m: {
    label: "Size of a place",
    values: [["200", "200 m across"], ["100", "100 m"], ["150", "150 m"], ["300", "300 m"], ["500", "500 m"]],
  },
  patrol_places: {
    label: "Places in the list",
    values: [["20", "20"], ["5", "5"], ["10", "10"], ["50", "50"], ["100", "100"]],
  },
  repeat_m: {
    label: "Near repeats: followed within",
    values: [["200", "200 m"], ["100", "100 m"], ["400", "400 m"], ["800", "800 m"]],
  },
  repeat_days: {
    label: "in so many days after",
    values: [["14", "14 days"], ["7", "7 days"], ["28", "28 days"], ["56", "56 days"]],
  },
} as const satisfies Record<string, Choice>;

export type ChoiceName = keyof typeof CHOICES;
export type Choices = Readonly<Record<ChoiceName, string>>;

export const CHOICE_NAMES = Object.keys(CHOICES) as ChoiceName[];

/** Every choice as at a first visit. */
export const FIRST_CHOICES = chosenIn(() => null);

/** The choices that an address names; what it leaves out or misspells is as at a first visit. */
export function chosenIn(word: (name: ChoiceName) => string | null): Choices {
  return Object.fromEntries(CHOICE_NAMES.map((name) => {
    const values: Choice["values"] = CHOICES[name].values;
    const [value] = values.find(([each]) => each === word(name)) ?? values[0] ?? [""];
    return [name, value];
  })) as Record<ChoiceName, string>;
}
