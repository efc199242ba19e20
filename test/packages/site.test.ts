import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deadLinks } from '../../build/site/links.mjs'
import { makeSite } from '../../build/site/site.mjs'

describe('the web pages of the documents', () => {
  const site = mkdtempSync(join(tmpdir(), 'ls-auth-site-'))
  const read = (path: string) => readFileSync(join(site, path), 'utf8')
  const files = () => readdirSync(site, { recursive: true, encoding: 'utf8' })
  const pages = () => files().filter((path) => path.endsWith('.html'))
  beforeAll(() => makeSite(site, 'https://acme.example/ls-auth'), 60_000)
  afterAll(() => rmSync(site, { recursive: true }))

  it('each document is a page, and each page is reached from the first', () => {
    const documents = readdirSync('docs', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md'))
      .map((path) => `docs/${path.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html')}`)
    expect(pages()).toEqual(expect.arrayContaining(['index.html', 'SECURITY.html', ...documents]))
    const reached = new Set(['index.html'])
    for (const path of reached)
      for (const [, to = ''] of read(path).matchAll(/<a href="(?![a-z]+:)([^"#]+\.html)/g))
        reached.add(join(path, '..', to))
    expect(documents.filter((path) => !reached.has(path))).toEqual([])
  })

  it('no link is broken', () => {
    expect(deadLinks(site)).toEqual([])
  })

  it('each page has its title, one heading and the list of pages, and works without JavaScript and other hosts', () => {
    for (const path of pages()) {
      const html = read(path)
      expect(html, path).toMatch(/<title>[^<]+<\/title>/)
      expect([path, html.match(/<h1/g)?.length]).toEqual([path, 1])
      expect(html, path).toContain('<nav id="pages"')
      expect(html, path).not.toMatch(
        /<(script|iframe)|\son\w+="|src="[a-z]*:?\/\/|<link[^>]+href="[a-z]*:?\/\//,
      )
      expect(html, path).not.toContain('undefined')
    }
    expect(read('site.css')).not.toMatch(/url\(|@import/)
  })

  it('client.json is where its client_id says', () => {
    expect(JSON.parse(read('client.json'))).toEqual({
      ...JSON.parse(readFileSync('docs/client.json', 'utf8')),
      client_id: 'https://acme.example/ls-auth/client.json',
    })
  })
})
