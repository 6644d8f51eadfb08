# SPDX-License-Identifier: MIT
#
# $ROWS in the order of its second column into $SORTED; rows with equal keys keep their order.
# Lines are drawn in the order of the rows, and gnuplot 5.4 cannot sort.

# real("1e+06") is an error in gnuplot 5.4: an exponent needs a point before it.
pointed(s) = strstrt(s, "e") && !strstrt(s, ".") ? \
	s[1:strstrt(s, "e") - 1].".0".s[strstrt(s, "e"):] : s
key_of(s) = real(pointed(s))
keys = ""
do for [i = 1:|$ROWS|] { if (words($ROWS[i]) > 1) { keys = joined(keys, word($ROWS[i], 2)) } }
set print $SORTED
last = -1
do for [k = 1:words(keys)] {
	next = NaN
	do for [j = 1:words(keys)] {
		key = key_of(word(keys, j))
		if (key > last && (next != next || key < next)) { next = key }
	}
	do for [i = 1:|$ROWS|] {
		if (words($ROWS[i]) > 1 && key_of(word($ROWS[i], 2)) == next) { print $ROWS[i] }
	}
	last = next
}
unset print
