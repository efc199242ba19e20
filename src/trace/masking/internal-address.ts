/** Networks that are never reached from outside: RFC 1918, 6598, 3927, 4193, loopback and link-local. */
const INTERNAL =
  /^(?:(?:10|127)(?:\.\d{1,3}){3}|(?:192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))(?:\.\d{1,3}){2}|::1|(?:f[cd][\da-f]{2}|fe[89ab][\da-f]):[\da-f:]{1,40})$/i

/** Whether a text is an IP address of an internal network: that of a pod or a proxy, not of a person. */
export const isInternalAddress = (text: string): boolean => INTERNAL.test(text.replace(/^::ffff:(?=\d)/i, ''))
