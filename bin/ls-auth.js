#!/usr/bin/env node
load().start()

function load() {
  try {
    return require('../dist/start.cjs')
  } catch (error) {
    // The entry itself is missing, and no module that it asks for: this is a clone before its first build.
    if (error.code !== 'MODULE_NOT_FOUND' || error.requireStack?.[0] !== __filename) throw error
    const folder = __dirname.replace(/.bin$/, '')
    process.stderr.write(
      `error: ls-auth in ${folder} is not built yet\nhint: Run there: npm ci && npm run build\n`,
    )
    process.exit(2)
  }
}
