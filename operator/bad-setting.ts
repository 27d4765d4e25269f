// What a setting that cannot be used ends in.

/** The message names the variable. */
export class BadSetting extends Error {}
