import { expect, test } from 'bun:test';
import { deviceLabel } from './device-label.ts';

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const CASES: readonly (readonly [string | null, string])[] = [
  [`Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} Chrome/149.0.0.0 Safari/537.36`, 'Chrome on Linux'],
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/149.0.0.0 Safari/537.36 Edg/149.0.0.0`,
    'Edge on Windows',
  ],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 14.7; rv:150.0) Gecko/20100101 Firefox/150.0', 'Firefox on macOS'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
    'Safari on iPhone',
  ],
  [
    `Mozilla/5.0 (Linux; Android 16; K) ${WEBKIT} Chrome/149.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0`,
    'WeChat on Android',
  ],
  ['curl/8.5.0', 'curl'],
  ['banyan-cli', 'banyan-cli'],
  ['<script>alert(1)</script>', 'Unknown device'],
  ['', 'Unknown device'],
  [null, 'Unknown device'],
];

for (const [agent, label] of CASES) {
  test(`${label}: ${agent?.slice(0, 60) ?? 'no User-Agent'}`, () => expect(deviceLabel(agent)).toBe(label));
}

test('a hostile User-Agent gives a short label', () => {
  expect(deviceLabel('a'.repeat(100_000)).length).toBeLessThanOrEqual(60);
});
