/**
 * The type of a setting's value; `header`: fit for one, 200 characters at most; `parameters`: a list of `name=value`;
 * `redirect-path`: of the address on this machine; a list: one of these words.
 */
export type Shape =
  | 'text'
  | 'words'
  | 'ports'
  | 'parameters'
  | 'path'
  | 'table'
  | 'boolean'
  | 'header'
  | 'header-name'
  | 'redirect-path'
  | readonly string[]

/** One setting: its name in config.toml, its type, its flag and its environment variable. */
export interface SettingKey {
  readonly key: string
  readonly shape: Shape
  /** An empty text says that there is none, whatever others say. */
  readonly mayBeEmpty?: true
  readonly flag?: string
  /** Another flag, whose words are added to the value of the others. */
  readonly addFlag?: string
  readonly variable?: string
  /** What it does, in `--help` and in the settings reference. */
  readonly help: string
  /** The same for {@link SettingKey.addFlag}. */
  readonly addHelp?: string
  /** Default value. */
  readonly default?: string
  /** As a flag it is about one run: `login` does not keep it. */
  readonly ofOneRun?: boolean
  /** A table that stands in both files counts key by key, and not as a whole. */
  readonly byKey?: boolean
}

/** Whether a value is a list, so that several words make one and its flag is repeatable. */
export const isList = ({ shape }: Pick<SettingKey, 'shape'>): boolean =>
  shape === 'words' || shape === 'ports' || shape === 'parameters'

/** Whether one of the setting's flags is among the typed ones. */
export const isTyped = ({ flag, addFlag }: SettingKey, typed: Readonly<Record<string, unknown>>): boolean =>
  [flag, addFlag].some((name) => name !== undefined && typed[name] !== undefined)

/** Where a value in a table stands, for messages. `file` undefined: it is typed. */
export const placeIn = (file: string | undefined, key: string): string =>
  file === undefined ? key : `${file}: ${key}`

/** The hint for a value that was typed for a setting, or for a value in a table, and cannot be. */
export const typeAgain = (key: string): string =>
  `Nothing was changed. Choose another value: ls-auth profile set ${key} VALUE`

/** `clientId` → `--client-id`. */
export const typedFlag = (flag: string): string =>
  `--${flag.replace(/[A-Z]/g, (char) => `-${char.toLowerCase()}`)}`
