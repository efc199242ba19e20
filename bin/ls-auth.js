#!/usr/bin/env node
const { existsSync } = require('node:fs')

if (existsSync(`${__dirname}/../dist/start.cjs`)) {
  require('../dist/start.cjs').start()
} else {
  process.stderr.write('error: ls-auth is not built\nhint: In the clone run: npm ci && npm run build\n')
  process.exitCode = 2
}
