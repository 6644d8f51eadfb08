# SPDX-License-Identifier: MIT
# From the lines of rings.c (rounds.awk): the best peer of each size and form, and ours against it.
END {
	split("each batched", forms, " ")
	begin()
	for (c = 1; c <= 3; c++) {
		if (!begin_class(c)) continue
		printf "%-8s %6s %9s %-18s %9s  %6s %-14s %5s   %s\n", "form", "size", "ours ns", "best peer", "ns", "ratio", "95 % interval", "pairs", "all, million messages a second"
		for (f = 1; f <= 2; f++) for (s = 1; s <= sizes; s++) {
			best = ""; list = ""
			for (i = 1; i <= names; i++) {
				name = name_at[i]
				t = typical(c, size_at[s], name)
				if (form[name] != forms[f] || !t) continue
				list = list sprintf(" %s %.4g", name, 1000 / t)
				if (name !~ /^ours/ && name !~ /_zc/ && (best == "" || t < typical(c, size_at[s], best))) best = name
			}
			mine = forms[f] == "each" ? "ours_each" : "ours"
			if (best == "" || !count[c, size_at[s], mine]) continue
			printf "%-8s %6d %9.2f %-18s %9.2f  %s  %s\n", forms[f], size_at[s], typical(c, size_at[s], mine), best, typical(c, size_at[s], best), against(c, size_at[s], mine, best), list
		}
	}
}
