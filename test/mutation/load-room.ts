import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

// All test files of a run share their modules. Whatever is made when a module is loaded (a table, a pattern) would count as
// covered by the one test that happens to load it first, and by no other: so all are loaded before the first test.
for (const file of JSON.parse(process.env.LS_AUTH_MUTATE_FILES ?? '[]') as string[])
  await import(pathToFileURL(resolve(file)).href)
