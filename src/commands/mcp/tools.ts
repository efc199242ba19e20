import type { Tool } from './tool.ts'
import { diffTraces } from './tools/diff-traces.ts'
import { explainTraces } from './tools/explain-traces.ts'
import { getAttributes } from './tools/get-attributes.ts'
import { getCriticalPath } from './tools/get-critical-path.ts'
import { getServices } from './tools/get-services.ts'
import { getSpanDetails } from './tools/get-span-details.ts'
import { getTrace } from './tools/get-trace.ts'
import { searchTraces } from './tools/search-traces.ts'
import { whoami } from './tools/whoami.ts'

/** What an agent can call, in the order it is told. */
export const TOOLS: readonly Tool[] = [
  whoami,
  searchTraces,
  getTrace,
  getSpanDetails,
  getCriticalPath,
  diffTraces,
  explainTraces,
  getServices,
  getAttributes,
]
