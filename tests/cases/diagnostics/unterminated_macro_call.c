// error: 5 unterminated_macro_call
// error: 5 undeclared_identifier
// error: 5 syntax_error
#define sum(a, b) ((a) + (b))
int last = sum(1,
