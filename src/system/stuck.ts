/** Set once a native call has been given up. It holds a thread, so the process can only be ended hard. */
export const stuck = { call: false }
