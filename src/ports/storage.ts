/** The OS keychain. Every call is bounded in time; errors are Failures with a `keychain-*` code. */
export interface Keychain {
  /** Undefined: missing, locked or refused, which some platforms do not tell apart. */
  get(account: string): Promise<string | undefined>
  set(account: string, secret: string): Promise<void>
  /** Whether an item was removed. */
  remove(account: string): Promise<boolean>
}

/** A lock held by the kernel: it is released when its process dies. */
export interface Lock {
  /**
   * Takes the lock on `path`, or returns undefined when another process holds it. Never waits.
   * The note is written to `path` + ".holder", for the message of waiting processes.
   */
  tryLock(path: string, note: string): Promise<Unlock | undefined>
}

/** Releases the lock. */
export type Unlock = () => Promise<void>

/** `lstat` of a file; `mode`: the permission bits. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'symlink' | 'socket' | 'other'
  readonly mode: number
  readonly uid: number
  readonly size: number
  /** A directory in which people can replace only what is theirs, as /tmp. */
  readonly sticky?: true
}

/** A file that grows by whole records. Errors keep their `code` (ENOSPC, EACCES, …). */
export interface GrowingFile {
  /** Bytes it has. */
  readonly size: number
  /** The bytes from `position` on, at most `length`; fewer at the end only. */
  read(position: number, length: number): Buffer
  /** Cuts it to so many bytes. */
  cut(size: number): void
  /** Appends by one write. What was written of it when it fails is taken away again where that is possible. */
  append(bytes: Uint8Array): void
  /** Flushes it to the disk, and lets others write it. */
  close(): Promise<void>
}

/** The file operations that sessions and settings need. Errors keep their `code` (ENOSPC, EACCES, …). */
export interface Files {
  /** Whole content, `undefined` when there is no such file. Does not follow a symlink at `path`. */
  read(path: string): Promise<Buffer | undefined>
  /**
   * Whole content of a file that the user named: of any kind (also a pipe or a device), symlinks followed. Error code
   * EFBIG when it has more than `maxBytes`. `plainOnly`: EINVAL for what is no plain file; nothing waits for a pipe.
   * `judge` has the facts of the file that is open, before it is read, and may throw; then no symlink at `path` is followed.
   */
  readForeign(
    path: string,
    maxBytes: number,
    plainOnly?: boolean,
    judge?: (facts: FileFacts) => void,
  ): Promise<Buffer | undefined>
  /** Creates `path` (must not exist, mode 0600 under every umask, no symlink followed), writes and flushes it to the disk. */
  create(path: string, bytes: Uint8Array): Promise<void>
  /** The same, whole or not at all: nobody who reads `path` finds a part of it, whatever happens. */
  createWhole(path: string, bytes: Uint8Array): Promise<void>
  /**
   * Appends by one write, to a file that is made (mode 0600) when it is missing, no symlink followed. Resolves to the size
   * of the file then, in bytes. Error codes: EINVAL for what is no plain file, EPERM where the file or its directory belongs to
   * another user. What others may do with the file is taken away. `inBackground`: nothing else waits meanwhile, also not for
   * a disk that hangs; it takes longer.
   */
  append(path: string, bytes: Uint8Array, inBackground?: boolean): Promise<number>
  /**
   * Opens a file that the user named, symlinks followed; it is made (mode 0600) when it is missing. Error codes: EINVAL for
   * what is no plain file, EBUSY while another process of ours writes it.
   */
  openGrowing(path: string): Promise<GrowingFile>
  /**
   * Renames; a file at `to` is replaced. Windows refuses that while another program, as a virus scanner, has one of the two open: there
   * it is tried again for 10 seconds, but for `once`.
   */
  rename(from: string, to: string, once?: boolean): Promise<void>
  /** Flushes a directory's entries to the disk (a no-op where the platform has no such call). */
  syncDirectory(path: string): Promise<void>
  remove(path: string): Promise<void>
  /** Removes also a directory, with all that is in it. A link is removed, and not followed. */
  removeTree(path: string): Promise<void>
  /** Creates missing directories with mode 0700. */
  makeDirectory(path: string): Promise<void>
  /**
   * Whether this user can make files in `path`, as far as can be said without making one; symlinks followed. False also where it is
   * no directory; undefined: nothing is there.
   */
  takesFiles(path: string): Promise<boolean | undefined>
  list(path: string): Promise<string[]>
  /**
   * Where a symlink at `path`, and what it leads to, ends; `path` where there is none. The end itself may be missing. Error
   * code ENOENT when the directory of the end is.
   */
  endOfLinks(path: string): Promise<string>
  /** What a symlink says, as it stands there. */
  readLink(path: string): Promise<string>
  /** `lstat`; undefined when there is nothing at `path`. */
  inspect(path: string): Promise<FileFacts | undefined>
}
