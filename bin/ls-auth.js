#!/usr/bin/env node
const { start } = require('../dist/load.cjs')

start(require)
