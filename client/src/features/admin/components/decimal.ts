/** Whether a text can be sent as a `Decimal`: the shop refuses a whole operation for one that it cannot read. */
export const isDecimal = (text: string): boolean => /^-?\d{1,12}(\.\d{1,6})?$/.test(text.trim());
