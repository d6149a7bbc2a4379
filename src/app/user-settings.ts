import { integer, isLine, type Setting, text, toggle } from './setting.ts';

const isMark = (value: string) => value.length <= 8 && isLine(value) && !/[:$\s]/.test(value);

/** Channels that belong to users of tokens, and how tokens name them. */
export const USER_SETTINGS = {
  tokenPreviousSecret: text({
    env: 'BANYAN_TOKEN_PREVIOUS_SECRET',
    default: '',
    secret: true,
    rule: 'one line',
    is: isLine,
    doc: 'The `tokenSecret` of before, with which tokens hold too while clients still have such ones.',
  }),
  tokenPreviousSecretUntil: integer({
    env: 'BANYAN_TOKEN_PREVIOUS_SECRET_UNTIL',
    default: 0,
    min: 0,
    max: 253_402_300_799,
    doc: 'Until when that one counts, in seconds since 1970; 0: as long as it stands here.',
  }),
  tokenUserClaim: text({
    env: 'BANYAN_TOKEN_USER_CLAIM',
    default: '',
    rule: 'empty, or the name of a claim',
    is: (value) => value === '' || (isLine(value) && value.length <= 255),
    doc: 'The claim of tokens that holds the user, a text. Empty: `sub`.',
  }),
  userBoundary: text({
    env: 'BANYAN_USER_BOUNDARY',
    default: '#',
    rule: '1 to 8 characters, none of them a space, ":" or "$"',
    is: (value) => value !== '' && isMark(value),
    doc: 'Behind it the names of channels name users, in namespaces with `userChannels`.',
  }),
  userSeparator: text({
    env: 'BANYAN_USER_SEPARATOR',
    default: ',',
    rule: 'at most 8 characters, none of them a space, ":" or "$"',
    is: isMark,
    doc: 'What stands between several of them. Empty: a channel names one user.',
  }),
  personalChannels: toggle({
    env: 'BANYAN_PERSONAL_CHANNELS',
    default: false,
    doc: 'Whether every connection of a user whom a token or the backend names is put into a channel of that user: `#ann`, or `<personalNamespace>:#ann`. A user whose id holds `userBoundary` or `userSeparator` has none, as others could be meant by it.',
  }),
  personalNamespace: text({
    env: 'BANYAN_PERSONAL_NAMESPACE',
    default: '',
    rule: 'empty, or the name of a namespace',
    is: isLine,
    doc: 'The namespace of these channels. It must have `userChannels`, or leave subscribing to nobody or to the backend.',
  }),
  singleConnection: toggle({
    env: 'BANYAN_SINGLE_CONNECTION',
    default: false,
    doc: 'Whether a new connection of such a user ends those that the user has (3504), which do not come back by themselves.',
  }),
} as const satisfies Record<string, Setting>;
