declare module 'fs-native-extensions' {
  /** OFD lock (Linux), flock (macOS), LockFileEx (Windows); false when another open file holds it. */
  export function tryLock(fd: number): boolean
  export function unlock(fd: number): void
}
