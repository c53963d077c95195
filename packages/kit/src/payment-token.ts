const MAX_LENGTH = 200;
const TOKEN = new RegExp(`^[\\w.:~+/=-]{1,${MAX_LENGTH}}$`);

/**
 * What is wrong with a token of a payment provider, which stands for a means of payment.
 * @returns a sentence for people; undefined if the token may be used
 */
export const paymentTokenFault = (token: string): string | undefined =>
  TOKEN.test(token)
    ? undefined
    : `A payment token has 1 to ${MAX_LENGTH} characters: letters, digits and . _ : ~ + / = -`;
