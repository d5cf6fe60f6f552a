/** A customer's name as it may be printed on a parcel: words of letters. */
export const isName = (text: string) => /^(\p{L}+[ '-]?)+$/u.test(text);

/** A discount code: four letters and some digits. */
export const isCode = (text: string) => /^[A-Z]{4}[0-9]{2,4}$/.test(text);
