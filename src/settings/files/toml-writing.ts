/** Edits TOML and preserves comments and order. For parsing see toml-reading.ts. */
export { patch, stringify } from '@decimalturn/toml-patch'
