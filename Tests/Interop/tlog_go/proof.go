package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const proofHeader = "c2sp.org/tlog-proof@v1"

// checkProofFile verifies a proof file, and that the same proof fails for another entry, another
// index and with a damaged hash.
func checkProofFile(proofPath, entryPath, vkey string) (string, error) {
	file, err := os.ReadFile(proofPath)
	if err != nil {
		return "", err
	}
	entry, err := os.ReadFile(entryPath)
	if err != nil {
		return "", err
	}
	index, proof, tree, err := openProof(file, vkey)
	if err != nil {
		return "", err
	}
	leaf := tlog.RecordHash(entry)
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
		return "", fmt.Errorf("record %d: %w", index, err)
	}
	refused, err := refuseDamage(proof, tree, index, entry)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("proof: record %d of %d; %d damaged variants refused", index, tree.N, refused), nil
}

// openProof reads c2sp.org/tlog-proof@v1: header, optional extra line, index, hashes, empty line,
// checkpoint.
func openProof(file []byte, vkey string) (int64, tlog.RecordProof, tlog.Tree, error) {
	var tree tlog.Tree
	head, signed, found := bytes.Cut(file, []byte("\n\n"))
	if !found {
		return 0, nil, tree, fmt.Errorf("the proof has no empty line before its checkpoint")
	}
	lines := strings.Split(string(head), "\n")
	if lines[0] != proofHeader {
		return 0, nil, tree, fmt.Errorf("the first line is %q, want %q", lines[0], proofHeader)
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return 0, nil, tree, fmt.Errorf("the proof has no index line")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return 0, nil, tree, err
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		raw, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(raw) != tlog.HashSize {
			return 0, nil, tree, fmt.Errorf("malformed hash %q", line)
		}
		var hash tlog.Hash
		copy(hash[:], raw)
		proof = append(proof, hash)
	}
	tree, err = openCheckpoint(signed, vkey)
	return index, proof, tree, err
}

func refuseDamage(proof tlog.RecordProof, tree tlog.Tree, index int64, entry []byte) (int, error) {
	leaf := tlog.RecordHash(entry)
	refused := 0
	for i := range entry {
		damaged := append([]byte(nil), entry...)
		damaged[i] ^= 1
		if tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(damaged)) == nil {
			return 0, fmt.Errorf("accepted the entry with byte %d flipped", i)
		}
		refused++
	}
	for i := range proof {
		damaged := append(tlog.RecordProof(nil), proof...)
		damaged[i][i%tlog.HashSize] ^= 0x80
		if tlog.CheckRecord(damaged, tree.N, tree.Hash, index, leaf) == nil {
			return 0, fmt.Errorf("accepted the proof with hash %d flipped", i)
		}
		refused++
	}
	for _, other := range []int64{index - 1, index + 1} {
		if other < 0 || other >= tree.N {
			continue
		}
		if tlog.CheckRecord(proof, tree.N, tree.Hash, other, leaf) == nil {
			return 0, fmt.Errorf("accepted index %d in place of %d", other, index)
		}
		refused++
	}
	return refused, nil
}
