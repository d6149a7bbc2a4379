import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { ANONYMOUS, type Principal } from '../../src/core/access/principal.ts';
import { ClientError } from '../../src/core/errors.ts';
import type { Feature, Upload } from '../../src/core/operations/feature.ts';
import { Random } from '../simulation/random.ts';
import { inputs, patience } from './amounts.ts';
import { garbleBytes, strangeText } from './garble.ts';
import { Installation } from './installation.ts';
import { SEED } from './seed.ts';

const UPLOADS = inputs(1_200);
/** More than the hourly upload limit requires. */
const BETWEEN_MS = 10 * 60_000;
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

type Place = { readonly feature: Feature; readonly upload: Upload };

describe('every upload', () => {
  let installation: Installation;
  let owner: Principal;
  let room: string;
  let pictures: readonly Uint8Array[];

  beforeAll(async () => {
    installation = new Installation();
    owner = await installation.register({ handle: 'ada' });
    room = (await installation.call<{ id: string }>('chat.createGroup', { title: 'Garden', key: 'k-12345678' }, owner))
      .id;
    pictures = await makePictures();
  });
  afterAll(() => installation.close());

  test(
    `handles ${UPLOADS} files, valid and invalid, with a response or a public error (seed ${SEED})`,
    async () => {
      const random = new Random(SEED);
      const places = placesOf(installation);
      const outcomes = new Map<string, number>();
      for (let left = UPLOADS; left > 0; left -= 1) {
        installation.clock.pass(BETWEEN_MS);
        const place = random.pick(places);
        const outcome = `${place.upload.name} ${await send(random, place)}`;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      for (const { upload } of places) {
        for (const outcome of ['taken', 'invalidInput'])
          expect(outcomes.get(`${upload.name} ${outcome}`)).toBeDefined();
      }
      expect(installation.errors).toEqual([]);
    },
    patience(UPLOADS),
  );

  test('is refused when its body breaks off', async () => {
    for (const { feature, upload } of placesOf(installation)) {
      const body = new ReadableStream({ pull: () => Promise.reject(new Error('the client is gone')) });
      const url = `http://localhost/api/v1/${upload.name}?room=${room}`;
      const sent = feature.route?.(new Request(url, { method: 'POST', body }), owner);
      expect(await sent?.catch((error) => error.kind)).toBe('badRequest');
    }
  });

  /** The outcome: `taken`, or the kind of the error. */
  async function send(random: Random, { feature, upload }: Place): Promise<string> {
    const picture = random.pick(pictures);
    const body = random.chance(0.2) ? picture : garbleBytes(random, picture);
    const values = Object.keys(upload.query).map(
      (name) => [name, random.chance(0.8) ? room : strangeText(random)] as const,
    );
    const query = new URLSearchParams(Object.fromEntries(values));
    const request = new Request(`http://localhost/api/v1/${upload.name}?${query}`, { method: 'POST', body });
    try {
      const response = await feature.route?.(request, random.chance(0.95) ? owner : ANONYMOUS);
      upload.output.parse(await response?.json());
      return 'taken';
    } catch (error) {
      if (error instanceof ClientError && error.kind !== 'internal') return error.kind;
      throw new Error(`SEED=${SEED}: ${request.url} ${Buffer.from(body).toString('base64')}`, { cause: error });
    }
  }
});

function placesOf({ app }: Installation): readonly Place[] {
  return app.features.flatMap((feature) => (feature.uploads ?? []).map((upload) => ({ feature, upload })));
}

/** Small ones of each accepted kind. */
async function makePictures(): Promise<Uint8Array<ArrayBuffer>[]> {
  const dot = Uint8Array.fromBase64(DOT);
  const image = () => new Bun.Image(dot).resize(24, 16);
  const made = await Promise.all([image().png().bytes(), image().jpeg().bytes(), image().webp().bytes()]);
  const gif = Uint8Array.fromBase64('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7');
  return [dot, gif, ...made].map((bytes) => new Uint8Array(bytes));
}
