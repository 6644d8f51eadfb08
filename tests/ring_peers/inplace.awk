# SPDX-License-Identifier: MIT
# From the lines of rings.c (rounds.awk): what it costs to copy. Each of our other rings against the
# ring of the same size and form, whose messages are copied out.
END {
	split("ours ours ours_each ours_each", base, " ")
	split("ours_sums ours_inplace ours_inplace_each ours_ck", other, " ")
	begin()
	for (c = 1; c <= 3; c++) {
		if (!begin_class(c)) continue
		printf "%-18s %6s %9s %-10s %9s  %6s %-14s %5s\n", "ring", "size", "ns", "against", "ns", "ratio", "95 % interval", "pairs"
		for (i = 1; i <= 4; i++) for (s = 1; s <= sizes; s++)
			if (count[c, size_at[s], base[i]] && count[c, size_at[s], other[i]])
				printf "%-18s %6d %9.2f %-10s %9.2f  %s\n", other[i], size_at[s], typical(c, size_at[s], other[i]), base[i], typical(c, size_at[s], base[i]), against(c, size_at[s], base[i], other[i])
	}
}
