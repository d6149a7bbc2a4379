import type { Output } from '../../../../client/contract.ts';

export type ApiKey = Output<'apiKeys.list'>['keys'][number];
/** What a key can be limited to. */
export type ApiKeyChoices = Output<'apiKeys.list'>['choices'];

export type AppInfo = Output<'apps.list'>['apps'][number];
export type Webhook = AppInfo['webhooks'][number];
export type WebhookEvent = Output<'apps.list'>['choices']['webhookEvents'][number];

/** An app's name; those of the settings only have an id. */
export function appName({ name, id }: AppInfo): string {
  return name === '' ? id : name;
}
