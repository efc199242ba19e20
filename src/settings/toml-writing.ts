/** The half of the TOML library that changes a settings file and leaves what a person wrote in it. */
export { patch, stringify } from '@decimalturn/toml-patch'
