// Colours of what has no class of its own: the ground shows through, light or dark.

export const NOTHING = "rgba(128,128,128,0.10)"; // zero, or not more than chance
export const MISSING = "rgba(128,128,128,0.55)";
export const SUPPRESSED = "#8d8d99"; // hatched besides: not a class of values
