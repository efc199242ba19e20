// floor-token: the stored token, printed.
import { fs, openSession } from './session.mjs'

const { body } = await openSession()
fs.writeSync(1, `${body.tokens.find(({ use }) => use === 'access').token}\n`)
