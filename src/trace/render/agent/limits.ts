/** UTF-8 bytes of one text. */
export const MOST_BYTES = 16 * 1024
