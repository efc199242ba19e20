/** The library that changes a settings file and leaves what a person wrote in it. Reading is another's: toml-reading.ts. */
export { patch, stringify } from '@decimalturn/toml-patch'
