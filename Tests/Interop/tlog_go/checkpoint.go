package main

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// openCheckpoint verifies a signed checkpoint (c2sp.org/tlog-checkpoint) under vkey.
func openCheckpoint(signed []byte, vkey string) (tlog.Tree, error) {
	var tree tlog.Tree
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tree, fmt.Errorf("the checkpoint has %d lines, want 3", len(lines)-1)
	}
	if lines[0] != verifier.Name() {
		return tree, fmt.Errorf("origin %q, but the key's name is %q", lines[0], verifier.Name())
	}
	tree.N, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil || tree.N < 0 || strconv.FormatInt(tree.N, 10) != lines[1] {
		return tree, fmt.Errorf("malformed tree size %q", lines[1])
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tree, fmt.Errorf("malformed root %q", lines[2])
	}
	copy(tree.Hash[:], root)
	return tree, nil
}
