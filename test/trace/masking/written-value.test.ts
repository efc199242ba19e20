import { describe, expect, test } from 'vitest'
import { maskText } from '../../../src/trace/masking.ts'

const LONG = 's3cr3t '.repeat(1000)

describe('a value that is written behind a sensitive name is masked to its end', () => {
  test.each([
    [`{"client_secret":"${LONG}","n":1}`, '{"client_secret":[masked],"n":1}'],
    [`{"token":"${LONG}","n":1}`, '{"token":[masked],"n":1}'],
    [`run --api-key "${LONG}" now`, 'run --api-key [masked] now'],
    [`cfg password='${LONG}' end`, 'cfg password=[masked] end'],
    [`SET password = N'${LONG}' end`, 'SET password = [masked] end'],
    [`password=r"${LONG}" end`, 'password=[masked] end'],
  ])('however long it is', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    ['{"password":"a\\"s3cr3t","n":1}', '{"password":[masked],"n":1}'],
    ['{"password":"a\\\\","n":"b"}', '{"password":[masked],"n":"b"}'],
    ["password='a\\'b' end", 'password=[masked] end'],
    ['{"jwt":"a\\"b","n":1}', '{"jwt":[masked],"n":1}'],
    ['--token "a\\"b" end', '--token [masked] end'],
    ['password="" and secret=\'\' end', 'password="" and secret=\'\' end'],
    ['\\"password\\":\\"\\", end', '\\"password\\":\\"\\", end'],
    ['password="a secret=b c" end', 'password=[masked] end'],
    ['"a\'b" password="it\'s" end', '"a\'b" password=[masked] end'],
  ])('with what is escaped in it: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    ['{"password":"cut off in the mid', '{"password":[masked]'],
    ['password="c', 'password=[masked]'],
    ["password='cut off in the mid", 'password=[masked]'],
    ['{"token":["cut", "o', '{"token":[masked]'],
    ['{"b":"{\\"secret\\":\\"cut"}', '{"b":"{\\"secret\\":[masked]"}'],
    ['{"b":"{\\"secret\\":[\\"a\\",\\"cut","n":1}', '{"b":"{\\"secret\\":[masked]","n":1}'],
    ['\\\\\\"secret\\\\\\":\\\\\\"cut\\",\\"n\\":1', '\\\\\\"secret\\\\\\":[masked]\\",\\"n\\":1'],
    ['\\\\\\"secret\\\\\\":[\\\\\\"a\\\\\\",\\",\\"n\\":1', '\\\\\\"secret\\\\\\":[masked]\\",\\"n\\":1'],
    ['{"b":"{\\"secret\\":[\\"a\\",","n":1}', '{"b":"{\\"secret\\":[masked]","n":1}'],
  ])('or to where it was cut off: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    ["'password': 'must be set\n at a.js:1\nok", "'password': [masked]\n at a.js:1\nok"],
    ["password='must be set\r\n at a.js:1", 'password=[masked]\r\n at a.js:1'],
    ["'token': 'a'\n'password': 'b\nok", "'token': [masked]\n'password': [masked]\nok"],
    ["--token 'cut off\nok", '--token [masked]\nok'],
    ["password='a'\\''cut off\nok", 'password=[masked]\nok'],
    ["/x?token='cut off\nok", '/x?token=[masked]\nok'],
    [`{'password': 'cut off\n at a "b"\nok`, `{'password': [masked]\n at a "b"\nok`],
    ["{'name': 'password', 'value': 'cut off\nok", "{'name': 'password', 'value': [masked]\nok"],
  ])('a single quote that nothing closes ends with its line: %j', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    ["password='two\nlines' ok", 'password=[masked] ok'],
    ["private_key='-----BEGIN RSA PRIVATE KEY-----\nMIIE\nS", 'private_key=[masked]'],
    ["private_key: '\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nS", 'private_key: [masked]'],
    ['private_key: -----BEGIN RSA PRIVATE KEY-----\nMIIE\nS', 'private_key: [masked]'],
    ['--private-key -----BEGIN RSA PRIVATE KEY-----\nMIIE\nS', '--private-key [masked]'],
    ['password="cut off\nin its second line', 'password=[masked]'],
    ["secret=['cut off\nin its second line", 'secret=[masked]'],
  ])('but what has more than one line is masked whole: %j', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    ['{"b":"{\\"password\\":\\"a\\",\\"n\\":1}"}', '{"b":"{\\"password\\":[masked],\\"n\\":1}"}'],
    ['{"b":"{\\"token\\":\\"a\\\\\\"b\\",\\"n\\":1}"}', '{"b":"{\\"token\\":[masked],\\"n\\":1}"}'],
    ['{\\"secret\\":\\"a\\\\\\\\\\",\\"n\\":\\"b\\"}', '{\\"secret\\":[masked],\\"n\\":\\"b\\"}'],
    ['{\\\\\\"secret\\\\\\" : \\\\\\"a\\\\\\", n', '{\\\\\\"secret\\\\\\" : [masked], n'],
    ['[\\"--token\\",\\"a\\",\\"b\\"]', '[\\"--token\\",[masked],\\"b\\"]'],
    ['\\"n\\":1,\\"password\\":1234\\"', '\\"n\\":1,\\"password\\":[masked]\\"'],
    ['\\"sessionId\\":7,\\"n\\":1', '\\"sessionId\\":[masked],\\"n\\":1'],
  ])('in JSON that is text within JSON: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    ['{"access_token":["s3cr3t"]}', '{"access_token":[masked]}'],
    ['{"access_token":["s3cr3t"],"n":1}', '{"access_token":[masked],"n":1}'],
    ['{"password":{"old":"a}b","new":["c"]},"n":1}', '{"password":[masked],"n":1}'],
    ['{"email":["a","b]"], "n":[1]}', '{"email":[masked], "n":[1]}'],
    ['\\"secret\\":[\\"a]\\",\\"b\\"],\\"n\\":1', '\\"secret\\":[masked],\\"n\\":1'],
    ['{access_token=[abc, def], n=1}', '{access_token=[masked], n=1}'],
    ['password={cipher}abc+1 end', 'password=[masked] end'],
  ])('that is a list or a map: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    ['password=""hunter2"" z', 'password=[masked] z'],
    ["password=''hunter2 a'' z", 'password=[masked] z'],
    ["password='it''s hunter2' z", 'password=[masked] z'],
    ["password='''hunter2''' z", 'password=[masked] z'],
    ["password='a'''", 'password=[masked]'],
    ["password=''''it''''''''s hunter2'''''' z", "password=[masked]'' z"],
    [
      '"{""password"":""hunter2, a"",""token"":""b"",""n"":1}"',
      '"{""password"":[masked],""token"":[masked],""n"":1}"',
    ],
    ['\\"password\\":\\"\\"hunter2\\"\\", z', '\\"password\\":[masked], z'],
    ['"{""password"":""cut', '"{""password"":[masked]'],
    ["password=b'hunter2 a' z", 'password=[masked] z'],
    ['password=u"hunter2 a" z', 'password=[masked] z'],
    ['password=bob z', 'password=[masked] z'],
  ])('in doubled quotes, or with some in it: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    ['{"msg":"password=[oops","other":"visible"}', '{"msg":"password=[masked]","other":"visible"}'],
    ['{"a":"password=\'x","b":"visible"}', '{"a":"password=[masked]","b":"visible"}'],
    ['{"a":"password=\'x","b":"it\'s visible"}', '{"a":"password=[masked]","b":"it\'s visible"}'],
    ['{"a":"secret={x: [1","b":"a}b"}', '{"a":"secret=[masked]","b":"a}b"}'],
    ['{"a":"secret=(x","b":"a)b"}', '{"a":"secret=[masked]","b":"a)b"}'],
    ['{"a":["password=[oops" , "visible"]}', '{"a":["password=[masked]" , "visible"]}'],
    ['{\n  "a": "password=[oops"\n}', '{\n  "a": "password=[masked]"\n}'],
    ['log {"a":"5\\" wide, password=[oops","b":1}', 'log {"a":"5\\" wide, password=[masked]","b":1}'],
    ['{"a":"a\\\\","b":"password=[oops","c":1}', '{"a":"a\\\\","b":"password=[masked]","c":1}'],
    ['{"a":"password=[oops\\\\","c":1}', '{"a":"password=[masked]\\\\","c":1}'],
    ['{"a":"password=","b":"visible"}', '{"a":"password=","b":"visible"}'],
    ['{"a":"password=\\"x","b":"visible"}', '{"a":"password=[masked]","b":"visible"}'],
    [
      '{"a":"{\\"b\\":\\"secret=[x\\",\\"c\\":\\"visible\\"}"}',
      '{"a":"{\\"b\\":\\"secret=[masked]\\",\\"c\\":\\"visible\\"}"}',
    ],
    ['{"a":"{\\n  \\"b\\":\\"secret=[x\\"\\n}"}', '{"a":"{\\n  \\"b\\":\\"secret=[masked]\\"\\n}"}'],
    ['{"a":"{\\"b\\":\\"secret=\'x","c":"visible"}', '{"a":"{\\"b\\":\\"secret=[masked]","c":"visible"}'],
    ['"\\"secret=[x\\"" z', '"\\"secret=[masked]\\"" z'],
    ['{"a":"password=[oops and it goes', '{"a":"password=[masked]'],
    ['{"a":"password=\'oops\\\\\' hunter2\' z","b":1}', '{"a":"password=[masked] z","b":1}'],
    ['{"a":"password=[\\"x\\", \\"y]\\"] z","b":1}', '{"a":"password=[masked] z","b":1}'],
    ['"psql --password="hunter 2" z"', '"psql --password=[masked] z"'],
    ['"psql --password=["", "hunter 2"] z"', '"psql --password=[masked] z"'],
    ['5" wide password=["a", "hunter2"] z', '5" wide password=[masked] z'],
  ])('and no further than the text of JSON that it stands in: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    ["secret=['hunter]2','b'] z", 'secret=[masked] z'],
    ["secret={a: 'x}y', b: it's} z", 'secret=[masked] z'],
    ["secret=[u'hunter]2', b'a]', ''] z", 'secret=[masked] z'],
    ["password=('hunter2') z", 'password=[masked] z'],
    ['password=("a", "b)", (1, 2)) z', 'password=[masked] z'],
    ['password=(hunter 2) z', 'password=[masked] z'],
    ['password=["", "hunter]2"] z', 'password=[masked] z'],
    ['secret={a: :), b: [} z', 'secret=[masked] z'],
    ["secret=['it''s]', 'b'] z", 'secret=[masked] z'],
    ["secret={it's: \"don't}\", é't: 1} z", 'secret=[masked] z'],
  ])('in a list, a map or a tuple, however its texts are quoted: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    ["error password: token='hunter2 a' z", 'error password: [masked] z'],
    ['error password: token=hunter2 z', 'error password: [masked] z'],
    ['password: token=[hunter2, a] z', 'password: [masked] z'],
    ['password: secret=token=[hunter2, a] z', 'password: [masked] z'],
    ['password=token=[a]secret=[hunter2, b] z', 'password=[masked] z'],
    ['password=token=[a]secret=hunter2, z', 'password=[masked], z'],
    ['password="a", secret: token="hunter2 b" z', 'password=[masked], secret: [masked] z'],
    ['password=token= secret=a, z', 'password=[masked], z'],
    ['password={token=[a] secret=b} z', 'password=[masked] z'],
    ['password=[a]-hunter2 z', 'password=[masked] z'],
    ['"token": {"a":1}, "email": [2]}', '"token": [masked], "email": [masked]}'],
  ])('behind the name of another one: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    ['{"password"=>"a b", "token"=>"c d", "n"=>1}', '{"password"=>[masked], "token"=>[masked], "n"=>1}'],
    ['--password=-a,b;c& end', '--password=[masked] end'],
    ['password=a\\b\\\\c, n', 'password=[masked], n'],
    ['password=\\a end', 'password=[masked] end'],
    ['--token=a\\b\\\\c end', '--token=[masked] end'],
    ['accesstoken: b authtoken: c', 'accesstoken: [masked] authtoken: [masked]'],
    ['secret=a secret=b', 'secret=[masked] secret=[masked]'],
    ['"phone":-12.5e', '"phone":[masked]e'],
  ])('as other programs write it: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })
})

test.each([
  '{"token":null,"email":true,"phone":"","jwt":none}',
  'the secret: "", and password: , end',
  'run --token -v --secret --password',
  'my "token" and [list]',
  'it ends with password=""',
  'password="""" and secret="".',
  '"{""password"":"""",""n"":1}"',
  '"the ""password"": """,""next""',
  '<user password="" name="x"/><user secret=""/>',
  'it ends with password="',
  '\\"secret\\":\\"", it ends',
])('nothing is masked in: %s', (text) => {
  expect(maskText(text)).toBe(text)
})

describe('a value in quotes goes to its end', () => {
  test.each([
    ['Password="a;b"', 'Password=[masked]'],
    ["Password='a;b';n=1", 'Password=[masked];n=1'],
    ["Server=x;Password='a b';Timeout=3", 'Server=x;Password=[masked];Timeout=3'],
    ['Server=x;Password="a;b c";Timeout=3', 'Server=x;Password=[masked];Timeout=3'],
    ['{"db":"Server=x;Password=\'a b\';n=1","n":1}', '{"db":"Server=x;Password=[masked];n=1","n":1}'],
    ['{"db":"Server=x;Password=\\"a;b\\";n=1","n":1}', '{"db":"Server=x;Password=[masked];n=1","n":1}'],
    ["Password='a;b'c;n=1", 'Password=[masked];n=1'],
    ['{"q":"/x?token=","n":1}', '{"q":"/x?token=","n":1}'],
    ["/x?token=''&n=1", '/x?token=[masked]&n=1'],
    ["/x?token='cut&n=1", '/x?token=[masked]'],
  ])('in a connection string or a query: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([
    ["password='it'\\''s' end", 'password=[masked] end'],
    ["--password 'it'\\''s b'\\''c' end", '--password [masked] end'],
    ["psql --password='a'\\'''\\''b' end", 'psql --password=[masked] end'],
    [
      '{"cmd":"psql --password=\'it\'\\\\\'\'s x\' end","n":1}',
      '{"cmd":"psql --password=[masked] end","n":1}',
    ],
    ["password='it'\\''cut", 'password=[masked]'],
  ])('as the shell writes a quote within: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })
})

describe('a value that YAML writes on the lines behind its name is masked', () => {
  test.each([
    ['password: |\n  S\nn: seen', 'password: [masked]\nn: seen'],
    ['password: >-\n  S one\n   "S" two\n\n  S three\nn: seen', 'password: [masked]\nn: seen'],
    ['db:\n  password: |2+ # why\r\n    S\r\n    S\r\n  n: seen', 'db:\n  password: [masked]\r\n  n: seen'],
    ['password:\n  - S\n  - "S two"\nn: seen', 'password:\n  [masked]\nn: seen'],
    ['password:\n- S\n- S\nn: seen', 'password:\n[masked]\nn: seen'],
    ['a:\n    password:\n        - S\n    n: seen', 'a:\n    password:\n        [masked]\n    n: seen'],
    [
      '{"m":"password: |\\n  S\\n  S\\nn: seen","n":"seen"}',
      '{"m":"password: [masked]\\nn: seen","n":"seen"}',
    ],
    [
      '{"m":"password:\\n  - S\\n  - S\\nn: seen","n":"seen"}',
      '{"m":"password:[masked]\\nn: seen","n":"seen"}',
    ],
    [
      '{"m":"private_key: |\\n  {\\"k\\": \\"s3cr3t\\"}\\nz: seen","n":"seen"}',
      '{"m":"private_key: [masked]\\nz: seen","n":"seen"}',
    ],
    ['password: |\\n  S \\"q\\" S\\n  S\\nn: seen', 'password: [masked]\\nn: seen'],
    ['{"m":"password: |\\n  S\\\\n\\"q\\\\\\\\\\n  S","n":"seen"}', '{"m":"password: [masked]","n":"seen"}'],
    [
      '{"a":"{\\"m\\":\\"password: |\\\\n  S \\\\\\"q\\\\\\"\\\\n  S\\",\\"n\\":\\"seen\\"}","n":"seen"}',
      '{"a":"{\\"m\\":\\"password: [masked]\\",\\"n\\":\\"seen\\"}","n":"seen"}',
    ],
    ['secret: |\n\n  S\nn: seen', 'secret: [masked]\nn: seen'],
    ['secret: |\n \n\n  S\n  S\nn: seen', 'secret: [masked]\nn: seen'],
    ['{"m":"secret: |\\n\\n  S\\nn: seen"}', '{"m":"secret: [masked]\\nn: seen"}'],
    ['password: !!str |\n  S\nn: seen', 'password: [masked]\nn: seen'],
    ['password: &x |\n  S\nn: seen', 'password: [masked]\nn: seen'],
    ['{"m":"password: &x !!str >-\\n  S\\nn: seen"}', '{"m":"password: [masked]\\nn: seen"}'],
    ['password:\n  - S # "old"\n  - S\nn: seen', 'password:\n  [masked]\nn: seen'],
    ['{"m":"password:\\n- S # \\"old\\"\\n- S","n":"seen"}', '{"m":"password:[masked]","n":"seen"}'],
    ['password:\n-   S\n-   S\nn: seen', 'password:\n[masked]\nn: seen'],
    ['passwords:\n  - S\n  - T\nn: seen', 'passwords:\n  [masked]\nn: seen'],
    ['api_keys: [S, T]\nn: seen', 'api_keys: [masked]\nn: seen'],
    ['{"passwords":["S"],"n":"seen"}', '{"passwords":[masked],"n":"seen"}'],
    ['{"refreshTokens":["S"],"tokens":["seen"]}', '{"refreshTokens":[masked],"tokens":["seen"]}'],
    ['api_key: Bearer abcdefghij123456\nn: seen', 'api_key: [masked]\nn: seen'],
    ['access_tokens: Bearer abcdefghij123456', 'access_tokens: [masked]'],
    ['password=Basic YWRhOmh1bnRlcjI= n', 'password=[masked] n'],
    ['n=1&h=bearer%2520abcdefghijklmnop1&n=2', 'n=1&h=[masked]&n=2'],
    ['n=1&h=Bearer%20abcdefghijklmnop1&n=2', 'n=1&h=[masked]&n=2'],
    ['h%3A%20eyJhbGciOiJ.eyJzdWIiOiJ.c2lnbmF0dXJl', 'h%3A%20[masked]'],
    ['password: !!str S\nn: seen', 'password: [masked]\nn: seen'],
    ['password: &p S\nn: seen', 'password: [masked]\nn: seen'],
    ['password: &p !!str  "S two"\nn: seen', 'password: [masked]\nn: seen'],
    ["db_password: !Sub 'S two'\r\nn: seen", 'db_password: [masked]\r\nn: seen'],
    ['password: !Secr3t\nn: seen', 'password: [masked]\nn: seen'],
    ['password: &p\nn: seen', 'password: [masked]\nn: seen'],
    ['password: # old\n  - S\nn: seen', 'password: [masked]\nn: seen'],
    ['password: # the "old"\n- S\nn: seen', 'password: [masked]\nn: seen'],
    ['password: &x # old\n  - S\n  - S\nn: seen', 'password: [masked]\nn: seen'],
    ['password: &x\n  - S\nn: seen', 'password: [masked]\nn: seen'],
    ['password: &x\r\n  - S\r\nn: seen', 'password: [masked]\r\nn: seen'],
    ['password: | # the "old"\n  S\nn: seen', 'password: [masked]\nn: seen'],
    ['password: !!str | # it\'s "old"\n  S\nn: seen', 'password: [masked]\nn: seen'],
    ['{"m":"password: !!str \\"S two\\"\\nn: seen"}', '{"m":"password: [masked]\\nn: seen"}'],
    ['{"m":"password: &x\\n  - S\\nn: seen"}', '{"m":"password: [masked]\\nn: seen"}'],
    [
      '{"m":"password: # old\\n  - S\\nn: seen","n":"seen"}',
      '{"m":"password: [masked]\\nn: seen","n":"seen"}',
    ],
  ])('%j', (text, shown) => {
    expect(maskText(text)).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })

  test.each([
    ['a block', 'password: |\n', '  S\n', '\nn: seen'],
    ['a block in JSON', 'password: |\\n', '  S\\n', '\\nn: seen'],
  ])('of millions of lines: %s', { timeout: 60_000 }, (_, name, line, behind) => {
    expect(maskText(`${name}${line.repeat(4_000_000)}n: seen`)).toBe(`password: [masked]${behind}`)
  })

  test('of millions of items', { timeout: 60_000 }, () => {
    expect(maskText(`password:\n${'- S\n'.repeat(3_000_000)}n: seen`)).toBe('password:\n[masked]\nn: seen')
  })

  test.each([
    'Invalid password:\n- must have 8 characters\n- must have a digit',
    'password:\n- required\n- too_short\nstatus: 422',
    'missing secret:\n- DB_PASSWORD\n- API_KEY\nstop',
    'secret:\n- not-found\n',
    'password:\n-   required  # since 2.0\nn: 1',
    'db_password:\r\n  - Missing\r\n  - "not found"\r\n',
    '{"m":"password:\\n- required\\n- \\"too_short\\"\\nstatus: 422"}',
    '{"m":"Invalid password:\\n- must have 8 characters"}',
    'passwords: 3',
    'Passwords: do not match',
    '{"access_tokens": 12, "apiKeys": [], "api_keys": 0}',
    '?plan=Basic%20subscription-monthly',
    'Invalid password: # of the form\n- required\n- too_short\n',
    'GET /login?user=a&password=&next=/home HTTP/1.1',
    'password:&next=/home HTTP/1.1',
  ])('but not what is said of the name: %j', (text) => {
    expect(maskText(text)).toBe(text)
  })

  test.each([
    ['password:\n- required\n- hunter2\nn: seen', 'password:\n[masked]\nn: seen'],
    ['password:\n- hunter2\n- required\nn: seen', 'password:\n[masked]\nn: seen'],
    ['secret:\n- correct-horse-battery-staple\nn: seen', 'secret:\n[masked]\nn: seen'],
    ['secret:\n- qwjhzkxvbnmlpoiuytre\nn: seen', 'secret:\n[masked]\nn: seen'],
    ['secret:\n- Hunter\nn: seen', 'secret:\n[masked]\nn: seen'],
  ])('and a list with any other item is: %j', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })
})
