import { isIP } from 'node:net';
import { isOrigin } from './address-rules.ts';
import { choice, integer, type Setting, text } from './setting.ts';

/** Where the server listens, where it keeps its data and how people reach it. */
export const SERVER_SETTINGS = {
  port: integer({
    env: 'PORT',
    default: 8_000,
    min: 0,
    max: 65_535,
    doc: 'The port to listen on; 0 takes any free one.',
  }),
  host: text({
    env: 'BANYAN_HOST',
    default: 'localhost',
    rule: 'a host name or an IP address',
    is: (value) => isIP(value) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(value),
    doc: 'The address to listen on. The default accepts connections from this machine only, which also suits a TLS proxy on it. `0.0.0.0` listens on all IPv4 addresses, `::` on all addresses.',
  }),
  data: text({
    env: 'BANYAN_DATA',
    default: './data',
    rule: 'a path',
    is: (value) => value !== '' && !value.includes('\0'),
    doc: 'Folder of the database and all files. Created if missing. Used by one process at a time.',
  }),
  publicUrl: text({
    env: 'BANYAN_PUBLIC_URL',
    default: '',
    rule: 'empty, or an http(s) address without a path, as https://chat.example.org',
    is: (value) => value === '' || isOrigin(value),
    doc: 'Public URL of this server, for links and the check of `Origin`. Empty: taken from each request.',
  }),
} as const satisfies Record<string, Setting>;

/** What the server logs, and in which form. */
export const LOG_SETTINGS = {
  logLevel: choice({
    env: 'BANYAN_LOG_LEVEL',
    default: 'info',
    of: ['debug', 'info', 'warn', 'error'],
    doc: 'Lowest level of log records that are written.',
  }),
  logFormat: choice({
    env: 'BANYAN_LOG_FORMAT',
    default: 'pretty',
    of: ['pretty', 'json'],
    doc: 'Log format: text for people, or one JSON object per line.',
  }),
} as const satisfies Record<string, Setting>;
