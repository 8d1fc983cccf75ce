// Mathematics of cumulative buckets [{le, count}], sorted by le (inclusive upper bound, seconds). No DOM.

/** Upper bounds of the rows of the heat map, in seconds. One more row is above the last bound. */
export const BANDS = [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/**
 * Returns the cumulative buckets of the requests between two answers. An older answer can lack a bound, because a native histogram has a
 * bucket only where there are requests: its count there is that of the next lower bound.
 */
export function difference(newer, older) {
  let next = 0;
  let before = 0;
  return newer.map(({ le, count }) => {
    while (next < older.length && older[next].le <= le) before = older[next++].count;
    return { le, count: count - before };
  });
}

/** Returns the cumulative buckets of several routes together. */
export function merged(all) {
  const counts = new Map();
  for (const buckets of all) {
    buckets.forEach(({ le, count }, i) => counts.set(le, (counts.get(le) ?? 0) + count - (i > 0 ? buckets[i - 1].count : 0)));
  }
  let total = 0;
  return [...counts].sort(([a], [b]) => a - b).map(([le, count]) => ({ le, count: total += count }));
}

/**
 * Returns the quantile as Prometheus' histogram_quantile does: interpolated within its bucket. It is Infinity above the last bound, and NaN
 * without requests.
 */
export function quantile(q, buckets, total) {
  const rank = q * total;
  let lower = { le: 0, count: 0 };
  if (total <= 0) return NaN;
  for (const bucket of buckets) {
    if (bucket.count >= rank) {
      const inside = bucket.count - lower.count;
      return inside > 0 ? lower.le + (bucket.le - lower.le) * (rank - lower.count) / inside : bucket.le;
    }
    lower = bucket;
  }
  return Infinity;
}

/** Returns the number of requests in each row of the heat map. A bucket is in the row of its upper bound. */
export function bands(buckets, total) {
  const rows = new Array(BANDS.length + 1).fill(0);
  let below = 0;
  for (const { le, count } of buckets) {
    const row = BANDS.findIndex(bound => le <= bound * (1 + 1e-9));
    rows[row < 0 ? BANDS.length : row] += count - below;
    below = count;
  }
  rows[BANDS.length] += total - below;
  return rows;
}
