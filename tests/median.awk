# SPDX-License-Identifier: MIT
# Medians and their intervals, for the scripts of this folder: of v[1..n], sorted first.
function sort(v, n,   i, j, x) {
	for (i = 2; i <= n; i++) {
		x = v[i]
		for (j = i - 1; j >= 1 && v[j] > x; j--) v[j + 1] = v[j]
		v[j + 1] = x
	}
}
function middle(v, n) { return (v[int((n + 1) / 2)] + v[int(n / 2) + 1]) / 2 }
# The largest k with P(Bin(n, 1/2) <= k - 1) <= 2.5 %; 0: there is none.
function rank(n,   k, p, sum) {
	p = 2 ^ -n
	for (k = 0; sum + p <= .025; k++) { sum += p; p *= (n - k) / (k + 1) }
	return k
}
