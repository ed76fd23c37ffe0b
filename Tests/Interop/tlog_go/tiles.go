package main

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// folder maps slash-separated names to contents, so that damage can be tried in memory.
type folder map[string][]byte

func readFolder(root string) (folder, error) {
	files := folder{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	return files, err
}

// path is the tile's name in c2sp.org/tlog-tiles, which leaves out the height of the Go form.
func path(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tile.H), "tile/", 1)
}

func bundlePath(number int64, width int) string {
	tile := tlog.Tile{H: tileHeight, L: -1, N: number, W: width}
	return strings.Replace(path(tile), "tile/data/", "tile/entries/", 1)
}

func (files folder) Height() int                     { return tileHeight }
func (files folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (files folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var result [][]byte
	for _, tile := range tiles {
		data, found := files[path(tile)]
		if !found {
			return nil, fmt.Errorf("%s is missing", path(tile))
		}
		result = append(result, data)
	}
	return result, nil
}

// entries reads the first size entries out of the bundles.
func (files folder) entries(size int64) ([][]byte, error) {
	const perBundle = 1 << tileHeight
	var entries [][]byte
	for number := int64(0); number*perBundle < size; number++ {
		width := perBundle
		if rest := size - number*perBundle; rest < perBundle {
			width = int(rest)
		}
		name := bundlePath(number, width)
		data, found := files[name]
		if !found {
			return nil, fmt.Errorf("%s is missing", name)
		}
		for i := 0; i < width; i++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("%s: entry %d is cut off", name, i)
			}
			length := int(binary.BigEndian.Uint16(data))
			entries = append(entries, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("%s: %d bytes after the last entry", name, len(data))
		}
	}
	return entries, nil
}

// checkTiles verifies the signature, every entry against the tree of the tiles, and consistency
// proofs between sizes; old roots come from the entries alone.
func checkTiles(files folder, vkey string) (string, error) {
	tree, err := openCheckpoint(files["checkpoint"], vkey)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	entries, err := files.entries(tree.N)
	if err != nil {
		return "", err
	}
	reader := tlog.TileHashReader(tree, files)
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return "", err
	}
	if root != tree.Hash {
		return "", fmt.Errorf("the tiles have root %v, the checkpoint %v", root, tree.Hash)
	}
	// A proof costs some tiles' hashing: of a large tree every seventeenth record is proved, and
	// all are compared with the leaf tiles.
	step := int64(1)
	if tree.N > 1000 {
		step = 17
	}
	proofs, err := checkRecords(tree, reader, entries, step)
	if err != nil {
		return "", err
	}
	consistencies, err := checkTreeProofs(tree, reader, entries)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("tiles: size %d, %d entries, %d record proofs, %d tree proofs",
		tree.N, len(entries), proofs, consistencies), nil
}

func checkRecords(tree tlog.Tree, reader tlog.HashReader, entries [][]byte, step int64) (int, error) {
	const perRead = 1 << tileHeight
	for start := int64(0); start < tree.N; start += perRead {
		var indexes []int64
		for i := start; i < tree.N && i < start+perRead; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, i))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return 0, err
		}
		for i, hash := range hashes {
			if tlog.RecordHash(entries[start+int64(i)]) != hash {
				return 0, fmt.Errorf("record %d is not what the leaf tile has", start+int64(i))
			}
		}
	}
	proofs := 0
	for i := int64(0); i < tree.N; i += step {
		proof, err := tlog.ProveRecord(tree.N, i, reader)
		if err != nil {
			return 0, fmt.Errorf("record %d: %w", i, err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, i, tlog.RecordHash(entries[i])); err != nil {
			return 0, fmt.Errorf("record %d: %w", i, err)
		}
		proofs++
	}
	return proofs, nil
}

// checkTreeProofs proves sizes around the powers of two, where trees change their shape.
func checkTreeProofs(tree tlog.Tree, reader tlog.HashReader, entries [][]byte) (int, error) {
	var stored memory
	for i, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(i), entry, &stored)
		if err != nil {
			return 0, err
		}
		stored = append(stored, hashes...)
	}
	proofs := 0
	check := func(size int64) error {
		if size < 1 || size > tree.N {
			return nil
		}
		old, err := tlog.TreeHash(size, &stored)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, size, reader)
		if err != nil {
			return fmt.Errorf("size %d: %w", size, err)
		}
		proofs++
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, size, old); err != nil {
			return fmt.Errorf("size %d: %w", size, err)
		}
		return nil
	}
	for power := int64(1); power <= tree.N; power *= 2 {
		for _, size := range []int64{power - 1, power, power + 1, power + power/2 + 1, tree.N - power} {
			if err := check(size); err != nil {
				return 0, err
			}
		}
	}
	return proofs, check(tree.N)
}

// memory is a hash store built from entries only.
type memory []tlog.Hash

func (stored *memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, index := range indexes {
		if index >= int64(len(*stored)) {
			return nil, fmt.Errorf("hash %d is not stored yet", index)
		}
		hashes = append(hashes, (*stored)[index])
	}
	return hashes, nil
}
