#include <stdio.h>
static inline int report_run(const char*d,const char*o,FILE*f,struct why*w){(void)d;(void)o;(void)f;(void)w;return 0;}
