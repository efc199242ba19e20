/** UTF-8 bytes of the text of one trace. */
export const MOST_BYTES = 16 * 1024
/** Rows of the text of one trace, where not so many are asked for. */
export const USUAL_ROWS = 100
/** At most; in most traces fewer fill the text. */
export const MOST_ROWS = 500
