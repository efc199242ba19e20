/** The door beside `trace/index.ts`: asks a back end. `send` adds who asks. See docs/libraries.md. */
export { openBackend } from './table.ts'
export type { ApiAnswer, ApiRequest, BackendAccess, BackendSource, Send } from './trace-source.ts'
