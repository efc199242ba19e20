import { API_SETTINGS } from '../../settings/setting-table.ts'
import type { Details } from '../command.ts'

/** Commands that inspect tokens and the setup. */
export const CLAIM_COMMANDS: Details = {
  doctor: {
    options: (command) =>
      command
        .option('--gateway', 'also send the gateway what it must refuse; nothing that could change data')
        .option(
          '--bundle <file>',
          'also write a report that you can attach to a ticket (it holds no secrets)',
        ),
    settings: API_SETTINGS,
    exits: [5, 6],
    examples: [
      { does: 'what is wrong here?', line: 'ls-auth doctor' },
      { does: 'does the gateway refuse forged tokens?', line: 'ls-auth doctor --gateway' },
      { does: 'a report for a ticket', line: 'ls-auth doctor --bundle report.json' },
    ],
    load: async () => (await import('../../commands/doctor/doctor.ts')).doctor,
  },
}
