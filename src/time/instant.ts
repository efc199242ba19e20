/** Seconds since the epoch as ISO 8601 in UTC; a number outside the calendar is shown unchanged. */
export function instant(seconds: number): string {
  const milliseconds = Math.trunc(seconds) * 1000
  return Math.abs(milliseconds) <= 8.64e15
    ? new Date(milliseconds).toISOString().replace('.000Z', 'Z')
    : `${seconds}`
}
