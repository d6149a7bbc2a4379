// @ts-check

/**
 * Does pieces of work side by side, beginning them in their order.
 *
 * @template Work
 * @param {readonly Work[]} works
 * @param {number} lanes how many at once
 * @param {(work: Work) => Promise<void>} act
 * @returns {Promise<void>} rejects with the first error, when all that had begun has ended
 */
export async function inLanes(works, lanes, act) {
  const waiting = [...works];
  const lane = async () => {
    for (let work = waiting.shift(); work !== undefined; work = waiting.shift()) await act(work);
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
}
