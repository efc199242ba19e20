import { expect, test } from 'vitest'
import { maskText, maskValue } from '../../../src/trace/masking.ts'

test.each([
  ['sshpass -p S ssh ada@', 'sshpass -p [masked] ssh ada@'],
  ["sshpass -p'S T' ssh h", 'sshpass -p[masked] ssh h'],
  ['mysqldump -u root -pS shop', 'mysqldump -u root -p[masked] shop'],
  ['/usr/bin/mysql -h h -p"S T" shop', '/usr/bin/mysql -h h -p[masked] shop'],
  ['docker login -u ada -p S registry.example', 'docker login -u ada -p [masked] registry.example'],
  ['podman login -p=S r', 'podman login -p=[masked] r'],
  ['redis-cli -h h -a S ping', 'redis-cli -h h -a [masked] ping'],
  ['mongosh -u ada -p S --host h', 'mongosh -u ada -p [masked] --host h'],
  ['ldapsearch -x -D cn=a -w S -b dc=b', 'ldapsearch -x -D cn=a -w [masked] -b dc=b'],
  ['sqlcmd.exe -S h -U sa -P S -Q "select 1"', 'sqlcmd.exe -S h -U sa -P [masked] -Q "select 1"'],
  ['["docker", "login", "-p", "S", "r"]', '["docker", "login", "-p", [masked], "r"]'],
  ['["mysql","-pS","shop"]', '["mysql","-p[masked]","shop"]'],
  ['{"cmd":"sshpass -p \\"S T\\" ssh h","n":"seen"}', '{"cmd":"sshpass -p [masked] ssh h","n":"seen"}'],
  ['docker exec mysql curl -u ada:S http://x', 'docker exec mysql curl -u [masked] http://x'],
  ['sshpass -p S mysql -uroot -pT', 'sshpass -p [masked] mysql -uroot -p[masked]'],
  ['docker --config /x login -p S', 'docker --config /x login -p [masked]'],
  ['["mongosh","--eval","db.x[0]","-p","S"]', '["mongosh","--eval","db.x[0]","-p",[masked]]'],
  ['["curl","-d","[1]","-u","ada:S"]', '["curl","-d","[1]","-u",[masked]]'],
  ['redis-cli -a api_key: S', 'redis-cli -a [masked] [masked]'],
  ['redis-cli --pass S ping', 'redis-cli --pass [masked] ping'],
  ['sh -c "mysql -pS; seen"', 'sh -c "mysql -p[masked]; seen"'],
])('a password that a program is given by a short flag is masked: %s', (text, shown) => {
  expect(maskText(text)).toBe(shown)
  expect(maskText(shown)).toBe(shown)
})

test.each([
  'docker run -p 8080:80 nginx',
  'docker login -u ada -p',
  'docker run --name mongo -p 27017:27017 mongo',
  'failed to exec mysql -pool size reached',
  'mysql -print-defaults',
  'docker logs web && docker run -p 80:80 x',
  'mysql -u root -p shop',
  'mysql -p -h h',
  'mongosh -u ada -p --host h',
  'redis-cli -p 6379 ping',
  'ldapsearch -W -p 389',
  'connecting to mysql -- port 3306',
  'login failed: -p is not a flag',
  'ssh -p 22 h; sshpass -e ssh -p 22 h; mkdir -p a',
  '["docker","run","-p","8080:80"]',
  '["mysql","-p","shop"]',
])('and nothing else is: %s', (text) => {
  expect(maskText(text)).toBe(text)
})

test.each([
  [
    ['/usr/bin/sshpass', '-p', 'S', 'ssh'],
    ['/usr/bin/sshpass', '-p', '[masked]', 'ssh'],
  ],
  [
    ['mysql', '-u', 'root', '-pS', 'shop'],
    ['mysql', '-u', 'root', '[masked]', 'shop'],
  ],
  [
    ['docker', 'login', '-u', 'ada', '-p', 'S', 'r'],
    ['docker', 'login', '-u', 'ada', '-p', '[masked]', 'r'],
  ],
  [
    ['docker', '--debug', 'login', '-p', 'S'],
    ['docker', '--debug', 'login', '-p', '[masked]'],
  ],
  [
    ['docker', 'exec', 'mysql', 'curl', '-u', 'ada:S'],
    ['docker', 'exec', 'mysql', 'curl', '-u', '[masked]'],
  ],
  [
    ['docker', 'run', '-d', 'mongo', '-p', '27017:27017'],
    ['docker', 'run', '-d', 'mongo', '-p', '27017:27017'],
  ],
  [
    ['docker', 'login', '-p=S', 7],
    ['docker', 'login', '[masked]', 7],
  ],
  [
    ['docker', 'run', '-p', '8080:80', 'login', '-p', 'x'],
    ['docker', 'run', '-p', '8080:80', 'login', '-p', 'x'],
  ],
  [
    ['sshpass', '-e', 'ssh', '-p', '22'],
    ['sshpass', '-e', 'ssh', '-p', '22'],
  ],
  [
    ['mysql', '-p', 'shop'],
    ['mysql', '-p', 'shop'],
  ],
  [
    ['-p', 'x', 'redis-cli', '-a', '-x'],
    ['-p', 'x', 'redis-cli', '-a', '-x'],
  ],
])('and so it is in a list of arguments: %j', (list, shown) => {
  expect(maskValue('process.command_args', list)).toEqual(shown)
})
