const format = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP" });

/** An amount as it stands on a price tag. */
export const pounds = (amount: number) => format.format(amount);
