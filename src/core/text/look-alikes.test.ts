import { describe, expect, test } from 'bun:test';
import { isSameName, lookOf, looksOf } from './look-alikes.ts';

describe('AU12 look-alikes of a handle', () => {
  // Rows of confusables.txt 17.0.0 (UTS #39): 043E→o, 0430→a, 03BF→o, 0261→g, 0455→s, 0501→d, 0030→O, 0031→l, 006D→rn.
  test.each([
    ['owner', 'оwner'],
    ['owner', 'οwner'],
    ['owner', 'оwner.'],
    ['owner', 'owner.'],
    ['owner', ' …owner! '],
    ['owner', '0wner'],
    ['owner', 'ОWNER'],
    ['owner', 'ｏｗｎｅｒ'],
    ['owner', '𝓸𝔀𝓷𝓮𝓻'],
    ['admin', 'аdmin'],
    ['admin', 'adrnin'],
    ['alice', 'AIice'],
    ['alice', 'a1ice'],
    ['ben.lee', 'ben..lee'],
    ['sasha', 'ѕаѕһа'],
  ])('%s looks like %s', (handle, name) => {
    expect(looksOf(name)).toContain(lookOf(handle));
  });

  test.each([
    ['owner', 'owners'],
    ['owner', 'öwner'],
    ['owner', 'Owner of the shop'],
    ['owner', '王小明'],
    ['ann', 'Анна'],
    ['ben-lee', 'benlee'],
    ['ivan', 'lvan'],
  ])('%s does not look like %s', (handle, name) => {
    expect(looksOf(name)).not.toContain(lookOf(handle));
  });

  test('the handle itself, in any case, is not a look-alike but equal', () => {
    expect(isSameName('Ben', 'ben')).toBe(true);
    expect(isSameName('ｂｅｎ', 'ben')).toBe(true);
    expect(isSameName('ben.', 'ben')).toBe(false);
    expect(isSameName('bеn', 'ben')).toBe(false);
  });

  test('look-alike keys have at most the stored length', () => {
    expect(looksOf('m'.repeat(60))).toEqual([]);
    expect(lookOf('m'.repeat(30))).toHaveLength(60);
  });
});
