// The C library's wcwidth. <wchar.h> declares it only for X/Open, which Swift does not ask for.
#include <wchar.h>

int wcwidth(wchar_t);
