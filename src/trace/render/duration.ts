const UNITS = [
  { nanos: 1, below: 1000, name: 'ns' },
  { nanos: 1e3, below: 1000, name: 'µs' },
  { nanos: 1e6, below: 1000, name: 'ms' },
  { nanos: 1e9, below: 60, name: 's' },
] as const

/**
 * A duration for people, at most seven columns up to a thousand days: three significant digits below a minute
 * (`1.23ms`, `12.3ms`, `123ms`), two units above (`2m 05s`, `1h 02m`, `3d 04h`). Rounding carries into the next
 * unit: never `1000ms`, never `60.0s`.
 */
export function formatDuration(nanos: number, micro = 'µs'): string {
  if (nanos <= 0) return '0s'
  for (const { nanos: size, below, name } of UNITS) {
    const text = threeDigits(nanos / size, size === 1)
    if (Number(text) < below) return text + (name === 'µs' ? micro : name)
  }
  const seconds = Math.round(nanos / 1e9)
  if (seconds < 3600) return twoUnits(seconds, 60, 'm', 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 24 * 60) return twoUnits(minutes, 60, 'h', 'm')
  return twoUnits(Math.round(minutes / 60), 24, 'd', 'h')
}

function threeDigits(value: number, whole: boolean): string {
  if (whole) return value.toFixed(0)
  for (const decimals of [2, 1]) {
    const text = value.toFixed(decimals)
    if (Number(text) < 10 ** (3 - decimals)) return text
  }
  return value.toFixed(0)
}

function twoUnits(count: number, per: number, big: string, small: string): string {
  return `${Math.floor(count / per)}${big} ${String(count % per).padStart(2, '0')}${small}`
}
