import undici from 'undici'
import { describe, expect, it } from 'vitest'
import type { HttpSettings } from '../../../src/ports/http.ts'
import { processEnv } from '../../../src/system/env.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { agentProxies, proxySettings, requireUsable } from '../../../src/system/http/used-proxy.ts'
import { toldBy } from '../../told.ts'

const settings = (variables: Record<string, string>, proxy?: string) =>
  proxySettings({ proxy } as HttpSettings, { ...processEnv(), variables })

describe('which proxy', () => {
  it.each<[string, Record<string, string>, string | undefined, [string, string]]>([
    ['none', {}, undefined, ['', '']],
    ['the profile’s, for both', {}, 'http://p:1', ['http://p:1', 'http://p:1']],
    ['HTTP_PROXY', { HTTP_PROXY: 'http://h:1' }, undefined, ['http://h:1', '']],
    ['HTTPS_PROXY', { HTTPS_PROXY: 'https://s:1' }, undefined, ['', 'https://s:1']],
    ['http_proxy', { http_proxy: 'http://h:1' }, undefined, ['http://h:1', '']],
    ['https_proxy', { https_proxy: 'http://s:1' }, undefined, ['', 'http://s:1']],
    [
      'capitals before small letters, both before the profile',
      { HTTP_PROXY: 'http://H', http_proxy: 'http://h', HTTPS_PROXY: 'http://S', https_proxy: 'http://s' },
      'http://p',
      ['http://H', 'http://S'],
    ],
    [
      'an empty variable is none',
      { HTTP_PROXY: '', http_proxy: 'http://h', HTTPS_PROXY: '', https_proxy: '' },
      'http://p',
      ['http://h', 'http://p'],
    ],
  ])('%s', (_, variables, proxy, [httpProxy, httpsProxy]) => {
    const { http, https, noProxy } = settings(variables, proxy)
    expect([http?.value ?? '', https?.value ?? '', noProxy]).toEqual([httpProxy, httpsProxy, ''])
  })
})

describe('hosts without a proxy', () => {
  it.each([
    [{}, ''],
    [{ NO_PROXY: 'a' }, 'a'],
    [{ no_proxy: 'b' }, 'b'],
    [{ NO_PROXY: 'a', no_proxy: 'b' }, 'a'],
    [{ NO_PROXY: '', no_proxy: 'b' }, ''],
  ])('%j', (variables, noProxy) => {
    expect(settings(variables as Record<string, string>).noProxy).toBe(noProxy)
  })
})

const FAR = new URL('https://traces.corp.example/')

describe('a proxy that is the URL of none', () => {
  const WRONG = [
    'socks5://p:1080',
    'ftp://p',
    'http://',
    'not one',
    'socks5://http%3A@p:1080',
    'http://u%zz:p@h',
    'u:%zz@h',
    'user:1234/secret@127.0.0.1:9',
    'user:1234?secret@p:9',
    'http://user:1234#secret@p:9',
  ]
  it.each(WRONG)('%s is told by where it is set, and not repeated', async (value) => {
    const told: [string, Record<string, string>, string | undefined, URL][] = [
      ['HTTP_PROXY', { HTTP_PROXY: value }, undefined, new URL('http://traces.corp.example/')],
      ['http_proxy', { http_proxy: value }, 'http://p', new URL('http://traces.corp.example/')],
      ['HTTPS_PROXY', { HTTPS_PROXY: value, https_proxy: 'http://p' }, undefined, FAR],
      ['https_proxy', { https_proxy: value }, undefined, FAR],
      ['proxy of the profile', { HTTP_PROXY: 'http://p' }, value, FAR],
    ]
    for (const [from, variables, proxy, url] of told) {
      const set = settings(variables, proxy)
      expect(await toldBy(() => requireUsable(set, url))).toEqual([
        `settings: ${from} is not the URL of an HTTP proxy`,
        'Write it as http://host:port.',
      ])
      expect(Object.values(agentProxies(set))).not.toContain(value)
    }
  })

  it.each(WRONG)('%s stops no request that would not go through it', (value) => {
    const both = { HTTP_PROXY: value, HTTPS_PROXY: value }
    requireUsable(settings({ HTTP_PROXY: value }), FAR)
    requireUsable(settings({ HTTPS_PROXY: value }), new URL('http://traces.corp.example/'))
    requireUsable(settings(both), new URL('http://127.0.0.1:9/'))
    requireUsable(settings({ ...both, NO_PROXY: '*' }), FAR)
    requireUsable(settings({ ...both, NO_PROXY: 'corp.example' }), FAR)
  })

  it('was sent nothing, for whoever may send again', () => {
    expect(() => requireUsable(settings({ HTTPS_PROXY: 'ftp://p' }), FAR)).toThrow(
      expect.objectContaining({ sent: false, exit: 2 }),
    )
  })
})

describe('hosts without a proxy are those of the library', () => {
  // Each request of the library ends at this host, or at the proxy: neither has a name.
  const goesPast = async (url: URL, noProxy: string) => {
    const asked: string[] = []
    const agent = new undici.EnvHttpProxyAgent({
      httpProxy: 'http://proxy.invalid',
      httpsProxy: 'http://proxy.invalid',
      noProxy,
      connect: ({ hostname }, done) => {
        asked.push(hostname)
        done(new Error('no network'), null)
      },
      clientFactory: (origin, options) => {
        void origin
        return new undici.Client('http://proxy.invalid', {
          ...options,
          connect: (_, done) => {
            asked.push('the proxy')
            done(new Error('no network'), null)
          },
        })
      },
    })
    await undici.request(url, { dispatcher: agent }).catch(() => {})
    return !asked.includes('the proxy')
  }

  it.each([
    ['https://a.corp.example/', 'corp.example', true],
    ['https://a.corp.example/', '.corp.example', true],
    ['https://a.corp.example/', '*.corp.example', true],
    ['https://A.Corp.example/', 'x, A.CORP.example', true],
    ['https://a.corp.example/', 'a.corp.example:443', true],
    ['http://a.corp.example/', 'a.corp.example:80', true],
    ['https://a.corp.example:8443/', 'x a.corp.example:8443', true],
    ['https://a.corp.example:8443/', 'a.corp.example:443', false],
    ['https://a.corp.example/', 'p.example', false],
    ['https://a.corp.example/', 'other.example', false],
    ['https://a.corp.example/', 'x,*', false],
    ['https://a.corp.example/', '*', true],
    ['https://a.corp.example/', ' , ', false],
    ['https://[2001:db8::1]/', '[2001:db8::1]', true],
  ])('%s, NO_PROXY=%j: %s', async (text, noProxy, past) => {
    const url = new URL(text)
    expect(await goesPast(url, noProxy)).toBe(past)
    const set = settings({ HTTP_PROXY: 'ftp://p', HTTPS_PROXY: 'ftp://p', NO_PROXY: noProxy })
    if (past) requireUsable(set, url)
    else expect(() => requireUsable(set, url)).toThrow('is not the URL')
  })
})

describe('a proxy', () => {
  it.each([
    ['http://p:3128', 'http://p:3128/'],
    ['https://p', 'https://p/'],
    ['http://user:p%40ss@p:1', 'http://user:p%40ss@p:1/'],
    ['p:3128', 'http://p:3128/'],
    ['127.0.0.1:3128', 'http://127.0.0.1:3128/'],
    ['me:secret@p.corp.example:3128', 'http://me:secret@p.corp.example:3128/'],
    ['p', 'http://p/'],
    ['http:/p:3128', 'http://p:3128/'],
    ['HTTP:p:3128', 'http://p:3128/'],
    ['https:\\\\p:3128', 'https://p:3128/'],
    ['http:3128', 'http://http:3128/'],
    ['https:3128/', 'http://https:3128/'],
    ['http://p:3128/path', 'http://p:3128/path'],
  ])('%s is %s', (value, href) => {
    const set = settings({}, value)
    requireUsable(set, FAR)
    expect(agentProxies(set)).toEqual({ httpProxy: href, httpsProxy: href, noProxy: '' })
  })
})

describe('the proxy of a request, as doctor tells it', () => {
  const BOTH = { HTTPS_PROXY: 'http://user:pass@p.example:3128', HTTP_PROXY: 'socks5://h' }
  it.each<[string, Record<string, string>, string | undefined]>([
    ['https://traces.corp.example/', BOTH, 'HTTPS_PROXY p.example:3128'],
    ['http://traces.corp.example/', BOTH, 'HTTP_PROXY undefined'],
    ['http://127.0.0.1:8080/', BOTH, undefined],
    ['https://traces.corp.example/', { ...BOTH, NO_PROXY: '.corp.example' }, undefined],
    ['https://traces.example/', { ...BOTH, NO_PROXY: '.corp.example' }, 'HTTPS_PROXY p.example:3128'],
    ['https://traces.example/', { HTTPS_PROXY: 'socks5://s', NO_PROXY: '*' }, undefined],
    ['https://traces.example/', { HTTP_PROXY: 'http://h' }, undefined],
  ])('%s with %j', async (url, variables, told) => {
    const http = await openHttp({} as HttpSettings, { ...processEnv(), variables })
    const proxy = await http.proxyOf(new URL(url))
    expect(proxy && `${proxy.from} ${proxy.host}`).toBe(told)
  })
})
