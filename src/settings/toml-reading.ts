/**
 * The half of the TOML library that every command needs. A door of its own, because a bundle that keeps the whole
 * library for the commands that change a settings file is four times as long to load.
 */
export { parse as parseToml } from '@decimalturn/toml-patch'
