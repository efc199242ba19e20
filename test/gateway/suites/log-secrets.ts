import { expect, it } from 'vitest'
import { gatewayFixture, PROJECT, TRACE } from './fixture.ts'

/** A query, and what the log keeps of it: all but SECRET, and nothing of SECRET. */
const PARAMETERS = [
  ['token=SECRET&span-id=8a3c', 'token=(hidden)&span-id=8a3c'],
  ['span-id=8a3c&token=SECRET', 'span-id=8a3c&token=(hidden)'],
  ['span-id=8a3c&token=', 'span-id=8a3c&token=(hidden)'],
  ['span-id=8a3c&Access_Token=SECRET;SECRET', 'span-id=8a3c&Access_Token=(hidden)'],
  ['token=SECRET;span-id=8a3c', 'token=(hidden);span-id=8a3c'],
  ['token=;SECRET&span-id=8a3c', 'token=(hidden)&span-id=8a3c'],
  ['token=a;SECRETb64=&span-id=8a3c', 'token=(hidden)&span-id=8a3c'],
  ['token=a;SECRETb64==;span-id=8a3c', 'token=(hidden);span-id=8a3c'],
  ['token="a|SECRET"SECRET)&span-id=8a3c', 'token=(hidden)&span-id=8a3c'],
  ['token%3DSECRET&span-id=8a3c', 'token%3D(hidden)&span-id=8a3c'],
  ['api-key=SECRET%20SECRET&span-id=8a3c', 'api-key=(hidden)&span-id=8a3c'],
  ['apikey=SECRET&api_key=SECRET&password=SECRET', 'apikey=(hidden)&api_key=(hidden)&password=(hidden)'],
] as const

/** The same within the value of another parameter. */
const VALUES = [
  ['x=secret=SECRET;span-id=8a3c', 'x=secret=(hidden);span-id=8a3c'],
  ['x=token=";span-id=8a3c;y="', 'x=token=(hidden);span-id=8a3c;y="'],
  ['next=/login?password=hunter!2-SECRET', 'next=/login?password=(hidden)'],
  ["next=/login?password=don't.SECRET", 'next=/login?password=(hidden)'],
  ['next=/login?password=a;SECRETb64=&span-id=8a3c', 'next=/login?password=(hidden)&span-id=8a3c'],
  ['next=/cb?token=$SECRET&span-id=8a3c', 'next=/cb?token=(hidden)&span-id=8a3c'],
  ['next=/cb?token="SECRET&span-id=8a3c', 'next=/cb?token=(hidden)&span-id=8a3c'],
  ['next=/cb?token="!SECRET&span-id=8a3c', 'next=/cb?token=(hidden)&span-id=8a3c'],
  ['next=/cb%3Ftoken%3DSECRET%26to%3Dx', 'next=/cb%3Ftoken%3D(hidden)%26to%3Dx'],
  ['next=/cb%253Ftoken%253DSECRET%2526to%253Dx', 'next=/cb%253Ftoken%253D(hidden)%2526to%253Dx'],
  ['x=token=ab:SECRET', 'x=token=(hidden)'],
  ['x=token=a%20SECRET', 'x=token=(hidden)'],
  ['x=token=a+SECRET', 'x=token=(hidden)'],
  ['x=token=%c3%a9SECRET', 'x=token=(hidden)'],
  ['x=secret=ab!SECRET', 'x=secret=(hidden)'],
  ['x=access_token={SECRET}', 'x=access_token=(hidden)}'],
  ['x=access_token=%7BSECRET%7D', 'x=access_token=(hidden)%7D'],
] as const

/** Conditions of a search, with quotes as they come, encoded once and twice. */
const CONDITIONS = [
  ['q={.api_key="SECRET"}', 'q={.api_key=(hidden)}'],
  ['q={.api_key="sk|a)\\"}SECRET"||.b="pay"}', 'q={.api_key=(hidden)||.b="pay"}'],
  ['q={.api_key=`sk|\\`||.b="pay"}', 'q={.api_key=(hidden)||.b="pay"}'],
  ["q={.api_key='sk%20SECRET'}", 'q={.api_key=(hidden)}'],
  ['q={.api_key=%22sk%20%7C%20SECRET%22}', 'q={.api_key=(hidden)}'],
  ['q={.api_key=%2522SECRET%2522}', 'q={.api_key=(hidden)%2522}'],
  ['q={span.secret=~"hunter|SECRET"}', 'q={span.secret=~(hidden)}'],
  ['q={span.secret%3D~%22hunter%7CSECRET%22}', 'q={span.secret%3D~(hidden)}'],
  ['q={.api_key%20=%20"sk|SECRET"}', 'q={.api_key%20=%20(hidden)}'],
  ['q={."a+token"+!=+"sk+SECRET"||.b=5}', 'q={."a+token"+!=+(hidden)"||.b=5}'],
  ['q={.token!~`sk|SECRET`}', 'q={.token!~(hidden)}'],
  ['q=filter+token+==+"sk|SECRET"+|+b', 'q=filter+token+==+(hidden)+|+b'],
  ['q={.a="token=SECRET"||.b="pay"}', 'q={.a="token=(hidden)"||.b="pay"}'],
  // Nobody hides a condition with one that looks like a secret.
  ['q={.token=1%7C%7C.b=%22pay%22}&token=SECRET', 'q={.token=(hidden)%7C%7C.b=%22pay%22}&token=(hidden)'],
  ['q={.token=1%20%26%26%20.b=5}', 'q={.token=(hidden)%26%26%20.b=5}'],
  ['q={.service="payroll"+&&+.token=""}', 'q={.service="payroll"+&&+.token=(hidden)}'],
  ['q={.service="payroll"&&.token=""}', 'q={.service="payroll"&&.token=(hidden)}'],
  ['q={.service="payroll"%26%26.token=""||.b=5}', 'q={.service="payroll"%26%26.token=(hidden)||.b=5}'],
  ['q={.token=%22"||.b="pay"||.c=%22"}', 'q={.token=(hidden)||.b="pay"||.c=%22"}'],
  // Here the quote behind `token=` is one that closes.
  ['q={.a="token="||.b=5||.c="+x"}', 'q={.a="token=(hidden)||.b=5||.c="+x"}'],
  ['q={.a="token="||.b=5||.c="\\""}', 'q={.a="token=(hidden)||.b=5||.c="\\""}'],
  ['q={.a="token="||.b=5||.c=`"`}', 'q={.a="token=(hidden)||.b=5||.c=`"`}'],
  ['q={.a="token="||.b=5||.c="%2522"}', 'q={.a="token=(hidden)||.b=5||.c="%2522"}'],
  ['tags={"a":"token=","b":"pay"}', 'tags={"a":"token=(hidden)"b":"pay"}'],
  ['tags={"a":"token=1","b":"pay"}', 'tags={"a":"token=(hidden)","b":"pay"}'],
] as const

const JWTS = [
  ['eyJ=eyJaaaaaaaa.SECRET&span-id=8a3c', 'eyJ=(hidden)&span-id=8a3c'],
  ['x=Bearer%20eyJaaaaaaaa%2ESECRET%2eSECRET&span-id=8a3c', 'x=Bearer%20(hidden)&span-id=8a3c'],
  ['x=eyJaaaaaaaa%252ESECRET%20b', 'x=(hidden)%20b'],
  ['x=eyJaaaaaaaa%0ASECRET.SECRET&span-id=8a3c', 'x=(hidden)&span-id=8a3c'],
  ['x=eyJaaaaaaaa%0D%0A%20SECRET%250ASECRET', 'x=(hidden)'],
  ['x=eyJaaaaaaaa:SECRET', 'x=(hidden)'],
  ['eyJaaaaaaaa.SECRETtoken=SECRET', '(hidden)(hidden)'],
  ['q={.a="eyJaaaaaaaa"||.token=1||.b="pay"}', 'q={.a="(hidden)"||.token=(hidden)||.b="pay"}'],
] as const

/** What the access log hides, so that no secret is in it, and what nobody can hide in it. */
export function logSecretsSuite(): void {
  const world = gatewayFixture()

  it.each([...PARAMETERS, ...VALUES, ...CONDITIONS, ...JWTS])(
    'hides what looks like a secret, and no more: %s',
    async (query, kept) => {
      const mark = crypto.randomUUID()
      await world.send(`${TRACE}?${mark}&${query}`, { token: await world.issuer.mint() })
      const line = await world.gateway.line(mark)
      expect(decodeURIComponent(line.query)).toBe(`${mark}&${kept}`)
      expect(line.query).not.toContain('SECRET')
    },
  )

  it.each([';', '=', 'token', 'a;', ';token', '%2E', 'eyJ,', '%', '`"', '\\"', `"a"'b'`, '%2522', '%0A'])(
    'hides a secret in the longest query, and at once: %s',
    async (odd) => {
      const times: number[] = []
      for (const mark of [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]) {
        const long = `x=${'token=""|'.repeat(28)}${odd.repeat(14_500 / odd.length)}`
        const path = `${TRACE}?${mark}&${long}&token=SECRET${';'.repeat(900)}`
        await world.send(path, { token: await world.issuer.mint() })
        const line = await world.gateway.line(mark)
        expect(line.query).toMatch(/x=token=\(hidden\).*&token=\(hidden\)$/)
        times.push(line.duration_us)
      }
      // What reads the rest anew for each secret takes longer.
      expect(Math.min(...times)).toBeLessThan(50_000)
    },
  )

  it('reads nothing with a query that is hidden as a whole', async () => {
    const token = await world.issuer.mint()
    const before = world.upstream.arrivals.length
    for (const secret of ['token=a&', 'eyJaaaaaaaa|', 'secret=a|eyJaaaaaaaa|']) {
      const path = `/${crypto.randomUUID()}?span-id=8a3c&${secret.repeat(700)}`
      expect((await world.send(path, { token })).status).toBe(400)
      expect(await world.gateway.line(path.slice(1, 37))).toMatchObject({ status: 400, query: '(hidden)' })
    }
    expect(world.upstream.arrivals.length).toBe(before)
    const few = 'token=a&'.repeat(29)
    expect((await world.send(`${TRACE}?${few}`, { token })).status).toBe(200)
  })

  it.each([
    ['eyJaaaaaaaa.SECRET', '(hidden)'],
    ['a:eyJaaaaaaaa:SECRET', 'a:(hidden)'],
    ['eyJaaaaaaaa%252ESECRET', '(hidden)'],
    ['eyJaaaaaaaa%0ASECRET.SECRET', '(hidden)'],
    ['eyJaaaaaaaa%0D%0A%20%20SECRET%250ASECRET%20b', '(hidden)%20b'],
  ])('hides a token in a path, and no more: %s', async (part, kept) => {
    const jti = crypto.randomUUID()
    const path = `${PROJECT}/snapshots/${part}/service-diagram`
    await world.send(path, { token: await world.issuer.mint({ jti }) })
    expect((await world.gateway.line(jti)).path).toBe(`${PROJECT}/snapshots/${kept}/service-diagram`)
  })
}
