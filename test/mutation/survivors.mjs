// @ts-check
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

/**
 * The changes that no test notices, each with its reason: `survivors/ROOM.json`. A change is known by the line of the
 * source that it is in and by what becomes of what, so that a reason stays where lines move. A change in the same words
 * on an equal line of the same file has the same reason.
 * @typedef {[line: string, change: string]} Change
 * @typedef {{ file: string, reason: string, changes: Change[] }} Reason
 * @typedef {{ line: number, column: number }} Position
 * @typedef {{ status: string, replacement?: string, location: { start: Position, end: Position } }} Mutant
 * @typedef {{ source: string, mutants: Mutant[] }} MutatedFile
 */
const SURVIVED = ['Survived', 'NoCoverage']

/** @param {string} room @returns {URL} */
const placeOf = (room) => new URL(`survivors/${room}.json`, import.meta.url)

/** @param {string} room @returns {Reason[]} */
export const reasonsOf = (room) =>
  existsSync(placeOf(room)) ? JSON.parse(readFileSync(placeOf(room), 'utf8')) : []

/**
 * What survived in the report of a room, against its reasons. `unanswered`: in the form of the list of reasons, with
 * nothing said. `settled`: reasons for changes that a test notices now, or that cannot be made any more.
 * @param {Record<string, MutatedFile>} files of the tool's JSON report
 * @param {Reason[]} reasons
 */
export function compareWithReasons(files, reasons) {
  const answered = new Set(
    reasons.flatMap(({ file, changes }) => changes.map((change) => keyOf(file, change))),
  )
  const survived = new Set()
  /** @type {Reason[]} */
  const unanswered = []
  let count = 0
  for (const [file, { source, mutants }] of Object.entries(files))
    for (const mutant of mutants) {
      if (!SURVIVED.includes(mutant.status)) continue
      const change = changeOf(source, mutant)
      const key = keyOf(file, change)
      if (!answered.has(key)) count++
      if (!answered.has(key) && !survived.has(key)) unanswered.push({ file, reason: '', changes: [change] })
      survived.add(key)
    }
  const settled = reasons.flatMap(({ file, changes }) =>
    changes
      .filter((change) => !survived.has(keyOf(file, change)))
      .map(([line, what]) => `${file}: ${line}: ${what}`),
  )
  return { unanswered, count, settled }
}

/** Writes what is not answered where it can be copied from. @param {string} path @param {Reason[]} unanswered */
export function writeUnanswered(path, unanswered) {
  mkdirSync(new URL('.', new URL(path, `file://${process.cwd()}/`)), { recursive: true })
  writeFileSync(path, `${JSON.stringify(unanswered, null, 2)}\n`)
}

/** @param {string} source @param {Mutant} mutant @returns {Change} */
export function changeOf(source, { location: { start, end }, replacement = '' }) {
  const lines = source.split('\n')
  const part = lines.slice(start.line - 1, end.line)
  const last = part.length - 1
  part[last] = (part[last] ?? '').slice(0, end.column - 1)
  part[0] = (part[0] ?? '').slice(start.column - 1)
  return [short(lines[start.line - 1] ?? ''), `${short(part.join(' '))} -> ${short(replacement)}`]
}

/** On one line, and of a length that can be read. @param {string} text */
function short(text) {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= 100 ? line : `${line.slice(0, 99)}…`
}

/** @param {string} file @param {Change} change */
const keyOf = (file, [line, what]) => `${file}\0${line}\0${what}`
