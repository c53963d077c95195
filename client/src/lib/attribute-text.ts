const YES_NO: Readonly<Record<string, string>> = { true: 'Yes', false: 'No' };

/** A property's value for people, e.g. "28 cm". */
export const attributeText = (value: string, unit?: string | null): string =>
  `${YES_NO[value] ?? value}${unit ? ` ${unit}` : ''}`;
