/* SPDX-License-Identifier: MIT */
#ifndef RUN_REQUESTS_H
#define RUN_REQUESTS_H
#include "command/run_options.h"

/* The requests that these options amount to: of the suite or of the benchmarks named, narrowed
 * and overridden by the axes given. malloc'ed. -EINVAL for axes that nothing asked for has. */
int run_requests(const struct run_options *o, struct request **requests, size_t *n, struct why *w);

#endif
