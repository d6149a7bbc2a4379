import { type Check, checkOf } from '../../../ui/form-check.ts';
import { jsonProblem } from './json-text.ts';

const platform = async () => (await import('../../../contracts/platform/contract.ts')).platformContract;
const console = async () => (await import('../../../contracts/console/contract.ts')).consoleContract;

export const checkCreateApp = checkOf(async () => (await platform()).createApp);
export const checkUpdateApp = checkOf(async () => (await platform()).updateApp);
export const checkCreateApiKey = checkOf(async () => (await platform()).createApiKey);
export const checkUpdateApiKey = checkOf(async () => (await platform()).updateApiKey);

const publishRules = checkOf(async () => (await console()).publish);
/** The contract takes any text; the channel takes JSON. */
export const checkPublish: Check = Object.assign(
  async (input: unknown) => {
    const { data } = input as { readonly data: string };
    return jsonProblem(data) === null ? publishRules(input) : new Map([['data', 'must be JSON']]);
  },
  { preload: publishRules.preload },
);
