#define F(x, ...) x ## __VA_ARGS__ #x
#if __kernel_has_tracepoint(a, b) && defined(F) || CONFIG_HZ > 100
F(a, b) F(, c) F(F(a, b), 1) __COUNTER__
#elif __has_include("self")
#include "self"
#endif
