# SPDX-License-Identifier: MIT
#
# $ROWS in the order of its second column into $SORTED; rows with equal keys keep their order.
# Lines are drawn in the order of the rows, and gnuplot 5.4 cannot sort.

keys = ""
do for [i = 1:|$ROWS|] { if (words($ROWS[i]) > 1) { keys = joined(keys, word($ROWS[i], 2)) } }
set print $SORTED
last = -1
do for [k = 1:words(keys)] {
	next = NaN
	do for [j = 1:words(keys)] {
		key = real(word(keys, j))
		if (key > last && (next != next || key < next)) { next = key }
	}
	do for [i = 1:|$ROWS|] {
		if (words($ROWS[i]) > 1 && real(word($ROWS[i], 2)) == next) { print $ROWS[i] }
	}
	last = next
}
unset print
