import type { Attack, AttackGroup, Door } from './attack.ts'
import { rawAttack, request } from './raw.ts'

const GET = (door: Door, ...headers: string[]) =>
  request(door, `GET /${door.secret}/api/search HTTP/1.1`, headers)

const host = (name: string, value: (door: Door) => string): Attack =>
  rawAttack(name, (door) => GET(door, `Host: ${value(door)}`))

/** DNS rebinding: a page whose name has come to mean 127.0.0.1. It even knows the secret. */
export const hosts: AttackGroup = {
  name: 'host',
  attacks: [
    host('another name', () => 'evil.example'),
    host('another name with the port', ({ port }) => `evil.example:${port}`),
    host('a name that ends like the address', ({ port }) => `127.0.0.1.evil.example:${port}`),
    host('localhost', ({ port }) => `localhost:${port}`),
    host('no port', () => '127.0.0.1'),
    host('another port', ({ port }) => `127.0.0.1:${port - 1}`),
    host('a zero before the port', ({ port }) => `127.0.0.1:0${port}`),
    host('IPv6', ({ port }) => `[::1]:${port}`),
    host('IPv4 in IPv6', ({ port }) => `[::ffff:127.0.0.1]:${port}`),
    host('every address', ({ port }) => `0.0.0.0:${port}`),
    host('a short address', ({ port }) => `127.1:${port}`),
    host('an address as one number', ({ port }) => `2130706433:${port}`),
    host('an address in octal', ({ port }) => `0177.0.0.1:${port}`),
    host('a user before it', ({ port }) => `evil@127.0.0.1:${port}`),
    host('a path behind it', ({ port }) => `127.0.0.1:${port}/x`),
    host('a dot behind it', ({ port }) => `127.0.0.1.:${port}`),
    host('two names in one', ({ port }) => `127.0.0.1:${port}, evil.example`),
    host('empty', () => ''),
    rawAttack('two headers, the right one first', (door) =>
      GET(door, `Host: 127.0.0.1:${door.port}`, 'Host: evil.example'),
    ),
    rawAttack('two headers, the right one last', (door) =>
      GET(door, 'Host: evil.example', `Host: 127.0.0.1:${door.port}`),
    ),
    rawAttack('none, by HTTP/1.0', ({ secret }) => `GET /${secret}/api/search HTTP/1.0\r\n\r\n`),
    rawAttack('none, by HTTP/1.1', ({ secret }) => `GET /${secret}/api/search HTTP/1.1\r\n\r\n`),
    rawAttack('another name, the right one forwarded', (door) =>
      GET(door, 'Host: evil.example', `X-Forwarded-Host: 127.0.0.1:${door.port}`),
    ),
  ],
}
