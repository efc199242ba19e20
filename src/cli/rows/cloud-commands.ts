import { OF_A_SESSION } from '../../frame/exit-statuses.ts'
import { type Details, NARROW } from '../command.ts'

const ROLE = 'arn:aws:iam::123456789012:role/TraceReader'

/** Commands that turn a sign-in into credentials of a cloud. */
export const CLOUD_COMMANDS: Details = {
  'aws-credentials': {
    options: (command) =>
      command
        .option('--role-arn <arn>', 'role to assume')
        .option('--role-session-name <name>', 'how CloudTrail names you (your e-mail address or user name)')
        .option('--duration <duration>', 'lifetime: 15m to 12h (1h)')
        .option('--region <name>', 'region of STS (AWS_REGION, AWS_DEFAULT_REGION, else the global endpoint)')
        .option('--access-token', 'send AWS the access token instead of the ID token')
        .option('--aud, --audience <name>', 'a token for this audience')
        .option('--narrow', NARROW),
    settings: ['reason'],
    variables: ['LS_AUTH_TOKEN', 'LS_AUTH_CLIENT_SECRET_FILE', 'AWS_ENDPOINT_URL_STS'],
    exits: [...OF_A_SESSION, 4],
    examples: [
      { does: 'credentials of a role', line: `ls-auth aws-credentials --role-arn ${ROLE}` },
      {
        does: 'for a quarter of an hour, from the STS of one region',
        line: `ls-auth aws-credentials --role-arn ${ROLE} --duration 15m --region eu-central-1`,
      },
      {
        does: 'for credential_process = in ~/.aws/config',
        line: `ls-auth aws-credentials --role-arn ${ROLE} --region eu-central-1 --profile work`,
      },
    ],
    load: async () => (await import('../../commands/aws-credentials/aws-credentials.ts')).awsCredentials,
  },
}
