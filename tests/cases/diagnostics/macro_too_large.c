// error: 11 macro_too_large
// error: 11 syntax_error
#define a0(x) x, x, x, x, x, x, x, x
#define a1(x) a0(x), a0(x), a0(x), a0(x), a0(x), a0(x), a0(x), a0(x)
#define a2(x) a1(x), a1(x), a1(x), a1(x), a1(x), a1(x), a1(x), a1(x)
#define a3(x) a2(x), a2(x), a2(x), a2(x), a2(x), a2(x), a2(x), a2(x)
#define a4(x) a3(x), a3(x), a3(x), a3(x), a3(x), a3(x), a3(x), a3(x)
#define a5(x) a4(x), a4(x), a4(x), a4(x), a4(x), a4(x), a4(x), a4(x)
#define a6(x) a5(x), a5(x), a5(x), a5(x), a5(x), a5(x), a5(x), a5(x)
#define a7(x) a6(x), a6(x), a6(x), a6(x), a6(x), a6(x), a6(x), a6(x)
int last __attribute__((no_such_attribute(a7(1))));
