// Command tlog_go checks what Ledgerstone publishes with code that is not Ledgerstone's: the
// packages note and tlog of the Go checksum database.
//
//	tlog_go tiles  FOLDER VKEY            a folder made by `ledgerstone export --tiles`
//	tlog_go log    URL VKEY               the same resources of a running server
//	tlog_go proof  FILE ENTRY VKEY        a tlog-proof file and the record's exact bytes
//	tlog_go damage FOLDER VKEY            the folder with single bits flipped: all must be refused
//
// It prints one line and exits 0, or prints the reason to stderr and exits 1.
package main

import (
	"fmt"
	"os"
)

func main() {
	line, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "tlog_go:", err)
		os.Exit(1)
	}
	fmt.Println(line)
}

func run(arguments []string) (string, error) {
	switch {
	case len(arguments) == 3 && arguments[0] == "tiles":
		folder, err := readFolder(arguments[1])
		if err != nil {
			return "", err
		}
		return checkTiles(folder, arguments[2])
	case len(arguments) == 3 && arguments[0] == "log":
		files, err := readLog(arguments[1], arguments[2])
		if err != nil {
			return "", err
		}
		return checkTiles(files, arguments[2])
	case len(arguments) == 4 && arguments[0] == "proof":
		return checkProofFile(arguments[1], arguments[2], arguments[3])
	case len(arguments) == 3 && arguments[0] == "damage":
		folder, err := readFolder(arguments[1])
		if err != nil {
			return "", err
		}
		return checkDamage(folder, arguments[2])
	}
	return "", fmt.Errorf("usage: tlog_go tiles FOLDER VKEY | log URL VKEY | proof FILE ENTRY VKEY | damage FOLDER VKEY")
}
