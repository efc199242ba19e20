import { expect, it } from 'vitest'
import { isLoopback } from '../src/loopback-host.ts'

it.each([
  ['http://localhost/', true],
  ['http://LOCALHOST:8080/', true],
  ['http://127.0.0.1/', true],
  ['http://127.1/', true],
  ['http://0x7f000001/', true],
  ['http://[::1]:1/', true],
  ['http://127.0.0.1.example.com/', false],
  ['http://localhost.example.com/', false],
  ['http://localhost@example.com/', false],
  ['http://128.0.0.1/', false],
  ['http://0.0.0.0/', false],
  ['http://[::]/', false],
  ['http://10.0.0.1/', false],
])('%s is this machine: %s', (url, expected) => {
  expect(isLoopback(new URL(url))).toBe(expected)
})
