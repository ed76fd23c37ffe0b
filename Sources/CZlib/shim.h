#ifndef LEDGERSTONE_CZLIB_SHIM_H
#define LEDGERSTONE_CZLIB_SHIM_H
#include <zlib.h>
#endif
