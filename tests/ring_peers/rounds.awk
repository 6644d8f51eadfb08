# SPDX-License-Identifier: MIT
# The lines of rings.c, for the scripts beside: per class of cache-line time, size and ring. A class is
# what a round's two readings agree on: their mean's, within 1.25 of each other. Pairs are the two
# rounds of one pass and class; the interval is that of the median by order statistics
# (tests/median.awk).
function class_of(line) { return line < 35 ? 1 : line < 110 ? 2 : 3 }
function typical(c, size, name,   i, n, v) {
	n = count[c, size, name]
	for (i = 1; i <= n; i++) v[i] = value[c, size, name, i]
	sort(v, n)
	return n ? middle(v, n) : 0
}
function against(c, size, mine, other,   p, n, v, k) {
	for (p = 0; p <= last; p++)
		if ((c, size, mine, p) in at && (c, size, other, p) in at)
			v[++n] = at[c, size, other, p] / at[c, size, mine, p]
	if (!n) return sprintf("%6s", "-")
	sort(v, n)
	k = rank(n)
	return sprintf("%6.2f %-14s %5d", middle(v, n), k ? sprintf("[%.2f, %.2f]", v[k], v[n - k + 1]) : "too few pairs", n)
}
{
	low = $6 < $7 ? $6 : $7; high = $6 < $7 ? $7 : $6
	if (high > 1.25 * low) { moved++; next }
	c = class_of(($6 + $7) / 2)
	if (!($2 in seen_size)) { seen_size[$2]; size_at[++sizes] = $2 }
	if (!(($3, $4) in seen)) { seen[$3, $4]; name_at[++names] = $3; form[$3] = $4 }
	at[c, $2, $3, $1] = $5
	value[c, $2, $3, ++count[c, $2, $3]] = $5
	line_sum[c] += ($6 + $7) / 2; line_count[c]++
	if ($1 > last) last = $1
}
function begin() {
	sort(size_at, sizes)
	printf "%d rounds; %d more, during which the cache-line time changed, are not used\n", NR - moved, moved
}
function begin_class(c) {
	if (!line_count[c]) return 0
	printf "\ncache line %.0f ns one way (%d rounds)\n", line_sum[c] / line_count[c], line_count[c]
	return 1
}
