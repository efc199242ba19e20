import { expect, it } from 'vitest'
import { isHttpsOrLoopback, isLoopback } from '../src/loopback-host.ts'

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

it.each([
  ['https://example.com/', true],
  ['https://127.0.0.1/', true],
  ['http://127.0.0.1:8080/', true],
  ['http://example.com/', false],
  ['ftp://127.0.0.1/', false],
  ['file://localhost/etc/passwd', false],
])('%s is https, or http on this machine: %s', (url, expected) => {
  expect(isHttpsOrLoopback(new URL(url))).toBe(expected)
})
