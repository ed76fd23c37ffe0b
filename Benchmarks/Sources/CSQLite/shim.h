#ifndef LEDGERSTONE_CSQLITE_SHIM_H
#define LEDGERSTONE_CSQLITE_SHIM_H
#include <sqlite3.h>
#endif
