// error: 2 include_too_deep
#include __FILE__
