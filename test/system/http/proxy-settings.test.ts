import { describe, expect, it } from 'vitest'
import type { HttpSettings } from '../../../src/ports/http.ts'
import { processEnv } from '../../../src/system/env.ts'
import { proxySettings } from '../../../src/system/http/proxy-settings.ts'
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
    expect(settings(variables, proxy)).toEqual({ httpProxy, httpsProxy, noProxy: '' })
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

describe('a setting that is no URL of an HTTP proxy', () => {
  it.each([
    'proxy:3128',
    'socks5://p:1080',
    'ftp://p',
    'nonsense',
    'http://',
    'socks5://http%3A@p:1080',
    'http://u%zz:p@h',
    'http://u:%zz@h',
  ])('%s is refused and not repeated', async (value) => {
    for (const wrong of [
      () => settings({ HTTP_PROXY: value }),
      () => settings({ HTTPS_PROXY: value }),
      () => settings({}, value),
    ]) {
      expect(await toldBy(wrong)).toEqual([
        'settings: the proxy setting is not the URL of an HTTP proxy',
        'Write it as http://host:port (HTTPS_PROXY, HTTP_PROXY or proxy in the profile).',
      ])
    }
  })

  it.each(['http://p:3128', 'https://p', 'http://user:p%40ss@p:1'])('%s is one', (value) => {
    expect(settings({}, value)).toMatchObject({ httpProxy: value, httpsProxy: value })
  })
})
