# SPDX-License-Identifier: MIT
# What R says about random data, for the statistics tests to agree with:
#
#     Rscript generate.R      (in this directory; R 4.2 or later, no packages)
#
# writes one file a topic. A line is one case: numbers in groups, groups separated by '|', the
# inputs first and what R finds last. Inputs are short decimals, so that C reads the very same
# doubles. Where R falls back to an approximation (ties), the exact answer is found here by listing
# every permutation.

set.seed(20240607)
CASES <- 200

exact <- function(x) paste(sprintf("%.17g", x), collapse = " ")
short <- function(x) paste(sprintf("%.15g", x), collapse = " ")

# One case per call of make(i), which returns a line.
topic <- function(name, make, cases = CASES) {
	lines <- vapply(seq_len(cases), make, "")
	writeLines(c(attr(make, "about"), lines), paste0(name, ".txt"))
}
about <- function(text, make) structure(make, about = paste("#", text))

# Times: skewed, positive, without ties.
times <- function(n) {
	repeat {
		x <- round(1000 * exp(rnorm(n, 0, runif(1, .005, .5))) + 20 * rexp(n), 3)
		if (!anyDuplicated(x)) return(x)
	}
}
# Whole numbers of few values: ties everywhere.
coarse <- function(n) sample(seq(100, 100 + sample(1:6, 1)), n, replace = TRUE)

topic("quantile", about("values | q | nearest rank (type 1)", function(i) {
	x <- if (i %% 2) times(sample(1:60, 1)) else coarse(sample(1:40, 1))
	q <- if (i %% 3) sample(c(0, .1, .25, .5, .75, .9, .95, .99, .999, 1), 1)
	     else round(runif(1), 3)
	paste(short(x), q, exact(quantile(x, q, type = 1, names = FALSE)), sep = " | ")
}))

topic("spread", about("values | mean, variance, median, MAD", function(i) {
	x <- if (i %% 2) times(sample(2:30, 1)) else coarse(sample(2:30, 1))
	paste(short(x), exact(c(mean(x), var(x), median(x), mad(x, constant = 1))), sep = " | ")
}))

# The ranks of a quantile's interval, by their definition: qbinom() of R 4.2 is wrong for
# (.025, 21882, .999), where it returns n. 0 0 0 where an end does not exist.
rank_below <- function(n, q, tail) sum(pbinom(0:n, n, q) <= tail)
ranks <- function(n, q, confidence) {
	tail <- (1 - confidence) / 2
	low <- rank_below(n, q, tail)
	high <- n + 1 - rank_below(n, 1 - q, tail)
	if (low < 1 || high > n) return(c(0, 0, 0))
	c(low, high, pbinom(high - 1, n, q) - pbinom(low - 1, n, q))
}
topic("ranks", about("n | q | confidence | low, high, coverage (0 0 0: none)", function(i) {
	n <- if (i %% 2) sample(1:120, 1) else round(exp(runif(1, 2, 12)))
	q <- if (i %% 4 < 2) .5 else sample(c(.1, .25, .75, .9, .95, .99, .999), 1)
	confidence <- sample(c(.9, .95, .9875, .99), 1)
	paste(n, q, confidence, exact(ranks(n, q, confidence)), sep = " | ")
}), cases = 400)

topic("binomial", about("n | q | x | P(Bin(n, q) <= x)", function(i) {
	n <- if (i %% 2) sample(1:60, 1) else round(exp(runif(1, 2, 13)))
	q <- if (i %% 3) .5 else round(runif(1, .001, .999), 3)
	x <- max(0, min(n, round(n * q + rnorm(1, 0, 2) * sqrt(n * q * (1 - q)))))
	paste(n, q, x, exact(pbinom(x, n, q)), sep = " | ")
}))

topic("median", about("values | confidence | median, low, high (order statistics)", function(i) {
	x <- if (i %% 3) times(sample(8:60, 1)) else coarse(sample(8:60, 1))
	confidence <- sample(c(.95, .9875), 1)
	k <- ranks(length(x), .5, confidence)
	paste(short(x), confidence, exact(c(median(x), sort(x)[k[1:2]])), sep = " | ")
}))

topic("shift", about("base | new | estimate, low, high, p of wilcox.test(ln new, ln base)",
function(i) {
	repeat {
		all <- times(sample(8:32, 1))
		n <- 3 + sample(length(all) - 7, 1)
		base <- all[seq_len(n)]
		new <- round(all[-seq_len(n)] * sample(c(1, 1, .97, 1.05, 1.3), 1), 3)
		if (!anyDuplicated(c(base, new))) break
	}
	r <- suppressWarnings(wilcox.test(log(new), log(base), exact = TRUE, conf.int = TRUE))
	paste(short(base), short(new), exact(c(r$estimate, r$conf.int, r$p.value)), sep = " | ")
}))

# Two-sided p of a rank sum with mid-ranks, over every choice of the base's places.
every_choice <- function(base, new) {
	rank2 <- 2 * rank(c(base, new))
	sums <- colSums(matrix(rank2[combn(length(rank2), length(base))], nrow = length(base)))
	seen <- sum(rank2[seq_along(base)])
	min(1, 2 * min(mean(sums <= seen), mean(sums >= seen)))
}
topic("ranksum_ties", about("base | new | exact p by listing every choice", function(i) {
	base <- coarse(sample(2:7, 1))
	new <- coarse(sample(2:7, 1)) + sample(0:3, 1)
	paste(short(base), short(new), exact(every_choice(base, new)), sep = " | ")
}))

topic("ranksum_normal", about("base | new | p of wilcox.test(exact = FALSE)", function(i) {
	some <- function(n) if (i %% 2) coarse(n) else times(n)
	base <- some(sample(51:60, 1))
	new <- some(sample(3:60, 1))
	r <- wilcox.test(new, base, exact = FALSE, correct = TRUE)
	paste(short(base), short(new), exact(r$p.value), sep = " | ")
}), cases = 60)

topic("trend", about("values in order | p of cor.test(kendall, exact = TRUE)", function(i) {
	x <- times(sample(3:40, 1))
	x <- round(x + sample(c(0, 0, 3, 20), 1) * seq_along(x), 3)
	if (anyDuplicated(x)) x <- x + seq_along(x) / 1000
	r <- cor.test(seq_along(x), x, method = "kendall", exact = TRUE)
	paste(short(x), exact(r$p.value), sep = " | ")
}))

permutations <- function(n) {
	if (n == 1) return(matrix(1L))
	less <- permutations(n - 1)
	do.call(rbind, lapply(seq_len(n), function(first)
		cbind(first, less + (less >= first), deparse.level = 0)))
}
all_orders <- lapply(1:7, permutations)
# S of every row of a matrix.
kendall <- function(rows) {
	s <- numeric(nrow(rows))
	for (i in seq_len(ncol(rows) - 1))
		for (j in (i + 1):ncol(rows)) s <- s + sign(rows[, j] - rows[, i])
	s
}
topic("trend_ties", about("values in order | exact p by listing every order", function(i) {
	x <- coarse(sample(3:7, 1))
	orders <- all_orders[[length(x)]]
	s <- kendall(matrix(x[orders], nrow = nrow(orders)))
	seen <- kendall(matrix(x, nrow = 1))
	p <- min(1, 2 * min(mean(s <= seen), mean(s >= seen)))
	paste(short(x), exact(p), sep = " | ")
}))

topic("trend_normal", about("values in order | p of cor.test(kendall, exact = FALSE)", function(i) {
	n <- sample(51:70, 1)
	x <- (if (i %% 2) coarse(n) else times(n)) + sample(c(0, .02, .05), 1) * seq_len(n)
	x <- round(x, if (i %% 2) 0 else 3)
	r <- cor.test(seq_len(n), x, method = "kendall", exact = FALSE, continuity = TRUE)
	paste(short(x), exact(r$p.value), sep = " | ")
}), cases = 60)

topic("paired", about("cell | base | median ln ratio, lag-1 autocorrelation, p of binom.test",
function(i) {
	n <- sample(6:40, 1)
	base <- times(n)
	cell <- round(base * exp(rnorm(n, sample(c(0, .02), 1), .03)), 3)
	r <- log(cell) - log(base)
	lag1 <- acf(r, lag.max = 1, plot = FALSE)$acf[2]
	p <- binom.test(sum(r > 0), n)$p.value
	paste(short(cell), short(base), exact(c(median(r), lag1, p)), sep = " | ")
}))

topic("holm", about("p of a table | adjusted by p.adjust(holm)", function(i) {
	p <- signif(runif(sample(1:40, 1))^sample(1:4, 1), 6)
	if (i %% 4 == 0) p <- round(p, 2)
	paste(short(p), exact(p.adjust(p, "holm")), sep = " | ")
}))

# The exact distribution of a resampled median of an odd number of values: the i-th smallest with
# probability P(Bin(n, i/n) > n/2) - P(Bin(n, (i-1)/n) > n/2).
resampled <- function(n) diff(pbinom((n - 1) / 2, n, (0:n) / n, lower.tail = FALSE))
topic("bootstrap", about(paste("base | new |",
	"lowest and highest low end, lowest and highest high end that 10000 resamples can leave"),
function(i) {
	base <- times(2 * sample(5:12, 1) + 1)
	new <- times(2 * sample(5:12, 1) + 1)
	d <- as.vector(outer(sort(log(new)), sort(log(base)), "-"))
	p <- as.vector(outer(resampled(length(new)), resampled(length(base))))
	order <- order(d)
	cumulated <- cumsum(p[order])
	at <- function(q) d[order][which(cumulated >= q)[1]]
	# Four standard errors of a share of .025 in 10000.
	slack <- 4 * sqrt(.025 * .975 / 10000)
	ends <- c(at(.025 - slack), at(.025 + slack), at(.975 - slack), at(.975 + slack))
	paste(short(base), short(new), exact(ends), sep = " | ")
}))
