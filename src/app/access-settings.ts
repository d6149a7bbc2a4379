import { isAddressOrSubnet, isOrigin } from './address-rules.ts';
import { API_KEY_LENGTH } from './api-keys-setting.ts';
import { isLine, list, type Setting, text, toggle } from './setting.ts';

/** Who may read the metrics, which pages may connect and which proxies are trusted. */
export const ACCESS_SETTINGS = {
  metricsToken: text({
    env: 'BANYAN_METRICS_TOKEN',
    default: '',
    secret: true,
    rule: 'empty, or one line of at least 16 characters',
    is: (value) => value === '' || (isLine(value) && value.length >= API_KEY_LENGTH),
    doc: 'Token with which Prometheus may read `/metrics` (`Authorization: Bearer …`). Without it and `metricsAddresses`, nobody may read it.',
  }),
  metricsAddresses: list({
    env: 'BANYAN_METRICS_ADDRESSES',
    default: [],
    rule: 'IP addresses or subnets (10.0.0.0/8), separated by commas',
    is: isAddressOrSubnet,
    doc: 'IP addresses or subnets that may read `/metrics` without a token. Requests through an untrusted proxy may not.',
  }),
  allowedOrigins: list({
    env: 'BANYAN_ALLOWED_ORIGINS',
    default: [],
    rule: '* or origins, as https://app.example.org, separated by commas',
    is: (value) => value === '*' || isOrigin(value),
    doc: "Origins of other sites whose pages may connect with a token (`*`: all). Cookies are ignored there. The server's own pages may always connect.",
  }),
  trustedProxies: list({
    env: 'BANYAN_TRUSTED_PROXIES',
    default: [],
    rule: 'IP addresses or subnets (172.16.0.0/12), separated by commas',
    is: isAddressOrSubnet,
    doc: 'Addresses or subnets of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. None by default: anyone could write these headers.',
  }),
} as const satisfies Record<string, Setting>;

/** Whether clients may connect without signing in. */
export const CLIENT_ACCESS_SETTINGS = {
  clientAnonymous: toggle({
    env: 'BANYAN_CLIENT_ANONYMOUS',
    default: false,
    doc: 'Allows clients to connect without signing in. They may do what a namespace grants to `everyone`.',
  }),
  clientInsecure: toggle({
    env: 'BANYAN_CLIENT_INSECURE',
    default: false,
    doc: 'For benchmarks and test suites: anyone may connect and do everything in the namespaces of the settings, but not in those of features. The server then listens on loopback only.',
  }),
} as const satisfies Record<string, Setting>;
